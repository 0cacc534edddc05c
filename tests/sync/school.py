"""A small school for tests: its workbooks are written as files, merged by the real run, read back as JSON."""

from __future__ import annotations

import atexit
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schemas.register import all_registers
from sync.commands.rows import listed
from sync.commands.sync import document, exit_code
from sync.config_default import write_default_config
from sync.publish_run import Published
from sync.run import SyncResult, sync
from sync.share import Share
from sync.state import STATE_VARIABLE, state_dir
from sync.summary import lines_of
from workbooks.pool import ReaderPool
from workbooks.template import write_template

POOL = ReaderPool()
atexit.register(POOL.close)

Rows = Mapping[str, Sequence[Mapping[str, object]]]

DEPARTMENTS = [
    {"dept_code": "ZW", "dept_name": "总务处", "head": "李明", "active": "是"},
    {"dept_code": "ST", "dept_name": "食堂", "active": "是"},
]
STAFF = [
    {"staff_no": number, "name": name, "dept": dept, "post": post, "employment": "在编", "on_date": "2020-09-01"}
    | {"is_food_handler": "否"}
    for number, name, dept, post in (
        ("T001", "李明", "ZW", "总务主任"),
        ("T002", "王芳", "ZW", "保管员"),
        ("T003", "赵强", "ST", "采买员"),
        ("T004", "孙丽", "ST", "教师"),
    )
]
ROOMS = [
    {"room_code": "CK01", "room_name": "总务仓库", "room_type": "仓库", "keeper": "王芳", "is_warehouse": "是"},
    {"room_code": "A-301", "room_name": "三年级(1)班教室", "room_type": "普通教室", "keeper": "孙丽"}
    | {"is_warehouse": "否"},
]
ITEMS = [
    {"item_code": code, "item_name": name, "base_unit": unit, "unit_is_integer": "是", "category": category}
    | {"nature": "易耗品", "active": "是"}
    for code, name, unit, category in (
        ("QJ0001", "竹扫把", "把", "清洁"),
        ("BG0001", "复印纸", "包", "办公用品"),
        ("BG0002", "粉笔", "盒", "办公用品"),
    )
]
CONVERSIONS = [{"item_code": "BG0001", "alt_unit": "箱", "factor": "5", "valid_from": "2026-01-01"}]
SUPPLIERS = [
    {"supplier_code": "GYS0001", "supplier_name": "便民日用杂品店", "supply_kind": "食用农产品", "contact": "老李"}
    | {"phone": "13800000000", "address": "青山路1号", "status": "合格"}
]
MASTER: Rows = {
    "department": DEPARTMENTS,
    "staff_roster": STAFF,
    "location": ROOMS,
    "item_catalogue": ITEMS,
    "unit_conversion": CONVERSIONS,
    "supplier_register": SUPPLIERS,
}


def receipt(number: int = 1, line: int = 1, **cells: object) -> dict[str, object]:
    """Return a receipt line of 25 bamboo brooms, changed by ``cells``."""
    return {
        "doc_no": f"RK-202611-{number:04d}",
        "doc_date": "2026-11-02",
        "line_no": line,
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "supplier_code": "GYS0001",
        "item_code": "QJ0001",
        "unit": "把",
        "qty": 25,
        "unit_price": "8.50",
        "amount": "212.50",
        "buyer": "赵强",
        "inspector": "李明",
        "keeper": "王芳",
    } | cells


def issue(number: int = 1, line: int = 1, **cells: object) -> dict[str, object]:
    """Return an issue line of 10 bamboo brooms, changed by ``cells``."""
    return {
        "doc_no": f"CK-202611-{number:04d}",
        "doc_date": "2026-11-05",
        "line_no": line,
        "warehouse": "CK01",
        "issue_kind": "领用",
        "dept": "ST",
        "collector": "孙丽",
        "collector_role": "个人",
        "item_code": "QJ0001",
        "unit": "把",
        "qty": 10,
        "approver": "李明",
        "keeper": "王芳",
        "signed": "是",
    } | cells


