from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.table import Table

from addin.book import print_across
from addin.calc import saved_copy

if TYPE_CHECKING:
    import xlwings as xw


@pytest.mark.parametrize("name", ["入库单", "It's 二 表", "2026-11", "A1", "a.b", "（一）月份", "x!y"])
def test_a_sheet_may_have_any_name(book: xw.Book, name: str) -> None:
    """Sheets are found by any name that Excel allows, and formulas and names lead to them."""
    sheet = book.sheets.add(name)
    sheet["B2"].value = 7
    assert book.sheets[name.upper()] == sheet
    book.sheets["Sheet1"].range("A1").value = "='{}'!B2".format(name.replace("'", "''"))
    book.names.add("那里", "='{}'!$B$2".format(name.replace("'", "''")))
    assert book.sheets["Sheet1"]["A1"].value == 7
    assert book.names["那里"].refers_to_range == sheet["B2"]


def test_sheets_are_added_moved_copied_and_deleted(book: xw.Book) -> None:
    """The order of sheets follows what is done to them; a new one stands in front."""
    first = book.sheets[0]
    book.sheets.add("二", after=first)
    book.sheets.add("一", before=book.sheets["二"])
    assert book.sheets.active.name == "一"
    assert book.sheet_names == ["Sheet1", "一", "二"]
    first.move(after=book.sheets["二"])
    assert [first.index, *book.sheet_names] == [3, "一", "二", "Sheet1"]
    first["A1"].value = "原"
    copied = first.copy(name="副本")
    assert (copied["A1"].value, copied.index) == ("原", 4)
    first.delete()
    assert book.sheet_names == ["一", "二", "副本"]
    with pytest.raises(KeyError):
        book.sheets["Sheet1"]


def test_hidden_sheets_are_read_and_written(book: xw.Book) -> None:
    """A hidden sheet stays hidden and works like the others."""
    hidden = book.sheets.add("隐藏")
    hidden.visible = False
    hidden["A1:B1"].value = ["甲", 2]
    assert [sheet.visible for sheet in book.sheets if sheet.name == "隐藏"] == [False]
    assert book.sheets["隐藏"].used_range.value == ["甲", 2.0]


def test_the_used_range_ends_with_the_last_value(sheet: xw.Sheet) -> None:
    """An empty sheet uses its first cell; otherwise the range reaches around all values."""
    assert sheet.used_range.address == "$A$1"
    sheet["C3"].value = "中"
    sheet["E9"].value = 1
    assert sheet.used_range.address == "$C$3:$E$9"
    assert sheet["C3"].current_region.address == "$C$3"


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("B2", "$B$2"),
        ("b2:$d$4", "$B$2:$D$4"),
        ("D4:B2", "$B$2:$D$4"),
        ("B:C", "$B:$C"),
        ("2:3", "$2:$3"),
        ("A1,C3:D4", "$A$1,$C$3:$D$4"),
        ((2, 2), "$B$2"),
        ("本表名", "$B$3"),
        ("二!D1", "$D$1"),
    ],
)
def test_a_range_is_named_as_in_excel(book: xw.Book, given: str | tuple[int, int], address: str) -> None:
    """Addresses, names and row and column lead to the cells that Excel would give."""
    book.sheets.add("二", after=book.sheets[0])
    sheet = book.sheets[0]
    sheet["B3"].name = "本表名"
    assert sheet.range(given).address == address


def test_what_is_no_range_is_refused(sheet: xw.Sheet) -> None:
    """A name that does not exist, a row 0 and a row beyond the sheet are errors."""
    for wrong in ("没有", "A1048577", "XFE1"):
        with pytest.raises(KeyError):
            sheet.range(wrong)
    with pytest.raises(IndexError):
        sheet.range((0, 1))


