"""The first sheet of a marked copy: all findings in a list, with links to their cells."""

from __future__ import annotations

from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from schemas.findings import Finding, Severity
from workbooks.finding_list import (
    CELL_PLACE,
    FONT,
    HEADER_ROW,
    HEADERS,
    LEFT_PLACES,
    SEVERITY_PLACE,
    SHEET_TITLE,
    WIDTHS,
    headline_of,
    height_in_lines,
    texts_of,
    title_of,
)
from workbooks.marks import FILLS, FINDINGS_NAME, cell_of

_MOST_LINKS = 65_000
"""Excel drops a sheet's links above 65,530."""
_LINE_POINTS = 15
"""Height of one line; rows get theirs here because no program computes it for a file it did not make."""
_HOW = {
    "zh": "点“单元格”一栏可跳到出错的位置。请在原工作簿中改正并保存；本文件只供查看。",
    "en": "Click a cell name to go there. Correct your own workbook and save it; this copy is only to look at.",
}


def write_findings_sheet(book: Workbook, findings: Sequence[Finding], language: str, *, name: str) -> None:
    """Put the list of findings in front of all sheets and show it when the workbook is opened.

    Args:
        book: workbook to add the sheet to.
        findings: in the order of the list.
        language: ``zh`` or ``en``.
        name: file name of the original.
    """
    known = {sheet.title for sheet in book.worksheets}
    sheet = book.create_sheet(SHEET_TITLE[language], 0)
    _write_heading(sheet, findings, language, name)
    cells = _Cells(sheet, language)
    for number, found in enumerate(findings, start=1):
        cells.write(HEADER_ROW + number, number, found, is_linked=found.sheet in known and number <= _MOST_LINKS)
    last = f"${get_column_letter(len(WIDTHS))}${max(sheet.max_row, HEADER_ROW)}"
    reference = f"{quote_sheetname(sheet.title)}!$A$1:{last}"
    book.defined_names[FINDINGS_NAME] = DefinedName(FINDINGS_NAME, attr_text=reference)
    _set_view(book, sheet, len(findings))


def put_text(cell: Cell, text: str) -> None:
    """Write text that stays text, also where it begins like a formula; characters XML lacks are left out."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
    if cell.value:
        cell.data_type = "s"


def _write_heading(sheet: Worksheet, findings: Sequence[Finding], language: str, name: str) -> None:
    put_text(sheet["A1"], title_of(name, language))
    put_text(sheet["A2"], headline_of(findings, language))
    put_text(sheet["A3"], _HOW[language] if findings else "")
    sheet["A1"].font = Font(name=FONT, size=16, bold=True)
    sheet["A2"].font = Font(name=FONT, size=12, bold=True)
    sheet["A3"].font = Font(name=FONT, size=10, color="595959")
    sheet.row_dimensions[1].height = 30
    if not findings:
        return
    side = Side(style="thin", color="7F7F7F")
    for place, header in enumerate(HEADERS[language], start=1):
        cell = sheet.cell(HEADER_ROW, place)
        put_text(cell, header)
        cell.font = Font(name=FONT, size=10.5, bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
        cell.border = Border(side, side, side, side)
        cell.alignment = Alignment("center", "center", wrap_text=True)
    sheet.row_dimensions[HEADER_ROW].height = 24


class _Cells:
    """Writes the rows of the list; formats are made once, since a list may have 10,000 rows."""

    def __init__(self, sheet: Worksheet, language: str) -> None:
        self._sheet = sheet
        self._language = language
        side = Side(style="thin", color="BFBFBF")
        self._border = Border(side, side, side, side)
        self._fills = {severity: PatternFill("solid", fgColor=colour) for severity, colour in FILLS.items()}
        self._fonts = (Font(name=FONT, size=10), Font(name=FONT, size=10, color="0563C1", underline="single"))
        self._centred = Alignment("center", "center", wrap_text=True)
        self._left = Alignment("left", "center", wrap_text=True)
        self._styles: dict[tuple[int, Severity, bool], object] = {}

    def write(self, row: int, number: int, found: Finding, *, is_linked: bool) -> None:
        """Write one finding; ``is_linked`` says that its sheet is in this workbook."""
        name = cell_of(found)
        is_linked = is_linked and bool(name)
        texts = texts_of(found, self._language)
        self._sheet.row_dimensions[row].height = _LINE_POINTS * height_in_lines(texts)
        first = self._sheet.cell(row, 1, number)
        self._style(first, 1, found.severity, is_linked=False)
        for place, text in enumerate(texts, start=SEVERITY_PLACE):
            cell = self._sheet.cell(row, place)
            put_text(cell, text)
            self._style(cell, place, found.severity, is_linked=is_linked and place == CELL_PLACE)
        if is_linked:
            link = self._sheet.cell(row, CELL_PLACE)
            link._hyperlink = Hyperlink(  # noqa: SLF001 - the public setter overwrites style and value
                ref=link.coordinate, location=f"{quote_sheetname(found.sheet)}!{name}"
            )
            self._sheet._hyperlinks.append(link._hyperlink)  # noqa: SLF001

    def _style(self, cell: Cell, place: int, severity: Severity, *, is_linked: bool) -> None:
        key = (place, severity, is_linked)
        if key not in self._styles:
            cell.font = self._fonts[is_linked]
            cell.border = self._border
            cell.alignment = self._left if place in LEFT_PLACES else self._centred
            cell.number_format = "0" if place == 1 else "@"
            if place == SEVERITY_PLACE:
                cell.fill = self._fills[severity]
            self._styles[key] = cell._style  # noqa: SLF001 - openpyxl's way to share one format
        else:
            cell._style = self._styles[key]  # noqa: SLF001


def _set_view(book: Workbook, sheet: Worksheet, count: int) -> None:
    for place, width in enumerate(WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.freeze_panes = f"A{HEADER_ROW + 1}"
    if count:
        sheet.auto_filter.ref = f"A{HEADER_ROW}:{get_column_letter(len(WIDTHS))}{HEADER_ROW + count}"
        sheet.print_title_rows = f"{HEADER_ROW}:{HEADER_ROW}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.right.text = "第 &P 页 共 &N 页"
    book.active = 0
    # Two selected sheets are a group: typing into one would change the other.
    for other in book.worksheets:
        other.sheet_view.tabSelected = other is sheet
