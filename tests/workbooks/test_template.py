"""What a clerk gets: structure, hints, print setup and safety of the official templates."""

from __future__ import annotations

import re
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from schemas.columns import Kind, Need
from schemas.register import Register, all_registers, register_of
from workbooks.template import write_template

REGISTERS = sorted(name for name in all_registers() if not name.startswith("sample_"))
RECEIPT = {
    "doc_no": "RK-202611-0001",
    "doc_date": date(2026, 11, 3),
    "qty": Decimal("2.5"),
    "unit_price": Decimal("5.8333"),
    "amount": Decimal("14.58"),
    "remark": "=1+1",
}


def written(path: Path, *ids: str, **options: object) -> openpyxl.Workbook:
    """The template of these registers, read back."""
    write_template([register_of(name) for name in ids], path, school="星河小学", **options)  # type: ignore[arg-type]
    return openpyxl.load_workbook(path)


def headers(sheet: Worksheet) -> list[str]:
    """The header texts of a sheet."""
    return [cell.value for cell in sheet[3]]


def column_of(sheet: Worksheet, register: type[Register], name: str) -> str:
    """The letters of a column by its English name."""
    place = headers(sheet).index(register.column(name).title) + 1
    return openpyxl.utils.get_column_letter(place)


def validation_at(sheet: Worksheet, cell: str) -> openpyxl.worksheet.datavalidation.DataValidation:
    """The validation that covers a cell."""
    return next(rule for rule in sheet.data_validations.dataValidation if cell in rule.sqref)


@pytest.mark.parametrize("name", REGISTERS)
def test_headers_stand_in_row_three_in_the_order_of_the_declaration(name: str, tmp_path: Path) -> None:
    """Row 3 holds a running number and every column title, each once; the data are a table named after the register."""
    register = register_of(name)
    book = written(tmp_path / "t.xlsx", name)
    sheet = book.worksheets[0]
    titles = [column.title for column in register.columns]
    assert headers(sheet) == ["行次" if "序号" in titles else "序号", *titles]
    last = openpyxl.utils.get_column_letter(len(register.columns) + 1)
    assert sheet.tables[name].ref == f"A3:{last}33"
    assert book.defined_names[f"HOUQIN_{name}_v1"].attr_text.endswith(f"!$A$3:${last}$3")
    assert [cell.value for cell in sheet["A"][3:33]] == list(range(1, 31))


@pytest.mark.parametrize("name", REGISTERS)
def test_no_merged_cell_touches_the_table(name: str, tmp_path: Path) -> None:
    """Only title and meta line are merged, since Excel refuses tables with merged cells."""
    sheet = written(tmp_path / "t.xlsx", name).worksheets[0]
    assert {area.max_row for area in sheet.merged_cells.ranges} == {1, 2}


@pytest.mark.parametrize("name", REGISTERS)
def test_code_columns_are_text(name: str, tmp_path: Path) -> None:
    """Codes, references and texts have the format @, in the table and in the rows under it."""
    register = register_of(name)
    sheet = written(tmp_path / "t.xlsx", name).worksheets[0]
    for column in register.columns:
        letters = column_of(sheet, register, column.name)
        if column.kind in {Kind.CODE, Kind.REFERENCE, Kind.CLASS, Kind.TEXT} and not column.formula:
            assert sheet[f"{letters}4"].number_format == "@"
        if column.kind is Kind.DATE:
            assert sheet[f"{letters}4"].number_format == "yyyy-mm-dd"
        if column.kind is Kind.MONEY:
            assert sheet[f"{letters}4"].number_format == "#,##0.00"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("name", REGISTERS)
def test_every_column_says_its_rule_and_refuses_nothing(name: str, language: str, tmp_path: Path) -> None:
    """Each column has an input message within Excel's limits; no validation stops what is typed."""
    register = register_of(name)
    sheet = written(tmp_path / "t.xlsx", name, language=language).worksheets[0]
    for column in register.columns:
        rule = validation_at(sheet, f"{column_of(sheet, register, column.name)}33")
        assert 0 < len(rule.prompt) <= 255
        assert len(rule.promptTitle) <= 32
        assert rule.errorStyle in {"warning", "information"}
        assert len(rule.formula1 or "") <= 257
        if language == "zh" and column.need is not Need.OPTIONAL:
            assert rule.prompt.startswith("必填" if column.need is Need.REQUIRED else "系统计算，请留空")


