"""What became of each workbook in a run: its rows counted, its findings, its held rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from schemas.books import key_parts
from schemas.candidates import Batch
from schemas.check import HELD, PROPOSED, UNCHANGED, Checked
from schemas.findings import Finding, Severity, in_reading_order, reader_finding
from schemas.register import all_registers
from sync.blocked import at_their_rows, blocked_findings
from sync.changes import RegisterChanges
from sync.held import finding_as_json, payloads
from sync.memory import CONFLICT, DUPLICATE, STOPPED, SUPERSEDED
from sync.merge import LedgerDecider
from sync.recognise import Recognised
from sync.stage import Staged
from sync.standing import ANSWERED
from workbooks.taking import TakenFile

COUNTS = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")
"""How rows are counted: the first is the sum of the others (DESIGN 8)."""

NOT_TAKEN = (HELD, CONFLICT, STOPPED)
"""Outcomes of rows that the ledger keeps in its table ``held``."""

COUNTED_AS = {
    PROPOSED: "accepted",
    SUPERSEDED: "accepted",
    HELD: "held",
    STOPPED: "held",
    CONFLICT: "conflicting",
    DUPLICATE: "duplicate",
}


@dataclass(frozen=True)
class WorkbookOutcome:
    """What became of one workbook whose file was read in this run."""

    name: str
    department: str
    sha256: str
    size: int
    saved_at: object
    readable: bool
    counts: Mapping[str, int]
    findings: tuple[Finding, ...]
    held: tuple[Mapping[str, Any], ...]
    """Rows for the ledger's table ``held``."""
    registers: tuple[str, ...]
    waiting: bool = False
    """True where something was put off and the file has to be read again in the next run."""
    branch_of: str | None = None
    """The workbook that it is a copy of, where its rows told so."""
    decides: bool = False
    """True for a workbook that holds nothing but choices about conflicts and missing rows."""

    @property
    def state(self) -> str:
        """Return the one word for what became of it (``sync.publish.model.State``)."""
        counts = self.counts
        if not self.readable:
            return "damaged"
        if self.waiting:
            return "waiting"
        if self.decides:
            return ANSWERED
        return word_for(counts)


def word_for(counts: Mapping[str, int]) -> str:
    """Return the one word for what became of a workbook by how its rows are counted."""
    if counts["held"] + counts["conflicting"] == 0:
        return "empty" if counts["read"] == 0 else "accepted" if counts["accepted"] else "unchanged"
    return "partly" if counts["accepted"] + counts["unchanged"] else "held"


