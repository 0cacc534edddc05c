"""Right rows of the registers for the rule cases, each under a number of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

ROLES = {"GA_HEAD": ["T001"], "CUSTODIAN": ["T002"], "PRINCIPAL": ["T009"], "CASHIER": ["T013"]}
"""What houqin.toml grants in the school of the cases."""

PARAMETERS = {
    "requisition_required": "true",
    "requisition_exempt_depts": '"ZW、ST"',
    "cash_float_limit": "5000",
    "refund_min_leave_days": "3",
    "purchase_request_min": "3000",
    "school_names": '"青山小学食堂"',
    "school_tax_no": '"92990101MA90000012"',
}
"""Only the department JW has to hand in requisitions, and only great purchases are requested: no ISS-11, no X-03."""


@dataclass(frozen=True)
class Line:
    """One row of a workbook, and what is expected to be said about it."""

    register: str
    cells: Mapping[str, object]

    def but(self, **cells: object) -> Line:
        """Return the same row with other cells: its next version."""
        return Line(self.register, {**self.cells, **cells})

    @property
    def number(self) -> str:
        """Return the document number."""
        return str(self.cells["doc_no"])

    @property
    def item(self) -> str:
        """Return the item code."""
        return str(self.cells["item_code"])


_numbers: Counter[str] = Counter()


def _next(register: str) -> int:
    _numbers[register] += 1
    return _numbers[register]


def _money(qty: object, price: object) -> str:
    return f"{(Decimal(str(qty)) * Decimal(str(price))).quantize(Decimal('0.01'))}"


def staff(**cells: object) -> Line:
    """Return a teacher of the department JW."""
    number = _next("staff_roster")
    digits = "零一二三四五六七八九"
    plain = {
        "staff_no": f"S{number:03d}",
        "name": f"员{digits[number // 10]}{digits[number % 10]}",
        "dept": "JW",
        "post": "教师",
        "employment": "在编",
        "on_date": "2020-09-01",
        "is_food_handler": "否",
    }
    return Line("staff_roster", plain | cells)


def department(**cells: object) -> Line:
    """Return a department in use."""
    number = _next("department")
    return Line("department", {"dept_code": f"NJ{number}", "dept_name": f"年级{number}", "active": "是"} | cells)


def room(**cells: object) -> Line:
    """Return an office that 周梅 keeps."""
    number = _next("location")
    plain = {"room_code": f"B-{number:03d}", "room_name": f"办公室{number}", "room_type": "办公室", "keeper": "周梅"}
    return Line("location", plain | {"is_warehouse": "否"} | cells)


def goods(prefix: str = "QT", category: str = "其他", nature: str = "易耗品", **cells: object) -> Line:
    """Return an item of the catalogue, counted in 个."""
    number = _next("item_catalogue")
    plain = {"item_code": f"{prefix}{number:04d}", "item_name": f"用品{number}", "base_unit": "个"}
    kind = {"unit_is_integer": "是", "category": category, "nature": nature, "active": "是"}
    return Line("item_catalogue", plain | kind | cells)


def food(**cells: object) -> Line:
    """Return packed food that keeps for 180 days."""
    return goods("SP", "食品", "食品", **{"shelf_life_days": 180, **cells})


def medicine(**cells: object) -> Line:
    """Return a medicine."""
    return goods("YP", "药品", "药品", **cells)


def conversion(item: Line, **cells: object) -> Line:
    """Return 1 箱 = 5 个 of an item since the beginning of the year."""
    plain = {"item_code": item.item, "alt_unit": "箱", "factor": "5", "valid_from": "2026-01-01"}
    return Line("unit_conversion", plain | cells)


def student(**cells: object) -> Line:
    """Return a pupil of class 1 of year 3."""
    number = _next("student_roster")
    plain = {"student_no": f"20230{number:03d}", "name": "学生", "class_code": "G3C1", "head_teacher": "周梅"}
    return Line("student_roster", plain | {"stage": "小学", "is_boarder": "否", "in_date": "2023-09-01"} | cells)


def seller(**cells: object) -> Line:
    """Return a farmer, who needs neither a licence nor a credit code."""
    number = _next("supplier_register")
    plain = {"supplier_code": f"GYS{number:04d}", "supplier_name": f"农户{number}", "supply_kind": "食用农产品"}
    place = {"contact": "老李", "phone": "13800000000", "address": "青山村", "status": "合格"}
    return Line("supplier_register", plain | place | cells)


def asked(item: Line, qty: object = 4, **cells: object) -> Line:
    """Return an approved requisition of the canteen."""
    plain = {
        "doc_no": f"SL-202611-{_next('requisition'):04d}",
        "doc_date": "2026-11-02",
        "line_no": 1,
        "dept": "ST",
        "applicant": "孙丽",
        "item_code": item.item,
        "unit": "个",
        "qty": qty,
        "purpose": "日常工作",
        "approver": "李明",
        "approve_date": "2026-11-03",
        "status": "已批",
    }
    return Line("requisition", plain | cells)


def received(item: Line, qty: object = 10, price: object = "2.00", **cells: object) -> Line:
    """Return a purchase of 10 at 2.00 on 2 November."""
    plain = {
        "doc_no": f"RK-202611-{_next('stock_receipt'):04d}",
        "doc_date": "2026-11-02",
        "line_no": 1,
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "supplier_code": "GYS0900",
        "item_code": item.item,
        "unit": "个",
        "qty": qty,
        "unit_price": price,
        "amount": _money(qty, price),
        "buyer": "赵强",
        "inspector": "李明",
        "keeper": "王芳",
    }
    return Line("stock_receipt", plain | cells)


def sent_back(original: Line, qty: object, **cells: object) -> Line:
    """Return goods of a receipt on their way back to the supplier, on 4 November."""
    item = Line("item_catalogue", {"item_code": original.item})
    red = {"receipt_kind": "红字入库", "ref_doc": original.number, "doc_date": "2026-11-04"}
    return received(item, qty, **{**red, **cells})


def issued(item: Line, qty: object = 4, **cells: object) -> Line:
    """Return an issue of 4 to 孙丽 of the canteen on 5 November."""
    plain = {
        "doc_no": f"CK-202611-{_next('stock_issue'):04d}",
        "doc_date": "2026-11-05",
        "line_no": 1,
        "warehouse": "CK01",
        "issue_kind": "领用",
        "dept": "ST",
        "collector": "孙丽",
        "collector_role": "个人",
        "item_code": item.item,
        "unit": "个",
        "qty": qty,
        "approver": "李明",
        "keeper": "王芳",
        "signed": "是",
    }
    return Line("stock_issue", plain | cells)


def brought_back(original: Line, qty: object, **cells: object) -> Line:
    """Return what the canteen brings back of an issue, on 6 November."""
    item = Line("item_catalogue", {"item_code": original.item})
    red = {"issue_kind": "红字出库", "ref_doc": original.number, "doc_date": "2026-11-06"}
    return issued(item, qty, **{**red, **cells})


PAPERS = {
    "doc_no": "BX-202609-0001",
    "doc_date": "2026-09-20",
    "invoice_kind": "数电票(普通)",
    "invoice_no": "26332000000900000010",
    "invoice_date": "2026-09-16",
    "seller_name": "青山文体商行",
    "buyer_name": "青山小学",
    "total": "35000.00",
    "content": "设备和家具",
    "handler": "赵强",
    "witness": "孙丽",
}
"""The invoice of what was bought; it does not say which part of it was goods."""


def resolved(**cells: object) -> Line:
    """Return a decision of the leaders of 1 November in favour, by three votes of three."""
    plain = {
        "decision_no": f"JC-2026-{_next('collective_decision') + 100}",
        "meeting_date": "2026-11-01",
        "topic": "资产处置和采购",
        "attendees": "钱进、李明、王芳",
        "agree": 3,
        "oppose": 0,
        "abstain": 0,
        "result": "通过",
        "minutes_ref": "会议纪要2026-1号",
    }
    return Line("collective_decision", plain | cells)


STAFF = tuple(
    staff(staff_no=number, name=name, dept=dept, post=post, **cells)
    for number, name, dept, post, cells in (
        ("T001", "李明", "ZW", "总务主任", {}),
        ("T002", "王芳", "ZW", "保管员", {}),
        ("T003", "赵强", "ST", "采买员", {"role_codes": "BUYER"}),
        ("T004", "孙丽", "ST", "炊事员", {"role_codes": "COOK"}),
        ("T005", "周梅", "JW", "班主任", {"role_codes": "CLASS_TEACHER、TEACHER"}),
        ("T006", "吴刚", "JW", "年级组长", {"role_codes": "GRADE_HEAD"}),
        ("T007", "郑洁", "JW", "室长", {"role_codes": "ROOM_HEAD"}),
        ("T008", "何平", "JW", "教师", {"off_date": "2026-10-31"}),
        ("T009", "钱进", "JW", "校长", {}),
        ("T010", "陈静", "ST", "炊事员", {}),
        ("T011", "陈静", "JW", "教师", {}),
        ("T013", "林芳", "JW", "出纳", {}),
    )
)
USUAL = goods(item_code="QT0900", item_name="常备用品")
"""An item with plenty of stock, for lines whose stock does not matter."""
OFF = goods(item_code="QT0901", item_name="停用物品", active="否")
MASTER = (
    department(dept_code="ZW", dept_name="总务处", head="李明"),
    department(dept_code="ST", dept_name="食堂", head="陈静"),
    department(dept_code="JW", dept_name="教务处", head="钱进"),
    department(dept_code="DY", dept_name="德育处", active="否"),
    staff(staff_no="T012", name="冯远", dept="德育处", off_date="2026-07-01"),
    *STAFF,
    room(room_code="CK01", room_name="总务仓库", room_type="仓库", keeper="王芳", is_warehouse="是"),
    room(room_code="A-301", room_name="三年级(1)班教室", room_type="普通教室"),
    USUAL,
    OFF,
    conversion(USUAL),
    student(),
    seller(supplier_code="GYS0900", supplier_name="青山文体商行"),
    received(USUAL, 1000, doc_date="2026-11-01", receipt_kind="期初建账"),
    resolved(decision_no="JC-2026-001", meeting_date="2026-10-01"),
    Line("invoice_reimbursement", PAPERS),
)
"""What every case stands on; right in every respect."""

_DESK = goods(item_code="QT0904", item_name="讲台", nature="固定资产")
WOULD_BREAK = {
    "fixed_asset_card": (_DESK, received(_DESK, 1, "900.00", doc_date="2026-10-20")),
}
"""Register to rows that are right only as long as the program does not know it."""
