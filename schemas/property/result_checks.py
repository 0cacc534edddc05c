"""What rules of stocktake results look up: the counted line, the card, the compensation."""

from __future__ import annotations

import polars as pl

from schemas.property.count_book import ELSEWHERE, SPOILT, at_cutoff
from schemas.rules import Books

LONGEST_OPEN_DAYS = 60

_LINE = ["plan_no", "sheet_no", "line_no"]
_COUNTED = ("counted_at", "final_qty", "condition", "counter", "keeper")


def with_counted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return results with what their line of the count sheet says; those without such a line are left out."""
    sheets = books.rows("stocktake_sheet", rows.select(_LINE)).select(*_LINE, *_COUNTED)
    return rows.join(sheets, on=_LINE, how="inner", maintain_order="left")


def not_on_a_sheet(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results whose line was not counted, or is that of another thing, with the reason in both languages."""
    told = pl.coalesce("asset_no", "item_code")
    sheets = books.rows("stocktake_sheet", rows.select(_LINE)).select(
        *_LINE, told.fill_null("").alias("counted"), pl.col("name_spec").alias("counted_name")
    )
    found = rows.select("_id", *_LINE, told.alias("told")).join(sheets, on=_LINE, how="left", maintain_order="left")
    unknown, other = pl.col("counted").is_null(), pl.col("told") != pl.col("counted")
    line = ("plan_no", "sheet_no", "line_no")
    zh = (
        pl.when(unknown)
        .then(pl.format("{} 没有盘点表 {} 第{}行", *line))
        .otherwise(pl.format("盘点表该行盘的是 {}", pl.concat_str("counted", "counted_name", separator=" ")))
    )
    en = (
        pl.when(unknown)
        .then(pl.format("{} has no sheet {} with a line {}", *line))
        .otherwise(pl.format("on that line {} was counted", pl.concat_str("counted", "counted_name", separator=" ")))
    )
    return found.filter(unknown | other).select("_id", zh.alias("reason_zh"), en.alias("reason_en"))


def agreeing_lines(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results on lines of goods that agree with the books, with ``book``, what these have."""
    lines = books.rows("stocktake_sheet", rows.select(_LINE))
    good = lines.filter(~pl.col("condition").is_in(SPOILT) & pl.col("item_code").is_not_null())
    same = at_cutoff(good, books).filter((pl.col("diff_qty") == 0) & pl.col("carries"))
    told = same.select(*_LINE, pl.col("book_qty").alias("book"))
    return rows.select("_id", *_LINE).join(told, on=_LINE, how="inner", maintain_order="left").select("_id", "book")


def approved_by_counting_hands(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results approved by the keeper or the counter of their line."""
    own = (pl.col("approver") == pl.col("keeper")) | (pl.col("approver") == pl.col("counter"))
    return with_counted(rows, books).filter(own).select("_id")


def approved_too_low(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the approved losses of assets that the superior authority has to decide, with ``original_value``."""
    cards = books.rows("fixed_asset_card").select("asset_no", "qty", "original_value")
    closed = with_counted(rows.filter(pl.col("approve_date").is_not_null()), books)
    lost = (pl.col("final_qty") < pl.col("qty")) & (pl.col("condition") != ELSEWHERE)
    beyond = pl.col("original_value") > books.facts.number("asset_disposal_limit")
    known = closed.join(cards, on="asset_no", how="inner", maintain_order="left")
    return known.filter(lost & beyond & (pl.col("approve_level") != "主管部门")).select("_id", "original_value")


def uncompensated(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results that somebody is to pay for and of which no compensation speaks."""
    thing = pl.coalesce("asset_no", "item_code").alias("thing")
    people = books.rows("staff_roster").select(pl.col("staff_no").alias("responsible"), "name")
    owed = rows.filter(pl.col("suggestion") == "赔偿").select("_id", thing, "responsible").drop_nulls("responsible")
    named = owed.join(people, on="responsible", how="left", maintain_order="left")
    paying = books.rows("compensation_register").select(thing, pl.col("responsible").alias("payer")).drop_nulls()
    both = named.join(paying, on="thing", how="inner")
    payer = pl.col("payer")
    settled = both.filter((payer == pl.col("responsible")) | (payer == pl.col("name")))
    return owed.join(settled, on="_id", how="anti", maintain_order="left").select("_id")


def long_open(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results not approved since more than 60 days, with ``since`` and ``days``."""
    plans = books.rows("stocktake_plan").select("plan_no", pl.col("cutoff").dt.date().alias("since"))
    waiting = rows.filter(pl.col("approve_date").is_null()).select("_id", "plan_no")
    days = (pl.lit(books.facts.today) - pl.col("since")).dt.total_days().alias("days")
    open_since = waiting.join(plans, on="plan_no", how="inner", maintain_order="left").select("_id", "since", days)
    return open_since.filter(pl.col("days") > LONGEST_OPEN_DAYS)
