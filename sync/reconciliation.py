"""Reconcile a school's books: the agreements of some months, what differs, what people say of it, likely causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES
from schemas.system.recon_difference import AGREES, DIFFERS, OPEN, SERIOUS, WITHIN
from schemas.workdays import workdays_after
from sync.books.agreement_list import reconciled
from sync.books.agreements import Kept, last_day
from sync.books.causes import Cause, Evidence, causes_of, factors_of
from sync.books.differences import Judged

EXPLAIN_DAYS = 3
"""Working days after the end of a month within which its differences are to be explained (RCN-01)."""


@dataclass(frozen=True)
class Reconciled:
    """One agreement in one month, with candidate causes of what differs."""

    judged: Judged
    causes: Mapping[int, Sequence[Cause]]
    """Line number to candidate causes."""
    due: date
    """Last day on which its differences are explained in time."""

    def is_late(self, today: date) -> bool:
        """Tell whether an unexplained difference is told of by now (RCN-01)."""
        return today > self.due


def reconcile(kept: Kept, months: Sequence[str], group: str | None = None) -> list[Reconciled]:
    """Return every agreement of a group (None: of all) in some months, by month and number."""
    factors = factors_of(kept.rows("unit_conversion"))
    return [_with_causes(each, kept, factors) for each in reconciled(kept, months, group)]


def _with_causes(judged: Judged, kept: Kept, factors: Mapping[str, Sequence[tuple[str, int]]]) -> Reconciled:
    month, differing = judged.compared.month, judged.differing
    due = workdays_after(last_day(month), EXPLAIN_DAYS)
    if differing.is_empty():
        return Reconciled(judged, {}, due)
    documents = judged.compared.agreement.documents(kept, month)
    return Reconciled(judged, causes_of(differing, Evidence(documents, factors)), due)


def usual_months(today: date) -> list[str]:
    """Return the months that are reconciled where nobody names one: the last that is over, and the present one."""
    before = today.replace(day=1) - timedelta(days=1)
    return [f"{before:%Y-%m}", f"{today:%Y-%m}"]


def summary_of(found: Reconciled, language: str) -> dict[str, Any]:
    """Return one agreement in one month as the command line promises it."""
    judged = found.judged
    compared, agreement = judged.compared, judged.compared.agreement
    return {
        "agreement": agreement.id,
        "title": agreement.title.message(language, {}),
        "group": agreement.group,
        "recon_kind": agreement.kind,
        "period": compared.month,
        "left_name": agreement.left_name,
        "right_name": agreement.right_name,
        "code": agreement.code or None,
        "book": agreement.book or None,
        "compared": compared.reason is None,
        "reason": None if compared.reason is None else compared.reason.message(language, {}),
        "left_out": [each.message(language, {}) for each in compared.left_out],
        "lines": judged.lines.height,
        "agreeing": judged.count(AGREES),
        "within": judged.count(WITHIN),
        "differing": judged.count(DIFFERS, SERIOUS),
        "serious": judged.count(SERIOUS),
        "unexplained": judged.unexplained.height,
        "amount": yuan_of(int(judged.differing["diff"].sum())),
        "due": found.due,
    }


def lines_of(found: Reconciled, today: date, language: str, shown: pl.DataFrame) -> list[dict[str, Any]]:
    """Return lines of an agreement as the command line promises them, the largest difference first."""
    compared, agreement = found.judged.compared, found.judged.compared.agreement
    ordered = shown.sort(
        pl.col("diff").abs(), pl.col("diff_qty").fill_null(0).abs(), descending=True, maintain_order=True
    )
    lines = []
    for row in ordered.iter_rows(named=True):
        causes = found.causes.get(row["line_no"], ())
        lines.append(
            {
                "recon_id": row["recon_id"],
                "line_no": row["line_no"],
                "agreement": agreement.id,
                "code": agreement.code or None,
                "recon_kind": agreement.kind,
                "period": compared.month,
                "object": row["object"],
                "left_name": agreement.left_name,
                "left_value": yuan_of(row["left_value"]),
                "right_name": agreement.right_name,
                "right_value": yuan_of(row["right_value"]),
                "diff": yuan_of(row["diff"]),
                "diff_qty": quantity_of(row["diff_qty"]),
                "tolerance": yuan_of(row["tolerance"]),
                "severity": row["severity"],
                "status": row["status"],
                "explanation": row["explanation"],
                "action": row["action"],
                "owner": row["owner"],
                "approver": row["approver"],
                "late": row["status"] == OPEN and found.is_late(today),
                "causes": [{"kind": each.kind, "message": each.text.message(language, {})} for each in causes],
                "documents": list(dict.fromkeys(name for each in causes for name in each.documents)),
            }
        )
    return lines


def yuan_of(fen: int) -> Decimal:
    """Return whole fen as yuan."""
    return Decimal(fen).scaleb(-MONEY_PLACES)


def quantity_of(thousandths: int | None) -> Decimal | None:
    """Return whole thousandths as a quantity."""
    return None if thousandths is None else Decimal(thousandths).scaleb(-QTY_PLACES)
