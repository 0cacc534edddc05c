"""财产调拨单: what changes its room, warehouse, campus or school."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.transfer_rules import COMING, LEAVING, POSTING, TransferRules, store_of
from schemas.register import Register, blank_means
from schemas.rules import Facts


class AssetTransfer(TransferRules, Register):
    """Transfer: one line of a transfer document (DOMAIN.md 2.2, register 17).

    Goods move the stock of the rooms among the two that are warehouses, both legs by the same
    quantity (TRF-04); an asset moves whole. A blank unit means the base unit.
    """

    title = "财产调拨单"
    title_en = "Transfer between rooms/departments/campuses"
    number = 17
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("DJ",)
    posts = ("stock", "assets")
    period = "every transfer"
    sign = "who gives + who takes + the head of general affairs"
    keywords = ("调拨", "调剂", "移交单")
    cell_groups = (
        ("asset_no", "item_code", "qty", "unit"),
        ("kind", "from_room", "to_room"),
        ("from_person", "to_person"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    stock = POSTING
    fills = blank_means(unit=lambda _: pl.col("item_code.base_unit"))
    derived: ClassVar[Mapping[str, tuple[pl.DataType, Callable[[Facts], pl.Expr]]]] = {
        "from_store": (pl.String(), lambda _: store_of("from_room")),
        "to_store": (pl.String(), lambda _: store_of("to_room")),
    }
    fill_wants = ("item_code.base_unit", "from_room.is_warehouse", "to_room.is_warehouse")
    judged_after = ("stock_receipt",)

    doc_no = d.doc_no("DB", "调拨单号", "Transfer no.")
    doc_date = c.day("调拨日期", "Transfer date", required=True, aliases=("日期", "单据日期"))
    line_no = d.line_no()
    transfer_kind = c.enum(
        "调拨类型",
        "Kind",
        ("校内房间", "仓库之间", "校区之间", LEAVING, COMING),
        name="kind",
        required=True,
        synonyms={
            "校内": "校内房间",
            "房间之间": "校内房间",
            "仓库": "仓库之间",
            "校区": "校区之间",
            "无偿调出": LEAVING,
            "校外调出": LEAVING,
            "无偿调入": COMING,
            "校外调入": COMING,
        },
        aliases=("类型", "调拨方式"),
    )
    asset_no = d.asset_unless_item()
    item_code = d.item_code(
        hint="库存物品填；资产编号和物品编码只填一个", hint_en="for goods in stock; either this or the asset"
    )
    qty = d.qty(
        positive=True,
        aliases=("调拨数量",),
        hint="大于0；资产填卡片上的全部数量",
        hint_en="more than 0; for an asset all of its card",
    )
    unit = d.unit(
        required=False,
        hint="留空为基本单位；或有换算率的单位",
        hint_en="blank: the base unit; or one with a conversion",
    )
    from_room = c.room(
        "调出地点",
        "From room",
        required_when=lambda: pl.col("kind") != COMING,
        required_hint=("无偿调入(校外)以外须填", "unless it comes from outside"),
        aliases=("调出仓库", "调出房间", "原存放地点"),
    )
    to_room = c.room(
        "调入地点",
        "To room",
        required_when=lambda: pl.col("kind") != LEAVING,
        required_hint=("无偿调出(校外)以外须填", "unless it leaves the school"),
        aliases=("调入仓库", "调入房间", "现存放地点"),
        hint="不同于调出地点",
        hint_en="another one than it comes from",
    )
    from_person = c.person(
        "调出人",
        "Handed over by",
        required_when=lambda: pl.col("kind") != COMING,
        required_hint=("无偿调入(校外)以外须填", "unless it comes from outside"),
        aliases=("移交人", "调出经手人"),
    )
    to_person = c.person(
        "调入人",
        "Taken over by",
        required_when=lambda: pl.col("kind") != LEAVING,
        required_hint=("无偿调出(校外)以外须填", "unless it leaves the school"),
        aliases=("接收人", "接管人", "调入经手人"),
    )
    approver = d.approver(
        required=True,
        hint="总务主任或更高，不得是调出人或调入人",
        hint_en="the head of general affairs or a higher office, neither of the two hands",
    )
    batch_approval = c.text(
        "上级批复文号",
        "Superior's approval",
        60,
        aliases=("批复文号", "批文号"),
        hint="校外调拨须填",
        hint_en="for transfers out of or into the school",
    )
