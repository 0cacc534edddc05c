"""The agreement of statements: what budget execution says was spent, with the general ledger (账表)."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, scaled
from schemas.findings import Text
from schemas.periods import first_day_of, last_day_of
from sync.books.agree_ledger import accounts_of, leaves, month_of_ledger
from sync.books.agreements import BOOKED, STATEMENTS, Agreement, Kept, Sides, documents, rows_of, side
from sync.books.budget import budget_at
from sync.books.differences import fen
from sync.books.periods import BUDGET_BOOK

PLANS, REQUESTS, INVOICES = "budget_line", "purchase_request", "invoice_reimbursement"
_ECONOMIC_CODE = r"(\d{5})$"
"""An account of expenses ends with the code of the economic classification (30201)."""


def _spent(kept: Kept, month: str) -> Sides | Text:
    """Compare what was spent of each budget item since January with the expense accounts of the ledger (X-48)."""
    accounts = month_of_ledger(kept, month)
    if isinstance(accounts, Text):
        return accounts
    own = leaves(
        accounts.filter(pl.any_horizontal(pl.col("account_code").str.starts_with(code) for code in _codes(kept)))
    )
    coded = own.with_columns(pl.col("account_code").str.extract(_ECONOMIC_CODE).alias("item"))
    if coded.drop_nulls("item").is_empty():
        named = "、".join(_codes(kept))
        return Text(
            f"{month} 的科目余额表没有 {named} 按经济分类的明细科目",
            f"the trial balance of {month} has no accounts by economic code below {named}",
        )
    done = budget_at(rows_of(kept, PLANS), rows_of(kept, REQUESTS), rows_of(kept, INVOICES), month)
    return Sides(
        side(done, pl.col("budget_code"), value=scaled(pl.col("spent"), MONEY_PLACES)),
        side(coded, pl.col("item"), value=pl.col("debit")),
    )


def _codes(kept: Kept) -> list[str]:
    return accounts_of(kept, "gl_expense_account")


def _payments(kept: Kept, month: str) -> pl.DataFrame:
    """Return what was paid since January, by budget item."""
    january = first_day_of(f"{month[:4]}-01")
    paid = rows_of(kept, INVOICES).filter(
        pl.col("pay_ref").is_not_null() & pl.col("pay_date").is_between(january, last_day_of(month))
    )
    return documents(paid, pl.col("doc_no"), fen("pay_amount"), BOOKED, of=pl.col("budget_code"))


BUDGET_AGREEMENTS = (
    Agreement(
        601,
        "budget-ledger",
        STATEMENTS,
        "账表",
        Text("预算执行与总账支出", "Budget execution and general ledger"),
        "预算执行",
        "总账科目余额",
        (PLANS, REQUESTS, INVOICES, "gl_balance"),
        _spent,
        _payments,
        code="X-48",
        book=BUDGET_BOOK,
    ),
)
