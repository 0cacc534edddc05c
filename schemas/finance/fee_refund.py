"""退费登记簿: what was paid back of fees."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.exact import QTY_PLACES, decimal
from schemas.finance.fee_columns import CATALOGUE, COLLECTION, DAILY, REFUND, charge, fee_code, with_standard
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import beyond_limit, claims_of, summed, with_used

_OF = [pl.col(name) for name in ("receipt_no", "fee_code", "student_no")]
_NAMES = [each.meta.output_name() for each in _OF]
_AMOUNT = pl.col("amount").cast(decimal(QTY_PLACES))


class FeeRefund(Register):
    """Refund: one payment back of one fee (DOMAIN.md 2.2, register 40)."""

    title = "退费登记簿"
    title_en = "Fee refund"
    number = 40
    group = "C 财务"
    key = ("refund_no",)
    owner = "CW"
    writers = ("ST",)
    posts = ("fees",)
    period = "each refund; settlement at the end of a semester"
    sign = "class teacher or parent → accountant → principal"
    signatures = ("经办人", "会计", "校长")
    keywords = ("退费",)
    cell_groups = (("receipt_no", "fee_code", "student_no", "unused_units", "amount"),)
    date_column = "date"
    document_column = "refund_no"
    judged_after = (CATALOGUE, COLLECTION)

    refund_no = d.doc_no("TF", "退费单号", "Refund no.")
    date = c.day("日期", "Date", required=True, aliases=("退费日期",))
    student_no = c.reference(
        "学号",
        "Student",
        "student_roster.student_no",
        required=True,
        inactive_allowed=True,
        aliases=("学生", "学生学号"),
    )
    receipt_no = c.document(
        "原收据号", "Receipt no.", "fee_collection.receipt_no", required=True, aliases=("收据号", "原票据号")
    )
    fee_code = fee_code(hint="与原收据相同", hint_en="as on the receipt")
    reason = c.enum(
        "原因",
        "Reason",
        ("退(转)学", "请假", "多收", "清算结余", "停课", "其他"),
        required=True,
        synonyms={"退学": "退(转)学", "转学": "退(转)学", "病假": "请假", "结余": "清算结余"},
        aliases=("退费原因",),
    )
    unused_units = c.qty(
        "未享受数量(天/月)",
        "Units not used",
        aliases=("未享受数量", "请假天数", "退费天数"),
        hint="按天收费的须填",
        hint_en="for fees per day",
    )
    amount = c.money("退费金额", "Amount", required=True, positive=True, aliases=("金额", "退费金额(元)"))
    payee = c.text("收款人", "Paid to", 30, required=True, aliases=("领款人", "退费领取人"))
    pay_way = c.enum(
        "付款方式",
        "Way of payment",
        ("现金", "银行转账", "原路退回"),
        required=True,
        synonyms={"转账": "银行转账", "原路返回": "原路退回"},
        aliases=("退费方式",),
    )
    approver = d.approver(required=True)

    @row_rule(
        "REF-04",
        "W",
        at="unused_units",
        zh="按规定连续请假不足{days}天不退（请假 {unused_units}）",
        en="leave of less than {days} days is not refunded ({unused_units})",
        hint_zh="请核对请假天数",
        hint_en="check the days of leave",
        wants=("student_no.stage",),
        show={"days": lambda facts: pl.lit(facts.number("refund_min_leave_days"))},
    )
    def leave_too_short(facts: Facts) -> pl.Expr:
        """Kindergartens only, from day ``refund_min_leave_days`` on; 0 refunds every day."""
        on_leave = (pl.col("student_no.stage") == "幼儿园") & (pl.col("reason") == "请假")
        return on_leave & (pl.col("unused_units") < pl.lit(facts.number("refund_min_leave_days")))

    @cross_rule(
        "REF-01",
        at="amount",
        zh="退费超过原收费：{receipt_no} 已收 {collected}，已退 {refunded}，本次 {amount}",
        en="more than was collected: {receipt_no} has {collected}, {refunded} was refunded, now {amount}",
        hint_zh="请核对原收据号、收费项目、学号和金额",
        hint_en="check receipt, fee, student and amount",
        needs=(COLLECTION,),
    )
    def more_than_collected(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-20. By receipt, fee and student; a receipt that is not there has collected nothing."""
        claims = claims_of(rows, books, REFUND, _OF, _AMOUNT)
        among = rows.select("receipt_no").drop_nulls().unique()
        collected = summed(books.rows(COLLECTION, among), _OF, _AMOUNT, "limit")
        asked = claims.select(_NAMES).unique(maintain_order=True)
        limits = asked.join(collected, on=_NAMES, how="left", maintain_order="left")
        told = beyond_limit(claims, with_used(limits, books.others(REFUND, rows, among), _OF, _AMOUNT), _NAMES)
        money = [
            pl.col("limit").cast(decimal(2)).alias("collected"),
            (pl.col("limit") - pl.col("left")).cast(decimal(2)).alias("refunded"),
        ]
        return told.select("_id", *money)

    @cross_rule(
        "REF-02",
        at="date",
        zh="退费早于收费：原收据 {receipt_no} 的日期为 {collected_on}",
        en="the refund is earlier than its receipt, {receipt_no} of {collected_on}",
        hint_zh="请核对日期和原收据号",
        hint_en="check the day and the receipt",
        needs=(COLLECTION,),
    )
    def before_the_receipt(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-20."""
        early = _with_receipt_day(rows, books).filter(pl.col("date") < pl.col("collected_on"))
        return early.select("_id", "collected_on")

    @cross_rule(
        "REQ-EMPTY",
        at="unused_units",
        zh="未享受数量必填（按天收费：{fee_code}）",
        en="the units not used are required ({fee_code} is charged by the day)",
        hint_zh="请填写未享受的天数",
        hint_en="fill in the days",
        needs=(CATALOGUE, COLLECTION),
    )
    def days_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.2, fee_refund.unused_units."""
        return _by_the_day(rows, books).filter(pl.col("unused_units").is_null()).select("_id")

    @cross_rule(
        "REF-03",
        at="amount",
        zh="退费金额计算不符：{unused_units}天×{standard}，应为 {due}",
        en="the amount is not {unused_units} days × {standard} = {due}",
        hint_zh="请核对天数和金额",
        hint_en="check days and amount",
        needs=(CATALOGUE, COLLECTION),
    )
    def not_days_times_standard(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """By the standard on the day of the receipt."""
        told = _by_the_day(rows, books).with_columns(charge("unused_units").alias("due"))
        return told.filter(pl.col("amount") != pl.col("due")).select("_id", "standard", "due")


def _with_receipt_day(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    receipts = books.rows(COLLECTION, rows.select("receipt_no").drop_nulls().unique())
    days = receipts.group_by("receipt_no").agg(pl.col("date").min().alias("collected_on"))
    return rows.join(days, on="receipt_no", how="left", maintain_order="left")


def _by_the_day(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    day = pl.coalesce("collected_on", "date").alias("collected_on")
    dated = _with_receipt_day(rows, books).with_columns(day)
    return with_standard(dated, books, "collected_on").filter(pl.col("unit") == DAILY)
