"""Reconciliation through the public door: workbooks in, ``houqin sync``, ``houqin reconcile --json`` out."""

from __future__ import annotations

import json
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from click.testing import CliRunner, Result

from schemas.register import all_registers
from schemas.system.recon_difference import KINDS
from sync.books.agreement_list import AGREEMENTS
from sync.commands.month import command as month
from sync.commands.reconcile import command as reconcile
from sync.commands.rows import command as rows
from sync.commands.template import department_registers
from tests.rule_lines import MASTER, PARAMETERS, Line, goods, issued, received, student
from tests.rule_lines_assets import listed
from tests.rule_lines_counts import approved, counted, owned, planned
from tests.rule_lines_counts import explained as counted_reason
from tests.rule_lines_finance import billed, budget, paid
from tests.rule_lines_money import (
    banked,
    cash,
    cash_counted,
    collected,
    fee,
    ledger_account,
    outstanding,
    refunded,
    remitted,
    statement,
    then,
)
from tests.sync.school import School
from tests.test_rule_effects import run, save
from tests.test_rule_workbooks import configure

_ORACLES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "oracles" / "books.yaml").read_text("utf-8"))
ORACLES = {case["id"]: case for case in _ORACLES}
OPENING = Decimal("2000.00")
"""What the goods of ``MASTER`` are worth."""


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Return a school with master data, on the second of December."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOUQIN_TODAY", "2026-12-02")
    made = School(tmp_path / "share")
    made.become(with_parameters, "2026-12-02")
    return made


def with_parameters(school: School) -> None:
    """Merge the master data of a school with roles and parameters."""
    configure(school, **PARAMETERS)
    save(school, "ZW/原有.xlsx", MASTER)
    school.sync()


def told(school: School, *arguments: str) -> tuple[dict[str, Any], int]:
    """Return the document of ``houqin reconcile`` and its exit code."""
    result = called(school, *arguments, "--json")
    return json.loads(result.stdout), result.exit_code


def called(school: School, *arguments: str) -> Result:
    """Call ``houqin reconcile``."""
    result = CliRunner().invoke(reconcile, [*arguments, "--share", str(school.folder)])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def differences(school: School, agreement: str, *arguments: str) -> list[dict[str, Any]]:
    """Return the differing lines of an agreement in November."""
    found, _ = told(school, "--month", "2026-11", *arguments)
    return [line for line in found["differences"] if line["agreement"] == agreement]


def summary(school: School, agreement: str) -> dict[str, Any]:
    """Return the summary of an agreement in November."""
    found, _ = told(school, "--month", "2026-11")
    return next(each for each in found["agreements"] if each["agreement"] == agreement)


def saved(school: School, lines: Iterable[Line]) -> None:
    """Save the lines as a workbook and run; every row of it is taken."""
    save(school, "ZW/登记.xlsx", lines)
    after = run(school)
    errors = [each for found in after.findings.values() for each in found if each["severity"] == "error"]
    assert errors == []


def trial_balance(*accounts: tuple[str, str], month: str = "2026-11") -> list[Line]:
    """Return accounts that close at some debit, and one that balances them."""
    total = sum(Decimal(value) for _, value in accounts)
    lines = [ledger_account(month, code, open_dr=value, close_dr=value) for code, value in accounts]
    return [*lines, ledger_account(month, "3001", open_cr=f"{total}", close_cr=f"{total}")]


def opened(amount: Decimal) -> tuple[Line, Line]:
    """Return an item with stock of some worth since the beginning of November."""
    item = goods()
    return item, received(item, 1, f"{amount}", doc_date="2026-11-01", receipt_kind="期初建账")


def test_one_receipt_that_finance_has_not_booked_explains_stock_against_the_ledger(school: School) -> None:
    """O15: the stock book is 116.20 above account 1302, which is exactly the receipt RK-202611-0031."""
    given, expected = ORACLES["O15"]["given"], ORACLES["O15"]["expect"]
    late = Decimal(given["unposted_receipt_RK-202611-0031"])
    rest = opened(Decimal(given["stock_ledger_total"]) - late - OPENING)
    item = goods()
    receipt = received(item, 1, f"{late}", doc_no="RK-202611-0031", doc_date="2026-11-28")
    saved(school, [*rest, item, receipt, *trial_balance(("1302", given["gl_1302"]))])
    [line] = differences(school, "stock-ledger")
    assert (line["left_value"], line["right_value"]) == (given["stock_ledger_total"], given["gl_1302"])
    assert (line["diff"], line["severity"], line["code"]) == tuple(
        expected[name] for name in ("diff", "severity", "code")
    )
    assert line["documents"] == ["RK-202611-0031"]
    assert [cause["kind"] for cause in line["causes"]] == ["document"]
    assert line["status"] == "待处理"


