"""The rules of fees collected: by an approved standard, once, by one receipt, and all of it in the cash journal."""

from __future__ import annotations

import polars as pl

from schemas.finance.fee_columns import CATALOGUE, COLLECTION, DAILY, MONTHLY, REFUND, charge, month_of, with_standard
from schemas.finance.numbering import after_gap
from schemas.rules import Books, Effect, cross_rule
from schemas.rules_shared import repeated, with_others

_CASH_FEES = "收费收入"
_PAID_BY = ["receipt_no", "fee_code", "student_no"]
_PAYER = pl.coalesce("student_no", "payer").fill_null("")


def _expected() -> pl.Expr:
    return charge("periods") - pl.col("exempt").fill_null(0)


class CollectionRules:
    """Rules between ``FeeCollection`` and other registers, and between its rows."""

    @cross_rule(
        "COL-01",
        at="fee_code",
        zh="未批准的收费项目：{fee_code} 在 {date} 不在有效的收费目录中",
        en="{fee_code} is no approved fee on {date}",
        hint_zh="请核对收费项目，或在收费目录登记批准文号和有效期",
        hint_en="check the fee, or enter its approval and validity in the catalogue",
        needs=(CATALOGUE,),
    )
    def not_approved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-19."""
        return with_standard(rows, books).filter(pl.col("standard").is_null()).select("_id")

    @cross_rule(
        "REQ-EMPTY",
        at="fee_month",
        zh="所属月份必填（按月、按天收费：{unit}）",
        en="the month of the fee is required (a fee per month or day: {unit})",
        hint_zh="请填写费用所属的月份",
        hint_en="fill in the month that it is for",
        needs=(CATALOGUE,),
    )
    def month_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.2, fee_collection.fee_month."""
        lacking = with_standard(rows.filter(pl.col("fee_month").is_null()), books)
        return lacking.filter(pl.col("unit").is_in([DAILY, MONTHLY])).select("_id", "unit")

    @cross_rule(
        "NUM-RANGE",
        at="exempt",
        zh="减免金额 {exempt} 超过应收 {due}",
        en="the reduction of {exempt} is more than the fee of {due}",
        hint_zh="请核对减免金额",
        hint_en="check the reduction",
        needs=(CATALOGUE,),
    )
    def reduced_by_more_than_the_fee(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.2, fee_collection.exempt."""
        due = with_standard(rows, books).with_columns(charge("periods").alias("due"))
        return due.filter(pl.col("exempt") > pl.col("due")).select("_id", "due")

    @cross_rule(
        "COL-02",
        at="amount",
        zh="超标准收费：{amount}，按标准应收 {expected}（{standard}×{periods}，减免后）",
        en="{amount} is more than the standard allows: {expected} ({standard} × {periods}, reduced)",
        hint_zh="请核对金额；不得擅自提高收费标准",
        hint_en="check the amount; a standard is not raised on one's own",
        needs=(CATALOGUE,),
    )
    def above_the_standard(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers X-19."""
        told = with_standard(rows, books).with_columns(_expected().alias("expected"))
        return told.filter(pl.col("amount") > pl.col("expected")).select("_id", "expected", "standard")

    @cross_rule(
        "COL-03",
        "W",
        at="amount",
        zh="少收未说明：{amount}，按标准应收 {expected}",
        en="{amount} is less than the standard of {expected}, and nothing says why",
        hint_zh="请填减免金额和减免依据，或补收",
        hint_en="enter the reduction and its basis, or collect the rest",
        needs=(CATALOGUE,),
    )
    def below_the_standard(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md COL-03."""
        told = with_standard(rows, books).with_columns(_expected().alias("expected"))
        return told.filter(pl.col("amount") < pl.col("expected")).select("_id", "expected")

    @cross_rule(
        "COL-04",
        at="fee_code",
        zh="重复收费：{holder} 已收同一学生、同一学期（月份）的此项收费",
        en="collected twice: {holder} has this fee of the same student and time already",
        hint_zh="请核对；多收的先办理退费",
        hint_en="check; what was too much is refunded first",
    )
    def collected_twice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A fee that was refunded in full may be collected again."""
        others = books.others(COLLECTION, rows, rows.select("student_no", "fee_code").drop_nulls().unique())
        once = ["student_no", "fee_code", "semester", "_month"]
        both = [_not_refunded(frame, books).with_columns(pl.col("fee_month").fill_null("").alias("_month"))
                for frame in (rows, others)]  # fmt: skip
        return repeated(both[0], both[1], once)

    @cross_rule(
        "COL-05",
        at="receipt_no",
        zh="收据重号：{receipt_no} 已用于 {other_payer}（{other_date}）",
        en="receipt {receipt_no} is that of {other_payer}, {other_date}",
        hint_zh="一张收据只对应一个交款人和一个日期",
        hint_en="one receipt, one payer, one day",
    )
    def receipt_of_another(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The line that was there first stays."""
        names: list[str | pl.Expr] = ["_id", "receipt_no", "date", _PAYER.alias("by")]
        lines = with_others(rows, books, COLLECTION, names, rows.select("receipt_no").unique())
        first = lines.with_columns(
            pl.col("by").first().over("receipt_no").alias("other_payer"),
            pl.col("date").first().over("receipt_no").alias("other_date"),
        )
        differs = (pl.col("by") != pl.col("other_payer")) | (pl.col("date") != pl.col("other_date"))
        return first.filter(differs).join(rows, on="_id", how="semi").select("_id", "other_payer", "other_date")

    @cross_rule(
        "COL-06",
        "W",
        at="receipt_no",
        zh="现金收费未当日入账：{date} 的现金日记账没有收费收入",
        en="cash that is not in the journal: there are no fees in it on {date}",
        hint_zh="请出纳登记现金日记账",
        hint_en="have the cashier enter it",
        needs=("cash_journal",),
        effect=Effect.COMPLETENESS,
    )
    def not_in_the_journal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the day is over."""
        cash = rows.filter((pl.col("pay_way") == "现金") & (pl.col("date") < books.facts.today))
        return cash.join(_journal_days(rows, books), on="date", how="anti", maintain_order="left").select("_id")

    @cross_rule(
        "X-22",
        "W",
        at="amount",
        zh="现金收费与日记账不符：{date} 收据共 {collected}，现金日记账收费收入 {journal}",
        en="cash receipts of {date} come to {collected}, the journal has {journal}",
        hint_zh="请核对收据和现金日记账",
        hint_en="check the receipts and the journal",
        needs=("cash_journal",),
        effect=Effect.AGREEMENT,
    )
    def cash_differs_from_the_journal(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told at the last cash receipt of a day; a day without fees in the journal has COL-06."""
        cash = books.rows(COLLECTION, rows.select("date").unique()).filter(pl.col("pay_way") == "现金")
        days = (
            cash.sort("receipt_no", "line_no")
            .group_by("date", maintain_order=True)
            .agg(pl.col("_id").last(), pl.col("amount").sum().alias("collected"))
        )
        both = days.join(_journal_days(rows, books), on="date", how="inner", maintain_order="left")
        differs = both.filter(pl.col("collected") != pl.col("journal"))
        return differs.join(rows, on="_id", how="semi").select("_id", "collected", "journal")

    @cross_rule(
        "COL-07",
        "W",
        at="receipt_no",
        zh="收据断号：{no}",
        en="receipt numbers are missing before this one: {no}",
        hint_zh="请补登；作废的收据保留原行，备注写“作废”",
        hint_en="add them; a void receipt stays with 作废 in its remark",
        effect=Effect.COMPLETENESS,
    )
    def numbers_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Own receipts, told when their month is over, so that it can be closed; withdrawn numbers are used."""
        over = rows.filter(pl.col("date") < books.facts.today.replace(day=1)).unique("receipt_no", maintain_order=True)
        numbers = [_numbers_of(frame) for frame in (over, books.numbered(COLLECTION))]
        return after_gap(numbers[0], numbers[1], ["_series"], "_number")

    @cross_rule(
        "X-21",
        "W",
        at="amount",
        zh="应缴未缴：{fee_code} {month} 净收 {due}，没有上缴登记",
        en="{fee_code} of {month}: {due} was collected, and no remittance is registered",
        hint_zh="请上缴并登记；未缴的在上缴登记中填期末未缴余额",
        hint_en="remit and register it, or declare what is still on hand",
        needs=(REFUND, "fee_remittance"),
        effect=Effect.AGREEMENT,
    )
    def nothing_remitted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told at the last line of a fee and month that is over; where something was remitted RMT-01 compares."""
        fees = rows.select("fee_code").unique()
        remitted = books.rows("fee_remittance", fees).select("fee_code", pl.col("period").alias("month"))
        due = net_collected(fees, books).join(remitted, on=["fee_code", "month"], how="anti")
        over = due.filter((pl.col("due") > 0) & (pl.col("month") < pl.lit(books.facts.today.strftime("%Y-%m"))))
        told = rows.with_columns(month_of("date").alias("month"))
        return told.join(over, on="_id", how="inner").select("_id", "month", "due")


def _journal_days(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    lines = books.rows("cash_journal", rows.select("date").unique()).filter(pl.col("kind") == _CASH_FEES)
    return lines.group_by("date").agg(pl.col("income").fill_null(0).sum().alias("journal"))


def _not_refunded(frame: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows of which something is left after refunds."""
    refunds = books.rows(REFUND, frame.select("receipt_no").unique())
    back = refunds.group_by(_PAID_BY).agg(pl.col("amount").sum().alias("_back"))
    left = frame.join(back, on=_PAID_BY, how="left", maintain_order="left")
    return left.filter(pl.col("amount") > pl.col("_back").fill_null(0))


def _numbers_of(frame: pl.DataFrame) -> pl.DataFrame:
    own = frame.filter(pl.col("receipt_no").str.contains("SJ-", literal=True))
    parts = pl.col("receipt_no").str
    return own.select("_id", parts.slice(0, parts.len_chars() - 4).alias("_series"),
                      parts.slice(-4).cast(pl.Int64).alias("_number"))  # fmt: skip


def net_collected(fees: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return ``due``, what was collected and not refunded by fee and month, and the ``_id`` of its last line."""
    lines = books.rows(COLLECTION, fees).with_columns(month_of("date").alias("month"))
    came = (
        lines.sort("date", "receipt_no", "line_no")
        .group_by("fee_code", "month")
        .agg(pl.col("_id").last(), pl.col("amount").sum().alias("came"))
    )
    refunds = books.rows(REFUND, fees).with_columns(month_of("date").alias("month"))
    back = refunds.group_by("fee_code", "month").agg(pl.col("amount").sum().alias("back"))
    both = came.join(back, on=["fee_code", "month"], how="full", coalesce=True)
    return both.with_columns((pl.col("came").fill_null(0) - pl.col("back").fill_null(0)).alias("due"))
