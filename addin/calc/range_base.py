"""What every range of cells has: its sheet, its rectangles, its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from xlwings import base_classes

from addin.calc import cells
from addin.calc.areas import Area
from addin.calc.bridge import UnoObject, border

if TYPE_CHECKING:
    from addin.calc.sheets import Sheet


@border
class RangeBase(base_classes.Range):
    """One rectangle of a sheet, or several of which the first one counts, as in Excel's ``A1:B2,D4``.

    Args:
        sheet: Where it lies.
        areas: The rectangles; a single one may be empty.
    """

    def __init__(self, sheet: Sheet, *areas: Area) -> None:
        self._sheet = sheet
        self._areas = areas
        self.options: dict[str, Any] = {}

    @property
    def area(self) -> Area:
        """Return its first rectangle."""
        return self._areas[0]

    @property
    def _place(self) -> cells.Place:
        """Return the first area with its cells, which is what values belong to."""
        cells_here = cells.cells_at(self._sheet.api, self.area)
        return cells.Place(self._sheet.book.api, self._sheet.api, self.area, cells_here)

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's cells; of several rectangles all, of an empty range None."""
        if not self.area.rows or not self.area.columns:
            return None
        if len(self._areas) > 1:
            return cells.ranges(self._sheet.book.api, self._sheet.api, self._areas)
        return cells.cells_at(self._sheet.api, self.area)

    @property
    def changeable(self) -> UnoObject:
        """Return LibreOffice's cells where they may be changed; a sentence says why not."""
        return cells.changeable(self._sheet.book.api, self._sheet.api, self.api)

    @property
    def sheet(self) -> Sheet:
        """Return the sheet it lies on."""
        return self._sheet

    @property
    def coords(self) -> tuple[str, int, int, int, int]:
        """Return sheet name, row, column and size."""
        return self._sheet.name, self.row, self.column, len(self), self.area.columns

    @property
    def arg1_input(self) -> str:
        """Return its address as somebody might have typed it."""
        return self.area.address("", "")

    def __len__(self) -> int:
        return self.area.rows * self.area.columns

    @property
    def row(self) -> int:
        """Return its first row, counted from 1."""
        return self.area.row

    @property
    def column(self) -> int:
        """Return its first column, counted from 1."""
        return self.area.column

    @property
    def shape(self) -> tuple[int, int]:
        """Return how many rows and columns it has."""
        return self.area.rows, self.area.columns
