"""The agreements of book and goods (账实): what the last count of a month found against what the books had."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, scaled
from schemas.findings import Text
from sync.books.agreements import ASSETS, STOCK, Agreement, Kept, Sides, rows_of, side
from sync.books.periods import ASSET_BOOK, STOCK_BOOK

SHEET, RESULT = "stocktake_sheet", "stocktake_result"
_LINE = ["plan_no", "sheet_no", "line_no"]
_UNIT = 10 ** (QTY_PLACES + PRICE_PLACES - MONEY_PLACES)
"""Thousandths of a unit times ten-thousandths of a yuan, in a fen."""


def _counted(thing: str) -> Callable[[Kept, str], Sides | Text]:
    """Return what compares the lines of the counts of a month that are about assets, or about goods.

    A count is of the month that its cut-off ends. Where a thing was counted twice, the later cut-off
    stands. A difference that was posted is none any more.
    """

    def sides(kept: Kept, month: str) -> Sides | Text:
        nothing = Text(f"{month} 没有盘点", f"nothing was counted in {month}")
        if rows_of(kept, SHEET).is_empty():
            return nothing
        ended = (pl.col("cutoff") - pl.duration(microseconds=1)).dt.strftime("%Y-%m")
        lines = kept.counts.filter(pl.col("carries") & (ended == month) & _is_about(thing))
        if lines.is_empty():
            return nothing
        named = lines.with_columns(_object(thing).alias("object")).sort("cutoff", *_LINE)
        last = named.unique("object", keep="last", maintain_order=True)
        worth = last.with_columns(_booked(last, kept), scaled(pl.col("diff_amount"), MONEY_PLACES).alias("_diff"))
        open_part = pl.when(pl.col("open_qty") != 0).then(pl.col("_diff")).fill_null(0)
        booked, open_qty = scaled(pl.col("book_qty"), QTY_PLACES), scaled(pl.col("open_qty"), QTY_PLACES)
        counted_qty = booked.fill_null(0) + open_qty.fill_null(0)
        name = pl.col("object")
        return Sides(
            side(worth, name, value=pl.col("_booked"), qty=booked.fill_null(0)),
            side(worth, name, value=pl.col("_booked") + open_part, qty=counted_qty),
            _reasons(worth, kept),
        )

    return sides


def _is_about(thing: str) -> pl.Expr:
    if thing == "asset_no":
        return pl.col("asset_no").is_not_null()
    return pl.col("asset_no").is_null()


def _object(thing: str) -> pl.Expr:
    """Return the asset, or the item and where it was counted; a thing without a code by its name."""
    if thing == "asset_no":
        return pl.col("asset_no")
    return pl.concat_str(pl.coalesce("item_code", pl.col("name_spec").str.replace_all(" ", "")), "room", separator=" ")


def _booked(lines: pl.DataFrame, kept: Kept) -> pl.Series:
    """Return what the books have of each line in fen: goods as the stock book has them, assets by their net worth."""
    stock: dict[datetime, dict[tuple[str, str], int]] = {}
    goods = lines.filter(pl.col("item_code").is_not_null())["cutoff"].unique()
    for cutoff in goods:
        balances = kept.stock_until(cutoff).stock.select("item_code", "warehouse", "amount").iter_rows()
        stock[cutoff] = {(item, room): amount for item, room, amount in balances}
    quantity = scaled(pl.col("book_qty"), QTY_PLACES).fill_null(0)
    priced = (quantity * scaled(pl.col("unit_value"), PRICE_PLACES).fill_null(0) + _UNIT // 2) // _UNIT
    rows = lines.select("cutoff", "item_code", "room", priced.alias("priced")).iter_rows()
    return pl.Series(
        "_booked",
        [priced if item is None else stock[cutoff].get((item, room), 0) for cutoff, item, room, priced in rows],
        pl.Int64,
    )


def _reasons(lines: pl.DataFrame, kept: Kept) -> pl.DataFrame:
    """Return what the results of the count give as the reason of each difference."""
    results = kept.rows(RESULT)
    if results is None:
        return Sides(lines, lines).said
    words = pl.concat_str("reason", "reason_note", separator="：", ignore_nulls=True)
    told = results.drop_nulls("reason").select(*_LINE, words.alias("explanation"))
    return lines.select("object", *_LINE).join(told, on=_LINE, how="inner").select("object", "explanation")


COUNT_AGREEMENTS = (
    Agreement(
        101,
        "stock-count",
        STOCK,
        "账实",
        Text("库存账与盘点", "Stock book and count"),
        STOCK_BOOK,
        "盘点表",
        (SHEET, "stocktake_plan", "item_catalogue"),
        _counted("item_code"),
        book=STOCK_BOOK,
    ),
    Agreement(
        201,
        "assets-count",
        ASSETS,
        "账实",
        Text("固定资产账与盘点", "Asset book and count"),
        "固定资产卡片",
        "盘点表",
        (SHEET, "stocktake_plan", "fixed_asset_card"),
        _counted("asset_no"),
        book=ASSET_BOOK,
    ),
)
