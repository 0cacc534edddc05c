"""The rules of disposals: approved before anything leaves, no more than there is, and nothing twice."""

from __future__ import annotations

import polars as pl

from schemas.property.disposal_checks import (
    beyond_what_there_is,
    disposed_before,
    not_free,
    not_remitted,
    still_counted,
)
from schemas.property.goods_rules import not_both, only_whole
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import HEAD_OR_HIGHER, lacks_role
from schemas.usual_rules import approved_by_another, not_before, role_expected


def is_asset() -> pl.Expr:
    """Return True where a row disposes of a fixed asset."""
    return pl.col("asset_no").is_not_null()


class DisposalRules:
    """Row rules and rules between registers of ``DisposalRegister``."""

    asset_and_item = not_both()
    whole_quantity = only_whole("qty")

    @row_rule(
        "DSP-01",
        at="dispose_date",
        zh="未批先处置：{reason_zh}",
        en="disposed of before it was approved: {reason_en}",
        hint_zh="请补填审批内容；尚未批准的不得处置",
        hint_en="add the approval; nothing may leave without it",
        show={
            "reason_zh": lambda _: _unapproved("没有批准人", "没有批复日期", "没有集体决策文号", "早于批复日期"),
            "reason_en": lambda _: _unapproved(
                "nobody approved it", "the approval is not dated", "there is no collective decision",
                "that is before the approval",
            ),
        },
    )  # fmt: skip
    def disposed_before_approval(_facts: Facts) -> pl.Expr:
        """Assets need a collective decision, consumables only the approver."""
        return _unapproved("", "", "", "").is_not_null()

    approver_is_applicant = approved_by_another("applicant", "申请人", "applicant")

    approved_before_asked = not_before(
        "approve_date",
        "doc_date",
        zh="审批冲突：批复日期 {approve_date} 早于申请日期 {doc_date}",
        en="approved on {approve_date}, before it was asked for on {doc_date}",
        code="X-09",
    )

    approver_without_role = role_expected(
        "approver",
        pl.when(is_asset())
        .then(lacks_role("approver", "PRINCIPAL"))
        .otherwise(lacks_role("approver", *HEAD_OR_HIGHER)),
        zh="批准人“{value}”没有相应的审批角色（固定资产由校长批准，低值物品由总务主任批准）",
        en="approver “{value}” lacks the role: the principal for assets, the head of general affairs for consumables",
    )

    @row_rule(
        "REQ-EMPTY",
        at="appraisal",
        zh="技术鉴定意见必填（未达最低使用年限，或原值达到规定金额）",
        en="Appraisal is required (before the least life, or from the set original value on)",
        hint_zh="请填写鉴定结论",
        hint_en="write what the appraisal found",
        needs=("fixed_asset_card",),
    )
    def appraisal_missing(facts: Facts) -> pl.Expr:
        """Required once it is approved; the parameter ``appraisal_min`` of 0 sets no amount."""
        least = facts.number("appraisal_min")
        dear = pl.lit(least > 0) & (pl.col("original_value") >= least)
        approved = pl.col("approve_date").is_not_null()
        return is_asset() & approved & (~pl.col("min_life_reached") | dear) & pl.col("appraisal").is_null()

    @row_rule(
        "REQ-EMPTY",
        at="approval_no",
        zh="上级批复文号必填（原值 {original_value} 元超过学校审批限额）",
        en="The superior's approval is required (original value {original_value} is beyond the school's own limit)",
        hint_zh="请报主管部门、财政部门批准后填写",
        hint_en="have it approved there, then write its number",
        needs=("fixed_asset_card",),
    )
    def superior_approval_missing(facts: Facts) -> pl.Expr:
        """Required before the asset leaves; parameter ``asset_disposal_limit``."""
        beyond = pl.col("original_value") > facts.number("asset_disposal_limit")
        return is_asset() & beyond & pl.col("dispose_date").is_not_null() & pl.col("approval_no").is_null()

    @row_rule(
        "DSP-05",
        "W",
        at="asset_no",
        zh="未达最低使用年限（已使用{used_months}个月，年限{life}个月）",
        en="the least life is not reached ({used_months} of {life} months)",
        hint_zh="请核对，确需处置的须经技术鉴定",
        hint_en="check it; an appraisal has to say why",
        wants=("asset_no.life_months",),
        show={"life": lambda _: pl.col("asset_no.life_months")},
    )
    def disposed_of_early(_facts: Facts) -> pl.Expr:
        """From the day it was acquired to the day of disposal, or of the application."""
        return ~pl.col("min_life_reached")

    @cross_rule(
        "X-14",
        at="asset_no",
        zh="已处置资产仍有业务：{asset_no} 已在 {document} 处置",
        en="{asset_no} is disposed of by {document} already",
        hint_zh="请核对资产编号；原申请不再办理的请先作废",
        hint_en="check the number; withdraw the other application if it came to nothing",
        needs=("fixed_asset_card",),
    )
    def already_disposed(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A single thing is disposed of once. Source: DOMAIN.md 2.3, X-14."""
        return disposed_before(rows, books)

    @cross_rule(
        "NUM-RANGE",
        at="qty",
        zh="处置数量超过现有数量：现有 {limit}，尚可处置 {left}，本行 {claim}",
        en="more than there is: {limit} exist, {left} are left to dispose of, this line takes {claim}",
        hint_zh="请核对数量",
        hint_en="check the quantity",
        needs=("fixed_asset_card", "stock_receipt", "stock_issue", "item_catalogue"),
    )
    def more_than_there_is(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The quantity of the card, or what all warehouses hold on the day of the application."""
        return beyond_what_there_is(rows, books)

    @cross_rule(
        "DSP-02",
        at="asset_no",
        zh="资产借出/盈亏未处理：{reason_zh}",
        en="the asset is lent out or a stocktake difference is open: {reason_en}",
        hint_zh="请先收回资产或办结盘点差异",
        hint_en="get it back, or settle the difference first",
        needs=("stocktake_result",),
    )
    def lent_or_in_dispute(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Loans are looked at where the school registers them."""
        return not_free(rows, books)

    @cross_rule(
        "DSP-04",
        "W",
        at="asset_no",
        zh="已处置资产仍在册：{asset_no} 于 {counted} 仍盘到实物（{sheet}）",
        en="{asset_no} was still counted on {counted}, after its disposal ({sheet})",
        hint_zh="请核对处置日期和盘点记录",
        hint_en="check the day of disposal and the count",
        needs=("stocktake_sheet", "fixed_asset_card"),
    )
    def counted_after_disposal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md DSP-04."""
        return still_counted(rows, books)

    @cross_rule(
        "DSP-03",
        "W",
        at="remit_no",
        zh="处置净收入未上缴：净收入 {net} 元，处置于 {dispose_date}",
        en="the net income of {net} yuan is not remitted (disposed of on {dispose_date})",
        hint_zh="请上缴财政并填上缴凭证号",
        hint_en="remit it and write the voucher",
        effect=Effect.COMPLETENESS,
    )
    def income_not_remitted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the month of the disposal is over. Source: 行政事业性国有资产管理条例 第二十五条."""
        return not_remitted(rows, books)


def _unapproved(nobody: str, undated: str, undecided: str, early: str) -> pl.Expr:
    """Return which part of the approval is missing where something was disposed of; null where none is."""
    disposed = pl.col("dispose_date").is_not_null()
    cases = (
        (pl.col("approver").is_null(), nobody),
        (pl.col("approve_date").is_null(), undated),
        (is_asset() & pl.col("decision_no").is_null(), undecided),
        (pl.col("dispose_date") < pl.col("approve_date"), early),
    )
    return pl.coalesce(*(pl.when(disposed & wrong).then(pl.lit(words)) for wrong, words in cases))
