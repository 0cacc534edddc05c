"""Decide what each row of a workbook means for the ledger: the table of DESIGN 8."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import agreeing, key_parts
from schemas.check import HELD, PROPOSED, UNCHANGED
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.periods import day_of, in_closed_month
from sync.bases import base_of, different_columns, history_of
from sync.choices import Take, base_cells, conflict_of, take_for
from sync.dates import CLOSED, closed_flaws, late_flaws, posted_on, with_settled_numbers_held
from sync.departures import gone_rows, other_sources, part_withdrawals, voided_elsewhere
from sync.doubles import with_doubles_marked
from sync.held import cells_as_text
from sync.ledger.digest import content_hashes
from sync.memory import (
    CLAIM_SCHEMA,
    CONFLICT,
    DUPLICATE,
    STOPPED,
    SUPERSEDED,
    WITHDRAWN,
    Decisions,
    Memory,
)
from sync.renumbered import corrected_keys
from sync.threeway import merged_row
from sync.unsaid import with_unsaid

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from schemas.books import OpenBooks
    from schemas.register import Register
    from schemas.rules import Facts


class LedgerDecider:
    """Decides by the ledger's memory; keeps what it decided by register for the change set."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.decisions: dict[str, Decisions] = {}

    def decide(
        self, register: type[Register], frame: pl.DataFrame, books: OpenBooks
    ) -> tuple[pl.DataFrame, list[Flaw]]:
        """Return the rows with ``_outcome``, ``_reason``, ``_hash`` and ``_state`` (DESIGN 8)."""
        current = books.kept(register.id)
        fallen = pl.col("_id").is_in(list(self.memory.fallen))
        frame = frame.with_columns((pl.col("_broken") | fallen).alias("_broken"))
        frame = with_unsaid(register, frame, current, self.memory.columns)
        hashes = content_hashes(register, frame)
        rows = frame.with_columns(hashes.alias("_hash"), hashes.alias("_stated"))
        rows, flaws = with_doubles_marked(register, rows)
        now = _state_columns(register, agreeing(current, rows.select("_key").unique()), books.facts)
        rows = _with_memory(rows, now, self.memory.claims.get(register.id), self.memory.rank)
        rows = _with_earlier(register, rows, self.memory)
        gone = gone_rows(register, rows, current, self.memory)
        decisions = Decisions(gone, gone.clear(), gone.clear())
        self.decisions[register.id] = decisions
        rows = rows.with_columns(_first_outcome()).with_columns(_behind_stops(self.memory.stopped))
        rows, merge_flaws = self._settle(register, rows, current, decisions)
        decisions.moved = other_sources(register, gone, current, rows, self.memory)
        rekeys, rekey_flaws = corrected_keys(register, rows, gone, decisions.moved, current, self.memory)
        decisions.rekeyed = rekeys
        rows = with_settled_numbers_held(register, rows, rekeys, books)
        rows, overtaken = self._overtaken(register, rows, current, decisions)
        elsewhere = voided_elsewhere(register, current, self.memory)
        decisions.gone = pl.concat([gone.join(elsewhere, on="_key", how="anti"), elsewhere])
        part_withdrawals(register, decisions, self.memory, books)
        replaces = pl.col("_id").replace_strict(rekeys, default=None, return_dtype=pl.String)
        rows = rows.with_columns(replaces.alias("_replaces"))
        reason = pl.when(pl.col("_replaces").is_not_null()).then(pl.lit("rekeyed")).otherwise(pl.col("_reason"))
        rows = rows.with_columns(reason.alias("_reason"))
        rows = rows.with_columns(posted_on(register, books.facts))
        books.leave_out(register, decisions.withdrawn["_key"].to_list())
        held = [flaw for row_id in frame["_id"] for flaw in self.memory.fallen.get(row_id, ())]
        dated = [*closed_flaws(register, rows), *late_flaws(register, rows)]
        return rows, [*held, *flaws, *merge_flaws, *rekey_flaws, *overtaken, *dated]

    def _settle(
        self, register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions
    ) -> tuple[pl.DataFrame, list[Flaw]]:
        """Settle claims of several workbooks on one key, in their order, and merge what both changed."""
        contested = _contested(rows)
        if contested.is_empty():
            return rows, []
        flaws: list[Flaw] = []
        states = _states(register, contested, current, self.memory)
        history = history_of(register, contested, self.memory)
        changed: dict[int, dict[str, Any]] = {}
        leading: dict[str, int] = {}
        for row in contested.sort("_rank", "_id").iter_rows(named=True):
            state = states.get(row["_key"])
            base = base_of(register, row, state, history.get(row["_key"], ()), self.memory)
            verdict = self._verdict(register, row, state, base, decisions)
            merged = verdict.outcome == PROPOSED and bool(verdict.cells)
            outcome = {"_outcome": verdict.outcome, "_reason": verdict.reason, "_merged": merged}
            changed[row["_id"]] = {**outcome, **verdict.cells}
            if verdict.outcome == PROPOSED:
                taken = {**row, **verdict.cells}
                states[row["_key"]] = {**taken, "_hash": _hash_of(register, taken) if verdict.cells else row["_hash"]}
            if verdict.reason in _STATED:
                decisions.stated[row["_id"]] = cells_as_text(register, row)
            if verdict.outcome == PROPOSED and row["_key"] in leading:
                changed[leading[row["_key"]]]["_outcome"] = SUPERSEDED
            if verdict.outcome == PROPOSED:
                leading[row["_key"]] = row["_id"]
            if verdict.outcome == CONFLICT and state is not None:
                flaws += _conflict_flaws(register, row, state, base)
        return _replaced(register, rows, changed), flaws

    def _overtaken(
        self, register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions
    ) -> tuple[pl.DataFrame, list[Flaw]]:
        """Put what one workbook changed in a row that another one renumbers in this run in conflict."""
        old = list(decisions.rekeyed.values())
        changes = rows.filter((pl.col("_outcome") == PROPOSED) & pl.col("_key").is_in(old))
        states = _states(register, changes, current, self.memory)
        history = history_of(register, changes, self.memory)
        flaws: list[Flaw] = []
        for row in changes.iter_rows(named=True):
            state = states[row["_key"]]
            base = base_of(register, row, state, history.get(row["_key"], ()), self.memory)
            fields = different_columns(register, row, state)
            decisions.conflicts[row["_id"]] = conflict_of(register, row, state, base, fields)
            flaws += _conflict_flaws(register, row, state, base)
        verdict = {"_outcome": CONFLICT, "_reason": "conflict"}
        return _replaced(register, rows, dict.fromkeys(changes["_id"], verdict)), flaws

    def _verdict(
        self,
        register: type[Register],
        row: Mapping[str, Any],
        state: Mapping[str, Any] | None,
        base: Mapping[str, Any] | None,
        decisions: Decisions,
    ) -> Verdict:
        """Return the line of the table that a row meets, what somebody chose and what is closed considered."""
        verdict = settle(register, row, state, base)
        if verdict.outcome == CONFLICT and state is not None:
            verdict = self._chosen(register, row, state, base, verdict, decisions)
        if row["_period"] is None:
            return verdict
        verdict = _unless_settled(verdict)
        if verdict.reason == CLOSED:
            decisions.conflicts.pop(row["_id"], None)
        return verdict

    def _chosen(
        self,
        register: type[Register],
        row: Mapping[str, Any],
        state: Mapping[str, Any],
        base: Mapping[str, Any] | None,
        verdict: Verdict,
        decisions: Decisions,
    ) -> Verdict:
        """Note a conflict, and return what somebody has chosen for it where it is still the same one."""
        conflict = conflict_of(register, row, state, base, verdict.fields)
        decisions.conflicts[row["_id"]] = conflict
        take = take_for(self.memory.choices, conflict)
        if take is None:
            return verdict
        decisions.seen[row["_id"]] = conflict[take]
        if take is Take.OURS:
            return Verdict(UNCHANGED, take.value)
        return Verdict(PROPOSED, take.value, base_cells(register, base or {}) if take is Take.BASE else {})


