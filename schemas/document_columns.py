"""Columns that stand with the same header on many forms: number, line, thing, unit, who approved.

Each takes the options of a ``schemas.columns`` column; an option that is given replaces the usual one.
"""

from __future__ import annotations

import polars as pl

from schemas import columns as c
from schemas.columns import Column
from schemas.exact import QTY_PLACES


def doc_no(
    prefix: str, title: str, title_en: str, *, digits: int = 4, also: tuple[str, ...] = (), **options: object
) -> Column:
    """The number of a document, ``RK-202611-0001``, the department before it where departments number their own.

    ``also`` are further headers, besides 单号, 单据号 and 单据编号.
    """
    example = f"{prefix}-202611-{1:0{digits}}"
    usual = {"aliases": ("单号", "单据号", "单据编号", *also), "hint": f"如 {example}", "hint_en": f"such as {example}"}
    pattern = rf"([A-Z]{{2,6}}\d{{0,2}}-)?{prefix}-\d{{6}}-\d{{{digits}}}"
    return c.code(title, title_en, pattern, required=True, example=example, **{**usual, **options})


def line_no(title: str = "行号", **options: object) -> Column:
    """The number of a line, from 1 in each document."""
    usual = {"minimum": 1, "aliases": ("行", "项次"), "hint": "从1开始", "hint_en": "from 1"}
    return c.integer(title, "Line", required=True, **{**usual, **options})


def asset_no(**options: object) -> Column:
    """The asset that a row is about."""
    return c.asset("资产编号", "Asset no.", **{"aliases": ("固定资产编号", "资产编码", "资产号"), **options})


def asset_unless_item() -> Column:
    """The asset that a row is about, required where it names no item; ``goods_rules.not_both`` forbids both."""
    return asset_no(
        required_when=lambda: pl.col("item_code").is_null(),
        required_hint=("未填物品编码时须填", "unless an item is named"),
        hint="固定资产填；资产编号和物品编码只填一个",
        hint_en="for assets; either this or the item",
    )


def item_code(**options: object) -> Column:
    """The item that a row is about, one that is switched off included."""
    usual = {"inactive_allowed": True, "aliases": ("物料编码", "物品编号", "物品", "品名", "物品名称")}
    return c.item("物品编码", "Item", **{**usual, **options})


def item_of_line(**options: object) -> Column:
    """The item that every line of a document names."""
    usual = {"hint": "编码，或唯一的物品名称", "hint_en": "a code, or a name that only one item has"}
    return item_code(required=True, **{**usual, **options})


def unit(**options: object) -> Column:
    """The unit that a quantity is in."""
    usual = {"hint": "基本单位，或有换算率的单位", "hint_en": "the base unit, or one with a conversion"}
    return c.unit_of("单位", "Unit", **{"required": True, "aliases": ("计量单位",), **usual, **options})


def qty(title: str = "数量", **options: object) -> Column:
    """The quantity of a line: of its item, in its unit."""
    return c.qty(title, "Quantity", QTY_PLACES, **{"required": True, "unit": "unit", "item": "item_code", **options})


def warehouse(**options: object) -> Column:
    """The warehouse that a document moves goods into or out of; ``usual_rules.only_warehouse`` judges it."""
    usual = {"hint": "场所表中“是否仓库”为是的场所", "hint_en": "a room that the rooms register calls a warehouse"}
    return c.room("仓库", "Warehouse", **{"required": True, **usual, **options})


def invoice_no(**options: object) -> Column:
    """The number of the invoice that a row belongs to."""
    usual = {"precision_code": "INV-13", "aliases": ("发票号", "发票编号")}
    return c.document("发票号码", "Invoice no.", "invoice_reimbursement.invoice_no", **{**usual, **options})


def approver(**options: object) -> Column:
    """The person who approved."""
    return c.person("批准人", "Approver", **{"aliases": ("审批人", "审批"), **options})


def decision_no(title: str, **options: object) -> Column:
    """The collective decision that a document rests on; ``schemas.finance.decision_rules`` judges it."""
    return c.document(title, "Collective decision", "collective_decision.decision_no", **options)


def purchase_no(**options: object) -> Column:
    """The purchase request that a row belongs to."""
    usual = {"aliases": ("采购单号", "采购申请号")}
    return c.document("采购申请单号", "Purchase request no.", "purchase_request.doc_no", **{**usual, **options})


def budget_code(**options: object) -> Column:
    """The item of the budget that a row is charged to."""
    usual = {"aliases": ("预算项目代码", "预算科目")}
    return c.document("预算项目", "Budget item", "budget_line.budget_code", **{**usual, **options})
