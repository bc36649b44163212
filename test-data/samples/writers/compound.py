"""A minimal writer of compound files (OLE2): streams and nested storages, version 3, 512-byte sectors.

Layout and constants follow [MS-CFB]. Streams under 4096 bytes go to the mini stream, as readers expect.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

Tree = Mapping[str, "bytes | Tree"]

_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_FREE, _END, _FAT, _NONE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5


@dataclass
class _Entry:
    """A row of the directory."""

    name: str
    kind: int
    content: bytes = b""
    left: int = _NONE
    right: int = _NONE
    child: int = _NONE
    start: int = _END
    size: int = 0


@dataclass
class _Chains:
    """Blocks of one size with the table that links them."""

    block: int
    data: bytearray = field(default_factory=bytearray)
    links: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """Append a chain, give its first block."""
        count = -(-len(content) // self.block)
        if not count:
            return _END
        first = len(self.links)
        self.data += content.ljust(count * self.block, b"\0")
        self.links += [*range(first + 1, first + count), _END]
        return first


def build(tree: Tree) -> bytes:
    """The bytes of a compound file that holds `tree`: bytes become streams, mappings storages.

    Raises
    ------
    ValueError
        The content needs more allocation tables than the header lists (about 7 MB).
    """
    entries = [_Entry("Root Entry", _ROOT)]
    entries[0].child = _enter(tree, entries)
    big, mini = _Chains(_SECTOR), _Chains(_MINI)
    for entry in entries[1:]:
        if entry.kind == _STREAM:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < _CUTOFF else big).add(entry.content)
    entries[0].start, entries[0].size = big.add(bytes(mini.data)), len(mini.data)
    mini_table = big.add(_table(mini.links))
    directory = big.add(b"".join(map(_packed, entries)).ljust(-(-len(entries) // 4) * _SECTOR, b"\0"))
    return _assembled(big, directory=directory, mini_table=mini_table, mini_sectors=-(-len(mini.links) // 128))


def _enter(tree: Tree, entries: list[_Entry]) -> int:
    """Append the members of a storage, give the top of their search tree."""
    places = []
    for name, content in sorted(tree.items(), key=lambda member: (len(member[0]), member[0].upper())):
        places.append(len(entries))
        if isinstance(content, bytes):
            entries.append(_Entry(name, _STREAM, content))
        else:
            entry = _Entry(name, _STORAGE, start=0)
            entries.append(entry)
            entry.child = _enter(content, entries)
    return _balanced(places, entries)


def _balanced(places: list[int], entries: list[_Entry]) -> int:
    if not places:
        return _NONE
    middle = len(places) // 2
    entry = entries[places[middle]]
    entry.left = _balanced(places[:middle], entries)
    entry.right = _balanced(places[middle + 1 :], entries)
    return places[middle]


def _packed(entry: _Entry) -> bytes:
    name = (entry.name + "\0").encode("utf-16-le")
    black = 1
    return (
        name.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(name), entry.kind, black, entry.left, entry.right, entry.child)
        + bytes(16 + 4 + 8 + 8)
        + struct.pack("<IQ", entry.start, entry.size)
    )


def _table(links: list[int]) -> bytes:
    rows = -(-len(links) // 128) * 128
    return struct.pack(f"<{rows}I", *links, *[_FREE] * (rows - len(links)))


def _assembled(big: _Chains, *, directory: int, mini_table: int, mini_sectors: int) -> bytes:
    used = len(big.links)
    tables = 1
    while tables * 128 < used + tables:
        tables += 1
    if tables > 109:
        raise ValueError(f"{used * _SECTOR} bytes need {tables} allocation tables; this writer holds 109")
    header = struct.pack("<8s16xHHHHH6x", bytes.fromhex("D0CF11E0A1B11AE1"), 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<IIIIIIIII", 0, tables, directory, 0, _CUTOFF, mini_table, mini_sectors, _END, 0)
    header += struct.pack("<109I", *range(used, used + tables), *[_FREE] * (109 - tables))
    return header + bytes(big.data) + _table([*big.links, *[_FAT] * tables])
