"""What a count sheet lists: the goods and assets that the books have in each room of a plan, line by line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from schemas.columns import UNITS
from schemas.exact import QTY_PLACES, unscaled
from schemas.property.count_scope import assets_to_count, goods_to_count, rooms_of
from schemas.rules import Books

NOTHING_BOOKED = "账面无物品"
"""Name of the one line of a sheet for a room in which the books have nothing: a zero is written there, too."""

_PIECE = "件"
"""Unit of assets whose own one is not among those of goods (辆, 栋 …)."""

_EXPECTED = {
    "plan_no": pl.String(),
    "sheet_no": pl.String(),
    "line_no": pl.Int64(),
    "room": pl.String(),
    "asset_no": pl.String(),
    "item_code": pl.String(),
    "name_spec": pl.String(),
    "unit": pl.String(),
    "book_qty": pl.Decimal(38, QTY_PLACES),
}


def sheet_numbers(plan: Mapping[str, Any]) -> dict[str, str]:
    """Return the rooms of a plan in its order, each with the number of its count sheet."""
    rooms = dict.fromkeys(str(plan["warehouses"] or "").split("、"))
    return {room: f"{plan['plan_no']}-{number:02d}" for number, room in enumerate(rooms, start=1)}


def has_thing() -> pl.Expr:
    """Tell which lines name an item or an asset."""
    return pl.col("asset_no").is_not_null() | pl.col("item_code").is_not_null()


def expected_lines(books: Books, plans: pl.DataFrame) -> pl.DataFrame:
    """Return the lines of the count sheets of plans: one sheet per room, goods before assets, numbered from 1.

    A room in which the books have nothing has the one line ``NOTHING_BOOKED``.
    """
    rooms = rooms_of(plans).drop_nulls("room").unique(["plan_no", "room"], keep="first", maintain_order=True)
    numbers = [
        (plan["plan_no"], room, number)
        for plan in plans.iter_rows(named=True)
        for room, number in sheet_numbers(plan).items()
    ]
    sheets = pl.DataFrame(
        numbers, schema={"plan_no": pl.String, "room": pl.String, "sheet_no": pl.String}, orient="row"
    )
    things = pl.concat([_goods(books, rooms), _assets(books, rooms)], how="diagonal")
    both = sheets.join(things, on=["plan_no", "room"], how="left")
    named = both.with_columns(
        pl.when(has_thing()).then("name_spec").otherwise(pl.lit(NOTHING_BOOKED)).alias("name_spec"),
        pl.when(pl.col("unit").is_in(UNITS)).then("unit").otherwise(pl.lit(_PIECE)).alias("unit"),
    )
    ordered = named.sort("plan_no", "sheet_no", "item_code", "asset_no", nulls_last=True)
    line = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("sheet_no")
    return ordered.with_columns(line.alias("line_no")).select(
        pl.col(name).cast(kind) for name, kind in _EXPECTED.items()
    )


def _goods(books: Books, rooms: pl.DataFrame) -> pl.DataFrame:
    items = books.rows("item_catalogue").select(
        "item_code",
        pl.concat_str("item_name", "spec", separator=" ", ignore_nulls=True).alias("name_spec"),
        pl.col("base_unit").cast(pl.String).alias("unit"),
    )
    there = goods_to_count(rooms, books).join(items, on="item_code", how="left")
    return there.select(
        "plan_no", "room", "item_code", "name_spec", "unit", unscaled(pl.col("qty"), QTY_PLACES).alias("book_qty")
    )


def _assets(books: Books, rooms: pl.DataFrame) -> pl.DataFrame:
    cards = books.rows("fixed_asset_card").select(
        "asset_no",
        pl.concat_str("asset_name", "spec_model", separator=" ", ignore_nulls=True).alias("name_spec"),
        pl.col("unit").cast(pl.String),
    )
    there = assets_to_count(rooms, books).join(cards, on="asset_no", how="left")
    pieces = unscaled(pl.col("qty") * 10**QTY_PLACES, QTY_PLACES)
    return there.select("plan_no", "room", "asset_no", "name_spec", "unit", pieces.alias("book_qty"))
