"""Cash, bank, fees and budget through workbooks: what people type and banks export, and what the commands say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from click.testing import CliRunner

from schemas.parse import Reading
from tests.rule_lines import MASTER, PARAMETERS, Line, student
from tests.rule_lines_finance import allowed, billed, budget, paid
from tests.rule_lines_money import banked, cash, cash_counted, collected, fee, outstanding, refunded, remitted, then
from tests.sync.school import School
from tests.test_rule_effects import save
from tests.test_rule_workbooks import configure
from workbooks.taking import take_file

_FILE = Path(__file__).parent / "oracles" / "books.yaml"
ORACLES: dict[str, dict[str, Any]] = {case["id"]: case for case in yaml.safe_load(_FILE.read_text("utf-8"))}
TODAY = "2026-12-02"
ACCOUNT, TYPED_ACCOUNT = "62220000001234567", "6333000000765432"
STATEMENT = """中国某某银行账户明细查询
账号：,62220000001234567,户名：,青山小学
起止日期：,2026-11-01 至 2026-11-30,币种：,人民币
交易日期,交易时间,摘要,借方发生额,贷方发生额,余额,对方户名,对方账号,交易流水号
20261130,09:30:01,利息,0.00,"3,560.00","201,876.93",,,20261130000901
20261121,16:10:00,手续费,286.40,0.00,"198,316.93",,,20261121000311
20261110,10:10:00,货款,"1,396.67",,"198,603.33",便民日用杂品店,6228480000000011,20261110000007
20261102,08:00:00,拨款,,"200,000.00","200,000.00",青山市财政局,10001,20261102000001
合计,,,"1,683.07","203,560.00",,,,
"""


@cache
def journal() -> tuple[Line, ...]:
    """Return the bank journal of the worked example: what the bank does not have yet is booked at the month's end."""
    first = banked(account_no=ACCOUNT, date="2026-11-02", income="200000.00", balance="200000.00")
    goods = then(first, None, "1396.67", date="2026-11-10", kind="报销支出", summary="付便民日用杂品店货款")
    scrap = then(goods, "1250.00", date="2026-11-28", kind="其他", summary="废品收入")
    food = then(scrap, None, "13420.76", date="2026-11-29", kind="报销支出", summary="食材款", settle_no="支票00012345")
    return first.but(settle_no="2026 1102 000001"), goods, scrap, food


@cache
def typed() -> tuple[Line, ...]:
    """Return another account with the same figures, whose reconciliation the school typed."""
    balance = banked(account_no=TYPED_ACCOUNT, date="2026-11-02", income="186432.57", balance="186432.57")
    item = Line(
        "bank_reconciliation",
        {"account_no": TYPED_ACCOUNT, "period": "2026-11", "bank_balance": "201876.93", "preparer": "李明"},
    )
    given = ORACLES["O13"]["given"]
    kinds = ("银行已收单位未收", "银行已付单位未付", "单位已收银行未收", "单位已付银行未付")
    amounts = [given[name] for name in list(given)[2:]]
    items = [
        outstanding(item, number, item_kind=kind, item_amount=amount, item_date="2026-11-29")
        for number, (kind, amount) in enumerate(zip(kinds, amounts, strict=True), 1)
    ]
    return balance, *items


@cache
def cash_box() -> tuple[Line, ...]:
    """Return a cash box: counted on the 18th (right) and the 19th (2 short of what it should have), not on the 20th."""
    first = cash(account="基本", date="2026-11-18", income="500.00", balance="500.00")
    second = then(first, None, "120.50", date="2026-11-19")
    third = then(second, "20.00", date="2026-11-20")
    right = cash_counted(first, n100=5)
    short = cash_counted(second, n100=3, n50=1, n20=1, n10=0, n5=1, n1=7, n05=1, uncleared_in="5.00", reason="找零差错")
    return first, second, third, right, short


