"""Columns that the books add to rows that people write: computed where they are shown, never stored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import polars as pl

from sync.books.asset_columns import cards_with_worth, disposals_with_worth
from sync.books.counts import results_with_differences, sheets_with_differences

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping

Complete = Callable[[pl.DataFrame, "Bookkeeping"], pl.DataFrame]
"""Returns rows of a register, with the columns of the ledger, with what the books know of them."""

COMPLETED: Mapping[str, Complete] = {
    "fixed_asset_card": lambda rows, books: cards_with_worth(rows, books.assets, books.facts.today),
    "stocktake_sheet": lambda rows, books: sheets_with_differences(rows, books.counts),
    "stocktake_result": lambda rows, books: results_with_differences(rows, books.counts),
    "disposal_register": lambda rows, books: disposals_with_worth(rows, books.assets, books.facts.today),
}
"""Register id to what the books add to its rows."""


def is_completed(register: type[Register]) -> bool:
    """Tell whether the books add to the rows of a register."""
    return register.id in COMPLETED


def completed(rows: pl.DataFrame, register: type[Register], books: Bookkeeping) -> pl.DataFrame:
    """Return rows of the ledger with the columns that the books add; those of most registers as they are."""
    complete = COMPLETED.get(register.id)
    return rows if complete is None else complete(rows, books)
