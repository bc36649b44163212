"""The facts of one document: who writes to whom, when, about which figures.

`draw` gives every placeholder a text may name. Two dice are used, so that the same people can write the same
letter about other figures: `cast` draws the people, `figures` everything that differs from letter to letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from samples import companies, people, vocabulary
from samples.model import Party
from samples.numbers import Basket, basket, long_date, money, month, short_date, weekday

_FIRST_DAY = date(2023, 1, 2)
_DAYS = 1270


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is known about a document before a sentence is written."""

    language: str
    issued: date
    sender: Party
    recipient: Party
    contact: people.Person
    reader: people.Person
    team: tuple[people.Person, ...]
    basket: Basket
    figures: Random
    words: dict[str, str]

    def money(self, cents: int) -> str:
        return money(cents, self.basket.country)

    def day(self, after: int) -> str:
        """The date so many days after the document's own, in short form."""
        return short_date(self.issued + timedelta(days=after), self.language)


def _party(trade: str, language: str, person: people.Person, dice: Random, other: Party | None) -> Party:
    """A person, a company or an institution; after a colon may stand how its name begins."""
    if trade == "person":
        street, town = people.home(language, dice)
        return Party(name=person.name, street=street, town=town, domain="example.net", style=dice.randint(0, 3),
                     country="DE" if language == "de" else "GB")  # fmt: skip
    if trade in ("company", "shipper", "none"):
        return companies.company(language, dice, other_than=other, ships=trade == "shipper")
    if ":" in trade:
        return companies.named(trade.partition(":")[2])
    return companies.institution(trade, language, dice)


def draw(
    language: str, sender_trade: str, recipient_trade: str, *, is_order: bool, cast: Random, figures: Random
) -> Facts:
    """Draw the people from `cast` and the figures from `figures`; in an order the recipient is the one who sells."""
    contact, reader, *others = people.company_of(6, language, cast)
    sender = _party(sender_trade, language, contact, cast, None)
    recipient = _party(recipient_trade, language, reader, cast, sender)
    team = tuple(others)
    issued = _FIRST_DAY + timedelta(days=figures.randrange(_DAYS))
    while issued.weekday() > 4:
        issued += timedelta(days=1)
    seller = recipient if is_order or sender.trade == "person" else sender
    sold = basket(seller, language, figures)
    words = (
        _people(sender, recipient, contact, reader, team)
        | _times(issued, language, figures)
        | _numbers(issued, figures)
        | _amounts(sold, figures)
        | vocabulary.draw(language, figures)
    )
    return Facts(language=language, issued=issued, sender=sender, recipient=recipient, contact=contact, reader=reader,
                 team=team, basket=sold, figures=figures, words=words)  # fmt: skip


def _people(
    sender: Party, recipient: Party, contact: people.Person, reader: people.Person, team: tuple[people.Person, ...]
) -> dict[str, str]:
    words = {
        "sender": sender.name,
        "sender_town": _town(sender),
        "sender_street": sender.street,
        "sender_phone": sender.phone or "+49 152 28817386",
        "sender_mail": sender.mail,
        "sender_web": f"www.{sender.domain}",
        "sender_iban": sender.iban or "DE89 3704 0044 0532 0130 00",
        "sender_bank": sender.bank or "Handelsbank Altenbrück",
        "director": sender.directors[0] if sender.directors else contact.name,
        "recipient": recipient.name,
        "recipient_town": _town(recipient),
        "recipient_street": recipient.street,
        "recipient_iban": recipient.iban or "DE75 5121 0800 1245 1261 99",
        "recipient_director": recipient.directors[0] if recipient.directors else reader.name,
        "contact": contact.name,
        "contact_titled": contact.titled,
        "contact_oblique": contact.oblique,
        "contact_mail": f"{people.mailbox(contact.name)}@{sender.domain}",
        "reader": reader.name,
        "reader_titled": reader.titled,
        "reader_oblique": reader.oblique,
    }
    for place, member in enumerate(team, start=1):
        words[f"person{place}"] = member.name
        words[f"person{place}_titled"] = member.titled
        words[f"person{place}_oblique"] = member.oblique
    return words


def _town(party: Party) -> str:
    """The town without its postcode."""
    if party.country == "DE":
        return party.town.split(" ", 1)[1]
    return party.town.split(",")[0] if "," in party.town else party.town.rsplit(" ", 2)[0]


