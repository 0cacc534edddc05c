"""The stock book through the public door: workbooks in, ``houqin stock`` out, against tests/oracles/books.yaml."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openpyxl import load_workbook

from sync.books.checks import UncoveredAmount
from sync.commands import rows as rows_command
from sync.commands import stock as stock_command
from tests.sync.school import CONVERSIONS, ITEMS, MASTER, ROOMS, School, codes, issue, receipt

_FILE = Path(__file__).parents[1] / "oracles" / "books.yaml"
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in yaml.safe_load(_FILE.read_text("utf-8"))}
PAPER, PEN, CHALK = "BG0001", "BG0002", "BG0003"
BASICS: Mapping[str, Sequence[Mapping[str, object]]] = {
    **MASTER,
    "item_catalogue": [
        *ITEMS[:1],
        *(
            {**ITEMS[1], "item_code": code, "item_name": name, "base_unit": unit}
            for code, name, unit in ((PAPER, "A4纸", "包"), (PEN, "签字笔", "支"), (CHALK, "粉笔", "盒"))
        ),
    ],
    "unit_conversion": [{**CONVERSIONS[0], "item_code": CHALK, "factor": "30"}],
    "location": [*ROOMS, {**ROOMS[0], "room_code": "CK02", "room_name": "食堂仓库"}],
}
UNITS = {PAPER: "包", PEN: "支", CHALK: "盒"}
Cells = dict[str, object]


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Return a school with paper, pens and chalk and two stores, on the last day of November."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-30")
    made = School(tmp_path / "share")
    made.become(with_basics, "2026-11-30")
    return made


def with_basics(school: School) -> None:
    """Merge the paper, the pens, the chalk and the stores."""
    school.save("ZW/基础资料.xlsx", BASICS)
    school.sync()


def came(number: int, day: object, qty: object, amount: str, item: str = PAPER, **cells: object) -> Cells:
    """Return a receipt line with the price that follows from quantity and amount."""
    price = (Decimal(amount) / Decimal(str(qty))).quantize(Decimal("0.0001"), "ROUND_HALF_UP")
    own = {"doc_date": str(day), "qty": qty, "amount": amount, "unit_price": str(price), "item_code": item}
    return receipt(number) | own | {"unit": UNITS[item]} | cells


def opened(number: int, day: object, qty: object, amount: str, item: str = PAPER, **cells: object) -> Cells:
    """Return a line that opens the book of an item."""
    return came(number, day, qty, amount, item, **{"receipt_kind": "期初建账", "supplier_code": "", **cells})


def went(number: int, day: object, qty: object, item: str = PAPER, **cells: object) -> Cells:
    """Return an issue line."""
    return issue(number) | {"doc_date": str(day), "qty": qty, "item_code": item, "unit": UNITS[item]} | cells


def moved(number: int, day: object, qty: object, **cells: object) -> Cells:
    """Return a line of paper moved from one store to the other."""
    usual = {"doc_no": f"DB-202611-{number:04d}", "doc_date": str(day), "line_no": 1, "kind": "仓库之间"}
    places = {"from_room": "CK01", "to_room": "CK02", "from_person": "王芳", "to_person": "赵强", "approver": "李明"}
    return {**usual, **places, "item_code": PAPER, "qty": qty, "unit": "包", **cells}


def asked(school: School, *words: str) -> Any:  # noqa: ANN401 - whatever the document holds
    """Return the JSON of ``houqin stock`` with some words."""
    done = CliRunner().invoke(stock_command.command, [*words, "--share", str(school.folder), "--json"])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def lines_of(school: School, item: str = PAPER) -> list[tuple[str, str, str, str | None]]:
    """Return moved amount, balance, its value and average price of every line of an item's ledger."""
    lines = asked(school, "ledger", "--item", item)
    amounts = [str(abs(Decimal(line["in_amount"]) or Decimal(line["out_amount"]))) for line in lines]
    rest = [(line["bal_qty"], line["bal_amount"], line["avg_price"]) for line in lines]
    return [(amount, *each) for amount, each in zip(amounts, rest, strict=True)]


def documents(steps: Sequence[Mapping[str, Any]], item: str = PAPER) -> dict[str, list[Cells]]:
    """Return the receipts and issues of an example, in its order."""
    found: dict[str, list[Cells]] = {"stock_receipt": [], "stock_issue": []}
    for number, step in enumerate(steps, 1):
        day = step.get("date", f"2026-11-{number:02d}")
        if step["kind"] == "opening":
            found["stock_receipt"].append(opened(number, day, step["qty"], step["amount"], item))
        elif step["kind"] == "receipt":
            found["stock_receipt"].append(came(number, day, step["qty"], step["amount"], item))
        else:
            found["stock_issue"].append(went(number, day, step["qty"], item))
    return found


