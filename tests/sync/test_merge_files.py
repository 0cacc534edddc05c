"""What becomes of rows when files are renamed, copied, emptied, taken away: DESIGN 8 from the outside."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from sync.choices import conflict_id
from sync.decisions import Orders
from sync.run import sync
from sync.standing import Standing
from sync.takes import Take
from tests.sync.school import MASTER, POOL, School, codes, counted, receipt

LINES = [receipt(n, doc_no=f"RK-202610-{n:04d}", doc_date="2026-10-20") for n in range(1, 13)]
"""Twelve receipts of October: enough for a safe stop."""
NOVEMBER = [receipt(number) for number in range(1, 4)]
ALWAYS = ("ROLE-MISMATCH", "X-03")
"""Warnings that every receipt of this school has."""


@pytest.fixture(name="school")
def _school(tmp_path: Path) -> School:
    """A school with its master data and one workbook of twelve receipts."""
    school = School(tmp_path / "school")
    school.become(with_lines)
    return school


def with_lines(school: School) -> None:
    """Merge master data and the twelve receipts."""
    school.save("ZW/基础.xlsx", MASTER)
    save(school, LINES)
    school.sync()


def save(school: School, lines: Sequence[dict[str, object]], name: str = "ZW/库房.xlsx") -> Path:
    """Save receipts as a workbook of the store."""
    return school.save(name, {"stock_receipt": lines})


def changed(number: int, **cells: object) -> list[dict[str, object]]:
    """Return the twelve lines with one of them changed."""
    return [{**line, **cells} if place == number else line for place, line in enumerate(LINES, 1)]


def statuses(school: School) -> dict[str, int]:
    """Return how many receipts there are of each status."""
    return {
        status: len(rows)
        for status in ("accepted", "missing", "withdrawn")
        if (rows := school.rows("stock_receipt", status))
    }


def warned(book: Mapping[str, Any]) -> list[str]:
    """Return the warnings of a workbook that not every receipt has."""
    return [code for code in codes(book, "warning") if code not in ALWAYS]


def sources(school: School) -> set[str]:
    """Return the workbooks that stand behind the receipts in the books."""
    return {row["_source"]["workbook"] for row in school.rows("stock_receipt")}


class TestNames:
    """A renamed or moved file is not an event; a copy is a branch."""

    def test_renamed_and_edited_at_once_is_the_same_workbook(self, school: School) -> None:
        """A file that comes under a new name with one row changed while its own is gone is that workbook."""
        school.path("ZW/库房.xlsx").unlink()
        save(school, changed(1, qty=20, amount="170.00"), "ZW/十一月/库房账.xlsx")
        told = school.merge()
        assert counted(school.book(told, "ZW/十一月/库房账.xlsx")) == {"read": 12, "accepted": 1, "unchanged": 11}
        assert len(told["workbooks"]) == 2
        assert school.quantities("stock_receipt")["RK-202610-0001/1"] == "20.000"
        assert statuses(school) == {"accepted": 12}

    def test_renamed_with_most_rows_changed_is_the_same_workbook(self, school: School) -> None:
        """Keys tell a renamed workbook, also when other cells of most rows have changed."""
        school.path("ZW/库房.xlsx").unlink()
        save(school, [{**line, "remark": "已核"} for line in LINES[:8]] + LINES[8:], "ZW/库房账.xlsx")
        book = school.book(school.merge(), "ZW/库房账.xlsx")
        assert counted(book) == {"read": 12, "accepted": 8, "unchanged": 4}
        assert codes(book) == []

    def test_a_renamed_copy_of_the_first_name_becomes_the_workbook(self, school: School) -> None:
        """A browser's 库房(1).xlsx that replaces 库房.xlsx is the workbook, not a copy of it."""
        school.path("ZW/库房.xlsx").unlink()
        save(school, changed(2, qty=20, amount="170.00"), "ZW/库房(1).xlsx")
        book = school.book(school.merge(), "ZW/库房(1).xlsx")
        assert counted(book) == {"read": 12, "accepted": 1, "unchanged": 11}
        assert warned(book) == []

    def test_a_copy_of_a_renamed_workbook_is_its_branch(self, school: School) -> None:
        """A workbook of two rows that is renamed, and then copied by a cloud drive, before anybody looks again."""
        save(school, NOVEMBER[:2], "ZW/台账.xlsx")
        school.sync()
        school.path("ZW/台账.xlsx").rename(school.path("ZW/台账11月.xlsx"))
        save(school, [NOVEMBER[0], {**NOVEMBER[1], "qty": 20, "amount": "170.00"}], "ZW/台账11月 (1).xlsx")
        book = school.book(school.sync(), "ZW/台账11月 (1).xlsx")
        assert counted(book) == {"read": 2, "accepted": 1, "unchanged": 1}
        assert [finding["message"] for finding in book["findings"] if finding["code"] == "FILE-COPY"] == [
            "疑似“台账11月.xlsx”的副本，已与原件合并核对"
        ]

    def test_the_same_file_twice_counts_once(self, school: School) -> None:
        """The same file under two names is one set of rows, and the second name says so."""
        shutil.copy(school.path("ZW/库房.xlsx"), school.path("ZW/给会计.xlsx"))
        book = school.book(school.merge(), "ZW/给会计.xlsx")
        assert counted(book) == {"read": 12, "unchanged": 12}
        assert codes(book, "info") == ["IMP-01"]
        assert statuses(school) == {"accepted": 12}

    def test_a_copy_is_known_by_its_rows(self, school: School) -> None:
        """A file of any name with half its rows from another workbook is a copy: an edit in it merges."""
        save(school, changed(3, remark="抽查"), "ZW/给会计.xlsx")
        book = school.book(school.merge(), "ZW/给会计.xlsx")
        assert counted(book) == {"read": 12, "accepted": 1, "unchanged": 11}
        assert warned(book) == ["FILE-COPY"]
        save(school, changed(3, qty=20, amount="170.00"))
        school.merge()
        row = next(row for row in school.rows("stock_receipt") if row["doc_no"] == "RK-202610-0003")
        assert (row["remark"], row["qty"]) == ("抽查", "20.000")

    def test_both_sides_of_a_copy_on_one_cell_are_a_conflict(self, school: School) -> None:
        """An original and its copy that change one cell to different values contradict each other."""
        save(school, changed(3, remark="抽查"), "ZW/给会计.xlsx")
        school.merge()
        save(school, changed(3, qty=20, amount="170.00"))
        save(school, changed(3, qty=21, amount="178.50", remark="抽查"), "ZW/给会计.xlsx")
        told = school.merge()
        conflicting = [book["conflicting"] for book in told["workbooks"]]
        assert sorted(conflicting) == [0, 0, 1]
        assert told["exit_code"] == 3

    def test_two_rows_in_common_make_no_copy(self, school: School) -> None:
        """Fewer than three known rows prove nothing: other content of a third row is a conflict."""
        save(school, [*LINES[:2], {**LINES[2], "qty": 1, "amount": "8.50"}], "ZW/另记.xlsx")
        book = school.book(school.merge(), "ZW/另记.xlsx")
        assert counted(book) == {"read": 3, "unchanged": 2, "conflicting": 1}

    def test_an_older_copy_is_told(self, school: School) -> None:
        """An older copy that turns up again overwrites nothing, and that it is one is said."""
        shutil.copy(school.path("ZW/库房.xlsx"), school.folder / "旧.xlsx")
        save(school, changed(1, qty=20, amount="170.00"))
        school.merge()
        shutil.copy(school.folder / "旧.xlsx", school.path("ZW/旧库房.xlsx"))
        book = school.book(school.merge(), "ZW/旧库房.xlsx")
        assert counted(book) == {"read": 12, "unchanged": 12}
        assert "IMP-04" in codes(book, "info")
        assert school.quantities("stock_receipt")["RK-202610-0001/1"] == "20.000"

    def test_the_copy_stands_for_an_original_that_is_gone(self, school: School) -> None:
        """When the original disappears its copy stands behind the rows, and a row it drops is missing."""
        shutil.copy(school.path("ZW/库房.xlsx"), school.path("ZW/库房 - 副本.xlsx"))
        school.merge()
        school.path("ZW/库房.xlsx").unlink()
        school.merge()
        assert sources(school) == {"ZW/库房 - 副本.xlsx"}
        save(school, LINES[:-1], "ZW/库房 - 副本.xlsx")
        school.merge()
        assert statuses(school) == {"accepted": 11, "missing": 1}

    def test_a_row_moved_to_another_workbook_is_not_missing(self, school: School) -> None:
        """A row that leaves one workbook and stands in another in the same run has only another source."""
        save(school, LINES[:-1])
        save(school, LINES[-1:], "ZW/补记.xlsx")
        school.merge()
        assert statuses(school) == {"accepted": 12}
        assert sources(school) == {"ZW/库房.xlsx", "ZW/补记.xlsx"}

    def test_a_missing_row_comes_back_in_another_workbook(self, school: School) -> None:
        """A missing row that another workbook states is no longer missing."""
        save(school, LINES[:-1])
        school.merge()
        save(school, LINES[-1:], "ZW/补记.xlsx")
        school.merge()
        assert statuses(school) == {"accepted": 12}

    def test_a_conflict_outlives_the_file_of_its_workbook(self, school: School) -> None:
        """That a copy in conflict is gone settles nothing: the conflict stays open until somebody chooses."""
        save(school, changed(3, remark="抽查"), "ZW/给会计.xlsx")
        school.merge()
        save(school, changed(3, qty=20, amount="170.00"))
        save(school, changed(3, qty=21, amount="178.50", remark="抽查"), "ZW/给会计.xlsx")
        told = school.merge()
        loser = next(book["path"] for book in told["workbooks"] if book["conflicting"])
        path = school.folder / loser
        content = path.read_bytes()
        path.unlink()
        told = school.sync()
        book = next(book for book in told["workbooks"] if book["path"] == loser)
        assert (told["exit_code"], book["status"], book["conflicting"]) == (3, "gone", 1)
        assert [f["code"] for f in book["findings"]][:2] == ["FILE-GONE", "IMP-02"]
        assert (school.folder / f"feedback/ZW/{path.stem}.待决.xlsx").exists()
        path.write_bytes(content)
        assert school.merge()["exit_code"] == 3
        path.unlink()
        school.merge()
        with school.share.open_ledger() as ledger:
            (conflict,) = Standing.of(ledger).conflicts
        assert sync(school.share, POOL, orders=Orders("李明", {conflict_id(conflict["version_id"]): Take.OURS})).settled
        assert school.merge()["exit_code"] == 0


