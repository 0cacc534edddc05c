"""What the registers of fees have in common: the fee, and its standard on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas import columns as c
from schemas.columns import Column
from schemas.exact import MONEY_PLACES, half_up, product

if TYPE_CHECKING:
    from schemas.rules import Books

CATALOGUE, COLLECTION, REFUND, REMITTANCE = "fee_item_catalogue", "fee_collection", "fee_refund", "fee_remittance"
DAILY, MONTHLY = "元/生/天", "元/生/月"


def fee_code(**options: object) -> Column:
    """The fee that a row is about."""
    usual = {"aliases": ("收费项目代码", "项目代码"), "hint": "如 SF001", "hint_en": "such as SF001"}
    return c.document("收费项目", "Fee", f"{CATALOGUE}.fee_code", **{"required": True, **usual, **options})


def with_standard(rows: pl.DataFrame, books: Books, day: str = "date") -> pl.DataFrame:
    """Return rows with ``standard``, ``unit`` and ``fee_kind`` of their fee on a day; blank: not approved."""
    items = books.rows(CATALOGUE, rows.select("fee_code").unique())
    both = rows.select("_id", "fee_code", day).join(items.drop("_id"), on="fee_code", how="inner")
    valid = (pl.col("valid_from") <= pl.col(day)) & (pl.col("valid_to").is_null() | (pl.col(day) <= pl.col("valid_to")))
    found = both.filter(valid).sort("valid_from").unique("_id", keep="last")
    return rows.join(found.select("_id", "standard", "unit", "fee_kind"), on="_id", how="left", maintain_order="left")


def charge(units: str) -> pl.Expr:
    """Return what some units of a fee come to, rounded half up to the cent."""
    return half_up(product(pl.col(units), pl.col("standard")), MONEY_PLACES)


def month_of(day: str) -> pl.Expr:
    """Return the month of a day, as a month column holds it."""
    return pl.col(day).dt.strftime("%Y-%m")
