"""What rules do over several runs: rows are taken when room appears, amendments are held, partners are left alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from schemas.register import all_registers
from tests.rule_lines import (
    MASTER,
    PARAMETERS,
    USUAL,
    Line,
    asked,
    brought_back,
    conversion,
    goods,
    issued,
    received,
    sent_back,
    staff,
)
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
    for book in school.merge()["workbooks"]:
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
        configure(school, **PARAMETERS)
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


def line_states(after: Run, *lines: Line) -> list[tuple[list[str], list[str], bool]]:
    """Return the errors and warnings of some rows, and whether they are in the books."""
    told = [after.findings.get(key_of(line), []) for line in lines]
    split = [
        [[each["code"] for each in found if each["severity"] == severity] for severity in ("error", "warning")]
        for found in told
    ]
    return [
        (errors, warnings, key_of(line) in after.quantities)
        for line, (errors, warnings) in zip(lines, split, strict=True)
    ]


def test_settings_decide_what_is_wrong(tmp_path: Path) -> None:
    """A change of roles or parameters in houqin.toml takes effect in the next run, with no workbook touched."""
    school = School(tmp_path / "share")
    item, stock = goods(), received(USUAL, 100)
    by_roster = staff(staff_no="T020", name="高远", dept="ZW", role_codes="GA_HEAD、CUSTODIAN")
    approved_by_roster, approved_by_grant = issued(USUAL, approver="高远"), issued(USUAL, approver="李明")
    keeper_inspects = received(USUAL, inspector="王芳")
    without_request = issued(USUAL, dept="JW")
    dear = received(item, 1, "2.80", doc_date="2026-11-03")
    rows = (approved_by_roster, approved_by_grant, keeper_inspects, without_request, dear)
    save(school, "ZW/全部.xlsx", (*MASTER, by_roster, item, stock, received(item, 1), *rows))
    assert line_states(run(school), *rows) == [
        ([], ["ROLE-MISMATCH"], True),
        ([], ["ROLE-MISMATCH"], True),
        (["RCP-02"], ["ROLE-MISMATCH"], False),
        ([], ["ROLE-MISMATCH"], True),
        ([], ["RCP-07", "ROLE-MISMATCH"], True),
    ]
    configure(
        school,
        requisition_required="true",
        requisition_exempt_depts='"ST"',
        allow_inspector_is_keeper="true",
        price_deviation_pct="40",
    )
    assert line_states(run(school), *rows) == [
        ([], ["ROLE-MISMATCH"], True),
        ([], [], True),
        ([], [], True),
        ([], ["ISS-11"], True),
        ([], [], True),
    ]


def in_the_books(school: School) -> dict[str, list[dict[str, Any]]]:
    """Return all rows of all registers without the numbers of the revisions that brought them."""
    return {
        register: [{name: value for name, value in row.items() if name != "_revision"} for row in school.rows(register)]
        for register in all_registers()
    }


@pytest.fixture
def departments() -> dict[str, list[Line]]:
    """Return the workbooks of a school in which nothing scarce is contested."""
    item, box = goods(), goods()
    request = asked(item)
    came, out, boxed = received(item), issued(item, requisition_no=request.number), received(box, 1, "10.00", unit="箱")
    wrong = (received(item, 1, amount="9.00"), issued(item, 4, requisition_no=request.number))
    heads = [line for line in MASTER if line.register == "department"]
    return {
        "ZW/部门.xlsx": heads,
        "ZW/单据.xlsx": [request, came, boxed, wrong[0], sent_back(came, -2)],
        "ST/出库.xlsx": [out, brought_back(out, -1), wrong[1]],
        "ZW/基础资料.xlsx": [*(line for line in MASTER if line not in heads), item, box, conversion(box)],
    }


def test_order_of_arrival_does_not_matter(
    tmp_path: Path, departments: dict[str, list[Line]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Workbooks that arrive at once, or one by one in any order, give the same rows."""
    names = list(departments)
    found = []
    for number, steps in enumerate(([names], [[name] for name in names], [[name] for name in (*names[1:], names[0])])):
        monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / f"state{number}"))
        school = School(tmp_path / f"share{number}")
        configure(school)
        for step in steps:
            for name in step:
                save(school, name, departments[name])
            school.merge()
        found.append(in_the_books(school))
    assert len(found[0]["stock_issue"]) == 2
    assert found[1] == found[0]
    assert found[2] == found[0]


def test_a_person_who_leaves_the_roster_keeps_what_was_stated(tmp_path: Path) -> None:
    """Roles that wait for an admin have no effect, but stay as they were written when a row goes missing."""
    school = School(tmp_path / "share")
    deputy = staff(staff_no="T020", name="高远", dept="ZW", role_codes="GA_HEAD、TEACHER")
    save(school, "ZW/人员.xlsx", (*MASTER, deputy))
    school.merge()
    save(school, "ZW/人员.xlsx", MASTER)
    school.merge()
    rows = {row["staff_no"]: (row["_status"], row["role_codes"]) for row in school.rows("staff_roster")}
    assert rows["T020"] == ("missing", "GA_HEAD、TEACHER")
