"""Month close through the public door: workbooks, ``houqin sync`` and ``houqin month``."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from tests.sync.closing import STORE, ClosingSchool, november, with_november
from tests.sync.school import ITEMS, MASTER, codes, counted, issue, receipt


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClosingSchool:
    """Return a school whose November has one receipt and one issue, merged."""
    return ClosingSchool(tmp_path / "share", monkeypatch, with_november)


def test_the_oracle_of_a_late_receipt(school: ClosingSchool) -> None:
    """O07: a receipt of November that arrives in December posts on December 1 and leaves November as it is."""
    opening = receipt(qty=100, amount="200.00", unit_price="2.00", doc_date="2026-11-01")
    out = issue(qty=40, doc_date="2026-11-10")
    school.save(STORE, {"stock_receipt": [opening], "stock_issue": [out]})
    school.merge()
    assert school.balance() == (Decimal(60), Decimal("120.00"))
    school.close("2026-11")
    school.today("2026-12-04")
    late = receipt(2, qty=100, amount="250.00", unit_price="2.50", doc_date="2026-11-05")
    school.save(STORE, {"stock_receipt": [opening, late], "stock_issue": [out]})
    told = school.book(school.merge(), STORE)
    assert counted(told) == {"read": 3, "accepted": 1, "unchanged": 2}
    (said,) = (finding for finding in told["findings"] if finding["code"] == "LATE")
    assert said["severity"] == "warning"
    assert "2026-11-05" in said["message"]
    assert "2026-12-01" in said["message"]
    assert school.closed_balance("2026-11") == (Decimal(60), Decimal("120.00"))
    assert school.balance() == (Decimal(160), Decimal("370.00"))


def test_a_changed_row_of_a_closed_month_is_held(school: ClosingSchool) -> None:
    """An amendment of a closed month waits with IMP-05; the accepted version stays."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_receipt": [receipt(qty=26, amount="221.00")]})
    told = school.book(school.merge(), STORE)
    assert counted(told) == {"read": 2, "held": 1, "unchanged": 1}
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}


def test_a_date_to_come_keeps_no_month_open(school: ClosingSchool) -> None:
    """A row of a day to come is read again when a day has gone by, not before: its file was merged as it is."""
    far = receipt(2, doc_date="2027-05-06", doc_no="RK-202705-0001")
    school.save(STORE, {**november(), "stock_receipt": [receipt(), far]})
    for today in ("2026-11-30", "2026-12-01"):
        school.today(today)
        assert codes(school.book(school.merge(), STORE)) == ["DATE-FUTURE"]
        assert "CLOSE-STALE" not in school.blocking("2026-11")
    school.today("2026-12-02")
    assert "CLOSE-STALE" in school.blocking("2026-11")


def test_a_row_that_left_a_closed_month_is_not_missing(school: ClosingSchool) -> None:
    """What a workbook no longer says of a closed month stays in the books, and nobody is warned."""
    school.close("2026-11")
    school.save(
        STORE, {"stock_receipt": [receipt(2, doc_date="2026-12-01", doc_no="RK-202612-0001")], "stock_issue": []}
    )
    school.today("2026-12-02")
    told = school.book(school.merge(), STORE)
    assert counted(told) == {"read": 1, "accepted": 1}
    assert "IMP-07" not in codes(told, "warning")
    assert {row["_status"] for row in school.rows("stock_receipt")} == {"accepted"}


def test_a_row_written_void_in_a_closed_month_stays(school: ClosingSchool) -> None:
    """作废 in a closed month is held with IMP-05; once the month is opened again it is carried out."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_issue": [issue(remark="作废")]})
    told = school.book(school.merge(), STORE)
    assert codes(told) == ["IMP-05"]
    said = {finding["code"]: (finding["sheet"], finding["cell"]) for finding in told["findings"]}
    assert said["IMP-05"] == said["ROW-VOID"]
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "10.000"}
    code, _ = school.month("reopen", "2026-11", "--reason", "作废出库单")
    assert code == 0
    school.merge()
    assert school.quantities("stock_issue") == {}


def test_a_corrected_number_in_a_closed_month_is_held(school: ClosingSchool) -> None:
    """A corrected number withdraws nothing of a closed month, and the row does not count twice."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_receipt": [receipt(7)]})
    told = school.book(school.merge(), STORE)
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}


