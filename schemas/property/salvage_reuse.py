"""修旧利废登记表: what was repaired instead of bought, and what that saved."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.exact import amount_of
from schemas.register import Register, blank_means


class SalvageReuse(Register):
    """Repair and reuse: one event (DOMAIN.md 2.2, register 23)."""

    title = "修旧利废登记表"
    title_en = "Repair-and-reuse record"
    number = 23
    group = "B 财产"
    key = ("doc_no",)
    owner = "ZW"
    deletions = "follow"
    period = "every event"
    sign = "repairer + keeper"
    keywords = ("修旧利废",)
    cell_groups = (("item", "qty", "new_price"),)
    date_column = "date"
    document_column = "doc_no"
    fills = blank_means(saved=lambda _: amount_of(pl.col("qty"), pl.col("new_price")) - pl.col("material_cost"))

    doc_no = d.doc_no("XJ", "单号", "No.", aliases=("修旧单号", "单据号", "单据编号"))
    date = c.day("日期", "Date", required=True, aliases=("修理日期", "登记日期"))
    item = c.text("物品名称", "Thing", 60, required=True, aliases=("名称", "品名", "修复物品"))
    qty = c.qty("数量", "Quantity", required=True, positive=True, hint="大于0", hint_en="more than 0")
    source_ref = c.code("来源(报废/回收单)", "Where it came from", aliases=("来源", "来源单号"))
    material_cost = c.money(
        "耗材费用", "Cost of materials", required=True, aliases=("材料费", "维修费用"), hint="没有费用的填0",
        hint_en="0 where nothing was used",
    )  # fmt: skip
    labour = c.qty("用工(小时)", "Hours of work", aliases=("用工", "工时"))
    new_price = c.money(
        "新购价",
        "Price of a new one",
        required=True,
        positive=True,
        aliases=("新购单价", "购置单价"),
        hint="买一件新的要多少钱，大于0",
        hint_en="what one new piece would cost, above 0",
    )
    saved = c.money("节约金额", "Saved", system=True, negative=True)
    worker = c.person("维修人", "Repaired by", required=True, aliases=("修理人", "经手人"))
