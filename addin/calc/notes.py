"""Notes of cells, the yellow ones of Excel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from xlwings import base_classes

from addin.calc import cells
from addin.calc.areas import Area, gathered, of_box, of_range
from addin.calc.bridge import UnoObject, border, struct

if TYPE_CHECKING:
    from addin.calc.ranges import Range
    from addin.calc.sheets import Sheet

_ANNOTATION = 8  # com.sun.star.sheet.CellFlags


@border
class Note(base_classes.Note):
    """The note of one cell, found again by the cell at every use."""

    def __init__(self, sheet: Sheet, area: Area) -> None:
        self._sheet = sheet
        self._area = area

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's annotation."""
        return self._cell().getAnnotation()

    @property
    def text(self) -> str:
        """Return or set the text."""
        return str(self.api.getString())

    @text.setter
    def text(self, value: str) -> None:
        self._changeable().getAnnotation().setString(value)

    @property
    def author(self) -> str:
        """Return who wrote it, where that is known."""
        return str(self.api.getAuthor())

    @property
    def location(self) -> Range:
        """Return the cell it belongs to."""
        return self._sheet.area(self._area)

    def delete(self) -> None:
        """Delete the note and nothing else of the cell."""
        self._changeable().clearContents(_ANNOTATION)

    def _changeable(self) -> UnoObject:
        return cells.changeable(self._sheet.book.api, self._sheet.api, self._cell())

    def _cell(self) -> UnoObject:
        return _cell(self._sheet, self._area)


def note_at(sheet: Sheet, area: Area) -> Note | None:
    """Return the note of a cell, None where there is none."""
    # A cell without a note has an annotation too, one without text.
    return Note(sheet, area) if _cell(sheet, area).getAnnotation().getString() else None


def notes_of(sheet: Sheet) -> list[Note]:
    """Return the notes of a sheet, row by row."""
    annotations = sheet.api.Annotations
    places = sorted(
        (at.Row, at.Column)
        for at in (annotations.getByIndex(index).getPosition() for index in range(annotations.getCount()))
    )
    return [Note(sheet, of_box(column, row, column, row)) for row, column in places]


def add_note(sheet: Sheet, area: Area, text: str) -> Note:
    """Give a cell a note."""
    cells.changeable(sheet.book.api, sheet.api, _cell(sheet, area))
    at = struct("table.CellAddress", Column=area.column - 1, Row=area.row - 1)
    sheet.api.Annotations.insertNew(at, text)
    return Note(sheet, area)


def set_notes(sheet: Sheet, texts: Mapping[tuple[int, int], str]) -> None:
    """Set the notes of many cells (row, column), a blank text for none.

    A new note is one call and the notes to go are one for all, where a range asks LibreOffice ten times for each.
    A note that is there keeps its author and its box.
    """
    noted = {
        at for area in map(of_range, sheet.api.queryContentCells(_ANNOTATION).RangeAddresses) for at in area.cells()
    }
    if texts:
        cells.changeable(sheet.book.api, sheet.api, cells.ranges(sheet.book.api, sheet.api, gathered(texts)))
    annotations = sheet.api.Annotations
    for (row, column), text in texts.items():
        if text and (row, column) in noted:
            sheet.api.getCellByPosition(column - 1, row - 1).getAnnotation().setString(text)
        elif text:
            annotations.insertNew(struct("table.CellAddress", Column=column - 1, Row=row - 1), text)
    gone = [at for at, text in texts.items() if not text and at in noted]
    if gone:
        cells.ranges(sheet.book.api, sheet.api, gathered(gone)).clearContents(_ANNOTATION)


def _cell(sheet: Sheet, area: Area) -> UnoObject:
    return sheet.api.getCellByPosition(area.column - 1, area.row - 1)
