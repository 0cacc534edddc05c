"""The rules of the cash journal: balances, order, what stays in the box, what goes to the bank."""

from __future__ import annotations

import polars as pl

from schemas.finance import journals as j
from schemas.finance.numbering import after_gap
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import with_others

_FEES, _DEPOSIT, _DRAWN = "收费收入", "送存银行", "提现"
_DAY = ["account", "date"]
_FRIDAY = 5


class CashRules:
    """Row rules and rules between registers of ``CashJournal``."""

    @row_rule(
        "CSH-02",
        at="balance",
        zh="现金余额为负（{balance}）",
        en="there cannot be less than no cash ({balance})",
        hint_zh="请核对收支金额和顺序",
        hint_en="check amounts and order",
    )
    def less_than_nothing(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CSH-02."""
        return pl.col("balance") < 0

    @row_rule(
        "CSH-07",
        at="income",
        zh="收支栏只能填一项，且必须填一项",
        en="fill in income or expense: one of them, not both",
        hint_zh="收支各占一行",
        hint_en="one row for each",
    )
    def not_exactly_one(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CSH-07."""
        return pl.col("income").is_null() == pl.col("expense").is_null()

    wrong_balance = j.balance_follows(j.CASH, "account", "CSH-01")

    @cross_rule(
        "CSH-03",
        at="date",
        zh="日期倒序：{date} 早于上一行的 {above_date}",
        en="{date} is earlier than the row above ({above_date})",
        hint_zh="请按日期顺序登记",
        hint_en="enter the rows in the order of their days",
    )
    def day_before_the_row_above(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md CSH-03."""
        above = j.line_above(rows, books, j.CASH, "account")
        return above.filter(pl.col("date") < pl.col("above_date")).select("_id", "above_date")

    @cross_rule(
        "CSH-03",
        at="seq",
        zh="序号倒序：{seq} 不大于上一行的 {above_seq}",
        en="number {seq} is not above that of the row above ({above_seq})",
        hint_zh="请按顺序编号",
        hint_en="number the rows in their order",
    )
    def number_not_increasing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Numbers begin anew each year."""
        above = j.line_above(rows, books, j.CASH, "account")
        same_year = pl.col("above_date").dt.year() == pl.col("year")
        return above.filter(same_year & (pl.col("seq") <= pl.col("above_seq"))).select("_id", "above_seq")

    @cross_rule(
        "CSH-04",
        "W",
        at="balance",
        zh="超库存限额：{date} 日终余额 {balance}，限额 {limit}",
        en="more cash than allowed overnight: {balance} on {date}, the limit is {limit}",
        hint_zh="请送存银行",
        hint_en="take it to the bank",
    )
    def over_the_limit(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 现金管理暂行条例 第九条、第十条. A limit of 0 is none."""
        limit = books.facts.number("cash_float_limit")
        last = j.last_of_day(with_others(rows, books, j.CASH, _LINE, rows.select(_DAY).unique()), "account")
        over = last.filter((pl.col("balance") > limit) & pl.lit(limit > 0))
        return over.join(rows, on="_id", how="semi").select("_id", pl.lit(limit).alias("limit"))

    @cross_rule(
        "CSH-05",
        "W",
        at="kind",
        zh="收入未当日送存：{date} 的收费收入没有送存银行",
        en="the fees of {date} were not taken to the bank",
        hint_zh="请送存银行并登记",
        hint_en="take them to the bank and enter it",
        effect=Effect.COMPLETENESS,
    )
    def not_deposited(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 现金管理暂行条例 第十一条(一); ``remit_within_days`` allows more days.

        Told at the last fee of a day.
        """
        within = pl.duration(days=int(books.facts.number("remit_within_days")))
        lines = books.rows(j.CASH, rows.select("account").unique())
        fees = j.last_of_day(lines.filter((pl.col("kind") == _FEES) & (pl.col("income") > 0)), "account")
        due = fees.filter(pl.col("date") + within < books.facts.today).select("_id", *_DAY).sort("date")
        deposits = lines.filter(pl.col("kind") == _DEPOSIT).select(*_DAY, pl.col("date").alias("deposited"))
        followed = due.join_asof(
            deposits.sort("date"), on="date", by="account", strategy="forward", check_sortedness=False
        )
        late = pl.col("deposited").is_null() | (pl.col("deposited") > pl.col("date") + within)
        return followed.filter(late).join(rows, on="_id", how="semi").select("_id")

    @cross_rule(
        "CSH-06",
        "W",
        at="expense",
        zh="疑似坐支：{date} 有收费收入而没有提现，却支出 {expense}",
        en="{expense} was perhaps paid out of fees: on {date} fees came in and no cash was drawn",
        hint_zh="收费收入应送存银行，支出另行提现",
        hint_en="fees go to the bank; draw cash for payments",
    )
    def paid_out_of_fees(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: 现金管理暂行条例 第十一条(二)."""
        lines = with_others(rows, books, j.CASH, [*_DAY, "kind"], rows.select(_DAY).unique())
        paid = rows.filter((pl.col("expense") > 0) & (pl.col("kind") != _DEPOSIT))
        with_fees = paid.join(lines.filter(pl.col("kind") == _FEES), on=_DAY, how="semi", maintain_order="left")
        return with_fees.join(
            lines.filter(pl.col("kind") == _DRAWN), on=_DAY, how="anti", maintain_order="left"
        ).select("_id")

    @cross_rule(
        "CSH-08",
        "W",
        at="seq",
        zh="序号断号：{no}",
        en="numbers are missing before this one: {no}",
        hint_zh="请补登；作废的保留原行，备注写“作废”",
        hint_en="add them; a void row stays with 作废 in its remark",
        effect=Effect.COMPLETENESS,
    )
    def numbers_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told when the month is over, so that it can be closed; withdrawn numbers are used."""
        over = rows.filter(pl.col("date") < books.facts.today.replace(day=1))
        used = books.numbered(j.CASH)
        return after_gap(over, used, ["account", "year"], "seq")

    @cross_rule(
        "CCT-04",
        "W",
        at="date",
        zh="{date} 未日清：现金账户“{account}”当日有收支，没有盘点",
        en="the cash of “{account}” was not counted on {date}",
        hint_zh="请补填库存现金盘点表，说明原因",
        hint_en="add the count, and say why it is late",
        needs=("cash_count",),
        effect=Effect.COMPLETENESS,
    )
    def not_counted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told at the last line of a past day from Monday to Friday: which of them are holidays is not known here."""
        lines = j.last_of_day(books.rows(j.CASH, rows.select(_DAY).unique()), "account")
        due = lines.filter((pl.col("date") < books.facts.today) & (pl.col("date").dt.weekday() <= _FRIDAY))
        counted = books.rows("cash_count").select(_DAY)
        return due.join(counted, on=_DAY, how="anti").join(rows, on="_id", how="semi").select("_id")


_LINE = ["_id", *_DAY, "year", "seq", "balance"]
