"""Write a compound file (MS-CFB version 3): the folder within a file that holds a VBA project."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_SECTOR = 512
_MINI_SECTOR = 64
_MINI_LIMIT = 4096
"""Streams below this size lie in the mini stream."""
_END, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_NO_ENTRY = 0xFFFFFFFF
_HEADER_FAT_PLACES = 109
_UNUSED_ENTRY = bytes(68) + struct.pack("<III", _NO_ENTRY, _NO_ENTRY, _NO_ENTRY) + bytes(48)
_RED, _BLACK = 0, 1
_STORAGE, _STREAM, _ROOT = 1, 2, 5

Tree = Mapping[str, "bytes | Tree"]
"""Names to the bytes of a stream, or to what lies in a storage."""


class CompoundTooLargeError(ValueError):
    """The content needs more sectors than the header of the file can list."""

    def __init__(self, sectors: int) -> None:
        super().__init__(f"compound file of {sectors} sectors: more than a header without DIFAT sectors can list")


@dataclass
class _Entry:
    """One directory entry; places are numbers of entries."""

    name: str
    kind: int
    content: bytes = b""
    start: int = _END
    left: int = _NO_ENTRY
    right: int = _NO_ENTRY
    child: int = _NO_ENTRY
    colour: int = _BLACK
    size: int = 0

    def packed(self) -> bytes:
        name = self.name.encode("utf-16-le")
        head = struct.pack("<64sHBB", name, len(name) + 2, self.kind, self.colour)
        links = struct.pack("<III", self.left, self.right, self.child)
        return head + links + bytes(36) + struct.pack("<IQ", self.start, self.size)


@dataclass
class _Sectors:
    """Sectors of one size with the table that chains them."""

    size: int
    content: bytearray = field(default_factory=bytearray)
    chain: list[int] = field(default_factory=list)

    def add(self, content: bytes) -> int:
        """Store bytes and return the number of their first sector, ``_END`` for none."""
        if not content:
            return _END
        first = len(self.chain)
        count = -(-len(content) // self.size)
        self.chain += [*range(first + 1, first + count), _END]
        self.content += content.ljust(count * self.size, b"\x00")
        return first


def compound_file(tree: Tree) -> bytes:
    """Return the bytes of a compound file; equal trees give equal bytes, whatever the order of their names.

    Raises:
        CompoundTooLargeError: the content is larger than about 6.9 MB.
    """
    entries = _directory(tree)
    sectors, mini = _Sectors(_SECTOR), _Sectors(_MINI_SECTOR)
    for entry in entries:
        if entry.kind == _STREAM:
            entry.size = len(entry.content)
            entry.start = (mini if entry.size < _MINI_LIMIT else sectors).add(entry.content)
    root = entries[0]
    root.size, root.start = len(mini.content), sectors.add(bytes(mini.content))
    mini_table = _table(mini.chain)
    mini_start = sectors.add(mini_table)
    packed = b"".join(entry.packed() for entry in entries)
    directory_start = sectors.add(packed + _UNUSED_ENTRY * (-len(entries) % (_SECTOR // len(_UNUSED_ENTRY))))
    fat_places = _add_fat(sectors)
    header = _header(fat_places, directory_start, mini_start, len(mini_table) // _SECTOR)
    return header + bytes(sectors.content)


def _table(chain: Sequence[int]) -> bytes:
    """Return a chain as sectors of 32-bit numbers, free places at the end."""
    free = -len(chain) % (_SECTOR // 4)
    return struct.pack(f"<{len(chain) + free}I", *chain, *[_FREE] * free)


def _add_fat(sectors: _Sectors) -> list[int]:
    """Append the table of all sectors, its own among them, and return where it lies."""
    used, per_sector = len(sectors.chain), _SECTOR // 4
    count = 0
    while count * per_sector < used + count:
        count += 1
    if count > _HEADER_FAT_PLACES:
        raise CompoundTooLargeError(used)
    sectors.chain += [_FAT] * count
    sectors.content += _table(sectors.chain)
    return list(range(used, used + count))


def _header(fat_places: Sequence[int], directory: int, mini: int, mini_sectors: int) -> bytes:
    head = bytes.fromhex("D0CF11E0A1B11AE1") + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    counts = struct.pack("<IIIIIIIII", 0, len(fat_places), directory, 0, _MINI_LIMIT, mini, mini_sectors, _END, 0)
    free = [_FREE] * (_HEADER_FAT_PLACES - len(fat_places))
    return head + counts + struct.pack(f"<{_HEADER_FAT_PLACES}I", *fat_places, *free)


def _directory(tree: Tree) -> list[_Entry]:
    """Return the entries, the root first, with the links of the tree of names that each storage has."""
    entries = [_Entry("Root Entry", _ROOT)]
    _add_children(entries, entries[0], tree)
    return entries


def _add_children(entries: list[_Entry], parent: _Entry, tree: Tree) -> None:
    names = sorted(tree, key=_order)
    first = len(entries)
    for name in names:
        inside = tree[name]
        entries.append(_Entry(name, _STREAM, inside) if isinstance(inside, bytes) else _Entry(name, _STORAGE, start=0))
    parent.child = _link(entries, range(first, first + len(names)), len(names).bit_length() - 1)
    if names:
        entries[parent.child].colour = _BLACK
    for place, name in enumerate(names, start=first):
        inside = tree[name]
        if not isinstance(inside, bytes):
            _add_children(entries, entries[place], inside)


def _order(name: str) -> tuple[int, list[int]]:
    """Return the order of names in a storage: the shorter first, then by the code units of the upper case."""
    units = name.upper().encode("utf-16-le")
    return len(units), [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]


def _link(entries: list[_Entry], places: range, depth: int) -> int:
    """Link sorted entries into a balanced tree and return its top.

    Halving fills every level but the last, so that red on that level alone gives a red-black tree.
    """
    if not places:
        return _NO_ENTRY
    middle = len(places) // 2
    top = places[middle]
    entries[top].left = _link(entries, places[:middle], depth - 1)
    entries[top].right = _link(entries, places[middle + 1 :], depth - 1)
    if depth == 0 and len(places) == 1:
        entries[top].colour = _RED
    return top
