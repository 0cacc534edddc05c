"""入库单: goods received into a warehouse."""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas import document_columns as d
from schemas.property.receipt_cross_rules import POSTING, ReceiptCrossRules
from schemas.property.receipt_rules import ReceiptRules
from schemas.register import Register, blank_means


class StockReceipt(ReceiptRules, ReceiptCrossRules, Register):
    """Goods receipt: one line of a receipt document (DOMAIN.md 2.2, register 12).

    Goods that go back to the supplier are a red-letter receipt (红字入库) with a negative quantity;
    what a department brings back is a red-letter issue. A doubled key (RCP-01) is reported where
    the keys are compared.
    """

    title = "入库单"
    title_en = "Goods receipt"
    number = 12
    group = "B 财产"
    key = ("doc_no", "line_no")
    owner = "ZW"
    writers = ("ST",)
    posts = ("stock",)
    period = "every receipt, on the same day"
    sign = "buyer + inspector + keeper"
    keywords = ("入库", "进仓", "验收单", "收货")
    cell_groups = (
        ("item_code", "spec", "unit", "qty", "unit_price", "amount"),
        ("receipt_kind", "ref_doc"),
        ("batch_no", "production_date", "expire_date"),
    )
    date_column = "doc_date"
    document_column = "doc_no"
    line_column = "line_no"
    duplicate_code = "RCP-01"
    stock = POSTING
    judged_after = ("purchase_request",)
    fills = blank_means(
        expire_date=lambda _: pl.col("production_date") + pl.duration(days=pl.col("item_code.shelf_life_days"))
    )
    fill_wants = ("item_code.shelf_life_days",)

    doc_no = d.doc_no("RK", "入库单号", "Receipt no.", also=("验收单号",))
    doc_date = c.day("入库日期", "Receipt date", required=True, aliases=("日期", "单据日期", "验收日期", "入库时间"))
    line_no = d.line_no()
    warehouse = d.warehouse(aliases=("入库仓库", "库房", "存放仓库"))
    receipt_kind = c.enum(
        "入库类型",
        "Kind",
        ("采购入库", "期初建账", "捐赠入库", "校外调入", "盘盈入库", "自制入库", "红字入库"),
        required=True,
        synonyms={
            "采购": "采购入库",
            "购入": "采购入库",
            "购进": "采购入库",
            "外购": "采购入库",
            "期初": "期初建账",
            "期初库存": "期初建账",
            "期初入库": "期初建账",
            "捐赠": "捐赠入库",
            "接受捐赠": "捐赠入库",
            "受赠": "捐赠入库",
            "调入": "校外调入",
            "校外调拨": "校外调入",
            "盘盈": "盘盈入库",
            "自制": "自制入库",
            "采购退货": "红字入库",
            "红字": "红字入库",
        },
        aliases=("类型", "入库类别", "入库方式"),
        hint="退回供应商用红字入库；盘盈入库由系统生成",
        hint_en="红字入库 for goods sent back to the supplier; 盘盈入库 is made by the system",
    )
    supplier_code = c.supplier(
        "供应商",
        "Supplier",
        aliases=("供应商编码", "供货商", "供货单位", "供应单位"),
        hint="采购入库和红字入库须填",
        hint_en="for purchases and goods sent back",
    )
    item_code = d.item_of_line(inactive_allowed=False)
    spec = c.text(
        "规格", "Specification", aliases=("规格型号", "型号"), hint="与物品目录一致", hint_en="as in the catalogue"
    )
    unit = d.unit()
    qty = d.qty(
        negative=True,
        nonzero=True,
        aliases=("入库数量", "实收数量", "验收数量"),
        hint="不为0；只有红字入库为负数",
        hint_en="not 0; negative only for 红字入库",
    )
    unit_price = c.price(
        "单价",
        "Unit price",
        required=True,
        aliases=("单价(元)", "含税单价", "进价"),
        hint="含税，最多四位小数；只有捐赠入库可为0",
        hint_en="tax included, at most 4 decimals; 0 only for gifts",
    )
    amount = c.money(
        "金额",
        "Amount",
        required=True,
        negative=True,
        formula='=IF(OR([qty]="",[unit_price]=""),"",ROUND([qty]*[unit_price],2))',
        aliases=("金额(元)", "总金额", "总价", "含税金额", "价税合计"),
        hint="数量×单价，四舍五入到分",
        hint_en="quantity × price, rounded to the cent",
    )
    batch_no = c.text(
        "生产批号",
        "Batch",
        30,
        aliases=("批号", "批次"),
        hint="食品和药品没有生产日期时须填，生鲜散装除外",
        hint_en="for food and medicine without a production date, unless fresh",
    )
    production_date = c.day(
        "生产日期",
        "Made on",
        aliases=("出厂日期",),
        hint="有保质期的食品须填，除非已填保质期至",
        hint_en="for food with a shelf life, unless the last day is given",
    )
    expire_date = c.day(
        "保质期至",
        "Best before",
        future=True,
        aliases=("有效期至", "失效日期", "到期日期", "有效期"),
        hint="最后有效日；留空则为生产日期加保质期；药品须填",
        hint_en="the last good day; blank: production date plus shelf life; required for medicine",
    )
    invoice_no = d.invoice_no(hint="付款前须填", hint_en="required before payment")
    purchase_no = d.purchase_no(hint="采购金额达到限额时须填", hint_en="when the purchase reaches the limit")
    buyer = c.person("经手人", "Buyer", required=True, aliases=("采购人", "采购员", "采购经手人"))
    inspector = c.person(
        "验收人",
        "Inspector",
        required=True,
        aliases=("验收员", "验收"),
        hint="不得与经手人、保管员相同",
        hint_en="neither the buyer nor the keeper",
    )
    keeper = c.person("保管员", "Keeper", required=True, aliases=("保管人", "仓管员", "库管员", "仓库保管员"))
    ref_doc = c.code(
        "原单号",
        "Original no.",
        required_when=lambda: pl.col("receipt_kind") == "红字入库",
        required_hint=("红字入库须填原入库单号", "the original receipt of a 红字入库"),
        example="RK-202611-0001",
        aliases=("原入库单号", "原单据号", "冲销单号"),
        hint="红字入库填原入库单号",
        hint_en="for 红字入库: the receipt that the goods came in by",
    )
