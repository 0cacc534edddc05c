"""The canonical text of rows, and the hash of what people stated in them.

The canonical form of a row lists its fields in the order of their names, each as ``name=12;`` for a
number and ``name=BYTES:text;`` for text; a field without a value is left out, so that a column which
is added later leaves the digests of earlier rows as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING

import polars as pl

from schemas.exact import scaled, unscaled
from sync.versioned import is_number, storage_of

if TYPE_CHECKING:
    from schemas.register import Register

SLICE_ROWS = 50_000
"""Rows made into text at once: the texts are many times the hashes."""

_DATE = "%Y-%m-%d"
_DATETIME = "%Y-%m-%dT%H:%M:%S%.f"
_TIME = "%H:%M:%S%.f"


def content_hashes(register: type[Register], frame: pl.DataFrame) -> pl.Series:
    """Return the BLAKE2b-128 hash (hex) of what people stated in every row, named ``_hash``.

    It covers the declared columns that the system does not compute, as canonical text by field name.
    No value and an empty text differ.
    """
    return stated_hashes({column.name: column.dtype for column in register.columns if not column.system}, frame)


def stated_hashes(types: Mapping[str, pl.DataType], frame: pl.DataFrame) -> pl.Series:
    """Return the same for columns with these types; slice by slice, for the texts are many times the hashes."""
    parts = [pl.Series("_hash", [], dtype=pl.String)]
    for piece in frame.iter_slices(SLICE_ROWS):
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


def as_text(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the canonical text of a column: ``12.50``, ``2026-11-22``, ``1`` for 是; null stays null."""
    column = pl.col(name)
    if dtype == pl.Boolean:
        return column.cast(pl.Int64).cast(pl.String)
    if storage_of(dtype) == "instant":
        return to_stored(name, dtype).cast(pl.String)
    return column.cast(pl.String) if is_number(dtype) else to_stored(name, dtype)


def to_stored(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return a column as the database keeps it."""
    column = pl.col(name)
    if isinstance(dtype, pl.Decimal):
        return scaled(column, dtype.scale)
    if isinstance(dtype, pl.Datetime):
        return column.dt.timestamp("us") if dtype.time_zone else column.dt.to_string(_DATETIME)
    if dtype == pl.Date:
        return column.dt.to_string(_DATE)
    if dtype == pl.Time:
        return column.dt.to_string(_TIME)
    return column.cast(pl.Int64) if dtype == pl.Boolean else column


def from_stored(name: str, dtype: pl.DataType) -> pl.Expr:
    """Return the typed column that ``to_stored`` was made from."""
    column = pl.col(name)
    if isinstance(dtype, pl.Decimal):
        return unscaled(column, dtype.scale).cast(dtype)
    if isinstance(dtype, pl.Datetime):
        if dtype.time_zone:
            return pl.from_epoch(column, "us").dt.replace_time_zone("UTC")
        return column.str.to_datetime(_DATETIME, time_unit="us")
    if dtype == pl.Date:
        return column.str.to_date(_DATE)
    if dtype == pl.Time:
        return column.str.to_time(_TIME)
    return column.cast(pl.Boolean) if dtype == pl.Boolean else column
