"""场所(房间)表: rooms and places, the warehouses among them."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.register import Register
from schemas.rules import Facts, row_rule


class Location(Register):
    """Rooms and places (DOMAIN.md 2.2, register 3)."""

    title = "场所(房间)表"
    title_en = "Rooms and places"
    number = 3
    group = "A 主数据"
    key = ("room_code",)
    owner = "ZW"
    period = "on change"
    sign = "general affairs"
    keywords = ("场所", "房间表", "房间目录", "场室")
    cell_groups = (("campus", "building", "floor"),)
    label = "room_name"
    duplicate_code = "LOC-01"
    unknown_code = "ROOM-UNKNOWN"

    room_code = c.code(
        "房间编码",
        "Room code",
        r"[A-Z0-9]{1,3}-?[A-Z0-9]{1,6}",
        required=True,
        example="A-301",
        aliases=("房间编号", "场所编码", "场所编号", "房号"),
        hint="如 A-301、CK01，不得重复",
        hint_en="such as A-301 or CK01, each only once",
    )
    room_name = c.text(
        "房间名称",
        "Room name",
        40,
        required=True,
        aliases=("场所名称", "名称"),
        hint="如 三年级(1)班教室",
        hint_en="such as 三年级(1)班教室",
    )
    campus = c.enum("校区", "Campus", ("南校区", "北校区", "本部"), synonyms={"南区": "南校区", "北区": "北校区"})
    building = c.text("楼栋", "Building", 20, aliases=("楼号", "所在楼"))
    floor = c.integer(
        "楼层",
        "Floor",
        minimum=-2,
        maximum=40,
        negative=True,
        aliases=("层",),
        hint="−2至40，地下为负数",
        hint_en="−2 to 40, negative below ground",
    )
    room_type = c.enum(
        "类型",
        "Type",
        (
            *("普通教室", "专业教室", "办公室", "仓库", "食堂", "宿舍", "保健室", "门卫室", "财务室", "图书室"),
            *("体育场地", "厕所", "公共区域", "室外", "其他"),
        ),
        required=True,
        synonyms={
            "教室": "普通教室",
            "库房": "仓库",
            "保管室": "仓库",
            "医务室": "保健室",
            "卫生室": "保健室",
            "门卫": "门卫室",
            "传达室": "门卫室",
            "图书馆": "图书室",
            "卫生间": "厕所",
            "操场": "体育场地",
        },
        aliases=("房间类型", "场所类型"),
    )
    key_place = c.enum(
        "重要部位",
        "Key place",
        ("多媒体教室", "食堂", "实验室", "办公室", "财务室", "电教室", "计算机房", "体育器材室"),
        synonyms={"机房": "计算机房", "微机室": "计算机房", "计算机教室": "计算机房", "器材室": "体育器材室"},
        hint="不是重要部位则留空",
        hint_en="blank unless it is a key place",
    )
    keeper = c.person(
        "负责人(室长)",
        "Keeper",
        required=True,
        inactive_allowed=True,
        aliases=("室长", "负责人", "责任人"),
        hint="一室一人，一人可负责多室",
        hint_en="one person per room; one person may keep several",
    )
    area_m2 = c.qty("面积(㎡)", "Area (m²)", 2, positive=True, aliases=("面积", "使用面积"))
    is_warehouse = c.yes_no(
        "是否仓库",
        "Warehouse",
        required=True,
        aliases=("仓库", "是仓库"),
        hint="只有“是”的场所可存放库存物品",
        hint_en="stock can only be held where it is 是",
    )

    @row_rule(
        "LOC-02",
        "W",
        at="keeper",
        zh="室长已离岗，请更换并办理交接（{keeper}，离岗日期 {left}）",
        en="the keeper has left ({keeper}, on {left}): name another one and hand over",
        wants=("keeper.off_date",),
        show={"left": lambda _: pl.col("keeper.off_date")},
    )
    def keeper_has_left(facts: Facts) -> pl.Expr:
        """Source: 行政事业性国有资产管理条例 第十五条第三款."""
        return pl.col("keeper.off_date") <= facts.today