@pytest.mark.parametrize("on_hand", [None, "8100.00"])
def test_fees_are_remitted_or_on_hand(school: School, on_hand: str | None) -> None:
    """O17: of 308,100 due 300,000 were remitted; the rest differs unless it is declared to be on hand."""
    case = ORACLES["O17"]["expect"]
    boarding = fee(standard="650.00")
    pupils = [student() for _ in range(486)]
    receipts = [
        collected(boarding, student_no=pupil.cells["student_no"], amount="650.00", date="2026-10-12")
        for pupil in pupils
    ]
    refunds = [refunded(receipt, "650.00", date="2026-10-20", refund_no=f"TF-202610-{number:04d}")
               for number, receipt in enumerate(receipts[:12], 1)]  # fmt: skip
    remittance = remitted(boarding, case["remitted"], on_hand=on_hand)
    saved(school, [boarding, *pupils, *receipts, *refunds, remittance])
    found, code = told(school, "money", "--month", "2026-10")
    lines = [line for line in found["differences"] if line["agreement"] == "fees-remitted"]
    if on_hand:
        assert lines == []
        return
    [line] = lines
    assert (line["object"], line["code"]) == (boarding.cells["fee_code"], case["code"])
    assert (line["left_value"], line["right_value"], line["diff"]) == (case["due"], case["remitted"], case["diff"])
    assert (line["severity"], code) == ("严重", 1)


def test_cash_is_what_was_counted(school: School) -> None:
    """A count that finds what the journal says agrees; one that finds less differs, its reason is the explanation."""
    right, short = cash(date="2026-11-20"), cash(date="2026-11-20")
    counts = [
        cash_counted(right),
        cash_counted(short, n100=0, n50=1, uncleared_out="30.00", reason="找零差错"),
    ]
    saved(school, [right, short, *counts])
    assert (summary(school, "cash-count")["lines"], summary(school, "cash-count")["agreeing"]) == (2, 1)
    [line] = differences(school, "cash-count")
    assert line["object"] == f"{short.cells['account']} 2026-11-20"
    assert (line["left_value"], line["right_value"], line["diff"]) == ("70.00", "50.00", "20.00")
    assert (line["explanation"], line["status"]) == ("找零差错", "已说明")


def test_journals_are_what_the_ledger_says(school: School) -> None:
    """Cash accounts make 1001 and bank accounts 1002; a zero-balance account stands in 1011, the union's nowhere."""
    first = cash(date="2026-11-20")
    box = [first, then(first, "40.00", summary="零星收入"), cash(date="2026-10-30")]
    basic = banked()
    banks = [
        basic,
        then(basic, expense="300.00", voucher_no="记-0012", date="2026-11-09"),
        then(basic, "5.00", seq=3, balance="705.00", date="2026-12-01"),
        banked(account_kind="零余额账户", income="80.00", balance="80.00"),
        banked(account_kind="工会"),
    ]
    saved(school, [*box, *banks, *trial_balance(("1001", "240.00"), ("1002", "1000.00"), ("1011", "80.00"))])
    assert differences(school, "cash-ledger") == []
    [line] = differences(school, "bank-ledger")
    assert (line["object"], line["left_value"], line["right_value"]) == ("1002", "700.00", "1000.00")
    assert line["documents"] == ["记-0012"]


def test_an_account_that_is_not_exported_itself_is_the_sum_of_those_below_it(school: School) -> None:
    """Where the trial balance has only 100101 and 100102, they are 1001."""
    saved(school, [cash(date="2026-11-20"), *trial_balance(("100101", "60.00"), ("100102", "40.00"))])
    assert (summary(school, "cash-ledger")["agreeing"], summary(school, "cash-ledger")["lines"]) == (1, 1)


