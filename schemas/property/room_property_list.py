"""班级/科室财产登记表(一室一表): what is in a room when the semester begins and when it ends."""

from __future__ import annotations

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.room_list_rules import RoomListRules
from schemas.register import Register


class RoomPropertyList(RoomListRules, Register):
    """Room list: one thing in one room in one semester (DOMAIN.md 2.2, register 10).

    A row is either an asset or an item; the blank one of the two is part of the key. Quantities of items
    are in their base unit. What is missing follows from transfers that may still arrive: it is computed where
    it is asked for (``room_list_checks.missing_quantities``) and not stored with the row.
    """

    title = "班级/科室财产登记表(一室一表)"
    title_en = "Room inventory list"
    number = 10
    group = "B 财产"
    key = ("semester", "room", "asset_no", "item_code")
    owner = "ZW"
    writers = ("*",)
    period = "start and end of the semester"
    sign = (
        "the keeper issues; the head of the room or the class teacher "
        "signs at both ends; general affairs assists at the end"
    )
    keywords = ("财产登记表", "一室一表", "班级财产", "科室财产", "室内财产")
    cell_groups = (
        ("qty_start", "start_sign", "start_date"),
        ("qty_end", "damaged", "end_sign", "end_date", "disposition"),
    )
    line_column = "line_no"
    judged_after = ("asset_transfer",)

    semester = c.semester("学期", "Semester", required=True, hint="如 2026-2027-1（1为秋季，2为春季）",
                          hint_en="such as 2026-2027-1 (1 is autumn, 2 spring)")  # fmt: skip
    room = c.room("房间", "Room", required=True, aliases=("教室", "存放地点", "地点", "班级(科室)"))
    line_no = c.integer("序号", "No.", minimum=1, aliases=("行号",))
    asset_no = d.asset_no(
        hint="固定资产填；资产编号和物品编码须且只须填一个", hint_en="for assets; either this or the item, exactly one"
    )
    item_code = d.item_code(
        aliases=("物料编码", "物品编号", "物品"),
        hint="其他物品填；资产编号和物品编码须且只须填一个",
        hint_en="for other things; either this or the asset, exactly one",
    )
    name_spec = c.text(
        "名称规格",
        "Name and specification",
        80,
        aliases=("名称", "品名", "物品名称", "名称及规格", "财产名称"),
        hint="与卡片或物品目录一致",
        hint_en="as on the card or in the catalogue",
    )
    qty_start = c.qty("期初数量", "Quantity at the start", required=True, aliases=("数量", "开学数量", "学期初数量"))
    start_sign = c.person(
        "期初签收人",
        "Signed at the start",
        required=True,
        active_on="start_date",
        aliases=("签收人", "领用人", "开学签收人"),
        hint="一般是该室的负责人（室长）",
        hint_en="normally the keeper of the room",
    )
    start_date = c.day(
        "期初日期",
        "Date at the start",
        required=True,
        aliases=("签收日期", "登记日期", "开学日期"),
        hint="一般在开学后14天内",
        hint_en="normally within 14 days of the start",
    )
    qty_end = c.qty(
        "期末数量",
        "Quantity at the end",
        aliases=("学期末数量", "放假数量"),
        hint="学期结束时填，没有的填0",
        hint_en="at the end of the semester; 0 where nothing is left",
    )
    damaged = c.qty("损坏数量", "Damaged", aliases=("损坏",), hint="不大于期末数量", hint_en="part of what is there")
    missing = c.qty("缺少数量", "Missing", system=True, negative=True, aliases=("缺少", "短少数量"))
    end_sign = c.person(
        "期末交接人",
        "Signed at the end",
        active_on="end_date",
        aliases=("交接人", "期末签字人"),
        hint="填了期末数量的须填",
        hint_en="with the quantity at the end",
    )
    end_date = c.day(
        "期末日期", "Date at the end", aliases=("交接日期",), hint="不早于期初日期", hint_en="not before the start"
    )
    disposition = c.enum(
        "处理意见",
        "To be done",
        ("正常", "维修", "赔偿", "报废", "调出"),
        synonyms={"完好": "正常", "修理": "维修"},
        aliases=("处理", "处理结果"),
    )
