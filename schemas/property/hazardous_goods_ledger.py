"""易燃易爆有毒物品及消毒消杀用品台账: every movement of goods that are dangerous, under two pairs of hands."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.exact import QTY_PLACES, scaled
from schemas.property.goods_rules import only_whole_items
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import accepted_versions, with_others
from schemas.stock_balance import in_words, shortfalls

SIGNS = {"入库": 1, "领用": -1, "归还": 1, "销毁": -1}
"""Direction to its effect on what is kept, in the order of the drop-down list."""

_RANKS = {"入库": 0, "归还": 1, "领用": 2, "销毁": 3}
_STRICT = ("剧毒", "易制毒", "易制爆")
_HAZARD = "item_code.hazard_class"


class HazardousGoodsLedger(Register):
    """Hazardous goods ledger (DOMAIN.md 2.2, register 26).

    It posts no stock: goods enter the books by receipts and issues. Quantities are in the base unit
    of the item, and its balance is one for the whole school. What was taken out and is destroyed is
    returned first: 销毁 takes from what is kept.
    """

    title = "易燃易爆有毒物品及消毒消杀用品台账"
    title_en = "Hazardous goods ledger"
    number = 26
    group = "B 财产"
    key = ("doc_no",)
    owner = "ZW"
    writers = ("BJ", "DJ")
    period = "every movement; counted every week or month"
    sign = "two persons for every movement"
    keywords = ("危险品", "易燃易爆", "有毒物品", "消毒消杀")
    cell_groups = (("item_code", "direction", "qty"), ("handler1", "handler2"))
    date_column = "date_time"
    document_column = "doc_no"

    doc_no = c.code("单号", "No.", required=True, example="WX202611001", aliases=("编号", "单据号", "登记号"))
    date_time = c.moment("时间", "Time", required=True, aliases=("日期", "收发时间", "日期时间"))
    item_code = d.item_code(
        required=True,
        aliases=("物品", "品名", "物品名称", "物品编号"),
        hint="物品目录中有危险类别的物品",
        hint_en="an item for which the catalogue names a hazard class",
    )
    direction = c.enum(
        "收发",
        "Direction",
        tuple(SIGNS),
        required=True,
        synonyms={
            "收": "入库",
            "收入": "入库",
            "购入": "入库",
            "发": "领用",
            "发出": "领用",
            "退回": "归还",
            "报废": "销毁",
        },
        aliases=("收发类型", "方向"),
        hint="领用后剩余的先登记归还，再登记销毁",
        hint_en="what is left over is returned first, then destroyed",
    )
    qty = c.qty(
        "数量",
        "Quantity",
        required=True,
        positive=True,
        hint="大于0，按物品的基本单位",
        hint_en="more than 0, in the item's base unit",
    )
    balance = c.qty("结存", "Balance", system=True, negative=True, hint="系统计算", hint_en="computed by the system")
    use_for = c.text("用途", "Purpose", 80, required=True, aliases=("用途说明", "事由"))
    handler1 = c.person("经手人1", "First handler", required=True, aliases=("经手人", "保管员", "经办人1"))
    handler2 = c.person(
        "经手人2",
        "Second handler",
        aliases=("复核人", "经办人2"),
        hint="另一人；消毒消杀用品可留空",
        hint_en="somebody else; may be blank for disinfectants",
    )
    room = c.room(
        "存放地点",
        "Kept in",
        required=True,
        aliases=("存放处", "存放房间"),
        hint="上锁的库房",
        hint_en="a locked store",
    )
    label_ok = c.yes_no("标签完好", "Label intact", required=True, aliases=("标签是否完好", "标签"))

    @row_rule(
        "ITEM-KIND",
        at="item_code",
        zh="“{item_code}”在物品目录中没有危险类别",
        en="the catalogue names no hazard class for “{item_code}”",
        hint_zh="请核对物品，或在物品目录补填危险类别",
        hint_en="check the item, or add its hazard class to the catalogue",
        wants=("item_code.active", _HAZARD),
    )
    def item_is_harmless(_facts: Facts) -> pl.Expr:
        """An item that is not in the catalogue is not judged."""
        return pl.col("item_code.active").is_not_null() & pl.col(_HAZARD).is_null()

    whole_quantity = only_whole_items("qty")

    @row_rule(
        "HAZ-01",
        small="W",
        at="handler2",
        zh="须双人收发：两名经手人是同一人（{handler2}）",
        en="two persons are needed: both handlers are {handler2}",
        hint_zh="请填写另一名经手人",
        hint_en="write down the other one",
    )
    def both_handlers_are_one(_facts: Facts) -> pl.Expr:
        """For every hazard class."""
        return pl.col("handler1") == pl.col("handler2")

    @row_rule(
        "HAZ-01",
        small="W",
        at="handler2",
        zh="须双人收发：缺经手人2（{hazard}）",
        en="two persons are needed: there is no second handler ({hazard})",
        hint_zh="请填写另一名经手人",
        hint_en="write down the other one",
        wants=(_HAZARD,),
        show={"hazard": lambda _: pl.col(_HAZARD)},
    )
    def second_handler_missing(_facts: Facts) -> pl.Expr:
        """One person may hand out disinfectants."""
        return pl.col("handler2").is_null() & (pl.col(_HAZARD) != "消毒消杀")

    @cross_rule(
        "HAZ-02",
        at="qty",
        zh="危险品结存为负：{date} 结存 {q1}{base_unit}，{direction} {q2}{base_unit}（{item}，差 {shortfall}）",
        en="the balance would be negative: {q1} {base_unit} on {date}, {q2} leave ({item}, {shortfall} short)",
        hint_zh="请核对数量和时间；漏登的入库、归还请先补登",
        hint_en="check quantity and time; enter missing receipts and returns first",
        needs=("item_catalogue",),
    )
    def balance_would_be_negative(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """At its own time or at any later one, in the order of times."""
        candidates = _movements(rows, "_id", "_key")
        before = _movements(accepted_versions(rows, books, "hazardous_goods_ledger"), "_key")
        items = pl.concat([candidates.select("item_code"), before.select("item_code")]).unique()

        def settled(stated: pl.DataFrame) -> pl.DataFrame:
            return _movements(books.others("hazardous_goods_ledger", stated, items))

        found = shortfalls(rows, candidates, before, settled)
        return in_words(found, books)

    @cross_rule(
        "HAZ-03",
        "W",
        at="direction",
        zh="领用未销账：{item_code} 当日没有归还或销毁记录（{hazard}）",
        en="{item_code} was taken out and neither returned nor destroyed on the same day ({hazard})",
        hint_zh="请补登归还或销毁",
        hint_en="enter the return or the destruction",
        needs=("item_catalogue",),
    )
    def taken_out_and_not_settled(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Of the classes 剧毒, 易制毒 and 易制爆."""
        items = books.rows("item_catalogue").select("item_code", pl.col("hazard_class").alias("hazard"))
        strict = rows.join(items.filter(pl.col("hazard").is_in(_STRICT)), on="item_code", maintain_order="left")
        place = ("item_code", pl.col("date_time").dt.date().alias("day"))
        back = pl.col("direction").is_in(["归还", "销毁"])
        named = strict.select("item_code").unique()
        moved = with_others(rows, books, "hazardous_goods_ledger", (*place, "direction"), named)
        taken = strict.filter(pl.col("direction") == "领用").select("_id", "hazard", *place)
        return taken.join(moved.filter(back), on=["item_code", "day"], how="anti", maintain_order="left").select(
            "_id", "hazard"
        )


def _movements(rows: pl.DataFrame, *extra: str) -> pl.DataFrame:
    """Return what rows of the ledger move, as ``schemas.stock_balance.shortfalls`` wants it."""
    sign = pl.col("direction").replace_strict(SIGNS, default=None, return_dtype=pl.Int64)
    rank = pl.col("direction").replace_strict(_RANKS, default=None, return_dtype=pl.Int64)
    return rows.select(
        *extra,
        pl.lit("").alias("warehouse"),
        "item_code",
        pl.col("date_time").alias("doc_date"),
        (scaled(pl.col("qty"), QTY_PLACES) * sign).alias("effect"),
        rank.alias("rank"),
        "doc_no",
        pl.lit(1, pl.Int64).alias("line_no"),
    ).drop_nulls(["item_code", "doc_date", "effect"])