_WARNINGS = {"ROLE-MISMATCH", "RCP-07"}


def held(school: School, register: str) -> list[tuple[str, list[str]]]:
    """Return number and finding codes of the rows that are held; that nobody is a custodian here is no matter."""
    found = [(row["doc_no"], row["_findings"]) for row in school.rows(register, "held")]
    return [(number, [code for code in told if code not in _WARNINGS]) for number, told in found]


def test_moving_average(school: School) -> None:
    """O01: every line, to the fen; O30: the month adds up."""
    steps = CASES["O01"]["steps"]
    school.save("ZW/库房.xlsx", documents(steps))
    school.merge()
    assert lines_of(school) == [
        (step["amount"], f"{step['bal_qty']}.000", step["bal_amount"], step["avg"]) for step in steps
    ]
    (month,) = asked(school, "summary", "--month", "2026-11", "--item", "A4纸")
    expected = CASES["O30"]["expect"]
    assert {name: Decimal(month[name]) for name in expected} == {
        name: Decimal(value) for name, value in expected.items()
    }
    (balance,) = asked(school, "balance", "--item", PAPER, "--as-of", "2026-11-20")
    assert balance == {
        "warehouse": "CK01",
        "item": PAPER,
        "name": "A4纸",
        "unit": "包",
        "quantity": "47.000",
        "value": "1101.19",
        "average_price": "23.4296",
    }


@pytest.mark.parametrize("own", [True, False], ids=["item", "school"])
def test_first_in_first_out(school: School, *, own: bool) -> None:
    """O02: by the item's own way of valuation, or by the school's."""
    if own:
        items = [{**row, "valuation": "先进先出"} for row in BASICS["item_catalogue"]]
        school.save("ZW/基础资料.xlsx", {**BASICS, "item_catalogue": items})
    else:
        with (school.folder / "houqin.toml").open("a", encoding="utf-8") as settings:
            settings.write('valuation_method = "先进先出"\n')
    school.save("ZW/库房.xlsx", documents(CASES["O01"]["steps"]))
    school.merge()
    issued = [
        line for line, step in zip(lines_of(school), CASES["O01"]["steps"], strict=True) if step["kind"] == "issue"
    ]
    assert [line[:3] for line in issued] == [
        (step["amount"], f"{step['bal_qty']}.000", step["bal_amount"]) for step in CASES["O02"]["steps"]
    ]


def test_goods_valued_one_by_one_are_refused(school: School) -> None:
    """An item that asks for 个别计价 is held with a finding: no book can value it."""
    items = [{**BASICS["item_catalogue"][1], "valuation": "个别计价"}]
    school.save("ZW/纸.xlsx", {"item_catalogue": items})
    told = school.merge()
    assert codes(school.book(told, "ZW/纸.xlsx"))


def test_returns(school: School) -> None:
    """O04: what comes back does so at the price it had; more than went out, or came in, is held."""
    steps = CASES["O04"]["steps"]
    book = {
        "stock_receipt": [
            opened(1, "2026-11-01", 100, "350.00", PEN),
            came(2, "2026-11-02", 60, "222.00", PEN),
            came(9, "2026-11-05", -10, "-37.00", PEN, receipt_kind="红字入库", ref_doc="RK-202611-0002"),
        ],
        "stock_issue": [
            went(3, "2026-11-03", 48, PEN),
            went(8, "2026-11-04", -5, PEN, issue_kind="红字出库", ref_doc="CK-202611-0003"),
        ],
    }
    school.save("ZW/库房.xlsx", book)
    school.merge()
    assert lines_of(school, PEN) == [
        (
            step["amount"].lstrip("-"),
            f"{step.get('bal_qty', step['qty'])}.000",
            step.get("bal_amount", step["amount"]),
            step.get("avg", lines_of(school, PEN)[number][3]),
        )
        for number, step in enumerate(steps)
    ]
    more = {
        "stock_receipt": [
            came(10, "2026-11-06", -51, "-188.70", PEN, receipt_kind="红字入库", ref_doc="RK-202611-0002")
        ],
        "stock_issue": [went(10, "2026-11-06", -44, PEN, issue_kind="红字出库", ref_doc="CK-202611-0003")],
    }
    school.save("ZW/再退.xlsx", more)
    school.merge()
    assert held(school, "stock_receipt") == [("RK-202611-0010", ["RCP-06"])]
    assert held(school, "stock_issue") == [("CK-202611-0010", ["ISS-08"])]
    assert lines_of(school, PEN)[-1][1:3] == ("107.000", "381.28")


