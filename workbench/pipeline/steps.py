"""What a worker process does with one document: read it and sign it.

A pure function of the task, importable by name, so that any executor can run
it. It has never heard of a database.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from workbench import dedup, extraction
from workbench.catalog.reading import Reading, Signature
from workbench.extraction import ExtractOptions
from workbench.records import Digest, Extraction


@dataclass(frozen=True, kw_only=True)
class Task:
    """One document to read.

    Parameters
    ----------
    path : a file with the bytes, not to be written to
    media_type : "" where it is to be told here
    options : with a scratch folder of this task's own
    options_digest : under which the result is kept; that of what was asked for, also where less is tried
    begun : what is known of a long scan so far; its pages are not read again
    """

    digest: Digest
    path: Path
    name: str
    media_type: str
    options: ExtractOptions
    options_digest: str = ""
    begun: Extraction | None = None


def read_document(task: Task) -> Reading:
    """Extract a document and compute what its like are found by."""
    found = _read(task)
    return Reading(
        digest=task.digest,
        options_digest=task.options_digest or extraction.options_digest(task.options),
        extraction=found,
        text_signature=_text_signature(found),
        image_signature=_image_signature(task) if found.media_type.startswith("image/") else None,
    )


def _read(task: Task) -> Extraction:
    first = task.begun.next_page or 1 if task.begun else 1
    kind = task.media_type or extraction.media_type_of(task.path, task.name)
    found = extraction.read(task.path, name=task.name, media_type=kind, options=replace(task.options, first_page=first))
    if found.next_page is not None and found.next_page <= first:
        # An extractor that makes no headway must not be asked for ever.
        found = replace(found, next_page=None)
    return extraction.merged(task.begun, found) if task.begun else found


def _text_signature(found: Extraction) -> Signature | None:
    signed = dedup.text_signature(found.text, from_ocr=found.from_ocr) if found.text else None
    if signed is None:
        return None
    return Signature(method=signed.method, signature=signed.digest, bands=dedup.bands(signed.digest))


def _image_signature(task: Task) -> Signature | None:
    # What cannot be opened as a picture has no hash; that it cannot is the extraction's to say.
    with suppress(UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError, SyntaxError):
        with Image.open(task.path) as image:
            if image.width * image.height > task.options.limits.pixels:
                return None
            hashed = dedup.image_hash(image)
        if hashed is not None:
            return Signature(method=hashed.method, signature=hashed.digest, bands=dedup.image_bands(hashed.digest))
    return None
