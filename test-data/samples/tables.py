"""The tables that texts name with `@table`. Each is drawn from the facts and adds up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from samples.facts import Facts
from samples.model import Table
from samples.numbers import short_date, weekday
from samples.vocabulary import words


def _say(facts: Facts, german: str, english: str) -> tuple[str, ...]:
    return tuple((german if facts.language == "de" else english).split("|"))


def _words(facts: Facts, kind: str) -> tuple[str, ...]:
    return words(facts.language)[kind]


def _items(facts: Facts) -> Table:
    """Lines with prices, net, VAT and gross."""
    sold = facts.basket
    rows: list[tuple[str, ...]] = [
        (str(place), item.name, f"{item.quantity} {item.unit}", facts.money(item.price), facts.money(item.total))
        for place, item in enumerate(sold.items, start=1)
    ]
    net, vat, gross = _say(facts, "Nettobetrag|MwSt.|Gesamtbetrag", "Subtotal|VAT|Total")
    rows += [
        ("", net, "", "", facts.money(sold.net)),
        ("", f"{vat} {sold.vat_percent} %", "", "", facts.money(sold.vat)),
        ("", gross, "", "", facts.money(sold.gross)),
    ]
    header = _say(facts, "Pos.|Bezeichnung|Menge|Einzelpreis|Betrag", "No.|Description|Quantity|Unit price|Amount")
    return Table(header, tuple(rows), totals=3, right=(3, 4))


def _net_items(facts: Facts) -> Table:
    """Lines with prices and the net sum only, as in offers and orders."""
    sold = facts.basket
    rows: list[tuple[str, ...]] = [
        (item.name, f"{item.quantity} {item.unit}", facts.money(item.price), facts.money(item.total))
        for item in sold.items
    ]
    rows.append((*_say(facts, "Summe netto", "Total excl. VAT"), "", "", facts.money(sold.net)))
    header = _say(facts, "Artikel|Menge|Preis|Summe", "Article|Quantity|Price|Sum")
    return Table(header, tuple(rows), totals=1, right=(2, 3))


def _goods(facts: Facts) -> Table:
    """What was packed, without prices."""
    rows = tuple(
        (f"{facts.figures.randint(10000, 99999)}", item.name, f"{item.quantity} {item.unit}", f"{place % 3 + 1}")
        for place, item in enumerate(facts.basket.items)
    )
    return Table(
        _say(facts, "Artikel-Nr.|Bezeichnung|Menge|Kolli", "Item no.|Description|Quantity|Package"), rows, right=(2,)
    )


def _open_items(facts: Facts) -> Table:
    """What is still unpaid, with fee and interest."""
    known = facts.words
    invoice, fee, interest, total = _say(
        facts,
        "Rechnung {invoice_no}|Gebühr|Verzugszinsen|Offener Betrag",
        "Invoice {invoice_no}|Charge|Interest|Balance",
    )
    rows = (
        (known["earlier"], invoice.format_map(known), known["gross"]),
        (known["date"], fee, known["fee"]),
        (known["date"], interest, known["interest"]),
        ("", total, known["open"]),
    )
    return Table(_say(facts, "Datum|Beleg|Betrag", "Date|Item|Amount"), rows, totals=1, right=(2,))


def _movements(facts: Facts) -> Table:
    """Bookings between an old and a new balance."""
    dice, texts = facts.figures, _words(facts, "booking")
    old, new = _say(facts, "Alter Kontostand|Neuer Kontostand", "Balance brought forward|Balance carried forward")
    balance = dice.randint(200000, 9000000)
    rows = [("", old, facts.money(balance))]
    for days in sorted(dice.randint(1, 30) for _ in range(dice.randint(7, 16))):
        text = dice.choice(texts).format(n=dice.randint(10000, 99999))
        amount = dice.randint(900, 480000) * (1 if ("utschrift" in text or "Credit" in text) else -1)
        balance += amount
        rows.append((facts.day(days - 31), text, facts.money(amount)))
    rows.append(("", new, facts.money(balance)))
    return Table(_say(facts, "Buchung|Vorgang|Betrag", "Date|Details|Amount"), tuple(rows), totals=1, right=(2,))


def _pay(facts: Facts) -> Table:
    """Gross pay, deductions, net pay."""
    dice = facts.figures
    base, extra = dice.randint(2600, 6100) * 100, dice.randint(0, 400) * 100
    gross = base + extra
    tax, pension, health = gross * dice.randint(13, 24) // 100, gross * 93 // 1000, gross * 81 // 1000
    names = _say(
        facts,
        "Grundgehalt|Zulagen|Gesamtbrutto|Lohnsteuer|Rentenversicherung|Krankenversicherung|Auszahlungsbetrag",
        "Basic pay|Allowances|Total gross|Income tax|Pension|National insurance|Net payment",
    )
    values = (base, extra, gross, -tax, -pension, -health, gross - tax - pension - health)
    rows = tuple((name, facts.money(value)) for name, value in zip(names, values, strict=True))
    return Table(_say(facts, "Bezeichnung|Betrag", "Description|Amount"), rows, totals=1, right=(1,))


def _indicators(facts: Facts) -> Table:
    """Figures of four quarters, around a level that suits the indicator."""
    dice = facts.figures
    rows = []
    for entry in dice.sample(_words(facts, "indicator"), dice.randint(4, 7)):
        name, top = entry.split("=")
        level = int(top) * dice.randint(60, 100) // 100
        rows.append((name, *(str(max(1, level + dice.randint(-level // 9 - 1, level // 20 + 1))) for _ in range(4))))
    return Table((*_say(facts, "Kennzahl", "Indicator"), "Q1", "Q2", "Q3", "Q4"), tuple(rows), right=(1, 2, 3, 4))


def _tasks(facts: Facts) -> Table:
    """Who does what until when."""
    chores = facts.figures.sample(
        _words(facts, "chore"),
        facts.figures.randint(3, 5),
    )
    rows = tuple(
        (chore, facts.figures.choice(facts.team).name, facts.day(facts.figures.randint(5, 60))) for chore in chores
    )
    return Table(_say(facts, "Aufgabe|Wer|Bis", "Action|Who|By"), rows)


def _week(facts: Facts) -> Table:
    """A menu for five days."""
    monday = facts.issued - timedelta(days=facts.issued.weekday())
    picked = facts.figures.sample(_words(facts, "meal"), 10)
    days = [monday + timedelta(days=n) for n in range(5)]
    rows = tuple(
        (
            f"{weekday(day, facts.language)} {short_date(day, facts.language)}",
            *dishes,
            facts.money(facts.figures.randint(42, 79) * 10),
        )
        for day, *dishes in zip(days, picked[:5], picked[5:], strict=True)
    )
    return Table(
        _say(facts, "Tag|Gericht 1|Gericht 2 (vegetarisch)|Preis", "Day|Main|Alternative|Price"), rows, right=(3,)
    )


def _premium(facts: Facts) -> Table:
    """Cover, sum insured and yearly premium."""
    dice = facts.figures
    kinds = dice.sample(_words(facts, "peril"), 3)
    yearly = [dice.randint(4000, 90000) for _ in kinds]
    rows: list[tuple[str, ...]] = [
        (kind, facts.money(dice.randint(5, 300) * 1000000), facts.money(cents))
        for kind, cents in zip(kinds, yearly, strict=True)
    ]
    rows.append((*_say(facts, "Jahresbeitrag", "Annual premium"), "", facts.money(sum(yearly))))
    header = _say(facts, "Baustein|Summe|Beitrag", "Section|Sum insured|Premium")
    return Table(header, tuple(rows), totals=1, right=(1, 2))


def _assessment(facts: Facts) -> Table:
    """What was assessed, paid and remains."""
    dice = facts.figures
    assessed = dice.randint(80000, 4200000)
    paid = assessed * dice.randint(40, 115) // 100
    names = _say(facts, "Festgesetzt werden|Bereits entrichtet|Verbleiben", "Assessed|Paid on account|Remaining")
    rows = tuple((name, facts.money(c)) for name, c in zip(names, (assessed, -paid, assessed - paid), strict=True))
    return Table(_say(facts, "Abrechnung|Betrag", "Statement|Amount"), rows, totals=1, right=(1,))


def _course(facts: Facts) -> Table:
    """The log of a ticket: when, who, what."""
    dice = facts.figures
    steps = _words(facts, "step")
    times = sorted(f"{dice.randint(7, 17):02d}:{dice.randint(0, 59):02d}" for _ in range(dice.randint(3, 6)))
    rows = tuple((f"{facts.words['date']} {at}", dice.choice(facts.team).name, dice.choice(steps)) for at in times)
    return Table(_say(facts, "Zeit|Bearbeitung|Schritt", "Time|Agent|Step"), rows)


TABLES: dict[str, Callable[[Facts], Table]] = {
    "items": _items,
    "net_items": _net_items,
    "goods": _goods,
    "open_items": _open_items,
    "movements": _movements,
    "pay": _pay,
    "indicators": _indicators,
    "tasks": _tasks,
    "week": _week,
    "premium": _premium,
    "assessment": _assessment,
    "course": _course,
}
