"""入库单: goods received into a warehouse."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.exact import amount_of, decimal
from schemas.register import Register, StockPosting
from schemas.rules import Facts, row_rule


class StockReceipt(Register):
    """Goods receipt: one line of a receipt document (DOMAIN.md 2.2, register 12)."""

    title = "入库单"
    title_en = "Goods receipt"
    number = 12
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("ST",)
    posts = ("stock",)
    period = "every receipt, same day"
    sign = "采购(经手)人 + 验收人 + 保管员"
    keywords = ("入库", "进仓", "验收单")
    cell_groups = (("item_code", "unit", "qty", "unit_price", "amount"),)
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    duplicate_code = "RCP-01"
    stock = StockPosting(1, "receipt_kind", "红字入库", (("期初建账", 0), ("红字入库", 2)), 1)

    doc_no = c.code(
        "入库单号",
        "Receipt no.",
        r"([A-Z]{2,6}\d{0,2}-)?RK-\d{6}-\d{4}",
        required=True,
        example="RK-202611-0001",
    )
    doc_date = c.day("入库日期", "Receipt date", required=True)
    qty = c.qty(
        "数量", "Quantity", required=True, negative=True, nonzero=True, unit="unit", item="item_code"
    )
    unit_price = c.price("单价", "Unit price", required=True)
    amount = c.money(
        "金额", "Amount", required=True, negative=True, formula='=IF([qty]*[unit_price]=0,"",ROUND([qty]*[unit_price],2))'
    )

    @row_rule(
        "RCP-03",
        at="amount",
        zh="金额≠数量×单价（应为{expected}，差额{d}）",
        en="the amount is not quantity × price (should be {expected}, off by {d})",
        hint_zh="请核对数量、单价和金额",
        hint_en="check quantity, price and amount",
        show={
            "expected": lambda _: amount_of(pl.col("qty"), pl.col("unit_price")),
            "d": lambda _: pl.col("amount") - amount_of(pl.col("qty"), pl.col("unit_price")),
        },
    )
    def amount_is_quantity_times_price(_facts: Facts) -> pl.Expr:
        """Allow what a price of 4 places cannot reproduce: 0.00005 a piece, at least a cent."""
        off = (pl.col("amount") - amount_of(pl.col("qty"), pl.col("unit_price"))).abs()
        slack = pl.col("qty").abs().cast(decimal(8)) * pl.lit("0.00005").cast(decimal(8))
        return (off > pl.lit("0.01").cast(decimal(2))) & (off.cast(decimal(8)) > slack)
