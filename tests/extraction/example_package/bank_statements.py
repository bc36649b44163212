"""SWIFT MT940 bank statements: an example of an extractor that a plug-in brings.

A class with a name, a version, `claim` and `extract` is all it takes; `gives`
and `formats` make it known to ``workbench formats``.
"""

import re
from datetime import UTC, datetime
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import ExtractOptions
from workbench.extraction.media_types import MediaType
from workbench.records import Extraction, ExtractionState, Metadata

_FIELD = re.compile(r"^:(\d{2}[A-Z]?):", re.MULTILINE)
_BALANCE = re.compile(r"([CD])(\d{6})([A-Z]{3})([\d,]+)")


class StatementReader:
    """Reads statements that a bank or a program has exported."""

    name = "bank-statement"
    version = "1"
    gives = ("text", "fields", "metadata")
    formats = (MediaType("application/x-mt940", "Bank statement (SWIFT MT940)", ("sta", "mt940", "940")),)

    def claim(self, media_type: str, head: bytes) -> int:
        """Bid more than the reader of plain text, which is what such a file looks like."""
        if media_type == "application/x-mt940":
            return 80
        return 80 if media_type == "text/plain" and b":20:" in head and b":60F:" in head else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        """Give the statement line by line, its account and balances as fields."""
        text = path.read_text(encoding="latin-1")
        tags = [match.group(1) for match in _FIELD.finditer(text)]
        fields = dict(zip(tags, (value.strip() for value in _FIELD.split(text)[2::2]), strict=True))
        closing = _BALANCE.match(fields.get("62F", ""))
        if closing is None:
            raise ExtractionError("The statement has no closing balance (:62F:). Ask for an undamaged copy.")
        sign, day, currency, amount = closing.groups()
        return Extraction(
            extractor=self.name,
            version=self.version,
            media_type="application/x-mt940",
            state=ExtractionState.OK,
            text=re.sub(r"\?\d{2}", " ", text),
            fields={
                "account": fields.get("25", ""),
                "closing_balance": f"{'-' if sign == 'D' else ''}{amount}",
                "currency": currency,
            },
            metadata=Metadata(
                title=f"Kontoauszug {fields.get('28C', '')}".strip(),
                created_at=datetime.strptime(day, "%y%m%d").replace(tzinfo=UTC),
            ),
        )
