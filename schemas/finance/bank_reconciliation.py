"""银行存款余额调节表: what stands between the journal and the bank's statement at the end of a month."""

from __future__ import annotations

from typing import Any

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.finance.statement_columns import account_no
from schemas.register import Register
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import holds_role, with_others

_STATEMENT = ["account_no", "period"]
_KINDS = ("银行已收单位未收", "银行已付单位未付", "单位已收银行未收", "单位已付银行未付")
_ITEM: dict[str, Any] = {
    "required_when": lambda: pl.col("line_no") > 0,
    "required_hint": ("行号大于0时须填", "where the line is not 0"),
}
_OPEN_DAYS = 60


def _month_end() -> pl.Expr:
    return (pl.col("period") + "-01").str.to_date("%Y-%m-%d").dt.month_end()


def _sum_of(kind: str) -> pl.Expr:
    return pl.when(pl.col("item_kind") == kind).then(pl.col("item_amount")).fill_null(0).sum()


class BankReconciliation(Register):
    """Bank reconciliation: one outstanding item of a month, or line 0 where there is none (DOMAIN.md 2.2, register 34).

    The statement posts nothing: the journal changes when the document arrives.
    """

    title = "银行存款余额调节表"
    title_en = "Bank reconciliation statement"
    number = 34
    group = "C 财务"
    key = ("account_no", "period", "line_no")
    owner = "CW"
    period = "monthly"
    sign = "the accountant, not the cashier, prepares it; the principal reviews it"
    signatures = ("编制人", "审核人", "校长")
    keywords = ("余额调节", "未达账")
    cell_groups = (("item_kind", "item_date", "item_ref", "item_amount"),)
    judged_after = ("bank_journal",)

    account_no = account_no()
    period_ = c.month("月份", "Month", required=True, aliases=("调节月份", "期间"))
    book_balance = c.money("单位账面余额", "Balance of the journal", system=True, negative=True)
    bank_balance = c.money(
        "银行对账单余额",
        "Balance of the statement",
        required=True,
        negative=True,
        aliases=("对账单余额", "银行余额"),
        hint="同一月份各行相同",
        hint_en="the same on every line of a month",
    )
    line_no = d.line_no(
        minimum=0,
        hint="未达账项从1开始；没有未达账项的月份只填一行，行号0",
        hint_en="items from 1; a month without any has one line, 0",
    )
    item_kind = c.enum(
        "未达账项类别",
        "Kind of item",
        _KINDS,
        synonyms={"银收": _KINDS[0], "银付": _KINDS[1], "单收": _KINDS[2], "单付": _KINDS[3]},
        aliases=("未达账项", "类别"),
        **_ITEM,
    )
    item_date = c.day(
        "发生日期", "Date of the item", aliases=("日期",), hint="不晚于月末", hint_en="in the month or before", **_ITEM
    )
    item_ref = c.text("凭证/流水号", "Voucher or settlement no.", aliases=("凭证号", "流水号"), **_ITEM)
    item_amount = c.money("金额", "Amount", positive=True, aliases=("未达金额", "金额(元)"), **_ITEM)
    adj_book = c.money("调节后单位余额", "Journal, adjusted", system=True, negative=True)
    adj_bank = c.money("调节后银行余额", "Statement, adjusted", system=True, negative=True)
    preparer = c.person(
        "编制人", "Prepared by", required=True, aliases=("制表人", "编制"), hint="不得是出纳", hint_en="not the cashier"
    )

    @row_rule(
        "ONE-OF",
        at="item_kind",
        zh="行号0表示没有未达账项，未达账项各栏须留空",
        en="line 0 says that there are no outstanding items: leave their columns empty",
        hint_zh="有未达账项的从1编号",
        hint_en="number the items from 1",
    )
    def line_zero_with_an_item(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, bank_reconciliation.line_no."""
        filled = pl.any_horizontal(pl.col(name).is_not_null() for name in BankReconciliation.cell_groups[0])
        return (pl.col("line_no") == 0) & filled

    @row_rule(
        "DATE-ORDER",
        at="item_date",
        zh="未达账项的日期 {item_date} 晚于 {period} 月末",
        en="the item of {item_date} is later than the end of {period}",
        hint_zh="请核对日期和月份",
        hint_en="check day and month",
    )
    def item_after_the_month(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, bank_reconciliation.item_date."""
        return pl.col("item_date") > _month_end()

    @row_rule(
        "BRC-02",
        "W",
        at="item_date",
        zh="未达账项超60天：{item_date} 起至 {period} 月末仍未到账",
        en="an item of {item_date} is still open at the end of {period}, after more than 60 days",
        hint_zh="请查明原因并催办",
        hint_en="find out why, and have it settled",
    )
    def open_for_long(_facts: Facts) -> pl.Expr:
        """Counted to the end of the month of the statement."""
        return _month_end() - pl.col("item_date") > pl.duration(days=_OPEN_DAYS)

    @row_rule(
        "BRC-03",
        small="W",
        at="preparer",
        zh="出纳不得编制余额调节表（{preparer}）",
        en="a cashier must not prepare the reconciliation ({preparer})",
        hint_zh="请由会计编制",
        hint_en="have the accountant prepare it",
        wants=("preparer.role_codes",),
    )
    def prepared_by_a_cashier(_facts: Facts) -> pl.Expr:
        """Source: 会计法(2024) 第三十五条, its principle. A cashier is who holds the role."""
        return holds_role(pl.col("preparer.role_codes"), "CASHIER")

    @cross_rule(
        "NUM-RANGE",
        at="bank_balance",
        zh="同一月份各行的银行对账单余额须相同（另一行为 {other}）",
        en="the balance of the statement is the same on every line of a month (another one has {other})",
        hint_zh="请按对账单填写",
        hint_en="copy it from the statement",
    )
    def another_balance(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The line that was there first stays."""
        among = rows.select(_STATEMENT).unique()
        lines = with_others(rows, books, BankReconciliation.id, ["_id", *_STATEMENT, "bank_balance"], among)
        first = lines.with_columns(pl.col("bank_balance").first().over(_STATEMENT).alias("other"))
        return (
            first.filter(pl.col("bank_balance") != pl.col("other"))
            .join(rows, on="_id", how="semi")
            .select("_id", "other")
        )

    @cross_rule(
        "BRC-01",
        "W",
        at="bank_balance",
        zh="调节后余额不相等，差额 {d}：单位 {adj_book}，银行 {adj_bank}",
        en="the adjusted balances differ by {d}: journal {adj_book}, statement {adj_bank}",
        hint_zh="请核对未达账项、日记账和对账单",
        hint_en="check the items, the journal and the statement",
        needs=("bank_journal",),
        effect=Effect.AGREEMENT,
    )
    def does_not_balance(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Told at the first line of a month; without a line in the journal there is nothing to compare with."""
        among = rows.select(_STATEMENT).unique()
        statements = (
            books.rows(BankReconciliation.id, among)
            .sort("line_no")
            .with_columns(_month_end().alias("date"))
            .group_by(*_STATEMENT, "date", maintain_order=True)
            .agg(
                pl.col("_id", "bank_balance").first(),
                (_sum_of(_KINDS[0]) - _sum_of(_KINDS[1])).alias("to_book"),
                (_sum_of(_KINDS[2]) - _sum_of(_KINDS[3])).alias("to_bank"),
            )
        )
        lines = books.rows("bank_journal", rows.select("account_no").unique()).sort("date", "year", "seq")
        at_end = statements.sort("date").join_asof(
            lines.unique(["account_no", "date"], keep="last", maintain_order=True).select(
                "account_no", "date", "balance"
            ),
            on="date",
            by="account_no",
            check_sortedness=False,
        )
        adjusted = at_end.with_columns(
            (pl.col("balance") + pl.col("to_book")).alias("adj_book"),
            (pl.col("bank_balance") + pl.col("to_bank")).alias("adj_bank"),
        ).with_columns((pl.col("adj_book") - pl.col("adj_bank")).alias("d"))
        found = adjusted.filter(pl.col("d") != 0).join(rows, on="_id", how="semi")
        return found.select("_id", "d", "adj_book", "adj_bank")
