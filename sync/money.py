"""The money books of a school from its ledger: cash by day, and bank accounts against their statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.finance.budget_checks import FISCAL_YEAR
from sync.books.bank import Reconciliation, reconciliations, typed_reconciliation
from sync.books.budget import budget_at, with_warnings
from sync.books.cash import balances, cash_counts, journal_days, not_counted
from sync.books.fees import fee_months
from sync.publish.model import MoneyLine

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping
    from sync.publish.model import Publication

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


def money_days(books: Bookkeeping, since: date, until: date, accounts: Sequence[str] = ()) -> MoneyDays:
    """Return the journals from one day to another, of some accounts or of all of them."""
    wanted = pl.lit(value=True) if not accounts else pl.col("account").is_in(accounts)
    days = {
        journal: journal_days(books.rows_or_none(journal), column).filter(wanted)
        for journal, column in JOURNALS.items()
    }
    counts = books.rows_or_none(COUNT).filter(wanted)
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
    journal, statement, typed = (books.rows_or_none(each).filter(wanted) for each in (BANK, STATEMENT, TYPED))
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


def fee_lines(books: Bookkeeping, month: str | None = None) -> pl.DataFrame:
    """Return the columns of ``fee_months`` with ``fee_name`` behind the code, of one month or of all."""
    lines = fee_months(*(books.rows_or_none(each) for each in ("fee_collection", "fee_refund", "fee_remittance")))
    names = books.rows_or_none("fee_item_catalogue").sort("valid_from").unique("fee_code", keep="last")
    named = lines.join(names.select("fee_code", "fee_name"), on="fee_code", how="left", maintain_order="left")
    wanted = named if month is None else named.filter(pl.col("month") == month)
    return wanted.select("fee_code", "fee_name", pl.exclude("fee_code", "fee_name"))


def budget_lines(books: Bookkeeping, period: str) -> list[dict[str, Any]]:
    """Return the rows of ``budget_at`` with ``budget_name``, ``points`` and ``warnings``, a list of codes."""
    registers = ("budget_line", "purchase_request", "invoice_reimbursement")
    plans, requests, invoices = (books.rows_or_none(each) for each in registers)
    own = plans.filter((pl.col("budget_kind") == FISCAL_YEAR) & (pl.col("budget_year") == period[:4]))
    names = dict(own.select("budget_code", "budget_name").iter_rows())
    judged = with_warnings(budget_at(plans, requests, invoices, period), books.facts.number("budget_pace_points"))
    codes = {"over": "BEX-01", "off_pace": "BEX-02"}
    lines = []
    for row in judged.to_dicts():
        found = [code for name, code in codes.items() if row.pop(name)]
        named = {"budget_code": row["budget_code"], "budget_name": names.get(row["budget_code"])}
        lines.append(named | row | {"warnings": found})
    return lines


def with_money(publication: Publication, books: Bookkeeping) -> Publication:
    """Return a publication with the accounts of cash and banks on its day."""
    today = publication.today
    found = money_days(books, today.replace(day=1), today)
    counts = cash_counts(
        journal_days(books.rows_or_none(CASH), JOURNALS[CASH]),
        books.rows_or_none(COUNT).filter(pl.col("date") <= today),
    )
    last = {row["account"]: row for row in counts.sort("date").iter_rows(named=True)}
    open_days = dict(found.not_counted.group_by("account").len().iter_rows())
    checked = _checked_months(books, today)
    lines = []
    for row in found.balances.iter_rows(named=True):
        money = (row["opening"], row["income"], row["expense"], row["balance"])
        if row["journal"] == CASH:
            count = last.get(row["account"])
            done = ("", None, None) if count is None else (f"{count['date']}", count["counted"], count["diff"])
            place = ("cash", row["account"], "", *money, done[0], done[1], open_days.get(row["account"], 0), done[2])
        else:
            month = checked[row["account"]]
            place = ("bank", row["account"], month.account_kind, *money, *_checked(month.found))
        lines.append(MoneyLine(*place))
    return replace(publication, money=lines)


def _checked_months(books: Bookkeeping, today: date) -> dict[str, BankMonth]:
    """Return each bank account in this month, or in the month before where this one has no statement yet."""
    before = today.replace(day=1) - timedelta(days=1)
    months = {each.found.account_no: each for each in bank_months(books, f"{before:%Y-%m}")}
    for each in bank_months(books, f"{today:%Y-%m}"):
        if each.found.bank is not None or each.found.account_no not in months:
            months[each.found.account_no] = each
    return months


def _checked(found: Reconciliation) -> tuple[str, Decimal | None, int, Decimal | None]:
    """Return how far it is checked, the bank's balance then, the number of outstanding items, and the difference."""
    if found.bank is None:
        return "", None, 0, None
    difference = None if found.difference is None else Decimal(found.difference).scaleb(-2)
    checked = found.period if found.statement_until is None else f"{found.statement_until}"
    return checked, Decimal(found.bank).scaleb(-2), len(found.items), difference
