"""In whatever order and however many runs workbooks arrive: without conflicts the rows are the same (DESIGN 8)."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.register import all_registers
from tests.sync.histories import IN_USE, VOID, Office, Rows, issue, item, receipt

EXAMPLES = int(os.environ.get("HOUQIN_EXAMPLES", "5"))
CATALOGUE = "ZW/基础资料.xlsx"
BOOKS = (CATALOGUE, "ZW/库房.xlsx", "ST/食堂.xlsx", "ZW/出库.xlsx")
VERSIONS = 3

Kept = list[tuple[Any, ...]]


def versions(seed: int) -> dict[str, list[Rows]]:
    """Return what each workbook says, version by version: lines are added, changed and voided, nothing is scarce."""
    dice = random.Random(seed)  # noqa: S311 - no secret
    told: dict[str, list[Rows]] = {CATALOGUE: [{"item_catalogue": [item(), item("QJ0002")]}]}
    for place, name in enumerate(BOOKS[1:], 1):
        register, line = ("stock_issue", issue) if place == 3 else ("stock_receipt", receipt)
        rows = [line(100 * place + number, dice.randint(1, 9)) for number in range(4)]
        told[name] = [{register: list(rows)}]
        for version in range(1, VERSIONS):
            changed = dice.randrange(4)
            rows[changed] = line(100 * place + changed, dice.randint(1, 9), remark=dice.choice(("已验", VOID)))
            cells = {"item_code": "QJ0002"} if place < 3 else {}
            rows.append(line(100 * place + 50 + version, dice.randint(1, 9), **cells))
            told[name].append({register: list(rows)})
    plenty = receipt(1, 500)
    told["ZW/库房.xlsx"] = [{"stock_receipt": [plenty, *each["stock_receipt"]]} for each in told["ZW/库房.xlsx"]]
    return told


def merged(arrivals: Sequence[tuple[str, Rows] | None], *, places: bool) -> Kept:
    """Return the rows in the books after some savings and merges (None), with their places where wanted."""
    office = Office()
    moments = dict.fromkeys(BOOKS, office.clock)
    for arrival in (*arrivals, None, None):
        if arrival is None:
            office.run()
        else:
            office.save(*arrival, moment=moments[arrival[0]] if places else None)
    assert office.ledger.table("held").is_empty()
    dropped = ["_version", "_from", "_to"] + ([] if places else ["_sha256", "_row"])
    kept = [row for name in IN_USE for row in office.ledger.rows(all_registers()[name]).drop(dropped).rows()]
    office.ledger.close()
    return kept


@pytest.fixture(scope="module")
def once() -> Kept:
    """Return the rows where the last versions of all workbooks arrive at once."""
    return merged([(name, told[-1]) for name, told in versions(1).items()], places=True)


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.permutations(BOOKS), st.lists(st.booleans(), min_size=len(BOOKS), max_size=len(BOOKS)))
def test_workbooks_may_arrive_in_any_order(once: Kept, order: list[str], merges: list[bool]) -> None:
    """One version of each workbook, merged one by one or together: rows and their sources are the same."""
    told = versions(1)
    arrivals: list[tuple[str, Rows] | None] = []
    for name, merge in zip(order, merges, strict=True):
        arrivals.append((name, told[name][-1]))
        arrivals += [None] if merge else []
    assert merged(arrivals, places=True) == once


@settings(max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False), st.integers(0, 99))
def test_versions_may_be_merged_one_by_one_or_skipped(dice: random.Random, seed: int) -> None:
    """Workbooks in many versions, interleaved and merged now and then: the rows are those of the last versions."""
    told = versions(seed)
    left = {name: list(each) for name, each in told.items()}
    arrivals: list[tuple[str, Rows] | None] = []
    while any(left.values()):
        name = dice.choice([name for name, each in left.items() if each])
        arrivals.append((name, left[name].pop(0)))
        arrivals += [None] if dice.random() < 0.4 else []
    last: list[tuple[str, Rows] | None] = [(name, each[-1]) for name, each in told.items()]
    assert merged(arrivals, places=False) == merged(last, places=False)


def test_no_order_of_sets_matters(once: Kept) -> None:
    """Programs that hash text in other ways come to the same rows, merging one by one and all at once."""
    code = (
        "from tests.sync.test_arrivals import merged, versions\n"
        "told = [(name, each[-1]) for name, each in versions(1).items()]\n"
        "single = [step for arrival in told for step in (arrival, None)]\n"
        "print(repr(merged(told, places=True)) + '|' + repr(merged(single, places=True)))\n"
    )
    root = Path(__file__).parents[2]
    for seed in ("0", "1", "2"):
        surroundings = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"}
        run = subprocess.run(
            [sys.executable, "-c", code], env=surroundings, cwd=root, capture_output=True, encoding="utf-8", check=True
        )
        assert run.stdout.strip() == f"{once!r}|{once!r}"
