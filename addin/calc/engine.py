"""The engine that xlwings sees: it is registered, connected and activated here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import xlwings as xw
from xlwings import base_classes

from addin.calc import values
from addin.calc.app import App
from addin.calc.office import Office

NAME = "libreoffice"


class Apps(base_classes.Apps):
    """The offices that this process is connected to, the latest first."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._apps: list[App] = []
        self._started: dict[App, Office] = {}

    def connect(self, address: str) -> App:
        """Return the office that listens at an address, which becomes the active one."""
        app = App(self._engine, address)
        self._apps.insert(0, app)
        return app

    def bring_forward(self, app: App) -> None:
        """Make an office the active one."""
        self._apps.sort(key=lambda each: each is not app)

    def forget(self, app: App) -> None:
        """Take an office that ends out of the list, and clean up behind it if it was started here."""
        self._apps.remove(app)
        office = self._started.pop(app, None)
        if office is not None:
            office.stop()

    def keys(self) -> list[int]:
        """Return the numbers of their processes."""
        return [app.pid for app in self._apps]

    def add(self, spec: object = None, add_book: object = None, xl: object = None, visible: object = None) -> App:
        """Start a headless office of its own, which ends with :meth:`App.quit` or this process."""
        del spec, xl, visible  # which program, and its windows, are not for the caller to say
        office = Office()
        office.start()
        app = self.connect(office.address)
        self._started[app] = office
        if add_book:
            app.books.add()
        return app

    @staticmethod
    def cleanup() -> None:
        """Do nothing: an office that ended leaves nothing behind."""

    def __iter__(self) -> Iterator[App]:
        return iter(list(self._apps))

    def __len__(self) -> int:
        return len(self._apps)

    def __getitem__(self, pid: int) -> App:
        for app in self._apps:
            if app.pid == pid:
                return app
        raise KeyError(pid)


class Engine:
    """xlwings' view of LibreOffice."""

    def __init__(self) -> None:
        self.apps = Apps(self)
        self.name = NAME
        self.type = "desktop"

    @staticmethod
    def prepare_xl_data_element(value: object, options: object) -> object:  # noqa: ARG004 - xlwings' signature
        """Return a value as a cell takes it."""
        return values.prepared(value)

    @staticmethod
    def clean_value_data(
        data: object,
        datetime_builder: Callable[..., object],
        empty_as: object,
        number_builder: Callable[[float], object] | None,
        err_to_str: object,
    ) -> list[list[object]]:
        """Return values as the options of a range want them."""
        return values.clean(data, datetime_builder, empty_as, number_builder, err_to_str)


_ENGINE = Engine()


def activate() -> None:
    """Make LibreOffice what xlwings works with; :class:`xlwings.App` then starts a headless one."""
    if NAME not in xw.engines.engines_by_name:
        xw.engines.add(xw.main.Engine(impl=_ENGINE))
    xw.engines[NAME].activate()


def connect(address: str) -> xw.App:
    """Return the office that listens at an address, after making it what xlwings works with.

    Args:
        address: ``pipe,name=houqin`` or ``socket,host=localhost,port=2002``.

    Raises:
        NotConnectedError: Nothing listens there.
        NoBridgeError: Python's side of the bridge is missing.
    """
    app = _ENGINE.apps.connect(address)
    activate()
    made: xw.App = xw.main.App(impl=app)
    return made
