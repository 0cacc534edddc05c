"""The rules between goods receipts and what else is in the books."""

from __future__ import annotations

import polars as pl

from schemas.finance.invoice_checks import goods_without_invoice
from schemas.property.receipt_checks import (
    assets_without_card,
    over_purchase,
    price_swings,
    unapproved,
    without_request,
)
from schemas.register import StockPosting
from schemas.rules import Books, Effect, cross_rule
from schemas.rules_shared import in_base_units, return_words, returned_too_much
from schemas.stock_balance import in_words, shortages

POSTING = StockPosting(1, "receipt_kind", "红字入库", (("期初建账", 0), ("红字入库", 2)), 1)


class ReceiptCrossRules:
    """Rules between ``StockReceipt`` and other registers, and between its rows."""

    @cross_rule(
        "RCP-06",
        at="qty",
        zh="退货数量超过原入库：{reason}",
        en="more goes back than came in: {reason_en}",
        hint_zh="请核对原单号、物品和数量",
        hint_en="check the original number, the item and the quantity",
        needs=("item_catalogue",),
    )
    def more_returned_than_received(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Quantities in the base unit."""
        found = returned_too_much(rows, books, "stock_receipt", POSTING)
        return return_words(found, rows, books, ("入库", "received"))

    @cross_rule(
        "RCP-07",
        "W",
        at="unit_price",
        zh="单价异常波动：每{base_unit}{price}元，{source}{reference}元",
        en="unusual price: {price} yuan for one {base_unit}, against {reference} ({source_en})",
        hint_zh="请核对单价和单位",
        hint_en="check price and unit",
        needs=("item_catalogue",),
    )
    def price_swings_widely(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Against the reference price, then against the last receipt before it."""
        return price_swings(rows, books)

    @cross_rule(
        "X-03",
        at="purchase_no",
        zh="无采购审批/超审批数量：{reason}",
        en="no approved purchase request: {reason_en}",
        hint_zh="请核对采购申请单号，或先办理审批",
        hint_en="check the number, or have the request approved first",
        needs=("purchase_request",),
    )
    def request_not_approved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A request that has not arrived is not approved: the row is tried again in every run."""
        return unapproved(rows, books)

    @cross_rule(
        "X-03",
        "W",
        at="purchase_no",
        zh="无采购审批：本单采购金额 {total} 达到 {minimum}，未填采购申请单号",
        en="no purchase request: the document comes to {total}, from {minimum} on a request is needed",
        hint_zh="请补填采购申请单号",
        hint_en="add the number of the purchase request",
        needs=("purchase_request",),
    )
    def request_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Over all purchase lines of the document."""
        return without_request(rows, books)

    @cross_rule(
        "RCP-08",
        at="qty",
        zh="入库数量超过批准采购数量：{purchase_no} 批准 {limit}{base_unit}，尚可入库 {left}{base_unit}",
        en="more received than approved: {purchase_no} allows {limit} {base_unit}, {left} are left",
        hint_zh="请核对数量，或补办采购申请",
        hint_en="check the quantity, or have a further request approved",
        needs=("purchase_request", "item_catalogue"),
    )
    def more_received_than_approved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Covers the quantities of X-03; in base units."""
        return in_base_units(over_purchase(rows, books), rows, books)

    @cross_rule(
        "RCP-09",
        "W",
        at="item_code",
        zh="固定资产未建卡片：{doc_no} 第{line_no}行",
        en="no asset card refers to this fixed asset: {doc_no} line {line_no}",
        hint_zh="请建卡片，并填同一发票号码或在备注写入库单号",
        hint_en="make a card with the same invoice number, or with the receipt's number in its remark",
        needs=("fixed_asset_card", "item_catalogue"),
        effect=Effect.COMPLETENESS,
    )
    def asset_without_card(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Due when the month of the receipt is over."""
        return assets_without_card(rows, books)

    @cross_rule(
        "X-04",
        "W",
        at="invoice_no",
        zh="票物不符：入库和资产卡片 {covered} 元，发票货物 {goods} 元",
        en="goods and invoice differ: {covered} yuan received or on asset cards, {goods} yuan of goods on the invoice",
        hint_zh="请核对金额、发票号码和发票上的货物金额",
        hint_en="check the amounts, the number, and the amount of goods on the invoice",
        needs=("invoice_reimbursement", "fixed_asset_card", "item_catalogue"),
        effect=Effect.AGREEMENT,
    )
    def other_goods_than_invoiced(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """Source: DOMAIN.md 2.3, X-04; at the payment it is INV-11."""
        return goods_without_invoice(rows, books)

    @cross_rule(
        "X-01",
        at="qty",
        zh="库存不足：{item} 于 {date} 将为 {q}{base_unit}（{warehouse}，差 {shortfall}）",
        en="not enough stock: {item} would be {q} {base_unit} on {date} ({warehouse}, {shortfall} short)",
        hint_zh="请核对数量和日期；已出库的物品须先更正出库单",
        hint_en="check quantity and date; what was issued already has to be corrected there first",
        needs=("item_catalogue",),
    )
    def stock_would_be_negative(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
        """A return to the supplier, or a receipt lowered, moved or taken back."""
        return in_words(shortages(rows, books, "stock_receipt"), books)
