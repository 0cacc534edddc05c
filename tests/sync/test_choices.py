"""Departments decide in the workbook of choices beside their feedback: written, filled in, read back."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import openpyxl
import pytest

from sync.choices import conflict_id
from sync.decisions import Orders, Result
from sync.run import sync
from sync.standing import Standing
from sync.takes import Take
from tests.sync.school import POOL, School, codes, counted, issue, receipt, school_with_master
from tests.sync.test_resolve import KEY, OTHER, STORE, changed_twice

ANSWER = "ZW/我们的决定.xlsx"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school whose master data is in the ledger."""
    return school_with_master(tmp_path / "share")


def one_missing(school: School, **rows: list[dict[str, object]]) -> None:
    """Let the second of two receipts vanish."""
    school.save(STORE, {"stock_receipt": [receipt(), receipt(2)], **rows})
    school.merge()
    school.save(STORE, {"stock_receipt": [receipt()], **rows})
    school.sync()


def offered(school: School, name: str) -> Path:
    """Return the workbook of choices of a workbook."""
    return school.folder / "feedback" / name.replace(".xlsx", ".待决.xlsx")


def filled(school: School, name: str, choice: str, target: str = ANSWER) -> str:
    """Fill every choice of a workbook of choices and save it in a department's folder; return the first cell."""
    book = openpyxl.load_workbook(offered(school, name))
    cells = []
    for sheet in book.worksheets:
        column = next(cell.column for cell in sheet[3] if cell.value == "怎么处理")
        for row in range(4, sheet.max_row + 1):
            if sheet.cell(row, 1).value:
                sheet.cell(row, column).value = choice
                cells.append(f"{sheet.title}!{sheet.cell(row, column).coordinate}")
    path = school.path(target)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    return cells[0]


def told(school: School, target: str = ANSWER) -> dict[str, Any]:
    """Run once and return what became of the workbook of choices."""
    return school.book(school.merge(), target)


@pytest.mark.parametrize(
    ("choice", "quantity"), [("采用总账", "20.000"), ("采用本工作簿", "10.000"), ("恢复原值", "25.000")]
)
def test_a_choice_settles_a_conflict_once(school: School, choice: str, quantity: str) -> None:
    """What was chosen is done in the next run, told at its cell, and not done again by a full reading."""
    school.become(changed_twice)
    cell = filled(school, OTHER, choice)
    book = school.book(school.sync(), ANSWER)
    assert codes(book) == codes(book, "warning") == []
    assert [(f["code"], f"{f['sheet']}!{f['cell']}") for f in book["findings"]] == [("CHOICE-DONE", cell)]
    assert (book["status"], counted(book)) == ("answered", {})
    assert school.quantities("stock_receipt") == {KEY: quantity}
    assert not offered(school, OTHER).exists()
    assert "处理决定" in (school.folder / "feedback/ZW/我们的决定.校验.html").read_text("utf-8")
    revision = school.sync(full=True)["revision"]
    again = school.sync(full=True)
    assert again["revision"] == revision
    assert again["published"] == []
    assert [f["code"] for f in school.book(again, ANSWER)["findings"]] == ["CHOICE-DONE"]
    with school.share.open_ledger() as ledger:
        assert ledger.verify() == []
        (decision,) = ledger.table("decision").to_dicts()
    assert decision["who"] == ANSWER


def test_both_sides_stand_beside_each_other(school: School) -> None:
    """Key, columns in question and all sides as text, differing cells marked, a list to choose from."""
    for name in (STORE, OTHER):
        school.save(name, {"stock_receipt": [receipt(remark="=1+1")]})
        school.merge()
    for name, quantity, remark in ((STORE, 20, "@x"), (OTHER, 10, '=HYPERLINK("x")')):
        row = receipt(qty=quantity, amount=f"{quantity * 8.5:.2f}", remark=remark)
        school.save(name, {"stock_receipt": [row]})
        school.merge()
    school.sync()
    sheet = openpyxl.load_workbook(offered(school, OTHER))["冲突"]
    texts = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4, min_col=3, max_col=7)]
    assert ["RK-202611-0001 / 1", "物品编码", "QJ0001", "QJ0001", "QJ0001"] in texts
    assert [None, "数量", "25.000", "20.000", "10.000"] in texts
    assert [None, "备注", "=1+1", "@x", '=HYPERLINK("x")'] in texts
    line = next(row for row in sheet.iter_rows(min_row=4) if row[3].value == "数量")
    assert line[4].fill.fgColor.rgb != line[5].fill.fgColor.rgb == line[6].fill.fgColor.rgb
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)
    (listed, *_) = sheet.data_validations.dataValidation
    assert listed.formula1 == '"采用总账,采用本工作簿,恢复原值"'


