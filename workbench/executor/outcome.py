"""What came of a task."""

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

R = TypeVar("R")

Failure = Literal["timeout", "died", "killed", "memory", "error"]


@dataclass(frozen=True)
class Outcome(Generic[R]):
    """The result of one task, or why there is none.

    Parameters
    ----------
    key : as given with the task
    value : what the function returned, None on failure
    failure : "timeout": ended at its deadline; "died": its process ended by itself; "killed": somebody or the kernel
        killed its process, which need not be its fault; "memory": it wanted more than its limit; "error": the
        function raised, or its result could not be sent
    message : a sentence on failure
    seconds : wall time from handing out to the answer
    """

    key: str
    value: R | None
    failure: Failure | None
    message: str
    seconds: float

    @property
    def is_ok(self) -> bool:
        """Did the function return?"""
        return self.failure is None
