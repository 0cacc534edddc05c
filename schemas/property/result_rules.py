"""The rules of stocktake results: explained, approved by the right people, traceable to a count."""

from __future__ import annotations

import polars as pl

from schemas.parameters import text_of
from schemas.property.adjustment_shortages import adjustment_shortages
from schemas.property.count_book import ADJUSTING, ROLES_OF_LEVEL, too_low
from schemas.property.goods_rules import not_both
from schemas.property.result_checks import (
    agreeing_lines,
    approved_by_counting_hands,
    approved_too_low,
    long_open,
    not_on_a_sheet,
    uncompensated,
    with_counted,
)
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.rules_shared import lacks_role
from schemas.stock_balance import in_words
from schemas.usual_rules import role_expected

_SHORTEST_NOTE = 5


def under_approval() -> pl.Expr:
    """Return True where an approval is stated, if only in part."""
    return pl.col("approver").is_not_null() | pl.col("approve_date").is_not_null()


def _below_level() -> pl.Expr:
    """Return True where the approver's role is below the level of approval.

    What a superior authority decides is recorded by the head or a leader of the school.
    """
    lacking = [
        (pl.col("approve_level") == level) & lacks_role("approver", *roles) for level, roles in ROLES_OF_LEVEL.items()
    ]
    return pl.any_horizontal(lacking)


def _adjusts_goods() -> pl.Expr:
    """Return True where goods are approved to be adjusted: the row posts to the stock book."""
    signed = pl.col("approver").is_not_null() & pl.col("approve_date").is_not_null()
    return signed & pl.col("asset_no").is_null() & pl.col("suggestion").is_in(ADJUSTING)


def _least(facts: Facts) -> str:
    return text_of("count_approve_level", facts.parameters)


