"""盘点表: what was counted where, line by line, with three signatures."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.sheet_rules import SheetRules
from schemas.register import Register, blank_means


class StocktakeSheet(SheetRules, Register):
    """Count sheet: one line per thing and room (DOMAIN.md 2.2, register 19).

    Counts are in the base unit of the item. What the books say, and the difference, depend on
    documents that may still come: they belong to the books and are not stored with the line.
    """

    title = "盘点表"
    title_en = "Count sheet"
    number = 19
    group = "B 财产"
    key = ("plan_no", "sheet_no", "line_no")
    owner = "ZW"
    writers = ("*",)
    period = "every plan"
    sign = "counter + witness + keeper"
    signatures = ("盘点人", "监盘人", "保管员", "部门负责人")
    keywords = ("盘点表", "盘存表", "实盘")
    cell_groups = (
        ("room", "asset_no", "item_code", "name_spec", "unit", "count1", "count2", "counted_at", "condition"),
        ("counter", "observer", "keeper"),
    )
    date_column = "counted_at"
    month_in_title = False
    document_column = "sheet_no"
    line_column = "line_no"
    judged_after = ("stocktake_plan", "loan_register")
    fills = blank_means(final_qty=lambda _: pl.coalesce("count2", "count1"))

    plan_no = c.document(
        "盘点计划号", "Plan no.", "stocktake_plan.plan_no", required=True, aliases=("计划号", "盘点计划编号")
    )
    sheet_no = c.code(
        "表号",
        "Sheet no.",
        required=True,
        example="01",
        aliases=("盘点表号", "盘点表编号", "页号"),
        hint="每个计划从01起连续编号，作废的也占号",
        hint_en="numbered from 01 in each plan, spoilt sheets included",
    )
    line_no = c.integer("序号", "Line", required=True, minimum=1, aliases=("行号", "项次", "行"))
    room = c.room("地点", "Room", required=True, aliases=("存放地点", "仓库", "房间", "盘点地点"))
    asset_no = d.asset_no(
        inactive_allowed=True,
        hint="固定资产填；资产编号和物品编码只填一个",
        hint_en="for assets; either this or the item",
    )
    item_code = d.item_code(
        aliases=("物料编码", "物品编号", "编号", "编码"),
        hint="库存物品填；账外又无编码的两栏都留空",
        hint_en="for goods in stock; leave both blank for a found thing without a code",
    )
    name_spec = c.text(
        "名称规格", "Name and specification", required=True, aliases=("名称", "品名", "品名规格", "物品名称")
    )
    unit = d.unit(hint="物品的基本单位", hint_en="the base unit of the item")
    book_qty = c.qty("账面数量", "Book quantity", system=True, aliases=("账面数", "账存数量", "账存数"))
    count1 = c.qty(
        "初盘数量",
        "First count",
        required=True,
        unit="unit",
        empty_code="CNT-01",
        aliases=("初盘", "初盘数", "盘点数量", "盘点数"),
        hint="没有实物填0，不能留空",
        hint_en="0 where there is nothing, never blank",
    )
    count2 = c.qty(
        "复盘数量",
        "Second count",
        unit="unit",
        aliases=("复盘", "复盘数"),
        hint="初盘与账面差异超限时须填",
        hint_en="when the first count differs by more than is allowed",
    )
    final_qty = c.qty("实盘数量", "Counted", system=True, aliases=("实盘数", "实存数量"))
    counted_at = c.moment(
        "盘点时间",
        "Counted at",
        required=True,
        aliases=("盘点日期", "清点时间"),
        hint="在盘点计划的开始和结束之间",
        hint_en="between beginning and end of the plan",
    )
    moved_in_after = c.qty("基准后收入", "Received after the cut-off", system=True)
    moved_out_after = c.qty("基准后发出", "Issued after the cut-off", system=True)
    qty_at_cutoff = c.qty("基准日实存", "At the cut-off", system=True, negative=True)
    diff_qty = c.qty("盈亏数量", "Difference", system=True, negative=True, aliases=("盈亏", "差异数量", "盈亏数"))
    condition = c.enum(
        "使用状况",
        "Condition",
        ("在用完好", "待修", "闲置", "待报废", "损坏", "借出", "不在现场"),
        required=True,
        synonyms={"完好": "在用完好", "在用": "在用完好", "正常": "在用完好", "良好": "在用完好", "未使用": "闲置"}
        | {"报废": "待报废", "坏": "损坏", "外借": "借出", "未找到": "不在现场", "缺失": "不在现场"},
        aliases=("状况", "资产状况", "使用状态"),
    )
    counter = c.person("盘点人", "Counter", required=True, aliases=("盘点", "初盘人"))
    observer = c.person(
        "监盘人",
        "Observer",
        required=True,
        aliases=("监盘", "监督人"),
        hint="不得是盘点人",
        hint_en="not the counter",
    )
    keeper = c.person("保管员", "Keeper", required=True, aliases=("保管人", "仓管员", "库管员"))
