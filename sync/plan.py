"""Decide what becomes of the rows of some workbooks, before anything is written."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from schemas.books import Load, OpenBooks
from schemas.candidates import Batch, no_candidates
from schemas.check import Checked, check_batch
from schemas.findings import Finding
from schemas.register import all_registers
from schemas.rules import Facts
from sync.blocked import blocked_findings
from sync.books.close import NOTHING, Close
from sync.changes import RegisterChanges, Sources, changes_of
from sync.closes import stock_closed
from sync.departures import pages_turned_back
from sync.fallen import Fallen, fallen_rows
from sync.in_use import numbers_in_use
from sync.looks import looks
from sync.memory import CONFLICT, Memory, Page, Remembered, Replaced
from sync.merge import LedgerDecider
from sync.origins import branches_among, known_by, said_then, twins_among, with_origin_told
from sync.outcome import RetriedRows, WorkbookOutcome, outcomes_of, relevant_findings, retried_rows
from sync.recognise import (
    Newcomers,
    Recognised,
    copied_workbooks,
    exchanged_workbooks,
    renamed_workbooks,
)
from sync.scan import Scan
from sync.stage import Staged, stage
from sync.standing import GONE, Standing, no_rows, without_files
from sync.stops import Stop, safe_stops, turned_pages, vanished_workbooks
from sync.takes import Place
from sync.worth import uncovered_rows
from workbooks.taking import TakenFile


@dataclass(frozen=True)
class Plan:
    """What a run has decided."""

    staged: Staged
    checked: Checked
    changes: tuple[RegisterChanges, ...]
    outcomes: tuple[WorkbookOutcome, ...]
    retried: RetriedRows
    recognised: Recognised = field(default_factory=Recognised)
    gone: frozenset[str] = frozenset()
    """Known workbooks whose files are no longer there."""
    turned_back: frozenset[Page] = frozenset()
    """Months that had left their workbooks as turned pages and are, for the most part, stated again."""
    blocked: tuple[Finding, ...] = ()
    """One error per row that is not withdrawn: its month is closed, it is used, or stock would be negative."""

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
    ledger: Remembered | None,
    standing: Standing,
    taken: Sequence[tuple[TakenFile, str]],
    rights: Rights,
    facts: Facts,
    found: Scan | None = None,
    load: Load = no_rows,
    made: Load | None = None,
) -> Plan:
    """Return what becomes of the rows of some files, and of the rows held back earlier.

    ``taken`` are files with their departments in the order of claims; ``found`` tells which workbooks
    still have their files (None: all of them). Without a ledger nothing is in force yet; ``load`` gives
    its rows, of any status and in the order of months and keys; ``made`` gives the rows of registers that
    the program makes from the books.

    What the rows tell about their files, renamed workbooks, copies, turned pages and safe stops,
    is known only after a first look at them; the decision is then made again with it.
    """
    lost, vanished = absent_workbooks(standing, found)
    standing = standing if found is None else standing.as_found(found)
    run = _Run(ledger, standing, taken, rights, facts, lost - vanished.keys(), load, made)
    known = Recognised(copies=twins_among(taken, standing), stops=vanished)
    while True:
        look = run.looked(known)
        more = recognised(look, standing, known, lost)
        if more == known:
            gone = run.dead.union(_displaced(standing, known)).difference(known.renamed.values())
            return _plan_of(look, standing, known, gone)
        known = more


@dataclass(frozen=True)
class _Look:
    """One look at all rows: what was decided, if the files are what they are taken for."""

    taken: Sequence[tuple[TakenFile, str]]
    again: Sequence[Mapping[str, Any]]
    staged: Staged
    books: OpenBooks
    decider: LedgerDecider
    checked: Checked


@dataclass(frozen=True)
class _Run:
    """What a run begins with."""

    ledger: Remembered | None
    standing: Standing
    taken: Sequence[tuple[TakenFile, str]]
    rights: Rights
    facts: Facts
    dead: frozenset[str]
    """Workbooks without their files."""
    load: Load
    made: Load | None = None

    def looked(self, known: Recognised) -> _Look:
        """Return what becomes of all rows if the files are what they are taken for."""
        standing = self.standing
        taken = [(known_by(file, known.renamed.get(file.name)), department) for file, department in self.taken]
        fresh = {file.name for file, _ in taken}
        seen = [file for file, _ in taken]
        taken = [
            (with_origin_told(file, standing, seen, known.copies, known.renamed), department)
            for file, department in taken
        ]
        dead = self.dead.union(_displaced(standing, known)).difference(known.renamed.values())
        again = [row for row in standing.held if row["workbook"] not in fresh and _is_tried(row, dead)]
        staged = stage(taken, self.rights.may_write, self.rights.writers_of, again)
        staged = replace(staged, read_now=staged.read_now - known.stops.keys())
        died = frozenset(name for name in dead if not _was_gone(standing, name))
        memory = replace(
            _memory(self.ledger, standing, staged, taken, again),
            branches=branches_among(taken, standing, known.copies, known.renamed, dead, self.ledger),
            said_then=said_then(taken, self.ledger),
            stopped=frozenset(known.stops),
            dead=dead,
            returned=frozenset(name for name in fresh & standing.workbooks.keys() if _was_gone(standing, name))
            | frozenset(known.renamed.values()),
            turned=_turned(standing, known),
        )
        concerned = registers_concerned(standing, staged.read_now | died) & self.facts.in_use
        batch = with_empty(staged.batch, sorted(concerned))
        return _Look(taken, again, staged, *self._checked(batch, memory))

    def _checked(self, batch: Batch, memory: Memory) -> tuple[OpenBooks, LedgerDecider, Checked]:
        """Return the batch checked so that no row that is held stands in the way of another claim."""
        fallen = Fallen()
        while True:
            books = OpenBooks(self.facts, self.load, self.made)
            decider = LedgerDecider(replace(memory, fallen=fallen.flaws))
            checked = check_batch(batch, books, decider)
            more = fallen_rows(checked, fallen)
            if more == fallen:
                more = fallen.with_alone(uncovered_rows(checked, books, self.load, self._opening))
            if more == fallen:
                more = fallen.with_alone(numbers_in_use(checked, decider.decisions, books))
            if more == fallen:
                return books, decider, checked
            fallen = more

    def _opening(self) -> Close:
        """Return what the open months of the stock book begin with."""
        return NOTHING if self.ledger is None else stock_closed(self.ledger)


def registers_concerned(standing: Standing, workbooks: Collection[str]) -> set[str]:
    """Return the registers that some workbooks have ever held, and those with rows about to be withdrawn."""
    held = (standing.workbooks[name]["registers"] for name in workbooks if name in standing.workbooks)
    withdrawn = {register_id for _, register_id, _ in standing.withdrawals}
    return withdrawn.union(*(registers or () for registers in held))


def _plan_of(look: _Look, standing: Standing, known: Recognised, gone: frozenset[str]) -> Plan:
    taken, staged, checked = look.taken, look.staged, look.checked
    findings = relevant_findings(checked)
    sha256 = {row["workbook"]: row["sha256"] for row in look.again} | {file.name: file.sha256 for file, _ in taken}
    sources = Sources(sha256, staged.read_now, look.decider.memory.read_whole)
    changes = changes_of(checked, look.decider, look.books, standing.claims, sources)
    outcomes = outcomes_of(taken, staged, checked, look.decider, changes, findings, known)
    retried = retried_rows(checked, staged, {row["version_id"]: row for row in look.again}, findings)
    turned = _turned(standing, known)
    turned_back = frozenset(
        page
        for each in looks(checked.frames, look.decider.decisions, look.books)
        for page in pages_turned_back(each.register, each.rows, each.current, turned)
    )
    blocked = tuple(blocked_findings(look.decider))
    return Plan(staged, checked, tuple(changes), tuple(outcomes), retried, known, gone, turned_back, blocked)


def recognised(look: _Look, standing: Standing, known: Recognised, lost: frozenset[str]) -> Recognised:
    """Return what is known about the files of a run after a look at all rows."""
    departments = {name: str(row["department"]) for name, row in standing.workbooks.items()}
    departments |= {file.name: department for file, department in look.taken}
    read = [(file.name, file.sha256) for file, department in look.taken if department]
    new = frozenset(name for name, _ in read) - standing.workbooks.keys() - look.decider.memory.branches.keys()
    ours = {name for name, sha256 in read if (name, sha256) not in standing.confirmed}
    watched = ours & standing.workbooks.keys() & look.staged.read_now
    if not new and not watched:
        return known
    seen = list(looks(look.checked.frames, look.decider.decisions, look.books))
    absent = lost - set(known.renamed.values())
    held = frozenset((row["workbook"], row["register"], row["row_key"]) for row in standing.held)
    newcomers = Newcomers(departments, new, absent, held=held, voided=look.staged.voided)
    if not known.renamed:
        left = frozenset(name for name in absent if standing.workbooks[name]["state"] != GONE)
        changed = frozenset(name for name, sha256 in read if _is_other(standing.workbooks.get(name), sha256))
        exchanged = exchanged_workbooks(seen, replace(newcomers, lost=left, known=changed), look.decider.memory)
        if exchanged:
            return replace(known, renamed=exchanged)
    renamed = renamed_workbooks(seen, newcomers)
    if renamed:
        return replace(known, renamed={**known.renamed, **renamed})
    copies = copied_workbooks(seen, newcomers, look.decider.memory)
    voided = look.staged.voided
    turned = turned_pages(seen, voided, watched, _turned(standing, known))
    if copies or not turned <= known.turned:
        return replace(known, copies={**known.copies, **copies}, turned=known.turned | turned)
    stops = safe_stops(seen, voided, watched, _turned(standing, known))
    return replace(known, stops={**known.stops, **stops})


def _is_other(workbook: Mapping[str, Any] | None, sha256: str) -> bool:
    """Tell whether a known workbook had another content when it was last read."""
    return workbook is not None and workbook["state"] != GONE and workbook["sha256"] != sha256


def _is_tried(held: Mapping[str, Any], dead: Collection[str]) -> bool:
    """Tell whether a row that was held back is tried again: without its file, one that is in conflict alone."""
    return held["workbook"] not in dead or held["reason"] == CONFLICT


def _was_gone(standing: Standing, name: str) -> bool:
    return bool(standing.workbooks[name]["state"] == GONE)


def _displaced(standing: Standing, known: Recognised) -> frozenset[str]:
    """Return the known workbooks under whose names there is now another one."""
    return frozenset(known.renamed.keys() & standing.workbooks.keys()).difference(known.renamed.values())


def _turned(standing: Standing, known: Recognised) -> dict[Page, int | None]:
    """Return the turned pages with the revision that saw it, None where it is this run that does."""
    before = {page: row["revision_from"] for page, row in standing.pages.items()}
    return {**before, **dict.fromkeys(known.turned)}


def absent_workbooks(standing: Standing, found: Scan | None) -> tuple[frozenset[str], dict[str, Stop]]:
    """Return the workbooks without their files, and those among them whose whole folder is empty or offline."""
    if found is None:
        return frozenset(), {}
    lost = without_files(standing, found)
    here = {name: row for name, row in standing.workbooks.items() if name in lost and row["state"] != GONE}
    stops = vanished_workbooks(here, found.filled())
    return lost, {name: stop for name, stop in stops.items() if (name, here[name]["sha256"]) not in standing.confirmed}


def _memory(
    ledger: Remembered | None,
    standing: Standing,
    staged: Staged,
    taken: Sequence[tuple[TakenFile, str]],
    again: Sequence[Mapping[str, Any]],
) -> Memory:
    replaces: dict[bool, dict[Place, Replaced]] = {True: {}, False: {}}
    for row in standing.held:
        if old := row["payload"].get("replaces"):
            place = (row["workbook"], row["register"], row["row_key"])
            replaces[row["reason"] == CONFLICT][place] = Replaced(old, row["payload"].get("replaced") or "")
    waiting = sorted({row["workbook"] for row in standing.held}) if again else []
    order = dict.fromkeys([*(file.name for file, _ in taken), *waiting])
    return Memory(
        standing.claims,
        None if ledger is None else ledger.versions,
        {name: place for place, name in enumerate(order)},
        staged.read_now,
        staged.unread,
        staged.voided,
        replaces[False],
        replaces[True],
        {(row["workbook"], row["register"], row["row_key"]): _made_at(row) for row in standing.held},
        choices=standing.choices,
        confirmed=standing.withdrawals,
        renumbered=standing.renumbered,
        columns=staged.batch.columns,
    )


def _made_at(held: Mapping[str, Any]) -> int:
    """Return the newest revision from which a row that waits may have been made: one before its conflict."""
    began = int(held["revision_from"])
    return began - 1 if held["reason"] == CONFLICT else began


def with_empty(batch: Batch, registers: Sequence[str]) -> Batch:
    """Return the batch with an empty frame for each register it lacks, so that rows that left are seen."""
    known = all_registers()
    missing = {name: no_candidates(known[name]) for name in registers if name not in batch.frames and name in known}
    return replace(batch, frames={**batch.frames, **missing})
