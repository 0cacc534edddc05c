"""The agreements of papers: invoices with the goods that came, payments with the journals (票账)."""

from __future__ import annotations

import polars as pl

from schemas.findings import Text
from sync.books.agreements import (
    BOOKS,
    HELD,
    MONEY,
    UNBILLED,
    Agreement,
    Kept,
    Sides,
    documents,
    in_month,
    rows_of,
    side,
)
from sync.books.differences import fen
from sync.books.periods import BANK_BOOK

INVOICES, RECEIPTS, CARDS = "invoice_reimbursement", "stock_receipt", "fixed_asset_card"
_BY_TREASURY = "国库集中支付"


def _goods(kept: Kept, month: str) -> Sides | Text:
    """Compare the goods of every invoice of a month with the receipts and asset cards that name it (X-04).

    A card of goods that came through the store, because a receipt of fixed assets has the invoice too,
    or because the card names the receipt, is the same goods once more.
    """
    invoices = in_month(rows_of(kept, INVOICES), month, "doc_date").filter(fen("goods_amount") != 0)
    number = pl.col("invoice_no")
    bills = side(invoices, number, value=fen("goods_amount"))
    if invoices.is_empty():
        return Sides(bills, bills)
    receipts = rows_of(kept, RECEIPTS).join(invoices, on="invoice_no", how="semi")
    assets = rows_of(kept, "item_catalogue").filter(pl.col("nature") == "固定资产")
    stored = receipts.join(assets, on="item_code", how="semi").select("invoice_no").unique()
    cards = rows_of(kept, CARDS).join(invoices, on="invoice_no", how="semi").join(stored, on="invoice_no", how="anti")
    named = receipts["doc_no"].unique().to_list()
    if named:
        cards = cards.filter(~pl.col("remark").fill_null("").str.contains_any(named))
    came = pl.concat(
        [
            receipts.select(number, fen("amount").alias("amount")),
            cards.select(number, fen("original_value").alias("amount")),
        ]
    )
    return Sides(bills, side(came, number, value=pl.col("amount")))


def _receipts(kept: Kept, month: str) -> pl.DataFrame:
    """Return the purchases of a month that name no invoice, and those that are held back with one."""
    rows = in_month(rows_of(kept, RECEIPTS), month, "doc_date")
    unbilled = rows.filter(pl.col("invoice_no").is_null() & (pl.col("receipt_kind") == "采购入库"))
    held = kept.held(RECEIPTS).drop_nulls("invoice_no")
    number = pl.col("doc_no")
    return pl.concat(
        [
            documents(held, number, fen("amount"), HELD, of=pl.col("invoice_no")),
            documents(unbilled, number, fen("amount"), UNBILLED),
        ]
    )


def _payments(kept: Kept, month: str) -> Sides:
    """Compare what was paid under each voucher or settlement number with the journal line that has it (X-06).

    What the treasury paid directly need not be in a journal of the school.
    """
    paid = in_month(rows_of(kept, INVOICES).filter(pl.col("pay_ref").is_not_null()), month, "pay_date")
    lines = _journal_lines(kept).join(paid.select("pay_ref").unique(), on="pay_ref", how="semi")
    booked = lines.group_by("pay_ref").agg(pl.col("amount").sum())
    direct = (pl.col("pay_way") == _BY_TREASURY).fill_null(value=False)
    due = pl.concat(
        [
            paid.filter(~direct),
            paid.filter(direct).join(booked, on="pay_ref", how="semi"),
        ]
    )
    return Sides(
        side(due, pl.col("pay_ref"), value=fen("pay_amount")),
        side(booked.join(due, on="pay_ref", how="semi"), pl.col("pay_ref"), value=pl.col("amount")),
    )


def _journal_lines(kept: Kept) -> pl.DataFrame:
    """Return what went out in both journals, once under each number of its line."""
    out = (fen("expense") - fen("income")).alias("amount")
    cash, bank = rows_of(kept, "cash_journal"), rows_of(kept, "bank_journal")
    by_settlement = bank.filter(
        pl.col("settle_no").is_not_null() & pl.col("settle_no").ne_missing(pl.col("voucher_no"))
    )
    parts = [
        cash.select(pl.col("voucher_no").alias("pay_ref"), out),
        bank.select(pl.col("voucher_no").alias("pay_ref"), out),
        by_settlement.select(pl.col("settle_no").str.to_uppercase().alias("pay_ref"), out),
    ]
    return pl.concat(parts).drop_nulls("pay_ref")


PAPER_AGREEMENTS = (
    Agreement(
        501,
        "invoice-goods",
        BOOKS,
        "票账",
        Text("发票货物与入库", "Invoices and goods"),
        "发票货物金额",
        "入库单和资产卡片",
        (INVOICES, RECEIPTS, CARDS, "item_catalogue"),
        _goods,
        _receipts,
        code="X-04",
    ),
    Agreement(
        502,
        "payments-journal",
        MONEY,
        "票账",
        Text("付款与日记账", "Payments and journals"),
        "发票实付金额",
        "银行、现金日记账",
        (INVOICES, "cash_journal", "bank_journal"),
        _payments,
        code="X-06",
        book=BANK_BOOK,
    ),
)
