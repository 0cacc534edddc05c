"""What departments chose in workbooks of choices: decisions about their own rows, and findings on the rest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.findings import Finding, in_reading_order, reader_finding
from schemas.register import Register
from sync.choice_books import conflict_mark, department_of, may_overrule, missing_mark, stop_mark
from sync.choices import RESOLVE, conflict_id, has_base, place_of
from sync.decisions import WITHDRAW, Decision, MissingRow, Result, Settled, missing_rows
from sync.ledger import Ledger
from sync.plan import Plan
from sync.standing import PROCEED, Standing
from sync.takes import Take
from workbooks.choices import CHOICES, Chosen
from workbooks.taking import TakenFile

_ADMIN = ""
"""In place of the hash of a file: decided on the command line."""
_TAKES = {take.value: take for take in Take}


@dataclass(frozen=True)
class Answers:
    """The decisions that the files of a run amount to, and what is said about all other choices."""

    decisions: tuple[Decision, ...] = ()
    places: Mapping[str, tuple[str, Chosen]] = field(default_factory=dict)
    """Id of each decision to the file and the line that made it."""
    findings: Mapping[str, tuple[Finding, ...]] = field(default_factory=dict)
    """File to findings on lines that decide nothing."""


@dataclass(frozen=True)
class Known:
    """What waits, and what was decided before."""

    standing: Standing
    conflicts: Mapping[str, Mapping[str, Any]]
    """Mark to open conflict."""
    missing: Mapping[str, MissingRow]
    """Mark to missing row."""
    stops: Mapping[str, Mapping[str, Any]]
    """Mark to safe stop."""
    decided: Mapping[tuple[str, str], str]
    """(id, hash of a file, or ``_ADMIN``) to what has been decided about it already."""
    may_write: Callable[[str, str], bool]


def answers_in(
    taken: Sequence[tuple[TakenFile, str]],
    standing: Standing,
    ledger: Ledger,
    registers: Mapping[str, type[Register]],
    may_write: Callable[[str, str], bool],
    ordered: Iterable[Decision] = (),
) -> Answers:
    """Return what was chosen in files of this run: each with its department, in the order of claims.

    A department decides about rows of its own workbooks only, and only as they were when the choices
    were offered; of several files that choose about one thing the first counts, and what an admin has
    ordered counts before all of them.
    """
    filled = [(file, department) for file, department in taken if file.choices]
    if not filled:
        return Answers()
    named = {line.mark.partition(":")[0] for file, _ in filled for line in file.choices}
    known = _known(standing, ledger, [registers[name] for name in sorted(named & registers.keys())], may_write)
    decisions = {decision.id: decision for decision in ordered}
    places: dict[str, tuple[str, Chosen]] = {}
    findings: dict[str, list[Finding]] = {}
    for file, department in filled:
        for line in file.choices:
            found = _judged(known, file, department, line, decisions)
            if isinstance(found, Decision):
                decisions[found.id] = found
                places[found.id] = (file.name, line)
            elif found is not None:
                findings.setdefault(file.name, []).append(found)
    told = {name: tuple(each) for name, each in findings.items()}
    return Answers(tuple(decisions[name] for name in places), places, told)


def _known(
    standing: Standing, ledger: Ledger, registers: Iterable[type[Register]], may_write: Callable[[str, str], bool]
) -> Known:
    decided: dict[tuple[str, str], str] = {}
    for row in ledger.table("decision", what=[RESOLVE, WITHDRAW, PROCEED]).to_dicts():
        details = json.loads(row["details"])
        decided[details["id"], details.get("sha256", _ADMIN)] = details.get("take", row["what"])
    return Known(
        standing,
        {conflict_mark(row): row for row in standing.conflicts},
        {missing_mark(row): row for row in missing_rows(ledger, registers)},
        {stop_mark(row): row for row in standing.stops},
        decided,
        may_write,
    )


def _judged(
    known: Known, file: TakenFile, department: str, line: Chosen, decisions: Mapping[str, Decision]
) -> Decision | Finding | None:
    """Return the decision that a line makes, or what is wrong with it; nothing for one that puts it off."""
    if line.choice == "later":
        return None
    name = line.mark.rpartition("-")[0]
    found = _before(known, file, name, line) or ("CHOICE-STALE" if name in decisions else "")
    decide = _proceeding if line.mark in known.stops else _decided
    decided = found or decide(known, department, line, name)
    if isinstance(decided, str):
        return _finding(decided, file.name, line, _offered(known, line))
    who = known.standing.title(file.name)
    return replace(decided, who=who, file=file.sha256, cell=f"{line.sheet}!{line.cell}")


def _before(known: Known, file: TakenFile, name: str, line: Chosen) -> str:
    """Return the code for a line that this very file has brought before, empty for a new one."""
    earlier = known.decided.get((name, file.sha256))
    if earlier is None:
        return ""
    if earlier != line.choice:
        return "CHOICE-STALE"
    waits = name in {conflict_id(row["version_id"]) for row in known.standing.conflicts}
    return "CHOICE-HELD" if waits else "CHOICE-DONE"


def _decided(known: Known, department: str, line: Chosen, name: str) -> Decision | str:
    """Return what a line decides, or the code that says why it decides nothing."""
    conflict, gone = known.conflicts.get(line.mark), known.missing.get(line.mark)
    place = place_of(conflict) if conflict else gone.place if gone else None
    if place is None or (name, _ADMIN) in known.decided:
        return "CHOICE-STALE"
    if department_of(known.standing, place[0]) != department or not known.may_write(department, place[1]):
        return "CHOICE-FOREIGN"
    if conflict is None:
        return Decision(name, WITHDRAW, place) if line.choice == WITHDRAW else "CHOICE-VALUE"
    take = _TAKES.get(line.choice)
    if take is None or (take is Take.BASE and not has_base(conflict)):
        return "CHOICE-VALUE"
    if take is not Take.OURS and not may_overrule(known.standing, conflict):
        return "CHOICE-FOREIGN"
    return Decision(name, RESOLVE, place, take)


def _proceeding(known: Known, department: str, line: Chosen, name: str) -> Decision | str:
    """Return the decision that a workbook goes on behind its safe stop, or why a line does not decide it."""
    stop = known.stops[line.mark]
    if department_of(known.standing, stop["workbook"]) != department:
        return "CHOICE-FOREIGN"
    if line.choice != PROCEED:
        return "CHOICE-VALUE"
    return Decision(name, PROCEED, (stop["workbook"], "", ""), sha256=stop["sha256"])


def _offered(known: Known, line: Chosen) -> tuple[str, ...]:
    """Return what can be chosen in a line, without putting it off."""
    if line.mark in known.stops:
        return (PROCEED,)
    return tuple(_TAKES) if line.mark in known.conflicts else (WITHDRAW,)


def _finding(code: str, workbook: str, line: Chosen, offered: Sequence[str] = ()) -> Finding:
    name = line.mark.rpartition("-")[0] or line.mark
    zh, en = ("、".join(f"“{CHOICES[each][place]}”" for each in (*offered, "later")) for place in (0, 1))
    arguments: dict[str, Any] = {"value": line.value, "id": name, "choices": zh, "choices_en": en}
    return reader_finding(code, workbook, sheet=line.sheet, cell=line.cell, row=line.row, **arguments)


def with_answers(plan: Plan, answers: Answers, settled: Iterable[Settled]) -> Plan:
    """Return the plan with what became of every choice told at its cell.

    A file with a withdrawal that stock does not allow yet is read again in the next run.
    """
    findings = {name: list(found) for name, found in answers.findings.items()}
    waiting: set[str] = set()
    for each in settled:
        if each.decision.id not in answers.places:
            continue
        workbook, line = answers.places[each.decision.id]
        findings.setdefault(workbook, []).extend(_result_findings(each, workbook, line))
        if each.result is Result.HELD and each.decision.take is None:
            waiting.add(workbook)
    outcomes = [
        replace(
            outcome,
            findings=tuple(in_reading_order([*outcome.findings, *findings.get(outcome.name, ())])),
            waiting=outcome.waiting or outcome.name in waiting,
        )
        for outcome in plan.outcomes
    ]
    return replace(plan, outcomes=tuple(outcomes))


def _result_findings(settled: Settled, workbook: str, line: Chosen) -> list[Finding]:
    if settled.result is Result.DONE:
        return [_finding("CHOICE-DONE", workbook, line)]
    if settled.result is Result.CHANGED:
        return [_finding("CHOICE-STALE", workbook, line)]
    if settled.decision.take is not None:
        return [_finding("CHOICE-HELD", workbook, line)]
    return [
        replace(finding, workbook=workbook, sheet=line.sheet, cell=line.cell, row=line.row)
        for finding in settled.findings
    ]