@cache
def boarding() -> tuple[Line, ...]:
    """Return the boarding fee of 486 pupils, of whom 12 got it back, and what was passed on of it."""
    boarders = fee(fee_code="SF901", fee_kind="住宿费", fee_name="住宿费", standard="650.00", stage="初中")
    boarders = boarders.but(voluntary="否", refund_rule="全额退")
    pupils = [student(student_no=f"2026{number:04d}", name=f"{chr(0x4E00 + number)}小明") for number in range(12)]
    usual = {"date": "2026-10-12", "amount": "650.00"}
    own = [collected(boarders, **usual, student_no=pupil.cells["student_no"]) for pupil in pupils]
    others = [collected(boarders, **usual, student_no=None, payer=f"家长{number}") for number in range(474)]
    back = [refunded(line, "650.00", date="2026-10-20") for line in own]
    passed_on = remitted(boarders, "300000.00", date="2026-10-31", period="2026-10")
    return (boarders, *pupils, *own, *others, *back, passed_on)


@cache
def budgeted() -> tuple[Line, ...]:
    """Return a budget of 80,000, requests of which 12,500 are not paid yet, and invoices of 36,820.45."""
    lines = budget(2026, "30201", "80000.00")
    requests = [allowed(price, budget_code="30201") for price in ("4900.00", "4900.00", "4000.00")]
    waiting = allowed("3000.00", budget_code="30201", status="待审", head_approver=None, approve_date=None)
    on_request = paid("1300.00", budget_code="30201", purchase_no=requests[2].number)
    rest = paid("35520.45", budget_code="30201")
    later = paid("77.00", budget_code="30201", pay_date="2026-12-01")
    return (*lines, *requests, waiting, on_request, rest, later)


@dataclass(frozen=True)
class Told:
    """A school after its run, and what the run said."""

    school: School
    run: dict[str, Any]

    def ask(self, name: str, *arguments: str) -> Any:  # noqa: ANN401 - whatever the document holds
        """Return the JSON document of a command."""
        command = import_module(f"sync.commands.{name}").command
        places = {"HOUQIN_STATE": str(self.school.folder.parent / "state"), "HOUQIN_TODAY": TODAY}
        answer = CliRunner().invoke(command, [*arguments, "--share", str(self.school.folder), "--json"], env=places)
        assert answer.exit_code == 0, answer.output
        return json.loads(answer.output)

    def codes(self, register: str) -> list[str]:
        """Return the codes of what was found in the rows of a register."""
        found = [each for book in self.run["workbooks"] for each in book["findings"] if each["register"] == register]
        return [each["code"] for each in found]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    """Return a school on 2 December 2026 after one run."""
    folder = tmp_path_factory.mktemp("money")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", TODAY)
        school = School(folder / "share")
        configure(school, **PARAMETERS)
        save(school, "ZW/全部.xlsx", (*MASTER, *journal(), *typed(), *cash_box(), *boarding(), *budgeted()))
        exported = school.path("CW/工行11月.csv")
        exported.parent.mkdir(parents=True)
        exported.write_bytes(STATEMENT.encode("gb18030"))
        yield Told(school, school.sync())


def account(told: Told, number: str) -> dict[str, Any]:
    """Return one account of ``bank reconcile --json``."""
    found = told.ask("bank", "reconcile", "--month", "2026-11", "--account", number)
    (line,) = found["accounts"]
    return dict(line)


@pytest.mark.parametrize("number", [ACCOUNT, TYPED_ACCOUNT])
def test_bank_reconciliation_of_the_worked_example(told: Told, number: str) -> None:
    """O13, once by journal and the bank's own file, once by the rows that the school typed."""
    line, oracle = account(told, number), ORACLES["O13"]
    given = {"book_balance": oracle["given"]["book"], "bank_balance": oracle["given"]["bank"]}
    wanted = {**oracle["given"], **given, **oracle["expect"]}
    assert {name: line[name] for name in wanted if name in line} == {
        name: value for name, value in wanted.items() if name not in {"book", "bank"}
    }
    assert line["source"] == ("statement" if number == ACCOUNT else "typed")
    assert line["difference"] == "0.00"


