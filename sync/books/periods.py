"""Which months of which books are closed, and with what the open months begin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from sync.books.close import NOTHING, Close

STOCK_BOOK, CANTEEN_BOOK, ASSET_BOOK, CASH_BOOK, BANK_BOOK, BUDGET_BOOK = (
    "库存账", "食堂", "固定资产", "现金", "银行", "预算"
)  # fmt: skip
BOOKS = (STOCK_BOOK, CANTEEN_BOOK, ASSET_BOOK, CASH_BOOK, BANK_BOOK, BUDGET_BOOK)
"""The books in the order in which they are closed (DOMAIN.md 4.6)."""


@dataclass(frozen=True)
class Closes:
    """The closed months of every book: months are closed in their order, so that the newest one says it all."""

    newest: Mapping[str, str] = field(default_factory=dict)
    """Book to its newest closed month (``2026-11``)."""
    stock: Close = NOTHING
    """The stock book at the end of its newest closed month."""

    def is_closed(self, book: str, period: str) -> bool:
        """Tell whether a month of a book is closed."""
        return period <= self.newest.get(book, "")

    def open_from(self, book: str) -> date | None:
        """Return the first day of the earliest open month, None where no month was ever closed."""
        newest = self.newest.get(book)
        if newest is None:
            return None
        return (date.fromisoformat(f"{newest}-28") + timedelta(days=4)).replace(day=1)


NOTHING_CLOSED = Closes()