def test_names_belong_to_the_book_or_to_a_sheet(book: xw.Book) -> None:
    """Names are added, found whatever their case, changed and deleted; one of a sheet shows it."""
    sheet = book.sheets[0]
    sheet["A1:B2"].name = "Stock_区"
    book.names.add("Sheet1!local", "=Sheet1!$C$1")
    assert sorted(name.name for name in book.names) == ["Sheet1!local", "Stock_区"]
    assert book.names["stock_区"].refers_to == "=Sheet1!$A$1:$B$2"
    assert [name.name for name in sheet.names] == ["Sheet1!local"]
    assert sheet["A1:B2"].name.name == "Stock_区"
    assert sheet["A1"].name is None
    book.names["Stock_区"].refers_to = "=Sheet1!$A$1"
    assert book.names["Stock_区"].refers_to_range == sheet["A1"]
    book.names["Stock_区"].delete()
    assert "Stock_区" not in book.names
    with pytest.raises(KeyError):
        book.names["Stock_区"]


def test_tables_of_excel_are_tables(app: xw.App, tmp_path: Path) -> None:
    """A table in a file is found with its parts, can grow, and is a table again in the saved file."""
    file = tmp_path / "表.xlsx"
    made = openpyxl.Workbook()
    made.active.title = "入库单"
    for row in (["日期", "数量"], ["2026-11-01", 3], ["2026-11-02", 4]):
        made.active.append(row)
    made.active.add_table(Table(displayName="stock_receipt", ref="A1:B3"))
    made.save(file)
    with app.books.open(file) as book:
        sheet = book.sheets["入库单"]
        table = sheet.tables["STOCK_RECEIPT"]
        assert [each.name for each in sheet.tables] == ["stock_receipt"]
        assert (table.range.address, table.header_row_range.address) == ("$A$1:$B$3", "$A$1:$B$1")
        assert table.data_body_range.value == [["2026-11-01", 3.0], ["2026-11-02", 4.0]]
        assert sheet["B2"].table == table
        assert sheet["D1"].table is None
        assert sheet.range("stock_receipt").address == "$A$2:$B$3"
        table.resize(sheet["A1:B9"])
        book.save()
    assert openpyxl.load_workbook(file)["入库单"].tables["stock_receipt"].ref == "A1:B9"


