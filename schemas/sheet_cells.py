"""The cells of a plain sheet by columns, which are read whole, instead of by rows of single values."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, overload

import polars as pl

if TYPE_CHECKING:
    from schemas.values import Cell

NOTHING = type(None)
_PAGE_ROWS = 256
_TYPES: dict[pl.DataType, type] = {pl.String(): str, pl.Float64(): float, pl.Boolean(): bool, pl.Date(): date}
"""What a column may hold, and what Python sees it as."""


class ColumnCells(Sequence["Cell"]):
    """Cells of one column that are all of one type or blank; looks like a list of them.

    Args:
        series: The cells, null for blank ones.
    """

    def __init__(self, series: pl.Series) -> None:
        self.series = series

    @cached_property
    def types(self) -> frozenset[type]:
        """Return the types of its cells, that of blank ones included."""
        blank = self.series.null_count()
        kinds = {_TYPES[self.series.dtype]} if blank < len(self.series) else set()
        return frozenset(kinds | ({NOTHING} if blank else set()))

    @cached_property
    def _cells(self) -> list[Cell]:
        return self.series.to_list()

    def __len__(self) -> int:
        """Return the number of cells."""
        return len(self.series)

    @overload
    def __getitem__(self, place: int) -> Cell: ...
    @overload
    def __getitem__(self, place: slice) -> list[Cell]: ...
    def __getitem__(self, place: int | slice) -> Cell | list[Cell]:
        """Return one cell or some."""
        return self._cells[place]


class SheetCells(Sequence[Sequence["Cell"]]):
    """The cells of a sheet: some rows of any cells above columns of one type each; looks like a list of rows.

    Args:
        head: The rows above, each as wide as there are columns.
        body: The columns below them.
    """

    def __init__(self, head: Sequence[Sequence[Cell]], body: pl.DataFrame) -> None:
        self.head = list(head)
        self.body = body
        self._pages: dict[int, list[tuple[Cell, ...]]] = {}

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.head) + self.body.height

    @overload
    def __getitem__(self, place: int) -> Sequence[Cell]: ...
    @overload
    def __getitem__(self, place: slice) -> list[Sequence[Cell]]: ...
    def __getitem__(self, place: int | slice) -> Sequence[Cell] | list[Sequence[Cell]]:
        """Return one row or some; rows are made of the columns page by page."""
        if isinstance(place, slice):
            return [self[row] for row in range(*place.indices(len(self)))]
        row = range(len(self))[place]
        if row < len(self.head):
            return self.head[row]
        page, line = divmod(row - len(self.head), _PAGE_ROWS)
        if page not in self._pages:
            self._pages[page] = self.body.slice(page * _PAGE_ROWS, _PAGE_ROWS).rows()
        return self._pages[page][line]

    def column(self, place: int, rows: Sequence[int]) -> Sequence[Cell]:
        """Return the cells of a column in some rows, in their order; both are counted from 0."""
        above = len(self.head)
        if not rows or rows[0] < above:
            return [self[row][place] for row in rows]
        cells = self.body.to_series(place)
        if rows[-1] - rows[0] + 1 == len(rows):
            return ColumnCells(cells.slice(rows[0] - above, len(rows)))
        return ColumnCells(cells.gather([row - above for row in rows]))


def cells_of(lines: Sequence[Sequence[Cell]], place: int, rows: Sequence[int]) -> Sequence[Cell]:
    """Return the cells of a column of a sheet in some rows, in their order; both are counted from 0."""
    if isinstance(lines, SheetCells):
        return lines.column(place, rows)
    return list(map(itemgetter(place), map(lines.__getitem__, rows)))


def types_of(cells: Sequence[Cell]) -> frozenset[type]:
    """Return the types of some cells, that of blank ones included."""
    return cells.types if isinstance(cells, ColumnCells) else frozenset(map(type, cells))


def blanks_in(cells: Sequence[Cell]) -> int:
    """Return how many cells are blank."""
    return cells.series.null_count() if isinstance(cells, ColumnCells) else cells.count(None)
