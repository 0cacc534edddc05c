"""What is told of count sessions: the plan with its progress, the differences, what was and will be posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.exact import MONEY_PLACES, unscaled
from sync.books.counts import ADJUSTED, AGREES, APPROVED, PARKED, UNAPPROVED, UNEXPLAINED
from sync.books.postings import ADJUSTMENTS

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping
    from sync.counting import Session

_LINE = (
    *("sheet_no", "line_no", "room", "asset_no", "item_code", "name_spec", "unit", "book_qty", "count1", "count2"),
    *("final_qty", "counted_at", "moved_in_after", "moved_out_after", "qty_at_cutoff", "diff_qty", "diff_kind"),
    *("recount_required", "unit_value", "diff_amount", "condition", "expected_room", "on_loan", "swapped_with"),
    *("status", "reason", "suggestion", "approve_level", "approver", "approve_date", "adj_doc", "adjusted_qty"),
    "open_qty",
)
_HELD = ("sheet_no", "line_no", "room", "asset_no", "item_code", "name_spec", "count1", "count2")
_POSTED = (
    *("sheet_no", "line_no", "room", "item_code", "asset_no", "name_spec", "unit", "diff_kind", "diff_qty"),
    *("diff_amount", "approver", "approve_date", "adj_doc"),
)

NOT_BEGUN, COUNTING, EXPLAINING, APPROVING, OPEN, DONE = "未开始", "盘点中", "待说明", "待审批", "未结清", "已完成"
"""How far a session is."""


def progress(session: Session) -> dict[str, Any]:
    """Return a plan with its rooms and sheets, what was counted and what was not, and how far its differences are."""
    plan = session.plan
    not_counted, missing = session.not_counted, session.missing_sheets
    states = dict(session.differing.group_by("status").len().iter_rows())
    return {
        **{name: plan[name] for name in ("plan_no", "scope", "cutoff", "count_from", "count_to", "blind")},
        "rooms": str(plan["warehouses"] or "").split("、"),
        "counters": str(plan["counters"] or "").split("、"),
        "observer": plan["observer"],
        "state": state_of(session),
        "sheets": {"expected": session.expected["sheet_no"].n_unique(), "missing": missing},
        "lines": {
            "expected": session.expected.filter(
                pl.any_horizontal(pl.col("asset_no", "item_code").is_not_null())
            ).height,
            "counted": session.lines.height,
            "held": len(session.held),
            "not_counted": not_counted.height,
        },
        "differences": {
            "total": session.differing.height,
            "unexplained": states.get(UNEXPLAINED, 0),
            "waiting": states.get(UNAPPROVED, 0),
            "approved": states.get(APPROVED, 0),
            "parked": states.get(PARKED, 0),
            "posted": states.get(ADJUSTED, 0),
        },
    }


def state_of(session: Session) -> str:
    """Return how far a session is, in one word."""
    if session.lines.is_empty() and not session.held:
        return NOT_BEGUN
    if session.held or session.not_counted.height or session.missing_sheets:
        return COUNTING
    states = set(session.open_lines["status"])
    for status, word in ((UNEXPLAINED, EXPLAINING), (UNAPPROVED, APPROVING)):
        if status in states:
            return word
    return OPEN if states else DONE


def told_differences(session: Session, workbooks: Mapping[str, str]) -> dict[str, Any]:
    """Return every counted line with its difference, what was not counted, and the sums."""
    lines = [
        {name: row[name] for name in _LINE} | {"source": _source(row, workbooks)}
        for row in session.lines.iter_rows(named=True)
    ]
    return {
        "plan_no": session.plan_no,
        "cutoff": session.plan["cutoff"],
        "state": state_of(session),
        "summary": summary(session),
        "lines": lines,
        "held": [
            {name: row[name] for name in _HELD} | {"codes": row["_findings"], "source": _source(row, workbooks)}
            for row in session.held
        ],
        "not_counted": session.not_counted.drop("plan_no").to_dicts(),
        "missing_sheets": session.missing_sheets,
    }


def _source(row: Mapping[str, Any], workbooks: Mapping[str, str]) -> dict[str, Any]:
    return {"workbook": workbooks.get(row["_workbook"], row["_workbook"]), "sheet": row["_sheet"], "row": row["_row"]}


def summary(session: Session) -> dict[str, Any]:
    """Return the sums of a session: lines that agree and differ, accuracy in per cent, amounts over and short."""
    counted = session.lines.filter(pl.col("diff_kind").is_not_null())
    agreeing = counted.filter(pl.col("diff_kind") == AGREES).height
    over, short = (counted.filter(each) for each in (pl.col("diff_qty") > 0, pl.col("diff_qty") < 0))
    share = Decimal(100 * agreeing) / counted.height if counted.height else None
    return {
        "lines": counted.height,
        "agreeing": agreeing,
        "differing": counted.height - agreeing,
        "accuracy_rate": None if share is None else share.quantize(Decimal("0.01"), ROUND_HALF_UP),
        "surplus": {"lines": over.height, "amount": _sum(over)},
        "shortage": {"lines": short.height, "amount": _sum(short)},
        "net_amount": _sum(counted),
        "recount_required": counted.filter("recount_required").height,
        "open": {"lines": session.open_lines.height, "amount": _sum(session.open_lines)},
    }


def _sum(lines: pl.DataFrame) -> Decimal:
    amounts: list[Decimal] = lines["diff_amount"].drop_nulls().to_list()
    return sum(amounts, Decimal("0.00"))


def told_postings(session: Session, books: Bookkeeping) -> dict[str, Any]:
    """Return what the approved differences of a session have posted, and what the others wait for."""
    posted = _posted_lines(session, books)
    waiting = session.open_lines
    return {
        "plan_no": session.plan_no,
        "state": state_of(session),
        "posted": posted,
        "waiting": [
            {name: row[name] for name in (*_POSTED, "status")} | {"needs": _needs(row)}
            for row in waiting.iter_rows(named=True)
        ],
        "posted_amount": sum((row["amount"] for row in posted if row["amount"] is not None), Decimal("0.00")),
        "waiting_amount": _sum(waiting),
    }


def _posted_lines(session: Session, books: Bookkeeping) -> list[dict[str, Any]]:
    """Return the adjusted lines with the day and the amount by which the books changed."""
    adjusted = session.lines.filter(pl.col("status") == ADJUSTED)
    if adjusted.is_empty():
        return []
    keys = {"adj_doc": "doc_no", "room": "warehouse", "line_no": "line_no", "item_code": "item_code"}
    moves = pl.concat([each.valued.filter(pl.col("register") == ADJUSTMENTS) for each in books.stock_history])
    known = moves.select(*keys.values(), "post_date", unscaled(pl.col("amount"), MONEY_PLACES).alias("amount"))
    both = adjusted.join(known, left_on=list(keys), right_on=list(keys.values()), how="left", maintain_order="left")
    names = (*_POSTED, "adjusted_qty", "post_date", "amount")
    return both.select(names).to_dicts()


def _needs(row: Mapping[str, Any]) -> str:
    """Return the next thing that a difference waits for, a stable word for scripts."""
    if row["status"] == UNEXPLAINED:
        return "explanation"
    if row["status"] == UNAPPROVED:
        return "approval"
    if row["status"] == PARKED:
        return "document" if row["suggestion"] == "补单" else "clarification"
    return "disposal" if row["diff_kind"] in ("盘亏", "毁损") else "card"


def result_rows(session: Session) -> Sequence[dict[str, Any]]:
    """Return the rows of the result register that are still to be written: differing lines without one."""
    todo = session.differing.filter(pl.col("approved").is_null())
    names = ("plan_no", "sheet_no", "line_no", "room", "asset_no", "item_code", "diff_kind", "diff_qty", "diff_amount")
    return [{name: row[name] for name in names} | {"remark": _shown(row)} for row in todo.iter_rows(named=True)]


def _shown(row: Mapping[str, Any]) -> str:
    """Return what was counted and what the books have, for the person who explains the difference."""
    told = f"{row['name_spec']}：账面{_plain(row['book_qty'])}，实盘{_plain(row['qty_at_cutoff'])}"
    where = f"，应在{row['expected_room']}" if row["diff_kind"] == "地点不符" else ""
    swap = f"，可能与{row['swapped_with']}串号" if row["swapped_with"] else ""
    return f"{told}{where}{swap}"[:200]


def _plain(qty: Decimal | None) -> str:
    return "无" if qty is None else f"{qty.normalize():f}"
