"""The asset book through the public door: workbooks in, ``houqin sync``, ``houqin assets --json`` out (O11)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from openpyxl import load_workbook

from sync.cli import houqin
from tests.sync.school import MASTER, School, codes
from tests.test_asset_workbooks import CARD, ROOMS, moved

_FILE = Path(__file__).parent / "oracles" / "books.yaml"
ORACLES: dict[str, dict[str, Any]] = {case["id"]: case for case in yaml.safe_load(_FILE.read_text("utf-8"))}
O11 = ORACLES["O11"]["expect"]

COMPUTER = CARD | {
    "asset_no": "ZC2026-000001",
    "unit_price": "4999.00",
    "original_value": "4999.00",
    "acquire_date": "2026-03-20",
    "entry_date": "2026-03-25",
    "room": "A-301",
}
"""The computer of O11: its life is the least one of its class, 72 months."""

Ask = Callable[..., Any]


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return how the school's today is set."""
    return lambda day: monkeypatch.setenv("HOUQIN_TODAY", day)


@pytest.fixture
def school(tmp_path: Path, on: Callable[[str], None]) -> School:
    """Return a school with two classrooms, today at the end of 2026."""
    on("2026-12-31")
    made = School(tmp_path / "share")
    made.become(with_rooms, "2026-12-31")
    return made


def with_rooms(school: School) -> None:
    """Merge master data with two classrooms."""
    school.save("ZW/基础.xlsx", {**MASTER, "location": ROOMS})
    school.sync()


def say(school: School, *words: str) -> Any:  # noqa: ANN401 - whatever the document holds
    """Return what ``houqin`` says as JSON."""
    told = CliRunner().invoke(houqin, [*words, "--share", str(school.folder), "--json"], catch_exceptions=False)
    assert told.exit_code == 0, told.output
    return json.loads(told.output)


def ask(school: School, *words: str) -> Any:  # noqa: ANN401
    """Return what ``houqin assets`` says as JSON."""
    return say(school, "assets", *words)


def taken(school: School, **books: list[dict[str, object]]) -> None:
    """Save one workbook per register and run once: every row is accepted."""
    names = {f"ZW/{register}.xlsx": {register: rows} for register, rows in books.items()}
    for name, rows in names.items():
        school.save(name, rows)
    told = school.merge()
    for name in names:
        assert codes(school.book(told, name)) == []


def month(school: School, period: str, asset_no: str = "ZC2026-000001") -> dict[str, Any]:
    """Return the line of an asset in a month."""
    lines = ask(school, "depreciation", "--month", period)["assets"]
    return next(line for line in lines if line["asset_no"] == asset_no)


def disposal(asset_no: str, day: str, qty: int = 1, **cells: object) -> dict[str, object]:
    """Return a disposal that was asked for, decided, approved and carried out on one day."""
    approval = {"approver": "李明", "approve_date": day, "decision_no": "JC-2026-001", "approval_no": "教财〔2026〕8号"}
    plain = {"doc_no": f"BF-{day[:4]}{day[5:7]}-0001", "doc_date": day, "line_no": 1, "asset_no": asset_no, "qty": qty}
    words = {"way": "报废", "reason": "无维修价值", "applicant": "孙丽", "appraisal": "主板损坏，无维修价值"}
    return plain | words | approval | {"dispose_date": day} | cells


