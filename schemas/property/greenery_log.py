"""绿化养护记录: what was done for lawns, flowers and the orchard."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.register import Register
from schemas.rules import Books, Effect, cross_rule


class GreeneryLog(Register):
    """Greenery log (DOMAIN.md 2.2, register 27)."""

    title = "绿化养护记录"
    title_en = "Greenery log"
    number = 27
    group = "B 财产"
    key = ("date", "area", "line_no")
    owner = "ZW"
    deletions = "follow"
    period = "as done"
    sign = "the person responsible"
    keywords = ("绿化养护", "绿化记录", "花木养护")
    cell_groups = (("qty", "unit", "material_item"),)
    date_column = "date"
    line_column = "line_no"

    date = c.day("日期", "Date", required=True, aliases=("养护日期", "作业日期"))
    area = c.room(
        "区域",
        "Area",
        required=True,
        aliases=("养护区域", "地点", "位置"),
        hint="场所表中的草坪、花木、果园、绿化带等",
        hint_en="a place of the rooms register: lawn, flower bed, orchard …",
    )
    line_no = d.line_no("序号", aliases=("行号",), hint="同一天同一区域从1开始", hint_en="from 1 for each day and area")
    work = c.enum(
        "作业",
        "Work",
        ("浇水", "施肥", "修剪", "补植", "除草", "病虫防治", "采收"),
        required=True,
        synonyms={
            "灌溉": "浇水",
            "剪枝": "修剪",
            "补种": "补植",
            "打药": "病虫防治",
            "治虫": "病虫防治",
            "采摘": "采收",
        },
        aliases=("作业内容", "养护内容", "工作内容"),
    )
    qty = c.qty("数量", "Quantity", aliases=("用量",))
    unit = c.text(
        "单位", "Unit", aliases=("计量单位",), hint="如 株、平方米、千克", hint_en="such as 株, 平方米 or 千克"
    )
    material_item = c.item(
        "用料",
        "Material",
        inactive_allowed=True,
        aliases=("材料", "用料名称"),
        hint="填了的须有该物品的出库单",
        hint_en="what is named here was issued from a store",
    )
    cost = c.money("费用", "Cost", aliases=("费用(元)", "金额"))
    worker = c.person("责任人", "Done by", required=True, aliases=("养护人", "作业人"))

    @cross_rule(
        "REF-PENDING",
        "W",
        at="material_item",
        zh="用料“{material_item}”在 {date} 及以前没有出库单",
        en="no issue of the material “{material_item}” up to {date}",
        hint_zh="请补登出库单，或核对用料",
        hint_en="enter the issue, or check the material",
        needs=("stock_issue",),
        effect=Effect.COMPLETENESS,
    )
    def material_never_issued(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """On the day of the work or before it."""
        used = rows.filter(pl.col("material_item").is_not_null())
        items = used.select(pl.col("material_item").alias("item_code")).unique()
        issued = books.rows("stock_issue", items).filter(pl.col("qty_base") > 0)
        first = issued.group_by(pl.col("item_code").alias("material_item")).agg(pl.col("doc_date").min().alias("first"))
        found = used.join(first, on="material_item", how="left", maintain_order="left")
        return found.filter(pl.col("first").is_null() | (pl.col("first") > pl.col("date"))).select("_id")
