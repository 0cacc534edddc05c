"""计量单位换算表: how many base units stand behind a box."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.register import Register
from schemas.rules import Books, Facts, cross_rule, row_rule

_DOCUMENTS = ("requisition", "stock_receipt", "stock_issue", "asset_transfer")
_FACTOR = ["item_code", "alt_unit"]


class UnitConversion(Register):
    """Unit conversions per item, by the day from which they hold (DOMAIN.md 2.2, register 6).

    A document in a unit without a conversion (UOM-01) is reported on the document, by ``schemas.measure``.
    """

    title = "计量单位换算表"
    title_en = "Unit conversions per item"
    number = 6
    group = "A 主数据"
    key = ("item_code", "alt_unit", "valid_from")
    owner = "ZW"
    writers = ("ST",)
    period = "on change"
    sign = "the keeper of assets"
    keywords = ("换算",)

    item_code = d.item_code(required=True, aliases=("物料编码", "物品编号", "物品", "品名"))
    alt_unit = c.unit_of(
        "辅助单位",
        "Other unit",
        required=True,
        aliases=("换算单位", "单位", "包装单位"),
        hint="不同于物品的基本单位",
        hint_en="not the base unit of the item",
    )
    factor = c.qty(
        "换算率",
        "Factor",
        6,
        required=True,
        positive=True,
        aliases=("换算系数", "换算数量", "折合数量"),
        hint="1个辅助单位等于多少基本单位",
        hint_en="how many base units one of them is",
    )
    valid_from = c.day(
        "生效日期",
        "Valid from",
        required=True,
        future=True,
        aliases=("启用日期", "起始日期"),
        hint="单据按其日期采用当日有效的换算率",
        hint_en="a document uses the factor that holds on its day",
    )

    @staticmethod
    def used_by(keys: pl.Series, books: Books) -> pl.DataFrame:
        """Return the documents whose quantities some conversions turn into base units."""
        rows = books.rows("unit_conversion").select(*_FACTOR, "valid_from", "_key")
        leaving = pl.col("_key").is_in(keys.implode())
        used = _factors_used(rows.join(rows.filter(leaving).select(_FACTOR).unique(), on=_FACTOR, how="semi"), books)
        return used.filter(leaving).select("_key", "_user_register", "_user_key")

    @row_rule(
        "UNIT-SAME",
        at="alt_unit",
        zh="辅助单位“{alt_unit}”就是该物品的基本单位",
        en="“{alt_unit}” is the base unit of the item itself",
        hint_zh="基本单位不需要换算率，请删去此行或改填其他单位",
        hint_en="the base unit needs no factor: delete the row or choose another unit",
        wants=("item_code.base_unit",),
    )
    def other_unit_is_base_unit(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, unit_conversion.alt_unit."""
        return pl.col("alt_unit") == pl.col("item_code.base_unit")

    @row_rule(
        "QTY-INT",
        at="factor",
        zh="换算率 {factor}：{base_unit}为整数单位，不得有小数",
        en="factor {factor}: {base_unit} is counted in whole numbers",
        hint_zh="请核对换算率",
        hint_en="check the factor",
        wants=("item_code.base_unit", "item_code.unit_is_integer"),
        show={"base_unit": lambda _: pl.col("item_code.base_unit")},
    )
    def part_of_a_whole_unit(_facts: Facts) -> pl.Expr:
        """Source: DOMAIN.md 2.2, unit_conversion.factor."""
        return pl.col("item_code.unit_is_integer") & (pl.col("factor") % 1 != 0)

    @cross_rule(
        "UOM-02",
        at="factor",
        zh="换算率只能新增生效日期，不得改旧值（原为 {factor_before}，单据 {document} 已使用）",
        en="a factor in use cannot change (it was {factor_before}, document {document} uses it)",
        hint_zh="请恢复原值，另加一行新的生效日期",
        hint_en="put it back, and add a row with a new first day",
    )
    def factor_changed_after_use(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A document uses the factor with the latest first day that is not after its own.

        It may change by another factor, another first day, or a new row between.
        """
        names = [*_FACTOR, "valid_from", "factor", "_key"]
        before = books.rows("unit_conversion").select(names)
        others = books.others("unit_conversion", rows).select(names)
        told = rows.select(*names, "_id")
        after = pl.concat([others.with_columns(pl.lit(None, pl.Int64).alias("_id")), told])
        old = pl.coalesce("_replaces", "_key") if "_replaces" in rows.columns else pl.col("_key")
        restated = rows.select(old.alias("_key"), pl.col("_id").alias("_restated"))
        was = _factors_used(before, books).drop("_user_register", "_user_key").rename({"factor": "factor_before"})
        now = _factors_used(after, books).select("_document", "factor", "_id")
        both = was.join(now, on="_document", how="left").join(restated, on="_key", how="left")
        changed = both.filter(pl.col("factor").ne_missing(pl.col("factor_before")))
        guilty = changed.with_columns(pl.coalesce("_restated", "_id").alias("_id")).filter(pl.col("_id").is_not_null())
        first = guilty.sort("doc_no", "line_no").unique("_id", keep="first", maintain_order=True)
        return first.select("_id", "factor_before", pl.col("doc_no").alias("document"))


def _factors_used(conversions: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the documents (``_document``) in other units with the conversion that each of them uses."""
    items = conversions.select("item_code").unique()
    documents = pl.concat(
        [
            books.rows(register, items).select(
                *("item_code", "doc_date", "doc_no", "line_no"),
                alt_unit="unit",
                _user_register=pl.lit(register),
                _user_key="_key",
            )
            for register in _DOCUMENTS
        ],
        how="vertical_relaxed",
    ).with_columns(pl.concat_str("_user_register", "_user_key", separator=" ").alias("_document"))
    used = documents.join(conversions, on=_FACTOR, how="inner")
    on_their_day = used.filter(pl.col("valid_from") <= pl.col("doc_date")).sort("valid_from")
    return on_their_day.unique("_document", keep="last", maintain_order=True)
