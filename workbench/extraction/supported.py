"""What can be read here, generated from the registry: the page `workbench formats`."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from shutil import which

from workbench.extraction import media_types as known
from workbench.extraction.protocol import Extractor
from workbench.extraction.registry import broken_plug_ins, extractors

_GIVES = {
    "pdf": ("text", "pages", "metadata", "ocr"),
    "image": ("text", "pages", "metadata", "ocr"),
    "docling": ("text", "structure", "metadata"),
    "presentation": ("text", "pages", "metadata"),
    "epub": ("text", "pages", "metadata"),
    "mail": ("text", "metadata", "children"),
    "outlook": ("text", "metadata", "children"),
    "mbox": ("children",),
    "zip": ("children",),
    "libarchive": ("children",),
    "compressed": ("children",),
    "media": ("metadata",),
    "unknown": ("metadata",),
    "catdoc": ("text",),
    "sealed-office": (),
}
_PACKAGES = {
    "pdf": "pypdfium2",
    "image": "PIL",
    "docling": "docling",
    "word": "lxml",
    "presentation": "lxml",
    "opendocument": "lxml",
    "epub": "selectolax",
    "html": "selectolax",
    "mhtml": "selectolax",
    "xml": "lxml",
    "spreadsheet": "python_calamine",
    "outlook": "oxmsg",
    "rich-text": "striprtf",
    "word-binary": "olefile",
    "powerpoint-binary": "olefile",
    "libarchive": "libarchive",
    "media": "pymediainfo",
}
_ORDER = ("text", "pages", "structure", "metadata", "children", "ocr")


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format: who reads it in which order, what that gives, what is missing on this machine.

    Parameters
    ----------
    gives : of text, pages, structure, metadata, children, ocr
    missing : sentences with what to install
    """

    media_type: str
    extensions: tuple[str, ...]
    title: str
    extractors: tuple[str, ...]
    gives: tuple[str, ...]
    missing: tuple[str, ...] = ()


def formats(*, languages: tuple[str, ...] = ("deu", "eng")) -> tuple[Format, ...]:
    """Return every known format in the order of the table; `languages` are those wanted for recognition."""
    needs = _Needs(languages)
    return tuple(_described(format_, needs) for format_ in known.KNOWN)


def _described(format_: known.MediaType, needs: "_Needs") -> Format:
    readers = [
        reader
        for reader in extractors()
        if reader.claim(format_.name, b"") >= (1 if format_.name == known.OCTETS else 5)
    ]
    readers.sort(key=lambda reader: -reader.claim(format_.name, b""))
    gives = {gift for reader in readers for gift in _GIVES.get(reader.name, ("text", "metadata"))}
    missing = dict.fromkeys(sentence for reader in readers for sentence in needs.of(reader))
    if format_.name == known.HEIC and find_spec("pi_heif") is None:
        missing["The Python package pi-heif is not installed."] = None
    return Format(
        media_type=format_.name,
        extensions=format_.extensions,
        title=format_.title,
        extractors=tuple(reader.name for reader in readers),
        gives=tuple(gift for gift in _ORDER if gift in gives),
        missing=(*missing, *(broken_plug_ins() if format_.name == known.OCTETS else ())),
    )


class _Needs:
    """What each extractor lacks on this machine; looked up once a listing."""

    def __init__(self, languages: tuple[str, ...]) -> None:
        self._languages = languages
        self._programs: dict[str, Callable[[], list[str]]] = {
            "pdf": self._recognition,
            "image": self._recognition,
            "catdoc": lambda: [] if which("catdoc") else ["catdoc is not installed; apt install catdoc."],
            "libarchive": _libarchive,
        }

    def of(self, reader: Extractor) -> list[str]:
        package = _PACKAGES.get(reader.name)
        lacking = [f"The Python package {package} is not installed."] if package and find_spec(package) is None else []
        return lacking + self._programs.get(reader.name, list)()

    def _recognition(self) -> list[str]:
        from workbench.extraction.recognition.tesseract import NOT_INSTALLED, installed_languages, missing_language

        present = installed_languages()
        if not present:
            return [NOT_INSTALLED]
        return [missing_language(code) for code in (*self._languages, "osd") if code not in present]


def _libarchive() -> list[str]:
    try:
        import libarchive  # noqa: F401 - loading it is the test: the C library comes from the system
    except (ImportError, OSError):
        return ["libarchive is not installed; apt install libarchive13."]
    return []
