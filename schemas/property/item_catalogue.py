"""物品目录: what may be bought, kept and issued."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.columns import MEASURED_UNITS
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule
from schemas.rules_shared import repeated
from schemas.usual_rules import only_warehouse

CATEGORIES = {
    "BG": "办公用品",
    "QJ": "清洁",
    "WJ": "五金水电",
    "JX": "教学用品",
    "JJ": "教玩具",
    "SP": "食品",
    "YP": "药品",
    "XD": "消毒消杀",
    "WX": "危险品",
    "FS": "服装",
    "JC": "教材",
    "QT": "其他",
}
"""Prefix of an item code to its category."""

_MOVING = ("stock_receipt", "stock_issue", "asset_transfer")


class ItemCatalogue(Register):
    """Item catalogue: consumables, low-value durables, food, textbooks (DOMAIN.md 2.2, register 5)."""

    title = "物品目录"
    title_en = "Item catalogue (consumables, low-value durables, food, textbooks)"
    number = 5
    group = "A 主数据"
    key = ("item_code",)
    owner = "ZW"
    writers = ("ST",)
    period = "on change"
    sign = "the keeper of assets creates; the head of general affairs approves"
    keywords = ("物品目录", "物料目录", "物资目录", "商品目录", "存货目录")
    cell_groups = (
        ("base_unit", "unit_is_integer"),
        ("category", "nature", "hazard_class"),
        ("shelf_life_days", "is_fresh"),
        ("min_stock", "max_stock"),
    )
    label = "item_name"
    active_column = "active"
    duplicate_code = "ITM-01"

    item_code = c.code(
        "物品编码",
        "Item code",
        r"[A-Z]{2}\d{4,6}",
        required=True,
        example="BG0001",
        aliases=("物料编码", "物品编号", "物品代码", "编码", "编号"),
        hint="两个字母的类别前缀加4至6位数字",
        hint_en="the two letters of the category and 4 to 6 digits",
    )
    item_name = c.text("物品名称", "Item name", 60, required=True, aliases=("品名", "名称", "物料名称", "货物名称"))
    spec = c.text("规格型号", "Specification", 60, aliases=("规格", "型号"))
    base_unit = c.unit_of(
        "基本计量单位",
        "Base unit",
        required=True,
        aliases=("基本单位", "计量单位", "单位"),
        hint="有收发记录后不得修改",
        hint_en="fixed once the item has moved",
    )
    unit_is_integer = c.yes_no(
        "整数单位",
        "Counted in whole units",
        required=True,
        aliases=("是否整数单位",),
        hint="计数的单位填“是”；千克、升、米等填“否”",
        hint_en="是 for what is counted, 否 for kilograms, litres, metres …",
    )
    category = c.enum(
        "物品类别",
        "Category",
        tuple(CATEGORIES.values()),
        required=True,
        synonyms={
            "办公": "办公用品",
            "文具": "办公用品",
            "清洁用品": "清洁",
            "保洁用品": "清洁",
            "五金": "五金水电",
            "水电": "五金水电",
            "水电五金": "五金水电",
            "玩教具": "教玩具",
            "食材": "食品",
            "消毒用品": "消毒消杀",
            "课本": "教材",
            "校服": "服装",
        },
        aliases=("类别", "分类", "物品分类"),
        hint="须与物品编码前缀一致",
        hint_en="has to agree with the prefix of the item code",
    )
    nature = c.enum(
        "管理性质",
        "Nature",
        ("易耗品", "低值耐用品", "固定资产", "食品", "药品", "危险品", "教材"),
        required=True,
        synonyms={"低值易耗品": "易耗品", "消耗品": "易耗品", "耐用品": "低值耐用品", "危险化学品": "危险品"},
        aliases=("性质", "物品性质"),
    )
    valuation = c.enum(
        "计价方法",
        "Valuation",
        ("移动加权平均", "先进先出"),
        synonyms={"移动加权平均法": "移动加权平均", "移动平均": "移动加权平均", "先进先出法": "先进先出"},
        hint="留空则用学校的方法",
        hint_en="blank: the school's own method",
    )
    shelf_life_days = c.integer(
        "保质期(天)",
        "Shelf life (days)",
        positive=True,
        aliases=("保质期", "保质天数"),
        hint="食品必填，生鲜散装除外；以天计",
        hint_en="required for food that is not fresh; in days",
    )
    is_fresh = c.yes_no(
        "生鲜散装",
        "Fresh or loose",
        aliases=("是否生鲜", "生鲜"),
        hint="是：没有批号、生产日期和保质期",
        hint_en="是: no printed batch, production date or shelf life",
    )
    hazard_class = c.enum(
        "危险类别",
        "Hazard class",
        ("易燃", "易爆", "剧毒", "易制毒", "易制爆", "腐蚀", "消毒消杀", "其他"),
        synonyms={"易燃品": "易燃", "易爆品": "易爆", "腐蚀品": "腐蚀", "消毒": "消毒消杀"},
        required_when=lambda: (pl.col("nature") == "危险品") | (pl.col("category") == "消毒消杀"),
        required_hint=("危险品和消毒消杀用品须填", "for hazardous goods and disinfectants"),
    )
    min_stock = c.qty(
        "最低库存", "Lowest stock", aliases=("库存下限",), hint="低于此数列入预警", hint_en="below it: warned"
    )
    max_stock = c.qty(
        "最高库存",
        "Highest stock",
        aliases=("库存上限",),
        hint="不得小于最低库存",
        hint_en="not below the lowest stock",
    )
    ref_price = c.price(
        "参考单价",
        "Reference price",
        positive=True,
        aliases=("参考价", "单价"),
        hint="基本单位的单价，大于0",
        hint_en="for one base unit, above 0",
    )
    default_warehouse = c.room(
        "默认仓库", "Usual warehouse", aliases=("仓库", "存放仓库"), hint="须是仓库", hint_en="has to be a warehouse"
    )
    active = c.yes_no(
        "启用",
        "In use",
        required=True,
        aliases=("是否启用",),
        hint="停用后不再入库，可继续出库至库存为零",
        hint_en="out of use: no more receipts; issues until the stock is used up",
    )

    @row_rule(
        "ITM-03",
        at="shelf_life_days",
        zh="食品必须填写保质期",
        en="food needs its shelf life",
        hint_zh="请填写天数；生鲜散装请在“生鲜散装”填“是”",
        hint_en="write the days; for fresh or loose food answer 是 under 生鲜散装",
    )
    def food_without_shelf_life(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md ITM-03."""
        fresh = pl.col("is_fresh").fill_null(value=False)
        return (pl.col("nature") == "食品") & ~fresh & pl.col("shelf_life_days").is_null()

    @row_rule(
        "ITM-04",
        "W",
        at="ref_price",
        zh="单价达到固定资产标准（{threshold}元），请改走固定资产卡片",
        en="the price reaches the threshold of fixed assets ({threshold} yuan): use an asset card",
        show={"threshold": lambda facts: pl.lit(facts.number("capitalisation_threshold"))},
    )
    def price_of_an_asset(facts: Facts) -> pl.Expr:
        """Source: 事业单位财务规则 第四十一条."""
        threshold = pl.lit(facts.number("capitalisation_threshold"))
        return (pl.col("ref_price") >= threshold) & (pl.col("nature") != "固定资产")

    @row_rule(
        "ITM-05",
        at="category",
        zh="物品类别与编码前缀不符（{item_code} 的前缀应为{expected}）",
        en="the category does not match the prefix of the code ({item_code} stands for {expected})",
        hint_zh="请核对物品类别或物品编码",
        hint_en="check the category or the code",
        show={"expected": lambda _: _category_of_prefix().fill_null("已登记的类别")},
    )
    def category_of_another_prefix(_facts: Facts) -> pl.Expr:
        """A prefix that stands for no category matches none."""
        return (
            pl.col("item_code").is_not_null()
            & pl.col("category").ne_missing(_category_of_prefix())
            & pl.col("category").is_not_null()
        )

    @row_rule(
        "UNIT-INTEGER",
        "W",
        at="unit_is_integer",
        zh="整数单位填“{unit_is_integer}”与单位“{base_unit}”通常的用法不符",
        en="“{unit_is_integer}” is unusual for the unit “{base_unit}”",
        hint_zh="计数的单位一般填“是”，千克、升、米等一般填“否”",
        hint_en="what is counted is normally 是; kilograms, litres, metres … are 否",
    )
    def unit_counted_unusually(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, item_catalogue.unit_is_integer."""
        return pl.col("unit_is_integer") == pl.col("base_unit").is_in(list(MEASURED_UNITS))

    @row_rule(
        "NUM-RANGE",
        at="max_stock",
        zh="最高库存 {max_stock} 小于最低库存 {min_stock}",
        en="the highest stock {max_stock} is below the lowest, {min_stock}",
        hint_zh="请核对两个数",
        hint_en="check both",
    )
    def highest_below_lowest(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, item_catalogue.max_stock."""
        return pl.col("max_stock") < pl.col("min_stock")

    usual_place_is_no_warehouse = only_warehouse(
        "default_warehouse", "“{value}”不是仓库", "“{value}” is not a warehouse"
    )

    @cross_rule(
        "ITM-01",
        at="item_name",
        zh="物品重复：与 {holder} 同名同规格",
        en="item doubled: {holder} has the same name, specification and unit",
        hint_zh="请用原来的编码，或写明不同的规格",
        hint_en="use the other code, or write down what is different",
    )
    def item_under_another_code(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A blank specification is one specification like any other."""
        whole = pl.col("spec").fill_null("")
        others = books.others("item_catalogue", rows).with_columns(whole)
        return repeated(rows.with_columns(whole), others, ["item_name", "spec", "base_unit"])

    @cross_rule(
        "ITM-02",
        at="base_unit",
        zh="该物品已有收发记录，不得修改基本单位（原为“{before}”）",
        en="the item has moved already: its base unit cannot change (it was “{before}”)",
        hint_zh="请恢复原单位；确需另一单位时新建物品编码，停用旧编码",
        hint_en="put the unit back; for another one make a new item code and take this one out of use",
    )
    def unit_changed_after_movement(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Requisitions move nothing."""
        return _changed_after_movement("base_unit", rows, books)

    @cross_rule(
        "ITM-02",
        at="unit_is_integer",
        zh="该物品已有收发记录，不得修改“整数单位”（原为“{before}”）",
        en="the item has moved already: whether it is counted in whole units cannot change (it was “{before}”)",
        hint_zh="请恢复原值；确需更改时新建物品编码，停用旧编码",
        hint_en="put it back; where it has to change make a new item code and take this one out of use",
    )
    def whole_units_changed_after_movement(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Quantities in the books are whole, or they are not."""
        return _changed_after_movement("unit_is_integer", rows, books)


def _changed_after_movement(column: str, rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the items of which a column changed although they were received or issued, with what it was."""
    before = books.rows("item_catalogue").select("_key", pl.col(column).alias("before"))
    changed = rows.join(before, on="_key", how="inner", maintain_order="left").filter(
        pl.col(column) != pl.col("before")
    )
    items = changed.select("item_code")
    moved = pl.concat([books.rows(register, items).select("item_code") for register in _MOVING])
    return changed.join(moved, on="item_code", how="semi", maintain_order="left").select("_id", "before")


def _category_of_prefix() -> pl.Expr:
    return pl.col("item_code").str.slice(0, 2).replace_strict(CATEGORIES, default=None, return_dtype=pl.String)
