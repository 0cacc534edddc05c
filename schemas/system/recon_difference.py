"""对账差异表: where two books do not agree, why, and what is done about it."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.periods import first_day_after
from schemas.register import Register
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.workdays import workdays_after

KINDS = ("账实", "账账", "账款", "账表", "票账", "台账-GL")
AGREES, WITHIN, DIFFERS, SERIOUS = SEVERITIES = ("一致", "容差内", "差异", "严重")
OPEN, EXPLAINED, SETTLED = STATUSES = ("待处理", "已说明", "已处理")
ADJUST = "调账"


_EXPLAIN_DAYS = 3
"""Working days within which a difference is to be explained."""


def explained_by(month: str) -> date:
    """Return the last day on which the differences of a month (``2026-11``) are explained in time.

    A month is reconciled when it is over. Source: DOMAIN.md RCN-01.
    """
    return workdays_after(first_day_after(month) - timedelta(days=1), _EXPLAIN_DAYS)


class ReconDifference(Register):
    """Reconciliation difference: one object on which two books differ (DOMAIN.md 2.2, register 107).

    The program computes the figures anew whenever they are asked for, from the rows in the books; a row
    of this register holds only what people say about them. Number and line follow from period, agreement
    and object, so that the same difference is called the same in every run.
    """

    title = "对账差异表"
    title_en = "Reconciliation differences"
    number = 107
    group = "M 系统"
    key = ("recon_id", "line_no")
    owner = "ZW"
    writers = ("*",)
    kind = "system"
    period = "every night and every month"
    sign = "the program lists; whoever is responsible explains; the approver closes"
    signatures = ("责任人", "会计", "批准人")
    keywords = ("对账差异",)
    cell_groups = (("explanation", "action", "owner", "approver"),)

    recon_id = c.code(
        "对账批次",
        "Reconciliation",
        r"DZ-\d{8}-\d{4}",
        required=True,
        example="DZ-20261130-0102",
        aliases=("对账批次号", "对账编号"),
        hint="由系统给出，请勿改动",
        hint_en="given by the system: leave it as it is",
    )
    line_no = d.line_no(
        example="190119094", hint="由系统给出，请勿改动", hint_en="given by the system: leave it as it is"
    )
    recon_kind = c.enum("对账类型", "Agreement", KINDS, system=True)
    period_ = c.code("期间", "Period", system=True)
    object = c.text("对象", "Object", system=True)
    left_name = c.text("左侧来源", "Left side", system=True)
    left_value = c.money("左侧数值", "Left value", system=True, negative=True)
    right_name = c.text("右侧来源", "Right side", system=True)
    right_value = c.money("右侧数值", "Right value", system=True, negative=True)
    diff = c.money("差额", "Difference", system=True, negative=True)
    diff_qty = c.qty("数量差", "Difference in quantity", system=True, negative=True)
    tolerance = c.money("容差", "Tolerance", system=True)
    severity = c.enum("严重程度", "Severity", SEVERITIES, system=True)
    explanation = c.text(
        "原因说明",
        "Explanation",
        200,
        aliases=("差异原因", "说明原因"),
        hint="月结之前须填",
        hint_en="before the month is closed",
    )
    action = c.enum(
        "处理",
        "Action",
        ("补单", "更正", ADJUST, "查找", "报损", "赔偿"),
        synonyms={"补登": "补单", "改正": "更正", "调整账面": ADJUST, "继续查找": "查找"},
        aliases=("处理方式", "处理意见"),
        hint="调账须先批准",
        hint_en="an adjustment (调账) has to be approved first",
    )
    owner_ = c.person(
        "责任人", "Responsible", aliases=("负责人",), hint="由谁查清、处理", hint_en="who finds out and settles it"
    )
    approver = d.approver(hint="不得是责任人或保管员", hint_en="neither who is responsible nor the keeper")
    status = c.enum("状态", "Status", STATUSES, system=True)

    @row_rule(
        "RCN-02",
        at="approver",
        zh="未批准调账：处理为“调账”，没有批准人",
        en="an adjustment that nobody approved",
        hint_zh="请填写批准人；尚未批准的先不填“处理”",
        hint_en="write who approved it; leave the action blank until then",
    )
    def adjusted_without_approval(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md RCN-02."""
        return (pl.col("action") == ADJUST) & pl.col("approver").is_null()

    @row_rule(
        "RCN-03",
        small="W",
        at="approver",
        zh="批准人冲突：批准人不得是责任人（{approver}）",
        en="the approver must not be the one who is responsible ({approver})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
    )
    def approved_by_owner(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md RCN-03."""
        return pl.col("approver") == pl.col("owner")

    @cross_rule(
        "RCN-01",
        "W",
        at="explanation",
        zh="差异未说明：{object} 差 {diff}，应在 {due} 前说明",
        en="a difference without an explanation: {object} differs by {diff}, to be explained by {due}",
        hint_zh="请填写原因说明和处理",
        hint_en="say why, and what is done about it",
        effect=Effect.COMPLETENESS,
    )
    def unexplained(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due some working days after the month; ``houqin reconcile`` tells of those that no workbook has."""
        silent = rows.filter(pl.col("explanation").is_null())
        told = _as_made(silent, books).filter(pl.col("severity").is_in([DIFFERS, SERIOUS]))
        due = {month: explained_by(month) for month in told["period"].unique()}
        dated = told.with_columns(pl.col("period").replace_strict(due, default=None, return_dtype=pl.Date).alias("due"))
        return dated.filter(pl.col("due") < books.facts.today).select("_id", "object", "diff", "due")

    @cross_rule(
        "RCN-03",
        small="W",
        at="approver",
        zh="批准人冲突：批准人是“{object}”的保管员（{approver}）",
        en="the approver keeps what differs ({object}, {approver})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
        needs=("location",),
    )
    def approved_by_keeper(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Who keeps the warehouse of the goods, or uses the asset."""
        told = _as_made(rows.drop_nulls("approver"), books)
        named = told.select("_id", "object", pl.col("object").str.split(" ").alias("_of")).explode("_of")
        keepers = [books.rows("location").select(pl.col("room_code").alias("_of"), "keeper")]
        if "fixed_asset_card" in books.facts.known:
            cards = books.rows("fixed_asset_card")
            keepers.append(cards.select(pl.col("asset_no").alias("_of"), pl.col("user").alias("keeper")))
        kept = named.join(pl.concat(keepers), on="_of").join(rows.select("_id", "approver"), on="_id")
        return kept.filter(pl.col("keeper") == pl.col("approver")).unique("_id").select("_id", "object")


def _as_made(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return rows with what the program says of their differences; those that it does not know are left out."""
    made = books.made(ReconDifference.id).select(*ReconDifference.key, "object", "period", "diff", "severity")
    return rows.select("_id", *ReconDifference.key).join(made, on=ReconDifference.key, maintain_order="left")
