"""What a document consists of before it becomes a file.

Writers receive a `Letter` and nothing else, so that one letter can be written in two formats.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

CATEGORIES = (
    "invoice",
    "credit_note",
    "reminder",
    "offer",
    "order",
    "order_confirmation",
    "delivery_note",
    "contract",
    "termination",
    "bank_statement",
    "insurance",
    "tax_and_authorities",
    "application",
    "payslip",
    "minutes",
    "report",
    "support_ticket",
    "newsletter",
    "footage_and_photo",
    "other",
)
LANGUAGES = ("de", "en")


class Kind(StrEnum):
    """How much of a business letter surrounds the text."""

    LETTER = "letter"  # letterhead, addresses, salutation, signature, footer
    FORM = "form"  # letterhead, addresses and footer, but nobody is greeted
    PAGE = "page"  # a title and the text


@dataclass(frozen=True, kw_only=True)
class Party:
    """A made-up company, authority or person that writes or receives letters."""

    name: str
    street: str
    town: str
    country: str = "DE"
    trade: str = "person"
    tagline: str = ""
    phone: str = ""
    domain: str = "example.org"
    directors: tuple[str, ...] = ()
    register: str = ""
    vat_id: str = ""
    bank: str = ""
    iban: str = ""
    bic: str = ""
    style: int = 0

    @property
    def address(self) -> tuple[str, ...]:
        return (self.name, self.street, self.town)

    @property
    def mail(self) -> str:
        return f"info@{self.domain}"


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class Bullets:
    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Cells as text; the last `totals` rows are sums, the columns in `right` hold figures."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    totals: int = 0
    right: tuple[int, ...] = ()


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One document, complete with everything a writer shows."""

    category: str
    language: str
    kind: Kind
    title: str
    issued: date
    place_and_date: str
    sender: Party
    recipient: Party | None
    references: tuple[tuple[str, str], ...]
    salutation: str
    blocks: tuple[Block, ...]
    closing: tuple[str, ...]
    footer: tuple[tuple[str, ...], ...]
    author: str
    style: int

    @property
    def is_addressed(self) -> bool:
        return self.kind is not Kind.PAGE and self.recipient is not None

    def tables(self) -> Iterator[Table]:
        """Its tables, in order."""
        return (block for block in self.blocks if isinstance(block, Table))