def test_bank_and_statement_agree_after_what_only_one_of_them_has(school: School) -> None:
    """O13: after the outstanding items both come to 189,706.17; with 100.00 less of one they differ by that."""
    given, expected = ORACLES["O13"]["given"], ORACLES["O13"]["expect"]
    account = banked(income=given["book"], balance=given["book"])
    kinds = {
        "银行已收单位未收": "bank_received_not_booked",
        "银行已付单位未付": "bank_paid_not_booked",
        "单位已收银行未收": "booked_in_not_bank",
        "单位已付银行未付": "booked_out_not_bank",
    }
    of = statement(account, period="2026-11", bank_balance=given["bank"])
    items = [
        outstanding(of, number, item_kind=kind, item_amount=given[name], item_date="2026-11-20")
        for number, (kind, name) in enumerate(kinds.items(), 1)
    ]
    unstated = banked()
    saved(school, [account, *items, unstated])
    assert differences(school, "bank-statement") == []
    found, _ = told(school, "--month", "2026-11", "--all")
    [line] = [line for line in found["differences"] if line["agreement"] == "bank-statement"]
    assert (line["left_value"], line["right_value"]) == (expected["adj_book"], expected["adj_bank"])
    assert unstated.cells["account_no"] in summary(school, "bank-statement")["left_out"][0]
    saved(school, [account, *items[:3], items[3].but(item_amount="13320.76"), unstated])
    [line] = differences(school, "bank-statement")
    assert line["diff"] == "-100.00"


def test_fees_in_cash_are_in_the_journal(school: School) -> None:
    """The cash receipts of a day are the fees of the cash journal on that day."""
    service = fee()
    receipts = [
        collected(service, date="2026-11-14", pay_way="现金"),
        collected(service, date="2026-11-16", pay_way="现金", student_no=None, payer="家长"),
    ]
    journal = [
        cash(date="2026-11-14", kind="收费收入", income="100.00"),
        cash(date="2026-11-16", kind="收费收入", income="90.00", balance="90.00"),
    ]
    saved(school, [service, *receipts, *journal])
    [line] = differences(school, "fees-cash")
    assert (line["object"], line["diff"], line["code"]) == ("2026-11-16", "10.00", "X-22")


def test_goods_of_an_invoice_are_what_came(school: School) -> None:
    """Receipts with the number of an invoice make its goods; a purchase without a number may be what it lacks."""
    item = goods()
    right, wrong = billed("60.00", goods_amount="60.00"), billed("90.00", goods_amount="90.00")
    came = [
        received(item, 30, invoice_no=right.cells["invoice_no"]),
        received(item, 20, invoice_no=wrong.cells["invoice_no"]),
        unnamed := received(item, 25),
    ]
    saved(school, [item, right, wrong, *came])
    assert (summary(school, "invoice-goods")["lines"], summary(school, "invoice-goods")["agreeing"]) == (2, 1)
    [line] = differences(school, "invoice-goods")
    assert (line["object"], line["recon_kind"], line["diff"]) == (wrong.cells["invoice_no"], "票账", "50.00")
    assert line["documents"] == [unnamed.number]


def test_payments_are_in_the_journals(school: School) -> None:
    """What was paid under one voucher is what the journal line with it says; the treasury's payments need no line."""
    account = banked()
    lines = [
        account,
        first := then(account, expense="150.00", voucher_no="记-0021", date="2026-11-13", kind="报销支出"),
        then(first, expense="80.00", settle_no="ls0077", voucher_no=None, date="2026-11-13", kind="报销支出"),
    ]
    invoices = [
        paid("100.00", pay_ref="记-0021"),
        paid("50.00", pay_ref="记-0021"),
        paid("88.00", pay_ref="LS0077"),
        paid("30.00", pay_ref="GK0001", pay_way="国库集中支付"),
    ]
    saved(school, [*lines, *invoices])
    assert summary(school, "payments-journal")["lines"] == 2
    [line] = differences(school, "payments-journal")
    assert (line["object"], line["left_value"], line["right_value"]) == ("LS0077", "88.00", "80.00")


def test_the_stock_book_is_the_sum_of_its_documents(school: School) -> None:
    """Every item in every warehouse has what its documents brought and took."""
    item = goods()
    saved(school, [item, received(item), issued(item)])
    found, code = told(school, "stock", "--month", "2026-11", "--all")
    lines = {line["object"]: line for line in found["differences"] if line["agreement"] == "stock-documents"}
    assert (lines[f"{item.item} CK01"]["diff_qty"], lines[f"{item.item} CK01"]["severity"]) == ("0.000", "一致")
    assert code == 0