class TestSafeStops:
    """A workbook that loses or changes too much at once waits for somebody to confirm."""

    def test_most_rows_gone_waits(self, school: School) -> None:
        """More than half of the rows gone: nothing is missing yet, what is new waits, the run says so."""
        save(school, [*LINES[:4], receipt(99)])
        told = school.merge()
        book = school.book(told, "ZW/库房.xlsx")
        assert (book["status"], told["exit_code"]) == ("waiting", 3)
        assert counted(book) == {"read": 5, "unchanged": 4, "held": 1}
        assert warned(book) == ["IMP-06"]
        assert statuses(school) == {"accepted": 12}
        assert [row["doc_no"] for row in school.rows("stock_receipt", "held")] == ["RK-202611-0099"]
        again = school.merge()
        assert again["revision"] == told["revision"]
        assert again["exit_code"] == 3

    def test_the_rows_put_back_end_the_stop(self, school: School) -> None:
        """When the rows come back there is nothing to confirm, and what was new is taken."""
        save(school, LINES[:5])
        school.merge()
        save(school, [*LINES, receipt(99)])
        told = school.merge()
        assert school.book(told, "ZW/库房.xlsx")["status"] == "accepted"
        assert told["exit_code"] == 0
        assert statuses(school) == {"accepted": 13}

    def test_half_of_the_rows_gone_is_no_stop(self, school: School) -> None:
        """Exactly half of the rows gone: they are missing, one by one."""
        save(school, LINES[:6])
        school.merge()
        assert statuses(school) == {"accepted": 6, "missing": 6}

    def test_every_row_changed_waits(self, school: School) -> None:
        """Every row of another day, as after a change of time zone: nothing is taken before it is confirmed."""
        save(school, [{**line, "doc_date": "2026-10-19"} for line in LINES])
        told = school.merge()
        assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 12, "held": 12}
        assert {row["doc_date"] for row in school.rows("stock_receipt")} == {"2026-10-20"}

    def test_every_remark_changed_is_taken(self, school: School) -> None:
        """A remark posts nothing: all of them may change at once."""
        save(school, [{**line, "remark": "已核"} for line in LINES])
        assert counted(school.book(school.merge(), "ZW/库房.xlsx")) == {"read": 12, "accepted": 12}

    def test_a_small_workbook_is_not_stopped(self, school: School) -> None:
        """Nine rows are few enough to look at: they are missing without a stop."""
        save(school, LINES[:9])
        school.merge()
        save(school, LINES[:9][:4])
        told = school.merge()
        assert school.book(told, "ZW/库房.xlsx")["status"] != "waiting"

    def test_an_empty_folder_waits(self, school: School) -> None:
        """A department's folder that is suddenly empty is a share offline, not the end of its workbooks."""
        shutil.rmtree(school.folder / "departments/ZW")
        told = school.merge()
        book = school.book(told, "ZW/库房.xlsx")
        assert (book["status"], warned(book)) == ("waiting", ["IMP-06"])
        assert told["exit_code"] == 3
        assert statuses(school) == {"accepted": 12}

    def test_a_folder_that_returns_goes_on(self, school: School) -> None:
        """After the share is back nothing has happened."""
        shutil.move(school.folder / "departments/ZW", school.folder / "away")
        school.merge()
        shutil.move(school.folder / "away", school.folder / "departments/ZW")
        told = school.merge()
        assert told["exit_code"] == 0
        assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 12, "unchanged": 12}


