"""Encrypted Office Open XML: an OLE container with the stream EncryptedPackage."""

from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction, ExtractionState

_OLE = b"\xd0\xcf\x11\xe0"


class SealedOfficeReader:
    """Recognises what the other office readers would mistake for an old or broken file."""

    name = "sealed-office"
    gives = ()
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 100 if media_type in known.OPEN_XML and head.startswith(_OLE) else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        import olefile

        try:
            with olefile.OleFileIO(path) as ole:
                is_sealed = ole.exists("EncryptedPackage")
        except Exception as fault:  # olefile raises whatever the damaged directory provokes
            raise ExtractionError(f"The file is damaged ({fault}). Ask for an undamaged copy.") from fault
        if not is_sealed:
            raise Declined("not encrypted")
        raise ExtractionError(
            "The file is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        )
