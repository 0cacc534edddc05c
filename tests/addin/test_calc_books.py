from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import psutil
import pytest

from addin.calc import connect, errors, saved_copy, undo
from addin.calc.__main__ import main
from addin.calc.office import Office

if TYPE_CHECKING:
    import xlwings as xw


def test_a_copy_leaves_the_book_as_it_is(book: xw.Book, tmp_path: Path) -> None:
    """The copy holds unsaved changes; name, file and state of the book stay."""
    file = tmp_path / "食堂台账.xlsx"
    book.sheets[0]["A1"].value = "已保存"
    book.save(file)
    before = file.read_bytes()
    book.sheets[0]["A1"].value = "未保存"
    copy = saved_copy(book, tmp_path / "副本.xlsx")
    assert openpyxl.load_workbook(copy).active["A1"].value == "未保存"
    assert (book.name, book.fullname, file.read_bytes()) == ("食堂台账.xlsx", str(file), before)
    assert book.api.isModified()
    assert sorted(path.name for path in tmp_path.iterdir() if not path.name.startswith(".~lock")) == [
        "副本.xlsx",
        "食堂台账.xlsx",
    ]
    book.save()
    assert not book.api.isModified()
    assert openpyxl.load_workbook(file).active["A1"].value == "未保存"


@pytest.mark.parametrize("name", ["没有/这个文件夹.xlsx", "后缀.doc"])
def test_a_copy_that_cannot_be_written_says_so(book: xw.Book, tmp_path: Path, name: str) -> None:
    """Where LibreOffice cannot write, the message names the file and what to look at, in both languages."""
    with pytest.raises(errors.FileNotWrittenError, match="没有保存到") as refused:
        saved_copy(book, tmp_path / name)
    assert Path(name).name in str(refused.value)
    assert refused.value.message("en").startswith("the workbook was not saved to")


def test_a_file_that_is_no_workbook_is_refused(app: xw.App, tmp_path: Path) -> None:
    """A damaged file is refused with a sentence, a missing one as xlwings does."""
    broken = tmp_path / "坏.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    with pytest.raises(errors.FileNotOpenedError, match="打不开"):
        app.books.open(broken)
    with pytest.raises(FileNotFoundError):
        app.books.open(tmp_path / "没有.xlsx")


def test_books_are_found_and_brought_to_the_front(app: xw.App, book: xw.Book, tmp_path: Path) -> None:
    """Open books are known by name, the last activated one is the active one."""
    book.save(tmp_path / "一.xlsx")
    other = app.books.add()
    assert [each.name for each in app.books] == ["一.xlsx", other.name]
    assert app.books.active == other
    book.activate()
    assert app.books.active == book
    assert app.books["一.XLSX"] == book
    assert app.books.open(tmp_path / "一.xlsx") == book
    with pytest.raises(KeyError):
        app.books["没有.xlsx"]


def test_without_a_workbook_there_is_no_active_one(app: xw.App) -> None:
    """A click without any open workbook is answered with a sentence."""
    with pytest.raises(errors.NoWorkbookError, match="没有打开的工作簿"):
        assert app.books.active
    assert app.selection is None


def test_one_step_takes_all_of_a_button_back(book: xw.Book) -> None:
    """What happens in one step is undone together: values, formulas, fills, notes and formats."""
    sheet = book.sheets[0]
    sheet["A1:B3"].value = [["甲", None], [None, 2], ["=1+1", "=B2"]]
    sheet["A3"].add_note("原话")
    before = sheet["A1:C3"].formula
    with undo.one_step(book, "校验"):
        sheet["A1:C3"].value = [["x", "y", "z"]] * 3
        sheet["B1"].value = "=1+2"
        sheet["A1"].color = (255, 0, 0)
        sheet["B2"].add_note("⟦HQ⟧")
        sheet["A3"].note.delete()
    assert book.api.UndoManager.getAllUndoActionTitles()[0] == "校验"
    book.api.UndoManager.undo()
    assert sheet["A1:C3"].formula == before
    assert (sheet["A1"].color, sheet["B2"].note, sheet["A3"].note.text) == (None, None, "原话")


def test_a_closed_book_says_so(app: xw.App) -> None:
    """Using a book after it was closed gives a sentence, not an exception of LibreOffice."""
    book = app.books.add()
    book.close()
    with pytest.raises(errors.NotConnectedError, match="可能已经关闭"):
        assert book.sheets[0].name


