"""The buttons on the sheets of the built workbook, pressed in a real LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.labels import BUTTONS
from tests.addin.button_books import button_workbook
from tests.addin.pressing import Pressing, opened

if TYPE_CHECKING:
    import xlwings as xw

    from addin.calc.bridge import UnoObject


@pytest.fixture
def document(app: xw.App, tmp_path: Path) -> Iterator[UnoObject]:
    """Give the button workbook, opened in LibreOffice."""
    path = tmp_path / "入库.xlsm"
    button_workbook(path)
    document = opened(app, path)
    yield document
    document.close(True)


def test_every_button_starts_its_function(pressing: Pressing, document: UnoObject) -> None:
    """Each press runs the module in the workbook and starts Python with the button's name, apart from any folder."""
    started = [pressing.press(document, "入库单", button.label("zh")) for button in BUTTONS]
    assert [words[:5] for words in started] == [["-B", "-P", "-m", "addin.calc", button.name] for button in BUTTONS]


def test_python_finds_the_workbook_by_the_pipe(pressing: Pressing, document: UnoObject) -> None:
    """The office opens a pipe with the first press: who is told its name sees the workbook in front."""
    from addin.calc import connect

    *_, option, pipe = pressing.press(document, "入库单", "校验")
    assert option == "--pipe"
    assert connect(pipe).books.active.fullname.endswith("入库.xlsm")


def test_a_press_checks_what_is_on_the_screen(pressing: Pressing, document: UnoObject) -> None:
    """A mistake typed into the open workbook is marked by a press of 校验, with Python started as installed."""
    sheet = document.Sheets.getByName("入库单")
    headers = [sheet.getCellByPosition(column, 2).String for column in range(10)]
    cell = sheet.getCellByPosition(headers.index("入库日期"), 3)
    cell.String = "上周五"
    with pressing.real_python() as said:
        pressing.press(document, "入库单", "校验")
    assert cell.Annotation.String.startswith("⟦HQ⟧"), said.read_text()
    assert document.NamedRanges.hasByName("hq_findings")
