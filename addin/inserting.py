"""Put a sheet that was written to a file into the open workbook, with everything that makes it ready to be used."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from addin.book import undisturbed

if TYPE_CHECKING:
    import xlwings as xw


def insert_sheet(book: xw.Book, path: Path) -> str:
    """Copy the first sheet of a file behind all sheets of a workbook, bring it to the front, and return its name."""
    taken_in = getattr(book.impl, "import_sheet", None)
    if taken_in is not None:
        name: str = taken_in(str(path))
    else:
        with undisturbed(book):
            source = book.app.books.open(str(path), update_links=False, read_only=True)
            try:
                name = source.sheets[0].copy(after=book.sheets[len(book.sheets) - 1]).name
            finally:
                source.close()
    book.sheets[name].activate()
    return name
