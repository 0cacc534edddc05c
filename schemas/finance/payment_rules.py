"""The rules between paid invoices and the journals: what was paid stands there, once and with the same amount."""

from __future__ import annotations

import polars as pl

from schemas.finance.fee_columns import month_of
from schemas.finance.journals import BANK, CASH
from schemas.rules import Books, Effect, cross_rule

REGISTER = "invoice_reimbursement"
_DAYS_APART = 31
"""Days between a payment and a line with its settlement number: numbers of cheques come again."""
_PAYMENT = ["pay_ref", "month"]


class PaymentRules:
    """Rules between ``InvoiceReimbursement`` and the journals of cash and bank."""

    @cross_rule(
        "X-06",
        "W",
        at="pay_amount",
        zh="付款与日记账不符：付款凭证 {pay_ref} 的发票共付 {paid}，日记账支出 {booked}",
        en="payment and journal differ: invoices of {pay_ref} come to {paid}, the journal has {booked}",
        hint_zh="请核对实付金额、付款凭证和日记账",
        hint_en="check the amounts, the voucher and the journal",
        needs=(CASH, BANK),
        effect=Effect.AGREEMENT,
    )
    def differs_from_the_journal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """All invoices that one payment covers together; told at the last of them."""
        both = _payments(rows, books).join(_booked(rows, books), on=_PAYMENT, how="inner")
        found = both.filter(pl.col("paid") != pl.col("booked")).join(rows, on="_id", how="semi")
        return found.select("_id", "paid", "booked")

    @cross_rule(
        "X-06",
        "W",
        at="pay_ref",
        zh="付款与日记账不符：{pay_date} 付款，日记账没有凭证号或结算号 {pay_ref}",
        en="paid on {pay_date}, and no journal has a voucher or settlement {pay_ref}",
        hint_zh="请登记日记账，或更正付款凭证",
        hint_en="enter it in the journal, or correct the voucher",
        needs=(CASH, BANK),
        effect=Effect.COMPLETENESS,
    )
    def not_in_a_journal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told when the month of the payment is over: until then vouchers may still be numbered."""
        missing = _payments(rows, books).join(_booked(rows, books), on=_PAYMENT, how="anti")
        over = missing.filter(pl.col("month") < pl.lit(books.facts.today.strftime("%Y-%m")))
        return over.join(rows, on="_id", how="semi").select("_id")


def _paid(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.drop_nulls(["pay_ref", "pay_date"]).with_columns(month_of("pay_date").alias("month"))


def _payments(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return ``paid`` by voucher and month, and the ``_id`` of its last invoice; vouchers begin anew every month."""
    invoices = _paid(books.rows(REGISTER, _paid(rows).select("pay_ref").unique()))
    ordered = invoices.sort("pay_date", "doc_no", "invoice_no")
    return ordered.group_by(_PAYMENT).agg(pl.col("_id").last(), pl.col("pay_amount").sum().alias("paid"))


def _booked(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return ``booked`` by payment: what the lines with its voucher or settlement number paid out."""
    asked = _paid(rows).select("pay_ref", "month", "pay_date").unique()
    spent = (pl.col("expense").fill_null(0) - pl.col("income").fill_null(0)).alias("booked")
    found = []
    for journal, account in ((CASH, "account"), (BANK, "account_no")):
        lines = books.rows(journal).select(
            *(pl.lit(journal).alias("journal"), pl.col(account).alias("account"), "year", "seq", "date", spent),
            "voucher_no",
            _number("settle_no") if journal == BANK else pl.lit(None, pl.String).alias("settle_no"),
        )
        by_voucher = asked.join(lines.drop("settle_no"), left_on="pay_ref", right_on="voucher_no")
        by_settlement = asked.join(lines.drop("voucher_no"), left_on="pay_ref", right_on="settle_no")
        found += [
            by_voucher.filter(month_of("date") == pl.col("month")),
            by_settlement.filter((pl.col("date") - pl.col("pay_date")).dt.total_days().abs() <= _DAYS_APART),
        ]
    line = ["journal", "account", "year", "seq"]
    once = pl.concat(found).unique([*_PAYMENT, *line])
    return once.group_by(_PAYMENT).agg(pl.col("booked").sum())


def _number(name: str) -> pl.Expr:
    """Return a text as a code is kept: upper case, without spaces."""
    return pl.col(name).str.replace_all(r"\s", "").str.to_uppercase().alias(name)
