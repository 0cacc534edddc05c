"""Sheets of a workbook."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from xlwings import base_classes

from addin.calc import areas, edges, notes, transfers
from addin.calc.areas import Area
from addin.calc.bridge import UnoObject, border
from addin.calc.errors import NotConnectedError
from addin.calc.names import Names
from addin.calc.pages import PageSetup
from addin.calc.ranges import Range
from addin.calc.tables import Tables

if TYPE_CHECKING:
    from addin.calc.books import Book

_Corner = str | int | tuple[int, ...] | Range


@border
class Sheet(base_classes.Sheet):
    """One sheet."""

    def __init__(self, book: Book, api: UnoObject) -> None:
        self._book = book
        self._api = api

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's sheet."""
        return self._api

    @property
    def book(self) -> Book:
        """Return its workbook."""
        return self._book

    @property
    def name(self) -> str:
        """Return or set its name."""
        return str(self._api.Name)

    @name.setter
    def name(self, value: str) -> None:
        self._api.Name = value

    @property
    def quoted(self) -> str:
        """Return its name as it stands in a formula."""
        name = self.name
        plain = name.isidentifier() and areas.parsed(name) is None
        return name if plain else "'{}'".format(name.replace("'", "''"))

    @property
    def index(self) -> int:
        """Return its place among the sheets, counted from 1."""
        return int(self._api.RangeAddress.Sheet) + 1

    @property
    def names(self) -> Names:
        """Return the names that are valid on this sheet alone."""
        return Names(self._book, self)

    @property
    def tables(self) -> Tables:
        """Return its tables."""
        return Tables(self)

    @property
    def notes(self) -> list[notes.Note]:
        """Return its notes, row by row."""
        return notes.notes_of(self)

    def set_notes(self, texts: Mapping[tuple[int, int], str]) -> None:
        """Set the notes of many cells (row, column), a blank text for none, far faster than one by one."""
        notes.set_notes(self, texts)

    @property
    def freeze_panes(self) -> FreezePanes:
        """Return its frozen rows and columns."""
        return FreezePanes(self)

    @property
    def page_setup(self) -> PageSetup:
        """Return how it is printed."""
        return PageSetup(self)

    @property
    def visible(self) -> bool:
        """Return or set whether it can be seen."""
        return bool(self._api.IsVisible)

    @visible.setter
    def visible(self, value: bool) -> None:
        self._api.IsVisible = value

    # Cells

    def area(self, *parts: Area) -> Range:
        """Return the range of one or several rectangles."""
        return Range(self, *parts)

    def range(self, arg1: _Corner, arg2: _Corner | None = None) -> Range:
        """Return a range by its address or name, by its corners, or by row, column and size.

        Raises:
            IndexError: A row or column is 0; they count from 1.
            KeyError: There is no such address, name or table.
        """
        if isinstance(arg1, int) and isinstance(arg2, int):
            return Range(self, _checked(Area(arg1, arg2)))
        if arg2 is None:
            return arg1 if isinstance(arg1, Range) else Range(self, *self._areas(arg1))
        return Range(self, self._corner(arg1).spanning(self._corner(arg2)))

    def _corner(self, corner: _Corner) -> Area:
        return corner.area if isinstance(corner, Range) else self._areas(corner)[0]

    def _areas(self, key: str | int | tuple[int, ...]) -> list[Area]:
        if isinstance(key, tuple):
            return [_checked(Area(*key))]
        found = [areas.parsed(part) for part in str(key).split(",")]
        if None not in found:
            return [area for area in found if area is not None]
        return [self._named(str(key)).area]

    def _named(self, key: str) -> Range:
        place, _, address = key.rpartition("!")
        if place:
            sheet = self._book.sheets(place.strip("'").replace("''", "'"))
            return sheet.range(address)
        if self._book.names.contains(key):
            return self._book.names(key).refers_to_range
        table, bracket, part = key.partition("[")
        if table in self.tables:
            found = self.tables(table)
            whole = bracket and part.casefold().startswith("#all")
            return found.range if whole else found.data_body_range or found.range
        raise KeyError(key)

    @property
    def cells(self) -> Range:
        """Return all its cells."""
        return Range(self, areas.WHOLE)

    @property
    def used_range(self) -> Range:
        """Return the cells up to the last used one."""
        return Range(self, edges.used(self._api))

    def clear(self) -> None:
        """Clear all its cells."""
        self.cells.clear()

    def clear_contents(self) -> None:
        """Clear values and formulas of all its cells."""
        self.cells.clear_contents()

    def clear_formats(self) -> None:
        """Clear formats of all its cells."""
        self.cells.clear_formats()

    def autofit(self, axis: str | None = None) -> None:
        """Make rows and columns as large as what stands in them."""
        self.used_range.autofit(axis)

    # Its place in the workbook

    def activate(self) -> None:
        """Bring it to the front."""
        self._book.api.CurrentController.setActiveSheet(self._api)

    def select(self) -> None:
        """Bring it to the front."""
        self.activate()

    def delete(self) -> None:
        """Delete it with all its cells."""
        self._book.api.Sheets.removeByName(self.name)

    def move(self, before: Sheet | None = None, after: Sheet | None = None) -> None:
        """Move it before or after another sheet of the workbook."""
        self._book.api.Sheets.moveByName(self.name, _position(self._book, before, after))

    def copy(self, before: Sheet | None = None, after: Sheet | None = None) -> None:
        """Copy it before or after another sheet, of this workbook or another; the copy gets a name of its own."""
        book = (before or after or self).book
        transfers.transfer(self._book.api, self.name, book.api, _position(book, before, after))