def test_pairs_and_items_name_their_lines(told: Told) -> None:
    """Equal lines are paired by number and by party; what is left are the four items of the example."""
    line = account(told, ACCOUNT)
    assert [match["way"] for match in line["matched"]] == ["reference", "counterparty"]
    assert [(item["kind"], item["date"], item["amount"], item["days_open"]) for item in line["items"]] == [
        ("银行已付单位未付", "2026-11-21", "286.40", 9),
        ("银行已收单位未收", "2026-11-30", "3560.00", 0),
        ("单位已收银行未收", "2026-11-28", "1250.00", 2),
        ("单位已付银行未付", "2026-11-29", "13420.76", 1),
    ]


def test_cash_by_day(told: Told) -> None:
    """Balances follow from day to day; counts stand beside them, and the day without a count is named."""
    found = told.ask("cash", "balance", "--as-of", "2026-11-20", "--account", "基本")
    assert [
        (day["date"][-2:], day["opening"], day["income"], day["expense"], day["balance"]) for day in found["days"]
    ] == [
        ("18", "0.00", "500.00", "0.00", "500.00"),
        ("19", "500.00", "0.00", "120.50", "379.50"),
        ("20", "379.50", "20.00", "0.00", "399.50"),
    ]
    (box,) = found["accounts"]
    assert (box["journal"], box["opening"], box["income"], box["expense"], box["balance"]) == (
        *("cash_journal", "0.00", "520.00", "120.50", "399.50"),
    )
    assert [(count["counted"], count["book"], count["due"], count["diff"]) for count in found["counts"]] == [
        ("500.00", "500.00", "500.00", "0.00"),
        ("382.50", "379.50", "384.50", "-2.00"),
    ]
    assert found["not_counted"] == [{"account": "基本", "date": "2026-11-20"}]


def test_budget_of_the_worked_example(told: Told) -> None:
    """O16: requests without what was paid on them, payments of the year until the end of the month."""
    rows = told.ask("rows", "budget_execution")
    (november,) = [row for row in rows if row["budget_code"] == "30201" and row["period"] == "2026-11"]
    given, wanted = ORACLES["O16"]["given"], ORACLES["O16"]["expect"]
    expected = {name: given[name] for name in ("budget", "committed", "spent")}
    expected |= {name: wanted[name] for name in ("remaining", "rate", "time_rate")}
    assert {name: november[name] for name in expected} == expected

    (line,) = told.ask("budget", "--month", "2026-11")["items"]
    assert {name: line[name] for name in expected} == expected
    assert (line["warnings"], line["points"]) == (["BEX-02"], "-45.64")
    assert wanted["flag"] == "BEX-02 (behind by 45.64 points)"


def test_fees_of_the_worked_example(told: Told) -> None:
    """O17: what was collected and not refunded is 8,100 more than what was passed on; the run says so."""
    wanted = dict(ORACLES["O17"]["expect"])
    (line,) = told.ask("fees", "--month", "2026-10")
    figures = ("collected", "refunded", "due", "remitted", "diff")
    assert {name: line[name] for name in figures} == {name: wanted[name] for name in figures}
    found = [each for book in told.run["workbooks"] for each in book["findings"] if each["code"] == wanted["code"]]
    assert [each["severity"] for each in found] == ["warning"]
    for figure in (wanted["due"], wanted["remitted"], wanted["diff"]):
        assert figure in found[0]["message"]


def test_what_the_books_know_stands_in_the_rows(told: Told) -> None:
    """Cash by the journal, adjusted balances, which lines the bank has, which fees were remitted: computed columns."""
    counts = {row["date"][-2:]: (row["counted"], row["book"], row["diff"]) for row in told.ask("rows", "cash_count")}
    assert counts == {"18": ("500.00", "500.00", "0.00"), "19": ("382.50", "379.50", "-2.00")}
    expect = ORACLES["O13"]["expect"]
    balances = ("186432.57", expect["adj_book"], expect["adj_bank"])
    rows = told.ask("rows", "bank_reconciliation")
    assert {(row["book_balance"], row["adj_book"], row["adj_bank"]) for row in rows} == {balances}
    lines = [row for row in told.ask("rows", "bank_journal") if row["account_no"] == ACCOUNT]
    assert [(row["date"][-2:], row["cleared"]) for row in lines] == [
        *(("02", True), ("10", True), ("28", False), ("29", False)),
    ]
    assert {row["remitted"] for row in told.ask("rows", "fee_collection")} == {False}
    (volume,) = (told.school.folder / "published" / "明细" / "库存现金盘点表(日清)").glob("*.xlsx")
    cells = [cell for row in openpyxl.load_workbook(volume).active.iter_rows(values_only=True) for cell in row]
    assert 379.5 in cells


