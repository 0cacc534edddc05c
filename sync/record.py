"""Write what a run decided into the ledger, as one revision in one transaction."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import Any

import polars as pl

from schemas.books import KEY_SEPARATOR
from schemas.findings import in_reading_order
from sync.changes import RegisterChanges
from sync.held import finding_as_json, finding_of_json
from sync.ledger import Ledger, Writer
from sync.memory import CONFLICT
from sync.origins import copies_by_name
from sync.outcome import COUNTED_AS, WorkbookOutcome, word_for
from sync.plan import Plan
from sync.scan import Scan
from sync.standing import GONE, Standing
from sync.stops import VANISHED, Stop


def record(
    ledger: Ledger,
    plan: Plan,
    standing: Standing,
    found: Scan,
    configuration: str,
    decisions: Sequence[Mapping[str, Any]] = (),
) -> int:
    """Write one revision with everything a run decided and return its number.

    Nothing is written, and the newest revision returned, where nothing changed. ``configuration``
    is the fingerprint of the settings under which the files were read; ``decisions`` are rows for the
    table of that name.
    """
    with ledger.write("sync") as writer:
        for change in plan.changes:
            _record_register(writer, change)
        _record_conflicts(writer, plan, standing)
        for outcome in (since_saved(outcome, standing) for outcome in plan.outcomes):
            _record_held(writer, outcome, standing)
            _record_findings(writer, outcome.name, stored_findings(outcome), standing)
        _record_workbooks(writer, plan, standing, found, configuration)
        _record_retried(writer, plan, standing)
        _record_gone(writer, plan, standing)
        _record_pages(writer, plan, standing)
        _record_stops(writer, plan, standing)
        if decisions:
            writer.put("decision", decisions)
    return writer.revision.number if writer.revision else ledger.head().number


def _record_register(writer: Writer, change: RegisterChanges) -> None:
    if change.closed:
        writer.close(change.register, sorted(change.closed))
    if change.added.height:
        writer.add(change.register, change.added.drop("_reason"))
    if change.ended_claims:
        writer.close_in("claim", sorted(change.ended_claims))
    if change.claims:
        writer.put("claim", change.claims)
    if change.rekeyed:
        pairs = [{"register": change.register.id, "old_key": old, "new_key": new} for old, new in change.rekeyed]
        writer.put("rekeyed", pairs)


def _record_conflicts(writer: Writer, plan: Plan, standing: Standing) -> None:
    """End conflicts that are settled, begin new ones, and leave alone those that stay as they are."""
    looked_at = set(plan.retried_keys())
    now = {(c["workbook"], c["register"], c["row_key"]): c for change in plan.changes for c in change.conflicts}
    ended: list[int] = []
    for row in standing.conflicts:
        place = (row["workbook"], row["register"], row["row_key"])
        if place in now and _same(row, now[place], ("base", "ours", "theirs", "fields", "other_workbook")):
            del now[place]
        elif place in now or place in looked_at or row["workbook"] in plan.staged.read_now:
            ended.append(row["version_id"])
    if ended:
        writer.close_in("conflict", ended)
    if now:
        writer.put("conflict", list(now.values()))


def _same(left: Mapping[str, Any], right: Mapping[str, Any], names: Iterable[str]) -> bool:
    return all(left[name] == right[name] for name in names)


def _record_held(writer: Writer, outcome: WorkbookOutcome, standing: Standing) -> None:
    """Replace the held rows of a workbook that was read, unless they are the same ones."""
    if not outcome.readable:
        return
    names = ("register", "sheet", "row_number", "row_key", "reason", "payload", "findings")
    place = itemgetter("register", "sheet", "row_number")
    before = sorted((row for row in standing.held if row["workbook"] == outcome.name), key=place)
    same = len(before) == len(outcome.held) and all(
        _same(old, new, names) for old, new in zip(before, sorted(outcome.held, key=place), strict=True)
    )
    if same:
        return
    if before:
        writer.close_in("held", [row["version_id"] for row in before])
    if outcome.held:
        writer.put("held", outcome.held)


def stored_findings(outcome: WorkbookOutcome) -> list[dict[str, Any]]:
    """Return the findings kept with a workbook: those of its held rows are kept with the rows."""
    places = {(row["sheet"], row["row_number"]) for row in outcome.held}
    return [finding_as_json(f) for f in outcome.findings if not f.row or (f.sheet, f.row) not in places]


def _record_findings(writer: Writer, workbook: str, findings: Sequence[Mapping[str, Any]], standing: Standing) -> None:
    before = standing.findings.get(workbook)
    if (before["findings"] if before else []) == list(findings):
        return
    if before:
        writer.close_in("finding", [before["version_id"]])
    if findings:
        writer.put("finding", [{"workbook": workbook, "sheet": "", "findings": list(findings)}])


def _record_workbooks(writer: Writer, plan: Plan, standing: Standing, found: Scan, configuration: str) -> None:
    """Bring the list of workbooks up to date: those that were read, renamed ones, and those gone."""
    files = {file.identity: file for file in found.files}
    outcomes = {outcome.name: since_saved(outcome, standing) for outcome in plan.outcomes}
    retried = retried_counts(plan, standing)
    names = plan.recognised.renamed
    displaced = names.keys() - set(names.values())
    copies = _copies_now(standing.as_found(found), plan.gone)
    ended: list[int] = []
    now: list[dict[str, Any]] = []
    for identity in sorted({*standing.workbooks, *outcomes}):
        before = standing.workbooks.get(identity)
        row = _kept(before)
        if identity in outcomes:
            row |= _read(outcomes[identity], before, configuration)
            row["branch_of"] = None if row["branch_of"] in displaced else row["branch_of"]
        elif identity in files and row["state"] == GONE:
            row["state"] = row["reason"]
        elif is_vanished(plan, identity) and row["state"] != "waiting":
            row |= {"state": "waiting", "reason": row["state"]}
        if identity in retried and identity not in outcomes:
            row["counts"] = {name: count + retried[identity][name] for name, count in row["counts"].items()}
            row["state"] = word_for(row["counts"]) if row["state"] in _BY_COUNTS else row["state"]
        if identity in files:
            row |= {"title": files[identity].name, "department": files[identity].department, "path": identity}
        elif identity in plan.gone and row["state"] != GONE:
            row |= {"state": GONE, "reason": row["state"], "counts": without_held(row["counts"])}
            row["title"] = standing.title(names.get(identity, identity))
        row["branch_of"] = row["branch_of"] or copies.get(identity)
        if before is not None and _same(before, row, row):
            continue
        if before is not None:
            ended.append(before["version_id"])
        taken = writer.number if identity in outcomes else (before or {}).get("taken_revision")
        now.append({**row, "taken_revision": taken})
    writer.close_in("workbook", ended)
    writer.put("workbook", now)


def _copies_now(standing: Standing, gone: Collection[str]) -> dict[str, str]:
    """Return the workbooks that are copies by the names of their files now, and the workbook that each is a copy of."""
    titles = {name: standing.title(name) for name in standing.workbooks.keys() | standing.files.keys()}
    named = {title.casefold(): name for name, title in titles.items() if name not in gone}
    return {name: named[title.casefold()] for name, title in copies_by_name(titles, standing, gone).items()}


def without_held(counts: Mapping[str, int]) -> dict[str, int]:
    """Return how the rows of a workbook count whose file is gone: what was held back waits for it, conflicts stay."""
    return {**counts, "held": 0, "refused": 0, "skipped": counts["skipped"] + counts["held"]}


def _record_gone(writer: Writer, plan: Plan, standing: Standing) -> None:
    """End what was held back of workbooks whose files are gone; a file that comes back is read again.

    A conflict stays: that a file is gone says nothing about which of its rows are right.
    """
    gone = {name for name in plan.gone if standing.workbooks[name]["state"] != GONE}
    ended = [row["version_id"] for row in standing.held if row["workbook"] in gone and row["reason"] != CONFLICT]
    if ended:
        writer.close_in("held", ended)


_BY_COUNTS = ("partly", "held", "accepted", "unchanged")
"""States that the counts of a workbook decide."""


def retried_counts(plan: Plan, standing: Standing) -> dict[str, Counter[str]]:
    """Return by workbook how the counts of its rows change by those that were held and tried again."""
    stored = {row["version_id"]: row for row in standing.held}
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for row in (stored[version] for version in plan.retried.ended):
        found[row["workbook"]][COUNTED_AS[row["reason"]]] -= 1
    for row in plan.retried.held:
        found[row["workbook"]][COUNTED_AS[row["reason"]]] += 1
    for workbook, number in plan.retried.accepted.items():
        found[workbook]["accepted"] += number
    for workbook, kinds in plan.retried.unchanged.items():
        found[workbook]["unchanged"] += kinds.total()
    return found


def is_vanished(plan: Plan, workbook: str) -> bool:
    """Tell whether a workbook's whole folder is empty or offline, which somebody has to confirm."""
    stop = plan.recognised.stops.get(workbook)
    return stop is not None and stop.kind == VANISHED


