"""库存现金盘点表(日清): what was in the cash box at the end of a day."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.columns import Column
from schemas.exact import MONEY_PLACES, unscaled
from schemas.finance import journals as j
from schemas.register import Register, blank_means
from schemas.rules import Books, Facts, cross_rule, row_rule

_FEN = {"n100": 10000, "n50": 5000, "n20": 2000, "n10": 1000, "n5": 500, "n1": 100, "n05": 50, "n01": 10}
"""What a note or coin of each column is worth."""


def _pieces(title: str, title_en: str, *aliases: str) -> Column:
    return c.integer(title, title_en, fill=0, minimum=0, aliases=aliases, hint="留空为0", hint_en="blank: 0")


def _loose(title: str, title_en: str, **options: object) -> Column:
    return c.money(title, title_en, **{"hint": "没有可不填", "hint_en": "blank where there is none", **options})


class CashCount(Register):
    """Count of cash: one account at the end of one day (DOMAIN.md 2.2, register 33)."""

    title = "库存现金盘点表(日清)"
    title_en = "Daily cash count"
    number = 33
    group = "C 财务"
    key = ("account", "date")
    owner = "CW"
    period = "daily"
    sign = "the cashier counts; the accountant or the head watches"
    signatures = ("出纳", "监盘人", "负责人")
    keywords = ("现金盘点", "日清")
    cell_groups = (tuple(_FEN),)
    date_column = "date"
    judged_after = ("cash_journal",)
    fills = blank_means(
        counted=lambda _: unscaled(
            pl.sum_horizontal(pl.col(name).fill_null(0) * fen for name, fen in _FEN.items()), MONEY_PLACES
        )
    )

    account = c.code("账户", "Account", required=True, aliases=("现金账户", "账户名称"))
    date = c.day("日期", "Date", required=True, aliases=("盘点日期",))
    n100 = _pieces("100元张数", "Of 100", "100元", "壹佰元")
    n50 = _pieces("50元", "Of 50", "50元张数", "伍拾元")
    n20 = _pieces("20元", "Of 20", "20元张数", "贰拾元")
    n10 = _pieces("10元", "Of 10", "10元张数", "拾元")
    n5 = _pieces("5元", "Of 5", "5元张数", "伍元")
    n1 = _pieces("1元", "Of 1", "1元张数", "壹元")
    n05 = _pieces("5角", "Of 0.5", "5角张数", "伍角")
    n01 = _pieces("1角", "Of 0.1", "1角张数", "壹角")
    counted = c.money("实点金额", "Counted", system=True, aliases=("实点", "实存金额"))
    book = c.money("账面余额", "In the books", system=True, aliases=("账存金额",))
    uncleared_in = _loose("未记账收入", "Income not yet entered")
    uncleared_out = _loose("未记账支出", "Expense not yet entered")
    iou = _loose("白条/借据", "IOUs", aliases=("白条", "借据"), hint="应为0", hint_en="should be 0")
    diff = c.money("长短款", "Over or short", system=True, negative=True)
    reason = c.text("原因", "Reason", 100, aliases=("原因说明",), hint="有长短款时须填", hint_en="where it differs")
    cashier = c.person("出纳", "Cashier", required=True, aliases=("出纳员", "盘点人"))
    checker = c.person(
        "监盘人", "Observer", required=True, aliases=("监盘", "监督人"), hint="不得是出纳", hint_en="not the cashier"
    )

    @row_rule(
        "CCT-02",
        "W",
        at="iou",
        zh="不得白条抵库（{iou}）",
        en="IOUs do not stand for cash ({iou})",
        hint_zh="请收回借款或补办手续",
        hint_en="have the money returned, or properly entered",
    )
    def iou_in_the_box(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CCT-02."""
        return pl.col("iou") > 0

    @row_rule(
        "CCT-03",
        small="W",
        at="checker",
        zh="监盘人不得为出纳（{checker}）",
        en="the observer must not be the cashier ({checker})",
        hint_zh="请由会计或负责人监盘",
        hint_en="have the accountant or the head watch",
    )
    def cashier_watches(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CCT-03."""
        return pl.col("checker") == pl.col("cashier")

    @cross_rule(
        "CCT-01",
        at="reason",
        zh="长短款须说明：实点 {counted}，账面应有 {due}，差 {diff}",
        en="say why the cash differs: {counted} was counted, {due} should be there, {diff} difference",
        hint_zh="请填写原因，或更正张数、日记账",
        hint_en="give the reason, or correct the count or the journal",
        needs=("cash_journal",),
    )
    def difference_without_reason(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Against the last balance of the journal; a cash account without any line has nothing to be compared with."""
        lines = j.last_of_day(books.rows("cash_journal", rows.select("account").unique()), "account")
        asked = rows.filter(pl.col("reason").is_null()).sort("date")
        at_end = asked.drop("balance", strict=False).join_asof(
            lines.sort("date").select("account", "date", "balance"), on="date", by="account", check_sortedness=False
        )
        due = pl.col("balance") + pl.col("uncleared_in").fill_null(0) - pl.col("uncleared_out").fill_null(0)
        with_due = at_end.with_columns(due.alias("due")).with_columns((pl.col("counted") - pl.col("due")).alias("diff"))
        return with_due.filter(pl.col("diff") != 0).select("_id", "counted", "due", "diff")
