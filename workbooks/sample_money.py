"""Purchase requests and invoices of the sample school: those that its receipts and asset cards rest on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from workbooks.sample_assets import CARDS
from workbooks.sample_food import FOOD_RECEIPTS
from workbooks.sample_requests import LIBRARY_RECEIPTS
from workbooks.sample_stock import AUTUMN_RECEIPTS, NOVEMBER_RECEIPTS
from workbooks.sample_tables import Row

BUYER = "青山实验学校"
_DEALER = "青山科教设备公司"
_DEPARTMENTS = {"ST": ("食堂", "李建平"), "TS": ("图书", "朱慧")}
"""Prefix of a document to the department that asks, and its applicant."""

_BOUGHT = [
    row
    for row in (*AUTUMN_RECEIPTS, *NOVEMBER_RECEIPTS, *FOOD_RECEIPTS, *LIBRARY_RECEIPTS)
    if row and row["receipt_kind"] == "采购入库"
]


def _request(number: str) -> Row:
    """Return the approved request for what is bought in a month."""
    month = number.rpartition("-")[0][-6:]
    dept, applicant = _DEPARTMENTS.get(number.partition("-")[0], ("总务处", "李建平"))
    first = date(int(month[:4]), int(month[4:]), 1)
    return {
        "doc_no": number,
        "doc_date": first,
        "line_no": 1,
        "dept": dept,
        "applicant": applicant,
        "item_desc": f"{month[4:].lstrip('0')}月常用物品",
        "unit": "次",
        "qty": 1,
        "est_price": "4800.0000",
        "est_amount": "4800.00",
        "reason": "补充库存",
        "procure_form": "零星采购",
        "head_approver": "周明远",
        "approve_date": first,
        "status": "完成",
    }


def _invoice(number: str, rows: Iterable[Row], amount: str, day: str, seller: str) -> Row:
    """Return the invoice that some receipts or cards name."""
    lines = list(rows)
    dated = date.fromisoformat(str(lines[0][day]))
    total = sum((Decimal(str(line[amount])) for line in lines), Decimal(0))
    return {
        "doc_date": dated,
        "invoice_kind": "数电票(普通)" if len(number) == 20 else "增值税普通发票",
        "invoice_code": None if len(number) == 20 else "099001800104",
        "invoice_no": number,
        "invoice_date": dated,
        "seller_name": str(lines[0].get("supplier_code") or seller),
        "buyer_name": BUYER,
        "total": total,
        "goods_amount": total,
        "content": "物品" if len(number) == 20 else "设备和家具",
        "handler": "李建平",
        "witness": "谢芳",
    }


def _by_invoice(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        if number := row.get("invoice_no"):
            found.setdefault(str(number), []).append(row)
    return found


def _numbered(invoices: Iterable[Row]) -> list[Row]:
    """Return invoices with numbers that run through each month."""
    used: Counter[str] = Counter()
    numbered = []
    for invoice in invoices:
        month = f"{invoice['doc_date']:%Y%m}"
        used[month] += 1
        numbered.append({"doc_no": f"BX-{month}-{used[month]:04d}", **invoice})
    return numbered


REQUESTS: list[Row] = [_request(number) for number in sorted({str(row["purchase_no"]) for row in _BOUGHT})]
INVOICES: list[Row] = _numbered(
    [
        *(
            _invoice(number, rows, "original_value", "acquire_date", _DEALER)
            for number, rows in _by_invoice(CARDS).items()
        ),
        *(_invoice(number, rows, "amount", "doc_date", _DEALER) for number, rows in _by_invoice(_BOUGHT).items()),
    ]
)