def test_straight_line_from_the_month_of_entry(school: School) -> None:
    """O11: the month of entry counts, there is no residual value, the last month takes the rest."""
    taken(school, fixed_asset_card=[COMPUTER])
    schedule = ask(school, "depreciation", "--asset", "zc2026-000001")["schedule"]
    assert len(schedule) == 72
    assert {line["charge"] for line in schedule[:-1]} == {O11["monthly"]}
    first, last = schedule[0], schedule[-1]
    assert (first["month"], last["month"], last["charge"]) == (
        str(O11["first_month"]), str(O11["last_month"]), O11["last_month_amount"],
    )  # fmt: skip
    assert (last["accum_depr"], last["net_value"]) == ("4999.00", "0.00")
    listed = ask(school, "list", "--as-of", "2026-12-31")
    assert [(one["accum_depr"], one["net_value"]) for one in listed] == [(O11["accum_2026_12"], O11["net_2026_12"])]
    assert (listed[0]["first_month"], listed[0]["last_month"], listed[0]["months_taken"]) == ("2026-03", "2032-02", 10)
    december = month(school, "2026-12")
    assert (december["charge"], december["accum_depr"]) == (O11["monthly"], O11["accum_2026_12"])


def test_disposed_asset_is_not_charged_in_its_month(school: School, on: Callable[[str], None]) -> None:
    """O11: disposed on 10 June 2027, 15 months were charged; the card leaves the book, the sums agree."""
    taken(school, fixed_asset_card=[COMPUTER])
    on("2027-07-01")
    taken(school, disposal_register=[disposal("ZC2026-000001", "2027-06-10")])
    may, june = month(school, "2027-05"), month(school, "2027-06")
    assert (may["accum_depr"], may["net_value"], may["months_taken"]) == ("1041.45", "3957.55", 15)
    assert (june["charge"], june["original_value"], june["accum_depr"]) == ("0.00", "0.00", "0.00")
    totals = ask(school, "depreciation", "--month", "2027-06")["totals"]
    left = {name: totals[name] for name in ("original_start", "disposals", "original_end", "accum_of_disposals")}
    assert left == {
        "original_start": "4999.00", "disposals": "4999.00", "original_end": "0.00", "accum_of_disposals": "1041.45",
    }  # fmt: skip
    assert ask(school, "list") == []
    assert [one["status"] for one in ask(school, "list", "--status", "已处置")] == ["已处置"]
    assert [one["net_value"] for one in ask(school, "list", "--as-of", "2027-05-31")] == ["3957.55"]


def test_upgrade_is_spread_over_the_months_left(school: School, on: Callable[[str], None]) -> None:
    """O11: 600.00 more from January 2027 on; the ten months before stay as they were charged."""
    taken(school, fixed_asset_card=[COMPUTER])
    on("2027-02-01")
    better = {"unit_price": "5599.00", "original_value": "5599.00", "change_date": "2027-01-15", "change_doc": "BD-1"}
    taken(school, fixed_asset_card=[COMPUTER | better])
    schedule = ask(school, "depreciation", "--asset", "ZC2026-000001")["schedule"]
    assert [line["charge"] for line in schedule[:10]] == ["69.43"] * 10
    assert schedule[9]["accum_depr"] == "694.30"
    assert [line["charge"] for line in schedule[10:-1]] == ["79.11"] * 61
    assert (schedule[-1]["month"], schedule[-1]["charge"], len(schedule)) == ("2032-02", "78.99", 72)
    totals = ask(school, "depreciation", "--month", "2027-01")["totals"]
    assert (totals["original_start"], totals["changes"], totals["original_end"]) == ("4999.00", "600.00", "5599.00")


def test_corrected_change_is_one_change(school: School, on: Callable[[str], None]) -> None:
    """A card whose change was mistyped and corrected under the same document was changed once."""
    taken(school, fixed_asset_card=[COMPUTER])
    on("2027-02-01")
    change = {"change_date": "2027-01-15", "change_doc": "BD-1"}
    for price in ("9999.00", "5599.00"):
        taken(school, fixed_asset_card=[COMPUTER | change | {"unit_price": price, "original_value": price}])
    assert month(school, "2027-01")["monthly"] == "79.11"
    taken(school, fixed_asset_card=[COMPUTER])
    assert month(school, "2027-01")["monthly"] == "69.43"


