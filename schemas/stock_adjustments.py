"""Approved differences of counts as movements of stock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_expression
from schemas.property.count_book import corrections
from schemas.register import register_of
from schemas.stock_movements import MOVE

if TYPE_CHECKING:
    from schemas.rules import Books

RESULT = "stocktake_result"
ADJUSTMENT_RANK = 6
"""Rank in the posting order of DOMAIN.md 4.7 (9)."""


def adjustments_in_force(books: Books, items: pl.DataFrame) -> pl.DataFrame:
    """Return what approved differences of some items (``item_code``) move, with the ``_key`` of their results.

    Columns as ``schemas.stock_balance.movements``; ``doc_date`` is the day on which they post.
    """
    if RESULT not in books.facts.known:
        return pl.DataFrame(schema={"_key": pl.String(), **MOVE, **_ORDER})
    own = pl.format("{}/{}", "plan_no", "sheet_no").alias("doc_no")
    return corrections(books, items).select(
        key_expression(register_of(RESULT)).alias("_key"),
        pl.col("room").alias("warehouse"),
        "item_code",
        pl.col("posted").alias("doc_date"),
        "effect",
        pl.lit(ADJUSTMENT_RANK, pl.Int64).alias("rank"),
        own,
        "line_no",
    )


_ORDER = {"rank": pl.Int64(), "doc_no": pl.String(), "line_no": pl.Int64()}
