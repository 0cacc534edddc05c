"""What rules of receipts look up: earlier prices, purchase requests, asset cards."""

from __future__ import annotations

import polars as pl

from schemas.exact import PRICE_PLACES, QTY_PLACES, decimal, half_up, scaled, unscaled
from schemas.rules import Books
from schemas.rules_shared import beyond_limit, claims_of, others_of, summed, with_document_total, with_used

APPROVED = ("已批", "执行中", "完成")
"""Statuses of a purchase request that was approved."""

_REQUEST = ["purchase_no", "item_code"]


def price_swings(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the receipts whose price per base unit is far from the reference or the last one before.

    How far is the parameter ``price_deviation_pct``. The last receipt is that of the item with the
    nearest earlier (date, document, line). The result has ``_id``, ``price``, ``reference``,
    ``base_unit`` and which reference it is, ``source`` and ``source_en``.
    """
    order = ["doc_date", "doc_no", "line_no"]
    needed = ["_id", "item_code", *order, "receipt_kind", "qty", "qty_base", "unit_price"]
    paid = pl.col("unit_price") > 0
    is_priced = (pl.col("receipt_kind") != "红字入库") & (pl.col("qty_base") > 0) & paid
    others = others_of(rows, books, "stock_receipt", needed, rows.select("item_code")).filter(is_priced)
    mine = rows.select(needed).filter(is_priced)
    value = (scaled(pl.col("unit_price"), PRICE_PLACES).cast(pl.Int128) * scaled(pl.col("qty"), QTY_PLACES)).alias(
        "paid"
    )
    base = scaled(pl.col("qty_base"), QTY_PLACES).cast(pl.Int128).alias("base")
    items = books.rows("item_catalogue").select(
        "item_code", "base_unit", scaled(pl.col("ref_price"), PRICE_PLACES).cast(pl.Int128).alias("ref")
    )
    priced = _that_may_swing(pl.concat([_near(others, mine), mine], how="vertical_relaxed"), items)
    known = (
        priced.select("_id", "item_code", *order, value, base)
        .sort("item_code", *order)
        .with_columns(pl.col("paid", "base").shift(1).over("item_code").name.prefix("last_"))
        .filter(pl.col("_id").is_in(rows["_id"].implode()))
        .join(items, on="item_code", how="left", maintain_order="left")
    )
    per_cent = int(books.facts.number("price_deviation_pct") * 100)
    from_reference = _far(pl.col("paid"), pl.col("ref") * pl.col("base"), per_cent)
    from_last = _far(pl.col("paid") * pl.col("last_base"), pl.col("last_paid") * pl.col("base"), per_cent)
    last = _per_unit(pl.col("last_paid"), pl.col("last_base"))
    reference = pl.when(from_reference).then(unscaled(pl.col("ref"), PRICE_PLACES)).otherwise(last)
    return known.filter(from_reference | from_last).select(
        "_id",
        "base_unit",
        _per_unit(pl.col("paid"), pl.col("base")).alias("price"),
        reference.alias("reference"),
        pl.when(from_reference).then(pl.lit("参考单价")).otherwise(pl.lit("上次入库")).alias("source"),
        pl.when(from_reference).then(pl.lit("reference price")).otherwise(pl.lit("last receipt")).alias("source_en"),
    )


def _that_may_swing(priced: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    """Return the receipts of items with a reference price, or with any difference in price or unit between them."""
    price, in_base = pl.col("unit_price"), pl.col("qty") == pl.col("qty_base")
    differs = (price.min() != price.max()) | ~in_base.all()
    differing = priced.group_by("item_code").agg(differs.alias("differs")).filter("differs")["item_code"]
    referenced = items.filter(pl.col("ref").is_not_null())["item_code"]
    return priced.filter(pl.col("item_code").is_in(pl.concat([differing, referenced]).implode()))


def _near(others: pl.DataFrame, mine: pl.DataFrame) -> pl.DataFrame:
    """Return the receipts of others that may be the last one before some of mine.

    They are those of the days of mine, and of the last day of each item before these.
    """
    first, last, day = mine["doc_date"].min(), mine["doc_date"].max(), pl.col("doc_date")
    if first is None or others.is_empty():
        return others.clear()
    earlier = others.filter(day < pl.lit(first))
    latest = earlier.group_by("item_code").agg(day.max())
    before = earlier.join(latest, on=["item_code", "doc_date"], how="semi")
    return pl.concat([before, others.filter(day.is_between(pl.lit(first), pl.lit(last)))])


def _far(value: pl.Expr, reference: pl.Expr, hundredths: int) -> pl.Expr:
    """Return True where a value is more than that many hundredths of a per cent from its reference."""
    return ((value - reference).abs() * 10_000 > reference * hundredths).fill_null(value=False)


def _per_unit(paid: pl.Expr, base: pl.Expr) -> pl.Expr:
    """Return the price of one base unit, half up to 4 places, from sums of positive whole numbers."""
    return unscaled((paid * 2 + base) // (base * 2), PRICE_PLACES)


def unapproved(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the receipts whose purchase request is unknown or not approved, with the reason."""
    requests = books.rows("purchase_request").select(pl.col("doc_no").alias("purchase_no"), "status")
    status = pl.col("status")
    asked = rows.filter(pl.col("purchase_no").is_not_null()).select("_id", "purchase_no")
    first = requests.unique("purchase_no", keep="first", maintain_order=True)
    found = asked.join(first, on="purchase_no", how="left", maintain_order="left")
    failing = found.filter(status.is_null() | ~status.is_in(list(APPROVED)))
    number = pl.col("purchase_no")
    return failing.select(
        "_id",
        pl.when(status.is_null())
        .then(pl.format("采购申请 {} 尚未收到", number))
        .otherwise(pl.format("采购申请 {} 的状态为{}", number, status))
        .alias("reason"),
        pl.when(status.is_null())
        .then(pl.format("request {} has not arrived", number))
        .otherwise(pl.format("request {} has status {}", number, status))
        .alias("reason_en"),
    )


def without_request(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the purchase lines without a request in documents that reach ``purchase_request_min``."""
    minimum = books.facts.number("purchase_request_min")
    bought = with_document_total(rows, books, "stock_receipt", pl.col("amount"), pl.col("receipt_kind") == "采购入库")
    found = bought.filter(pl.col("purchase_no").is_null() & (pl.col("total") >= pl.lit(minimum)))
    return found.select("_id", "total", pl.lit(minimum).alias("minimum"))


def over_purchase(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the receipts that go beyond what their purchase request allows of the item.

    ``receipt_over_pct`` (food: ``receipt_over_pct_food``) may come on top. A request that names
    goods without a code cannot be compared by item: then only the items that it does name are.
    """
    requests = books.rows("purchase_request").rename({"doc_no": "purchase_no"})
    base = "qty_base" if "qty_base" in requests.columns else "qty"
    by = [pl.col(name) for name in _REQUEST]
    claims = claims_of(rows, books, "stock_receipt", by, pl.col("qty_base"))
    others = books.others("stock_receipt", rows, rows.select("purchase_no"))
    vague = requests.filter(pl.col("item_code").is_null()).select("purchase_no").unique()
    requested = summed(requests, by, pl.col(base), "limit")
    limits = (
        claims.select(_REQUEST)
        .unique(maintain_order=True)
        .join(requests.select("purchase_no").unique(), on="purchase_no", how="semi", maintain_order="left")
        .join(requested, on=_REQUEST, how="left", maintain_order="left")
        .join(
            vague.with_columns(pl.lit(value=True).alias("vague")), on="purchase_no", how="left", maintain_order="left"
        )
        .filter(pl.col("limit").is_not_null() | pl.col("vague").is_null())
        .pipe(with_used, others, by, pl.col("qty_base"))
        .join(books.rows("item_catalogue").select("item_code", "nature"), on="item_code", how="left")
    )
    return beyond_limit(claims, limits.with_columns(_allowed(books)), _REQUEST)


def _allowed(books: Books) -> pl.Expr:
    wide = decimal(QTY_PLACES + 4)
    plain, food = ((100 + books.facts.number(name)) / 100 for name in ("receipt_over_pct", "receipt_over_pct_food"))
    share = pl.when(pl.col("nature") == "食品").then(pl.lit(food).cast(wide)).otherwise(pl.lit(plain).cast(wide))
    return half_up(pl.col("limit").cast(wide) * share, QTY_PLACES).alias("limit")


def assets_without_card(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the receipts of fixed assets of past months that no asset card refers to.

    A card refers to a receipt by the same invoice number, or by the receipt's number in its remark.
    """
    cards = books.rows("fixed_asset_card")
    assets = books.rows("item_catalogue").filter(pl.col("nature") == "固定资产").select("item_code")
    past = pl.col("doc_date") < books.facts.today.replace(day=1)
    due = rows.filter(past & (pl.col("qty") > 0)).join(assets, on="item_code", how="semi", maintain_order="left")
    invoices = set(cards["invoice_no"].drop_nulls())
    remarks = "\n".join(cards["remark"].drop_nulls()) if "remark" in cards.columns else ""
    missing = [
        row_id
        for row_id, invoice, number in due.select("_id", "invoice_no", "doc_no").iter_rows()
        if invoice not in invoices and number not in remarks
    ]
    return pl.DataFrame({"_id": missing}, schema={"_id": pl.Int64()})
