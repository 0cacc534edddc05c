"""What the stock book says of issues: what they cost, and one unit of them."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, scaled, unscaled
from sync.books.valuation import Valuation

_LINE = ["doc_no", "line_no"]
_FEN_TO_PRICE = 10 ** (QTY_PLACES + PRICE_PLACES - MONEY_PLACES)
"""Fen for thousandths of a unit, in ten-thousandths of a yuan for one unit."""


def issues_with_costs(rows: pl.DataFrame, months: Sequence[Valuation]) -> pl.DataFrame:
    """Return rows of issues with ``amount``, what they took out of the book, and ``unit_cost`` of their own unit.

    Red ones are negative, as their quantity is. Rows that none of the valued ``months`` knows stay blank.
    """
    known = [each.valued.filter(pl.col("register") == "stock_issue") for each in months]
    if not known:
        return rows
    cost = pl.concat(known).select(*_LINE, (-pl.col("amount")).alias("_fen"))
    both = rows.join(cost, on=_LINE, how="left", maintain_order="left")
    counts = pl.when(pl.col("_status") != "withdrawn").then(pl.col("_fen"))
    qty, fen = scaled(pl.col("qty"), QTY_PLACES).abs(), pl.col("_fen").abs()
    price = pl.when((qty > 0) & (pl.col("_status") != "withdrawn")).then((2 * fen * _FEN_TO_PRICE + qty) // (2 * qty))
    told = both.with_columns(
        unscaled(counts, MONEY_PLACES).alias("amount"), unscaled(price, PRICE_PLACES).alias("unit_cost")
    )
    return told.select(rows.columns)
