"""LaTeX to the words it sets: comments, commands and layout removed, letters written as commands restored.

No macro is run and no file included. What only a TeX engine could know stays
as it is written; so nothing a person wrote is lost, only how it is set.
"""

import re
import unicodedata
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.building import from_text, version
from workbench.extraction.cleaning import tidy
from workbench.extraction.encodings import decode
from workbench.extraction.protocol import ExtractOptions
from workbench.records import Extraction, Metadata

_COMMENT = re.compile(r"(?<!\\)%.*")
_ACCENTS = {'"': "\u0308", "'": "\u0301", "`": "\u0300", "^": "\u0302", "~": "\u0303", "=": "\u0304", ".": "\u0307"}
_LETTER_ACCENTS = {"c": "\u0327", "v": "\u030c", "u": "\u0306", "H": "\u030b", "r": "\u030a", "k": "\u0328"}
_ACCENT = re.compile(r"\\([\"'`^~=.])[ \t]*(?:\{\\?([A-Za-z])\}|\\?([A-Za-z]))")
_LETTER_ACCENT = re.compile(r"\\([cvuHrk])(?:\{([A-Za-z])\}|[ \t]+([A-Za-z])(?![A-Za-z]))")
_LETTERS = {"ss": "ß", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "l": "ł"}
_LETTERS |= {"L": "Ł", "i": "i", "S": "§", "P": "¶", "euro": "€", "EUR": "€", "pounds": "£", "copyright": "©"}
_LETTERS |= {"dots": "…", "ldots": "…", "textendash": "–", "textemdash": "—", "textbackslash": "\\", "LaTeX": "LaTeX"}
_LETTERS |= {"TeX": "TeX", "glqq": "„", "grqq": "“", "textasciitilde": "~", "textunderscore": "_", "today": ""}
_LETTER = re.compile(r"\\(" + "|".join(sorted(_LETTERS, key=len, reverse=True)) + r")(?![A-Za-z])(?:\{\})?[ \t]?")
# Commands whose arguments are no words of the document.
_SETTINGS = (
    r"documentclass|usepackage|RequirePackage|begin|end|label|ref|eqref|pageref|cite[pt]?|bibliographystyle|includegraphics"
    r"|input|include|vspace|hspace|setlength|addtolength|setcounter|pagestyle|thispagestyle|newcommand|renewcommand"
    r"|definecolor|color|textcolor|geometry|hypersetup|bibliography|fontsize|selectlanguage|addtocounter|pagenumbering"
)
_OPTION = r"(?:[ \t]*\[[^\[\]]{0,500}\])"
_SETTING = re.compile(rf"\\(?:{_SETTINGS})\*?{_OPTION}*(?:\{{[^{{}}]{{0,2000}}\}}{_OPTION}*)?")
_BOX = r"tabular[*x]?|array|longtable|minipage|multicols"
_COLUMNS = re.compile(rf"\\begin\{{(?:{_BOX})\}}{_OPTION}*(?: ?\{{[^{{}}]{{0,200}}\}}{_OPTION}*){{0,2}}")
_CELL = re.compile(r"(?<![ \t])[ \t]*+(?<!\\)&[ \t]*")
_COMMAND = re.compile(rf"\\[A-Za-z@]+\*?{_OPTION}?")
_SYMBOL = re.compile(r"\\([&%$#_{} ,;:!\-/@])")
_BREAK = re.compile(r"\\\\(?:\*)?(?:\[[^\[\]]{0,40}\])?|\\par(?![A-Za-z])")
_TITLE, _AUTHOR, _DATE = (re.compile(rf"\\{name}{_OPTION}?[ \t\r\n]*\{{") for name in ("title", "author", "date"))


class LatexReader:
    """Reads LaTeX without TeX."""

    name = "latex"
    gives = ("text", "metadata")

    @property
    def version(self) -> str:
        return version("1", "charset-normalizer")

    def claim(self, media_type: str, head: bytes) -> int:
        return 55 if media_type == known.LATEX else 0

    def extract(self, path: Path, media_type: str, options: ExtractOptions) -> Extraction:
        source, encoding = decode(path.read_bytes())
        source = _COMMENT.sub("", source)
        title, author = (latex_to_text(_argument(source, name)) for name in (_TITLE, _AUTHOR))
        metadata = Metadata(title=title or None, author=author or None, raw={"encoding": encoding})
        return from_text(self, media_type, latex_to_text(source), metadata=metadata)


def latex_to_text(source: str) -> str:
    """Return the words of LaTeX source from which the comments are gone."""
    text = _BREAK.sub("\n", source.replace("}{", "} {"))
    text = _ACCENT.sub(lambda match: _accented(match[2] or match[3], _ACCENTS[match[1]]), text)
    text = _LETTER_ACCENT.sub(lambda match: _accented(match[2] or match[3], _LETTER_ACCENTS[match[1]]), text)
    text = _LETTER.sub(lambda match: _LETTERS[match[1]], text)
    text = _COMMAND.sub(" ", _SETTING.sub(" ", _COLUMNS.sub(" ", _CELL.sub("\t", text))))
    text = _SYMBOL.sub(lambda match: match[1] if match[1] in "&%$#_{}@" else " ", text)
    text = text.replace("``", "“").replace("''", "”").replace("~", " ")
    text = re.sub(r"[{}]", "", text)
    return tidy(re.sub(r"([ \t])[ \t]+", r"\1", re.sub(r"^[ \t]+", "", text, flags=re.MULTILINE)))


def _accented(letter: str, mark: str) -> str:
    return unicodedata.normalize("NFC", letter + mark)


def _argument(source: str, opening: re.Pattern[str]) -> str:
    """Return what stands in a command's braces, braces inside of them included."""
    match = opening.search(source)
    if match is None:
        return ""
    depth = 1
    for place in range(match.end(), min(len(source), match.end() + 4_000)):
        if source[place] in "{}" and source[place - 1] != "\\":
            depth += 1 if source[place] == "{" else -1
        if depth == 0:
            return source[match.end() : place]
    return ""
