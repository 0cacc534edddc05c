"""Suggested accounting entries (记账建议) for assets found, missing, disposed of and paid for.

The program posts no general ledger: finance decides. Amounts come from the asset book; each entry balances.

Source: DOMAIN.md 3.5.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled, unscaled
from schemas.property.depreciation import share_of, taken_along
from sync.books.assets import AssetBook, asked_of, worth_of
from sync.books.counts import ADJUSTED, APPROVED, SHORTAGE, SURPLUS

ASSETS, ACCUMULATED, PENDING = "1601 固定资产", "1602 固定资产累计折旧", "1902 待处理财产损溢"
EXPENSE, EARLIER, PAYABLE = "资产处置费用", "以前年度盈余调整", "应缴财政款"
RECEIVED, PROCEEDS = "库存现金/银行存款", "1902 待处理财产损溢-处理净收入"

FOUND, FOUND_APPROVED = "盘盈", "盘盈批准"
LOST, LOST_APPROVED = "盘亏", "盘亏批准"
DISPOSED, DISPOSED_NET, INCOME, PAID = "处置转出", "处置净值", "处置净收入", "赔偿收款"
"""What happened."""

ENTRY = {
    "date": pl.Date(),
    "event": pl.String(),
    "register": pl.String(),
    "key": pl.String(),
    "asset_no": pl.String(),
    "name": pl.String(),
    "debit": pl.String(),
    "credit": pl.String(),
    "amount": pl.Int64(),
}
"""One line of an entry: what is debited and credited, in fen; lines of one entry share event and key."""

_FAR = 9999 * 12


def entries_of_counts(counted: pl.DataFrame, book: AssetBook) -> pl.DataFrame:
    """Return the entries of counted assets that are missing, and of found things that have no code.

    ``counted`` are the counted lines with what their difference is worth (``diff_amount``).
    """
    lines = counted.filter(pl.col("item_code").is_null() & pl.col("diff_kind").is_in([SURPLUS, SHORTAGE])).with_columns(
        pl.col("counted_at").dt.date().alias("date"),
        scaled(pl.col("diff_amount"), MONEY_PLACES).abs().alias("net"),
        pl.lit("stocktake_result").alias("register"),
        pl.concat_str("plan_no", "sheet_no", pl.col("line_no").cast(pl.String), separator=" ").alias("key"),
        pl.col("name_spec").alias("name"),
    )
    found, lost = (lines.filter(pl.col("diff_kind") == kind) for kind in (SURPLUS, SHORTAGE))
    day = (pl.col("cutoff") - pl.duration(microseconds=1)).dt.date()
    worth = worth_of(book, lost.select("_id", "asset_no", day.alias("day"))).drop("asset_no", "day")
    missing = lost.join(worth, on="_id", maintain_order="left")
    gone = share_of(pl.col("value"), scaled(pl.col("diff_qty"), QTY_PLACES).abs(), pl.col("pieces"))
    missing = missing.with_columns(gone.alias("_gone"))
    settled = pl.col("status").is_in([APPROVED, ADJUSTED]) & pl.col("approve_date").is_not_null()
    on_approval = pl.col("approve_date").alias("date")
    return pl.concat([
        _entry(found, FOUND, ASSETS, PENDING, pl.col("net")),
        _entry(found.filter(settled).with_columns(on_approval), FOUND_APPROVED, PENDING, EARLIER, pl.col("net")),
        _entry(missing, LOST, PENDING, ASSETS, pl.col("net")),
        _entry(missing, LOST, ACCUMULATED, ASSETS, pl.col("_gone") - pl.col("net")),
        _entry(missing.filter(settled).with_columns(on_approval), LOST_APPROVED, EXPENSE, PENDING, pl.col("net")),
    ])  # fmt: skip


def entries_of_disposals(disposals: pl.DataFrame, book: AssetBook, counted: pl.DataFrame) -> pl.DataFrame:
    """Return the entries of disposals that were carried out.

    What a count missed (盘亏) was taken out by the entry of the count; its disposal makes none of its own.
    """
    left = book.left.with_row_index("order").filter(pl.col("register") == "disposal_register")
    asked = asked_of(left["asset_no"].unique(), _FAR, _FAR)
    taken = taken_along(asked, book.events).select(pl.col("order").cast(pl.UInt32), "value", "accum")
    missed = counted.filter(pl.col("diff_kind") == SHORTAGE)["asset_no"].drop_nulls()
    names = book.cards.select("asset_no", pl.col("asset_name").alias("name"))
    done = (
        disposals.join(left.select("_key", "order"), on="_key")
        .join(taken, on="order")
        .join(names, on="asset_no", how="left")
        .with_columns(
            pl.col("dispose_date").alias("date"),
            pl.lit("disposal_register").alias("register"),
            pl.concat_str("doc_no", pl.col("line_no").cast(pl.String), separator=" ").alias("key"),
            (pl.col("value") - pl.col("accum")).alias("net"),
        )
        .sort("date", "key")
    )
    booked = (pl.col("reason") == "盘亏") & pl.col("asset_no").is_in(missed.implode())
    own = done.filter(~booked)
    income = scaled(pl.col("income"), MONEY_PLACES).fill_null(0) - scaled(pl.col("cost"), MONEY_PLACES).fill_null(0)
    return pl.concat([
        _entry(own, DISPOSED, PENDING, ASSETS, pl.col("net")),
        _entry(own, DISPOSED, ACCUMULATED, ASSETS, pl.col("accum")),
        _entry(own, DISPOSED_NET, EXPENSE, PENDING, pl.col("net")),
        _entry(done, INCOME, PROCEEDS, PAYABLE, income),
    ])  # fmt: skip


def entries_of_compensation(paid: pl.DataFrame, cards: pl.DataFrame) -> pl.DataFrame:
    """Return the entries of compensation that was paid for assets."""
    names = cards.select("asset_no", pl.col("asset_name").alias("name"))
    lines = paid.drop_nulls("asset_no").join(names, on="asset_no", how="left", maintain_order="left").with_columns(
        pl.col("event_date").alias("date"),
        pl.lit("compensation_register").alias("register"),
        pl.col("doc_no").alias("key"),
    )  # fmt: skip
    return _entry(lines, PAID, RECEIVED, PROCEEDS, scaled(pl.col("paid"), MONEY_PLACES))


def told_entries(entries: pl.DataFrame, first: date, last: date) -> list[dict[str, object]]:
    """Return the entries dated from one day to another: each with its ``lines`` of debit, credit and amount."""
    within = entries.filter(pl.col("date").is_between(first, last)).sort("date", "register", "key", maintain_order=True)
    shown = within.with_columns(unscaled(pl.col("amount"), MONEY_PLACES).alias("amount"))
    names = ("date", "event", "register", "key", "asset_no", "name")
    found: dict[tuple[object, ...], list[dict[str, object]]] = {}
    for row in shown.iter_rows(named=True):
        line = {name: row[name] for name in ("debit", "credit", "amount")}
        found.setdefault(tuple(row[name] for name in names), []).append(line)
    return [{**dict(zip(names, key, strict=True)), "lines": lines} for key, lines in found.items()]


def _entry(lines: pl.DataFrame, event: str, debit: str, credit: str, amount: pl.Expr) -> pl.DataFrame:
    """Return one line of the entry of each row, none where there is nothing to book."""
    told = lines.with_columns(
        pl.lit(event).alias("event"),
        pl.lit(debit).alias("debit"),
        pl.lit(credit).alias("credit"),
        amount.cast(pl.Int64).alias("amount"),
    )
    return told.filter(pl.col("amount") > 0).select(pl.col(name).cast(dtype) for name, dtype in ENTRY.items())
