"""Workbooks as clerks leave them: raw cells and whole sheets written as files, read through ``houqin validate``."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from schemas.check import PROPOSED
from schemas.findings import Finding
from schemas.register import EXTRA_REGISTERS, Register, all_registers
from schemas.values import cell_name
from sync.commands.validate import document
from sync.plan import Plan
from sync.preview import preview_alone
from tests.sync import school
from workbooks.pool import ReaderPool
from workbooks.taking import TakenFile

TODAY = date(2026, 11, 22)
"""The import day of DOMAIN.md 6.6."""

TITLE = "青山小学2026年11月{title}"
"""Title row of the sheets: it names the sheet period of DOMAIN.md 6.6."""

HEADER_ROW = 3
"""Worksheet row of the headers; the rows of data follow."""

IDS = (
    *(f"D{number:02}" for number in range(1, 20)),
    *(f"N{number:02}" for number in range(1, 24)),
    *(f"C{number:02}" for number in range(1, 14)),
    *(f"S{number:02}" for number in range(1, 36)),
)
"""The 90 dirty inputs of DOMAIN.md 6.6."""


class _Held:
    """What a case wants where its row is held back."""

    def __repr__(self) -> str:
        return "HELD"


HELD = _Held()


@dataclass(frozen=True)
class Raw:
    """One cell as it lies in the file, where its bare value does not say it all."""

    value: object
    """A stored value; of a formula its stored result, ``None`` where it has none."""
    number_format: str | int = ""
    """As Excel writes it, or the number of a built-in one."""
    formula: str = ""
    struck: bool = False
    red: bool = False
    note: str = ""


@dataclass(frozen=True, eq=False)
class Case:
    """One spelling in one cell, and what the field's document wants of it."""

    id: str
    register: str
    column: str
    raw: object
    wanted: object
    """The typed value, or ``HELD``."""
    code: str = ""
    """Severity letter and code of the finding at the cell, empty for none."""
    row: Mapping[str, object] = field(default_factory=dict)
    """What the other cells of the row say differently."""
    above: Sequence[Mapping[str, object]] = ()
    """Rows above it in the same sheet, each said by what differs."""

    def __str__(self) -> str:
        return f"{self.id}-{self.column}-{self.raw!r}"


@dataclass(frozen=True)
class Seen:
    """What ``houqin validate`` says about one row and one of its cells."""

    accepted: bool
    value: object
    codes: tuple[str, ...]
    """``W DATE-CN`` … at the cell."""
    errors: tuple[str, ...]
    """Codes of severity error anywhere in the row."""
    messages: tuple[str, ...]


# ---------------------------------------------------------------- rows


def sample(number: int, **cells: object) -> dict[str, object]:
    """Return a row of the register that has every kind of column."""
    return {
        "doc_no": f"YL-202611-{number:04d}",
        "line_no": 1,
        "doc_date": "2026-11-02",
        "taken_at": "2026-11-02 11:30",
        "unit": "把",
        "qty": 3,
    } | cells


def requisition(number: int, **cells: object) -> dict[str, object]:
    """Return a line in which the canteen asks for brooms."""
    return {
        "doc_no": f"SL-202611-{number:04d}",
        "doc_date": "2026-11-03",
        "line_no": 1,
        "dept": "ST",
        "applicant": "孙丽",
        "item_code": "QJ0001",
        "unit": "把",
        "qty": 4,
        "purpose": "大扫除",
        "status": "待批",
    } | cells


def person(number: int, **cells: object) -> dict[str, object]:
    """Return somebody of the staff roster, each with a name of their own."""
    digits = str(number).translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    return {
        "staff_no": f"N{number:04d}",
        "name": f"周{digits}",
        "dept": "ZW",
        "post": "教师",
        "employment": "在编",
        "on_date": "2020-09-01",
        "is_food_handler": "否",
    } | cells


