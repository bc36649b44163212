"""What can be read here, generated from the registry: the page `workbench formats`."""

from dataclasses import dataclass
from pathlib import Path

from workbench.extraction import media_types as known
from workbench.extraction.previews import has_thumbnails
from workbench.extraction.protocol import ExtractOptions, Extractor
from workbench.extraction.registry import broken_plug_ins, extractors

_ORDER = ("text", "pages", "structure", "tables", "fields", "metadata", "children", "ocr", "thumbnails")
# What an extractor gives that does not say so.
_USUAL = ("text", "metadata")
# Claims below this are last resorts, which read anything.
_SERIOUS = 5


@dataclass(frozen=True, kw_only=True)
class Format:
    """One format: who reads it in which order, what that gives, what is missing on this machine.

    Parameters
    ----------
    gives : of text, pages, structure, tables, fields, metadata, children, ocr, thumbnails
    missing : sentences with what to install
    switched_off : sentences with the setting that does it
    """

    media_type: str
    extensions: tuple[str, ...]
    title: str
    extractors: tuple[str, ...]
    gives: tuple[str, ...]
    missing: tuple[str, ...] = ()
    switched_off: tuple[str, ...] = ()


def formats(options: ExtractOptions | None = None) -> tuple[Format, ...]:
    """Return every known format in the order of the table, as `options` have it read."""
    chosen = options or ExtractOptions(scratch=Path())
    table = (*known.KNOWN, *_of_plug_ins())
    return tuple(_described(format_, chosen) for format_ in table)


def _of_plug_ins() -> tuple[known.MediaType, ...]:
    """Return the formats that only plug-ins know."""
    named = {format_.name for format_ in known.KNOWN}
    told = (format_ for reader in extractors() for format_ in getattr(reader, "formats", ()))
    return tuple(format_ for format_ in told if format_.name not in named)


def _described(format_: known.MediaType, options: ExtractOptions) -> Format:
    fewest = 1 if format_.name == known.OCTETS else _SERIOUS
    readers = [reader for reader in extractors() if reader.claim(format_.name, b"") >= fewest]
    readers.sort(key=lambda reader: -reader.claim(format_.name, b""))
    gives = {gift for reader in readers for gift in getattr(reader, "gives", _USUAL)}
    gives |= {"thumbnails"} if has_thumbnails(format_.name) else set()
    broken = broken_plug_ins() if format_.name == known.OCTETS else ()
    return Format(
        media_type=format_.name,
        extensions=format_.extensions,
        title=format_.title,
        extractors=tuple(reader.name for reader in readers),
        gives=tuple(gift for gift in _ORDER if gift in gives),
        missing=_sentences("missing", readers, format_.name, options) + broken,
        switched_off=_sentences("switched_off", readers, format_.name, options),
    )


def _sentences(about: str, readers: list[Extractor], media_type: str, options: ExtractOptions) -> tuple[str, ...]:
    told = (sentence for reader in readers for sentence in _told(reader, about, media_type, options))
    return tuple(dict.fromkeys(told))


def _told(reader: Extractor, about: str, media_type: str, options: ExtractOptions) -> tuple[str, ...]:
    asked = getattr(reader, about, None)
    return tuple(asked(media_type, options)) if asked else ()
