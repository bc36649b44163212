"""Opening a PDF by PDFium: with no password or one of those given, or a sentence why not.

PDFium keeps every object it has seen until a document is closed; a long one is
therefore reopened now and then (`OpenPdf.reopen`).
"""

import logging
import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument

_PASSWORD = 4  # FPDF_ERR_PASSWORD
_SECURITY = 5  # FPDF_ERR_SECURITY
_UNENCRYPTED = -1


@dataclass(kw_only=True)
class OpenPdf:
    """A PDF that PDFium has open.

    Parameters
    ----------
    password : the one that opened it, "" where none was needed
    """

    path: Path
    password: str
    document: "PdfDocument"

    @property
    def is_encrypted(self) -> bool:
        import pypdfium2.raw as pdfium

        return bool(pdfium.FPDF_GetSecurityHandlerRevision(self.document) != _UNENCRYPTED)

    @property
    def form_type(self) -> int:
        return int(self.document.get_formtype())

    def reopen(self) -> None:
        """Open the same file anew, which frees what PDFium kept of the pages read so far."""
        self.document.close()
        self.document = _document(self.path, self.password)

    def turn_to(self, copy: Path) -> None:
        """Go on with a copy that is not encrypted."""
        self.document.close()
        self.path, self.password = copy, ""
        self.reopen()

    def close(self) -> None:
        self.document.close()


def opened(path: Path, passwords: Sequence[str]) -> OpenPdf:
    """Open a PDF.

    Raises
    ------
    ExtractionError
        It is encrypted and no password opens it, or it is damaged.
    """
    for password in ("", *passwords):
        try:
            return OpenPdf(path=path, password=password, document=_document(path, password))
        except ExtractionError as fault:
            if fault.state is not ExtractionState.ENCRYPTED:
                raise
            refusal = fault
    if passwords and str(refusal) == _SEALED:
        raise ExtractionError(_none_opens(len(passwords)), state=ExtractionState.ENCRYPTED) from refusal
    raise refusal


_SEALED = "The PDF is encrypted and no password was given. Ask for the password or an open copy."


def _none_opens(tried: int) -> str:
    which = "the given password does not open it" if tried == 1 else f"none of the {tried} given passwords opens it"
    return f"The PDF is encrypted and {which}. Ask for the password or an open copy."


def _document(path: Path, password: str) -> "PdfDocument":
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(path, password=password or None)
        if document.get_formtype():
            # Must come before the first page; runs no script, since this PDFium has no engine for them.
            # That it has none for XFA either is said by `reader`, per document.
            logging.getLogger("pypdfium2").setLevel(logging.ERROR)
            document.init_forms()
    except pdfium.PdfiumError as fault:
        raise _translated(fault, path) from fault
    if len(document) <= 0:
        document.close()
        raise ExtractionError("The PDF is damaged: it has no pages. Ask for an undamaged copy.")
    return document


def _translated(fault: Exception, path: Path) -> ExtractionError:
    # PDFium keeps its last error: a file that fails without one seems to fail like the file before it.
    code = getattr(fault, "err_code", None)
    if code in {_PASSWORD, _SECURITY} and not _names_encryption(path):
        code = None
    if code == _PASSWORD:
        return ExtractionError(_SEALED, state=ExtractionState.ENCRYPTED)
    if code == _SECURITY:
        return ExtractionError(
            "The PDF is encrypted for holders of a certificate or in an unknown way. Ask for an open copy.",
            state=ExtractionState.ENCRYPTED,
        )
    # PDFium says no more than that its data are wrong.
    return ExtractionError("The PDF is damaged and cannot be opened. Ask for an undamaged copy.")


def _names_encryption(path: Path) -> bool:
    """Does a PDF speak of encryption anywhere? Where it does is never packed itself."""
    if not path.stat().st_size:
        return False
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(b"/Encrypt") >= 0
