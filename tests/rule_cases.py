"""The table of rule cases: for every code lines that provoke it and lines that pass, in otherwise right workbooks.

A case adds its own lines to the sheets of a school in which everything else is right. Lines that only
prepare a case (an item, its stock, a requisition) are right themselves: nothing may be said about them.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.rule_lines import (
    USUAL,
    Line,
    asked,
    conversion,
    department,
    food,
    goods,
    issued,
    received,
    room,
    staff,
)


@dataclass(frozen=True)
class Case:
    """One rule at one column: lines in which exactly some cells are wrong, and lines in which nothing is."""

    code: str
    severity: str
    """E or W."""
    at: str
    """Column of the cell that the finding stands at."""
    wrong: tuple[Line, ...]
    right: tuple[Line, ...]
    small: str = ""
    """Severity in a small unit, where it is another one; ``-`` where nothing is said there."""
    before: tuple[Line, ...] = ()
    """What the same workbooks said in an earlier run; what ``wrong`` and ``right`` do not replace stays."""
    marked: tuple[int, ...] = (-1,)
    """Which of the wrong lines carry the finding."""
    also: tuple[tuple[str, str, str], ...] = ()
    """(code, severity, column) of what DOMAIN.md says about the same row besides."""

    @property
    def register(self) -> str:
        """Return the register of the cell."""
        return self.wrong[self.marked[0]].register

    @property
    def name(self) -> str:
        """Return a short name for the report of the tests."""
        return f"{self.code}-{self.register}-{self.at}"


def people_cases() -> list[Case]:
    """Return the cases of staff, departments and rooms."""
    twice, first, second = staff(), staff(id_no="11010519491231002X"), staff(id_no="11010519491231002X")
    year, closed = department(), department()
    doubled = room()
    return [
        Case("PER-01", "E", "staff_no", (twice, twice.but(name="员工甲")), (staff(), staff()), marked=(0, 1)),
        Case("PER-01", "E", "id_no", (first, second), (staff(id_no="440524188001010014"),)),
        Case("PER-02", "E", "id_no", (staff(id_no="110105194912310021"),), (staff(id_no="34052419800101001X"),)),
        Case(
            "PER-03",
            "E",
            "role_codes",
            (staff(role_codes="CASHIER、ACCOUNTANT"),),
            (staff(role_codes="CASHIER"), staff(role_codes="ACCOUNTANT", employment="外聘")),
        ),
        Case("PER-04", "W", "role_codes", (staff(role_codes="保管员、总务主任"),), (staff(role_codes="保管员、教师"),)),
        Case(
            "PER-05",
            "E",
            "applicant",
            (asked(USUAL, dept="ZW", applicant="陈静"),),
            (asked(USUAL, dept="JW", applicant="陈静"), asked(USUAL, dept="ZW", applicant="T010")),
        ),
        Case(
            "DATE-ORDER",
            "E",
            "off_date",
            (staff(on_date="2026-03-01", off_date="2026-03-01"),),
            (staff(on_date="2026-03-01", off_date="2026-03-02"),),
        ),
        Case(
            "DEP-01",
            "E",
            "dept_name",
            (year, department(dept_name=year.cells["dept_name"])),
            (closed, department(dept_name=closed.cells["dept_name"], active="否")),
        ),
        Case("LOC-01", "E", "room_code", (doubled, doubled.but(floor=2)), (room(), room()), marked=(0, 1)),
        Case("LOC-02", "W", "keeper", (room(keeper="何平"),), (room(keeper="周梅"), room(keeper="周梅"))),
    ]


def item_cases() -> list[Case]:
    """Return the cases of items."""
    twice, named, varied = goods(), goods(spec="A4"), goods(spec="大")
    moved, unmoved, counted, uncounted = goods(), goods(), goods(), goods(base_unit="千克", unit_is_integer="否")
    return [
        Case("ITM-01", "E", "item_code", (twice, twice.but(spec="大")), (goods(), goods()), marked=(0, 1)),
        Case(
            "ITM-01",
            "E",
            "item_name",
            (named, goods(item_name=named.cells["item_name"], spec="A4")),
            (varied, goods(item_name=varied.cells["item_name"], spec="小")),
        ),
        Case(
            "ITM-02",
            "E",
            "base_unit",
            (moved.but(base_unit="盒"),),
            (unmoved.but(base_unit="盒"),),
            before=(moved, received(moved), unmoved),
        ),
        Case(
            "ITM-02",
            "E",
            "unit_is_integer",
            (counted.but(unit_is_integer="否"),),
            (uncounted.but(base_unit="个", unit_is_integer="是"),),
            before=(counted, received(counted), uncounted),
            also=(("UNIT-INTEGER", "W", "unit_is_integer"),),
        ),
        Case(
            "ITM-03",
            "E",
            "shelf_life_days",
            (food(shelf_life_days=None),),
            (food(), food(shelf_life_days=None, is_fresh="是")),
        ),
        Case(
            "ITM-04",
            "W",
            "ref_price",
            (goods(ref_price="1000.00"),),
            (goods(ref_price="999.99"), goods(nature="固定资产", ref_price="1000.00")),
        ),
        Case("ITM-05", "E", "category", (goods("BG", "清洁"),), (goods("BG", "办公用品"),)),
        Case(
            "UNIT-INTEGER",
            "W",
            "unit_is_integer",
            (goods(base_unit="千克", unit_is_integer="是"),),
            (goods(base_unit="千克", unit_is_integer="否"),),
        ),
        Case(
            "NUM-RANGE",
            "E",
            "max_stock",
            (goods(min_stock="10", max_stock="9.999"),),
            (goods(min_stock="10", max_stock="10"),),
        ),
        Case(
            "ROOM-NOT-WAREHOUSE",
            "E",
            "default_warehouse",
            (goods(default_warehouse="A-301"),),
            (goods(default_warehouse="总务仓库"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "hazard_class",
            (goods("XD", "消毒消杀"),),
            (goods("XD", "消毒消杀", hazard_class="消毒消杀"),),
        ),
    ]


def unit_cases() -> list[Case]:
    """Return the cases of conversions, of units and of whole numbers."""
    plain, heavy, boxed, used, free = goods(), goods(base_unit="千克", unit_is_integer="否"), goods(), goods(), goods()
    used_factor, free_factor = conversion(used), conversion(free)
    return [
        Case("UNIT-SAME", "E", "alt_unit", (plain, conversion(plain, alt_unit="个")), (conversion(plain),)),
        Case(
            "QTY-INT",
            "E",
            "factor",
            (conversion(plain, alt_unit="盒", factor="2.5"),),
            (heavy, conversion(heavy, alt_unit="袋", factor="2.5")),
        ),
        Case(
            "UOM-02",
            "E",
            "factor",
            (used_factor.but(factor="6"),),
            (free_factor.but(factor="6"), used_factor.but(factor="6", valid_from="2026-11-03")),
            before=(used, used_factor, received(used, 2, "10.00", unit="箱"), free, free_factor, received(free)),
        ),
        *(
            Case("UOM-01", "E", "unit", (wrong,), (right,))
            for wrong, right in (
                (asked(USUAL, 1, unit="袋"), asked(USUAL, 1, unit="箱")),
                (received(USUAL, 2, "10.00", unit="袋"), received(USUAL, 2, "10.00", unit="箱")),
                (issued(USUAL, 2, unit="袋"), issued(USUAL, 2, unit="箱")),
            )
        ),
        Case(
            "QTY-INT",
            "E",
            "qty",
            (boxed, conversion(boxed), received(boxed), issued(boxed, "0.5", unit="箱")),
            (issued(USUAL, "0.2", unit="箱"),),
        ),
        Case("QTY-INT", "E", "qty", (received(USUAL, "1.5"),), (received(USUAL, "0.2", "10.00", unit="箱"),)),
        Case(
            "QTY-INT",
            "E",
            "approved_qty",
            (asked(USUAL, 4, approved_qty="2.5"),),
            (asked(USUAL, 1, unit="箱", approved_qty="0.4"),),
        ),
    ]


def request_cases() -> list[Case]:
    """Return the cases of requisitions."""
    line = asked(USUAL)
    parts = asked(USUAL)
    second = goods()
    return [
        Case("REQ-01", "E", "approver", (asked(USUAL, applicant="T001", dept="ZW"),), (asked(USUAL),), small="W"),
        Case("REQ-02", "E", "approved_qty", (asked(USUAL, 4, approved_qty=5),), (asked(USUAL, 4, approved_qty=4),)),
        Case(
            "REQ-03",
            "E",
            "approver",
            (asked(USUAL, approver=None),),
            (asked(USUAL, approver=None, approve_date=None, status="待批"),),
        ),
        Case("REQ-03", "E", "approve_date", (asked(USUAL, approve_date=None),), (asked(USUAL, status="部分出库"),)),
        Case(
            "REQ-04",
            "W",
            "applicant",
            (asked(USUAL, supply_kind="班级用品"),),
            (asked(USUAL, supply_kind="班级用品", dept="JW", applicant="周梅"), asked(USUAL, supply_kind="科室用品")),
        ),
        Case(
            "REQ-04",
            "W",
            "applicant",
            (asked(USUAL, supply_kind="教师办公用品", dept="JW", applicant="周梅"),),
            tuple(asked(USUAL, supply_kind="教师办公用品", dept="JW", applicant=who) for who in ("吴刚", "郑洁")),
        ),
        Case(
            "REQ-05",
            "E",
            "item_code",
            (line, line.but(line_no=2)),
            (second, parts, parts.but(line_no=2, item_code=second.item)),
        ),
        Case("ROLE-MISMATCH", "W", "approver", (asked(USUAL, approver="周梅"),), (asked(USUAL, approver="钱进"),)),
        Case(
            "X-09",
            "E",
            "approve_date",
            (asked(USUAL, approve_date="2026-11-01"),),
            (asked(USUAL, approve_date="2026-11-02"),),
        ),
    ]
