"""Rectangles of cells: addresses as Excel writes them, and lists of cells as few rectangles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from addin.calc.bridge import UnoObject

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d{1,7})")
_COLUMN = re.compile(r"\$?([A-Za-z]{1,3})")
_ROW = re.compile(r"\$?(\d{1,7})")


@dataclass(frozen=True, slots=True)
class Area:
    """A rectangle of cells; row and column count from 1, as in Excel, and a size may be 0."""

    row: int
    column: int
    rows: int = 1
    columns: int = 1

    @property
    def last_row(self) -> int:
        """Return the last row that belongs to it."""
        return self.row + self.rows - 1

    @property
    def last_column(self) -> int:
        """Return the last column that belongs to it."""
        return self.column + self.columns - 1

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Return left, top, right and bottom counted from 0, as LibreOffice takes them."""
        return self.column - 1, self.row - 1, self.last_column - 1, self.last_row - 1

    def spanning(self, other: Area) -> Area:
        """Return the smallest rectangle around both."""
        row, column = min(self.row, other.row), min(self.column, other.column)
        last_row, last_column = max(self.last_row, other.last_row), max(self.last_column, other.last_column)
        return Area(row, column, last_row - row + 1, last_column - column + 1)

    def contains(self, row: int, column: int) -> bool:
        """Tell whether a cell lies in it."""
        return self.row <= row <= self.last_row and self.column <= column <= self.last_column

    def cells(self) -> Iterator[tuple[int, int]]:
        """Yield row and column of its cells, row by row."""
        for row in range(self.row, self.last_row + 1):
            for column in range(self.column, self.last_column + 1):
                yield row, column

    def address(self, row_mark: str = "$", column_mark: str = "$") -> str:
        """Return the address in Excel's words: ``$A$1``, ``$A$1:$B$2``, columns ``$A:$B``, rows ``$1:$2``."""
        if self.rows == LAST_ROW and self.columns < LAST_COLUMN:
            return f"{column_mark}{letters(self.column)}:{column_mark}{letters(self.last_column)}"
        if self.columns == LAST_COLUMN:
            return f"{row_mark}{self.row}:{row_mark}{self.last_row}"
        first = f"{column_mark}{letters(self.column)}{row_mark}{self.row}"
        if (self.rows, self.columns) == (1, 1):
            return first
        return f"{first}:{column_mark}{letters(self.last_column)}{row_mark}{self.last_row}"


WHOLE = Area(1, 1, LAST_ROW, LAST_COLUMN)


def of_box(left: int, top: int, right: int, bottom: int) -> Area:
    """Return the area of a range as LibreOffice counts it."""
    return Area(top + 1, left + 1, bottom - top + 1, right - left + 1)


def of_range(at: UnoObject) -> Area:
    """Return the area of a range address of LibreOffice."""
    return of_box(at.StartColumn, at.StartRow, at.EndColumn, at.EndRow)


def letters(column: int) -> str:
    """Return the letters of a column counted from 1."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(ord("A") + rest) + name
    return name


def number(name: str) -> int:
    """Return the number of a column from its letters."""
    total = 0
    for char in name.upper():
        total = total * 26 + ord(char) - ord("A") + 1
    return total


def parsed(address: str) -> Area | None:
    """Return the rectangle of an address without a sheet; None when it is a name of something else."""
    first, _, last = address.strip().partition(":")
    for reading in (_cell, _columns, _rows):
        start = reading(first)
        end = reading(last) if last else start
        if start is None or end is None or (not last and reading is not _cell):
            continue
        area = start.spanning(end)
        fits = area.row >= 1 and area.column >= 1 and area.last_row <= LAST_ROW and area.last_column <= LAST_COLUMN
        return area if fits else None
    return None


def _cell(text: str) -> Area | None:
    found = _CELL.fullmatch(text.strip())
    return None if found is None else Area(int(found[2]), number(found[1]))


def _columns(text: str) -> Area | None:
    found = _COLUMN.fullmatch(text.strip())
    return None if found is None else Area(1, number(found[1]), LAST_ROW, 1)


def _rows(text: str) -> Area | None:
    found = _ROW.fullmatch(text.strip())
    return None if found is None else Area(int(found[1]), 1, 1, LAST_COLUMN)


def gathered(cells: Iterable[tuple[int, int]]) -> Iterator[Area]:
    """Yield rectangles one column wide that cover exactly these cells (row, column)."""
    by_column: dict[int, list[int]] = defaultdict(list)
    for row, column in cells:
        by_column[column].append(row)
    for column, rows in sorted(by_column.items()):
        rows.sort()
        start = previous = rows[0]
        for row in rows[1:]:
            if row > previous + 1:
                yield Area(start, column, previous - start + 1)
                start = row
            previous = row
        yield Area(start, column, previous - start + 1)
