"""The asset book from the ledger: which earlier versions of cards and disposals it has to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.property.asset_history import CARD, CLOSES, since_stated
from schemas.property.depreciation import month_number, number_of_month
from schemas.register import register_of
from sync.books.assets import AssetBook, asset_book
from sync.books.periods import ASSET_BOOK

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping

_CARDS = "fixed_asset_card"
_LEAVE = (
    ("disposal_register", "dispose_date", ("asset_no", "qty", "dispose_date")),
    ("asset_transfer", "doc_date", ("asset_no", "qty", "doc_date", "kind")),
)
"""Registers by which assets leave the school, with the day of it and what decides what leaves."""


def asset_book_of(books: Bookkeeping) -> AssetBook:
    """Return the asset book of a school.

    Earlier versions are read only of what may need them: of cards that a document changed, and of what
    is dated in a month that is closed by now and may have come too late for it.
    """
    cards = books.rows(_CARDS)
    if cards is None:
        return asset_book(None, pl.DataFrame(), None, None)
    closes = _closes(books)
    newest = closes.select(pl.col("period").max()).item()
    changed = pl.col("change_doc").is_not_null()
    earlier = _versions(books, _CARDS, cards.filter(changed | _closed_by("entry_date", newest)))
    disposals, transfers = (_known_since(books, name, day, what, newest) for name, day, what in _LEAVE)
    return asset_book(cards, earlier.select(*CARD, "_status", "_from"), disposals, transfers, closes)


def _known_since(
    books: Bookkeeping, register_id: str, day: str, what: tuple[str, ...], newest: str | None
) -> pl.DataFrame | None:
    """Return the rows of a register with the revision that first said what they say; None where not in use."""
    rows = books.rows(register_id)
    if rows is None:
        return None
    return since_stated(rows, _versions(books, register_id, rows.filter(_closed_by(day, newest))), what)


def _closes(books: Bookkeeping) -> pl.DataFrame:
    """Return the closed months of the asset book with the revision that closed each; one opened again is open."""
    log = books.closes.log
    if log.is_empty():
        return pl.DataFrame(schema=CLOSES)
    closed = log.filter((pl.col("book") == ASSET_BOOK) & (pl.col("status") == "已结"))
    return closed.select("period", "_from")


def _versions(books: Bookkeeping, register_id: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Return all versions of some rows of a register, oldest first; none where rows have no history."""
    if books.versions is None or rows.is_empty():
        return rows.clear()
    return books.versions(register_of(register_id), rows["_key"].to_list())


def _closed_by(day: str, newest: str | None) -> pl.Expr:
    """Tell which rows are dated in a closed month."""
    return pl.lit(value=False) if newest is None else month_number(pl.col(day)) <= number_of_month(newest)
