"""The line of the table that a row meets: base, this workbook, ledger now (DESIGN 8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from schemas.check import HELD, PROPOSED, UNCHANGED
from sync.bases import different_columns, is_another_line
from sync.dates import CLOSED
from sync.memory import CONFLICT
from sync.takes import Take
from sync.threeway import merged_row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.register import Register


@dataclass(frozen=True)
class Verdict:
    """What becomes of one row: an outcome, why, and the cells that merging changed."""

    outcome: str
    reason: str
    cells: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[str, ...] = ()


def settle(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any] | None, base: Mapping[str, Any] | None
) -> Verdict:
    """Return the line of the table that a row meets (DESIGN 8).

    ``row`` is what the workbook says, ``state`` what the ledger says now (None: nothing), ``base``
    what this workbook last had accepted.
    """
    stated = row["_hash"]
    now = None if state is None else state["_hash"]
    based = None if base is None else base["_hash"]
    if stated == now and (state or {}).get("_status") == "missing":
        return Verdict(PROPOSED, "restored")
    if stated == now:
        return Verdict(UNCHANGED, "same" if row["_workbook"] == (state or {}).get("_workbook") else "source")
    match (based, now):
        case (None, None):
            verdict = Verdict(PROPOSED, "added")
        case (None, _) if _is_free(register, row, state or {}):
            verdict = Verdict(PROPOSED, "added")
        case (None, _) if row["_earlier"]:
            verdict = Verdict(UNCHANGED, "stale")
        case (None, _):
            verdict = Verdict(CONFLICT, "conflict", fields=different_columns(register, row, state or {}))
        case (_, _) if stated == based:
            verdict = Verdict(UNCHANGED, "stale" if row["_earlier"] else "as base")
        case (_, _) if now in {based, None}:
            verdict = Verdict(PROPOSED, "changed")
        case (_, _) if (state or {}).get("_renumbered"):
            verdict = Verdict(CONFLICT, "conflict", fields=different_columns(register, row, state or {}))
        case _:
            verdict = _three_way(register, row, state or {}, base or {})
    return verdict


def _is_free(register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any]) -> bool:
    """Tell whether a number that was given up is free for a row: another line, or the one that was moved away."""
    if state.get("_moved_away"):
        return True
    return bool(state.get("_renumbered")) and not row["_earlier"] and is_another_line(register, row, state)


def closed_month(state: Mapping[str, Any], closed: str) -> str | None:
    """Return the closed month to which a row of the ledger posts, None for an open one."""
    period = state.get("_post_period")
    return period if period is not None and period <= closed else None


def unless_settled(verdict: Verdict) -> Verdict:
    """Return what becomes of a row of a closed month: what would change it, or somebody chose for it, is held."""
    if verdict.reason == "restored" or verdict.outcome not in (PROPOSED, CONFLICT):
        return verdict
    return Verdict(HELD, verdict.reason if verdict.reason in list(Take) else CLOSED)


def _three_way(
    register: type[Register], row: Mapping[str, Any], state: Mapping[str, Any], base: Mapping[str, Any]
) -> Verdict:
    merged, fields = merged_row(base, state, row, register.merge_groups(), base.get("_seen"))
    if fields:
        return Verdict(CONFLICT, "conflict", fields=fields)
    return Verdict(PROPOSED, "merged", merged)
