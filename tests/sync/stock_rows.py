"""Documents that move stock, as accepted rows, for tests of the stock book."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.register import all_registers
from sync.books.postings import postings
from tests.schemas.register_frames import frame

Row = tuple[str, Mapping[str, Any]]
"""Register and cells."""

ITEM, STORE = "BG0001", "CK01"


def receipt(day: date, qty: str, amount: str, doc: str, **cells: object) -> Row:
    """Return a line of goods received; other cells by name."""
    usual = {"line_no": 1, "warehouse": STORE, "item_code": ITEM, "receipt_kind": "采购入库"}
    price = f"{Decimal(amount) / Decimal(qty):.4f}"
    own = {"doc_no": doc, "doc_date": day, "qty": qty, "unit_price": price, "amount": amount}
    return "stock_receipt", usual | own | cells


def opening(day: date, qty: str, amount: str, doc: str, **cells: object) -> Row:
    """Return a line that opens the book of an item."""
    return receipt(day, qty, amount, doc, receipt_kind="期初建账", **cells)


def sent_back(day: date, qty: str, amount: str, doc: str, original: str, **cells: object) -> Row:
    """Return a line of goods sent back to the supplier; quantity and amount negative."""
    return receipt(day, qty, amount, doc, receipt_kind="红字入库", ref_doc=original, **cells)


def issue(day: date, qty: str, doc: str, **cells: object) -> Row:
    """Return a line of goods handed out."""
    usual = {"line_no": 1, "warehouse": STORE, "item_code": ITEM, "issue_kind": "领用", "dept": "JW"}
    return "stock_issue", usual | {"doc_no": doc, "doc_date": day, "qty": qty} | cells


def brought_back(day: date, qty: str, doc: str, original: str, **cells: object) -> Row:
    """Return a line of goods brought back to the store; the quantity is negative."""
    return issue(day, qty, doc, issue_kind="红字出库", ref_doc=original, **cells)


def transfer(day: date, qty: str, doc: str, places: tuple[str | None, str | None], **cells: object) -> Row:
    """Return a line of goods moved from one warehouse to another; None is a place that keeps no stock."""
    usual = {"line_no": 1, "item_code": ITEM, "kind": "仓库之间", "from_store": places[0], "to_store": places[1]}
    return "asset_transfer", usual | {"doc_no": doc, "doc_date": day, "qty": qty} | cells


def adjustment(day: date | None, difference: str, doc: str, **cells: object) -> Row:
    """Return a difference found in a count, approved on a day (None: not yet)."""
    usual = {"plan_no": "PD-2026-11", "sheet_no": "01", "line_no": 1, "room": STORE, "item_code": ITEM}
    own = {"diff_qty": difference, "approve_date": day, "adj_doc": doc, "suggestion": "调账"}
    return "stocktake_result", usual | own | cells


def in_books(rows: Sequence[Row]) -> dict[str, pl.DataFrame]:
    """Return rows by register."""
    registers = dict.fromkeys(register for register, _ in rows)
    return {name: frame(name, [cells for register, cells in rows if register == name]) for name in registers}


def posted(*rows: Row, open_from: date | None = None) -> pl.DataFrame:
    """Return the postings of rows."""
    return postings(all_registers(), in_books(rows), open_from)


def catalogue(valuation: str | None, ref_price: str | None = None, item: str = ITEM) -> pl.DataFrame:
    """Return the catalogue's row of an item."""
    return frame("item_catalogue", [{"item_code": item, "valuation": valuation, "ref_price": ref_price}])
