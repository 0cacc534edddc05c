"""The asset book as the command line and the published files tell it, from the books of a school."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.property.asset_classes import CLASS_NAMES
from sync.books.asset_entries import (
    ENTRY,
    entries_of_compensation,
    entries_of_counts,
    entries_of_disposals,
    told_entries,
)
from sync.books.asset_list import asset_list, placed_on, sums_by
from sync.books.assets import FIXED_ASSETS, happened_in, schedule_of, totals_of
from sync.books.periods import ASSET_BOOK
from sync.publish.model import AssetLine, Publication

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping


def assets_on(books: Bookkeeping, day: date) -> pl.DataFrame:
    """Return every asset with place, keeper and worth at the end of a day, as ``asset_list`` does."""
    return asset_list(books.assets, day, books.books)


def month_of(books: Bookkeeping, day: date) -> dict[str, Any]:
    """Return what the month of a day did: ``month``, ``closed``, ``totals`` of fixed assets, and a line per card.

    A card has a line that was in the books at the beginning or the end of the month. Amounts are
    exact decimals.

    Raises:
        AssetBookUnbalancedError: the sums do not agree.
    """
    month, last = f"{day:%Y-%m}", day.replace(day=monthrange(day.year, day.month)[1])
    happened = happened_in(books.assets, month, month)
    cards = placed_on(books.assets.cards, last, books.books)
    names = ("asset_name", "class_code", "gl_account", "dept")
    lines = happened.join(cards.select("asset_no", *names), on="asset_no").sort("asset_no")
    there = pl.any_horizontal(pl.col(name) != 0 for name in ("value", "open_value", "added"))
    shown = lines.filter(there).select(
        "asset_no",
        pl.col("asset_name").alias("name"),
        *names[1:],
        pl.col("value").alias("original_value"),
        "charge",
        pl.col("accum").alias("accum_depr"),
        pl.col("net").alias("net_value"),
        *("monthly", "months_taken", "months_left"),
    )
    return {
        "month": month,
        "closed": books.closes.is_closed(ASSET_BOOK, month),
        "totals": totals_of(lines.filter(pl.col("gl_account") == FIXED_ASSETS)),
        "assets": shown.to_dicts(),
    }


def entries_of(books: Bookkeeping, day: date) -> dict[str, Any]:
    """Return the suggested accounting entries of the month of a day: ``month`` and ``entries``.

    An entry has ``date``, ``event``, ``register``, ``key``, ``asset_no``, ``name`` and ``lines`` of debit,
    credit and amount.
    """
    book, parts = books.assets, []
    counted = books.counts
    if "stocktake_sheet" in books.registers:
        parts.append(entries_of_counts(counted, book))
    if (disposals := books.rows("disposal_register")) is not None:
        parts.append(entries_of_disposals(disposals, book, counted))
    if (paid := books.rows("compensation_register")) is not None:
        parts.append(entries_of_compensation(paid, book.cards))
    last = day.replace(day=monthrange(day.year, day.month)[1])
    entries = pl.concat([pl.DataFrame(schema=ENTRY), *parts])
    return {"month": f"{day:%Y-%m}", "entries": told_entries(entries, day.replace(day=1), last)}


def schedule_told(books: Bookkeeping, asset_no: str) -> dict[str, Any] | None:
    """Return number, name, entry date and the ``schedule`` of a card month by month; None where there is none."""
    own = books.assets.cards.filter(pl.col("asset_no") == asset_no)
    if own.is_empty():
        return None
    card = own.row(0, named=True)
    lines = schedule_of(books.assets, asset_no).rename({"accum": "accum_depr", "net": "net_value"})
    return {
        "asset_no": asset_no,
        "name": card["asset_name"],
        "entry_date": card["entry_date"],
        "schedule": lines.to_dicts(),
    }


def with_assets(publication: Publication, books: Bookkeeping) -> Publication:
    """Return a publication with the fixed assets in the books on its day, by class and by department."""
    if "fixed_asset_card" not in books.registers:
        return publication
    listed = assets_on(books, publication.today)
    departments = books.rows("department")
    names = {} if departments is None else dict(departments.select("dept_code", "dept_name").iter_rows())
    classes = sums_by(listed, ["class_code", "asset_kind"])
    kinds: dict[str, str] = dict(classes.select("class_code", "asset_kind").iter_rows())
    return replace(
        publication,
        assets_by_class=_lines(classes.drop("asset_kind"), kinds | CLASS_NAMES),
        assets_by_department=_lines(sums_by(listed, ["dept"]), names),
    )


def _lines(sums: pl.DataFrame, names: Mapping[str, str]) -> list[AssetLine]:
    rows: Iterable[tuple[Any, ...]] = sums.iter_rows()
    return [AssetLine(code or "", names.get(code, ""), *values) for code, *values in rows]
