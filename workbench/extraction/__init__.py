"""Bytes to text: the auction, and one small module per format family.

::

    kind = media_type(path, name)
    extraction = read(path, name=name, media_type=kind, options=ExtractOptions(scratch=folder))

Takes files, never a catalogue, a store or configuration; gives an
`Extraction` for every file, whatever its state. Heavy libraries are imported
by the module that uses them, when it is used.
"""

from typing import TYPE_CHECKING

from workbench.extraction.protocol import Caps, Declined, ExtractOptions, Extractor, Limits, Mode

if TYPE_CHECKING:
    from workbench.extraction.auction import bids, first_reader, options_digest, read
    from workbench.extraction.merging import merged
    from workbench.extraction.sniff import media_type, media_type_of
    from workbench.extraction.supported import Format, formats

__all__ = [
    "Caps",
    "Declined",
    "ExtractOptions",
    "Extractor",
    "Format",
    "Limits",
    "Mode",
    "bids",
    "first_reader",
    "formats",
    "media_type",
    "media_type_of",
    "merged",
    "options_digest",
    "read",
]

_HOMES = {
    "bids": "auction",
    "first_reader": "auction",
    "options_digest": "auction",
    "read": "auction",
    "Format": "supported",
    "formats": "supported",
    "media_type": "sniff",
    "media_type_of": "sniff",
    "merged": "merging",
}


def __getattr__(name: str) -> object:
    """Hand a name on from its module (PEP 562), so that importing the package costs nothing."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found
