"""What journals say over several runs: balances go on from sheet to sheet, a wrong one is told once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.rule_lines import MASTER, PARAMETERS
from tests.rule_lines_money import cash, then
from tests.sync.school import School
from tests.test_rule_effects import run, save
from tests.test_rule_workbooks import configure


@pytest.fixture
def school(tmp_path: Path) -> Iterator[School]:
    """Return a school with its people, on 22 November 2026."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        made = School(tmp_path / "share")
        configure(made, **PARAMETERS)
        save(made, "ZW/原有.xlsx", MASTER)
        yield made


def test_new_workbook_goes_on_from_the_last_accepted_balance(school: School) -> None:
    """The first row of a new page has to follow from the last row of the page before."""
    first = cash()
    second = then(first, "50.00")
    save(school, "ZW/一.xlsx", (first, second))
    assert run(school).findings == {}
    wrong, right = then(second, "1.00", balance="101.00"), then(second, "1.00")
    save(school, "ZW/二.xlsx", (wrong,))
    assert run(school).errors(wrong) == ["CSH-01"]
    save(school, "ZW/二.xlsx", (right,))
    assert run(school).findings == {}


def test_wrong_balance_stays_the_only_error_until_it_is_corrected(school: School) -> None:
    """Rows below a wrong balance go on from it as it was written; tried again it is as wrong as before."""
    first = cash()
    wrong = then(first, "50.00", balance="151.00")
    below = then(wrong, None, "1.00")
    save(school, "ZW/一.xlsx", (first, wrong, below))
    for _ in range(2):
        after = run(school)
        assert (after.errors(wrong), after.errors(below)) == (["CSH-01"], [])
        save(school, "ZW/二.xlsx", (cash(),))