def test_the_page_names_what_differs(school: School) -> None:
    """The page of a workbook in conflict shows the cells in which the sides differ, and no others of their group."""
    school.become(changed_twice)
    school.sync()
    page = (school.folder / "feedback" / OTHER.replace(".xlsx", ".校验.html")).read_text(encoding="utf-8")
    assert "与总账不一致（冲突）（2）" in page
    assert {name for name in ("数量", "金额", "物品编码", "单位") if f"RK-202611-0001 / 1　{name}" in page} == {
        "数量",
        "金额",
    }


def test_a_missing_row_is_confirmed_in_a_workbook(school: School) -> None:
    """确认删除 withdraws the row; 暂不处理 and a blank leave it as it is."""
    one_missing(school)
    filled(school, STORE, "暂不处理")
    assert told(school)["findings"] == []
    assert len(school.rows("stock_receipt")) == 2
    filled(school, STORE, "确认删除")
    assert [f["code"] for f in told(school)["findings"]] == ["CHOICE-DONE"]
    assert school.quantities("stock_receipt") == {KEY: "25.000"}


def test_stock_may_not_allow_it_yet(school: School) -> None:
    """A withdrawal that would leave less than nothing is told at its cell and tried again in every run."""
    one_missing(school, stock_issue=[issue(qty=30)])
    cell = filled(school, STORE, "确认删除")
    book = told(school)
    assert [(f["code"], f"{f['sheet']}!{f['cell']}") for f in book["findings"]] == [("VOID-STOCK", cell)]
    assert book["status"] == "waiting"
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": [issue(qty=20)]})
    school.merge()
    assert [f["code"] for f in told(school)["findings"]] == ["CHOICE-DONE"]
    assert len(school.rows("stock_receipt")) == 1


def test_a_stale_choice_is_refused_at_its_cell(school: School) -> None:
    """A choice about a conflict that has changed since it was offered decides nothing."""
    school.become(changed_twice)
    cell = filled(school, OTHER, "采用本工作簿")
    school.save(OTHER, {"stock_receipt": [receipt(qty=12, amount="102.00")]})
    for _ in range(2):
        book = told(school)
        assert [(f["code"], f"{f['sheet']}!{f['cell']}") for f in book["findings"]] == [("CHOICE-STALE", cell)]
        assert school.quantities("stock_receipt") == {KEY: "20.000"}


def test_another_departments_choice_is_refused(school: School) -> None:
    """What lies in one department's folder decides nothing about the rows of another."""
    school.become(changed_twice)
    for target in ("MW/决定.xlsx", "ST/决定.xlsx"):
        filled(school, OTHER, "采用本工作簿", target)
        assert codes(told(school, target)) == ["CHOICE-FOREIGN"]
    assert school.quantities("stock_receipt") == {KEY: "20.000"}


def test_a_department_does_not_overrule_another(school: School) -> None:
    """In a conflict with another department one may give way; changing the ledger's row is an admin's."""
    school.save(STORE, {"stock_receipt": [receipt()]})
    school.merge()
    school.save("ST/食堂.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00")]})
    school.sync()
    sheet = openpyxl.load_workbook(offered(school, "ST/食堂.xlsx"))["冲突"]
    assert [each.formula1 for each in sheet.data_validations.dataValidation] == ['"采用总账"']
    filled(school, "ST/食堂.xlsx", "采用本工作簿", "ST/决定.xlsx")
    assert codes(told(school, "ST/决定.xlsx")) == ["CHOICE-FOREIGN"]
    assert school.quantities("stock_receipt") == {KEY: "25.000"}
    filled(school, "ST/食堂.xlsx", "采用总账", "ST/决定.xlsx")
    assert [f["code"] for f in told(school, "ST/决定.xlsx")["findings"]] == ["CHOICE-DONE"]
    assert school.rows("stock_receipt", "conflict") == []


def test_what_cannot_be_chosen_is_said(school: School) -> None:
    """A word that is not on the list, or belongs to something else, is an error at its cell."""
    school.become(changed_twice)
    for word in ("同意", "确认删除"):
        filled(school, OTHER, word)
        assert codes(told(school)) == ["CHOICE-VALUE"]