def item(number: int, **cells: object) -> dict[str, object]:
    """Return an item of the catalogue, counted in pieces."""
    return {
        "item_code": f"QT{number:04d}",
        "item_name": f"物品{number}",
        "base_unit": "个",
        "unit_is_integer": "是",
        "category": "其他",
        "nature": "易耗品",
        "active": "是",
    } | cells


def room(number: int, **cells: object) -> dict[str, object]:
    """Return an ordinary class room."""
    return {
        "room_code": f"B-{number:03d}",
        "room_name": f"教室{number}",
        "room_type": "普通教室",
        "keeper": "孙丽",
        "is_warehouse": "否",
    } | cells


ROWS = {
    "stock_receipt": school.receipt,
    "stock_issue": school.issue,
    "requisition": requisition,
    "sample_kinds": sample,
    "staff_roster": person,
    "item_catalogue": item,
    "location": room,
}
"""Register to what makes its row of a number."""

FOOD = {"item_code": "SP0001", "item_name": "大米", "base_unit": "千克", "unit_is_integer": "否"} | {
    "category": "食品",
    "nature": "食品",
    "is_fresh": "是",
    "active": "是",
}
RULER = {"item_code": "BG0003", "item_name": "直尺", "base_unit": "个", "unit_is_integer": "是"} | {
    "category": "办公用品",
    "nature": "易耗品",
    "active": "是",
}
MASTER: dict[str, list[dict[str, object]]] = {
    "department": [*school.DEPARTMENTS],
    "staff_roster": [
        *school.STAFF,
        person(123, staff_no="000123", name="张三", dept="ST"),
        person(1, staff_no="T101", name="陈静", dept="ZW"),
        person(2, staff_no="T102", name="陈静", dept="ST"),
    ],
    "location": [*school.ROOMS],
    "item_catalogue": [*school.ITEMS, FOOD, RULER],
    "unit_conversion": [*school.CONVERSIONS],
}
"""The school's master data: what references in the sheets stand for."""

STOCK = [school.receipt(9001, qty=100_000, unit_price="8.50", amount="850000.00")]
"""A receipt that no issue of these tests uses up."""


# ---------------------------------------------------------------- files


@dataclass
class Sheet:
    """One sheet as somebody made it; lines begin in row 1, cells as typed or ``Raw``."""

    name: str
    lines: list[Sequence[object]]
    merged: Sequence[str] = ()
    """Ranges whose top left cell has the content."""
    hidden: str = ""
    """``hidden`` or ``veryHidden``."""
    hidden_rows: Sequence[int] = ()
    """Worksheet rows, 1-based."""
    struck_rows: Sequence[int] = ()
    formatted_rows: int = 0
    """How many rows have a format, filled or not."""


def titles(register: type[Register] | str) -> list[object]:
    """Return the headers that people fill, remark last."""
    known = all_registers()[register] if isinstance(register, str) else register
    return [column.title for column in known.columns if not column.system]


def line(register: str, row: Mapping[str, object]) -> list[object]:
    """Return the cells of a row in the order of ``titles``."""
    return [row.get(column.name) for column in all_registers()[register].columns if not column.system]


def clerk_sheet(
    register: str,
    rows: Sequence[Mapping[str, object]],
    *,
    name: str = "",
    title: str = "",
    meta: Sequence[object] = ("单位：总务处　　　　2026年11月22日　　　　单位：元",),
    footer: Sequence[Sequence[object]] = (),
) -> Sheet:
    """Return a sheet with title, meta line, headers in row 3 and rows from row 4 on, as schools make them."""
    known = all_registers()[register]
    heading = title or TITLE.format(title=known.title)
    lines = [[heading], meta, titles(register), *(line(register, row) for row in rows), *footer]
    return Sheet(name or known.title, lines, [f"A1:{cell_name(1, len(lines[2]))}"])


def master_sheets(*, without: str = "") -> list[Sheet]:
    """Return the sheets of the school's master data."""
    return [clerk_sheet(register, rows, title="青山小学") for register, rows in MASTER.items() if register != without]


