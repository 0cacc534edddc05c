"""银行存款日记账: every movement of the school's bank accounts."""

from __future__ import annotations

from schemas import columns as c
from schemas.finance import journals as j
from schemas.finance.bank_rules import BankRules
from schemas.finance.statement_columns import account_no
from schemas.register import Register


class BankJournal(BankRules, Register):
    """Bank journal: one row per receipt or payment (DOMAIN.md 2.2, register 32)."""

    title = "银行存款日记账"
    title_en = "Bank journal"
    number = 32
    group = "C 财务"
    key = ("account_no", "year", "seq")
    owner = "CW"
    posts = ("bank",)
    period = "daily"
    sign = "the cashier keeps it; the accountant reconciles it every month"
    signatures = ("出纳", "会计", "负责人")
    keywords = ("银行存款日记账", "银行日记账")
    cell_groups = j.CELL_GROUPS
    date_column = "date"
    key_parts = j.KEY_PARTS

    account_no = account_no(above=("账号", "银行账号"))
    account_kind = c.enum(
        "账户性质",
        "Kind of account",
        ("基本存款账户", "零余额账户", "专用存款账户(食堂)", "财政专户", "工会"),
        required=True,
        synonyms={"基本户": "基本存款账户", "零余额": "零余额账户", "食堂专户": "专用存款账户(食堂)"}
        | {"专户": "财政专户"},
        aliases=("账户类型",),
        above=("账户性质", "账户类型"),
    )
    year = j.year()
    seq = j.seq()
    date = j.date()
    voucher_no = j.voucher_no()
    settle_no = c.text("结算号(支票/流水)", "Settlement no.", 40, aliases=("结算号", "支票号", "流水号", "交易流水号"))
    summary = j.summary()
    kind_ = c.enum(
        "类型",
        "Kind",
        (
            *("财政拨款", "非税收入", "伙食费收入", "服务性及代收费收入", "利息", "报销支出", "工资"),
            *("补助发放", "退费", "上缴", "提现", "送存现金", "内部转账", "其他"),
        ),
        required=True,
        synonyms={"拨款": "财政拨款", "伙食费": "伙食费收入", "报销": "报销支出", "利息收入": "利息", "取现": "提现"},
        aliases=("业务类型", "收支类型"),
    )
    income = j.income()
    expense = j.expense()
    balance = j.balance()
    ref_doc = j.ref_doc()
    cleared = c.yes_no("已对账", "Reconciled", system=True)