def test_a_row_dated_back_into_a_closed_month_posts_late(school: ClosingSchool) -> None:
    """A row of an open month whose new day lies in a closed one is amended and posts where it can."""
    school.close("2026-11")
    school.today("2026-12-05")
    december = receipt(2, doc_no="RK-202612-0001", doc_date="2026-12-03")
    school.save(STORE, {**november(), "stock_receipt": [receipt(), december]})
    school.merge()
    school.save(STORE, {**november(), "stock_receipt": [receipt(), december | {"doc_date": "2026-11-28"}]})
    told = school.book(school.merge(), STORE)
    assert counted(told) == {"read": 3, "accepted": 1, "unchanged": 2}
    assert "LATE" in codes(told, "warning")
    assert school.closed_balance("2026-11") == (Decimal(15), Decimal("127.50"))
    assert school.balance() == (Decimal(40), Decimal("340.00"))


def test_a_late_row_stays_where_it_was_posted(school: ClosingSchool) -> None:
    """Later closes move no late row on; it is held like every row of the month in which it was posted."""
    school.close("2026-11")
    school.today("2026-12-31")
    late = receipt(2, doc_date="2026-11-20")
    school.save(STORE, {**november(), "stock_receipt": [receipt(), late]})
    school.merge()
    school.close("2026-12")
    school.today("2027-01-04")
    school.save(STORE, {**november(), "stock_receipt": [receipt(), late | {"qty": 26, "amount": "221.00"}]})
    told = school.book(school.merge(), STORE)
    assert codes(told) == ["IMP-05"]
    assert "2026-12" in next(f["message"] for f in told["findings"] if f["code"] == "IMP-05")
    assert school.closed_balance("2026-12") == (Decimal(40), Decimal("340.00"))


def test_a_row_of_a_closed_month_moves_to_no_other_workbook(school: ClosingSchool) -> None:
    """Stated otherwise by another workbook, a row of a closed month is held there."""
    school.close("2026-11")
    school.save(STORE, {"stock_receipt": [receipt()], "stock_issue": []})
    school.save("ZW/新库房.xlsx", {"stock_issue": [issue(qty=12)]})
    told = school.book(school.merge(), "ZW/新库房.xlsx")
    assert counted(told) == {"read": 1, "held": 1}
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "10.000"}


def test_a_copy_changes_nothing_in_a_closed_month(school: ClosingSchool) -> None:
    """A copy of the workbook in which a row of a closed month was changed is held."""
    school.close("2026-11")
    school.save("ZW/库房 - 副本.xlsx", {**november(), "stock_issue": [issue(qty=12)]})
    told = school.book(school.merge(), "ZW/库房 - 副本.xlsx")
    assert counted(told) == {"read": 2, "held": 1, "unchanged": 1}
    assert codes(told) == ["IMP-05"]


def test_a_renamed_and_changed_workbook_is_held_too(school: ClosingSchool) -> None:
    """The same workbook under another name, changed in a closed month, is held."""
    school.close("2026-11")
    school.path(STORE).unlink()
    school.save("ZW/库房台账.xlsx", {**november(), "stock_issue": [issue(qty=12)]})
    told = school.book(school.merge(), "ZW/库房台账.xlsx")
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "10.000"}


