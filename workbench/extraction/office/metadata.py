"""What an office file says about itself: docProps of Office Open XML, meta.xml of OpenDocument."""

import zipfile
from collections.abc import Mapping

from workbench.errors import ExtractionError
from workbench.extraction.cleaning import moment
from workbench.extraction.markup.xmltree import local, parse, part
from workbench.records import Metadata


def open_xml_metadata(archive: zipfile.ZipFile) -> Metadata:
    """Read docProps/core.xml and docProps/app.xml."""
    core = _fields(archive, "docProps/core.xml")
    app = _fields(archive, "docProps/app.xml")
    return _normalised(
        core | {f"app.{key}": value for key, value in app.items()},
        author="creator",
        created="created",
        modified="modified",
        pages=("app.Pages", "app.Slides"),
        software="app.Application",
    )


def open_document_metadata(archive: zipfile.ZipFile) -> Metadata:
    """Read meta.xml; the number of pages is an attribute there."""
    fields = _fields(archive, "meta.xml")
    root = parse(_quietly(archive, "meta.xml"))
    for element in root.iter() if root is not None else ():
        if isinstance(element.tag, str) and local(element) == "document-statistic":
            fields |= {
                f"statistic.{str(name).rpartition('}')[2]}": str(value) for name, value in element.attrib.items()
            }
    return _normalised(
        fields,
        author="initial-creator" if "initial-creator" in fields else "creator",
        created="creation-date",
        modified="date",
        pages=("statistic.page-count",),
        software="generator",
    )


def _fields(archive: zipfile.ZipFile, name: str) -> dict[str, str]:
    root = parse(_quietly(archive, name))
    found: dict[str, str] = {}
    for element in root.iter() if root is not None else ():
        text = (element.text or "").strip() if isinstance(element.tag, str) and not len(element) else ""
        if text and len(found) < 100:
            found.setdefault(local(element), text)
    return found


def _quietly(archive: zipfile.ZipFile, name: str) -> bytes:
    """Return a metadata part, b"" for a damaged one: the text matters more."""
    try:
        return part(archive, name) or b"<none/>"
    except ExtractionError:
        return b"<none/>"


def _normalised(
    fields: Mapping[str, str], *, author: str, created: str, modified: str, pages: tuple[str, ...], software: str
) -> Metadata:
    counts = [int(fields[key]) for key in pages if fields.get(key, "").isdecimal() and len(fields[key]) < 7]
    return Metadata(
        title=fields.get("title"),
        author=fields.get(author),
        subject=fields.get("subject"),
        created_at=moment(fields.get(created)),
        modified_at=moment(fields.get(modified)),
        language=(fields.get("language") or "")[:2].lower() or None,
        page_count=max(counts, default=0) or None,
        software=fields.get(software),
        raw=dict(fields),
    )
