from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pandas as pd
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from addin.calc.values import NotACellValueError

if TYPE_CHECKING:
    import xlwings as xw

# A date in a cell has no zone.
DAY, MOMENT, EARLY, LATE = map(
    dt.datetime.fromisoformat, ("2026-11-22", "2026-11-22T13:45:30", "1899-12-31", "9999-12-31")
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("一次性手套", "一次性手套"),
        ("两行\n文字", "两行\n文字"),
        (1, 1.0),
        (-12.5, -12.5),
        (10**15, 1e15),
        (1.7e-12, 1.7e-12),
        (Decimal("12.34"), 12.34),
        (True, True),
        (False, False),
        (DAY.date(), DAY),
        (MOMENT, MOMENT),
        (EARLY, EARLY),
        (LATE, LATE),
        (None, None),
        ("", None),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp(MOMENT), MOMENT),
        ("000001", 1.0),
        ("1,234.5", 1234.5),
        ("12%", 0.12),
        ("2026-11-22", DAY),
        ("2026-13-22", "2026-13-22"),
        ("true", True),
        ("'000001", "000001"),
        ("'=1+1", "=1+1"),
        ("=1+1", 2.0),
        ("=", "="),
        ("12 个", "12 个"),
        ("1.2.3", "1.2.3"),
        (".", "."),
        (".5", 0.5),
        ("E05", "E05"),
        ("-e5", "-e5"),
        ("1E3", 1000.0),
        ("1e999", "1e999"),
    ],
)
def test_a_cell_takes_a_value_as_excel_does(sheet: xw.Sheet, written: object, read: object) -> None:
    """A value written by a program is read back with its type; text that looks like a number becomes one."""
    sheet["B2"].value = written
    value = sheet["B2"].value
    assert value == read
    assert type(value) is type(read)


@pytest.mark.parametrize("value", [float("inf"), 10**400, Decimal("-Infinity"), object(), {"甲": 1}, b"x"])
def test_what_no_cell_can_hold_is_refused(sheet: xw.Sheet, value: object) -> None:
    """A value that Excel has no place for is refused with a sentence, and nothing is written."""
    sheet["A1:B1"].value = ["旧", 1]
    with pytest.raises(NotACellValueError, match="不能写入单元格的值"):
        sheet["A1:B1"].value = ["新", value]
    assert sheet["A1:B1"].value == ["旧", 1.0]


def test_a_cell_with_text_format_keeps_text(sheet: xw.Sheet) -> None:
    """In a cell with the format ``@`` text stays text, whatever it looks like."""
    cells = sheet["A1:A4"]
    cells.number_format = "@"
    written = ["000001", "2026-11-22", "=1+1", "TRUE"]
    cells.options(transpose=True).value = written
    assert cells.value == written


def test_a_number_in_a_cell_of_truth_is_a_number(sheet: xw.Sheet) -> None:
    """A cell that held a truth value takes a number, as it would in Excel."""
    sheet["A1:B1"].value = [True, False]
    sheet["A1"].value = 5
    assert sheet["A1:B1"].value == [5.0, False]


def test_a_date_keeps_the_format_that_the_cell_has(sheet: xw.Sheet) -> None:
    """Only a cell without a date format gets one with a date."""
    sheet["A1"].number_format = "yyyy/m/d"
    sheet["A1:B1"].value = [DAY, DAY]
    assert [sheet["A1"].number_format.lower(), sheet["B1"].number_format.lower()] == ["yyyy/m/d", "yyyy-mm-dd"]


def test_ten_thousand_rows_go_and_come_in_one_call(sheet: xw.Sheet) -> None:
    """A block of 10,000 rows and 10 columns with gaps, text and dates comes back as it went."""
    rows: list[list[object]] = [
        [f"物品{n}", float(n), n / 8, DAY, None, -1.0 * n, f"{n}号", float(n % 7), True, "一"] for n in range(1, 10_001)
    ]
    block = sheet["A1"].resize(10_000, 10)
    assert block.size <= min(block.impl.max_cells_per_read, block.impl.max_cells_per_write)
    block.value = rows
    assert block.value == rows


def test_whole_columns_can_be_read(sheet: xw.Sheet) -> None:
    """A whole column has Excel's 1,048,576 rows, blank where nothing stands."""
    sheet["B3"].value = DAY
    values = sheet["B:C"].raw_value
    assert len(values) == 1_048_576
    assert values[1:4] == (("", ""), (DAY, ""), ("", ""))


@pytest.mark.parametrize(
    ("formula", "text"),
    [
        ("=1/0", "#DIV/0!"),
        ("=NA()", "#N/A"),
        ("=没有这个名称", "#NAME?"),
        ("=10^999", "#NUM!"),
        ('=1+"x"', "#VALUE!"),
    ],
)
def test_an_error_is_none_or_its_name(sheet: xw.Sheet, formula: str, text: str) -> None:
    """An error cell reads as None, with ``err_to_str`` as Excel's word for it; a blank cell beside it stays blank."""
    sheet["A1:B1"].value = [formula, None]
    both = sheet["A1:B1"]
    assert both.value == [None, None]
    assert both.options(empty="-").value == [None, "-"]
    assert both.options(err_to_str=True).value == [text, None]


def test_options_of_xlwings_apply(sheet: xw.Sheet) -> None:
    """Dates, numbers and blanks come as the options ask."""
    sheet["A1:C1"].value = [DAY, 3.0, None]
    assert sheet["A1:C1"].options(dates=dt.date, numbers=int, empty="").value == [DAY.date(), 3, ""]
    assert sheet["A1:C1"].options(ndim=2).value == [[DAY, 3.0, None]]


