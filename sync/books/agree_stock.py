"""The agreements of the stock book: with the documents, and with the general ledger."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled
from schemas.findings import Text
from schemas.periods import as_posted, last_day_of
from schemas.register import all_registers
from schemas.stock_adjustments import adjustments_in_force
from sync.books.agree_ledger import accounts_of, closing_of, month_of_ledger, total_as
from sync.books.agreements import (
    BOOKED,
    BOOKS,
    HELD,
    STOCK,
    Agreement,
    Kept,
    Sides,
    documents,
    side,
)
from sync.books.close import PLACE
from sync.books.differences import fen
from sync.books.periods import STOCK_BOOK
from sync.books.quantities import balances, movements
from sync.books.summary import stock_balances

_RECEIPT = "stock_receipt"


def stock_at_end(kept: Kept, month: str) -> pl.DataFrame:
    """Return every item and warehouse with ``qty`` and ``amount`` at the end of a month."""
    day = last_day_of(month)
    return stock_balances(kept.stock_on(day), day).select(
        *PLACE,
        scaled(pl.col("quantity"), QTY_PLACES).alias("qty"),
        scaled(pl.col("value"), MONEY_PLACES).alias("amount"),
    )


def _against_ledger(kept: Kept, month: str) -> Sides | Text:
    """Compare the worth of all goods with the account of stock (X-47)."""
    accounts = month_of_ledger(kept, month)
    if isinstance(accounts, Text):
        return accounts
    codes = accounts_of(kept, "gl_stock_account")
    name = "、".join(codes)
    ledger = int(closing_of(accounts, codes)["value"].sum())
    return Sides(total_as(name, _of_month(kept, month, "close_amount")), total_as(name, ledger))


def _of_month(kept: Kept, month: str, column: str) -> int:
    """Return the sum of an amount of the month summary in fen."""
    lines = kept.stock_summary.filter(pl.col("period") == month)
    return int(lines.select(scaled(pl.col(column), MONEY_PLACES).sum()).item())


def _documents(kept: Kept, month: str) -> pl.DataFrame:
    """Return the receipts up to the end of a month, all issues of the month as one, and receipts that are held back.

    Finance books what was issued once a month; receipts by their invoices.
    """
    number, until = pl.col("doc_no"), pl.col("doc_date") <= last_day_of(month)
    issues = pl.DataFrame({"doc_no": [f"{month} 出库合计"], "amount": [-_of_month(kept, month, "out_amount")]})
    received = kept.rows(_RECEIPT)
    parts = [documents(issues, number, pl.col("amount"), BOOKED)]
    if received is not None:
        parts.append(documents(received.filter(until), number, fen("amount"), BOOKED))
        parts.append(documents(kept.held(_RECEIPT).filter(until), number, -fen("amount"), HELD))
    return pl.concat(parts)


def _against_documents(kept: Kept, month: str) -> Sides:
    """Compare the quantities of the book with the sum of all documents since it was opened, item by item."""
    stock = stock_at_end(kept, month)
    posting = all_registers()
    found = {name: as_posted(rows) for name, rows in kept.stock_rows.items() if posting[name].stock is not None}
    moves = balances(movements(posting, found), last_day_of(month))
    items = stock.select("item_code").unique()
    approved = adjustments_in_force(kept.books, items).filter(pl.col("doc_date") <= last_day_of(month))
    where = (pl.col("item_code"), pl.col("warehouse"))
    papers = pl.concat(
        [
            moves.select(*PLACE, scaled(pl.col("quantity"), QTY_PLACES).alias("qty")),
            approved.select(*PLACE, pl.col("effect").alias("qty")),
        ]
    )
    return Sides(side(stock, *where, qty=pl.col("qty")), side(papers, *where, qty=pl.col("qty")))


STOCK_AGREEMENTS = (
    Agreement(
        102,
        "stock-documents",
        STOCK,
        "账账",
        Text("库存账与单据", "Stock book and documents"),
        STOCK_BOOK,
        "入库、出库、调拨单据",
        ("item_catalogue",),
        _against_documents,
        book=STOCK_BOOK,
        asked_only=True,
    ),
    Agreement(
        103,
        "stock-ledger",
        BOOKS,
        "台账-GL",
        Text("库存账与总账", "Stock book and general ledger"),
        STOCK_BOOK,
        "总账科目余额",
        ("item_catalogue", "gl_balance"),
        _against_ledger,
        _documents,
        code="X-47",
        book=STOCK_BOOK,
    ),
)
