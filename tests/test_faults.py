"""A run that is killed or kept from working at any moment loses nothing and doubles nothing (DESIGN 14).

A sample: ``python -m tests.faults --kills 500 --boundaries --troubles`` does the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.faults.kills import Driver, Rehearsed, driver, made_up, rehearsed
from tests.faults.schools import SMOOTH
from tests.faults.troubles import troubled


@pytest.fixture(scope="module")
def runs() -> Iterator[Driver]:
    """Give a driver of runs."""
    with driver() as started:
        yield started


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory, runs: Driver) -> Rehearsed:
    """Return two stages of a history as they are undisturbed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        return rehearsed(replace(SMOOTH, stages=SMOOTH.stages[:2]), tmp_path_factory.mktemp("faults"), runs)


@pytest.mark.parametrize("moment", ["between commit and publication", "amid the publication", "at any time"])
def test_killed_runs_are_made_up(known: Rehearsed, runs: Driver, moment: str) -> None:
    """After a kill the next run gives what an undisturbed one gives, and nothing is ever half written."""
    length = known.lengths[1]
    fault = {
        "between commit and publication": {"mark": length.first("|merge-done")},
        "amid the publication": {"mark": len(length.marks) * 3 // 4, "alone": True},
        "at any time": {"seconds": length.seconds / 2},
    }[moment]
    assert made_up(known, 1, runs, [fault]).wrong == []


@pytest.mark.parametrize("trouble", ["disk without room", "workbooks without rights", "clock goes back"])
def test_runs_in_trouble_are_made_up(known: Rehearsed, runs: Driver, trouble: str) -> None:
    """What keeps a run from working is said in words, and once it is over nothing is left of it."""
    assert troubled(trouble, known, 1, runs) == []
