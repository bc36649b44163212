"""How long one file may be recognised before it hands over what it has."""

import time
from dataclasses import dataclass, field


@dataclass(kw_only=True)
class Budget:
    """Seconds of recognition for one file.

    Parameters
    ----------
    seconds : 0 for no limit
    """

    seconds: float
    _started: float = field(default_factory=time.monotonic)

    @property
    def is_spent(self) -> bool:
        """Should the next page wait for another go?"""
        return self.seconds > 0 and time.monotonic() - self._started >= self.seconds
