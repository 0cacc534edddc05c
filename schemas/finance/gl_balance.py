"""科目余额表(财务软件导出): the balances of the accounts as the accounting software exports them."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.columns import Column
from schemas.register import Register, Sided
from schemas.rules import Books, Facts, cross_rule, row_rule

_SIDES = (
    ("open_dr", "open_cr", "期初", "opening"),
    ("dr", "cr", "本期", "month"),
    ("close_dr", "close_cr", "期末", "closing"),
)
_AMOUNTS = tuple(name for debit, credit, *_ in _SIDES for name in (debit, credit))


def _amount(title: str, title_en: str, *aliases: str) -> Column:
    hint = {"hint": "留空为0；红字填负数", "hint_en": "blank: 0; negative for red entries"}
    return c.money(title, title_en, negative=True, fill=0, aliases=(f"{title}余额", f"{title}金额", *aliases), **hint)


def _movement(side: str) -> tuple[str, ...]:
    """Return what accounting programs call the movements of one side."""
    whole = (f"本期发生{side}", f"本期发生额{side}", f"发生额{side}", f"本期{side}发生额", f"本期{side}发生")
    return (*whole, f"{side}发生额", f"{side}发生", f"{side}本期发生额", side)


def _net(debit: str, credit: str) -> pl.Expr:
    return pl.col(debit).fill_null(0) - pl.col(credit).fill_null(0)


class GlBalance(Register):
    """Trial balance: one account in one month (DOMAIN.md 2.2, register 35)."""

    title = "科目余额表(财务软件导出)"
    title_en = "Trial balance (import)"
    number = 35
    group = "C 财务"
    key = ("period", "account_code")
    owner = "CW"
    period = "monthly"
    sign = "the accountant"
    signatures = ("会计", "负责人")
    keywords = ("科目余额", "试算平衡")
    cell_groups = (_AMOUNTS,)
    sided = (
        Sided("open_dr", "open_cr", ("期初余额", "期初", "期初数", "月初余额")),
        Sided("close_dr", "close_cr", ("期末余额", "期末", "期末数", "月末余额", "余额")),
    )

    period_ = c.month("月份", "Month", required=True, aliases=("期间", "会计期间"), above=("期间", "会计期间", "月份"))
    account_code = c.code("科目编码", "Account", required=True, aliases=("科目代码", "科目编号"))
    account_name = c.text("科目名称", "Name", required=True, aliases=("会计科目",))
    open_dr = _amount("期初借方", "Opening, debit", "期初余额借方", "期初数借方")
    open_cr = _amount("期初贷方", "Opening, credit", "期初余额贷方", "期初数贷方")
    dr = _amount("本期借方", "Month, debit", *_movement("借方"))
    cr = _amount("本期贷方", "Month, credit", *_movement("贷方"))
    close_dr = _amount("期末借方", "Closing, debit", "期末余额借方", "期末数借方")
    close_cr = _amount("期末贷方", "Closing, credit", "期末余额贷方", "期末数贷方")

    @row_rule(
        "GLB-02",
        at="close_dr",
        zh="科目余额不平：{account_code} 期末应为 {due}（借方为正）",
        en="account {account_code} should close at {due} (debit positive)",
        hint_zh="请重新导出科目余额表",
        hint_en="export the trial balance again",
        show={"due": lambda _: _net("open_dr", "open_cr") + _net("dr", "cr")},
    )
    def account_does_not_follow(_facts: Facts) -> pl.Expr:
        """Opening balance and movements of the month give the closing balance."""
        return _net("open_dr", "open_cr") + _net("dr", "cr") != _net("close_dr", "close_cr")

    @cross_rule(
        "GLB-01",
        at="account_code",
        zh="试算不平衡：{period} 末级科目{which}借方 {debit}，贷方 {credit}",
        en="debit and credit of {period} do not agree ({which_en}): {debit} and {credit}",
        hint_zh="请重新导出，一个月的科目放在同一文件",
        hint_en="export it again, all accounts of a month in one file",
    )
    def month_does_not_balance(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """All rows of the month as written, those held included; not judged where a cell could not be read."""
        stated = books.stated(GlBalance.id)
        names = ["period", "account_code", *_AMOUNTS]
        kept = books.rows(GlBalance.id, rows.select("period").unique())
        kept = kept.filter(~pl.col("_key").is_in(stated["_key"].implode()))
        unread = stated.filter("_unread").select("period").unique()
        month = pl.concat([kept.select(names), stated.select(names)]).join(unread, on="period", how="anti")
        sums = _leaves(month).group_by("period").agg(pl.col(_AMOUNTS).fill_null(0).sum())
        found = []
        for debit, credit, which, which_en in _SIDES:
            words = (pl.lit(which).alias("which"), pl.lit(which_en).alias("which_en"))
            wrong = sums.filter(pl.col(debit) != pl.col(credit))
            found.append(wrong.select("period", *words, pl.col(debit).alias("debit"), pl.col(credit).alias("credit")))
        first = pl.concat(found).unique("period", keep="first", maintain_order=True)
        return rows.select("_id", "period").join(first, on="period", how="inner", maintain_order="left").drop("period")


def _leaves(month: pl.DataFrame) -> pl.DataFrame:
    """Return the accounts without accounts below them: no other code of the month begins with theirs."""
    codes = month.select("period", "account_code").unique().sort("period", "account_code")
    following = pl.col("account_code").shift(-1).over("period")
    is_leaf = ~following.str.starts_with(pl.col("account_code")).fill_null(value=False)
    return month.join(codes.filter(is_leaf), on=["period", "account_code"], how="semi")