GIVEN = {
    "stock_receipt": [opened(1, "2026-11-01", 10, "100.00"), came(2, "2026-11-15", 20, "200.00")],
    "stock_issue": [went(1, "2026-11-10", 8)],
}


@pytest.mark.parametrize(
    ("day", "qty", "message"),
    [
        ("2026-11-12", 3, "2026-11-12 账面 2包，出库 3包"),
        ("2026-11-05", 5, "2026-11-10 账面 2包，出库 5包"),
        ("2026-11-05", 2, None),
        ("2026-11-15", 22, None),
        ("2026-11-15", 23, "2026-11-15 账面 22包，出库 23包"),
    ],
    ids=["too much", "too much later", "backdated", "all of it", "too much on the day"],
)
def test_attempts_at_negative_stock(school: School, day: str, qty: int, message: str | None) -> None:
    """O05: a new row is held if it leaves less than nothing on its day or a later one, the first such day is named."""
    school.save("ZW/库房.xlsx", GIVEN)
    school.merge()
    school.save("ZW/补.xlsx", {"stock_issue": [went(2, day, qty)]})
    book = school.book(school.merge(), "ZW/补.xlsx")
    assert codes(book) == ([] if message is None else ["ISS-01"])
    if message is not None:
        assert message in book["findings"][0]["message"]
    ends = {"2026-11-05": 10, "2026-11-10": 2, "2026-11-15": 22}
    for end, quantity in ends.items():
        (balance,) = asked(school, "balance", "--as-of", end)
        taken = qty if message is None and day <= end else 0
        assert Decimal(balance["quantity"]) == quantity - taken


def test_a_backdated_receipt_values_later_issues_anew(school: School) -> None:
    """O06: while the month is open, the issue after it costs 90.00 instead of 80.00."""
    case = CASES["O06"]
    school.save(
        "ZW/库房.xlsx",
        {"stock_receipt": [opened(1, "2026-11-01", 100, "200.00")], "stock_issue": [went(1, "2026-11-10", 40)]},
    )
    school.merge()
    late = {"stock_receipt": [came(2, "2026-11-05", 100, "250.00")]}
    for expected in (case["before"], case["after"]):
        amount, qty, value, _ = lines_of(school)[-1]
        assert (amount, qty, value) == (expected["issue_amount"], f"{expected['bal_qty']}.000", expected["bal_amount"])
        school.save("ZW/补.xlsx", late)
        school.merge()


def test_units(school: School) -> None:
    """O09: boxes and pieces, to the fen; what is issued last takes what is left."""
    steps = CASES["O09"]["steps"]
    box = {"unit": "箱", "unit_price": "100.00"}
    book = {
        "stock_receipt": [
            came(1, "2026-11-01", 3, "300.00", CHALK, **box),
            came(4, "2026-11-04", 1, "104.00", CHALK, **{**box, "unit_price": "104.00"}),
        ],
        "stock_issue": [went(2, "2026-11-02", 10, CHALK), went(3, "2026-11-03", 7, CHALK)],
    }
    school.save("ZW/库房.xlsx", book)
    school.merge()
    last = {"stock_issue": [went(5, "2026-11-05", 3, CHALK, unit="箱"), went(5, "2026-11-05", 13, CHALK, line_no=2)]}
    school.save("ZW/出完.xlsx", last)
    school.merge()
    *first, three_boxes, rest = lines_of(school, CHALK)
    assert [line[:3] for line in first] == [
        (step["amount"], f"{step['bal_qty']}.000", step["bal_amount"]) for step in steps[:4]
    ]
    assert str(Decimal(three_boxes[0]) + Decimal(rest[0])) == steps[4]["amount"]
    assert rest[1:3] == ("0.000", "0.00")


def test_parts_of_units(school: School) -> None:
    """O09: half a box is 15 pieces; half a piece and a unit without a factor are held."""
    odd = [
        went(6, "2026-11-06", "0.5", CHALK),
        went(7, "2026-11-06", 1, CHALK, unit="袋"),
        went(8, "2026-11-06", "0.5", CHALK, unit="箱"),
    ]
    book = {"stock_receipt": [opened(1, "2026-11-01", 3, "300.00", CHALK, unit="箱")], "stock_issue": odd}
    school.save("ZW/库房.xlsx", book)
    school.merge()
    assert held(school, "stock_issue") == [("CK-202611-0006", ["QTY-INT"]), ("CK-202611-0007", ["UOM-01"])]
    assert lines_of(school, CHALK)[-1][:3] == ("50.00", "75.000", "250.00")