def write_book(path: Path, sheets: Sequence[Sheet], *, epoch_1904: bool = False) -> Path:
    """Write a workbook and return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    book = xlsxwriter.Workbook(path, {"date_1904": epoch_1904})
    for sheet in sheets:
        page = book.add_worksheet(sheet.name)
        _write_sheet(book, page, sheet)
    if any(sheet.hidden for sheet in sheets):
        next(page for page, sheet in zip(book.worksheets(), sheets, strict=True) if not sheet.hidden).activate()
    book.close()
    return path


def _write_sheet(book: Workbook, page: Worksheet, sheet: Sheet) -> None:
    for merged in sheet.merged:
        page.merge_range(merged, "")
    for row, cells in enumerate(sheet.lines):
        for place, cell in enumerate(cells):
            raw = cell if isinstance(cell, Raw) else Raw(cell)
            _write_cell(book, page, (row, place), raw, struck=raw.struck or row + 1 in sheet.struck_rows)
    for row in sheet.hidden_rows:
        page.set_row(row - 1, None, None, {"hidden": True})
    border = book.add_format({"border": 1})
    for row in range(len(sheet.lines), sheet.formatted_rows):
        page.set_row(row, None, border)
    if sheet.hidden == "hidden":
        page.hide()
    elif sheet.hidden:
        page.very_hidden()


_DATE_FORMATS = {datetime: "yyyy-mm-dd hh:mm", date: "yyyy-mm-dd", time: "hh:mm"}


def _write_cell(book: Workbook, page: Worksheet, place: tuple[int, int], raw: Raw, *, struck: bool) -> None:
    value = raw.value
    number_format = raw.number_format or _DATE_FORMATS.get(type(value), "General")
    look: dict[str, object] = {"num_format": number_format}
    if struck:
        look["font_strikeout"] = True
    if raw.red:
        look["font_color"] = "#FF0000"
    style = book.add_format(look)
    if raw.note:
        page.write_comment(*place, raw.note)
    if raw.formula:
        page.write_formula(*place, f"={raw.formula}", style, "" if value is None else value)
    elif isinstance(value, bool):
        page.write_boolean(*place, value, style)
    elif isinstance(value, str):
        page.write_string(*place, value, style)
    elif isinstance(value, (int, float, Decimal)):
        page.write_number(*place, value, style)
    elif isinstance(value, (date, time)):
        page.write_datetime(*place, value, style)


# ---------------------------------------------------------------- what validate says


@dataclass(frozen=True)
class Validated:
    """One file after ``houqin validate``."""

    plan: Plan
    taken: TakenFile
    findings: tuple[Finding, ...]
    told: Mapping[str, Any] = field(repr=False)
    """The JSON document."""

    def codes(self, severity: str = "") -> list[str]:
        """Return ``severity letter, code`` of all findings of a severity, or of all."""
        return [f"{found.severity.name[0]} {found.code}" for found in self.findings if severity in ("", found.severity)]

    def rows(self, register: str, status: str = PROPOSED) -> list[dict[str, Any]]:
        """Return the typed rows of a register that have a status, in the order of the sheet."""
        frame = self.plan.checked.frames.get(register)
        if frame is None:
            return []
        return frame.filter(pl.col("_outcome") == status).sort("_sheet", "_row").to_dicts()

    def only_error(self) -> Finding:
        """Return the only finding of severity error."""
        (found,) = [one for one in self.findings if one.severity == "error"]
        return found

    def column(self, register: str, name: str) -> list[Any]:
        """Return the accepted values of a column."""
        return [row[name] for row in self.rows(register)]

    def at(self, sheet: str, cell: str) -> list[str]:
        """Return the codes at one cell."""
        return [f"{one.severity.name[0]} {one.code}" for one in self.findings if (one.sheet, one.cell) == (sheet, cell)]

    def message(self, code: str) -> str:
        """Return the words of the only finding with a code."""
        (found,) = [one for one in self.findings if one.code == code]
        return found.message()

    def seen(self, register: str, sheet: str, row: int, column: str) -> Seen:
        """Return what became of one row, and what was read in one of its cells."""
        frame = self.plan.checked.frames[register].filter((pl.col("_sheet") == sheet) & (pl.col("_row") == row))
        here = [one for one in self.findings if one.sheet == sheet and one.row == row]
        place = cell_name(row, titles(register).index(all_registers()[register].column(column).title) + 1)
        return Seen(
            frame.height == 1 and frame["_outcome"][0] == PROPOSED,
            frame[column][0] if frame.height else None,
            tuple(f"{one.severity.name[0]} {one.code}" for one in here if one.cell == place),
            tuple(one.code for one in here if one.severity == "error"),
            tuple(one.message() for one in here if one.cell == place),
        )


def validate(path: Path, pool: ReaderPool) -> Validated:
    """Check one file by itself, as ``houqin validate FILE --json`` does."""
    plan, (taken,) = preview_alone([(path, str(path))], TODAY, pool)
    (outcome,) = plan.outcomes
    told = document([(path, taken, outcome.findings)], plan, "zh")
    return Validated(plan, taken, outcome.findings, json.loads(json.dumps(told, default=str)))


def seen_cases(cases: Sequence[Case], folder: Path, pool: ReaderPool, *, epoch_1904: bool = False) -> dict[Case, Seen]:
    """Return what validate says about each case: one workbook per register, one row per spelling."""
    found: dict[Case, Seen] = {}
    for register, each in groupby(sorted(cases, key=lambda case: case.register), key=lambda case: case.register):
        path = folder / f"{register}.xlsx"
        sheets, places = _sheets_of(register, list(each))
        done = validate(write_book(path, sheets, epoch_1904=epoch_1904), pool)
        title = all_registers()[register].title
        found |= {case: done.seen(register, title, row, case.column) for case, row in places.items()}
    return found


def _sheets_of(register: str, cases: Sequence[Case]) -> tuple[list[Sheet], dict[Case, int]]:
    """Return a workbook with one row per case, and the worksheet row of each."""
    make, rows = ROWS[register], list(MASTER.get(register, ()))
    places: dict[Case, int] = {}
    for case in cases:
        for cells in (*case.above, {**case.row, case.column: case.raw}):
            rows.append(make(len(rows) + 1000, **cells))
        places[case] = HEADER_ROW + len(rows)
    sheets = [*master_sheets(without=register), clerk_sheet(register, rows)]
    if register == "stock_issue":
        sheets.append(clerk_sheet("stock_receipt", STOCK))
    return sheets, places


def judge(case: Case, seen: Seen) -> None:
    """Fail unless the row of a case was read as wanted: accepted without an error, or held for one reason."""
    expected = {case.code} if case.code else set()
    if case.wanted is HELD:
        assert not seen.accepted, f"accepted as {seen.value!r} {seen.codes}"
        assert set(seen.codes) == expected, seen
        assert set(seen.errors) == {case.code.removeprefix("E ")}, seen
    else:
        assert seen.accepted, seen
        assert seen.value == case.wanted, seen
        assert set(seen.codes) - _BESIDE == expected - _BESIDE, seen
        assert not seen.errors, seen


_BESIDE = frozenset({"W PERIOD-MIXED", "W ROLE-MISMATCH", "W REF-PENDING", "W RCP-07"})
"""Warnings about what a cell says, not about how it is spelled."""


@contextmanager
def samples_loaded() -> Iterator[None]:
    """Add the register with every kind of column, for this process and the workers it starts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(EXTRA_REGISTERS, "tests.samples.kinds,tests.samples.levels")
        patch.setenv("PYTHONPATH", os.pathsep.join([str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")]))
        all_registers()
        yield
    all_registers()
