"""现金日记账: every yuan of cash that comes in or goes out."""

from __future__ import annotations

from schemas import columns as c
from schemas.finance import journals as j
from schemas.finance.cash_rules import CashRules
from schemas.register import Register


class CashJournal(CashRules, Register):
    """Cash journal: one row per receipt or payment (DOMAIN.md 2.2, register 31)."""

    title = "现金日记账"
    title_en = "Cash journal"
    number = 31
    group = "C 财务"
    key = ("account", "year", "seq")
    owner = "CW"
    posts = ("cash",)
    period = "daily"
    sign = "the cashier keeps it; the accountant checks it every day"
    signatures = ("出纳", "会计", "负责人")
    keywords = ("现金日记账", "现金账")
    cell_groups = j.CELL_GROUPS
    date_column = "date"
    key_parts = j.KEY_PARTS

    account = c.code(
        "现金账户",
        "Cash account",
        required=True,
        aliases=("账户", "账户名称"),
        above=("现金账户", "账户"),
        hint="如 基本、食堂、备用金",
        hint_en="such as 基本, 食堂, 备用金",
    )
    year = j.year()
    seq = j.seq()
    date = j.date()
    voucher_no = j.voucher_no()
    summary = j.summary()
    counterparty = c.text("对方", "Other party", 60, aliases=("对方单位", "往来单位", "交款人或领款人"))
    kind_ = c.enum(
        "类型",
        "Kind",
        ("收费收入", "退费", "报销支出", "提现", "送存银行", "借支备用金", "还备用金", "补助发放", "其他"),
        required=True,
        synonyms={"收费": "收费收入", "报销": "报销支出", "取现": "提现", "送存": "送存银行", "存现": "送存银行"}
        | {"借支": "借支备用金", "还款": "还备用金", "补助": "补助发放"},
        aliases=("业务类型", "收支类型"),
    )
    income = j.income()
    expense = j.expense()
    balance = j.balance()
    ref_doc = j.ref_doc()
    cashier = c.person("出纳", "Cashier", required=True, aliases=("出纳员", "经手人"))
