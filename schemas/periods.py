"""The months of the books: which rows belong to which book, which months are closed, on which day a row posts."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from schemas.register import Register
    from schemas.rules import Facts

STOCK_BOOK, CANTEEN_BOOK, ASSET_BOOK, CASH_BOOK, BANK_BOOK, BUDGET_BOOK = (
    "库存账", "食堂", "固定资产", "现金", "银行", "预算"
)  # fmt: skip
BOOKS = (STOCK_BOOK, CANTEEN_BOOK, ASSET_BOOK, CASH_BOOK, BANK_BOOK, BUDGET_BOOK)
"""The books in the order in which they are closed (DOMAIN.md 4.6): a book depends on those before it."""

_BOOK_OF = {
    "stock": STOCK_BOOK,
    "canteen": CANTEEN_BOOK,
    "assets": ASSET_BOOK,
    "cash": CASH_BOOK,
    "bank": BANK_BOOK,
    "budget": BUDGET_BOOK,
}
_FEES = "fees"
"""Fees are collected in cash or through the bank: their months are closed with either book."""


def books_of(register: type[Register]) -> tuple[str, ...]:
    """Return the books in which the rows of a register count, in the order of ``BOOKS``; mostly none or one."""
    own = {_BOOK_OF[book] for book in register.posts if book in _BOOK_OF}
    if _FEES in register.posts:
        own |= {CASH_BOOK, BANK_BOOK}
    return tuple(book for book in BOOKS if book in own)


def books_in_use(registers: Mapping[str, type[Register]], in_use: Collection[str]) -> tuple[str, ...]:
    """Return the books that some register in use keeps, in the order in which they are closed.

    Fees alone keep no book: a school without a journal has none.
    """
    kept = {_BOOK_OF.get(book) for name in in_use if name in registers for book in registers[name].posts}
    return tuple(book for book in BOOKS if book in kept)


def closed_through(register: type[Register], facts: Facts) -> str:
    """Return the newest month (``yyyy-mm``) in which no row of a register may change any more, empty for none.

    A row that counts in two books is settled as soon as one of them is closed. A register of no book in
    use follows all of them: its month is closed once every book is.
    """
    from schemas.register import all_registers  # noqa: PLC0415 - the declarations import this module's neighbours

    if not facts.closed or register.date_column is None:
        return ""
    used = books_in_use(all_registers(), facts.in_use)
    own = [facts.closed.get(book, "") for book in books_of(register) if book in used]
    if own:
        return max(own)
    return min((facts.closed.get(book, "") for book in used), default="")


def first_day_of(period: str) -> date:
    """Return the first day of a month (``2026-11``)."""
    return date.fromisoformat(f"{period}-01")


def first_day_after(period: str) -> date:
    """Return the first day of the month after a month."""
    return (first_day_of(period) + timedelta(days=31)).replace(day=1)


def last_day_of(period: str) -> date:
    """Return the last day of a month."""
    return first_day_after(period) - timedelta(days=1)


def month_after(period: str) -> str:
    """Return the month after a month."""
    return f"{first_day_after(period):%Y-%m}"


def day_of(register: type[Register]) -> pl.Expr:
    """Return the day on a row's document, null in a register without a date."""
    if register.date_column is None:
        return pl.lit(None, pl.Date)
    return pl.col(register.date_column).cast(pl.Date)


def month_of(register: type[Register]) -> pl.Expr:
    """Return the month on a row's document (``yyyy-mm``), null in a register without a date."""
    return day_of(register).dt.strftime("%Y-%m")


def posting_day(register: type[Register], facts: Facts) -> pl.Expr:
    """Return the day on which a new row posts: that of its document or, in a closed month, the next open day.

    Source: DOMAIN.md 4.6 (late documents).
    """
    closed = closed_through(register, facts)
    if not closed:
        return day_of(register)
    return pl.max_horizontal(day_of(register), pl.when(day_of(register).is_not_null()).then(first_day_after(closed)))


def in_closed_month(register: type[Register], facts: Facts) -> pl.Expr:
    """Tell which rows of the ledger post to a closed month, by ``_post_period``."""
    closed = closed_through(register, facts)
    return (pl.col("_post_period") <= closed).fill_null(value=False)


def as_posted(rows: pl.DataFrame) -> pl.DataFrame:
    """Return rows of a stock register with the day on which they post in place of that of their document."""
    if "_post_date" not in rows.columns:
        return rows
    return rows.with_columns(pl.coalesce("_post_date", "doc_date").alias("doc_date"))
