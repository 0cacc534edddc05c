"""What counts and disposals do over several runs: what the system computes, what waits, what settings change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from schemas.register import all_registers
from tests.rule_lines import MASTER, PARAMETERS, Line, goods, issued, received
from tests.rule_lines_counts import (
    approved,
    charged,
    code_of,
    counted,
    damaged,
    disposed,
    explained,
    owned,
    planned,
    stocked,
    store,
    written_off,
)
from tests.rule_lines_money import cash
from tests.sync.school import School
from tests.test_rule_effects import Run, run, save
from tests.test_rule_workbooks import configure, key_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where a school can be made, on 22 November."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    monkeypatch.setenv("HOUQIN_TODAY", "2026-11-22")
    return tmp_path / "share"


def opened(folder: Path, **parameters: str) -> School:
    """Return a school with roles, parameters and master data."""
    school = School(folder)
    configure(school, **PARAMETERS, **parameters)
    save(school, "ZW/原有.xlsx", MASTER)
    return school


def saved(school: School, *lines: Line) -> Run:
    """Save the lines as the keeper's workbook and run."""
    save(school, "ZW/盘点.xlsx", lines)
    return run(school)


def stated(school: School, line: Line) -> dict[str, Any]:
    """Return a row as it is in the books, empty if it is not."""
    names = all_registers()[line.register].key
    rows = {tuple(str(row[name]) for name in names): row for row in school.rows(line.register)}
    return rows.get(key_of(line)[1:], {})


def told(after: Run, line: Line) -> list[str]:
    """Return the codes of what was said about a row."""
    return sorted(each["code"] for each in after.findings.get(key_of(line), ()))


def test_counts_and_results_are_completed_by_the_system(folder: Path) -> None:
    """The second count decides; a result says how far it is, and who has to approve it where nobody said so."""
    school, plan, item, card = opened(folder), planned(), goods(), owned()
    once, twice = counted(plan, item, 4), counted(plan, card, 0, count2=1)
    results = (
        explained(once, reason=None, reason_note=None, suggestion=None),
        explained(twice),
        approved(again := counted(plan, other := goods(), 2)),
        explained(later := counted(plan, third := goods(), 3), suggestion="继续查找"),
    )
    assert saved(school, plan, item, card, other, third, once, twice, again, later, *results).findings == {}
    assert [stated(school, line)["final_qty"] for line in (once, twice)] == ["4.000", "1.000"]
    assert [(stated(school, each)["status"], stated(school, each)["approve_level"]) for each in results] == [
        ("待说明", "校长"),
        ("待审批", "主管部门"),
        ("已批", "校长"),
        ("挂账", "校长"),
    ]


def test_compensation_says_how_far_it_is(folder: Path) -> None:
    """Open, due, paid in part, paid, or nothing to pay; a blank payment is none."""
    school = opened(folder)
    nothing = {"basis": None, "base_amount": None, "ratio": None, "amount": None}
    rows = (
        damaged(),
        charged(),
        charged(paid="10.00", receipt_no="SJ0001"),
        charged(paid="25.00", receipt_no="SJ0002"),
        charged(cause="不可抗力", liable="否", **nothing),
        charged(cause="故意损坏", ratio=None, amount="50.00"),
    )
    journal = (cash(ref_doc="SJ0001"), cash(ref_doc="SJ0002"))
    assert saved(school, *rows, *journal).findings == {}
    assert [stated(school, row)["status"] for row in rows] == ["待查", "待赔", "部分", "已赔", "免赔", "待赔"]
    assert (stated(school, rows[1])["paid"], stated(school, rows[5])["ratio"]) == ("0.00", "100.00")


def test_disposal_takes_its_value_and_age_from_the_card(folder: Path) -> None:
    """Three of seven things worth 100.00 together are worth 42.86; whole months count, six years are enough."""
    school = opened(folder)
    cells = {
        "asset_kind": "家具和用具",
        "class_code": "A05010201",
        "asset_name": "课桌",
        "unit": "张",
        "life_months": 180,
    }
    batch = owned(**cells, qty=7, is_batch="是", unit_price="14.29", original_value="100.00")
    short, full = (owned(acquire_date=day, entry_date=day) for day in ("2020-11-06", "2020-11-05"))
    rows = written_off(batch, 3), written_off(short), written_off(full)
    saved(school, batch, short, full, *rows)
    names = ("original_value", "used_months", "min_life_reached")
    assert [tuple(stated(school, row)[name] for name in names) for row in rows] == [
        ("42.86", 139, False),
        ("3500.00", 71, False),
        ("3500.00", 72, True),
    ]


def test_result_waits_for_its_count(folder: Path) -> None:
    """A result whose line was not counted is held, and taken in the run in which the sheet arrives."""
    school, plan, item = opened(folder), planned(), goods()
    line = counted(plan, item)
    result = explained(line)
    assert told(saved(school, plan, item, result), result) == ["X-15"]
    assert stated(school, result) == {}
    save(school, "ZW/补录.xlsx", [line])
    run(school)
    assert stated(school, result)["status"] == "待审批"


def test_difference_goes_away_with_the_document_that_was_missing(folder: Path) -> None:
    """A count that differs is held for its second count; a late receipt from before the cut-off explains it."""
    school, place = opened(folder), store()
    plan = planned(code_of(place), scope="月度库存")
    item, came = stocked(place)
    line = counted(plan, item, 12)
    first = saved(school, place, item, came, plan, line)
    assert (told(first, line), told(first, plan)) == (["CNT-04"], ["X-16"])
    late = received(item, 2, warehouse=code_of(place), doc_date="2026-11-19")
    second = saved(school, place, item, came, plan, line, late)
    assert (told(second, line), told(second, plan)) == ([], [])
    assert stated(school, line)["final_qty"] == "12.000"


def test_what_left_on_a_disposal_is_not_missing_from_it(folder: Path) -> None:
    """Ten of ten are written off and handed out: the application can be completed, an eleventh piece cannot be."""
    school, item = opened(folder), goods()
    came, open_one = received(item, 10), written_off(item, 10)
    out = issued(item, 10, issue_kind="报废出库", ref_doc=open_one.number, doc_date="2026-11-09")
    assert saved(school, item, came, open_one, out).findings == {}
    done = open_one.but(approver="李明", approve_date="2026-11-08", dispose_date="2026-11-09")
    more = written_off(item, 1)
    after = saved(school, item, came, done, out, more)
    assert (told(after, done), told(after, more)) == ([], ["NUM-RANGE"])
    assert stated(school, done)["dispose_date"] == "2026-11-09"


def test_school_sets_its_own_limits(folder: Path) -> None:
    """Tolerance of counts, what the school may write off itself, and from which value an appraisal is needed."""
    school, place = opened(folder, count_tolerance_pct="10", asset_disposal_limit="3500", appraisal_min="3500"), store()
    plan = planned(code_of(place))
    (item, came), (other, brought) = stocked(place), stocked(place)
    near, far = counted(plan, item, 9), counted(plan, other, 8)
    small, dear = (
        owned(unit_price="3499.99", original_value="3499.99"),
        owned(unit_price="3500.01", original_value="3500.01"),
    )
    gone, kept = disposed(small, approval_no=None), disposed(dear, approval_no=None)
    after = saved(school, place, item, came, other, brought, plan, near, far, small, dear, gone, kept)
    assert (told(after, near), told(after, far)) == ([], ["CNT-04"])
    assert (told(after, gone), told(after, kept)) == ([], ["REQ-EMPTY", "REQ-EMPTY"])
