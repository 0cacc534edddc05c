"""Read the old .xls format: values by calamine, what it does not see by xlrd, which also gives the second opinion."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from dataclasses import replace

import xlrd
from python_calamine import CalamineSheet, SheetTypeEnum, SheetVisibleEnum
from xlrd.book import Book
from xlrd.formatting import XF
from xlrd.sheet import Sheet

from schemas.values import Cell, CellPlace, Details, ErrorCell, Grid, Percent, cell_name
from workbooks.calamine_cells import open_workbook, rows_of, trimmed, with_places
from workbooks.marks import note_of_people
from workbooks.refusals import RefusedError, contradictory, corrupt
from workbooks.xlsx_book import roles_of
from workbooks.xlsx_styles import is_percent_format, is_red_rgb


def read_xls(content: bytes, name: str) -> tuple[Grid, ...]:
    """Return the worksheets of an .xls workbook.

    Formulas are not told apart from values here: the old format keeps them as compiled code.

    Raises:
        RefusedError: it is protected, damaged or too large, or holds more than could be read.
    """
    book = _opened(content)
    values = open_workbook(io.BytesIO(content))
    seen = {sheet.name: sheet for sheet in book.sheets()}
    markers, own = roles_of(_names(book))
    grids = []
    for place, known in enumerate(values.sheets_metadata):
        if known.typ is not SheetTypeEnum.WorkSheet or known.name in own:
            continue
        if known.name not in seen:
            raise contradictory(f"工作表“{known.name}”无法读取", f"the sheet “{known.name}” cannot be read", known.name)
        hidden = known.visible is not SheetVisibleEnum.Visible
        grid = _grid(book, seen[known.name], values.get_sheet_by_index(place), name)
        grids.append(replace(grid, hidden=hidden, marker=markers.get(known.name)))
    return tuple(grids)


def _opened(content: bytes) -> Book:
    try:
        return xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except Exception as error:  # xlrd fails on broken files with whatever its arithmetic gives
        if "encrypted" in str(error):
            raise RefusedError("FILE-ENCRYPTED") from error
        raise corrupt(f"无法打开（{error}）", f"it cannot be opened ({error})") from error


def _names(book: Book) -> Iterator[tuple[str, str]]:
    """Yield the defined names that stand for a range, each with its sheet."""
    for name in book.name_obj_list:
        with contextlib.suppress(xlrd.XLRDError):
            yield name.name, name.area2d()[0].name


def _grid(book: Book, seen: Sheet, sheet: CalamineSheet, name: str) -> Grid:
    rows = rows_of(sheet, seen.name)
    looked = _Look(book, seen)
    for place in looked.filled:
        row = rows[place[0] - 1] if place[0] <= len(rows) else []
        if place[1] > len(row) or row[place[1] - 1] is None:
            where = f"{seen.name}!{cell_name(*place)}"
            raise contradictory(f"单元格 {where} 未能读出", f"the cell {where} was not read", seen.name)
    for row_number, column in looked.percents:
        value = rows[row_number - 1][column - 1]
        if isinstance(value, (int, float)):
            looked.replaced[row_number, column] = Percent(float(value))
    details = Details(
        merged=tuple((top + 1, left + 1, bottom, right) for top, bottom, left, right in seen.merged_cells),
        hidden_rows=frozenset(row + 1 for row in range(seen.nrows) if _is_hidden(seen, row)),
        struck_rows=frozenset(looked.struck - looked.unstruck),
        red_cells=frozenset(looked.red),
        comments=_comments(seen),
        tells_formulas=False,
    )
    cells = trimmed(with_places(seen.name, rows, looked.replaced))
    return Grid(name, seen.name, cells, epoch_1904=book.datemode == 1, details=details)


def _is_hidden(seen: Sheet, row: int) -> bool:
    return row in seen.rowinfo_map and bool(seen.rowinfo_map[row].hidden)


def _comments(seen: Sheet) -> dict[CellPlace, str]:
    notes = {(row + 1, column + 1): note.text for (row, column), note in seen.cell_note_map.items()}
    people = {place: note_of_people(text.strip()).strip() for place, text in notes.items()}
    return {place: text for place, text in people.items() if text}


class _Look:
    """What xlrd sees in the cells with content of one sheet."""

    def __init__(self, book: Book, seen: Sheet) -> None:
        self.filled: list[CellPlace] = []
        self.replaced: dict[CellPlace, Cell] = {}
        self.percents: set[CellPlace] = set()
        self.red: set[CellPlace] = set()
        self.struck: set[int] = set()
        self.unstruck: set[int] = set()
        self._book = book
        for row in range(seen.nrows):
            for column, kind in enumerate(seen.row_types(row)):
                if kind not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK}:
                    self._add(seen, row, column, kind)

    def _add(self, seen: Sheet, row: int, column: int, kind: int) -> None:
        value = seen.cell_value(row, column)
        place = (row + 1, column + 1)
        if kind == xlrd.XL_CELL_ERROR:
            self.replaced[place] = ErrorCell(xlrd.error_text_from_code.get(value, "#N/A"))
        elif value == "":
            self.replaced[place] = None  # a formula that shows nothing, which calamine reads as zero
            return
        else:
            self.filled.append(place)
        style = self._book.xf_list[seen.cell_xf_index(row, column)]
        (self.struck if self._book.font_list[style.font_index].struck_out else self.unstruck).add(row + 1)
        if kind == xlrd.XL_CELL_NUMBER:
            self._add_number(place, value, style)

    def _add_number(self, place: CellPlace, value: float, style: XF) -> None:
        shown = self._book.format_map.get(style.format_key)
        if shown is not None and is_percent_format(shown.format_str):
            self.percents.add(place)
        colour = self._book.colour_map.get(self._book.font_list[style.font_index].colour_index)
        if value > 0 and colour is not None and is_red_rgb(bytes(colour)):
            self.red.add(place)
