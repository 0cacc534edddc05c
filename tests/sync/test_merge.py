"""What becomes of the rows of departments' workbooks: the lines of the merge table, through real files."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from sync.run import sync
from sync.share import Share
from sync.steps import Quiet
from tests.sync.school import (
    ITEMS,
    MASTER,
    POOL,
    School,
    codes,
    counted,
    issue,
    nothing_published,
    receipt,
    school_with_master,
)


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school whose master data is in the ledger."""
    return school_with_master(tmp_path / "share")


def test_a_new_row_is_added(school: School) -> None:
    """A row that nobody has stated yet enters the ledger, names resolved to codes."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(item_code="竹扫把")]})
    told = school.merge()
    assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 1, "accepted": 1}
    row = school.rows("stock_receipt")[0]
    assert (row["item_code"], row["keeper"], row["qty"], row["amount"]) == ("QJ0001", "T002", "25.000", "212.50")
    assert row["_status"] == "accepted"
    assert row["_source"]["workbook"] == "ZW/库房.xlsx"
    assert (row["_source"]["sheet"], row["_source"]["row"]) == ("入库单", 4)


def test_nothing_new_writes_nothing(school: School) -> None:
    """A run without changes, a full one too, adds no revision and publishes nothing."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, qty="十二")]})
    before = school.sync()
    again = school.sync()
    full = school.sync(full=True)
    assert again["revision"] == full["revision"] == before["revision"]
    assert again["published"] == full["published"] == []
    assert counted(school.book(full, "ZW/库房.xlsx")) == {"read": 2, "unchanged": 1, "held": 1}


def test_a_changed_row_is_amended_and_its_before_image_kept(school: School) -> None:
    """An amendment in its own workbook follows at once; the former version can be asked for."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    first = school.merge()["revision"]
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    told = school.merge()
    assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 1, "accepted": 1}
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "20.000"}
    assert school.rows("stock_receipt", as_of=first)[0]["qty"] == "25.000"


def test_a_row_that_is_gone_stays_until_confirmed(school: School) -> None:
    """A vanished row is missing: still in the books, warned about, and back when it is stated again."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    told = school.merge()
    assert codes(school.book(told, "ZW/库房.xlsx"), "warning").count("IMP-07") == 1
    assert [row["_status"] for row in school.rows("stock_receipt")] == ["accepted", "missing"]
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    school.merge()
    assert [row["_status"] for row in school.rows("stock_receipt")] == ["accepted", "accepted"]


def test_held_rows_are_tried_again_when_master_data_arrives(tmp_path: Path) -> None:
    """A receipt whose item arrives tomorrow is taken tomorrow, without its workbook being touched."""
    school = School(tmp_path / "share")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()], "stock_issue": [issue()]})
    told = school.merge()
    assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 2, "held": 2}
    assert told["exit_code"] == 3
    assert len(school.rows("stock_receipt", "held")) == 1
    school.save("ZW/基础资料.xlsx", MASTER)
    told = school.merge()
    assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 2, "accepted": 2}
    assert school.rows("stock_receipt", "held") == []
    assert counted(school.book(school.merge(), "ZW/库房.xlsx")) == {"read": 2, "unchanged": 2}


def test_a_held_row_never_blocks_its_neighbours(school: School) -> None:
    """Of a document with one bad line the others are taken."""
    lines = [receipt(), receipt(line=2, amount="1.00"), receipt(line=3, inspector="赵强")]
    school.save("ZW/库房.xlsx", {"stock_receipt": lines})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 3, "accepted": 1, "held": 2}
    assert codes(told) == ["RCP-03", "RCP-02"]


def test_a_changed_row_that_is_wrong_leaves_its_accepted_version_in(school: School) -> None:
    """An amendment that breaks a rule is held; the last accepted version stays in the books."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()], "stock_issue": [issue()]})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=5, amount="42.50")], "stock_issue": [issue()]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "unchanged": 1, "held": 1}
    assert codes(told) == ["X-01"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}


def test_twice_the_same_counts_once(school: School) -> None:
    """Equal content twice in one workbook counts once, with a warning."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt()]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "accepted": 1, "duplicate": 1}
    assert "KEY-DUP" in codes(told, "warning")


def test_twice_with_other_content_holds_both(school: School) -> None:
    """Different content under one key holds all of them and names all cells."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(qty=20, amount="170.00")]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "held": 2}
    assert codes(told) == ["RCP-01", "RCP-01"]
    messages = [finding["message"] for finding in told["findings"] if finding["code"] == "RCP-01"]
    assert all("入库单!4" in message and "入库单!5" in message for message in messages)


def test_a_corrected_number_is_one_step(school: School) -> None:
    """A key that leaves while another comes in its place is re-keyed: never counted twice, never lost."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(7)]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "accepted": 1, "unchanged": 1}
    assert "IMP-08" in codes(told, "warning")
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000", "RK-202611-0007/1": "25.000"}
    assert [row["doc_no"] for row in school.rows("stock_receipt", "withdrawn")] == ["RK-202611-0002"]


