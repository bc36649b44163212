"""XML without entities, network or surprises; and members of a ZIP of bounded size."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

# One part of an office file. The largest honest sheets and documents have some 300 MB.
MAX_PART = 1024**3
_MAX_RATIO = 1_000
_END_OF_PARAGRAPH = re.compile(r"</(?:\w+:)?(?:p|tr)\s*>")
_TAG = re.compile(r"<[^<>]*>")


class TooDeep(ExtractionError):
    """Elements stand so deep in each other that libxml2 leaves the rest out."""

    def __init__(self) -> None:
        super().__init__("Its elements are nested too deep to be taken apart.", state=ExtractionState.CORRUPT)


def parser(*, recover: bool = True) -> etree.XMLParser:
    """Return a parser that fetches nothing, expands no entity and forgives damage."""
    return etree.XMLParser(
        recover=recover, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True, remove_comments=True
    )


def parse(data: bytes) -> etree._Element | None:
    """Return the root of an XML document, None where not even a root can be made out."""
    return _parsed(data, parser())


def parse_all(data: bytes) -> etree._Element | None:
    """Return the root of an XML document as `parse` does, of one whose elements are all in the tree.

    Raises
    ------
    TooDeep
        What lies deeper is missing in the tree.
    """
    forgiving = parser()
    root = _parsed(data, forgiving)
    _refuse_depth(forgiving.error_log)
    return root


def _parsed(data: bytes, forgiving: etree.XMLParser) -> etree._Element | None:
    try:
        return etree.fromstring(data, forgiving)
    except (etree.XMLSyntaxError, ValueError):
        return None


def elements(data: bytes) -> Iterator[tuple[str, etree._Element]]:
    """Walk through an XML document, giving "start" and "end" of each element.

    Raises
    ------
    TooDeep
        At the end, when some of it was left out.
    """
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
    _refuse_depth(walk.error_log)


def _refuse_depth(log: etree._ListErrorLog) -> None:
    for entry in log:
        if entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT and "depth" in entry.message.lower():
            raise TooDeep


def without_markup(data: bytes, *, is_prose: bool) -> str:
    """Return the characters between the tags, for XML that cannot be taken apart.

    Parameters
    ----------
    is_prose : whether lines end where paragraphs do, rather than at every tag
    """
    text = data.decode("utf-8", "replace")
    if is_prose:
        text = _END_OF_PARAGRAPH.sub("\n", text)
    return html.unescape(_TAG.sub("" if is_prose else "\n", text))


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
