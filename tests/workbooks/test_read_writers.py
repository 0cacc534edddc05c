"""What programs save reads alike: the spellings of the XML, LibreOffice, polars, xlsxturbo, openpyxl."""

from __future__ import annotations

import html
import io
import random
import re
import subprocess
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxturbo
import xlsxwriter
from openpyxl.comments import Comment
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from schemas.values import ErrorCell, NoValue, Percent
from tests.workbooks.makers import (
    MAIN,
    OFFICE,
    cell,
    cells,
    codes,
    only,
    package,
    packed,
    raw,
    saved,
    sheet,
    strings,
    styles,
    unpacked,
)
from workbooks.read import read_file


class TestWriters:
    """XML as this or that program writes it."""

    def test_a_dimension_that_lies(self, tmp_path: Path) -> None:
        """A stated dimension of A1:A1 hides no row (S14)."""
        rows = "".join(cell(f"B{row}") for row in range(1, 101))
        grid = only(saved(tmp_path, package(sheet(rows, dimension="A1:A1"))))
        assert len(grid.cells) == 100

    def test_a_million_formatted_rows(self, tmp_path: Path) -> None:
        """Formatted blank rows down to 1048576 are cut off (S13)."""
        blank = "".join(f'<row r="{n}"><c r="A{n}" s="0"/></row>' for n in range(3, 1_048_577))
        rows = cell("A1", "<v>1</v>") + cell("A2", "<v>2</v>") + blank
        grid = only(saved(tmp_path, package(sheet(rows, dimension="A1:A1048576"))))
        assert cells(grid) == [[1], [2]]

    @pytest.mark.parametrize("quote", ['"', "'"])
    def test_prefixes_and_quotes(self, tmp_path: Path, quote: str) -> None:
        """Namespace prefixes and single quotes change nothing."""
        part = (
            f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row r="1" hidden="1"><x:c r="A1" t="s"><x:v>0</x:v></x:c>'
            '<x:c r="B1" t="e"><x:v>#N/A</x:v></x:c><x:c r="C1"><x:f>1+1</x:f></x:c></x:row></x:sheetData>'
            '<x:mergeCells><x:mergeCell ref="A1:B2"/></x:mergeCells></x:worksheet>'
        ).replace('"', quote)
        grid = only(saved(tmp_path, package(part)))
        assert cells(grid) == [["食堂", ErrorCell("#N/A"), NoValue("1+1")]]
        assert grid.details.hidden_rows == {1}
        assert grid.details.merged == ((1, 1, 2, 2),)

    def test_cells_without_references(self, tmp_path: Path) -> None:
        """Cells and rows without a reference follow their neighbour."""
        rows = '<row><c><v>1</v></c><c/><c t="e"><v>#REF!</v></c></row><row><c><f>A1</f></c></row>'
        assert cells(raw(tmp_path, rows)) == [[1, None, ErrorCell("#REF!")], [NoValue("A1"), None, None]]

    def test_strict_files(self, tmp_path: Path) -> None:
        """A workbook saved as Strict Open XML reads like any other."""
        path = tmp_path / "a.xlsx"
        book = xlsxwriter.Workbook(path)
        target = book.add_worksheet("入库")
        target.write_row(0, 0, ["食堂", 12.5])
        target.write_comment(0, 1, "批注")
        book.close()
        pairs = (
            (MAIN, "http://purl.oclc.org/ooxml/spreadsheetml/main"),
            (OFFICE, "http://purl.oclc.org/ooxml/officeDocument/relationships"),
        )
        with zipfile.ZipFile(path) as source:
            parts = {info.filename: source.read(info).decode() for info in source.infolist()}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as strict:
            for name, part in parts.items():
                for usual, other in pairs:
                    part = part.replace(usual, other)  # noqa: PLW2901 - both names in turn
                strict.writestr(name, part)
        grid = only(saved(tmp_path, stream.getvalue()))
        assert cells(grid) == [["食堂", 12.5]]
        assert grid.details.comments == {(1, 2): "批注"}

    def test_parts_with_other_spellings(self, tmp_path: Path) -> None:
        """Absolute targets and parts in capital letters are found."""
        content = package(sheet(cell("A1", "<v>0</v>", ' t="s"')))
        with zipfile.ZipFile(io.BytesIO(content)) as source:
            parts = {info.filename: source.read(info).decode() for info in source.infolist()}
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as other:
            for name, part in parts.items():
                text = part.replace('Target="worksheets/', 'Target="/xl/worksheets/')
                other.writestr(name.replace("sharedStrings", "SharedStrings"), text)
        assert cells(only(saved(tmp_path, stream.getvalue()))) == [["食堂"]]