_WORKBOOK_FIELDS = (
    *("department", "path", "title", "sha256", "size", "saved_at", "state"),
    *("branch_of", "reason", "configuration", "registers", "counts"),
)


def _kept(before: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: None if before is None else before[name] for name in _WORKBOOK_FIELDS}


def since_saved(outcome: WorkbookOutcome, standing: Standing) -> WorkbookOutcome:
    """Return the outcome with what an earlier reading of the same file took and told: rows, corrected numbers."""
    before, told = standing.workbooks.get(outcome.name), standing.findings.get(outcome.name)
    if before is None or before["sha256"] != outcome.sha256:
        return outcome
    then = min(before["counts"]["accepted"], outcome.counts["unchanged"])
    counts = dict(outcome.counts)
    counts["accepted"] += then
    counts["unchanged"] -= then
    corrected = [finding_of_json(each) for each in (told["findings"] if told else []) if each["code"] == "IMP-08"]
    return replace(outcome, counts=counts, findings=tuple(in_reading_order([*outcome.findings, *corrected])))


def _read(outcome: WorkbookOutcome, before: Mapping[str, Any] | None, configuration: str) -> dict[str, Any]:
    return {
        "sha256": outcome.sha256,
        "size": outcome.size,
        "saved_at": outcome.saved_at,
        "state": outcome.state,
        "reason": None,
        "branch_of": outcome.branch_of or (before or {}).get("branch_of"),
        "configuration": configuration,
        "registers": sorted({*outcome.registers, *((before or {}).get("registers") or ())}),
        "counts": dict(outcome.counts),
    }


