"""A sample document before it has bytes, and how it gets them.

A `Sample` says where a file lies, what it is and how it is made; `content` makes it. What belongs to a mail or an
archive is a sample of its own, with the path `mail.eml!/attachment.pdf`. Making is pure: a duplicate is
made again rather than copied, so nothing has to be kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from mimetypes import guess_type
from pathlib import PurePosixPath

from samples import writers
from samples.composing import Seeds, compose
from samples.model import Letter
from samples.rewording import reworded
from samples.writers import broken, txt, zipped

INSIDE = "!/"
PASSWORD = "geheim"


class Relation(StrEnum):
    """How a sample is like another one."""

    NONE = ""
    COPY = "copy"
    NUMBERS = "numbers"
    WORDING = "wording"
    LAYOUT = "layout"
    FORMAT = "format"
    SCAN = "scan"


class How(StrEnum):
    """What becomes of the letter."""

    LETTER = "letter"
    SCAN = "scan"
    PHOTO = "photo"
    FILM = "film"
    SOUND = "sound"
    ARCHIVE = "archive"
    LOCKED = "locked"
    TRUNCATED = "truncated"
    DAMAGED = "damaged"
    NOISE = "noise"
    EMPTY = "empty"
    DISGUISED = "disguised"
    BOMB = "bomb"


_NEEDS_FFMPEG = (How.FILM,)
_NEEDS_RENDERING = (How.SCAN, How.PHOTO)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One file, at the top or inside a mail or archive."""

    path: str
    category: str
    language: str
    how: How = How.LETTER
    relation: Relation = Relation.NONE
    of: str = ""
    options: Mapping[str, str] = field(default_factory=dict)
    state: str = "ok"
    note: str = ""

    @property
    def extension(self) -> str:
        return PurePosixPath(self.path).suffix.removeprefix(".").lower()

    @property
    def is_inside(self) -> bool:
        return INSIDE in self.path

    @property
    def is_rendered(self) -> bool:
        """It depends on the versions of the programs that draw pages, pictures and films."""
        return self.how in (*_NEEDS_FFMPEG, *_NEEDS_RENDERING)


@dataclass(frozen=True)
class Shelf:
    """Samples by path, and the seed they are drawn from."""

    samples: Mapping[str, Sample]
    seed: int

    def content(self, sample: Sample) -> bytes:
        """The bytes of a sample.

        Raises
        ------
        FileNotFoundError
            A film was asked for and ffmpeg is not installed.
        """
        if sample.relation is Relation.COPY:
            return self.content(self.samples[sample.of])
        match sample.how:
            case How.EMPTY:
                return b""
            case How.NOISE:
                return broken.noise(self._seed(sample))
            case How.BOMB:
                return broken.bomb()
            case How.ARCHIVE:
                return zipped.pack(self._members(sample))
            case How.TRUNCATED:
                return broken.truncated(self._written(sample), kept=float(sample.options.get("kept", "0.55")))
            case How.DAMAGED:
                return broken.damaged(self._original(sample), self._seed(sample))
            case How.LOCKED:
                return self._locked(sample)
            case How.DISGUISED:
                return writers.write(self._letter(sample), sample.options["as"])
            case How.PHOTO | How.FILM | How.SOUND:
                return self._recorded(sample)
            case How.SCAN:
                return self._scanned(sample)
            case How.LETTER:
                return self._written(sample)

    def _seed(self, sample: Sample) -> str:
        return f"{self.seed}/{sample.path}"

    def _letter(self, sample: Sample) -> Letter:
        """The text of a sample, or of the one it resembles."""
        if sample.relation is Relation.NONE:
            return compose(sample.category, sample.language, self._seeds(sample))
        original = self.samples[sample.of]
        match sample.relation:
            case Relation.NUMBERS:
                return compose(sample.category, sample.language, self._seeds(original).with_figures(self._seed(sample)))
            case Relation.WORDING:
                return reworded(self._letter(original), self._seed(sample))
            case Relation.LAYOUT:
                letter = self._letter(original)
                return replace(letter, style=letter.style + 1)
            case _:
                return self._letter(original)

    def _seeds(self, sample: Sample) -> Seeds:
        options = sample.options
        return Seeds.of(
            self._seed(sample),
            variant=int(options["variant"]) if "variant" in options else None,
            sender=options.get("from", ""),
            recipient=options.get("to", ""),
        )

    def _written(self, sample: Sample) -> bytes:
        letter, extension = self._letter(sample), sample.extension
        if "encoding" in sample.options:
            return txt.write_as(letter, sample.options["encoding"])
        members = self._members(sample) if extension in ("eml", "msg") else []
        if not members:
            return writers.write(letter, extension)
        return _mailed(letter, extension, members)

    def _members(self, sample: Sample) -> list[tuple[str, bytes]]:
        prefix = sample.path + INSIDE
        inside = (other for other in self.samples.values() if other.path.startswith(prefix))
        names = [(other, other.path.removeprefix(prefix)) for other in inside]
        return [(name, self.content(other)) for other, name in names if INSIDE not in name]

    def _original(self, sample: Sample) -> bytes:
        if sample.of:
            return self.content(self.samples[sample.of])
        if sample.extension == "png":
            return self._recorded(sample)
        if sample.extension == "zip":
            return zipped.pack(self._members(sample))
        return self._written(sample)

    def _locked(self, sample: Sample) -> bytes:
        from samples.writers import locked, pdf

        letter, extension = self._letter(sample), sample.extension
        if extension == "pdf":
            return pdf.write_encrypted(letter, PASSWORD)
        if extension == "zip":
            return locked.archive("brief.txt", txt.write(letter), PASSWORD, self._seed(sample))
        return locked.office(writers.write(letter, extension), PASSWORD, self._seed(sample))

    def _scanned(self, sample: Sample) -> bytes:
        from samples.writers import scan

        return scan.write_as(self._letter(sample), sample.extension, self._seed(sample))

    def _recorded(self, sample: Sample) -> bytes:
        from samples.writers import footage, photo

        original = self.samples[sample.of] if sample.of else sample
        if sample.how is How.FILM:
            return footage.film(self._seed(original), PurePosixPath(sample.path).stem)
        if sample.how is How.SOUND:
            return footage.sound(self._seed(original))
        scale = float(sample.options.get("scale", "1"))
        return photo.write_as(sample.extension, self._seed(original), scale=scale)


def _mailed(letter: Letter, extension: str, members: list[tuple[str, bytes]]) -> bytes:
    from samples.writers import eml, msg

    attachments = [eml.Attachment(name, content, _media_type(name)) for name, content in members]
    write_with = eml.write_with if extension == "eml" else msg.write_with
    return write_with(letter, attachments)


def _media_type(name: str) -> str:
    if name.endswith(".eml"):
        return "message/rfc822"
    return guess_type(name)[0] or "application/octet-stream"
