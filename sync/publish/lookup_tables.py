"""The tables that are published to be looked up as they are: their names and columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, decimal


@dataclass(frozen=True)
class LookupTable:
    """One table."""

    name: str
    stored: Mapping[str, pl.DataType]
    """Column to type, in order."""


STOCK = LookupTable(
    "stock",
    {
        **dict.fromkeys(("warehouse", "item"), pl.String()),
        "quantity": decimal(QTY_PLACES),
        "value": decimal(MONEY_PLACES),
        "average_price": decimal(PRICE_PLACES),
    },
)
"""What lies where by the books; what once lay there is listed with nothing, without an average price."""
ASSETS = LookupTable(
    "assets",
    {
        **dict.fromkeys(("asset_no", "room", "user", "use_dept", "use_status"), pl.String()),
        "quantity": decimal(QTY_PLACES),
        **dict.fromkeys(("original_value", "accum_depr", "net_value"), decimal(MONEY_PLACES)),
    },
)
"""The assets as the books have them now; columns are called as on the card."""
LOOKUPS: Mapping[str, LookupTable] = {table.name: table for table in (STOCK, ASSETS)}