def test_goods_are_what_was_counted(school: School) -> None:
    """O10: 36 at the cut-off, 41 counted after 10 came and 4 went: 1 is short, 23.80, until it is posted."""
    item, expected = goods(), ORACLES["O10"]["expect"]
    month = [
        received(item, 60, "23.80", doc_date="2026-11-02"),
        issued(item, 24, doc_date="2026-11-20"),
    ]
    later = [
        received(item, 10, "23.80", doc_date="2026-12-01", doc_no="RK-202612-0001"),
        issued(item, 4, doc_date="2026-12-01", doc_no="CK-202612-0001"),
    ]
    times = {"cutoff": "2026-12-01 00:00", "count_from": "2026-12-02 08:00", "count_to": "2026-12-02 12:00"}
    plan = planned("CK01", **times)
    sheet = counted(plan, item, 41, count2=41, counted_at="2026-12-02 10:00", keeper="王芳")
    rows = [item, *month, *later, plan, sheet]
    saved(school, rows)
    [line] = differences(school, "stock-count")
    assert (line["object"], line["recon_kind"]) == (f"{item.item} CK01", "账实")
    assert (line["diff_qty"], line["diff"]) == (f"{-expected['diff_qty']}.000", expected["diff_amount"].lstrip("-"))
    assert (line["left_value"], line["severity"], line["status"]) == ("856.80", "差异", "待处理")
    saved(school, [*rows, counted_reason(sheet)])
    assert differences(school, "stock-count")[0]["status"] == "已说明"
    saved(school, [*rows, approved(sheet, approve_date="2026-12-02")])
    assert differences(school, "stock-count") == []
    assert differences(school, "stock-documents") == []


def test_assets_are_what_was_counted(school: School) -> None:
    """A card whose thing is not found differs by one piece and its net worth; one that is found agrees."""
    there, gone = owned(), owned()
    times = {"cutoff": "2026-12-01 00:00", "count_from": "2026-12-01 08:00", "count_to": "2026-12-01 18:00"}
    plan = planned(**times)
    lines = [counted(plan, there, unit="台"), counted(plan, gone, 0, count2=0, unit="台")]
    saved(school, [there, gone, plan, *lines])
    assert (summary(school, "assets-count")["lines"], summary(school, "assets-count")["agreeing"]) == (2, 1)
    [line] = differences(school, "assets-count")
    assert (line["object"], line["diff_qty"]) == (gone.cells["asset_no"], "1.000")


def test_cards_are_what_the_ledger_says(school: School) -> None:
    """Original values of fixed assets make 1601, accumulated depreciation 1602; intangible assets stand elsewhere."""
    cards = [owned(), owned(), owned(gl_account="无形资产")]
    worth = ("1601", "7000.00"), ("1602", "-6900.00")
    saved(school, [*cards, *trial_balance(*worth)])
    assert differences(school, "assets-ledger") == []
    [line] = differences(school, "depreciation-ledger")
    assert (line["object"], line["left_value"], line["right_value"]) == ("1602", "7000.00", "6900.00")
    assert (line["code"], line["recon_kind"]) == ("X-46", "台账-GL")


def test_departments_have_on_their_lists_what_their_cards_say(school: School) -> None:
    """Assets in use of rooms with a list are on one; those that are not are named."""
    known, missing = owned(), owned()
    lists = [listed(known, semester="2026-2027-1", start_date="2026-09-02", qty_end=None, end_sign=None, end_date=None)]
    saved(school, [known, missing, *lists])
    [line] = differences(school, "assets-lists")
    assert (line["object"], line["diff_qty"], line["documents"]) == ("JW", "1.000", [missing.cells["asset_no"]])


def test_budget_execution_is_what_the_ledger_spent(school: School) -> None:
    """What was paid since January of each item is the expense account that ends with its code (X-48)."""
    lines = [*budget("2026"), *budget("2026", "30202", "500.00")]
    bills = [paid("100.00", budget_code="30201"), paid("60.00", budget_code="30202", pay_ref="PZ-0002")]
    accounts = trial_balance(("720130201", "100.00"), ("720130202", "50.00"))
    total = ledger_account("2026-11", "7201", open_dr="150.00", close_dr="150.00")
    saved(school, [*lines, *bills, *accounts, total])
    [line] = differences(school, "budget-ledger")
    assert (line["object"], line["left_value"], line["right_value"]) == ("30202", "60.00", "50.00")
    assert (line["recon_kind"], line["code"]) == ("账表", "X-48")


