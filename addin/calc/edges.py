"""Where blocks of cells end: Ctrl and an arrow key, and the used part of a sheet."""

from __future__ import annotations

from addin.calc.areas import LAST_COLUMN, LAST_ROW, Area, of_range
from addin.calc.bridge import UnoObject

_CONTENTS = 1 | 2 | 4 | 16  # com.sun.star.sheet.CellFlags: numbers, dates, text, formulas
# By the first letter, which is enough for xlwings too.
_DIRECTIONS = {"u": (True, -1), "d": (True, 1), "l": (False, -1), "r": (False, 1)}


def area_of(cells: UnoObject) -> Area:
    """Return the area of a range of LibreOffice."""
    return of_range(cells.RangeAddress)


def end(sheet: UnoObject, area: Area, direction: str) -> Area:
    """Return the cell where Ctrl and an arrow key lead from the first cell of an area.

    Inside a block that is its last cell; from its edge or a blank cell the next filled one, or the edge of the sheet.
    """
    down, step = _DIRECTIONS[direction[0]]
    line = Area(1, area.column, LAST_ROW, 1) if down else Area(area.row, 1, 1, LAST_COLUMN)
    filled = sheet.getCellRangeByPosition(*line.box).queryContentCells(_CONTENTS).RangeAddresses
    runs = _joined(
        sorted((at.StartRow + 1, at.EndRow + 1) if down else (at.StartColumn + 1, at.EndColumn + 1) for at in filled)
    )
    last = LAST_ROW if down else LAST_COLUMN
    place = _landing(runs, area.row if down else area.column, step, last)
    return Area(place, area.column) if down else Area(area.row, place)


def _joined(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return runs of filled cells with neighbours made one: text and numbers come as runs of their own."""
    joined: list[tuple[int, int]] = []
    for first, last in runs:
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _landing(runs: list[tuple[int, int]], start: int, step: int, last: int) -> int:
    if step > 0:
        inside = next((end_ for first, end_ in runs if first <= start < end_), None)
        beyond = next((first for first, _ in runs if first > start), last)
    else:
        inside = next((first for first, end_ in runs if first < start <= end_), None)
        beyond = next((end_ for _, end_ in reversed(runs) if end_ < start), 1)
    return beyond if inside is None else inside


def used(sheet: UnoObject) -> Area:
    """Return the used part of a sheet; of an empty one its first cell."""
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    bottom = area_of(cursor)
    cursor.gotoStartOfUsedArea(False)
    return area_of(cursor).spanning(bottom)
