"""收费登记簿(收据): every fee that was collected, by its receipt."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.finance.collection_rules import CollectionRules
from schemas.finance.fee_columns import CATALOGUE, REFUND, fee_code
from schemas.register import Register


class FeeCollection(CollectionRules, Register):
    """Fees collected: one line of a receipt (DOMAIN.md 2.2, register 39)."""

    title = "收费登记簿(收据)"
    title_en = "Fee collection"
    number = 39
    group = "C 财务"
    key = ("receipt_no", "line_no")
    owner = "CW"
    writers = ("ST",)
    posts = ("fees",)
    period = "each collection; at the start of a semester"
    sign = "who collects and the cashier; the accountant checks the total of the day"
    signatures = ("经办人", "出纳", "会计")
    keywords = ("收费登记", "收费明细", "收据")
    cell_groups = (("student_no", "payer"), ("fee_code", "periods", "amount", "exempt"))
    date_column = "date"
    document_column = "receipt_no"
    line_column = "line_no"
    judged_after = (CATALOGUE, REFUND, "cash_journal")

    receipt_no = c.code(
        "收据号",
        "Receipt no.",
        r"(?:([A-Z]{2,6}\d{0,2}-)?SJ-\d{6}-\d{4}|\d{8,20})",
        required=True,
        example="SJ-202611-0001",
        aliases=("收据编号", "票据号", "单号"),
        hint="如 SJ-202611-0001，或财政电子票据号",
        hint_en="such as SJ-202611-0001, or the number of a fiscal receipt",
    )
    date = c.day("收款日期", "Date", required=True, aliases=("日期", "收费日期"))
    line_no = d.line_no()
    student_no = c.reference(
        "学号",
        "Student",
        "student_roster.student_no",
        required_when=lambda: pl.col("payer").is_null(),
        required_hint=("未填交款人时须填", "unless a payer is named"),
        aliases=("学生", "学生学号"),
    )
    payer = c.text("交款人", "Payer", 40, aliases=("缴费人", "付款人"), hint="不是学生时填", hint_en="if not a student")
    fee_code = fee_code()
    periods = c.qty(
        "计费数量(月/天/次)",
        "Units charged",
        required=True,
        positive=True,
        aliases=("计费数量", "月数", "天数", "数量"),
    )
    amount = c.money(
        "金额",
        "Amount",
        required=True,
        aliases=("收费金额", "实收金额", "金额(元)"),
        hint="标准×计费数量－减免金额",
        hint_en="standard × units − reduction",
    )
    exempt = c.money("减免金额", "Reduction", fill=0, aliases=("减免",), hint="留空为0", hint_en="blank: 0")
    exempt_ref = c.text(
        "减免依据",
        "Basis of the reduction",
        60,
        required_when=lambda: pl.col("exempt") > 0,
        required_hint=("有减免时须填", "where there is a reduction"),
        aliases=("减免文号",),
    )
    pay_way = c.enum(
        "收款方式",
        "Way of payment",
        ("现金", "银行转账", "微信", "支付宝", "POS", "一卡通充值"),
        required=True,
        synonyms={"转账": "银行转账", "刷卡": "POS", "一卡通": "一卡通充值", "微信支付": "微信"},
        aliases=("付款方式", "缴费方式"),
    )
    semester = c.semester("学期", "Semester", required=True)
    fee_month = c.month("所属月份", "Month of the fee", aliases=("费用月份", "月份"), hint="按月、按天收费的须填",
                        hint_en="for fees per month or day")  # fmt: skip
    cashier = c.person("收款人", "Collected by", required=True, aliases=("经办人", "收费人", "出纳"))
    remitted = c.yes_no("已上缴", "Remitted", system=True)
