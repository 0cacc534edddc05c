"""银行对账单: what the bank says of an account, as it exports it."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.exact import MONEY_PLACES, decimal
from schemas.finance.statement_columns import account_no
from schemas.register import Register, blank_means
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule

_DAY = ["account_no", "date"]
_IN, _OUT = "收入", "支出"
_ZERO = pl.lit(0).cast(decimal(MONEY_PLACES))


def moved() -> pl.Expr:
    """Return what a line moved: positive what came in, negative what went out.

    Banks have two columns of amounts, of which one is blank or 0, or one column with a mark beside it. Without
    a mark a negative amount went out.
    """
    single = pl.col("amount").fill_null(_ZERO)
    marked = pl.when(pl.col("way") == _OUT).then(-single).otherwise(single)
    return pl.col("income").fill_null(_ZERO) - pl.col("expense").fill_null(_ZERO) + marked


def _entry_no() -> pl.Expr:
    """Return what names a line among those of its account and day: banks do not number their lines.

    Equal ones of a sheet are counted, so that the same days exported again are the same lines.
    """
    said = ["serial_no", "income", "expense", "amount", "way", "balance"]
    again = pl.int_range(1, pl.len() + 1, dtype=pl.Int64).over("account_no", "date", *said)
    times = pl.when(again > 1).then(pl.format("第{}笔", again))
    number, balance = pl.col("serial_no"), pl.format("余{}", "balance")
    return pl.concat_str(number, moved().cast(pl.String), balance, times, separator=" ", ignore_nulls=True)


def _named(*words: str) -> tuple[str, ...]:
    """Return the headers under which banks export the amounts that went one way."""
    shapes = ("{}", "{}金额", "{}发生额", "{}发生金额", "交易金额({})", "发生额({})", "本期{}", "{}方")
    return tuple(dict.fromkeys(shape.format(word) for word in words for shape in shapes))


_KEY_PARTS = {"entry_no": _entry_no}


class BankStatementLine(Register):
    """Bank statement: one movement of an account as the bank exports it.

    The bank's file lies in the department's folder as it came. It posts nothing: the journal is compared with it.
    """

    title = "银行对账单"
    title_en = "Bank statement"
    number = 108
    group = "C 财务"
    key = ("account_no", "date", "entry_no")
    owner = "CW"
    period = "monthly, as the bank exports it"
    sign = "nobody: it is the bank's"
    signatures = ("出纳", "会计", "负责人")
    keywords = ("对账单", "交易明细", "账户明细", "明细查询", "流水明细", "历史明细", "银行流水")
    cell_groups = (("income", "expense", "amount", "way", "balance"),)
    date_column = "date"
    key_parts = _KEY_PARTS
    fills = blank_means(moved=lambda _: moved())

    account_no = account_no(
        *("客户账号", "本方账号", "卡号", "账(卡)号", "账户账号", "查询账号", "我方账号"),
        above=("账号", "银行账号", "客户账号", "本方账号", "卡号", "账(卡)号", "查询账号", "户号", "账户"),
        ranked=True,
    )
    date = c.day(
        "交易日期",
        "Date",
        required=True,
        aliases=("交易日", "记账日期", "记账日", "入账日期", "发生日期", "业务日期", "日期", "交易时间", "记账时间"),
        ranked=True,
        timed=True,
    )
    entry_no = c.text("明细标识", "Line", system=True)
    serial_no = c.text(
        "流水号",
        "Serial no.",
        60,
        aliases=(
            *("交易流水号", "银行流水号", "核心流水号", "业务流水号", "交易流水", "流水", "日志号", "柜员流水号"),
            *("交易序号", "回单编号", "明细编号", "账户明细编号-交易流水号"),
        ),
        ranked=True,
    )
    voucher_no = c.text(
        "凭证号", "Cheque or voucher no.", 60, aliases=("凭证号码", "支票号", "票据号", "凭证编号"), ranked=True
    )
    income = c.money("收入金额", "Received", negative=True, aliases=_named("贷方", "贷", "收入", "存入", "转入"))
    expense = c.money("支出金额", "Paid", negative=True, aliases=_named("借方", "借", "支出", "支取", "转出"))
    amount = c.money(
        "交易金额",
        "Amount",
        negative=True,
        aliases=("金额", "发生额", "交易额", "发生金额"),
        hint="收支分两栏的不填",
        hint_en="blank where there are two columns",
    )
    way = c.enum(
        "借贷标志",
        "Direction",
        (_IN, _OUT),
        synonyms=dict.fromkeys(
            ("贷", "贷方", "贷记", "C", "CR", "转入", "收", "存入", "入账", "进账", "来账", "+"), _IN
        )
        | dict.fromkeys(("借", "借方", "借记", "D", "DR", "转出", "付", "支取", "出账", "往账", "-"), _OUT),
        aliases=("借贷", "借贷方向", "收支", "收支标志", "方向", "借/贷", "收/支", "交易方向", "借贷标识", "收付标志"),
    )
    balance = c.money(
        "余额",
        "Balance",
        negative=True,
        aliases=("账户余额", "交易后余额", "本次余额", "当前余额", "可用余额"),
        ranked=True,
        running=True,
    )
    currency = c.text("币种", "Currency", 20, aliases=("币别", "货币"))
    moved = c.money("净发生额", "Movement", system=True, negative=True)
    counterparty = c.text(
        "对方户名",
        "Other party",
        100,
        aliases=("对方名称", "对方账户名称", "对方账户名", "对方单位", "对方单位名称", "交易对方", "对手方", "对方"),
        ranked=True,
    )
    counter_account = c.text(
        "对方账号", "Account of the other party", 40, aliases=("对方账户", "对方卡号", "对手账号"), ranked=True
    )
    counter_bank = c.text(
        "对方开户行", "Bank of the other party", 100, aliases=("对方开户机构", "对方行名", "对方银行", "对方开户银行")
    )
    summary = c.text("摘要", "Summary", 200, aliases=("交易摘要", "摘要说明", "交易说明", "交易类型"), ranked=True)
    purpose = c.text("用途", "Purpose", 200, aliases=("交易用途", "附言", "交易附言"), ranked=True)

    @row_rule(
        "ONE-OF",
        at="income",
        zh="收入和支出都有金额（{income}，{expense}）",
        en="both a receipt and a payment ({income} and {expense})",
        hint_zh="请使用银行导出的原始文件",
        hint_en="use the file as the bank exported it",
    )
    def both_ways(_facts: Facts) -> pl.Expr:
        """A line either came in or went out; banks write 0 in the other column."""
        return (pl.col("income").fill_null(_ZERO) != 0) & (pl.col("expense").fill_null(_ZERO) != 0)

    @row_rule(
        "BST-02",
        "W",
        at="amount",
        zh="没有发生额",
        en="nothing was moved",
        hint_zh="期初余额等行可以删去",
        hint_en="lines such as an opening balance may be left out",
    )
    def nothing_moved(_facts: Facts) -> pl.Expr:
        """It changes nothing, but perhaps an amount could not be found."""
        return moved() == 0

    @cross_rule(
        "BST-01",
        "W",
        at="balance",
        zh="对账单不连续：{date} 本行之前应有余额 {before}，前面没有这样的余额",
        en="the statement has a gap: before this line of {date} the balance was {before}, and no line before ends so",
        hint_zh="请补上缺少的对账单，或核对收支方向",
        hint_en="add what is missing of the statement, or check which way the amounts go",
        effect=Effect.AGREEMENT,
    )
    def does_not_follow(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Compared with the lines of its own day and of the last day before: banks list either end first."""
        lines = books.rows(BankStatementLine.id, rows.select("account_no").unique()).filter(
            pl.col("balance").is_not_null() & (pl.col("moved") != 0)
        )
        days = lines.select(_DAY).unique().sort(_DAY)
        days = days.with_columns(pl.col("date").shift(1).over("account_no").alias("_last"))
        said = lines.select("account_no", "date", pl.col("balance").alias("before"), pl.col("_id").alias("_other"))
        asked = lines.with_columns((pl.col("balance") - pl.col("moved")).alias("before")).join(days, on=_DAY)
        own = asked.join(said, on=[*_DAY, "before"]).filter(pl.col("_id") != pl.col("_other"))
        last = asked.join(said, left_on=["account_no", "_last", "before"], right_on=["account_no", "date", "before"])
        followed = pl.concat([own.select("_id"), last.select("_id")])
        broken = asked.join(followed, on="_id", how="anti").sort(_DAY, maintain_order=True)
        opens = pl.col("_last").is_null() & (pl.col("_id") == pl.col("_id").first().over("account_no"))
        return broken.filter(~opens).join(rows, on="_id", how="semi").select("_id", "before")

    @cross_rule(
        "BST-03",
        at="serial_no",
        zh="同一笔交易已在另一份对账单中：{date} {moved}，余额 {balance}，流水号 {other}",
        en="the same movement is in another statement: {moved} on {date}, balance {balance}, serial no. {other}",
        hint_zh="同一账户请始终用同一种导出格式，删去重复的文件",
        hint_en="always use the same kind of export for an account, and delete the other file",
    )
    def exported_in_two_ways(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """One export has serial numbers, the other has none; in one run those without them are held."""
        days = rows.select(_DAY).unique()
        same = [*_DAY, "moved", "balance"]
        named = pl.col("serial_no").is_not_null()
        before = books.others(BankStatementLine.id, rows, days).select(*same, "serial_no")
        against = [before, rows.filter(named).select(*same, "serial_no")]
        asked = [rows, rows.filter(~named)]
        found = [
            own.select("_id", *same, "serial_no").join(others, on=same, suffix="_other")
            for own, others in zip(asked, against, strict=True)
        ]
        twice = pl.concat(found).filter(named != pl.col("serial_no_other").is_not_null())
        other = pl.coalesce("serial_no", "serial_no_other").alias("other")
        return twice.select("_id", other).unique("_id", keep="first", maintain_order=True)
