"""The one place where every book says what it was at the end of a month: to be kept when the month is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from schemas.columns import Kind
from schemas.exact import MONEY_PLACES, scaled
from schemas.periods import STOCK_BOOK, books_of
from schemas.register import Register
from sync.bookkeeping import Bookkeeping
from sync.books.snapshot import FIGURES, Snapshot, stock_snapshot

Taken = Callable[[Bookkeeping, str], Snapshot]
"""Returns a book at the end of a month (``yyyy-mm``), from the close before."""


def snapshot_of(book: str, books: Bookkeeping, period: str) -> Snapshot:
    """Return a book at the end of a month: its own balances, or else the totals of its registers."""
    taken = SNAPSHOTS.get(book)
    return totals_of(book, books, period) if taken is None else taken(books, period)


def _stock(books: Bookkeeping, period: str) -> Snapshot:
    return stock_snapshot(books.stock_through(period).close, books.closes.stock, books.rows("item_catalogue"))


SNAPSHOTS: Mapping[str, Taken] = {STOCK_BOOK: _stock}
"""Book to what it says of itself."""


def totals_of(book: str, books: Bookkeeping, period: str) -> Snapshot:
    """Return what the registers of a book state in the months since its last close: rows, and sums of money in fen.

    A register without a date counts as it stands.
    """
    closed = books.closes.newest.get(book, "")
    within = pl.col("_post_period").is_null() | pl.col("_post_period").is_between(
        pl.lit(closed), pl.lit(period), "right"
    )
    figures: list[tuple[str, str, int]] = []
    for register in books.registers.values():
        if book in books_of(register) and (rows := books.rows(register.id)) is not None:
            figures += _totals(register, rows.filter(within))
    return Snapshot({"figures": pl.DataFrame(figures, schema=FIGURES, orient="row")})


def _totals(register: type[Register], rows: pl.DataFrame) -> list[tuple[str, str, int]]:
    names = [column.name for column in register.columns if column.kind is Kind.MONEY]
    sums = rows.select(scaled(pl.col(name), MONEY_PLACES).sum() for name in names).row(0) if names else ()
    return [
        (register.id, "rows", rows.height),
        *((register.id, name, fen or 0) for name, fen in zip(names, sums, strict=True)),
    ]