_STATED = ("merged", "source", "added", "changed", "restored", Take.OURS.value, Take.BASE.value)
"""Reasons that make what the workbook itself stated worth remembering: the ledger may say otherwise."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of one row: an outcome, why, and the cells that merging changed."""

    outcome: str
    reason: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


def settle(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any] | None, base: Mapping[str, Any] | None
) -> Verdict:
    """Return the line of the table that a row meets (DESIGN 8).

    ``row`` is what the workbook says, ``state`` what the ledger says now (None: nothing), ``base``
    what this workbook last had accepted.
    """
    stated = row["_hash"]
    now = None if state is None else state["_hash"]
    based = None if base is None else base["_hash"]
    if stated == now and (state or {}).get("_status") == "missing":
        return Verdict(PROPOSED, "restored")
    if stated == now:
        return Verdict(UNCHANGED, "same" if row["_workbook"] == (state or {}).get("_workbook") else "source")
    match (based, now):
        case (None, None):
            verdict = Verdict(PROPOSED, "added")
        case (None, _) if row["_earlier"]:
            verdict = Verdict(UNCHANGED, "stale")
        case (None, _):
            verdict = Verdict(CONFLICT, "conflict", fields=different_columns(register, row, state or {}))
        case (_, _) if stated == based:
            verdict = Verdict(UNCHANGED, "stale" if row["_earlier"] else "as base")
        case (_, _) if now in {based, None}:
            verdict = Verdict(PROPOSED, "changed")
        case (_, _) if (state or {}).get("_renumbered"):
            verdict = Verdict(CONFLICT, "conflict", fields=different_columns(register, row, state or {}))
        case _:
            verdict = _three_way(register, row, state or {}, base or {})
    return verdict


