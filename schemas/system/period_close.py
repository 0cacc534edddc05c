"""月结登记: which month of which book is closed, and who confirmed it."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role, with_others
from schemas.system.recon_difference import OPEN

_REGISTER = "period_close"


def _same_person() -> pl.Expr:
    return pl.col("approver") == pl.col("by")


class PeriodClose(Register):
    """Month close (DOMAIN.md 2.2, register 105).

    The program alone writes it (``houqin month``): a sheet of it is refused whatever the settings say.
    """

    title = "月结登记"
    title_en = "Month close log"
    number = 105
    group = "M 系统"
    key = ("book", "period")
    kind = "system"
    period = "every month"
    sign = "the accountant or the keeper of assets → the principal confirms"
    signatures = ("结账人", "确认人")
    keywords = ("月结", "结账")
    cell_groups = (("status", "closed_on", "by", "approver", "reopen_reason"),)

    book = c.enum(
        "账簿",
        "Book",
        ("库存账", "食堂", "固定资产", "现金", "银行", "预算"),
        required=True,
        synonyms={"库存": "库存账", "资产": "固定资产", "现金账": "现金", "银行账": "银行"},
        aliases=("账本",),
    )
    period_ = c.month("月份", "Month", required=True, aliases=("会计期间", "期间"))
    status = c.enum(
        "状态",
        "Status",
        ("未结", "试结", "已结", "重开"),
        required=True,
        synonyms={"未结账": "未结", "已结账": "已结", "反结账": "重开"},
        aliases=("结账状态",),
    )
    closed_on = c.moment("结账日期", "Closed on", time_required=False, aliases=("结账时间",))
    by = c.person("结账人", "Closed by", required=True, aliases=("经办人",))
    approver = c.person(
        "确认人",
        "Confirmed by",
        required_when=lambda: pl.col("status") == "已结",
        required_hint=("已结账须填", "once it is closed"),
        hint="不得是结账人；重开须由校长批准",
        hint_en="not the one who closes; the principal to reopen it",
    )
    open_items = c.integer("未达/未决项数", "Open items", required=True, minimum=0, aliases=("未决项数", "未达项数"))
    reopen_reason = c.text(
        "重开原因",
        "Why reopened",
        120,
        required_when=lambda: pl.col("status") == "重开",
        required_hint=("重开时须填", "when it is reopened"),
    )

    @row_rule(
        "PER-C3",
        at="approver",
        wants=("approver.role_codes",),
        zh="反结账须校长批准",
        en="only the principal lets a closed month be reopened, and not one who closed it",
        hint_zh="请由校长批准并填确认人",
        hint_en="have the principal approve it",
    )
    def reopened_without_principal(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md PER-C3 and the approval matrix."""
        nobody = pl.col("approver").is_null()
        unfit = nobody | lacks_role("approver", "PRINCIPAL") | _same_person().fill_null(value=False)
        return (pl.col("status") == "重开") & unfit

    @row_rule(
        "PER-C4",
        small="W",
        at="approver",
        zh="结账人与确认人不得相同（{approver}）",
        en="the one who closes must not confirm it ({approver})",
        hint_zh="请由他人确认",
        hint_en="have somebody else confirm it",
    )
    def confirmed_by_closer(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md PER-C4."""
        return (pl.col("status") == "已结") & _same_person()

    @cross_rule(
        "PER-C1",
        at="period",
        zh="须按月顺序结账：{book} {before} 尚未结账",
        en="months are closed in their order: {before} of {book} is open",
        hint_zh="请先结前一个月",
        hint_en="close the month before it first",
    )
    def closed_out_of_order(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The first month that a book knows has none before it."""
        months = with_others(rows, books, _REGISTER, ("book", "period", "status"))
        first = months.group_by("book").agg(pl.col("period").min().alias("first"))
        closed = months.filter(pl.col("status") == "已结").select("book", pl.col("period").alias("before"))
        before = (pl.col("period") + "-01").str.to_date().dt.offset_by("-1mo").dt.strftime("%Y-%m").alias("before")
        closing = rows.filter(pl.col("status") == "已结").with_columns(before).join(first, on="book")
        late = closing.filter(pl.col("period") > pl.col("first")).join(closed, on=["book", "before"], how="anti")
        return late.select("_id", "before")

    @cross_rule(
        "PER-C2",
        at="status",
        zh="存在重大差异（严重），不得结账（{count}项）",
        en="there are {count} serious differences: it must not be closed",
        hint_zh="请先处理或说明差异",
        hint_en="settle or explain them first",
        needs=("recon_difference",),
    )
    def closed_with_differences(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A difference belongs to the book with whose name one of its sources begins.

        At the close every unexplained difference is serious, however small (DOMAIN.md 2.2, register 107).
        """
        found = books.made("recon_difference").filter(pl.col("status") == OPEN)
        closing = rows.filter(pl.col("status") == "已结").select("_id", "book", "period")
        named = found.select("period", pl.concat_list(_SIDES).alias("side"), *_KEY).explode("side")
        both = closing.join(named, on="period", maintain_order="left")
        own = both.filter(pl.col("side").str.starts_with(pl.col("book"))).unique(["_id", *_KEY], maintain_order=True)
        return own.group_by("_id", maintain_order=True).agg(pl.len().cast(pl.Int64).alias("count"))


_SIDES = ("left_name", "right_name")
_KEY = ("recon_id", "line_no")