def test_batch_is_charged_as_a_whole(school: School, on: Callable[[str], None]) -> None:
    """O11: 50 desks of 268.00 over 180 months; ten that are scrapped take their part along."""
    desks = COMPUTER | {
        "asset_no": "ZC2026-000002", "asset_name": "课桌", "class_code": "A05010203", "asset_kind": "家具和用具",
        "qty": 50, "unit": "张", "unit_price": "268.00", "original_value": "13400.00", "is_batch": "是",
    }  # fmt: skip
    taken(school, fixed_asset_card=[desks])
    assert month(school, "2026-03", "ZC2026-000002")["monthly"] == "74.44"
    on("2027-07-01")
    taken(school, disposal_register=[disposal("ZC2026-000002", "2027-06-10", qty=10)])
    # 15 months of 74.44 are 1116.60; a fifth of 13400.00 and 1116.60 leaves, 9826.72 is spread over 165 months
    june = month(school, "2027-06", "ZC2026-000002")
    assert (june["original_value"], june["charge"], june["accum_depr"]) == ("10720.00", "59.56", "952.84")
    assert [(one["quantity"], one["status"]) for one in ask(school, "list")] == [("40.000", "在用")]


def test_card_without_entry_is_there_but_in_no_sum(school: School) -> None:
    """What finance has not entered is listed, not depreciated and not in the sums."""
    taken(school, fixed_asset_card=[COMPUTER | {"entry_date": None}])
    listed = ask(school, "list")
    assert [(one["entered"], one["quantity"], one["accum_depr"], one["net_value"]) for one in listed] == [
        (False, "1.000", "0.00", "4999.00")
    ]
    assert ask(school, "depreciation")["totals"]["original_end"] == "0.00"


@pytest.mark.parametrize(
    "cells",
    [
        {"class_code": "A04010100", "asset_kind": "图书和档案", "qty": 100, "unit": "册", "is_batch": "是"}
        | {"unit_price": "49.99"},
        {"class_code": "A03010000", "asset_kind": "文物和陈列品", "unit": "件"},
        {"class_code": "A06010000", "asset_kind": "特种动植物", "unit": "株"},
        {"value_type": "名义金额", "unit_price": "1.00", "original_value": "1.00"},
    ],
)
def test_what_is_never_depreciated(school: School, cells: dict[str, object]) -> None:
    """Relics, plants and animals, books, and what is worth a nominal 1.00 keep their value (DOMAIN.md 3.3)."""
    taken(school, fixed_asset_card=[COMPUTER | cells])
    line = month(school, "2026-12")
    assert (line["charge"], line["accum_depr"], line["months_left"]) == ("0.00", "0.00", 0)


def test_card_taken_over_goes_on_from_there(school: School) -> None:
    """What an older system charged until August is spread over the months that are left (DOMAIN.md 3.3)."""
    old = {"acquire_date": "2024-03-20", "entry_date": "2024-03-25", "accum_at_start": "2000.00"}
    taken(school, fixed_asset_card=[COMPUTER | old | {"accum_as_of": "2026-08"}])
    # March 2024 to August 2026 are 30 of 72 months: (4999.00 - 2000.00) / 42 = 71.404…
    september = month(school, "2026-09")
    assert (september["charge"], september["accum_depr"], september["months_left"]) == ("71.40", "2071.40", 41)


def test_transfer_moves_the_asset_until_the_card_says_so(school: School) -> None:
    """Place, keeper and department follow the transfer; before its day the asset is where the card says."""
    taken(school, fixed_asset_card=[CARD])
    taken(school, asset_transfer=[moved(to_person="赵强")])
    [now] = ask(school, "list")
    assert (now["room"], now["user"], now["dept"]) == ("A-302", "T003", "ST")
    [before] = ask(school, "list", "--as-of", "2026-11-02")
    assert (before["room"], before["user"], before["dept"]) == ("A-301", "T004", "ZW")
    assert ask(school, "list", "--room", "A-301") == []


