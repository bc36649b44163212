"""The committed set, as listed in `collection.csv`."""

from __future__ import annotations

import csv
import unicodedata
from pathlib import Path

from samples.shelf import How, Relation, Sample

SEED = 2024
_LIST = Path(__file__).with_name("collection.csv")


def load() -> dict[str, Sample]:
    """The samples by path, in the order of the file."""
    with _LIST.open(encoding="utf-8", newline="") as file:
        samples = [_sample(row) for row in csv.DictReader(file)]
    return {sample.path: sample for sample in samples}


def _sample(row: dict[str, str]) -> Sample:
    options = dict(part.split("=", 1) for part in row["options"].split(";") if part)
    # Editors and git may compose letters silently, so the list marks the file whose umlauts are to be taken apart.
    form = "NFD" if options.pop("decomposed", "") else "NFC"
    return Sample(
        path=unicodedata.normalize(form, row["path"]),  # type: ignore[arg-type]  # a literal for mypy
        category=row["category"],
        language=row["language"],
        how=How(row["how"] or "letter"),
        relation=Relation(row["relation"]),
        of=row["of"],
        options=options,
        state=row["state"] or "ok",
        note=row["note"],
    )