@dataclass(frozen=True)
class RetriedRows:
    """What became of the held rows of workbooks that were not read in this run."""

    accepted: dict[str, int] = field(default_factory=dict)
    """Workbook to how many of its held rows were taken now."""
    unchanged: dict[str, Counter[str]] = field(default_factory=dict)
    """Workbook to how many of its rows need nothing any more, by what they were counted as (held, conflicting)."""
    ended: list[int] = field(default_factory=list)
    """Versions in the table ``held`` that end."""
    held: list[Mapping[str, Any]] = field(default_factory=list)
    """Their successors, where they are held for other reasons now."""
    findings: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Workbook to the findings (warnings) of its rows that were taken now, as JSON."""


def outcomes_of(
    taken: Sequence[tuple[TakenFile, str]],
    staged: Staged,
    checked: Checked,
    decider: LedgerDecider,
    changes: Sequence[RegisterChanges],
    found: Sequence[Finding],
    recognised: Recognised,
) -> list[WorkbookOutcome]:
    """Return the outcome of every file that was read, in the order in which they were taken.

    ``found`` are the findings of the check; ``recognised`` tells about copies and safe stops.
    """
    counted = _outcomes_by_workbook(checked, staged)
    blocked = at_their_rows(blocked_findings(decider), staged)
    told = [*_missing_findings(changes), *blocked, *_stale_findings(checked)]
    told += [stop_finding(name, stop.count, stop.known) for name, stop in recognised.stops.items()]
    by_workbook: dict[str, list[Finding]] = {}
    for finding in [*found, *told]:
        by_workbook.setdefault(finding.workbook, []).append(finding)
    again = pl.col("_id").is_in(list(staged.retried))
    fresh = replace(checked, frames={name: frame.filter(~again) for name, frame in checked.frames.items()})
    held: dict[str, list[Mapping[str, Any]]] = {}
    for row in held_rows(fresh, staged, {file.name: (department, file.sha256) for file, department in taken}, found):
        held.setdefault(row["workbook"], []).append(row)
    waiting = {
        workbook
        for decisions in decider.decisions.values()
        for frame in (decisions.blocked, decisions.used, decisions.closed)
        for workbook in frame["_workbook"]
    }
    waiting |= recognised.stops.keys()
    return [
        WorkbookOutcome(
            file.name,
            department,
            file.sha256,
            file.size,
            file.saved_at,
            file.readable,
            _counts(file, staged, counted.get(file.name, {})),
            tuple(in_reading_order([*staged.findings[file.name], *by_workbook.get(file.name, ())])),
            tuple(held.get(file.name, ())),
            tuple(dict.fromkeys(table.register.id for table in file.tables)),
            file.name in waiting,
            recognised.copies.get(file.name),
            file.decides,
        )
        for file, department in taken
    ]


def _outcomes_by_workbook(checked: Checked, staged: Staged) -> dict[str, dict[str, int]]:
    """Return workbook to outcome to number of rows, of the rows that were read now."""
    counted: dict[str, dict[str, int]] = {}
    for frame in checked.frames.values():
        read = frame.filter(~pl.col("_id").is_in(list(staged.retried)))
        for workbook, outcome, rows in read.group_by("_workbook", "_outcome").len().iter_rows():
            own = counted.setdefault(workbook, {})
            own[outcome] = own.get(outcome, 0) + rows
    return counted


def _counts(file: TakenFile, staged: Staged, rows: Mapping[str, int]) -> dict[str, int]:
    """Return how the rows of one workbook are counted: every row read is in exactly one place.

    ``rows`` is outcome to number of rows; ``refused`` are those among the held ones that the department
    may not write.
    """
    outcomes: Counter[str] = Counter()
    for outcome, number in rows.items():
        outcomes[COUNTED_AS.get(outcome, "unchanged")] += number
    outcomes["held"] += staged.refused.get(file.name, 0)
    outcomes["skipped"] += staged.skipped.get(file.name, 0)
    refused = {"refused": staged.refused.get(file.name, 0)}
    return {"read": outcomes.total(), **{name: outcomes[name] for name in COUNTS[1:]}, **refused}


def relevant_findings(checked: Checked) -> list[Finding]:
    """Return the findings of the check, without errors on rows that are accepted and did not change.

    What has been accepted stays accepted: a rule that such a row would break today is no error of it.
    That a number was corrected is told once the row is taken.
    """
    findings = checked.findings()
    if not findings:
        return []
    settled: set[tuple[str, str, int]] = set()
    for frame in checked.frames.values():
        taken = frame.filter(~pl.col("_outcome").is_in(NOT_TAKEN))
        settled |= set(taken.select("_workbook", "_sheet", "_row").iter_rows())

    def matters(finding: Finding) -> bool:
        if (finding.workbook, finding.sheet, finding.row) in settled:
            return finding.severity is not Severity.ERROR
        return finding.code != "IMP-08"

    return [finding for finding in findings if matters(finding)]


def held_rows(
    checked: Checked,
    staged: Staged,
    sources: Mapping[str, tuple[str, str]],
    findings: Iterable[Finding],
) -> list[dict[str, Any]]:
    """Return the rows of the batch that are held or in conflict, as the ledger keeps them.

    ``sources`` is workbook to department and file hash.
    """
    reading = by_place(f for found in staged.findings.values() for f in found)
    checking = by_place(findings)
    stored: list[dict[str, Any]] = []
    for register_id, frame in checked.frames.items():
        down = frame.filter(pl.col("_outcome").is_in(NOT_TAKEN))
        if down.is_empty():
            continue
        batch = checked.batch
        typed = batch.frames[register_id].filter(pl.col("_id").is_in(down["_id"].to_list()))
        cells = payloads(all_registers()[register_id], typed)
        deferred = _by_row(batch, register_id)
        for row in down.iter_rows(named=True):
            department, sha256 = sources[row["_workbook"]]
            place = (row["_workbook"], row["_sheet"], row["_row"])
            payload = {
                "cells": cells[row["_id"]],
                "deferred": deferred.get(row["_id"], []),
                "broken": row["_id"] in batch.broken,
                "department": row["_department"] or department,
                "columns": dict(batch.columns.get((place[0], place[1], register_id), {})),
                "replaces": row["_replaces"],
                "replaced": row["_replaced"],
                "reading": [finding_as_json(f) for f in in_reading_order(reading.get(place, ()))],
            }
            stored.append(
                {
                    "workbook": place[0],
                    "register": register_id,
                    "sheet": place[1],
                    "row_number": place[2],
                    "row_key": row["_key"],
                    "sha256": sha256,
                    "reason": row["_outcome"],
                    "payload": payload,
                    "findings": [finding_as_json(f) for f in in_reading_order(checking.get(place, ()))],
                }
            )
    return stored


def by_place(findings: Iterable[Finding]) -> dict[tuple[str, str, int], list[Finding]]:
    """Return findings by workbook, sheet and worksheet row."""
    places: dict[tuple[str, str, int], list[Finding]] = {}
    for finding in findings:
        places.setdefault((finding.workbook, finding.sheet, finding.row), []).append(finding)
    return places


def _by_row(batch: Batch, register_id: str) -> dict[int, list[tuple[str, str]]]:
    found: dict[int, list[tuple[str, str]]] = {}
    for row_id, column, text in batch.deferred.get(register_id, ()):
        found.setdefault(row_id, []).append((column, text))
    return found


def _missing_findings(changes: Sequence[RegisterChanges]) -> list[Finding]:
    """Return one warning per row that left its workbook and stays in the books."""
    return [
        reader_finding(
            "IMP-07",
            workbook,
            sheet=sheet,
            register=change.register.id,
            key=key_parts(key),
            key_text=" / ".join(key_parts(key)),
        )
        for change in changes
        for workbook, sheet, key in change.missing
    ]


def stop_finding(workbook: str, count: int, known: int) -> Finding:
    """Return the warning that a workbook waits for somebody to confirm it (IMP-06)."""
    return reader_finding("IMP-06", workbook, count=count, known=known)


def _stale_findings(checked: Checked) -> list[Finding]:
    """Return one note per workbook in which older versions of rows turned up."""
    stale = [frame.filter(pl.col("_reason") == "stale")["_workbook"].to_list() for frame in checked.frames.values()]
    counts = Counter(name for names in stale for name in names)
    return [reader_finding("IMP-04", workbook, count=count) for workbook, count in counts.items()]


def retried_rows(
    checked: Checked, staged: Staged, stored: Mapping[int, Mapping[str, Any]], findings: Sequence[Finding]
) -> RetriedRows:
    """Return what became of the held rows that were tried again.

    ``stored`` is version in the table ``held`` to its row; ``findings`` are those of the check.
    """
    if not staged.retried:
        return RetriedRows()
    again = {name: frame.filter(pl.col("_id").is_in(list(staged.retried))) for name, frame in checked.frames.items()}
    sources = {row["workbook"]: (row["payload"]["department"], row["sha256"]) for row in stored.values()}
    down = held_rows(replace(checked, frames=again), staged, sources, findings)
    now_held = {_place_of(row): row for row in down}
    told = by_place(findings)
    outcomes = {
        (row["_workbook"], register_id, row["_sheet"], row["_row"]): row["_outcome"]
        for register_id, frame in again.items()
        for row in frame.iter_rows(named=True)
    }
    result = RetriedRows()
    for version in staged.retried.values():
        row = stored[version]
        now = now_held.get(_place_of(row))
        if now is None:
            result.ended.append(version)
            if outcomes[_place_of(row)] == UNCHANGED:
                counted = "conflicting" if row["reason"] == CONFLICT else "held"
                result.unchanged.setdefault(row["workbook"], Counter())[counted] += 1
            else:
                result.accepted[row["workbook"]] = result.accepted.get(row["workbook"], 0) + 1
            place = (row["workbook"], row["sheet"], row["row_number"])
            kept = [*row["payload"]["reading"], *(finding_as_json(f) for f in told.get(place, ()))]
            result.findings.setdefault(row["workbook"], []).extend(kept)
        elif any(now[name] != row[name] for name in ("findings", "reason", "row_key")):
            result.ended.append(version)
            result.held.append({**now, "payload": row["payload"]})
    return result


def _place_of(row: Mapping[str, Any]) -> tuple[str, str, str, int]:
    return (row["workbook"], row["register"], row["sheet"], row["row_number"])
