"""What the ledger knows when a run begins, and which found file is which known workbook."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from schemas.books import KEY_SEPARATOR, empty_frame
from schemas.register import Register
from sync.choices import RESOLVE, chosen_among
from sync.held import rows_of
from sync.memory import Page, Remembered
from sync.scan import Scan
from sync.takes import Place, Take
from sync.versioned import META

GONE = "gone"
"""State of a workbook whose file is no longer in its folder."""
ANSWERED = "answered"
"""State of a workbook that holds nothing but choices about conflicts and missing rows."""
PROCEED = "proceed"
"""Decision that lets a version of a workbook through a safe stop."""


@dataclass(frozen=True)
class Standing:
    """The ledger's memory of workbooks, held rows, bases and conflicts."""

    workbooks: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Identity to the row in the table ``workbook``; its ``title`` is the name that its file had after the last run."""
    held: tuple[Mapping[str, Any], ...] = ()
    claims: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Register id to rows of the table ``claim``."""
    findings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Identity to the row in the table ``finding``."""
    conflicts: tuple[Mapping[str, Any], ...] = ()
    stops: tuple[Mapping[str, Any], ...] = ()
    """Rows of the table ``stop``: what waits for somebody to confirm it."""
    pages: Mapping[Page, Mapping[str, Any]] = field(default_factory=dict)
    """Months that have left their workbook as a turned page, with their rows in the table ``page``."""
    confirmed: frozenset[tuple[str, str]] = frozenset()
    """(workbook, file hash) of versions that somebody has let through a safe stop."""
    choices: Mapping[Place, tuple[Mapping[str, Any], Take]] = field(default_factory=dict)
    """Place of an open conflict to its row in the table ``conflict`` and what somebody chose for it."""
    renumbered: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(register, key) of rows that once went on under a corrected number, to the last such number."""
    withdrawals: frozenset[Place] = frozenset()
    """Missing rows that somebody confirms in this run."""
    files: Mapping[str, str] = field(default_factory=dict)
    """Identity to the name of its file, for the files of this run: of new and renamed ones only here."""

    @classmethod
    def of(cls, ledger: Remembered) -> Standing:
        """Read what the ledger knows."""
        claims = ledger.table("claim")
        conflicts = [decoded(row, "base", "ours", "theirs", "fields") for row in ledger.table("conflict").to_dicts()]
        return cls(
            {row["path"]: decoded(row, "registers", "counts") for row in ledger.table("workbook").to_dicts()},
            tuple(decoded(row, "payload", "findings") for row in ledger.table("held").to_dicts()),
            {str(key[0]): frame for key, frame in claims.group_by("register", maintain_order=True)},
            {row["workbook"]: decoded(row, "findings") for row in ledger.table("finding").to_dicts()},
            tuple(conflicts),
            tuple(decoded(row, "details") for row in ledger.table("stop").to_dicts()),
            {(p["workbook"], p["register"], p["period"]): p for p in ledger.table("page").to_dicts()},
            frozenset(_parted(subject) for subject in ledger.table("decision", what=PROCEED)["subject"]),
            chosen_among(conflicts, ledger.table("decision", what=RESOLVE).to_dicts()),
            {(row["register"], row["old_key"]): row["new_key"] for row in ledger.table("rekeyed").to_dicts()},
        )

    def title(self, identity: str) -> str:
        """Return the name of a workbook's file as people see it now."""
        known = self.workbooks.get(identity)
        return self.files.get(identity) or (identity if known is None else str(known["title"]))

    def as_found(self, found: Scan) -> Standing:
        """Return the memory with every workbook under the name that its file has now."""
        return replace(self, files={file.identity: file.name for file in found.files})


def _parted(subject: str) -> tuple[str, str]:
    workbook, _, sha256 = subject.partition(KEY_SEPARATOR)
    return workbook, sha256


def is_over(workbook: Mapping[str, Any]) -> bool:
    """Tell whether a row of the table ``workbook`` is of choices whose file somebody has tidied away."""
    return bool(workbook["state"] == GONE and workbook["reason"] == ANSWERED)


