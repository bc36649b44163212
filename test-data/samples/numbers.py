"""Money, dates and the arithmetic of invoices, in German and English form. Money is whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random

from samples.goods import sold_by
from samples.model import Party

_MONTHS = {
    "de": ("Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November",
           "Dezember"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip
_WEEKDAYS = {
    "de": ("Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_VAT_PERCENT = {"DE": 19, "GB": 20, "IE": 23}
_SYMBOL = {"DE": "€", "GB": "£", "IE": "€"}


def money(cents: int, country: str) -> str:
    """`1.234,56 €` for a German sender, `£1,234.56` or `€1,234.56` for the others."""
    sign, cents = ("-", -cents) if cents < 0 else ("", cents)
    text = f"{cents // 100:,}.{cents % 100:02d}"
    if country == "DE":
        return f"{sign}{text.translate(str.maketrans(',.', '.,'))} €"
    return f"{sign}{_SYMBOL[country]}{text}"


def short_date(day: date, language: str) -> str:
    return f"{day:%d.%m.%Y}" if language == "de" else f"{day:%d/%m/%Y}"


def long_date(day: date, language: str) -> str:
    return f"{day.day}. {month(day, language)}" if language == "de" else f"{day.day} {month(day, language)}"


def month(day: date, language: str) -> str:
    return f"{_MONTHS[language][day.month - 1]} {day.year}"


def weekday(day: date, language: str) -> str:
    return _WEEKDAYS[language][day.weekday()]


@dataclass(frozen=True)
class Item:
    """One line of an invoice or order."""

    name: str
    unit: str
    quantity: int
    price: int

    @property
    def total(self) -> int:
        return self.quantity * self.price


@dataclass(frozen=True)
class Basket:
    """The items of one transaction and what they come to."""

    items: tuple[Item, ...]
    country: str

    @property
    def vat_percent(self) -> int:
        return _VAT_PERCENT[self.country]

    @property
    def net(self) -> int:
        return sum(item.total for item in self.items)

    @property
    def vat(self) -> int:
        return (self.net * self.vat_percent + 50) // 100

    @property
    def gross(self) -> int:
        return self.net + self.vat


def basket(seller: Party, language: str, dice: Random) -> Basket:
    """Draw what `seller` sells in one transaction."""
    goods = sold_by(seller.trade, language)
    chosen = dice.sample(goods, dice.randint(2, min(6, len(goods))))
    items = []
    for name, unit, price in chosen:
        quantity = 1 if price > 60000 else dice.choice((1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 25))
        items.append(Item(name, unit, quantity, price * dice.randint(88, 117) // 100))
    return Basket(tuple(items), seller.country)
