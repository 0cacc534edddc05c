"""The stock book at the end of a month: what the next month begins with, and its stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from sync.books.originals import ORIGINALS
from sync.books.stores import Average, Layer, LayerKey, Layers, Store

AVERAGE = "移动加权平均"
FIFO = "先进先出"

PLACE = ["item_code", "warehouse"]
STOCK = {"item_code": pl.String(), "warehouse": pl.String(), "qty": pl.Int64(), "amount": pl.Int64()}
LAYERS = {**STOCK, "doc_date": pl.Date(), "doc_no": pl.String(), "line_no": pl.Int64()}
PRICES = {"item_code": pl.String(), "qty": pl.Int64(), "amount": pl.Int64()}


@dataclass(frozen=True)
class Close:
    """All that later months need of what went before: quantities in thousandths, amounts in fen."""

    stock: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STOCK))
    """Balance of every item in every warehouse, ``STOCK``."""
    layers: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=LAYERS))
    """What is left of each receipt, of items valued first in, first out, ``LAYERS``."""
    originals: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=ORIGINALS))
    """Lines that may still be returned, ``ORIGINALS``; those that no return names may be left out."""
    prices: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PRICES))
    """Quantity and amount of each item's last receipt, ``PRICES``."""

    def of_items(self, items: Sequence[str]) -> Close:
        """Return it with some items only."""
        own = pl.col("item_code").is_in(items)
        parts = (self.stock, self.layers, self.originals, self.prices)
        return Close(*(part.filter(own) for part in parts))


NOTHING = Close()


class LayerKeys:
    """The layer keys of postings, made when the first is asked for: moving averages need none."""

    def __init__(self, ordered: pl.DataFrame) -> None:
        self._ordered = ordered
        self._parts: tuple[list[int], list[str], list[int]] | None = None

    def __call__(self, position: int) -> LayerKey:
        """Return the key of the layer that a posting brings in."""
        if self._parts is None:
            physical = self._ordered["doc_date"].to_physical()
            self._parts = (physical.to_list(), self._ordered["doc_no"].to_list(), self._ordered["line_no"].to_list())
        days, numbers, lines = self._parts
        return days[position], numbers[position], lines[position]


def numbered_places(moves: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """Return every item and warehouse that holds or moves stock, sorted, with its number ``_place``."""
    places = pl.concat([stock.select(PLACE), moves.select(PLACE)]).unique()
    return places.sort(PLACE).with_row_index("_place")


def stores_of(
    places: pl.DataFrame, opening: Close, methods: Mapping[str, str], method: str, keys: LayerKeys
) -> list[Store]:
    """Return the store of each place in their order, as the close before left it.

    ``methods`` are the items' own ways of valuation, ``method`` that of all others. An item that was
    valued by average before begins with one layer of what is left.
    """
    balances = {(item, room): (qty, amount) for item, room, qty, amount in opening.stock.select(*STOCK).iter_rows()}
    layers: dict[tuple[str, str], list[Layer]] = {}
    kept = opening.layers.select(*STOCK, pl.col("doc_date").to_physical(), "doc_no", "line_no")
    for item, room, qty, amount, day, doc_no, line_no in kept.iter_rows():
        layers.setdefault((item, room), []).append(Layer((day, doc_no, line_no), qty, amount))
    stores: list[Store] = []
    for item, room in places.select(PLACE).iter_rows():
        qty, amount = balances.get((item, room), (0, 0))
        if methods.get(item, method) == FIFO:
            stores.append(Layers(keys, qty, amount, layers.get((item, room), ())))
        else:
            stores.append(Average(qty, amount))
    return stores


def stock_left(places: pl.DataFrame, stores: Sequence[Store]) -> pl.DataFrame:
    """Return the balance of every store, ``STOCK``."""
    qty = pl.Series("qty", [store.qty for store in stores], pl.Int64)
    amount = pl.Series("amount", [store.amount for store in stores], pl.Int64)
    return places.select(*PLACE, qty, amount)


def layers_left(places: pl.DataFrame, stores: Sequence[Store]) -> pl.DataFrame:
    """Return the layers of every store that has some, oldest first, ``LAYERS``."""
    rows = [
        (item, room, layer.qty, layer.amount, *layer.key)
        for (item, room), store in zip(places.select(PLACE).iter_rows(), stores, strict=True)
        for layer in store.layers()
    ]
    days = {**LAYERS, "doc_date": pl.Int32()}
    return pl.DataFrame(rows, schema=days, orient="row").cast({"doc_date": pl.Date()})
