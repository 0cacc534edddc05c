"""The stock book as the published files show it: what lies where, and what each month did to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from sync.books.checks import UnsoundBook
from sync.publish.model import Publication, StockLine, StockMonthLine

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping

_MONTHS_SHOWN = 12


def with_stock(publication: Publication, books: Bookkeeping) -> Publication:
    """Return a publication with the stock book; where it contradicts itself, with nothing but the reason."""
    problem = problem_of(books)
    if problem is not None:
        return replace(publication, stock_problem=problem.message(publication.language))
    summary = books.stock_summary
    months = month_lines(books, summary)
    return replace(publication, stock=stock_lines(books, summary), stock_months=months)


def problem_of(books: Bookkeeping) -> UnsoundBook | None:
    """Return how the stock book contradicts itself, None where it is sound."""
    try:
        _ = books.stock_summary
    except UnsoundBook as exc:
        return exc
    return None


def stock_lines(books: Bookkeeping, summary: pl.DataFrame) -> list[StockLine]:
    """Return what lies in each warehouse of each item after the last month of a summary, and what it is worth."""
    last = summary.group_by("warehouse", "item_code", maintain_order=True).last().sort("warehouse", "item_code")
    items, rooms = _by_code(books, "item_catalogue", "item_code"), _by_code(books, "location", "room_code")
    lines = []
    for warehouse, code, qty, amount in last.select("warehouse", "item_code", "close_qty", "close_amount").iter_rows():
        item, room = items.get(code, {}), rooms.get(warehouse, {})
        name, spec, unit = (str(item.get(each) or "") for each in ("item_name", "spec", "base_unit"))
        place = (warehouse, str(room.get("room_name") or ""), code)
        lines.append(StockLine(*place, name, spec, unit, qty, item.get("min_stock"), amount))
    return lines


def month_lines(books: Bookkeeping, summary: pl.DataFrame) -> list[StockMonthLine]:
    """Return the sums of each warehouse in the newest months of a summary, the newest month first."""
    rooms = _by_code(books, "location", "room_code")
    amounts = ("open_amount", "in_amount", "out_amount", "close_amount")
    shown = summary["period"].unique().sort(descending=True).head(_MONTHS_SHOWN)
    sums = (
        summary.filter(pl.col("period").is_in(shown.implode()))
        .group_by("period", "warehouse")
        .agg((pl.col("close_qty") != 0).sum().cast(pl.Int64).alias("items"), pl.col(amounts).sum())
        .sort(["period", "warehouse"], descending=[True, False])
    )
    return [
        StockMonthLine(period, warehouse, str(rooms.get(warehouse, {}).get("room_name") or ""), items, *four)
        for period, warehouse, items, *four in sums.iter_rows()
    ]


def _by_code(books: Bookkeeping, register_id: str, code: str) -> Mapping[str, Mapping[str, Any]]:
    rows = books.rows(register_id)
    found: Iterable[dict[str, Any]] = () if rows is None else rows.iter_rows(named=True)
    return {row[code]: row for row in found}
