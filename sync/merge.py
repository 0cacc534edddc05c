"""Decide what each row of a workbook means for the ledger: the table of DESIGN 8."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import agreeing
from schemas.check import HELD, PROPOSED, UNCHANGED
from schemas.periods import closed_through
from sync.bases import base_of, different_columns, given_to_other_lines, history_of
from sync.canonical import content_hashes
from sync.choices import base_cells, conflict_of, take_for
from sync.contests import with_conflicts_told
from sync.dates import CLOSED, closed_flaws, late_flaws, posted_on, state_of, with_settled_numbers_held
from sync.departures import gone_rows, other_sources, part_withdrawals, voided_elsewhere, with_carried_over
from sync.disputed import Dispute, disputes_of, going_on_under, replaced_keys, waited_for, with_replaced
from sync.doubles import with_doubles_marked
from sync.held import cells_as_text
from sync.memory import (
    CLAIM_SCHEMA,
    CONFLICT,
    DUPLICATE,
    STOPPED,
    SUPERSEDED,
    WITHDRAWN,
    Contest,
    Decisions,
    Memory,
)
from sync.renumbered import corrected_keys
from sync.takes import Take
from sync.unsaid import with_unsaid
from sync.verdicts import Verdict, closed_month, settle, unless_settled

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from schemas.books import OpenBooks
    from schemas.flaws import Flaw
    from schemas.register import Register


def rows_among(frame: pl.DataFrame, ids: Collection[int]) -> list[int]:
    """Return those of some row ids that a frame has, in its order."""
    found: list[int] = frame["_id"].filter(frame["_id"].is_in(list(ids))).to_list() if ids else []
    return found


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
        now = state_of(register, agreeing(current, rows.select("_key").unique()), books.facts)
        rows = _with_memory(rows, now, self.memory.claims.get(register.id), self.memory.rank)
        rows = _with_earlier(register, rows, self.memory)
        gone = gone_rows(register, rows, current, self.memory)
        rows, carried = with_carried_over(register, rows, gone, current, self.memory)
        decisions = Decisions(gone, gone.clear(), gone.clear(), gone.clear())
        self.decisions[register.id] = decisions
        rows = rows.with_columns(_first_outcome()).with_columns(_behind_stops(self.memory.stopped))
        closed = closed_through(register, books.facts)
        rows = self._told_apart(register, rows, waited_for(register, rows, current, self.memory), decisions)
        rows = self._settle(register, rows, current, decisions, closed)
        decisions.moved = carried | other_sources(register, gone, current, rows, self.memory)
        rekeys, rekey_flaws = corrected_keys(register, rows, gone, decisions.moved, current, self.memory)
        decisions.rekeyed |= rekeys
        rows = self._overtaken(register, rows, current, decisions)
        disputes = disputes_of(register, rows, decisions.rekeyed, current, self.memory)
        rows = self._told_apart(register, rows, disputes, decisions)
        elsewhere = voided_elsewhere(register, current, self.memory)
        decisions.gone = pl.concat([gone.join(elsewhere, on="_key", how="anti"), elsewhere])
        part_withdrawals(register, decisions, self.memory, books)
        rows = with_settled_numbers_held(
            register, rows, replaced_keys(register, current, decisions, self.memory), books
        )
        rows, conflict_flaws = with_conflicts_told(register, rows, current, decisions, self.memory)
        rows = with_replaced(rows, rekeys, current, decisions).with_columns(posted_on(register, books.facts))
        books.leave_out(register, decisions.withdrawn["_key"].to_list())
        held = [flaw for row_id in rows_among(frame, self.memory.fallen) for flaw in self.memory.fallen[row_id]]
        dated = [*closed_flaws(register, rows), *late_flaws(register, rows)]
        return rows, [*held, *flaws, *conflict_flaws, *rekey_flaws, *dated]

    def _settle(
        self, register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions, closed: str
    ) -> pl.DataFrame:
        """Settle claims of several workbooks on one key, in their order, and merge what both changed."""
        contested = _contested(rows)
        if contested.is_empty():
            return rows
        states = _states(register, contested, current, self.memory)
        going_on = going_on_under(register, contested, current, self.memory)
        history = history_of(register, contested, self.memory)
        for key in given_to_other_lines(register, contested, states, self.memory):
            states[key] = {**states[key], "_moved_away": True}
        changed: dict[int, dict[str, Any]] = {}
        leading: dict[str, int] = {}
        for row in contested.sort("_rank", "_id").iter_rows(named=True):
            state = states.get(row["_key"])
            base = base_of(register, row, state, history.get(row["_key"], ()), self.memory)
            period = row["_period"]
            if base is not None and (state is None or state["_hash"] == WITHDRAWN) and row["_key"] in going_on:
                state = going_on[row["_key"]]
                period = period or closed_month(state, closed)
            verdict = self._verdict(register, {**row, "_period": period}, state, base, decisions)
            merged = verdict.outcome == PROPOSED and bool(verdict.cells)
            outcome = {"_outcome": verdict.outcome, "_reason": verdict.reason, "_merged": merged, "_period": period}
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
        return _replaced(register, rows, changed)

    def _overtaken(
        self, register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, decisions: Decisions
    ) -> pl.DataFrame:
        """Put what one workbook changed in a row that another one renumbers in this run in conflict."""
        if not decisions.rekeyed:
            return rows
        proposed = rows.filter(pl.col("_outcome") == PROPOSED)
        new = proposed.filter(pl.col("_id").is_in(list(decisions.rekeyed)))
        renumbering = {row["_id"]: row for row in new.iter_rows(named=True)}
        ids = {decisions.rekeyed[row_id]: row_id for row_id in renumbering}
        changes = proposed.filter(pl.col("_key").is_in(list(ids)))
        states = _states(register, changes, current, self.memory)
        history = history_of(register, changes, self.memory)
        for row in changes.iter_rows(named=True):
            versions = history.get(row["_key"], ())
            base = base_of(register, row, states[row["_key"]], versions, self.memory)
            state = {**renumbering[ids[row["_key"]]], "_renumbered": True, "_hash": WITHDRAWN}
            fields = different_columns(register, row, state)
            decisions.contests[row["_id"]] = Contest(row["_key"], row, state, base, fields)
        verdict = {"_outcome": CONFLICT, "_reason": "conflict"}
        return _replaced(register, rows, dict.fromkeys(changes["_id"], verdict))

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
            contest = Contest(row["_key"], row, state, base, verdict.fields)
            verdict = self._chosen(register, contest, verdict, decisions)
        if row["_period"] is None:
            return verdict
        verdict = unless_settled(verdict)
        if verdict.reason == CLOSED:
            decisions.contests.pop(row["_id"], None)
        return verdict

    def _told_apart(
        self, register: type[Register], rows: pl.DataFrame, disputes: Mapping[int, Dispute], decisions: Decisions
    ) -> pl.DataFrame:
        """Put rows in conflict that would count beside the one which is to go on under their number."""
        decisions.disputed |= {row_id: dispute.replaced for row_id, dispute in disputes.items()}
        changed: dict[int, dict[str, Any]] = {}
        proposed = rows.filter(pl.col("_id").is_in(list(disputes)) & (pl.col("_outcome") == PROPOSED))
        for row in proposed.iter_rows(named=True):
            dispute = disputes[row["_id"]]
            state = dispute.state
            if dispute.agreed:
                decisions.rekeyed[row["_id"]] = state["_key"]
                changed[row["_id"]] = {"_reason": "rekeyed"}
                continue
            verdict = Verdict(CONFLICT, "conflict", fields=different_columns(register, row, state))
            contest = Contest(dispute.replaced.key, row, state, dispute.base, verdict.fields)
            verdict = self._chosen(register, contest, verdict, decisions)
            changed[row["_id"]] = {"_outcome": verdict.outcome, "_reason": verdict.reason}
            if verdict.outcome != CONFLICT:
                decisions.stated[row["_id"]] = cells_as_text(register, row)
        return _replaced(register, rows, changed)

    def _chosen(self, register: type[Register], contest: Contest, verdict: Verdict, decisions: Decisions) -> Verdict:
        """Note a conflict, and return what somebody has chosen for it where it is still the same one."""
        row, state, base = contest.row, contest.state, contest.base
        decisions.contests[row["_id"]] = contest
        conflict = conflict_of(register, row, state, base, contest.fields)
        take = take_for(self.memory.choices, conflict)
        if take is None:
            return verdict
        decisions.seen[row["_id"]] = conflict[take]
        renumbered = state["_key"] != row["_key"]
        if take is Take.OURS:
            if renumbered and self.memory.renumbered.get((register.id, row["_key"])) != state["_key"]:
                decisions.linked[row["_key"]] = state["_key"]
            return Verdict(UNCHANGED, take.value)
        if renumbered:
            decisions.rekeyed[row["_id"]] = state["_key"]
        return Verdict(PROPOSED, take.value, base_cells(register, base or {}) if take is Take.BASE else {})


_STATED = ("merged", "source", "added", "changed", "restored", Take.OURS.value, Take.BASE.value)
"""Reasons that make what the workbook itself stated worth remembering: the ledger may say otherwise."""


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
    contested = rows["_outcome"] == "contested"
    if not contested.any() and rows["_key"].n_unique() == rows.height:
        return rows.clear()
    active = pl.col("_outcome").is_in([PROPOSED, "contested"])
    several = active.sum().over("_key") > 1
    return rows.filter(contested | (active & several))


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