@pytest.mark.parametrize("name", REGISTERS)
def test_print_setup(name: str, tmp_path: Path) -> None:
    """A4 landscape, headers on every page, page numbers and signatures in the footer.

    One page wide, except for the 42 columns of an asset card and the 34 of an invoice: two, with the number on both.
    """
    sheet = written(tmp_path / "t.xlsx", name).worksheets[0]
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    wide = name in ("fixed_asset_card", "invoice_reimbursement")
    assert (sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight) == (2 if wide else None, 0)
    assert sheet.print_title_cols == ("$A:$B" if wide else None)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == "$1:$3"
    assert sheet.print_options.horizontalCentered
    assert all(f"{who}：" in sheet.oddFooter.left.text for who in all_registers()[name].signatures)
    assert sheet.oddFooter.right.text.strip() == "第 &P 页 共 &N 页"
    assert sheet.freeze_panes.endswith("4")


def test_count_sheet_has_room_for_its_signatures(tmp_path: Path) -> None:
    """The footer of a count sheet names who signs it (DOMAIN.md 4.3), other registers the usual three."""
    footers = {
        name: written(tmp_path / f"{name}.xlsx", name).worksheets[0].oddFooter.left.text.replace("　", "")
        for name in ("stocktake_sheet", "stock_receipt")
    }
    assert footers["stocktake_sheet"].endswith("盘点人：监盘人：保管员：部门负责人：")
    assert footers["stock_receipt"].endswith("制表人：审核人：负责人：")


def test_title_leaves_room_for_the_month_until_rows_tell_it(tmp_path: Path) -> None:
    """A blank form has room for year and month, a filled one names the month of its rows."""
    blank = written(tmp_path / "a.xlsx", "stock_receipt").worksheets[0]
    filled = written(tmp_path / "b.xlsx", "stock_receipt", rows={"stock_receipt": [RECEIPT]}).worksheets[0]
    assert re.fullmatch(r"星河小学\s+年\s+月入库单", blank["A1"].value)
    assert filled["A1"].value == "星河小学2026年11月入库单"
    assert "金额单位：元" in blank["A2"].value


def test_department_stands_in_the_meta_line(tmp_path: Path) -> None:
    """The meta line names the department that fills the sheet in."""
    sheet = written(tmp_path / "t.xlsx", "department", department="总务处").worksheets[0]
    assert sheet["A2"].value.startswith("填报部门：总务处　")
    assert "金额单位" not in sheet["A2"].value


def test_rows_are_written_as_values(tmp_path: Path) -> None:
    """Dates are dates, numbers numbers, and a text that begins with = stays text."""
    register = register_of("stock_receipt")
    sheet = written(tmp_path / "t.xlsx", "stock_receipt", rows={"stock_receipt": [RECEIPT]}).worksheets[0]
    row = {name: sheet[f"{column_of(sheet, register, name)}4"] for name in RECEIPT}
    assert row["doc_no"].value == "RK-202611-0001"
    assert row["doc_date"].value.date() == date(2026, 11, 3)
    assert (row["qty"].value, row["unit_price"].value, row["amount"].value) == (2.5, 5.8333, 14.58)
    assert (row["remark"].value, row["remark"].data_type) == ("=1+1", "s")


def test_formula_columns_compute_from_their_row_and_grow_with_the_table(tmp_path: Path) -> None:
    """Cells refer to their own row; the table's calculated column fills rows that are added."""
    register = register_of("stock_receipt")
    sheet = written(tmp_path / "t.xlsx", "stock_receipt").worksheets[0]
    qty, price, amount = (column_of(sheet, register, name) for name in ("qty", "unit_price", "amount"))
    assert f"{qty}7*{price}7" in sheet[f"{amount}7"].value
    with zipfile.ZipFile(tmp_path / "t.xlsx") as package:
        table = package.read("xl/tables/table1.xml").decode()
    assert "stock_receipt[[#This Row],[数量]]*stock_receipt[[#This Row],[单价]]" in table


