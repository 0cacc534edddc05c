"""A count from its plan to the adjusted books, through workbooks and the command line."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest
import yaml
from click.testing import CliRunner

from sync.commands import count, month, rows, stock, verify
from tests.rule_lines import Line, goods, issued, received, room
from tests.rule_lines_counts import (
    approved,
    code_of,
    counted,
    explained,
    owned,
    planned,
    planned_for_month_end,
    stocked,
    store,
)
from tests.sync.school import School
from tests.test_reconcile import with_parameters
from tests.test_rule_effects import save

_ORACLES = Path(__file__).parent / "oracles" / "books.yaml"
O10 = next(case for case in yaml.safe_load(_ORACLES.read_text("utf-8")) if case["id"] == "O10")
PLAN = "PD-202611-91"

Values = Mapping[str, object]


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> School:
    """Return a school with its master data, on 4 December."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-12-04")
    opened = School(tmp_path / "share")
    opened.become(with_parameters, "2026-12-04")
    return opened


def told(school: School, *arguments: str, code: int = 0, of: ModuleType = count) -> Any:  # noqa: ANN401 - any JSON
    """Return the JSON of a command and check its exit code."""
    result = CliRunner().invoke(of.command, [*arguments, "--share", str(school.folder), "--json"])
    assert result.exit_code == code, result.output
    return json.loads(result.output)


def codes(school: School) -> list[str]:
    """Run and return the codes of all errors."""
    books = school.merge()["workbooks"]
    return sorted(each["code"] for book in books for each in book["findings"] if each["severity"] == "error")


