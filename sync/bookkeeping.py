"""What the books are kept from: the rows in force, the months that are closed, the school's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import OpenBooks
from schemas.parameters import text_of
from schemas.property.count_book import corrections
from schemas.register import Register
from sync.books.close import Close
from sync.books.counts import adjusted
from sync.books.periods import NOTHING_CLOSED, STOCK_BOOK, Closes
from sync.books.postings import ADJUSTMENTS, postings
from sync.books.valuation import Valuation, value_stock
from sync.volumes import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.rules import Facts


@dataclass(frozen=True)
class Bookkeeping:
    """One state of the ledger, from which every book is kept and nothing is written."""

    registers: Mapping[str, type[Register]]
    """The registers in use, by id."""
    load: Load
    """Returns the ledger's rows of a register, of any status, with ``_status`` and ``_post_period``."""
    facts: Facts
    closes: Closes = NOTHING_CLOSED

    def rows(self, register_id: str) -> pl.DataFrame | None:
        """Return the rows in the books (accepted and missing ones), None where the register is not in use."""
        register = self.registers.get(register_id)
        return None if register is None else in_the_books(self.load(register))

    @cached_property
    def books(self) -> OpenBooks:
        """Return the rows in the books as the rules look at them."""
        return OpenBooks(self.facts, self.load)

    @cached_property
    def stock(self) -> Valuation:
        """Return the open months of the stock book, valued from the last close."""
        return self._stock(self.closes)

    def stock_until(self, moment: datetime) -> Close:
        """Return the stock book at a moment: all that posts on days that begin before it.

        A moment in a closed month is valued from the beginning.
        """
        first = self.closes.open_from(STOCK_BOOK)
        closes = NOTHING_CLOSED if first is None or moment < datetime.combine(first, time()) else self.closes
        return self._stock(closes, moment).close

    def _stock(self, closes: Closes, until: datetime | None = None) -> Valuation:
        closed = closes.newest.get(STOCK_BOOK, "")
        found = {
            name: rows.filter(pl.col("_post_period").fill_null("9999") > closed)
            for name in self.registers
            if "stock" in self.registers[name].posts and (rows := self.rows(name)) is not None
        }
        if ADJUSTMENTS in found:
            found[ADJUSTMENTS] = adjusted(found[ADJUSTMENTS], corrections(self.books))
        if until is not None:
            before = pl.col("_post_date").cast(pl.Datetime("us")) < until
            found = {name: rows.filter(before) for name, rows in found.items()}
        moves = postings(self.registers, found, closes.open_from(STOCK_BOOK))
        method = text_of("valuation_method", self.facts.parameters)
        return value_stock(moves, self.rows("item_catalogue"), method, closes.stock)
