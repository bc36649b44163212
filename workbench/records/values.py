"""The two types that the nouns share."""

from collections.abc import Mapping
from typing import Any, NewType

Digest = NewType("Digest", str)
"""The SHA-256 of plain content, as 64 lower-case hexadecimal characters."""

Json = Mapping[str, Any]
"""What PostgreSQL keeps as jsonb; the values are whatever JSON holds."""
