"""What proves the content: row keys, content hashes, and the digests that chain the revisions.

The canonical form of a row lists its fields in the order of their names, each as ``name=12;`` for a
number and ``name=BYTES:text;`` for text; a field without a value is left out, so that a column which
is added later leaves the digests of earlier rows as they are.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import KEY_SEPARATOR, key_expression
from sync.ledger.frames import as_text

if TYPE_CHECKING:
    from schemas.register import Register

ZERO_DIGEST = "0" * 64
"""The digest before the first revision."""
_SLICE_ROWS = 50_000


def join_key(parts: Iterable[str | None]) -> str:
    """Return the canonical text of a business key; an empty optional part is an ordinary part."""
    return KEY_SEPARATOR.join(part or "" for part in parts)


def row_keys(register: type[Register], frame: pl.DataFrame) -> pl.Series:
    """Return the canonical key of every row, parts joined with U+001F, named ``_key``."""
    return frame.select(key_expression(register).alias("_key")).to_series()


def content_hashes(register: type[Register], frame: pl.DataFrame) -> pl.Series:
    """Return the BLAKE2b-128 hash (hex) of what people stated in every row, named ``_hash``.

    It covers the declared columns that the system does not compute, as canonical text by field name.
    No value and an empty text differ.
    """
    return stated_hashes({column.name: column.dtype for column in register.columns if not column.system}, frame)


def stated_hashes(types: Mapping[str, pl.DataType], frame: pl.DataFrame) -> pl.Series:
    """Return the same for columns with these types; slice by slice, for the texts are many times the hashes."""
    parts = [pl.Series("_hash", [], dtype=pl.String)]
    for piece in frame.iter_slices(_SLICE_ROWS):
        texts = piece.select(as_text(name, types[name]).alias(name) for name in sorted(types))
        rows = canonical_rows(texts).cast(pl.Binary).to_list()
        hashes = [hashlib.blake2b(row, digest_size=16).hexdigest() for row in rows]
        parts.append(pl.Series("_hash", hashes, dtype=pl.String))
    return pl.concat(parts, rechunk=True)


def canonical_rows(stored: pl.DataFrame) -> pl.Series:
    """Return the canonical text of every row of a frame in stored form (Int64 and String)."""
    parts: list[pl.Expr] = []
    for name in sorted(stored.columns):
        pieces = _canonical_field(name, stored.schema[name])
        blanks = stored[name].null_count()
        if blanks == 0:
            parts += pieces
        elif blanks < stored.height:
            parts.append(pl.concat_str(pieces).fill_null(""))
    rows = pl.concat_str(parts) if parts else pl.lit("").repeat_by(pl.len()).explode()
    return stored.select(rows.alias("row")).to_series()


def _canonical_field(name: str, dtype: pl.DataType) -> list[pl.Expr]:
    """Return the pieces that make the canonical text of a field that has a value."""
    column = pl.col(name)
    if dtype == pl.String:
        return [pl.lit(f"{name}="), column.str.len_bytes(), pl.lit(":"), column, pl.lit(";")]
    return [pl.lit(f"{name}="), column, pl.lit(";")]


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
            self._rows.update(canonical_rows(piece).str.join("\n")[0].encode() + b"\n")
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
