"""``houqin-buttons.xlsm``: a department's template with the buttons on every sheet where people write."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from addin.building.project import vba_project
from addin.building.sources import document_module, own_module
from addin.building.words import NO_ADDIN
from addin.labels import BUTTONS, Language
from schemas.register import Register, all_registers
from workbooks.template import Row, write_template

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

NAME = "houqin-buttons.xlsm"
PROJECT = "HouqinButtons"
SHEET = ("后勤按钮", "Buttons")
"""The sheet that says what each button does; the names below keep it from being read as input."""
SHEET_NAME, MESSAGE_NAME = "hq_buttons", "hq_no_addin"

_BAR_HEIGHT = 27.0
"""Points above the title: the rows down to the header are frozen, so that the bar is always in sight."""
_WIDTH = {"zh": 72, "en": 96}
_HEIGHT, _GAP = 26, 4
"""Pixels of a button, and between two."""
_HEADINGS = (("按钮", "用途", "没有反应时"), ("Button", "What it does", "If nothing happens"))


def write_button_workbook(
    registers: Sequence[type[Register]],
    path: Path,
    *,
    school: str,
    department: str | None,
    language: Language,
    rows: Mapping[str, Sequence[Row]],
    lists: Mapping[str, Sequence[tuple[str, str]]],
) -> None:
    """Write the button edition of a template; equal input gives equal bytes.

    Args:
        registers: what a department writes, in the order of the sheets.
        path: the file to write or replace.
        school: name printed in the titles.
        department: name printed as 填报部门.
        language: of the buttons, the input messages and the instructions.
        rows: as :func:`workbooks.template.write_template` takes them.
        lists: as above.

    Raises:
        TargetLockedError: the file is open in a spreadsheet program, or may not be written.
    """

    def finish(workbook: Workbook) -> None:
        for sheet in workbook.worksheets():
            if any(table["name"] in all_registers() for table in sheet.tables):
                _add_bar(sheet, language)
        _write_words(workbook, language)
        _add_project(workbook)

    write_template(
        registers, path, school=school, department=department, language=language,
        rows=rows, lists=lists, room_above=_BAR_HEIGHT, finish=finish,
    )  # fmt: skip


def _add_bar(sheet: Worksheet, language: Language) -> None:
    """Put the buttons side by side above the title, the first ones over the columns that do not scroll."""
    for place, button in enumerate(BUTTONS):
        sheet.insert_button(
            0, 0,
            {
                "macro": button.name,
                "caption": button.label(language),
                "width": _WIDTH[language],
                "height": _HEIGHT,
                "x_offset": _GAP + place * (_WIDTH[language] + _GAP),
                "y_offset": _GAP,
            },
        )  # fmt: skip


def _write_words(workbook: Workbook, language: Language) -> None:
    """Write the sheet that tells what the buttons do, and what they say where nothing answers them."""
    name = SHEET[language == "en"]
    button_word, use_word, help_word = _HEADINGS[language == "en"]
    sheet = workbook.add_worksheet(name)
    bold, wrapped = workbook.add_format({"bold": True}), workbook.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 90)
    sheet.hide_gridlines(2)
    sheet.write_row(0, 0, (button_word, use_word), bold)
    for row, button in enumerate(BUTTONS, start=1):
        sheet.write_string(row, 0, button.label(language), wrapped)
        sheet.write_string(row, 1, button.tip(language), wrapped)
    last = len(BUTTONS) + 2
    sheet.write_string(last, 0, help_word, bold)
    sheet.write_string(last, 1, NO_ADDIN[language == "en"], wrapped)
    workbook.define_name(SHEET_NAME, f"='{name}'!$A$1")
    workbook.define_name(MESSAGE_NAME, f"='{name}'!$B${last + 1}")


def _add_project(workbook: Workbook) -> None:
    """Give the workbook and every sheet its module, and add the text behind the buttons."""
    workbook.set_vba_name("ThisWorkbook")
    modules = [document_module("ThisWorkbook")]
    for number, sheet in enumerate(workbook.worksheets(), start=1):
        sheet.set_vba_name(f"Sheet{number}")
        modules.append(document_module(f"Sheet{number}"))
    project = vba_project(PROJECT, [*modules, own_module("Buttons")])
    workbook.add_vba_project(io.BytesIO(project), is_stream=True)
