"""What people read of the asset book: every asset with its place, keeper and worth, and the sums by class or place.

Source: DOMAIN.md 2.2, registers 9, 16, 17 and 21.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled, unscaled
from schemas.property.asset_places import places_on
from schemas.rules import Books
from sync.books.assets import FIXED_ASSETS, AssetBook, worth_on

LENT, GONE = "出借", "已处置"
"""States of use that the books know better than a card."""

_NO_MONEY = unscaled(pl.lit(0), MONEY_PLACES)


def asset_list(book: AssetBook, day: date, books: Books) -> pl.DataFrame:
    """Return every asset acquired by a day, sorted by number, with where it is and what it is worth then.

    Columns ``asset_no``, ``name``, ``class_code``, ``class_code_version``, ``asset_kind``, ``gl_account``,
    ``dept``, ``room``, ``user``, ``quantity``, ``original_value``, ``monthly``, ``accum_depr``, ``net_value``,
    ``status``, ``entered`` (False where finance had not entered it: it is there, but in no sum),
    ``first_month``, ``last_month``, ``months_taken``, ``months_left``.
    """
    placed = placed_on(book.cards.filter(pl.col("acquire_date") <= day), day, books)
    whole = placed.join(worth_on(book, day), on="asset_no", how="left", maintain_order="left")
    gone = book.left.filter(pl.col("day") <= day).group_by("asset_no").agg(pl.col("pieces").sum().alias("_gone"))
    known = whole.join(gone, on="asset_no", how="left", maintain_order="left")
    entered = pl.col("value").is_not_null()
    unentered = (pl.col("qty") * 10**QTY_PLACES - pl.col("_gone").fill_null(0)).clip(lower_bound=0)
    pieces = pl.when(entered).then(scaled(pl.col("pieces"), QTY_PLACES)).otherwise(unentered)
    there = known.with_columns(entered.alias("entered"), pieces.alias("_there"))
    status = pl.when(pl.col("_there") == 0).then(pl.lit(GONE)).when("_lent").then(pl.lit(LENT)).otherwise("use_status")
    stated = pl.when(pl.col("_there") > 0).then(pl.col("original_value")).otherwise(_NO_MONEY)
    return there.sort("asset_no").select(
        "asset_no",
        pl.col("asset_name").alias("name"),
        *("class_code", "class_code_version", "asset_kind", "gl_account", "dept", "room", "user"),
        unscaled(pl.col("_there"), QTY_PLACES).alias("quantity"),
        pl.coalesce("value", stated).alias("original_value"),
        pl.coalesce("monthly", _NO_MONEY).alias("monthly"),
        pl.coalesce("accum", _NO_MONEY).alias("accum_depr"),
        pl.coalesce("net", stated).alias("net_value"),
        status.alias("status"),
        "entered",
        *("first_month", "last_month"),
        *(pl.col(name).fill_null(0) for name in ("months_taken", "months_left")),
    )


def placed_on(cards: pl.DataFrame, day: date, books: Books) -> pl.DataFrame:
    """Return cards with ``room``, ``user`` and ``dept`` on a day, and ``_lent``.

    A transfer decides until the card has been brought up to date; the department is then that of the
    person who took the asset over.
    """
    rows = cards.with_row_index("_id").with_columns(pl.col("_id").cast(pl.Int64))
    none = pl.lit(None, pl.String)
    keeper = rows.select("_id", none.alias("place"), none.alias("_keeper"), none.alias("_keeper_dept")).clear()
    if "asset_transfer" in books.facts.known:
        places = places_on(rows, pl.lit(day), books)
        keeper = places.join(_keepers(rows, day, books), on="_id", how="left")
    lent = _lent(day, books)
    both = rows.join(keeper, on="_id", how="left", maintain_order="left")
    moved = (pl.col("place") != pl.col("room")).fill_null(value=False)
    return both.with_columns(
        pl.when(moved).then(pl.col("place")).otherwise("room").alias("room"),
        pl.when(moved).then(pl.coalesce("_keeper", "user")).otherwise("user").alias("user"),
        pl.when(moved).then(pl.coalesce("_keeper_dept", "use_dept")).otherwise("use_dept").alias("dept"),
        pl.col("asset_no").is_in(lent).alias("_lent"),
    )


def _keepers(rows: pl.DataFrame, day: date, books: Books) -> pl.DataFrame:
    """Return ``_id`` and who took an asset over last until a day, or else gave it away first after it."""
    names = ["asset_no", "doc_date", "doc_no", "line_no", "from_person", "to_person"]
    moves = books.rows("asset_transfer").select(names).drop_nulls("asset_no").sort(*names[1:4])
    until, later = (moves.filter(each) for each in (pl.col("doc_date") <= day, pl.col("doc_date") > day))
    last = until.unique("asset_no", keep="last").select("asset_no", pl.col("to_person").alias("_last"))
    first = later.unique("asset_no", keep="first", maintain_order=True).select(
        "asset_no", pl.col("from_person").alias("_first")
    )
    both = rows.select("_id", "asset_no").join(last, on="asset_no", how="left").join(first, on="asset_no", how="left")
    staff = books.rows("staff_roster")
    people = staff.select(pl.col("staff_no").alias("_keeper"), pl.col("dept").alias("_keeper_dept"))
    told = both.select("_id", pl.coalesce("_last", "_first").alias("_keeper"))
    return told.join(people, on="_keeper", how="left")


def _lent(day: date, books: Books) -> list[str]:
    """Return the numbers of assets that are out on loan on a day."""
    if "loan_register" not in books.facts.known:
        return []
    loans = books.rows("loan_register")
    back = (pl.col("return_date") <= day).fill_null(value=False)
    out = (pl.col("loan_date") <= day) & ~back & pl.col("condition").ne_missing("遗失")
    return loans.filter(out)["asset_no"].drop_nulls().unique().to_list()


def sums_by(listed: pl.DataFrame, by: Sequence[str]) -> pl.DataFrame:
    """Return ``cards``, ``quantity`` and the three values of fixed assets in the books, by some columns, sorted.

    What has left the school is not counted.
    """
    counted = listed.filter((pl.col("gl_account") == FIXED_ASSETS) & pl.col("entered") & (pl.col("quantity") > 0))
    sums = pl.col("quantity", "original_value", "accum_depr", "net_value").sum()
    return counted.group_by(by).agg(pl.len().cast(pl.Int64).alias("cards"), sums).sort(by)
