"""The VBA of the add-in, run by LibreOffice with a stand-in for the part of xlwings that it cannot compile."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from addin.building.project import Module, vba_project
from addin.building.sources import document_module, own_module
from addin.building.words import WORDS
from tests.addin.pressing import opened

if TYPE_CHECKING:
    import xlwings as xw

    from addin.calc.bridge import UnoObject

STAND_IN = """
Public Function RunPython(ByVal Command As String)
    ThisWorkbook.Worksheets(1).Range("F1").Value = Command
End Function
Public Function GetConfig(ByVal Name As String, Optional ByVal Default As String = "")
    GetConfig = ThisWorkbook.Worksheets(1).Range("F2").Value
End Function
"""
"""In place of xlwings, which LibreOffice cannot compile: what was run stands in F1, F2 is the interpreter.

FileExists is LibreOffice's own.
"""

ASK = """
Public Sub Ask()
    ThisWorkbook.Worksheets(1).Range("F3").Value = Explained(ThisWorkbook.Worksheets(1).Range("F4").Value)
End Sub
Public Sub Press()
    PressButton ThisWorkbook.Worksheets(1).Range("F5").Value
End Sub
"""


@pytest.fixture(scope="module")
def vba_of_add_in(app: xw.App, tmp_path_factory: pytest.TempPathFactory) -> Iterator[UnoObject]:
    """Give the add-in's workbook with its own module, and a stand-in for xlwings."""
    path = tmp_path_factory.mktemp("vba") / "add-in.xlsm"
    book = xlsxwriter.Workbook(path)
    book.set_vba_name("ThisWorkbook")
    sheet = book.add_worksheet("words")
    sheet.set_vba_name("Words")
    for row, (name, texts) in enumerate(WORDS.items()):
        sheet.write_row(row, 0, (name, *texts))
    modules = [document_module("ThisWorkbook"), document_module("Words"), own_module("Houqin")]
    modules += [Module("xlwings", STAND_IN), Module("Asking", ASK)]
    book.add_vba_project(io.BytesIO(vba_project("Trial", modules)), is_stream=True)
    book.close()
    document = opened(app, path)
    yield document
    document.close(True)


def ran(document: UnoObject, macro: str, **cells: str) -> dict[str, str]:
    """Write cells, run a macro, and return what stands in F1 and F3."""
    sheet = document.Sheets.getByName("words")
    for name, text in cells.items():
        sheet.getCellRangeByName(name).String = text
    uri = f"vnd.sun.star.script:Trial.Asking.{macro}?language=Basic&location=document"
    document.getScriptProvider().getScript(uri).invoke((), (), ())
    return {name: sheet.getCellRangeByName(name).String for name in ("F1", "F3")}


def test_a_press_in_excel_runs_one_line_of_python(vba_of_add_in: UnoObject) -> None:
    """PressButton hands the button's function to xlwings, and nothing where the interpreter is missing."""
    assert ran(vba_of_add_in, "Press", F5="check", F2="/nowhere/python")["F1"] == ""
    command = ran(vba_of_add_in, "Press", F5="check", F2=sys.executable)["F1"]
    assert command == "import sys; sys.path[:] = filter(None, sys.path); import addin.press; addin.press.check()"


@pytest.mark.parametrize(
    ("said", "word"),
    [
        ("Traceback\n  File x\nModuleNotFoundError: No module named 'addin'\n", "no_package"),
        ("Could not load xlwings64-0.37.8.dll from either of the following folders: ", "other_version"),
        ("Traceback (most recent call last):\n  File x\nSystemExit: 没有打开的工作簿\n\n", "failed"),
    ],
    ids=["another Python", "another xlwings", "anything else"],
)
def test_errors_are_one_sentence(vba_of_add_in: UnoObject, said: str, word: str) -> None:
    """What Python or its DLL says when it cannot start becomes the sentence for it, with the last line at most."""
    sentence = ran(vba_of_add_in, "Ask", F4=said)["F3"]
    assert sentence.startswith(WORDS[word][0])
    assert "Traceback" not in sentence
    assert ("没有打开的工作簿" in sentence) == (word == "failed")
