"""Asking the workbench without holding up the page.

A question runs in a thread; trouble comes back as a sentence to show, never as
a traceback. One workbench per person is shared by all their sessions.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from threading import Lock
from typing import Generic, TypeVar

from dashboards.people import Person
from workbench import Workbench, WorkbenchError

Answer = TypeVar("Answer")
Question = Callable[[Workbench], Answer]

log = logging.getLogger(__name__)
_opening = Lock()


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """Why there is no answer, as a sentence for a person."""

    sentence: str


class Desk(Generic[Answer]):
    """Takes questions, of which only the newest matters.

    Parameters
    ----------
    person : for whom it asks
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self._asked = 0

    async def ask(self, question: Question[Answer], *, after_s: float = 0) -> Answer | Trouble | None:
        """The answer, or why there is none; None when something newer was asked meanwhile.

        Parameters
        ----------
        after_s : how long to wait first for something newer, while a person types
        """
        self._asked += 1
        mine = self._asked
        await asyncio.sleep(after_s)
        if mine != self._asked:
            return None
        answer = await asyncio.to_thread(answered, self._person, question)
        return answer if mine == self._asked else None


def answered(person: Person, question: Question[Answer]) -> Answer | Trouble:
    """Ask at once and wait; trouble is returned, not raised."""
    try:
        return question(_workbench(person))
    except WorkbenchError as error:
        return Trouble(sentence=_sentence(error))
    except Exception:
        log.exception("a page's question failed")
        return Trouble(sentence="The catalogue gave no answer; the server's log says why. Try again in a moment.")


def _workbench(person: Person) -> Workbench:
    # Two sessions that open at once must not start the embedded server twice.
    with _opening:
        return _open(person)


@cache
def _open(person: Person) -> Workbench:
    workbench = Workbench(role="app", roles=person.roles, actor=person.name)
    _ = workbench.database  # connects now, so that a failure is not kept
    return workbench


def _sentence(error: Exception) -> str:
    said = str(error)
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) else ".")
