"""What a count is to cover: the goods and the assets that the books have in its rooms at its cut-off."""

from __future__ import annotations

import polars as pl

from schemas.property.asset_places import gone_assets, places_on
from schemas.property.count_book import corrections, last_day
from schemas.rules import Books
from schemas.stock_movements import movements_in_force

SPOT_CHECK = "抽盘"
ASSETS_ONLY = "固定资产半年"
STOCK_ONLY = "月度库存"


def rooms_of(plans: pl.DataFrame) -> pl.DataFrame:
    """Return one line per room of each plan, ``room``, in the order in which the plan names them."""
    rooms = pl.col("warehouses").str.split("、").alias("room")
    return plans.select("_id", "plan_no", "scope", "cutoff", "count_to", rooms).explode("room")


def moves_in(rooms: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what moves stock in some rooms, with ``room`` for the warehouse."""
    places = rooms.select(pl.col("room").alias("warehouse")).unique()
    return movements_in_force(books, places).rename({"warehouse": "room"})


def goods_to_count(rooms: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what the books say is in the rooms of plans (``rooms_of``) at their cut-off.

    Columns ``_id`` of the plan, ``plan_no``, ``room``, ``item_code``, ``qty`` (thousandths, never 0).
    """
    wanted = rooms.filter(pl.col("scope") != ASSETS_ONLY)
    day = pl.col("doc_date").cast(pl.Datetime("us")).alias("_at")
    moves = moves_in(wanted, books).select("room", "item_code", "effect", day, pl.lit("").alias("_plan"))
    counts = corrections(books).select(
        "room", "item_code", "effect", pl.col("cutoff").alias("_at"), pl.col("plan_no").alias("_plan")
    )
    booked = pl.col("_at") < pl.col("cutoff")
    corrected = (pl.col("_plan") != "") & (pl.col("_at") == pl.col("cutoff")) & (pl.col("_plan") < pl.col("plan_no"))
    return (
        wanted.join(pl.concat([moves, counts]), on="room", how="inner")
        .filter(booked | corrected)
        .group_by("_id", "plan_no", "room", "item_code")
        .agg(pl.col("effect").sum().alias("qty"))
        .filter(pl.col("qty") != 0)
        .sort("_id", "room", "item_code")
    )


def assets_to_count(rooms: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the assets that are in the rooms of plans (``rooms_of``) at their cut-off, by card and transfer.

    Columns ``_id`` of the plan, ``plan_no``, ``room``, ``asset_no``, ``qty`` (pieces).
    """
    wanted = rooms.filter(pl.col("scope") != STOCK_ONLY).rename({"_id": "_plan"})
    cards = books.rows("fixed_asset_card").select("asset_no", "acquire_date", "qty")
    each = wanted.select("_plan", "plan_no", "cutoff").unique(maintain_order=True).join(cards, how="cross")
    each = each.filter(pl.col("acquire_date").cast(pl.Datetime("us")) < pl.col("cutoff"))
    each = each.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_id"), pl.lit(None, pl.String).alias("_key"))
    kept = each.join(gone_assets(each, last_day(), books), on="_id", how="anti", maintain_order="left")
    placed = kept.join(places_on(kept, last_day(), books).rename({"place": "room"}), on="_id")
    there = placed.join(wanted.select("_plan", "room"), on=["_plan", "room"], how="semi").sort("_plan", "asset_no")
    return there.select(pl.col("_plan").alias("_id"), "plan_no", "room", "asset_no", "qty")
