"""What the journals of cash and bank have in common: columns, and balances that follow from the row above."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.columns import Column
from schemas.rules import Books, CrossRule, cross_rule

CASH, BANK = "cash_journal", "bank_journal"
CELL_GROUPS = (("income", "expense", "balance"),)
KEY_PARTS = {"year": lambda: pl.col("date").dt.year().cast(pl.Int64)}
_SEQS_OF_A_YEAR = 10_000_000


def is_red() -> pl.Expr:
    """Return True where a row takes back another one: its amount is negative."""
    return (pl.col("income") < 0) | (pl.col("expense") < 0)


def year() -> Column:
    """The year in which a number counts."""
    return c.integer("年度", "Year", system=True)


def seq() -> Column:
    """The running number of a row."""
    hint = {"hint": "每个账户每年从1开始连续编号", "hint_en": "from 1 for each account and year, without gaps"}
    return c.integer("序号", "No.", required=True, minimum=1, aliases=("编号", "流水序号"), **hint)


def date() -> Column:
    """The day of a row."""
    return c.day("日期", "Date", required=True, aliases=("记账日期", "业务日期"))


def voucher_no() -> Column:
    """The voucher in the accounts."""
    hint = {"hint": "如 记-0012；月结前须填", "hint_en": "such as 记-0012; before the month is closed"}
    return c.code("凭证号", "Voucher no.", aliases=("凭证字号", "凭证编号", "记账凭证号"), **hint)


def summary() -> Column:
    """What the money was for."""
    return c.text("摘要", "Summary", 80, required=True, aliases=("内容", "事由"))


def income(*aliases: str) -> Column:
    """What came in."""
    return _amount("收入", "Income", ("收入金额", "借方", "借方金额", *aliases))


def expense(*aliases: str) -> Column:
    """What went out."""
    return _amount("支出", "Expense", ("支出金额", "贷方", "贷方金额", *aliases))


def _amount(title: str, title_en: str, aliases: tuple[str, ...]) -> Column:
    hint = {
        "hint": "收入、支出只填一栏；红字冲销填负数并填来源单号",
        "hint_en": "income or expense, not both; negative only with the document that is corrected",
    }
    return c.money(title, title_en, negative=True, nonzero=True, aliases=aliases, **hint)


_BALANCES = ("结余", "结存金额", "余额(元)")


def balance() -> Column:
    """What is there after the row."""
    hint = {"hint": "上一行余额＋收入－支出", "hint_en": "balance of the row above + income − expense"}
    return c.money("余额", "Balance", required=True, negative=True, running=True, aliases=_BALANCES, **hint)


def ref_doc() -> Column:
    """The document that a row comes from."""
    return c.code(
        "来源单号",
        "Document",
        required_when=is_red,
        required_hint=("负数的红字冲销须填被冲销的单号", "what a negative amount corrects"),
        aliases=("单据号", "单据编号", "收据号", "附件单号"),
    )


def line_above(rows: pl.DataFrame, books: Books, register: str, account: str) -> pl.DataFrame:
    """Return rows with ``above_seq``, ``above_date`` and ``above_balance``: what the row above says.

    That is the nearest one above of the same account in the same sheet, as written, whether or not it was
    taken; one that was taken in an earlier run may stand between. For the first row of a sheet it is the last
    one before it, by year and number. Rows without any are left out.
    """
    stated = books.stated(register)
    kept = books.rows(register, rows.select(account).unique()).filter(~pl.col("_key").is_in(stated["_key"].implode()))
    written, accepted = (_as_above(frame, account) for frame in (stated, kept))
    own = rows.select("_id", account, *_SHEET, "_row", _order())
    in_sheet = _nearest(own, written, "_row", [account, *_SHEET]).drop_nulls("above_order")
    by_number = _nearest(own, accepted, "_order", [account]).drop_nulls("above_order")
    same_sheet = pl.all_horizontal(pl.col(name) == pl.col(f"{name}_above") for name in _SHEET)
    between = by_number.filter(same_sheet & (pl.col("_row_above") < pl.col("_row")))
    first = own.join(in_sheet, on="_id", how="anti")
    other_sheets = first.join(written, on=account, suffix="_above").filter(
        ~same_sheet & (pl.col("above_order") < pl.col("_order"))
    )
    before = (in_sheet, between.join(first, on="_id", how="anti"), by_number.join(first, on="_id", how="semi"))
    names = ["_id", "above_order", "above_seq", "above_date", "above_balance"]
    found = pl.concat([frame.select(names) for frame in (*before, other_sheets)]).sort("above_order")
    return rows.join(found.unique("_id", keep="last"), on="_id", how="inner", maintain_order="left")


_SHEET = ["_workbook", "_sheet"]


def _as_above(frame: pl.DataFrame, account: str) -> pl.DataFrame:
    says = [pl.col(name).alias(f"above_{name}") for name in ("seq", "date", "balance")]
    return frame.select(account, *_SHEET, "_row", _order(), _order().alias("above_order"), *says).drop_nulls("_order")


def _order() -> pl.Expr:
    return (pl.col("year") * _SEQS_OF_A_YEAR + pl.col("seq")).alias("_order")


def _nearest(own: pl.DataFrame, lines: pl.DataFrame, on: str, by: list[str]) -> pl.DataFrame:
    """Return rows with the nearest of some lines below theirs in ``on``."""
    return own.drop_nulls(on).sort(on).join_asof(
        lines.sort(on), on=on, by=by, suffix="_above", allow_exact_matches=False, check_sortedness=False
    )  # fmt: skip


def balance_follows(register: str, account: str, code: str) -> CrossRule:
    """Return the rule that a balance is that of the row above with what came in and went out."""
    declare = cross_rule(
        code,
        at="balance",
        zh="余额计算错误：应为 {due}（上一行余额 {above_balance}）",
        en="the balance should be {due} (the row above has {above_balance})",
        hint_zh="请核对余额和收支金额",
        hint_en="check the balance and the amounts",
    )

    def failing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        moved = pl.col("income").fill_null(0) - pl.col("expense").fill_null(0)
        due = (pl.col("above_balance") + moved).alias("due")
        above = line_above(rows, books, register, account).with_columns(due)
        return above.filter(pl.col("balance") != pl.col("due")).select("_id", "due", "above_balance")

    return declare(failing)


def last_of_day(lines: pl.DataFrame, account: str) -> pl.DataFrame:
    """Return the last line of every account and day."""
    return lines.sort("year", "seq").unique([account, "date"], keep="last", maintain_order=True)
