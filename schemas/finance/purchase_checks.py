"""What rules of purchase requests look up: totals of documents, and requests that belong together."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from schemas.rules import Books
from schemas.rules_shared import with_document_total, with_others

REGISTER = "purchase_request"
APPROVED = ("已批", "执行中", "完成")
"""Statuses of a request that was approved."""
_DAYS_TOGETHER = 30
_LIMITS = ("quote_min", "collective_decision_threshold", "public_procurement_limit")


def is_live() -> pl.Expr:
    """Return True where a request is more than a draft and was neither refused nor withdrawn."""
    return ~pl.col("status").is_in(["草稿", "驳回", "作废"])


def with_total(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the live requests with ``total``, the estimated amount of their document."""
    return with_document_total(rows, books, REGISTER, pl.col("est_amount"), is_live())


def from_limit_on(rows: pl.DataFrame, books: Books, parameter: str, wrong: pl.Expr) -> pl.DataFrame:
    """Return the wrong lines of documents that reach a limit: ``total`` and ``least``, the limit."""
    least = pl.lit(books.facts.number(parameter))
    found = with_total(rows, books).filter((pl.col("total") >= least) & wrong)
    return found.select("_id", "total", least.alias("least"))


def split_purchases(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the requests that stay below a limit which they pass together with another one.

    Two documents within thirty days ask for the same item, or name the same supplier. The result has
    ``other`` (the document), ``together`` (the sum) and ``least`` (the limit), one for each row.
    """
    names = ("_id", "doc_no", "doc_date", "item_code", "supplier_code", "est_amount", "status")
    lines = with_others(rows, books, REGISTER, names).filter(is_live())
    found = [_pairs(lines, subject, books) for subject in ("item_code", "supplier_code")]
    return (
        pl.concat(found)
        .filter(pl.col("_id").is_in(rows["_id"].implode()))
        .sort("_id", "least", "other", descending=[False, True, False])
        .unique("_id", keep="first", maintain_order=True)
    )


def _pairs(lines: pl.DataFrame, subject: str, books: Books) -> pl.DataFrame:
    known = lines.drop_nulls(subject)
    asked = known.group_by("doc_no", subject).agg(
        pl.col("doc_date").min().alias("day"), pl.col("est_amount").sum().alias("asked")
    )
    pairs = asked.join(asked, on=subject, suffix="_other").filter(
        (pl.col("doc_no") != pl.col("doc_no_other"))
        & ((pl.col("day") - pl.col("day_other")).dt.total_days().abs() <= _DAYS_TOGETHER)
    )
    split = [_passing(pairs, books.facts.number(name)) for name in _LIMITS]
    told = pl.concat(split).select("doc_no", subject, pl.col("doc_no_other").alias("other"), "together", "least")
    return known.select("_id", "doc_no", subject).join(told, on=["doc_no", subject]).drop("doc_no", subject)


def _passing(pairs: pl.DataFrame, limit: Decimal) -> pl.DataFrame:
    """Return the pairs of which each stays below a limit and both together do not."""
    together, least = pl.col("asked") + pl.col("asked_other"), pl.lit(limit)
    below = (pl.col("asked") < least) & (pl.col("asked_other") < least)
    return pairs.with_columns(together.alias("together"), least.alias("least")).filter(
        below & (pl.col("together") > pl.col("least"))
    )