def _unless_settled(verdict: Verdict) -> Verdict:
    """Return what becomes of a row of a closed month: what would change it, or somebody chose for it, is held."""
    if verdict.reason == "restored" or verdict.outcome not in (PROPOSED, CONFLICT):
        return verdict
    return Verdict(HELD, verdict.reason if verdict.reason in list(Take) else CLOSED)


def _three_way(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any], base: Mapping[str, Any]
) -> Verdict:
    merged, fields = merged_row(base, state, row, register.merge_groups(), base.get("_seen"))
    if fields:
        return Verdict(CONFLICT, "conflict", fields=fields)
    return Verdict(PROPOSED, "merged", merged)


def _with_memory(
    rows: pl.DataFrame, now: pl.DataFrame, claims: pl.DataFrame | None, rank: Mapping[str, int]
) -> pl.DataFrame:
    """Add what the ledger says of each key now, and what the workbook last had accepted for it."""
    rows = rows.join(now, on="_key", how="left", maintain_order="left")
    claimed = pl.DataFrame(schema=CLAIM_SCHEMA) if claims is None else claims.select(*CLAIM_SCHEMA)
    claimed = claimed.rename(
        {
            "workbook": "_workbook",
            "row_key": "_key",
            "content_hash": "_claim",
            "base_version": "_claim_version",
            "content": "_claim_content",
            "seen": "_claim_seen",
        }
    )
    rows = rows.join(claimed, on=["_workbook", "_key"], how="left", maintain_order="left")
    own = pl.col("_now_workbook") == pl.col("_workbook")
    based = pl.coalesce(pl.col("_claim"), pl.when(own).then(pl.col("_now")))
    version = pl.coalesce(pl.col("_claim_version"), pl.when(own).then(pl.col("_now_version")))
    ranks = pl.col("_workbook").replace_strict(dict(rank), default=0, return_dtype=pl.Int64)
    return rows.with_columns(based.alias("_base"), version.alias("_base_version"), ranks.alias("_rank"))


def _state_columns(register: type[Register], current: pl.DataFrame, facts: Facts) -> pl.DataFrame:
    """Return what the ledger says of some keys now.

    ``_period`` is the month of a version that may not change any more, null in an open month.
    """
    if "_version" not in current.columns:
        return pl.DataFrame(schema=_STATE)
    withdrawn = pl.col("_status") == WITHDRAWN
    return current.select(
        "_key",
        pl.when(withdrawn).then(pl.lit(WITHDRAWN)).otherwise(pl.col("_hash")).alias("_now"),
        pl.col("_version").alias("_now_version"),
        pl.col("_workbook").alias("_now_workbook"),
        pl.col("_status").alias("_now_status"),
        pl.when(~withdrawn).then(day_of(register)).alias("_now_day"),
        pl.when(~withdrawn).then(pl.col("_post_date")).alias("_now_post"),
        pl.when(in_closed_month(register, facts) & ~withdrawn).then(pl.col("_post_period")).alias("_period"),
    )


_STATE = {
    "_key": pl.String(),
    "_now": pl.String(),
    "_now_version": pl.Int64(),
    "_now_workbook": pl.String(),
    "_now_status": pl.String(),
    "_now_day": pl.Date(),
    "_now_post": pl.Date(),
    "_period": pl.String(),
}


