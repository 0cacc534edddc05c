"""The rules of the bank journal: balances, income that belongs to the state, entries made twice."""

from __future__ import annotations

import polars as pl

from schemas.finance import journals as j
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import repeated

_STATE_ACCOUNT = "财政专户"
_DAY = ["account_no", "date"]


class BankRules:
    """Row rules and rules between registers of ``BankJournal``."""

    @row_rule(
        "ONE-OF",
        at="income",
        zh="收支栏只能填一项，且必须填一项",
        en="fill in income or expense: one of them, not both",
        hint_zh="收支各占一行",
        hint_en="one row for each",
    )
    def not_exactly_one(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, bank_journal.expense."""
        return pl.col("income").is_null() == pl.col("expense").is_null()

    @row_rule(
        "BNK-03",
        "W",
        at="kind",
        zh="不得坐支收费收入：财政专户支出 {expense}（{kind}）",
        en="{expense} was paid out of the state's account ({kind})",
        hint_zh="财政专户只办理上缴、退费和内部转账",
        hint_en="it is there for 上缴, 退费 and 内部转账 only",
    )
    def paid_out_of_the_states_account(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md BNK-03."""
        allowed = pl.col("kind").is_in(["上缴", "退费", "内部转账"])
        return (pl.col("account_kind") == _STATE_ACCOUNT) & pl.col("expense").is_not_null() & ~allowed

    wrong_balance = j.balance_follows(j.BANK, "account_no", "BNK-01")

    @cross_rule(
        "BNK-04",
        at="settle_no",
        zh="重复入账：结算号 {settle_no} 的同一金额已登记在 {holder}",
        en="entered twice: settlement {settle_no} with this amount is in {holder}",
        hint_zh="请核对后删去重复的一行",
        hint_en="check, and take one of the two out",
    )
    def entered_twice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The same settlement and amount in one account and direction."""
        others = books.others(j.BANK, rows, rows.select("account_no", "settle_no").drop_nulls().unique())
        ways = ("income", "expense")
        return pl.concat(repeated(rows, others, ["account_no", "settle_no", way]) for way in ways)

    @cross_rule(
        "BNK-02",
        "W",
        at="kind",
        zh="收支两条线：{date} 的非税收入 {received} 须进财政专户，已上缴 {passed}",
        en="non-tax income belongs on the state's account: {received} came in on {date}, {passed} was passed on",
        hint_zh="请上缴财政专户并登记",
        hint_en="pass it on and enter it",
        effect=Effect.COMPLETENESS,
    )
    def not_passed_on(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Within ``remit_within_days``; told at the last such income of a day."""
        within = pl.duration(days=int(books.facts.number("remit_within_days")))
        lines = books.rows(j.BANK, rows.select("account_no").unique())
        taken = lines.filter((pl.col("kind") == "非税收入") & (pl.col("account_kind") != _STATE_ACCOUNT))
        days = taken.group_by(_DAY).agg(pl.col("income").sum().alias("received"))
        due = days.filter((pl.col("received") > 0) & (pl.col("date") + within < books.facts.today))
        gone = lines.filter(pl.col("kind") == "上缴").select("account_no", pl.col("date").alias("_on"), "expense")
        in_time = (pl.col("_on") >= pl.col("date")) & (pl.col("_on") <= pl.col("date") + within)
        of_day = pl.when(in_time).then(pl.col("expense")).fill_null(0).sum().alias("passed")
        passed = due.join(gone, on="account_no", how="left").group_by(*_DAY, "received").agg(of_day)
        short = passed.filter(pl.col("passed") < pl.col("received"))
        told = j.last_of_day(taken, "account_no").join(rows, on="_id", how="semi")
        return told.join(short, on=_DAY, how="inner", maintain_order="left").select("_id", "received", "passed")
