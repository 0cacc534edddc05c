"""From the ledger to what is published: states, stock, findings, held rows, details."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import polars as pl

from schemas.books import Load, key_parts
from schemas.findings import Finding, Severity, reader_finding
from schemas.masking import mask
from schemas.register import Register, all_registers
from sync.choices import conflict_id
from sync.closes import closed_in_order
from sync.completed import is_completed
from sync.held import finding_of_json
from sync.ledger import Ledger
from sync.outcome import stop_finding
from sync.publish.daily import DAILY
from sync.publish.model import (
    ConflictLine,
    FindingLine,
    HeldLine,
    MissingLine,
    Publication,
    State,
    WorkbookState,
)
from sync.publish.paths import marked_paths
from sync.publish.words import word
from sync.report_page import kept_page
from sync.share import Share
from sync.standing import ANSWERED, GONE, Standing, is_over
from sync.stops import VANISHED
from sync.volumes import Volumes

NO_VOLUMES = Volumes()


def publication_of(
    share: Share, ledger: Ledger, standing: Standing, load: Load, volumes: Volumes = NO_VOLUMES
) -> Publication:
    """Return everything that is shown of the newest revision.

    ``load`` returns its rows of a register, the missing ones at least; ``volumes`` are the details to publish.
    """
    head = ledger.head()
    told = findings_by_workbook(standing)
    paths = paths_in_share(share, standing)
    marked = marked_paths(paths.values())
    missing = _missing(share.registers.values(), load, paths, standing)
    times = {revision.number: revision.at for revision in ledger.revisions()}
    return Publication(
        school=share.config.school,
        revision=head.number,
        digest=head.digest,
        at=head.at.astimezone(share.config.zone),
        today=share.today,
        language=share.config.language,
        workbooks=[
            _state(share, standing, row, told.get(identity, ()), paths[identity], marked, missing, times)
            for identity, row in standing.workbooks.items()
            if not is_over(row)
        ],
        findings=_finding_lines(standing, told, paths, share.config.language),
        held=_held_lines(standing, paths, share.config.language),
        conflicts=_conflict_lines(standing, paths),
        missing=missing,
        closed=closed_in_order(ledger),
        report=DAILY if kept_page(share.state) is not None else "",
        rules_off=rules_switched_off(share, share.config.language),
        details=volumes.details,
        untouched=volumes.untouched,
        versioned=frozenset(name for name, rows in volumes.details.items() if _is_versioned(name, rows)),
    )


def _is_versioned(register_id: str, rows: pl.DataFrame) -> bool:
    """Tell whether a volume shows rows of the ledger to which the books add nothing."""
    register = all_registers()[register_id]
    kept = register.is_written() and not is_completed(register) and "_version" in rows.columns
    return kept and not rows["_version"].has_nulls()


def paths_in_share(share: Share, standing: Standing) -> dict[str, str]:
    """Return the path of every workbook below the share, by identity."""
    return {identity: path_in_share(share, row) for identity, row in standing.workbooks.items()}


def path_in_share(share: Share, workbook: Mapping[str, Any]) -> str:
    """Return the path of a workbook below the share, with slashes."""
    return path_below(share, str(workbook["title"]))


def path_below(share: Share, title: str) -> str:
    """Return the path below the share of a file that findings call ``DEPARTMENT/path``, with slashes."""
    department, _, rest = title.partition("/")
    known = share.config.departments
    folder = share.config.folder_of(department) if department in known else department
    return f"departments/{folder}/{rest}"


def findings_by_workbook(standing: Standing) -> dict[str, list[Finding]]:
    """Return all findings that stand, by workbook identity: kept ones and those of held rows."""
    found: dict[str, list[Finding]] = {}
    for identity, row in standing.findings.items():
        found.setdefault(identity, []).extend(finding_of_json(each) for each in row["findings"])
    for row in standing.held:
        stored = [*row["payload"]["reading"], *row["findings"]]
        found.setdefault(row["workbook"], []).extend(finding_of_json(each) for each in stored)
    for row in standing.conflicts:
        if row["other_workbook"] in standing.workbooks and row["other_workbook"] != row["workbook"]:
            found.setdefault(row["other_workbook"], []).append(_contradicted(standing, row))
    for row in standing.stops:
        if row["code"] == VANISHED:
            stop = stop_finding(row["workbook"], row["details"]["count"], row["details"]["known"])
            found.setdefault(row["workbook"], []).append(stop)
    return {
        identity: [f.in_workbook(standing.title(identity)) for f in findings] for identity, findings in found.items()
    }


def _contradicted(standing: Standing, conflict: Mapping[str, Any]) -> Finding:
    """Return what the workbook is told whose row the ledger keeps."""
    key = key_parts(conflict["row_key"])
    other = standing.title(conflict["workbook"]).rpartition("/")[2]
    places = {"register": conflict["register"], "key": key, "key_text": " / ".join(key), "other": other}
    return reader_finding("IMP-02", conflict["other_workbook"], severity=Severity.WARNING, **places)


def counts_now(standing: Standing, identity: str) -> dict[str, int]:
    """Return how the rows of a workbook stand now: what was held then may have been taken since."""
    counts = dict(standing.workbooks[identity]["counts"] or {})
    reasons = [row["reason"] for row in standing.held if row["workbook"] == identity]
    conflicting = reasons.count("conflict")
    held = len(reasons) - conflicting
    refused = counts.get("refused", 0)
    taken_since = counts.get("held", 0) - refused + counts.get("conflicting", 0) - held - conflicting
    counts["held"], counts["conflicting"] = held + refused, conflicting
    counts["accepted"] = counts.get("accepted", 0) + max(0, taken_since)
    return counts


def _state(
    share: Share,
    standing: Standing,
    row: Mapping[str, Any],
    findings: Sequence[Finding],
    path: str,
    marked: Mapping[str, str],
    missing: Sequence[MissingLine],
    times: Mapping[int, datetime],
) -> WorkbookState:
    counts = counts_now(standing, row["path"])
    department = str(row["department"])
    known = share.config.departments.get(department)
    severities = [finding.severity for finding in findings]
    return WorkbookState(
        department=department,
        department_name=known.name if known else department,
        path=path,
        state=state_of(row, counts),
        **{name: counts.get(name, 0) for name in _COUNTED},
        missing=sum(1 for line in missing if line.workbook == path),
        warnings=severities.count(Severity.WARNING),
        errors=severities.count(Severity.ERROR),
        saved_at=row["saved_at"],
        taken_at=times.get(row["taken_revision"]),
        feedback=marked[path] if findings and row["state"] != GONE else None,
        sha256=row["sha256"],
    )


_COUNTED = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")


def state_of(row: Mapping[str, Any], counts: Mapping[str, int]) -> State:
    """Return the one word for how a workbook stands."""
    if row["state"] in {"damaged", "waiting", "empty", ANSWERED, GONE}:
        return State(row["state"])
    if counts.get("held", 0) + counts.get("conflicting", 0) == 0:
        return State.ACCEPTED
    return State.PARTLY if counts.get("accepted", 0) + counts.get("unchanged", 0) else State.HELD


def _finding_lines(
    standing: Standing, told: Mapping[str, Sequence[Finding]], paths: Mapping[str, str], language: str
) -> list[FindingLine]:
    lines = []
    for identity, findings in told.items():
        row = standing.workbooks.get(identity)
        if row is None or row["state"] == GONE:
            continue
        lines += [
            FindingLine(
                str(row["department"]),
                paths[identity],
                finding.sheet,
                finding.cell,
                str(finding.severity),
                finding.code,
                finding.message(language),
                finding.hint(language),
            )
            for finding in findings
        ]
    return lines


def _held_lines(standing: Standing, paths: Mapping[str, str], language: str) -> list[HeldLine]:
    lines = []
    for row in standing.held:
        stored = [*row["payload"]["reading"], *row["findings"]]
        errors = [f for f in map(finding_of_json, stored) if f.severity is Severity.ERROR]
        register = all_registers().get(row["register"])
        lines.append(
            HeldLine(
                str(standing.workbooks[row["workbook"]]["department"]),
                paths[row["workbook"]],
                row["sheet"],
                errors[0].cell if errors else "",
                register.title if register else row["register"],
                " / ".join(key_parts(row["row_key"])),
                "；".join(dict.fromkeys(f.message(language) for f in errors)),
                "；".join(dict.fromkeys(filter(None, (f.hint(language) for f in errors)))),
            )
        )
    return lines


def _conflict_lines(standing: Standing, paths: Mapping[str, str]) -> list[ConflictLine]:
    lines = []
    for row in standing.conflicts:
        register = all_registers()[row["register"]]
        for field in row["fields"]:
            sides = [_shown(register, field, row[side]) for side in ("base", "theirs", "ours")]
            base, own, ledger = sides
            lines.append(
                ConflictLine(
                    conflict_id(row["version_id"]),
                    str(standing.workbooks[row["workbook"]]["department"]),
                    register.title,
                    " / ".join(key_parts(row["row_key"])),
                    paths[row["workbook"]],
                    paths.get(row["other_workbook"], ""),
                    register.column(field).title,
                    base,
                    own,
                    ledger,
                )
            )
    return lines


def _shown(register: type[Register], field: str, side: Mapping[str, Any] | None) -> str:
    value = "" if side is None or side.get(field) is None else str(side[field])
    return mask(value) if register.column(field).masked else value


def _missing(
    registers: Iterable[type[Register]], load: Load, paths: Mapping[str, str], standing: Standing
) -> list[MissingLine]:
    lines = []
    for register in registers:
        for row in load(register).filter(pl.col("_status") == "missing").iter_rows(named=True):
            workbook = standing.workbooks.get(row["_workbook"], {})
            lines.append(
                MissingLine(
                    f"{register.id}:{row['_version']}",
                    str(workbook.get("department", "")),
                    register.title,
                    " / ".join(key_parts(row["_key"])),
                    paths.get(row["_workbook"], row["_workbook"]),
                )
            )
    return lines


def rules_switched_off(share: Share, language: str) -> list[tuple[str, str]]:
    """Return code and reason of the rules that are off because a register is not in use."""
    from schemas.rules_off import rules_off  # noqa: PLC0415 - pandera is not needed to read the ledger

    facts = share.facts()
    off: dict[str, list[str]] = {}
    for code, register_id, missing in rules_off(share.registers, facts):
        titles = {"register": _title(register_id, language), "missing": _title(missing, language)}
        reason = word("rule off", language, **titles)
        if reason not in off.setdefault(code, []):
            off[code].append(reason)
    separator = "; " if language == "en" else "；"
    return [(code, separator.join(reasons)) for code, reasons in sorted(off.items())]


def _title(register_id: str, language: str) -> str:
    known = all_registers().get(register_id)
    if known is None:
        return register_id
    return known.title_en if language == "en" else known.title
