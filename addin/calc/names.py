"""Defined names of a workbook and of its sheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlwings import base_classes

from addin.calc import edges, grammar
from addin.calc.bridge import UnoObject, border, struct

if TYPE_CHECKING:
    from addin.calc.books import Book
    from addin.calc.range_base import RangeBase
    from addin.calc.ranges import Range
    from addin.calc.sheets import Sheet


@border
class Name(base_classes.Name):
    """One defined name.

    Args:
        book: The workbook.
        owner: LibreOffice's collection that it is in.
        api: LibreOffice's name.
        sheet: The sheet that it is valid on, None for the whole workbook.
    """

    def __init__(self, book: Book, owner: UnoObject, api: UnoObject, sheet: Sheet | None) -> None:
        self._book = book
        self._owner = owner
        self._api = api
        self._sheet = sheet

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's name."""
        return self._api

    @property
    def name(self) -> str:
        """Return or set the name, ``Sheet1!name`` if it is valid on one sheet."""
        name = str(self._api.Name)
        return name if self._sheet is None else f"{self._sheet.quoted}!{name}"

    @name.setter
    def name(self, value: str) -> None:
        self._api.Name = value.rpartition("!")[2]

    @property
    def refers_to(self) -> str:
        """Return or set what it means, as a formula."""
        content = f"={self._api.Content}"
        return grammar.from_calc(content) or content

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self._api.Content = _content(value)

    @property
    def refers_to_range(self) -> Range:
        """Return the cells that it means.

        Raises:
            LookupError: It means something else, or cells that are gone.
        """
        found = self._api.getReferredCells()
        if found is None:
            raise LookupError(self.name)
        sheet = self._book.sheets(found.RangeAddress.Sheet + 1)
        return sheet.area(edges.area_of(found))

    def delete(self) -> None:
        """Delete the name."""
        self._owner.removeByName(self._api.Name)


@border
class Names(base_classes.Names):
    """The names of a workbook with those of its sheets, or the names of one sheet."""

    def __init__(self, book: Book, sheet: Sheet | None = None) -> None:
        self._book = book
        self._sheet = sheet

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's collection."""
        return (self._book if self._sheet is None else self._sheet).api.NamedRanges

    def snapshot(self) -> list[tuple[str, Name]]:
        """Return all names with their objects, in the order of the alphabet."""
        sheets = list(self._book.sheets) if self._sheet is None else [self._sheet]
        places: list[tuple[UnoObject, Sheet | None]] = [(sheet.api.NamedRanges, sheet) for sheet in sheets]
        if self._sheet is None:
            places.insert(0, (self.api, None))
        found = [
            Name(self._book, owner, owner.getByName(each), sheet)
            for owner, sheet in places
            for each in owner.ElementNames
        ]
        return sorted(((name.name, name) for name in found), key=lambda pair: pair[0].casefold())

    def __call__(self, name: str) -> Name:
        """Return a name, whatever its case."""
        found = self._found(name)
        if found is None:
            raise KeyError(name)
        return found

    def contains(self, name: str) -> bool:
        """Tell whether there is such a name; case does not matter."""
        return self._found(name) is not None

    def _found(self, name: str) -> Name | None:
        """Return a name of the workbook, else of one of its sheets."""
        folded = name.casefold()
        every = self.snapshot()
        exact = next((found for each, found in every if each.casefold() == folded), None)
        return exact or next((found for each, found in every if each.rpartition("!")[2].casefold() == folded), None)

    def __len__(self) -> int:
        return len(self.snapshot())

    def add(self, name: str, refers_to: str) -> Name:
        """Define a name, in place of one that exists; ``Sheet1!name`` is valid on that sheet alone."""
        place, _, bare = name.rpartition("!")
        sheet = self._book.sheets(place.strip("'").replace("''", "'")) if place else self._sheet
        owner = (self._book if sheet is None else sheet).api.NamedRanges
        if owner.hasByName(bare):
            owner.removeByName(bare)
        owner.addNewByName(bare, _content(refers_to), struct("table.CellAddress"), 0)
        return Name(self._book, owner, owner.getByName(bare), sheet)


def _content(refers_to: str) -> str:
    formula = refers_to if refers_to.startswith("=") else f"={refers_to}"
    return (grammar.to_calc(formula) or formula).removeprefix("=")


def name_of(cells: RangeBase) -> Name | None:
    """Return the name that means exactly a range."""
    sheet = cells.sheet
    for _, name in sheet.book.names.snapshot():
        found = name.api.getReferredCells()
        if found is not None and found.RangeAddress.Sheet == sheet.index - 1 and edges.area_of(found) == cells.area:
            return name
    return None
