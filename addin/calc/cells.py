"""Blocks of cells, read and written whole: a call costs half a millisecond, whether for one cell or ten thousand."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from addin.calc import bridge, edges, formats, grammar, looks, values
from addin.calc.areas import Area
from addin.calc.bridge import UnoObject
from addin.calc.errors import ProtectedSheetError, ReadOnlyError
from addin.calc.formats import Kind
from addin.calc.values import Block, CellError

_MANY_ROWS = 50_000
_EXCEL_FORMULAS = 3  # com.sun.star.sheet.FormulaLanguage: XL_OOX in the formula parser's FormulaConvention


def changeable(document: UnoObject, sheet: UnoObject, cells: UnoObject) -> UnoObject:
    """Return cells that may be changed.

    Excel refuses to change others. LibreOffice's interface overwrites some, skips others and says nothing.

    Raises:
        ReadOnlyError: The workbook is open for reading only.
        ProtectedSheetError: The sheet is protected, and a cell is locked.
    """
    if document.isReadonly():
        url = str(document.URL)
        raise ReadOnlyError(name=Path(bridge.path_of(url)).name if url else document.Title)
    if sheet.isProtected():
        protection = looks.only(cells, "CellProtection")
        if protection is None or protection.IsLocked:
            address = str(getattr(cells, "AbsoluteName", None) or cells.RangeAddressesAsString)
            raise ProtectedSheetError(sheet=sheet.Name, address=address.rpartition(".")[2].replace("$", ""))
    return cells


def first_day(document: UnoObject) -> dt.datetime:
    """Return the day that the document counts dates from: 1904-01-01 in old books from a Mac."""
    null = document.NullDate
    return dt.datetime(null.Year, null.Month, null.Day)  # noqa: DTZ001 - a date in a cell has no zone


def ranges(document: UnoObject, sheet: UnoObject, areas: Iterable[Area]) -> UnoObject:
    """Return many rectangles of a sheet as one object, whose properties are set in one call."""
    index = sheet.RangeAddress.Sheet
    made = document.createInstance("com.sun.star.sheet.SheetCellRanges")
    made.addRangeAddresses(tuple(range_address(index, area) for area in areas), False)
    return made


def range_address(sheet_index: int, area: Area) -> UnoObject:
    """Return an area as LibreOffice addresses it across sheets."""
    left, top, right, bottom = area.box
    return bridge.struct(
        "table.CellRangeAddress",
        Sheet=sheet_index,
        StartColumn=left,
        StartRow=top,
        EndColumn=right,
        EndRow=bottom,
    )


def cells_at(sheet: UnoObject, area: Area) -> UnoObject:
    """Return the cells of an area."""
    return sheet.getCellRangeByPosition(*area.box)


@dataclass(frozen=True, slots=True)
class Place:
    """One rectangle of one sheet of a document, with its cells."""

    document: UnoObject
    sheet: UnoObject
    area: Area
    cells: UnoObject


def read(place: Place, *, error_texts: object) -> Block:
    """Return the values: text, float, bool, datetime, empty text for blank and :class:`CellError` for errors.

    Args:
        place: What to read.
        error_texts: True looks up which error it is, at one call for each.
    """
    blank_rows = 0
    if place.area.rows > _MANY_ROWS:
        place, blank_rows = _without_blank_rows(place)
    block: Block = place.cells.getDataArray()
    has_numbers = any(type(value) is float for row in block for value in row)
    found = formats.kinds(place.document, place.cells, place.area) if has_numbers else {}
    rows = list(block)
    if Kind.DATE in found:
        as_moment = functools.partial(values.moment, start=first_day(place.document))
        for area in found[Kind.DATE]:
            _replace(rows, place.area, area, as_moment)
    for area in found.get(Kind.LOGICAL, ()):
        _replace(rows, place.area, area, bool)
    for index, row in enumerate(rows):
        if None in row:
            rows[index] = tuple(
                _error(place, index, column, error_texts) if value is None else value
                for column, value in enumerate(row)
            )
    return (*rows, *(("",) * place.area.columns,) * blank_rows)


def _without_blank_rows(place: Place) -> tuple[Place, int]:
    """Return the part of whole columns that is in use, and how many rows follow it."""
    last = max(min(edges.used(place.sheet).last_row, place.area.last_row), place.area.row)
    area = Area(place.area.row, place.area.column, last - place.area.row + 1, place.area.columns)
    return Place(place.document, place.sheet, area, cells_at(place.sheet, area)), place.area.last_row - last


def _replace(rows: list[tuple[object, ...]], whole: Area, area: Area, new: values.OfNumber) -> None:
    left, right = area.column - whole.column, area.last_column - whole.column + 1
    for index in range(area.row - whole.row, area.last_row - whole.row + 1):
        row = rows[index]
        part = tuple(new(value) if type(value) is float else value for value in row[left:right])
        rows[index] = (*row[:left], *part, *row[right:])


def _error(place: Place, row: int, column: int, error_texts: object) -> CellError:
    if not error_texts:
        return CellError()
    return CellError(values.error_text(place.cells.getCellByPosition(column, row).getError()))


def parser(document: UnoObject) -> UnoObject:
    """Return LibreOffice's parser and printer of formulas, in Excel's words."""
    made = document.createInstance("com.sun.star.sheet.FormulaParser")
    made.CompileEnglish = True
    made.FormulaConvention = _EXCEL_FORMULAS
    return made


def formulas_of(place: Place) -> tuple[tuple[str, ...], ...]:
    """Return the formulas in Excel's words, the values of the other cells as text."""
    return tuple(
        tuple(_formula(place, text, row, column) for column, text in enumerate(line))
        for row, line in enumerate(place.cells.getFormulaArray())
    )


def _formula(place: Place, text: str, row: int, column: int) -> str:
    if not text.startswith("="):
        return text.removeprefix("'")
    known = grammar.from_calc(text)
    if known is not None:
        return known
    cell = place.cells.getCellByPosition(column, row)
    printed = parser(place.document).printFormula(cell.getTokens(), cell.getCellAddress())
    return f"={printed}"
