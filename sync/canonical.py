"""The canonical text of rows, and the hash of what people stated in them.

The canonical form of a row lists its fields in the order of their names, each as ``name=12;`` for a
number and ``name=BYTES:text;`` for text; a field without a value is left out, so that a column which
is added later leaves the digests of earlier rows as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import polars as pl

from schemas.exact import scaled, unscaled
from sync.versioned import is_number, storage_of

if TYPE_CHECKING:
    from schemas.register import Register

_HASHED_ROWS = 25_000
"""Rows made into text at once: the texts are many times the hashes."""
_HANDS = 2
"""Slices made into text at the same time, before their rows are hashed one by one."""
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

    def stated(piece: pl.DataFrame) -> pl.Series:
        texts = piece.select(as_text(name, types[name]).alias(name) for name in sorted(types))
        return canonical_rows(texts).cast(pl.Binary)

    hashes: list[str] = []
    with ThreadPoolExecutor(_HANDS) as hands:
        for piece in frame.iter_slices(_HASHED_ROWS * _HANDS):
            slices = list(piece.iter_slices(_HASHED_ROWS))
            for texts in hands.map(stated, slices) if len(slices) > 1 else map(stated, slices):
                hashes += [hashlib.blake2b(row, digest_size=16).hexdigest() for row in texts.to_list()]
    return pl.Series("_hash", hashes, dtype=pl.String)


def canonical_rows(stored: pl.DataFrame) -> pl.Series:
    """Return the canonical text of every row of a frame in stored form (Int64 and String).

    What is the same in all rows (names, most lengths, values of one workbook) is put together once.
    """
    parts: list[pl.Expr] = []
    same = ""
    for series in stored.select(sorted(stored.columns)):
        blanks = series.null_count()
        if blanks == series.len():
            continue
        if blanks:
            parts += [pl.lit(same), pl.concat_str(_canonical_field(series)).fill_null("")]
            same = ""
        elif (series == series[0]).all():
            same += _canonical_value(series.name, series[0])
        else:
            same += f"{series.name}={_common_length(series)}"
            parts.append(pl.lit(same))
            if series.dtype == pl.String and same.endswith("="):
                parts += [pl.col(series.name).str.len_bytes(), pl.lit(":")]
            parts.append(pl.col(series.name))
            same = ";"
    rows = pl.concat_str(*parts, pl.lit(same)) if parts else pl.lit(same).repeat_by(pl.len()).explode()
    return stored.select(rows.alias("row")).to_series()


def _common_length(text: pl.Series) -> str:
    """Return the length of texts that all have the same one as it stands before them, else nothing."""
    if text.dtype != pl.String:
        return ""
    lengths = text.str.len_bytes()
    return f"{lengths[0]}:" if (lengths == lengths[0]).all() else ""


def _canonical_value(name: str, value: str | int) -> str:
    return f"{name}={len(value.encode())}:{value};" if isinstance(value, str) else f"{name}={value};"


def _canonical_field(series: pl.Series) -> list[pl.Expr]:
    """Return the pieces that make the canonical text of a field in the rows that have a value."""
    name, column = series.name, pl.col(series.name)
    if series.dtype == pl.String:
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
