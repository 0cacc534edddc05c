from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

if TYPE_CHECKING:
    import xlwings as xw

YELLOW = (255, 255, 0)


@pytest.mark.parametrize("given", [YELLOW, "#FFFF00", 0x00FFFF])
def test_a_colour_is_given_and_taken_away(sheet: xw.Sheet, given: tuple[int, int, int] | str | int) -> None:
    """No fill is None, which is not white; a range of different fills has none in common."""
    cells = sheet["B2:C3"]
    assert cells.color is None
    cells.color = given
    assert (cells.color, sheet["A1"].color, sheet["A1:B2"].color) == (YELLOW, None, None)
    cells.color = None
    assert cells.color is None
    cells.color = (255, 255, 255)
    assert cells.color == (255, 255, 255)


def test_many_cells_are_coloured_together(sheet: xw.Sheet) -> None:
    """Each cell of a block gets its own fill, ``...`` leaves it; several areas are coloured at once."""
    sheet["A1"].color = YELLOW
    sheet["A1:C2"].set_colors([[..., None, "#0000FF"], [(0, 255, 0), "#0000FF", ...]])
    assert [sheet[at].color for at in ("A1", "B1", "C1", "A2", "B2", "C2")] == [
        YELLOW,
        None,
        (0, 0, 255),
        (0, 255, 0),
        (0, 0, 255),
        None,
    ]
    sheet["A5,C5:D6"].color = YELLOW
    assert [sheet[at].color for at in ("A5", "B5", "D6")] == [YELLOW, None, YELLOW]


def test_notes_are_added_changed_and_deleted(sheet: xw.Sheet) -> None:
    """A cell has one note or none; taking it away leaves value and fill."""
    sheet["B2"].value, sheet["B2"].color = 3, YELLOW
    assert sheet["B2"].note is None
    sheet["B2"].add_note("⟦HQ⟧ 数量不对\n请填写 12")
    sheet["A9"].add_note("库管的话")
    assert sheet["B2"].note.text == "⟦HQ⟧ 数量不对\n请填写 12"
    assert [note.location.address for note in sheet.notes] == ["$B$2", "$A$9"]
    sheet["B2"].note.text = "改过"
    assert sheet.notes["B2"].text == "改过"
    with pytest.raises(ValueError, match="already has a note"):
        sheet["B2"].add_note("再来")
    sheet["B2"].note.delete()
    assert (sheet["B2"].note, sheet["B2"].value, sheet["B2"].color) == (None, 3.0, YELLOW)
    assert len(sheet.notes) == 1


def test_writing_values_leaves_notes(sheet: xw.Sheet) -> None:
    """Values, blanks and formulas written over cells with notes leave the notes where they are."""
    sheet["A1:C4"].value = [["头", "数", "备"]] * 4
    for at in ("A1", "B2", "C2", "B4"):
        sheet[at].add_note(f"话{at}")
    sheet["A1:C4"].value = [["a", 1.0, None], ["b", "=1+1", None], ["c", 3.0, True], ["d", "=B3", "e"]]
    assert sheet["A1:C4"].value == [["a", 1.0, None], ["b", 2.0, None], ["c", 3.0, True], ["d", 3.0, "e"]]
    assert [note.text for note in sheet.notes] == ["话A1", "话B2", "话C2", "话B4"]
    sheet["B1:B4"].formula = "=A1"
    assert sheet["B1:B4"].value == ["a", "b", "c", "d"]
    assert len(sheet.notes) == 4


def test_many_notes_are_set_together(sheet: xw.Sheet) -> None:
    """New notes come, known ones change and keep their author's box, blank ones go, others stay."""
    for at in ("A1", "A2", "A3"):
        sheet[at].add_note("旧")
    sheet.impl.set_notes({(1, 1): "新", (2, 1): "", (5, 4): "添", (6, 4): ""})
    assert [(note.location.address, note.text) for note in sheet.notes] == [
        ("$A$1", "新"),
        ("$A$3", "旧"),
        ("$D$5", "添"),
    ]