def test_part_of_a_layer(school: School) -> None:
    """O09 by layers: 73 = 243.34 and 30 = 104.00 are left, 100 pieces cost 336.94 and leave 3 for 10.40."""
    items = [{**row, "valuation": "先进先出"} for row in BASICS["item_catalogue"]]
    school.save("ZW/基础资料.xlsx", {**BASICS, "item_catalogue": items})
    book = {
        "stock_receipt": [
            opened(1, "2026-11-01", 73, "243.34", CHALK),
            came(4, "2026-11-04", 1, "104.00", CHALK, unit="箱", unit_price="104.00"),
        ],
        "stock_issue": [went(5, "2026-11-05", 100, CHALK)],
    }
    school.save("ZW/库房.xlsx", book)
    school.merge()
    assert lines_of(school, CHALK)[-1][:3] == ("336.94", "3.000", "10.40")


@pytest.mark.parametrize("order", [("A", "B"), ("B", "A")], ids=["A first", "B first"])
def test_two_departments_claim_the_last_stock(school: School, order: tuple[str, str]) -> None:
    """O28: the lower number is taken whichever file was saved first; the other one is told what is left."""
    school.save("ZW/期初.xlsx", {"stock_receipt": [opened(1, "2026-11-01", 10, "100.00")]})
    school.merge()
    claims = {"A": ("ZW/甲.xlsx", 101), "B": ("ST/乙.xlsx", 102)}
    for name in order:
        path, number = claims[name]
        school.save(path, {"stock_issue": [went(number, "2026-11-22", 6)]})
    told = school.merge()
    assert [row["doc_no"] for row in school.rows("stock_issue")] == ["CK-202611-0101"]
    (finding,) = [each for each in school.book(told, "ST/乙.xlsx")["findings"] if each["severity"] == "error"]
    assert finding["code"] == "ISS-01"
    assert "账面 4包，出库 6包" in finding["message"]


def test_a_transfer_conserves(school: School) -> None:
    """O29: what leaves one store arrives in the other, to the fen."""
    expected = CASES["O29"]["expect"]
    book = {
        "stock_receipt": [
            opened(1, "2026-11-01", 37, "880.07"),
            opened(2, "2026-11-01", 5, "110.00", warehouse="CK02"),
        ],
        "asset_transfer": [moved(1, "2026-11-20", 12)],
    }
    school.save("ZW/库房.xlsx", book)
    school.merge()
    balances = [(line["warehouse"], line["quantity"], line["value"]) for line in asked(school)]
    assert balances == [
        ("CK01", f"{expected['ck01_qty']}.000", expected["ck01_amount"]),
        ("CK02", f"{expected['ck02_qty']}.000", expected["ck02_amount"]),
    ]
    (here,) = asked(school, "balance", "--warehouse", "食堂仓库")
    assert here["value"] == expected["ck02_amount"]


def test_a_return_worth_more_than_what_is_left_is_held(school: School) -> None:
    """10 at 1.00 and 10 at 3.00, 15 issued: 12.00 cannot go back out of 10.00, until the issue takes less."""
    received = [came(1, "2026-11-01", 10, "10.00"), came(2, "2026-11-01", 10, "30.00")]
    school.save("ZW/入库.xlsx", {"stock_receipt": received})
    school.save("ZW/出库.xlsx", {"stock_issue": [went(1, "2026-11-02", 15)]})
    school.merge()
    back = came(3, "2026-11-03", -4, "-12.00", receipt_kind="红字入库", ref_doc="RK-202611-0002")
    school.save("ZW/退货.xlsx", {"stock_receipt": [back]})
    book = school.book(school.merge(), "ZW/退货.xlsx")
    assert codes(book) == ["LED-02"]
    (finding,) = [each for each in book["findings"] if each["code"] == "LED-02"]
    assert "10.00" in finding["message"]
    assert "12.00" in finding["message"]
    assert lines_of(school)[-1][1:3] == ("5.000", "10.00")
    school.save("ZW/出库.xlsx", {"stock_issue": [went(1, "2026-11-02", 14)]})
    school.merge()
    assert lines_of(school)[-1][:3] == ("12.00", "2.000", "0.00")