def _checked(area: Area) -> Area:
    if area.row < 1 or area.column < 1:
        raise IndexError("Attempted to access 0-based Range. xlwings/Excel Ranges are 1-based.")
    return area


def _position(book: Book, before: Sheet | None, after: Sheet | None) -> int:
    if before is not None:
        return before.index - 1
    return after.index if after is not None else int(book.api.Sheets.Count)


@border
class FreezePanes(base_classes.FreezePanes):
    """The frozen rows and columns of a sheet, which LibreOffice sets on the sheet in front."""

    def __init__(self, sheet: Sheet) -> None:
        self._sheet = sheet

    def freeze_at(self, frozen_range: str) -> None:
        """Freeze the rows and columns of a range; whole rows freeze no column and the other way round."""
        at = self._sheet.range(frozen_range).area
        rows = 0 if at.rows == areas.LAST_ROW else at.last_row
        columns = 0 if at.columns == areas.LAST_COLUMN else at.last_column
        transfers.freeze(self._sheet.book.api, self._sheet.api, columns, rows)

    def unfreeze(self) -> None:
        """Let everything scroll."""
        transfers.freeze(self._sheet.book.api, self._sheet.api, 0, 0)


@border
class Sheets(base_classes.Sheets):
    """The sheets of a workbook, in their order."""

    def __init__(self, book: Book) -> None:
        self._book = book

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's collection.

        Raises:
            NotConnectedError: The workbook was closed.
        """
        found = self._book.api.Sheets
        if found is None:
            raise NotConnectedError(where="Calc")
        return found

    @property
    def active(self) -> Sheet:
        """Return the sheet in front."""
        return Sheet(self._book, self._book.api.CurrentController.ActiveSheet)

    def __call__(self, name_or_index: int | str) -> Sheet:
        """Return a sheet by its name, whatever its case, or its place counted from 1."""
        api = self.api
        if isinstance(name_or_index, str):
            folded = name_or_index.casefold()
            found = next((name for name in api.ElementNames if name.casefold() == folded), None)
            if found is None:
                raise KeyError(name_or_index)
            return Sheet(self._book, api.getByName(found))
        if not 1 <= name_or_index <= api.Count:
            raise KeyError(name_or_index)
        return Sheet(self._book, api.getByIndex(name_or_index - 1))

    def __len__(self) -> int:
        return int(self.api.Count)

    def __iter__(self) -> Iterator[Sheet]:
        api = self.api
        return iter([Sheet(self._book, api.getByIndex(index)) for index in range(api.Count)])

    def __contains__(self, name: str) -> bool:
        return name.casefold() in (each.casefold() for each in self.api.ElementNames)

    def add(self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None) -> Sheet:
        """Insert a sheet, before the one in front unless said otherwise, and bring it to the front."""
        if before is None and after is None:
            before = self.active
        taken = set(self.api.ElementNames)
        chosen = name or next(each for each in map("Sheet{}".format, range(1, len(taken) + 2)) if each not in taken)
        self.api.insertNewByName(chosen, _position(self._book, before, after))
        made = Sheet(self._book, self.api.getByName(chosen))
        made.activate()
        return made
