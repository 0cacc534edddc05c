"""What the books are kept from: the rows in force, the months that are closed, the school's settings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import OpenBooks, empty_frame
from schemas.frames import is_one_of, where
from schemas.parameters import text_of
from schemas.periods import first_day_after
from schemas.property.count_book import corrections
from schemas.register import Register, all_registers, register_of
from sync.asset_bookkeeping import asset_book_of
from sync.books.assets import AssetBook
from sync.books.checks import require_sound
from sync.books.close import NOTHING, Close
from sync.books.counts import adjusted
from sync.books.periods import NOTHING_CLOSED, STOCK_BOOK, Closes, first_day_of
from sync.books.postings import ADJUSTMENTS, postings
from sync.books.summary import monthly_summary
from sync.books.valuation import Valuation, value_stock
from sync.counting import counted_lines
from sync.versioned import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.rules import Facts
    from sync.share import Share

Versions = Callable[[type[Register], Collection[str]], pl.DataFrame]
"""Returns all versions of some keys of a register, oldest first, with ``_status``, ``_from`` and ``_to``."""


_ENDLESS = "9999-99"
"""Later than any month: rows without a date stay open."""


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
    waiting: Load = empty_frame
    """Returns the rows of a register that are held back or in conflict: they are in no book."""
    known_summary: pl.DataFrame | None = None
    """``stock_summary`` where it is known already (``sync.stock_memory``)."""

    def rows(self, register_id: str) -> pl.DataFrame | None:
        """Return the rows in the books (accepted and missing ones), None where the register is not in use."""
        register = self.registers.get(register_id)
        return None if register is None else in_the_books(self.load(register))

    def rows_or_none(self, register_id: str) -> pl.DataFrame:
        """Return the rows in the books, no rows where the register is not in use."""
        rows = self.rows(register_id)
        return empty_frame(register_of(register_id)) if rows is None else rows

    def held(self, register_id: str) -> pl.DataFrame:
        """Return the rows of a register that are held back or in conflict, as their workbooks state them."""
        return self.waiting(all_registers()[register_id])

    @cached_property
    def books(self) -> OpenBooks:
        """Return the rows in the books as the lookups of rules ask for them."""
        return OpenBooks(self.facts, self.load)

    @cached_property
    def stock(self) -> Valuation:
        """Return the open months of the stock book, valued from the last close.

        Raises:
            UnsoundBook: the figures contradict themselves (LED-01 to LED-03).
        """
        return require_sound(self.stock_through(_ENDLESS))

    @property
    def valuation_method(self) -> str:
        """Return how items are valued that say nothing of their own."""
        return text_of("valuation_method", self.facts.parameters)

    def stock_through(self, period: str) -> Valuation:
        """Return the open months of the stock book up to one (``2026-11``), valued from the last close, unchecked."""
        closed = self.closes.newest.get(STOCK_BOOK, "")
        month = pl.col("_post_period").fill_null(_ENDLESS)
        moves = self._moves((month > closed) & (month <= period), self.closes.open_from(STOCK_BOOK))
        return value_stock(moves, self.rows("item_catalogue"), self.valuation_method, self.closes.stock)

    @cached_property
    def closed_stock(self) -> Sequence[Valuation]:
        """Return the closed months of the stock book in their order.

        A closed month is valued again as it was closed, and must end as it did then.

        Raises:
            UnsoundBook: a month does not end as it was closed, or contradicts itself.
        """
        valued: list[Valuation] = []
        for period, month in sorted(self.closes.stock_months.items()):
            moves = self._moves(pl.col("_post_period") == period, first_day_of(period))
            opening = valued[-1].close if valued else NOTHING
            valued.append(require_sound(value_stock(moves, month.items, month.method, opening), month.close))
        return tuple(valued)

    @cached_property
    def stock_history(self) -> Sequence[Valuation]:
        """Return the closed months of the stock book in their order, then the open ones as ``stock`` has them.

        Raises:
            UnsoundBook: a month does not end as it was closed, or contradicts itself.
        """
        return (*self.closed_stock, self.stock)

    @cached_property
    def stock_summary(self) -> pl.DataFrame:
        """Return the month summary of every month up to today, closed or open, by month, warehouse and item."""
        return self.stock_summary_until(None) if self.known_summary is None else self.known_summary

    def stock_summary_until(self, day: date | None) -> pl.DataFrame:
        """Return the month summary with nothing that was posted after a day (None: up to today)."""
        starts = [*map(first_day_of, sorted(self.closes.stock_months)), self.closes.open_from(STOCK_BOOK)]
        last = day or self.facts.today
        months: list[pl.DataFrame] = []
        for number, (start, valuation) in enumerate(zip(starts, self.stock_history, strict=True)):
            if start is not None and start > last:
                break
            is_open = number == len(starts) - 1
            shown = valuation if day is None else valuation.until(day)
            before = pl.concat(months) if months else None
            months.append(monthly_summary(shown, start, last if is_open else start, before))
        return pl.concat(months)

    @cached_property
    def open_stock_rows(self) -> int:
        """Return how many rows of documents the open months of the stock book have: not one of them is valued."""
        closed = self.closes.newest.get(STOCK_BOOK, "")
        months = [rows["_post_period"].fill_null(_ENDLESS) for rows in self.stock_rows.values()]
        return sum(int((each > closed).sum()) for each in months)

    def stock_on(self, day: date) -> Valuation:
        """Return the months of the stock book, closed or open, in which a day lies."""
        first_open = self.closes.open_from(STOCK_BOOK)
        if first_open is None or day >= first_open:
            return self.stock
        periods = sorted(self.closes.stock_months)
        later = [number for number, period in enumerate(periods) if period >= f"{day:%Y-%m}"]
        return self.stock_history[later[0]] if later else self.stock

    def of_items(self, items: Sequence[str]) -> Bookkeeping:
        """Return the books of the open months with nothing but some items in them."""

        def load(register: type[Register]) -> pl.DataFrame:
            rows = self.load(register)
            about_items = "stock" in register.posts or register.id == "item_catalogue"
            return rows.filter(is_one_of("item_code", items)) if about_items else rows

        closes = replace(self.closes, stock=self.closes.stock.of_items(items), stock_months={})
        return replace(self, load=load, closes=closes, known_summary=None)

    def stock_until(self, moment: datetime) -> Close:
        """Return the stock book at a moment, valued from the last close before it: all days that began by then."""
        closed = [each for each in self.closes.stock_months if _begin_after(each) <= moment]
        last = max(closed, default="")
        opening = self.closes.stock_months[last].close if last else NOTHING
        posted = (pl.col("_post_period") > last) & (pl.col("_post_date").cast(pl.Datetime("us")) < moment)
        moves = self._moves(posted, first_day_after(last) if last else None)
        return value_stock(moves, self.rows("item_catalogue"), self.valuation_method, opening).close

    def _moves(self, posted: pl.Expr, open_from: date | None) -> pl.DataFrame:
        found = {name: where(rows, posted) for name, rows in self.stock_rows.items()}
        if ADJUSTMENTS in found:
            found[ADJUSTMENTS] = adjusted(found[ADJUSTMENTS], self._corrections)
        return postings(all_registers(), found, open_from)

    @property
    def stock_rows(self) -> Mapping[str, pl.DataFrame]:
        """Return the rows in the books of every register that posts stock.

        What was moved has moved, though the school keeps its register no more.
        """
        posting = {name: register for name, register in all_registers().items() if "stock" in register.posts}
        return {name: in_the_books(self.load(register)) for name, register in posting.items()}

    @cached_property
    def _corrections(self) -> pl.DataFrame:
        return corrections(self.books)

    @cached_property
    def counts(self) -> pl.DataFrame:
        """Return every counted line with its difference and what that is worth (``sync.counting.counted_lines``)."""
        return counted_lines(self)

    @cached_property
    def assets(self) -> AssetBook:
        """Return the asset book: every card with what happened to it."""
        return asset_book_of(self)


def _begin_after(period: str) -> datetime:
    return datetime.combine(first_day_after(period), time())


def kept_from(
    share: Share, load: Load, closes: Closes = NOTHING_CLOSED, versions: Versions | None = None
) -> Bookkeeping:
    """Return the books of a school by the rows that ``load`` gives and their ``versions``, from its ``closes`` on."""
    return Bookkeeping(share.registers, load, share.facts(), closes, versions)