def _times(issued: date, language: str, figures: Random) -> dict[str, str]:
    due = issued + timedelta(days=figures.choice((7, 10, 14, 30)))
    earlier = issued - timedelta(days=figures.randint(12, 40))
    first = earlier - timedelta(days=figures.randint(5, 30))
    later, last = issued + timedelta(days=figures.randint(20, 75)), issued - timedelta(days=figures.randint(2, 9))
    days = {"date": issued, "due": due, "earlier": earlier, "first": first, "later": later, "recent": last}
    words = {}
    for name, day in days.items():
        words[name] = short_date(day, language)
        words[f"{name}_long"] = long_date(day, language)
    words["weekday"] = weekday(later, language)
    words["month"] = month(issued, language)
    words["month_before"] = month(issued.replace(day=1) - timedelta(days=1), language)
    words["month_later"] = month(later, language)
    words["year"], words["year_before"] = str(issued.year), str(issued.year - 1)
    words["year_after"] = str(issued.year + 1)
    words["quarter"] = f"{(issued.month - 1) // 3 + 1}"
    words["week"] = f"{issued.isocalendar().week}"
    words["time"] = f"{figures.randint(8, 12)}:{figures.choice(('00', '15', '30', '45'))}"
    words["time2"] = f"{figures.randint(13, 19)}:{figures.choice(('00', '15', '30', '45'))}"
    return words


def _numbers(issued: date, figures: Random) -> dict[str, str]:
    year = issued.year
    return {
        "no": f"{year}-{figures.randint(1, 9999):04d}",
        "invoice_no": figures.choice((f"RE-{year}-", f"{year % 100}", "R", "INV-")) + f"{figures.randint(1000, 99999)}",
        "order_no": figures.choice(("B-", "PO", "45000", "BE/")) + f"{figures.randint(10000, 99999)}",
        "offer_no": figures.choice(("A-", "Q", f"AN{year}-")) + f"{figures.randint(1000, 99999)}",
        "delivery_no": figures.choice(("LS-", "80", "D")) + f"{figures.randint(100000, 999999)}",
        "customer_no": f"{figures.randint(10000, 89999)}",
        "contract_no": figures.choice(("V-", "C/", "7")) + f"{figures.randint(10000, 999999)}",
        "policy_no": f"{figures.randint(10, 99)}.{figures.randint(100000, 999999)}.{figures.randint(1, 9)}",
        "ticket_no": f"{year}{issued:%m%d}{figures.randint(1000000, 9999999)}",
        "tax_no": f"{figures.randint(10, 99)}/{figures.randint(100, 999)}/{figures.randint(10000, 99999)}",
        "file_no": f"{figures.randint(2, 9)} {figures.choice('ABCDEHK')} {figures.randint(11, 999)}/{year % 100}",
        "staff_no": f"{figures.randint(100, 9999):05d}",
        "plate": f"XX-{figures.choice('ABKLMRT')}{figures.choice('ADEHLW')} {figures.randint(10, 999)}",
        "room": f"{figures.randint(0, 4)}.{figures.randint(1, 28):02d}",
        "count": f"{figures.randint(3, 19)}",
        "count2": f"{figures.randint(20, 180)}",
        "days": figures.choice(("7", "10", "14", "30")),
        "percent": f"{figures.randint(2, 18)}",
        "percent2": f"{figures.randint(19, 68)}",
        "hours": figures.choice(("30", "35", "38", "40")),
    }


def _amounts(sold: Basket, figures: Random) -> dict[str, str]:
    fee, interest = figures.choice((250, 500, 750, 1000, 1500)), figures.randint(90, 4200)
    cents = {
        "net": sold.net,
        "vat": sold.vat,
        "gross": sold.gross,
        "discounted": sold.gross * 98 // 100,
        "fee": fee,
        "interest": interest,
        "open": sold.gross + fee + interest,
        "small": figures.randint(900, 9900),
        "amount": figures.randint(12000, 98000),
        "large": figures.randint(1200, 48000) * 100,
        "huge": figures.randint(900, 9800) * 10000,
        "salary": figures.randint(290, 690) * 1000,
    }
    words = {name: money(value, sold.country) for name, value in cents.items()}
    words["vat_percent"] = str(sold.vat_percent)
    words["item"] = sold.items[0].name
    words["item2"] = sold.items[-1].name
    words["quantity"] = str(sold.items[0].quantity)
    return words
