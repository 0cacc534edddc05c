"""盘盈盘亏处理表: why a count differs from the books, what is done about it, and who approved."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.count_book import LEVELS
from schemas.property.result_rules import ResultRules, under_approval
from schemas.register import Register, blank_means

_STATUS = (
    pl.when(pl.col("adj_doc").is_not_null()).then(pl.lit("已调账"))
    .when(pl.col("approver").is_not_null() & pl.col("approve_date").is_not_null()).then(pl.lit("已批"))
    .when(pl.col("suggestion") == "继续查找").then(pl.lit("挂账"))
    .when(pl.col("reason").is_null()).then(pl.lit("待说明"))
    .otherwise(pl.lit("待审批"))
)  # fmt: skip
_LEVEL = (
    pl.when(pl.col("asset_no").is_not_null()).then(pl.lit("主管部门"))
    .when(pl.col("item_code").is_not_null()).then(pl.lit("校长"))
)  # fmt: skip


class StocktakeResult(ResultRules, Register):
    """Stocktake result: one row per line of a count sheet that differs (DOMAIN.md 2.2, register 20).

    People explain, propose and approve; difference, value and adjustment come from the books. An
    approved difference of stock is posted by the adjustment document that the program writes.
    """

    title = "盘盈盘亏处理表"
    title_en = "Stocktake variance & resolution"
    number = 20
    group = "B 财产"
    key = ("plan_no", "sheet_no", "line_no")
    owner = "ZW"
    writers = ("CW",)
    posts = ("stock",)
    period = "every plan; resolved before the following month is closed"
    sign = (
        "the keeper explains → the head of general affairs reviews → finance → the "
        "principal or the leaders → (fixed assets) the superior authority"
    )
    signatures = ("保管员", "总务主任", "财务", "校长")
    keywords = ("盘盈盘亏", "盈亏处理", "盘点差异")
    cell_groups = (
        ("asset_no", "item_code"),
        ("reason", "reason_note", "responsible", "suggestion"),
        ("approve_level", "approver", "approve_date", "batch_approval"),
    )
    date_column = "approve_date"
    document_column = "sheet_no"
    line_column = "line_no"
    judged_after = ("stocktake_sheet",)
    fills = blank_means(
        approve_level=lambda _: _LEVEL,
        status=lambda _: _STATUS,
    )

    plan_no = c.document(
        "盘点计划号", "Plan no.", "stocktake_plan.plan_no", required=True, aliases=("计划号", "盘点计划编号")
    )
    sheet_no = c.code(
        "表号", "Sheet no.", required=True, example="01", aliases=("盘点表号", "盘点表编号"),
        hint="盘点表的表号", hint_en="as on the count sheet",
    )  # fmt: skip
    line_no = d.line_no("序号", aliases=("行号", "项次", "行"), hint="盘点表的序号", hint_en="line of the count sheet")
    room = c.room("地点", "Room", system=True, aliases=("存放地点", "仓库"))
    asset_no = d.asset_no()
    item_code = d.item_code()
    diff_kind = c.enum(
        "盈亏类型",
        "Kind of difference",
        ("盘盈", "盘亏", "毁损", "账实相符", "串号", "地点不符", "状况不符"),
        system=True,
    )
    diff_qty = c.qty("盈亏数量", "Difference", system=True, negative=True)
    unit_value = c.price(
        "单位价值",
        "Unit value",
        aliases=("单价",),
        hint="留空由系统计价；账外盘盈填市场价",
        hint_en="blank: valued by the books; the market price for a surplus that was never booked",
    )
    diff_amount = c.money("盈亏金额", "Amount of the difference", system=True, negative=True)
    reason = c.enum(
        "原因",
        "Reason",
        (
            *("记账差错", "漏记单据", "计量差错", "自然损耗", "保管不善", "被盗", "借出未登记", "串号", "原因待查"),
            "其他",
        ),
        synonyms={"记错账": "记账差错", "漏记": "漏记单据", "损耗": "自然损耗", "失窃": "被盗", "待查": "原因待查"},
        required_when=under_approval,
        required_hint=("批准之前须填", "before it is approved"),
        aliases=("盈亏原因", "差异原因"),
    )
    reason_note = c.text(
        "原因说明",
        "Explanation",
        200,
        required_when=under_approval,
        required_hint=("批准之前须填", "before it is approved"),
        aliases=("说明原因", "情况说明"),
        hint="至少5个字",
        hint_en="5 characters or more",
    )
    responsible = c.person(
        "责任人",
        "Responsible",
        inactive_allowed=True,
        required_when=lambda: pl.col("reason") == "保管不善",
        required_hint=("原因为保管不善时须填", "when the keeping was at fault"),
    )
    suggestion = c.enum(
        "处理建议",
        "Proposal",
        ("调账", "赔偿", "报损", "继续查找", "补单", "串号对冲"),
        synonyms={"调整账面": "调账", "补记": "补单", "补录单据": "补单", "查找": "继续查找"},
        required_when=under_approval,
        required_hint=("批准之前须填", "before it is approved"),
        aliases=("处理意见", "建议"),
    )
    approve_level = c.enum(
        "审批层级",
        "Level of approval",
        LEVELS,
        synonyms={"园长": "校长", "班子": "领导班子", "上级主管部门": "主管部门", "教育局": "主管部门"},
        hint="留空：库存物品为校长，固定资产为主管部门",
        hint_en="blank: the principal for stock, the superior authority for assets",
    )
    approver = d.approver(hint="不得是保管员或盘点人", hint_en="neither keeper nor counter")
    approve_date = c.day("批准日期", "Approved on", aliases=("审批日期",))
    batch_approval = c.text(
        "批复文号",
        "Number of the approval",
        60,
        required_when=lambda: (pl.col("approve_level") == "主管部门") & pl.col("approve_date").is_not_null(),
        required_hint=("经主管部门批准的须填", "when the superior authority approved it"),
        aliases=("批文号", "上级批复文号"),
    )
    adj_doc = c.code("调整单号", "Adjustment", system=True)
    status = c.enum("状态", "Status", ("待说明", "待审批", "已批", "已调账", "挂账"), system=True)
