"""The cells of a sheet as calamine reads them: typed values at exact places."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from schemas.values import Cell, CellPlace
from workbooks.refusals import RefusedError, corrupt

MAX_CELLS = 16_000_000
"""Places from A1 to the last cell of one sheet; 1,048,576 rows of 15 columns have 15.7 million (0.5 GB)."""


def open_workbook(stream: io.BytesIO) -> CalamineWorkbook:
    """Return the workbook in a stream.

    Raises:
        RefusedError: ``FILE-ENCRYPTED`` or ``FILE-CORRUPT``.
    """
    try:
        return CalamineWorkbook.from_filelike(stream)
    except PasswordError as error:
        raise RefusedError("FILE-ENCRYPTED") from error
    except CalamineError as error:
        if "password" in str(error).lower():
            raise RefusedError("FILE-ENCRYPTED") from error
        raise corrupt(f"无法打开（{error}）", f"it cannot be opened ({error})") from error


def check_box(sheet: str, rows: int, columns: int) -> None:
    """Refuse a sheet whose last cell lies too far out: readers hold the whole rectangle from A1 to it.

    Raises:
        RefusedError: ``FILE-TOO-LARGE``.
    """
    if rows * columns > MAX_CELLS:
        raise RefusedError(
            "FILE-TOO-LARGE",
            reason=f"“{sheet}”的内容直到第{rows}行第{columns}列",
            reason_en=f"“{sheet}” has content as far as row {rows} and column {columns}",
            sheet=sheet,
        )


def rows_of(sheet: CalamineSheet, name: str) -> list[list[Cell]]:
    """Return the cells from A1 on: None for blanks and error cells, numbers as floats.

    A point in time at midnight is a date, an amount of hours below a day is a time.

    Args:
        sheet: The sheet.
        name: What people know it by, for the refusal.

    Raises:
        RefusedError: ``FILE-TOO-LARGE``.
    """
    if sheet.end is None:
        return []
    check_box(name, sheet.end[0] + 1, sheet.end[1] + 1)
    rows = sheet.to_python(skip_empty_area=False)
    return [[None if value == "" else value for value in row] for row in rows]


def with_places(sheet: str, rows: list[list[Cell]], replaced: Mapping[CellPlace, Cell]) -> list[list[Cell]]:
    """Return the rows with some cells put in, made larger where these lie outside.

    Raises:
        RefusedError: ``FILE-TOO-LARGE``.
    """
    if replaced:
        width = max((len(rows[0]) if rows else 0), *(column for _, column in replaced))
        height = max(len(rows), *(row for row, _ in replaced))
        check_box(sheet, height, width)
        for row in rows:
            row.extend([None] * (width - len(row)))
        rows.extend([None] * width for _ in range(height - len(rows)))
        for (row_number, column), cell in replaced.items():
            rows[row_number - 1][column - 1] = cell
    return rows


def trimmed(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """Return the rows without blank rows and columns at the end."""
    last = max((place for place, row in enumerate(rows, 1) if any(cell is not None for cell in row)), default=0)
    kept = rows[:last]
    width = max((_width(row) for row in kept), default=0)
    return [row[:width] for row in kept]


def _width(row: Sequence[Cell]) -> int:
    width = len(row)
    while width and row[width - 1] is None:
        width -= 1
    return width
