import json
import subprocess
import sys
from typing import Any

import pytest

RUNS = ("empty", "unchanged", "tenth_changed", "one_changed")


@pytest.fixture(scope="module")
def figures() -> dict[str, Any]:
    """Return what the benchmark says of two small workbooks."""
    command = [sys.executable, "-m", "tests.benchmarks.merge", "--books", "2", "--rows", "40"]
    told = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    answer: dict[str, Any] = json.loads(told.splitlines()[-1])
    return answer


def test_every_run_takes_the_rows_it_should(figures: dict[str, Any]) -> None:
    """All rows are new, then none, then a tenth, then one: no rule holds any and none is warned about."""
    accepted = [figures["runs"][name]["accepted"] for name in RUNS]
    assert accepted == [80, 0, 8, 1]
    assert [figures["runs"][name]["held"] + figures["runs"][name]["findings"] for name in RUNS] == [0, 0, 0, 0]


def test_every_figure_is_there(figures: dict[str, Any]) -> None:
    """The JSON line holds the times of each run and peer, the memory of all processes and the ratios."""
    for name in RUNS:
        run = figures["runs"][name]
        assert 0 < run["merge_seconds"] < run["seconds"]
        assert run["publish_seconds"] > 0
    assert {name: peer["rows"] for name, peer in figures["peers"].items()} == {
        "fastexcel": 80,
        "pandas_openpyxl": 80,
        "pandas_calamine": 80,
    }
    assert figures["peak_mebibytes"] > 0
    assert figures["cold_seconds"] > 0
    assert figures["ratios"]["merge / fastexcel"] > 0
