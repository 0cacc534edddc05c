"""Row rules of the eight registers: a row that breaks each, and one that keeps it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from register_frames import breaks, day, facts, frame

from schemas.register import all_registers

Row = dict[str, Any]

FOOD = {"item_code.nature": "食品", "receipt_kind": "采购入库", "qty": 5}

CASES: list[tuple[str, str, Row, Row]] = [
    ("staff_roster", "PER-02", {"id_no": "110105194912310021"}, {"id_no": "11010519491231002X"}),
    ("staff_roster", "PER-03", {"role_codes": "ACCOUNTANT、CASHIER"}, {"role_codes": "CASHIER、CUSTODIAN"}),
    ("staff_roster", "PER-04", {"role_codes": "CUSTODIAN、PRINCIPAL"}, {"role_codes": "CUSTODIAN、LEADER"}),
    (
        "staff_roster",
        "DATE-ORDER",
        {"on_date": day("09-01"), "off_date": day("09-01")},
        {"on_date": day("09-01"), "off_date": day("09-02")},
    ),
    (
        "location",
        "LOC-02",
        {"keeper": "T01", "keeper.off_date": day("11-22")},
        {"keeper": "T01", "keeper.off_date": day("11-23")},
    ),
    ("item_catalogue", "ITM-03", {"nature": "食品"}, {"nature": "食品", "is_fresh": True}),
    (
        "item_catalogue",
        "ITM-04",
        {"nature": "低值耐用品", "ref_price": "1000"},
        {"nature": "低值耐用品", "ref_price": "999.9999"},
    ),
    (
        "item_catalogue",
        "ITM-05",
        {"item_code": "BG0001", "category": "清洁"},
        {"item_code": "BG0001", "category": "办公用品"},
    ),
    (
        "item_catalogue",
        "ITM-05",
        {"item_code": "ZZ0001", "category": "其他"},
        {"item_code": "QT0001", "category": "其他"},
    ),
    (
        "item_catalogue",
        "UNIT-INTEGER",
        {"base_unit": "千克", "unit_is_integer": True},
        {"base_unit": "包", "unit_is_integer": True},
    ),
    ("item_catalogue", "NUM-RANGE", {"min_stock": 10, "max_stock": 9}, {"min_stock": 10, "max_stock": 10}),
    (
        "item_catalogue",
        "ROOM-NOT-WAREHOUSE",
        {"default_warehouse.is_warehouse": False},
        {"default_warehouse.is_warehouse": True},
    ),
    (
        "unit_conversion",
        "UNIT-SAME",
        {"alt_unit": "盒", "item_code.base_unit": "盒"},
        {"alt_unit": "箱", "item_code.base_unit": "盒"},
    ),
    (
        "unit_conversion",
        "QTY-INT",
        {"factor": "12.5", "item_code.base_unit": "盒", "item_code.unit_is_integer": True},
        {"factor": "12.5", "item_code.base_unit": "千克", "item_code.unit_is_integer": False},
    ),
    ("requisition", "REQ-01", {"applicant": "T01", "approver": "T01"}, {"applicant": "T01", "approver": "T02"}),
    ("requisition", "REQ-02", {"qty": 5, "approved_qty": 6}, {"qty": 5, "approved_qty": 5}),
    (
        "requisition",
        "REQ-03",
        {"status": "已批", "approver": "T02"},
        {"status": "已批", "approver": "T02", "approve_date": day("11-02")},
    ),
    ("requisition", "REQ-03", {"status": "部分出库"}, {"status": "待批"}),
    (
        "requisition",
        "REQ-04",
        {"supply_kind": "班级用品", "applicant": "T01", "applicant.role_codes": "TEACHER"},
        {"supply_kind": "班级用品", "applicant": "T01", "applicant.role_codes": "CLASS_TEACHER、TEACHER"},
    ),
    (
        "requisition",
        "REQ-04",
        {"supply_kind": "教师办公用品", "applicant": "T01"},
        {"supply_kind": "教师办公用品", "applicant": "T01", "applicant.role_codes": "ROOM_HEAD"},
    ),
    (
        "requisition",
        "ROLE-MISMATCH",
        {"approver": "T02", "approver.role_codes": "TEACHER"},
        {"approver": "T02", "approver.role_codes": "GA_HEAD"},
    ),
    (
        "requisition",
        "X-09",
        {"doc_date": day("11-02"), "approve_date": day("11-01")},
        {"doc_date": day("11-02"), "approve_date": day("11-02")},
    ),
    ("stock_receipt", "RCP-02", {"buyer": "T01", "inspector": "T01"}, {"buyer": "T01", "inspector": "T02"}),
    ("stock_receipt", "RCP-02", {"inspector": "T02", "keeper": "T02"}, {"inspector": "T02", "keeper": "T03"}),
    (
        "stock_receipt",
        "RCP-03",
        {"qty": 3, "unit_price": "12.50", "amount": "38.00"},
        {"qty": 3, "unit_price": "12.50", "amount": "37.50"},
    ),
    (
        "stock_receipt",
        "RCP-03",
        {"qty": 3000, "unit_price": "3.3333", "amount": "10000.06"},
        {"qty": 3000, "unit_price": "3.3333", "amount": "10000.05"},
    ),
    (
        "stock_receipt",
        "RCP-04",
        {"receipt_kind": "采购入库", "doc_date": day("11-22"), "expire_date": day("11-21")},
        {"receipt_kind": "采购入库", "doc_date": day("11-22"), "expire_date": day("11-22")},
    ),
    (
        "stock_receipt",
        "RCP-05",
        {
            "receipt_kind": "采购入库",
            "doc_date": day("11-01"),
            "expire_date": day("11-30"),
            "item_code.shelf_life_days": 90,
        },
        {
            "receipt_kind": "采购入库",
            "doc_date": day("11-01"),
            "expire_date": day("12-01"),
            "item_code.shelf_life_days": 90,
        },
    ),
    ("stock_receipt", "RCP-06", {"qty": -1}, {"qty": -1, "ref_doc": "RK-202611-0001"}),
    ("stock_receipt", "RCP-10", {"receipt_kind": "盘盈入库"}, {"receipt_kind": "自制入库"}),
    (
        "stock_receipt",
        "NEG-NOT-ALLOWED",
        {"receipt_kind": "采购入库", "qty": -1},
        {"receipt_kind": "红字入库", "qty": -1},
    ),
    ("stock_receipt", "NEG-REQUIRED", {"receipt_kind": "红字入库", "qty": 1}, {"receipt_kind": "采购入库", "qty": 1}),
    (
        "stock_receipt",
        "NUM-RANGE",
        {"receipt_kind": "采购入库", "unit_price": 0},
        {"receipt_kind": "捐赠入库", "unit_price": 0},
    ),
    ("stock_receipt", "ROOM-NOT-WAREHOUSE", {"warehouse.is_warehouse": False}, {"warehouse.is_warehouse": True}),
    (
        "stock_receipt",
        "SPEC-MISMATCH",
        {"spec": "A4 80g", "item_code.spec": "A4 70g"},
        {"spec": "a4 70g", "item_code.spec": "A4 70G"},
    ),
    (
        "stock_receipt",
        "ROLE-MISMATCH",
        {"keeper": "T03", "keeper.role_codes": "TEACHER"},
        {"keeper": "T03", "keeper.role_codes": "CUSTODIAN"},
    ),
    (
        "stock_receipt",
        "SUP-01",
        {"receipt_kind": "采购入库", "supplier_code.status": "暂停"},
        {"receipt_kind": "采购入库", "supplier_code.status": "合格", "supplier_code.supply_kind": "办公"},
    ),
    (
        "stock_receipt",
        "SUP-01",
        {
            "receipt_kind": "采购入库",
            "doc_date": day("11-02"),
            "supplier_code.status": "合格",
            "supplier_code.licence_valid_to": day("11-01"),
        },
        {
            "receipt_kind": "采购入库",
            "doc_date": day("11-02"),
            "supplier_code.status": "合格",
            "supplier_code.licence_valid_to": day("11-02"),
        },
    ),
    (
        "stock_receipt",
        "SUP-01",
        {"receipt_kind": "采购入库", "supplier_code.status": "合格", "supplier_code.supply_kind": "食品"},
        {
            "receipt_kind": "采购入库",
            "supplier_code.status": "合格",
            "supplier_code.supply_kind": "食品",
            "supplier_code.licence_kind": "食品经营许可证",
            "supplier_code.licence_no": "JY13301000000001",
        },
    ),
    (
        "stock_receipt",
        "SUP-02",
        {"receipt_kind": "采购入库", "doc_date": day("11-01"), "supplier_code.licence_valid_to": day("12-01")},
        {"receipt_kind": "采购入库", "doc_date": day("11-01"), "supplier_code.licence_valid_to": day("12-02")},
    ),
    ("stock_issue", "ISS-02", {"signed": False}, {"signed": True}),
    ("stock_issue", "ISS-03", {"approver": "T01", "collector": "T01"}, {"approver": "T02", "collector": "T01"}),
    ("stock_issue", "ISS-04", {"keeper": "T01", "collector": "T01"}, {"keeper": "T03", "collector": "T01"}),
    ("stock_issue", "ISS-09", {"approver": "T03", "keeper": "T03"}, {"approver": "T02", "keeper": "T03"}),
    ("stock_issue", "ISS-10", {"issue_kind": "盘亏出库"}, {"issue_kind": "报废出库"}),
    (
        "stock_issue",
        "ISS-12",
        {"collector_role": "班主任", "collector": "T01", "collector.role_codes": "TEACHER"},
        {"collector_role": "班主任", "collector": "T01", "collector.role_codes": "CLASS_TEACHER"},
    ),
    (
        "stock_issue",
        "ISS-12",
        {"collector_role": "年级组长", "collector": "T01"},
        {"collector_role": "个人", "collector": "T01"},
    ),
    (
        "stock_issue",
        "ROLE-MISMATCH",
        {"approver": "T02", "approver.role_codes": "TEACHER"},
        {"approver": "T02", "approver.role_codes": "LEADER、PRINCIPAL"},
    ),
    ("stock_issue", "ROOM-NOT-WAREHOUSE", {"warehouse.is_warehouse": False}, {"warehouse.is_warehouse": True}),
    ("stock_issue", "NEG-NOT-ALLOWED", {"issue_kind": "领用", "qty": -1}, {"issue_kind": "红字出库", "qty": -1}),
    ("stock_issue", "NEG-REQUIRED", {"issue_kind": "红字出库", "qty": 1}, {"issue_kind": "领用", "qty": 1}),
    (
        "stock_issue",
        "CODE-PATTERN",
        {"issue_kind": "报废出库", "ref_doc": "CK-202611-0001"},
        {"issue_kind": "报废出库", "ref_doc": "ST-BF-202611-0001"},
    ),
]


@pytest.mark.parametrize(
    ("register", "code", "broken", "kept"), CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_rule_separates_right_from_wrong(register: str, code: str, broken: Row, kept: Row) -> None:
    """The first row breaks the rule, the second keeps it, and a row of blanks breaks nothing."""
    assert breaks(register, code, broken)
    assert not breaks(register, code, kept)
    assert not breaks(register, code, {})


EMPTY: list[tuple[str, Row, Row]] = [
    ("supplier_code", {"receipt_kind": "采购入库"}, {"receipt_kind": "捐赠入库"}),
    ("supplier_code", {"receipt_kind": "红字入库"}, {"receipt_kind": "红字入库", "supplier_code": "GYS0001"}),
    ("batch_no", FOOD, {**FOOD, "item_code.is_fresh": True}),
    ("batch_no", {**FOOD, "item_code.nature": "药品"}, {**FOOD, "production_date": day("11-01")}),
    ("batch_no", FOOD, {**FOOD, "batch_no": "B20261101"}),
    (
        "production_date",
        {**FOOD, "item_code.shelf_life_days": 90},
        {**FOOD, "item_code.shelf_life_days": 90, "expire_date": day("12-01")},
    ),
    ("production_date", {**FOOD, "item_code.shelf_life_days": 90}, FOOD),
    (
        "expire_date",
        {**FOOD, "item_code.nature": "药品"},
        {**FOOD, "item_code.nature": "药品", "expire_date": day("12-01")},
    ),
]


@pytest.mark.parametrize(("column", "broken", "kept"), EMPTY)
def test_receipt_needs_what_its_goods_need(column: str, broken: Row, kept: Row) -> None:
    """Supplier, batch, production date and last day are required under their conditions only."""
    assert breaks("stock_receipt", "REQ-EMPTY", broken, at=column)
    assert not breaks("stock_receipt", "REQ-EMPTY", kept, at=column)


CONDITIONS: list[tuple[str, str, Row, bool]] = [
    ("item_catalogue", "hazard_class", {"nature": "危险品"}, True),
    ("item_catalogue", "hazard_class", {"category": "消毒消杀"}, True),
    ("item_catalogue", "hazard_class", {"nature": "易耗品", "category": "清洁"}, False),
    ("stock_receipt", "ref_doc", {"receipt_kind": "红字入库"}, True),
    ("stock_receipt", "ref_doc", {"receipt_kind": "采购入库"}, False),
    ("stock_issue", "for_class", {"collector_role": "班主任"}, True),
    ("stock_issue", "for_class", {"collector_role": "室长"}, False),
    *(("stock_issue", "ref_doc", {"issue_kind": kind}, True) for kind in ("红字出库", "报废出库", "赔偿出库")),
    ("stock_issue", "ref_doc", {"issue_kind": "领用"}, False),
]


@pytest.mark.parametrize(("register", "column", "row", "needed"), CONDITIONS)
def test_column_is_required_under_its_condition(register: str, column: str, row: Row, needed: bool) -> None:  # noqa: FBT001 - a column of the table
    """A column of the kind “R when …” is required exactly when the condition holds."""
    condition = all_registers()[register].column(column).required_when
    assert condition is not None
    assert frame(register, [row]).select(condition().fill_null(value=False)).item() is needed


def test_supplier_rules_rest_while_suppliers_are_not_registered() -> None:
    """A missing supplier is only an error where the supplier register is in use."""
    rules = [rule for rule in all_registers()["stock_receipt"].row_rules if rule.at == "supplier_code"]
    assert rules
    assert all(rule.needs == ("supplier_register",) for rule in rules)


def test_keeper_may_inspect_where_the_school_allows_it() -> None:
    """The parameter allow_inspector_is_keeper relaxes one half of RCP-02."""
    row = {"buyer": "T01", "inspector": "T02", "keeper": "T02"}
    assert breaks("stock_receipt", "RCP-02", row)
    assert not breaks("stock_receipt", "RCP-02", row, allow_inspector_is_keeper=True)


def test_requisition_is_asked_for_where_the_school_demands_it() -> None:
    """ISS-11 needs the parameter, the kind 领用, and a department that is not exempt."""
    row = {"issue_kind": "领用", "dept": "ST"}
    assert not breaks("stock_issue", "ISS-11", row)
    assert breaks("stock_issue", "ISS-11", row, requisition_required="是")
    assert not breaks("stock_issue", "ISS-11", {**row, "requisition_no": "SL-202611-0001"}, requisition_required="是")
    assert not breaks("stock_issue", "ISS-11", {**row, "issue_kind": "食堂领料"}, requisition_required="是")
    exempt = {"requisition_required": "是", "requisition_exempt_depts": "ZW，ST"}
    assert not breaks("stock_issue", "ISS-11", row, **exempt)


def test_threshold_of_assets_is_a_parameter() -> None:
    """ITM-04 follows capitalisation_threshold."""
    row = {"nature": "易耗品", "ref_price": "800"}
    assert not breaks("item_catalogue", "ITM-04", row)
    assert breaks("item_catalogue", "ITM-04", row, capitalisation_threshold=Decimal("800.00"))


def test_expired_goods_may_go_back_to_the_supplier() -> None:
    """RCP-04 and the batch rules are about what comes in."""
    back = {"receipt_kind": "红字入库", "qty": -5, "doc_date": day("11-22"), "expire_date": day("11-01")}
    assert not breaks("stock_receipt", "RCP-04", back)
    assert not breaks("stock_receipt", "REQ-EMPTY", {**back, "item_code.nature": "食品"}, at="batch_no")


def test_blank_last_day_is_production_day_plus_shelf_life() -> None:
    """The production day is day 0: 30 days from 1 November is 1 December."""
    receipt = all_registers()["stock_receipt"]
    row = frame("stock_receipt", [{"production_date": day("11-01")}])
    known = row.with_columns(pl.lit(30, pl.Int64).alias("item_code.shelf_life_days"))
    assert receipt.fill_wants == ("item_code.shelf_life_days",)
    assert known.select(receipt.fills["expire_date"](facts())).item() == day("12-01")
