"""What people look up without a ledger: the balances of stock, and the assets as the books have them now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import polars as pl

from sync.asset_reports import assets_on
from sync.books.checks import UnsoundBook
from sync.books.summary import closing_balances
from sync.publish.lookup_tables import ASSETS, STOCK

if TYPE_CHECKING:
    from datetime import date

    from sync.bookkeeping import Bookkeeping


def lookups_of(books: Bookkeeping, day: date) -> dict[str, pl.DataFrame]:
    """Return the tables to look up, by name, as of the end of a day; without a stock book that is not sound."""
    found: dict[str, pl.DataFrame] = {}
    with suppress(UnsoundBook):
        balances = closing_balances(books.stock_summary).rename({"item_code": "item"})
        found[STOCK.name] = balances.select(*STOCK.stored)
    if "fixed_asset_card" in books.registers:
        assets = assets_on(books, day).rename({"dept": "use_dept", "status": "use_status"})
        found[ASSETS.name] = assets.select(pl.col(name).cast(kind) for name, kind in ASSETS.stored.items())
    return found
