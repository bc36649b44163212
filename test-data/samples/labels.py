"""`labels.csv`: what each sample is, so that tests and tuning have something to be measured against."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from typing import TextIO

from samples.shelf import How, Relation, Sample

COLUMNS = ("path", "category", "language", "duplicate_of", "near_duplicate_of", "difference", "state", "note")
_UNREADABLE = ("encrypted", "corrupt", "empty", "unsupported", "too_large")


def label(sample: Sample) -> tuple[str, ...]:
    """The row of one sample; what nobody can read has no category, nor has an archive."""
    readable = sample.state not in _UNREADABLE and sample.how not in (How.ARCHIVE, How.BOMB)
    is_copy = sample.relation is Relation.COPY
    is_near = sample.relation not in (Relation.NONE, Relation.COPY)
    return (
        sample.path,
        sample.category if readable else "",
        sample.language if readable else "",
        sample.of if is_copy else "",
        sample.of if is_near else "",
        sample.relation.value if is_near else "",
        sample.state,
        sample.note,
    )


def written(samples: Iterable[Sample], file: TextIO) -> Iterator[Sample]:
    """Pass the samples on and write their rows."""
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for sample in samples:
        rows.writerow(label(sample))
        yield sample
