"""Between typed frames and stored rows: exact numbers as whole ones, days and times as ISO text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from sync.canonical import from_stored, to_stored
from sync.ledger.errors import NotFitting
from sync.versioned import VersionedTable, is_number


def physical_types(fields: Mapping[str, pl.DataType]) -> dict[str, pl.DataType]:
    """Return the polars types of the stored form: Int64 or String."""
    return {name: pl.Int64() if is_number(dtype) else pl.String() for name, dtype in fields.items()}


def refuse_other_columns(columns: Iterable[str], table: VersionedTable) -> None:
    """Accept the columns of the table, and working columns of the caller, which begin with ``_``.

    Raises:
        NotFitting: a column is missing or unknown.
    """
    given = list(columns)
    missing = [f"- {name}" for name in table.fields if name not in given]
    unknown = [f"+ {name}" for name in given if name not in table.stored and not name.startswith("_")]
    if missing or unknown:
        raise NotFitting(table=table.name, reason=", ".join(missing + unknown))


def stored_frame(frame: pl.DataFrame, table: VersionedTable) -> pl.DataFrame:
    """Return the fields of a typed frame in stored form, in the order of the table.

    Raises:
        NotFitting: a column is missing, unknown, of another type, or a number needs more than 64 bits.
    """
    refuse_other_columns(frame.columns, table)
    try:
        typed = frame.select(_as_declared(frame, name, dtype, table) for name, dtype in table.fields.items())
        return typed.select(to_stored(name, dtype) for name, dtype in table.fields.items())
    except pl.exceptions.InvalidOperationError as exc:
        raise NotFitting(table=table.name, reason=str(exc).splitlines()[0]) from exc


def _as_declared(frame: pl.DataFrame, name: str, dtype: pl.DataType, table: VersionedTable) -> pl.Expr:
    """Accept the declared type, narrower whole numbers and columns without any value, nothing else."""
    given = frame.schema[name]
    whole = given.is_integer() and dtype == pl.Int64
    if given == dtype or whole or given == pl.Null:
        return pl.col(name).cast(dtype)
    raise NotFitting(table=table.name, reason=f"{name}: {given} != {dtype}")


def typed_frame(stored: pl.DataFrame, fields: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return stored rows with the types of ``fields``."""
    return stored.select(from_stored(name, dtype) for name, dtype in fields.items())


def frame_of_rows(rows: Sequence[Sequence[Any]], fields: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return database rows as a frame in stored form; ``fields`` name the columns in order."""
    return pl.DataFrame(rows, schema=physical_types(fields), orient="row")


def frame_of_mappings(rows: Iterable[Mapping[str, object]], table: VersionedTable) -> pl.DataFrame:
    """Return rows given as mappings as a typed frame; fields that are not named are null.

    Mappings and sequences in a JSON field become JSON text; text is taken as JSON already.

    Raises:
        NotFitting: a name is unknown or a value is of another type.
    """
    listed = list(rows)
    unknown = sorted({name for row in listed for name in row} - set(table.fields))
    if unknown:
        raise NotFitting(table=table.name, reason=", ".join(f"+ {name}" for name in unknown))
    columns = {
        name: [_json_text(row.get(name)) if name in table.json_fields else row.get(name) for row in listed]
        for name in table.fields
    }
    try:
        return pl.DataFrame(columns, schema=dict(table.fields), strict=True)
    except (TypeError, pl.exceptions.PolarsError) as exc:
        raise NotFitting(table=table.name, reason=str(exc).splitlines()[0]) from exc


def _json_text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
