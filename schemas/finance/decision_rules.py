"""What a purchase or a disposal that refers to a collective decision is told about it."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from schemas.rules import Books, CrossRule, cross_rule

Totals = Callable[[pl.DataFrame, Books], pl.DataFrame]
"""Returns the candidates that count, with ``total``, the amount of their document."""


def decision_passed() -> CrossRule:
    """Return the rule that the decision was in favour. Source: DOMAIN.md DEC-02, X-07."""
    declare = cross_rule(
        "DEC-02",
        at="decision_no",
        zh="引用的决策未通过：{decision_no} 的结论为{decided_result}",
        en="decision {decision_no} was not in favour ({decided_result})",
        hint_zh="请核对决策编号，或待通过后再办",
        hint_en="check the number, or wait until it is passed",
        needs=("collective_decision",),
    )

    def failing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        refused = _decided(rows, books).filter(pl.col("decided_result") != "通过")
        return refused.select("_id", "decided_result")

    return declare(failing)


def decided_before_approval() -> CrossRule:
    """Return the rule that the leaders decide before anybody approves. Source: DOMAIN.md DEC-03, X-07."""
    declare = cross_rule(
        "DEC-03",
        at="decision_no",
        zh="先采购（处置）后决策：{decided_on} 才开会，{approve_date} 已审批",
        en="approved on {approve_date}, but decided only on {decided_on}",
        hint_zh="请核对会议日期和审批日期",
        hint_en="check the day of the meeting and that of the approval",
        needs=("collective_decision",),
    )

    def failing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        late = _decided(rows, books).filter(pl.col("decided_on") > pl.col("approve_date"))
        return late.select("_id", "decided_on")

    return declare(failing)


def decision_covers(totals: Totals) -> CrossRule:
    """Return the rule that a decision about an amount covers the document. Source: DOMAIN.md DEC-04, X-07."""
    declare = cross_rule(
        "DEC-04",
        at="decision_no",
        zh="决策金额小于单据金额：决策 {decided_amount} 元，本单 {total} 元",
        en="the decision is about {decided_amount} yuan, the document comes to {total}",
        hint_zh="请核对金额，或另行决策",
        hint_en="check the amounts, or have it decided again",
        needs=("collective_decision",),
    )

    def failing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        short = _decided(totals(rows, books), books).filter(pl.col("decided_amount") < pl.col("total"))
        return short.select("_id", "decided_amount", "total")

    return declare(failing)


def _decided(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose decision is known, with ``decided_result``, ``decided_on`` and ``decided_amount``."""
    decisions = books.rows("collective_decision", rows.select("decision_no")).select(
        "decision_no",
        pl.col("meeting_date").alias("decided_on"),
        pl.col("amount").alias("decided_amount"),
        pl.col("result").alias("decided_result"),
    )
    return rows.join(decisions, on="decision_no", how="inner", maintain_order="left")
