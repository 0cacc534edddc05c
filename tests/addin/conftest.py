"""One LibreOffice for all tests of the add-in, and a workbook of its own for each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from addin.calc.errors import NoBridgeError
from addin.calc.office import Office
from tests.addin.pressing import Pressing

if TYPE_CHECKING:
    import xlwings as xw


@pytest.fixture(scope="session")
def pressing(tmp_path_factory: pytest.TempPathFactory) -> Pressing:
    """Return what presses of buttons in LibreOffice lead to: its profile has the library that answers them."""
    return Pressing.installed(tmp_path_factory.mktemp("按 钮"))


@pytest.fixture(scope="session")
def office(soffice: str, pressing: Pressing) -> Iterator[Office]:
    """Yield a headless LibreOffice; without Python's bridge to it the test is skipped, in CI it fails."""
    running = Office(profile=pressing.profile, program=soffice)
    try:
        running.start()
    except NoBridgeError as exc:
        if os.environ.get("CI"):
            pytest.fail(str(exc))
        pytest.skip(str(exc))
    yield running
    running.stop()


@pytest.fixture(scope="session")
def app(office: Office) -> xw.App:
    """Return the office as xlwings sees it."""
    from addin.calc import connect

    return connect(office.pipe)


@pytest.fixture
def book(app: xw.App) -> Iterator[xw.Book]:
    """Yield a new workbook; whatever the test left open is closed after it."""
    yield app.books.add()
    for each in app.books:
        each.close()


@pytest.fixture
def sheet(book: xw.Book) -> xw.Sheet:
    """Return the only sheet of a new workbook."""
    return book.sheets[0]
