"""Which months of which books are closed, and with what the open months begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from schemas.periods import (
    ASSET_BOOK,
    BANK_BOOK,
    BOOKS,
    BUDGET_BOOK,
    CANTEEN_BOOK,
    CASH_BOOK,
    STOCK_BOOK,
    first_day_after,
    first_day_of,
)
from sync.books.close import NOTHING, Close

__all__ = [
    "ASSET_BOOK",
    "BANK_BOOK",
    "BOOKS",
    "BUDGET_BOOK",
    "CANTEEN_BOOK",
    "CASH_BOOK",
    "NOTHING_CLOSED",
    "STOCK_BOOK",
    "Closes",
    "StockMonth",
    "first_day_after",
    "first_day_of",
]


@dataclass(frozen=True)
class StockMonth:
    """A closed month of the stock book: how it ended, and by what rules it was valued.

    The month is shown by valuing its rows anew from the close before it, with the rules of then; what
    comes out must be ``close``, which is the truth.
    """

    close: Close
    items: pl.DataFrame
    """The items that had a way of valuation or a reference price of their own: ``item_code``, ``valuation``,
    ``ref_price``."""
    method: str
    """How all other items were valued."""


@dataclass(frozen=True)
class Closes:
    """The closed months of every book: months are closed in their order, so that the newest one says it all."""

    newest: Mapping[str, str] = field(default_factory=dict)
    """Book to its newest closed month (``2026-11``)."""
    stock: Close = NOTHING
    """The stock book at the end of its newest closed month."""
    stock_months: Mapping[str, StockMonth] = field(default_factory=dict)
    """Every closed month of the stock book; a mapping that reads a month when it is asked for will do."""
    log: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Every month that was looked at, closed or opened again, with the columns of the register ``period_close``."""

    def after(self, book: str, period: str, stock: Close | None = None) -> Closes:
        """Return the closes with the next month of a book closed too; of the stock book with how it ended."""
        newest = {**self.newest, book: period}
        return replace(self, newest=newest, stock=self.stock if stock is None else stock)

    def is_closed(self, book: str, period: str) -> bool:
        """Tell whether a month of a book is closed."""
        return period <= self.newest.get(book, "")

    def open_from(self, book: str) -> date | None:
        """Return the first day of the earliest open month, None where no month was ever closed."""
        newest = self.newest.get(book)
        return None if newest is None else first_day_after(newest)


NOTHING_CLOSED = Closes()
