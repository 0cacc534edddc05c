"""What people read of the stock book: the ledger, balances, and the month summary.

Quantities have 3 places, amounts 2, prices 4. Source: DOMAIN.md 2.2, registers 14 and 15, and 4.2.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, decimal, scaled, unscaled
from sync.books.close import PLACE
from sync.books.valuation import Valuation

_FEN_TO_PRICE = 10 ** (QTY_PLACES + PRICE_PLACES - MONEY_PLACES)
"""Fen for thousandths of a unit, in ten-thousandths of a yuan for one unit."""

_SIDES = ("in_qty", "in_amount", "out_qty", "out_amount")
_BEFORE = {
    "warehouse": pl.String(),
    "item_code": pl.String(),
    "period": pl.String(),
    "in_amount": decimal(MONEY_PLACES),
    "out_amount": decimal(MONEY_PLACES),
}


def stock_ledger(valuation: Valuation) -> pl.DataFrame:
    """Return the stock ledger (库存明细账) of the open months, in the columns of ``stock_ledger``.

    Sorted by warehouse and item, then in posting order; ``seq`` counts from 1 per warehouse, item and
    month. Red entries are negative on the side of their original.
    """
    moves = valuation.valued.with_row_index("_at").sort("warehouse", "item_code", "_at")
    seq = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("warehouse", "item_code", "period")
    return moves.with_columns(_period(), *_sides()).select(
        "warehouse",
        "item_code",
        seq.alias("seq"),
        "period",
        "post_date",
        "doc_date",
        "doc_no",
        "line_no",
        pl.concat_str("kind", "counterparty", separator=" ", ignore_nulls=True).alias("summary"),
        *_typed(*_SIDES, "bal_qty", "bal_amount"),
        _average("bal_qty", "bal_amount").alias("avg_price"),
    )


def stock_balances(valuation: Valuation, as_of: date | None = None) -> pl.DataFrame:
    """Return what lies where at the end of a day of the open months (None: after the last posting).

    Columns ``warehouse``, ``item_code``, ``quantity``, ``value``, ``average_price`` (blank where nothing
    is left); sorted; what has moved is listed even when nothing is left.
    """
    moves = valuation.valued if as_of is None else valuation.valued.filter(pl.col("post_date") <= as_of)
    last = moves.group_by(PLACE).agg(pl.col("bal_qty").last().alias("qty"), pl.col("bal_amount").last().alias("amount"))
    still = valuation.opening.stock.join(last, on=PLACE, how="anti")
    both = pl.concat([still.select(last.columns), last]).sort("warehouse", "item_code")
    return both.select(
        "warehouse",
        "item_code",
        unscaled(pl.col("qty"), QTY_PLACES).alias("quantity"),
        unscaled(pl.col("amount"), MONEY_PLACES).alias("value"),
        _average("qty", "amount").alias("average_price"),
    )


def closing_balances(summary: pl.DataFrame) -> pl.DataFrame:
    """Return what lies where after the last month of a month summary, as ``stock_balances`` does."""
    last = summary.sort("period").group_by("warehouse", "item_code").last().sort("warehouse", "item_code")
    whole = last.with_columns(
        scaled(pl.col("close_qty"), QTY_PLACES).alias("_qty"),
        scaled(pl.col("close_amount"), MONEY_PLACES).alias("_fen"),
    )
    return whole.select(
        "warehouse",
        "item_code",
        pl.col("close_qty").alias("quantity"),
        pl.col("close_amount").alias("value"),
        _average("_qty", "_fen").alias("average_price"),
    )


def monthly_summary(
    valuation: Valuation,
    since: date | None = None,
    until: date | None = None,
    before: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Return the month summary (月度收发存汇总表) of the open months, in the columns of ``monthly_summary``.

    There is a line for every month from that of ``since`` to that of ``until``, or of the first and the
    last posting where these lie outside, for each item and warehouse with stock or movements so far;
    sorted by period, warehouse, item. ``before`` are the summaries of closed months, for the sums of the
    year. What opens the book of an item in a warehouse (期初建账, in its first month) is its opening
    balance, not a receipt.
    """
    moves = valuation.valued.with_columns(_period(), *_sides())
    grid = _grid(moves, valuation.opening.stock, since, until)
    opens = moves.filter(_opens(valuation.opening.stock)).select(*PLACE, "doc_no", "line_no", "register")
    lines = moves.join(opens, on=opens.columns, how="anti")
    sums = lines.group_by(*PLACE, "period").agg(pl.col(*_SIDES).sum())
    ends = moves.group_by(*PLACE, "period").agg(
        pl.col("bal_qty").last().alias("close_qty"), pl.col("bal_amount").last().alias("close_amount")
    )
    closes = [pl.col(name).forward_fill().over(PLACE).fill_null(pl.col(f"_{name}")) for name in ends.columns[3:]]
    months = (
        grid.join(sums, on=[*PLACE, "period"], how="left")
        .join(ends, on=[*PLACE, "period"], how="left")
        .sort(*PLACE, "period")
        .with_columns(pl.col(*_SIDES).fill_null(0), *closes)
        .with_columns(
            (pl.col("close_qty") - pl.col("in_qty") + pl.col("out_qty")).alias("open_qty"),
            (pl.col("close_amount") - pl.col("in_amount") + pl.col("out_amount")).alias("open_amount"),
        )
    )
    columns = ("open_qty", "open_amount", *_SIDES, "close_qty", "close_amount")
    typed = months.select("period", "warehouse", "item_code", *_typed(*columns))
    return _with_year(typed, before).sort("period", "warehouse", "item_code")


