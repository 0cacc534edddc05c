"""The open workbook as buttons use it: a saved copy to read, marks to write, sheets and memories of our own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from addin.marking import Change, areas_by_fill
from schemas.findings import Text
from schemas.values import CellPlace, cell_name
from sync.errors import HouqinError
from workbooks.marks import NO_FILL, note_box

if TYPE_CHECKING:
    import xlwings as xw

_NEW_SUFFIX = ".xlsx"
_MODERN = frozenset({".xlsx", ".xlsm"})
_THEME_COLOURS = (2, 1, 4, 3, 5, 6, 7, 8, 9, 10, 11, 12)
"""A colour's number in the file's theme to Excel's XlThemeColor: light and dark stand the other way round."""


class UnsavedBookError(HouqinError):
    """The program gives out no copy of unsaved changes, and there are some (``name``)."""

    code = "BOOK-UNSAVED"
    text = Text(
        "“{name}”有没有保存的改动，而这个版本的 Excel 不能另存副本供校验",
        "“{name}” has unsaved changes, and this Excel gives out no copy to check",
        "请先保存，再按一次",
        "save it and press again",
    )


class NeverSavedError(HouqinError):
    """The workbook has no file yet (``name``)."""

    code = "BOOK-NEVER-SAVED"
    text = Text(
        "“{name}”还没有保存过",
        "“{name}” has never been saved",
        "请先“另存为”，取一个看得懂的文件名，再按一次",
        "save it under a name that people understand and press again",
    )


class ReadOnlyBookError(HouqinError):
    """The workbook is open for reading only (``name``)."""

    code = "BOOK-READ-ONLY"
    text = Text(
        "“{name}”是以只读方式打开的，不能保存",
        "“{name}” is open for reading only and cannot be saved",
        "请关掉别处打开的同一个文件，重新打开后再按一次",
        "close the same file elsewhere, open it again and press again",
    )


def file_of(book: xw.Book) -> Path | None:
    """Return the file that a workbook was opened from or last saved to, None where it never was.

    A workbook opened from the web (OneDrive) has an address and no file.
    """
    name = book.fullname
    if not name or "://" in name:
        return None
    path = Path(name)
    return path if path.is_absolute() and path.exists() else None


def was_saved(book: xw.Book) -> bool:
    """Tell whether the workbook was ever saved, into a file or to an address of the web."""
    return "://" in book.fullname or file_of(book) is not None


def saved_copy(book: xw.Book, folder: Path) -> Path:
    """Return a copy of the workbook with its unsaved changes, saved into ``folder`` by the program that shows it.

    Raises:
        UnsavedBookError: the program offers no such copy, and the file on disk is not what is shown.
    """
    name = Path(book.name)
    keep: Callable[[Path], object] | None = getattr(book.impl, "save_copy", None)
    if keep is not None:
        # LibreOffice writes whatever it has open as a workbook of today.
        target = folder / f"{name.stem}{name.suffix if name.suffix.lower() in _MODERN else _NEW_SUFFIX}"
        keep(target)
        return target
    save: Callable[[str], object] | None = _member(book.api, "SaveCopyAs")
    if save is not None:
        target = folder / (name.name if name.suffix else f"{book.name}{_NEW_SUFFIX}")
        save(str(target))
        return target
    path = file_of(book)
    if path is None or _member(book.api, "saved") is None or not book.api.saved.get():
        raise UnsavedBookError(name=book.name)
    return path


def save(book: xw.Book) -> None:
    """Save the workbook under its own name.

    Raises:
        NeverSavedError: it has none.
        ReadOnlyBookError: it is open for reading only.
    """
    if not was_saved(book):
        raise NeverSavedError(name=book.name)
    answers = _member(book.api, "isReadonly")
    is_read_only = answers() if answers is not None else _member(book.api, "ReadOnly")
    if is_read_only is True:
        raise ReadOnlyBookError(name=book.name)
    book.save()


def _member(api: Any, name: str) -> Any:  # noqa: ANN401 - what a spreadsheet program hands out has no types
    """Return a member of a program's own object, None where it has none of that name."""
    try:
        return getattr(api, name, None)
    except Exception:  # noqa: BLE001 - each bridge has an error of its own for this
        return None


@contextmanager
def undisturbed(book: xw.Book) -> Iterator[None]:
    """Keep the screen still while a button writes, and bring back the sheet that was in front."""
    app, front = book.app, book.sheets.active
    before = {name: _setting(app, name) for name in ("screen_updating", "display_alerts")}
    for name in before:
        _set(app, name, value=False)
    try:
        yield
    finally:
        if any(sheet.name == front.name for sheet in book.sheets):
            front.activate()
        for name, value in before.items():
            _set(app, name, value=value)


def _setting(app: xw.App, name: str) -> object:
    try:
        return getattr(app, name)
    except (NotImplementedError, AttributeError):
        return None


def _set(app: xw.App, name: str, *, value: object) -> None:
    if value is not None:
        with suppress(NotImplementedError, AttributeError):
            setattr(app, name, value)


def colour_at(sheet: xw.Sheet, place: CellPlace) -> str:
    """Return the fill that a cell shows, as six digits, ``NO_FILL`` for none."""
    shown = sheet.range(place).color
    return NO_FILL if shown is None else "{:02X}{:02X}{:02X}".format(*(int(part) for part in shown))


