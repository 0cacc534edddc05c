"""The budget of fiscal years: promised by approved requests, spent on paid invoices, and what is left.

Source: DOMAIN.md 2.2, registers 28, 30, 36 and 37, and 4.2.
"""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from schemas.exact import MONEY_PLACES, scaled, unscaled

FISCAL_YEAR, EXPENSE = "财政年度", "支出"
PROMISED = ("已批", "执行中")
"""Statuses of a request that was approved and is not wholly paid yet."""
_ITEM = ["budget_code"]
_MONEY = ("budget", "committed", "spent", "remaining")


def budget_execution(plans: pl.DataFrame, requests: pl.DataFrame, invoices: pl.DataFrame, period: str) -> pl.DataFrame:
    """Return the execution of the budget at the end of a month, in the columns of ``budget_execution``.

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


def overspent(execution: pl.DataFrame, pace_points: Decimal) -> pl.DataFrame:
    """Return the rows of an execution with ``over`` (BEX-01) and ``off_pace`` (BEX-02), and ``points`` apart."""
    points = (pl.col("rate") - pl.col("time_rate")).alias("points")
    return execution.with_columns(points, (pl.col("remaining") < 0).alias("over")).with_columns(
        (pl.col("points").abs() > pace_points).fill_null(value=False).alias("off_pace")
    )


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
