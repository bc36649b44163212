"""What the libraries we build on do by themselves: one function each, for worker processes."""

import os
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from docling.document_converter import DocumentConverter


def pdfium(path: Path) -> int:
    """The text of every page of a PDF; the number of pages."""
    import pypdfium2

    document = pypdfium2.PdfDocument(path)
    for number in range(len(document)):
        page = document[number]
        layer = page.get_textpage()
        layer.get_text_bounded()
        layer.close()
        page.close()
    count = len(document)
    document.close()
    return count


def docling_native(path: Path) -> int:
    """A PDF through docling's pipeline that needs no models; the number of pages."""
    return len(_converter().convert(path).document.pages)


def tesseract(path: Path) -> int:
    """A picture through Tesseract's own command; the number of pages."""
    tesseract_text(path)
    return 1


def tesseract_text(path: Path) -> str:
    """What Tesseract's own command reads from a picture, with one thread."""
    environment = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    done = subprocess.run(
        ["tesseract", str(path), "stdout", "-l", "deu"], env=environment, capture_output=True, check=True
    )
    return done.stdout.decode("utf-8", "replace")


@lru_cache(maxsize=1)
def _converter() -> "DocumentConverter":
    from docling.datamodel.base_models import InputFormat
    from docling.document_converter import DocumentConverter, PdfFormatOption
    from docling.pipeline.native_pdf_pipeline import NativePdfPipeline

    return DocumentConverter(format_options={InputFormat.PDF: PdfFormatOption(pipeline_cls=NativePdfPipeline)})
