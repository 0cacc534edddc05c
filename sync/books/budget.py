"""The budget of fiscal years month by month: promised by approved requests, spent on paid invoices, what is left.

Source: DOMAIN.md 2.2, registers 28, 30, 36 and 37, and 4.2.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.exact import MONEY_PLACES, scaled, unscaled
from schemas.finance.budget_checks import EXPENSE, FISCAL_YEAR, PROMISED

_ITEM = ["budget_code"]
_MONEY = ("budget", "committed", "spent", "remaining")


def budget_execution(plans: pl.DataFrame, requests: pl.DataFrame, invoices: pl.DataFrame, today: date) -> pl.DataFrame:
    """Return the execution of the budgets of all fiscal years, in the columns of ``budget_execution``.

    There are rows for every month from January of a year with a budget to December, or to the month of today;
    sorted by item and month. ``plans`` are the rows in the books of ``budget_line``, ``requests`` those of
    ``purchase_request``, ``invoices`` those of ``invoice_reimbursement``.
    """
    years = plans.filter(pl.col("budget_kind") == FISCAL_YEAR)["budget_year"].unique().sort()
    until = f"{today:%Y-%m}"
    months = (f"{year}-{month:02d}" for year in years for month in range(1, 13))
    made = [budget_at(plans, requests, invoices, period) for period in months if period <= until]
    none = budget_at(plans.clear(), requests.clear(), invoices.clear(), until)
    return pl.concat([none, *made]).sort("budget_code", "period")


def budget_at(plans: pl.DataFrame, requests: pl.DataFrame, invoices: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return how the budget of a year stands at the end of a month, in the columns of ``budget_execution``.

    Args:
        plans: the rows in the books of ``budget_line``.
        requests: those of ``purchase_request``.
        invoices: those of ``invoice_reimbursement``.
        period: the month, ``2026-11``.

    Returns:
        One row for each item of the year with a plan, a promise or a payment, sorted. What is promised and
        spent counts until the end of the month; what was paid on a request is no longer promised.
    """
    year, month = period[:4], int(period[5:])
    planned = plans.filter(
        (pl.col("budget_kind") == FISCAL_YEAR) & (pl.col("budget_year") == year) & (pl.col("direction") == EXPENSE)
    )
    paid = invoices.filter(pl.col("pay_ref").is_not_null() & _until("pay_date", period)).drop_nulls(_ITEM)
    budget = _by_item(planned, "amount", "budget")
    items = pl.concat([planned.select(_ITEM), paid.select(_ITEM), requests.filter(_live(period)).select(_ITEM)])
    both = items.drop_nulls().unique()
    for part in (budget, committed(requests, invoices, period), _by_item(paid, "pay_amount", "spent")):
        both = both.join(part, on=_ITEM, how="left")
    known = both.with_columns(pl.col("budget", "committed", "spent").fill_null(0)).with_columns(
        (pl.col("budget") - pl.col("committed") - pl.col("spent")).alias("remaining")
    )
    return known.select(
        *_ITEM,
        pl.lit(period).alias("period"),
        *(unscaled(pl.col(name), MONEY_PLACES).alias(name) for name in _MONEY),
        _share(pl.col("spent"), pl.col("budget")).alias("rate"),
        _share(pl.lit(month), pl.lit(12)).alias("time_rate"),
    ).sort(_ITEM)


def with_warnings(execution: pl.DataFrame, pace_points: Decimal) -> pl.DataFrame:
    """Return an execution with ``points`` (rate less time rate), ``over`` (BEX-01) and ``off_pace`` (BEX-02).

    What is exactly ``pace_points`` apart is still in its pace; an item without a budget has none.
    """
    points = (pl.col("rate") - pl.col("time_rate")).alias("points")
    off_pace = (pl.col("points").abs() > pace_points).fill_null(value=False)
    over = (pl.col("remaining") < 0).alias("over")
    return execution.with_columns(points, over).with_columns(off_pace.alias("off_pace"))


def committed(requests: pl.DataFrame, invoices: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return ``committed`` in fen by budget item: what approved requests promise beyond what was paid on them."""
    key = ["doc_no", *_ITEM]
    promised = requests.filter(_live(period)).drop_nulls(_ITEM)
    asked = promised.group_by(key).agg(scaled(pl.col("est_amount"), MONEY_PLACES).sum().alias("asked"))
    paid = invoices.filter(pl.col("pay_ref").is_not_null() & _until("pay_date", period))
    done = (
        paid.drop_nulls("purchase_no")
        .group_by(pl.col("purchase_no").alias("doc_no"), *_ITEM)
        .agg(scaled(pl.col("pay_amount"), MONEY_PLACES).sum().alias("done"))
    )
    left = asked.join(done, on=key, how="left").with_columns(
        (pl.col("asked") - pl.col("done").fill_null(0)).clip(lower_bound=0).alias("committed")
    )
    return left.group_by(_ITEM).agg(pl.col("committed").sum())


def _live(period: str) -> pl.Expr:
    """Return True for requests of the year that were approved by the end of a month, and are not done."""
    since = pl.coalesce("approve_date", "doc_date").dt.strftime("%Y-%m")
    return pl.col("status").is_in(PROMISED) & (pl.col("doc_date").dt.year() == int(period[:4])) & (since <= period)


def _until(day: str, period: str) -> pl.Expr:
    """Return True for the days of the fiscal year until the end of a month."""
    month = pl.col(day).dt.strftime("%Y-%m")
    return (month >= f"{period[:4]}-01") & (month <= period)


def _by_item(rows: pl.DataFrame, amount: str, name: str) -> pl.DataFrame:
    return rows.group_by(_ITEM).agg(scaled(pl.col(amount), MONEY_PLACES).sum().alias(name))


def _share(part: pl.Expr, whole: pl.Expr) -> pl.Expr:
    """Return a part of a whole in percent with 2 places, rounded half away from zero; blank where it is 0."""
    base = pl.when(whole > 0).then(whole)
    size = (2 * part.abs() * 10_000 + base) // (2 * base)
    return unscaled(size * part.sign(), MONEY_PLACES)
