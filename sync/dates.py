"""Closed months and the day on which a row posts: what may not change any more, and what comes late (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_parts
from schemas.check import HELD, PROPOSED, UNCHANGED
from schemas.flaws import Flaw, reader_flaw
from schemas.periods import closed_through, day_of, in_closed_month, posting_day
from sync.departures import settled_rows
from sync.memory import WITHDRAWN
from sync.takes import Take

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.books import OpenBooks
    from schemas.register import Register
    from schemas.rules import Facts

CLOSED = "closed"
"""Reason of a row that is held because the month of its version in the books is closed."""

_HOLDS = (CLOSED, "rekeyed", Take.THEIRS.value, Take.BASE.value)


def state_of(register: type[Register], current: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return what the ledger says of some keys now.

    ``_period`` is the month of a version that may not change any more, null in an open month.
    """
    if "_version" not in current.columns:
        return pl.DataFrame(schema=_STATE)
    withdrawn = pl.col("_status") == WITHDRAWN
    return current.select(
        "_key",
        pl.when(withdrawn).then(pl.lit(WITHDRAWN)).otherwise(pl.col("_hash")).alias("_now"),
        pl.col("_version").alias("_now_version"),
        pl.col("_workbook").alias("_now_workbook"),
        pl.col("_status").alias("_now_status"),
        pl.when(~withdrawn).then(day_of(register)).alias("_now_day"),
        pl.when(~withdrawn).then(pl.col("_post_date")).alias("_now_post"),
        pl.when(in_closed_month(register, facts) & ~withdrawn).then(pl.col("_post_period")).alias("_period"),
    )


_STATE = {
    "_key": pl.String(),
    "_now": pl.String(),
    "_now_version": pl.Int64(),
    "_now_workbook": pl.String(),
    "_now_status": pl.String(),
    "_now_day": pl.Date(),
    "_now_post": pl.Date(),
    "_period": pl.String(),
}


def posted_on(register: type[Register], facts: Facts) -> pl.Expr:
    """Return the day on which rows post, ``_post_date``: where they stood, or as new ones.

    A row whose document keeps its day stays where it was posted, however many months are closed later.
    """
    stays = pl.col("_now_day") == day_of(register)
    return pl.when(stays).then(pl.col("_now_post")).otherwise(posting_day(register, facts)).alias("_post_date")


def with_settled_numbers_held(
    register: type[Register], rows: pl.DataFrame, rekeys: Mapping[int, str], books: OpenBooks
) -> pl.DataFrame:
    """Hold the rows that correct the number of a row of a closed month: the old one stays.

    ``rekeys`` is row id to the old key.
    """
    if not rekeys or not closed_through(register, books.facts):
        return rows
    pairs = pl.DataFrame(
        {"_id": list(rekeys), "_key": list(rekeys.values())}, schema={"_id": pl.Int64(), "_key": pl.String()}
    )
    months = dict(settled_rows(register, pairs, books).select("_id", "_post_period").iter_rows())
    held = pl.col("_id").is_in(list(months)) & pl.col("_outcome").is_in([PROPOSED, HELD])
    chosen = pl.col("_reason").is_in(list(Take))
    month = pl.col("_id").replace_strict(months, default=None, return_dtype=pl.String)
    return rows.with_columns(
        pl.when(held).then(pl.lit(HELD)).otherwise(pl.col("_outcome")).alias("_outcome"),
        pl.when(held & ~chosen).then(pl.lit(CLOSED)).otherwise(pl.col("_reason")).alias("_reason"),
        pl.coalesce(month, "_period").alias("_period"),
    )


def closed_flaws(register: type[Register], rows: pl.DataFrame) -> list[Flaw]:
    """Return one error per row that is held because its version in the books is of a closed month (IMP-05)."""
    settled = pl.col("_period").is_not_null() & pl.col("_reason").is_in(_HOLDS)
    held = rows.filter((pl.col("_outcome") == HELD) & settled).select("_id", "_key", "_period")
    column = register.column(register.key[0])
    return [
        reader_flaw(row_id, "IMP-05", column, " / ".join(key_parts(key)), period=period)
        for row_id, key, period in held.iter_rows()
    ]


def late_flaws(register: type[Register], rows: pl.DataFrame) -> list[Flaw]:
    """Return one warning per row in the books that posts later than on the day of its document (LATE)."""
    if register.date_column is None:
        return []
    stands = (pl.col("_outcome") == UNCHANGED) & pl.col("_hash").eq_missing(pl.col("_now"))
    day = day_of(register).alias("day")
    late = rows.filter(((pl.col("_outcome") == PROPOSED) | stands) & (day < pl.col("_post_date")))
    column = register.column(register.date_column)
    return [
        reader_flaw(row_id, "LATE", column, day, day=day, posted=posted)
        for row_id, day, posted in late.select("_id", day, "_post_date").iter_rows()
    ]
