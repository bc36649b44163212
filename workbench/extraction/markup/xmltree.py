"""XML without entities, network or surprises; and members of a ZIP of bounded size."""

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

# One part of an office file. The largest honest sheets and documents have some 300 MB.
MAX_PART = 1024**3
_MAX_RATIO = 1_000


def parser(*, recover: bool = True) -> etree.XMLParser:
    """Return a parser that fetches nothing, expands no entity and forgives damage."""
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True
    )


def parse(data: bytes) -> etree._Element | None:
    """Return the root of an XML document, None where not even a root can be made out."""
    try:
        return etree.fromstring(data, parser())
    except (etree.XMLSyntaxError, ValueError):
        return None


def elements(data: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Walk through an XML document, giving "start" and "end" of each element."""
    walk = etree.iterparse(
        io.BytesIO(data),
        events=("start", "end"),
        recover=True,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
        remove_pis=True,
    )
    yield from ((event, element) for event, element in walk if isinstance(element.tag, str))


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def open_zip(path: Path) -> zipfile.ZipFile:
    """Open a ZIP-based document.

    Raises
    ------
    ExtractionError
        The directory of the ZIP is damaged.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as fault:
        raise ExtractionError(f"The file is damaged or cut off ({fault}). Ask for an undamaged copy.") from fault


def part(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return one member, b"" where it is not there.

    Raises
    ------
    ExtractionError
        The member is damaged, encrypted or blown up.
    """
    try:
        info = archive.getinfo(name)
    except KeyError:
        return b""
    if info.flag_bits & 1:
        raise ExtractionError(
            "The file is encrypted. Ask for the password or an open copy.", state=ExtractionState.ENCRYPTED
        )
    if info.file_size > MAX_PART or (
        info.file_size > 10_000_000 and info.file_size > _MAX_RATIO * max(info.compress_size, 1)
    ):
        raise ExtractionError(
            f"Its part {name} unpacks to {info.file_size:,} bytes and is not read.", state=ExtractionState.TOO_LARGE
        )
    try:
        return archive.read(info)
    except Exception as fault:  # zipfile and its decompressors raise many kinds on damaged members
        raise ExtractionError(
            f"The part {name} of the file is damaged ({fault}). Ask for an undamaged copy."
        ) from fault