def test_rows_and_volumes_say_what_things_are_worth(school: School, on: Callable[[str], None]) -> None:
    """Depreciation and net value stand in the rows of cards and disposals, in the command and in the volumes."""
    worth = ("original_value", "accum_depr", "net_value")
    desks = COMPUTER | {
        "asset_no": "ZC2026-000002", "class_code": "A05010203", "asset_kind": "家具和用具", "asset_name": "课桌",
        "qty": 50, "unit": "张", "unit_price": "268.00", "original_value": "13400.00", "is_batch": "是",
    }  # fmt: skip
    taken(school, fixed_asset_card=[COMPUTER, desks])
    cards = say(school, "rows", "fixed_asset_card")
    assert [tuple(card[name] for name in worth) for card in cards] == [
        ("4999.00", "694.30", "4304.70"), ("13400.00", "744.40", "12655.60"),
    ]  # fmt: skip
    school.sync()
    assert volume(school, "固定资产卡片(实物台账)", "累计折旧") == [Decimal("694.30"), Decimal("744.40")]
    on("2027-07-01")
    planned = disposal("ZC2026-000002", "2027-06-20", qty=10, line_no=2, dispose_date=None)
    taken(school, disposal_register=[disposal("ZC2026-000001", "2027-06-10"), planned])
    rows = say(school, "rows", "disposal_register")
    # the plan of ten desks as of July: 17 months of 74.44 are 1265.48, a fifth of it is 253.096
    assert [tuple(row[name] for name in worth) for row in rows] == [
        ("4999.00", "1041.45", "3957.55"), ("2680.00", "253.10", "2426.90"),
    ]  # fmt: skip
    assert [card["net_value"] for card in say(school, "rows", "fixed_asset_card")] == [None, "12134.52"]
    on("2027-08-01")
    school.sync()
    assert volume(school, "固定资产卡片(实物台账)", "累计折旧") == [None, Decimal("1339.92")]


def volume(school: School, title: str, column: str) -> list[Decimal | None]:
    """Return a column of money of the volumes of a register, in the order of their rows."""
    found: list[Decimal | None] = []
    for path in sorted((school.folder / "published" / "明细" / title).iterdir()):
        header, *rows = load_workbook(path).active.iter_rows(values_only=True)
        values = [row[header.index(column)] for row in rows]
        found += [None if value is None else Decimal(str(value)).quantize(Decimal("0.01")) for value in values]
    return found


def test_unknown_card_is_a_sentence(school: School) -> None:
    """A number that no card has is a mistake in the call."""
    told = CliRunner().invoke(houqin, ["assets", "depreciation", "--asset", "ZC9", "--share", str(school.folder)])
    assert told.exit_code == 2
    assert "ZC9" in told.output


PLAN = {
    "plan_no": "PD-202611-01", "scope": "抽盘", "cutoff": "2026-11-20 12:00", "count_from": "2026-11-20 13:00",
    "count_to": "2026-11-20 18:00", "warehouses": "A-301", "blind": "是", "counters": "赵强、王芳", "observer": "李明",
}  # fmt: skip


def counted(line: int, name: str, qty: int = 1, **cells: object) -> dict[str, object]:
    """Return a line of the count sheet of the classroom."""
    hands = {"counter": "赵强", "observer": "李明", "keeper": "孙丽", "condition": "在用完好"}
    plain = {"plan_no": PLAN["plan_no"], "sheet_no": "01", "line_no": line, "room": "A-301", "name_spec": name}
    return plain | {"unit": "台", "count1": qty, "counted_at": "2026-11-20 14:30"} | hands | cells


def result(line: int, **cells: object) -> dict[str, object]:
    """Return what is said about a line of that sheet."""
    key = {"plan_no": PLAN["plan_no"], "sheet_no": "01", "line_no": line}
    return key | {"reason": "其他", "reason_note": "账外物品，来历待查清", "suggestion": "调账"} | cells


