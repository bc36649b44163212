"""The life of a document as events, oldest first, and how it shows itself in a terminal and a notebook."""

import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

from workbench.records import Change, Digest, RunState

WIDTH = 100

# Colours of the page it stands on, so that it can be read on light and dark ones.
_FAINT = "opacity:.65"
_CELL = "text-align:left;vertical-align:top;padding:.1em .8em .1em 0"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a document.

    Parameters
    ----------
    what : one or two words, e.g. "read", "decided"
    told : a sentence
    details : what supports it, e.g. the words that matched
    changes : the entries of the journal that it tells
    """

    at: datetime
    what: str
    told: str
    details: tuple[str, ...] = ()
    changes: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Doing:
    """A run, as far as the life of one document needs it."""

    id: int
    kind: str
    state: RunState
    host: str
    actor: str
    reason: str
    started_at: datetime
    notebook: str | None
    rolled_back_by: int | None
    took_back: list[int]

    @property
    def told(self) -> str:
        """Which run, by whom, why, and whether it was taken back."""
        said = [f"run {self.id}, {self.kind} by {self.actor}"]
        if self.took_back:
            said.append(f"takes back {_runs(self.took_back)}")
        if self.notebook:
            said.append(f"started from the notebook {self.notebook.rsplit('/', 1)[-1]}")
        if self.reason:
            said.append(f"reason: {self.reason}")
        if self.rolled_back_by:
            said.append(f"taken back by run {self.rolled_back_by}")
        elif self.state in {RunState.INTERRUPTED, RunState.RUNNING}:
            said.append("interrupted" if self.state == RunState.INTERRUPTED else "still at work")
        return "; ".join(said)


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """What one run did to the document."""

    run: Doing
    events: tuple[Event, ...]


@dataclass(frozen=True, kw_only=True, repr=False)
class Explanation:
    """The life of a document.

    Parameters
    ----------
    document_id : its number; where it is gone, the last it had
    is_there : whether the catalogue still holds it
    verdict : what it is now, and why
    chapters : what each run did to it, oldest first
    changes : the journal of it, entry by entry, with each row before and after
    forgotten : says what is known no more, where the journal was pruned
    """

    document_id: int
    digest: Digest
    name: str
    locator: str
    is_there: bool
    verdict: str
    chapters: tuple[Chapter, ...]
    changes: tuple[Change, ...]
    forgotten: str = ""

    @property
    def title(self) -> str:
        """Which document this is."""
        gone = "" if self.is_there else ", no longer in the catalogue"
        return f"{self.name} (document {self.document_id}{gone})"

    def __repr__(self) -> str:
        return "\n".join(_plain(self))

    __str__ = __repr__

    def _repr_html_(self) -> str:
        """For a notebook, on a light page or a dark one."""
        chapters = "".join(map(_chapter_html, self.chapters))
        forgotten = f"<p style='{_FAINT}'>{escape(self.forgotten)}</p>" if self.forgotten else ""
        return (
            f"<p><b>{escape(self.title)}</b>"
            f"<br><span style='{_FAINT}'>{escape(self.locator)}<br>{self.digest}</span></p>"
            f"<p>{escape(self.verdict)}</p>{forgotten}{chapters}"
        )


def moment(at: datetime) -> str:
    """A time as people here say it."""
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _runs(numbers: Sequence[int]) -> str:
    return f"run {numbers[0]}" if len(numbers) == 1 else f"runs {', '.join(map(str, numbers))}"


def _plain(life: Explanation) -> Iterator[str]:
    yield life.title
    yield from textwrap.wrap(life.verdict, WIDTH, initial_indent="  ", subsequent_indent="  ")
    if life.forgotten:
        yield f"  {life.forgotten}"
    for chapter in life.chapters:
        yield ""
        yield f"{moment(chapter.events[0].at)}  {chapter.run.told}"
        for event in chapter.events:
            yield from textwrap.wrap(
                event.told, WIDTH, initial_indent=f"  {event.what:<10}  ", subsequent_indent=" " * 14
            )
            for detail in event.details:
                yield from textwrap.wrap(detail, WIDTH, initial_indent=" " * 16, subsequent_indent=" " * 18)


def _chapter_html(chapter: Chapter) -> str:
    rows = "".join(
        f"<tr style='background:none'><td style='{_CELL};{_FAINT};white-space:nowrap'>{escape(event.what)}</td>"
        f"<td style='{_CELL}'>{escape(event.told)}"
        + "".join(f"<br><span style='{_FAINT}'>{escape(detail)}</span>" for detail in event.details)
        + "</td></tr>"
        for event in chapter.events
    )
    heading = f"{moment(chapter.events[0].at)} · {escape(chapter.run.told)}"
    return f"<p style='margin:.8em 0 .2em'><b>{heading}</b></p><table style='margin:0'><tbody>{rows}</tbody></table>"
