"""The buttons in a real spreadsheet program: what the clerk types, presses and sees."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl
import pytest

from addin import buttons
from addin.where import NoShareError
from schemas.findings import Severity
from tests.addin.clerk import FIRST_ROW, ISSUES, RECEIPTS, RESULTS, STORE, Desk, changed, listed, marks
from tests.sync.school import MASTER, MASTER_BOOK, School, issue, receipt
from workbooks.marks import FILLS, SEVERITY_WORDS, before_mark, cell_of

if TYPE_CHECKING:
    import xlwings as xw

QTY, PRICE, AMOUNT, DATE, REMARK = "K", "L", "M", "C", "W"


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Share and state of a school whose first workbooks were merged and published."""
    with pytest.MonkeyPatch.context() as patched:
        folder = tmp_path_factory.mktemp("published")
        patched.setenv("HOUQIN_STATE", str(folder / "state"))
        patched.setenv("HOUQIN_TODAY", "2026-11-22")
        school = School(folder / "share")
        with (folder / "share" / "houqin.toml").open("a", encoding="utf-8") as settings:
            settings.write('\n[roles]\nGA_HEAD = ["T001"]\nCUSTODIAN = ["T002"]\n')
        school.save(MASTER_BOOK, MASTER)
        receipts = [receipt(number, qty=20, amount="170.00") for number in (1, 2)]
        school.save(STORE, {"stock_receipt": receipts, "stock_issue": [issue(1)]})
        assert school.sync()["exit_code"] == 0
    return folder / "share", folder / "state"


