"""班子集体决策记录: what the leaders of the school decided together."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.parameters import fraction_of
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import count_of, holds_role


class CollectiveDecision(Register):
    """Leadership decision (DOMAIN.md 2.2, register 29).

    Purchases and disposals that refer to a decision are judged by ``schemas.finance.decision_rules``.
    """

    title = "班子集体决策记录"
    title_en = "Leadership decision record"
    number = 29
    group = "C 财务"
    key = ("decision_no",)
    owner = "CW"
    writers = ("ZW",)
    period = "every meeting"
    sign = "the leaders present"
    signatures = ("记录人", "参会班子成员", "校长")
    keywords = ("集体决策", "班子会议", "决策记录")
    cell_groups = (("agree", "oppose", "abstain", "result"),)
    date_column = "meeting_date"

    decision_no = c.code(
        "决策编号",
        "Decision no.",
        r"([A-Z]{2,6}\d{0,2}-)?JC-\d{4}-\d{3}",
        required=True,
        example="JC-2026-001",
        aliases=("集体决策编号", "集体决策文号", "会议编号"),
        hint="如 JC-2026-001",
        hint_en="such as JC-2026-001",
    )
    meeting_date = c.day("会议日期", "Meeting", required=True, aliases=("日期", "开会日期", "决策日期"))
    topic = c.text("议题", "Topic", 100, required=True, aliases=("会议议题", "决策事项"))
    amount = c.money("涉及金额", "Amount", aliases=("金额", "决策金额"), hint="不涉及金额的留空", hint_en="if any")
    attendees = c.reference_list(
        "参会人员",
        "Present",
        "staff_roster.staff_no",
        required=True,
        aliases=("出席人员", "参会班子成员"),
        hint="用、分开",
        hint_en="separated by 、",
    )
    agree = c.integer("同意", "In favour", required=True, minimum=0, aliases=("赞成", "同意票"))
    oppose = c.integer("反对", "Against", required=True, minimum=0, aliases=("不同意", "反对票"))
    abstain = c.integer(
        "弃权",
        "Abstaining",
        required=True,
        minimum=0,
        aliases=("弃权票",),
        hint="三项之和不大于参会人数",
        hint_en="the three together are no more than the people present",
    )
    result = c.enum(
        "结论",
        "Result",
        ("通过", "不通过", "缓议"),
        required=True,
        synonyms={"同意": "通过", "未通过": "不通过", "否决": "不通过", "暂缓": "缓议"},
        aliases=("表决结果", "决议"),
    )
    minutes_ref = c.text("纪要文号", "Minutes", 60, required=True, aliases=("会议纪要", "纪要编号"))

    @row_rule(
        "DEC-01",
        at="result",
        zh="票数不足：同意{agree}票，未过半数",
        en="too few votes: {agree} in favour are not more than half",
        hint_zh="请核对票数和结论",
        hint_en="check votes and result",
    )
    def passed_without_majority(_facts: Facts) -> pl.Expr:
        """More than half of the votes, abstentions counted."""
        return (pl.col("result") == "通过") & (pl.col("agree") * 2 <= _votes())

    @row_rule(
        "DEC-05",
        at="attendees",
        zh="表决人数大于参会人数（{votes}票，{present}人参会）",
        en="more votes than people present ({votes} votes, {present} present)",
        hint_zh="请核对票数和参会人员",
        hint_en="check the votes and who was present",
        show={"votes": lambda _: _votes(), "present": lambda _: count_of("attendees")},
    )
    def more_votes_than_people(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md DEC-05."""
        return _votes() > count_of("attendees")

    @cross_rule(
        "QUORUM",
        "W",
        at="attendees",
        zh="到会班子成员不足：应到{leaders}人，至少{least}人，实到{came}人",
        en="too few leaders present: {came} of {leaders}, at least {least}",
        hint_zh="请核对参会人员；班子成员由管理员在设置中确认",
        hint_en="check who was present; an admin says who belongs to the leaders",
        needs=("staff_roster",),
    )
    def too_few_leaders(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Parameter ``quorum``, of the people with the role PRINCIPAL or LEADER on that day."""
        staff = books.rows("staff_roster").filter(holds_role(pl.col("role_codes"), "PRINCIPAL", "LEADER"))
        leaders = staff.select("staff_no", "on_date", "off_date")
        part = fraction_of("quorum", books.facts.parameters)
        day = pl.col("meeting_date")
        there = (pl.col("on_date") <= day) & (pl.col("off_date").is_null() | (pl.col("off_date") >= day))
        came = pl.col("staff_no").is_in(pl.col("attendees").str.split("、"))
        told = rows.select("_id", "meeting_date", "attendees").join(leaders, how="cross").filter(there)
        counts = told.group_by("_id", maintain_order=True).agg(
            pl.len().cast(pl.Int64).alias("leaders"), came.sum().cast(pl.Int64).alias("came")
        )
        least = (pl.col("leaders") * part.numerator + part.denominator - 1) // part.denominator
        return counts.with_columns(least.alias("least")).filter(pl.col("came") < pl.col("least"))


def _votes() -> pl.Expr:
    return pl.col("agree") + pl.col("oppose") + pl.col("abstain")
