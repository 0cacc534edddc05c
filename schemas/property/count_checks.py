"""What rules of counts look up: keepers, the books at the cut-off, what is missing from the sheets.

Documents have a day and no time of day: a document moves stock at 00:00 of its day. It is in the
books at the cut-off if that is earlier than the cut-off, and is rolled back if it is not later than
the counting.

Source: DOMAIN.md 4.2 and 4.4.
"""

from __future__ import annotations

import polars as pl

from schemas.exact import QTY_PLACES, scaled
from schemas.property.asset_places import gone_assets, places_on
from schemas.property.loan_checks import is_open
from schemas.rules import Books
from schemas.rules_shared import as_quantity, with_others
from schemas.stock_balance import movements_in_force

SPOT_CHECK = "抽盘"
ASSETS_ONLY = "固定资产半年"
STOCK_ONLY = "月度库存"
ELSEWHERE = "借出"
"""Condition of a thing that its borrower confirms: it is not in the difference (DOMAIN.md 4.4)."""

_NAMED = 3
"""How many of the things left out a message names."""


def keepers_of_plan(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return plans with ``keepers``, the keepers of their rooms as a list."""
    rooms = books.rows("location").select(pl.col("room_code").alias("room"), "keeper")
    of_rooms = _rooms_of(rows).join(rooms, on="room", how="inner", maintain_order="left")
    keepers = of_rooms.group_by("_id", maintain_order=True).agg(pl.col("keeper").drop_nulls().alias("keepers"))
    return rows.join(keepers, on="_id", how="inner", maintain_order="left")


def moved_while_counting(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the plans in whose rooms stock moved between cut-off and end: ``n`` lines, ``first`` day."""
    rooms = _rooms_of(rows)
    moves = _moves_in(rooms, books)
    moment = pl.col("doc_date").cast(pl.Datetime("us"))
    meanwhile = rooms.join(moves, on="room", how="inner", maintain_order="left")
    meanwhile = meanwhile.filter((moment >= pl.col("cutoff")) & (moment <= pl.col("count_to")))
    found = meanwhile.group_by("_id", maintain_order=True)
    return found.agg(pl.len().alias("n"), pl.col("doc_date").min().alias("first"))


def missing_from_sheets(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the finished plans of which something stands in no sheet: ``n`` things, the first ones ``named``."""
    over = pl.col("count_to").dt.date() < books.facts.today
    plans = _rooms_of(rows.filter(over & (pl.col("scope") != SPOT_CHECK)))
    sheets = books.rows("stocktake_sheet", plans.select("plan_no").unique())
    wanted = [_stock_to_count(plans, books).join(sheets, on=["plan_no", "room", "item_code"], how="anti")]
    if "fixed_asset_card" in books.facts.known:
        wanted.append(_assets_to_count(plans, books).join(sheets, on=["plan_no", "asset_no"], how="anti"))
    missing = pl.concat([frame.select("_id", "thing") for frame in wanted])
    some = pl.col("thing").head(_NAMED).str.join("、")
    more = pl.when(pl.len() > _NAMED).then(pl.lit("等")).otherwise(pl.lit(""))
    found = missing.group_by("_id", maintain_order=True)
    return found.agg(pl.len().alias("n"), pl.concat_str(some, more).alias("named"))


def _rooms_of(plans: pl.DataFrame) -> pl.DataFrame:
    """Return one line per room of each plan, ``room``."""
    rooms = pl.col("warehouses").str.split("、").alias("room")
    return plans.select("_id", "plan_no", "scope", "cutoff", "count_to", rooms).explode("room")


def _moves_in(rooms: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what moves stock in some rooms, with ``room`` for the warehouse."""
    places = rooms.select(pl.col("room").alias("warehouse")).unique()
    return movements_in_force(books, places).rename({"warehouse": "room"})


def _stock_to_count(plans: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what the books say is in the rooms of plans at their cut-off."""
    moves = _moves_in(plans, books)
    booked = pl.col("doc_date").cast(pl.Datetime("us")) < pl.col("cutoff")
    left = (
        plans.filter(pl.col("scope") != ASSETS_ONLY)
        .join(moves, on="room", how="inner")
        .filter(booked)
        .group_by("_id", "plan_no", "room", "item_code")
        .agg(pl.col("effect").sum())
        .filter(pl.col("effect") != 0)
    )
    items = books.rows("item_catalogue").select("item_code", "item_name")
    named = left.join(items, on="item_code", how="left").sort("_id", "room", "item_code")
    return named.with_columns(pl.concat_str("item_code", "item_name", separator=" ", ignore_nulls=True).alias("thing"))


def _assets_to_count(plans: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the assets that are in the rooms of plans at their cut-off, by card and transfer."""
    rooms = plans.filter(pl.col("scope") != STOCK_ONLY).rename({"_id": "_plan"})
    cards = books.rows("fixed_asset_card").select("asset_no", "asset_name", "acquire_date")
    each = rooms.select("_plan", "plan_no", "cutoff").unique(maintain_order=True).join(cards, how="cross")
    each = each.filter(pl.col("acquire_date").cast(pl.Datetime("us")) < pl.col("cutoff"))
    each = each.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_id"), pl.lit(None, pl.String).alias("_key"))
    kept = each.join(gone_assets(each, _last_day(), books), on="_id", how="anti", maintain_order="left")
    placed = kept.join(places_on(kept, _last_day(), books).rename({"place": "room"}), on="_id")
    there = placed.join(rooms.select("_plan", "room"), on=["_plan", "room"], how="semi").sort("_plan", "asset_no")
    named = pl.concat_str("asset_no", "asset_name", separator=" ").alias("thing")
    return there.select(pl.col("_plan").alias("_id"), "plan_no", "asset_no", named)


def _last_day() -> pl.Expr:
    """Return the last day whose documents are in the books at the cut-off."""
    return (pl.col("cutoff") - pl.duration(microseconds=1)).dt.date()


def at_cutoff(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return lines of count sheets with what they are compared with, in the base unit.

    Adds ``book_qty`` (null where the books know nothing of the thing in that place), ``moved_in_after``,
    ``moved_out_after``, ``qty_at_cutoff``, ``diff_qty`` and ``weighed``. Lines of plans that have not
    arrived are left out, and so are items outside warehouses, which the stock book does not hold.
    """
    plans = books.rows("stocktake_plan").select("plan_no", "cutoff")
    planned = rows.drop("book_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty").join(
        plans, on="plan_no", how="inner", maintain_order="left"
    )
    parts = [_stock_at_cutoff(planned.filter(pl.col("item_code").is_not_null()), books)]
    if "fixed_asset_card" in books.facts.known:
        parts.append(_assets_at_cutoff(planned.filter(pl.col("asset_no").is_not_null()), books))
    compared = pl.concat(parts, how="diagonal")
    at = pl.col("final_qty") - pl.col("moved_in_after") + pl.col("moved_out_after")
    return compared.with_columns(at.alias("qty_at_cutoff"), (at - pl.col("book_qty")).alias("diff_qty")).sort("_id")


def _stock_at_cutoff(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    warehouses = books.rows("location").filter("is_warehouse").select(pl.col("room_code").alias("room"))
    items = books.rows("item_catalogue").select(
        "item_code", ((pl.col("nature") == "食品") & ~pl.col("unit_is_integer")).alias("weighed")
    )
    stored = lines.join(warehouses, on="room", how="semi").join(items, on="item_code", how="left")
    moves = movements_in_force(books, stored.select("item_code").unique()).rename({"warehouse": "room"})
    moment, effect = pl.col("doc_date").cast(pl.Datetime("us")), pl.col("effect")
    booked = moment < pl.col("cutoff")
    after = ~booked & (moment <= pl.col("counted_at"))
    sums = (
        stored.select("_id", "room", "item_code", "cutoff", "counted_at")
        .join(moves, on=["room", "item_code"], how="inner")
        .group_by("_id")
        .agg(
            pl.when(booked.any()).then(effect.filter(booked).sum()).alias("book_qty"),
            effect.filter(after & (effect > 0)).sum().alias("moved_in_after"),
            (-effect.filter(after & (effect < 0)).sum()).alias("moved_out_after"),
        )
    )
    amounts = ("book_qty", "moved_in_after", "moved_out_after")
    found = stored.join(sums, on="_id", how="left").with_columns(pl.col(amounts[1:]).fill_null(0))
    return found.with_columns(as_quantity(pl.col(name)).alias(name) for name in amounts)


def _assets_at_cutoff(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """An asset of the books counts in whichever room it is found (地点不符 is no difference in quantity)."""
    thousandths = pl.col("qty").cast(pl.Int64) * 10**QTY_PLACES
    cards = books.rows("fixed_asset_card").select(
        "asset_no", "acquire_date", as_quantity(thousandths).alias("book_qty")
    )
    kept = cards.join(gone_assets(lines, _last_day(), books), on="asset_no", how="anti")
    known = lines.join(kept, on="asset_no", how="left", maintain_order="left")
    owned = pl.col("acquire_date").cast(pl.Datetime("us")) < pl.col("cutoff")
    none = as_quantity(pl.lit(0, pl.Int64))
    return known.with_columns(
        pl.when(owned).then(pl.col("book_qty")).alias("book_qty"),
        none.alias("moved_in_after"),
        none.alias("moved_out_after"),
        pl.lit(value=False).alias("weighed"),
    ).drop("acquire_date")


def to_count_again(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines that differ from the books by more than is allowed and were not counted twice."""
    names = {True: "count_tolerance_pct_food", False: "count_tolerance_pct"}
    hundredths = {weighed: int(books.facts.number(name) * 100) for weighed, name in names.items()}
    share = pl.when("weighed").then(pl.lit(hundredths[True])).otherwise(pl.lit(hundredths[False]))
    single = rows.filter(pl.col("count2").is_null() & (pl.col("condition") != ELSEWHERE))
    off, book = (scaled(pl.col(name), QTY_PLACES).abs() for name in ("diff_qty", "book_qty"))
    beyond = at_cutoff(single, books).filter(off * 10_000 > book * share)
    return beyond.select("_id", "qty_at_cutoff", "book_qty", "diff_qty")


def found_off_the_books(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines with goods of which the books know nothing in that warehouse."""
    there = rows.filter(pl.col("item_code").is_not_null() & (pl.col("final_qty") > 0))
    return at_cutoff(there, books).filter(pl.col("book_qty").is_null()).select("_id")


def loaned_but_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines on which an asset that is lent out is counted as missing, with its ``borrower`` and ``loan``."""
    people = books.rows("staff_roster").select(pl.col("staff_no").alias("borrower"), "name")
    short = rows.filter((pl.col("final_qty") == 0) & (pl.col("condition") != ELSEWHERE))
    counted = short.select("_id", "asset_no", pl.col("counted_at").dt.date().alias("day")).drop_nulls()
    loans = books.rows("loan_register", counted.select("asset_no"))
    out = (pl.col("loan_date") <= pl.col("day")) & (is_open() | (pl.col("return_date") > pl.col("day")))
    lent = counted.join(loans.drop("_id"), on="asset_no", how="inner", maintain_order="left").filter(out)
    named = lent.unique("_id", keep="first", maintain_order=True).join(people, on="borrower", how="left")
    return named.select("_id", pl.coalesce("name", "borrower").alias("borrower"), pl.col("doc_no").alias("loan"))


def missing_sheet_numbers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the first line after each gap in the sheet numbers of a finished plan, with the numbers left out.

    Numbers are pre-printed and begin with 1; longer ones that hold a date begin with the lowest.
    """
    plans = books.rows("stocktake_plan").filter(pl.col("count_to").dt.date() < books.facts.today).select("plan_no")
    of_plans = rows.select("plan_no").unique()
    known = with_others(rows, books, "stocktake_sheet", ("_id", "plan_no", "sheet_no"), of_plans)
    parts = pl.col("sheet_no").str.extract_groups(r"^(.*?)(\d{1,12})$")
    sheets = (
        known.join(plans, on="plan_no", how="semi")
        .with_columns(parts.struct[0].alias("series"), parts.struct[1].alias("digits"))
        .with_columns(pl.col("digits").cast(pl.Int64).alias("number"))
        .drop_nulls("number")
        .group_by("plan_no", "series", "number")
        .agg(pl.col("_id").filter(pl.col("_id") >= 0).min(), pl.col("digits").str.len_chars().min().alias("width"))
        .sort("plan_no", "series", "number")
    )
    first = pl.when(pl.col("number") < _LONGEST_COUNTER).then(pl.lit(0)).otherwise(pl.col("number") - 1)
    before = pl.col("number").shift(1).over("plan_no", "series")
    gaps = sheets.with_columns(pl.coalesce(before, first).alias("before")).filter(
        (pl.col("number") - pl.col("before") > 1) & pl.col("_id").is_in(rows["_id"].implode())
    )
    lowest, highest = pl.col("before") + 1, pl.col("number") - 1
    one, last = (pl.concat_str("series", each.cast(pl.String).str.zfill(pl.col("width"))) for each in (lowest, highest))
    named = pl.when(lowest == highest).then(one).otherwise(pl.concat_str(one, pl.lit("－"), last))
    return gaps.select("_id", named.alias("missing"))


_LONGEST_COUNTER = 1000


def counted_twice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines whose thing an earlier line of the plan has counted, with ``line`` and its ``elsewhere``.

    An item counts per room. ``elsewhere`` is True where an asset was counted in another room before.
    """
    thing = pl.coalesce("asset_no", pl.concat_str("room", "item_code", separator="\x1f"))
    names = ("_id", "plan_no", "sheet_no", "line_no", "room", "asset_no", thing.alias("thing"))
    seen = with_others(rows, books, "stocktake_sheet", names, rows.select("plan_no").unique()).drop_nulls("thing")
    by = ["plan_no", "thing"]
    first = seen.with_columns(
        pl.format("{} / {}", "sheet_no", "line_no").first().over(by).alias("line"),
        pl.col("room").first().over(by).alias("room_before"),
        pl.col("_id").first().over(by).alias("_first"),
    )
    again = first.filter((pl.col("_id") != pl.col("_first")) & pl.col("_id").is_in(rows["_id"].implode()))
    moved = pl.col("room") != pl.col("room_before")
    return again.select("_id", "line", "asset_no", "room_before", moved.alias("elsewhere"))


def counted_as_present(assets: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return which of some assets were found on count sheets: ``asset_no``, ``counted`` (day) and ``sheet``."""
    sheets = books.rows("stocktake_sheet", assets)
    there = sheets.filter((pl.col("final_qty") > 0) & (pl.col("condition") != "不在现场"))
    day, sheet = pl.col("counted_at").dt.date(), pl.format("{} / {}", "plan_no", "sheet_no")
    return there.select("asset_no", day.alias("counted"), sheet.alias("sheet")).drop_nulls("asset_no")