def test_a_table_of_pandas_goes_and_comes(sheet: xw.Sheet) -> None:
    """``options(pd.DataFrame)`` reads the table that was written, found by ``expand``."""
    frame = pd.DataFrame({"名称": ["口罩", "手套"], "数量": [1.0, 2.5], "日期": [DAY, MOMENT]})
    sheet["B2"].options(index=False).value = frame
    read = sheet["B2"].expand().options(pd.DataFrame, index=False).value
    pd.testing.assert_frame_equal(read, frame, check_dtype=False)


def test_merged_cells_hold_their_value_in_the_first(sheet: xw.Sheet) -> None:
    """The first of merged cells has the value, the others are blank; each knows the whole."""
    sheet["B2"].value = "标题"
    sheet["B2:D3"].merge()
    assert sheet["A2:D2"].value == [None, "标题", None, None]
    assert sheet["C3"].merge_area.address == "$B$2:$D$3"
    assert sheet["C3"].merge_cells
    assert not sheet["A1"].merge_cells
    sheet["B2:D3"].unmerge()
    assert sheet["C3"].merge_area.address == "$C$3"


def test_books_of_1904_count_from_there(app: xw.App, tmp_path: Path) -> None:
    """In a book that counts days from 1904 dates are read and written as the dates they show."""
    file = tmp_path / "mac.xlsx"
    made = openpyxl.Workbook()
    made.epoch = CALENDAR_MAC_1904
    made.active["A1"] = DAY
    made.save(file)
    with app.books.open(file) as book:
        assert book.sheets[0]["A1"].value == DAY
        book.sheets[0]["A2"].value = MOMENT
        assert book.sheets[0]["A2"].value == MOMENT
        book.save()
    saved = openpyxl.load_workbook(file)
    assert (saved.epoch, saved.active["A2"].value) == (CALENDAR_MAC_1904, MOMENT)


@pytest.mark.parametrize(
    ("start", "mode", "address"),
    [
        ("B2", "table", "$B$2:$D$4"),
        ("B2", "down", "$B$2:$B$4"),
        ("B2", "right", "$B$2:$D$2"),
        ("C3", "table", "$C$3:$D$4"),
        ("F1", "table", "$F$1"),
    ],
)
def test_a_range_expands_to_the_block(sheet: xw.Sheet, start: str, mode: str, address: str) -> None:
    """``expand`` follows filled cells of any kind down and to the right."""
    sheet["B2"].value = [["列", "数", "日"], ["文", 1, DAY], ["=1+1", True, "尾"]]
    sheet["B6"].value = "不连着"
    assert sheet[start].expand(mode).address == address


@pytest.mark.parametrize(
    ("start", "direction", "address"),
    [
        ("B2", "down", "$B$4"),
        ("B4", "down", "$B$6"),
        ("B6", "down", "$B$1048576"),
        ("B6", "up", "$B$4"),
        ("B3", "up", "$B$2"),
        ("B2", "up", "$B$1"),
        ("B2", "right", "$D$2"),
        ("D2", "right", "$XFD$2"),
        ("D2", "left", "$B$2"),
        ("B2", "left", "$A$2"),
    ],
)
def test_end_goes_where_ctrl_and_an_arrow_go(sheet: xw.Sheet, start: str, direction: str, address: str) -> None:
    """``end`` stops at the edge of a block, then at the next block, then at the edge of the sheet."""
    sheet["B2"].value = [["列", "数", "日"], ["文", 1, DAY], ["=1+1", True, "尾"]]
    sheet["B6"].value = "不连着"
    assert sheet[start].end(direction).address == address


@pytest.mark.parametrize(
    "formula",
    [
        "=B1+1",
        "=SUM(B1:B9,1.5)",
        '=IF(B1>0,"有;,余","无")',
        "=Sheet1!$B$1*2",
        "='二 表''s'!B1",
        "=SUM('二 表''s'!B:B)",
        "=IFERROR(VLOOKUP(A9,'二 表''s'!$A$1:$B$9,2,FALSE()),0)",
        "=SUM({1,2;3,4})",
        "=HYPERLINK(\"#'二 表''s'!A1\",\"看\")",
        "=SUM(B1:B3 B2:C2)",
        "=EOMONTH(B1,0)",
        "=-B1%",
    ],
)
def test_formulas_are_excels(book: xw.Book, formula: str) -> None:
    """A formula goes in and comes out in Excel's words, among values and in one block."""
    sheet = book.sheets[0]
    book.sheets.add("二 表's", after=sheet)
    sheet["D1"].value = [["前", formula], [formula, 1.0]]
    assert sheet["D1:E2"].formula == (("前", formula), (formula, "1"))
    assert sheet["D2"].formula == formula


def test_one_formula_fills_a_range(sheet: xw.Sheet) -> None:
    """A single formula moves its relative references along, as in Excel."""
    sheet["A1"].value = [[1, 10], [2, 20], [3, 30]]
    sheet["D1:E3"].formula = '=A1*$B$1&"A1"'
    assert sheet["D1:E3"].formula == (
        ('=A1*$B$1&"A1"', '=B1*$B$1&"A1"'),
        ('=A2*$B$1&"A1"', '=B2*$B$1&"A1"'),
        ('=A3*$B$1&"A1"', '=B3*$B$1&"A1"'),
    )
