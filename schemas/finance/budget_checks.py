"""What is left of the budget of a fiscal year: planned, promised by approved requests, and paid."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, decimal
from schemas.finance.purchase_checks import is_live
from schemas.rules import Books
from schemas.rules_shared import NO_QUANTITY, beyond_limit, claims_of, summed

FISCAL_YEAR, EXPENSE = "财政年度", "支出"
PROMISED = ("已批", "执行中")
"""Statuses of a request that was approved and is not wholly paid yet."""
_ITEM = ["budget_year", "budget_code"]


def fiscal_year(day: str = "doc_date") -> pl.Expr:
    """Return the fiscal year of a day, as ``budget_year``."""
    return pl.col(day).dt.year().cast(pl.String).alias("budget_year")


def has_budget(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows in whose fiscal year there is a budget at all."""
    years = books.rows("budget_line").filter(pl.col("budget_kind") == FISCAL_YEAR).select("budget_year").unique()
    dated = rows.with_columns(fiscal_year())
    return dated.join(years, on="budget_year", how="semi", maintain_order="left")


def over_budget(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the requests that ask for more than what is left of their budget item.

    Approved ones are served in order; one that waits for approval takes nothing from the others, but
    has to fit. The result has ``left``, and ``reason`` in both languages.
    """
    charged = has_budget(rows.filter(is_live() & pl.col("budget_code").is_not_null()), books)
    by = [fiscal_year(), pl.col("budget_code")]
    limits = _planned(books).join(_used(rows, books), on=_ITEM, how="full", coalesce=True)
    asked = charged.select(_ITEM).unique(maintain_order=True)
    known = asked.join(limits, on=_ITEM, how="left").with_columns(pl.col("limit", "used").fill_null(NO_QUANTITY))
    promised = pl.col("status").is_in(PROMISED)
    taken = pl.when(promised).then(_quantity("est_amount")).otherwise(NO_QUANTITY)
    claims = claims_of(charged.filter(promised), books, "purchase_request", by, taken)
    told = beyond_limit(claims, known, _ITEM)
    served = claims.join(told, on="_id", how="anti")
    room = known.join(summed(served, [pl.col(name) for name in _ITEM], pl.col("claim"), "served"), on=_ITEM, how="left")
    free = (pl.col("limit") - pl.col("used") - pl.col("served").fill_null(NO_QUANTITY)).alias("left")
    waiting = charged.filter(~promised & (pl.col("status") != "完成")).join(room.select(*_ITEM, free), on=_ITEM)
    late = waiting.filter(_quantity("est_amount") > pl.col("left"))
    both = pl.concat([told.select("_id", "left"), late.select("_id", "left")])
    return (
        both.join(charged.select("_id", *_ITEM), on="_id")
        .join(_planned(books), on=_ITEM, how="left")
        .select("_id", *_in_words())
    )


def _in_words() -> tuple[pl.Expr, pl.Expr]:
    left, unknown = pl.col("left").cast(decimal(MONEY_PLACES)).cast(pl.String), pl.col("limit").is_null()
    none_zh, none_en = "{} 年度预算没有项目 {}", "the budget of {} has no item {}"
    return (
        pl.when(unknown).then(pl.format(none_zh, *_ITEM)).otherwise(pl.format("余额 {}", left)).alias("reason"),
        pl.when(unknown).then(pl.format(none_en, *_ITEM)).otherwise(pl.format("{} are left", left)).alias("reason_en"),
    )


def _planned(books: Books) -> pl.DataFrame:
    """Return what the fiscal years plan to spend: ``limit`` by year and code."""
    lines = books.rows("budget_line").filter((pl.col("budget_kind") == FISCAL_YEAR) & (pl.col("direction") == EXPENSE))
    return summed(lines, [pl.col(name) for name in _ITEM], _quantity("amount"), "limit")


def _used(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what is promised and paid without the documents of some rows: ``used`` by year and code.

    What was paid on an approved request is no longer promised; what was paid without one comes on top.
    """
    own = pl.col("doc_no").is_in(rows["doc_no"].implode())
    others = books.others("purchase_request", rows).filter(pl.col("status").is_in(PROMISED))
    key = [pl.col("doc_no"), fiscal_year(), pl.col("budget_code")]
    promised = summed(others, key, _quantity("est_amount"), "promised")
    if "invoice_reimbursement" not in books.facts.known:
        return _by_item(promised.rename({"promised": "used"}))
    document, amount = pl.col("purchase_no").alias("doc_no"), _quantity("pay_amount").alias("paid")
    paid = books.rows("invoice_reimbursement").filter(pl.col("pay_ref").is_not_null())
    paid = paid.select(document, fiscal_year("pay_date"), "budget_code", amount)
    paid = paid.filter(~own.fill_null(value=False)).drop_nulls("budget_code")
    spent = paid.group_by("doc_no", *_ITEM).agg(pl.col("paid").sum())
    both = promised.join(spent, on=["doc_no", *_ITEM], how="full", coalesce=True, nulls_equal=True)
    amounts = pl.col("promised").fill_null(NO_QUANTITY), pl.col("paid").fill_null(NO_QUANTITY)
    return _by_item(both.select("doc_no", *_ITEM, pl.max_horizontal(*amounts).alias("used")))


def _by_item(used: pl.DataFrame) -> pl.DataFrame:
    return summed(used, [pl.col(name) for name in _ITEM], pl.col("used"), "used")


def _quantity(amount: str) -> pl.Expr:
    """Return an amount in the decimals in which claims are compared."""
    return pl.col(amount).cast(decimal(QTY_PLACES))
