from __future__ import annotations

from datetime import date
from decimal import Decimal

from schemas.parse import Reading
from schemas.take import take
from schemas.values import Grid
from tests.samples.kinds import SampleKinds
from tests.samples.sheets import TODAY, at, codes

HEADER: list[object] = [
    *("样例单号", "序次", "登记日期", "取样时间", "班级", "用途"),
    *("单位", "数量", "单价", "金额", "登记人", "备注"),
]
REGISTERS = {SampleKinds.id: SampleKinds}


def workbook(*rows: list[object]) -> list[Grid]:
    """Return a sheet as schools keep it: title, meta line, header, rows."""
    titles: list[list[object]] = [["实验小学2026年11月样例登记表"], ["部门：总务处　　时间：2026年11月"]]
    lines = [*titles, HEADER, *rows]
    cells = [[*line, *[None] * (len(HEADER) - len(line))] for line in lines]
    return [Grid("台账.xlsx", "样例登记", cells)]  # type: ignore[arg-type]


def test_a_sheet_of_a_school_becomes_a_typed_table() -> None:
    """From title to typed row: month of the title, unit of the row, spellings of people."""
    row = ["yl-202611-0001", 1.0, "11月22日", at("2026-11-22 11:30"), "三（1）班", "领 用", "KG", "3斤", 2, 3, "张 三"]
    (table,) = take(workbook(row), REGISTERS, "台账.xlsx", Reading(TODAY)).tables
    taken = table.frame.row(0, named=True)
    assert taken["_row"] == 4
    assert taken["doc_no"] == "YL-202611-0001"
    assert taken["doc_date"] == date(2026, 11, 22)
    assert taken["taken_at"] == at("2026-11-22 11:30")
    assert (taken["class_code"], taken["way"], taken["unit"]) == ("G3C1", "领用", "千克")
    assert (taken["qty"], taken["amount"]) == (Decimal("1.5"), Decimal(3))
    assert table.period == "2026-11"
    assert codes(table) == [("C4", "W", "DATE-NOYEAR"), ("E4", "W", "CLASS-ALIAS"), ("H4", "W", "UOM-CONVERTED")]


def test_sheets_that_are_no_register_are_reported() -> None:
    """What is not read is said, in the findings of the workbook."""
    other = Grid("台账.xlsx", "通讯录", [["姓名", "电话"], ["张三", 1]])
    taken = take([*workbook(["YL-202611-0001"]), other], REGISTERS, "台账.xlsx", Reading(TODAY))
    assert len(taken.tables) == 1
    assert [(found.code, found.sheet) for found in taken.findings] == [("SHEET-IGNORED", "通讯录")]
    assert {found.code for found in taken.all_findings()} == {"SHEET-IGNORED", "REQ-EMPTY"}
