"""Blocks of cells, read and written whole: a call costs half a millisecond, whether for one cell or ten thousand."""

from __future__ import annotations

import datetime as dt
import functools
<<<<<<< HEAD
from collections.abc import Iterable
from dataclasses import dataclass
=======
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
>>>>>>> buttons

from addin.calc import bridge, edges, formats, grammar, values
from addin.calc.areas import Area
from addin.calc.bridge import UnoObject
from addin.calc.formats import Kind
from addin.calc.values import Block, CellError

_MANY_ROWS = 50_000
_ANNOTATION = 8  # com.sun.star.sheet.CellFlags
_EXCEL_FORMULAS = 3  # com.sun.star.sheet.FormulaLanguage: XL_OOX in the formula parser's FormulaConvention


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


<<<<<<< HEAD
=======
@dataclass(slots=True)
class _Plan:
    """What one write comes to: the plain values in one block, the rest as cells (row, column)."""

    block: list[tuple[str | float, ...]] = field(default_factory=list)
    formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    moments: list[tuple[int, int]] = field(default_factory=list)
    days: list[tuple[int, int]] = field(default_factory=list)
    truths: list[tuple[int, int]] = field(default_factory=list)


def write(place: Place, block: Iterable[Iterable[object]]) -> None:
    """Write values into an area of the same shape, as Excel takes them from a program.

    Text that starts with ``=`` is a formula, text that looks like a number becomes one: except in
    cells with the text format. Dates and truth values bring their number format where the cell has none.
    """
    found = formats.kinds(place.document, place.cells)
    plan = _planned(place, block, found)
    # Formats first: on filled cells LibreOffice works out the height of every row again.
    _set_formats(place, plan, found)
    with _notes_kept(place):
        place.cells.setDataArray(tuple(plan.block))
        set_formulas(place, plan.formulas)


@contextmanager
def _notes_kept(place: Place) -> Iterator[None]:
    """Put the notes of an area back: LibreOffice counts them as content that a new value replaces, Excel does not."""
    noted = place.cells.queryContentCells(_ANNOTATION).RangeAddresses
    texts = {
        (row, column): place.sheet.getCellByPosition(column, row).getAnnotation().getString()
        for each in noted
        for row in range(each.StartRow, each.EndRow + 1)
        for column in range(each.StartColumn, each.EndColumn + 1)
    }
    yield
    for (row, column), text in texts.items():
        at = bridge.struct("table.CellAddress", Column=column, Row=row)
        if not place.sheet.getCellByPosition(column, row).getAnnotation().getString():
            place.sheet.Annotations.insertNew(at, text)


def _planned(place: Place, block: Iterable[Iterable[object]], found: dict[Kind, list[Area]]) -> _Plan:
    plan, start = _Plan(), first_day(place.document)
    for row, line in enumerate(block, place.area.row):
        plain: list[str | float] = []
        for column, value in enumerate(line, place.area.column):
            # Most cells of a large block are numbers and blanks: they take the short way.
            easy = type(value) is float or value == ""
            plain.append(value if easy else _entered(plan, (row, column), value, found, start))  # type: ignore[arg-type]
        plan.block.append(tuple(plain))
    return plan


def _entered(
    plan: _Plan, at: tuple[int, int], value: object, found: dict[Kind, list[Area]], start: dt.datetime
) -> str | float:
    """Return the plain content of a cell, after noting what else the cell needs."""
    if isinstance(value, str) and value and not _is_text(at, found):
        if value.startswith("'"):
            return value[1:]
        if value.startswith("=") and len(value) > 1:
            plan.formulas[at] = value
            return ""
        value = values.typed(value)
    if isinstance(value, bool):
        plan.truths.append(at)
    elif isinstance(value, dt.datetime):
        (plan.days if value.time() == dt.time() else plan.moments).append(at)
        return values.serial(value, start)
    return value if isinstance(value, str) else float(value)  # type: ignore[arg-type]


def _is_text(at: tuple[int, int], found: dict[Kind, list[Area]]) -> bool:
    return any(area.contains(*at) for area in found.get(Kind.TEXT, ()))


def _set_formats(place: Place, plan: _Plan, found: dict[Kind, list[Area]]) -> None:
    def without(kind: Kind, wanted: list[tuple[int, int]]) -> list[tuple[int, int]]:
        areas = found.get(kind, ())
        return [at for at in wanted if not any(area.contains(*at) for area in areas)] if areas else wanted

    truths = set(plan.truths)
    no_more = [
        (row, column)
        for area in found.get(Kind.LOGICAL, ())
        for row in range(area.row, area.last_row + 1)
        for column in range(area.column, area.last_column + 1)
        if (row, column) not in truths and plan.block[row - place.area.row][column - place.area.column] != ""
    ]
    for code, where in (
        (formats.GENERAL, no_more),
        (formats.LOGICAL, plan.truths),
        (formats.DAY_FORMAT, without(Kind.DATE, plan.days)),
        (formats.MOMENT_FORMAT, without(Kind.DATE, plan.moments)),
    ):
        if where:
            target = ranges(place.document, place.sheet, gathered(where))
            target.NumberFormat = formats.key_of(place.document, code)


def fill(place: Place, formula: str) -> None:
    """Set one Excel formula into every cell, its relative references moving along as in Excel."""
    first = place.area
    shifts = [(row, column) for row in range(first.rows) for column in range(first.columns)]
    set_formulas(
        place,
        {(first.row + down, first.column + aside): grammar.shifted(formula, down, aside) for down, aside in shifts},
    )


def set_formulas(place: Place, formulas: dict[tuple[int, int], str]) -> None:
    """Set Excel formulas by cell (row, column), a column of them in one call."""
    known = {at: formula for at, text in formulas.items() if (formula := grammar.to_calc(text)) is not None}
    for area in gathered(known):
        column = tuple((known[row, area.column],) for row in range(area.row, area.last_row + 1))
        cells_at(place.sheet, area).setFormulaArray(column)
    for (row, column_number), text in formulas.items():
        if (row, column_number) not in known:
            cell = cells_at(place.sheet, Area(row, column_number)).getCellByPosition(0, 0)
            cell.setTokens(parser(place.document).parseFormula(text[1:], cell.getCellAddress()))


>>>>>>> buttons
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
