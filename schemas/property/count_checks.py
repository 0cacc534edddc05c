"""What rules of counts look up: keepers, what has to be counted again, what is missing from the sheets.

Source: DOMAIN.md 4.2 and 4.4.
"""

from __future__ import annotations

import polars as pl

from schemas.property.count_book import ELSEWHERE, LINE, approved_results, at_cutoff, off_by_too_much
from schemas.property.count_scope import SPOT_CHECK, assets_to_count, goods_to_count, moves_in, rooms_of
from schemas.property.loan_checks import is_open
from schemas.rules import Books
from schemas.rules_shared import accepted_versions, with_others

_NAMED = 3
"""How many of the things left out a message names."""


def keepers_of_plan(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return plans with ``keepers``, the keepers of their rooms as a list."""
    rooms = books.rows("location").select(pl.col("room_code").alias("room"), "keeper")
    of_rooms = rooms_of(rows).join(rooms, on="room", how="inner", maintain_order="left")
    keepers = of_rooms.group_by("_id", maintain_order=True).agg(pl.col("keeper").drop_nulls().alias("keepers"))
    return rows.join(keepers, on="_id", how="inner", maintain_order="left")


def moved_while_counting(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the plans in whose rooms stock moved between cut-off and end: ``n`` lines, ``first`` day."""
    rooms = rooms_of(rows)
    moves = moves_in(rooms, books)
    moment = pl.col("doc_date").cast(pl.Datetime("us"))
    meanwhile = rooms.join(moves, on="room", how="inner", maintain_order="left")
    meanwhile = meanwhile.filter((moment >= pl.col("cutoff")) & (moment <= pl.col("count_to")))
    found = meanwhile.group_by("_id", maintain_order=True)
    return found.agg(pl.len().alias("n"), pl.col("doc_date").min().alias("first"))


def missing_from_sheets(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the finished plans of which something stands in no sheet: ``n`` things, the first ones ``named``."""
    over = pl.col("count_to").dt.date() < books.facts.today
    plans = rooms_of(rows.filter(over & (pl.col("scope") != SPOT_CHECK)))
    sheets = books.rows("stocktake_sheet", plans.select("plan_no").unique())
    goods = goods_to_count(plans, books).join(sheets, on=["plan_no", "room", "item_code"], how="anti")
    wanted = [_named(goods, books.rows("item_catalogue"), "item_code", "item_name")]
    if "fixed_asset_card" in books.facts.known:
        assets = assets_to_count(plans, books).join(sheets, on=["plan_no", "asset_no"], how="anti")
        wanted.append(_named(assets, books.rows("fixed_asset_card"), "asset_no", "asset_name"))
    missing = pl.concat(wanted)
    some = pl.col("thing").head(_NAMED).str.join("、")
    more = pl.when(pl.len() > _NAMED).then(pl.lit("等")).otherwise(pl.lit(""))
    found = missing.group_by("_id", maintain_order=True)
    return found.agg(pl.len().alias("n"), pl.concat_str(some, more).alias("named"))


def _named(things: pl.DataFrame, known: pl.DataFrame, code: str, name: str) -> pl.DataFrame:
    """Return ``_id`` and ``thing``, the code with the name behind it, in the order of plans, rooms and codes."""
    told = things.join(known.select(code, name), on=code, how="left").sort("_id", "room", code)
    return told.select("_id", pl.concat_str(code, name, separator=" ", ignore_nulls=True).alias("thing"))


def to_count_again(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines that differ from the books by more than is allowed and were not counted twice."""
    single = pl.col("count2").is_null() & (pl.col("condition") != ELSEWHERE)
    beyond = at_cutoff(rows, books).filter(single & off_by_too_much(pl.col("diff_qty"), books.facts))
    return beyond.select("_id", "qty_at_cutoff", "book_qty", "diff_qty")


def counted_otherwise(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines that change what an approved difference was computed from, with the ``day`` of its approval."""
    names = ("room", "item_code", "final_qty", "counted_at", "_lent")
    lent = (pl.col("condition") == ELSEWHERE).alias("_lent")
    approved = approved_results(books).select(*LINE, pl.col("approve_date").alias("day"))
    before = accepted_versions(rows, books, "stocktake_sheet").join(approved, on=LINE, how="inner")
    both = (
        rows.with_columns(lent)
        .select("_id", "_key", *names)
        .join(before.with_columns(lent).select("_key", "day", *names), on="_key", suffix="_was")
    )
    same = [pl.col(name).eq_missing(pl.col(f"{name}_was")) for name in names]
    return both.filter(~pl.all_horizontal(same)).select("_id", "day")


def cutoff_moved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the plans whose cut-off changes though differences were approved: ``n`` lines, ``was`` the cut-off."""
    approved = approved_results(books).group_by("plan_no").agg(pl.len().alias("n"))
    before = accepted_versions(rows, books, "stocktake_plan").join(approved, on="plan_no", how="inner")
    both = rows.select("_id", "_key", "cutoff").join(
        before.select("_key", "n", pl.col("cutoff").alias("was")), on="_key", how="inner"
    )
    return both.filter(pl.col("cutoff") != pl.col("was")).select("_id", "n", "was")


def found_off_the_books(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines with goods of which the books know nothing in that warehouse."""
    there = rows.filter(pl.col("item_code").is_not_null() & (pl.col("final_qty") > 0))
    return at_cutoff(there, books).filter(pl.col("book_qty").is_null()).select("_id")


def loaned_but_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the lines on which an asset that is lent out is counted as missing, with its ``borrower`` and ``loan``."""
    people = books.rows("staff_roster").select(pl.col("staff_no").alias("borrower"), "name")
    short = rows.filter(pl.col("final_qty") == 0)
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