def fill(path: Path, to: Path, values: Callable[[dict[str, object]], Values]) -> None:
    """Fill the lines of a workbook as somebody in Excel would, and save it elsewhere."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    places = {str(cell.value): cell.column for cell in sheet[3] if cell.value}
    for line in range(4, sheet.max_row + 1):
        known = {title: sheet.cell(line, place).value for title, place in places.items()}
        if known["表号"]:
            for title, value in values(known).items():
                sheet.cell(line, places[title]).value = value
    to.parent.mkdir(parents=True, exist_ok=True)
    book.save(to)


def of_store(plan_room: str, **cells: object) -> Line:
    """Return the plan of the worked example."""
    return planned_for_month_end(plan_room, **{"plan_no": PLAN, **cells})


def example(school: School) -> tuple[str, Line]:
    """Save the documents and the plan of O10 and return its room and its item."""
    place, item = store(), goods("SP", "食品", "食品", item_code="SP0007", is_fresh="是")
    where = code_of(place)
    bought = {"warehouse": where, "unit_price": "23.80"}
    documents = [
        received(item, 60, doc_date="2026-11-01", receipt_kind="期初建账", amount="1428.00", **bought),
        issued(item, 24, doc_date="2026-11-20", warehouse=where),
        received(item, 10, doc_date="2026-12-01", amount="238.00", **bought),
        issued(item, 4, doc_date="2026-12-02", warehouse=where),
    ]
    save(school, "ZW/库房.xlsx", [place, item, *documents, of_store(where)])
    assert codes(school) == []
    return where, item


def test_worked_example_from_the_blind_sheet_to_the_difference(school: School) -> None:
    """O10: the sheet does not show 36; 41 have to be counted again; 41 less 10 plus 4 are 35, −1 = −23.80."""
    example(school)
    (plan,) = told(school, "plan", PLAN)
    assert (plan["state"], plan["lines"]) == ("未开始", {"expected": 1, "counted": 0, "held": 0, "not_counted": 1})
    assert plan["sheets"] == {"expected": 1, "missing": [f"{PLAN}-01"]}
    (sheet,) = told(school, "sheet", PLAN)["sheets"]
    cells = [cell.value for row in openpyxl.load_workbook(sheet["path"]).worksheets[0] for cell in row]
    assert "账面数量" not in cells
    assert 36 not in cells
    assert f"盘点计划号：{PLAN}" in str(cells)

    filled = school.path("ZW/盘点表.xlsx")
    once = {"初盘数量": 41, "盘点时间": "2026-12-02 10:00", "使用状况": "在用完好"}
    fill(Path(sheet["path"]), filled, lambda _: once)
    assert codes(school) == ["CNT-04"]
    waiting = told(school, "differences", PLAN, code=3)
    assert [each["codes"] for each in waiting["held"]] == [["CNT-04"]]
    assert [each["codes"] for each in waiting["not_counted"]] == ["CNT-04"]

    fill(filled, filled, lambda _: {"复盘数量": 41})
    assert codes(school) == []
    found, expect = told(school, "differences", PLAN, code=3), O10["expect"]
    (line,) = found["lines"]
    for name in ("qty_at_cutoff", "diff_qty"):
        assert line[name] == f"{expect[name]}.000"
    for name in ("diff_kind", "unit_value", "diff_amount", "recount_required"):
        assert line[name] == expect[name]
    assert (line["book_qty"], line["moved_in_after"], line["moved_out_after"]) == ("36.000", "10.000", "4.000")
    assert (found["state"], found["summary"]["accuracy_rate"], found["not_counted"]) == ("待说明", "0.00", [])
    assert balance(school) == ("42.000", "999.60")


def test_worked_example_from_the_reason_to_the_adjusted_books(school: School) -> None:
    """O10: nothing before the principal approved, then 盘亏出库 1 = 23.80 in December, and nothing is left to do."""
    where, item = example(school)
    save(school, "ZW/盘点表.xlsx", [counted_twice(item, where)])
    assert codes(school) == []
    results, handed_in = school.folder.parent / "处理表.xlsx", school.path("ZW/处理表.xlsx")
    assert told(school, "post", PLAN, "-o", str(results), code=3)["waiting"][0]["needs"] == "explanation"
    reason = {"原因": "自然损耗", "原因说明": "搬运时破损一袋", "处理建议": "报损"}
    fill(results, handed_in, lambda _: reason)
    assert codes(school) == []
    assert told(school, "post", PLAN, code=3)["waiting"][0]["needs"] == "approval"
    fill(handed_in, handed_in, lambda _: {"批准人": "李明", "批准日期": "2026-12-03"})
    assert codes(school) == ["VAR-01"]
    assert balance(school) == ("42.000", "999.60")
    fill(handed_in, handed_in, lambda _: {"批准人": "钱进"})
    assert codes(school) == []
    (posted,) = told(school, "post", PLAN)["posted"]
    assert (posted["adjusted_qty"], posted["amount"], posted["post_date"]) == ("-1.000", "-23.80", "2026-12-03")
    assert balance(school) == ("41.000", "975.80")
    assert balance(school, "--as-of", "2026-11-30") == ("36.000", "856.80")
    after = told(school, "differences", PLAN)
    assert (after["state"], after["summary"]["open"]) == ("已完成", {"lines": 0, "amount": "0.00"})


def test_next_count_agrees_and_the_rows_say_what_was_done(school: School) -> None:
    """After the adjustment a spot check finds 41 of 41; the registers show books, difference, document and status."""
    where, item = example(school)
    line = counted_twice(item, where)
    done = approved(line, approve_date="2026-12-03", suggestion="报损")
    save(school, "ZW/盘点表.xlsx", [line, done])
    assert codes(school) == []
    (result,) = told(school, "stocktake_result", of=rows)
    assert (result["status"], result["diff_qty"], result["room"]) == ("已调账", "-1.000", where)
    assert (result["adj_doc"], result["diff_kind"], result["diff_amount"]) == (f"CK-{PLAN}-01", "盘亏", "-23.80")
    (stated,) = told(school, "stocktake_sheet", of=rows)
    assert (stated["book_qty"], stated["qty_at_cutoff"], stated["diff_qty"]) == ("36.000", "35.000", "-1.000")
    times = {"cutoff": "2026-12-03 12:00", "count_from": "2026-12-03 13:00", "count_to": "2026-12-03 18:00"}
    again = planned(where, **times)
    save(school, "ZW/抽盘.xlsx", [again, counted(again, item, 41)])
    assert codes(school) == []
    (line_again,) = told(school, "differences", str(again.cells["plan_no"]))["lines"]
    assert (line_again["book_qty"], line_again["diff_qty"]) == ("41.000", "0.000")


def counted_twice(item: Line, where: str) -> Line:
    """Return the line of O10: 41 on the morning of 2 December, counted again."""
    cells = {"sheet_no": f"{PLAN}-01", "line_no": 1, "counted_at": "2026-12-02 10:00"}
    return counted(of_store(where), item, 41, count2=41, **cells)


def balance(school: School, *more: str) -> tuple[str, str]:
    """Return quantity and value of the item of the worked example."""
    (line,) = told(school, "balance", "--item", "SP0007", *more, of=stock)
    return line["quantity"], line["value"]


def test_open_sheet_shows_the_books_and_reads_back_without_a_word(school: School) -> None:
    """The quantity of the books is shown, and nobody is told that he typed it."""
    place = store()
    item, came = stocked(place, 7)
    save(school, "ZW/库房.xlsx", [place, item, came, of_store(code_of(place))])
    assert codes(school) == []
    folder = school.folder.parent / "盘点表"
    (sheet,) = told(school, "sheet", PLAN, "--open", "-o", str(folder))["sheets"]
    filled = school.path("ZW/盘点表.xlsx")
    told_once = {"初盘数量": 7, "盘点时间": "2026-12-01 10:00", "使用状况": "在用完好"}
    fill(Path(sheet["path"]), filled, lambda _: told_once)
    shown = openpyxl.load_workbook(filled, data_only=False).worksheets[0]
    assert [cell.value for cell in shown[4] if str(cell.value).startswith("=")] == ["=7.000"]
    book = school.book(school.merge(), "ZW/盘点表.xlsx")
    assert (book["read"], book["accepted"], book["findings"]) == (1, 1, [])
    assert told(school, "differences", PLAN)["lines"][0]["diff_kind"] == "账实相符"


def test_found_things_take_the_spare_lines(school: School) -> None:
    """A fan without a code is a surplus of the nominal yuan, until its result states a price."""
    place = store()
    item, came = stocked(place, 7)
    save(school, "ZW/库房.xlsx", [place, item, came, of_store(code_of(place))])
    assert codes(school) == []
    (sheet,) = told(school, "sheet", PLAN)["sheets"]
    filled = school.path("ZW/盘点表.xlsx")
    done = {"盘点时间": "2026-12-01 10:00", "使用状况": "在用完好"}
    fill(Path(sheet["path"]), filled, lambda _: {**done, "初盘数量": 7})
    book = openpyxl.load_workbook(filled)
    written = book.worksheets[0]
    for place_of, cell in enumerate(written[4], start=1):
        written.cell(5, place_of).value = cell.value
    titles = {cell.value: cell.column for cell in written[3]}
    for title, value in {"序号": 2, "物品编码": None, "名称规格": "旧风扇", "单位": "台", "初盘数量": 2}.items():
        written.cell(5, titles[title]).value = value
    book.save(filled)
    assert codes(school) == []
    found = told(school, "differences", PLAN, code=3)["lines"][1]
    assert (found["diff_kind"], found["diff_qty"], found["diff_amount"]) == ("盘盈", "2.000", "1.00")


def test_rooms_without_goods_and_assets_in_rooms_have_their_sheets(school: School) -> None:
    """One workbook per room: assets where transfers say they are, a line to write a zero on where there is nothing."""
    cards = [owned(), owned(room="CK01")]
    empty = room()
    plan = of_store(f"A-301、CK01、{code_of(empty)}", scope="固定资产半年")
    save(school, "ZW/资产.xlsx", [*cards, empty, plan])
    assert codes(school) == []
    sheets = told(school, "sheet", PLAN)["sheets"]
    assert [(each["sheet_no"], each["room"]) for each in sheets] == [
        (f"{PLAN}-01", "A-301"),
        (f"{PLAN}-02", code_of(empty)),
        (f"{PLAN}-03", "CK01"),
    ]
    names = [openpyxl.load_workbook(each["path"]).worksheets[0] for each in sheets]
    listed = [[row[7].value for row in sheet.iter_rows(min_row=4) if row[2].value] for sheet in names]
    assert listed[1] == ["账面无物品"]
    assert [len(each) for each in listed] == [each["lines"] for each in sheets]
    done = {"盘点时间": "2026-12-01 10:00", "使用状况": "在用完好"}
    for number, sheet in enumerate(sheets):
        fill(
            Path(sheet["path"]),
            school.path(f"ZW/盘点{number}.xlsx"),
            lambda known: {**done, "初盘数量": 1 if known["资产编号"] else 0},
        )
    assert codes(school) == []
    (told_plan,) = told(school, "plan", PLAN)
    assert (told_plan["state"], told_plan["sheets"]["missing"]) == ("已完成", [])


def test_sheets_are_never_written_where_somebody_may_have_filled_them(school: School) -> None:
    """Not into a department's folder, and not over a sheet that lies there, unless it is asked for."""
    place = store()
    item, came = stocked(place)
    save(school, "ZW/库房.xlsx", [place, item, came, of_store(code_of(place))])
    assert codes(school) == []
    inside = str(school.path("ZW"))
    runner, share = CliRunner(), ["--share", str(school.folder)]
    assert runner.invoke(count.command, ["sheet", PLAN, "-o", inside, *share]).exit_code == 2
    assert runner.invoke(count.command, ["sheet", PLAN, *share]).exit_code == 0
    assert runner.invoke(count.command, ["sheet", PLAN, *share]).exit_code == 2
    assert runner.invoke(count.command, ["sheet", PLAN, "--replace", *share]).exit_code == 0
    unknown = runner.invoke(count.command, ["differences", "PD-202611-00", *share])
    assert (unknown.exit_code, PLAN in unknown.output) == (2, True)


