"""A small writer of OLE containers ([MS-CFB] version 3): streams and storages of any number and size."""

import struct
from collections.abc import Mapping
from typing import Union

Tree = Mapping[str, Union[bytes, "Tree"]]

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_SECTOR, _MINI, _CUTOFF = 512, 64, 4096
_STORAGE, _STREAM, _ROOT = 1, 2, 5


class _Chains:
    """Sectors of one size and the table that chains them."""

    def __init__(self, size: int) -> None:
        self.size, self.table, self.body = size, [], b""

    def add(self, content: bytes) -> int:
        if not content:
            return _END
        start, count = len(self.table), -(-len(content) // self.size)
        self.table += [*range(start + 1, start + count), _END]
        self.body += content.ljust(count * self.size, b"\0")
        return start


def ole(tree: Tree) -> bytes:
    """An OLE container of these streams; a mapping is a storage."""
    entries: list[dict] = [{"name": "Root Entry", "kind": _ROOT, "child": _FREE, "sibling": _FREE}]
    _collect(tree, entries, 0)
    sectors, minis = _Chains(_SECTOR), _Chains(_MINI)
    for entry in entries[1:]:
        content = entry.get("content", b"")
        chains = minis if len(content) < _CUTOFF else sectors
        entry |= {"start": chains.add(content) if content else (_END if entry["kind"] == _STREAM else 0)}
        entry |= {"size": len(content)}
    entries[0] |= {"start": sectors.add(minis.body), "size": len(minis.body)}
    mini_table = struct.pack(f"<{len(minis.table)}I", *minis.table)
    mini_start = sectors.add(mini_table.ljust(-(-len(mini_table) // _SECTOR) * _SECTOR, b"\xff"))
    directory = b"".join(map(_entry, entries))
    directory_start = sectors.add(directory.ljust(-(-len(directory) // _SECTOR) * _SECTOR, b"\0"))
    tables = 1
    while (len(sectors.table) + tables) * 4 > tables * _SECTOR:
        tables += 1
    first = len(sectors.table)
    fat = [*sectors.table, *[_FAT] * tables]
    fat += [_FREE] * (tables * _SECTOR // 4 - len(fat))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIII", 0, tables, directory_start, 0, _CUTOFF)
    header += struct.pack("<IIII", mini_start, -(-len(mini_table) // _SECTOR), _END, 0)
    header += struct.pack("<109I", *range(first, first + tables), *[_FREE] * (109 - tables))
    return header + sectors.body + struct.pack(f"<{len(fat)}I", *fat)


def _collect(tree: Tree, entries: list[dict], parent: int) -> None:
    """Add a storage's entries; siblings hang on each other as a list, which is a tree as well."""
    before: dict | None = None
    for name, content in sorted(tree.items(), key=lambda item: (len(item[0]), item[0].upper())):
        is_stream = isinstance(content, bytes)
        entry = {"name": name, "kind": _STREAM if is_stream else _STORAGE, "child": _FREE, "sibling": _FREE}
        number = len(entries)
        entries.append(entry)
        if before is None:
            entries[parent]["child"] = number
        else:
            before["sibling"] = number
        before = entry
        if is_stream:
            entry["content"] = content
        else:
            _collect(content, entries, number)


def _entry(entry: Mapping) -> bytes:
    name = entry["name"].encode("utf-16-le") + b"\0\0"
    links = struct.pack("<HBBIII", len(name), entry["kind"], 1, _FREE, entry["sibling"], entry["child"])
    return name.ljust(64, b"\0") + links + b"\0" * 36 + struct.pack("<IQ", entry["start"], entry["size"])
