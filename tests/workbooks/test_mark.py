"""What staff see in a marked copy: marks at cells, the list of findings, and nothing of theirs lost."""

from __future__ import annotations

import hashlib
import zipfile
from datetime import date
from pathlib import Path

import openpyxl
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from schemas.findings import Finding, reader_finding
from schemas.register import register_of
from schemas.values import Details, ErrorCell, Grid, ImageCell, NoValue, Percent
from workbooks.mark import write_marked
from workbooks.mark_grids import workbook_of_grids
from workbooks.read import read_file
from workbooks.template import write_template

SHEET = "入库单"
ROW = {"doc_no": "RK-202611-0001", "doc_date": date(2026, 11, 3), "line_no": 1, "amount": 14.58, "remark": "=不是公式"}
ORIGIN = {"origin_path": "departments/ZW/入库.xlsx", "origin_sha256": "ab" * 32}


def finding(code: str, cell: str = "", **places: object) -> Finding:
    """A reader's finding on the receipt sheet, at a cell where one is given."""
    if cell:
        places = {"sheet": SHEET, "row": int(cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")), "cell": cell, **places}
    return reader_finding(code, "入库.xlsx", register="stock_receipt", **places)


def vague(cell: str = "K4", value: str = "约20") -> Finding:
    """An error at a quantity."""
    return finding("QTY-VAGUE", cell, field="qty", value=value, title="数量")


def source_in(folder: Path) -> Path:
    """A template with one row, as a clerk saves it."""
    path = folder / "入库.xlsx"
    write_template([register_of("stock_receipt")], path, school="星河小学", rows={"stock_receipt": [ROW]})
    return path


def marked(source: Path, *findings: Finding, language: str = "zh") -> openpyxl.Workbook:
    """The marked copy, read back."""
    target = source.parent / "feedback" / "入库.校验.xlsx"
    write_marked(source, target, findings, language=language, **ORIGIN)
    return openpyxl.load_workbook(target)


def listed(book: openpyxl.Workbook) -> list[list[object]]:
    """The rows of the list of findings."""
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows(min_row=5)]
    return [row for row in rows if row[0] is not None]


def test_a_finding_is_shown_at_its_cell(tmp_path: Path) -> None:
    """The cell gets the fill of its gravest finding and a note with message and hint; the font stays."""
    source = source_in(tmp_path)
    suffix = finding("QTY-SUFFIX", "K4", field="qty", value="12个", title="数量", read="12")
    sheet = marked(source, suffix, vague(), finding("PERIOD-MIXED", "C4", field="doc_date"))[SHEET]
    before = openpyxl.load_workbook(source)[SHEET]
    assert sheet["K4"].fill.fgColor.rgb == "00FFC7CE"
    assert sheet["C4"].fill.fgColor.rgb == "00FFEB9C"
    assert repr(sheet["K4"].font) == repr(before["K4"].font)
    note = sheet["K4"].comment.text
    assert note.startswith("⟦HQ⟧")
    assert "数量必须为确定数字，不能是“约20”" in note
    assert "请点清后填写数字" in note
    assert note.index("QTY-VAGUE") < note.index("QTY-SUFFIX")


def test_the_clerks_own_note_stays_below(tmp_path: Path) -> None:
    """A note that was there is kept under ours."""
    source = source_in(tmp_path)
    book = openpyxl.load_workbook(source)
    book[SHEET]["K4"].comment = Comment("已与送货员核对", "王会计")
    book[SHEET]["D4"].comment = Comment("另一条", "王会计")
    book.save(source)
    sheet = marked(source, vague())[SHEET]
    assert sheet["K4"].comment.text.startswith("⟦HQ⟧")
    assert sheet["K4"].comment.text.endswith("已与送货员核对")
    assert sheet["D4"].comment.text == "另一条"


def test_all_findings_are_listed_with_links(tmp_path: Path) -> None:
    """The first sheet counts and lists every finding, those without a cell too."""
    source = source_in(tmp_path)
    ignored = reader_finding("SHEET-IGNORED", "入库.xlsx", sheet="Sheet3", value="Sheet3")
    disguised = reader_finding("FILE-DISGUISED", "入库.xlsx", kind="HTML")
    book = marked(source, vague(), ignored, disguised)
    first = book.worksheets[0]
    assert first.title == "校验结果"
    assert "错误 1 处" in first["A2"].value
    assert "提醒 2 处" in first["A2"].value
    rows = listed(book)
    assert [row[8] for row in rows] == ["FILE-DISGUISED", "SHEET-IGNORED", "QTY-VAGUE"]
    assert rows[2][1:8] == [
        "错误",
        SHEET,
        "K4",
        "数量",
        "约20",
        "数量必须为确定数字，不能是“约20”",
        "请点清后填写数字",
    ]
    assert first["D7"].hyperlink.location == f"'{SHEET}'!K4"
    assert first["D6"].hyperlink is None
    assert book.defined_names["hq_findings"].attr_text.startswith("'校验结果'!")


def test_english_words(tmp_path: Path) -> None:
    """In English, headings, messages and column titles are English."""
    book = marked(source_in(tmp_path), finding("REQ-EMPTY", "K4", field="qty", title_en="Quantity"), language="en")
    assert book.sheetnames[0] == "Findings"
    assert listed(book)[0][1:8] == ["Error", SHEET, "K4", "Quantity", None, "Quantity is required", "fill in Quantity"]


def test_without_findings_the_copy_says_so(tmp_path: Path) -> None:
    """A workbook without findings gets the sentence 没有发现错误 and keeps its sheets."""
    book = marked(source_in(tmp_path))
    assert "没有发现错误" in book.worksheets[0]["A2"].value
    assert book.sheetnames == ["校验结果", SHEET]


def test_the_original_is_untouched_and_remembered(tmp_path: Path) -> None:
    """The copy carries path and hash of its original, whose bytes do not change."""
    source = source_in(tmp_path)
    before = hashlib.sha256(source.read_bytes()).hexdigest()
    book = marked(source, vague())
    assert hashlib.sha256(source.read_bytes()).hexdigest() == before
    known = {prop.name: prop.value for prop in book.custom_doc_props}
    assert known == {"hq_origin_path": ORIGIN["origin_path"], "hq_origin_sha256": ORIGIN["origin_sha256"]}


def test_names_tables_and_lists_survive(tmp_path: Path) -> None:
    """The copy is still the template: defined name, table, input messages, print setup."""
    book = marked(source_in(tmp_path), vague())
    assert "HOUQIN_stock_receipt_v1" in book.defined_names
    assert "stock_receipt" in book[SHEET].tables
    assert book[SHEET].data_validations.dataValidation
    assert book[SHEET].print_title_rows == "$1:$3"
    assert [sheet.sheet_view.tabSelected for sheet in book.worksheets] == [True, False]


def test_texts_that_look_like_formulas_stay_texts(tmp_path: Path) -> None:
    """Values seen and clerks' texts that begin with = + - @ are texts; the clerk's formulas stay formulas."""
    values = ["=HYPERLINK(1)", "+1", "-约2", "@x"]
    source = source_in(tmp_path)
    book = marked(source, *(vague(f"K{row}", value) for row, value in enumerate(values, start=4)))
    cells = [book.worksheets[0].cell(row, 6) for row in range(5, 9)]
    assert [(cell.value, cell.data_type) for cell in cells] == [(value, "s") for value in values]
    sheet = book[SHEET]
    remark, amount = (
        openpyxl.utils.get_column_letter([cell.value for cell in sheet[3]].index(title) + 1)
        for title in ("备注", "金额")
    )
    assert (sheet[f"{remark}4"].value, sheet[f"{remark}4"].data_type) == ("=不是公式", "s")
    assert sheet[f"{amount}5"].data_type == "f"


def test_stored_results_of_formulas_are_kept(tmp_path: Path) -> None:
    """A reader without a calculation engine sees the same values in the copy as in the original."""
    source = tmp_path / "入库.xlsx"
    with xlsxwriter.Workbook(source) as book:
        sheet = book.add_worksheet(SHEET)
        sheet.write_formula("A1", "=3+2", None, 5)
        sheet.write_formula("A2", '="甲"&"<乙>"', None, "甲<乙>")
        sheet.write_formula("A3", "=1=1", None, True)
        sheet.write_formula("A4", "=1/0", None, "#DIV/0!")
    marked(source, vague("A1"))
    values = openpyxl.load_workbook(tmp_path / "feedback" / "入库.校验.xlsx", data_only=True)[SHEET]
    assert [values[f"A{row}"].value for row in range(1, 5)] == [5, "甲<乙>", True, "#DIV/0!"]


def test_a_finding_inside_a_merged_range_marks_its_first_cell(tmp_path: Path) -> None:
    """Excel shows fill and note of the first cell of a merged range only."""
    source = tmp_path / "入库.xlsx"
    book = openpyxl.Workbook()
    book.worksheets[0].title = SHEET
    book.worksheets[0]["C4"] = "2026-11-31"
    book.worksheets[0].merge_cells("C4:C6")
    book.save(source)
    sheet = marked(source, finding("DATE-INVALID", "C5", field="doc_date", value="2026-11-31"))[SHEET]
    assert sheet["C4"].comment.text.startswith("⟦HQ⟧")


def test_marking_a_marked_copy_replaces_the_old_marks(tmp_path: Path) -> None:
    """A marked copy that comes back shows the new findings only, and people's notes once."""
    source = source_in(tmp_path)
    book = openpyxl.load_workbook(source)
    book[SHEET]["K4"].comment = Comment("已与送货员核对", "王会计")
    book.save(source)
    marked(source, vague("K4"), vague("L4"))
    again = tmp_path / "再次.xlsx"
    write_marked(tmp_path / "feedback" / "入库.校验.xlsx", again, [vague("M4")], language="zh", **ORIGIN)
    book = openpyxl.load_workbook(again)
    assert book.sheetnames == ["校验结果", SHEET]
    assert book[SHEET]["K4"].comment.text == "已与送货员核对"
    assert book[SHEET]["L4"].comment is None
    assert book[SHEET]["K4"].fill.fgColor.rgb != "00FFC7CE"
    assert book[SHEET]["M4"].comment.text.startswith("⟦HQ⟧")
    assert len(listed(book)) == 1


def test_unreadable_file_gets_the_list_only(tmp_path: Path) -> None:
    """Of a damaged or hostile file only the findings are written; it is not opened again."""
    source = tmp_path / "坏.xlsx"
    source.write_bytes(b"PK\x03\x04 not a workbook")
    book = marked(source, reader_finding("FILE-CORRUPT", "坏.xlsx", reason="压缩包不完整", reason_en="broken"))
    assert book.sheetnames == ["校验结果"]
    assert listed(book)[0][8] == "FILE-CORRUPT"


def test_files_of_other_kinds_are_written_anew_with_values_in_place(tmp_path: Path) -> None:
    """Of a CSV the copy has the values at the same cells, with the marks."""
    source = tmp_path / "入库.csv"
    source.write_text("入库单号,数量\nRK-202611-0001,约20\nRK-202611-0002,=1+1\n", encoding="utf-8-sig")
    target = tmp_path / "入库.校验.xlsx"
    title = read_file(source, source.name).grids[0].sheet
    found = reader_finding("QTY-VAGUE", "入库.csv", sheet=title, cell="B2", row=2, value="约20", title="数量")
    write_marked(source, target, [found], language="zh", **ORIGIN)
    sheet = openpyxl.load_workbook(target)[title]
    assert (sheet["A2"].value, sheet["B2"].value) == ("RK-202611-0001", "约20")
    assert (sheet["B3"].value, sheet["B3"].data_type) == ("=1+1", "s")
    assert sheet["B2"].comment.text.startswith("⟦HQ⟧")


def test_equal_input_gives_equal_bytes(tmp_path: Path) -> None:
    """A marked copy made twice is the same file, whatever the order of the findings; no part has a clock time."""
    source = source_in(tmp_path)
    copies = []
    for findings in ([vague("K4"), vague("L4")], [vague("L4"), vague("K4")]):
        marked(source, *findings)
        copies.append((tmp_path / "feedback" / "入库.校验.xlsx").read_bytes())
    assert copies[0] == copies[1]
    with zipfile.ZipFile(tmp_path / "feedback" / "入库.校验.xlsx") as package:
        assert {entry.date_time for entry in package.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert b"2026-09-01T00:00:00Z</dcterms:modified>" in package.read("docProps/core.xml")


def test_sheet_scoped_names_follow_their_sheets(tmp_path: Path) -> None:
    """The sheet in front does not shift the print titles of the others."""
    source = source_in(tmp_path)
    book = openpyxl.load_workbook(source)
    book[SHEET].defined_names["本表"] = DefinedName("本表", attr_text=f"'{SHEET}'!$A$1")
    book.save(source)
    assert "本表" in marked(source, vague())[SHEET].defined_names


def test_a_finding_on_a_row_is_shown_at_its_first_cell(tmp_path: Path) -> None:
    """A finding that names a row and no cell marks column A of that row."""
    book = marked(source_in(tmp_path), reader_finding("ROW-VOID", "入库.xlsx", sheet=SHEET, row=6))
    assert book[SHEET]["A6"].comment.text.startswith("⟦HQ⟧")
    assert listed(book)[0][3] == "A6"


def test_two_problems_of_one_kind_are_both_listed(tmp_path: Path) -> None:
    """Findings without a cell that differ only in their value stay apart."""
    unknown = [reader_finding("COL-UNKNOWN", "入库.xlsx", sheet=SHEET, value=value) for value in ("甲", "乙")]
    assert [row[5] for row in listed(marked(source_in(tmp_path), *unknown))] == ["乙", "甲"]


def test_macros_are_dropped(tmp_path: Path) -> None:
    """The copy of a workbook with macros is a plain .xlsx."""
    source = tmp_path / "入库.xlsm"
    (tmp_path / "vba.bin").write_bytes(b"macro")
    with xlsxwriter.Workbook(source) as book:
        book.add_worksheet(SHEET)
        book.add_vba_project(tmp_path / "vba.bin")
    marked(source, vague())
    with zipfile.ZipFile(tmp_path / "feedback" / "入库.校验.xlsx") as package:
        assert not [name for name in package.namelist() if "vba" in name.lower() and name.endswith(".bin")]
        assert b"macroEnabled" not in package.read("[Content_Types].xml")


def test_a_fresh_workbook_has_every_kind_of_cell_in_its_place() -> None:
    """Texts stay texts, errors errors, formulas without a result formulas; notes and merged ranges follow."""
    cells = ((1.5, "=1+1", ErrorCell("#N/A")), (NoValue("A1*2"), Percent(0.85), None), (ImageCell("ID_7"), True, None))
    details = Details(merged=((4, 3, 4, 4),), comments={(2, 2): "已调整为15"})
    grid = Grid("入库.xls", "11月/入库", cells, first_row=2, first_column=2, hidden=True, details=details)
    sheet = workbook_of_grids([grid])["11月_入库"]
    assert (sheet["B2"].value, sheet["B3"].value, sheet["C4"].value) == (1.5, "=A1*2", True)
    assert (sheet["C2"].data_type, sheet["D2"].data_type, sheet["B3"].data_type, sheet["B4"].data_type) == tuple("sefs")
    assert (sheet["C3"].value, sheet["C3"].number_format) == (0.85, "0.00%")
    assert sheet["B2"].comment.text == "已调整为15"
    assert [str(area) for area in sheet.merged_cells.ranges] == ["C4:D4"]
    assert sheet.sheet_state == "hidden"
