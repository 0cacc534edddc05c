"""Counts against the books: what kind of difference every counted line is, and what was approved of it.

The quantities are those by which a count sheet is admitted (``schemas.property.count_book``): one
arithmetic decides whether a line has to be counted again, what is reported, and what is posted.

Source: DOMAIN.md 2.2 (stocktake_sheet, stocktake_result), 4.2, 4.4 and 4.5.
"""

from __future__ import annotations

import polars as pl

from schemas.exact import QTY_PLACES, decimal, scaled, unscaled
from schemas.property.asset_places import places_on
from schemas.property.count_book import (
    ADJUSTING,
    ELSEWHERE,
    LINE,
    SPOILT,
    at_cutoff,
    corrections,
    off_by_too_much,
)
from schemas.property.loan_checks import is_open, outstanding
from schemas.rules import Books

AGREES, SURPLUS, SHORTAGE, DAMAGED, SWAPPED, ELSEWHERE_FOUND, OTHER_STATE = (
    "账实相符", "盘盈", "盘亏", "毁损", "串号", "地点不符", "状况不符"
)  # fmt: skip
"""What a counted line may be (diff_kind)."""

UNEXPLAINED, UNAPPROVED, APPROVED, ADJUSTED, PARKED = "待说明", "待审批", "已批", "已调账", "挂账"
"""How far a difference is (status of stocktake_result)."""

_STATES = {
    "在用完好": ("在用", "出租", "出借"),
    "闲置": ("闲置",),
    "待修": ("待修",),
    "待报废": ("待报废",),
    "损坏": ("待修", "待报废"),
    ELSEWHERE: ("出借", "出租"),
    "不在现场": ("待修", "出借", "出租"),
}
"""What a card may say (use_status) of a thing that was found in a condition."""

_RESULT = ("reason", "suggestion", "approve_level", "approver", "approve_date", "batch_approval")


def adjusted(results: pl.DataFrame, corrected: pl.DataFrame) -> pl.DataFrame:
    """Return results as the stock book posts them: with ``room``, ``diff_qty`` and ``adj_doc`` of what they correct.

    ``corrected`` are the corrections of the approved ones (``schemas.property.count_book``); the others
    have blanks there, and post nothing.
    """
    told = corrected.select(
        *LINE, "room", unscaled(pl.col("effect"), QTY_PLACES).alias("diff_qty"), document_of("effect").alias("adj_doc")
    )
    return results.drop("room", "diff_qty", "adj_doc").join(told, on=LINE, how="left", maintain_order="left")


def document_of(effect: str) -> pl.Expr:
    """Return the number of the document that adjusts a line: one of receipts and one of issues for every sheet."""
    sheet = (
        pl.when(pl.col("sheet_no").str.starts_with(pl.col("plan_no")))
        .then(pl.col("sheet_no"))
        .otherwise(pl.concat_str("plan_no", "sheet_no", separator="-"))
    )
    return (
        pl.when(pl.col(effect) > 0)
        .then(pl.format("RK-{}", sheet))
        .when(pl.col(effect) < 0)
        .then(pl.format("CK-{}", sheet))
    )


