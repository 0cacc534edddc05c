"""What the books had at the cut-off of a count for the lines of its sheets, blind ones only once they are counted."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from addin.reconciling import NO_PLAN, TO_MEND, reconciled
from addin.told_quantities import Quantities
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
    listed, openly = _listed(tables, books, sheet)
    told = {row: lines[row].figures["book_qty"] for row in rows if "book_qty" in lines[row].figures}
    told = {row: listed[row] for row in rows if row in listed} | told
    silent = [row for row in rows if row not in told]
    unknown = [row for row in silent if row in openly or lines[row].state in (TO_MEND, NO_PLAN) or lines[row].figures]
    return Quantities(told, {}, unknown, [row for row in silent if row not in unknown])


def _listed(tables: Sequence[Table], books: Bookkeeping, sheet: str) -> tuple[dict[int, Decimal], set[int]]:
    """Return what plans that are not blind list for the lines of a sheet, by row, and all rows of such plans.

    What they do not list of known goods and assets is not there.
    """
    plans = books.books.rows("stocktake_plan").filter(~pl.col("blind"))
    frames = [table.frame for table in tables if table.register.id == SHEET and table.sheet == sheet]
    if plans.is_empty() or not frames:
        return {}, set()
    thing = pl.coalesce("asset_no", "item_code").alias("_thing")
    lines = pl.concat(frames).join(plans.select("plan_no"), on="plan_no", how="semi").with_columns(thing)
    expected = expected_lines(books.books, plans).select("plan_no", "sheet_no", thing, pl.col("book_qty").alias("_qty"))
    known = [*books.books.rows("item_catalogue")["item_code"], *books.books.rows("fixed_asset_card")["asset_no"]]
    both = lines.join(expected, on=["plan_no", "sheet_no", "_thing"], how="left").with_columns(
        pl.when(pl.col("_thing").is_in(known)).then(pl.col("_qty").fill_null(0)).alias("_qty")
    )
    found = dict(both.drop_nulls("_qty").select("_row", "_qty").iter_rows())
    return found, set(lines["_row"])