def test_the_same_row_from_another_workbook_is_another_source(school: School) -> None:
    """Equal rows have two sources and count once; the row stays when one of them drops it."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    school.save("ST/食堂.xlsx", {"stock_receipt": [receipt()]})
    assert counted(school.book(school.merge(), "ST/食堂.xlsx")) == {"read": 1, "unchanged": 1}
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(3)]})
    school.merge()
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000", "RK-202611-0003/1": "25.000"}
    assert {row["_status"] for row in school.rows("stock_receipt")} == {"accepted"}


def test_other_content_from_another_workbook_is_a_conflict(school: School) -> None:
    """The row that stood first stays; the other side is kept as a conflict; both sides are told."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    school.save("ST/食堂.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    told = school.merge()
    book = school.book(told, "ST/食堂.xlsx")
    assert counted(book) == {"read": 1, "conflicting": 1}
    assert codes(book) == ["IMP-02", "RCP-01"]
    assert "IMP-02" in codes(school.book(told, "ZW/库房.xlsx"), "warning")
    assert told["exit_code"] == 3
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}
    assert school.rows("stock_receipt", "conflict")[0]["qty"] == "20.000"


def test_an_older_copy_overwrites_nothing(school: School) -> None:
    """A row equal to an earlier version is a stale copy: nothing to do."""
    path = school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    old = path.read_bytes()
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    school.merge()
    school.path("ZW/旧的.xlsx").write_bytes(old)
    assert counted(school.book(school.merge(), "ZW/旧的.xlsx")) == {"read": 1, "unchanged": 1}
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "20.000"}


def test_void_withdraws_at_once(school: School) -> None:
    """备注 作废 on an accepted row withdraws it; its former version is kept."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    first = school.merge()["revision"]
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, remark="作废")]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "unchanged": 1, "skipped": 1}
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}
    assert len(school.rows("stock_receipt", as_of=first)) == 2


def test_void_that_would_leave_less_than_nothing_waits(school: School) -> None:
    """A receipt whose goods are handed out already cannot be withdrawn before the issue is."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()], "stock_issue": [issue()]})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(remark="作废")], "stock_issue": [issue()]})
    assert codes(school.book(school.merge(), "ZW/库房.xlsx")) == ["VOID-STOCK"]
    assert len(school.rows("stock_receipt")) == 1


def test_a_department_writes_only_its_registers(school: School) -> None:
    """A register sent by a department that may not write it is refused, row by row accounted for."""
    school.save("MW/门卫.xlsx", {"stock_receipt": [receipt(9)]})
    told = school.book(school.merge(), "MW/门卫.xlsx")
    assert counted(told) == {"read": 1, "held": 1}
    assert codes(told) == ["RIGHT-DENIED"]
    assert school.rows("stock_receipt") == []


def test_a_register_that_is_not_in_use_is_refused_as_such(tmp_path: Path) -> None:
    """Nobody may write it: the finding says that the school does not use it, and what to do."""
    school = School(tmp_path / "share")
    text = 'school = "青山小学"\nregisters = ["item_catalogue"]\n[departments]\nZW = { name = "总务处" }\n'
    (school.folder / "houqin.toml").write_text(text, "utf-8")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(9)]})
    school.share = Share.open(school.folder)
    (found,) = [each for each in school.book(school.merge(), "ZW/库房.xlsx")["findings"] if each["severity"] == "error"]
    assert found["code"] == "RIGHT-DENIED"
    assert "未启用" in found["message"]