def test_left_out_lines_and_sheets_are_named(school: School) -> None:
    """What the books have and no sheet counted is listed, blank lines with their finding, and missing sheets."""
    place, far = store(), store()
    (one, came), (two, brought), (three, there) = stocked(place), stocked(place), stocked(far)
    plan = of_store(f"{code_of(place)}、{code_of(far)}")
    line = counted(plan, one, 10, sheet_no=f"{PLAN}-01", counted_at="2026-12-01 10:00")
    blank = counted(plan, two, None, sheet_no=f"{PLAN}-01", counted_at="2026-12-01 10:00")
    save(school, "ZW/库房.xlsx", [place, far, one, came, two, brought, three, there, plan, line, blank])
    assert codes(school) == ["CNT-01"]
    found = told(school, "differences", PLAN, code=3)
    assert [(each["item_code"], each["codes"]) for each in found["not_counted"]] == [
        (code_of(two), "CNT-01"),
        (code_of(three), ""),
    ]
    assert (found["missing_sheets"], found["state"]) == ([f"{PLAN}-02"], "盘点中")


def test_a_count_of_a_closed_month_posts_to_the_open_one(school: School) -> None:
    """A difference is explained, and approved when its month is closed: it posts on the first of the next one."""
    place = store()
    item = goods()
    came = received(item, 10, doc_no="RK-202611-0002", warehouse=code_of(place))
    plan = of_store(
        code_of(place), count_from="2026-11-29 08:00", count_to="2026-11-30 18:00", cutoff="2026-12-01 00:00"
    )
    line = counted(plan, item, 9, count2=9, counted_at="2026-11-30 10:00", sheet_no=f"{PLAN}-01")
    save(school, "ZW/库房.xlsx", [place, item, came, plan, line])
    save(school, "ZW/处理.xlsx", [explained(line)])
    assert codes(school) == []
    arguments = ["close", "2026-11", "--book", "库存账", "--by", "王芳", "--approver", "钱进"]
    closed = CliRunner().invoke(month.command, [*arguments, "--share", str(school.folder), "--json"])
    assert json.loads(closed.output)["ok"], closed.output
    save(school, "ZW/处理.xlsx", [approved(line, approve_date="2026-11-30")])
    school.merge()
    (posted,) = told(school, "post", PLAN)["posted"]
    assert (posted["approve_date"], posted["post_date"]) == ("2026-11-30", "2026-12-01")


