"""What rules of compensation look up: what a lost or damaged asset was worth."""

from __future__ import annotations

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled, unscaled
from schemas.property.asset_history import CARD, CLOSES, asset_events, left_of, stages_of
from schemas.property.depreciation import ASKED, month_number, share_of, valued
from schemas.rules import Books


def other_than_net_value(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the rows at net value whose base is not that of their asset, with it as ``net``.

    The month of the event is not charged any more. For what was lost a higher base stands: the replacement
    price sets a floor. A card that was changed by a document, or of which something left before, is not
    looked at: its present version does not tell what was charged so far.
    """
    asked = rows.filter(pl.col("basis") == "净值").drop_nulls(["asset_no", "base_amount", "event_date"])
    month = month_number(pl.col("event_date"))
    questions = asked.select(
        pl.col("_id").alias("_ask"),
        "asset_no",
        month.alias("since"),
        month.alias("until"),
        pl.lit(None, pl.Date()).alias("day"),
    )
    worth = valued(questions.select(*ASKED), _events(asked, books)).select(
        pl.col("_ask").alias("_id"), (pl.col("value") - pl.col("accum") + pl.col("charge")).alias("_net"), "pieces"
    )
    both = asked.join(worth, on="_id", maintain_order="left")
    part = pl.min_horizontal(scaled(pl.col("qty"), QTY_PLACES), "pieces")
    told = both.with_columns(unscaled(share_of(pl.col("_net"), part, pl.col("pieces")), MONEY_PLACES).alias("net"))
    base, net = pl.col("base_amount"), pl.col("net")
    floor = (pl.col("cause") == "遗失") & (base > net)
    return told.filter((base != net) & ~floor.fill_null(value=False)).select("_id", "net")


def _events(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the events of the cards that rows name, as far as their present version tells them."""
    named = rows.select("asset_no").unique()
    cards = books.rows("fixed_asset_card", named).filter(pl.col("change_doc").is_null())
    if "disposal_register" in books.facts.known:
        gone = books.rows("disposal_register", named).drop_nulls("dispose_date")
        cards = cards.join(gone, on="asset_no", how="anti", maintain_order="left")
    plain = cards.select(*CARD).with_columns(pl.lit(None, pl.Int64).alias("_from"), pl.lit("accepted").alias("_status"))
    return asset_events(stages_of(plain, plain.clear()), left_of(None, None), pl.DataFrame(schema=CLOSES))
