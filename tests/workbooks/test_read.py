"""Reading what staff save: values, details, kinds of files (DOMAIN.md 6.6)."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.comments import Comment

from schemas.register import register_of
from schemas.values import ErrorCell, Grid, ImageCell, NoValue, Percent
from tests.workbooks.makers import (
    MAIN,
    OFFICE,
    cell,
    cells,
    codes,
    only,
    package,
    raw,
    relations,
    saved,
    sheet,
    strings,
    styles,
)
from workbooks.read import read_file
from workbooks.template import write_template
from workbooks.xlsx_scan import SheetScan
from workbooks.xlsx_styles import Styles
from workbooks.xlsx_walk import facts_by_walking

Writer = Callable[[xlsxwriter.Workbook, "xlsxwriter.worksheet.Worksheet"], None]


def made(tmp_path: Path, fill: Writer, **options: object) -> Grid:
    """Return the sheet that a program writes with XlsxWriter."""
    path = tmp_path / "made.xlsx"
    book = xlsxwriter.Workbook(path, options)
    fill(book, book.add_worksheet("入库单"))
    book.close()
    return only(read_file(path, "made.xlsx"))


class TestValues:
    """What a cell holds comes typed, and exactly where it stands."""

    def test_types(self, tmp_path: Path) -> None:
        """Texts, numbers, truth values, dates, moments, times and durations keep their type (D01, D15, S32)."""

        def fill(book: xlsxwriter.Workbook, target: xlsxwriter.worksheet.Worksheet) -> None:
            formats = ("yyyy-mm-dd", 'm"月"d"日"', "yyyy-mm-dd hh:mm", "hh:mm", "[h]:mm")
            day, short, moment, clock, hours = (book.add_format({"num_format": code}) for code in formats)
            target.write_row(0, 0, ["食堂", 12.5, 3, True, " 两 "])
            target.write_datetime(1, 0, datetime(2026, 11, 22), day)  # noqa: DTZ001 - cells have no zone
            target.write_datetime(1, 1, datetime(2026, 11, 22), short)  # noqa: DTZ001
            target.write_datetime(1, 2, datetime(2026, 11, 22, 14, 30), moment)  # noqa: DTZ001
            target.write_number(1, 3, 8 / 24 + 5 / 1440, clock)
            target.write_number(1, 4, 1.5, hours)

        grid = made(tmp_path, fill)
        assert cells(grid)[0] == ["食堂", 12.5, 3, True, " 两 "]
        day = date(2026, 11, 22)
        assert cells(grid)[1] == [day, day, datetime(2026, 11, 22, 14, 30), time(8, 5), timedelta(hours=36)]  # noqa: DTZ001
        assert type(grid.cells[1][0]) is date

    def test_the_calendar_of_1904(self, tmp_path: Path) -> None:
        """Serial 44886 in a workbook with the 1904 calendar is 2026-11-22 (D06)."""

        def fill(book: xlsxwriter.Workbook, target: xlsxwriter.worksheet.Worksheet) -> None:
            target.write_number(0, 0, 44886, book.add_format({"num_format": "yyyy/m/d"}))

        assert cells(made(tmp_path, fill, date_1904=True)) == [[date(2026, 11, 22)]]

    def test_a_number_in_a_percent_format(self, tmp_path: Path) -> None:
        """0.85 formatted as a percentage is told apart from 0.85 (N21); a quoted % is no percentage."""

        def fill(book: xlsxwriter.Workbook, target: xlsxwriter.worksheet.Worksheet) -> None:
            for column, code in enumerate(("0%", "0.00%", "0.0%;-0.0%", "General", '0"%"')):
                target.write_number(0, column, 0.85, book.add_format({"num_format": code}))
            target.write_string(0, 5, "85%", book.add_format({"num_format": "0%"}))

        share = Percent(0.85)
        assert cells(made(tmp_path, fill)) == [[share, share, share, 0.85, 0.85, "85%"]]

    def test_blank_is_none_and_zero_is_zero(self, tmp_path: Path) -> None:
        """Blank cells, empty strings in all their spellings and styled cells are None; 0 is a number."""
        strings = f'<sst xmlns="{MAIN}"><si><t></t></si><si><t/></si><si/><si><r><t/></r></si><si><t>有</t></si></sst>'
        row = (
            '<row r="1"><c r="A1"/><c r="B1" s="0"/><c r="C1"><v/></c><c r="D1"><v></v></c>'
            '<c r="E1" t="s"><v>0</v></c><c r="F1" t="s"><v>1</v></c><c r="G1" t="s"><v>2</v></c>'
            '<c r="H1" t="s"><v>3</v></c><c r="I1" t="inlineStr"><is><t></t></is></c>'
            '<c r="J1" t="str"><f>A1</f><v></v></c><c r="K1"><v>0</v></c><c r="L1" t="s"><v>4</v></c></row>'
        )
        assert cells(raw(tmp_path, row, strings=strings)) == [[None] * 10 + [0, "有"]]

    def test_an_error_is_no_blank(self, tmp_path: Path) -> None:
        """Every Excel error is an error cell with its text (N18), blank cells beside it stay blank."""
        errors = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?")
        row = "".join(f'<c r="{letter}2" t="e"><v>{text}</v></c>' for letter, text in zip("BCDEF", errors, strict=True))
        grid = raw(tmp_path, f'<row r="2">{row}</row>')
        assert cells(grid) == [[None] * 6, [None, *map(ErrorCell, errors)]]

    def test_a_formula_without_a_result(self, tmp_path: Path) -> None:
        """A formula that a program wrote without its result is neither blank nor a value (N19)."""
        path = tmp_path / "a.xlsx"
        book = openpyxl.Workbook()
        book.active.append([3, 12.5, "=A1*B1"])
        book.save(path)
        grid = only(read_file(path, "a.xlsx"))
        assert cells(grid) == [[3, 12.5, NoValue("A1*B1")]]
        assert grid.details.formulas == {(1, 3): "A1*B1"}

    def test_a_formula_with_a_result(self, tmp_path: Path) -> None:
        """The stored result counts, and the formula is kept beside it (N16)."""
        grid = raw(tmp_path, cell("B3", "<f>3+2</f><v>5</v>"))
        assert cells(grid)[2] == [None, 5]
        assert grid.details.formulas == {(3, 2): "3+2"}

    def test_a_picture_of_wps(self, tmp_path: Path) -> None:
        """A picture in a cell gives its id (S15), with the prefix of new functions or without, stored or not."""
        stored = '<f>_xlfn.DISPIMG(&quot;ID_0A1B&quot;,1)</f><v>=DISPIMG("ID_0A1B",1)</v>'
        row = f'<row r="1"><c r="A1" t="str">{stored}</c><c r="B1"><f>DISPIMG(&quot;ID_2&quot;,1)</f></c></row>'
        assert cells(raw(tmp_path, row)) == [[ImageCell("ID_0A1B"), ImageCell("ID_2")]]

    def test_places_are_exact(self, tmp_path: Path) -> None:
        """Leading blank rows and columns count; trailing ones are cut off; all rows are of one length."""
        grid = raw(tmp_path, cell("C2") + '<row r="4"><c r="B4"><v>2</v></c><c r="F4" s="0"/></row><row r="9"/>')
        assert (grid.first_row, grid.first_column) == (1, 1)
        assert cells(grid) == [[None] * 3, [None, None, 1], [None] * 3, [None, 2, None]]

    def test_text_with_runs_and_reading_aids(self, tmp_path: Path) -> None:
        """Rich text is one text; the pinyin above it does not belong to it."""
        strings = (
            f'<sst xmlns="{MAIN}"><si><r><t>食</t></r><r><rPr><b/></rPr><t xml:space="preserve">堂 </t></r></si>'
            '<si><t>课</t><rPh sb="0" eb="1"><t>kè</t></rPh></si></sst>'
        )
        row = (
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>'
            '<c r="C1" t="inlineStr"><is><r><t>直</t></r><r><t>接</t></r></is></c></row>'
        )
        assert cells(raw(tmp_path, row, strings=strings)) == [["食堂 ", "课", "直接"]]

    def test_errors_of_every_kind(self, tmp_path: Path) -> None:
        """Errors that came with later versions, or with other programs, are error cells like the old ones."""
        errors = ("#NULL!", "#NUM!", "#GETTING_DATA", "#SPILL!", "#CALC!", "#FIELD!", "#BLOCKED!", "Err:502")
        row = "".join(f'<c r="A{n}" t="e"><v>{text}</v></c>' for n, text in enumerate(errors, 1))
        rows = "".join(f'<row r="{n}">{part}</c></row>' for n, part in enumerate(row.split("</c>")[:-1], 1))
        assert cells(raw(tmp_path, rows)) == [[ErrorCell(text)] for text in errors]

    def test_an_error_beside_a_text_that_speaks_of_errors(self, tmp_path: Path) -> None:
        """Texts stay as they are, even where they look like the XML of an error cell."""
        said = '<is><t>写作 t="e" 的单元格</t></is>'
        row = f'<row r="1"><c r="A1" t="inlineStr">{said}</c><c r="B1" t="e"><v>#N/A</v></c></row>'
        assert cells(raw(tmp_path, row)) == [['写作 t="e" 的单元格', ErrorCell("#N/A")]]

    def test_numbers_keep_what_excel_keeps(self, tmp_path: Path) -> None:
        """Noise of binary fractions and the loss beyond 2^53 come as they are stored; digits as text stay text."""
        stored = (
            "0.30000000000000004",
            "12.340000000000002",
            "9007199254740993",
            "1E3",
            "-0",
            "2.6332000000012301E+19",
        )
        numbers = "".join(f'<c r="{letter}1"><v>{text}</v></c>' for letter, text in zip("ABCDEF", stored, strict=True))
        row = f'<row r="1">{numbers}<c r="G1" t="str"><v>26332000000012300456</v></c></row>'
        (read,) = cells(raw(tmp_path, row))
        assert read == [0.1 + 0.2, 12.340000000000002, 2**53, 1000, 0, 26332000000012300288, "26332000000012300456"]

    def test_dates_in_words_of_the_standard(self, tmp_path: Path) -> None:
        """Cells of type d hold a date, a moment or a time."""
        stored = ("2026-11-22", "2026-11-22T08:05:00", "08:05:00")
        row = "".join(f'<c r="{letter}1" t="d"><v>{text}</v></c>' for letter, text in zip("ABC", stored, strict=True))
        expected = [date(2026, 11, 22), datetime(2026, 11, 22, 8, 5), time(8, 5)]  # noqa: DTZ001 - cells have no zone
        assert cells(raw(tmp_path, f'<row r="1">{row}</row>')) == [expected]

    @pytest.mark.parametrize("number_format", [14, 22, 27, 31, 57, 58])
    def test_built_in_formats_of_dates(self, tmp_path: Path, number_format: int) -> None:
        """Formats that Chinese Excel keeps by number only, such as 2026年11月22日, are dates."""
        grid = raw(tmp_path, cell("A1", "<v>46348</v>", ' s="1"'), styles=styles(formats=[(0, number_format)]))
        assert cells(grid) == [[date(2026, 11, 22)]]

    def test_a_number_too_long_for_a_time(self, tmp_path: Path) -> None:
        """A telephone number in a column of hours is a number, and the rest of the sheet is read."""
        row = '<row r="1"><c r="A1" s="1"><v>13800138000</v></c><c r="B1" s="2"><v>46348</v></c></row>'
        part = styles(formats=[(0, 164), (0, 14)], codes=["[h]:mm"])
        assert cells(raw(tmp_path, row, styles=part)) == [[13_800_138_000, date(2026, 11, 22)]]

    def test_blanks_in_a_string(self, tmp_path: Path) -> None:
        """A text of blanks alone is nothing that was lost."""
        row = (
            '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t> </t></is></c>'
            '<c r="C1" t="s"><v>1</v></c></row>'
        )
        grid = raw(tmp_path, row, strings=strings("<t> </t>", "<t>有</t>"))
        assert cells(grid)[0][2] == "有"

    def test_results_of_formulas(self, tmp_path: Path) -> None:
        """Results of array formulas, texts, truth values and empty texts are what their cell shows."""
        row = (
            '<row r="1"><c r="A1"><f t="array" ref="A1:A1">SUM(B1*2)</f><v>4</v></c>'
            '<c r="B1" t="b"><f>1=1</f><v>1</v></c>'
            '<c r="C1" t="str"><f>"合"&amp;"格"</f><v>合格</v></c><c r="D1" t="str"><f>""</f><v></v></c>'
            '<c r="E1" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>'
        )
        grid = raw(tmp_path, row)
        assert cells(grid) == [[4, True, "合格", None, ErrorCell("#DIV/0!")]]
        assert grid.details.formulas[1, 3] == '"合"&"格"'
        assert len(grid.details.formulas) == 5


class TestDetails:
    """What stands around the values."""

    def test_merged_hidden_struck_red(self, tmp_path: Path) -> None:
        """Merged ranges, hidden rows, wholly struck rows and red positive numbers are known (S08, S26–S28)."""

        def fill(book: xlsxwriter.Workbook, target: xlsxwriter.worksheet.Worksheet) -> None:
            struck, red = book.add_format({"font_strikeout": True}), book.add_format({"font_color": "#FF0000"})
            target.merge_range("A1:C1", "领用登记")
            target.write_row("A2", ["甲", 1, 2], struck)
            target.write_row("A3", ["乙", 1], struck)
            target.write_number("C3", 2)
            target.write_row("A4", ["丙", 5, -5, 0], red)
            target.write_row("A5", ["丁", 6])
            target.set_row(4, None, None, {"hidden": True})
            target.write_blank("D2", None)

        details = made(tmp_path, fill).details
        assert details.merged == ((1, 1, 1, 3),)
        assert details.struck_rows == {2}
        assert details.red_cells == {(4, 2)}
        assert details.hidden_rows == {5}

    def test_a_sheet_without_any(self, tmp_path: Path) -> None:
        """A plain sheet has no details."""
        details = raw(tmp_path, cell("A1")).details
        assert not any((details.merged, details.hidden_rows, details.struck_rows, details.red_cells))
        assert not any((details.formulas, details.comments))

    def test_notes_of_people(self, tmp_path: Path) -> None:
        """Notes of people are kept (S30); the program's own are left out, what people wrote below them stays."""
        path = tmp_path / "a.xlsx"
        book = openpyxl.Workbook()
        notes = ("已调整为15", "⟦HQ⟧后勤校验\n错误", "⟦HQ⟧后勤校验\n错误\n―― 原有批注 ――\n张三：核对")
        for row, note in enumerate(notes, start=1):
            book.active.cell(row, 2, row).comment = Comment(note, "张三")
        book.save(path)
        assert only(read_file(path, "a.xlsx")).details.comments == {(1, 2): "已调整为15", (3, 2): "张三：核对"}

    def test_a_thread_stands_for_its_note(self, tmp_path: Path) -> None:
        """Of a threaded comment the texts count, not the note for old programs that says so."""
        note = (
            f'<comments xmlns="{MAIN}"><commentList><comment ref="A1">'
            "<text><t>[线程批注]</t></text></comment></commentList></comments>"
        )
        said = "".join(
            f'<threadedComment ref="A1"><text>{text}</text></threadedComment>' for text in ("少一箱", "已补")
        )
        thread = f"<ThreadedComments>{said}</ThreadedComments>"
        leads = (("a", "comments", "../comments1.xml"), ("b", "threadedComment", "../threadedComments/t1.xml"))
        changes: dict[str, str | bytes] = {
            "xl/worksheets/_rels/sheet1.xml.rels": relations(*leads),
            "xl/comments1.xml": note,
            "xl/threadedComments/t1.xml": thread,
        }
        grid = only(saved(tmp_path, package(sheet(cell("A1")), changes=changes)))
        assert grid.details.comments == {(1, 1): "少一箱\n已补"}

    def test_a_link_to_another_workbook(self, tmp_path: Path) -> None:
        """The formula names the linked file; its stored result is the value (S31)."""
        book = (
            f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表1" sheetId="1" r:id="rId1"/></sheets>'
            '<externalReferences><externalReference r:id="rId9"/></externalReferences></workbook>'
        )
        links = relations(
            ("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId9", "externalLink", "externalLinks/e1.xml")
        )
        target = relations(
            ("rId1", "externalLinkPath", "file:///D:/%E4%BB%93%E5%BA%93/%E5%BA%93%E5%AD%98.xlsx"),
            mode=' TargetMode="External"',
        )
        changes: dict[str, str | bytes] = {
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": links,
            "xl/externalLinks/e1.xml": "<externalLink/>",
            "xl/externalLinks/_rels/e1.xml.rels": target,
        }
        rows = cell("A1", "<f>[1]Sheet1!B3*2</f><v>8</v>")
        grid = only(saved(tmp_path, package(sheet(rows), changes=changes)))
        assert grid.details.formulas == {(1, 1): "[库存.xlsx]Sheet1!B3*2"}
        assert cells(grid) == [[8]]

    def test_members_of_a_shared_formula(self, tmp_path: Path) -> None:
        """Every member of a shared formula shows the formula of its master."""
        rows = cell("C1", '<f t="shared" ref="C1:C2" si="0">A1*B1</f><v>2</v>') + cell(
            "C2", '<f t="shared" si="0"/><v>4</v>'
        )
        assert raw(tmp_path, rows).details.formulas == {(1, 3): "A1*B1", (2, 3): "A1*B1"}

    @pytest.mark.parametrize("seed", range(20))
    def test_the_quick_look_sees_what_the_walk_sees(self, seed: int) -> None:
        """On XML of the usual form the byte search finds exactly what a walk over all cells finds."""
        chance = random.Random(seed)  # noqa: S311 - a table of cases
        kinds = (
            '<c r="{0}"/>',
            '<c r="{0}" s="2"/>',
            '<c r="{0}" s="2"><v>0.5</v></c>',
            '<c r="{0}" s="1"><v>{1}</v></c>',
            '<c r="{0}" t="s"><v>0</v></c>',
            '<c r="{0}" t="e"><v>#N/A</v></c>',
            '<c r="{0}" s="3" t="e"><f>A&amp;B</f><v>#REF!</v></c>',
            '<c r="{0}"><f>"a&lt;b"</f></c>',
            '<c r="{0}" t="str"><f>""</f><v></v></c>',
            '<c r="{0}"><f t="shared" si="1"/><v>1</v></c>',
            '<c r="{0}" t="inlineStr"><is><t>x</t></is></c>',
            '<c r="{0}" t="str"><f>DISPIMG(&quot;ID_1&quot;,1)</f><v>=DISPIMG</v></c>',
        )
        rows = ""
        for row in range(1, 40):
            hidden = chance.choice((' hidden="1"', ' hidden="false"', ""))
            inner = "".join(
                chance.choice(kinds).format(f"{letter}{row}", chance.randint(-2, 2)) for letter in "ABCDEFGH"
            )
            rows += f'<row r="{row}"{hidden}>{inner}</row>'
        content = sheet(rows).encode()
        styles = Styles(red=frozenset({1, 3}), percent=frozenset({2}))
        step = chance.randint(50, 5_000)
        scan = SheetScan((content[at : at + step] for at in range(0, len(content), step)), styles)
        walked = facts_by_walking([content], styles)
        walked.last_row = walked.last_column = 0
        assert scan.complete
        assert scan.facts == walked

    def test_which_red_counts(self, tmp_path: Path) -> None:
        """Red is told by its colour or its old index; colours of the theme and of conditional formats are none."""
        fonts = (
            '<color rgb="FFFF0000"/>',
            '<color rgb="FFC00000"/>',
            '<color indexed="10"/>',
            '<color theme="5"/>',
            '<color rgb="FF0070C0"/>',
            '<strike val="0"/>',
        )
        part = styles(fonts=fonts, formats=[(number, 0) for number in range(1, 7)])
        row = "".join(f'<c r="{letter}1" s="{n}"><v>5</v></c>' for n, letter in enumerate("ABCDEF", 1))
        grid = raw(tmp_path, f'<row r="1">{row}</row>', styles=part)
        assert grid.details.red_cells == {(1, 1), (1, 2), (1, 3)}
        assert grid.details.struck_rows == frozenset()

    def test_rows_hidden_by_a_filter(self, tmp_path: Path) -> None:
        """Filtered rows are hidden rows, and are read (S26)."""
        rows = cell("A1") + '<row r="2" hidden="1"><c r="A2"><v>2</v></c></row><row hidden="true" r="3"/>' + cell("A4")
        grid = raw(tmp_path, rows)
        assert cells(grid) == [[1], [2], [None], [1]]
        assert grid.details.hidden_rows == {2, 3}

    def test_more_styles_than_are_looked_for_one_by_one(self, tmp_path: Path) -> None:
        """With a hundred percentage styles the percentages are still told apart."""
        part = styles(formats=[(0, 9)] * 100)
        row = '<row r="1"><c r="A1" s="0"><v>1</v></c><c r="B1" s="77"><v>1</v></c><c r="C1" s="1"/></row>'
        assert cells(raw(tmp_path, row, styles=part)) == [[1, Percent(1)]]


