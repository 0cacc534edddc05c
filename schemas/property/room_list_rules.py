"""The rules of room lists."""

from __future__ import annotations

import polars as pl

from schemas.property.goods_rules import only_whole
from schemas.property.room_list_checks import (
    elsewhere_at_start,
    in_two_rooms,
    moved_away,
    names_of_things,
    unexplained_losses,
)
from schemas.rules import Books, Effect, Facts, cross_rule, row_rule
from schemas.semesters import semester_end, semester_start
from schemas.usual_rules import at_most, not_before

_DAYS_TO_LIST = 14


class RoomListRules:
    """Row rules and rules between registers of ``RoomPropertyList``."""

    whole_start = only_whole("qty_start")
    whole_end = only_whole("qty_end")
    whole_damage = only_whole("damaged")

    @row_rule(
        "ROM-05",
        at="asset_no",
        zh="资产编号与物品编码须且只须填一个",
        en="exactly one of asset number and item is filled in",
        hint_zh="固定资产只填资产编号，其他物品只填物品编码",
        hint_en="the asset number alone for fixed assets, the item alone for other things",
    )
    def not_exactly_one_thing(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ROM-05."""
        return pl.col("asset_no").is_null() == pl.col("item_code").is_null()

    @row_rule(
        "ROM-02",
        at="end_sign",
        zh="期末未签字（期末数量 {qty_end}）",
        en="nobody signed at the end (quantity {qty_end})",
        hint_zh="请由室长或班主任签字后填写交接人",
        hint_en="have the keeper or the class teacher sign, and write who did",
    )
    def end_not_signed(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ROM-02."""
        return pl.col("qty_end").is_not_null() & pl.col("end_sign").is_null()

    @row_rule(
        "REQ-EMPTY",
        at="qty_end",
        zh="期末数量必填（学期已于 {end} 结束）",
        en="the quantity at the end is required (the semester ended on {end})",
        hint_zh="请清点后填写，没有的填0",
        hint_en="count it; 0 where nothing is left",
        show={"end": lambda facts: semester_end(pl.col("semester"), facts)},
    )
    def end_not_counted(facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, room_property_list.qty_end."""
        return pl.col("qty_end").is_null() & (semester_end(pl.col("semester"), facts) < facts.today)

    more_damaged_than_there = at_most(
        "damaged",
        "qty_end",
        zh="损坏数量 {damaged} 大于期末数量 {qty_end}",
        en="{damaged} are damaged, but only {qty_end} are there",
        hint_zh="请核对；已不在室内的不算损坏",
        hint_en="check both; what is not there any more is missing, not damaged",
    )

    ends_before_it_starts = not_before(
        "end_date",
        "start_date",
        zh="期末日期 {end_date} 早于期初日期 {start_date}",
        en="the end, {end_date}, is before the start, {start_date}",
    )

    @row_rule(
        "DATE-ORDER",
        "W",
        at="start_date",
        zh="期初日期 {start_date} 不在开学后14天内（{semester} 于 {start} 开学）",
        en="{start_date} is not within 14 days of the start of {semester}, {start}",
        hint_zh="请核对学期和日期；中途调入的可不改",
        hint_en="check semester and date; leave it where the thing came later",
        show={"start": lambda facts: semester_start(pl.col("semester"), facts)},
    )
    def listed_late(facts: Facts) -> pl.Expr:
        """What was moved in later begins with 0 and is listed when it comes."""
        start = semester_start(pl.col("semester"), facts)
        in_time = pl.col("start_date").is_between(start, start.dt.offset_by(f"{_DAYS_TO_LIST}d"))
        return ~in_time & (pl.col("qty_start") > 0)

    @row_rule(
        "ROLE-MISMATCH",
        "W",
        at="start_sign",
        zh="期初签收人“{value}”不是该室负责人",
        en="“{value}” signed at the start, but is not the keeper of the room",
        hint_zh="请核对签收人，或更正场所表中的负责人",
        hint_en="check who signed, or correct the keeper in the rooms register",
        wants=("room.keeper",),
    )
    def signed_by_another_than_the_keeper(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, room_property_list.start_sign."""
        return pl.col("start_sign") != pl.col("room.keeper")

    @cross_rule(
        "SPEC-MISMATCH",
        "W",
        at="name_spec",
        zh="名称规格“{name_spec}”与登记的“{known}”不一致",
        en="“{name_spec}” is not what is registered, “{known}”",
        hint_zh="请核对编号和名称",
        hint_en="check number and name",
    )
    def named_differently(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """The name, the specification, or both; case and spaces do not matter."""
        return names_of_things(rows, books)

    @cross_rule(
        "ROM-01",
        at="room",
        zh="同一资产出现在两个房间：{room1}/{room2}（{asset_no}）",
        en="the same asset is in two rooms: {room1} and {room2} ({asset_no})",
        hint_zh="请核对资产编号；调拨过的请先登记财产调拨单",
        hint_en="check the number; if it was moved, enter the transfer first",
        needs=("asset_transfer", "fixed_asset_card", "location"),
    )
    def asset_in_two_rooms(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A transfer between the rooms explains it; a batch may be spread over rooms as far as its card goes."""
        return in_two_rooms(rows, books)

    @cross_rule(
        "ROM-04",
        "W",
        at="room",
        zh="台账存放地点与房间登记不一致：{asset_no} 台账在 {place}",
        en="the books have {asset_no} in another room, {place}",
        hint_zh="请核对房间；实物已移动的请登记财产调拨单并更正卡片",
        hint_en="check the room; if it was moved, enter the transfer and correct the card",
        needs=("asset_transfer", "fixed_asset_card", "location"),
    )
    def card_says_another_room(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On the day of the list, by transfers and card."""
        return elsewhere_at_start(rows, books)

    @cross_rule(
        "X-13",
        "W",
        at="qty_end",
        zh="调拨后台账未更新：{asset_no} 已调往 {place}，清单期末仍有 {qty_end}",
        en="{asset_no} was transferred to {place}, but the list still has {qty_end} at the end",
        hint_zh="请把期末数量改为0，处理意见填“调出”，或更正调拨单",
        hint_en="write 0 and 调出, or correct the transfer",
        needs=("asset_transfer", "fixed_asset_card", "location"),
        effect=Effect.COMPLETENESS,
    )
    def kept_after_transfer(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-13."""
        return moved_away(rows, books)

    @cross_rule(
        "ROM-03",
        "W",
        at="qty_end",
        zh="短少 {n}，无处理依据",
        en="{n} are missing, and nothing explains it",
        hint_zh="请登记赔偿、报废或盘点处理，或核对数量",
        hint_en="enter the compensation, the disposal or the stocktake result, or check the quantities",
        needs=("asset_transfer", "compensation_register", "disposal_register", "stocktake_sheet", "stocktake_result"),
        effect=Effect.COMPLETENESS,
    )
    def loss_not_explained(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Start, plus what was transferred in, less what was transferred out, less end."""
        return unexplained_losses(rows, books)
