"""What programs save reads alike: the spellings of the XML, LibreOffice, polars, xlsxturbo, openpyxl."""

from __future__ import annotations

import html
import io
import random
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
import xlsxwriter

from schemas.values import ErrorCell, NoValue
from tests.workbooks.makers import (
    MAIN,
    OFFICE,
    cell,
    cells,
    only,
    package,
    raw,
    saved,
    sheet,
    strings,
    styles,
)


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
