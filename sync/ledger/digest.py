"""What proves the content: row keys, and the digests that chain the revisions."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import KEY_SEPARATOR, key_expression
from sync.canonical import canonical_rows

if TYPE_CHECKING:
    from schemas.register import Register

_SLICE_ROWS = 10_000
"""Rows of which the text is in memory at once; as much as a processor keeps near."""
ZERO_DIGEST = "0" * 64
"""The digest before the first revision."""


def join_key(parts: Iterable[str | None]) -> str:
    """Return the canonical text of a business key; an empty optional part is an ordinary part."""
    return KEY_SEPARATOR.join(part or "" for part in parts)


def row_keys(register: type[Register], frame: pl.DataFrame) -> pl.Series:
    """Return the canonical key of every row, parts joined with U+001F, named ``_key``."""
    return frame.select(key_expression(register).alias("_key")).to_series()


@dataclass(frozen=True, order=True)
class Part:
    """What one revision did to one table."""

    table_name: str
    inserted: int
    inserted_digest: str
    closed: int
    closed_digest: str


@dataclass
class PartDigest:
    """The digest of what one revision does to one table, fed in the order of the versions."""

    table_name: str
    inserted: int = 0
    _rows: hashlib._Hash = field(default_factory=hashlib.sha256)
    _closed: list[int] = field(default_factory=list)

    def insert(self, stored: pl.DataFrame) -> None:
        """Add inserted versions: all their stored columns but the closing revision."""
        for piece in stored.iter_slices(_SLICE_ROWS):
            self._rows.update(canonical_rows(piece).str.join("\n").cast(pl.Binary)[0])
            self._rows.update(b"\n")
        self.inserted += stored.height

    def close(self, versions: Sequence[int]) -> None:
        """Add versions that the revision closes."""
        self._closed.extend(versions)

    def part(self) -> Part:
        """Return the numbers and digests of everything fed so far."""
        listed = ",".join(str(version) for version in sorted(self._closed))
        closed_digest = hashlib.sha256(listed.encode()).hexdigest()
        return Part(self.table_name, self.inserted, self._rows.hexdigest(), len(self._closed), closed_digest)


def revision_digest(number: int, at: int, kind: str, note: str, previous: str, parts: Iterable[Part]) -> str:
    """Return the SHA-256 (hex) of a revision, over its own fields, its parts and the digest before it."""
    listed = [
        [part.table_name, part.inserted, part.inserted_digest, part.closed, part.closed_digest]
        for part in sorted(parts)
    ]
    fields = [number, at, kind, note, previous, listed]
    return hashlib.sha256(json.dumps(fields, ensure_ascii=False).encode()).hexdigest()
