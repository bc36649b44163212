"""The facts a text states: amounts, dates, numbers and identifiers, in one spelling.

"1.234,56 €", "EUR 1,234.56" and "1 234,56 Euro" are one amount; "3. März 2026",
"03.03.2026", "2026-03-03" and "March 3, 2026" are one day. `scan` takes the facts out of
a text and hands back the words that are left, so that each character counts once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import regex


class FactKind(StrEnum):
    """What sort of statement a fact is."""

    AMOUNT = "amount"
    DATE = "date"
    NUMBER = "number"
    IDENTIFIER = "identifier"


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement.

    Parameters
    ----------
    value : the common spelling: "1234.56", "2026-03-03", "RE-2026-0815"
    unit : currency code or "%", empty where none is written
    alternative : what else it can mean; 03/04/2026 is 3 April or 4 March
    """

    kind: FactKind
    value: str
    unit: str = ""
    alternative: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()

    @property
    def digits(self) -> str:
        """The figures alone."""
        return "".join(filter(str.isdigit, self.value))


def scan(text: str) -> tuple[dict[Fact, str], str]:
    """Facts as {fact: as first written}, in order of appearance, and the text without them."""
    facts: dict[Fact, str] = {}

    def take(match: regex.Match[str]) -> str:
        fact = _READERS[match.lastgroup or ""](match) or _identifier(match)
        facts.setdefault(fact, " ".join(match.group().split()))
        return " "

    return facts, _FACT.sub(take, text)


def agree(a: Fact, b: Fact) -> bool:
    """Do two spellings that are not equal still mean the same?

    An amount without a currency agrees with one that has it, as columns of tables do not
    repeat it. A date with slashes agrees when either reading does.
    """
    if a.kind is FactKind.DATE and b.kind is FactKind.DATE:
        return bool({a.value, a.alternative} & {b.value, b.alternative} - {""})
    quantities = {FactKind.AMOUNT, FactKind.NUMBER}
    if a.kind in quantities and b.kind in quantities:
        return a.value == b.value and (a.unit == b.unit or not a.unit or not b.unit)
    return a.value == b.value


_MONTHS = {
    name: number
    for number, names in enumerate(
        [
            "januar january jan jänner januar",
            "februar february feb feber",
            "märz maerz march mar mär mrz",
            "april apr",
            "mai may",
            "juni june jun juno",
            "juli july jul julei",
            "august aug",
            "september sept sep",
            "oktober october okt oct",
            "november nov",
            "dezember december dez dec",
        ],
        start=1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))

_CURRENCIES = {
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "$": "USD", "us$": "USD", "usd": "USD", "£": "GBP",
    "gbp": "GBP", "chf": "CHF", "sfr.": "CHF", "dm": "DEM", "%": "%",
}  # fmt: skip
_CURRENCY = "|".join(regex.escape(name) for name in sorted(_CURRENCIES, key=len, reverse=True))

_BLANK = r"[ \t\u00a0\u202f\u2009]"
_QUANTITY = (
    rf"(?:\d{{1,3}}(?:[.,'’]\d{{3}})+(?:[.,]\d+)?"  # 1.234.567,89 and 1,234,567.89 and 1'234.50
    rf"|\d{{1,3}}(?:{_BLANK}\d{{3}})+[.,]\d{{2}}"  # 1 234,56: grouped by blanks only before cents
    rf"|\d+(?:[.,]\d+)?)"
)

