"""盘点表, 账面数 and 对账 in a real spreadsheet program, on the books that a real run has published."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest

from addin import buttons
from addin.count_plans import NotPlannedError
from tests.rule_lines import MASTER, PARAMETERS
from tests.sync.school import School
from tests.test_count_flow import PLAN, codes, example, told
from tests.test_rule_effects import save
from tests.test_rule_workbooks import configure

if TYPE_CHECKING:
    import xlwings as xw


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[School, str]:
    """Return a school with the worked example of a count, published on the day of the count, and its store."""
    folder = tmp_path_factory.mktemp("school")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_TODAY", "2026-12-02")
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        opened = School(folder / "share")
        configure(opened, **PARAMETERS)
        save(opened, "ZW/原有.xlsx", MASTER)
        return opened, example(opened)[0]


@pytest.fixture
def school(built: tuple[School, str], monkeypatch: pytest.MonkeyPatch) -> tuple[School, str]:
    """Return the school as the share of workbooks that lie elsewhere."""
    folder = built[0].folder
    monkeypatch.setenv("HOUQIN_TODAY", "2026-12-02")
    monkeypatch.setenv("HOUQIN_STATE", str(folder.parent / "state"))
    monkeypatch.setenv("HOUQIN_SHARE", str(folder))
    return built


def cells(sheet: xw.Sheet) -> list[object]:
    """Return everything that stands on a sheet."""
    value = sheet.used_range.value
    return [cell for row in value for cell in row if cell is not None]


def test_a_count_from_the_new_sheet_to_the_differences(school: tuple[School, str], book: xw.Book) -> None:
    """O10 without leaving the workbook: the sheet of ``houqin count sheet``, blind until counted, then its figures."""
    opened, room = school
    book.sheets[0]["A1"].value = room
    assert f"{PLAN}-01" in buttons.count_sheet(book)
    sheet = book.sheets.active
    written = openpyxl.load_workbook(told(opened, "sheet", PLAN)["sheets"][0]["path"]).worksheets[0]
    as_written = [[cell.value for cell in row] for row in written.iter_rows(max_row=5)]
    assert sheet.range((1, 1), (5, written.max_column)).value == as_written
    assert (sheet.name, len(book.sheets)) == (written.title, 2)

    assert sheet.name in buttons.count_sheet(book)
    assert len(book.sheets) == 2

    sheet.range((4, 1)).select()
    assert "盲盘" in buttons.book_quantities(book)
    places = {title: number for number, title in enumerate(as_written[2], start=1)}
    for title, value in {"初盘数量": 41, "盘点时间": datetime(2026, 12, 2, 10), "使用状况": "在用完好"}.items():  # noqa: DTZ001
        sheet.range((4, places[title])).value = value
    assert "需复盘 1" in buttons.reconcile(book)
    assert 36 not in cells(sheet)

    sheet.range((4, places["复盘数量"])).value = 41
    said = buttons.reconcile(book)
    shown = sheet.range((3, written.max_column + 2), (5, written.max_column + 6)).value
    assert [str(title).partition("\n")[0] for title in shown[0]] == [
        *("hq_账面数量", "hq_基准日实存", "hq_盈亏数量", "hq_盈亏金额", "hq_状态")
    ]
    assert shown[1:] == [[36, 35, -1, -23.8, "盘亏"], [None, None, None, -23.8, "合计"]]
    assert "盘亏 1；盘盈 0.00 元，盘亏 -23.80 元" in said

    sheet.range((4, 1)).select()
    assert "1 行的账面数" in buttons.book_quantities(book)
    handed_in = opened.path("ST/盘点.xlsx")
    handed_in.parent.mkdir(parents=True, exist_ok=True)
    book.save(handed_in)
    assert codes(opened) == []
    (line,) = told(opened, "differences", PLAN, code=3)["lines"]
    figures = [line[name] for name in ("book_qty", "qty_at_cutoff", "diff_qty", "diff_amount", "diff_kind")]
    assert figures == ["36.000", "35.000", "-1.000", "-23.80", "盘亏"]


def test_a_room_that_is_not_certain_gets_no_sheet(school: tuple[School, str], book: xw.Book) -> None:
    """A room that no plan counts is refused by name, with the rooms that are to be counted."""
    del school
    book.sheets[0]["A1"].value = "A-301"
    with pytest.raises(NotPlannedError, match="现在要盘的有"):
        buttons.count_sheet(book)


def test_book_quantities_beside_an_issue(school: tuple[School, str], book: xw.Book) -> None:
    """What is there now stands beside the selected rows; a row with an unknown item is named and left alone."""
    opened, _ = school
    issues = openpyxl.load_workbook(opened.path("ZW/库房.xlsx"))
    source = next(sheet for sheet in issues.worksheets if sheet.title.startswith("出库单"))
    rows = [[cell.value for cell in row] for row in source.iter_rows(max_row=5)]
    sheet = book.sheets[0]
    sheet.range((1, 1)).value = rows
    sheet.range((6, 1)).value = ["XX9999" if value == "SP0007" else value for value in rows[3]]
    sheet.range((4, 1), (6, 1)).select()
    said = buttons.book_quantities(book)
    column = len(rows[2]) + 2
    assert sheet.range((3, column), (6, column)).value[1:] == [42, 42, None]
    assert ("第 4 行：42" in said, "第 6 行" in said) == (True, True)