def test_blank_formula_cells_store_an_empty_result(tmp_path: Path) -> None:
    """A prepared row reads as blank before any program has computed it."""
    written(tmp_path / "t.xlsx", "stock_receipt")
    values = openpyxl.load_workbook(tmp_path / "t.xlsx", data_only=True).worksheets[0]
    assert all(cell.value in {None, ""} for row in values.iter_rows(min_row=4, min_col=2) for cell in row)


def test_long_forms_are_prepared_for_all_rows(tmp_path: Path) -> None:
    """The table covers all rows given, and at least the lines wanted."""
    many = [{"dept_code": f"D{number}"} for number in range(40)]
    sheet = written(tmp_path / "t.xlsx", "department", rows={"department": many}).worksheets[0]
    assert sheet.tables["department"].ref.endswith("43")
    none = written(tmp_path / "n.xlsx", "department", blank_rows=0).worksheets[0]
    assert none.tables["department"].ref.endswith("4")


def test_references_offer_the_schools_own_codes_and_names(tmp_path: Path) -> None:
    """Where the header asks for a code the list has codes, else names, and codes of equal names."""
    lists = {
        "item_catalogue": [("BG0001", "A4复印纸"), ("BG0002", "中性笔")],
        "staff_roster": [("T001", "张三"), ("T002", "李四"), ("T003", "张三")],
    }
    book = written(tmp_path / "t.xlsx", "stock_receipt", lists=lists)
    sheet, hidden = book.worksheets[0], book["hq_字典"]
    register = register_of("stock_receipt")

    def offered(name: str) -> list[str]:
        rule = validation_at(sheet, f"{column_of(sheet, register, name)}4")
        assert not rule.showErrorMessage
        area = rule.formula1.partition("!")[2].replace("$", "")
        return [cell.value for row in hidden[area] for cell in row]

    assert offered("item_code") == ["BG0001", "BG0002"]
    assert offered("keeper") == ["T001", "李四", "T003"]
    assert hidden.sheet_state == "veryHidden"
    assert book.defined_names["hq_lists"].attr_text.startswith("'hq_字典'!")
    assert {"A4复印纸", "T003"} <= {cell.value for row in book["编码对照"].iter_rows() for cell in row}
    assert "hq_codes" in book.defined_names


def test_department_bundle_begins_with_a_guide(tmp_path: Path) -> None:
    """Several registers share a workbook; its guide is marked so that it is never read as input."""
    book = written(tmp_path / "t.xlsx", *REGISTERS, department="总务处")
    assert book.sheetnames == ["说明", *(register_of(name).title.replace("/", "_") for name in REGISTERS)]
    assert book.defined_names["hq_guide"].attr_text == "'说明'!$A$1"
    cells = [cell for row in book["说明"].iter_rows() for cell in row if cell.hyperlink]
    assert [cell.hyperlink.location for cell in cells] == [f"'{title}'!A4" for title in book.sheetnames[1:]]


def test_required_headers_differ_by_fill_and_weight(tmp_path: Path) -> None:
    """Required headers are told apart on the screen and in a black and white print."""
    sheet = written(tmp_path / "t.xlsx", "stock_receipt").worksheets[0]
    register = register_of("stock_receipt")
    required, optional = (sheet[f"{column_of(sheet, register, name)}3"] for name in ("doc_date", "remark"))
    assert required.font.bold
    assert not optional.font.bold
    assert required.fill.fgColor.rgb != optional.fill.fgColor.rgb


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    """A template made twice is the same file."""
    for name in ("a.xlsx", "b.xlsx"):
        written(tmp_path / name, *REGISTERS, rows={"stock_receipt": [RECEIPT]})
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_row_with_an_unknown_column_is_refused(tmp_path: Path) -> None:
    """Values that have no column are never dropped silently."""
    with pytest.raises(KeyError, match="colour"):
        written(tmp_path / "t.xlsx", "department", rows={"department": [{"colour": "red"}]})
    assert list(tmp_path.iterdir()) == []