_FACT = regex.compile(
    rf"""
    # Nothing starts inside a word, and no fact is far from its first figure: spares eight attempts per letter.
    (?:(?<!\w)(?=[\w€$£−–-]\D{{0,40}}\d|\d)|(?=\d))
    (?:(?<iban>\b[A-Z]{{2}}\d{{2}}(?:{_BLANK}?[A-Z0-9]{{4}}){{3,7}}(?:{_BLANK}?[A-Z0-9]{{1,3}})?\b)
  | (?<iso>\b(?:19|20)\d\d-[01]\d-[0-3]\d(?=\b|T))
  | (?<dotted>(?<![\d.,])[0-3]?\d\.{_BLANK}?[01]?\d\.{_BLANK}?(?:(?:19|20)\d\d|\d\d)(?![\d]|[.,]\d))
  | (?<slashed>(?<![\d/])[0-3]?\d/[0-3]?\d/(?:(?:19|20)\d\d|\d\d)(?![\d/]))
  | (?<daymonth>(?<![\d.,])[0-3]?\d(?:st|nd|rd|th|\.)?\s*(?:of\s+)?(?:{_MONTH})\b\.?,?\s*(?:19|20)\d\d\b)
  | (?<monthday>\b(?:{_MONTH})\.?\s+[0-3]?\d(?:st|nd|rd|th)?,?\s+(?:19|20)\d\d\b)
  | (?<amount>(?:(?<!\w)(?<before>{_CURRENCY}){_BLANK}*)?
        (?<![\w.,/-])(?<sign>[-−–](?=\d))?(?<quantity>{_QUANTITY})(?:[,.][-–—]{{1,2}})?
        (?:{_BLANK}*(?<after>{_CURRENCY})(?!\w)|(?![\w/]|[.,:-]\w)))
  | (?<identifier>(?<![\w])(?=[\w/:.-]*\d)[\w]+(?:[/:.-][\w]+)*))
    """,
    regex.VERBOSE | regex.IGNORECASE,
)


def _quantity(match: regex.Match[str]) -> Fact:
    before, after = match["before"], match["after"]
    unit = _CURRENCIES.get((before or after or "").casefold(), "")
    sign = "-" if match["sign"] else ""
    kind = FactKind.AMOUNT if unit not in {"", "%"} else FactKind.NUMBER
    return Fact(kind, sign + plain_number(match["quantity"]), unit)


def plain_number(written: str) -> str:
    """Write "1.234,50" and "1,234.5" as "1234.5".

    One separator followed by exactly three figures groups thousands, in both languages:
    business documents write 1.234 pieces far more often than weights to the gram.
    """
    digits = regex.sub(r"[\s'’]", "", written)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return digits
    separators = {character for character in digits if character in ".,"}
    whole, fraction = digits[:last], digits[last + 1 :]
    if len(separators) == 1 and len(fraction) == 3 and whole.lstrip("0"):
        whole, fraction = whole + fraction, ""
    whole = regex.sub(r"[.,]", "", whole)
    fraction = fraction.rstrip("0")
    return f"{whole}.{fraction}" if fraction else whole


def _day(year: int, month: int, day: int) -> str:
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return ""


def _dated(value: str, alternative: str = "") -> Fact | None:
    if not value:
        value, alternative = alternative, ""
    return Fact(FactKind.DATE, value, alternative="" if alternative == value else alternative) if value else None


def _iso(match: regex.Match[str]) -> Fact | None:
    year, month, day = map(int, match.group().split("-"))
    return _dated(_day(year, month, day))


def _dotted(match: regex.Match[str]) -> Fact | None:
    day, month, year = (int(part) for part in match.group().split("."))
    return _dated(_day(year, month, day))


def _slashed(match: regex.Match[str]) -> Fact | None:
    first, second, year = map(int, match.group().split("/"))
    return _dated(_day(year, second, first), _day(year, first, second))


def _spelled(match: regex.Match[str]) -> Fact | None:
    day, year = regex.findall(r"\d+", match.group())
    name = next(word for word in regex.findall(r"[^\W\d]+", match.group().casefold()) if word in _MONTHS)
    return _dated(_day(int(year), _MONTHS[name], int(day)))


def _iban(match: regex.Match[str]) -> Fact:
    return Fact(FactKind.IDENTIFIER, "".join(match.group().split()).upper())


def _identifier(match: regex.Match[str]) -> Fact:
    return Fact(FactKind.IDENTIFIER, match.group().upper())


_READERS: dict[str, Callable[[regex.Match[str]], Fact | None]] = {
    "iban": _iban,
    "iso": _iso,
    "dotted": _dotted,
    "slashed": _slashed,
    "daymonth": _spelled,
    "monthday": _spelled,
    "amount": _quantity,
    "identifier": _identifier,
}
