"""An extraction as columns and JSON, and back again.

Pure: no database. What is kept beside the text (docling's document, tables,
recognised words) is JSON that is found by its digest.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime
from typing import Any

from workbench.records import Digest, Extraction, Json, Metadata, RecognisedPage, Table, Word

_TIMES = ("created_at", "modified_at")


@dataclass(frozen=True, kw_only=True)
class Kept:
    """JSON and the digest by which it is found."""

    digest: Digest
    body: str

    @classmethod
    def of(cls, body: str | None) -> "Kept | None":
        """None for nothing to keep."""
        return cls(digest=Digest(hashlib.sha256(body.encode()).hexdigest()), body=body) if body else None


def metadata_json(metadata: Metadata) -> dict[str, Any]:  # Any: JSON
    """Return what is known, times in ISO 8601."""
    found = asdict(replace(metadata, raw=dict(metadata.raw)))
    for name in _TIMES:
        found[name] = found[name].isoformat() if found[name] else None
    return {k: v for k, v in found.items() if v not in (None, (), {}, [])}


def metadata_of(kept: Json) -> Metadata:
    """Return what `metadata_json` made of it."""
    known = {field.name for field in fields(Metadata)}
    given = {name: value for name, value in kept.items() if name in known}
    for name in _TIMES:
        if name in given:
            given[name] = datetime.fromisoformat(given[name])
    return Metadata(**{**given, "recipients": tuple(given.get("recipients", ()))})


def tables_json(tables: Sequence[Table]) -> str | None:
    """Return the tables as JSON, None for none."""
    return _compact([asdict(table) for table in tables]) if tables else None


def tables_of(body: str | None) -> tuple[Table, ...]:
    """Return what `tables_json` made of them."""
    found = json.loads(body) if body else []
    return tuple(Table(**{**table, "rows": tuple(map(tuple, table["rows"]))}) for table in found)


def recognised_json(pages: Sequence[RecognisedPage]) -> str | None:
    """Return the recognised pages as JSON, None for none; a word is [text, confidence, left, top, right, bottom]."""
    if not pages:
        return None
    return _compact(
        [
            {**asdict(replace(page, words=())), "words": [[w.text, w.confidence, *w.box] for w in page.words]}
            for page in pages
        ]
    )


def recognised_of(body: str | None) -> tuple[RecognisedPage, ...]:
    """Return what `recognised_json` made of them."""
    return tuple(
        RecognisedPage(**{**page, "words": tuple(map(_word, page["words"]))})
        for page in (json.loads(body) if body else [])
    )


def extraction_of(row: Mapping[str, Any]) -> Extraction:  # Any: the columns of a row
    """Return an extraction as it was kept, without its children and pictures."""
    plain = {name: row[name] for name in ("extractor", "version", "media_type", "state", "message", "from_ocr")}
    return Extraction(
        **plain,
        text=row["text"] or "",
        metadata=metadata_of(row["metadata"]),
        page_starts=tuple(row["page_starts"]),
        structure=row["structure"],
        warnings=tuple(row["warnings"]),
        recognised=recognised_of(row["recognition"]),
        fields=row["fields"],
        tables=tables_of(row["tables"]),
        next_page=row["next_page"],
        options=row["options"],
        seconds=row["seconds"],
    )


def _word(kept: Sequence[Any]) -> Word:  # Any: a text and numbers
    text, confidence, left, top, right, bottom = kept
    return Word(text=text, confidence=confidence, box=(left, top, right, bottom))


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