def test_what_libreoffice_refuses_is_a_sentence(book: xw.Book) -> None:
    """A refusal of LibreOffice names what was asked for."""
    with pytest.raises(errors.CalcError, match=r"没有完成“Sheet.delete”"):
        book.sheets[0].delete()


@pytest.fixture
def locked(book: xw.Book) -> xw.Sheet:
    """Return a protected sheet in which only B1 may be changed."""
    sheet = book.sheets[0]
    sheet["A1:B1"].value = ["旧", "旧"]
    free = sheet["B1"].api.CellProtection
    free.IsLocked = False
    sheet["B1"].api.CellProtection = free
    sheet.api.protect("")
    return sheet


CHANGES: dict[str, Callable[[xw.Range], object]] = {
    "value": lambda cell: setattr(cell, "value", "新"),
    "formula": lambda cell: setattr(cell, "formula", "=1"),
    "colour": lambda cell: setattr(cell, "color", (255, 0, 0)),
    "format": lambda cell: setattr(cell, "number_format", "0.00"),
    "font": lambda cell: setattr(cell.font, "bold", True),
    "note": lambda cell: cell.add_note("话"),
    "notes": lambda cell: cell.sheet.impl.set_notes({(cell.row, cell.column): "话"}),
    "clear": lambda cell: cell.clear_contents(),
}


@pytest.mark.parametrize("change", CHANGES)
def test_locked_cells_of_a_protected_sheet_are_refused(locked: xw.Sheet, change: str) -> None:
    """Every change of a locked cell is refused with the sheet and the cell; other cells can be changed."""
    with pytest.raises(errors.ProtectedSheetError, match="“Sheet1”受保护，不能改动 A1，请先撤销工作表保护"):
        CHANGES[change](locked["A1"])
    with pytest.raises(errors.ProtectedSheetError, match="A1:B1"):
        locked["A1:B1"].value = "新"
    assert (locked["A1"].value, locked["A1"].color, locked["A1"].note) == ("旧", None, None)
    CHANGES[change](locked["B1"])
    assert len(locked.notes) == change.startswith("note")


@pytest.mark.parametrize("change", CHANGES)
def test_a_book_that_is_read_only_is_not_changed(app: xw.App, book: xw.Book, tmp_path: Path, change: str) -> None:
    """In a workbook that is open for reading only every change is refused with a sentence."""
    book.save(tmp_path / "只读.xlsx")
    book.close()
    opened = app.books.open(tmp_path / "只读.xlsx", read_only=True)
    with pytest.raises(errors.ReadOnlyError, match=r"“只读.xlsx”是以只读方式打开的"):
        CHANGES[change](opened.sheets[0]["A1"])


def test_messages_without_a_window_are_kept(app: xw.App, book: xw.Book, capfd: pytest.CaptureFixture[str]) -> None:
    """Without windows a message is written out and answered with its first button."""
    assert app.alert("没有发现错误", "后勤") == "ok"
    assert app.alert("提交吗？", "后勤", "yes_no") == "yes"
    assert app.impl.alerts[-2:] == ["没有发现错误", "提交吗？"]
    assert "没有发现错误" in capfd.readouterr().err
    app.status_bar = "正在校验"
    assert app.status_bar == "正在校验"
    app.status_bar = False
    assert (book.name, app.status_bar) == (app.books.active.name, False)


def test_an_office_ends_with_its_block(soffice: str) -> None:
    """Leaving the block ends the processes and removes the profile, also after an error and with an unsaved book."""
    with pytest.raises(ZeroDivisionError), Office(program=soffice) as office:  # noqa: PT012 - the block is the point
        connect(office.pipe).books.add().sheets[0]["A1"].value = "未保存"
        profile = office.profile
        assert profile.is_dir()
        1 / 0  # noqa: B018 - the error
    assert not profile.exists()
    assert not [each for each in psutil.process_iter(["cmdline"]) if office.address in str(each.info["cmdline"])]


def test_a_button_without_an_office_says_what_is_missing(soffice: str, capsys: pytest.CaptureFixture[str]) -> None:
    """``python -m addin.calc`` ends with 1 and a sentence when no LibreOffice listens."""
    assert soffice
    assert main(["check", "--pipe", "houqin-nobody"]) == 1
    assert "连接不上 LibreOffice" in capsys.readouterr().err


def test_a_missing_program_is_named() -> None:
    """An office that cannot be started says which program is missing."""
    with pytest.raises(errors.NoOfficeError, match="没有启动"):
        Office(program=sys.executable).start()
