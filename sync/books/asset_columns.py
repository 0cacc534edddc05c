"""What the asset book adds to the rows that people write: depreciation and net value of cards and disposals."""

from __future__ import annotations

from datetime import date

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled, unscaled
from schemas.property.depreciation import share_of, taken_along
from sync.books.assets import AssetBook, asked_of, worth_on

_END_OF_TIME = 9999 * 12
"""A month after all others."""


def cards_with_worth(rows: pl.DataFrame, book: AssetBook, day: date) -> pl.DataFrame:
    """Return rows of asset cards with ``accum_depr`` and ``net_value`` on a day.

    They stay blank where finance has not entered the card, and once all of it has left the books.
    """
    there = worth_on(book, day).filter(pl.col("pieces") > 0)
    worth = there.select("asset_no", pl.col("accum").alias("_accum"), pl.col("net").alias("_net"))
    both = rows.join(worth, on="asset_no", how="left", maintain_order="left")
    shown = both.with_columns(pl.col("_accum").alias("accum_depr"), pl.col("_net").alias("net_value"))
    return shown.select(rows.columns)


def disposals_with_worth(rows: pl.DataFrame, book: AssetBook, day: date) -> pl.DataFrame:
    """Return rows of the disposal register with original value, ``accum_depr`` and ``net_value`` of what leaves.

    A disposal that was carried out says what it took along; one that was not, what it would on a day.
    """
    whole = scaled(pl.col("pieces"), QTY_PLACES)
    part = pl.min_horizontal(scaled(pl.col("qty"), QTY_PLACES), whole)
    now = worth_on(book, day).filter(pl.col("pieces") > 0).select("asset_no", "value", "accum", "pieces")
    asked = rows.with_columns(pl.when(pl.col("_status") != "withdrawn").then("asset_no").alias("_asset"))
    both = asked.join(now, left_on="_asset", right_on="asset_no", how="left", maintain_order="left").join(
        _taken(book), on="_key", how="left", maintain_order="left"
    )
    worth = both.with_columns(
        pl.coalesce(f"_{name}", share_of(scaled(pl.col(name), MONEY_PLACES), part, whole)).alias(f"_{name}")
        for name in ("value", "accum")
    )
    return worth.with_columns(
        pl.coalesce(unscaled(pl.col("_value"), MONEY_PLACES), "original_value").alias("original_value"),
        unscaled(pl.col("_accum"), MONEY_PLACES).alias("accum_depr"),
        unscaled(pl.col("_value") - pl.col("_accum"), MONEY_PLACES).alias("net_value"),
    ).select(rows.columns)


def _taken(book: AssetBook) -> pl.DataFrame:
    """Return ``_key``, ``_value`` and ``_accum`` of the disposals that were carried out, in fen."""
    disposals = book.left.with_row_index("order").filter(pl.col("register") == "disposal_register")
    asked = asked_of(disposals["asset_no"].unique(), _END_OF_TIME, _END_OF_TIME)
    taken = taken_along(asked, book.events).select("_ask", pl.col("order").cast(pl.UInt32), "value", "accum")
    both = disposals.join(taken, on="order")
    return both.select("_key", pl.col("value").alias("_value"), pl.col("accum").alias("_accum"))
