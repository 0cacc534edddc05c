"""The buttons: each does its work on the open workbook and returns the sentence that the clerk is told."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from addin.book import file_of, own_sheet, saved_copy
from addin.sentences import said_of_check, said_of_next, said_of_nothing
from addin.where import place_of, user_language
from schemas.values import cell_name
from workbooks.marks import FINDINGS_NAME, before_mark, own_words

if TYPE_CHECKING:
    import xlwings as xw


def check(book: xw.Book) -> str:
    """Check the workbook as it is on the screen, mark what was found, and return how much that is."""
    from addin.checking import check as check_copy  # noqa: PLC0415 - rules cost start-up time that 下一处 need not pay
    from addin.showing import show  # noqa: PLC0415 - as above

    place = place_of(file_of(book))
    with copied(book) as copy:
        checked = check_copy(copy, place.path, place.published)
        shown = show(book, copy, checked.findings, place.language)
    return said_of_check(checked, shown, place)


def next_finding(book: xw.Book) -> str:
    """Select the next marked cell of all visible sheets, after the last the first, and return what is wrong there."""
    language = user_language()
    marked = [(order, *place) for order, sheet in enumerate(book.sheets) if sheet.visible for place in _marks_of(sheet)]
    if not marked:
        findings = own_sheet(book, FINDINGS_NAME)
        if findings is not None:
            findings.activate()
        return said_of_nothing(language, is_listed=findings is not None)
    here = _cursor(book)
    number = next((number for number, place in enumerate(marked) if place > here), 0)
    order, row, column = marked[number]
    sheet = book.sheets[order]
    sheet.activate()
    cell = sheet.range((row, column))
    cell.select()
    words = own_words(cell.note.text) if cell.note is not None else ""
    where = f"{sheet.name}!{cell_name(row, column)}"
    return said_of_next(where, words, number + 1, len(marked), language)


def _marks_of(sheet: xw.Sheet) -> list[tuple[int, int]]:
    """Return the cells (row, column) of a sheet with a note of a check, in reading order."""
    marked = (note.location for note in sheet.notes if before_mark(note.text) is not None)
    return sorted((cell.row, cell.column) for cell in marked)


def _cursor(book: xw.Book) -> tuple[int, int, int]:
    """Return number of the sheet (0-based), row and column of the active cell."""
    active = book.sheets.active
    order = next(number for number, sheet in enumerate(book.sheets) if sheet.name == active.name)
    selected = book.app.selection
    return (order, 0, 0) if selected is None else (order, selected.row, selected.column)


@contextmanager
def copied(book: xw.Book) -> Iterator[Path]:
    """Give a copy of the workbook with its unsaved changes, which is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="houqin-", ignore_cleanup_errors=True) as folder:
        yield saved_copy(book, Path(folder))
