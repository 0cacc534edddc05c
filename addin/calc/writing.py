"""Blocks of values written whole, without harm to the notes in their way and so that one undo takes them back."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from addin.calc import bridge, cells, formats, grammar, values
from addin.calc.areas import Area, gathered, of_range
from addin.calc.cells import Place
from addin.calc.errors import CalcError
from addin.calc.formats import Kind

# com.sun.star.sheet.CellFlags
_CONTENTS, _ANNOTATION = 1 | 2 | 4 | 16, 8
# Above that, what makes undo exact is felt as a pause; such blocks go into new sheets, whose undo takes all.
_MOST_UNDOABLE_CELLS = 20_000


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
    cells.changeable(place.document, place.sheet, place.cells)
    found = formats.kinds(place.document, place.cells, place.area)
    plan = _planned(place, block, found)
    # Formats first: on filled cells LibreOffice works out the height of every row again.
    _set_formats(place, plan, found)
    noted = _noted(place)
    for area in _around(place.area, noted):
        first, left = area.row - place.area.row, area.column - place.area.column
        part = [line[left : left + area.columns] for line in plan.block[first : first + area.rows]]
        _put_block(Place(place.document, place.sheet, area, cells.cells_at(place.sheet, area)), part)
    for row, column in noted:
        _put(place, row, column, plan.block[row - place.area.row][column - place.area.column])
    _set_formulas(place, plan.formulas, noted)


def _noted(place: Place) -> set[tuple[int, int]]:
    """Return the cells to be set one by one: LibreOffice deletes the notes of cells that it fills in one call."""
    if (place.area.rows, place.area.columns) == (1, 1):
        return {(place.area.row, place.area.column)}
    found = (of_range(at) for at in place.cells.queryContentCells(_ANNOTATION).RangeAddresses)
    return {at for area in found for at in area.cells()}


def _around(area: Area, cut: set[tuple[int, int]]) -> Iterator[Area]:
    """Yield rectangles that cover an area without some of its cells."""
    rows = {row for row, _ in cut}
    start = area.row
    for row in sorted(rows):
        if row > start:
            yield Area(start, area.column, row - start, area.columns)
        left = area.column
        for column in sorted(column for at, column in cut if at == row):
            if column > left:
                yield Area(row, left, 1, column - left)
            left = column + 1
        if left <= area.last_column:
            yield Area(row, left, 1, area.last_column - left + 1)
        start = row + 1
    if start <= area.last_row:
        yield Area(start, area.column, area.last_row - start + 1, area.columns)


def _put(place: Place, row: int, column: int, value: str | float) -> None:
    cell = place.sheet.getCellByPosition(column - 1, row - 1)
    if isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(value)


def _put_block(place: Place, block: list[tuple[str | float, ...]]) -> None:
    """Put plain values into cells without notes, in a way that one undo takes back.

    LibreOffice's undo of a filled block does not blank the cells that were blank before; its undo of an
    array formula does. So where there are any, the block is an array for a moment.
    """
    small = place.area.rows * place.area.columns <= _MOST_UNDOABLE_CELLS
    undoable = small and place.cells.queryEmptyCells().Count and _made_array(place)
    place.cells.setDataArray(tuple(block))
    blank = [
        (row, column)
        for row, line in enumerate(block, place.area.row)
        for column, value in enumerate(line, place.area.column)
        if undoable and value == ""
    ]
    if blank:
        # Redone, the array would show where the block has nothing.
        cells.ranges(place.document, place.sheet, gathered(blank)).clearContents(_CONTENTS)


def _made_array(place: Place) -> bool:
    """Make cells one array of blank texts, and tell whether LibreOffice allows that there."""
    try:
        # Text, for a number would bring number formats along.
        bridge.refused(
            lambda: place.cells.setArrayFormula('=""'), lambda reason: CalcError(what="array", reason=reason)
        )
    except CalcError:
        return False
    return True


def _planned(place: Place, block: Iterable[Iterable[object]], found: dict[Kind, list[Area]]) -> _Plan:
    plan, start = _Plan(), functools.cache(lambda: cells.first_day(place.document))
    for row, line in enumerate(block, place.area.row):
        plain: list[str | float] = []
        for column, value in enumerate(line, place.area.column):
            # Most cells of a large block are numbers and blanks: they take the short way.
            easy = type(value) is float or value == ""
            plain.append(value if easy else _entered(plan, (row, column), value, found, start))  # type: ignore[arg-type]
        plan.block.append(tuple(plain))
    return plan


def _entered(
    plan: _Plan, at: tuple[int, int], value: object, found: dict[Kind, list[Area]], start: Callable[[], dt.datetime]
) -> str | float:
    """Return the plain content of a cell, after noting what else the cell needs."""
    if isinstance(value, str) and value and not _is_text(at, found):
        if value.startswith("'"):
            return value[1:]
        if value.startswith("=") and len(value) > 1:
            plan.formulas[at] = value
            return 0.0
        value = values.typed(value)
    if isinstance(value, bool):
        plan.truths.append(at)
    elif isinstance(value, dt.datetime):
        (plan.days if value.time() == dt.time() else plan.moments).append(at)
        return values.serial(value, start())
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
            target = cells.ranges(place.document, place.sheet, gathered(where))
            target.NumberFormat = formats.key_of(place.document, code)


def fill(place: Place, formula: str) -> None:
    """Set one Excel formula into every cell, its relative references moving along as in Excel."""
    cells.changeable(place.document, place.sheet, place.cells)
    first = place.area
    shifts = [(row, column) for row in range(first.rows) for column in range(first.columns)]
    formulas = {
        (first.row + down, first.column + aside): grammar.shifted(formula, down, aside) for down, aside in shifts
    }
    _set_formulas(place, formulas, _noted(place))


def _set_formulas(place: Place, formulas: dict[tuple[int, int], str], noted: set[tuple[int, int]]) -> None:
    """Set Excel formulas by cell (row, column), a column of them in one call; cells with notes one by one."""
    known = {at: formula for at, text in formulas.items() if (formula := grammar.to_calc(text)) is not None}
    for area in gathered(known.keys() - noted):
        column = tuple((known[row, area.column],) for row in range(area.row, area.last_row + 1))
        cells.cells_at(place.sheet, area).setFormulaArray(column)
    for (row, column_number), text in formulas.items():
        cell = place.sheet.getCellByPosition(column_number - 1, row - 1)
        if (row, column_number) not in known:
            cell.setTokens(cells.parser(place.document).parseFormula(text[1:], cell.getCellAddress()))
        elif (row, column_number) in noted:
            cell.setFormula(known[row, column_number])
