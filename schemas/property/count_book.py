"""What a count is compared with: the books at its cut-off, and what earlier counts have corrected.

Documents have a day and no time of day: a document moves stock at 00:00 of its day. It is in the
books at the cut-off if that is earlier than the cut-off, and is rolled back if it is not later than
the counting. An approved difference moves no goods: it is never rolled back, and it corrects the
books of every count with a later cut-off, so that nothing is adjusted twice.

Source: DOMAIN.md 4.2 and 4.4.
"""

from __future__ import annotations

import polars as pl

from schemas.exact import QTY_PLACES, scaled
from schemas.property.asset_places import gone_assets
from schemas.rules import Books, Facts
from schemas.rules_shared import HEAD_OR_HIGHER, as_quantity
from schemas.stock_movements import movements_in_force

ELSEWHERE = "借出"
"""Condition of a thing that its borrower confirms: it is not in the difference (DOMAIN.md 4.4)."""

SPOILT = ("损坏", "待报废")
"""Conditions of goods that are counted and then written off."""

LEVELS = ("总务主任", "校长", "领导班子", "主管部门")
"""Who approves a difference, the lowest first."""

ROLES_OF_LEVEL = {
    "总务主任": HEAD_OR_HIGHER,
    "校长": ("PRINCIPAL",),
    "领导班子": ("LEADER", "PRINCIPAL"),
    "主管部门": ("LEADER", "PRINCIPAL"),
}
"""Roles of who may sign for a level; what a superior authority decides is recorded by a leader of the school."""

ADJUSTING = ("调账", "赔偿", "报损", "串号对冲")
"""Proposals that change the books once approved: the others look further, or hand in the missing document."""

LINE = ["plan_no", "sheet_no", "line_no"]
_PLACE = ["room", "item_code"]
_THING = ["plan_no", *_PLACE]

CORRECTION = {
    **dict.fromkeys(("plan_no", "sheet_no"), pl.String()),
    "line_no": pl.Int64(),
    "cutoff": pl.Datetime("us"),
    **dict.fromkeys(_PLACE, pl.String()),
    "posted": pl.Date(),
    "turn": pl.UInt32(),
    "total": pl.Int64(),
    "effect": pl.Int64(),
    "holds": pl.Boolean(),
}
"""What an approved result corrects in a warehouse, in thousandths of the base unit: ``effect`` by itself, on the
day ``posted``, and ``total`` with what was corrected before, against the documents alone. ``turn`` is
the order of posting; what does not hold was settled by a count with a later cut-off."""


def last_day() -> pl.Expr:
    """Return the last day whose documents are in the books at the cut-off."""
    return (pl.col("cutoff") - pl.duration(microseconds=1)).dt.date()


