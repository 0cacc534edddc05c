"""Columns that the books of stock have in common: place, item, quantities and amounts, all of them computed."""

from __future__ import annotations

from schemas import columns as c
from schemas.columns import Column


def room_of_book() -> Column:
    """The warehouse that a line of the books is about."""
    return c.room("仓库", "Warehouse", system=True)


def item_of_book() -> Column:
    """The item that a line of the books is about."""
    return c.item("物品编码", "Item", system=True, inactive_allowed=True)


def qty_of_book(title: str, title_en: str) -> Column:
    """A quantity in the base unit of the item; red entries are negative."""
    return c.qty(title, title_en, system=True, negative=True)


def amount_of_book(title: str, title_en: str) -> Column:
    """An amount; red entries are negative."""
    return c.money(title, title_en, system=True, negative=True)