def test_a_missing_row_cannot_be_confirmed_away_once_its_month_is_closed(school: ClosingSchool) -> None:
    """A row that was missing when its month was closed stays in the books for good."""
    school.save(STORE, {**november(), "stock_issue": []})
    school.merge()
    assert school.blocking("2026-11") == []
    school.close("2026-11")
    code, told = school.run("confirm", _missing_id(school))
    assert code == 3
    assert [finding["code"] for finding in told["decisions"][0]["findings"]] == ["IMP-05"]
    assert school.rows("stock_issue")[0]["_status"] == "missing"
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "10.000"}


def _missing_id(school: ClosingSchool) -> str:
    """Return the id of the one missing row."""
    _, told = school.run("confirm")
    (waits,) = told
    return str(waits["id"])


def test_a_held_row_that_is_freed_after_the_close_is_late(school: ClosingSchool) -> None:
    """A row that waited for its item posts late when the item arrives after the close."""
    school.close("2026-11")
    new = receipt(2, item_code="QJ0009", doc_date="2026-11-25")
    school.save(STORE, {**november(), "stock_receipt": [receipt(), new]})
    assert counted(school.book(school.merge(), STORE))["held"] == 1
    assert school.blocking("2026-12")[:1] == ["CLOSE-MONTH"]
    school.today("2026-12-31")
    assert school.blocking("2026-12") == []
    item = {**ITEMS[0], "item_code": "QJ0009", "item_name": "拖把"}
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": [*ITEMS, item]})
    school.merge()
    assert school.balance("QJ0009") == (Decimal(25), Decimal("212.50"))
    (row,) = (row for row in school.rows("stock_receipt") if row["item_code"] == "QJ0009")
    assert row["doc_date"] == "2026-11-25"


def test_a_late_issue_takes_from_the_stock_of_the_open_month(school: ClosingSchool) -> None:
    """What left late is judged by the stock of the day on which it posts (ISS-01)."""
    school.close("2026-11")
    school.today("2026-12-05")
    more = receipt(2, doc_no="RK-202612-0001", doc_date="2026-12-01")
    late = issue(2, qty=30, doc_date="2026-11-20")
    school.save(STORE, {"stock_receipt": [receipt(), more], "stock_issue": [issue(), late]})
    told = school.book(school.merge(), STORE)
    assert counted(told) == {"read": 4, "accepted": 2, "unchanged": 2}
    assert school.balance()[0] == Decimal(10)
    short = issue(3, qty=11, doc_date="2026-11-21")
    school.save(STORE, {"stock_receipt": [receipt(), more], "stock_issue": [issue(), late, short]})
    assert codes(school.book(school.merge(), STORE)) == ["ISS-01"]


def test_a_red_letter_document_corrects_a_closed_one(school: ClosingSchool) -> None:
    """What came in a closed month goes back in the open one at the amount of then."""
    school.close("2026-11")
    school.today("2026-12-05")
    back = receipt(2, doc_no="RK-202612-0001", doc_date="2026-12-02", receipt_kind="红字入库", ref_doc="RK-202611-0001")
    back |= {"qty": -5, "amount": "-42.50"}
    school.save(STORE, {**november(), "stock_receipt": [receipt(), back]})
    told = school.book(school.merge(), STORE)
    assert codes(told) == []
    assert school.balance() == (Decimal(10), Decimal("85.00"))
    assert school.closed_balance("2026-11") == (Decimal(15), Decimal("127.50"))


def test_a_folder_that_was_not_merged_keeps_the_month_open(school: ClosingSchool) -> None:
    """A workbook that was saved since, is new, or has gone keeps the month open until it is merged."""
    school.save(STORE, {**november(), "stock_issue": [issue(qty=11)]})
    assert school.blocking("2026-11") == ["CLOSE-STALE"]
    code, told = school.month("close", "2026-11")
    assert (code, told["ok"], told["months"]) == (3, False, [])
    assert told["books"][0]["blocking"][0]["workbook"] == STORE
    school.merge()
    school.save("ST/新.xlsx", {"stock_issue": [issue(2)]})
    assert school.blocking("2026-11") == ["CLOSE-STALE"]
    school.path("ST/新.xlsx").unlink()
    school.path(STORE).rename(school.folder / "库房.xlsx")
    assert school.blocking("2026-11") == ["CLOSE-AWAY"]
    (school.folder / "库房.xlsx").rename(school.path(STORE))
    assert school.close("2026-11")["months"] == [{"book": "库存账", "period": "2026-11"}]