def at_cutoff(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return lines of count sheets with what they are compared with, in the base unit.

    Adds ``cutoff``, ``book_qty`` (null where the books know nothing of the thing in that place),
    ``moved_in_after``, ``moved_out_after``, ``qty_at_cutoff``, ``diff_qty``, ``weighed`` and ``carries``: False
    on further lines of goods that another line of the sheet stands for; what a borrower confirmed on
    such a line is part of the first one. Lines of plans that have not arrived are left out, and so are
    items outside warehouses, which the stock book does not hold.
    """
    plans = books.rows("stocktake_plan").select("plan_no", "cutoff")
    planned = rows.drop("book_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty").join(
        plans, on="plan_no", how="inner", maintain_order="left"
    )
    goods = planned.filter(pl.col("item_code").is_not_null())
    parts = [_goods_at_cutoff(goods, books)]
    if "fixed_asset_card" in books.facts.known:
        parts.append(_assets_at_cutoff(planned.filter(pl.col("asset_no").is_not_null()), books))
    compared = pl.concat(parts, how="diagonal")
    at = pl.col("present") - pl.col("moved_in_after") + pl.col("moved_out_after")
    return (
        compared.with_columns(at.alias("qty_at_cutoff"), (at - pl.col("book_qty").fill_null(0)).alias("diff_qty"))
        .with_columns(
            as_quantity(pl.col(name)).alias(name)
            for name in ("book_qty", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty")
        )
        .drop("present")
        .sort("_id")
    )


def _goods_at_cutoff(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return lines of goods with their books at the cut-off, corrected by the counts before."""
    compared = _uncorrected(_with_lent(lines, books), books)
    before = corrections(books, compared.select("item_code").unique())
    if before.is_empty():
        return compared
    own = compared.select("_id", *LINE, *_PLACE, "cutoff").join(
        before.select(*LINE, pl.col("turn").alias("_own_turn")), on=LINE, how="left"
    )
    counts = before.filter("holds").select(
        *_PLACE, "turn", "total", pl.col("cutoff").alias("_cutoff"), pl.col("plan_no").alias("_plan")
    )
    sooner = pl.col("_cutoff") < pl.col("cutoff")
    first = (pl.col("_cutoff") == pl.col("cutoff")) & (pl.col("_plan") < pl.col("plan_no"))
    known = pl.col("_own_turn").is_null() | (pl.col("turn") < pl.col("_own_turn"))
    earlier = (
        own.join(counts, on=_PLACE)
        .filter((sooner | first) & known)
        .sort("_cutoff", "_plan")
        .group_by("_id", maintain_order=True)
        .agg(pl.col("total").last())
    )
    both = compared.join(earlier, on="_id", how="left", maintain_order="left")
    corrected = pl.col("book_qty").fill_null(0) + pl.col("total")
    return both.with_columns(pl.coalesce(corrected, "book_qty").alias("book_qty")).drop("total")


def _with_lent(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return lines of goods in warehouses with ``present`` (what was counted, in thousandths) and ``carries``.

    What borrowers confirm stands on lines of its own: the first other line of the goods has it too.
    """
    warehouses = books.rows("location").filter("is_warehouse").select(pl.col("room_code").alias("room"))
    stored = lines.join(warehouses, on="room", how="semi", maintain_order="left")
    names = ["_id", *LINE, *_PLACE, "final_qty", "condition"]
    among = stored.select("plan_no", "item_code").unique()
    others = books.others("stocktake_sheet", stored, among)
    known = pl.concat([stored.select(names), others.select(names)], how="vertical_relaxed").with_columns(
        scaled(pl.col("final_qty"), QTY_PLACES).alias("present"), (pl.col("condition") == ELSEWHERE).alias("lent")
    )
    ordered = known.sort("lent", "sheet_no", "line_no")
    confirmed = pl.when("lent").then("present").otherwise(0).sum().over(_THING)
    told = ordered.with_columns((pl.col("_id") == pl.col("_id").first().over(_THING)).alias("carries")).with_columns(
        pl.when(pl.col("carries") & ~pl.col("lent")).then(pl.col("present") + confirmed)
        .when("carries").then(confirmed)
        .otherwise("present").alias("present")
    )  # fmt: skip
    return stored.join(told.select("_id", "present", "carries"), on="_id", how="left", maintain_order="left")


def _uncorrected(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return lines of goods with ``book_qty``, ``moved_in_after`` and ``moved_out_after`` by documents alone."""
    items = books.rows("item_catalogue").select(
        "item_code", ((pl.col("nature") == "食品") & ~pl.col("unit_is_integer")).alias("weighed")
    )
    moves = movements_in_force(books, lines.select("item_code").unique()).rename({"warehouse": "room"})
    moment, effect = pl.col("doc_date").cast(pl.Datetime("us")), pl.col("effect")
    booked = moment < pl.col("cutoff")
    after = ~booked & (moment <= pl.col("counted_at"))
    sums = (
        lines.select("_id", *_PLACE, "cutoff", "counted_at")
        .join(moves, on=_PLACE, how="inner")
        .group_by("_id")
        .agg(
            pl.when(booked.any()).then(effect.filter(booked).sum()).alias("book_qty"),
            effect.filter(after & (effect > 0)).sum().alias("moved_in_after"),
            (-effect.filter(after & (effect < 0)).sum()).alias("moved_out_after"),
        )
    )
    named = lines.join(items, on="item_code", how="left", maintain_order="left")
    return named.join(sums, on="_id", how="left", maintain_order="left").with_columns(
        pl.col("moved_in_after", "moved_out_after").fill_null(0)
    )


def _assets_at_cutoff(lines: pl.DataFrame, books: Books) -> pl.DataFrame:
    """An asset of the books counts in whichever room it is found (地点不符 is no difference in quantity)."""
    thousandths = pl.col("qty").cast(pl.Int64) * 10**QTY_PLACES
    cards = books.rows("fixed_asset_card").select("asset_no", "acquire_date", thousandths.alias("book_qty"))
    kept = cards.join(gone_assets(lines, last_day(), books), on="asset_no", how="anti")
    known = lines.join(kept, on="asset_no", how="left", maintain_order="left")
    owned = pl.col("acquire_date").cast(pl.Datetime("us")) < pl.col("cutoff")
    none = pl.lit(0, pl.Int64)
    return known.with_columns(
        pl.when(owned).then(pl.col("book_qty")).alias("book_qty"),
        none.alias("moved_in_after"),
        none.alias("moved_out_after"),
        scaled(pl.col("final_qty"), QTY_PLACES).alias("present"),
        pl.lit(value=False).alias("weighed"),
        pl.lit(value=True).alias("carries"),
    ).drop("acquire_date")


def off_by_too_much(difference: pl.Expr, facts: Facts) -> pl.Expr:
    """Tell whether a difference to ``book_qty`` is more than is allowed: goods are counted again then."""
    names = {True: "count_tolerance_pct_food", False: "count_tolerance_pct"}
    hundredths = {weighed: int(facts.number(name) * 100) for weighed, name in names.items()}
    share = pl.when("weighed").then(pl.lit(hundredths[True])).otherwise(pl.lit(hundredths[False]))
    off, book = (scaled(each, QTY_PLACES).abs() for each in (difference, pl.col("book_qty")))
    return (off * 10_000 > book * share).fill_null(value=False)


def corrections(books: Books, items: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return what approved results correct in the stock book, ``CORRECTION``, in the order in which they post.

    ``items`` (``item_code``) are those asked for, all without it. After an approval the book of a place
    is what was counted. Of two counts the one with the later cut-off holds: approved first, it leaves
    nothing to correct to the earlier one; approved second, it posts the rest.
    """
    results = approved_results(books, items)
    if results.is_empty():
        return pl.DataFrame(schema=CORRECTION)
    things = results.select("plan_no", "item_code").unique()
    plans = books.rows("stocktake_plan").select("plan_no", "cutoff")
    lines = books.rows("stocktake_sheet", things).drop("book_qty", "moved_in_after", "moved_out_after")
    compared = _uncorrected(_with_lent(lines.join(plans, on="plan_no", how="inner"), books), books)
    at = pl.col("present") - pl.col("moved_in_after") + pl.col("moved_out_after")
    approved = compared.filter("carries").join(
        results.select(*LINE, "item_code", _posted(results).alias("posted")), on=[*LINE, "item_code"], how="inner"
    )
    totals = approved.with_columns((at - pl.col("book_qty").fill_null(0)).alias("total"))
    by_age = totals.sort("cutoff", *LINE).with_columns(pl.int_range(1, pl.len() + 1).over(_PLACE).alias("age"))
    newest = pl.col("age").cum_max().shift(1).over(_PLACE).fill_null(0)
    judged = by_age.sort("posted", "cutoff", *LINE).with_columns((pl.col("age") > newest).alias("holds"))
    held = pl.when("holds").then("total").forward_fill().over(_PLACE)
    before = held.shift(1).over(_PLACE).fill_null(0)
    effect = pl.when("holds").then(pl.col("total") - before).otherwise(0)
    return judged.with_columns(effect.alias("effect")).with_row_index("turn").select(*CORRECTION)


def _posted(results: pl.DataFrame) -> pl.Expr:
    """Return the day on which an approved result posts: that of its approval, later where that month was closed."""
    if "_post_date" not in results.columns:
        return pl.col("approve_date")
    return pl.coalesce("_post_date", "approve_date")


def approved_results(books: Books, items: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return the results on goods that are approved to be adjusted."""
    return books.rows("stocktake_result", items).filter(
        pl.all_horizontal(pl.col("item_code", "approver", "approve_date").is_not_null())
        & pl.col("suggestion").is_in(ADJUSTING)
    )


def too_low(least: str) -> pl.Expr:
    """Tell which levels of approval are below the least one that adjusts goods."""
    enough = LEVELS[LEVELS.index(least) :] if least in LEVELS else LEVELS
    return ~pl.col("approve_level").is_in(enough)
