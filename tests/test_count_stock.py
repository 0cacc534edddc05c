"""Approved counts and the stock book: what a count found can be issued, what it missed cannot."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sync.commands import stock
from tests.rule_lines import Line, goods, issued, received
from tests.rule_lines_counts import approved, counted, planned
from tests.sync.school import School
from tests.test_count_effects import opened
from tests.test_rule_effects import Run, run, save
from tests.test_rule_workbooks import key_of


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school with its master data, on 22 November."""
    return opened(tmp_path / "share")


def found(school: School, item: Line, **cells: object) -> dict[str, Any]:
    """Return what the stock book has of an item."""
    arguments = ["balance", "--item", item.item, "--share", str(school.folder), "--json"]
    (line,) = json.loads(CliRunner().invoke(stock.command, arguments).output)
    return {name: line[name] for name in cells}


def test_what_a_count_found_can_be_issued(school: School) -> None:
    """12 counted of 10, approved on the 21st: from that day on 12 can be issued, and no more."""
    item, plan = goods(), planned("CK01")
    sheet = counted(plan, item, 12, count2=12, keeper="王芳")
    save(school, "ZW/盘点.xlsx", [item, received(item), plan, sheet, approved(sheet)])
    run(school)
    book = {"quantity": "12.000", "value": "24.00"}
    assert found(school, item, **book) == book
    sooner, more = issued(item, 11, doc_date="2026-11-20"), issued(item, 13, doc_date="2026-11-21")
    save(school, "ZW/领用.xlsx", [sooner, more])
    told = run(school)
    assert [told.errors(line) for line in (sooner, more)] == [["ISS-01"], ["ISS-01"]]
    (finding,) = [each for code, each in messages(told, more) if code == "ISS-01"]
    assert "2026-11-21 账面 12个，出库 13个" in finding
    whole = issued(item, 12, doc_date="2026-11-21")
    save(school, "ZW/全部.xlsx", [whole])
    assert run(school).errors(whole) == []
    nothing = {"quantity": "0.000", "value": "0.00"}
    assert found(school, item, **nothing) == nothing


def test_a_loss_that_was_issued_meanwhile_is_held(school: School) -> None:
    """3 counted of 10; with 5 issued before the approval, 7 less would leave −2: the approval is held and named."""
    item, plan = goods(), planned("CK01")
    sheet = counted(plan, item, 3, count2=3, keeper="王芳")
    save(school, "ZW/盘点.xlsx", [item, received(item), plan, sheet, issued(item, 5, doc_date="2026-11-21")])
    run(school)
    result = approved(sheet)
    save(school, "ZW/处理.xlsx", [result])
    told = run(school)
    assert told.errors(result) == ["X-01"]
    assert "将为 -2（" in dict(messages(told, result))["X-01"]
    book = {"quantity": "5.000", "value": "10.00"}
    assert found(school, item, **book) == book


def messages(told: Run, line: Line) -> list[tuple[str, str]]:
    """Return code and message of everything that was said about a row."""
    return [(each["code"], each["message"]) for each in told.findings.get(key_of(line), ())]
