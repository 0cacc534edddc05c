"""An intake too large for memory is merged in waves, with the same rows as at once."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from schemas.register import all_registers
from sync import intake
from tests.sync.school import MASTER, School, issue, receipt

ALIKE = ("path", "read", "held", "conflicting", "skipped")
USED = ("item_catalogue", "stock_receipt", "stock_issue", "staff_roster")
BOOKS = {
    "ST/出库.xlsx": {"stock_issue": [issue(1), issue(2, qty=90)]},
    "ZW/入库一.xlsx": {"stock_receipt": [receipt(1), receipt(2), receipt(3, item_code="没有")]},
    "ZW/入库二.xlsx": {"stock_receipt": [receipt(4), receipt(1, qty=7, amount="59.50")]},
    "ZW/入库三.xlsx": {"stock_receipt": [receipt(5), receipt(2)]},
    "ZW/基础.xlsx": MASTER,
}
"""Saved in this order, what is referred to last; the second receipts state one document otherwise."""


def _taken(folder: Path, state: pytest.MonkeyPatch) -> tuple[dict[str, pl.DataFrame], list[dict[str, object]], int]:
    state.setenv("HOUQIN_STATE", str(folder / "state"))
    school = School(folder)
    for name, stated in BOOKS.items():
        school.save(name, stated)
    told = school.sync()
    with school.share.open_ledger() as ledger:
        rows = {name: ledger.rows(all_registers()[name]).drop("_version", "_from", "_to") for name in USED}
        revisions = ledger.head().number
    return rows, told["workbooks"], revisions


def test_waves_take_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows, and what is held of every workbook, are those of one run, whatever comes in which wave."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    rows, told, _ = _taken(tmp_path / "at once", monkeypatch)
    monkeypatch.setattr(intake, "WAVE_BYTES", 1)
    in_waves, told_in_waves, revisions = _taken(tmp_path / "in waves", monkeypatch)
    assert revisions == len(BOOKS)
    for name in USED:
        assert in_waves[name].equals(rows[name]), name
    for book, other in zip(told, told_in_waves, strict=True):
        assert [book[each] for each in ALIKE] == [other[each] for each in ALIKE]


def test_a_renamed_workbook_is_no_event_in_a_large_intake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a known workbook has lost its file, the new ones are looked at together."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    school = School(tmp_path)
    school.save("ZW/基础.xlsx", MASTER)
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(number) for number in range(1, 5)]})
    school.sync()
    monkeypatch.setattr(intake, "WAVE_BYTES", 1)
    school.path("ZW/入库.xlsx").unlink()
    school.save("ZW/十一月.xlsx", {"stock_receipt": [receipt(number) for number in range(1, 6)]})
    school.save("ZW/其他.xlsx", {"stock_receipt": [receipt(9)]})
    told = {book["path"].rpartition("/")[2]: book for book in school.sync()["workbooks"]}
    assert told.keys() == {"基础.xlsx", "十一月.xlsx", "其他.xlsx"}
    assert (told["十一月.xlsx"]["unchanged"], told["十一月.xlsx"]["accepted"]) == (4, 1)


def test_a_workbook_deleted_long_ago_does_not_end_the_waves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook known to be gone is no reason to merge everything at once: each new file is a revision of its own."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    school = School(tmp_path)
    school.save("ZW/基础.xlsx", MASTER)
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(1)]})
    school.sync()
    school.path("ZW/入库.xlsx").unlink()
    before = school.sync()["revision"]
    monkeypatch.setattr(intake, "WAVE_BYTES", 1)
    for number in (2, 3):
        school.save(f"ZW/入库{number}.xlsx", {"stock_receipt": [receipt(number)]})
    assert school.sync()["revision"] == before + 2