def test_an_adjustment_of_a_closed_month_stays_what_it_was(school: School) -> None:
    """Neither its count nor its plan change any more, a later count posts the rest, and the closes still prove true."""
    place, item = store(), goods()
    where = code_of(place)
    came = received(item, 10, doc_no="RK-202611-0002", warehouse=where)
    times = {"count_from": "2026-11-20 08:00", "count_to": "2026-11-20 18:00", "cutoff": "2026-11-20 00:00"}
    first = of_store(where, scope="抽盘", **times)
    line = counted(first, item, 9, count2=9, counted_at="2026-11-20 10:00", sheet_no=f"{PLAN}-01")
    done = approved(line, approve_date="2026-11-23")
    save(school, "ZW/库房.xlsx", [place, item, came, first, line, done])
    assert codes(school) == []
    arguments = ["close", "2026-11", "--book", "库存账", "--by", "王芳", "--approver", "钱进"]
    closed = CliRunner().invoke(month.command, [*arguments, "--share", str(school.folder), "--json"])
    assert json.loads(closed.output)["ok"], closed.output
    otherwise = [first.but(cutoff="2026-11-19 00:00"), line.but(count1=8, count2=8), done.but(suggestion="继续查找")]
    save(school, "ZW/库房.xlsx", [place, item, came, *otherwise])
    assert codes(school) == ["IMP-05", "X-15", "X-15"]
    later = planned(where, cutoff="2026-12-01 00:00", count_from="2026-12-01 08:00", count_to="2026-12-01 18:00")
    again = counted(later, item, 7, count2=7, counted_at="2026-12-01 09:00")
    save(school, "ZW/库房.xlsx", [place, item, came, first, line, done])
    save(school, "ZW/抽盘.xlsx", [later, again, approved(again, approve_date="2026-12-02")])
    assert codes(school) == []
    assert [posted(school, plan) for plan in (first, later)] == [("-1.000", "2026-11-23"), ("-2.000", "2026-12-02")]
    (held,) = told(school, "balance", "--item", item.item, of=stock)
    assert held["quantity"] == "7.000"
    assert told(school, of=verify)["ok"]


