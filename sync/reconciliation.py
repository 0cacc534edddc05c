"""Reconcile a school's books: the agreements of some months, what differs, what people say of it, likely causes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, unscaled
from schemas.system.recon_difference import (
    AGREES,
    DIFFERS,
    OPEN,
    SERIOUS,
    WITHIN,
    ReconDifference,
    explained_by,
)
from sync.books.agreement_list import AGREEMENTS, reconciled
from sync.books.agreements import Agreement, Kept
from sync.books.causes import Cause, Evidence, causes_of, factors_of
from sync.books.differences import Judged

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping


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


def reconcile(kept: Kept, months: Sequence[str], agreements: Sequence[Agreement] = AGREEMENTS) -> list[Reconciled]:
    """Return agreements in some months with candidate causes, by month and number."""
    factors = factors_of(kept.rows("unit_conversion"))
    return [_with_causes(each, kept, factors) for each in reconciled(kept, months, agreements)]


def _with_causes(judged: Judged, kept: Kept, factors: Mapping[str, Sequence[tuple[str, int]]]) -> Reconciled:
    month, differing = judged.compared.month, judged.differing
    due = explained_by(month)
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


def difference_rows(kept: Bookkeeping) -> pl.DataFrame:
    """Return the register of differences (107) as the program completes it, of the open months of the last year.

    It has every line that differs, and every one that people have said something of; figures are the program's.
    """
    judged = reconciled(kept, open_months(kept))
    parts = [_as_rows(each) for each in judged if not each.of_interest.is_empty()]
    lines = pl.concat([pl.DataFrame(schema=_ROW), *parts])
    stated = kept.rows(ReconDifference.id)
    if stated is None:
        return lines
    own = stated.select(*ReconDifference.key, "remark", *_ORIGIN)
    return lines.join(own, on=ReconDifference.key, how="left", maintain_order="left")


_ORIGIN = ("_status", "_workbook", "_sheet", "_row", "_sha256", "_from")
_ROW = {column.name: column.dtype for column in ReconDifference.columns if column.name != "remark"}


def _as_rows(judged: Judged) -> pl.DataFrame:
    agreement = judged.compared.agreement
    names = {"recon_kind": agreement.kind, "period": judged.compared.month}
    sides = {"left_name": agreement.left_name, "right_name": agreement.right_name}
    money = [unscaled(pl.col(name), MONEY_PLACES) for name in ("left_value", "right_value", "diff", "tolerance")]
    typed = judged.of_interest.with_columns(
        *(pl.lit(value).alias(name) for name, value in {**names, **sides}.items()),
        *money,
        unscaled(pl.col("diff_qty"), QTY_PLACES),
    )
    return typed.select(pl.col(name).cast(dtype) for name, dtype in _ROW.items())


def open_months(kept: Kept) -> list[str]:
    """Return the months of the last year that some book has open, up to the present one."""
    today = kept.facts.today
    newest = [kept.closes.newest.get(book, "") for book in {each.book for each in AGREEMENTS} if book]
    year = pl.date_range(today.replace(day=1, year=today.year - 1), today, "1mo", eager=True).dt.strftime("%Y-%m")
    return [month for month in year if month > min(newest, default="")]


def yuan_of(fen: int) -> Decimal:
    """Return whole fen as yuan."""
    return Decimal(fen).scaleb(-MONEY_PLACES)


def quantity_of(thousandths: int | None) -> Decimal | None:
    """Return whole thousandths as a quantity."""
    return None if thousandths is None else Decimal(thousandths).scaleb(-QTY_PLACES)