def _period() -> pl.Expr:
    return pl.col("post_date").dt.strftime("%Y-%m").alias("period")


def _sides() -> list[pl.Expr]:
    """Return quantity and amount on the side of the ledger where a posting stands; red entries negative."""
    receipts = pl.col("way") > 0
    return [
        pl.when(here).then(pl.col(name) * way).otherwise(0).alias(f"{side}_{what}")
        for side, here, way in (("in", receipts, 1), ("out", ~receipts, -1))
        for what, name in (("qty", "effect"), ("amount", "amount"))
    ]


def _typed(*names: str) -> list[pl.Expr]:
    places = {"qty": QTY_PLACES, "amount": MONEY_PLACES}
    return [unscaled(pl.col(name), places[name.rpartition("_")[2]]).alias(name) for name in names]


def _average(qty: str, amount: str) -> pl.Expr:
    """Return what one unit is worth, rounded half up; blank where there is none."""
    whole = pl.when(pl.col(qty) > 0).then(pl.col(qty))
    return unscaled((2 * pl.col(amount) * _FEN_TO_PRICE + whole) // (2 * whole), PRICE_PLACES)


def _opens(stock: pl.DataFrame) -> pl.Expr:
    """Tell which postings open the book of a place that had none before."""
    known = stock.select(pl.struct(PLACE).alias("place"))["place"]
    first = pl.col("period") == pl.col("period").min().over(PLACE)
    return (pl.col("rank") == 0) & first & ~pl.struct(PLACE).is_in(known.implode())


def _grid(moves: pl.DataFrame, stock: pl.DataFrame, since: date | None, until: date | None) -> pl.DataFrame:
    """Return every place with every month from its first one, and what it began with."""
    first = moves.group_by(PLACE).agg(pl.col("period").min().alias("_first"))
    begins = stock.select(
        *PLACE, pl.col("qty").alias("_close_qty"), pl.col("amount").alias("_close_amount"), pl.lit("").alias("_first")
    )
    new = first.join(begins, on=PLACE, how="anti").with_columns(
        pl.lit(0, pl.Int64).alias("_close_qty"), pl.lit(0, pl.Int64).alias("_close_amount")
    )
    places = pl.concat([begins, new.select(begins.columns)])
    days = moves.select(pl.col("post_date").min().alias("first"), pl.col("post_date").max().alias("last")).row(0)
    last = max(filter(None, (until, days[1])), default=None)
    if last is None:
        return places.select(*PLACE, pl.lit(None, pl.String).alias("period"), "_close_qty", "_close_amount").clear()
    start = min(filter(None, (since, days[0])), default=last).replace(day=1)
    months = pl.date_range(start, last, "1mo", eager=True).dt.strftime("%Y-%m").alias("period").to_frame()
    crossed = places.join(months, how="cross").filter(pl.col("period") >= pl.col("_first"))
    return crossed.select(*PLACE, "period", "_close_qty", "_close_amount")


def _with_year(months: pl.DataFrame, before: pl.DataFrame | None) -> pl.DataFrame:
    """Return month lines with what came in and went out since the beginning of the year."""
    earlier = pl.DataFrame(schema=_BEFORE) if before is None else before.select(*_BEFORE)
    both = pl.concat([earlier, months.select(*_BEFORE)]).sort("warehouse", "item_code", "period")
    year = pl.col("period").str.slice(0, 4)
    sums = both.select(
        "warehouse",
        "item_code",
        "period",
        pl.col("in_amount").cum_sum().over("warehouse", "item_code", year).alias("ytd_in"),
        pl.col("out_amount").cum_sum().over("warehouse", "item_code", year).alias("ytd_out"),
    )
    return months.join(sums, on=["warehouse", "item_code", "period"], how="left")