def test_found_things_are_entered_at_market_price_or_one_yuan(school: School) -> None:
    """O12: 1350.00 where a price of the same kind is known, else the nominal 1.00, of which nothing is charged."""
    wanted = ORACLES["O12"]["expect"]
    taken(school, stocktake_plan=[PLAN])
    taken(school, stocktake_sheet=[counted(1, "投影仪"), counted(2, "旧文件柜")])
    taken(school, stocktake_result=[result(1, unit_value="1350.00"), result(2)])
    entries = ask(school, "entries", "--month", "2026-11")["entries"]
    lines = {entry["name"]: entry["lines"] for entry in entries}
    assert wanted["projector_entry"] == "1350.00 借 固定资产 / 贷 待处理财产损溢"
    booked = {"debit": "1601 固定资产", "credit": "1902 待处理财产损溢"}
    assert lines == {"投影仪": [booked | {"amount": "1350.00"}], "旧文件柜": [booked | {"amount": "1.00"}]}
    assert wanted["cabinet_entry"] == "1.00 nominal (名义金额), no depreciation"
    cabinet = {
        "asset_no": "ZC2026-000009", "asset_name": "文件柜", "class_code": "A05010502", "asset_kind": "家具和用具",
        "unit": "个", "value_type": "名义金额", "unit_price": "1.00", "original_value": "1.00",
        "acquire_way": "盘盈", "acquire_date": "2026-11-20", "entry_date": "2026-11-25",
    }  # fmt: skip
    taken(school, fixed_asset_card=[COMPUTER | cabinet])
    line = month(school, "2026-12", "ZC2026-000009")
    assert (line["charge"], line["net_value"]) == ("0.00", "1.00")


def test_missing_asset_is_entered_net_of_its_depreciation(school: School) -> None:
    """A missing computer: its net value to 1902, its depreciation off 1602, its original value off 1601."""
    taken(school, fixed_asset_card=[COMPUTER], stocktake_plan=[PLAN])
    gone = counted(1, "台式计算机", 0, asset_no="ZC2026-000001", count2=0, condition="不在现场")
    taken(school, stocktake_sheet=[gone])
    [entry] = ask(school, "entries", "--month", "2026-11")["entries"]
    # nine months of 69.43 until November
    assert entry["lines"] == [
        {"debit": "1902 待处理财产损溢", "credit": "1601 固定资产", "amount": "4374.13"},
        {"debit": "1602 固定资产累计折旧", "credit": "1601 固定资产", "amount": "624.87"},
    ]


def test_income_of_a_disposal_is_owed_to_the_treasury(school: School, on: Callable[[str], None]) -> None:
    """What is left of the income of what was sold is to be remitted; the card goes at its net value."""
    taken(school, fixed_asset_card=[COMPUTER])
    on("2027-07-01")
    sold = disposal("ZC2026-000001", "2027-06-10", way="出售", income="300.00", cost="20.00", remit_no="JK-1")
    taken(school, disposal_register=[sold])
    entries = ask(school, "entries", "--month", "2027-06")["entries"]
    amounts = {(line["debit"], line["credit"]): line["amount"] for entry in entries for line in entry["lines"]}
    assert amounts == {
        ("1902 待处理财产损溢", "1601 固定资产"): "3957.55",
        ("1602 固定资产累计折旧", "1601 固定资产"): "1041.45",
        ("资产处置费用", "1902 待处理财产损溢"): "3957.55",
        ("1902 待处理财产损溢-处理净收入", "应缴财政款"): "280.00",
    }


def balance(account: str, name: str, **cells: object) -> dict[str, object]:
    """Return a line of the trial balance of September."""
    return {"period": "2026-09", "account_code": account, "account_name": name} | cells


