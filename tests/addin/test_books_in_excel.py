"""盘点表, 账面数, 对账 and the cell functions in a spreadsheet program, on the books that a real run has published."""

from __future__ import annotations

from datetime import datetime
from inspect import signature
from typing import TYPE_CHECKING, get_type_hints

import openpyxl
import pytest

from addin import buttons, functions
from addin.count_plans import NotPlannedError
from addin.published import Published
from addin.why import why
from sync.commands import stock
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
        store = example(opened)[0]
        opened.sync()
        return opened, store


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
    assert shown[0] == ["hq_账面数量", "hq_基准日实存", "hq_盈亏数量", "hq_盈亏金额", "hq_状态"]
    assert shown[1:] == [[36, 35, -1, -23.8, "盘亏"], [None, None, None, -23.8, "合计"]]
    assert "盘亏 1；盘盈 0.00 元，盘亏 -23.80 元" in said

    sheet.range((4, 1)).select()
    assert "1 行的账面数" in buttons.book_quantities(book)
    handed_in = opened.path("ST/盘点.xlsx")
    handed_in.parent.mkdir(parents=True, exist_ok=True)
    book.save(handed_in)
    kept = openpyxl.load_workbook(handed_in).worksheets[1]
    assert (kept.page_setup.orientation, kept.freeze_panes) == ("landscape", written.freeze_panes)
    assert "监盘人" in str(kept.oddFooter.left.text)
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


def test_cells_answer_from_the_newest_publication(school: tuple[School, str]) -> None:
    """Quantity, price and name by code and by name; what is unknown, or not a field, is a sentence, never an error."""
    opened, room = school
    room_name, item_name = names_of(opened, room)
    assert (functions.hq_bookqty("SP0007", room), functions.hq_bookqty(item_name, room_name)) == (42.0, 42.0)
    assert (functions.hq_bookqty("SP0007"), functions.hq_avgprice("sp0007 ", room)) == (42.0, 23.8)
    assert functions.hq_avgprice("SP0007") == 23.8
    assert functions.hq_item("SP0007") == item_name
    assert functions.hq_item("SP0007", "基本计量单位") == functions.hq_item("SP0007", "base_unit")
    assert "没有“SP0008”" in str(functions.hq_bookqty("SP0008", room))
    assert "没有“Z-9”" in str(functions.hq_bookqty("SP0007", "Z-9"))
    assert "没有“颜色”这一项" in str(functions.hq_item("SP0007", "颜色"))
    assert functions.hq_bookqty(None, room) == "没有填物品目录的编码或名称"


def test_published_balances_are_those_of_the_command_line(school: tuple[School, str]) -> None:
    """Quantity, value and average price of every place are the figures of ``houqin stock balance``."""
    opened, _ = school
    shown = told(opened, "balance", of=stock)
    published = Published.open(opened.folder).stock().to_dicts()
    assert [{name: None if value is None else str(value) for name, value in row.items()} for row in published] == [
        {name: row[name] for name in ("warehouse", "item", "quantity", "value", "average_price")} for row in shown
    ]
    assert shown


def test_functions_look_to_xlwings_as_excel_calls_them() -> None:
    """Names and defaults of arguments are read, and no type hint, which xlwings would take for a converter."""
    for name in ("hq_bookqty", "hq_item", "hq_avgprice", "hq_asset", "hq_why"):
        function = getattr(functions, name)
        assert get_type_hints(function) == {}
        assert function.__doc__
    assert list(signature(functions.hq_bookqty).parameters) == ["item", "warehouse"]
    assert signature(functions.hq_item).parameters["field"].default is None


def test_a_cell_tells_what_became_of_its_row(school: tuple[School, str], book: xw.Book) -> None:
    """A row that was taken names its key and revision; a row below it is not known; elsewhere no workbook is known."""
    opened, _ = school
    path = opened.path("ZW/库房.xlsx")
    published = Published.open(opened.folder)
    issues = next(sheet.title for sheet in openpyxl.load_workbook(path).worksheets if sheet.title.startswith("出库单"))
    assert why(published, path, issues, 4, "zh").startswith("已入账：CK-")
    assert why(published, path, issues, 99, "zh").startswith("账上没有这一行")
    assert why(published, opened.path("ZW/新.xlsx"), issues, 4, "zh").startswith("账簿发布时还没有收到")
    assert functions.hq_why(book.sheets[0]["A4"]) == "工作簿不在部门的文件夹里，账上没有它的行"


def names_of(school: School, room: str) -> tuple[str, str]:
    """Return the names of the store and of the item, as the registers have them."""
    rooms = {row["room_code"]: row["room_name"] for row in school.rows("location")}
    items = {row["item_code"]: row["item_name"] for row in school.rows("item_catalogue")}
    return rooms[room], items["SP0007"]
