"""The rules of purchase requests: approved, decided, within the budget, and not split."""

from __future__ import annotations

import polars as pl

from schemas.exact import amount_of
from schemas.finance.budget_checks import has_budget, over_budget
from schemas.finance.decision_rules import decided_before_approval, decision_covers, decision_passed
from schemas.finance.purchase_checks import APPROVED, from_limit_on, split_purchases, with_total
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role
from schemas.usual_rules import not_before, role_expected

_OWN_WAYS = ("自行采购", "电商直购", "零星采购")
"""Ways of buying without a public procedure."""
_LEAST_QUOTES = 3


class PurchaseRules:
    """Row rules and rules between registers of ``PurchaseRequest``."""

    @row_rule(
        "PUR-02",
        at="head_approver",
        zh="缺校长审批（状态为{status}）",
        en="the principal has not approved it (status {status})",
        hint_zh="请填写审批人，或把状态改回待审",
        hint_en="write who approved it, or set the status back to 待审",
    )
    def approved_by_nobody(_facts: Facts) -> pl.Expr:
        """What is being carried out or done was approved before."""
        return pl.col("status").is_in(APPROVED) & pl.col("head_approver").is_null()

    @row_rule(
        "PUR-03",
        small="W",
        at="head_approver",
        zh="申请人与审批人相同（{head_approver}）",
        en="the applicant approved it ({head_approver})",
        hint_zh="请由他人审批",
        hint_en="have somebody else approve it",
    )
    def approver_is_applicant(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md PUR-03."""
        return pl.col("head_approver") == pl.col("applicant")

    approver_is_not_principal = role_expected(
        "head_approver",
        lacks_role("head_approver", "PRINCIPAL"),
        zh="审批人“{value}”没有“校长/园长”角色",
        en="approver “{value}” does not hold the role of principal",
    )

    approved_before_asked = not_before(
        "approve_date",
        "doc_date",
        zh="审批冲突：审批日期 {approve_date} 早于申请日期 {doc_date}",
        en="approved on {approve_date}, before it was asked for on {doc_date}",
        code="X-09",
    )

    @row_rule(
        "NUM-RANGE",
        at="est_amount",
        zh="预计金额≠数量×预计单价（应为{expected}）",
        en="the estimated amount is not quantity × price (should be {expected})",
        hint_zh="请核对数量、单价和金额",
        hint_en="check quantity, price and amount",
        show={"expected": lambda _: amount_of(pl.col("qty"), pl.col("est_price"))},
    )
    def amount_is_not_quantity_times_price(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, purchase_request.est_amount."""
        return pl.col("est_amount") != amount_of(pl.col("qty"), pl.col("est_price"))

    @cross_rule(
        "PUR-01",
        at="decision_no",
        zh="大批采购须班子集体决策（本单 {total} 元，达到 {least} 元）",
        en="a purchase of {total} yuan is decided by the leaders together (from {least} on)",
        hint_zh="请填写集体决策编号",
        hint_en="write the number of the decision",
    )
    def decision_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-07."""
        return from_limit_on(rows, books, "collective_decision_threshold", pl.col("decision_no").is_null())

    @cross_rule(
        "NUM-RANGE",
        at="quotes",
        zh="报价不足三家（本单 {total} 元，达到 {least} 元）",
        en="fewer than three quotations (the document comes to {total} yuan, three are needed from {least} on)",
        hint_zh="请补足报价并填写家数",
        hint_en="get three quotations and write how many there are",
    )
    def too_few_quotes(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.2, purchase_request.quotes."""
        return from_limit_on(rows, books, "quote_min", pl.col("quotes").fill_null(0) < _LEAST_QUOTES)

    @cross_rule(
        "PUR-06",
        at="procure_form",
        zh="达到政府采购限额（本单 {total} 元，限额 {least} 元），不得{procure_form}",
        en="{total} yuan reach the limit of public procurement ({least}): {procure_form} is not allowed",
        hint_zh="请按政府采购程序办理",
        hint_en="use a public procedure",
    )
    def publicly_procured(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 政府采购法 第八条; the limit is the province's."""
        return from_limit_on(rows, books, "public_procurement_limit", pl.col("procure_form").is_in(_OWN_WAYS))

    decision_refused = decision_passed()
    decided_too_late = decided_before_approval()
    decision_too_small = decision_covers(with_total)

    @cross_rule(
        "REQ-EMPTY",
        at="budget_code",
        zh="预算项目必填（{budget_year} 年有财政年度预算，状态为{status}）",
        en="Budget item is required (there is a budget for {budget_year}, and the status is {status})",
        hint_zh="请填写预算项目代码",
        hint_en="write the code of the budget item",
        needs=("budget_line",),
    )
    def budget_item_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Before the approval, where a budget exists for the fiscal year."""
        approved = rows.filter(pl.col("status").is_in(APPROVED) & pl.col("budget_code").is_null())
        return has_budget(approved, books).select("_id", "budget_year")

    @cross_rule(
        "PUR-04",
        at="budget_code",
        zh="超预算：{reason}，本行 {est_amount}",
        en="over budget: {reason_en}, this line asks for {est_amount}",
        hint_zh="请核对金额和预算项目，或先调整预算",
        hint_en="check amount and budget item, or have the budget revised first",
        needs=("budget_line",),
    )
    def beyond_the_budget(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-08; not judged where the fiscal year has no budget."""
        return over_budget(rows, books)

    @cross_rule(
        "PUR-05",
        "W",
        at="est_amount",
        zh="疑似化整为零：与 {other} 合计 {together} 元，超过 {least} 元",
        en="perhaps split: together with {other} it comes to {together} yuan, above {least}",
        hint_zh="请合并申请，或在备注说明",
        hint_en="make one request of both, or explain it in the remark",
    )
    def perhaps_split(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 政府采购法 第二十八条."""
        return split_purchases(rows, books)
