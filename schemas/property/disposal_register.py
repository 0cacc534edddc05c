"""资产报废(处置)审批表: what leaves the school for good, and who allowed it."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.disposal_checks import share_of_value, used_months
from schemas.property.disposal_rules import DisposalRules, is_asset
from schemas.register import Register, blank_means


class DisposalRegister(DisposalRules, Register):
    """Disposal: one line of an application to write something off (DOMAIN.md 2.2, register 21).

    An unpaid net income is a fact and holds no row (DSP-03). Depreciation and net value on the day of
    the disposal come from the books. Goods of the stock leave by an issue 报废出库 that names this document.
    """

    title = "资产报废(处置)审批表"
    title_en = "Disposal / write-off"
    number = 21
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    posts = ("assets",)
    period = "every disposal"
    sign = (
        "the using department → general affairs → technical appraisal → the leaders → the superior authority or finance"
    )
    signatures = ("使用部门", "总务处", "技术鉴定人", "校长")
    keywords = ("报废", "处置审批", "资产处置")
    cell_groups = (
        ("asset_no", "item_code", "qty"),
        ("way", "reason"),
        ("decision_no", "approver", "approval_no", "approve_date"),
        ("income", "cost", "remit_no"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    judged_after = ("stocktake_result", "stock_issue", "loan_register", "collective_decision")
    fills = blank_means(
        original_value=lambda _: share_of_value(),
        used_months=lambda _: used_months(),
        min_life_reached=lambda _: used_months() >= pl.col("asset_no.life_months"),
    )
    fill_wants = ("asset_no.original_value", "asset_no.qty", "asset_no.acquire_date", "asset_no.life_months")

    doc_no = d.doc_no("BF", "报废单号", "Disposal no.", also=("处置单号",))
    doc_date = c.day("申请日期", "Application date", required=True, aliases=("日期", "单据日期", "报废日期"))
    line_no = d.line_no()
    asset_no = d.asset_unless_item()
    item_code = d.item_code(hint="低值物品填", hint_en="for consumables")
    qty = c.qty(
        "数量",
        "Quantity",
        required=True,
        positive=True,
        aliases=("报废数量", "处置数量"),
        hint="按基本单位，不超过卡片数量或库存",
        hint_en="in the base unit, no more than the card or the stock has",
    )
    way = c.enum(
        "处置方式",
        "Way",
        ("报废", "报损", "无偿调拨", "出售", "置换", "捐赠"),
        required=True,
        synonyms={"调拨": "无偿调拨", "变卖": "出售", "出让": "出售", "对外捐赠": "捐赠"},
        aliases=("方式", "处置形式"),
    )
    reason = c.enum(
        "处置原因",
        "Reason",
        ("技术淘汰", "无维修价值", "超年限不能用", "盘亏", "毁损灭失", "其他"),
        required=True,
        synonyms={"淘汰": "技术淘汰", "无法维修": "无维修价值", "到年限": "超年限不能用", "毁损": "毁损灭失"},
        aliases=("报废原因", "原因"),
    )
    original_value = c.money("原值", "Original value", system=True)
    accum_depr = c.money("累计折旧", "Accumulated depreciation", system=True)
    net_value = c.money("净值", "Net value", system=True)
    used_months = c.integer("已使用月数", "Months in use", system=True)
    min_life_reached = c.yes_no("达到最低使用年限", "Least life reached", system=True)
    appraisal = c.text(
        "技术鉴定意见",
        "Appraisal",
        200,
        aliases=("鉴定意见", "技术鉴定"),
        hint="未达最低使用年限或原值较大的固定资产，批准前须填",
        hint_en="for assets before their least life or of great value, before they are approved",
    )
    applicant = c.person("申请人", "Applicant", required=True, aliases=("经办人", "报废申请人"))
    decision_no = d.decision_no(
        "集体决策文号",
        required_when=lambda: is_asset() & pl.col("approve_date").is_not_null() & pl.col("dispose_date").is_null(),
        required_hint=("固定资产批准时须填", "for assets, when they are approved"),
        aliases=("决策文号", "会议纪要号"),
        hint="固定资产处置须经集体决策",
        hint_en="assets need a collective decision",
    )
    approver = d.approver(
        hint="固定资产为校长，低值物品为总务主任；不得是申请人",
        hint_en="the principal for assets, the head of general affairs for consumables; not the applicant",
    )
    approval_no = c.text(
        "上级批复文号",
        "Superior's approval",
        60,
        aliases=("批复文号", "批文号"),
        hint="超过学校审批限额的，处置前须填",
        hint_en="beyond the school's own limit, before the asset leaves",
    )
    approve_date = c.day(
        "批复日期", "Approved on", aliases=("批准日期", "审批日期"),
        hint="不早于申请日期", hint_en="not before the application",
    )  # fmt: skip
    income = c.money("处置收入", "Income", aliases=("变卖收入", "残值收入"))
    cost = c.money("处置费用", "Cost", aliases=("清理费用",))
    remit_no = c.text(
        "上缴凭证号",
        "Remittance voucher",
        40,
        aliases=("缴款书号", "非税票据号"),
        hint="处置净收入须上缴财政",
        hint_en="the net income is remitted",
    )
    dispose_date = c.day(
        "实际处置日期",
        "Disposed of on",
        aliases=("处置日期",),
        hint="批准之后才能处置",
        hint_en="only after the approval",
    )