def test_a_row_that_takes_the_value_from_a_return_is_held(school: School) -> None:
    """An accepted return keeps its worth: the back-dated issue that would leave less than it took is the one held."""
    received = [came(1, "2026-11-01", 10, "10.00"), came(2, "2026-11-01", 10, "30.00")]
    back = came(3, "2026-11-03", -8, "-24.00", receipt_kind="红字入库", ref_doc="RK-202611-0002")
    school.save("ZW/入库.xlsx", {"stock_receipt": [*received, back]})
    school.merge()
    fine, more = went(1, "2026-11-02", 4), went(2, "2026-11-02", 5)
    school.save("ZW/出库.xlsx", {"stock_issue": [fine, more]})
    told = school.merge()
    assert held(school, "stock_issue") == [("CK-202611-0002", ["LED-02"])]
    assert told["exit_code"] == 3
    assert lines_of(school)[-1][:3] == ("24.00", "8.000", "8.00")


def test_derived_registers_are_rows_of_the_program(school: School) -> None:
    """``houqin rows`` shows the ledger and the month summary; they come from no workbook."""
    school.save("ZW/库房.xlsx", GIVEN)
    school.merge()
    for register, lines in (("stock_ledger", 3), ("monthly_stock_summary", 1)):
        done = CliRunner().invoke(rows_command.command, [register, "--share", str(school.folder), "--json"])
        rows = json.loads(done.output)
        assert len(rows) == lines
        assert {row["_status"] for row in rows} == {"accepted"}
        assert {row["_source"]["workbook"] for row in rows} == {"houqin"}
    before = CliRunner().invoke(
        rows_command.command, ["stock_ledger", "--as-of", "0", "--share", str(school.folder), "--json"]
    )
    assert json.loads(before.output) == []


@pytest.mark.parametrize("word", ["XX9999", "没有这个", "2026-11"])
def test_unknown_items_and_stores_are_named(school: School, word: str) -> None:
    """An item or a store that there is not is a usage error that names it."""
    school.merge()
    for option in ("--item", "--warehouse"):
        done = CliRunner().invoke(stock_command.command, ["balance", option, word, "--share", str(school.folder)])
        assert done.exit_code != 0
        assert word in str(done.exception)


def test_a_book_that_contradicts_itself_is_not_shown(school: School) -> None:
    """Another way of valuation may leave a return uncovered: every run and every question says so."""
    settings = school.folder / "houqin.toml"
    usual = settings.read_text("utf-8")
    settings.write_text(usual + 'valuation_method = "先进先出"\n', "utf-8")
    received = [came(1, "2026-11-01", 10, "10.00"), came(2, "2026-11-01", 10, "30.00")]
    back = came(3, "2026-11-03", -10, "-30.00", receipt_kind="红字入库", ref_doc="RK-202611-0002")
    school.save("ZW/库房.xlsx", {"stock_receipt": [*received, back], "stock_issue": [went(1, "2026-11-02", 10)]})
    assert school.sync()["problems"] == []
    assert lines_of(school)[-1][:3] == ("30.00", "0.000", "0.00")
    settings.write_text(usual, "utf-8")
    for _ in range(2):
        (problem,) = school.sync()["problems"]
        assert problem["code"] == "LED-02"
        assert PAPER in problem["message"]
        assert "RK-202611-0003" in problem["message"]
    with pytest.raises(UncoveredAmount):
        CliRunner().invoke(stock_command.command, ["--share", str(school.folder)], catch_exceptions=False)
    settings.write_text(usual + 'valuation_method = "先进先出"\n', "utf-8")
    assert school.sync()["problems"] == []


def test_the_master_ledger_shows_what_stock_is_worth(school: School) -> None:
    """总账.xlsx has quantity, price, value and the mark of items below their minimum, and the sums of the months."""
    items = [{**row, "min_stock": 60} for row in BASICS["item_catalogue"]]
    school.save("ZW/基础资料.xlsx", {**BASICS, "item_catalogue": items})
    steps = CASES["O01"]["steps"][:5]
    school.save("ZW/库房.xlsx", documents(steps))
    school.sync()
    book = load_workbook(school.folder / "published" / "总账.xlsx")
    headers, line = list(book["库存"].iter_rows(min_row=3, max_row=4, values_only=True))
    shown = dict(zip(headers, line, strict=True))
    assert (shown["账面数量"], shown["结存单价"], shown["金额"]) == (47, 23.4296, 1101.19)
    assert shown["库存情况"] == "低于最低"
    headers, total = list(book["收发存"].iter_rows(min_row=3, max_row=4, values_only=True))
    sums = dict(zip(headers, total, strict=True))
    assert (sums["月份"], sums["期初金额"], sums["本期收入"]) == ("2026-11", 440, 2149)
    assert (sums["本期发出"], sums["期末金额"]) == (1487.81, 1101.19)
    volumes = {path.name for path in (school.folder / "published" / "明细" / "月度收发存汇总表").iterdir()}
    assert volumes == {"2026-11.xlsx"}
