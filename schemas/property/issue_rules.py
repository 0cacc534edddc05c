"""The rules of goods issues."""

from __future__ import annotations

import polars as pl

from schemas.batches import expired_batches, later_batches_first
from schemas.parameters import text_of
from schemas.property.issue_checks import missing_in_hazard_ledger, over_approved, without_valid_requisition
from schemas.register import StockPosting
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import in_base_units, lacks_role, return_words, returned_too_much
from schemas.stock_balance import in_words, shortages
from schemas.usual_rules import approved_by_another, approved_by_head, only_warehouse

POSTING = StockPosting(-1, "issue_kind", "红字出库", (("红字出库", 3), ("盘亏出库", 6)), 5)

_ORIGINS = {"红字出库": "CK", "报废出库": "BF", "赔偿出库": "PC"}


class IssueRules:
    """Row rules and rules between registers of ``StockIssue``."""

    @row_rule(
        "ISS-02",
        at="signed",
        zh="领用人未签字（{collector}）",
        en="the collector has not signed ({collector})",
        hint_zh="登记签字后方可领取，签字后填“是”",
        hint_en="have it signed, then answer 是",
    )
    def not_signed(_facts: Facts) -> pl.Expr:
        """A blank is a missing required value already."""
        return ~pl.col("signed")

    approver_is_collector = approved_by_another("collector", "领用人", "collector", "ISS-03")

    @row_rule(
        "ISS-04",
        small="W",
        at="keeper",
        zh="保管员不得给自己发放（{keeper}），须由总务主任代发",
        en="the keeper must not hand out goods to himself ({keeper}): the head of general affairs does it",
        hint_zh="请填写实际发放人",
        hint_en="write down who handed them out",
    )
    def keeper_is_collector(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ISS-04."""
        return pl.col("keeper") == pl.col("collector")

    approver_is_keeper = approved_by_another("keeper", "发放人（保管员）", "one who hands out", "ISS-09")

    @row_rule(
        "ISS-10",
        at="issue_kind",
        zh="盘亏出库由系统生成，不能手工填写",
        en="losses found in a count are posted by the system, not by hand",
        hint_zh="请通过盘点处理表办理，并删去此行",
        hint_en="use the stocktake results, and delete the row",
    )
    def loss_typed_by_hand(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ISS-10."""
        return pl.col("issue_kind") == "盘亏出库"

    @row_rule(
        "ISS-11",
        "W",
        at="requisition_no",
        zh="缺申领单号（部门“{dept}”领用须先申领）",
        en="the number of the requisition is missing (“{dept}” has to hand one in first)",
        hint_zh="请补填申领单号",
        hint_en="add it",
    )
    def requisition_missing(facts: Facts) -> pl.Expr:
        """Parameters ``requisition_required`` and ``requisition_exempt_depts`` (codes, separated by 、 or comma)."""
        if not facts.flag("requisition_required"):
            return pl.lit(value=False)
        listed = text_of("requisition_exempt_depts", facts.parameters).replace("，", "、").replace(",", "、")
        exempt = [code.strip().upper() for code in listed.split("、") if code.strip()]
        asked = (pl.col("issue_kind") == "领用") & ~pl.col("dept").is_in(exempt)
        return asked & pl.col("requisition_no").is_null()

    @row_rule(
        "ISS-12",
        "W",
        at="collector_role",
        zh="领用身份与角色不符：{collector}没有“{collector_role}”角色",
        en="{collector} does not hold the role “{collector_role}” in which the goods were collected",
        hint_zh="请核对领用人和领用身份，或在教职工名册登记其角色",
        hint_en="check the collector and the role, or enter the role in the staff roster",
        wants=("collector.role_codes",),
    )
    def collected_in_another_role(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ISS-12."""
        role = pl.col("collector_role")
        return ((role == "班主任") & lacks_role("collector", "CLASS_TEACHER")) | (
            (role == "年级组长") & lacks_role("collector", "GRADE_HEAD")
        )

    approver_without_role = approved_by_head()

    issued_outside_a_warehouse = only_warehouse("warehouse")

    @row_rule(
        "NEG-NOT-ALLOWED",
        at="qty",
        zh="{issue_kind}的数量不允许负数（{qty}）",
        en="the quantity of {issue_kind} must not be negative ({qty})",
        hint_zh="退库请用红字出库并填原单号",
        hint_en="for goods brought back use 红字出库 with the original number",
    )
    def negative_without_red_letter(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stock_issue.qty."""
        return (pl.col("issue_kind") != "红字出库") & (pl.col("qty") < 0)

    @row_rule(
        "NEG-REQUIRED",
        at="qty",
        zh="红字出库的数量须为负数（{qty}）",
        en="the quantity of a red-letter issue is negative ({qty})",
        hint_zh="退库数量请填负数",
        hint_en="write what came back with a minus sign",
    )
    def red_letter_without_minus(_facts: Facts) -> pl.Expr:
        """A positive red-letter line would take stock while it says that goods came back."""
        return (pl.col("issue_kind") == "红字出库") & (pl.col("qty") > 0)

    @row_rule(
        "CODE-PATTERN",
        at="ref_doc",
        zh="原单号“{value}”格式不对（{issue_kind}应填{origin}单号）",
        en="original no. “{value}” does not have the right form ({issue_kind} needs a number with {origin})",
        hint_zh="应如 {origin}-202611-0001",
        hint_en="it should look like {origin}-202611-0001",
        show={"origin": lambda _: _origin()},
    )
    def origin_of_another_kind(_facts: Facts) -> pl.Expr:
        """Red-letter issues refer to CK, write-offs to BF, compensation to PC documents."""
        kind, number = pl.col("issue_kind"), pl.col("ref_doc")
        wrong = (
            (kind == each) & ~number.str.contains(rf"^([A-Z]{{2,6}}\d{{0,2}}-)?{prefix}-\d{{6}}-\d+$")
            for each, prefix in _ORIGINS.items()
        )
        return pl.any_horizontal(*wrong)

    @cross_rule(
        "X-02",
        at="requisition_no",
        zh="无有效申领：{reason}",
        en="no valid requisition: {reason_en}",
        hint_zh="请核对申领单号、物品、部门和日期；申领单补齐后本行自动入账",
        hint_en="check number, item, department and date; the row is taken once the requisition is complete",
        needs=("requisition",),
    )
    def requisition_not_valid(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A requisition that has not arrived is not valid: the row is tried again in every run."""
        return without_valid_requisition(rows, books)

    @cross_rule(
        "ISS-08",
        at="qty",
        zh="退库数量超过原领用数量：{reason}",
        en="more comes back than was issued: {reason_en}",
        hint_zh="请核对原单号、物品和数量",
        hint_en="check the original number, the item and the quantity",
        needs=("item_catalogue",),
    )
    def more_brought_back_than_issued(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Quantities in the base unit."""
        found = returned_too_much(rows, books, "stock_issue", POSTING)
        return return_words(found, rows, books, ("领用", "issued"))

    @cross_rule(
        "ISS-05",
        at="qty",
        zh="超出批准数量：{requisition_no} 批准 {limit}{base_unit}，尚可领 {left}{base_unit}，本行 {claim}{base_unit}",
        en="more than approved: {requisition_no} allows {limit} {base_unit}, {left} are left, this line takes {claim}",
        hint_zh="请核对数量，或补办申领",
        hint_en="check the quantity, or have more approved",
        needs=("requisition", "item_catalogue"),
    )
    def more_issued_than_approved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Quantities in the base unit; what came back may be issued again."""
        return in_base_units(over_approved(rows, books), rows, books)

    @cross_rule(
        "ISS-06",
        at="qty",
        zh="该批次已过期，不得出库：{item_code} 未过期的只有 {fresh}{base_unit}（{batch}{expires} 到期）",
        en="the batch has expired: {fresh} {base_unit} of {item_code} are in date (the rest expired on {expires})",
        hint_zh="请减少数量；过期物品请办理报废出库",
        hint_en="issue less, and write the expired goods off",
        needs=("stock_receipt", "item_catalogue"),
    )
    def batch_expired(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Certain cases only: see ``schemas.batches``."""
        return in_base_units(expired_batches(rows, books), rows, books)

    @cross_rule(
        "ISS-01",
        at="qty",
        zh="库存不足：{date} 账面 {q1}{base_unit}，出库 {q2}{base_unit}（{item}，{warehouse}，差 {shortfall}）",
        en="not enough stock on {date}: book {q1} {base_unit}, issued {q2} ({item}, {warehouse}, {shortfall} short)",
        hint_zh="请核对数量、日期和仓库；货已到的请先录入库单",
        hint_en="check quantity, date and warehouse; if the goods have arrived, enter the receipt first",
        needs=("stock_receipt", "item_catalogue"),
    )
    def stock_would_be_negative(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On its own day or any later one; covers X-01."""
        return in_words(shortages(rows, books, "stock_issue"), books)

    @cross_rule(
        "ISS-07",
        "W",
        at="qty",
        zh="请先发早到期批次（{batch} {expires} 到期，应先于 {named}）",
        en="issue the batch that expires first ({batch}, {expires}, comes before {named})",
        hint_zh="如发的是早到期批次，请更正备注中的批号",
        hint_en="if it was that batch, correct the batch in the remark",
        needs=("stock_receipt", "item_catalogue"),
    )
    def later_batch_first(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Only issues whose remark names a batch can be judged."""
        return later_batches_first(rows, books)

    @cross_rule(
        "X-53",
        "W",
        at="item_code",
        zh="危险品领用登记不全：{item_code} 当日出库 {issued}{base_unit}，危险品台账登记领用 {entered}{base_unit}",
        en="hazardous goods: {issued} {base_unit} of {item_code} left the store that day, their ledger has {entered}",
        hint_zh="请在易燃易爆有毒物品及消毒消杀用品台账补登领用、用途和经手人",
        hint_en="enter the movement with its purpose and handlers in the hazardous goods ledger",
        needs=("hazardous_goods_ledger", "item_catalogue"),
        effect=Effect.COMPLETENESS,
    )
    def hazardous_goods_not_entered(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """By item and day; what came back that day is left out of it."""
        return missing_in_hazard_ledger(rows, books)


def _origin() -> pl.Expr:
    return pl.col("issue_kind").replace_strict(_ORIGINS, default=None, return_dtype=pl.String)