class TestTurnedPages:
    """A month that leaves together when a later one comes has been turned over, not deleted."""

    def test_a_turned_page_stays_in_the_books(self, school: School) -> None:
        """The rows of October stay accepted when November stands in their place."""
        save(school, NOVEMBER)
        told = school.merge()
        assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 3, "accepted": 3}
        assert statuses(school) == {"accepted": 15}
        assert school.merge()["revision"] == told["revision"]

    def test_a_later_row_gone_is_missing_as_ever(self, school: School) -> None:
        """The turned month is left alone; a row of the open page that goes is missing."""
        save(school, NOVEMBER)
        school.merge()
        save(school, NOVEMBER[:2])
        school.merge()
        assert statuses(school) == {"accepted": 14, "missing": 1}

    def test_a_page_with_a_row_left_is_not_turned(self, school: School) -> None:
        """A month of which one row is left has not been turned: this many rows gone is a safe stop."""
        save(school, [*LINES[:1], *NOVEMBER])
        assert school.book(school.merge(), "ZW/库房.xlsx")["status"] == "waiting"

    def test_an_old_row_typed_on_a_turned_page(self, school: School) -> None:
        """The page stays turned for the other rows when one row of its month is typed again, or comes late."""
        save(school, NOVEMBER)
        school.merge()
        late = {**LINES[0], "doc_no": "RK-202610-0099"}
        save(school, [*NOVEMBER, LINES[4], late])
        told = school.merge()
        assert counted(school.book(told, "ZW/库房.xlsx")) == {"read": 5, "accepted": 1, "unchanged": 4}
        assert warned(school.book(told, "ZW/库房.xlsx")) == []
        assert statuses(school) == {"accepted": 16}

    def test_a_late_row_that_goes_is_missing(self, school: School) -> None:
        """A row that was written after its page had been turned is missing when it goes, as any other."""
        save(school, NOVEMBER)
        school.merge()
        late = {**LINES[0], "doc_no": "RK-202610-0099"}
        save(school, [*NOVEMBER, late])
        school.merge()
        save(school, NOVEMBER)
        school.merge()
        assert [row["doc_no"] for row in school.rows("stock_receipt", "missing")] == ["RK-202610-0099"]

    def test_a_late_row_is_turned_with_the_page_on_which_it_stands(
        self, school: School, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A late row of October leaves with the page of November on which it was written."""
        monkeypatch.setenv("HOUQIN_TODAY", "2026-12-05")
        save(school, NOVEMBER)
        school.merge()
        late = {**LINES[0], "doc_no": "RK-202610-0099"}
        save(school, [*NOVEMBER, late])
        school.merge()
        save(school, [receipt(1, doc_no="RK-202612-0001", doc_date="2026-12-02")])
        told = school.merge()
        assert warned(school.book(told, "ZW/库房.xlsx")) == []
        assert statuses(school) == {"accepted": 17}
        assert school.merge(full=True)["revision"] == told["revision"]

    def test_a_page_turned_back_counts_again(self, school: School) -> None:
        """After the month has come back, a row of it that goes is missing."""
        save(school, NOVEMBER)
        school.merge()
        save(school, [*LINES, *NOVEMBER])
        school.merge()
        save(school, [*LINES[1:], *NOVEMBER])
        school.merge()
        assert statuses(school) == {"accepted": 14, "missing": 1}
