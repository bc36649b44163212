"""A damaged PDF put together again by qpdf, for what PDFium cannot open.

Missing or wrong cross-references, bytes before the header, a file that was cut
off: qpdf finds the objects that are there and writes them anew.
"""

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

if TYPE_CHECKING:
    from pikepdf import Pdf

NAME = "repaired.pdf"
# qpdf holds the objects of what it repairs in memory.
_LARGEST = 500 * 1024**2
_END_WITHIN = 2_048


def repaired(path: Path, folder: Path, passwords: Sequence[str]) -> Path:
    """Write a damaged PDF anew into `folder`, without encryption; return where.

    Raises
    ------
    ExtractionError
        Nothing can be made of it.
    """
    import pikepdf

    if path.stat().st_size > _LARGEST:
        raise ExtractionError(f"It has more than {_LARGEST:,} bytes and was not repaired.")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / NAME
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with _opened(path, passwords) as document:
                if not document.pages:
                    raise ExtractionError("It has no pages.")
                # Streams go over as they are: unpacking them would let bombs off.
                document.save(
                    target,
                    compress_streams=False,
                    stream_decode_level=pikepdf.StreamDecodeLevel.none,
                    object_stream_mode=pikepdf.ObjectStreamMode.disable,
                )
    except ExtractionError:
        raise
    except Exception as fault:  # qpdf's own errors, and Python's for what a damaged object is taken for
        raise ExtractionError(f"It cannot be repaired ({type(fault).__name__}).") from fault
    return target


def _opened(path: Path, passwords: Sequence[str]) -> "Pdf":
    import pikepdf

    for password in ("", *passwords):
        try:
            return pikepdf.open(path, password=password, suppress_warnings=True)
        except pikepdf.PasswordError as fault:
            refusal = fault
    raise ExtractionError(
        "The PDF is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
    ) from refusal


def has_end(path: Path) -> bool:
    """Does a PDF end as it should? One that was cut off does not."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_WITHIN))
        return b"%%EOF" in file.read()
