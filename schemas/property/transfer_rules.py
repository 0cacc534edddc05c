"""The rules of transfers."""

from __future__ import annotations

import polars as pl

from schemas.property.asset_places import displaced, gone_assets, newly_named
from schemas.property.goods_rules import not_both
from schemas.register import StockPosting
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.stock_balance import in_words, shortages
from schemas.usual_rules import approved_by_head

LEAVING, COMING = "无偿调出(校外)", "无偿调入(校外)"
POSTING = StockPosting(1, "kind", None, (), 4, (("from_store", -1), ("to_store", 1)))
"""Both legs are one movement of rank 4 (DOMAIN.md 4.7 (9))."""

_OTHER_SIDE = {"from_room": COMING, "to_room": LEAVING}
"""Room to the kind of transfer that has none on that side."""


def store_of(room: str) -> pl.Expr:
    """Return the room where goods leave or enter the stock book there: it is a warehouse of the school."""
    posts = pl.col("item_code").is_not_null() & pl.col(f"{room}.is_warehouse") & (pl.col("kind") != _OTHER_SIDE[room])
    return pl.when(posts).then(pl.col(room))


def _is_external() -> pl.Expr:
    return pl.col("kind").is_in([LEAVING, COMING])


def _no_warehouse(room: str) -> pl.Expr:
    goods = pl.col("item_code").is_not_null() & (pl.col("kind") == "仓库之间")
    return goods & ~pl.col(f"{room}.is_warehouse")


class TransferRules:
    """Row rules and rules between registers of ``AssetTransfer``."""

    asset_and_item = not_both()

    @row_rule(
        "TRF-02",
        at="to_room",
        zh="调入调出地点相同（{to_room}）",
        en="it would stay where it is ({to_room})",
        hint_zh="请核对两个地点",
        hint_en="check both rooms",
    )
    def stays_where_it_is(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md TRF-02."""
        return pl.col("to_room") == pl.col("from_room")

    @row_rule(
        "TRF-05",
        at="batch_approval",
        zh="对外调拨须有上级批复（{kind}）",
        en="a transfer out of or into the school needs the superior's approval ({kind})",
        hint_zh="请填写上级批复文号",
        hint_en="write the number of the approval",
    )
    def external_without_approval(_facts: Facts) -> pl.Expr:
        """Source: 行政事业性国有资产管理条例 第十一条."""
        return _is_external() & pl.col("batch_approval").is_null()

    @row_rule(
        "X-09",
        small="W",
        at="approver",
        zh="审批冲突：批准人不得是调出人或调入人（{approver}）",
        en="the approver must be neither of the two who hand over and take over ({approver})",
        hint_zh="请由他人批准",
        hint_en="have somebody else approve it",
    )
    def approver_hands_over(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.3, X-09."""
        return (pl.col("approver") == pl.col("from_person")) | (pl.col("approver") == pl.col("to_person"))

    approver_without_role = approved_by_head()

    @row_rule(
        "ROOM-NOT-WAREHOUSE",
        at="from_room",
        zh="“{value}”不是仓库，不能从中调出库存物品",
        en="“{value}” is not a warehouse: no stock can leave it",
        hint_zh="请选仓库，或把调拨类型改为校内房间",
        hint_en="choose a warehouse, or make it a transfer between rooms",
        wants=("from_room.is_warehouse",),
    )
    def leaves_no_warehouse(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, location.is_warehouse."""
        return _no_warehouse("from_room")

    @row_rule(
        "ROOM-NOT-WAREHOUSE",
        at="to_room",
        zh="“{value}”不是仓库，不能存放库存物品",
        en="“{value}” is not a warehouse: it cannot hold stock",
        hint_zh="请选仓库，或把调拨类型改为校内房间",
        hint_en="choose a warehouse, or make it a transfer between rooms",
        wants=("to_room.is_warehouse",),
    )
    def enters_no_warehouse(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, location.is_warehouse."""
        return _no_warehouse("to_room")

    @row_rule(
        "NUM-RANGE",
        at="qty",
        zh="资产须整卡调拨：卡片数量 {pieces}，本行 {qty}",
        en="an asset moves whole: its card has {pieces}, this line {qty}",
        hint_zh="请填卡片上的数量；只调一部分的请先拆分卡片",
        hint_en="write the quantity of the card; to move a part, split the card first",
        wants=("asset_no.qty",),
        show={"pieces": lambda _: pl.col("asset_no.qty")},
    )
    def part_of_a_card(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, asset_transfer.qty."""
        return pl.col("item_code").is_null() & (pl.col("qty") != pl.col("asset_no.qty"))

    @cross_rule(
        "X-14",
        at="asset_no",
        zh="已处置资产仍有业务：{asset_no} 已处置，不得再调拨",
        en="{asset_no} has been disposed of: it cannot be transferred any more",
        hint_zh="请核对资产编号和调拨日期",
        hint_en="check number and date",
        needs=("fixed_asset_card",),
    )
    def disposed_before(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """By the day of the disposal; a line that was accepted before keeps its asset."""
        fresh = newly_named(rows, books, "asset_transfer")
        return gone_assets(fresh, pl.col("doc_date"), books).select("_id")

    @cross_rule(
        "TRF-01",
        at="from_room",
        zh="资产不在调出地点：{asset_no} {reason}",
        en="the asset {asset_no} is not in the room that it is to leave: {reason_en}",
        hint_zh="请核对资产编号、地点和日期；漏登的调拨请先补登",
        hint_en="check number, rooms and date; enter first a transfer that was left out",
        needs=("fixed_asset_card",),
    )
    def asset_somewhere_else(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """By the earlier and the later transfers of the asset, then by its card."""
        return displaced(rows, books)

    @cross_rule(
        "TRF-03",
        at="qty",
        zh="调出仓库库存不足：{date} 账面 {q1}{base_unit}，调出 {q2}{base_unit}（{item}，{warehouse}，差 {shortfall}）",
        en="not enough stock on {date}: book {q1} {base_unit}, moved {q2} ({item}, {warehouse}, {shortfall} short)",
        hint_zh="请核对数量、日期和仓库；货已到的请先录入库单",
        hint_en="check quantity, date and warehouse; if the goods have arrived, enter the receipt first",
        needs=("stock_receipt", "item_catalogue", "location"),
    )
    def stock_would_be_negative(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On its own day or any later one, in the warehouse it leaves or, if it is lowered, in the one it enters."""
        found = shortages(rows, books, "asset_transfer").unique("_id", keep="first", maintain_order=True)
        return in_words(found, books)
