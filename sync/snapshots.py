"""The one place where every book says what it was at the end of a month: to be kept when the month is closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from schemas.columns import Kind
from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled
from schemas.periods import ASSET_BOOK, BANK_BOOK, BUDGET_BOOK, CASH_BOOK, STOCK_BOOK, books_of
from schemas.register import Register
from sync.bookkeeping import Bookkeeping
from sync.books.assets import happened_in
from sync.books.budget import budget_at
from sync.books.cash import journal_days
from sync.books.snapshot import FIGURES, Snapshot, stock_snapshot

_BUDGETED = ("budget_line", "purchase_request", "invoice_reimbursement")

Taken = Callable[[Bookkeeping, str], Snapshot]
"""Returns a book at the end of a month (``yyyy-mm``), from the close before."""


def snapshot_of(book: str, books: Bookkeeping, period: str) -> Snapshot:
    """Return a book at the end of a month: its own balances, or else the totals of its registers."""
    taken = SNAPSHOTS.get(book)
    return totals_of(book, books, period) if taken is None else taken(books, period)


def _stock(books: Bookkeeping, period: str) -> Snapshot:
    return stock_snapshot(books.stock_through(period).close, books.closes.stock, books.rows("item_catalogue"))


def _assets(books: Bookkeeping, period: str) -> Snapshot:
    """Return value, depreciation and pieces of every card that is in the books at the end of a month."""
    left = happened_in(books.assets, period, period).filter(pl.col("pieces") > 0).sort("asset_no")
    places = {"value": MONEY_PLACES, "accum": MONEY_PLACES, "pieces": QTY_PLACES}
    figures = [
        left.select(
            pl.col("asset_no").alias("name"), pl.lit(what).alias("what"), scaled(pl.col(what), digits).alias("figure")
        )
        for what, digits in places.items()
    ]
    return Snapshot({"figures": pl.concat(figures).select(*FIGURES)})


def _cash(books: Bookkeeping, period: str) -> Snapshot:
    return _with_accounts(CASH_BOOK, "cash_journal", "account", books, period)


def _bank(books: Bookkeeping, period: str) -> Snapshot:
    return _with_accounts(BANK_BOOK, "bank_journal", "account_no", books, period)


def _with_accounts(book: str, journal: str, account: str, books: Bookkeeping, period: str) -> Snapshot:
    """Return the totals of a money book, and the last balance of every account that moved."""
    totals = totals_of(book, books, period).parts["figures"]
    lines = books.rows_or_none(journal).filter(_since_close(book, books, period))
    last = journal_days(lines, account).group_by("account", maintain_order=True).last()
    balances = last.select(
        pl.col("account").alias("name"),
        pl.lit("balance").alias("what"),
        scaled(pl.col("balance"), MONEY_PLACES).alias("figure"),
    )
    return Snapshot({"figures": pl.concat([totals, balances])})


def _budget(books: Bookkeeping, period: str) -> Snapshot:
    """Return the totals of the budget book, and what is left of every budget."""
    plans, requests, invoices = (books.rows_or_none(name) for name in _BUDGETED)
    execution = budget_at(plans, requests, invoices, period).sort("budget_code")
    left = execution.select(
        pl.col("budget_code").alias("name"),
        pl.lit("remaining").alias("what"),
        scaled(pl.col("remaining"), MONEY_PLACES).alias("figure"),
    )
    return Snapshot({"figures": pl.concat([totals_of(BUDGET_BOOK, books, period).parts["figures"], left])})


SNAPSHOTS: Mapping[str, Taken] = {
    STOCK_BOOK: _stock,
    ASSET_BOOK: _assets,
    CASH_BOOK: _cash,
    BANK_BOOK: _bank,
    BUDGET_BOOK: _budget,
}
"""Book to what it says of itself."""


def totals_of(book: str, books: Bookkeeping, period: str) -> Snapshot:
    """Return what the registers of a book state in the months since its last close: rows, and sums of money in fen.

    A register without a date counts as it stands.
    """
    within = pl.col("_post_period").is_null() | _since_close(book, books, period)
    figures: list[tuple[str, str, int]] = []
    for register in books.registers.values():
        if book in books_of(register) and (rows := books.rows(register.id)) is not None:
            figures += _totals(register, rows.filter(within))
    return Snapshot({"figures": pl.DataFrame(figures, schema=FIGURES, orient="row")})


def _since_close(book: str, books: Bookkeeping, period: str) -> pl.Expr:
    """Tell which rows post to the months after the last close of a book, up to one."""
    closed = books.closes.newest.get(book, "")
    return pl.col("_post_period").is_between(pl.lit(closed), pl.lit(period), "right")


def _totals(register: type[Register], rows: pl.DataFrame) -> list[tuple[str, str, int]]:
    names = [column.name for column in register.columns if column.kind is Kind.MONEY]
    sums = rows.select(scaled(pl.col(name), MONEY_PLACES).sum() for name in names).row(0) if names else ()
    return [
        (register.id, "rows", rows.height),
        *((register.id, name, fen or 0) for name, fen in zip(names, sums, strict=True)),
    ]
