"""What the books are kept from: the rows in force, the months that are closed, the school's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import empty_frame
from schemas.parameters import text_of
from schemas.register import Register, all_registers
from sync.books.periods import NOTHING_CLOSED, STOCK_BOOK, Closes
from sync.books.postings import postings
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
    waiting: Load = empty_frame
    """Returns the rows of a register that are held back or in conflict: they are in no book."""

    def rows(self, register_id: str) -> pl.DataFrame | None:
        """Return the rows in the books (accepted and missing ones), None where the register is not in use."""
        register = self.registers.get(register_id)
        return None if register is None else in_the_books(self.load(register))

    def held(self, register_id: str) -> pl.DataFrame:
        """Return the rows of a register that are held back or in conflict, as their workbooks state them."""
        return self.waiting(all_registers()[register_id])

    @cached_property
    def stock(self) -> Valuation:
        """Return the open months of the stock book, valued from the last close."""
        closed = self.closes.newest.get(STOCK_BOOK, "")
        found = {
            name: rows.filter(pl.col("_post_period").fill_null("9999") > closed)
            for name in self.registers
            if "stock" in self.registers[name].posts and (rows := self.rows(name)) is not None
        }
        moves = postings(self.registers, found, self.closes.open_from(STOCK_BOOK))
        method = text_of("valuation_method", self.facts.parameters)
        return value_stock(moves, self.rows("item_catalogue"), method, self.closes.stock)
