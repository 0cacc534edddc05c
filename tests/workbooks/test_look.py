"""What a saved workbook says of the look of its cells: fills, notes, merged ranges, protection."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.styles import Color, GradientFill, PatternFill
from openpyxl.workbook.defined_name import DefinedName

from workbooks.marks import NO_FILL, UNSAYABLE
from workbooks.refusals import RefusedError
from workbooks.xlsx_look import ASK, BookLook, SheetLook, look_at


def saved(book: openpyxl.Workbook, folder: Path) -> Path:
    """The workbook as a file."""
    path = folder / "台账.xlsx"
    book.save(path)
    return path


def only_sheet(look: BookLook) -> SheetLook:
    """The one sheet of people."""
    (sheet,) = look.sheets
    return sheet


@pytest.mark.parametrize(
    ("fill", "expected"),
    [
        (PatternFill(), NO_FILL),
        (PatternFill("solid", fgColor="FFFF00"), "FFFF00"),
        (PatternFill("solid", fgColor=Color(theme=4, tint=0.3999)), "T4,0.3999"),
        (PatternFill("solid", fgColor=Color(indexed=13)), ASK),
        (PatternFill("gray125"), UNSAYABLE),
        (GradientFill(stop=("FF0000", "0000FF")), UNSAYABLE),
    ],
    ids=["none", "one colour", "of the theme", "of the palette", "hatched", "gradient"],
)
def test_fills_that_can_be_put_back(tmp_path: Path, fill: PatternFill | GradientFill, expected: str) -> None:
    """A fill of one colour is told so that it can be put back, and others so that they are left alone."""
    book = openpyxl.Workbook()
    book.active["B2"] = 1
    book.active["B2"].fill = fill
    look = look_at(saved(book, tmp_path), {"Sheet": [(2, 2)]})
    assert only_sheet(look).fills == {(2, 2): expected}


def test_a_cell_that_is_not_there_looks_like_its_row_or_column(tmp_path: Path) -> None:
    """Blank cells take the look of their row, else of their column, else none."""
    book = openpyxl.Workbook()
    book.active["A1"] = 1
    book.active.row_dimensions[3].fill = PatternFill("solid", fgColor="00FF00")
    book.active.column_dimensions["D"].fill = PatternFill("solid", fgColor="0000FF")
    look = look_at(saved(book, tmp_path), {"Sheet": [(3, 4), (5, 4), (5, 5)]})
    assert only_sheet(look).fills == {(3, 4): "00FF00", (5, 4): "0000FF", (5, 5): NO_FILL}


def test_cells_in_our_colours_are_found_without_being_asked_for(tmp_path: Path) -> None:
    """A fill that was drawn from a marked cell is seen wherever it is."""
    book = openpyxl.Workbook()
    book.active["C7"].fill = PatternFill("solid", fgColor="FFC7CE")
    book.active["C8"].fill = PatternFill("solid", fgColor="FFC000")
    assert only_sheet(look_at(saved(book, tmp_path), {})).fills == {(7, 3): "FFC7CE"}


def test_notes_protection_and_merged_ranges(tmp_path: Path) -> None:
    """Every note is told, a protected sheet, and which cell shows what a merged range covers."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet["B2"].comment = Comment("王芳：核对\n第二行", "王芳")
    sheet.merge_cells("D2:F4")
    sheet.protection.sheet = True
    look = look_at(saved(book, tmp_path), {"Sheet": [(3, 5), (9, 9)]})
    found = only_sheet(look)
    assert found.notes == {(2, 2): "王芳：核对\n第二行"}
    assert found.protected
    assert found.anchors == {(3, 5): (2, 4)}
    assert set(found.fills) == {(2, 2), (2, 4), (9, 9)}
    assert not look.locked


def test_our_own_sheets_are_left_out(tmp_path: Path) -> None:
    """The list of findings of an earlier check has nothing to be marked."""
    book = openpyxl.Workbook()
    book.create_sheet("校验结果")
    book.defined_names["hq_findings"] = DefinedName("hq_findings", attr_text="校验结果!$A$1")
    book.security.lockStructure = True
    look = look_at(saved(book, tmp_path), {})
    assert only_sheet(look).name == "Sheet"
    assert look.locked


def test_an_old_workbook_has_no_look(tmp_path: Path) -> None:
    """An .xls file is refused: what is in it is listed, not marked."""
    path = tmp_path / "台账.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(RefusedError):
        look_at(path, {})
