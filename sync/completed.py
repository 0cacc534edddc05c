"""Columns that the books add to rows that people write: computed where they are shown, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from sync.books.asset_columns import cards_with_worth, disposals_with_worth
from sync.books.bank_columns import journal_with_cleared, typed_with_balances
from sync.books.cash import counts_with_books
from sync.books.checks import UnsoundBook
from sync.books.counts import results_with_differences, sheets_with_differences
from sync.books.fees import collections_with_remitted, fee_months
from sync.books.issue_costs import issues_with_costs

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping

Complete = Callable[[pl.DataFrame, "Bookkeeping", "str | None"], pl.DataFrame]
"""Returns rows of a register, with the columns of the ledger, with what the books know of them: now, or as
far as a closed month (``yyyy-mm``) says of itself."""

OPEN_ROWS = 20_000
"""Open months of the stock book are shown valued up to so many rows: a back-dated document changes all that follow.

Larger ones are when their month is closed; until then ``houqin stock ledger``, ``houqin rows`` and
``houqin export`` show them."""


def _issues(rows: pl.DataFrame, books: Bookkeeping, closed: str | None) -> pl.DataFrame:
    """A book that contradicts itself says nothing of costs."""
    try:
        return issues_with_costs(rows, books.stock_history if closed is None else books.closed_stock)
    except UnsoundBook:
        return rows


def _bank_lines(rows: pl.DataFrame, books: Bookkeeping, closed: str | None) -> pl.DataFrame:
    names = ("bank_journal", "bank_statement_line", "bank_reconciliation")
    journal, statement, typed = (_until(books, name, closed) for name in names)
    return journal_with_cleared(rows, journal, statement, typed, int(books.facts.number("bank_match_days")))


def _typed(rows: pl.DataFrame, books: Bookkeeping, closed: str | None) -> pl.DataFrame:
    journal, typed = (_until(books, name, closed) for name in ("bank_journal", "bank_reconciliation"))
    return typed_with_balances(rows, journal, typed)


def _collections(rows: pl.DataFrame, books: Bookkeeping, closed: str | None) -> pl.DataFrame:
    names = ("fee_collection", "fee_refund", "fee_remittance")
    return collections_with_remitted(rows, fee_months(*(_until(books, name, closed) for name in names)))


def _until(books: Bookkeeping, register_id: str, closed: str | None) -> pl.DataFrame:
    """Return the rows in the books, those that a closed month knew of where it is asked."""
    rows = books.rows_or_none(register_id)
    if closed is None or "_post_period" not in rows.columns:
        return rows
    return rows.filter(pl.col("_post_period").fill_null("") <= closed)


COMPLETED: Mapping[str, Complete] = {
    "fixed_asset_card": lambda rows, books, _: cards_with_worth(rows, books.assets, books.facts.today),
    "stocktake_sheet": lambda rows, books, _: sheets_with_differences(rows, books.counts),
    "stocktake_result": lambda rows, books, _: results_with_differences(rows, books.counts),
    "disposal_register": lambda rows, books, _: disposals_with_worth(rows, books.assets, books.facts.today),
    "stock_issue": _issues,
    "cash_count": lambda rows, books, closed: counts_with_books(rows, _until(books, "cash_journal", closed)),
    "bank_journal": _bank_lines,
    "bank_reconciliation": _typed,
    "fee_collection": _collections,
}
"""Register id to what the books add to its rows."""


def is_completed(register: type[Register]) -> bool:
    """Tell whether the books add to the rows of a register."""
    return register.id in COMPLETED


def is_looked_at(register: type[Register], books: Bookkeeping) -> bool:
    """Tell whether what the books add to a register's rows is reckoned with every run, its open months being small."""
    costly = register.id == "stock_issue" and books.open_stock_rows > OPEN_ROWS
    return is_completed(register) and not costly


def completed(
    rows: pl.DataFrame, register: type[Register], books: Bookkeeping, closed: str | None = None
) -> pl.DataFrame:
    """Return rows of the ledger with the columns that the books add; those of most registers as they are.

    ``closed`` is the month of rows that are shown for good: what came later changes nothing about it.
    """
    complete = COMPLETED.get(register.id)
    return rows if complete is None else complete(rows, books, closed)
