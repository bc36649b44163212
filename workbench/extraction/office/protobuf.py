"""The packing of iWork's objects: Snappy blocks, and protocol buffers without a schema.

Pure functions over bytes, bounded in what they unpack. Formats: Snappy's raw
format description, protocol buffers' encoding.
"""

from collections.abc import Iterator, Sequence

_HEADER = 4
_MAX_VARINT = 10
_VARINT, _FIXED_64, _BYTES, _FIXED_32 = 0, 1, 2, 5


class Damaged(ValueError):
    """The bytes do not follow the format."""


def unpacked(data: bytes, *, most_bytes: int) -> bytes:
    """Return what a ``.iwa`` member holds: blocks of Snappy behind a length of three bytes each."""
    out = bytearray()
    place = 0
    while place + _HEADER <= len(data):
        if data[place] != 0:
            raise Damaged("it holds a block of an unknown kind")
        length = int.from_bytes(data[place + 1 : place + _HEADER], "little")
        place += _HEADER
        if place + length > len(data):
            raise Damaged("it is cut off")
        out += _decompressed(data[place : place + length], most_bytes - len(out))
        place += length
    return bytes(out)


def _decompressed(block: bytes, most_bytes: int) -> bytes:
    promised, place = _varint(block, 0)
    if promised > most_bytes:
        raise Damaged("it unpacks to too many bytes")
    out = bytearray()
    while place < len(block):
        tag = block[place]
        place += 1
        if tag & 3 == 0:
            length, place = _literal_length(block, tag >> 2, place)
            out += block[place : place + length]
            place += length
        else:
            length, offset, place = _copy(block, tag, place)
            if not 0 < offset <= len(out):
                raise Damaged("it copies from before its beginning")
            start = len(out) - offset
            # A copy that reaches into itself repeats what it has just written.
            pattern = bytes(out[start : start + min(offset, length)])
            out += (pattern * (length // len(pattern) + 1))[:length]
        if len(out) > promised:
            raise Damaged("it unpacks to more than it promises")
    if len(out) != promised:
        raise Damaged("it is cut off")
    return bytes(out)


def _literal_length(block: bytes, short: int, place: int) -> tuple[int, int]:
    if short < 60:
        return short + 1, place
    width = short - 59
    return int.from_bytes(block[place : place + width], "little") + 1, place + width


def _copy(block: bytes, tag: int, place: int) -> tuple[int, int, int]:
    """Return length, offset and the place behind a copy's tag."""
    if tag & 3 == 1:
        if place >= len(block):
            raise Damaged("it is cut off")
        return 4 + (tag >> 2 & 7), tag >> 5 << 8 | block[place], place + 1
    width = 2 if tag & 3 == 2 else 4
    return (tag >> 2) + 1, int.from_bytes(block[place : place + width], "little"), place + width


def objects(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Give type and content of each message in an unpacked member."""
    place = 0
    while place < len(stream):
        size, place = _varint(stream, place)
        header = stream[place : place + size]
        place += size
        for message in _values(header, 2):
            kind = next((value for value in _numbers(message, 1)), 0)
            length = next((value for value in _numbers(message, 3)), 0)
            if place + length > len(stream):
                raise Damaged("it is cut off")
            yield kind, stream[place : place + length]
            place += length


def strings(message: bytes, path: Sequence[int]) -> Iterator[str]:
    """Give the texts at a path of field numbers, in their order."""
    for value in _values(message, path[0]):
        if len(path) > 1:
            yield from strings(value, path[1:])
        else:
            yield value.decode("utf-8", "replace")


def _values(message: bytes, wanted: int) -> Iterator[bytes]:
    return (value for field, value in _fields(message) if field == wanted and isinstance(value, bytes))


def _numbers(message: bytes, wanted: int) -> Iterator[int]:
    return (value for field, value in _fields(message) if field == wanted and isinstance(value, int))


def _fields(message: bytes) -> Iterator[tuple[int, bytes | int]]:
    place = 0
    while place < len(message):
        key, place = _varint(message, place)
        kind = key & 7
        value: bytes | int
        if kind == _VARINT:
            value, place = _varint(message, place)
        elif kind in {_FIXED_64, _FIXED_32, _BYTES}:
            size, place = _varint(message, place) if kind == _BYTES else (8 if kind == _FIXED_64 else 4, place)
            value, place = message[place : place + size], place + size
            if place > len(message):
                raise Damaged("it is cut off")
        else:
            raise Damaged("it holds a field of an unknown kind")
        yield key >> 3, value


def _varint(data: bytes, place: int) -> tuple[int, int]:
    value = 0
    for count, byte in enumerate(data[place : place + _MAX_VARINT]):
        value |= (byte & 0x7F) << 7 * count
        if byte < 0x80:
            return value, place + count + 1
    raise Damaged("it is cut off")
