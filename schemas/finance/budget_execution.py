"""预算执行情况表: what is left of each item of the budget at the end of a month."""

from __future__ import annotations

from schemas import columns as c
from schemas.columns import Column
from schemas.register import Register


def _amount(title: str, title_en: str, **options: object) -> Column:
    return c.money(title, title_en, system=True, negative=True, **options)


class BudgetExecution(Register):
    """Budget execution (DOMAIN.md 2.2, register 37): the program makes it from budget, requests and invoices.

    What exceeds its budget (BEX-01) or its pace (BEX-02) belongs to the books (``sync.books.budget``).
    """

    title = "预算执行情况表"
    title_en = "Budget vs actual (derived)"
    number = 37
    group = "C 财务"
    key = ("budget_code", "period")
    kind = "derived"
    period = "made anew whenever something is approved or paid; signed every month"
    sign = "made by the program; finance signs"
    signatures = ("财务负责人", "校长")

    budget_code = c.code("预算项目", "Budget item", system=True)
    period_ = c.month("月份", "Month", system=True)
    budget = _amount("全年预算", "Budget of the year")
    committed = _amount(
        "已批未付",
        "Committed",
        hint="已批准的采购申请中尚未付款的部分",
        hint_en="approved requests, less what was paid",
    )
    spent = _amount("本年累计支出", "Spent, year to date")
    remaining = _amount("余额", "Remaining")
    rate = c.pct("执行率(%)", "Spent (%)", system=True, negative=True)
    time_rate = c.pct("序时进度(%)", "Time gone (%)", system=True)