def test_a_renamed_workbook_is_no_event(school: School) -> None:
    """Renaming or moving a workbook changes nothing in the books, and amendments go on from there."""
    path = school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    target = school.path("ZW/十一月/仓库台账.xlsx")
    target.parent.mkdir()
    shutil.move(path, target)
    told = school.merge()
    assert [book["path"] for book in told["workbooks"]] == [
        "departments/ZW/十一月/仓库台账.xlsx",
        "departments/ZW/基础资料.xlsx",
    ]
    school.save("ZW/十一月/仓库台账.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    assert counted(school.book(school.merge(), "ZW/十一月/仓库台账.xlsx")) == {"read": 1, "accepted": 1}
    assert school.rows("stock_receipt")[0]["_source"]["workbook"] == "ZW/十一月/仓库台账.xlsx"


def test_a_workbook_that_is_gone_takes_nothing_with_it(school: School) -> None:
    """A deleted file leaves its rows in the books, and says so."""
    path = school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    path.unlink()
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert codes(told, "warning") == ["FILE-GONE"]
    assert len(school.rows("stock_receipt")) == 1


def test_an_item_switched_off_keeps_its_receipts(school: School) -> None:
    """Switching an item off holds new receipts, and never un-accepts the old ones."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    off = [item | {"active": "否"} if item["item_code"] == "QJ0001" else item for item in ITEMS]
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": off})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert counted(told) == {"read": 2, "unchanged": 1, "held": 1}
    assert codes(told) == ["CODE-INACTIVE"]


def test_a_sheet_that_cannot_be_read_loses_no_row(school: School) -> None:
    """A sheet whose header was damaged makes no statement: its rows are not missing."""
    import openpyxl

    path = school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    book = openpyxl.load_workbook(path)
    sheet = book["入库单"]
    for cell in sheet[3]:
        if cell.value == "数量":
            cell.value = "件数多少"
    sheet.tables.clear()
    book.save(path)
    told = school.book(school.merge(), "ZW/库房.xlsx")
    assert "SHEET-HEADER" in codes(told)
    assert [row["_status"] for row in school.rows("stock_receipt")] == ["accepted"]


def test_a_future_date_is_taken_when_its_day_has_come(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    """A row dated tomorrow is held today and taken tomorrow."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(doc_date="2026-11-23")]})
    assert codes(school.book(school.merge(), "ZW/库房.xlsx")) == ["DATE-FUTURE"]
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-23")
    assert counted(school.book(school.merge(), "ZW/库房.xlsx")) == {"read": 1, "accepted": 1}


def test_a_changed_field_in_the_database_is_found(school: School) -> None:
    """Verify names the altered row after a field was changed behind the program's back."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    with school.share.open_ledger() as ledger:
        assert ledger.verify() == []
    with sqlite3.connect(school.share.state / "ledger.db") as database:
        database.execute("UPDATE reg_stock_receipt SET qty = qty + 1000")
    with school.share.open_ledger() as ledger:
        assert "reg_stock_receipt" in {problem.table for problem in ledger.verify()}


def test_a_copy_edited_in_another_cell_merges(school: School) -> None:
    """A copy is a branch: what it changed and what the original changed both hold, and nothing counts twice."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    school.merge()
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00"), receipt(2)]})
    school.save("ZW/库房(1).xlsx", {"stock_receipt": [receipt(remark="已验"), receipt(2)]})
    book = school.book(school.merge(), "ZW/库房(1).xlsx")
    assert "FILE-COPY" in codes(book, "warning")
    assert counted(book) == {"read": 2, "accepted": 1, "unchanged": 1}
    row = school.rows("stock_receipt")[0]
    assert (row["qty"], row["remark"]) == ("20.000", "已验")
    assert len(school.rows("stock_receipt")) == 2


def test_warnings_between_registers_stay_while_the_row_stands(school: School) -> None:
    """A full reading tells the same warnings of rows that did not change, and writes nothing."""
    dear = receipt(2, unit_price="20.00", amount="500.00", doc_date="2026-11-03")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), dear]})
    first = school.merge()
    assert "RCP-07" in codes(school.book(first, "ZW/库房.xlsx"), "warning")
    again = school.merge(full=True)
    assert codes(school.book(again, "ZW/库房.xlsx"), "warning") == codes(school.book(first, "ZW/库房.xlsx"), "warning")
    assert again["revision"] == first["revision"]


class _Saved(Quiet):
    """Somebody who saves a workbook at the moment in which all files are read and none is kept yet."""

    def __init__(self, save: Callable[[], object]) -> None:
        self._save = save

    def step(self, name: str, total: int) -> None:
        """Save as the merge begins."""
        del total
        if name == "merge":
            self._save()


def test_a_file_saved_while_it_is_read_waits_for_the_next_run(school: School) -> None:
    """What was read is no longer there to be kept: this workbook is put off, and the others are judged without it."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.save("ZW/另一本.xlsx", {"stock_receipt": [receipt(5, item_code="BG0001", unit="包")]})
    school.save("ZW/出库.xlsx", {"stock_issue": [issue()]})
    saved = _Saved(lambda: school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]}))
    put_off = sync(school.share, POOL, saved, publish=nothing_published)
    assert [finding.code for finding in put_off.findings] == ["IMP-03"]
    assert list(school.quantities("stock_receipt")) == ["RK-202611-0005/1"]
    assert school.quantities("stock_issue") == {}, "of goods that nobody has received"
    school.merge()
    assert (len(school.rows("stock_receipt")), len(school.rows("stock_issue"))) == (3, 1)


def test_a_quantity_that_is_too_large_in_its_base_unit(school: School) -> None:
    """A quantity within its limits that a conversion makes larger than any may be is held, the others are taken."""
    factor = {"item_code": "BG0001", "alt_unit": "吨", "factor": "10000000", "valid_from": "2026-01-01"}
    school.save("ZW/换算.xlsx", {"unit_conversion": [factor]})
    large = receipt(7, item_code="BG0001", unit="吨", qty="10000000000", unit_price="0.0001", amount="1000000.00")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(6), large]})
    book = school.book(school.merge(), "ZW/库房.xlsx")
    assert (counted(book), codes(book)) == ({"read": 2, "accepted": 1, "held": 1}, ["NUM-RANGE"])
