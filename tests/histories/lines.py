"""Rows as clerks write them: right in themselves, each with a mark of its own by which it is known again."""

from __future__ import annotations

from random import Random

from tests.histories.files import Row, Sheets
from tests.sync.school import STAFF as PEOPLE

MASTER = "ZW/人员.xlsx"
CATALOGUE = "ZW/基础资料.xlsx"
MASTERS = ("item_catalogue", "supplier_register")
VOID = "作废"

STAFF: Sheets = {
    "department": [
        {"dept_code": code, "dept_name": name, "active": "是"} for code, name in (("ZW", "总务处"), ("ST", "食堂"))
    ],
    "staff_roster": PEOPLE,
    "location": [
        {"room_code": "CK01", "room_name": "总务仓库", "room_type": "仓库", "keeper": "王芳", "is_warehouse": "是"}
    ],
}

KEYS = {
    "department": ("dept_code",),
    "staff_roster": ("staff_no",),
    "location": ("room_code",),
    "item_catalogue": ("item_code",),
    "supplier_register": ("supplier_code",),
    "requisition": ("doc_no", "line_no"),
    "annual_plan_task": ("plan_year", "month", "task_no"),
    "stock_receipt": ("doc_no", "line_no"),
}
MARKS = {"stock_receipt": "batch_no", "requisition": "purpose", "annual_plan_task": "task"}
"""Register to the column that names a line for good: no two lines have the same."""


def key_of(register: str, row: Row) -> tuple[str, ...]:
    """Return the business key of a row."""
    return tuple(row[name] for name in KEYS[register])


def item(number: int) -> Row:
    """Return an item of the catalogue."""
    named = {"item_code": f"QJ{number:04d}", "item_name": f"物品{number}", "base_unit": "把", "unit_is_integer": "是"}
    return named | {"category": "清洁", "nature": "易耗品", "active": "是"}


def supplier(number: int) -> Row:
    """Return a farmer, who needs no licence."""
    named = {"supplier_code": f"GYS{number:04d}", "supplier_name": f"农户{number}", "supply_kind": "食用农产品"}
    return named | {"contact": "老李", "phone": "13800000000", "address": "青山村", "status": "合格"}


def receipt(random: Random, document: int, line: int, item_number: int, supplier_number: int, mark: int) -> Row:
    """Return a line of a receipt."""
    qty = random.randint(1, 9)
    return {
        "doc_no": f"RK-202611-{document:04d}",
        "doc_date": f"2026-11-{random.randint(2, 6):02d}",
        "line_no": str(line),
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "supplier_code": f"GYS{supplier_number:04d}",
        "item_code": f"QJ{item_number:04d}",
        "unit": "把",
        "qty": str(qty),
        "unit_price": "8.50",
        "amount": f"{qty * 8.5:.2f}",
        "batch_no": f"T{mark}",
        "buyer": "赵强",
        "inspector": "李明",
        "keeper": "王芳",
    }


def requisition(random: Random, document: int, item_number: int, mark: int) -> Row:
    """Return a request that nobody has approved yet."""
    return {
        "doc_no": f"SL-202611-{document:04d}",
        "doc_date": "2026-11-02",
        "line_no": "1",
        "dept": "ST",
        "applicant": "孙丽",
        "item_code": f"QJ{item_number:04d}",
        "unit": "把",
        "qty": str(random.randint(1, 9)),
        "purpose": f"用途{mark}",
        "status": "待批",
    }


def approved(row: Row) -> Row:
    """Return a request with its approval: a group of cells that belong together."""
    return {**row, "approver": "李明", "approve_date": "2026-11-03", "approved_qty": row["qty"], "status": "已批"}


def task(number: int, mark: int) -> Row:
    """Return a task of the plan that nobody has begun."""
    named = {"plan_year": "2026", "month": "12", "task_no": str(number), "task": f"任务{mark}", "dept": "ZW"}
    return named | {"status": "未开始"}


def amended(random: Random, register: str, row: Row) -> Row:
    """Return a row with other content under the same key."""
    if register == "stock_receipt":
        qty = random.randint(10, 99)
        return {**row, "qty": str(qty), "amount": f"{qty * 8.5:.2f}"}
    if register == "requisition" and row["status"] == "待批":
        return approved(row)
    if register == "supplier_register":
        return {**row, "contact": random.choice(("老王", "老张")), "phone": f"138{random.randint(0, 99999999):08d}"}
    if register == "annual_plan_task":
        return {**row, "status": random.choice(("进行中", "延期"))}
    return {**row, "remark": f"备注{random.randint(1, 99)}"}


def renumbered(register: str, row: Row, number: int) -> Row:
    """Return a row under another number."""
    if register == "stock_receipt":
        return {**row, "doc_no": f"RK-202611-{number:04d}"}
    if register == "requisition":
        return {**row, "doc_no": f"SL-202611-{number:04d}"}
    return {**row, "task_no": str(number)}


def corrected(row: Row) -> Row:
    """Return a receipt with the amount that its quantity and price give."""
    return {**row, "amount": f"{int(row['qty']) * 8.5:.2f}"}