def decoded(row: Mapping[str, Any], *names: str) -> dict[str, Any]:
    """Return a row of the ledger with its JSON fields as objects."""
    return {**row, **{name: None if row[name] is None else json.loads(row[name]) for name in names}}


def held_rows(ledger: Remembered, register: type[Register], as_of: int | None = None) -> pl.DataFrame:
    """Return the rows of a register that were held back or in conflict at a revision (None is now), as typed."""
    table = ledger.table("held", as_of=as_of, register=register.id)
    return rows_of(register, [decoded(row, "payload") for row in table.to_dicts()], 0)


def no_rows(register: type[Register]) -> pl.DataFrame:
    """Return the rows that an empty ledger has of a register."""
    return (
        empty_frame(register)
        .drop("_id", "_key")
        .with_columns(pl.lit(None, dtype).alias(name) for name, dtype in {**META, "_version": pl.Int64()}.items())
    )


def without_files(standing: Standing, found: Scan) -> frozenset[str]:
    """Return the known workbooks that are not among the files, those gone long ago too.

    One that is there, but could not be opened, is not without its file.
    """
    present = {file.identity for file in found.files}
    return frozenset(
        name for name in standing.workbooks.keys() - present if not found.is_unopened(standing.title(name))
    )


def lost_lately(standing: Standing, found: Scan) -> frozenset[str]:
    """Return the workbooks that have lost their files since the last run: a new file may be one under another name."""
    return frozenset(name for name in without_files(standing, found) if standing.workbooks[name]["state"] != GONE)


def renamed(found: Scan, names: Mapping[str, str]) -> Scan:
    """Return the scan with files under the identities that their rows have told."""
    if not names:
        return found
    files = (replace(file, identity=names.get(file.identity, file.identity)) for file in found.files)
    return replace(found, files=tuple(files))


def identified(found: Scan, standing: Standing) -> Scan:
    """Return the scan with every file under the identity by which the ledger knows it.

    A file is the workbook whose name it has (case does not matter), or else one of the same content
    and department whose own file is gone: renamed or moved, which is not an event. Where workbooks have
    changed names among themselves, their contents tell which is which. A new workbook takes its name
    as its identity.
    """
    there_last = sorted(standing.workbooks.items(), key=lambda known: known[1]["state"] != GONE)
    by_title = {str(row["title"]).casefold(): identity for identity, row in there_last}
    by_title |= _renamed_among_themselves(found, standing, by_title)
    present = {file.name.casefold() for file in found.files}
    named = {by_title[name] for name in present & by_title.keys()}
    lost = {
        (row["department"], row["sha256"]): identity
        for identity, row in standing.workbooks.items()
        if identity not in named and not found.is_unopened(str(row["title"]))
    }
    files = []
    taken: set[str] = set()
    for file in found.files:
        identity = by_title.get(file.name.casefold())
        if identity is None:
            identity = lost.pop((file.department, file.sha256), None)
        if identity is None:
            identity = file.name
            while identity in standing.workbooks or identity in taken:
                identity += "+"
        taken.add(identity)
        files.append(file if file.identity == identity else replace(file, identity=identity))
    return replace(found, files=tuple(files))


def _renamed_among_themselves(found: Scan, standing: Standing, by_title: Mapping[str, str]) -> dict[str, str]:
    """Return the names that now stand over another known workbook, while their own is found elsewhere as it was."""
    times = Counter((file.department, file.sha256) for file in found.files)
    files = {content: file for file in found.files if times[content := (file.department, file.sha256)] == 1}
    moved: dict[str, str] = {}
    for title, identity in by_title.items():
        row = standing.workbooks[identity]
        file = files.get((row["department"], row["sha256"]))
        if file is not None and file.name.casefold() != title and row["state"] != GONE:
            moved[identity] = file.name.casefold()
    return {name: identity for identity, name in moved.items() if by_title.get(name) in moved}
