"""The rows of one sheet that are read together: raw cells by column, units, blocks, places."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from schemas.columns import Kind
from schemas.layout_totals import plain_number
from schemas.normal import matching
from schemas.sheet_cells import cells_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.layout import Layout
    from schemas.values import Cell, Grid


_DEBIT, _CREDIT = ("借", "D"), ("贷", "C")
_SIDES = (*_DEBIT, *_CREDIT)
_NO_BALANCE = ("平", "零")


def on_side(balance: Cell, direction: Cell, *, is_debit: bool) -> Cell:
    """Return what a balance says on one of its sides; what cannot be read is said on the debit side."""
    word = matching(direction) if isinstance(direction, str) else ""
    if word in _NO_BALANCE:
        return None
    if word.startswith(_SIDES):
        return balance if word.startswith(_DEBIT) == is_debit else None
    number = plain_number(balance)
    if number is None or number >= 0:
        return balance if is_debit else None
    return None if is_debit else f"{-number}"


@dataclass(frozen=True)
class RowSet:
    """Some data rows of a layout, in order."""

    grid: Grid
    layout: Layout
    rows: Sequence[int]
    """Worksheet rows (1-based)."""
    context: Context

    def cells(self, name: str) -> Sequence[Cell]:
        """Return the raw cells of a column in these rows; merged ranges fill their blank cells (S08)."""
        if name not in self.layout.columns:
            return [self.layout.above[name]] * len(self.rows)
        cells = self.cells_at(self.layout.columns[name])
        if name not in self.layout.sides:
            return cells
        side = self.layout.sides[name]
        directions = self.cells_at(side.direction) if side.direction else [None] * len(cells)
        return [on_side(*both, is_debit=side.is_debit) for both in zip(cells, directions, strict=True)]

    def cells_at(self, number: int) -> Sequence[Cell]:
        """Return the raw cells of a worksheet column (1-based) in these rows."""
        place = number - self.grid.first_column
        width = len(self.grid.cells[0]) if self.grid.cells else 0
        if not 0 <= place < width:
            return [None] * len(self.rows)
        cells = cells_of(self.grid.cells, place, self._places)
        return self._filled(cells, number) if self.layout.filled else cells

    @cached_property
    def _places(self) -> list[int]:
        return [row - self.grid.first_row for row in self.rows]

    def _filled(self, cells: Sequence[Cell], number: int) -> list[Cell]:
        filled = self.layout.filled
        return [filled.get((row, number)) if cell is None else cell for row, cell in zip(self.rows, cells, strict=True)]

    def breaks(self) -> tuple[int, ...]:
        """Return the positions before which a subtotal ends a block of rows (D17)."""
        return tuple(bisect_left(self.rows, row) for row, _ in self.layout.subtotal_rows)

    def columns_read(self) -> list[Column]:
        """Return the columns that the sheet has and people fill, units before what they measure."""
        columns = [column for column in self.layout.register.columns if self.has(column) and not column.system]
        return sorted(columns, key=lambda column: column.kind is not Kind.UNIT)

    def has(self, column: Column) -> bool:
        """Tell whether the sheet has a column, or says above the table what stands in it."""
        return column.name in self.layout.columns or column.name in self.layout.above

    def unit_column_without_header(self) -> tuple[Column, int] | None:
        """Return the unit column that the header of a quantity stands in for (``数量（个）``, S03).

        The number is the worksheet column (1-based) of that quantity.
        """
        if self.layout.default_unit is None:
            return None
        register = self.layout.register
        for quantity in register.columns:
            if quantity.kind is Kind.QTY and quantity.unit and self.has(quantity):
                unit = register.column(quantity.unit)
                if not self.has(unit):
                    return unit, self.layout.columns[quantity.name]
        return None