def test_what_lacks_a_side_is_not_compared_and_says_why(school: School) -> None:
    """Without a trial balance nothing is held against the ledger, and that is no difference."""
    found, code = told(school, "books", "--month", "2026-11")
    reasons = {each["agreement"]: each["reason"] for each in found["agreements"] if not each["compared"]}
    assert reasons["stock-ledger"] == "没有 2026-11 的科目余额表"
    assert (found["differences"], code) == ([], 0)


def test_differences_keep_their_numbers_when_others_come_and_go(school: School) -> None:
    """The same difference has the same number and line, whatever else differs and in whatever order it arrived."""
    item = goods()
    bills = [billed("60.00", goods_amount="60.00") for _ in range(4)]
    saved(school, [item, *bills])
    before = {line["object"]: (line["recon_id"], line["line_no"]) for line in differences(school, "invoice-goods")}
    assert len(before) == len({line for _, line in before.values()}) == 4
    kept, gone, *others = bills
    more = billed("70.00", goods_amount="70.00")
    settled = received(item, 30, invoice_no=gone.cells["invoice_no"])
    saved(school, [more, *others, item, kept, gone, settled])
    after = {line["object"]: (line["recon_id"], line["line_no"]) for line in differences(school, "invoice-goods")}
    wanted = {name: place for name, place in before.items() if name != gone.cells["invoice_no"]}
    assert after == {**wanted, str(more.cells["invoice_no"]): after[str(more.cells["invoice_no"])]}
    assert {number for number, _ in after.values()} == {"DZ-20261130-0501"}


def explained(school: School, tmp_path: Path, name: str, **cells: object) -> list[str]:
    """Fill in the first line of the difference sheet, as people do, save it in a department's folder and run.

    Returns the codes of what was said about the line.
    """
    sheet = tmp_path / "差异.xlsx"
    called(school, "--month", "2026-11", "-o", str(sheet))
    book = openpyxl.load_workbook(sheet)
    [page] = [page for page in book.worksheets if page.title == "对账差异表"]
    places = {cell.value: cell.column for cell in page[3]}
    register = all_registers()["recon_difference"]
    for column, value in cells.items():
        page.cell(4, places[register.column(column).title], value)
    path = school.path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)
    after = school.book(school.merge(), name)
    return sorted(each["code"] for each in after["findings"])


def test_people_explain_a_difference_in_its_sheet(school: School, tmp_path: Path) -> None:
    """What a department fills in on the difference sheet stands beside the difference; figures stay the program's."""
    bill = billed("1500.00", goods_amount="1500.00")
    saved(school, [bill])
    [line] = differences(school, "invoice-goods")
    assert (line["severity"], line["status"]) == ("严重", "待处理")
    words = {"explanation": "货未到齐", "action": "查找", "owner": "王芳", "diff": 0}
    assert explained(school, tmp_path, "ZW/差异说明.xlsx", **words) == []
    [line] = differences(school, "invoice-goods")
    assert (line["diff"], line["severity"], line["status"]) == ("1500.00", "差异", "已说明")
    assert (line["explanation"], line["action"], line["owner"]) == ("货未到齐", "查找", "T002")
    assert explained(school, tmp_path, "ZW/差异说明.xlsx", approver="李明") == []
    [line] = differences(school, "invoice-goods")
    assert (line["explanation"], line["approver"], line["status"]) == ("货未到齐", "T001", "已处理")


def test_an_adjustment_needs_somebody_else_to_approve_it(school: School, tmp_path: Path) -> None:
    """RCN-02 and RCN-03 hold what people say about a difference: no approval, or that of who is responsible."""
    saved(school, [billed("60.00", goods_amount="60.00")])
    name = "ZW/差异说明.xlsx"
    words = {"explanation": "记错账", "action": "调账", "owner": "王芳"}
    assert explained(school, tmp_path, name, **words) == ["RCN-02"]
    assert explained(school, tmp_path, name, **words, approver="王芳") == ["RCN-03"]
    assert differences(school, "invoice-goods")[0]["status"] == "待处理"
    assert explained(school, tmp_path, name, **words, approver="李明") == []
    assert differences(school, "invoice-goods")[0]["status"] == "已处理"


def test_the_sheet_names_candidate_causes_in_notes(school: School, tmp_path: Path) -> None:
    """The cell of the difference has a note of ours with the candidate causes."""
    item = goods()
    saved(school, [item, billed("50.00", goods_amount="50.00"), unnamed := received(item, 25)])
    sheet = tmp_path / "差异.xlsx"
    called(school, "--month", "2026-11", "-o", str(sheet))
    page = openpyxl.load_workbook(sheet)["对账差异表"]
    [note] = [cell.comment.text for row in page.iter_rows() for cell in row if cell.comment]
    assert note.startswith("⟦HQ⟧")
    assert unnamed.number in note


