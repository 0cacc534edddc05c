"""Approved differences of counts as movements of stock, and those that would leave less than nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import agreeing, key_expression
from schemas.property.count_book import corrections
from schemas.register import register_of
from schemas.rules_shared import accepted_versions
from schemas.stock_balance import MOVE, settled_movements, shortfalls

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


def adjustment_shortages(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the results whose adjustment would leave a day-end balance below zero, as ``shortages`` tells it."""
    items = rows.select("item_code").drop_nulls().unique()
    now = adjustments_in_force(books, items)
    then = adjustments_in_force(_AsIfTaken(books, rows), items)
    keys = accepted_versions(rows, books, RESULT).select("_key")
    candidates = then.join(rows.select("_key", "_id"), on="_key", how="inner", maintain_order="left")

    def settled_without(stated: pl.DataFrame) -> pl.DataFrame:
        others = now.join(stated.select("_key"), on="_key", how="anti")
        return pl.concat([settled_movements(books, items), others.select(MOVE.keys())])

    return shortfalls(rows, candidates, now.join(keys, on="_key", how="semi"), settled_without)


class _AsIfTaken:
    """The books as they would be with some results taken."""

    def __init__(self, books: Books, taken: pl.DataFrame) -> None:
        self.facts = books.facts
        self.books = books
        self.taken = taken

    def rows(self, register: str, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force, the results that are taken in place of their earlier versions."""
        if register != RESULT:
            return self.books.rows(register, among)
        others = self.books.others(register, self.taken, among)
        names = [name for name in others.columns if name in self.taken.columns]
        own = agreeing(self.taken, among).select(names)
        return pl.concat([others.select(names), own], how="vertical_relaxed")

    def others(self, register: str, candidates: pl.DataFrame, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return ``rows`` without the keys that the candidates state anew."""
        return self.rows(register, among).join(candidates.select("_key"), on="_key", how="anti")

    def stated(self, register: str) -> pl.DataFrame:
        """Return all rows of the batch as their workbooks state them."""
        return self.books.stated(register)

    def numbered(self, register: str) -> pl.DataFrame:
        """Return the rows in force and the withdrawn ones."""
        return self.books.numbered(register)

    def made(self, register: str) -> pl.DataFrame:
        """Return the rows of a register that the program makes."""
        return self.books.made(register)