def test_quarter_is_compared_with_the_ledger_before_it_is_sent(school: School) -> None:
    """Register 25: by class at the end of the quarter, against 1601 and 1602 (DOMAIN.md 3.9)."""
    taken(school, fixed_asset_card=[COMPUTER])
    told = ask(school, "upload", "--quarter", "2026Q3")
    assert told["due"] == "2026-10-15"
    # seven months of 69.43 until September
    row = {"quarter": "2026Q3", "class_code": "A02010105", "qty": "1.000", "original_value": "4999.00"}
    assert told["rows"] == [row | {"accum_depr": "486.01", "net_value": "4512.99", "gl_balance": None}]
    assert (told["ready"], "未核对" in told["checks"][0]["message"]) == (True, True)
    sides = {"open_dr": "4999.00", "close_dr": "4999.00"}
    accounts = [
        balance("1601", "固定资产", **sides),
        balance("1602", "固定资产累计折旧", open_cr="400.00", close_cr="400.00"),
        balance("3001", "累计盈余", open_cr="4599.00", close_cr="4599.00"),
    ]
    school.save("CW/科目余额.xlsx", {"gl_balance": accounts})
    school.merge()
    told = ask(school, "upload", "--quarter", "2026Q3")
    assert [(check["code"], check["ok"]) for check in told["checks"]] == [
        ("AUP-01", True), ("AUP-02", False), ("FA-07", True), ("X-14", True),
    ]  # fmt: skip
    assert "86.01" in told["checks"][1]["message"]
    sent = {"quarter": "2026Q3", "class_code": "A02010105", "upload_date": "2026-10-12", "uploader": "王芳"}
    taken(school, asset_upload_quarterly=[sent])
    rows = say(school, "rows", "asset_upload_quarterly")
    assert [(row["quarter"], row["net_value"], row["uploader"]) for row in rows] == [
        ("2026Q1", "4929.57", None), ("2026Q2", "4721.28", None), ("2026Q3", "4512.99", "T002"),
    ]  # fmt: skip


def compensation(number: int, **cells: object) -> dict[str, object]:
    """Return an event of 10 June 2027: the computer was lost by a visitor, who pays for it."""
    plain = {"doc_no": f"PC-202706-{number:04d}", "event_date": "2027-06-10", "asset_no": "ZC2026-000001", "qty": 1}
    who = {"person_kind": "外来人员", "responsible": "张三", "approver": "李明"}
    why = {"cause": "遗失", "cause_note": "借出后遗失", "liable": "是", "basis": "净值", "ratio": "100"}
    return plain | who | why | cells


def test_compensation_is_based_on_the_net_value(school: School, on: Callable[[str], None]) -> None:
    """O25: what was lost is paid at its net value, the repairable at the invoice, natural wear by nobody."""
    lost, repaired, worn = ORACLES["O25"]["cases"]
    wanted = lost["expect"]
    base = {"base_amount": wanted["base"]}
    taken(school, fixed_asset_card=[COMPUTER])
    on("2027-07-01")
    rows = [
        compensation(1, **base, amount=wanted["ratio_100"]),
        compensation(2, **base, ratio="60", amount=wanted["ratio_60"]),
        compensation(3, cause="过失损坏", basis="维修费", base_amount="180.00", amount=repaired["expect"]["amount"]),
        compensation(4, **base, cause="自然损耗", amount=wanted["base"]),
        compensation(5, **base, ratio="60", amount="2374.52"),
        compensation(6, base_amount="3888.12", amount="3888.12"),
    ]
    school.save("ZW/赔偿.xlsx", {"compensation_register": rows})
    book = school.book(school.merge(), "ZW/赔偿.xlsx")
    held = {tuple(each["key"]): each["code"] for each in book["findings"] if each["severity"] == "error"}
    assert worn["expect"] == "reject CMP-01"
    assert held == {("PC-202706-0004",): "CMP-01", ("PC-202706-0005",): "CMP-02"}
    # a base after June's charge is one month too low; the floor, 20 % of 4600.00, is below the net value
    told = {tuple(each["key"]): each["message"] for each in book["findings"] if each["code"] == "CMP-05"}
    assert list(told) == [("PC-202706-0006",)]
    assert "3957.55" in told["PC-202706-0006",]
