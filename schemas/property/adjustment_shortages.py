"""Approved differences of counts whose adjustment would leave less stock than nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import agreeing
from schemas.rules_shared import accepted_versions
from schemas.stock_adjustments import RESULT, adjustments_in_force
from schemas.stock_balance import shortfalls
from schemas.stock_movements import MOVE, settled_movements

if TYPE_CHECKING:
    from schemas.rules import Books


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
