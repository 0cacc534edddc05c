"""What people look up without a ledger: the balances of stock, and the assets as the books have them now."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from schemas.exact import MONEY_PLACES, PRICE_PLACES, QTY_PLACES, decimal
from sync.asset_reports import assets_on
from sync.books.checks import UnsoundBook
from sync.books.summary import closing_balances

if TYPE_CHECKING:
    from datetime import date

    from sync.bookkeeping import Bookkeeping

STOCK, ASSETS = "stock", "assets"
LOOKUPS: Mapping[str, Mapping[str, pl.DataType]] = {
    STOCK: {
        **dict.fromkeys(("warehouse", "item"), pl.String()),
        "quantity": decimal(QTY_PLACES),
        "value": decimal(MONEY_PLACES),
        "average_price": decimal(PRICE_PLACES),
    },
    ASSETS: {
        **dict.fromkeys(("asset_no", "room", "user", "use_dept", "use_status"), pl.String()),
        "quantity": decimal(QTY_PLACES),
        **dict.fromkeys(("original_value", "accum_depr", "net_value"), decimal(MONEY_PLACES)),
    },
}
"""Name to columns; those of an asset are called as on its card."""


def lookups_of(books: Bookkeeping, day: date) -> dict[str, pl.DataFrame]:
    """Return what is looked up, by name, as of the end of a day; a stock book that is not sound is left out."""
    found: dict[str, pl.DataFrame] = {}
    with suppress(UnsoundBook):
        balances = closing_balances(books.stock_summary).rename({"item_code": "item"})
        found[STOCK] = balances.select(LOOKUPS[STOCK])
    if "fixed_asset_card" in books.registers:
        assets = assets_on(books, day).rename({"dept": "use_dept", "status": "use_status"})
        found[ASSETS] = assets.select(pl.col(name).cast(kind) for name, kind in LOOKUPS[ASSETS].items())
    return found