def _record_retried(writer: Writer, plan: Plan, standing: Standing) -> None:
    """Record what became of held rows of workbooks that were not read."""
    retried = plan.retried
    if retried.ended:
        writer.close_in("held", sorted(retried.ended))
    if retried.held:
        writer.put("held", retried.held)
    missed = missed_rows(plan, standing)
    back = rows_back(plan, {place for places in missed.values() for place in places})
    for workbook in sorted({*retried.findings, *(name for name, places in missed.items() if places & back)}):
        before = standing.findings.get(workbook)
        told = [each for each in (before["findings"] if before else []) if _missed(each) not in back]
        found = in_reading_order(finding_of_json(each) for each in (*told, *retried.findings.get(workbook, ())))
        _record_findings(writer, workbook, [finding_as_json(each) for each in found], standing)


def missed_rows(plan: Plan, standing: Standing) -> dict[str, set[tuple[str, str]]]:
    """Return (register, key) of the rows that are told to be missing, by workbooks that were not read now."""
    read = {outcome.name for outcome in plan.outcomes}
    return {
        workbook: {place for each in row["findings"] if (place := _missed(each)) is not None}
        for workbook, row in standing.findings.items()
        if workbook not in read
    }


def _missed(finding: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return register and key of the row that a finding says is missing, None where it says something else."""
    return (finding["register"], KEY_SEPARATOR.join(finding["key"])) if finding["code"] == "IMP-07" else None


def rows_back(plan: Plan, missed: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return those of some missing rows that are missing no longer: stated elsewhere, restored, or withdrawn."""
    back: set[tuple[str, str]] = set()
    for change in plan.changes:
        keys = [key for register_id, key in missed if register_id == change.register.id]
        now = change.added.filter((pl.col("_status") != "missing") & pl.col("_key").is_in(keys)) if keys else None
        back |= set() if now is None else {(change.register.id, key) for key in now["_key"]}
    return back


def _record_pages(writer: Writer, plan: Plan, standing: Standing) -> None:
    """Remember which months left their workbooks as turned pages, late rows of them too; forget what came back."""
    new = sorted(plan.recognised.turned)
    ended = standing.pages.keys() & (plan.turned_back | plan.recognised.turned)
    if ended:
        writer.close_in("page", sorted(standing.pages[page]["version_id"] for page in ended))
    if new:
        writer.put("page", [dict(zip(("workbook", "register", "period"), page, strict=True)) for page in new])


def _record_stops(writer: Writer, plan: Plan, standing: Standing) -> None:
    """End safe stops that are confirmed or over, and begin new ones; one that stays keeps its number."""
    hashes = {outcome.name: outcome.sha256 for outcome in plan.outcomes}
    hashes |= {name: row["sha256"] for name, row in standing.workbooks.items() if name not in hashes}
    now = {name: _stop_row(name, hashes[name], stop) for name, stop in plan.recognised.stops.items()}
    ended: list[int] = []
    for row in standing.stops:
        if row["workbook"] in now and _same(row, now[row["workbook"]], ("sha256", "code", "details")):
            del now[row["workbook"]]
        else:
            ended.append(row["version_id"])
    if ended:
        writer.close_in("stop", ended)
    if now:
        writer.put("stop", list(now.values()))


def _stop_row(workbook: str, sha256: str, stop: Stop) -> dict[str, Any]:
    details = {"count": stop.count, "known": stop.known}
    return {"workbook": workbook, "sha256": sha256, "code": stop.kind, "details": details}
