"""What classifiers may look at, as text fields and as a digest.

The digest is kept with each opinion: when it changes, the opinion is stale.
"""

import hashlib
import json

from workbench.classification.ruleset import FIELDS
from workbench.records import Text


def field_values(document: Text, field: str) -> tuple[str, ...]:
    """The value of a text field; several for recipients, none where it is empty."""
    if field == "recipient":
        return document.recipients
    value: str = getattr(document, field)
    return (value,) if value else ()


def field_number(document: Text, field: str) -> float:
    """The value of a number field; `characters` counts what is not white space."""
    if field == "characters":
        return len("".join(document.text.split()))
    return float(getattr(document, field))


def inputs_digest(document: Text) -> str:
    """SHA-256 over everything that rules may look at; equal inputs, equal opinion."""
    looked_at = {
        field: field_number(document, field) if field in {"size", "pages"} else list(field_values(document, field))
        for field in FIELDS
        if field != "characters"
    }
    canonical = json.dumps(looked_at, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode("utf-8", "surrogatepass")).hexdigest()
