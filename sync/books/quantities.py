"""Stock quantities by warehouse and item, from the accepted rows of the registers that post stock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import polars as pl

from schemas.exact import QTY_PLACES, decimal, unscaled
from schemas.register import Register
from schemas.stock_movements import legs_of

MOVEMENT = {
    "warehouse": pl.String(),
    "item_code": pl.String(),
    "doc_date": pl.Date(),
    "qty": decimal(QTY_PLACES),
}


def movements(registers: Mapping[str, type[Register]], rows: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """Return every stock movement: warehouse, item, date and signed quantity in the base unit.

    ``rows`` are the rows in the books by register id; registers that post no stock are left out.
    """
    signed = unscaled(pl.col("effect"), QTY_PLACES).alias("qty")
    parts = [pl.DataFrame(schema=MOVEMENT)]
    for register_id, frame in rows.items():
        posting = registers[register_id].stock
        if posting is not None:
            legs = legs_of(frame, posting, "doc_date")
            parts += [leg.select("warehouse", "item_code", "doc_date", signed) for leg in legs]
    return pl.concat(parts)


def balances(moves: pl.DataFrame, as_of: date | None = None) -> pl.DataFrame:
    """Return the quantity of every item in every warehouse at the end of a day (None: of all days).

    Columns ``warehouse``, ``item_code``, ``quantity``; sorted; items that have moved are listed even
    when nothing is left.
    """
    until = moves if as_of is None else moves.filter(pl.col("doc_date") <= as_of)
    summed = until.group_by("warehouse", "item_code").agg(pl.col("qty").sum().alias("quantity"))
    return summed.sort("warehouse", "item_code")
