"""What the books are kept from: the rows in force, the months that are closed, the school's settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import OpenBooks
from schemas.parameters import text_of
from schemas.property.asset_history import CARD, CLOSES, since_stated
from schemas.property.depreciation import month_number, number_of_month
from schemas.register import Register, all_registers, register_of
from sync.books.assets import AssetBook, asset_book
from sync.books.periods import ASSET_BOOK, NOTHING_CLOSED, STOCK_BOOK, Closes
from sync.books.postings import postings
from sync.books.valuation import Valuation, value_stock
from sync.current import as_they_are, rows_in_ledger
from sync.volumes import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.rules import Facts
    from sync.ledger import Ledger
    from sync.share import Share

Versions = Callable[[type[Register], Collection[str]], pl.DataFrame]
"""Returns all versions of some keys of a register, oldest first, with ``_status``, ``_from`` and ``_to``."""

_CARDS = "fixed_asset_card"
_LEAVE = (
    ("disposal_register", "dispose_date", ("asset_no", "qty", "dispose_date")),
    ("asset_transfer", "doc_date", ("asset_no", "qty", "doc_date", "kind")),
)
"""Registers by which assets leave the school, with the day of it and what decides what leaves."""


@dataclass(frozen=True)
class Bookkeeping:
    """One state of the ledger, from which every book is kept and nothing is written."""

    registers: Mapping[str, type[Register]]
    """The registers in use, by id."""
    load: Load
    """Returns the ledger's rows of a register, of any status, with ``_status`` and ``_post_period``."""
    facts: Facts
    closes: Closes = NOTHING_CLOSED
    versions: Versions | None = None
    """Where earlier versions are found; None where rows have no history."""

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

    @cached_property
    def books(self) -> OpenBooks:
        """Return the rows in the books as the lookups of rules ask for them."""
        return OpenBooks(self.facts, self.load)

    @cached_property
    def assets(self) -> AssetBook:
        """Return the asset book: every card with what happened to it."""
        cards = self.rows(_CARDS)
        if cards is None:
            return asset_book(None, pl.DataFrame(), None, None)
        closes = self._asset_closes()
        newest = closes.select(pl.col("period").max()).item()
        changed, late = pl.col("change_doc").is_not_null(), _closed_by("entry_date", newest)
        earlier = self._versions(_CARDS, cards.filter(changed | late)).select(*CARD, "_status", "_from")
        disposals, transfers = (self._known_since(name, day, what, newest) for name, day, what in _LEAVE)
        return asset_book(cards, earlier, disposals, transfers, closes)

    def _known_since(
        self, register_id: str, day: str, what: tuple[str, ...], newest: str | None
    ) -> pl.DataFrame | None:
        """Return the rows of a register with the revision that first said what they say; None where not in use."""
        rows = self.rows(register_id)
        if rows is None:
            return None
        return since_stated(rows, self._versions(register_id, rows.filter(_closed_by(day, newest))), what)

    def _asset_closes(self) -> pl.DataFrame:
        """Return which revisions closed months of the asset book, and which reopened them."""
        rows = self.rows("period_close")
        own = pl.DataFrame() if rows is None else rows.filter(pl.col("book") == ASSET_BOOK)
        if self.versions is None or own.is_empty():
            return pl.DataFrame(schema=CLOSES)
        return self._versions("period_close", own).filter(pl.col("status") == "已结").select(*CLOSES)

    def _versions(self, register_id: str, rows: pl.DataFrame) -> pl.DataFrame:
        """Return all versions of some rows of a register, oldest first; none where rows have no history."""
        if self.versions is None or rows.is_empty():
            return rows.clear()
        return self.versions(register_of(register_id), rows["_key"].to_list())


def _closed_by(day: str, newest: str | None) -> pl.Expr:
    """Tell which rows are dated in a closed month."""
    return pl.lit(value=False) if newest is None else month_number(pl.col(day)) <= number_of_month(newest)


def kept_from(share: Share, load: Load, versions: Versions | None = None) -> Bookkeeping:
    """Return the books of a school by the rows that ``load`` gives, and their earlier ``versions``."""
    return Bookkeeping(share.registers, load, share.facts(), versions=versions)


def books_as_of(share: Share, ledger: Ledger, revision: int | None = None) -> Bookkeeping:
    """Return the books of a school as of a revision, None for the newest."""
    if revision is None or revision == ledger.head().number:
        return kept_from(share, as_they_are(ledger, all_registers(), share.state), ledger.versions)

    def versions(register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        found = ledger.versions(register, keys).filter(pl.col("_from") <= revision)
        return found.with_columns(pl.when(pl.col("_to") <= revision).then("_to").alias("_to"))

    return kept_from(share, lambda register: rows_in_ledger(ledger, register, revision), versions)
