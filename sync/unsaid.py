"""Columns that a sheet does not have make no statement: their cells are what the ledger has (DESIGN 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register

Sheet = tuple[str, str, str]
"""Workbook, sheet and register."""


def with_unsaid(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, columns: Mapping[Sheet, Mapping[str, int]]
) -> pl.DataFrame:
    """Return the rows with the ledger's cells in the columns that their sheets do not have.

    ``columns`` says which columns a sheet has; one that is there and blank says “empty”.
    """
    silent = _silent(register, rows, columns)
    if not silent or current.is_empty():
        return rows
    names = sorted({name for absent in silent.values() for name in absent})
    known = current.select("_key", *(pl.col(name).alias(f"_kept_{name}") for name in names))
    joined = rows.join(known, on="_key", how="left", maintain_order="left")
    filled = [
        pl.when(_in_sheets([sheet for sheet, absent in silent.items() if name in absent]))
        .then(pl.coalesce(name, f"_kept_{name}"))
        .otherwise(pl.col(name))
        .alias(name)
        for name in names
    ]
    return joined.with_columns(filled).drop(f"_kept_{name}" for name in names)


def _silent(
    register: type[Register], rows: pl.DataFrame, columns: Mapping[Sheet, Mapping[str, int]]
) -> dict[tuple[str, str], set[str]]:
    """Return workbook and sheet to the columns that it lacks, where it lacks any."""
    stated = {c.name for c in register.columns if not c.system and c.name not in register.key}
    found: dict[tuple[str, str], set[str]] = {}
    for book, sheet in rows.select("_workbook", "_sheet").unique().iter_rows():
        has = columns.get((book, sheet, register.id))
        if has is not None and not stated <= has.keys():
            found[book, sheet] = stated - has.keys()
    return found


def _in_sheets(sheets: Sequence[tuple[str, str]]) -> pl.Expr:
    return pl.any_horizontal((pl.col("_workbook") == book) & (pl.col("_sheet") == sheet) for book, sheet in sheets)
