"""The money books of a school from its ledger: cash by day, and bank accounts against their statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import empty_frame
from schemas.register import register_of
from sync.books.bank import Reconciliation, reconciliations, typed_reconciliation
from sync.books.cash import balances, cash_counts, journal_days, not_counted

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping

CASH, BANK, COUNT = "cash_journal", "bank_journal", "cash_count"
STATEMENT, TYPED = "bank_statement_line", "bank_reconciliation"
JOURNALS = {CASH: "account", BANK: "account_no"}
"""Journal to the column that names its accounts."""


@dataclass(frozen=True)
class MoneyDays:
    """Journals of cash and bank over some days, and cash as it was counted."""

    balances: pl.DataFrame
    """``journal`` and the columns of ``sync.books.cash.balances``."""
    days: pl.DataFrame
    """``journal`` and the columns of ``journal_days``."""
    counts: pl.DataFrame
    """The columns of ``cash_counts``."""
    not_counted: pl.DataFrame
    """``account`` and ``date``."""


@dataclass(frozen=True)
class BankMonth:
    """One account at the end of a month, with the school's own reconciliation where both are there."""

    found: Reconciliation
    account_kind: str
    typed: Reconciliation | None = None


def rows_or_none(books: Bookkeeping, register_id: str) -> pl.DataFrame:
    """Return the rows in the books of a register, no rows where it is not in use."""
    rows = books.rows(register_id)
    return empty_frame(register_of(register_id)) if rows is None else rows


def money_days(books: Bookkeeping, since: date, until: date, accounts: Sequence[str] = ()) -> MoneyDays:
    """Return the journals from one day to another, of some accounts or of all of them."""
    wanted = pl.lit(value=True) if not accounts else pl.col("account").is_in(accounts)
    days = {
        journal: journal_days(rows_or_none(books, journal), column).filter(wanted)
        for journal, column in JOURNALS.items()
    }
    counts = rows_or_none(books, COUNT).filter(wanted)
    within = pl.col("date").is_between(since, until)
    return MoneyDays(
        pl.concat(_of(journal, balances(each, since, until)) for journal, each in days.items()),
        pl.concat(_of(journal, each.filter(within)) for journal, each in days.items()),
        cash_counts(days[CASH], counts).filter(within),
        not_counted(days[CASH], counts, books.facts.today).filter(within),
    )


def _of(journal: str, days: pl.DataFrame) -> pl.DataFrame:
    return days.select(pl.lit(journal).alias("journal"), pl.all())


def bank_months(books: Bookkeeping, period: str, accounts: Sequence[str] = ()) -> list[BankMonth]:
    """Return the reconciliation of every account, or of some, at the end of a month."""
    wanted = pl.lit(value=True) if not accounts else pl.col("account_no").is_in(accounts)
    journal, statement, typed = (rows_or_none(books, each).filter(wanted) for each in (BANK, STATEMENT, TYPED))
    days = int(books.facts.number("bank_match_days"))
    kinds = dict(journal.sort("date").select("account_no", "account_kind").iter_rows())
    own = set(typed.filter(pl.col("period") == period)["account_no"])
    return [
        BankMonth(
            each,
            kinds.get(each.account_no, ""),
            typed_reconciliation(journal, typed, each.account_no, period) if each.account_no in own else None,
        )
        for each in reconciliations(journal, statement, typed, period, days)
    ]