ROWS = 40
TEXTS = ("大米", "<&>", 'a="b"', "='x'", "两 行", 't="e"', "{0}", "")
KINDS = (
    "<c r='{at}' s='{s}'><v>{n}</v></c>",
    "<c r='{at}' s='{s}' t='s'><v>{t}</v></c>",
    "<c r='{at}' t='str'><f>A{t}&amp;1</f><v>x{n}</v></c>",
    "<c r='{at}' s='{s}'><f>SUM(B1:B9)</f><v>{n}</v></c>",
    "<c r='{at}'><f>B1*2</f></c>",
    "<c r='{at}' t='e'><v>#SPILL!</v></c>",
    "<c r='{at}' t='b'><v>1</v></c>",
    "<c r='{at}' s='{s}' t='inlineStr'><is><t>内{n}</t></is></c>",
    "<c r='{at}' s='{s}'/>",
    "<c r='{at}' s='{s}'><f t='shared' ref='A1:A9' si='{t}'>C1+1</f><v>{n}</v></c>",
    "<c r='{at}'><f t='shared' si='{t}'/><v>{n}</v></c>",
)


def rows_of_all_kinds(seed: int) -> str:
    """Return rows of cells of every kind, as Excel spells them."""
    chance = random.Random(seed)  # noqa: S311 - the same sheet every time
    rows = ""
    for number in sorted(chance.sample(range(1, 99), ROWS)):
        row = ""
        for letter in sorted(chance.sample("ABCDEFGHIJ", chance.randint(0, 10))):
            places = {"at": f"{letter}{number}", "s": chance.randrange(6), "n": chance.randrange(-5, 999)}
            row += chance.choice(KINDS).format(**places, t=chance.randrange(8))
        traits = chance.choice(("", "", " hidden='1'", " s='2' customFormat='1'", " spans='1:9' ht='15'"))
        rows += f"<row r='{number}'{traits}>{row}</row>"
    return rows.replace("'", '"')


def _turned_round(tag: re.Match[str]) -> str:
    attributes = re.findall(r'[\w:]+="[^"]*"', tag[2])
    return f"<{tag[1]} {' '.join(reversed(attributes))}{tag[3]}>"


SPELLINGS: dict[str, Callable[[str], str]] = {
    "prefixes": lambda part: re.sub(r"<(/?)(?=[a-zA-Z])", r"<\1x:", part).replace("xmlns=", "xmlns:x="),
    "single quotes": lambda part: re.sub(r'(\w)="([^"<>]*)"(?=[^<>]*>)', r"\1='\2'", part),
    "line breaks": lambda part: part.replace("<c ", "<c\n  ").replace("<row ", "<row\n").replace("/>", " />"),
    "blanks": lambda part: part.replace("<v>", "<v >").replace(' t="', ' t = "'),
    "order": lambda part: re.sub(r"<(c|row|f) ([^<>]*?)(/?)>", _turned_round, part),
    "comments": lambda part: part.replace("<row ", "<!-- <c r='A1'> --><row "),
    "sections": lambda part: re.sub(r"<v>([^<&]+)</v>", r"<v><![CDATA[\1]]></v>", part),
    "mark": lambda part: "\ufeff" + part,
}
"""How another program may spell the same worksheet."""


@pytest.mark.parametrize("seed", range(3))
def test_every_spelling_reads_alike(tmp_path: Path, seed: int) -> None:
    """However a program spells the XML of a sheet, cells and details are the same."""
    part = sheet(rows_of_all_kinds(seed), after='<mergeCells><mergeCell ref="A1:B2"/></mergeCells>')
    changes: dict[str, str | bytes] = {
        "xl/styles.xml": styles(
            fonts=['<color rgb="FFFF0000"/>', "<strike/>"], formats=[(0, 9), (1, 0), (0, 14), (0, 46), (0, 2)]
        ),
        "xl/sharedStrings.xml": strings(*(f"<t>{html.escape(text, quote=False)}</t>" for text in TEXTS)),
    }
    usual = only(saved(tmp_path, package(part, changes=changes)))
    assert usual.details.formulas
    assert usual.details.merged == ((1, 1, 2, 2),)
    differing = []
    for name, spelling in SPELLINGS.items():
        assert spelling(part) != part
        if only(saved(tmp_path, package(spelling(part), changes=changes))) != usual:
            differing.append(name)
    assert differing == []


