"""The quarterly report of assets from the books of a school: its rows, and what has to hold before it is sent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from sync.books.asset_upload import (
    DAYS_TO_SEND,
    Check,
    checks_before,
    last_day_of_quarter,
    quarterly_rows,
    quarters_over,
)

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping

REGISTER = "asset_upload_quarterly"
_KEY = ["quarter", "class_code"]
_PEOPLE = ("upload_date", "uploader", "remark", "_status", "_workbook", "_sheet", "_row", "_sha256", "_from")


def upload_rows(books: Bookkeeping) -> pl.DataFrame:
    """Return the rows of the quarters that are over, each with what people say of it.

    A row that people wrote for a class without assets stands there as they wrote it.
    """
    stated = books.rows(REGISTER)
    said = pl.DataFrame(schema=dict.fromkeys(_KEY, pl.String())) if stated is None else stated.select(*_KEY, *_PEOPLE)
    quarters = sorted({*quarters_over(books.facts.today), *said["quarter"]})
    made = quarterly_rows(books.assets, quarters, books.rows("gl_balance"))
    both = made.join(said, on=_KEY, how="full", coalesce=True)
    if stated is None:
        return both
    return both.with_columns(pl.col("_status").fill_null("accepted"), pl.col("_workbook").fill_null("houqin"))


def upload_of(books: Bookkeeping, quarter: str) -> dict[str, Any]:
    """Return what is sent of a quarter: ``quarter``, ``due``, ``ready``, ``checks`` and ``rows``."""
    gl = books.rows("gl_balance")
    rows = quarterly_rows(books.assets, [quarter], gl)
    checks: list[Check] = checks_before(books.assets, rows, quarter, gl, _uncarded(books, quarter))
    return {
        "quarter": quarter,
        "due": last_day_of_quarter(quarter) + timedelta(days=DAYS_TO_SEND),
        "ready": all(check.ok for check in checks),
        "checks": [
            {"code": check.code, "ok": check.ok, "message": check.zh, "message_en": check.en} for check in checks
        ],
        "rows": rows.to_dicts(),
    }


def newest_quarter(day: date) -> str:
    """Return the last quarter that is over on a day."""
    return quarters_over(day, 1)[0]


def _uncarded(books: Bookkeeping, quarter: str) -> list[str]:
    """Return the numbers of invoices for goods from the threshold on that stand on no card and on no receipt."""
    invoices = books.rows("invoice_reimbursement")
    if invoices is None:
        return []
    last = last_day_of_quarter(quarter)
    within = pl.col("invoice_date").is_between(last.replace(month=last.month - 2, day=1), last)
    dear = pl.col("goods_amount") >= books.facts.number("capitalisation_threshold")
    due = invoices.filter(within & dear).select("invoice_no").drop_nulls()
    for rows in (books.assets.cards, books.rows("stock_receipt")):
        if rows is not None:
            due = due.join(rows.select("invoice_no").drop_nulls(), on="invoice_no", how="anti")
    return due["invoice_no"].sort().to_list()