MASTER_BOOK = "ZW/基础资料.xlsx"
TODAY = "2026-11-22"
"""The day on which tests play that say nothing else."""


def nothing_published(*_facts: object) -> Published:
    """Leave publishing to a later run."""
    return Published()


class School:
    """A share in a folder of its own; the workers of ``POOL`` serve all of them and end with the tests."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        write_default_config(folder, "青山小学")
        self.share = Share.open(folder)

    def become(self, make: Callable[[School], object], today: str = TODAY) -> None:
        """Replace everything in this school by what ``make`` does to a new one on some day.

        It is done once in this process and copied for every test; ``make`` is a function of a module.
        """
        share, state = _made_once(make, today)
        shutil.rmtree(self.folder)
        shutil.copytree(share, self.folder)
        shutil.rmtree(state_dir(self.folder), ignore_errors=True)
        shutil.copytree(state, state_dir(self.folder))
        self.share = Share.open(self.folder)

    def path(self, name: str) -> Path:
        """Return where a workbook (``ZW/库房.xlsx``) lies."""
        return self.folder / "departments" / name

    def save(self, name: str, rows: Rows) -> Path:
        """Save a workbook with some rows, as its department would."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        known = all_registers()
        write_template([known[each] for each in rows], path, school="青山小学", rows=rows, blank_rows=5)
        return path

    def sync(self, *, full: bool = False) -> dict[str, Any]:
        """Run once and return the promised document, with the exit code; every row is accounted for."""
        self.share = Share.open(self.folder)
        return self._told(sync(self.share, POOL, full=full))

    def merge(self, *, full: bool = False) -> dict[str, Any]:
        """Run once without publishing, which is more than half of the work of a small run, and return the document.

        For tests that do not look at what is published; the next ``sync`` publishes all of it.
        """
        self.share = Share.open(self.folder)
        return self._told(sync(self.share, POOL, full=full, publish=nothing_published))

    def _told(self, result: SyncResult) -> dict[str, Any]:
        lines = lines_of(self.share, result)
        told: dict[str, Any] = json.loads(json.dumps(document(result, lines, "zh"), default=str))
        told["exit_code"] = exit_code(lines)
        for book in told["workbooks"]:
            parts = ("accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
            assert book["read"] == sum(book[part] for part in parts), book
        return told

    def book(self, told: Mapping[str, Any], name: str) -> dict[str, Any]:
        """Return one workbook of a run's document."""
        found: dict[str, Any] = next(book for book in told["workbooks"] if book["path"] == f"departments/{name}")
        return found

    def rows(self, register: str, status: str | None = None, as_of: int | None = None) -> list[dict[str, Any]]:
        """Return the rows of a register as ``houqin rows --json`` gives them."""
        with self.share.open_ledger() as ledger:
            return listed(ledger, all_registers()[register], status, as_of)

    def quantities(self, register: str) -> dict[str, str]:
        """Return document number and line to quantity of the rows in the books."""
        return {f"{row['doc_no']}/{row['line_no']}": row["qty"] for row in self.rows(register)}


@cache
def _made_once(make: Callable[[School], object], today: str) -> tuple[Path, Path]:
    """Return share and state of a school that ``make`` has brought to some state, made once for all tests."""
    folder = Path(tempfile.mkdtemp(prefix="school"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv(STATE_VARIABLE, str(folder / "state"))
        patched.setenv("HOUQIN_TODAY", today)
        made = School(folder / "share")
        make(made)
    return made.folder, made.share.state


def with_master(school: School) -> None:
    """Merge the master data."""
    school.save(MASTER_BOOK, MASTER)
    assert school.sync()["exit_code"] == 0


def school_with_master(folder: Path) -> School:
    """Return a school whose master data is in the ledger: a copy of one that was merged before."""
    made = School(folder)
    made.become(with_master)
    return made


def counted(book: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a workbook that are not zero."""
    names = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
    return {name: book[name] for name in names if book[name]}


def codes(book: Mapping[str, Any], severity: str = "error") -> list[str]:
    """Return the codes of a workbook's findings of one severity."""
    return [finding["code"] for finding in book["findings"] if finding["severity"] == severity]
