"""Outlook's compressed RTF, after [MS-OXRTFCP]: a ring buffer with a known beginning."""

import struct

from workbench.errors import ExtractionError

_DICTIONARY = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier{\\colortbl\\red0\\green0\\blue0\r\n\\par "
    b"\\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_RING = 4096


def decompress(packed: bytes) -> bytes:
    """Return the RTF inside a PR_RTF_COMPRESSED value.

    Raises
    ------
    ExtractionError
        The value has no valid header.
    """
    if len(packed) < 16:
        raise ExtractionError("The compressed text of the message is cut off. Ask for an undamaged copy.")
    _, size, kind, _ = struct.unpack_from("<II4sI", packed)
    if kind == b"MELA":
        return packed[16 : 16 + size]
    if kind != b"LZFu":
        raise ExtractionError("The compressed text of the message is damaged. Ask for an undamaged copy.")
    return _expanded(packed[16:], size)


def _expanded(data: bytes, size: int) -> bytes:
    ring = bytearray(_DICTIONARY.ljust(_RING, b"\0"))
    write = len(_DICTIONARY)
    out = bytearray()
    place = 0
    while place < len(data) and len(out) < size:
        control = data[place]
        place += 1
        for bit in range(8):
            if control >> bit & 1:
                token = int.from_bytes(data[place : place + 2].ljust(2, b"\0"), "big")
                place += 2
                offset, length = token >> 4, (token & 0xF) + 2
                if offset == write % _RING:
                    return bytes(out)
                copied = range(offset, offset + length)
            elif place < len(data):
                ring[write % _RING] = data[place]
                out.append(data[place])
                write, place = write + 1, place + 1
                continue
            else:
                return bytes(out)
            for source in copied:
                letter = ring[source % _RING]
                ring[write % _RING] = letter
                out.append(letter)
                write += 1
    return bytes(out)


def rich_text(rtf: bytes) -> str:
    """Return the text of a message's RTF, in the code page it declares."""
    from striprtf.striprtf import rtf_to_text

    from workbench.extraction.office.rich_text import code_page

    source = rtf.decode("latin-1")
    return str(rtf_to_text(source, encoding=code_page(rtf), errors="replace"))  # type: ignore[no-untyped-call] # it has no types