def _with_earlier(register: type[Register], rows: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Add whether the content equals an earlier version of the row: a stale copy."""
    doubtful = rows.filter(pl.col("_base").is_null() & (pl.col("_now") != pl.col("_hash")))
    if doubtful.is_empty() or memory.versions is None:
        return rows.with_columns(pl.lit(False).alias("_earlier"))
    versions = memory.versions(register, doubtful["_key"].unique().to_list())
    seen = versions.select("_key", "_hash").unique().with_columns(pl.lit(True).alias("_earlier"))
    return rows.join(seen, on=["_key", "_hash"], how="left", maintain_order="left").with_columns(
        pl.col("_earlier").fill_null(False)
    )


def _first_outcome() -> list[pl.Expr]:
    """Return outcome and reason as far as one row alone decides them."""
    same = pl.col("_hash") == pl.col("_now")
    restored = same & (pl.col("_now_status") == "missing")
    own = pl.col("_now_workbook") == pl.col("_workbook")
    as_base = pl.col("_hash") == pl.col("_base")
    added = pl.col("_base").is_null() & pl.col("_now").is_null()
    changed = pl.col("_base").is_not_null() & (pl.col("_base") == pl.col("_now"))
    settled = changed & pl.col("_period").is_not_null()
    outcome = (
        pl.when("_doubled").then(pl.lit(HELD))
        .when("_duplicate").then(pl.lit(DUPLICATE))
        .when(restored).then(pl.lit(PROPOSED))
        .when(same | as_base).then(pl.lit(UNCHANGED))
        .when(pl.col("_broken") | settled).then(pl.lit(HELD))
        .when(added | changed).then(pl.lit(PROPOSED))
        .otherwise(pl.lit("contested"))
    )  # fmt: skip
    reason = (
        pl.when(restored).then(pl.lit("restored"))
        .when(same).then(pl.when(own).then(pl.lit("same")).otherwise(pl.lit("source")))
        .when(as_base).then(pl.lit("as base"))
        .when(added).then(pl.lit("added"))
        .when(settled).then(pl.lit(CLOSED))
        .when(changed).then(pl.lit("changed"))
        .otherwise(pl.lit(""))
    )  # fmt: skip
    return [outcome.alias("_outcome"), reason.alias("_reason"), pl.lit(False).alias("_merged")]


def _behind_stops(stopped: Collection[str]) -> pl.Expr:
    """Hold what workbooks behind a safe stop say anew."""
    anew = pl.col("_workbook").is_in(list(stopped)) & pl.col("_outcome").is_in([PROPOSED, "contested"])
    return pl.when(anew).then(pl.lit(STOPPED)).otherwise(pl.col("_outcome")).alias("_outcome")


def _contested(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows whose outcome depends on another workbook's claim on the same key."""
    active = pl.col("_outcome").is_in([PROPOSED, "contested"])
    several = active.sum().over("_key") > 1
    return rows.filter((pl.col("_outcome") == "contested") | (active & several))


def _states(
    register: type[Register], contested: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> dict[str, Mapping[str, Any]]:
    if "_version" not in current.columns:
        return {}
    names = [*register.names(), "_key", "_hash", "_status", "_workbook", "_version"]
    now = current.join(contested.select("_key").unique(), on="_key", how="semi").select(names)
    states: dict[str, Mapping[str, Any]] = {}
    for row in now.iter_rows(named=True):
        withdrawn = row["_status"] == WITHDRAWN
        renumbered = withdrawn and (register.id, row["_key"]) in memory.renumbered
        state = {**row, "_renumbered": renumbered, "_hash": WITHDRAWN if withdrawn else row["_hash"]}
        states[row["_key"]] = state
    return states


def _hash_of(register: type[Register], row: Mapping[str, Any]) -> str:
    schema = {column.name: column.dtype for column in register.columns}
    cells = pl.DataFrame([{name: row[name] for name in schema}], schema=schema)
    found: str = content_hashes(register, cells)[0]
    return found


def _conflict_flaws(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any], base: Mapping[str, Any] | None
) -> list[Flaw]:
    """Return what a row in conflict is told.

    Where two workbooks used one number, nothing being known from which both began, a register's own code
    for a doubled key comes besides (RCP-01).
    """
    key = " / ".join(key_parts(row["_key"]))
    column = register.column(register.key[0])
    other = str(state.get("_workbook", "")).rsplit("/", 1)[-1]
    args = {"other": other, "key_text": key, "key_title": column.title, "key_title_en": column.title_en}
    texts = {"IMP-02": reader_text("IMP-02")}
    if base is None and register.duplicate_code != "KEY-DUP":
        texts[register.duplicate_code] = reader_text("KEY-DUP:OTHER")
    return [Flaw(row["_id"], code, Severity.ERROR, column.name, key, text, args) for code, text in texts.items()]


def _replaced(register: type[Register], rows: pl.DataFrame, changed: Mapping[int, Mapping[str, Any]]) -> pl.DataFrame:
    """Put settled outcomes and merged cells into the rows, and the new hash of merged ones."""
    if not changed:
        return rows
    untouched = rows.filter(~pl.col("_id").is_in(list(changed)))
    touched = rows.filter(pl.col("_id").is_in(list(changed)))
    settled = [{**row, **changed[row["_id"]]} for row in touched.iter_rows(named=True)]
    fresh = pl.DataFrame(settled, schema=rows.schema, orient="row")
    fresh = fresh.with_columns(content_hashes(register, fresh).alias("_hash"))
    return pl.concat([untouched, fresh]).sort("_id")
