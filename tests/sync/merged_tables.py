"""Whole tables merged by the product's rows: the cases of other programs are tables (``oracles/merge.json``)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sync.threeway import merged_row

Sheet = Sequence[Sequence[Any]]
"""A header and rows of as many cells."""
Cells = Mapping[str, Any]


@dataclass(frozen=True)
class MergedTable:
    """A table merged three ways."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    conflicts: Mapping[Any, tuple[str, ...]]
    """Key of a row to the columns that both sides changed otherwise; the row keeps the local cells there."""


def merged_table(parent: Sheet, local: Sheet, remote: Sheet, key: str) -> MergedTable:
    """Return what two versions of a table with one parent come to.

    A row is the one with its key, or the only one of the same other cells: its key was corrected. A
    row that one side deleted is gone, unless the other side changed it. A column that one side dropped
    is dropped; one that it added is blank in rows of the other side. Columns stand in the local order
    and rows in the remote one; what the other side alone has comes last.
    """
    base = _rows(parent, key)
    mine, other = (_by_origin(_rows(sheet, key), base, key) for sheet in (local, remote))
    columns = _columns(parent[0], local[0], remote[0])
    conflicts: dict[Any, tuple[str, ...]] = {}
    merged: list[tuple[Any, ...]] = []
    for origin in dict.fromkeys([*other, *mine]):
        sides = base.get(origin), mine.get(origin), other.get(origin)
        if _is_deleted(*sides):
            continue
        row, clashing = _merged(*sides, columns)
        merged.append(tuple(row[name] for name in columns))
        if clashing:
            conflicts[row[key]] = clashing
    return MergedTable(columns, tuple(merged), conflicts)


def _rows(sheet: Sheet, key: str) -> dict[Any, Cells]:
    rows = [dict(zip(sheet[0], row, strict=True)) for row in sheet[1:]]
    return {row[key]: row for row in rows}


def _by_origin(rows: Mapping[Any, Cells], base: Mapping[Any, Cells], key: str) -> dict[Any, Cells]:
    """Return rows by the key that they had in the parent, or their own where they are new."""
    corrected = _corrected_keys(rows, base, key)
    return {corrected.get(name, name): row for name, row in rows.items()}


def _corrected_keys(rows: Mapping[Any, Cells], base: Mapping[Any, Cells], key: str) -> dict[Any, Any]:
    """Return new key to old key of the rows that left and came with equal other cells, one to one."""
    shared = [name for name in next(iter(base.values()), {}) if name != key and name in next(iter(rows.values()), {})]

    def others(row: Cells) -> tuple[Any, ...]:
        return tuple(row[name] for name in shared)

    left = {name: others(row) for name, row in base.items() if name not in rows}
    came = {name: others(row) for name, row in rows.items() if name not in base}
    once = [cells for cells, count in Counter(left.values()).items() if count == 1]
    old = {cells: name for name, cells in left.items() if cells in once}
    single = Counter(came.values())
    return {name: old[cells] for name, cells in came.items() if shared and cells in old and single[cells] == 1}


def _columns(parent: Sequence[str], local: Sequence[str], remote: Sequence[str]) -> tuple[str, ...]:
    kept = [name for name in local if name in remote or name not in parent]
    return (*kept, *(name for name in remote if name not in parent and name not in local))


def _is_deleted(base: Cells | None, mine: Cells | None, other: Cells | None) -> bool:
    """Tell whether one side deleted a row of the parent that the other left as it was."""
    if base is None or (mine is not None and other is not None):
        return False
    kept = mine if other is None else other
    return kept is None or all(kept.get(name, cell) == cell for name, cell in base.items())


def _merged(
    base: Cells | None, mine: Cells | None, other: Cells | None, columns: Sequence[str]
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the merged cells; a side without the row or the column makes no statement."""
    before = {name: (base or {}).get(name) for name in columns}
    ours, theirs = ({**before, **(side or {})} for side in (mine, other))
    return merged_row(before, ours, theirs, [(name,) for name in columns])
