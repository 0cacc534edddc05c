"""收费项目及标准目录: what the school may charge, how much, and by whose approval."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import with_others
from schemas.usual_rules import not_before

_WITH_REFUNDS = ("保教费", "住宿费", "伙食费")
_ALL_STAGES = "全部"
_NO_APPROVAL = "无批准文号，不得收费"


class FeeItemCatalogue(Register):
    """Fees: one approved fee with its standard since a day (DOMAIN.md 2.2, register 38)."""

    title = "收费项目及标准目录"
    title_en = "Approved fee items & standards"
    number = 38
    group = "C 财务"
    key = ("fee_code", "valid_from")
    owner = "CW"
    period = "every semester"
    sign = "by a document of the authority; the principal publishes it"
    signatures = ("会计", "总务主任", "校长")
    keywords = ("收费项目", "收费标准")
    cell_groups = (("standard", "unit"), ("fee_kind", "stage"))

    fee_code = c.code(
        "收费项目代码", "Fee", r"SF\d{3}", required=True, example="SF001", aliases=("项目代码", "收费代码")
    )
    fee_name = c.text("项目名称", "Name", 40, required=True, aliases=("收费项目名称", "收费项目"))
    fee_kind = c.enum(
        "类别",
        "Kind",
        ("学费", "行政事业性收费", "服务性收费", "代收费", "保教费", "住宿费", "伙食费"),
        required=True,
        synonyms={"服务费": "服务性收费", "代办费": "代收费", "保育教育费": "保教费", "餐费": "伙食费"},
        aliases=("收费类别",),
    )
    standard = c.money("标准", "Standard", required=True, aliases=("收费标准", "标准(元)"))
    unit = c.enum(
        "单位",
        "Unit",
        ("元/生/学期", "元/生/月", "元/生/天", "元/人/次", "元/本"),
        required=True,
        aliases=("计费单位",),
    )
    stage = c.enum(
        "适用学段",
        "Stage",
        ("幼儿园", "小学", "初中", "高中", _ALL_STAGES),
        required=True,
        synonyms={"全校": _ALL_STAGES},
        aliases=("学段",),
    )
    approval_no = c.text(
        "批准文号",
        "Approval no.",
        60,
        required=True,
        empty_code="FEE-02",
        aliases=("文号", "批准文件"),
        hint="物价、教育部门批准文件的文号",
        hint_en="the document of the price or education authority",
    )
    publicised = c.yes_no("已公示", "Published", required=True, aliases=("是否公示",))
    voluntary = c.yes_no(
        "自愿",
        "Voluntary",
        required=True,
        aliases=("是否自愿",),
        hint="服务性收费、代收费须为是",
        hint_en="是 for 服务性收费 and 代收费",
    )
    valid_from = c.day("生效日期", "Valid from", required=True, future=True, aliases=("执行日期", "起始日期"))
    valid_to = c.day("失效日期", "Valid to", future=True, aliases=("截止日期",))
    refund_rule = c.text(
        "退费规则",
        "Rule of refunds",
        100,
        required_when=lambda: pl.col("fee_kind").is_in(_WITH_REFUNDS),
        required_hint=("保教费、住宿费、伙食费须填", "for 保教费, 住宿费 and 伙食费"),
        aliases=("退费办法",),
    )

    ends_before_it_begins = not_before(
        "valid_to",
        "valid_from",
        zh="失效日期 {valid_to} 不得早于生效日期 {valid_from}",
        en="valid until {valid_to}, but only from {valid_from} on",
    )

    @row_rule(
        "FEE-01",
        at="stage",
        zh="义务教育阶段不收学费、杂费（{fee_name}）",
        en="compulsory schooling is free of tuition and other such fees ({fee_name})",
        hint_zh="请核对类别和适用学段",
        hint_en="check kind and stage",
    )
    def fee_of_compulsory_schooling(_facts: Facts) -> pl.Expr:
        """Source: 义务教育法 第二条, 第二十五条."""
        return pl.col("fee_kind").is_in(["学费", "行政事业性收费"]) & pl.col("stage").is_in(
            ["小学", "初中", _ALL_STAGES]
        )

    @row_rule(
        "FEE-02",
        at="approval_no",
        zh=f"{_NO_APPROVAL}（“{{approval_no}}”不是文号）",
        en="a fee needs the number of its approval (“{approval_no}” is none)",
        hint_zh="请填批准文件的文号",
        hint_en="write the number of the document",
    )
    def not_yet_approved(_facts: Facts) -> pl.Expr:
        """A blank, and 无, has the same code where the cell is read."""
        return pl.col("approval_no").str.contains(r"^(?:待批|待定|待补|申报中|办理中|暂无|没有)")

    @row_rule(
        "FEE-04",
        "W",
        at="publicised",
        zh="收费项目未公示（{fee_name}）",
        en="this fee is not made public ({fee_name})",
        hint_zh="请在收费公示栏公示",
        hint_en="publish it where parents see it",
    )
    def not_published(_facts: Facts) -> pl.Expr:
        """Source for kindergartens: 学前教育法 第六十九条第二款."""
        return ~pl.col("publicised")

    @row_rule(
        "FEE-05",
        at="voluntary",
        zh="服务性收费、代收费须自愿（{fee_name}）",
        en="fees for services, or collected for others, are voluntary ({fee_name})",
        hint_zh="请填“是”，或核对类别",
        hint_en="answer 是, or check the kind",
    )
    def not_voluntary(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md FEE-05."""
        return pl.col("fee_kind").is_in(["服务性收费", "代收费"]) & ~pl.col("voluntary")

    @cross_rule(
        "FEE-03",
        at="valid_from",
        zh="同一项目有效期重叠：{fee_name}（{other_code} 自 {other_from} 起有效）",
        en="{fee_name} is in force twice: {other_code} is valid from {other_from}",
        hint_zh="请先填原标准的失效日期",
        hint_en="give the former standard its last day first",
    )
    def in_force_twice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The same name and stage; the one that was there first stays."""
        names = ["_id", "fee_code", "fee_name", "stage", "valid_from", "valid_to"]
        lines = with_others(rows, books, FeeItemCatalogue.id, names, rows.select("fee_name").unique()).with_row_index()
        pairs = lines.join(lines, on="fee_name", suffix="_other").filter(pl.col("index_other") < pl.col("index"))
        stages = [pl.col("stage"), pl.col("stage_other")]
        same_stage = (stages[0] == stages[1]) | pl.any_horizontal(each == _ALL_STAGES for each in stages)
        begins = pl.col("valid_from_other") <= pl.col("valid_to")
        lasts = pl.col("valid_from") <= pl.col("valid_to_other")
        found = pairs.filter(same_stage & begins.fill_null(value=True) & lasts.fill_null(value=True))
        told = found.select(
            "_id", pl.col("fee_code_other").alias("other_code"), pl.col("valid_from_other").alias("other_from")
        )
        return told.unique("_id", keep="first", maintain_order=True).join(rows, on="_id", how="semi")
