"""Decide what becomes of the rows of some workbooks, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from schemas.books import OpenBooks
from schemas.check import HELD, PROPOSED, Batch, Checked, check_batch, no_candidates
from schemas.findings import reader_finding
from schemas.register import Register, all_registers
from schemas.rules import Facts
from sync.changes import RegisterChanges, Sources, changes_of
from sync.copies import original_of
from sync.ledger import Ledger
from sync.memory import SUPERSEDED, Memory
from sync.merge import LedgerDecider
from sync.outcome import RetriedRows, WorkbookOutcome, outcomes_of, relevant_findings, retried_rows
from sync.stage import Staged, stage
from sync.standing import Standing, no_rows
from workbooks.taking import TakenFile

ALL_STATUSES = ("accepted", "missing", "withdrawn")


@dataclass(frozen=True)
class Plan:
    """What a run has decided."""

    staged: Staged
    checked: Checked
    changes: tuple[RegisterChanges, ...]
    outcomes: tuple[WorkbookOutcome, ...]
    retried: RetriedRows

    def retried_keys(self) -> Iterator[tuple[str, str, str]]:
        """Yield (workbook, register, key) of the held rows that were tried again."""
        ids = list(self.staged.retried)
        for register_id, frame in self.checked.frames.items():
            for workbook, key in frame.filter(pl.col("_id").is_in(ids)).select("_workbook", "_key").iter_rows():
                yield workbook, register_id, key


@dataclass(frozen=True)
class Rights:
    """Who may write what."""

    may_write: Callable[[str, str], bool]
    """Department and register id to whether it may."""
    writers_of: Callable[[str], Sequence[str]]


def plan_run(
    ledger: Ledger | None,
    standing: Standing,
    taken: Sequence[tuple[TakenFile, str]],
    rights: Rights,
    facts: Facts,
) -> Plan:
    """Return what becomes of the rows of some files, and of the rows held back earlier.

    ``taken`` are files with their departments in the order of claims. Without a ledger nothing is
    in force yet.
    """
    fresh = {file.name for file, _ in taken}
    taken = [(with_copy_named(file, standing, fresh), department) for file, department in taken]
    again = [row for row in standing.held if row["workbook"] not in fresh]
    staged = stage(taken, rights.may_write, rights.writers_of, again)
    books = OpenBooks(facts, _loader(ledger))
    decider = LedgerDecider(_memory(ledger, standing, staged, taken, again))
    checked = settled(check_batch(with_empty(staged.batch, sorted(facts.in_use)), books, decider))
    findings = relevant_findings(checked)
    sha256 = {row["workbook"]: row["sha256"] for row in again} | {file.name: file.sha256 for file, _ in taken}
    changes = changes_of(checked, decider, books, standing.claims, Sources(sha256, staged.read_now))
    outcomes = outcomes_of(taken, staged, checked, decider, changes, findings)
    retried = retried_rows(checked, staged, {row["version_id"]: row for row in again}, findings)
    return Plan(staged, checked, tuple(changes), tuple(outcomes), retried)


def settled(checked: Checked) -> Checked:
    """Return the batch with rows held whose later version, by another workbook in this run, was held."""
    frames = {}
    for register_id, frame in checked.frames.items():
        leading = frame.filter(pl.col("_outcome") == PROPOSED)["_key"].to_list()
        fallen = (pl.col("_outcome") == SUPERSEDED) & ~pl.col("_key").is_in(leading)
        outcome = pl.when(fallen).then(pl.lit(HELD)).otherwise(pl.col("_outcome"))
        frames[register_id] = frame.with_columns(outcome.alias("_outcome"))
    return replace(checked, frames=frames)


def with_copy_named(file: TakenFile, standing: Standing, names: Collection[str]) -> TakenFile:
    """Return the file with a warning where its name is that of a copy of another workbook."""
    others = [standing.title(name) for name in {*standing.workbooks, *names}]
    original = original_of(standing.title(file.name), others)
    if original is None:
        return file
    warning = reader_finding("FILE-COPY", file.name, original=original.rpartition("/")[2])
    return replace(file, findings=(*file.findings, warning))


def _loader(ledger: Ledger | None) -> Callable[[type[Register]], pl.DataFrame]:
    if ledger is None:
        return no_rows
    return lambda register: ledger.rows(register, statuses=ALL_STATUSES)


def _memory(
    ledger: Ledger | None,
    standing: Standing,
    staged: Staged,
    taken: Sequence[tuple[TakenFile, str]],
    again: Sequence[Mapping[str, Any]],
) -> Memory:
    payloads = {row["version_id"]: row["payload"] for row in again}
    replaces = {row_id: payloads[version].get("replaces") for row_id, version in staged.retried.items()}
    waiting = sorted({row["workbook"] for row in standing.held}) if again else []
    order = dict.fromkeys([*(file.name for file, _ in taken), *waiting])
    return Memory(
        standing.claims,
        None if ledger is None else ledger.versions,
        {name: place for place, name in enumerate(order)},
        staged.read_now,
        staged.unread,
        staged.voided,
        {row_id: old for row_id, old in replaces.items() if old},
        branches_among(taken, standing),
    )


def branches_among(taken: Sequence[tuple[TakenFile, str]], standing: Standing) -> frozenset[str]:
    """Return the files that are copies of a workbook that is known or taken as well: by name, or marked copies."""
    present = {standing.title(name).casefold() for name in (*standing.workbooks, *(file.name for file, _ in taken))}
    found: set[str] = set()
    for file, _ in taken:
        original = original_of(standing.title(file.name), present)
        if file.origin is not None or (original is not None and original.casefold() in present):
            found.add(file.name)
    return frozenset(found)


def with_empty(batch: Batch, registers: Sequence[str]) -> Batch:
    """Return the batch with an empty frame for each register it lacks, so that rows that left are seen."""
    known = all_registers()
    missing = {name: no_candidates(known[name]) for name in registers if name not in batch.frames and name in known}
    return replace(batch, frames={**batch.frames, **missing})
