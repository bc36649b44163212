"""What is inside a signed or encrypted file (CMS, RFC 5652): just enough of BER to take the content out.

Nothing is verified: the signature is not ours to judge, the content is what
is read.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from workbench.errors import ExtractionError
from workbench.records import ExtractionState

_SIGNED = bytes.fromhex("2a864886f70d010702")
_ENVELOPED = bytes.fromhex("2a864886f70d010703")
_AUTHENTICATED = bytes.fromhex("2a864886f70d0109100117")
_KINDS = (_SIGNED, _ENVELOPED, _AUTHENTICATED)
_DEEPEST = 30
_SEQUENCE = 0x30
_CONSTRUCTED = 0x20

ENCRYPTED = "It is encrypted. Ask the recipient for an open copy."


@dataclass(frozen=True)
class _Element:
    tag: int
    body: memoryview


def is_cms(head: bytes) -> bool:
    """Do these first bytes open a signed or encrypted file?"""
    return head[:1] == b"\x30" and any(b"\x06" + bytes([len(kind)]) + kind in head[:32] for kind in _KINDS)


def signed_content(data: bytes) -> bytes:
    """Return the content that a signature encloses.

    Raises
    ------
    ExtractionError
        The file is encrypted, damaged, or a signature without the content it signs.
    """
    try:
        outer = list(_inside(_first(memoryview(data), _SEQUENCE), 1))
        kind = bytes(outer[0].body)
        if kind in {_ENVELOPED, _AUTHENTICATED}:
            raise ExtractionError(ENCRYPTED, state=ExtractionState.ENCRYPTED)
        signed = next(element for element in _inside(outer[1], 2) if element.tag == _SEQUENCE)
        enclosed = next(element for element in _inside(signed, 3) if element.tag == _SEQUENCE)
        content = list(_inside(enclosed, 4))[1:]
        if not content:
            raise ExtractionError(
                "The file is a signature without the content it signs.", state=ExtractionState.UNSUPPORTED
            )
        return b"".join(_octets(content[0], 5))
    except (IndexError, StopIteration) as fault:
        raise ExtractionError("The signed file is damaged. Ask for an undamaged copy.") from fault


def _first(data: memoryview, tag: int) -> _Element:
    element, _ = _element(data, 0)
    if element.tag != tag:
        raise IndexError
    return element


def _inside(element: _Element, depth: int) -> Iterator[_Element]:
    if depth > _DEEPEST:
        raise IndexError
    place = 0
    while place < len(element.body):
        found, place = _element(element.body, depth, place)
        if found.tag == 0:
            return
        yield found


def _octets(element: _Element, depth: int) -> Iterator[bytes]:
    """Give the pieces of a string that may be cut into pieces."""
    if not element.tag & _CONSTRUCTED:
        yield bytes(element.body)
        return
    for piece in _inside(element, depth):
        yield from _octets(piece, depth + 1)


def _element(data: memoryview, depth: int, place: int = 0) -> tuple[_Element, int]:
    """Read one element and where the next begins; a length left open ends at two zero bytes."""
    tag, length = data[place], data[place + 1]
    place += 2
    if length == 0x80:
        end = _open_end(data, depth + 1, place)
        return _Element(tag, data[place:end]), end + 2
    if length > 0x80:
        width = length & 0x7F
        length = int.from_bytes(data[place : place + width], "big")
        place += width
    if place + length > len(data):
        raise IndexError
    return _Element(tag, data[place : place + length]), place + length


def _open_end(data: memoryview, depth: int, place: int) -> int:
    if depth > _DEEPEST:
        raise IndexError
    while data[place] or data[place + 1]:
        _, place = _element(data, depth, place)
    return place
