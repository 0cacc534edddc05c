"""A running LibreOffice, as xlwings sees a running Excel."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING

import psutil
from xlwings import base_classes

from addin.calc import bridge, macros
from addin.calc.books import Books
from addin.calc.bridge import UnoObject, border
from addin.calc.errors import NotConnectedError
from addin.calc.ranges import Range

if TYPE_CHECKING:
    from addin.calc.engine import Engine

_ANSWERS = {0: "cancel", 1: "ok", 2: "yes", 3: "no"}  # com.sun.star.awt.MessageBoxResults
_BUTTONS = {"ok": 1, "ok_cancel": 2, "yes_no": 3, "yes_no_cancel": 4}  # com.sun.star.awt.MessageBoxButtons
_BOXES = {None: "MESSAGEBOX", "info": "INFOBOX", "critical": "ERRORBOX"}


@border
class App(base_classes.App):
    """One running office.

    Args:
        engine: The engine it belongs to.
        address: Where it listens, such as ``pipe,name=houqin``.
    """

    display_alerts = True
    enable_events = True
    interactive = True
    # Remembered, no more: whole areas go in one call, and a lock on the window would outlive this process if it died.
    screen_updating = True
    cut_copy_mode = False

    def __init__(self, engine: Engine, address: str) -> None:
        self._engine = engine
        self._address = address
        self._context = bridge.resolve(address)
        self._desktop = bridge.service(self._context, "com.sun.star.frame.Desktop")
        self._process = _process_of(address)
        self._status: UnoObject = None
        self._status_text: str | bool = False
        self.alerts: list[str] = []

    @property
    def api(self) -> UnoObject:
        """Return LibreOffice's desktop."""
        return self._desktop

    @property
    def context(self) -> UnoObject:
        """Return LibreOffice's component context, the root of its services."""
        return self._context

    @property
    def engine(self) -> Engine:
        """Return the engine."""
        return self._engine

    @property
    def pid(self) -> int:
        """Return the number of its process, 0 where it cannot be found out."""
        return self._process.pid if self._process is not None else 0

    @property
    def version(self) -> str:
        """Return the version of LibreOffice."""
        provider = bridge.service(self._context, "com.sun.star.configuration.ConfigurationProvider")
        place = bridge.properties(nodepath="/org.openoffice.Setup/Product")
        access = provider.createInstanceWithArguments("com.sun.star.configuration.ConfigurationAccess", place)
        return str(access.getPropertyValue("ooSetupVersion"))

    @property
    def path(self) -> str:
        """Return the folder of the program."""
        places = bridge.service(self._context, "com.sun.star.util.PathSubstitution")
        return bridge.path_of(places.getSubstituteVariableValue("$(prog)"))

    @property
    def books(self) -> Books:
        """Return the open workbooks."""
        return Books(self)

    @property
    def headless(self) -> bool:
        """Tell whether it runs without windows, where nobody could close a message."""
        return self._process is not None and "--headless" in self._process.cmdline()

    @property
    def visible(self) -> bool:
        """Return or set whether its windows show."""
        return not self.headless and any(window.isVisible() for window in self._windows())

    @visible.setter
    def visible(self, value: bool) -> None:
        for window in self._windows():
            window.setVisible(value)

    def _windows(self) -> list[UnoObject]:
        return [book.api.CurrentController.Frame.ContainerWindow for book in self.books]

    @property
    def selection(self) -> Range | None:
        """Return the selected cells of the workbook in front, None where a drawing is selected."""
        if not len(self.books):
            return None
        book = self.books.active
        selected = book.api.CurrentSelection
        if selected is None or not hasattr(selected, "queryContentCells"):
            return None
        return macros.range_of(book, selected)

    @property
    def status_bar(self) -> str | bool:
        """Return or set the text at the bottom of the window in front; False gives it back to the program."""
        return self._status_text

    @status_bar.setter
    def status_bar(self, value: str | bool) -> None:
        if self._status is not None:
            self._status.end()
            self._status = None
        self._status_text = value
        if isinstance(value, str) and len(self.books):
            self._status = self.books.active.api.CurrentController.Frame.createStatusIndicator()
            self._status.start(value, 0)

    @property
    def calculation(self) -> str:
        """Return or set whether formulas follow by themselves: ``automatic`` or ``manual``."""
        every = [book.api.isAutomaticCalculationEnabled() for book in self.books]
        return "automatic" if all(every) else "manual"

    @calculation.setter
    def calculation(self, value: str) -> None:
        for book in self.books:
            book.api.enableAutomaticCalculation(value != "manual")

    def calculate(self) -> None:
        """Calculate all open workbooks anew."""
        for book in self.books:
            book.api.calculateAll()

    def run(self, macro: str, args: list[object]) -> object:
        """Run a macro of an open workbook and return what it returns."""
        return macros.run(self.books, macro, args)

    def alert(
        self, prompt: str, title: str | None, buttons: str | None, mode: str | None, callback: str | None
    ) -> str | None:
        """Show a message and return the button that closed it; without windows it is printed and the first counts."""
        del callback
        self.alerts.append(prompt)
        if self.headless or not len(self.books):
            sys.stderr.write(f"{prompt}\n")
            return _ANSWERS[2 if (buttons or "").startswith("yes") else 1]
        window = self.books.active.api.CurrentController.Frame.ContainerWindow
        kind = bridge.enum("awt.MessageBoxType", _BOXES.get(mode, "MESSAGEBOX"))
        box = window.Toolkit.createMessageBox(window, kind, _BUTTONS.get(buttons or "ok", 1), title or "", prompt)
        return _ANSWERS.get(box.execute())

    def activate(self, steal_focus: object = None) -> None:
        """Bring the workbook in front to the foreground."""
        del steal_focus
        self._engine.apps.bring_forward(self)
        if len(self.books):
            self.books.active.activate()

    def quit(self) -> None:
        """Close all workbooks without saving and end the program."""
        for book in self.books:
            book.close()
        self._desktop.terminate()
        self._engine.apps.forget(self)

    def kill(self) -> None:
        """End the process at once.

        Raises:
            NotConnectedError: It is not known which process it is.
        """
        if self._process is None:
            raise NotConnectedError(where=self._address)
        self._engine.apps.forget(self)
        with contextlib.suppress(psutil.NoSuchProcess):
            self._process.kill()


def _process_of(address: str) -> psutil.Process | None:
    """Return the office process that listens at an address, None where the system does not tell."""
    wanted = f"--accept={address};"
    for process in psutil.process_iter(["name", "cmdline"]):
        command = process.info["cmdline"] or ()
        if (process.info["name"] or "").startswith("soffice.b") and any(part.startswith(wanted) for part in command):
            return process
    # An office that was told later to listen shows it by its socket alone.
    ending = f"_{address.removeprefix('pipe,name=')}"
    with contextlib.suppress(psutil.Error, OSError):
        sockets = psutil.net_connections("unix") if address.startswith("pipe,") and psutil.POSIX else ()
        for socket in sockets:
            if socket.pid and str(socket.laddr).endswith(ending):
                return psutil.Process(socket.pid)
    return None
