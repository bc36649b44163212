"""The last resort for office formats: LibreOffice, where it is installed.

One document a call, with a profile of its own below the scratch folder: no
setting, lock or temporary file outside of it. Macros stay off and nothing is
fetched; seconds a document, so that every other reader is asked before.
"""

import os
import shutil
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from workbench.errors import ExtractionError
from workbench.extraction import media_types as known
from workbench.extraction import needs, programs
from workbench.extraction.building import from_text
from workbench.extraction.cleaning import tidy
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import Declined, ExtractOptions
from workbench.records import Extraction

_PROGRAM = "soffice"
_TIMEOUT_S = 120
_MOST_BYTES = 64 * 1024
_ONLY_HERE = frozenset({known.WPD, known.WPS, known.VSD, known.PUB})
_TEXTS = frozenset(
    {known.DOCX, known.DOTX, known.DOCM, known.DOC, known.RTF, known.ODT, known.SXW, known.WPD, known.WPS}
)
_SHEETS = frozenset({known.XLSX, known.XLSM, known.XLSB, known.XLS, known.ODS, known.SXC})
_PAGES = frozenset(
    {known.PPTX, known.PPSX, known.PPTM, known.PPT, known.ODP, known.SXI, known.ODG}
    | {known.VSDX, known.VSD, known.PUB}
)
# What is written for each family, and how LibreOffice calls it.
_FILTERS = {
    "txt": "txt:Text (encoded):UTF8",
    # A tab between cells, UTF-8, values as they are shown, every sheet.
    "csv": "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,false,true,false,false,false,-1",
}
# No macro runs, no link is followed.
_SAFE = (
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Writer/Content/Update", "Link", "0"),
    ("Calc/Content/Update", "Link", "0"),
)


class LibreOfficeReader:
    """Reads what LibreOffice opens: every office format, and exotic ones that nobody else reads."""

    name = "libreoffice"
    gives = ("text",)
    version = "1"

    def claim(self, media_type: str, head: bytes) -> int:
        if media_type in _ONLY_HERE:
            return 50
        # Below what gives a second opinion about documents without text: it takes seconds.
        # Where it is not installed it claims only what is lost without it.
        return 8 if media_type in _TEXTS | _SHEETS | _PAGES and _is_installed(os.environ.get("PATH")) else 0

    def missing(self, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
        return needs.programs(soffice="libreoffice-nogui") if media_type in _ONLY_HERE else ()

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        program = shutil.which(_PROGRAM)
        if program is None:
            raise Declined("LibreOffice is not installed; apt install libreoffice-nogui")
        kind = "txt" if media_type in _TEXTS else "csv" if media_type in _SHEETS else "pdf"
        work = options.scratch / "libreoffice"
        try:
            found = _convert(program, path, media_type, kind, work)
            if kind == "pdf":
                return self._from_pdf(found, media_type, options)
            text = "\n\n".join(tidy(decode(one.read_bytes())[0]) for one in found)
            return from_text(self, media_type, text)
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _from_pdf(self, found: list[Path], media_type: str, options: ExtractOptions) -> Extraction:
        # Late: the registry knows all readers, this one included.
        from workbench.extraction.pdf.reader import PdfReader

        extraction = PdfReader().extract(found[0], known.PDF, replace(options, first_page=1, thumbnails=0))
        return replace(extraction, extractor=self.name, version=self.version, media_type=media_type)


@lru_cache(maxsize=4)
def _is_installed(path: str | None) -> bool:
    """Look for the program once, not for each file."""
    return shutil.which(_PROGRAM, path=path) is not None


def _convert(program: str, path: Path, media_type: str, kind: str, work: Path) -> list[Path]:
    """Have a document written as text or PDF; a workbook becomes a file for each sheet.

    Raises
    ------
    ExtractionError
        It took too long, or nothing was written.
    """
    profile, out = work / "profile", work / "out"
    (profile / "user").mkdir(parents=True, exist_ok=True)
    out.mkdir(exist_ok=True)
    (profile / "user" / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
    # LibreOffice tells formats by extension where the bytes do not.
    document = work / f"document{known.extension(media_type)}"
    shutil.copyfile(path, document)
    command = [
        program,
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        "--headless",
        "--norestore",
        "--nolockcheck",
        "--convert-to",
        _FILTERS.get(kind, kind),
        "--outdir",
        str(out),
        str(document),
    ]
    surroundings = {"HOME": str(work), "TMPDIR": str(work), "SAL_USE_VCLPLUGIN": "svp"}
    programs.run(command, timeout_s=_TIMEOUT_S, most_bytes=_MOST_BYTES, environment=surroundings, folder=work)
    found = sorted(out.iterdir())
    if not found:
        raise ExtractionError("LibreOffice cannot open it. Ask for an undamaged copy.")
    return found


def _settings() -> str:
    """Return the settings of a fresh profile, as LibreOffice keeps them."""
    items = "".join(
        f'<item oor:path="/org.openoffice.Office.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SAFE
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry">{items}</oor:items>'