def posted(school: School, plan: Line) -> tuple[str, str]:
    """Return what the one line of a plan has posted, and when."""
    (line,) = told(school, "post", str(plan.cells["plan_no"]))["posted"]
    return line["adjusted_qty"], line["post_date"]


def test_copy_of_a_sheet_counts_nothing_twice(school: School) -> None:
    """A sheet that was completed and copied before anybody looked is one sheet: no line of it was counted before."""
    place, first, second = store(), goods(), goods()
    where = code_of(place)
    bought = [received(item, 7, doc_date="2026-11-01", warehouse=where) for item in (first, second)]
    plan = of_store(where)
    save(school, "ZW/库房.xlsx", [place, first, second, *bought, plan])
    times = {"counted_at": "2026-12-02 10:00"}
    lines = [counted(plan, item, 7, room=where, **times) for item in (first, second)]
    save(school, "ZW/盘点表.xlsx", lines[:1])
    assert codes(school) == []
    for name in ("ZW/盘点表.xlsx", "ZW/盘点表 - 副本.xlsx"):
        save(school, name, lines)
    books = school.merge()["workbooks"]
    sheets = [book for book in books if "盘点表" in book["path"]]
    assert [book["unchanged"] + book["accepted"] for book in sheets] == [2, 2]
    assert [each["code"] for book in sheets for each in book["findings"] if each["code"] == "X-16"] == []
