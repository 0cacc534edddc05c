"""The rules of count sheets."""

from __future__ import annotations

import polars as pl

from schemas.property.count_checks import (
    counted_otherwise,
    counted_twice,
    found_off_the_books,
    loaned_but_missing,
    missing_sheet_numbers,
    to_count_again,
)
from schemas.property.goods_rules import not_both, only_whole
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule


class SheetRules:
    """Row rules and rules between registers of ``StocktakeSheet``; a blank count (CNT-01) is told while reading."""

    asset_and_item = not_both()
    first_count_is_whole = only_whole("count1", "CNT-07", "unit")
    second_count_is_whole = only_whole("count2", "CNT-07", "unit")

    @row_rule(
        "UNIT-BASE",
        at="unit",
        zh="单位“{unit}”不是物品的基本单位“{base_unit}”",
        en="“{unit}” is not the base unit of the item, “{base_unit}”",
        hint_zh="请按基本单位盘点和填写",
        hint_en="count it in the base unit",
        wants=("item_code.base_unit",),
        show={"base_unit": lambda _: pl.col("item_code.base_unit")},
    )
    def counted_in_another_unit(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stocktake_sheet.unit."""
        return pl.col("unit") != pl.col("item_code.base_unit")

    @row_rule(
        "CNT-02",
        small="W",
        at="observer",
        zh="盘点人与监盘人相同（{observer}）",
        en="counter and observer are the same person ({observer})",
        hint_zh="请由他人监盘",
        hint_en="have somebody else observe",
    )
    def counter_is_observer(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md CNT-02."""
        return pl.col("counter") == pl.col("observer")

    @row_rule(
        "CNT-06",
        "W",
        at="name_spec",
        zh="账外物品：“{name_spec}”没有资产编号，也没有物品编码",
        en="not in the books: “{name_spec}” has neither an asset number nor an item",
        hint_zh="请核对是否漏填编码；确属账外的按盘盈处理",
        hint_en="check whether the code was forgotten; if it is really new, it is a surplus",
    )
    def thing_without_code(_facts: Facts) -> pl.Expr:
        """A zero says that there was nothing. Source: DOMAIN.md 2.2, stocktake_sheet.asset_no."""
        found = pl.coalesce("count2", "count1") > 0
        return pl.col("asset_no").is_null() & pl.col("item_code").is_null() & found

    @row_rule(
        "DATE-ORDER",
        at="counted_at",
        zh="盘点时间 {counted_at} 不在计划的 {start} 至 {end} 之内",
        en="counted at {counted_at}, outside the plan's {start} to {end}",
        hint_zh="请核对盘点时间，或先更正盘点计划",
        hint_en="check the time, or correct the plan first",
        wants=("plan_no.count_from", "plan_no.count_to"),
        show={"start": lambda _: pl.col("plan_no.count_from"), "end": lambda _: pl.col("plan_no.count_to")},
    )
    def counted_outside_the_plan(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stocktake_sheet.counted_at."""
        at = pl.col("counted_at")
        return (at < pl.col("plan_no.count_from")) | (at > pl.col("plan_no.count_to"))

    @cross_rule(
        "CNT-05",
        at="room",
        zh="重复盘点：{asset_no} 已在 {room_before} 盘过（{line}）",
        en="counted twice: {asset_no} was counted in {room_before} before ({line})",
        hint_zh="请核对资产编号和地点，保留实物所在的一行",
        hint_en="check number and room, and keep the line of the room where it is",
    )
    def asset_in_two_rooms(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The first line of the plan stays."""
        return counted_twice(rows, books).filter("elsewhere").select("_id", "line", "room_before")

    @cross_rule(
        "X-16",
        "W",
        at="line_no",
        zh="同一地点重复盘点同一物品：{line} 已盘过",
        en="the same thing was counted in the same room before: {line}",
        hint_zh="请合并为一行",
        hint_en="make one line of them",
    )
    def counted_again_in_the_room(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """What was left out is told at the plan."""
        return counted_twice(rows, books).filter(~pl.col("elsewhere")).select("_id", "line")

    @cross_rule(
        "X-11",
        at="condition",
        zh="借出资产不得记盘亏：{asset_no} 由 {borrower} 借用（{loan}）",
        en="an asset on loan is not missing: {borrower} has {asset_no} ({loan})",
        hint_zh="请向借用人核实，数量照填，使用状况填“借出”",
        hint_en="ask the borrower, then write the quantity and the condition 借出",
        needs=("loan_register", "staff_roster"),
    )
    def loaned_asset_counted_as_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-11."""
        return loaned_but_missing(rows, books)

    @cross_rule(
        "CNT-04",
        at="count2",
        zh="差异超限，须复盘：初盘 {count1}{unit} 与账面不符",
        en="count it again: {count1} {unit} differ from the books by more than is allowed",
        hint_zh="请换人复盘，并填写复盘数量",
        hint_en="have somebody else count it, and write the second count",
        needs=("stocktake_plan", "location", "item_catalogue", "stock_receipt", "stock_issue"),
    )
    def second_count_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Compared at the cut-off. The book quantity is not told: the second count is blind too."""
        return to_count_again(rows, books).select("_id")

    @cross_rule(
        "X-15",
        at="count1",
        zh="调账不符：该行的差异已于 {day} 批准调账，不得再改",
        en="the difference of this line was approved on {day} and is in the books: it cannot change any more",
        hint_zh="确需更正的，请先在盘盈盘亏处理表撤销批准，或重新盘点",
        hint_en="take the approval back first, or count again",
        needs=("stocktake_result",),
    )
    def changed_after_approval(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """What was approved is the difference of this very count."""
        return counted_otherwise(rows, books)

    @cross_rule(
        "CNT-06",
        "W",
        at="item_code",
        zh="账外物品：{room} 在基准时间没有 {item_code} 的账面记录",
        en="not in the books: {item_code} was never booked in {room} before the cut-off",
        hint_zh="请核对编码和地点；确属账外的按盘盈处理",
        hint_en="check code and room; if it is really new, it is a surplus",
        needs=("stocktake_plan", "location", "item_catalogue", "stock_receipt", "stock_issue"),
    )
    def goods_off_the_books(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Only warehouses have a stock book."""
        return found_off_the_books(rows, books)

    @cross_rule(
        "CNT-03",
        "W",
        at="sheet_no",
        zh="盘点表缺号：{missing}",
        en="sheet {missing} of the plan is missing",
        hint_zh="请找到并补录缺少的盘点表，作废的请交总务处留存",
        hint_en="find and enter it; keep spoilt sheets with the file",
        needs=("stocktake_plan",),
        effect=Effect.COMPLETENESS,
    )
    def sheet_number_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the counting is over, so that it is found before the month is closed."""
        return missing_sheet_numbers(rows, books)