def apply_changes(sheet: xw.Sheet, changes: Sequence[Change]) -> None:
    """Set fills, one call per area and colour, and notes, which Excel takes one by one and LibreOffice together."""
    for fill, (top, left, bottom, right) in areas_by_fill(changes):
        _fill(sheet.range((top, left), (bottom, right)), fill)
    noted = {change.place: change for change in changes if change.note is not None}
    together: Callable[[dict[CellPlace, str]], object] | None = getattr(sheet.impl, "set_notes", None)
    if together is not None:
        together({place: change.note or "" for place, change in noted.items()})
        return
    has_boxes = bool(noted) and _member(sheet.api, "Shapes") is not None
    for place, change in noted.items():
        note = _set_note(sheet.range(place), change)
        if note is not None and has_boxes:
            shape = note.api.Shape
            shape.Width, shape.Height = note_box(change.note or "")


def _fill(cells: xw.Range, fill: str) -> None:
    rgb, _, theme = fill.partition(" T")
    cells.color = None if rgb == NO_FILL else f"#{rgb}"
    interior = _member(cells.api, "Interior") if theme else None
    if interior is not None:
        number, _, tint = theme.partition(",")
        interior.ThemeColor = _THEME_COLOURS[int(number)]
        interior.TintAndShade = float(tint)


def _set_note(cell: xw.Range, change: Change) -> xw.Note | None:
    """Set the note of a cell and return it, None where there is none any more."""
    note = cell.note if change.has_note else None
    if not change.note:
        if note is not None:
            note.delete()
        return None
    if note is None:
        return cell.add_note(change.note)
    # The box of a person's own note keeps its author and its place.
    note.text = change.note
    return note


def remembered(book: xw.Book, name: str) -> str:
    """Return a text that the workbook itself remembers under a name that begins with ``hq_``, "" for none."""
    refers_to = book.names[name].refers_to if name in book.names else None
    return (refers_to or "").removeprefix("=").removeprefix('"').removesuffix('"').replace('""', '"')


def remember(book: xw.Book, name: str, text: str) -> None:
    """Let the workbook remember a text of at most 255 characters; "" forgets it."""
    if name in book.names:
        book.names[name].delete()
    if text:
        quoted = text.replace('"', '""')
        book.names.add(name, f'="{quoted}"')


def own_sheet(book: xw.Book, name: str) -> xw.Sheet | None:
    """Return the sheet of ours that a defined name ``hq_…`` lies on, None where it is gone."""
    if name not in book.names:
        return None
    refers_to = book.names[name].refers_to or ""
    title = refers_to.removeprefix("=").rpartition("!")[0].lstrip("$").strip("'").replace("''", "'")
    return next((sheet for sheet in book.sheets if sheet.name == title), None)


def add_own_sheet(book: xw.Book, name: str, title: str) -> xw.Sheet:
    """Return an empty sheet of ours behind all others, with its defined name; a former one is emptied."""
    sheet = own_sheet(book, name)
    if sheet is not None:
        sheet.clear()
        return sheet
    if name in book.names:
        book.names[name].delete()
    sheet = book.sheets.add(_free_title(book, title), after=book.sheets[len(book.sheets) - 1])
    book.names.add(name, f"='{sheet.name}'!$A$1")
    return sheet


def print_across(sheet: xw.Sheet, last_row: int, columns: int, header_row: int) -> None:
    """Let a sheet of ours print on A4 landscape, one page wide, with its header on every page."""
    sheet.page_setup.print_area = sheet.range((1, 1), (last_row, columns)).address
    page = sheet.page_setup.api
    wanted = {"PaperSize": 9, "Orientation": 2, "Zoom": False, "FitToPagesWide": 1, "FitToPagesTall": False}
    for name, value in {**wanted, "PrintTitleRows": f"${header_row}:${header_row}"}.items():
        with suppress(Exception):  # Excel refuses to set a page where there is no printer, in words of its bridge
            setattr(page, name, value)


def remove_own_sheet(book: xw.Book, name: str) -> None:
    """Delete a sheet of ours and its defined name, where there is one."""
    sheet = own_sheet(book, name)
    if name in book.names:
        book.names[name].delete()
    if sheet is not None and len(book.sheets) > 1:
        sheet.delete()


def _free_title(book: xw.Book, title: str) -> str:
    taken = {sheet.name.casefold() for sheet in book.sheets}
    numbered = (title if number == 1 else f"{title} ({number})" for number in range(1, len(taken) + 2))
    return next(each for each in numbered if each.casefold() not in taken)


def link_to_cell(sheet: str, place: CellPlace) -> str:
    """Return a formula that shows a cell's name and jumps to it, also after rows were inserted above it."""
    target = _address(sheet, place)
    return _link(target, f"ADDRESS(ROW({target}),COLUMN({target}),4)")


def link_to_row(sheet: str, place: CellPlace) -> str:
    """Return a formula that shows the number of a cell's row and jumps to it, also after rows were inserted."""
    target = _address(sheet, place)
    return _link(target, f"ROW({target})")


def _address(sheet: str, place: CellPlace) -> str:
    quoted = sheet.replace("'", "''")
    return f"'{quoted}'!{cell_name(*place)}"


def _link(target: str, shown: str) -> str:
    return f'=HYPERLINK("#"&CELL("address",{target}),{shown})'