def differences(books: Books, plans: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return every counted line with its difference to the books at the cut-off.

    ``plans`` (``plan_no``) are those asked for, all without it; sorted by plan, sheet and line. Columns of
    the sheet; ``cutoff``, ``book_qty``, ``moved_in_after``, ``moved_out_after``, ``qty_at_cutoff``,
    ``diff_qty``, ``carries`` (``at_cutoff``); ``compared`` is False on lines that stand for nothing of their own;
    ``recount_required``; ``expected_room`` (of assets, on the day of the count); ``on_loan`` (how much is lent
    out on that day); ``swapped_with`` (another line that may be the same mistake); ``diff_kind``; what the
    result says (``reason`` … ``batch_approval``, ``stated_value``); ``adjusted_qty``, ``adj_doc``, ``status`` and
    ``open_qty`` (what of the difference is not settled).
    """
    sheets = books.rows("stocktake_sheet", plans)
    compared = at_cutoff(sheets, books)
    rest = sheets.join(compared, on="_id", how="anti").join(
        books.rows("stocktake_plan").select("plan_no", "cutoff"), on="plan_no", how="left"
    )
    lines = pl.concat(
        [compared, _uncoded(rest.select(sorted(set(rest.columns) & set(compared.columns))))], how="diagonal_relaxed"
    )
    lines = lines.with_columns(_recount(books).alias("recount_required"))
    for add in (_with_expected_room, _with_loans, _with_results, _with_swaps):
        lines = add(lines, books)
    judged = lines.with_columns(_kind().alias("diff_kind")).with_columns(_status().alias("status"))
    settled = pl.col("status") == ADJUSTED
    open_qty = pl.when("carries").then(pl.when(settled).then(0).otherwise("diff_qty")).alias("open_qty")
    return judged.with_columns(open_qty).sort(LINE)


def sheets_with_differences(rows: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Return rows of count sheets with what the books say of them; ``counted`` are the lines of ``differences``."""
    names = ("book_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty")
    return _completed(rows, counted.filter("carries").select("_key", *names), ["_key"], names)


def results_with_differences(rows: pl.DataFrame, counted: pl.DataFrame) -> pl.DataFrame:
    """Return rows of results with the difference of their line, its amount, its adjustment and how far it is."""
    names = ("room", "diff_kind", "diff_qty", "diff_amount", "adj_doc", "status")
    return _completed(rows, counted.select(*LINE, *names), LINE, names)


def _completed(rows: pl.DataFrame, told: pl.DataFrame, on: list[str], names: tuple[str, ...]) -> pl.DataFrame:
    own = told.rename({name: f"_{name}_told" for name in names})
    both = rows.join(own, on=on, how="left", maintain_order="left")
    known = (pl.coalesce(f"_{name}_told", name).cast(rows.schema[name]).alias(name) for name in names)
    return both.with_columns(known).select(rows.columns)


def _uncoded(lines: pl.DataFrame) -> pl.DataFrame:
    """Return the lines that no book speaks of: found things without a code are a surplus, the others say nothing."""
    found = pl.col("asset_no").is_null() & pl.col("item_code").is_null() & (pl.col("final_qty") > 0)
    return lines.with_columns(
        found.alias("carries"),
        pl.when(found).then("final_qty").alias("qty_at_cutoff"),
        pl.when(found).then("final_qty").alias("diff_qty"),
    )


def _recount(books: Books) -> pl.Expr:
    """Tell whether the first count of a line was off by more than is allowed."""
    first = pl.col("diff_qty") - pl.col("final_qty") + pl.col("count1")
    return off_by_too_much(first, books.facts) & (pl.col("condition") != ELSEWHERE)


def _with_expected_room(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Add where the books have an asset on the day of the count; a transfer of that day may have come after it."""
    if "fixed_asset_card" not in books.facts.known:
        nothing = [pl.lit(None, pl.String).alias(name) for name in ("expected_room", "_card")]
        return lines.with_columns(*nothing, pl.lit(value=True).alias("_in_place"))
    day = pl.col("counted_at").dt.date()
    after, before = (
        places_on(lines, at, books).rename({"place": name})
        for at, name in ((day, "expected_room"), (day.dt.offset_by("-1d"), "_before"))
    )
    both = lines.join(after, on="_id", how="left", maintain_order="left").join(
        before, on="_id", how="left", maintain_order="left"
    )
    there = (pl.col("room") == pl.col("expected_room")) | (pl.col("room") == pl.col("_before"))
    cards = books.rows("fixed_asset_card").select("asset_no", pl.col("use_status").cast(pl.String).alias("_card"))
    return (
        both.with_columns(there.fill_null(value=True).alias("_in_place"))
        .drop("_before")
        .join(cards, on="asset_no", how="left", maintain_order="left")
    )


def _with_loans(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Add how much of a thing was lent out on the day of the count."""
    loans = books.rows("loan_register").with_columns(pl.coalesce("asset_no", "item_code").alias("_thing"))
    asked = lines.select(
        "_id", pl.coalesce("asset_no", "item_code").alias("_thing"), pl.col("counted_at").dt.date().alias("_day")
    )
    later = pl.col("return_date") > pl.col("_day")
    out = pl.when(later).then("qty").otherwise(outstanding())
    lent = (
        asked.drop_nulls()
        .join(loans.drop("_id"), on="_thing", how="inner")
        .filter((pl.col("loan_date") <= pl.col("_day")) & (is_open() | later.fill_null(value=False)))
        .group_by("_id")
        .agg(out.sum().cast(decimal(QTY_PLACES)).alias("on_loan"))
    )
    return lines.join(lent, on="_id", how="left", maintain_order="left")


def _with_results(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Add what the result of a line says, and the document by which it changed the books."""
    results = books.rows("stocktake_result", lines.select("plan_no").unique())
    signed = pl.col("approver").is_not_null() & pl.col("approve_date").is_not_null()
    told = results.select(*LINE, *_RESULT, pl.col("unit_value").alias("stated_value"), signed.alias("approved"))
    posted = corrections(books).select(
        *LINE, unscaled(pl.col("effect"), QTY_PLACES).alias("adjusted_qty"), document_of("effect").alias("adj_doc")
    )
    both = lines.join(told, on=LINE, how="left").join(posted, on=LINE, how="left")
    return _with_disposals(both, books)


def _with_disposals(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Name the disposal that wrote a missing asset off as its adjustment."""
    if "disposal_register" not in books.facts.known:
        return lines
    done = books.rows("disposal_register", lines.select("asset_no").drop_nulls().unique()).filter(
        (pl.col("reason") == "盘亏") & pl.col("dispose_date").is_not_null()
    )
    last = done.sort("dispose_date", "doc_no").group_by("asset_no").agg(pl.col("doc_no").last().alias("_disposal"))
    both = lines.join(last, on="asset_no", how="left")
    return both.with_columns(pl.coalesce("adj_doc", "_disposal").alias("adj_doc")).drop("_disposal")


def _with_swaps(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Add the one other line of the room that is short of exactly what this one has too much, or the reverse.

    Both are goods of one category and unit, so that one may have been taken for the other (串号); where several
    lines would fit, none is named.

    Source: DOMAIN.md 4.4 (5).
    """
    items = books.rows("item_catalogue").select("item_code", "category", "base_unit")
    off = scaled(pl.col("diff_qty"), QTY_PLACES)
    open_lines = lines.filter(pl.col("carries") & (off != 0)).join(items, on="item_code", how="inner")
    by = ["plan_no", "room", "category", "base_unit"]
    line = pl.format("{} / {}", "sheet_no", "line_no")
    one = open_lines.select("_id", *by, off.alias("_off"), line.alias("_line"))
    other = one.select(*by, pl.col("_id").alias("_other"), (-pl.col("_off")).alias("_off"), pl.col("_line"))
    pairs = one.drop("_line").join(other, on=[*by, "_off"], how="inner")
    alone = [pl.len().over(name) == 1 for name in ("_id", "_other")]
    found = pairs.filter(*alone).select("_id", pl.col("_line").alias("swapped_with"))
    return lines.join(found, on="_id", how="left", maintain_order="left")


def _kind() -> pl.Expr:
    """Return what kind of difference a line is, null where it stands for nothing of its own."""
    diff, condition, is_asset = pl.col("diff_qty"), pl.col("condition"), pl.col("asset_no").is_not_null()
    lent = condition == ELSEWHERE
    as_on_card = pl.any_horizontal(
        [(condition == word) & pl.col("_card").is_in(states) for word, states in _STATES.items()]
    ) | (lent & (pl.col("on_loan") > 0).fill_null(value=False))
    known = pl.col("_card").is_not_null()
    swapped = (pl.col("reason") == SWAPPED) | (pl.col("suggestion") == "串号对冲")
    return (
        pl.when(~pl.col("carries") | diff.is_null()).then(None)
        .when((diff != 0) & swapped).then(pl.lit(SWAPPED))
        .when(diff > 0).then(pl.lit(SURPLUS))
        .when(diff < 0).then(pl.lit(SHORTAGE))
        .when(is_asset & ~pl.col("_in_place") & ~lent).then(pl.lit(ELSEWHERE_FOUND))
        .when(~is_asset & condition.is_in(SPOILT)).then(pl.lit(DAMAGED))
        .when(is_asset & known & ~as_on_card & (condition == "损坏")).then(pl.lit(DAMAGED))
        .when(is_asset & known & ~as_on_card).then(pl.lit(OTHER_STATE))
        .otherwise(pl.lit(AGREES))
    )  # fmt: skip


def _status() -> pl.Expr:
    """Return how far a difference is, null where there is none."""
    approved, adjusts = pl.col("approved").fill_null(value=False), pl.col("suggestion").is_in(ADJUSTING)
    return (
        pl.when(pl.col("diff_kind").is_null() | (pl.col("diff_kind") == AGREES)).then(None)
        .when(pl.col("adjusted_qty").is_not_null() | pl.col("adj_doc").is_not_null()).then(pl.lit(ADJUSTED))
        .when(pl.col("suggestion") == "继续查找").then(pl.lit(PARKED))
        .when(approved & adjusts).then(pl.lit(APPROVED))
        .when(approved).then(pl.lit(PARKED))
        .when(pl.col("reason").is_null()).then(pl.lit(UNEXPLAINED))
        .otherwise(pl.lit(UNAPPROVED))
    )  # fmt: skip
