"""What a hostile or careless hand does to files, and what DESIGN 5 to 9 promise about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from sync.cli import main
from sync.commands.validate import marked_targets
from tests.sync.school import MASTER, School, codes, counted, receipt

LINES = [receipt(number) for number in range(1, 6)]
"""Five receipts of 25 brooms."""
STORE, COPY = "ZW/库房.xlsx", "ZW/库房(1).xlsx"


@pytest.fixture(name="school")
def _school(tmp_path: Path) -> School:
    """A school with its master data and one workbook of five receipts."""
    school = School(tmp_path / "school")
    school.save("ZW/基础.xlsx", MASTER)
    save(school, LINES)
    school.merge()
    return school


def save(school: School, lines: Sequence[dict[str, object]], name: str = STORE) -> Path:
    """Save receipts as a workbook of the store."""
    return school.save(name, {"stock_receipt": lines})


def changed(number: int, **cells: object) -> list[dict[str, object]]:
    """Return the five lines with one of them changed."""
    return [{**line, **cells} if place == number else line for place, line in enumerate(LINES, 1)]


def bought(quantity: int) -> dict[str, object]:
    """Return the cells of a receipt of some brooms."""
    return {"qty": quantity, "amount": f"{quantity * 8.5:.2f}"}


def quantity(school: School, number: int) -> str:
    """Return how much a receipt in the books says."""
    return school.quantities("stock_receipt")[f"RK-202611-{number:04d}/1"]


class TestNothingNew:
    """A run over files that did not change writes no revision, whatever came before."""

    def test_deleted_here_and_edited_in_a_copy(self, school: School) -> None:
        """A workbook that no longer states a row is not remembered as stating it."""
        save(school, LINES[1:])
        save(school, changed(1, buyer="孙丽"), COPY)
        revision = school.merge()["revision"]
        assert school.merge(full=True)["revision"] == revision

    def test_a_row_taken_later(self, school: School) -> None:
        """Rows that were taken without their file being read are counted as its next reading counts them."""
        save(school, [*LINES, receipt(6, item_code="QJ0009")])
        assert school.merge()["exit_code"] == 3
        broom = {**MASTER["item_catalogue"][0], "item_code": "QJ0009", "item_name": "拖把"}
        school.save("ZW/拖把.xlsx", {"item_catalogue": [broom]})
        told = school.merge()
        assert told["exit_code"] == 0
        assert counted(school.book(told, STORE)) == {"read": 6, "accepted": 1, "unchanged": 5}
        assert school.merge(full=True)["revision"] == told["revision"]

    def test_a_corrected_number(self, school: School) -> None:
        """That a number was corrected is told as long as the file stays as it is, however often it is read."""
        save(school, [receipt(77), *LINES[1:]])
        told = school.merge()
        again = school.merge(full=True)
        assert again["revision"] == told["revision"]
        assert "IMP-08" in codes(school.book(again, STORE), "warning")

    def test_a_row_that_moved_on(self, school: School) -> None:
        """A workbook is not told that a row of it is missing once another workbook states that row."""
        save(school, LINES[1:])
        assert "IMP-07" in codes(school.book(school.merge(), STORE), "warning")
        save(school, [LINES[0], receipt(9)], "ZW/乙.xlsx")
        told = school.merge()
        assert "IMP-07" not in codes(school.book(told, STORE), "warning")
        assert school.merge(full=True)["revision"] == told["revision"]

    def test_a_row_that_moved_on_and_left(self, school: School) -> None:
        """A row that its first workbook lost is missing again when the second one loses it too."""
        save(school, LINES[1:])
        school.merge()
        save(school, [LINES[0], receipt(9)], "ZW/乙.xlsx")
        school.merge()
        save(school, [receipt(9)], "ZW/乙.xlsx")
        school.merge()
        assert [row["doc_no"] for row in school.rows("stock_receipt", "missing")] == [LINES[0]["doc_no"]]


class TestNames:
    """A renamed or moved file is not an event."""

    @pytest.fixture(autouse=True)
    def _both_edited(self, school: School) -> None:
        """The original and its copy have each changed a row of their own."""
        save(school, changed(2, **bought(27)))
        save(school, changed(1, **bought(26)), COPY)
        school.merge()

    def test_original_and_copy_change_names(self, school: School) -> None:
        """Two workbooks whose names were swapped take nothing back that either had changed."""
        original, copy = school.path(STORE), school.path(COPY)
        aside = original.with_name("x")
        original.rename(aside)
        copy.rename(original)
        aside.rename(copy)
        told = school.merge()
        assert (quantity(school, 1), quantity(school, 2)) == ("26.000", "27.000")
        assert counted(school.book(told, STORE)) == {"read": 5, "unchanged": 5}
        save(school, changed(1, **bought(28)))
        school.merge()
        assert (quantity(school, 1), quantity(school, 2)) == ("28.000", "27.000")

    def test_a_marked_copy_is_based_on_what_its_original_said(self, school: School) -> None:
        """A marked copy takes nothing back that another copy had changed: its base is its own original."""
        with pytest.raises(SystemExit):
            main(["validate", str(school.path(STORE)), "--marked", str(school.path("ZW/看过.xlsx"))])
        told = school.merge()
        assert (quantity(school, 1), quantity(school, 2)) == ("26.000", "27.000")
        assert counted(school.book(told, "ZW/看过.xlsx")) == {"read": 5, "unchanged": 5}


class TestCommandLine:
    """What is typed on the command line never harms a file of staff, and is answered in words."""

    def run(self, *arguments: object) -> int:
        """Run a command and return its exit code."""
        with pytest.raises(SystemExit) as left:
            main([str(each) for each in arguments])
        return int(str(left.value.code))

    def test_a_marked_copy_over_the_file_itself(self, school: School) -> None:
        """A workbook that is checked is never replaced by its own marked copy."""
        path = school.path(STORE)
        content = path.read_bytes()
        assert self.run("validate", path, "--marked", path) == 2
        assert path.read_bytes() == content

    def test_marked_copies_of_files_of_one_name(self, school: School, tmp_path: Path) -> None:
        """Marked copies of two workbooks of one name do not replace each other."""
        other = save(school, [receipt(9)], "ZW/旧/库房.xlsx")
        assert marked_targets([school.path(STORE), other], tmp_path) == [
            tmp_path / "库房.校验.xlsx",
            tmp_path / "库房 (2).校验.xlsx",
        ]

    @pytest.mark.parametrize("moment", ["99999999999999999999", "99", "²", "0001-01-01", "昨天"])
    def test_a_revision_that_there_is_not(
        self, school: School, moment: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """A revision or moment that cannot be is a mistake of use, told as one JSON document."""
        where = ("--share", school.folder, "--json")
        assert self.run("rows", "stock_receipt", "--as-of", moment, *where) == 2
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "USAGE"

    def test_why_of_a_file_that_is_not_there(self, school: School) -> None:
        """Asking for a row of a file that cannot be read leaves with 5, of one that can with 0."""
        assert self.run("why", school.path("ZW/没有.xlsx"), "B4", "--share", school.folder) == 5
        assert self.run("why", school.path(STORE), "B4", "--share", school.folder) == 0
