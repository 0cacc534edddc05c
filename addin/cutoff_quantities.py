"""What the books had at the cut-off of a count for the lines of its sheets, blind ones only once they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from addin.quantities import Quantities
from addin.reconciling import NO_PLAN, TO_MEND, reconciled
from sync.books.count_forms import SHEET
from sync.books.count_lines import expected_lines

if TYPE_CHECKING:
    from schemas.values import Table
    from sync.bookkeeping import Bookkeeping


def quantities_at_cutoff(
    tables: Sequence[Table], department: str, books: Bookkeeping, sheet: str, rows: Sequence[int]
) -> Quantities:
    """Return the book quantities of some rows of a count sheet.

    Lines of a plan that is not blind have them from the beginning; those of a blind one when they are counted, and
    counted again where that is needed.
    """
    lines = {line.row: line for line in reconciled(tables, department, books) if line.sheet == sheet}
    listed = _listed(tables, books, sheet)
    told = {row: lines[row].figures["book_qty"] for row in rows if "book_qty" in lines[row].figures}
    told = {row: listed[row] for row in rows if row in listed} | told
    silent = [row for row in rows if row not in told]
    unknown = [row for row in silent if lines[row].state in (TO_MEND, NO_PLAN) or lines[row].figures]
    return Quantities(told, {}, unknown, [row for row in silent if row not in unknown])


def _listed(tables: Sequence[Table], books: Bookkeeping, sheet: str) -> dict[int, Decimal]:
    """Return what plans that are not blind list for the lines of a sheet, by row."""
    plans = books.books.rows("stocktake_plan").filter(~pl.col("blind"))
    if plans.is_empty():
        return {}
    expected = expected_lines(books.books, plans).select("plan_no", "sheet_no", "line_no", "book_qty").drop_nulls()
    found = (
        table.frame.join(expected, on=["plan_no", "sheet_no", "line_no"], suffix="_listed")
        for table in tables
        if table.register.id == SHEET and table.sheet == sheet
    )
    return {row: qty for each in found for row, qty in each.select("_row", "book_qty_listed").iter_rows()}
