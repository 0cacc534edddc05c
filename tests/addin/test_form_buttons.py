"""The buttons on the sheets of the built workbook, pressed in a real LibreOffice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from addin.building.words import WORDS
from addin.building.xlam import add_in
from addin.labels import BUTTONS
from schemas.register import all_registers
from tests.addin.button_books import WRITTEN, button_workbook
from tests.addin.pressing import Pressing, opened

if TYPE_CHECKING:
    import xlwings as xw

    from addin.calc.bridge import UnoObject


TITLES = [all_registers()[name].title for name in WRITTEN]


@pytest.fixture
def document(app: xw.App, tmp_path: Path) -> Iterator[UnoObject]:
    """Give the button workbook, opened in LibreOffice."""
    path = tmp_path / "入库.xlsm"
    button_workbook(path)
    document = opened(app, path)
    yield document
    document.close(True)


def libraries_of(document: UnoObject) -> dict[str, set[str]]:
    """Return the names of the Basic modules in a document by library, of libraries that are not empty."""
    libraries = document.BasicLibraries
    found = {name: set(libraries.getByName(name).ElementNames) for name in libraries.ElementNames}
    return {name: modules for name, modules in found.items() if modules}


def test_libreoffice_reads_the_workbook(document: UnoObject) -> None:
    """LibreOffice lists the sheets, the project with its modules, and the buttons in their order with their macros."""
    sheets = document.Sheets.ElementNames
    assert [name for name in sheets if document.Sheets.getByName(name).IsVisible] == ["说明", *TITLES, "后勤按钮"]
    modules = {"Buttons", "ThisWorkbook", *(f"Sheet{number}" for number in range(1, len(sheets) + 1))}
    assert libraries_of(document) == {"HouqinButtons": modules}
    for title in TITLES:
        forms = document.Sheets.getByName(title).DrawPage.Forms
        events = [(form[place].Label, form.getScriptEvents(place)) for form in forms for place in range(form.Count)]
        assert [(label, *(event.ScriptCode for event in bound)) for label, bound in events] == [
            (
                button.label("zh"),
                f"vnd.sun.star.script:HouqinButtons.Buttons.{button.name}?language=Basic&location=document",
            )
            for button in BUTTONS
        ]


def test_libreoffice_reads_the_add_in(app: xw.App, tmp_path: Path) -> None:
    """LibreOffice lists every module of the add-in, which it cannot run: its VBA calls a DLL of Windows."""
    path = tmp_path / "houqin.xlam"
    path.write_bytes(add_in())
    document = opened(app, path, FilterName="Calc MS Excel 2007 VBA XML")
    modules = libraries_of(document)
    words = document.Sheets.getByName("words").getCellRangeByName("A1:C1").getDataArray()
    document.close(True)
    assert modules == {"HouqinAddIn": {"ThisWorkbook", "Words", "Houqin", "Functions", "xlwings"}}
    assert words == (("no_workbook", *WORDS["no_workbook"]),)


def test_every_button_starts_its_function(pressing: Pressing, document: UnoObject) -> None:
    """Each press runs the module in the workbook and starts Python with the button's name, apart from any folder."""
    started = [pressing.press(document, "入库单", button.label("zh")) for button in BUTTONS]
    assert [words[:5] for words in started] == [["-B", "-P", "-m", "addin.calc", button.name] for button in BUTTONS]


def test_the_toolbar_calls_the_same_functions(pressing: Pressing, app: xw.App, document: UnoObject) -> None:
    """Calc shows a toolbar in every workbook; its buttons start the same functions, without a macro in the workbook."""
    manager = document.CurrentController.Frame.LayoutManager
    assert manager.isElementVisible("private:resource/toolbar/custom_toolbar_houqin")
    shown = manager.getElement("private:resource/toolbar/custom_toolbar_houqin").getSettings(False)
    items = [{each.Name: each.Value for each in shown.getByIndex(place)} for place in range(shown.Count)]
    assert [item["Label"] for item in items] == [button.label("zh") for button in BUTTONS]
    words = pressing.dispatch(app, document, items[1]["CommandURL"])
    assert words[3:5] == ["addin.calc", "next_finding"]


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
