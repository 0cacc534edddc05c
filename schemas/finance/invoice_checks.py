"""What rules of invoices look up: other invoices, and the goods that they were paid for."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, decimal
from schemas.finance.budget_checks import has_budget
from schemas.rules import Books
from schemas.rules_shared import repeated, summed, with_others

REGISTER = "invoice_reimbursement"
_DAYS_APART = 7
_LAST_DIGITS = 8
"""Digits at the end of a number that are counted up; the ones before them say where it comes from."""
_NOTHING = pl.lit(0).cast(decimal(MONEY_PLACES))
_BY = [pl.col("invoice_no")]


def reimbursed_before(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the invoices that another row has too, with its ``document``; internal receipts by their seller."""
    internal = pl.concat_str(pl.lit("收据"), pl.col("seller_name"), pl.col("invoice_no"), separator=" ")
    is_internal = pl.col("invoice_kind") == "收据(内部)"
    same = pl.when(is_internal).then(internal).otherwise(pl.col("invoice_key")).alias("_same")
    named, others = (frame.with_columns(same) for frame in (rows, books.others(REGISTER, rows)))
    again = repeated(named, others, ["_same"])
    return again.select("_id", pl.col("holder").str.split(" / ").list.first().alias("document"))


def budget_item_missing(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the invoices paid without a budget item in a year with a budget, as ``budget_year``."""
    paid = rows.filter(pl.col("pay_ref").is_not_null() & pl.col("budget_code").is_null())
    return has_budget(paid.with_columns(pl.col("pay_date").alias("doc_date")), books).select("_id", "budget_year")


def consecutive(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the invoices next to the number of another one of the seller, within seven days: ``other``."""
    names = ("_id", "seller_name", "invoice_code", "invoice_no", "invoice_date")
    number = pl.col("invoice_no")
    place = ["seller_name", "invoice_code", "_head"]
    both = with_others(rows, books, REGISTER, names, rows.select("seller_name")).filter(
        number.str.contains(rf"^\d{{{_LAST_DIGITS},}}$")
    )
    cut = both.with_columns(
        number.str.head(-_LAST_DIGITS).alias("_head"),
        number.str.tail(_LAST_DIGITS).cast(pl.Int64).alias("_count"),
    )
    shifted = [cut.with_columns(pl.col("_count") + step) for step in (1, -1)]
    near = cut.join(pl.concat(shifted), on=[*place, "_count"], suffix="_other", nulls_equal=True)
    apart = (pl.col("invoice_date") - pl.col("invoice_date_other")).dt.total_days().abs()
    found = near.filter((apart <= _DAYS_APART) & pl.col("_id").is_in(rows["_id"].implode()))
    told = found.select("_id", pl.col("invoice_no_other").alias("other")).sort("_id", "other")
    return told.unique("_id", keep="first", maintain_order=True)


def not_reversed(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the invoices without another one of their seller over the same amount with a minus sign."""
    red = books.rows(REGISTER, rows.select("seller_name")).select("seller_name", (-pl.col("total")).alias("total"))
    return rows.join(red, on=["seller_name", "total"], how="anti", maintain_order="left").select("_id")


def goods_differ(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the paid invoices whose goods are not what came in: ``goods`` and ``covered``."""
    paid = rows.filter(pl.col("pay_ref").is_not_null() & (pl.col("goods_amount") > 0))
    goods = summed(with_others(paid, books, REGISTER, ("invoice_no", "goods_amount")), _BY, _goods(), "goods")
    found = (
        paid.select("_id", "invoice_no")
        .join(goods, on="invoice_no")
        .join(_covered(paid, books), on="invoice_no", how="left", maintain_order="left")
    )
    sums = found.with_columns(pl.col("covered").fill_null(_NOTHING))
    return sums.filter(pl.col("goods") != pl.col("covered")).select("_id", "goods", "covered")


def goods_without_invoice(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the receipts, one of each invoice, whose invoice is about other goods: ``goods`` and ``covered``."""
    known = rows.drop_nulls("invoice_no").unique("invoice_no", keep="first", maintain_order=True)
    bills = books.rows(REGISTER, known.select("invoice_no"))
    goods = summed(bills, _BY, _goods(), "goods")
    found = (
        known.select("_id", "invoice_no")
        .join(goods, on="invoice_no", maintain_order="left")
        .join(_covered(known, books), on="invoice_no", how="left", maintain_order="left")
    )
    return found.filter(pl.col("goods") != pl.col("covered")).select("_id", "goods", "covered")


def _covered(invoices: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what was received, or carded without a receipt, of some invoices: ``covered`` by number.

    A card belongs to a receipt that has its invoice number too and is about fixed assets, or that it
    names in the remark.
    """
    among = invoices.select("invoice_no").unique()
    receipts = books.rows("stock_receipt", among)
    items = books.rows("item_catalogue", receipts.select("item_code")).filter(pl.col("nature") == "固定资产")
    stored = receipts.join(items.select("item_code"), on="item_code", how="semi").select("invoice_no").unique()
    cards = books.rows("fixed_asset_card", among).join(stored, on="invoice_no", how="anti")
    numbers = books.rows("stock_receipt")["doc_no"].unique().to_list() if not cards.is_empty() else []
    if numbers:
        cards = cards.filter(~pl.col("remark").fill_null("").str.contains_any(numbers))
    parts = [
        receipts.select("invoice_no", pl.col("amount").alias("covered")),
        cards.select("invoice_no", pl.col("original_value").alias("covered")),
    ]
    return summed(pl.concat(parts, how="vertical_relaxed"), _BY, pl.col("covered"), "covered")


def _goods() -> pl.Expr:
    return pl.col("goods_amount").fill_null(_NOTHING)
