"""损坏遗失赔偿登记表: what was broken or lost, why, and what is paid for it."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.compensation_rules import CompensationRules, has_to_pay
from schemas.register import Register, blank_means

_STATUS = (
    pl.when(pl.col("liable").is_null()).then(pl.lit("待查"))
    .when(~pl.col("liable")).then(pl.lit("免赔"))
    .when(pl.col("paid") >= pl.col("amount")).then(pl.lit("已赔"))
    .when(pl.col("paid") > 0).then(pl.lit("部分"))
    .otherwise(pl.lit("待赔"))
)  # fmt: skip
_DECIDED = ("填了是否赔偿的须填", "once it is decided who pays")
_PAYING = ("须赔偿时填", "when somebody pays")


class CompensationRegister(CompensationRules, Register):
    """Compensation: one event of damage or loss (DOMAIN.md 2.2, register 22).

    A blank ratio of damage done on purpose means 100 %.
    """

    title = "损坏遗失赔偿登记表"
    title_en = "Damage/loss compensation"
    number = 22
    group = "B 财产"
    key = ("doc_no",)
    owner = "ZW"
    writers = ("TS",)
    period = "every event"
    sign = "the keeper establishes the cause → the head of general affairs → the principal; the payer signs"
    signatures = ("保管员", "总务主任", "校长", "赔偿人")
    keywords = ("赔偿", "损坏遗失")
    cell_groups = (
        ("asset_no", "item_code", "qty"),
        ("person_kind", "responsible"),
        ("cause", "cause_note", "liable", "basis", "base_amount", "ratio", "amount", "approver"),
        ("paid", "receipt_no"),
    )
    date_column = "event_date"
    document_column = "doc_no"
    fills = blank_means(
        ratio=lambda _: pl.when(pl.col("liable") & (pl.col("cause") == "故意损坏")).then(pl.lit(Decimal("100.00"))),
        status=lambda _: _STATUS,
    )

    doc_no = d.doc_no("PC", "赔偿单号", "Compensation no.")
    event_date = c.day("发生日期", "Date", required=True, aliases=("日期", "事发日期", "登记日期"))
    asset_no = d.asset_no(hint="资产编号和物品编码最多填一个", hint_en="either this or the item, or neither")
    item_code = d.item_code()
    qty = c.qty("数量", "Quantity", required=True, positive=True, aliases=("损坏数量", "遗失数量"))
    person_kind = c.enum(
        "责任人类别",
        "Kind of person",
        ("教职工", "学生", "班级", "外来人员", "无责任人"),
        required=True,
        synonyms={"教师": "教职工", "职工": "教职工", "幼儿": "学生", "校外人员": "外来人员", "无": "无责任人"},
        aliases=("责任类别",),
    )
    responsible = c.text(
        "责任人",
        "Responsible",
        40,
        aliases=("责任人姓名", "赔偿人"),
        hint="教职工填姓名或工号，学生填姓名或学号",
        hint_en="name or number of the person",
    )
    cause = c.enum(
        "原因",
        "Cause",
        ("故意损坏", "过失损坏", "遗失", "自然损耗", "不可抗力"),
        synonyms={"故意": "故意损坏", "过失": "过失损坏", "丢失": "遗失", "损耗": "自然损耗"},
        required_when=lambda: pl.col("liable").is_not_null(),
        required_hint=_DECIDED,
        aliases=("损坏原因", "赔偿原因"),
        hint="查清后填写",
        hint_en="once it is established",
    )
    cause_note = c.text(
        "原因说明",
        "Explanation",
        200,
        required_when=lambda: pl.col("cause").is_not_null(),
        required_hint=("填了原因的须说明", "with the cause"),
        aliases=("情况说明",),
    )
    liable = c.yes_no(
        "是否赔偿",
        "To be paid",
        required_when=lambda: pl.col("cause").is_not_null(),
        required_hint=("填了原因的须填", "with the cause"),
        hint="只有故意损坏、过失损坏、遗失可填是",
        hint_en="是 only for damage by a person, or loss",
    )
    basis = c.enum(
        "计价依据",
        "Basis",
        ("原价", "净值", "重置价", "维修费"),
        synonyms={"购置价": "原价", "原值": "原价", "修理费": "维修费", "重置价值": "重置价"},
        required_when=has_to_pay,
        required_hint=_PAYING,
        hint="遗失按净值，但不低于重置价的规定比例；能修的按维修费",
        hint_en="a loss at net value, at least a part of the price of a new one; repairs at their cost",
    )
    base_amount = c.money(
        "基准金额", "Base amount", required_when=has_to_pay, required_hint=_PAYING, aliases=("基准金额(元)",)
    )
    ratio = c.pct(
        "赔偿比例(%)",
        "Ratio (%)",
        minimum=0,
        maximum=100,
        required_when=has_to_pay,
        required_hint=_PAYING,
        aliases=("赔偿比例", "比例"),
        hint="0至100；故意损坏留空为100",
        hint_en="0 to 100; blank for damage done on purpose: 100",
    )
    amount = c.money(
        "应赔金额",
        "Amount due",
        required_when=has_to_pay,
        required_hint=_PAYING,
        formula='=IF(OR([base_amount]="",[ratio]=""),"",ROUND([base_amount]*[ratio]/100,2))',
        aliases=("赔偿金额", "应赔金额(元)"),
        hint="基准金额×比例，四舍五入到分",
        hint_en="base amount × ratio, rounded to the cent",
    )
    paid = c.money("已赔金额", "Paid", fill=0, aliases=("实赔金额", "已付金额"), hint="留空为0", hint_en="blank: 0")
    receipt_no = c.code(
        "收据号",
        "Receipt no.",
        required_when=lambda: pl.col("paid") > 0,
        required_hint=("已赔款的须填", "when something was paid"),
        aliases=("收据编号", "票据号"),
    )
    appraisal_ref = c.text(
        "考核评价记录",
        "Record in the appraisal",
        80,
        required_when=lambda: has_to_pay() & pl.col("person_kind").is_in(["教职工", "班级"]),
        required_hint=("教职工、班级须赔偿时填", "when staff or a class pays"),
        aliases=("考核记录",),
    )
    approver = d.approver(
        required_when=lambda: pl.col("liable").is_not_null(),
        required_hint=_DECIDED,
        hint="不得是责任人",
        hint_en="not the responsible person",
    )
    status = c.enum("状态", "Status", ("待查", "待赔", "部分", "已赔", "免赔"), system=True)