class ResultRules:
    """Row rules and rules between registers of ``StocktakeResult``."""

    asset_and_item = not_both()

    @row_rule(
        "VAR-01",
        at="approver",
        zh="未批准不得调账：有批准日期，没有批准人",
        en="nothing is adjusted without approval: there is a date but nobody who approved",
        hint_zh="请填写批准人",
        hint_en="write who approved it",
    )
    def approved_by_nobody(_facts: Facts) -> pl.Expr:
        """An adjustment is posted when approver and date are both there; a difference may be parked until then."""
        dated = pl.col("approve_date").is_not_null() | pl.col("adj_doc").is_not_null()
        return dated & pl.col("approver").is_null()

    @row_rule(
        "VAR-01",
        at="approve_date",
        zh="未批准不得调账：有批准人，没有批准日期",
        en="nothing is adjusted without approval: somebody approved, but there is no date",
        hint_zh="请填写批准日期；尚未批准的请先不填批准人",
        hint_en="write the date; leave the approver blank until it is approved",
    )
    def approved_on_no_day(_facts: Facts) -> pl.Expr:
        """The date of approval is the day on which the adjustment is posted."""
        return pl.col("approver").is_not_null() & pl.col("approve_date").is_null()

    @row_rule(
        "TEXT-SHORT",
        at="reason_note",
        zh="原因说明“{reason_note}”不足5个字",
        en="the explanation “{reason_note}” is shorter than 5 characters",
        hint_zh="请说明差异是怎样发生的",
        hint_en="say how the difference came about",
    )
    def hardly_explained(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, stocktake_result.reason_note."""
        return under_approval() & (pl.col("reason_note").str.len_chars() < _SHORTEST_NOTE)

    approver_without_role = role_expected(
        "approver",
        _below_level() & ~_adjusts_goods(),
        zh="批准人“{value}”没有与审批层级“{approve_level}”相应的角色",
        en="approver “{value}” does not hold the role that goes with “{approve_level}”",
        hint_zh="请核对批准人和审批层级，或由管理员确认其角色",
        hint_en="check approver and level, or have an admin confirm the role",
    )

    @row_rule(
        "VAR-01",
        at="approver",
        zh="未批准不得调账：批准人“{approver}”没有与审批层级“{approve_level}”相应的角色",
        en="nothing is adjusted without approval: “{approver}” does not hold the role of “{approve_level}”",
        hint_zh="请由相应层级的人批准，或由管理员在 houqin.toml 的 [roles] 确认其角色",
        hint_en="have it approved at that level, or have an admin confirm the role under [roles] in houqin.toml",
        wants=("approver.role_codes",),
    )
    def adjusted_without_role(_facts: Facts) -> pl.Expr:
        """The books follow the approval at once: nobody else can give it."""
        return _below_level() & _adjusts_goods()

    @row_rule(
        "VAR-01",
        at="approve_level",
        zh="未批准不得调账：库存差异须由“{least}”或更高层级批准（现为“{approve_level}”）",
        en="nothing is adjusted without approval: goods need “{least}” or a higher level, not “{approve_level}”",
        hint_zh="请报上一级批准，并更正审批层级和批准人",
        hint_en="have it approved there, then correct level and approver",
        show={"least": lambda facts: pl.lit(_least(facts))},
    )
    def adjusted_at_a_low_level(facts: Facts) -> pl.Expr:
        """The least level is the parameter ``count_approve_level``. Source: DOMAIN.md 2.3, approval matrix."""
        return _adjusts_goods() & too_low(_least(facts))

    @cross_rule(
        "X-15",
        at="line_no",
        zh="调账不符：{reason_zh}",
        en="the adjustment has no ground: {reason_en}",
        hint_zh="请核对计划号、表号和序号；盘点表补齐后本行自动入账",
        hint_en="check plan, sheet and line; the row is taken once the sheet is complete",
        needs=("stocktake_sheet",),
    )
    def not_counted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Every adjustment refers to the line on which the thing was counted."""
        return not_on_a_sheet(rows, books)

    @cross_rule(
        "X-15",
        "W",
        at="line_no",
        zh="调账不符：该行账实相符（账面 {book}），没有可处理的差异",
        en="there is nothing to adjust: on that line the books agree with the count ({book})",
        hint_zh="请核对表号和序号；差异已由补登单据消除的，本行不再调账",
        hint_en="check sheet and line; a difference that a late document explained is not adjusted",
        needs=("stocktake_sheet", "stocktake_plan", "location", "item_catalogue"),
        effect=Effect.AGREEMENT,
    )
    def nothing_to_adjust(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A line of goods in good state; what is adjusted is what differs."""
        return agreeing_lines(rows, books)

    @cross_rule(
        "X-09",
        at="approve_date",
        zh="审批冲突：批准日期 {approve_date} 早于盘点日期 {counted}",
        en="approved on {approve_date}, before it was counted on {counted}",
        hint_zh="请核对两个日期",
        hint_en="check both dates",
        needs=("stocktake_sheet",),
    )
    def approved_before_counted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-09."""
        counted = pl.col("counted_at").dt.date()
        found = with_counted(rows, books).filter(pl.col("approve_date") < counted)
        return found.select("_id", counted.alias("counted"))

    @cross_rule(
        "VAR-02",
        small="W",
        at="approver",
        zh="批准人不得为保管员或盘点人（{approver}）",
        en="the approver must be neither the keeper nor the counter ({approver})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
        needs=("stocktake_sheet",),
    )
    def approver_counted_or_keeps(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Those of the line on the count sheet; covers X-09."""
        return approved_by_counting_hands(rows, books)

    @cross_rule(
        "VAR-03",
        at="approve_level",
        zh="固定资产盘亏须报主管部门（{asset_no} 原值 {original_value}元，现为“{approve_level}”）",
        en="a missing asset goes to the superior authority ({asset_no}, {original_value} yuan, not “{approve_level}”)",
        hint_zh="请报主管部门批准，并填批复文号",
        hint_en="have it approved there, and write the number of the approval",
        needs=("stocktake_sheet", "fixed_asset_card"),
    )
    def asset_loss_approved_too_low(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Up to the parameter ``asset_disposal_limit`` the school decides itself."""
        return approved_too_low(rows, books)

    @cross_rule(
        "X-01",
        at="approve_date",
        zh="库存不足：{item} 于 {date} 账面只有 {q1}{base_unit}，调账 {q2}{base_unit} 后将为 {q}（{warehouse}）",
        en="not enough stock: on {date} the book of {item} has {q1} {base_unit}, {q2} less would be {q} ({warehouse})",
        hint_zh="盘点之后又有出库：请先核对这些出库单，必要时重新盘点",
        hint_en="goods were issued after the count: check these issues first, or count again",
        needs=("stocktake_sheet", "item_catalogue"),
    )
    def stock_would_be_negative(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On the day of the approval or any later one."""
        return in_words(adjustment_shortages(rows, books), books)

    @cross_rule(
        "VAR-04",
        "W",
        at="suggestion",
        zh="缺少赔偿登记：{responsible}应赔偿，赔偿登记表没有此事",
        en="{responsible} is to pay, but the compensation register has nothing of it",
        hint_zh="请在损坏遗失赔偿登记表补登",
        hint_en="enter it in the compensation register",
        needs=("compensation_register", "staff_roster"),
        effect=Effect.COMPLETENESS,
    )
    def compensation_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The same thing and the same person, by number or name."""
        return uncompensated(rows, books)

    @cross_rule(
        "VAR-05",
        "W",
        at="plan_no",
        zh="盈亏挂账超60天：自 {since} 已{days}天",
        en="the difference has been open for {days} days, since {since}",
        hint_zh="请尽快说明原因并报批",
        hint_en="explain it and have it approved",
        needs=("stocktake_plan",),
        effect=Effect.COMPLETENESS,
    )
    def open_too_long(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Counted from the cut-off of the plan to today, until it is approved."""
        return long_open(rows, books)