def test_marks_survive_saving(app: xw.App, book: xw.Book, tmp_path: Path) -> None:
    """Fills, notes, formats and links are in the saved file and there again when it is opened."""
    file = tmp_path / "标记.xlsx"
    sheet = book.sheets[0]
    sheet["B2"].value = "错"
    sheet["B2"].color = YELLOW
    sheet["B2"].add_note("⟦HQ⟧ 第一行\n第二行")
    sheet["B3"].number_format = "0.000"
    sheet["B4"].add_hyperlink("#Sheet1!B2", "去看")
    sheet["B5"].value = '=HYPERLINK("#\'Sheet1\'!B2","去看")'
    book.save(file)
    book.close()
    again = app.books.open(file).sheets[0]
    assert (again["B2"].note.text, again["B2"].color) == ("⟦HQ⟧ 第一行\n第二行", YELLOW)
    assert (again["B3"].number_format, again["B4"].value, again["B5"].value) == ("0.000", "去看", "去看")
    assert again["B4"].hyperlink.startswith("#Sheet1")
    saved = openpyxl.load_workbook(file).active
    assert saved["B2"].comment.text == "⟦HQ⟧ 第一行\n第二行"
    assert (saved["B2"].fill.fgColor.rgb, saved["B3"].number_format) == ("FFFFFF00", "0.000")
    assert saved["B4"].hyperlink.location == "Sheet1!B2"
    assert saved["B5"].value == '=HYPERLINK("#\'Sheet1\'!B2","去看")'


@pytest.mark.parametrize("code", ["General", "@", "0.00", "#,##0.00", "0%", "yyyy-mm-dd", 'yyyy"年"m"月"d"日"', "h:mm"])
def test_a_number_format_comes_back(sheet: xw.Sheet, code: str) -> None:
    """Number formats are Excel's, in English; different ones have none in common."""
    sheet["B2:B3"].number_format = code
    assert sheet["B2:B3"].number_format == code
    sheet["B4"].number_format = "0.0000"
    assert sheet["B2:B4"].number_format is None


def test_fonts_are_set_for_chinese_text_too(book: xw.Book, tmp_path: Path) -> None:
    """Bold, slant, size, name and colour hold for the cell whatever its script."""
    font = book.sheets[0]["A1"].font
    book.sheets[0]["A1"].value = "标题 Title"
    assert (font.bold, font.italic, font.color) == (False, False, (0, 0, 0))
    font.bold, font.italic, font.size, font.color, font.name = True, True, 16, "#C00000", "Noto Sans CJK SC"
    assert (font.bold, font.italic, font.size, font.color, font.name) == (
        True,
        True,
        16,
        (192, 0, 0),
        "Noto Sans CJK SC",
    )
    book.save(tmp_path / "字体.xlsx")
    saved = openpyxl.load_workbook(tmp_path / "字体.xlsx").active["A1"].font
    assert (saved.b, saved.i, saved.sz, saved.color.rgb, saved.name) == (True, True, 16, "FFC00000", "Noto Sans CJK SC")


def test_text_is_aligned_and_wrapped(sheet: xw.Sheet) -> None:
    """Alignments have Excel's names."""
    cell = sheet["A1"]
    assert (cell.horizontal_alignment, cell.vertical_alignment, cell.wrap_text) == ("general", "bottom", False)
    cell.horizontal_alignment, cell.vertical_alignment, cell.wrap_text = "center", "top", True
    assert (cell.horizontal_alignment, cell.vertical_alignment, cell.wrap_text) == ("center", "top", True)


def test_clearing_takes_what_it_says(sheet: xw.Sheet) -> None:
    """Contents, formats or everything is cleared."""
    cell = sheet["A1"]
    cell.value, cell.color = 1, YELLOW
    cell.clear_contents()
    assert (cell.value, cell.color) == (None, YELLOW)
    cell.value = 1
    cell.clear_formats()
    assert (cell.value, cell.color) == (1.0, None)
    cell.add_note("话")
    cell.clear()
    assert (cell.value, cell.note) == (None, None)
