"""S/MIME files on their own, such as invoice.xml.p7m: the signed content as a child."""

from dataclasses import replace
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.archives.unpacking import Unpacking, refuse_depth
from workbench.extraction.building import from_text
from workbench.extraction.mail.signed_content import signed_content
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, ExtractionState, Metadata


class SignedReader:
    """Takes the content out of signed files; of encrypted ones says that they are."""

    name = "signed"
    gives = ("children",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        return 50 if media_type in {known.PKCS7, "application/x-pkcs7-mime"} else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        refuse_depth(options.limits)
        data = path.read_bytes()
        content = signed_content(data)
        unpacking = Unpacking(folder=options.scratch, limits=options.limits, packed_bytes=len(data))
        unpacking.take(_name(options.name, content), (content,))
        extraction = from_text(self, media_type, "", metadata=Metadata(raw={"members": 1}))
        return replace(extraction, state=ExtractionState.OK, message="", children=tuple(unpacking.children))


def _name(name: str, content: bytes) -> str:
    """Return the content's own name: that of the file without .p7m; a MIME part is named as a mail."""
    own = name.rpartition("/")[2]
    if own.lower().endswith((".p7m", ".p7s", ".p7")):
        own = own.rpartition(".")[0]
    is_mime = content[:200].lstrip().lower().startswith((b"content-", b"mime-version:"))
    return f"{own or 'content'}.eml" if is_mime and not own.lower().endswith(".eml") else own or "content"
