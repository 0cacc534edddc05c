"""The tasks of the year: the plan that a new school gets, and its way into the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner

from schemas.plan.yearly_tasks import yearly_tasks
from sync.cli import houqin as program
from tests.sync.school import MASTER, School, counted

ORACLES = Path(__file__).parent / "oracles"
TASKS: list[dict[str, Any]] = json.loads((ORACLES / "annual_plan.json").read_text("utf-8"))
"""The 55 tasks of the seed plan: month, task_no, task, ids of the registers."""
TITLES = {each["id"]: each["title"] for each in json.loads((ORACLES / "registers.json").read_text("utf-8"))}
SHEET = "年度_月度工作计划任务表"


def said(tasks: list[Mapping[str, Any]]) -> list[tuple[int, int, str, str]]:
    """Return month, number, text and registers of tasks, in the order of the plan."""
    return sorted((row["month"], row["task_no"], row["task"], row["register_ref"]) for row in tasks)


WANTED = sorted(
    (each["month"], each["task_no"], each["task"], "、".join(map(TITLES.get, each["registers"]))) for each in TASKS
)


def houqin(*arguments: object) -> Any:  # noqa: ANN401 - a JSON document
    """Return the JSON document of a command."""
    return json.loads(CliRunner().invoke(program, [*map(str, arguments), "--json"]).output)


def test_a_new_plan_has_the_tasks_of_the_seed() -> None:
    """All 55 tasks stand under their months word for word, for the year of the day, not begun."""
    tasks = yearly_tasks(date(2027, 3, 1))
    assert said(tasks) == WANTED
    assert {(task["plan_year"], task["dept"], task["status"]) for task in tasks} == {("2027", "ZW", "未开始")}


def test_the_plan_goes_from_the_template_into_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ``template`` wrote is without a mistake, is taken whole, and stands word for word in the ledger."""
    monkeypatch.setenv("HOUQIN_TODAY", "2026-02-01")
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", MASTER)
    path = school.path("ZW/工作计划.xlsx")
    houqin("template", "annual_plan_task", "-o", path, "--share", school.folder)
    assert houqin("validate", path)["workbooks"][0]["findings"] == []
    book = school.book(school.merge(), "ZW/工作计划.xlsx")
    assert (counted(book), book["findings"]) == ({"read": 55, "accepted": 55}, [])
    rows = houqin("rows", "annual_plan_task", "--share", school.folder)
    assert said(rows) == WANTED
    assert {row["due"] for row in rows if row["month"] == 2} == {"2026-02-28"}


def test_only_the_office_that_keeps_the_plan_gets_its_tasks(tmp_path: Path) -> None:
    """``init`` writes the tasks into the workbook of general affairs; other departments begin with none."""
    houqin("init", tmp_path / "school", "--school", "星河小学")
    own, other = (
        openpyxl.load_workbook(tmp_path / "school" / "templates" / f"{name}台账.xlsx")[SHEET]
        for name in ("总务处", "食堂")
    )
    tasks = [own.cell(row, 5).value for row in range(4, 4 + len(TASKS))]
    assert sorted(tasks) == sorted(each["task"] for each in TASKS)
    assert [other.cell(row, 5).value for row in range(4, 34)] == [None] * 30
