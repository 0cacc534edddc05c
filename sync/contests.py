"""Conflicts as they are when a run is over: the ledger's side is the row that counts then (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.check import PROPOSED, UNCHANGED
from sync.bases import different_columns
from sync.choices import conflict_flaws, conflict_of
from sync.disputed import followed
from sync.held import cells_as_text
from sync.memory import CONFLICT, WITHDRAWN, Contest
from sync.verdicts import settle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.flaws import Flaw
    from schemas.register import Register
    from sync.memory import Decisions, Memory

State = dict[str, Any]
"""A row of the ledger, with its content hash in ``_hash``."""


def with_conflicts_told(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions, memory: Memory
) -> tuple[pl.DataFrame, list[Flaw]]:
    """Note the conflicts of a run (``Decisions.conflicts``); return its rows and what those in conflict are told.

    What else happens to the ledger's row in the run (another content, number or source) is in the conflict;
    a row that says what a later claim brought is in none.
    """
    after = _rows_after(register, rows, current, decisions, memory)
    open_now = set(rows.filter(pl.col("_outcome") == CONFLICT)["_id"])
    flaws: list[Flaw] = []
    settled: list[int] = []
    for row_id, contest in decisions.contests.items():
        row, base = contest.row, None if contest.row["_carried"] else contest.base
        state = after.get(contest.key, contest.state)
        if state.get("_id") == row_id:
            state = contest.state
        if row_id in open_now and (state["_key"], state["_hash"]) == (row["_key"], row["_hash"]):
            settled.append(row_id)
            decisions.stated[row_id] = cells_as_text(register, row)
            continue
        decisions.conflicts[row_id] = conflict_of(register, row, state, base, _fields(register, contest, state))
        if row_id in open_now:
            flaws += conflict_flaws(register, row, state, base)
    agreed = pl.col("_id").is_in(settled)
    return rows.with_columns(
        pl.when(agreed).then(pl.lit(UNCHANGED)).otherwise(pl.col("_outcome")).alias("_outcome"),
        pl.when(agreed).then(pl.lit("source")).otherwise(pl.col("_reason")).alias("_reason"),
    ), flaws


def _fields(register: type[Register], contest: Contest, state: Mapping[str, Any]) -> Sequence[str]:
    """Return the columns in which the sides of a conflict differ."""
    if state["_key"] != contest.row["_key"]:
        return different_columns(register, contest.row, state)
    verdict = settle(register, contest.row, state, None if contest.row["_carried"] else contest.base)
    return verdict.fields if verdict.outcome == CONFLICT else contest.fields


def _rows_after(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions, memory: Memory
) -> dict[str, State]:
    """Return, for keys in conflict, the rows that count in their place after the run, wherever there are any."""
    wanted = {contest.key for contest in decisions.contests.values()}
    if not wanted:
        return {}
    proposed = rows.filter(pl.col("_outcome") == PROPOSED)
    keys = dict(proposed.filter(pl.col("_id").is_in(list(decisions.rekeyed))).select("_id", "_key").iter_rows())
    given_up = {decisions.rekeyed[row_id]: key for row_id, key in keys.items()}
    links = {old: new for (of, old), new in memory.renumbered.items() if of == register.id}
    links |= decisions.linked | given_up
    near = list(wanted.union(links, links.values()))
    left = [*given_up, *decisions.withdrawn["_key"]]
    states: dict[str, State] = {}
    if "_version" in current.columns:
        stays = pl.col("_key").is_in(near) & ~pl.col("_key").is_in(left) & (pl.col("_status") != WITHDRAWN)
        states = {row["_key"]: _with_source(row, decisions.moved) for row in current.filter(stays).to_dicts()}
    states |= {row["_key"]: row for row in proposed.filter(pl.col("_key").is_in(near)).to_dicts()}
    following = {key: followed(key, links, states) for key in wanted}
    return {key: states[last] for key, last in following.items() if last is not None}


def _with_source(row: State, moved: Mapping[str, str]) -> State:
    return {**row, "_workbook": moved.get(row["_key"], row["_workbook"])}
