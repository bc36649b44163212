"""The last bid for anything: no text, only the facts of the bytes."""

from pathlib import Path

from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata


class UnknownReader:
    """Takes what nobody else reads."""

    name = "unknown"
    gives = ("metadata",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 1

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        with path.open("rb") as file:
            head = file.read(16)
        return Extraction(
            extractor=self.name,
            version=self.version,
            media_type=media_type,
            state=ExtractionState.UNSUPPORTED,
            message=f"Nothing here reads {media_type}. It can be classified by its name and metadata only.",
            metadata=Metadata(raw={"size": path.stat().st_size, "first_bytes": head.hex()}),
        )
