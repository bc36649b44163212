"""A list of records that shows itself as a table, in a notebook and in a terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from datetime import datetime
from html import escape
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas as pd  # loaded when it is asked for, not with the package

T = TypeVar("T")

Column = tuple[str, Callable[[Any], object]]  # Any: a record of whatever kind is listed
"""A heading, and what it shows of a record."""

# So many rows are shown; the list holds all of them.
SHOWN = 100

# A cell that is longer is shortened; in a notebook the whole appears under the pointer, and `df` has all.
WIDEST = 80


class Listing(list[T]):
    """Records of one kind, as a list that displays well.

    Parameters
    ----------
    columns : what is shown of each record
    empty : the sentence shown for no records
    """

    def __init__(self, records: Iterable[T], *, columns: Sequence[Column] = (), empty: str = "nothing") -> None:
        super().__init__(records)
        self._columns = tuple(columns)
        self._empty = empty

    @property
    def heads(self) -> list[str]:
        """The headings of what is shown."""
        return [head for head, _ in self._columns]

    def rows(self, most: int | None = None) -> list[list[object]]:
        """What is shown of the records, of the first `most` at least."""
        return [[show(record) for _, show in self._columns] for record in self[:most]]

    @property
    def df(self) -> "pd.DataFrame":
        """All fields of all records."""
        import pandas as pd

        return pd.DataFrame([asdict(record) for record in self])  # type: ignore[call-overload]  # records are dataclasses

    def __repr__(self) -> str:
        if not self:
            return self._empty
        rows = self.rows(SHOWN)
        numeric = self._numeric(rows)
        cells = [self.heads, *([_short(as_text(value), WIDEST) for value in row] for row in rows)]
        widths = [max(len(row[column]) for row in cells) for column in range(len(self._columns))]
        lines = ["  ".join(map(_justified, row, widths, numeric)).rstrip() for row in cells]
        return "\n".join([*lines, *self._rest()])

    def _repr_html_(self) -> str:
        """For a notebook; no colour is set, so that it can be read on a light page and on a dark one."""
        if not self:
            return f"<p>{escape(self._empty)}</p>"
        rows = self.rows(SHOWN)
        styles = [
            f"text-align:{'right' if is_number else 'left'};vertical-align:top" for is_number in self._numeric(rows)
        ]
        head = "".join(map(_head, self.heads, styles))
        body = "".join(f"<tr>{''.join(map(_cell, row, styles))}</tr>" for row in rows)
        rest = "".join(f"<p style='opacity:.65'>{line}</p>" for line in self._rest())
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"

    def _numeric(self, rows: Sequence[Sequence[object]]) -> list[bool]:
        """Which columns hold numbers and nothing else, so that they stand at the right."""
        return [
            all(isinstance(value, int | float) or value is None for value in column)
            and any(value is not None for value in column)
            for column in zip(*rows, strict=True)
        ]

    def _rest(self) -> list[str]:
        return [f"… and {len(self) - SHOWN} more"] if len(self) > SHOWN else []


def _head(head: str, style: str) -> str:
    return f"<th style='{style}'>{escape(head)}</th>"


def _cell(value: object, style: str) -> str:
    text = as_text(value)
    short = _short(text, WIDEST)
    whole = f" title='{escape(text)}'" if short != text else ""
    return f"<td style='{style}'{whole}>{escape(short)}</td>"


def _justified(cell: str, width: int, is_number: bool) -> str:
    return cell.rjust(width) if is_number else cell.ljust(width)


def _short(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def as_text(value: object) -> str:
    """A value as a cell of a table shows it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value.astimezone():%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)
