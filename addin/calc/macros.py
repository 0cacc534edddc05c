"""Macros that are stored in open workbooks, and the selected cells that they and people leave behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from addin.calc import edges
from addin.calc.areas import of_range
from addin.calc.bridge import UnoObject
from addin.calc.errors import CalcError
from schemas.findings import Text

if TYPE_CHECKING:
    from addin.calc.books import Book, Books
    from addin.calc.ranges import Range


class NoMacroError(CalcError):
    """A macro is in none of the open workbooks."""

    text = Text(
        "找不到宏“{macro}”",
        "the macro “{macro}” was not found",
        "请确认工作簿带有宏并允许运行宏",
        "please see whether the workbook has macros and may run them",
    )


def run(books: Books, macro: str, args: list[object]) -> object:
    """Run a macro by its name, with module and workbook before it or not: ``'a.xlsm'!Module1.Main``.

    Raises:
        NoMacroError: No open workbook has it.
    """
    place, _, name = macro.rpartition("!")
    candidates = [books(place.strip("'"))] if place else list(books)
    for book in candidates:
        found = _place(book.api, name)
        if found is not None:
            uri = f"vnd.sun.star.script:{found}?language=Basic&location=document"
            return book.api.getScriptProvider().getScript(uri).invoke(tuple(args), (), ())[0]
    raise NoMacroError(macro=macro)


def _place(document: UnoObject, name: str) -> str | None:
    """Return library, module and name of a macro of a document."""
    module, _, macro = name.rpartition(".")
    libraries = document.BasicLibraries
    for library in libraries.ElementNames:
        libraries.loadLibrary(library)
        for each in libraries.getByName(library).ElementNames:
            source = libraries.getByName(library).getByName(each).casefold()
            named = each.casefold() == module.rpartition(".")[2].casefold() if module else True
            if named and any(f"{kind} {macro.casefold()}" in source for kind in ("sub", "function")):
                return f"{library}.{each}.{macro}"
    return None


def range_of(book: Book, selected: UnoObject) -> Range:
    """Return selected cells of LibreOffice, one rectangle or several."""
    if hasattr(selected, "RangeAddresses"):
        addresses = selected.RangeAddresses
        sheet = book.sheets(addresses[0].Sheet + 1)
        return sheet.area(*(of_range(each) for each in addresses))
    sheet = book.sheets(selected.RangeAddress.Sheet + 1)
    return sheet.area(edges.area_of(selected))