def test_a_difference_is_explained_within_three_working_days(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RCN-01: for November 2026 that is by Thursday 3 December; the sheet says so at its cell from the next day on."""
    saved(school, [billed("60.00", goods_amount="60.00")])
    for today, late in (("2026-12-03", False), ("2026-12-04", True)):
        monkeypatch.setenv("HOUQIN_TODAY", today)
        [line] = differences(school, "invoice-goods")
        assert line["late"] is late
        told_of = explained(school, tmp_path, "ZW/差异说明.xlsx", remark=today)
        assert told_of == (["RCN-01"] if late else [])


def test_the_register_of_differences_shows_figures_and_words(school: School, tmp_path: Path) -> None:
    """``houqin rows recon_difference`` has the program's figures with what people say, and where they said it."""
    bill, other = billed("60.00", goods_amount="60.00"), billed("70.00", goods_amount="70.00")
    saved(school, [bill, other])
    explained(school, tmp_path, "ZW/差异说明.xlsx", explanation="货在途")
    called_rows = CliRunner().invoke(rows, ["recon_difference", "--share", str(school.folder), "--json"])
    found = {row["object"]: row for row in json.loads(called_rows.stdout)}
    assert found.keys() == {bill.cells["invoice_no"], other.cells["invoice_no"]}
    said = found[str(other.cells["invoice_no"])]
    assert (said["diff"], said["status"], said["explanation"]) == ("70.00", "已说明", "货在途")
    assert said["_source"]["workbook"].endswith("差异说明.xlsx")
    assert found[str(bill.cells["invoice_no"])]["status"] == "待处理"


def test_a_month_is_not_closed_on_a_difference_that_nobody_has_explained(school: School, tmp_path: Path) -> None:
    """PER-C2: however small, it keeps the month of its book open; explained it is carried on."""
    item = goods()
    saved(school, [item, received(item, 1, "50.00"), *trial_balance(("1302", "2000.00"))])

    def blocking() -> list[str]:
        arguments = ["trial", "2026-11", "--book", "库存账", "--by", "T002", "--approver", "T009"]
        found = CliRunner().invoke(month, [*arguments, "--share", str(school.folder), "--json"])
        [book] = json.loads(found.stdout)["books"]
        return [each["code"] for each in book["blocking"]]

    assert [code for code in blocking() if code in ("PER-C2", "CLOSE-DIFFERENCE")] == ["PER-C2", "CLOSE-DIFFERENCE"]
    assert explained(school, tmp_path, "ZW/差异说明.xlsx", explanation="财务未入账") == []
    assert not {"PER-C2", "CLOSE-DIFFERENCE"} & set(blocking())


def test_agreements_have_numbers_of_their_own_and_name_their_book() -> None:
    """A number and an id stand for one agreement; a side begins with the name of the book that it keeps open."""
    assert len({each.number for each in AGREEMENTS}) == len({each.id for each in AGREEMENTS}) == len(AGREEMENTS)
    assert all(each.kind in KINDS for each in AGREEMENTS)
    for each in AGREEMENTS:
        assert not each.book or each.left_name.startswith(each.book) or each.right_name.startswith(each.book), each.id


def test_the_master_ledger_shows_agreements_and_differences(school: School) -> None:
    """对账汇总 has every agreement of last month and this one, 差异 what differs with its candidate causes."""
    item = goods()
    saved(school, [item, billed("50.00", goods_amount="50.00"), unnamed := received(item, 25)])
    school.sync()
    book = openpyxl.load_workbook(school.folder / "published" / "总账.xlsx")
    summaries, lines = (
        [[cell.value for cell in row] for row in book[name].iter_rows(min_row=4)] for name in ("对账汇总", "差异")
    )
    assert {row[0] for row in summaries} == {"2026-11", "2026-12"}
    [line] = [row for row in lines if row[0]]
    assert line[0].startswith("DZ-20261130-0501/")
    assert unnamed.number in line[-1]


def test_the_workbook_of_a_department_has_no_empty_sheet_of_differences(tmp_path: Path) -> None:
    """Every department may explain, but on the sheet that the program fills in."""
    config = School(tmp_path / "share").share.config
    assert config.may_write("ST", "recon_difference")
    assert "recon_difference" not in {register.id for register in department_registers(config, "ST")}
