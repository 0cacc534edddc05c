"""A fresh workbook with the values of grids, for files that openpyxl does not open."""

from __future__ import annotations

import re
from collections.abc import Iterable

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from schemas import values as v
from workbooks.mark_sheet import put_text


def workbook_of_grids(grids: Iterable[v.Grid]) -> Workbook:
    """Return a workbook with the values, merged ranges and people's notes of the grids at the same cells."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", "_", grid.sheet)[:31] or None)
        sheet.sheet_state = "hidden" if grid.hidden else "visible"
        _fill(sheet, grid)
    return book


def _fill(sheet: Worksheet, grid: v.Grid) -> None:
    for row, cells in enumerate(grid.cells, start=grid.first_row):
        for column, value in enumerate(cells, start=grid.first_column):
            if value is not None:
                _put(sheet.cell(row, column), value)
    for (row, column), note in grid.details.comments.items():
        sheet.cell(row, column).comment = Comment(note, "")
    for first_row, first_column, last_row, last_column in grid.details.merged:
        sheet.merge_cells(start_row=first_row, start_column=first_column, end_row=last_row, end_column=last_column)


def _put(cell: Cell, value: v.Cell) -> None:
    match value:
        case str():
            put_text(cell, value)
        case v.ErrorCell():
            cell.value, cell.data_type = value.text, "e"
        case v.NoValue():
            cell.value = f"={value.formula.removeprefix('=')}"
        case v.ImageCell():
            put_text(cell, f'=DISPIMG("{value.image_id}",1)')
        case v.Percent():
            cell.value, cell.number_format = value.value, "0.00%"
        case _:
            cell.value = value
