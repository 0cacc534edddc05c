"""Rules of every register whose rows name either an asset or an item of the catalogue."""

from __future__ import annotations

import polars as pl

from schemas.columns import MEASURED_UNITS
from schemas.rules import RowRule, row_rule

WHOLE_ITEM = "item_code.unit_is_integer"
"""What ``only_whole`` wants to know of the item."""


def not_both() -> RowRule:
    """Return the rule that a row names an asset or an item, never both."""
    declare = row_rule(
        "ONE-OF",
        at="item_code",
        zh="资产编号和物品编码只能填一个（{asset_no}、{item_code}）",
        en="a row names an asset or an item, not both ({asset_no}, {item_code})",
        hint_zh="固定资产只填资产编号，库存物品只填物品编码",
        hint_en="the asset number alone for fixed assets, the item alone for goods in stock",
    )
    return declare(lambda _: pl.col("asset_no").is_not_null() & pl.col("item_code").is_not_null())


def only_whole(at: str, code: str = "QTY-INT", unit: str | None = None) -> RowRule:
    """Return the rule that assets, and items counted in whole units, have whole quantities.

    Where a row names neither, the column ``unit`` decides, if the register has one.
    """
    counted = pl.lit(value=True) if unit is None else ~pl.col(unit).is_in(MEASURED_UNITS)
    return _whole_where(pl.col("asset_no").is_not_null() | pl.coalesce(pl.col(WHOLE_ITEM), counted), at, code)


def only_whole_items(at: str) -> RowRule:
    """Return the rule that items counted in whole units have whole quantities, where rows name no assets."""
    return _whole_where(pl.col(WHOLE_ITEM), at, "QTY-INT")


def _whole_where(counted: pl.Expr, at: str, code: str) -> RowRule:
    declare = row_rule(
        code,
        at=at,
        zh="{title} {value}：整数单位不得有小数",
        en="{title_en} {value}: this is counted in whole numbers",
        hint_zh="请核对数量和单位",
        hint_en="check quantity and unit",
        wants=(WHOLE_ITEM,),
        show={"value": lambda _: pl.col(at)},
    )
    return declare(lambda _: counted & (pl.col(at) % 1 != 0))
