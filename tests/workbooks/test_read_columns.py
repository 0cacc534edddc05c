"""An official template is read by whole columns: the same cells as from the same sheet without its marker."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.workbooks.makers import MAIN, OFFICE, cells, only, package, saved, sheet, strings, styles

MARKER = "HOUQIN_stock_receipt_v1"
HEAD = (
    '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="2"><c r="B2" t="s"><v>1</v></c></row>'
    '<row r="3"><c r="A3" t="s"><v>2</v></c><c r="B3" t="s"><v>3</v></c><c r="C3" t="s"><v>4</v></c></row>'
)
STRINGS = strings(
    *(f"<t>{text}</t>" for text in ("标题", "填报", "序号", "品名", "数量", "铅笔", "", " 两头空 ", "#N/A", "12"))
)
STYLES = styles(
    formats=[(0, 14), (0, 22), (0, 20), (0, 164), (0, 165), (0, 49), (0, 166)],
    codes=("yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;", "[h]:mm", "0.00&quot;元&quot;;[Red]-0.00"),
)
"""Cell formats 1 to 7: day, moment, clock, Chinese day, hours, text, money."""


def _file(rows: str, marker: str) -> bytes:
    book = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets><sheet name="表1" sheetId="1" r:id="rId1"/></sheets>'
        f"<definedNames><definedName name=\"{marker}\">'表1'!$A$1</definedName></definedNames></workbook>"
    )
    changes = {"xl/workbook.xml": book, "xl/sharedStrings.xml": STRINGS, "xl/styles.xml": STYLES}
    return package(sheet(HEAD + rows), changes=dict(changes))


def _cell(reference: str, value: str, attributes: str = "") -> str:
    return f'<c r="{reference}"{attributes}><v>{value}</v></c>'


TEXT, DAY, MOMENT, CLOCK, CHINESE_DAY, HOURS, AS_TEXT, MONEY = (
    ' t="s"',
    *(f' s="{number}"' for number in range(1, 8)),
)
COLUMNS = {
    "numbers": [("1", ""), ("2.5", ""), ("-3", ""), ("1E-7", ""), ("123456789012345678", "")],
    "money": [("12.5", MONEY), ("0", MONEY)],
    "texts": [("5", TEXT), ("7", TEXT), ("8", TEXT), ("9", TEXT)],
    "blank text": [("5", TEXT), ("6", TEXT), ("5", TEXT)],
    "nothing but blank texts": [("6", TEXT), ("6", TEXT)],
    "days": [("45000", DAY), ("46000", DAY), ("61", DAY)],
    "Chinese days": [("45000", CHINESE_DAY), ("46000", CHINESE_DAY)],
    "days of early 1900": [("45000", DAY), ("59", DAY)],
    "moments": [("45000.5", MOMENT), ("45000.123456789", MOMENT)],
    "a moment at midnight": [("45000", MOMENT), ("45001", MOMENT)],
    "a day and a moment": [("45000", DAY), ("45000.25", MOMENT)],
    "clocks": [("0.5", CLOCK), ("0.75", CLOCK)],
    "hours": [("1.5", HOURS), ("0.5", HOURS)],
    "truth values": [("1", ' t="b"'), ("0", ' t="b"')],
    "numbers and texts": [("1", ""), ("5", TEXT)],
    "a number that is a text": [("1", ""), ("9", TEXT), ("3", AS_TEXT)],
    "numbers and days": [("1", ""), ("45000", DAY)],
    "numbers and truth values": [("1", ""), ("1", ' t="b"')],
    "days and texts": [("45000", DAY), ("5", TEXT)],
}


@pytest.mark.parametrize("name", COLUMNS)
def test_every_kind_of_column_is_read_as_cell_by_cell(tmp_path: Path, name: str) -> None:
    """Values, their types and the blanks between them do not depend on how the sheet is read."""
    column = [*COLUMNS[name], None, *COLUMNS[name]]
    rows = "".join(
        f'<row r="{number}">{_cell(f"A{number}", str(number))}{_cell(f"B{number}", *given) if given else ""}</row>'
        for number, given in enumerate(column, 4)
    )
    _same(tmp_path, rows)


@pytest.mark.parametrize(
    "rows",
    [
        "",
        f'<row r="9">{_cell("B9", "5", TEXT)}</row>',
        (
            f'<row r="4">{_cell("A4", "1")}</row><row r="5"/><row r="6"><c r="G6" s="1"/></row>'
            f'<row r="8">{_cell("C8", "2")}</row>'
        ),
        f'<row r="5">{_cell("B5", "1")}</row><row r="4">{_cell("B4", "2")}</row>',
        f'<row r="4">{_cell("B5", "1")}</row><row r="5">{_cell("B4", "2")}</row>',
        f'<row r="4">{_cell("G4", "1")}</row><row r="40">{_cell("A40", "2")}</row>',
        f'<row r="4">{_cell("C4", "1")}{_cell("A4", "2")}</row>',
        f'<row r="4"><c r="A4" t="inlineStr"><is><t>铅笔</t></is></c></row><row r="5">{_cell("A5", "5", TEXT)}</row>',
        f'<row r="4"><c r="A4"><f>1+1</f><v>2</v></c></row><row r="5">{_cell("A5", "5")}</row>',
    ],
    ids=[
        "none",
        "gap",
        "blank",
        "rows out of order",
        "cells in other rows",
        "wide",
        "columns out of order",
        "inline",
        "formula",
    ],
)
def test_every_shape_of_sheet_is_read_as_cell_by_cell(tmp_path: Path, rows: str) -> None:
    """Rows and columns stand where the file says, whatever is left out or out of order."""
    _same(tmp_path, rows)


def _same(tmp_path: Path, rows: str) -> None:
    marked = only(saved(tmp_path, _file(rows, MARKER)))
    plain = only(saved(tmp_path, _file(rows, "其他")))
    assert (marked.marker, plain.marker) == ("stock_receipt", None)
    assert cells(marked) == cells(plain)
    assert [[type(cell) for cell in row] for row in marked.cells] == [
        [type(cell) for cell in row] for row in plain.cells
    ]


def test_a_cell_that_stands_twice_is_refused_in_a_template_too(tmp_path: Path) -> None:
    """Of two values in one place no reader knows which one people see."""
    twice = f'<row r="4">{_cell("A4", "1")}{_cell("A4", "2")}</row>'
    found = saved(tmp_path, _file(twice, MARKER))
    assert [finding.code for finding in found.findings] == ["FILE-STRUCTURE"]
