"""预算表(学年/学期/财政年度): how much may come in and go out, by item of the budget."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.finance.budget_checks import fiscal_year
from schemas.finance.purchase_checks import APPROVED
from schemas.register import Register
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import with_others

_BUDGET = ("budget_year", "budget_kind", "semester")
_WAYS = {"收入": "income", "支出": "expense"}
_QUARTERS = ("quarter1", "quarter2", "quarter3", "quarter4")


def _quarters() -> pl.Expr:
    """Return the sum of the four quarters, null unless all are filled."""
    return pl.sum_horizontal(*_QUARTERS, ignore_nulls=False)


class BudgetLine(Register):
    """Budget line (DOMAIN.md 2.2, register 36).

    A revision changes the row; the ledger keeps what it said before. What may be spent is judged on
    the purchase requests (PUR-04).
    """

    title = "预算表(学年/学期/财政年度)"
    title_en = "Budget lines"
    number = 36
    group = "C 财务"
    key = ("budget_year", "budget_kind", "semester", "budget_code")
    owner = "CW"
    posts = ("budget",)
    period = "every year and semester"
    sign = "finance drafts → the leaders → the superior authority"
    signatures = ("编制人", "财务负责人", "校长")
    keywords = ("预算表", "学年预算", "学期预算", "年度预算")
    cell_groups = (("amount", *_QUARTERS), ("revision", "approved_by"))

    budget_year = c.code(
        "年度",
        "Year",
        r"(?:\d{4}|\d{4}-\d{4})",
        required=True,
        example="2026",
        aliases=("预算年度", "学年"),
        hint="财政年度如 2026，学年如 2026-2027",
        hint_en="a fiscal year such as 2026, a school year such as 2026-2027",
    )
    budget_kind = c.enum(
        "预算类型",
        "Kind",
        ("财政年度", "学年度", "学期"),
        required=True,
        synonyms={"财政": "财政年度", "年度": "财政年度", "学年": "学年度"},
        aliases=("类型", "预算类别"),
    )
    semester = c.semester(
        "学期",
        "Semester",
        required_when=lambda: pl.col("budget_kind") == "学期",
        required_hint=("学期预算须填", "for the budget of a semester"),
        hint="只有学期预算才填",
        hint_en="only for the budget of a semester",
    )
    budget_code = c.code(
        "预算项目代码",
        "Budget item",
        required=True,
        example="30201",
        aliases=("项目代码", "科目代码", "预算科目代码"),
        hint="支出经济分类代码，如 30201",
        hint_en="the code of the economic classification, such as 30201",
    )
    budget_name = c.text("项目名称", "Name", 60, required=True, aliases=("预算项目名称", "科目名称"))
    direction = c.enum("收支", "Direction", ("收入", "支出"), required=True, aliases=("收支方向",))
    amount = c.money("预算金额", "Amount", required=True, aliases=("金额", "预算数"))
    quarter1 = c.money("一季度", "Quarter 1", aliases=("第一季度",))
    quarter2 = c.money("二季度", "Quarter 2", aliases=("第二季度",))
    quarter3 = c.money("三季度", "Quarter 3", aliases=("第三季度",))
    quarter4 = c.money(
        "四季度",
        "Quarter 4",
        aliases=("第四季度",),
        hint="四季都填时合计须等于预算金额",
        hint_en="all four together are the amount",
    )
    revision = c.integer(
        "调整次数",
        "Revision",
        required=True,
        minimum=0,
        aliases=("调整", "调整次"),
        hint="0 为原预算",
        hint_en="0 is the first budget",
    )
    approved_by = c.text(
        "批准文号",
        "Approval no.",
        60,
        aliases=("批复文号", "批准文件"),
        hint="调整后须填，使用预算前须填",
        hint_en="after a revision, and before the budget is used",
    )

    @row_rule(
        "BUD-01",
        at="amount",
        zh="分季合计≠预算（分季合计 {quarters}，预算 {amount}）",
        en="the quarters do not make the budget (they come to {quarters}, the budget is {amount})",
        hint_zh="请核对四个季度和预算金额",
        hint_en="check the quarters and the amount",
        show={"quarters": lambda _: _quarters()},
    )
    def quarters_differ(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md BUD-01."""
        return _quarters() != pl.col("amount")

    @row_rule(
        "BUD-03",
        at="approved_by",
        zh="预算调整未批准（第{revision}次调整）",
        en="revision {revision} of the budget is not approved",
        hint_zh="请填写批准文号",
        hint_en="write the number of the approval",
    )
    def revised_without_approval(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md BUD-03."""
        return (pl.col("revision") > 0) & pl.col("approved_by").is_null()

    @row_rule(
        "CODE-PATTERN",
        at="budget_year",
        zh="{budget_kind}预算的年度写法不对（{budget_year}）",
        en="{budget_year} is not how the year of a budget of kind {budget_kind} is written",
        hint_zh="财政年度填四位年份，学年度填如 2026-2027",
        hint_en="a fiscal year has four digits, a school year is written like 2026-2027",
    )
    def year_of_another_kind(_facts: Facts) -> pl.Expr:
        """A semester belongs to either. Source: DOMAIN.md 2.2, budget_line.budget_year."""
        kind, is_single = pl.col("budget_kind"), pl.col("budget_year").str.len_chars() == 4
        return ((kind == "财政年度") & ~is_single) | ((kind == "学年度") & is_single)

    @row_rule(
        "ONE-OF",
        at="semester",
        zh="{budget_kind}预算不填学期（{semester}）",
        en="a budget of kind {budget_kind} has no semester ({semester})",
        hint_zh="请删去学期，或改预算类型",
        hint_en="clear the semester, or correct the kind",
    )
    def semester_of_a_year(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, budget_line.semester."""
        return (pl.col("budget_kind") != "学期") & pl.col("semester").is_not_null()

    @cross_rule(
        "BUD-02",
        "W",
        at="amount",
        zh="预算收支不平衡：收入 {income}，支出 {expense}",
        en="income and expense of the budget differ: {income} against {expense}",
        hint_zh="请核对本预算的全部收支项目",
        hint_en="check all lines of this budget",
        effect=Effect.AGREEMENT,
    )
    def income_is_not_expense(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told once for each budget, at its first row."""
        sums = [pl.col("amount").filter(pl.col("direction") == way).sum().alias(name) for way, name in _WAYS.items()]
        lines = with_others(rows, books, "budget_line", (*_BUDGET, "direction", "amount"))
        budgets = lines.group_by(_BUDGET).agg(*sums).filter(pl.col("income") != pl.col("expense"))
        first = rows.select("_id", *_BUDGET).unique(list(_BUDGET), keep="first", maintain_order=True)
        found = first.join(budgets, on=_BUDGET, how="inner", nulls_equal=True, maintain_order="left")
        return found.select("_id", *_WAYS.values())

    @cross_rule(
        "REQ-EMPTY",
        "W",
        at="approved_by",
        zh="批准文号必填（{document} 已使用本项预算）",
        en="Approval no. is required ({document} uses this budget)",
        hint_zh="请填写批准文号",
        hint_en="write the number of the approval",
        needs=("purchase_request",),
        effect=Effect.COMPLETENESS,
    )
    def used_without_approval(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Only the budget of a fiscal year is charged with purchases."""
        yearly = (pl.col("budget_kind") == "财政年度") & pl.col("approved_by").is_null()
        draft = rows.filter(yearly).select("_id", "budget_year", "budget_code")
        approved = pl.col("status").is_in(APPROVED)
        used = books.rows("purchase_request", draft.select("budget_code")).filter(approved)
        first = used.select(fiscal_year(), "budget_code", pl.col("doc_no").alias("document"))
        once = first.unique(["budget_year", "budget_code"], keep="first", maintain_order=True)
        found = draft.join(once, on=["budget_year", "budget_code"], how="inner", maintain_order="left")
        return found.select("_id", "document")