class TestSheets:
    """Which sheets are read, and as what."""

    def test_hidden_sheets_and_charts(self, tmp_path: Path) -> None:
        """Hidden sheets are read and say so (S25); chart sheets are no sheets of data."""
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(path)
        for name in ("入库", "隐藏", "深藏"):
            book.add_worksheet(name).write(0, 0, name)
        book.get_worksheet_by_name("隐藏").hide()
        book.get_worksheet_by_name("深藏").very_hidden()
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=入库!$A$1:$A$1"})
        book.add_chartsheet("图").set_chart(chart)
        book.close()
        found = {grid.sheet: grid.hidden for grid in read_file(path, "a.xlsx").grids}
        assert found == {"入库": False, "隐藏": True, "深藏": True}

    def test_official_templates(self, tmp_path: Path) -> None:
        """The defined name of a template says which register a sheet is; the program's own sheets are left out."""
        path = tmp_path / "a.xlsx"
        write_template([register_of("stock_receipt")], path, school="第一小学")
        content = read_file(path, "a.xlsx")
        assert [grid.marker for grid in content.grids] == ["stock_receipt"]
        assert codes(content) == []

    def test_sheet_names_in_defined_names(self, tmp_path: Path) -> None:
        """Quoted sheet names with brackets and apostrophes are understood."""
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(path)
        for name in ("三(1)班", "张三's", "说明"):
            book.add_worksheet(name).write(0, 0, "单号")
        book.define_name("HOUQIN_stock_issue_v1", "='三(1)班'!$A$3:$U$3")
        book.define_name("HOUQIN_count_sheet_v12", "='张三''s'!$A$3:$U$3")
        book.define_name("hq_guide", "=说明!$A$1")
        book.close()
        found = {grid.sheet: grid.marker for grid in read_file(path, "a.xlsx").grids}
        assert found == {"三(1)班": "stock_issue", "张三's": "count_sheet"}

    def test_a_workbook_with_nothing_in_it(self, tmp_path: Path) -> None:
        """A workbook without any cell is empty, which is an error and not a success."""
        assert codes(saved(tmp_path, package(sheet("")))) == ["FILE-EMPTY"]
