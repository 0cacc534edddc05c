"""The table of rule cases of students, of suppliers, and of receipts from them."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import USUAL, Line, received, seller, student

FIRM = {"supply_kind": "办公", "credit_code": "91110000600037341L"}
LICENCE = {"licence_kind": "食品经营许可证", "licence_no": "JY13301000000001", "licence_valid_to": "2027-05-31"}
FOOD = {"supply_kind": "食品", "credit_code": "91350100M000100Y43", **LICENCE}
SOON = seller(**{**LICENCE, "licence_valid_to": "2026-12-02"})


def bought(from_whom: Line, **cells: object) -> Line:
    """Return a purchase of 2 November from a supplier."""
    return received(USUAL, 1, supplier_code=from_whom.cells["supplier_code"], **cells)


def student_cases() -> list[Case]:
    """Return the cases of students."""
    twice = student()
    return [
        Case("STU-01", "E", "student_no", (twice, twice.but(name="学生甲")), (student(), student()), marked=(0, 1)),
        Case(
            "DATE-ORDER",
            "E",
            "out_date",
            (student(in_date="2023-09-01", out_date="2023-08-31"),),
            (student(in_date="2023-09-01", out_date="2023-09-01"),),
        ),
    ]


def supplier_cases() -> list[Case]:
    """Return the cases of suppliers."""
    first, second, named = seller(**FIRM), seller(**FIRM), seller()
    later = {**LICENCE, "licence_valid_to": "2026-12-23"}
    return [
        Case("SUP-02", "W", "licence_valid_to", (SOON,), (seller(**later),)),
        Case(
            "SUP-03",
            "E",
            "credit_code",
            (seller(credit_code="91110000600037341M"),),
            (seller(credit_code="91330106673959654P"),),
        ),
        Case("SUP-03", "E", "credit_code", (first, second), (seller(),)),
        Case(
            "NAME-DUP", "E", "supplier_name", (named, seller(supplier_name=named.cells["supplier_name"])), (seller(),)
        ),
        Case("REQ-EMPTY", "E", "credit_code", (seller(supply_kind="维修"),), (seller(),)),
        Case("REQ-EMPTY", "E", "licence_kind", (seller(**{**FOOD, "licence_kind": None}),), (seller(**FOOD),)),
        Case(
            "REQ-EMPTY",
            "E",
            "licence_no",
            (seller(licence_kind="营业执照"),),
            (seller(licence_kind="营业执照", licence_no="330106000012345"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "licence_valid_to",
            (seller(**{**LICENCE, "licence_valid_to": None}),),
            (seller(**{**LICENCE, "licence_kind": "其他", "licence_valid_to": None}),),
        ),
    ]


def purchase_cases() -> list[Case]:
    """Return the cases of receipts that look at their supplier."""
    paused, dropped = seller(status="暂停"), seller(status="淘汰")
    ended = seller(**{**LICENCE, "licence_valid_to": "2026-11-01"})
    return [
        Case("REQ-EMPTY", "E", "supplier_code", (received(USUAL, supplier_code=None),), (received(USUAL),)),
        Case("SUP-01", "E", "supplier_code", (paused, bought(paused)), (bought(paused, receipt_kind="捐赠入库"),)),
        Case("SUP-01", "E", "supplier_code", (dropped, bought(dropped)), (bought(dropped, receipt_kind="校外调入"),)),
        Case("SUP-01", "E", "supplier_code", (ended, bought(ended)), (bought(ended, receipt_kind="自制入库"),)),
        Case("SUP-02", "W", "supplier_code", (bought(SOON),), (bought(SOON, doc_date="2026-11-01"),)),
    ]
