"""Any number of samples, drawn one after the other.

The mix is heavy on formats that are quick to write. About three of a hundred are exact duplicates of a recent
sample and three are near duplicates.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from random import Random

from samples.model import CATEGORIES
from samples.shelf import How, Relation, Sample

_FORMATS = {
    "pdf": 19,
    "docx": 16,
    "txt": 18,
    "html": 14,
    "eml": 14,
    "md": 7,
    "csv": 4,
    "odt": 4,
    "xlsx": 3,
    "msg": 1,
    "pptx": 1,
}
_SCANS = {"png": 2, "jpg": 2, "tiff": 1}
_FOLDERS = {
    "invoices": ("invoice", "credit_note", "reminder", "delivery_note", "order"),
    "contracts": ("contract", "termination", "insurance", "offer", "order_confirmation"),
    "emails": ("order", "order_confirmation", "newsletter", "support_ticket", "invoice", "application"),
    "footage": ("footage_and_photo", "other"),
    "otrs-tickets": ("support_ticket", "order", "reminder"),
    "letters": ("reminder", "termination", "offer", "insurance", "tax_and_authorities", "application", "contract"),
    "personnel": ("application", "payslip", "termination", "contract"),
    "finance": ("bank_statement", "invoice", "tax_and_authorities", "payslip", "credit_note", "report"),
    "reports": ("report", "minutes", "footage_and_photo"),
    "marketing": ("newsletter", "offer", "footage_and_photo", "other"),
    "misc": CATEGORIES,
}
_NAMES = {
    "de": ("Schreiben {n}", "Dokument_{n}", "Anlage {n}", "{n} Ablage", "Müller & Söhne {n}",
           "Für die Akte {n}", "Kopie von {n}", "Eingang-{n}"),
    "en": ("Letter {n}", "Document_{n}", "Enclosure {n}", "{n} filing", "Harrow & Finch {n}",
           "For the file {n}", "Copy of {n}", "incoming-{n}"),
}  # fmt: skip
_SPOKEN = {
    "invoice": ("Rechnung", "Invoice"),
    "credit_note": ("Gutschrift", "Credit"),
    "reminder": ("Mahnung", "Reminder"),
    "offer": ("Angebot", "Quotation"),
    "contract": ("Vertrag", "Agreement"),
    "termination": ("Kündigung", "Notice"),
    "minutes": ("Protokoll", "Minutes"),
    "report": ("Bericht", "Report"),
}
_NEAR = (Relation.NUMBERS, Relation.NUMBERS, Relation.WORDING, Relation.LAYOUT, Relation.FORMAT)
_REMEMBERED = 300


def samples(
    count: int, seed: int, known: dict[str, Sample], *, formats: frozenset[str] = frozenset(), scans: bool = True
) -> Iterator[Sample]:
    """Draw `count` samples; `known` holds those that a later one may resemble.

    Raises
    ------
    ValueError
        None of `formats` is one the stream writes.
    """
    weights = {
        name: weight
        for name, weight in (_FORMATS | (_SCANS if scans else {})).items()
        if not formats or name in formats
    }
    if not weights:
        raise ValueError(f"no such format: {', '.join(sorted(formats))}; choose from {', '.join((*_FORMATS, *_SCANS))}")
    dice = Random(f"{seed}/stream")
    recent: deque[Sample] = deque()
    for number in range(1, count + 1):
        sample = _drawn(number, dice, recent, weights)
        yield sample if sample.relation is not Relation.NONE else _remembered(sample, recent, known)


def _remembered(sample: Sample, recent: deque[Sample], known: dict[str, Sample]) -> Sample:
    recent.append(sample)
    known[sample.path] = sample
    if len(recent) > _REMEMBERED:
        del known[recent.popleft().path]
    return sample


def _drawn(number: int, dice: Random, recent: deque[Sample], weights: dict[str, int]) -> Sample:
    chance = dice.random()
    extension = dice.choices(list(weights), list(weights.values()))[0]
    if recent and chance < 0.06:
        original = dice.choice(recent)
        relation = Relation.COPY if chance < 0.03 else _nearness(original, extension, dice)
        if relation is not Relation.FORMAT:
            extension = original.extension
        path = _path(number, original.category, original.language, extension, dice)
        return Sample(path=path, category=original.category, language=original.language, how=original.how,
                      relation=relation, of=original.path)  # fmt: skip
    category = CATEGORIES[(number - 1) % len(CATEGORIES)]
    language = "de" if dice.random() < 0.6 else "en"
    how = How.SCAN if extension in _SCANS else How.LETTER
    return Sample(
        path=_path(number, category, language, extension, dice), category=category, language=language, how=how
    )


def _nearness(original: Sample, extension: str, dice: Random) -> Relation:
    """How the new sample is to resemble the original, within what their formats can show."""
    if original.how is How.SCAN:
        return Relation.SCAN
    relation = dice.choice(_NEAR)
    if relation is Relation.FORMAT and (extension in _SCANS or extension == original.extension):
        return Relation.NUMBERS
    if relation is Relation.LAYOUT and original.extension not in ("pdf", "docx", "html"):
        return Relation.WORDING
    return relation


def _path(number: int, category: str, language: str, extension: str, dice: Random) -> str:
    fitting = [name for name, fits in _FOLDERS.items() if category in fits]
    folder = dice.choice([*fitting, "scans", "scans"] if extension in _SCANS else fitting)
    stem = dice.choice(_NAMES[language]).format(n=f"{number:06d}")
    if category in _SPOKEN and dice.random() < 0.4:
        stem = f"{_SPOKEN[category][language == 'en']} {number:06d}"
    return f"{folder}/{number // 1000:03d}/{stem}.{extension}"