CSV_IN_UTF_8 = ":Text - txt - csv (StarCalc):44,34,76"


@pytest.fixture(scope="module")
def resaved(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one workbook as LibreOffice saves it in five formats."""
    folder = tmp_path_factory.mktemp("resaved")
    book = openpyxl.Workbook()
    target = book.active
    target.title = "三(1)班"
    target.append(["物品", date(2026, 11, 22), 12.5, "=C1*2", "=1/0", 0.85, ""])
    target.append(["作废", 1])
    for place in target[2]:
        place.font = Font(strike=True)
    target["C1"].font = Font(color="FFFF0000")
    target["F1"].number_format = "0%"
    target["A1"].comment = Comment("已调整为15", "张三")
    target["A2"].comment = Comment("⟦HQ⟧后勤校验\n错误", "后勤账")
    target.merge_cells("A4:B5")
    target["A4"] = "合并"
    target["D7"] = '=IF(1=1,"",1)'
    target["A9"] = "末行"
    target.row_dimensions[4].hidden = True
    book.create_sheet("隐藏")["B3"] = "x"
    book["隐藏"].sheet_state = "hidden"
    book.create_sheet("hq_字典")["A1"] = "是"
    for name, place in (("HOUQIN_stock_receipt_v1", "'三(1)班'!$A$1:$G$1"), ("hq_lists", "hq_字典!$A$1")):
        book.defined_names[name] = DefinedName(name, attr_text=place)
    book.save(folder / "a.xlsx")
    profile = f"-env:UserInstallation=file://{folder}/profile"
    for ending, options in (("xlsx", ""), ("xls", ""), ("ods", ""), ("html", ""), ("csv", CSV_IN_UTF_8)):
        command = [soffice, profile, "--headless", "--convert-to", ending + options, "--outdir", str(folder / ending)]
        subprocess.run([*command, str(folder / "a.xlsx")], check=True, capture_output=True, timeout=120)
    return folder


@pytest.mark.parametrize("ending", ["xlsx", "xls"])
def test_libreoffice(resaved: Path, ending: str) -> None:
    """What LibreOffice saves reads like the original: values, details, marker, own sheets left out."""
    content = read_file(resaved / ending / f"a.{ending}", f"a.{ending}")
    assert codes(content) == {"xlsx": [], "xls": ["FILE-XLS"]}[ending]
    grid, hidden = content.grids
    assert list(grid.cells[0]) == ["物品", date(2026, 11, 22), 12.5, 25, ErrorCell("#DIV/0!"), Percent(0.85)]
    assert [list(row[:2]) for row in grid.cells[1:]] == [
        ["作废", 1],
        [None, None],
        ["合并", None],
        *[[None, None]] * 4,
        ["末行", None],
    ]
    assert (grid.sheet, grid.marker, grid.hidden) == ("三(1)班", "stock_receipt", False)
    assert grid.details.merged == ((4, 1, 5, 2),)
    assert grid.details.hidden_rows == {4}
    assert grid.details.struck_rows == {2}
    assert grid.details.red_cells == {(1, 3)}
    assert {place: text.splitlines()[-1] for place, text in grid.details.comments.items()} == {(1, 1): "已调整为15"}
    assert (hidden.sheet, hidden.hidden, list(hidden.cells[2])) == ("隐藏", True, [None, "x"])


def test_libreoffice_in_other_formats(resaved: Path, tmp_path: Path) -> None:
    """An .ods is refused; a page under the name of a workbook and a CSV are read as text."""
    assert codes(read_file(resaved / "ods" / "a.ods", "a.ods")) == ["FILE-TYPE"]
    page = saved(tmp_path, (resaved / "html" / "a.html").read_bytes(), "a.xls")
    assert codes(page) == ["FILE-DISGUISED"]
    assert [list(row[:3]) for row in page.grids[0].cells[:2]] == [["物品", "2026-11-22", "12.5"], ["作废", "1", None]]
    text = only(read_file(resaved / "csv" / "a.csv", "a.csv"))
    assert [row[0] for row in text.cells] == ["物品", "作废", None, "合并", *[None] * 4, "末行"]


FRAME = pl.DataFrame({"品名": ["大米", None], "日期": [date(2026, 11, 22), None], "数量": [1.5, 2.0]})
"""What every library is to write: header and two rows, of which the second has blanks."""


def _by_openpyxl(path: Path) -> None:
    book = openpyxl.Workbook()
    for row in (FRAME.columns, *FRAME.rows()):
        book.active.append(row)
    book.save(path)


def _by_openpyxl_in_words(path: Path) -> None:
    book = openpyxl.Workbook(write_only=True, iso_dates=True)
    target = book.create_sheet()
    for row in (FRAME.columns, *FRAME.rows()):
        target.append(row)
    book.save(path)


def _by_xlsxwriter(path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "yyyy-mm-dd"})
    target = book.add_worksheet()
    for number, row in enumerate((FRAME.columns, *FRAME.rows())):
        target.write_row(number, 0, row)
    book.close()


def _by_polars(path: Path) -> None:
    FRAME.write_excel(path)


def _by_xlsxturbo(path: Path) -> None:
    xlsxturbo.df_to_xlsx(FRAME, str(path), table_style="Medium9")


@pytest.mark.parametrize(
    "writer",
    [_by_openpyxl, _by_openpyxl_in_words, _by_xlsxwriter, _by_polars, _by_xlsxturbo],
    ids=lambda by: by.__name__,
)
def test_libraries(tmp_path: Path, writer: Callable[[Path], None]) -> None:
    """The same rows written by any library are the same cells."""
    writer(tmp_path / "a.xlsx")
    header, *rows = cells(only(read_file(tmp_path / "a.xlsx", "a.xlsx")))
    assert header == FRAME.columns
    assert [tuple(row) for row in rows] == [("大米", date(2026, 11, 22), 1.5), (None, None, 2)]


def test_a_package_with_names_of_its_own(tmp_path: Path) -> None:
    """Parts are found by their relations, whatever they are called and wherever they lie."""
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>46348</v></c></row>'
    changes: dict[str, str | bytes] = {
        "xl/sharedStrings.xml": strings("<t>甲</t>"),
        "xl/styles.xml": styles(formats=[(0, 14)]),
    }
    parts = unpacked(package(sheet(row), changes=changes))
    names = {
        "xl/workbook.xml": "book/main.xml",
        "xl/_rels/workbook.xml.rels": "book/_rels/main.xml.rels",
        "xl/worksheets/sheet1.xml": "sheets/第一.xml",
        "xl/sharedStrings.xml": "book/texts.xml",
        "xl/styles.xml": "book/looks.xml",
    }
    targets = {
        "xl/workbook.xml": "/book/main.xml",
        "worksheets/sheet1.xml": "../book/../sheets/%E7%AC%AC%E4%B8%80.xml",
        "sharedStrings.xml": "./texts.xml",
        "styles.xml": "looks.xml",
    }
    moved = []
    for name, part in parts.items():
        text = part if isinstance(part, str) else part.decode()
        for target, other in targets.items():
            text = text.replace(f'Target="{target}"', f'Target="{other}"')
        moved.append((names.get(name, name), text))
    assert cells(only(saved(tmp_path, packed(moved)))) == [["甲", date(2026, 11, 22)]]


def test_a_million_formatted_cells(tmp_path: Path) -> None:
    """Blank cells in a percentage format are passed over, those with content among them are not."""
    blank = "".join(f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 60_000))
    rows = cell("A1", "<v>0.5</v>", ' s="1"') + blank + cell("B60000", "<v>0.25</v>", ' s="1"')
    grid = raw(tmp_path, rows, styles=styles(formats=[(0, 9)]))
    assert len(grid.cells) == 60_000
    assert (grid.cells[0][0], grid.cells[-1][1]) == (Percent(0.5), Percent(0.25))