def test_what_waits_keeps_the_month_open(school: ClosingSchool) -> None:
    """Held rows, conflicts and missing numbers of the month block; those of another month do not."""
    rows = {"stock_receipt": [receipt(), receipt(4, supplier_code="GYS0009")], "stock_issue": [issue()]}
    school.save(STORE, rows)
    school.save("ZW/另一本.xlsx", {"stock_receipt": [receipt(qty=26, amount="221.00")]})
    school.merge()
    assert sorted(school.blocking("2026-11")) == ["CLOSE-CONFLICT", "CLOSE-GAP", "CLOSE-HELD"]
    assert "CLOSE-HELD" not in school.blocking("2026-10")


def test_a_number_written_void_is_no_gap(school: ClosingSchool) -> None:
    """A number that stands in the workbook as 作废 is accounted for."""
    void = receipt(2, remark="作废")
    school.save(STORE, {"stock_receipt": [receipt(), void, receipt(3)], "stock_issue": [issue()]})
    school.merge()
    assert school.blocking("2026-11") == []
    school.save(STORE, {"stock_receipt": [receipt(), receipt(3)], "stock_issue": [issue()]})
    school.merge()
    _, told = school.month("trial", "2026-11")
    (item,) = told["books"][0]["blocking"]
    assert (item["code"], item["count"]) == ("CLOSE-GAP", 1)
    assert "0002" in item["message"]


def test_months_are_closed_in_their_order_and_opened_from_the_newest(school: ClosingSchool) -> None:
    """A month needs the one before it (PER-C1); of closed months the newest is opened first."""
    school.today("2027-01-31")
    school.close("2026-11")
    assert school.blocking("2027-01") == ["PER-C1"]
    school.close("2026-12")
    school.close("2027-01")
    code, told = school.month("reopen", "2026-12", "--reason", "漏记")
    assert (code, told["error"]["code"]) == (2, "CLOSE-LATER")
    assert school.month("reopen", "2027-01", "--reason", "漏记")[0] == 0
    assert school.month("reopen", "2026-12", "--reason", "漏记")[0] == 0
    _, listed = school.month("list")
    assert [(row["period"], row["status"]) for row in listed] == [
        ("2026-11", "已结"),
        ("2026-12", "重开"),
        ("2027-01", "重开"),
    ]
    assert listed[1]["reopen_reason"] == "漏记"
    assert listed[0]["closed_on"].startswith("20")


def test_who_closes_does_not_confirm(school: ClosingSchool) -> None:
    """PER-C4 blocks, in a small unit it does not; a reopening needs the principal (PER-C3) and a reason."""
    code, told = school.month("close", "2026-11", "--by", "T001")
    assert code == 3
    assert [item["code"] for item in told["books"][0]["blocking"]] == ["PER-C4"]
    school.set([*school.share.registers], "requisition_required = false\nsmall_unit = true\n")
    school.merge()
    school.close("2026-11", "--by", "T001")
    code, told = school.month("reopen", "2026-11", "--approver", "T003", "--reason", "漏记")
    assert (code, told["error"]["code"]) == (2, "CLOSE-RIGHT")
    code, told = school.month("reopen", "2026-11", "--reason", " ")
    assert (code, told["error"]["code"]) == (2, "USAGE")
    assert school.month("reopen", "2026-11", "--by", "王芳", "--approver", "李明", "--reason", "漏记")[0] == 0


