"""Fees by item and month: collected, refunded, remitted, and what is still on hand (收支两条线).

Source: DOMAIN.md 2.2, registers 39 to 41 (RMT-01), and 4.2.
"""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, decimal

_KEY = ["fee_code", "month"]
_NOTHING = pl.lit(0).cast(decimal(MONEY_PLACES))


def fee_months(collections: pl.DataFrame, refunds: pl.DataFrame, remittances: pl.DataFrame) -> pl.DataFrame:
    """Return what became of every fee of every month.

    Args:
        collections: the rows in the books of ``fee_collection``; they count in the month of their date.
        refunds: those of ``fee_refund``, likewise.
        remittances: those of ``fee_remittance``; they count in the month that they are for.

    Returns:
        Columns ``fee_code``, ``month``, ``collected``, ``refunded``, ``due`` (collected less refunded),
        ``remitted``, ``on_hand`` (declared in the last remittance of the month), ``diff`` (due less remitted and
        on hand: what nobody accounts for); sorted.
    """
    month = pl.col("date").dt.strftime("%Y-%m").alias("month")
    parts = (
        _summed(collections.with_columns(month), "collected"),
        _summed(refunds.with_columns(month), "refunded"),
        _summed(remittances.with_columns(pl.col("period").alias("month")), "remitted"),
    )
    keys = pl.concat(part.select(_KEY) for part in parts).unique()
    for part in (*parts, _on_hand(remittances)):
        keys = keys.join(part, on=_KEY, how="left")
    amounts = ("collected", "refunded", "remitted", "on_hand")
    due = (pl.col("collected") - pl.col("refunded")).alias("due")
    return (
        keys.with_columns(pl.col(amounts).fill_null(_NOTHING))
        .with_columns(due)
        .with_columns((pl.col("due") - pl.col("remitted") - pl.col("on_hand")).alias("diff"))
        .select(*_KEY, "collected", "refunded", "due", "remitted", "on_hand", "diff")
        .sort(_KEY)
    )


def collections_with_remitted(rows: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """Return rows of ``fee_collection`` with ``remitted``: whether all of their fee and month was remitted.

    ``months`` are the lines of ``fee_months``.
    """
    whole = months.select("fee_code", _month="month", _whole=pl.col("remitted") >= pl.col("due"))
    own = rows.with_columns(pl.col("date").dt.strftime("%Y-%m").alias("_month"))
    both = own.join(whole, on=["fee_code", "_month"], how="left", maintain_order="left")
    counts = pl.when(pl.col("_status") != "withdrawn").then(pl.col("_whole"))
    return both.with_columns(counts.alias("remitted")).select(rows.columns)


def _summed(rows: pl.DataFrame, name: str) -> pl.DataFrame:
    return rows.group_by(_KEY).agg(pl.col("amount").sum().alias(name))


def _on_hand(remittances: pl.DataFrame) -> pl.DataFrame:
    """Return the money on hand that the last remittance of a fee and month declares; blank is 0."""
    last = remittances.sort("date", "remit_no").group_by("fee_code", pl.col("period").alias("month"))
    return last.agg(pl.col("on_hand").last())
