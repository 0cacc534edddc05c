"""What rules do over several runs: rows are taken when room appears, amendments are held, partners are left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from schemas.register import all_registers
from tests.rule_lines import MASTER, Line
from tests.rule_stories import SECOND_STORE, STORIES
from tests.sync.school import School
from tests.test_rule_workbooks import Key, configure, key_of

RUNS = 3


def save(school: School, name: str, lines: Iterable[Line]) -> None:
    """Save a workbook, registers in their order."""
    rows: dict[str, list[Any]] = defaultdict(list)
    for line in lines:
        rows[line.register].append(line.cells)
    school.save(name, {register: rows[register] for register in all_registers() if register in rows})


@dataclass(frozen=True)
class Run:
    """What a run said about every row, and what is in the books after it."""

    findings: dict[Key, list[dict[str, Any]]]
    quantities: dict[Key, str]

    def errors(self, line: Line) -> list[str]:
        """Return the codes that hold a row."""
        return [each["code"] for each in self.findings.get(key_of(line), ()) if each["severity"] == "error"]


def run(school: School) -> Run:
    """Run once and return what it said."""
    findings: dict[Key, list[dict[str, Any]]] = defaultdict(list)
    for book in school.sync()["workbooks"]:
        for each in book["findings"]:
            findings[each["register"], *each["key"]].append(each)
    moving = ("requisition", "stock_receipt", "stock_issue")
    quantities = {
        (register, row["doc_no"], str(row["line_no"])): row["qty"]
        for register in moving
        for row in school.rows(register)
    }
    return Run(dict(findings), quantities)


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sequence[Run]]:
    """Return the runs of a school in which all stories happen."""
    folder = tmp_path_factory.mktemp("stories")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        school = School(folder / "share")
        configure(school, small_unit="false")
        save(school, "ZW/原有.xlsx", (*MASTER, SECOND_STORE, *(line for story in STORIES for line in story.stays)))
        found = []
        for number in range(RUNS):
            save(school, "ZW/常改.xlsx", (line for story in STORIES for line in story.saved_in(number)))
            found.append(run(school))
        yield found


@pytest.mark.parametrize("story", STORIES, ids=[story.name for story in STORIES])
def test_story(runs: Sequence[Run], story: Any) -> None:  # noqa: ANN401 - a Story
    """After each run exactly the rows that are wrong or too much are held, and the books say what was taken."""
    for number, after in enumerate(runs):
        told = [(after.errors(each.line), after.quantities.get(key_of(each.line))) for each in story.watched]
        wanted = [each.in_run(number) for each in story.watched]
        assert told == [([code] if code else [], quantity) for code, quantity in wanted], f"run {number}"
