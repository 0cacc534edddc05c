"""Ranges of cells, as xlwings asks for them."""

from __future__ import annotations

from collections.abc import Iterable

from addin.calc import cells, edges, notes, writing
from addin.calc.areas import LAST_COLUMN, LAST_ROW, Area
from addin.calc.bridge import border
from addin.calc.names import Name, name_of
from addin.calc.notes import Note
from addin.calc.range_edits import Edits
from addin.calc.range_looks import Looks
from addin.calc.tables import Table, table_at
from addin.calc.values import Block

# com.sun.star.sheet.CellFlags
_CONTENTS = 1 | 2 | 4 | 16
_FORMATS = 32 | 64 | 256
_NOTES = 8
_MOST_CELLS = 2_000_000


@border
class Range(Looks, Edits):
    """A range of cells with all that xlwings asks of it."""

    @property
    def max_cells_per_read(self) -> int:
        """Return how many cells come in one call."""
        return _MOST_CELLS

    @property
    def max_cells_per_write(self) -> int:
        """Return how many cells go in one call."""
        return _MOST_CELLS

    def __call__(self, row: int, column: int | None = None) -> Range:
        """Return a cell by row and column in the range, or by its number row by row, from 1."""
        if column is None:
            below, beside = divmod(row - 1, self.area.columns)
            row, column = below + 1, beside + 1
        at = Area(self.row + row - 1, self.column + column - 1)
        if at.row < 1 or at.column < 1 or at.row > LAST_ROW or at.column > LAST_COLUMN:
            raise IndexError(f"row {at.row}, column {at.column}")
        return Range(self._sheet, at)

    # Values and formulas

    @property
    def raw_value(self) -> object:
        """Return or set the values; a single one for a single cell."""
        if not len(self):
            return None
        block = cells.read(self._place, error_texts=self.options.get("err_to_str"))
        return block[0][0] if len(self) == 1 else block

    @raw_value.setter
    def raw_value(self, value: object) -> None:
        if len(self):
            writing.write(self._place, self._block(value))

    def _block(self, value: object) -> Iterable[Iterable[object]]:
        """Return values in the shape of the range; a single value fills it."""
        if not isinstance(value, (list, tuple)):
            return ((value,) * self.area.columns,) * self.area.rows
        rows = value if value and isinstance(value[0], (list, tuple)) else [value]
        return rows[: self.area.rows]

    @property
    def formula(self) -> str | Block:
        """Return or set the formulas in Excel's words; other cells give their value as text."""
        if not len(self):
            return ""
        block = cells.formulas_of(self._place)
        return block[0][0] if len(self) == 1 else block

    @formula.setter
    def formula(self, value: object) -> None:
        if isinstance(value, str) and value.startswith("=") and len(self) > 1:
            writing.fill(self._place, value)
        else:
            self.raw_value = value

    @property
    def formula2(self) -> str | Block:
        """Return or set the formulas; LibreOffice has one kind of them."""
        return self.formula

    @formula2.setter
    def formula2(self, value: object) -> None:
        self.formula = value

    @property
    def formula_array(self) -> str | None:
        """Return or set the one formula that fills the range as an array."""
        return str(self._place.cells.getArrayFormula()) or None

    @formula_array.setter
    def formula_array(self, value: str) -> None:
        place = self._place
        at = place.cells.getCellByPosition(0, 0).getCellAddress()
        place.cells.setArrayTokens(cells.parser(place.document).parseFormula(value.removeprefix("="), at))

    @property
    def has_array(self) -> bool:
        """Tell whether the range is part of an array formula."""
        return bool(self._place.cells.getCellByPosition(0, 0).getArrayFormula())

    def clear_contents(self) -> None:
        """Clear values and formulas."""
        self._clear(_CONTENTS)

    def clear_formats(self) -> None:
        """Clear formats."""
        self._clear(_FORMATS)

    def clear(self) -> None:
        """Clear values, formulas, formats and notes."""
        self._clear(_CONTENTS | _FORMATS | _NOTES)

    def _clear(self, what: int) -> None:
        if len(self):
            self.changeable.clearContents(what)

    # Where it ends, and what it belongs to

    def end(self, direction: str) -> Range:
        """Return the cell where Ctrl and an arrow key lead from its first cell."""
        return Range(self._sheet, edges.end(self._sheet.api, self.area, direction))

    @property
    def current_region(self) -> Range:
        """Return the block of cells around its first cell, up to blank rows and columns."""
        cursor = self._sheet.api.createCursorByRange(cells.cells_at(self._sheet.api, Area(self.row, self.column)))
        cursor.collapseToCurrentRegion()
        return Range(self._sheet, edges.area_of(cursor))

    def get_address(self, row_absolute: bool, col_absolute: bool, external: bool) -> str:  # noqa: FBT001 - xlwings' signature
        """Return the address, with ``[book]sheet`` before it when external."""
        marks = "$" if row_absolute else "", "$" if col_absolute else ""
        address = ",".join(area.address(*marks) for area in self._areas)
        if not external:
            return address
        place = f"[{self._sheet.book.name}]{self._sheet.name}"
        plain = place.replace("[", "").replace("]", "").replace(".", "").isalnum()
        return f"{place}!{address}" if plain else "'{}'!{}".format(place.replace("'", "''"), address)

    @property
    def address(self) -> str:
        """Return the absolute address: ``$A$1:$B$2``."""
        return self.get_address(row_absolute=True, col_absolute=True, external=False)

    @property
    def name(self) -> Name | None:
        """Return or set the defined name that means exactly this range."""
        return name_of(self)

    @name.setter
    def name(self, value: str) -> None:
        self._sheet.book.names.add(value, f"={self._sheet.quoted}!{self.address}")

    @property
    def table(self) -> Table | None:
        """Return the table that its first cell is in."""
        return table_at(self._sheet, self.area)

    @property
    def note(self) -> Note | None:
        """Return the note of its first cell."""
        return notes.note_at(self._sheet, Area(self.row, self.column))

    def add_note(self, text: str) -> Note:
        """Give its first cell a note."""
        return notes.add_note(self._sheet, Area(self.row, self.column), text)

    @property
    def comment(self) -> None:
        """Return nothing: LibreOffice has notes but no threaded comments."""
        return

    def select(self) -> None:
        """Select it in the window, on the sheet in front."""
        self._sheet.activate()
        self._sheet.book.api.CurrentController.select(self.api)
