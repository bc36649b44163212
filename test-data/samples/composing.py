"""From a category, a language and seeds to a letter.

Three seeds are independent of each other: `cast` decides who writes to whom, `wording` which variant and which
sentences, `figures` the date, the numbers and the goods. Two letters that share cast and wording but not
figures look like duplicates and are none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from samples import templates
from samples.facts import Facts, draw
from samples.model import Block, Bullets, Heading, Kind, Letter, Paragraph, Party
from samples.numbers import long_date, short_date
from samples.tables import TABLES

_CLOSINGS = {
    "de": ("Mit freundlichen Grüßen", "Freundliche Grüße", "Mit besten Grüßen", "Hochachtungsvoll"),
    "en": ("Yours sincerely", "Kind regards", "Yours faithfully", "With best wishes"),
}
_NOBODY = {"de": "Sehr geehrte Damen und Herren,", "en": "Dear Sir or Madam,"}


@dataclass(frozen=True, kw_only=True)
class Seeds:
    """What a letter is drawn from."""

    cast: str
    wording: str
    figures: str
    variant: int | None = None
    sender: str = ""
    recipient: str = ""

    @classmethod
    def of(cls, seed: str, *, variant: int | None = None, sender: str = "", recipient: str = "") -> Seeds:
        """All three from one seed; the beginning of a company's name fixes sender or recipient."""
        return cls(
            cast=f"{seed}/cast",
            wording=f"{seed}/wording",
            figures=f"{seed}/figures",
            variant=variant,
            sender=sender,
            recipient=recipient,
        )

    def with_figures(self, seed: str) -> Seeds:
        """The same people and sentences about other figures."""
        return replace(self, figures=f"{seed}/figures")


def compose(category: str, language: str, seeds: Seeds) -> Letter:
    """Write one document."""
    dice = Random(seeds.wording)
    variants = templates.variants(category, language)
    template = dice.choice(variants) if seeds.variant is None else variants[seeds.variant % len(variants)]
    header = template.header
    facts = draw(
        language,
        f"company:{seeds.sender}" if seeds.sender else header.get("from", "company"),
        f"company:{seeds.recipient}" if seeds.recipient else header.get("to", "company"),
        is_order=category == "order",
        cast=Random(seeds.cast),
        figures=Random(seeds.figures),
    )
    title = templates.worded(header["title"], facts.words, dice)
    return Letter(
        category=category,
        language=language,
        kind=Kind(header.get("kind", "letter")),
        title=title,
        issued=facts.issued,
        place_and_date=_place_and_date(facts, dice),
        sender=facts.sender,
        recipient=None if header.get("to") == "none" else facts.recipient,
        references=_references(header.get("refs", ""), facts, dice),
        salutation=_salutation(header, facts, dice),
        blocks=tuple(_blocks(template.blocks, facts, dice)),
        closing=_closing(header, facts, dice),
        footer=_footer(facts.sender, language),
        author=facts.contact.name,
        style=facts.sender.style,
    )


def _place_and_date(facts: Facts, dice: Random) -> str:
    day = dice.choice((short_date, long_date))(facts.issued, facts.language)
    return f"{facts.words['sender_town']}, {day}" if dice.random() < 0.6 else day


def _references(line: str, facts: Facts, dice: Random) -> tuple[tuple[str, str], ...]:
    parts = [part.split("=", 1) for part in templates.worded(line, facts.words, dice).split(";") if "=" in part]
    return tuple((name.strip(), value.strip()) for name, value in parts)


def _salutation(header: dict[str, str], facts: Facts, dice: Random) -> str:
    if "salutation" in header:
        return templates.worded(header["salutation"], facts.words, dice)
    return facts.reader.greeting if dice.random() < 0.65 else _NOBODY[facts.language]


def _closing(header: dict[str, str], facts: Facts, dice: Random) -> tuple[str, ...]:
    if "closing" in header:
        return tuple(templates.worded(header["closing"], facts.words, dice).split(" / "))
    signature = (facts.contact.name,) if facts.sender.trade == "person" else (facts.contact.name, facts.sender.name)
    return (dice.choice(_CLOSINGS[facts.language]), *signature)


def _footer(sender: Party, language: str) -> tuple[tuple[str, ...], ...]:
    if sender.trade == "person":
        return ()
    contact, boss, bank = ("Tel.", "Geschäftsführung", "Bank") if language == "de" else ("Tel", "Directors", "Bank")
    columns = [
        (sender.name, sender.street, sender.town),
        (f"{contact} {sender.phone}", sender.mail, f"www.{sender.domain}"),
    ]
    if sender.directors:
        vat = "USt-IdNr." if language == "de" else "VAT no."
        columns.append((f"{boss}: {', '.join(sender.directors)}", sender.register, f"{vat} {sender.vat_id}"))
        columns.append((f"{bank}: {sender.bank}", f"IBAN {sender.iban}", f"BIC {sender.bic}"))
    return tuple(columns)


def _blocks(sources: tuple[str, ...], facts: Facts, dice: Random) -> list[Block]:
    blocks: list[Block] = []
    for source in sources:
        blocks += _block(source, facts, dice)
    return blocks


def _block(source: str, facts: Facts, dice: Random) -> list[Block]:
    first, _, rest = source.partition("\n")
    if first.startswith("#"):
        marks, text = first.split(" ", 1)
        return [Heading(templates.worded(text, facts.words, dice), len(marks))]
    if first.startswith("@table"):
        return [TABLES[first.split()[1]](facts)]
    if first.startswith("@maybe"):
        return [_paragraph(rest, facts, dice)] if dice.random() < 0.5 else []
    if first.startswith("@tell"):
        return _told([_paragraph(line, facts, dice).text for line in _picked(first, rest, dice)])
    if first.startswith("@pick"):
        return [_paragraph(line, facts, dice) for line in _picked(first, rest, dice)]
    if first.startswith("@bullets"):
        return [Bullets(tuple(_paragraph(line, facts, dice).text for line in _picked(first, rest, dice)))]
    return [_paragraph(source.replace("\n", " "), facts, dice)]


def _paragraph(text: str, facts: Facts, dice: Random) -> Paragraph:
    return Paragraph(templates.worded(text, facts.words, dice))


def _told(sentences: list[str]) -> list[Block]:
    """Paragraphs of up to three sentences each."""
    return [Paragraph(" ".join(sentences[start : start + 3])) for start in range(0, len(sentences), 3)]


def _picked(command: str, rest: str, dice: Random) -> list[str]:
    lines = [line.removeprefix("- ") for line in rest.split("\n")]
    number = command.split()[1:]
    return dice.sample(lines, int(number[0])) if number else lines