def test_reopen_then_close_gives_what_the_rows_then_say(school: ClosingSchool) -> None:
    """What was held while the month was closed is taken once it is open, and the next close has it."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_issue": [issue(qty=12)]})
    school.merge()
    school.month("reopen", "2026-11", "--reason", "出库数量有误")
    school.merge()
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "12.000"}
    school.close("2026-11")
    assert school.closed_balance("2026-11") == (Decimal(13), Decimal("110.50"))


def test_a_recorded_trial_must_still_be_true(school: ClosingSchool) -> None:
    """A close after a recorded trial is refused when the ledger moved in between."""
    assert school.month("trial", "2026-11", "--record")[0] == 0
    assert [row["status"] for row in school.month("list")[1]] == ["试结"]
    school.save(STORE, {**november(), "stock_issue": [issue(), issue(2)]})
    school.merge()
    assert [item["code"] for item in school.month("close", "2026-11")[1]["books"][0]["blocking"]] == ["CLOSE-MOVED"]
    school.month("trial", "2026-11", "--record")
    school.close("2026-11")


def test_no_workbook_closes_a_month(school: ClosingSchool) -> None:
    """The register of closes is written by the program alone, whatever the settings say."""
    path = school.folder / "houqin.toml"
    text = path.read_text("utf-8").replace('name = "财务" }', 'name = "财务", registers = ["period_close"] }')
    path.write_text(text, "utf-8")
    row = {"book": "库存账", "period": "2026-11", "status": "已结", "by": "王芳", "approver": "李明", "open_items": 0}
    school.save("CW/月结.xlsx", {"period_close": [row]})
    told = school.book(school.merge(), "CW/月结.xlsx")
    assert codes(told) == ["RIGHT-DENIED"]
    assert school.month("list")[1] == []
    school.path("CW/月结.xlsx").unlink()
    school.merge()
    school.close("2026-11")
    _, rows = school.run("rows", "period_close")
    assert [(row["book"], row["period"], row["status"], row["by"]) for row in rows] == [
        ("库存账", "2026-11", "已结", "T002")
    ]


TAMPERING = {
    "balances": (
        "UPDATE month_balance SET content = replace(content, '15000', '16000') WHERE part = 'stock'",
        "VERIFY-BALANCE",
    ),
    "digest": ("UPDATE month_close SET digest = '0'", "VERIFY-BALANCE"),
    "approver": ("UPDATE month_close SET approver = 'T009'", "VERIFY-INSERTED"),
    "volumes": ("UPDATE month_close SET volumes = '{'", "VERIFY-BALANCE"),
    "row": ("UPDATE reg_stock_issue SET qty_base = 9000", "VERIFY-REPLAY"),
    "removed row": ("DELETE FROM reg_stock_issue", "VERIFY-CLOSED-ROWS"),
    "moved row": (
        "UPDATE reg_stock_issue SET _post_date = '2026-12-01', _post_period = '2026-12'",
        "VERIFY-CLOSED-ROWS",
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
def test_tampering_with_closed_months_is_named(school: ClosingSchool, what: str) -> None:
    """``houqin verify`` finds whatever somebody changes behind its back in a close or in its rows."""
    school.close("2026-11")
    assert school.run("verify")[1]["problems"] == []
    statement, code = TAMPERING[what]
    with sqlite3.connect(school.share.state / "ledger.db") as database:
        database.execute(statement)
    database.close()
    exit_code, told = school.run("verify")
    assert exit_code == 1
    assert code in {problem["code"] for problem in told["problems"]}


def test_later_settings_do_not_unprove_a_close(school: ClosingSchool) -> None:
    """A closed month is valued again by the rules of then: items and the method may change later."""
    school.close("2026-11")
    school.set([*school.share.registers], 'requisition_required = false\nvaluation_method = "先进先出"\n')
    items = [{**ITEMS[0], "ref_price": "3.00", "valuation": "先进先出"}, *ITEMS[1:]]
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": items})
    school.today("2026-12-31")
    december = receipt(2, doc_no="RK-202612-0001", doc_date="2026-12-01", qty=10, amount="100.00", unit_price="10.00")
    out = issue(2, doc_no="CK-202612-0001", doc_date="2026-12-02", qty=20)
    school.save(STORE, {"stock_receipt": [receipt(), december], "stock_issue": [issue(), out]})
    school.merge()
    assert school.balance() == (Decimal(5), Decimal("50.00"))
    school.close("2026-12")
    assert school.run("verify")[1]["problems"] == []


def test_volumes_of_closed_months_are_never_written_again(school: ClosingSchool) -> None:
    """The volume of a closed month stays the file that it is, whatever its workbook is called later."""
    closing = school.close("2026-11")
    volume = school.folder / "published/明细/入库单/2026-11.xlsx"
    assert [path for path in closing["published"] if "明细" in path] == ["published/明细/月结登记/2026-11.xlsx"]
    before = (volume.stat().st_mtime_ns, volume.read_bytes())
    school.path(STORE).rename(school.path("ZW/仓库.xlsx"))
    school.today("2026-12-05")
    late = receipt(2, doc_date="2026-11-20")
    school.save("ZW/仓库.xlsx", {**november(), "stock_receipt": [receipt(), late]})
    published = school.sync()["published"]
    assert "published/明细/入库单/2026-12.xlsx" in published
    assert (volume.stat().st_mtime_ns, volume.read_bytes()) == before
    volume.unlink()
    school.sync(full=True)
    assert volume.is_file()


def test_the_cover_says_which_months_are_closed(school: ClosingSchool) -> None:
    """总账.xlsx shows on its cover through which month each book is closed."""
    school.close("2026-11")
    with CalamineWorkbook.from_path(str(school.folder / "published/总账.xlsx")) as book:
        rows = book.get_sheet_by_name("封面").to_python()
    assert ["已结账至", "2026-11 库存账"] in [row[:2] for row in rows]


CASH = "CW/现金日记账.xlsx"


def cash(seq: int, day: str, income: str, balance: str) -> dict[str, object]:
    """Return a line of the cash journal."""
    named = {"account": "备用金", "seq": seq, "date": day, "summary": "零星收入", "kind": "其他", "cashier": "王芳"}
    return {**named, "income": income, "balance": balance}


def test_two_books_stand_at_different_months(school: ClosingSchool) -> None:
    """A book waits for those before it, holds its own rows only, and is opened with what depends on it."""
    school.set([*school.share.registers, "cash_journal", "greenery_log"])
    lines = [cash(1, "2026-11-21", "100.00", "100.00"), cash(2, "2026-11-28", "50.00", "150.00")]
    school.save(CASH, {"cash_journal": lines})
    assert codes(school.book(school.merge(), CASH)) == []
    assert school.blocking("2026-11", "--book", "现金") == ["CLOSE-ORDER"]
    school.close("2026-11", "--book", "库存账")
    school.save(CASH, {"cash_journal": [lines[0], {**lines[1], "summary": "捐款"}]})
    school.save(STORE, {**november(), "stock_issue": [issue(qty=12)]})
    told = school.merge()
    assert counted(school.book(told, CASH)) == {"read": 2, "accepted": 1, "unchanged": 1}
    assert codes(school.book(told, STORE)) == ["IMP-05"]
    done = school.close("2026-11", "--book", "现金")
    assert done["months"] == [{"book": "现金", "period": "2026-11"}]
    school.save(CASH, {"cash_journal": lines})
    assert codes(school.book(school.merge(), CASH)) == ["IMP-05"]
    assert school.run("verify")[1]["problems"] == []
    code, opened = school.month("reopen", "2026-11", "--book", "库存账", "--reason", "漏记")
    assert (code, [each["book"] for each in opened["months"]]) == (0, ["现金", "库存账"])


def test_closes_travel_with_backups(school: ClosingSchool, tmp_path: Path) -> None:
    """A backup holds the closes with their balances, and a restored ledger can prove them."""
    school.close("2026-11")
    assert school.run("backup", "-o", str(tmp_path / "kept.zip"))[0] == 0
    school.month("reopen", "2026-11", "--reason", "漏记")
    assert school.run("restore", str(tmp_path / "kept.zip"), "--replace")[0] == 0
    assert [row["status"] for row in school.month("list")[1]] == ["已结"]
    school.sync(full=True)
    assert school.run("verify")[1]["problems"] == []
    assert school.closed_balance("2026-11") == (Decimal(15), Decimal("127.50"))


def test_the_first_close_takes_all_earlier_months_and_the_year_goes_on(school: ClosingSchool) -> None:
    """Earlier months are closed with the first one; the year carries its balances forward and its sums begin anew."""
    september = receipt(1, doc_no="RK-202609-0001", doc_date="2026-09-02", qty=4, amount="34.00")
    school.save(STORE, {**november(), "stock_receipt": [september, receipt()]})
    school.merge()
    months = [each["period"] for each in school.close("2026-11")["months"]]
    assert months == ["2026-09", "2026-10", "2026-11"]
    assert school.closed_balance("2026-10") == (Decimal(4), Decimal("34.00"))
    school.today("2027-01-31")
    school.close("2026-12")
    january = receipt(1, doc_no="RK-202701-0001", doc_date="2027-01-05", qty=1, amount="8.50")
    school.save(STORE, {**november(), "stock_receipt": [september, receipt(), january]})
    school.merge()
    school.close("2027-01")
    assert school.run("verify")[1]["problems"] == []
    assert school.closed_balance("2026-12") == (Decimal(19), Decimal("161.50"))
    assert school.closed_balance("2027-01") == (Decimal(20), Decimal("170.00"))
    _, rows = school.run("stock", "summary", "--month", "2027-01")
    (line,) = (row for row in rows if row["item_code"] == "QJ0001")
    assert (line["open_qty"], line["ytd_in"], line["ytd_out"]) == ("19.000", "8.50", "0.00")


def test_a_close_that_was_killed_is_whole(school: ClosingSchool) -> None:
    """Killed once the ledger has the close, nothing is lost or doubled: the next run publishes what is left."""
    command = [sys.executable, "-m", "sync.cli", "month", "close", "2026-11", "--share", str(school.folder)]
    before = _newest(school)
    running = subprocess.Popen(command)
    deadline = time.monotonic() + 120
    while _newest(school) == before and running.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.01)
    running.kill()
    running.wait()
    assert _newest(school) == before + 1
    assert school.blocking("2026-11") == ["CLOSE-DONE"]
    school.sync()
    assert school.run("verify")[1]["problems"] == []
    assert school.closed_balance("2026-11") == (Decimal(15), Decimal("127.50"))


def _newest(school: ClosingSchool) -> int:
    with contextlib.closing(sqlite3.connect(school.share.state / "ledger.db")) as database:
        return int(database.execute("SELECT max(number) FROM revision").fetchone()[0])


def test_months_are_closed_in_postgresql_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, empty_postgresql: str
) -> None:
    """A ledger in PostgreSQL keeps the same closes, and proves them."""
    school = ClosingSchool(tmp_path / "share", monkeypatch, ledger=empty_postgresql)
    school.save(STORE, november())
    school.merge()
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_issue": [issue(qty=12)]})
    assert codes(school.book(school.merge(), STORE)) == ["IMP-05"]
    assert school.run("verify")[1]["problems"] == []
    assert school.month("reopen", "2026-11", "--reason", "漏记")[0] == 0
    school.merge()
    school.close("2026-11")
    assert school.closed_balance("2026-11") == (Decimal(13), Decimal("110.50"))
    assert school.run("verify")[1]["problems"] == []
