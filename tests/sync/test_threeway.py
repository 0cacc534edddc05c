"""Three-way merges of rows and tables, against the cases of other programs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.threeway import merged_row
from tests.sync.merged_tables import merged_table

CASES: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "oracles" / "merge.json").read_text("utf-8"))
TABLES = [case for case in CASES if "merged" in case["expected"]]

names = st.sampled_from(["甲", "乙", "丙", "丁"])
tables = st.dictionaries(names, st.tuples(st.integers(0, 3), st.sampled_from(["", "已验"])), max_size=4)


def sheet(rows: dict[str, tuple[int, str]]) -> list[list[Any]]:
    """Return rows as a table with a header."""
    return [["品名", "数量", "备注"], *([name, *cells] for name, cells in rows.items())]


@pytest.mark.parametrize("case", TABLES, ids=[case["id"] for case in TABLES])
def test_tables_merge_as_elsewhere(case: dict[str, Any]) -> None:
    """The merged table is the one that the case expects, columns and rows in their order, without conflicts."""
    key = "Country" if "Country" in case["parent"][0] else "Name"
    merged = merged_table(case["parent"], case["local"], case["remote"], key)
    assert [list(merged.columns), *map(list, merged.rows)] == case["expected"]["merged"]
    assert len(merged.conflicts) == case["expected"]["conflicts"]


@pytest.mark.parametrize("case", TABLES, ids=[case["id"] for case in TABLES])
def test_the_sides_may_be_exchanged(case: dict[str, Any]) -> None:
    """Whichever side is the local one, the same rows come out, cell by cell; only their order differs."""
    key = "Country" if "Country" in case["parent"][0] else "Name"
    merged = merged_table(case["parent"], case["remote"], case["local"], key)
    header, *rows = case["expected"]["merged"]
    told = [dict(zip(merged.columns, row, strict=True)) for row in merged.rows]
    wanted = [{name: row[header.index(name)] for name in merged.columns} for row in rows]
    assert sorted(told, key=str) == sorted(wanted, key=str)


@given(tables, tables)
def test_what_one_side_changed_is_taken(parent: dict[str, tuple[int, str]], mine: dict[str, tuple[int, str]]) -> None:
    """Against an unchanged other side the merged table is the changed one, without conflicts."""
    for sides in ((mine, parent), (parent, mine)):
        merged = merged_table(sheet(parent), *map(sheet, sides), "品名")
        assert {row[0]: row[1:] for row in merged.rows} == mine
        assert not merged.conflicts


@given(tables, tables)
def test_equal_changes_are_no_conflict(parent: dict[str, tuple[int, str]], both: dict[str, tuple[int, str]]) -> None:
    """Where both sides say the same, that is the result."""
    merged = merged_table(sheet(parent), sheet(both), sheet(both), "品名")
    assert {row[0]: row[1:] for row in merged.rows} == both
    assert not merged.conflicts


def test_a_group_that_both_changed_is_a_conflict() -> None:
    """Cells that depend on each other are one: quantity here and amount there clash, a remark does not."""
    base = {"qty": 1, "amount": 5, "remark": None}
    merged, fields = merged_row(
        base, {**base, "qty": 2}, {**base, "amount": 6, "remark": "已验"}, [("qty", "amount"), ("remark",)]
    )
    assert fields == ("qty", "amount")
    assert merged == {"qty": 2, "amount": 5, "remark": "已验"}
