"""Read the old .xls format: values by calamine, the places of Excel errors by fastexcel."""

from __future__ import annotations

import fastexcel
from python_calamine import CalamineSheet, SheetTypeEnum, SheetVisibleEnum

from schemas.values import Cell, CellPlace, Details, ErrorCell, Grid
from workbooks.calamine_cells import open_workbook, rows_of, trimmed, with_places


def read_xls(content: bytes, name: str) -> tuple[Grid, ...]:
    """Return the worksheets of an .xls workbook.

    Raises:
        RefusedError: it is protected, damaged or too large.
    """
    book = open_workbook(content)
    errors = fastexcel.read_excel(content)
    grids = []
    for place, known in enumerate(book.sheets_metadata):
        if known.typ is not SheetTypeEnum.WorkSheet:
            continue
        sheet = book.get_sheet_by_index(place)
        rows = with_places(rows_of(sheet), _errors(errors, known.name, sheet))
        hidden = known.visible is not SheetVisibleEnum.Visible
        grids.append(Grid(name, known.name, trimmed(rows), hidden=hidden, details=Details(merged=_merged(sheet))))
    return tuple(grids)


def _errors(book: fastexcel.ExcelReader, sheet_name: str, sheet: CalamineSheet) -> dict[CellPlace, Cell]:
    """Return the error cells: fastexcel counts rows and columns from the first used ones."""
    if sheet.start is None:
        return {}
    read = book.load_sheet(sheet_name, header_row=None, dtypes="string")
    _, errors = read.to_arrow_with_errors()
    if errors is None:
        return {}
    first_row, first_column = sheet.start
    found: dict[CellPlace, Cell] = {}
    for error in errors.errors:
        row, column = error.position
        found[row + first_row + 1, column + first_column + 1] = ErrorCell(_error_text(str(error.detail)))
    return found


def _error_text(detail: str) -> str:
    """Return the words of an Excel error that a detail names, ``#N/A`` where it names none."""
    known = {"NA": "#N/A", "Ref": "#REF!", "Value": "#VALUE!", "Div0": "#DIV/0!", "Name": "#NAME?", "Num": "#NUM!"}
    return next((text for word, text in known.items() if word in detail or text in detail), "#N/A")


def _merged(sheet: CalamineSheet) -> tuple[tuple[int, int, int, int], ...]:
    ranges = sheet.merged_cell_ranges or []
    return tuple(
        (first[0] + 1, first[1] + 1, last[0] + 1, last[1] + 1) for first, last in ranges
    )
