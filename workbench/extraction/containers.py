"""What a ZIP or an OLE container holds: an office file, a book, a mail, or just files.

Reads directories and small members only, never a document's content.
"""

import re
import zipfile
from pathlib import Path

from workbench.extraction import media_types as known

_MAIN_PARTS = (
    ("wordprocessingml.document.main", known.DOCX),
    ("wordprocessingml.template.main", known.DOTX),
    ("ms-word.document.macroenabled.main", known.DOCM),
    ("ms-word.template.macroenabledtemplate.main", known.DOCM),
    ("ms-excel.sheet.binary.macroenabled.main", known.XLSB),
    ("ms-excel.sheet.macroenabled.main", known.XLSM),
    ("ms-excel.template.macroenabled.main", known.XLSM),
    ("spreadsheetml.sheet.main", known.XLSX),
    ("spreadsheetml.template.main", known.XLSX),
    ("presentationml.presentation.main", known.PPTX),
    ("presentationml.template.main", known.PPTX),
    ("presentationml.slideshow.main", known.PPSX),
    ("ms-powerpoint.presentation.macroenabled.main", known.PPTM),
    ("ms-powerpoint.slideshow.macroenabled.main", known.PPTM),
    ("ms-powerpoint.template.macroenabled.main", known.PPTM),
)
_FOLDERS = (("word/", known.DOCX), ("xl/", known.XLSX), ("ppt/", known.PPTX), ("visio/", known.VSDX))
_TEMPLATES = {
    known.ODT + "-template": known.ODT,
    known.ODS + "-template": known.ODS,
    known.ODP + "-template": known.ODP,
    known.ODG + "-template": known.ODG,
    known.SXW + ".template": known.SXW,
    known.SXC + ".template": known.SXC,
    known.SXI + ".template": known.SXI,
}
_DECLARED = frozenset({known.ODT, known.ODS, known.ODP, known.ODG, known.SXW, known.SXC, known.SXI, known.EPUB})
_ZIPPED = known.OPEN_XML | _DECLARED | {known.PAGES, known.NUMBERS, known.KEY}
# A content types part is a few kilobytes; more is an attempt to fill the memory.
_MAX_PART = 4 * 1024**2


def zip_type(path: Path, head: bytes, name: str) -> str:
    """Return what a ZIP is; a broken one is what its first names or its own name say."""
    promised = known.by_extension(name)
    try:
        with zipfile.ZipFile(path) as archive:
            return _of_members(archive, promised)
    except Exception:  # zipfile and its decompressors raise many kinds on damaged directories and members
        return _of_fragment(head, promised)


def _of_members(archive: zipfile.ZipFile, promised: str | None) -> str:
    names = set(archive.namelist())
    if "mimetype" in names:
        declared = _part(archive, "mimetype").decode("ascii", "replace").strip()
        declared = _TEMPLATES.get(declared, declared)
        if declared in _DECLARED:
            return declared
    if "[Content_Types].xml" in names:
        parts = _part(archive, "[Content_Types].xml").decode("utf-8", "replace").lower()
        for mark, found in _MAIN_PARTS:
            if f"{mark}+xml" in parts or f'{mark}"' in parts:
                return found
        for folder, found in _FOLDERS:
            if any(member.startswith(folder) for member in names):
                return promised if promised in known.OPEN_XML else found
    if "META-INF/container.xml" in names and any(member.endswith(".opf") for member in names):
        return known.EPUB
    return _apple_type(names, promised) or _old_apple_type(archive, names) or known.ZIP


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as part:
        return part.read(_MAX_PART)


def _apple_type(names: set[str], promised: str | None) -> str | None:
    if not names & {"Index/Document.iwa", "Index.zip", "index.apxl", "index.xml"}:
        return None
    if promised in {known.PAGES, known.NUMBERS, known.KEY}:
        return promised
    if any(re.match(r"Index/(Slide|MasterSlide|TemplateSlide)", member) for member in names):
        return known.KEY
    if any(member.startswith("Index/Tables/") for member in names) and "Index/CalculationEngine.iwa" in names:
        return known.NUMBERS
    return known.PAGES if "Index/Document.iwa" in names else None


def _old_apple_type(archive: zipfile.ZipFile, names: set[str]) -> str | None:
    """Tell the documents of iWork '09 apart by the namespace of their XML."""
    if names & {"index.apxl", "index.apxl.gz"}:
        return known.KEY
    if "index.xml" not in names:
        return None
    with archive.open("index.xml") as part:
        start = part.read(4096)
    kinds = {b"developer.apple.com/namespaces/sl": known.PAGES, b"developer.apple.com/namespaces/ls": known.NUMBERS}
    return next((found for mark, found in kinds.items() if mark in start), None)


def _of_fragment(head: bytes, promised: str | None) -> str:
    if promised in _ZIPPED:
        return str(promised)
    declared = head[38:120].decode("ascii", "replace")
    for found in sorted(_DECLARED):
        if head[30:38] == b"mimetype" and declared.startswith(found):
            return found
    for folder, found in _FOLDERS:
        if folder.encode() in head:
            return found
    return known.ZIP


def ole_type(path: Path, name: str) -> str | None:
    """Return what an OLE container is, None where its streams do not say."""
    import olefile

    promised = known.by_extension(name)
    try:
        with olefile.OleFileIO(path) as ole:
            streams = {entry[0].lower() for entry in ole.listdir(streams=True, storages=True)}
    except Exception:  # olefile raises whatever the damaged directory provokes
        return promised if promised in {known.DOC, known.XLS, known.PPT, known.MSG} else None
    if "encryptedpackage" in streams:
        return promised if promised in known.OPEN_XML else known.DOCX
    if "__properties_version1.0" in streams or any(stream.startswith("__substg1.0_") for stream in streams):
        return known.MSG
    for stream, found in (
        ("worddocument", known.DOC),
        ("workbook", known.XLS),
        ("book", known.XLS),
        ("powerpoint document", known.PPT),
        ("visiodocument", known.VSD),
        ("quill", known.PUB),
        ("matost", known.WPS),
        ("matadorobject", known.WPS),
    ):
        if stream in streams:
            return found
    return None
