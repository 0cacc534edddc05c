"""The agreements of money: cash, bank and fees with what is there, with the ledger, and with what was passed on."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from schemas.books import empty_frame
from schemas.findings import Text
from schemas.periods import last_day_of
from schemas.register import all_registers
from sync.books.agree_ledger import accounts_of, closing_of, month_of_ledger, total_as
from sync.books.agreements import (
    BOOKED,
    BOOKS,
    MONEY,
    SIDE,
    Agreement,
    Kept,
    Sides,
    documents,
    in_month,
    rows_of,
    side,
)
from sync.books.bank import reconciliations
from sync.books.cash import cash_counts, journal_days
from sync.books.differences import fen
from sync.books.fees import fee_months
from sync.books.periods import BANK_BOOK, CASH_BOOK

CASH, BANK, COUNT = "cash_journal", "bank_journal", "cash_count"
STATEMENT, STATEMENT_LINES = "bank_reconciliation", "bank_statement_line"
FEES = ("fee_collection", "fee_refund", "fee_remittance")
_ZERO_BALANCE, _UNION = "零余额账户", "工会"
_FEES = "收费收入"


def balances_at_end(journal: pl.DataFrame, account: str, month: str) -> pl.DataFrame:
    """Return the last line of every account up to the end of a month, with its ``balance`` in fen."""
    until = journal.filter(pl.col("date") <= last_day_of(month)).sort("year", "seq")
    last = until.unique(account, keep="last", maintain_order=True)
    return last.with_columns(fen("balance").alias("balance"))


def _journal_documents(register: str) -> Callable[[Kept, str], pl.DataFrame]:
    """Return what gives the lines of a journal in a month, by voucher, else by document or number of the line."""
    line = pl.concat_str(pl.lit("序号"), pl.col("seq").cast(pl.String))

    def found(kept: Kept, month: str) -> pl.DataFrame:
        lines = in_month(rows_of(kept, register), month)
        return documents(lines, pl.coalesce("voucher_no", "ref_doc", line), fen("income") - fen("expense"), BOOKED)

    return found


def _cash_counted(kept: Kept, month: str) -> Sides | Text:
    """Compare every count of the month with the journal at the end of its day, after what was not entered yet."""
    counts = in_month(rows_of(kept, COUNT), month)
    if counts.is_empty():
        return Text(f"{month} 没有库存现金盘点", f"no cash was counted in {month}")
    at_end = cash_counts(journal_days(rows_of(kept, CASH), "account"), counts)
    where = (pl.col("account"), pl.col("date").dt.strftime("%Y-%m-%d"))
    book = fen("book") + fen("uncleared_in") - fen("uncleared_out")
    reasons = at_end.select(
        pl.concat_str(*where, separator=" ").alias("object"), pl.col("reason").cast(pl.String).alias("explanation")
    )
    return Sides(
        side(at_end, *where, value=book),
        side(at_end, *where, value=fen("counted")),
        reasons,
    )


def _cash_against_ledger(kept: Kept, month: str) -> Sides | Text:
    """Compare the balances of all cash accounts with the account of cash."""
    accounts = month_of_ledger(kept, month)
    if isinstance(accounts, Text):
        return accounts
    codes = accounts_of(kept, "gl_cash_account")
    total = int(balances_at_end(rows_of(kept, CASH), "account", month)["balance"].sum())
    return _totals("、".join(codes), total, int(closing_of(accounts, codes)["value"].sum()))


def _totals(name: str, left: int, right: int) -> Sides:
    return Sides(total_as(name, left), total_as(name, right))


def _bank_against_ledger(kept: Kept, month: str) -> Sides | Text:
    """Compare the balances of the bank accounts with the accounts of the ledger.

    A zero-balance account (零余额账户) has an account of its own; the union's money is not the school's.
    """
    accounts = month_of_ledger(kept, month)
    if isinstance(accounts, Text):
        return accounts
    balances = balances_at_end(rows_of(kept, BANK), "account_no", month)
    own = balances.filter(pl.col("account_kind") != _UNION)
    is_zero = pl.col("account_kind") == _ZERO_BALANCE
    parts = [
        (accounts_of(kept, "gl_bank_account"), own.filter(~is_zero)),
        (accounts_of(kept, "gl_zero_balance_account"), own.filter(is_zero)),
    ]
    both = [
        (total_as("、".join(codes), int(lines["balance"].sum())),
         total_as("、".join(codes), int(closing_of(accounts, codes)["value"].sum())))
        for codes, lines in parts
        if codes
    ]  # fmt: skip
    empty = pl.DataFrame(schema=SIDE)
    return Sides(pl.concat([empty, *(left for left, _ in both)]), pl.concat([empty, *(right for _, right in both)]))


def _bank_statement(kept: Kept, month: str) -> Sides | Text:
    """Compare journal and statement of every account after the items that only one of them has (余额调节)."""
    parts = (kept.rows(register) for register in (STATEMENT_LINES, STATEMENT))
    lines, typed = (
        empty_frame(all_registers()[name]) if rows is None else rows
        for name, rows in zip((STATEMENT_LINES, STATEMENT), parts, strict=True)
    )
    days = int(kept.facts.number("bank_match_days"))
    found = reconciliations(rows_of(kept, BANK), lines, typed, month, days)
    known = [each for each in found if each.difference is not None]
    if not known:
        return Text(
            f"没有 {month} 的银行对账单或余额调节表", f"there is no bank statement or reconciliation of {month}"
        )
    frame = pl.DataFrame(
        [(each.account_no, each.adj_book, each.adj_bank) for each in known],
        schema={"account_no": pl.String(), "book": pl.Int64(), "bank": pl.Int64()},
        orient="row",
    )
    account = pl.col("account_no")
    return Sides(
        side(frame, account, value=pl.col("book")),
        side(frame, account, value=pl.col("bank")),
        left_out=tuple(
            Text(
                f"{each.account_no} 没有 {month} 的对账单或余额调节表",
                f"{each.account_no} has no statement or reconciliation of {month}",
            )
            for each in found
            if each.difference is None
        ),
    )


def _fees_passed_on(kept: Kept, month: str) -> Sides | Text:
    """Compare, fee by fee, what was collected and not refunded with what was remitted and is still on hand.

    A month is compared once it is over: until then nobody has to have remitted anything.
    """
    if last_day_of(month) >= kept.facts.today:
        return Text(f"{month} 尚未结束", f"{month} is not over yet")
    fees = fee_months(*(rows_of(kept, name) for name in FEES)).filter(pl.col("month") == month)
    fee = pl.col("fee_code")
    return Sides(side(fees, fee, value=fen("due")), side(fees, fee, value=fen("remitted") + fen("on_hand")))


def _fees_in_cash(kept: Kept, month: str) -> Sides:
    """Compare the cash receipts of each day with the fees of the cash journal (X-22)."""
    day = pl.col("date").dt.strftime("%Y-%m-%d")
    cash = in_month(rows_of(kept, "fee_collection"), month).filter(pl.col("pay_way") == "现金")
    journal = in_month(rows_of(kept, CASH), month).filter(pl.col("kind") == _FEES)
    return Sides(side(cash, day, value=fen("amount")), side(journal, day, value=fen("income")))


def _fee_documents(kept: Kept, month: str) -> pl.DataFrame:
    """Return what was collected, refunded and remitted of each fee in a month."""
    fee = pl.col("fee_code")
    came = in_month(rows_of(kept, "fee_collection"), month)
    back = in_month(rows_of(kept, "fee_refund"), month)
    remitted = rows_of(kept, "fee_remittance").filter(pl.col("period") == month)
    return pl.concat(
        [
            documents(came, pl.col("receipt_no"), fen("amount"), BOOKED, of=fee),
            documents(back, pl.col("refund_no"), -fen("amount"), BOOKED, of=fee),
            documents(remitted, pl.col("remit_no"), -fen("amount"), BOOKED, of=fee),
        ]
    )


MONEY_AGREEMENTS = (
    Agreement(
        301,
        "cash-count",
        MONEY,
        "账款",
        Text("现金账与盘点", "Cash journal and count"),
        "现金日记账",
        "库存现金盘点",
        (CASH, COUNT),
        _cash_counted,
        _journal_documents(CASH),
        code="CCT-01",
        book=CASH_BOOK,
    ),
    Agreement(
        302,
        "cash-ledger",
        BOOKS,
        "账账",
        Text("现金账与总账", "Cash journal and general ledger"),
        "现金日记账",
        "总账科目余额",
        (CASH, "gl_balance"),
        _cash_against_ledger,
        _journal_documents(CASH),
        book=CASH_BOOK,
    ),
    Agreement(
        303,
        "bank-ledger",
        BOOKS,
        "账账",
        Text("银行账与总账", "Bank journal and general ledger"),
        "银行存款日记账",
        "总账科目余额",
        (BANK, "gl_balance"),
        _bank_against_ledger,
        _journal_documents(BANK),
        book=BANK_BOOK,
    ),
    Agreement(
        304,
        "bank-statement",
        MONEY,
        "账款",
        Text("银行账与对账单", "Bank journal and statement"),
        "银行存款日记账",
        "银行对账单",
        (BANK,),
        _bank_statement,
        _journal_documents(BANK),
        code="BRC-01",
        book=BANK_BOOK,
    ),
    Agreement(
        305,
        "fees-remitted",
        MONEY,
        "账款",
        Text("收费与上缴", "Fees collected and remitted"),
        "收费、退费登记",
        "银行上缴登记",
        FEES,
        _fees_passed_on,
        _fee_documents,
        code="RMT-01",
        book=BANK_BOOK,
    ),
    Agreement(
        306,
        "fees-cash",
        BOOKS,
        "账账",
        Text("现金收费与现金账", "Fees in cash and the journal"),
        "收费登记",
        "现金日记账",
        ("fee_collection", CASH),
        _fees_in_cash,
        code="X-22",
        book=CASH_BOOK,
    ),
)
