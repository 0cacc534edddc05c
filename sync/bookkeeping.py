"""What the books are kept from: the rows in force, the months that are closed, the school's settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.parameters import text_of
from schemas.register import Register, all_registers
from sync.books.periods import NOTHING_CLOSED, STOCK_BOOK, Closes
from sync.books.postings import postings
from sync.books.valuation import Valuation, value_stock
from sync.current import as_they_are, rows_in_ledger
from sync.volumes import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.rules import Facts
    from sync.ledger import Ledger
    from sync.share import Share


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


def kept_from(share: Share, load: Load) -> Bookkeeping:
    """Return the books of a school by the rows that ``load`` gives."""
    return Bookkeeping(share.registers, load, share.facts())


def books_as_of(share: Share, ledger: Ledger, revision: int | None = None) -> Bookkeeping:
    """Return the books of a school as of a revision, None for the newest."""
    if revision is None or revision == ledger.head().number:
        return kept_from(share, as_they_are(ledger, all_registers(), share.state))
    return kept_from(share, lambda register: rows_in_ledger(ledger, register, revision))