def test_an_admin_counts_before_a_department(school: School) -> None:
    """What an admin orders in the same run, or has ordered before, is not undone by a workbook of choices."""
    school.become(changed_twice)
    with school.share.open_ledger() as ledger:
        (conflict,) = Standing.of(ledger).conflicts
    filled(school, OTHER, "采用本工作簿")
    orders = Orders("李明", {conflict_id(conflict["version_id"]): Take.OURS})
    (settled,) = sync(school.share, POOL, orders=orders).settled
    assert settled.result is Result.DONE
    assert school.quantities("stock_receipt") == {KEY: "20.000"}
    assert codes(told(school)) == ["CHOICE-STALE"]


def test_choices_that_are_tidied_away_leave_nothing(school: School) -> None:
    """A workbook of choices may be deleted: it is no workbook that is gone, and its page goes with it."""
    school.become(changed_twice)
    filled(school, OTHER, "采用总账")
    school.sync()
    school.path(ANSWER).unlink()
    listed = school.sync()
    assert f"departments/{ANSWER}" not in {book["path"] for book in listed["workbooks"]}
    assert not (school.folder / "feedback/ZW/我们的决定.校验.html").exists()
    assert school.quantities("stock_receipt") == {KEY: "20.000"}


def test_libreoffice_may_save_it(school: School, soffice: str, tmp_path: Path) -> None:
    """A workbook of choices that LibreOffice saved is read like the original."""
    school.become(changed_twice)
    filled(school, OTHER, "采用本工作簿")
    school.path(ANSWER).rename(tmp_path / "a.xlsx")
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [soffice, profile, "--headless", "--convert-to", "xlsx", "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(tmp_path / "a.xlsx")], check=True, capture_output=True, timeout=120)
    (tmp_path / "out/a.xlsx").rename(school.path(ANSWER))
    assert [f["code"] for f in told(school)["findings"]] == ["CHOICE-DONE"]
    assert school.quantities("stock_receipt") == {KEY: "10.000"}


def test_equal_choices_make_equal_files(school: School) -> None:
    """A run that has to write the workbook of choices again writes the same bytes."""
    school.become(changed_twice)
    path = offered(school, OTHER)
    first = hashlib.sha256(path.read_bytes()).hexdigest()
    path.unlink()
    school.sync()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == first


def stopped(school: School) -> None:
    """Let nine of twelve receipts vanish, which stops the workbook."""
    rows = [receipt(number) for number in range(1, 13)]
    school.save(STORE, {"stock_receipt": rows})
    school.merge()
    school.save(STORE, {"stock_receipt": rows[:3]})
    school.sync()


def test_a_stopped_workbook_goes_on_when_its_department_says_so(school: School) -> None:
    """The workbook of choices tells of a safe stop; confirmed there, the rows that left are missing."""
    stopped(school)
    sheet = openpyxl.load_workbook(offered(school, STORE))["待确认"]
    line = [cell.value for cell in sheet[4]]
    assert line[4] == "已入账 12 行中有 9 行消失"
    assert "houqin confirm S1" in line[6]
    page = (school.folder / "feedback" / STORE.replace(".xlsx", ".校验.html")).read_text(encoding="utf-8")
    assert offered(school, STORE).name in unquote(page)
    assert "等待确认（1）" in page
    assert len(school.rows("stock_receipt", "missing")) == 0
    filled(school, STORE, "确认无误，继续")
    assert codes(told(school), "info") == ["CHOICE-DONE"]
    assert len(school.rows("stock_receipt", "missing")) == 9
    assert codes(told(school), "info") == ["CHOICE-DONE"]


@pytest.mark.parametrize("answer", ["是", "√", "确认", "OK", "同意"])
def test_another_word_is_no_consent(school: School, answer: str) -> None:
    """A word that the list does not have confirms nothing; the finding names those that it has."""
    stopped(school)
    filled(school, STORE, answer)
    (found,) = told(school)["findings"]
    assert (found["code"], found["value"]) == ("CHOICE-VALUE", answer)
    assert "确认无误，继续" in found["hint"]
    assert len(school.rows("stock_receipt", "missing")) == 0


def test_a_stop_is_confirmed_for_its_version_only(school: School) -> None:
    """A confirmation for an earlier version of the workbook, or by another department, decides nothing."""
    stopped(school)
    filled(school, STORE, "确认无误，继续", "ST/不是我们的.xlsx")
    assert codes(told(school, "ST/不是我们的.xlsx")) == ["CHOICE-FOREIGN"]
    filled(school, STORE, "确认无误，继续")
    school.save(STORE, {"stock_receipt": [receipt(1), receipt(2)]})
    answer = told(school)
    assert [each["code"] for each in answer["findings"]] == ["CHOICE-STALE"]
    assert len(school.rows("stock_receipt", "missing")) == 0
