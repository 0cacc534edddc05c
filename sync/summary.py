"""How every workbook stands after a run, for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.findings import Finding, in_reading_order, reader_finding
from sync.publication import counts_now, findings_by_workbook, path_below, path_in_share, state_of
from sync.publish.model import State
from sync.publish.words import state_title
from sync.run import SyncResult
from sync.share import Share
from sync.standing import GONE, Standing, is_over

COUNTS = ("read", "accepted", "unchanged", "held", "conflicting", "duplicate", "skipped")


@dataclass(frozen=True)
class Line:
    """One workbook: what became of its rows in this run, and everything that stands against them."""

    path: str
    department: str
    status: str
    """``accepted``, ``partly``, ``held``, ``unchanged``, ``empty``, ``waiting``, ``answered``, ``damaged`` or
    ``gone``."""
    counts: Mapping[str, int]
    findings: Sequence[Finding]

    def state_word(self, language: str) -> str:
        """Return the status in words."""
        return state_title(State(self.status), language)


def lines_of(share: Share, result: SyncResult) -> list[Line]:
    """Return every workbook of the share after a run, and the files that could not be looked at."""
    standing = result.standing
    told = findings_by_workbook(standing)
    fresh = {outcome.name: outcome for outcome in result.plan.outcomes}
    lines = []
    for identity, row in standing.workbooks.items():
        if is_over(row):
            continue
        findings = in_reading_order(told.get(identity, []))
        if row["state"] == GONE:
            disputed = [finding for finding in findings if finding.code == "IMP-02"]
            findings = [reader_finding("FILE-GONE", standing.title(identity)), *disputed]
        if identity in fresh:
            counts = {name: fresh[identity].counts[name] for name in COUNTS}
            status = fresh[identity].state
        else:
            counts = _since(standing, identity, result.plan.retried.accepted.get(identity, 0))
            status = _status(row, counts)
        lines.append(Line(path_in_share(share, row), str(row["department"]), status, counts, findings))
    lost = [
        Line(path_below(share, f.workbook), f.workbook.partition("/")[0], "damaged", dict.fromkeys(COUNTS, 0), [f])
        for f in result.findings
    ]
    return sorted([*lines, *lost], key=lambda line: line.path)


def _since(standing: Standing, identity: str, accepted_now: int) -> dict[str, int]:
    """Return the counts of a workbook that was not read again: all it had taken before is unchanged."""
    counts = counts_now(standing, identity)
    settled = counts.get("accepted", 0) + counts.get("unchanged", 0) - accepted_now
    return {**{name: counts.get(name, 0) for name in COUNTS}, "accepted": accepted_now, "unchanged": settled}


def _status(row: Mapping[str, object], counts: Mapping[str, int]) -> str:
    state = state_of(row, counts)
    return "unchanged" if state == "accepted" and not counts["accepted"] else str(state)
