"""What rules of disposals look up: what is left of a thing, open differences, later counts."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled, unscaled
from schemas.property.count_checks import counted_as_present
from schemas.property.loan_checks import is_open
from schemas.rules import Books
from schemas.rules_shared import (
    NO_QUANTITY,
    as_quantity,
    beyond_limit,
    claims_of,
    repeated,
    summed,
    with_document_total,
    with_used,
)
from schemas.stock_movements import movements_in_force

REGISTER = "disposal_register"

_QTY = pl.col("qty")


def share_of_value() -> pl.Expr:
    """Return the original value of the part of a card that a row disposes of, half up to the cent."""
    value = scaled(pl.col("asset_no.original_value"), MONEY_PLACES).cast(pl.Int128) * scaled(_QTY, QTY_PLACES)
    pieces = pl.col("asset_no.qty").cast(pl.Int128) * 10**QTY_PLACES
    return unscaled((value * 2 + pieces) // (pieces * 2), MONEY_PLACES)


def used_months() -> pl.Expr:
    """Return the whole months from the day an asset was acquired to its disposal, or to the application."""
    first, last = pl.col("asset_no.acquire_date"), pl.coalesce("dispose_date", "doc_date")
    months = (last.dt.year() - first.dt.year()) * 12 + last.dt.month().cast(pl.Int32) - first.dt.month().cast(pl.Int32)
    return (months - (last.dt.day() < first.dt.day()).cast(pl.Int32)).cast(pl.Int64)


def disposed_before(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows on a single thing that another row disposes of, with its ``document``."""
    single = books.rows("fixed_asset_card").filter(pl.col("qty") == 1).select("asset_no")
    known = [frame.join(single, on="asset_no", how="semi") for frame in (rows, books.others(REGISTER, rows))]
    again = repeated(known[0], known[1], ["asset_no"])
    return again.select("_id", pl.col("holder").str.split(" / ").list.first().alias("document"))


def beyond_what_there_is(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows that dispose of more than the card, or all warehouses together, have."""
    cards = books.rows("fixed_asset_card")
    pieces = cards.select("asset_no", as_quantity(pl.col("qty").cast(pl.Int64) * 10**QTY_PLACES).alias("limit"))
    limits = {"asset_no": pieces, "item_code": _stock_of_items(rows.select("item_code").drop_nulls().unique(), books)}
    others = books.others(REGISTER, rows)
    found = []
    for name, limit in limits.items():
        by = [pl.col(name)]
        claims = claims_of(rows, books, REGISTER, by, _QTY)
        told = claims.select(name).unique(maintain_order=True).join(limit, on=name, how="left", maintain_order="left")
        found.append(beyond_limit(claims, with_used(told, others, by, _QTY), [name]))
    return pl.concat(found)


def _stock_of_items(items: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return what is there of some items, with what left the warehouses on disposals before."""
    held = movements_in_force(books, items).group_by("item_code").agg(as_quantity(pl.col("effect").sum()).alias("held"))
    written_off = books.rows("stock_issue", items).filter(pl.col("issue_kind") == "报废出库")
    gone = summed(written_off, [pl.col("item_code")], pl.col("qty_base"), "gone")
    both = held.join(gone, on="item_code", how="left").with_columns(pl.col("gone").fill_null(NO_QUANTITY))
    return both.select("item_code", (pl.col("held") + pl.col("gone")).alias("limit"))


def not_free(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows on assets with an open stocktake difference, or lent out, with the reason in both languages."""
    results = books.rows("stocktake_result").filter(pl.col("approve_date").is_null())
    line = ("plan_no", "sheet_no", "line_no")
    reasons = [
        results.select(
            "asset_no",
            pl.format("盘点 {} 表{}第{}行的差异尚未批准", *line).alias("reason_zh"),
            pl.format("the difference of {}, sheet {}, line {} is not approved", *line).alias("reason_en"),
        )
    ]
    if "loan_register" in books.facts.known:
        out = books.rows("loan_register").filter(is_open())
        zh, en = pl.format("{} 借出未还", "doc_no"), pl.format("{} lent it out", "doc_no")
        reasons.append(out.select("asset_no", zh.alias("reason_zh"), en.alias("reason_en")))
    open_now = pl.concat(reasons).drop_nulls("asset_no").unique("asset_no", keep="first", maintain_order=True)
    found = rows.select("_id", "asset_no").join(open_now, on="asset_no", how="inner", maintain_order="left")
    return found.select("_id", "reason_zh", "reason_en")


def with_value(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows on assets with ``total``, the original value of what their document disposes of."""
    return with_document_total(rows, books, REGISTER, pl.col("original_value"), pl.col("asset_no").is_not_null())


def still_counted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows whose asset, wholly disposed of, was counted afterwards: ``counted`` day and ``sheet``."""
    cards = books.rows("fixed_asset_card").select("asset_no", pl.col("qty").alias("pieces"))
    gone = rows.join(cards, on="asset_no", how="inner", maintain_order="left").filter(pl.col("pieces") <= _QTY)
    seen = counted_as_present(gone.select("asset_no").unique(), books)
    later = gone.join(seen, on="asset_no", how="inner", maintain_order="left").sort("counted", maintain_order=True)
    found = later.filter(pl.col("counted") > pl.col("dispose_date"))
    return found.unique("_id", keep="first", maintain_order=True).select("_id", "counted", "sheet")


def not_remitted(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows with a net income of a month that is over, and no voucher of its remittance."""
    net = pl.col("income") - pl.col("cost").fill_null(0)
    over = pl.col("dispose_date") < books.facts.today.replace(day=1)
    return rows.filter(over & (net > 0) & pl.col("remit_no").is_null()).select("_id", net.alias("net"))
