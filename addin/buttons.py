"""The buttons: each does its work on the open workbook and returns the sentence that the clerk is told."""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from addin.book import NeverSavedError, file_of, own_sheet, remember, remembered, save, saved_copy, was_saved
from addin.handing_in import Handed, Way, handing_of, last_change, put, sha256_of, versions_in
from addin.sentences import said_of_check, said_of_next, said_of_nothing, said_of_strange_book, said_of_submission
from addin.where import DEPARTMENTS_FOLDER, NoShareError, Place, department_by_content, place_of, user_language
from schemas.values import cell_name
from workbooks.marks import FINDINGS_NAME, before_mark, own_words

if TYPE_CHECKING:
    import xlwings as xw

    from addin.checking import Checked
    from addin.showing import Shown

HANDED_IN_NAME = "hq_handed_in"
"""Defined name under which a workbook remembers SHA-256 and path in the share of the version that it handed in last."""

_LONGEST_PATH = 180
"""Beyond it the path is not remembered: a constant in a workbook has at most 255 characters."""


def check(book: xw.Book) -> str:
    """Check the workbook as it is on the screen, mark what was found, and return how much that is."""
    place = place_of(file_of(book))
    return said_of_check(*_checked(book, place), place)


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


def submit(book: xw.Book) -> str:
    """Save and check the workbook, put it into its department's folder, and return what became of it.

    Raises:
        NeverSavedError: it has no name to be handed in by.
        NoShareError: there is no shared folder.
        PublicationError: nothing says what the departments are, because nothing was published yet.
        DepartmentUnclearError: several departments may have it.
        TargetLockedError: the file there is open, or may not be written.
    """
    place = place_of(file_of(book))
    if not was_saved(book):
        raise NeverSavedError(name=book.name)
    if place.share is None:
        raise NoShareError
    opened = sha256_of(place.path) if place.path else ""
    checked, shown = _checked(book, place)
    if not checked.registers:
        return said_of_strange_book(book.name, place.language)
    save(book)
    handed = Handed(book.name, None) if _is_handed_in(place) else _hand_in(book, place, checked, opened)
    return said_of_submission(checked, shown, place, handed)


def _checked(book: xw.Book, place: Place) -> tuple[Checked, Shown]:
    from addin.checking import check as check_copy  # noqa: PLC0415 - rules cost start-up time that 下一处 need not pay
    from addin.showing import show  # noqa: PLC0415 - as above

    with copied(book) as copy:
        checked = check_copy(copy, place.path, place.published)
        return checked, show(book, copy, checked.findings, place.language)


def _hand_in(book: xw.Book, place: Place, checked: Checked, opened: str) -> Handed:
    from addin.published import Published  # noqa: PLC0415 - as above

    share = place.share or Path()
    school = (place.published or Published.open(share)).school
    registers = {register.id for register in checked.registers}
    sheets = {register.sheet for register in checked.registers}
    code = department_by_content(school, book.name, registers, _lines_above(book, sheets))
    folder = share / DEPARTMENTS_FOLDER / school.departments[code].folder
    last_sha256, _, last = remembered(book, HANDED_IN_NAME).partition(" ")
    last_name = Path(last).name if share / Path(last).parent == folder else ""
    with copied(book) as copy:
        name, sha256 = copy.name, sha256_of(copy)
        there = versions_in(folder, name)
        handing = handing_of(name, sha256, there, {last_sha256, opened}, last_name)
        if handing.way is not Way.SAME:
            put(copy, folder / handing.name)
    where = (folder / handing.name).relative_to(share).as_posix()
    remember(book, HANDED_IN_NAME, f"{sha256} {where if len(where) <= _LONGEST_PATH else ''}")
    save(book)
    who, when = last_change(folder / handing.other, school.zone) if handing.other else ("", None)
    said_when = when.strftime("%Y-%m-%d %H:%M") if when else ""
    shown_folder = folder.relative_to(share).as_posix()
    department = school.departments[code].name or code
    return Handed(handing.name, handing.way, department, shown_folder, handing.other, who, said_when)


def _lines_above(book: xw.Book, sheets: Collection[str]) -> list[str]:
    """Return the texts in the rows above the tables of some sheets."""
    rows = (row for name in sheets for row in book.sheets[name].range((1, 1), (3, 8)).value)
    return [text for row in rows for text in row if isinstance(text, str)]


def status(book: xw.Book) -> str:
    """Show which rows of the workbook are in the books, held or in conflict, and return how many of each.

    Raises:
        NoShareError: there is no shared folder.
        PublicationError: nothing was published, or it is damaged.
    """
    from addin.checking import check as check_copy  # noqa: PLC0415 - as above
    from addin.checking import known_as  # noqa: PLC0415 - as above
    from addin.published import Published  # noqa: PLC0415 - as above
    from addin.status_sheet import known_of, lines_of, show_status  # noqa: PLC0415 - as above
    from sync.publish.paths import choice_paths  # noqa: PLC0415 - as above
    from sync.standing import Standing  # noqa: PLC0415 - as above

    place = place_of(file_of(book))
    if place.share is None:
        raise NoShareError
    published = place.published or Published.open(place.share)
    stands = _handed_in_at(book, place) or Path(book.name)
    with copied(book) as copy:
        checked = check_copy(copy, stands, published)
    identity, _ = known_as(stands, published, Standing.of(published))
    known = known_of(published, identity, dict.fromkeys(register.id for register in checked.registers))
    choices = choice_paths([identity])[identity]
    lines = lines_of(checked, known, choices, place.language)
    said = show_status(book, lines, checked.findings, published, known, place.language)
    return "\n".join([said, *place.remarks])


def _handed_in_at(book: xw.Book, place: Place) -> Path | None:
    """Return where in the share the workbook lies: itself, or as it was handed in last."""
    if place.share is None:
        return place.path
    _, _, handed = remembered(book, HANDED_IN_NAME).partition(" ")
    return place.path if _is_handed_in(place) or not handed else place.share / handed


def _is_handed_in(place: Place) -> bool:
    """Tell whether the workbook lies in a department's folder itself."""
    if place.path is None or place.share is None:
        return False
    return place.path.is_relative_to(place.share / DEPARTMENTS_FOLDER)


def book_quantities(book: xw.Book) -> str:
    """Write what the books have of the goods in the selected rows beside them, and return as of when."""
    from addin.quantities import book_quantities as fill  # noqa: PLC0415 - each click loads what it needs

    return fill(book)


def count_sheet(book: xw.Book) -> str:
    """Make the count sheet of the room in the active cell, and return what was made."""
    from addin.counting import count_sheet as make  # noqa: PLC0415 - as above

    return make(book)


def reconcile(book: xw.Book) -> str:
    """Compare the count sheet in front with the books, and return the sums."""
    from addin.counting import reconcile as compare  # noqa: PLC0415 - as above

    return compare(book)


def help_page(book: xw.Book) -> str:
    """Write the sheet of help and bring it to the front."""
    from addin.help_sheet import show_help  # noqa: PLC0415 - as above

    return show_help(book, place_of(file_of(book)))


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
