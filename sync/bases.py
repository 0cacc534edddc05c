"""Find the base of a row: what its workbook last had accepted, or what a copy was made from (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from sync.held import typed_cells
from sync.memory import WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register
    from sync.memory import Memory


def history_of(register: type[Register], rows: pl.DataFrame, memory: Memory) -> dict[str, list[dict[str, Any]]]:
    """Return the versions of the rows whose base has to be looked for, by key, oldest first."""
    looked_for = pl.col("_base").is_not_null() | pl.col("_workbook").is_in(list(memory.branches))
    keys = rows.filter(looked_for)["_key"].unique().to_list()
    if not keys or memory.versions is None:
        return {}
    found: dict[str, list[dict[str, Any]]] = {}
    for version in memory.versions(register, keys).iter_rows(named=True):
        found.setdefault(version["_key"], []).append(version)
    return found


def base_of(
    register: type[Register],
    row: Mapping[str, Any],
    state: Mapping[str, Any] | None,
    versions: Sequence[Mapping[str, Any]],
    memory: Memory,
) -> Mapping[str, Any] | None:
    """Return what a row's workbook last had accepted for it, None where it has no base.

    ``state`` is what the ledger says now, ``versions`` the row's history. The base has ``_hash``, and
    ``_seen``: the cells on which an earlier conflict was settled.
    """
    if row["_base"] is None:
        return _base_of_copy(register, row, state, versions, memory) if row["_workbook"] in memory.branches else None
    version = row["_base_version"]
    seen = None if row["_claim_seen"] is None else typed_cells(register, row["_claim_seen"])
    if row["_claim_content"] is not None:
        return {**typed_cells(register, row["_claim_content"]), "_hash": row["_base"], "_seen": seen}
    found = next((each for each in versions if each["_version"] == version), {})
    return {**found, "_hash": row["_base"], "_seen": seen}


def _base_of_copy(
    register: type[Register],
    row: Mapping[str, Any],
    state: Mapping[str, Any] | None,
    versions: Sequence[Mapping[str, Any]],
    memory: Memory,
) -> Mapping[str, Any] | None:
    """Return the version that a copy was made from, or else the nearest in the row's history, the oldest of equals.

    What another workbook stated earlier in the same run belongs to the history, unless the row of the copy has waited
    since an earlier run: it was made of what there was then, or of nothing.
    """
    said = memory.said_then.get((row["_workbook"], register.id, row["_key"]))
    if said is not None:
        found = next((each for each in versions if each["_version"] == said["base_version"]), {})
        cells = found if said["content"] is None else typed_cells(register, said["content"])
        return {**cells, "_hash": said["content_hash"]}
    made = memory.branches[row["_workbook"]]
    for version in versions if made is not None else ():
        if version["_from"] <= made and (version["_to"] is None or version["_to"] > made):
            return version
    waited = memory.held.get((row["_workbook"], register.id, row["_key"]))
    history = [version for version in versions if waited is None or version["_from"] <= waited]
    history += [state] if waited is None and state is not None else []
    return min(history, key=lambda version: len(different_columns(register, row, version)), default=None)


def different_columns(register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of the columns in which a row differs from a version, those that people state."""
    return tuple(c.name for c in register.columns if not c.system and row.get(c.name) != state.get(c.name))


def given_to_other_lines(
    register: type[Register], rows: pl.DataFrame, states: Mapping[str, Mapping[str, Any]], memory: Memory
) -> frozenset[str]:
    """Return the keys of ``rows`` that were given up for a row that is another line: several groups of cells differ.

    Such a row came into the sheet row of the one that left, which was not renumbered but moved away.
    """
    unbased = rows.filter(pl.col("_base").is_null())["_key"].unique().to_list()
    given_up = {key: memory.renumbered[register.id, key] for key in unbased if states.get(key, {}).get("_renumbered")}
    if not given_up or memory.versions is None:
        return frozenset()
    versions = memory.versions(register, sorted({*given_up, *given_up.values()})).to_dicts()
    found: set[str] = set()
    for old, new in given_up.items():
        left = next(each for each in reversed(versions) if each["_key"] == old and each["_status"] == WITHDRAWN)
        came = [each for each in versions if each["_key"] == new and each["_from"] == left["_from"]]
        found |= {old for row in came if is_another_line(register, row, left)}
    return frozenset(found)


def is_another_line(register: type[Register], row: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Tell whether a row under another number, or one given up, is another line: several groups of cells differ."""
    different = set(different_columns(register, row, other)).difference(register.key)
    return sum(not different.isdisjoint(group) for group in register.merge_groups()) > 1
