"""Compress VBA source text as MS-OVBA 2.4.1 asks."""

from __future__ import annotations

import struct
from collections import defaultdict
from collections.abc import Iterator

_CHUNK = 4096
_SHORTEST_COPY = 3
_MOST_CANDIDATES = 64
"""How many earlier places are tried for one copy: more would make the file a little smaller, and slower to build."""


def compress(content: bytes) -> bytes:
    """Return a CompressedContainer that decompresses to ``content``.

    Text always does. Of content that cannot be made smaller, the last chunk comes back with zero bytes behind it,
    as the format has no length for it.

    Source: MS-OVBA 2.4.1.3.
    """
    chunks = (content[start : start + _CHUNK] for start in range(0, len(content), _CHUNK))
    return b"\x01" + b"".join(map(_compressed_chunk, chunks))


def _compressed_chunk(chunk: bytes) -> bytes:
    """Return a chunk with its header: size less 3 in 12 bits, the signature 0b011, whether it is compressed."""
    body = b"".join(_token_sequences(chunk))
    if len(body) > _CHUNK:
        return struct.pack("<H", 0x3000 | (_CHUNK - 1)) + chunk.ljust(_CHUNK, b"\x00")
    return struct.pack("<H", 0xB000 | (len(body) - 1)) + body


def _token_sequences(chunk: bytes) -> Iterator[bytes]:
    """Yield groups of eight tokens, each behind a byte that tells which of them are copies."""
    tokens = list(_tokens(chunk))
    for start in range(0, len(tokens), 8):
        group = tokens[start : start + 8]
        flags = sum((len(token) == 2) << place for place, token in enumerate(group))
        yield bytes([flags]) + b"".join(group)


def _tokens(chunk: bytes) -> Iterator[bytes]:
    """Yield a literal (one byte) or a copy of what stands earlier in the chunk (two bytes)."""
    seen: dict[bytes, list[int]] = defaultdict(list)
    place = 0
    while place < len(chunk):
        offset, length = _longest_copy(chunk, place, seen)
        if length >= _SHORTEST_COPY:
            yield _copy_token(place, offset, length)
        else:
            length = 1
            yield chunk[place : place + 1]
        for passed in range(place, place + length):
            seen[chunk[passed : passed + _SHORTEST_COPY]].append(passed)
        place += length


def _longest_copy(chunk: bytes, place: int, seen: dict[bytes, list[int]]) -> tuple[int, int]:
    """Return how far back the longest copy for a place begins, and its length: 0 without one."""
    longest = min(_longest_at(place), len(chunk) - place)
    best = (0, 0)
    candidates = seen.get(chunk[place : place + _SHORTEST_COPY], [])
    for start in reversed(candidates[-_MOST_CANDIDATES:]):
        length = 0
        while length < longest and chunk[start + length] == chunk[place + length]:
            length += 1
        if length > best[1]:
            best = (place - start, length)
        if length == longest:
            break
    return best


def _offset_bits(place: int) -> int:
    """Return how many bits of a copy hold its offset: the fewest that reach back to the chunk's start, at least 4."""
    return max((place - 1).bit_length(), 4)


def _longest_at(place: int) -> int:
    return (0xFFFF >> _offset_bits(place)) + _SHORTEST_COPY


def _copy_token(place: int, offset: int, length: int) -> bytes:
    length_bits = 16 - _offset_bits(place)
    return struct.pack("<H", (offset - 1) << length_bits | (length - _SHORTEST_COPY))
