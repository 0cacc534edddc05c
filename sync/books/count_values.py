"""What the differences of a count are worth: goods as the stock book values them at the cut-off, assets net.

A difference of goods is valued by the stock book itself, as if it were adjusted at the cut-off: a
shortage at average or from the oldest layers, all that is left with all its amount, a surplus by
DOMAIN.md 4.7 (7). When it is posted later, the average may be another one by then.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, scaled, unscaled
from sync.books.close import PLACE, Close
from sync.books.postings import ADJUSTMENT_RANK, ADJUSTMENTS, POSTING
from sync.books.valuation import NOMINAL_FEN, value_stock

_FEN_TO_PRICE: int = 10 ** (QTY_PLACES + PRICE_PLACES - MONEY_PLACES)
"""Fen for thousandths of a unit, in ten-thousandths of a yuan for one unit."""

NET_WORTH = {"plan_no": pl.String(), "asset_no": pl.String(), "_net": pl.Int64(), "_pieces": pl.Int64()}
"""Net value of an asset at the cut-off of a plan in fen, and its pieces in thousandths."""


def with_values(
    lines: pl.DataFrame,
    stock_until: Callable[[datetime], Close],
    items: pl.DataFrame | None,
    method: str,
    net_worth: pl.DataFrame,
) -> pl.DataFrame:
    """Return counted lines (``sync.books.counts.differences``) with ``unit_value`` and ``diff_amount``.

    ``stock_until`` returns the stock book at a cut-off; ``items`` and ``method`` are as in ``value_stock``;
    ``net_worth`` (``NET_WORTH``) is that of the assets counted. Amounts are blank on lines that stand
    for nothing of their own, and on assets whose worth is not known.
    """
    goods = lines.filter(pl.col("carries") & pl.col("item_code").is_not_null())
    parts = [
        _goods(of_one, stock_until(cutoff), items, method)
        for (cutoff,), of_one in goods.group_by("cutoff", maintain_order=True)
        if isinstance(cutoff, datetime)
    ]
    parts.append(_assets(lines.filter(pl.col("carries") & pl.col("asset_no").is_not_null()), net_worth))
    found = pl.col("asset_no").is_null() & pl.col("item_code").is_null()
    parts.append(_uncoded(lines.filter(pl.col("carries") & found)))
    worth = pl.concat(parts).select(
        "_id",
        unscaled(pl.col("_price"), PRICE_PLACES).alias("unit_value"),
        unscaled(pl.col("_amount"), MONEY_PLACES).alias("diff_amount"),
    )
    return lines.join(worth, on="_id", how="left", maintain_order="left")


def _goods(lines: pl.DataFrame, close: Close, items: pl.DataFrame | None, method: str) -> pl.DataFrame:
    """Return ``_id``, ``_price`` and ``_amount`` of lines of goods with one cut-off."""
    names = {**POSTING, "_id": pl.Int64()}
    effect = scaled(pl.col("diff_qty"), QTY_PLACES)
    moves = lines.select(
        "item_code",
        pl.col("room").alias("warehouse"),
        pl.col("cutoff").dt.date().alias("post_date"),
        pl.col("cutoff").dt.date().alias("doc_date"),
        pl.lit(ADJUSTMENT_RANK, pl.Int64).alias("rank"),
        pl.concat_str("plan_no", "sheet_no", separator="/").alias("doc_no"),
        pl.col("line_no").cast(pl.Int64),
        pl.lit(0, pl.Int64).alias("leg"),
        pl.lit(ADJUSTMENTS).alias("register"),
        pl.lit("").alias("kind"),
        *(pl.lit(None, pl.String).alias(name) for name in ("counterparty", "ref_doc")),
        effect.sign().alias("way"),
        effect.alias("effect"),
        pl.lit(None, pl.Int64).alias("stated"),
        scaled(pl.col("stated_value"), PRICE_PLACES).alias("price"),
        pl.col("_id"),
    ).select(*names)
    keys = ["doc_no", "line_no", "warehouse", "item_code"]
    valued = value_stock(moves.filter(pl.col("effect") != 0).drop("_id"), items, method, close).valued
    amounts = moves.select("_id", "effect", *keys).join(valued.select(*keys, "amount"), on=keys, how="left")
    stock = close.stock.select(*PLACE, pl.col("qty").alias("_qty"), pl.col("amount").alias("_held"))
    both = amounts.join(stock, on=PLACE, how="left")
    average = pl.when(pl.col("_qty") > 0).then(_per_unit("_held", "_qty"))
    own = pl.when(pl.col("effect") != 0).then(_per_unit("amount", "effect"))
    return both.select("_id", pl.coalesce(average, own).alias("_price"), pl.col("amount").fill_null(0).alias("_amount"))


def _per_unit(amount: str, qty: str) -> pl.Expr:
    """Return what one unit is worth in ten-thousandths of a yuan, rounded half up."""
    whole: pl.Expr = pl.col(qty).abs()
    return (2 * pl.col(amount).abs() * _FEN_TO_PRICE + whole) // (2 * whole)


def _assets(lines: pl.DataFrame, net_worth: pl.DataFrame) -> pl.DataFrame:
    """Return the same of assets: the part of the net value that is missing; all pieces take all of it."""
    known = lines.join(net_worth.select(*NET_WORTH), on=["plan_no", "asset_no"], how="left")
    diff = scaled(pl.col("diff_qty"), QTY_PLACES)
    part = (2 * diff.abs() * pl.col("_net") + pl.col("_pieces")) // (2 * pl.col("_pieces")) * diff.sign()
    return known.select("_id", _per_unit("_net", "_pieces").alias("_price"), part.alias("_amount"))


def _uncoded(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the same of found things without a code: at the price stated, else the nominal amount for the line."""
    qty, price = scaled(pl.col("diff_qty"), QTY_PLACES), scaled(pl.col("stated_value"), PRICE_PLACES)
    amount = (2 * qty * price + _FEN_TO_PRICE) // (2 * _FEN_TO_PRICE)
    nominal = pl.lit(NOMINAL_FEN, pl.Int64)
    named = lines.select("_id", "diff_qty", pl.coalesce(amount, nominal).alias("_amount"), price.alias("_stated"))
    told = named.with_columns(scaled(pl.col("diff_qty"), QTY_PLACES).alias("_qty"))
    return told.select("_id", pl.coalesce("_stated", _per_unit("_amount", "_qty")).alias("_price"), "_amount")
