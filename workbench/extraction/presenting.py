"""An extraction as JSON, for the command line and other programs."""

import base64
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from workbench.records import Child, Extraction, Json, Metadata, Thumbnail


def as_json(extraction: Extraction, *, structure: bool = True, pictures: bool = True) -> Json:
    """Return everything an extraction holds as plain JSON; every key is there, whatever the file was.

    Parameters
    ----------
    structure : whether docling's document is included, as JSON in its own right
    pictures : whether thumbnails are included, in base64
    """
    import json

    plain = asdict(replace(extraction, metadata=Metadata(), children=(), thumbnails=(), structure=None))
    found: dict[str, Any] = {  # Any: JSON
        **plain,
        "metadata": _metadata(extraction.metadata),
        "children": [_child(child) for child in extraction.children],
    }
    found["structure"] = json.loads(extraction.structure) if structure and extraction.structure else None
    found["thumbnails"] = [_picture(thumbnail) for thumbnail in extraction.thumbnails] if pictures else []
    return found


def _metadata(metadata: Metadata) -> Json:
    values = asdict(metadata)
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}


def _child(child: Child) -> Json:
    known = {"name": child.name, "media_type": child.media_type, "metadata": dict(child.metadata)}
    size = child.path.stat().st_size if child.path.is_file() else None
    return {**known, "size": size}


def _picture(thumbnail: Thumbnail) -> Json:
    return {**asdict(thumbnail), "data": base64.b64encode(thumbnail.data).decode("ascii")}


def summary(extraction: Extraction) -> dict[str, object]:
    """Return what a person compares first, as plain values."""
    return {
        "state": str(extraction.state),
        "read by": extraction.extractor,
        "characters": len(extraction.text),
        "pages": extraction.metadata.page_count,
        "pages recognised": len(extraction.recognised),
        "tables": len(extraction.tables),
        "fields": len(extraction.fields),
        "inside": len(extraction.children),
        "warnings": " ".join(extraction.warnings),
        "seconds": extraction.seconds.get("all", 0.0),
    }
