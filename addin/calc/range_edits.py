"""What is done with the cells of a range as a whole: merged, copied, inserted, deleted, linked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from addin.calc import bridge, cells, edges
from addin.calc.areas import LAST_COLUMN, LAST_ROW, Area
from addin.calc.bridge import border
from addin.calc.range_base import RangeBase

if TYPE_CHECKING:
    from addin.calc.ranges import Range


@border
class Edits(RangeBase):
    """The edits of a range."""

    @property
    def merge_cells(self) -> bool:
        """Tell whether its first cell belongs to merged cells, or any of it."""
        return bool(self._merged() != Area(self.row, self.column) or self.api.getIsMerged())

    @property
    def merge_area(self) -> Range:
        """Return the merged cells that its first cell belongs to, or that cell."""
        return self._sheet.area(self._merged())

    def _merged(self) -> Area:
        first = cells.cells_at(self._sheet.api, Area(self.row, self.column))
        cursor = self._sheet.api.createCursorByRange(first)
        cursor.collapseToMergedArea()
        return edges.area_of(cursor)

    def merge(self, across: bool) -> None:  # noqa: FBT001 - xlwings' signature
        """Merge its cells, or those of each row across."""
        self.changeable.merge(False)
        if not across:
            self.changeable.merge(True)
            return
        for row in range(self.row, self.area.last_row + 1):
            cells.cells_at(self._sheet.api, Area(row, self.column, 1, self.area.columns)).merge(True)

    def unmerge(self) -> None:
        """Take merged cells apart."""
        self.changeable.merge(False)

    def copy(self, destination: Any = None) -> None:  # noqa: ANN401 - xlwings' own range
        """Copy it with formats to the place that starts at the destination.

        Raises:
            NotImplementedError: There is no destination: the clipboard of the computer is left alone.
        """
        if destination is None:
            raise NotImplementedError
        target = destination.impl
        at = cells.cells_at(target.sheet.api, Area(target.row, target.column)).getCellByPosition(0, 0)
        self._sheet.api.copyRange(at.getCellAddress(), self._address())

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:  # noqa: ARG002 - xlwings' signature
        """Insert as many cells, the present ones moving ``down`` or ``right``."""
        self._sheet.api.insertCells(self._address(), self._mode(shift, "DOWN", "RIGHT"))

    def delete(self, shift: str | None = None) -> None:
        """Delete its cells, those behind moving ``up`` or ``left``."""
        self._sheet.api.removeRange(self._address(), self._mode(shift, "UP", "LEFT"))

    def _mode(self, shift: str | None, rows: str, columns: str) -> object:
        if self.area.columns == LAST_COLUMN:
            return bridge.enum("sheet.CellDeleteMode" if rows == "UP" else "sheet.CellInsertMode", "ROWS")
        if self.area.rows == LAST_ROW:
            return bridge.enum("sheet.CellDeleteMode" if rows == "UP" else "sheet.CellInsertMode", "COLUMNS")
        along_rows = shift.upper() == rows if shift else self.area.columns > self.area.rows
        mode = rows if along_rows else columns
        return bridge.enum("sheet.CellDeleteMode" if rows == "UP" else "sheet.CellInsertMode", mode)

    def _address(self) -> object:
        return cells.range_address(self._sheet.api.RangeAddress.Sheet, self.area)

    @property
    def hyperlink(self) -> str:
        """Return the address of the link in its first cell.

        Raises:
            LookupError: There is none.
        """
        fields = self.api.getCellByPosition(0, 0).TextFields
        if not fields.getCount():
            raise LookupError(self._sheet.name, self.area.address())
        return str(fields.getByIndex(0).URL)

    def add_hyperlink(self, address: str, text_to_display: str | None = None, screen_tip: str | None = None) -> None:  # noqa: ARG002 - as above
        """Put a link into its first cell; ``#Sheet1!A1`` leads to a place in the same workbook."""
        cell = self.changeable.getCellByPosition(0, 0)
        cell.setString("")
        link = self._sheet.book.api.createInstance("com.sun.star.text.TextField.URL")
        link.URL, link.Representation = address, text_to_display or address
        cell.insertTextContent(cell.createTextCursor(), link, False)
