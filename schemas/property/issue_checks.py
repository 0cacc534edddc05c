"""What rules of issues look up: requisitions and what is left of them."""

from __future__ import annotations

import polars as pl

from schemas.property.requisition import APPROVED
from schemas.rules import Books
from schemas.rules_shared import NO_QUANTITY, beyond_limit, claims_of, summed, with_used

_LINE = ["requisition_no", "item_code"]


def without_valid_requisition(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the issues whose requisition does not allow them, with the first reason found.

    The requisition has arrived and is approved, it asks for the item, for the same department, and
    was approved no later than the issue. How much it allows is ``over_approved``.
    """
    requisitions = books.rows("requisition").rename({"doc_no": "requisition_no"})
    headers = requisitions.select("requisition_no", "status").unique(
        "requisition_no", keep="first", maintain_order=True
    )
    lines = requisitions.select(
        *_LINE,
        pl.col("status").alias("line_status"),
        pl.col("dept").alias("asked_by"),
        "approve_date",
    ).unique(_LINE, keep="first", maintain_order=True)
    asked = (
        rows.filter(pl.col("requisition_no").is_not_null())
        .select("_id", "requisition_no", "item_code", "dept", "doc_date")
        .join(headers, on="requisition_no", how="left", maintain_order="left")
        .join(lines, on=_LINE, how="left", maintain_order="left")
    )
    zh, en = _reasons()
    return asked.select("_id", zh.alias("reason"), en.alias("reason_en")).filter(pl.col("reason").is_not_null())


def _reasons() -> tuple[pl.Expr, pl.Expr]:
    """Return why a requisition does not allow an issue, in Chinese and English; null where it does."""
    number, status, asked_by = pl.col("requisition_no"), pl.col("line_status"), pl.col("asked_by")
    approved = pl.col("approve_date")
    cases = (
        (pl.col("status").is_null(), pl.format("{} 尚未收到", number), pl.format("{} has not arrived", number)),
        (status.is_null(), pl.format("{} 没有此物品", number), pl.format("{} does not ask for this item", number)),
        (
            ~status.is_in(list(APPROVED)),
            pl.format("{} 的状态为{}", number, status),
            pl.format("{} has status {}", number, status),
        ),
        (
            asked_by != pl.col("dept"),
            pl.format("{} 是部门 {} 申领的", number, asked_by),
            pl.format("{} is a requisition of {}", number, asked_by),
        ),
        (
            pl.col("doc_date") < approved,
            pl.format("{} 于 {} 才批准", number, approved),
            pl.format("{} was approved only on {}", number, approved),
        ),
    )
    zh = pl.coalesce(*(pl.when(wrong).then(words) for wrong, words, _ in cases))
    en = pl.coalesce(*(pl.when(wrong).then(words) for wrong, _, words in cases))
    return zh, en


def over_approved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the issues beyond what their requisition approves of the item, in base units.

    A blank approved quantity of an approved line means the quantity asked for.
    """
    approved = pl.coalesce(pl.col("approved_qty_base"), pl.col("qty_base"))
    line = (pl.col("doc_no").alias("requisition_no"), pl.col("item_code"))
    limits = summed(books.rows("requisition"), line, approved, "limit")
    by = [pl.col(name) for name in _LINE]
    others = books.others("stock_issue", rows, rows.select("requisition_no"))
    claims = claims_of(rows, books, "stock_issue", by, pl.col("qty_base"))
    return beyond_limit(claims, with_used(limits, others, by, pl.col("qty_base")), _LINE)


def missing_in_hazard_ledger(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the issues of hazardous items of which more left the stores that day than their ledger says.

    The result has ``_id``, ``issued`` and ``entered`` (both of the whole day, in base units) and ``base_unit``.
    """
    items = books.rows("item_catalogue").filter(pl.col("hazard_class").is_not_null()).select("item_code", "base_unit")
    left = rows.filter(pl.col("qty_base") > 0).join(items, on="item_code", how="inner", maintain_order="left")
    place = (pl.col("item_code"), pl.col("doc_date"))
    days = left.select(*place).unique()
    issued = summed(books.rows("stock_issue", days), place, pl.col("qty_base"), "issued")
    moved = books.rows("hazardous_goods_ledger", days.select("item_code").unique())
    ledger_place = (pl.col("item_code"), pl.col("date_time").dt.date().alias("doc_date"))
    entered = summed(moved.filter(pl.col("direction") == "领用"), ledger_place, pl.col("qty"), "entered")
    return (
        left.select("_id", *place, "base_unit")
        .join(issued, on=["item_code", "doc_date"], how="inner", maintain_order="left")
        .join(entered, on=["item_code", "doc_date"], how="left", maintain_order="left")
        .with_columns(pl.col("entered").fill_null(NO_QUANTITY))
        .filter(pl.col("issued") > pl.col("entered"))
        .select("_id", "issued", "entered", "base_unit")
    )
