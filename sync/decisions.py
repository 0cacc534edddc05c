"""Decisions of people about what the merge held back: conflicts, missing rows, safe stops (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import polars as pl

from schemas.books import KEY_SEPARATOR, key_parts
from schemas.check import HELD
from schemas.findings import Finding, Severity, Text
from schemas.register import Register
from sync.choices import RESOLVE, conflict_id, has_base, place_of
from sync.errors import HouqinError
from sync.ledger import Ledger
from sync.plan import Plan
from sync.standing import PROCEED, Standing
from sync.takes import Place, Take

WITHDRAW = "withdraw"
"""Decision that a missing row goes for good."""


class NotOpen(HouqinError):  # noqa: N818 - says what is wrong
    """Nothing waits under an id (``id``) any more, or never did."""

    code = "DECISION-NOT-OPEN"
    text = Text(
        "编号 {id} 没有待处理的事：可能已经处理，或内容又有变化",
        "nothing waits under the id {id}: it may be settled, or its content has changed since",
        "请用 houqin conflicts 或 houqin confirm 查看现在的编号",
        "see the present ids with houqin conflicts or houqin confirm",
    )


class NoBase(HouqinError):  # noqa: N818 - says what is wrong
    """A conflict (``id``) has no common base to go back to."""

    code = "DECISION-NO-BASE"
    text = Text(
        "冲突 {id} 没有原值：两个工作簿各自填写了该行，或各自更正了编号",
        "the conflict {id} has no base: both workbooks wrote this row, or corrected its number, by themselves",
        "请选 ours（采用总账）或 theirs（采用工作簿）",
        "choose ours (the ledger's row) or theirs (the workbook's)",
    )


@dataclass(frozen=True)
class MissingRow:
    """A row that left its workbook and stays in the books until somebody confirms that it goes."""

    id: str
    register: type[Register]
    cells: Mapping[str, Any]
    """The version in the books with the columns that the ledger adds."""

    @property
    def place(self) -> Place:
        """Return workbook, register and key."""
        return self.cells["_workbook"], self.register.id, self.cells["_key"]


@dataclass(frozen=True)
class Decision:
    """What somebody decided about one thing that waited."""

    id: str
    what: str
    """``resolve``, ``withdraw`` or ``proceed``."""
    place: Place
    """Workbook, register and key; of a safe stop the workbook alone."""
    take: Take | None = None
    sha256: str = ""
    """Of a safe stop: the version of the workbook that may go on."""
    reason: str = ""
    who: str = ""
    """A person, or the workbook in which a department chose."""
    file: str = ""
    """Hash of the file in which it was chosen, empty for the command line."""
    cell: str = ""


class Result(StrEnum):
    """What became of a decision."""

    DONE = "done"
    HELD = "held"
    """Decided, but a rule holds the row, or stock does not allow the withdrawal."""
    CHANGED = "changed"
    """What it was about is no longer as it was: nothing was done."""


@dataclass(frozen=True)
class Settled:
    """A decision after the run that carried it out."""

    decision: Decision
    result: Result
    findings: tuple[Finding, ...] = ()
    """Why it is held."""


@dataclass(frozen=True)
class Orders:
    """What somebody asks for: ids of conflicts with what to take, and ids of what is confirmed."""

    who: str = ""
    takes: Mapping[str, Take] = field(default_factory=dict)
    confirms: Sequence[str] = ()
    reason: str = ""


def decisions_of(
    orders: Orders, standing: Standing, ledger: Ledger, registers: Iterable[type[Register]]
) -> list[Decision]:
    """Return the decisions that orders amount to, each about something that still waits.

    Raises:
        NotOpen: an id names nothing that waits.
        NoBase: a conflict cannot go back to a base.
    """
    found = [_resolved(name, take, standing) for name, take in orders.takes.items()]
    stops = {stop_id(row): row for row in standing.stops}
    wanted = [name for name in dict.fromkeys(orders.confirms) if name not in stops]
    missing = {row.id: row for row in missing_rows(ledger, registers)} if wanted else {}
    for name in dict.fromkeys(orders.confirms):
        if name in stops:
            row = stops[name]
            place = (row["workbook"], "", "")
            found.append(Decision(name, PROCEED, place, sha256=row["sha256"]))
        elif name in missing:
            found.append(Decision(name, WITHDRAW, missing[name].place))
        else:
            raise NotOpen(id=name)
    return [replace(decision, who=orders.who, reason=orders.reason) for decision in found]


def _resolved(name: str, take: Take, standing: Standing) -> Decision:
    conflict = next((row for row in standing.conflicts if conflict_id(row["version_id"]) == name), None)
    if conflict is None:
        raise NotOpen(id=name)
    if take is Take.BASE and not has_base(conflict):
        raise NoBase(id=name)
    return Decision(name, RESOLVE, place_of(conflict), take)


def stop_id(stop: Mapping[str, Any]) -> str:
    """Return the id by which people name a safe stop."""
    return f"S{stop['version_id']}"


def missing_id(register_id: str, version: int) -> str:
    """Return the id by which people name a missing row; a row restored meanwhile has another version."""
    return f"{register_id}:{version}"


def missing_rows(ledger: Ledger, registers: Iterable[type[Register]]) -> list[MissingRow]:
    """Return the rows that are missing, by register and key."""
    return [
        MissingRow(missing_id(register.id, row["_version"]), register, row)
        for register in registers
        for row in ledger.rows(register, statuses=("missing",)).iter_rows(named=True)
    ]


def with_decisions(standing: Standing, decisions: Iterable[Decision]) -> Standing:
    """Return what the ledger knows with what was decided just now: the merge follows it."""
    choices = dict(standing.choices)
    withdrawals, confirmed = set(standing.withdrawals), set(standing.confirmed)
    conflicts = {conflict_id(row["version_id"]): row for row in standing.conflicts}
    for decision in decisions:
        if decision.take is not None:
            choices[decision.place] = (conflicts[decision.id], decision.take)
        elif decision.what == WITHDRAW:
            withdrawals.add(decision.place)
        else:
            confirmed.add((decision.place[0], decision.sha256))
    return replace(standing, choices=choices, withdrawals=frozenset(withdrawals), confirmed=frozenset(confirmed))


def settled_by(plan: Plan, decisions: Iterable[Decision]) -> list[Settled]:
    """Return what a run makes of decisions, in their order."""
    return [_settled(plan, decision) for decision in decisions]


def _settled(plan: Plan, decision: Decision) -> Settled:
    workbook, register_id, key = decision.place
    if decision.what == PROCEED:
        return Settled(decision, Result.CHANGED if workbook in plan.recognised.stops else Result.DONE)
    if decision.take is not None:
        return _chosen(plan, decision, decision.take)
    blocked = tuple(f for f in plan.blocked if f.register == register_id and f.key == key_parts(key))
    if blocked:
        return Settled(decision, Result.HELD, blocked)
    gone = (pl.col("_key") == key) & (pl.col("_status") == "withdrawn")
    withdrawn = any(change.added.filter(gone).height for change in plan.changes if change.register.id == register_id)
    return Settled(decision, Result.DONE if withdrawn else Result.CHANGED)


def _chosen(plan: Plan, decision: Decision, take: Take) -> Settled:
    workbook, register_id, key = decision.place
    frame = plan.checked.frames.get(register_id, pl.DataFrame(schema={"_workbook": pl.String(), "_key": pl.String()}))
    for row in frame.filter((pl.col("_workbook") == workbook) & (pl.col("_key") == key)).iter_rows(named=True):
        if row["_reason"] != take:
            continue
        if row["_outcome"] != HELD:
            return Settled(decision, Result.DONE)
        place = (workbook, row["_sheet"], row["_row"])
        found = (f for f in plan.checked.findings() if f.severity is Severity.ERROR)
        return Settled(decision, Result.HELD, tuple(f for f in found if (f.workbook, f.sheet, f.row) == place))
    return Settled(decision, Result.CHANGED)


def rows_to_record(settled: Iterable[Settled]) -> list[dict[str, Any]]:
    """Return the rows for the ledger's table ``decision``: what has been carried out, or waits for a rule."""
    now = datetime.now(UTC)
    return [_row(each.decision, now) for each in settled if _is_kept(each)]


def _is_kept(settled: Settled) -> bool:
    if settled.decision.what == WITHDRAW:
        return settled.result is Result.DONE
    return settled.result is not Result.CHANGED


def _row(decision: Decision, now: datetime) -> dict[str, Any]:
    workbook, register_id, key = decision.place
    details: dict[str, Any] = {"id": decision.id, "workbook": workbook}
    if register_id:
        details |= {"register": register_id, "key": list(key_parts(key))}
    if decision.take is not None:
        details["take"] = str(decision.take)
    details |= {"reason": decision.reason} if decision.reason else {}
    details |= {"sha256": decision.file, "cell": decision.cell} if decision.file else {}
    subject = f"{workbook}{KEY_SEPARATOR}{decision.sha256}" if decision.what == PROCEED else decision.id
    return {"who": decision.who, "what": decision.what, "subject": subject, "decided_at": now, "details": details}
