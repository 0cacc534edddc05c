"""盘点计划: what is counted when, by whom, and as of which moment."""

from __future__ import annotations

from datetime import time

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.count_checks import cutoff_moved, keepers_of_plan, missing_from_sheets, moved_while_counting
from schemas.register import Register
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule


class StocktakePlan(Register):
    """Stocktake plan (DOMAIN.md 2.2, register 18).

    The cut-off is an instant: documents dated before it are in the book quantity that is compared.
    The end of a month is therefore the first day of the next one at 00:00.
    """

    title = "盘点计划"
    title_en = "Stocktake plan"
    number = 18
    group = "B 财产"
    key = ("plan_no",)
    owner = "ZW"
    period = "every month, April, November, end of semester and year"
    sign = "the head of general affairs; the principal for the annual count"
    signatures = ("总务主任", "校长")
    keywords = ("盘点计划", "盘点安排")
    cell_groups = (("cutoff", "count_from", "count_to"), ("counters", "observer"))
    date_column = "count_from"
    judged_after = ("stock_issue", "asset_transfer")

    plan_no = d.doc_no("PD", "盘点计划号", "Plan no.", digits=2, aliases=("计划号", "盘点计划编号", "盘点单号"))
    scope = c.enum(
        "盘点范围",
        "Scope",
        ("月度库存", "固定资产半年", "学期末全面", "年终全面", "抽盘", "交接盘点"),
        required=True,
        synonyms={"月度": "月度库存", "月末": "月度库存", "半年": "固定资产半年", "学期末": "学期末全面"}
        | {"年终": "年终全面", "抽查": "抽盘", "交接": "交接盘点"},
        aliases=("范围", "盘点类型"),
    )
    cutoff = c.moment(
        "盘点基准时间",
        "Cut-off",
        required=True,
        future=True,
        midnight_usual=True,
        aliases=("基准时间", "基准日", "盘点基准日"),
        hint="此刻之前的单据计入账面；月末盘点填次月1日 00:00，只填日期即该日 00:00",
        hint_en="documents before it are in the books; a month ends at 00:00 of the next day; a day alone is its 00:00",
    )
    count_from = c.moment("盘点开始", "Counting from", required=True, future=True, aliases=("开始时间", "盘点开始时间"))
    count_to = c.moment(
        "盘点结束",
        "Counting to",
        required=True,
        future=True,
        aliases=("结束时间", "盘点结束时间"),
        hint="不早于盘点开始",
        hint_en="not before the beginning",
    )
    warehouses = c.reference_list(
        "仓库/房间",
        "Rooms",
        "location.room_code",
        required=True,
        aliases=("仓库", "房间", "盘点地点", "盘点仓库"),
        hint="多个用顿号隔开",
        hint_en="separate several by 、",
    )
    blind = c.yes_no(
        "盲盘",
        "Blind",
        required=True,
        fill=True,
        aliases=("是否盲盘",),
        hint="盲盘的盘点表不印账面数；留空为是",
        hint_en="blind sheets do not show the books; blank: 是",
    )
    counters = c.reference_list(
        "盘点人",
        "Counters",
        "staff_roster.staff_no",
        required=True,
        aliases=("盘点人员", "盘点小组"),
        hint="至少两人，用顿号隔开，不能全部是保管员",
        hint_en="two or more, separated by 、, not all of them keepers",
    )
    observer = c.person(
        "监盘人",
        "Observer",
        required=True,
        aliases=("监盘", "监督人"),
        hint="不得是所盘仓库、房间的保管员",
        hint_en="no keeper of the rooms that are counted",
    )

    @row_rule(
        "DATE-ORDER",
        at="count_to",
        zh="盘点结束不得早于盘点开始 {count_from}",
        en="the counting must not end before it begins, {count_from}",
        hint_zh="请核对两个时间",
        hint_en="check both times",
    )
    def ends_before_it_begins(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stocktake_plan.count_to."""
        return pl.col("count_to") < pl.col("count_from")

    @row_rule(
        "TIME-REQUIRED",
        "W",
        at="cutoff",
        zh="盘点基准时间 {cutoff} 之前不含当日的单据",
        en="the cut-off {cutoff} leaves out the documents of that day",
        hint_zh="要含当日的单据，请填次日 00:00",
        hint_en="to include them write 00:00 of the next day",
    )
    def day_without_its_documents(_facts: Facts) -> pl.Expr:
        """A day alone means 00:00. The first of a month is the end of the month before: nobody is asked."""
        at = pl.col("cutoff")
        return (at.dt.time() == time()) & (at.dt.day() != 1)

    @row_rule(
        "NUM-RANGE",
        at="counters",
        zh="盘点人至少两人（只有{counters}）",
        en="at least two people count ({counters} alone)",
        hint_zh="请补填另一名盘点人",
        hint_en="add another one",
    )
    def counted_by_one(facts: Facts) -> pl.Expr:
        """One is enough in a small unit."""
        return pl.lit(not facts.small_unit) & ~pl.col("counters").str.contains("、", literal=True)

    @cross_rule(
        "PLN-01",
        small="W",
        at="counters",
        zh="盘点人不能全部为保管员（{counters}）",
        en="the counters must not all be keepers of what they count ({counters})",
        hint_zh="请增加一名不管这些仓库、房间的人",
        hint_en="add somebody who keeps none of these rooms",
        needs=("location",),
    )
    def all_counters_are_keepers(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Keepers are those of the rooms in the plan."""
        people = pl.col("counters").str.split("、")
        others = people.list.set_difference("keepers").list.len()
        return keepers_of_plan(rows, books).filter(others == 0).select("_id")

    @cross_rule(
        "PLN-02",
        small="W",
        at="observer",
        zh="监盘人不得为保管员（{observer}）",
        en="the observer must not be a keeper of what is counted ({observer})",
        hint_zh="请由他人监盘",
        hint_en="have somebody else observe",
        needs=("location",),
    )
    def observer_is_keeper(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Keepers are those of the rooms in the plan."""
        return keepers_of_plan(rows, books).filter(pl.col("keepers").list.contains(pl.col("observer"))).select("_id")

    @cross_rule(
        "PLN-03",
        "W",
        at="cutoff",
        zh="盘点期间有收发，须倒推：基准时间至盘点结束有{n}笔（首笔 {first}）",
        en="goods moved between cut-off and end of the count (lines: {n}, the first on {first})",
        hint_zh="盘点表按收发记录倒推到基准时间",
        hint_en="the sheets are rolled back to the cut-off by these documents",
        needs=("stock_receipt", "stock_issue"),
    )
    def moved_between_cutoff_and_end(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Documents have a day and no time: one of the day of the cut-off counts from 00:00."""
        return moved_while_counting(rows, books)

    @cross_rule(
        "X-15",
        at="cutoff",
        zh="调账不符：计划已有 {n} 行差异批准调账，基准时间不得再改（原为 {was}）",
        en="differences of the plan were approved (lines: {n}): its cut-off stays {was}",
        hint_zh="请恢复原来的基准时间；需要另一个基准的请另立计划",
        hint_en="put the cut-off back, or make another plan",
        needs=("stocktake_result", "stocktake_sheet"),
    )
    def cutoff_changed_after_approval(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Another cut-off would be another difference than the one that was approved."""
        return cutoff_moved(rows, books)

    @cross_rule(
        "X-16",
        "W",
        at="warehouses",
        zh="盘点遗漏 {n} 项：{named}",
        en="left out of the count ({n}): {named}",
        hint_zh="请在盘点表补盘，没有实物的填0",
        hint_en="count them, and write 0 where there is nothing",
        needs=("stocktake_sheet", "stock_receipt", "stock_issue", "item_catalogue"),
        effect=Effect.COMPLETENESS,
    )
    def left_out(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the counting is over; a spot check (抽盘) need not be complete."""
        return missing_from_sheets(rows, books)
