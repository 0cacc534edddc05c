"""Put everything that a run has read, and what earlier runs held back, into one batch."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import KEY_SEPARATOR
from schemas.candidates import Batch, batch_of
from schemas.findings import Finding, Severity, reader_finding, reader_text
from schemas.register import all_registers
from sync.held import rows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schemas.values import Table
    from workbooks.taking import TakenFile


@dataclass(frozen=True)
class Staged:
    """One run's rows before they are checked."""

    batch: Batch
    findings: Mapping[str, tuple[Finding, ...]]
    """Workbook to what reading found, refused registers included."""
    read_now: frozenset[str]
    """Workbooks that could be read."""
    unread: frozenset[tuple[str, str]]
    """(workbook, register) of sheets that could not be read or were refused."""
    voided: frozenset[tuple[str, str, str]]
    """(workbook, register, key) of rows marked 作废."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Workbook to the number of rows in registers that its department may not write."""
    skipped: Mapping[str, int] = field(default_factory=dict)
    retried: Mapping[int, int] = field(default_factory=dict)
    """Row id to the version in the ledger's table ``held`` of a row that is tried again."""


def stage(
    taken: Sequence[tuple[TakenFile, str]],
    may_write: Callable[[str, str], bool],
    writers_of: Callable[[str], Sequence[str]],
    held: Sequence[Mapping[str, Any]] = (),
) -> Staged:
    """Return the batch of some read files, each with its department, in the order of claims.

    ``held`` are rows of the ledger's table ``held`` of workbooks that were not read now.
    """
    findings: dict[str, list[Finding]] = {file.name: list(file.findings) for file, _ in taken}
    allowed: list[tuple[Table, str]] = []
    refused: Counter[str] = Counter()
    unread: set[tuple[str, str]] = set()
    voided: set[tuple[str, str, str]] = set()
    skipped: Counter[str] = Counter()
    for file, department in taken:
        unread |= {(file.name, f.register) for f in file.findings if f.register and f.severity is Severity.ERROR}
        for table in file.tables:
            skipped[file.name] += len(table.skipped)
            if not may_write(department, table.register.id):
                findings[file.name].append(_denied(table, department, writers_of(table.register.id)))
                refused[file.name] += table.frame.height
                unread.add((file.name, table.register.id))
                continue
            allowed.append((table, department))
            voided |= {
                (file.name, table.register.id, KEY_SEPARATOR.join(skip.key))
                for skip in table.skipped
                if skip.code == "ROW-VOID" and skip.key
            }
    batch, row_findings = batch_of(allowed)
    for finding in row_findings:
        findings[finding.workbook].append(finding)
    batch, retried = with_held(batch, held)
    return Staged(
        batch,
        {name: tuple(found) for name, found in findings.items()},
        frozenset(file.name for file, _ in taken if file.readable),
        frozenset(unread),
        frozenset(voided),
        dict(refused),
        dict(skipped),
        retried,
    )


def _denied(table: Table, department: str, owners: Sequence[str]) -> Finding:
    found = reader_finding(
        "RIGHT-DENIED",
        table.workbook,
        sheet=table.sheet,
        register=table.register.id,
        department=department,
        title=table.register.title,
        title_en=table.register.title_en,
        owners="、".join(owners) or "管理员",
    )
    unused = not owners and table.register.is_written()
    return replace(found, text=reader_text("RIGHT-DENIED:UNUSED")) if unused else found


def with_held(batch: Batch, held: Sequence[Mapping[str, Any]]) -> tuple[Batch, dict[int, int]]:
    """Return the batch with held rows that only the check held back, and their ids with their versions."""
    known = all_registers()
    again = [row for row in held if not row["payload"]["broken"] and row["register"] in known]
    next_id = sum(frame.height for frame in batch.frames.values())
    frames, columns, deferred = dict(batch.frames), dict(batch.columns), dict(batch.deferred)
    retried: dict[int, int] = {}
    for register_id in dict.fromkeys(row["register"] for row in again):
        rows = [row for row in again if row["register"] == register_id]
        fresh = rows_of(known[register_id], rows, next_id)
        known_frame = frames.get(register_id)
        parts = [fresh] if known_frame is None else [known_frame, fresh.select(known_frame.columns)]
        frames[register_id] = pl.concat(parts, how="vertical_relaxed")
        for row_id, row in enumerate(rows, next_id):
            retried[row_id] = row["version_id"]
            payload = row["payload"]
            columns[row["workbook"], row["sheet"], register_id] = payload["columns"]
            cells = [(row_id, name, text) for name, text in payload["deferred"]]
            deferred[register_id] = [*deferred.get(register_id, ()), *cells]
        next_id += len(rows)
    return Batch(frames, columns, deferred, batch.broken), retried


def in_claim_order(taken: Sequence[tuple[TakenFile, str]]) -> list[tuple[TakenFile, str]]:
    """Return files in the order in which their claims count: time of last save inside the file, then path."""
    return sorted(taken, key=lambda pair: (pair[0].saved_at is None, pair[0].saved_at or 0, pair[0].name))
