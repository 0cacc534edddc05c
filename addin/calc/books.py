"""Workbooks that are open in LibreOffice."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from xlwings import base_classes

from addin.calc import bridge, transfers
from addin.calc.bridge import UnoObject, border
from addin.calc.errors import FileNotOpenedError, FileNotWrittenError, NoWorkbookError
from addin.calc.names import Names
from addin.calc.sheets import Sheets

if TYPE_CHECKING:
    from addin.calc.app import App

_SPREADSHEET = "com.sun.star.sheet.SpreadsheetDocument"
_NEVER_EXECUTE = 0  # com.sun.star.document.MacroExecMode: a workbook is hostile until checked
_FILTERS = {
    ".xlsx": "Calc MS Excel 2007 XML",
    ".xlsm": "Calc MS Excel 2007 VBA XML",
    ".xls": "MS Excel 97",
    ".ods": "calc8",
    ".csv": "Text - txt - csv (StarCalc)",
}


@border
class Book(base_classes.Book):
    """One open workbook."""

    def __init__(self, app: App, api: UnoObject) -> None:
        self._app = app
        self._api = api

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's document."""
        return self._api

    @property
    def app(self) -> App:
        """Return the office that it is open in."""
        return self._app

    @property
    def name(self) -> str:
        """Return the name of its file, of a new one its title."""
        return os.path.basename(self.fullname)  # noqa: PTH119 - a title may hold anything

    @property
    def fullname(self) -> str:
        """Return the path of its file, of a new one its title."""
        url = str(self._api.URL)
        return bridge.path_of(url) if url else str(self._api.Title)

    @property
    def names(self) -> Names:
        """Return its defined names."""
        return Names(self)

    @property
    def sheets(self) -> Sheets:
        """Return its sheets."""
        return Sheets(self)

    def activate(self) -> None:
        """Bring it to the front."""
        frame = self._api.CurrentController.Frame
        frame.activate()
        frame.ContainerWindow.toFront()

    def close(self) -> None:
        """Close it; what was not saved is lost."""
        self._api.close(True)

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Save it, under another name if a path is given; a new one goes into the current folder.

        Raises:
            FileNotWrittenError: LibreOffice refused.
        """
        if path is None and self._api.URL:
            bridge.refused(self._api.store, lambda reason: FileNotWrittenError(path=self.fullname, reason=reason))
            return
        target = Path(path or f"{self.name}.xlsx").absolute()
        options: dict[str, object] = {"FilterName": _filter_of(target)}
        if password:
            options["Password"] = password
        self._store(self._api.storeAsURL, target, options)

    def save_copy(self, path: Path) -> None:
        """Write what the workbook holds now into a file; its name, and whether it was saved, stay as they are.

        Raises:
            FileNotWrittenError: LibreOffice refused.
        """
        self._store(self._api.storeToURL, path.absolute(), {"FilterName": _filter_of(path)})

    def import_sheet(self, path: str) -> str:
        """Copy the first sheet of a file behind all sheets and return its name there; the file is never shown.

        Raises:
            FileNotOpenedError: LibreOffice cannot read it.
        """
        source = _loaded(self._app.api, path, Hidden=True, ReadOnly=True)
        try:
            first = source.Sheets.getByIndex(0).Name
            return str(transfers.transfer(source, first, self._api, self._api.Sheets.Count).Name)
        finally:
            source.close(True)

    def _store(self, store: bridge.UnoObject, target: Path, options: dict[str, object]) -> None:
        if not target.parent.is_dir():
            # LibreOffice would make the folder, and so hide that the share is not there.
            raise FileNotWrittenError(path=target, reason="")
        bridge.refused(
            lambda: store(bridge.url_of(target), bridge.properties(**options)),
            lambda reason: FileNotWrittenError(path=target, reason=reason),
        )


def _filter_of(path: Path) -> str:
    known = _FILTERS.get(path.suffix.lower())
    if known is None:
        raise FileNotWrittenError(path=path, reason=f"（{path.suffix or '?'}）")
    return known


@border
class Books(base_classes.Books):
    """The open workbooks of an office."""

    def __init__(self, app: App) -> None:
        self._app = app

    @property
    def app(self) -> App:
        """Return the office."""
        return self._app

    @property
    def api(self) -> UnoObject:
        """Return the windows of the office, of workbooks or not."""
        return self._app.api.Frames

    @property
    def active(self) -> Book:
        """Return the workbook in front.

        Raises:
            NoWorkbookError: None is open.
        """
        front = self._app.api.CurrentComponent
        if front is not None and front.supportsService(_SPREADSHEET):
            return Book(self._app, front)
        every = self._all()
        if not every:
            raise NoWorkbookError
        return every[-1]

    def _all(self) -> list[Book]:
        """Return them in the order in which they were opened."""
        frames = self.api
        controllers = (frames.getByIndex(index).Controller for index in range(frames.Count))
        documents = (controller.Model for controller in controllers if controller is not None)
        workbooks = (each for each in documents if each is not None and each.supportsService(_SPREADSHEET))
        # A second window of a workbook is another frame of the same document.
        return [Book(self._app, each) for each in {each.RuntimeUID: each for each in workbooks}.values()]

    def __call__(self, name_or_index: int | str) -> Book:
        """Return a workbook by its name, whatever its case, or its place counted from 1."""
        every = self._all()
        if isinstance(name_or_index, str):
            wanted = name_or_index.casefold()
            found = next((book for book in every if wanted in {book.name.casefold(), book.fullname.casefold()}), None)
        else:
            found = next(iter(every[name_or_index - 1 : name_or_index]), None)
        if found is None:
            raise KeyError(name_or_index)
        return found

    def __len__(self) -> int:
        return len(self._all())

    def __iter__(self) -> Iterator[Book]:
        return iter(self._all())

    def __contains__(self, name: str) -> bool:
        return any(book.name.casefold() == name.casefold() for book in self._all())

    def add(self) -> Book:
        """Open a new workbook."""
        return self._shown(self._app.api.loadComponentFromURL("private:factory/scalc", "_blank", 0, ()))

    def open(
        self,
        fullname: str,
        update_links: object = None,
        read_only: object = None,
        format: object = None,  # noqa: A002 - xlwings' signature
        password: str | None = None,
        *_: object,
    ) -> Book:
        """Open a file without running its macros.

        Raises:
            FileNotOpenedError: LibreOffice cannot read it.
        """
        del update_links, format
        options = {"Password": password} if password else {}
        return self._shown(_loaded(self._app.api, fullname, ReadOnly=bool(read_only), **options))

    def _shown(self, document: UnoObject) -> Book:
        book = Book(self._app, document)
        book.activate()
        return book


def _loaded(desktop: UnoObject, path: str, **options: object) -> UnoObject:
    """Open a file as a workbook and return LibreOffice's document.

    Raises:
        FileNotOpenedError: LibreOffice cannot read it.
    """

    def load(**more: object) -> UnoObject:
        wanted = bridge.properties(MacroExecutionMode=_NEVER_EXECUTE, **{**options, **more})
        return bridge.refused(
            lambda: desktop.loadComponentFromURL(bridge.url_of(path), "_blank", 0, wanted),
            lambda reason: FileNotOpenedError(path=path, reason=reason),
        )

    document = load()
    if document is None and not options.get("ReadOnly"):
        # The file is open elsewhere: nothing can be asked without a window, so it is opened as Excel does then.
        document = load(ReadOnly=True)
    if document is None or not document.supportsService(_SPREADSHEET):
        raise FileNotOpenedError(path=path, reason="")
    return document