@pytest.fixture
def desk(app: xw.App, published: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """A copy of that school, and the office; what is open is closed at the end."""
    share, state = published
    shutil.copytree(share, tmp_path / "share")
    shutil.copytree(state, tmp_path / "state")
    monkeypatch.setenv("HOME", str(tmp_path))
    yield Desk(tmp_path / "share", app)
    for book in app.books:
        book.close()


def type_mistakes(book: xw.Book) -> None:
    """Type a vague quantity, a wrong amount, a day that does not exist, and an issue of more than there is."""
    receipts, issues = book.sheets[RECEIPTS], book.sheets[ISSUES]
    receipts[f"{QTY}{FIRST_ROW}"].value = "约20"
    receipts[f"{AMOUNT}{FIRST_ROW + 1}"].value = 180
    receipts[f"{DATE}{FIRST_ROW + 1}"].number_format = "@"
    receipts[f"{DATE}{FIRST_ROW + 1}"].value = "2026-11-31"
    issues[f"M{FIRST_ROW}"].value = 90


def correct(book: xw.Book) -> None:
    """Type what is right instead."""
    receipts, issues = book.sheets[RECEIPTS], book.sheets[ISSUES]
    receipts[f"{QTY}{FIRST_ROW}"].value = 20
    receipts[f"{AMOUNT}{FIRST_ROW + 1}"].value = 170
    receipts[f"{DATE}{FIRST_ROW + 1}"].value = "2026-11-02"
    issues[f"M{FIRST_ROW}"].value = 10


def test_a_check_shows_what_validate_finds(desk: Desk) -> None:
    """Unsaved mistakes are found, at the same cells and in the same words as by houqin validate on the saved file."""
    book = desk.open(STORE)
    type_mistakes(book)
    plain = desk.saved(book, "plain")
    book.sheets[ISSUES].activate()
    book.sheets[ISSUES]["D6"].select()
    said = buttons.check(book)
    assert (book.sheets.active.name, book.app.selection.address) == (ISSUES, "$D$6"), "the clerk stays where he is"
    seen = desk.saved(book, "marked")
    expected = desk.validated(plain)
    assert {found.code for found in expected} >= {"QTY-VAGUE", "DATE-INVALID"}
    assert desk.validated(seen) == expected, "marks and list of findings are no input"
    errors = sum(found.severity is Severity.ERROR for found in expected)
    assert f"错误 {errors} 处" in said
    lines = [
        (SEVERITY_WORDS["zh"][found.severity], found.sheet, cell_of(found), found.message(), found.code)
        for found in expected
    ]
    shown = [(line[0], line[1], line[2], line[5], line[7]) for line in listed(seen)]
    assert Counter(shown) == Counter(lines)
    at_cells = {(found.sheet, cell_of(found)) for found in expected if cell_of(found)}
    marked = {
        (sheet, cell): (note, fill)
        for sheet, cells in marks(seen).items()
        for cell, (note, fill) in cells.items()
        if before_mark(note)
    }
    assert marked.keys() == at_cells
    note, fill = marked[RECEIPTS, f"{QTY}{FIRST_ROW}"]
    assert fill == FILLS[Severity.ERROR]
    assert "数量必须为确定数字，不能是“约20”" in note


def test_what_the_clerk_had_comes_back(desk: Desk) -> None:
    """Own fills and notes, at marked cells and elsewhere, survive check, correction and the next check."""
    book = desk.open(STORE)
    receipts = book.sheets[RECEIPTS]
    receipts[f"{QTY}{FIRST_ROW}"].color = "#FFFF00"
    receipts[f"{QTY}{FIRST_ROW}"].add_note("王芳：已和送货员核对\n第二行")
    receipts[f"{DATE}{FIRST_ROW + 1}"].color = "#92D050"
    receipts[f"{AMOUNT}{FIRST_ROW}"].color = f"#{FILLS[Severity.ERROR]}"
    receipts[f"{REMARK}{FIRST_ROW}"].add_note("自己的批注")
    before = desk.saved(book, "before")
    sheets = [sheet.name for sheet in book.sheets]
    type_mistakes(book)
    buttons.check(book)
    note = receipts[f"{QTY}{FIRST_ROW}"].note.text
    assert note.startswith("⟦HQ⟧")
    assert note.endswith("王芳：已和送货员核对\n第二行")
    receipts[f"{DATE}{FIRST_ROW + 1}"].color = "#00B0F0"
    buttons.check(book)
    receipts[f"{DATE}{FIRST_ROW + 1}"].color = "#7030A0"
    correct(book)
    said = buttons.check(book)
    newest = {(RECEIPTS, f"{DATE}{FIRST_ROW + 1}"): (("", "92D050"), ("", "7030A0"))}
    assert changed(before, desk.saved(book, "after")) == newest
    assert "错误" not in said.replace("没有错误", "").replace("没有发现错误", "")
    assert [sheet.name for sheet in book.sheets if sheet.name != RESULTS] == sheets


def test_marks_move_with_their_rows(desk: Desk) -> None:
    """After rows were inserted and deleted, links and marks are where the mistakes are now, and nowhere else."""
    book = desk.open(STORE)
    before = desk.saved(book, "before")
    receipts = book.sheets[RECEIPTS]
    receipts[f"{QTY}{FIRST_ROW}"].value = "约20"
    buttons.check(book)
    receipts[f"{FIRST_ROW}:{FIRST_ROW}"].insert("down")
    book.app.calculate()
    linked = desk.saved(book, "linked")
    assert (RECEIPTS, f"{QTY}{FIRST_ROW + 1}") in {line[1:3] for line in listed(linked)}
    formulas = [cell.value for cell in openpyxl.load_workbook(linked)[RESULTS]["D"]]
    assert any(str(formula).startswith("=HYPERLINK(") for formula in formulas)
    buttons.check(book)
    moved = marks(desk.saved(book, "moved"))[RECEIPTS]
    assert before_mark(moved[f"{QTY}{FIRST_ROW + 1}"][0])
    assert f"{QTY}{FIRST_ROW}" not in {cell for cell, (note, _) in moved.items() if before_mark(note)}
    receipts[f"{QTY}{FIRST_ROW + 1}"].value = 20
    receipts[f"{FIRST_ROW}:{FIRST_ROW}"].delete("up")
    buttons.check(book)
    assert changed(before, desk.saved(book, "after")) == {}


def test_nothing_is_marked_on_a_protected_sheet(desk: Desk) -> None:
    """A protected sheet is named, its findings are listed, and it stays as it is."""
    book = desk.open(STORE)
    book.sheets[RECEIPTS][f"{QTY}{FIRST_ROW}"].value = "约20"
    book.sheets[RECEIPTS].api.protect("")
    before = marks(desk.saved(book, "before"))
    said = buttons.check(book)
    seen = desk.saved(book, "after")
    assert f"工作表“{RECEIPTS}”受保护" in said
    assert marks(seen)[RECEIPTS] == before[RECEIPTS]
    assert (RECEIPTS, f"{QTY}{FIRST_ROW}") in {line[1:3] for line in listed(seen)}


def test_next_finding_goes_through_all_sheets_and_round(desk: Desk) -> None:
    """From the active cell on, in the order of sheets, rows and columns; after the last comes the first."""
    book = desk.open(STORE)
    assert "请先按“校验”" in buttons.next_finding(book)
    type_mistakes(book)
    buttons.check(book)
    book.sheets[0].activate()
    book.sheets[0]["A1"].select()
    visited = []
    said = []
    total = sum(before_mark(note.text) is not None for sheet in book.sheets for note in sheet.notes)
    for _ in range(total + 1):
        said.append(buttons.next_finding(book))
        visited.append((book.sheets.active.index, book.app.selection.row, book.app.selection.column))
    assert visited[:-1] == sorted(set(visited))
    assert visited[-1] == visited[0]
    assert any("不能是“约20”" in words and "→" in words for words in said)


def test_without_a_share_only_what_needs_no_ledger_is_checked(desk: Desk, tmp_path: Path) -> None:
    """A workbook from elsewhere is checked all the same, and the clerk is told what was left out."""
    outside = tmp_path / "桌面" / "库房.xlsx"
    outside.parent.mkdir()
    shutil.copy(desk.path(STORE), outside)
    book = desk.open(outside)
    book.sheets[RECEIPTS][f"{QTY}{FIRST_ROW}"].value = "约20"
    said = buttons.check(book)
    assert "没有找到学校的共享文件夹" in said
    assert "不能是“约20”" in said
    with pytest.raises(NoShareError, match="共享文件夹在哪里"):
        buttons.submit(book)


def test_a_workbook_is_handed_in_and_never_over_a_strange_version(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """First new, then over its own version, and beside a version that somebody else put there."""
    monkeypatch.setenv("HOUQIN_SHARE", str(desk.folder))
    outside = tmp_path / "桌面" / "十一月入库.xlsx"
    outside.parent.mkdir()
    shutil.copy(desk.path(STORE), outside)
    target = desk.path("ZW/十一月入库.xlsx")
    book = desk.open(outside)
    book.sheets[RECEIPTS]["A2"].value = "填报部门：总务处"
    assert "已提交给总务处" in buttons.submit(book)
    book.sheets[RECEIPTS][f"{REMARK}{FIRST_ROW}"].value = "第二次"
    assert "已提交给总务处" in buttons.submit(book)
    assert "第二次" in [cell.value for cell in openpyxl.load_workbook(target)[RECEIPTS][REMARK]]
    strange = desk.path(STORE).read_bytes()
    target.write_bytes(strange)
    book.sheets[RECEIPTS][f"{REMARK}{FIRST_ROW}"].value = "第三次"
    said = buttons.submit(book)
    assert "没有覆盖它" in said
    assert target.read_bytes() == strange
    beside = target.with_name("十一月入库(1).xlsx")
    assert "第三次" in [cell.value for cell in openpyxl.load_workbook(beside)[RECEIPTS][REMARK]]


def test_status_tells_what_became_of_each_row(desk: Desk) -> None:
    """Rows in the books with their revision, changed ones that wait, held ones with the reason."""
    book = desk.open(STORE)
    receipts = book.sheets[RECEIPTS]
    receipts[f"{QTY}{FIRST_ROW}"].value = "约20"
    receipts[f"{REMARK}{FIRST_ROW + 1}"].value = "补充"
    said = buttons.status(book)
    lines = {(line[1], line[2]): line for line in listed(desk.saved(book, "seen"), "状态")}
    assert lines[RECEIPTS, str(FIRST_ROW)][0] == "搁置"
    assert "不能是“约20”" in lines[RECEIPTS, str(FIRST_ROW)][6]
    assert lines[RECEIPTS, str(FIRST_ROW + 1)][0] == "改动待合并"
    assert lines[ISSUES, str(FIRST_ROW)][0] == "已入账"
    assert lines[ISSUES, str(FIRST_ROW)][5] == "1"
    assert "已入账 1 行、改动待合并 1 行、搁置 1 行" in said
    assert desk.validated(desk.saved(book, "after"))[0].code == "QTY-VAGUE"


def test_help_explains_buttons_and_colours(desk: Desk) -> None:
    """The sheet names all eight buttons, shows the colours, and is no input."""
    book = desk.open(STORE)
    buttons.help_page(book)
    assert book.sheets.active.name == "帮助"
    seen = desk.saved(book, "help")
    shown = {line[0] for line in listed(seen, "帮助")}
    assert shown >= {"校验", "下一处", "账面数", "盘点表", "对账", "提交", "状态", "帮助", "错误", "提醒", "提示"}
    assert desk.validated(seen) == []