def test_a_sheet_of_a_file_comes_with_what_belongs_to_it(app: xw.App, book: xw.Book, tmp_path: Path) -> None:
    """A sheet taken in from a file brings names, tables, frozen rows, lists and widths, and shows no other window."""
    file = tmp_path / "盘点表.xlsx"
    made = openpyxl.Workbook()
    page = made.active
    page.title = "Sheet1"
    for row in (["物品", "实盘"], ["口罩", None], ["手套", None]):
        page.append(row)
    page.add_table(Table(displayName="stock_count", ref="A1:B3"))
    made.defined_names["hq_register"] = DefinedName("hq_register", attr_text="Sheet1!$A$1:$B$3")
    listed = DataValidation(type="list", formula1='"完好,损坏"')
    listed.add("B2:B3")
    page.add_data_validation(listed)
    page.freeze_panes = "B2"
    page.column_dimensions["A"].width = 31
    made.save(file)
    book.sheets[0]["A1"].value = "原有"
    assert book.impl.import_sheet(str(file)) == "Sheet1 (2)"
    assert [len(app.books), app.books.active.name] == [1, book.name]
    taken = book.sheets["Sheet1 (2)"]
    assert taken["A1:A3"].value == ["物品", "口罩", "手套"]
    assert book.names["hq_register"].refers_to == "='Sheet1 (2)'!$A$1:$B$3"
    assert taken.tables["stock_count"].range.address == "$A$1:$B$3"
    book.save(tmp_path / "合.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "合.xlsx")["Sheet1 (2)"]
    assert (saved.freeze_panes, saved.tables["stock_count"].ref) == ("B2", "A1:B3")
    assert saved.column_dimensions["A"].width > 25
    assert [(str(each.sqref), each.formula1) for each in saved.data_validations.dataValidation] == [
        ("B2:B3", '"完好,损坏"')
    ]


def test_rows_are_frozen(book: xw.Book, tmp_path: Path) -> None:
    """Frozen rows are in the saved file; the sheet in front stays in front."""
    sheet = book.sheets[0]
    front = book.sheets.add("前")
    sheet["A1"].value = 1
    sheet.freeze_panes.freeze_at("A1:A3")
    assert book.sheets.active == front
    book.save(tmp_path / "冻.xlsx")
    assert openpyxl.load_workbook(tmp_path / "冻.xlsx")["Sheet1"].freeze_panes == "B4"
    sheet.freeze_panes.unfreeze()
    book.save()
    assert openpyxl.load_workbook(tmp_path / "冻.xlsx")["Sheet1"].freeze_panes is None


def test_a_range_becomes_a_table(sheet: xw.Sheet) -> None:
    """A new table has headers with filters and a name of its own."""
    sheet["B2"].value = [["名称", "数量"], ["口罩", 2]]
    table = sheet.tables.add(sheet["B2:C3"])
    assert (table.name, table.show_headers, table.show_autofilter) == ("Table1", True, True)
    assert table.data_body_range.value == ["口罩", 2.0]


def test_rows_are_inserted_and_deleted(sheet: xw.Sheet) -> None:
    """Rows move as in Excel, and cells are copied with their values."""
    sheet["A1"].value = [["甲", 1], ["乙", 2]]
    sheet["1:1"].insert("down")
    assert sheet["A1:B3"].value == [[None, None], ["甲", 1.0], ["乙", 2.0]]
    sheet["1:2"].delete()
    assert sheet["A1:B2"].value == [["乙", 2.0], [None, None]]
    sheet["A1:B1"].copy(sheet["D5"])
    assert sheet["D5:E5"].value == ["乙", 2.0]


def test_selected_cells_are_known(book: xw.Book, app: xw.App) -> None:
    """The selection is one rectangle, or several of which the first one counts."""
    sheet = book.sheets.add("二")
    sheet["B2:C3"].select()
    assert (app.selection, app.selection.sheet) == (sheet["B2:C3"], sheet)
    sheet["A1,C3:D4"].select()
    assert app.selection.address == "$A$1,$C$3:$D$4"


def test_rows_and_columns_are_hidden_and_sized(sheet: xw.Sheet) -> None:
    """Widths count characters, heights points; hidden rows say so."""
    sheet["A1:B1"].column_width = 20
    assert sheet["A1:B1"].column_width == pytest.approx(20, abs=0.1)
    sheet["A2"].row_height = 30
    assert sheet["A2"].row_height == pytest.approx(30, abs=0.1)
    assert sheet["A1:A2"].row_height is None
    sheet["A3:A4"].rows.hidden = True
    assert [sheet["A3:A4"].rows.hidden, sheet["A2"].rows.hidden, sheet["A2:A3"].rows.hidden] == [True, False, None]
    sheet["A1"].value = "这一列的内容很长很长很长很长很长很长很长"
    sheet["A1"].columns.autofit()
    assert sheet["A1"].column_width > 25


def test_a_sheet_of_ours_prints_across(book: xw.Book, tmp_path: Path) -> None:
    """A list is printed on A4 landscape, as wide as one page, its header on each; other sheets stay upright."""
    sheet = book.sheets.add("状态", after=book.sheets[0])
    print_across(sheet, 64, 9, 4)
    page = sheet.page_setup.api
    assert (page.Orientation, page.PaperSize, page.FitToPagesWide, page.PrintTitleRows) == (2, 9, 1, "$4:$4")
    assert sheet.page_setup.print_area == "$A$1:$I$64"
    assert book.sheets[0].page_setup.api.Orientation == 1
    kept = openpyxl.load_workbook(saved_copy(book, tmp_path / "打印.xlsx"))["状态"]
    assert (kept.page_setup.orientation, kept.page_setup.fitToWidth, kept.page_setup.fitToHeight) == ("landscape", 1, 0)
    assert (kept.sheet_properties.pageSetUpPr.fitToPage, kept.print_title_rows) == (True, "$4:$4")
