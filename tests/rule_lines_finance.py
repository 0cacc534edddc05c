"""Right rows of purchase requests, invoices, budgets and closed months for the rule cases."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal

from tests.rule_lines import Line

_numbers: Counter[str] = Counter()


def _next(register: str) -> int:
    _numbers[register] += 1
    return _numbers[register]


def requested(price: object = "100.00", qty: object = 1, **cells: object) -> Line:
    """Return a request of 孙丽 of 2 November for a service, waiting for approval."""
    plain = {
        "doc_no": f"SQ-202611-{_next('purchase_request'):04d}",
        "doc_date": "2026-11-02",
        "line_no": 1,
        "dept": "ST",
        "applicant": "孙丽",
        "item_desc": "维修服务",
        "unit": "次",
        "qty": qty,
        "est_price": price,
        "est_amount": f"{Decimal(str(qty)) * Decimal(str(price)):.2f}",
        "reason": "日常工作",
        "procure_form": "零星采购",
        "status": "待审",
    }
    return Line("purchase_request", plain | cells)


def allowed(price: object = "100.00", qty: object = 1, **cells: object) -> Line:
    """Return a request that the principal approved on the next day."""
    approval = {"head_approver": "钱进", "approve_date": "2026-11-03", "status": "已批"}
    return requested(price, qty, **{**approval, **cells})


def of_item(item: Line, **cells: object) -> dict[str, object]:
    """Return the cells of a request for an item, in 个."""
    return {"item_code": item.item, "item_desc": "用品", "unit": "个", **cells}


def billed(total: object = "100.00", **cells: object) -> Line:
    """Return an invoice of 5 November to the school, handed in on the 10th by 赵强; numbers are not consecutive."""
    number = _next("invoice_reimbursement")
    plain = {
        "doc_no": f"BX-202611-{number:04d}",
        "doc_date": "2026-11-10",
        "invoice_kind": "数电票(普通)",
        "invoice_no": f"2633200000{number * 10:010d}",
        "invoice_date": "2026-11-05",
        "seller_name": "便民日用杂品店",
        "buyer_name": "青山小学",
        "total": total,
        "content": "办公用品",
        "handler": "赵强",
        "witness": "孙丽",
    }
    return Line("invoice_reimbursement", plain | cells)


def paid(total: object = "100.00", **cells: object) -> Line:
    """Return an invoice that was verified, signed on 12 November and paid by transfer on the 13th."""
    payment = {
        "verify_result": "真",
        "verify_date": "2026-11-11",
        "form_ok": "是",
        "accountant": "王芳",
        "head_approver": "钱进",
        "approve_date": "2026-11-12",
        "pay_way": "银行转账",
        "pay_amount": total,
        "pay_ref": "PZ-0001",
        "pay_date": "2026-11-13",
    }
    return billed(total, **{**payment, **cells})


def budget(year: object, code: str = "30201", amount: object = "1000.00", **cells: object) -> tuple[Line, Line]:
    """Return a budget line of a fiscal year, and the income that balances it."""
    plain = {"budget_year": year, "budget_kind": "财政年度", "budget_name": "办公费", "amount": amount}
    state = {"revision": 0, "approved_by": "教财〔2025〕3号"}
    both = (("支出", code), ("收入", f"4{code}"))
    expense, income = (
        Line("budget_line", plain | state | {"direction": way, "budget_code": each} | cells) for way, each in both
    )
    return expense, income


def closed(book: str, period: str, **cells: object) -> Line:
    """Return a month that 王芳 closed and the principal confirmed."""
    plain = {"book": book, "period": period, "status": "已结", "by": "王芳", "approver": "钱进", "open_items": 0}
    return Line("period_close", plain | cells)
