"""The candidate rows of one run, by register, before they are checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.findings import Finding
    from schemas.register import Register
    from schemas.values import Table

META = ("_id", "_workbook", "_sheet", "_row", "_department")
"""Columns of a batch besides the register's own, as people's places: which workbook, sheet and row."""


@dataclass(frozen=True)
class Batch:
    """The candidate rows of one run, by register, in the order in which claims are applied."""

    frames: Mapping[str, pl.DataFrame]
    """Register id to declared columns and ``META``; reference columns as typed."""
    columns: Mapping[tuple[str, str, str], Mapping[str, int]] = field(default_factory=dict)
    """(workbook, sheet, register) to column name to worksheet column (1-based)."""
    deferred: Mapping[str, Sequence[tuple[int, str, str]]] = field(default_factory=dict)
    """Register id to (row id, column, text) of cells that only the conversions can read."""
    broken: frozenset[int] = frozenset()
    """Row ids that reading already found an error in."""


def no_candidates(register: type[Register]) -> pl.DataFrame:
    """Return a frame of a batch without rows, for a register of which nothing was read."""
    places = {
        "_id": pl.Int64(),
        "_workbook": pl.String(),
        "_sheet": pl.String(),
        "_row": pl.Int64(),
        "_department": pl.String(),
    }
    return pl.DataFrame(schema={**{column.name: column.dtype for column in register.columns}, **places})


def batch_of(tables: Sequence[tuple[Table, str]]) -> tuple[Batch, list[Finding]]:
    """Return the batch of some tables with their departments, in order, and the findings of reading.

    Rows are numbered (``_id``) in the order of the tables; a row with an error from reading is
    marked broken. Findings keep their places.
    """
    parts: dict[str, list[pl.DataFrame]] = {}
    columns: dict[tuple[str, str, str], Mapping[str, int]] = {}
    deferred: dict[str, list[tuple[int, str, str]]] = {}
    broken: set[int] = set()
    findings: list[Finding] = []
    start = 0
    for table, department in tables:
        register_id = table.register.id
        concerned = bool(table.deferred) or any(found.severity == "error" for found in table.findings)
        places = table.frame["_row"].to_list() if concerned else []
        id_of = {row_number: start + position for position, row_number in enumerate(places)}
        parts.setdefault(register_id, []).append(
            table.frame.with_columns(
                (pl.int_range(pl.len(), dtype=pl.Int64) + start).alias("_id"),
                pl.lit(table.workbook).alias("_workbook"),
                pl.lit(table.sheet).alias("_sheet"),
                pl.lit(department).alias("_department"),
            )
        )
        columns[table.workbook, table.sheet, register_id] = table.columns
        deferred.setdefault(register_id, []).extend(
            (id_of[cell.row_number], cell.column, cell.text) for cell in table.deferred if cell.row_number in id_of
        )
        broken |= {id_of[f.row] for f in table.findings if f.severity == "error" and f.row in id_of}
        findings.extend(table.findings)
        start += table.frame.height
    frames = {register_id: pl.concat(frames, how="vertical_relaxed") for register_id, frames in parts.items()}
    return Batch(frames, columns, deferred, frozenset(broken)), findings