def test_declared_money_on_hand_leaves_nothing_open(told: Told) -> None:
    """O17, its note: with 8,100 declared on hand nothing is left to be explained, and nothing is said."""
    fees = boarding()
    declared = fees[-1].but(on_hand="8100.00")
    save(told.school, "ZW/全部.xlsx", (*MASTER, *journal(), *typed(), *cash_box(), *fees[:-1], declared, *budgeted()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_TODAY", TODAY)
        run = told.school.sync()
    assert [each["code"] for book in run["workbooks"] for each in book["findings"] if each["code"] == "RMT-01"] == []


def test_reconciliation_to_print(told: Told, tmp_path: Path) -> None:
    """The form has a sheet for each account on A4, with both sides adjusted; it is not read as a register again."""
    path = tmp_path / "调节表.xlsx"
    told.ask("bank", "reconcile", "--month", "2026-11", "-o", str(path))
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == [ACCOUNT, TYPED_ACCOUNT]
    for sheet in book:
        cells = [cell for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
        assert cells[0] == "银行存款余额调节表"
        assert cells.count(189706.17) == 2
        assert [cell for cell in cells if cell in (3560, 286.4, 1250, 13420.76)] == [3560, 1250] * 2 + [
            286.4,
            13420.76,
        ] * 2
        assert (sheet.page_setup.paperSize, sheet.page_setup.fitToHeight) == (9, 0)
    found = take_file(path, path.name, Reading(date(2026, 12, 2)))
    assert found.tables == ()


def test_master_ledger_shows_the_accounts(told: Told) -> None:
    """The sheet 资金 has every account of cash and banks: how far it is checked, and what is open."""
    book = openpyxl.load_workbook(told.school.folder / "published" / "总账.xlsx")
    rows = list(book["资金"].iter_rows(min_row=4, values_only=True))
    assert [(row[1], row[6], row[7], row[8], row[9], row[10]) for row in rows] == [
        ("基本", 399.5, "2026-11-19", 382.5, 0, -2),
        (ACCOUNT, 186432.57, "2026-11-30", 201876.93, 4, 0),
        (TYPED_ACCOUNT, 186432.57, "2026-11", 201876.93, 4, 0),
    ]


def test_invoice_of_another_department_and_year(tmp_path: Path) -> None:
    """O08: full-width digits and spaces make no other invoice of it; the message names where it was reimbursed."""
    school = School(tmp_path / "share")
    configure(school, **PARAMETERS)
    save(school, "ZW/基础.xlsx", MASTER)
    number = "26332000000012345678"
    save(school, "CW/报销.xlsx", (billed(doc_no="BX-202611-0004", invoice_no=number),))
    assert [book["held"] for book in school.sync()["workbooks"]] == [0, 0]
    wide = "２６３３２０００ 0000 1234 5678"
    again = billed(doc_no="ST-BX-202711-0010", doc_date="2026-11-20", invoice_no=wide, seller_name="青山文体商行")
    save(school, "ZW/食堂报销.xlsx", (again,))
    (found,) = school.book(school.sync(), "ZW/食堂报销.xlsx")["findings"]
    assert (found["code"], found["severity"]) == ("INV-01", "error")
    assert "BX-202611-0004" in found["message"]


def test_nothing_else_is_said(told: Told) -> None:
    """Journals and statement are right: only what the cash box lacks is told of them."""
    assert set(told.codes("bank_journal")) | set(told.codes("bank_statement_line")) <= {"SHEET-ALIAS", "COL-UNKNOWN"}
    assert told.codes("cash_journal") == ["CCT-04"]
    assert [book["held"] for book in told.run["workbooks"]] == [0, 0]
