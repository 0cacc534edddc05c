"""The answers of the worksheet functions: a value, or a sentence in plain words, never an error."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any

from addin.lookups import ASSETS, ITEMS, ROOMS, Balance, Lookups, typed_text
from schemas.findings import Text
from schemas.headers import heading, names_of
from schemas.register import register_of

if TYPE_CHECKING:
    from schemas.columns import Column

_PRICE = Decimal("0.0001")

Value = float | str | date
"""What a cell shows."""

_NO_FIELD = Text("没有“{word}”这一项，可以写：{known}", "there is no “{word}”; there are: {known}")
_NEVER = Text("该仓库没有过这种物品", "this warehouse never had any of it")
_NO_PRICE = Text("没有结存，没有均价", "nothing is left, so there is no price")


def book_quantity(lookups: Lookups, item: object, warehouse: object = None) -> Value:
    """Return how much of an item the books have in a warehouse, or in all of them, in its base unit."""
    found = _held(lookups, item, warehouse)
    if isinstance(found, str):
        return found
    return float(sum((balance.quantity for balance in found), Decimal(0)))


def average_price(lookups: Lookups, item: object, warehouse: object = None) -> Value:
    """Return what one unit of an item in a warehouse, or in all of them, is worth by the books, in yuan."""
    found = _held(lookups, item, warehouse)
    if isinstance(found, str):
        return found
    quantity = sum((balance.quantity for balance in found), Decimal(0))
    if not found:
        return _NEVER.message(lookups.language, {})
    if not quantity:
        return _NO_PRICE.message(lookups.language, {})
    value = sum((balance.value for balance in found), Decimal(0))
    return float((value / quantity).quantize(_PRICE, ROUND_HALF_UP))


def _held(lookups: Lookups, item: object, warehouse: object) -> Sequence[Balance] | str:
    """Return the balances that are asked for, or why there are none."""
    goods = lookups.code(ITEMS, item)
    if goods.code is None:
        return goods.why_not
    if not typed_text(warehouse):
        return [balance for (_, code), balance in lookups.stock.items() if code == goods.code]
    room = lookups.code(ROOMS, warehouse)
    if room.code is None:
        return room.why_not
    balance = lookups.stock.get((room.code, goods.code))
    return [] if balance is None else [balance]


def item_field(lookups: Lookups, item: object, field: object = None) -> Value:
    """Return the name of an item, or another field of the catalogue by header or English name (规格型号, spec)."""
    return _field(lookups, ITEMS, item, field)


def asset_field(lookups: Lookups, asset: object, field: object = None) -> Value:
    """Return the name of an asset, or another field of its card as the books have it now (存放地点, 使用人, 净值)."""
    return _field(lookups, ASSETS, asset, field)


def _field(lookups: Lookups, register_id: str, word: object, field: object) -> Value:
    found = lookups.code(register_id, word)
    if found.code is None:
        return found.why_not
    register = register_of(register_id)
    wanted = heading(typed_text(field))
    name = names_of(register).get(wanted) if wanted else register.label
    if name is None:
        known = "、".join(column.title for column in register.columns)
        return _NO_FIELD.message(lookups.language, {"word": typed_text(field), "known": known})
    rows: Mapping[str, Mapping[str, Any]] = lookups.items if register_id == ITEMS else lookups.assets
    return _shown(lookups, register.column(name), rows[found.code].get(name))


def _shown(lookups: Lookups, column: Column, value: object) -> Value:
    """Return a value as a cell shows it: references with their names, 是 and 否, numbers as numbers."""
    match value:
        case None:
            return ""
        case bool():
            return "是" if value else "否"
        case Decimal() | int():
            return float(value)
        case date():
            return value
        case str() if column.refs:
            return lookups.shown(column.refs[0], value)
    return str(value)
