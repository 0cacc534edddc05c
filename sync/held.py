"""Held rows: stored typed, and made into rows again when they are tried the next time."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.candidates import META
from schemas.findings import Finding, Severity, Text
from sync.memory import NO_PLACE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register


def payloads(register: type[Register], rows: pl.DataFrame) -> dict[int, dict[str, str | None]]:
    """Return the cells of rows as text by column, by ``_id``: as typed, references unresolved."""
    names = list(register.names())
    texts = rows.select("_id", *(pl.col(name).cast(pl.String) for name in names))
    return {row.pop("_id"): row for row in texts.iter_rows(named=True)}


def cells_as_text(register: type[Register], row: Mapping[str, Any]) -> dict[str, str | None]:
    """Return the cells of one row as text by column, in the form that ``rows_of`` reads."""
    return {name: _as_text(row.get(name)) for name in register.names()}


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    return str(value).lower() if isinstance(value, bool) else str(value)


def rows_of(register: type[Register], stored: Sequence[Mapping[str, Any]], first_id: int) -> pl.DataFrame:
    """Return held rows as candidates again, numbered from ``first_id``.

    ``stored`` are rows of the ledger's table ``held`` with ``payload`` as a mapping.
    """
    names = register.names()
    schema = dict.fromkeys(names, pl.String())
    cells = [{name: row["payload"]["cells"].get(name) for name in names} for row in stored]
    frame = pl.DataFrame(cells, schema=schema, orient="row")
    places = pl.DataFrame(
        {
            "_id": range(first_id, first_id + len(stored)),
            "_workbook": [row["workbook"] for row in stored],
            "_sheet": [row["sheet"] for row in stored],
            "_row": [row["row_number"] for row in stored],
            "_department": [row["payload"]["department"] for row in stored],
        },
        schema={
            "_id": pl.Int64(),
            "_workbook": pl.String(),
            "_sheet": pl.String(),
            "_row": pl.Int64(),
            "_department": pl.String(),
        },
    )
    typed = frame.select(_from_text(column.name, column.dtype) for column in register.columns)
    return pl.concat([typed, places.select(META)], how="horizontal")


def typed_cells(register: type[Register], stored: str) -> dict[str, Any]:
    """Return the cells that ``cells_as_text`` gave, kept as JSON, in the types of the register."""
    cells = [{"payload": {"cells": json.loads(stored), "department": ""}, **NO_PLACE}]
    return rows_of(register, cells, 0).row(0, named=True)


def _from_text(name: str, dtype: pl.DataType) -> pl.Expr:
    text = pl.col(name)
    if dtype == pl.Boolean():
        return (text == "true").alias(name)
    if dtype == pl.Date():
        return text.str.to_date("%Y-%m-%d")
    if dtype == pl.Time():
        return text.str.slice(0, 8).str.to_time("%H:%M:%S")
    if isinstance(dtype, pl.Datetime):
        return text.str.slice(0, 19).str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    return text.cast(dtype)


def finding_as_json(finding: Finding) -> dict[str, Any]:
    """Return a finding with its words and arguments, so that it can be told in both languages later."""
    # by hand: dataclasses.asdict takes ten times as long, and a run tells thousands of findings
    stored = {name: getattr(finding, name) for name in _FINDING_FIELDS}
    stored["text"] = {name: getattr(finding.text, name) for name in _TEXT_FIELDS}
    stored["args"] = {name: str(value) for name, value in finding.args.items() if value is not None}
    stored["key"] = list(finding.key)
    return stored


_FINDING_FIELDS, _TEXT_FIELDS = ([field.name for field in fields(kind)] for kind in (Finding, Text))


def finding_of_json(stored: Mapping[str, Any]) -> Finding:
    """Return the finding that ``finding_as_json`` stored."""
    return Finding(
        **{
            **stored,
            "severity": Severity(stored["severity"]),
            "text": Text(**stored["text"]),
            "key": tuple(stored["key"]),
        }
    )
