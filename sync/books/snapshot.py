"""What a book was at the end of a closed month, as exact figures with a digest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import polars as pl

from schemas.exact import PRICE_PLACES, scaled, unscaled
from sync.books.close import LAYERS, NOTHING, PRICES, STOCK, Close
from sync.books.originals import ORIGINALS
from sync.books.periods import StockMonth
from sync.books.valuation import ITEMS

FIGURES = {"name": pl.String(), "what": pl.String(), "figure": pl.Int64()}
"""Figures of a book: whose they are, what they are, and the whole number (fen, thousandths, pieces)."""

_TYPES: dict[str, pl.DataType] = {"text": pl.String(), "number": pl.Int64(), "day": pl.Date()}
_WORDS = {dtype: word for word, dtype in _TYPES.items()}
_LINE = ["register", "doc_no", "line_no", "item_code"]


@dataclass(frozen=True)
class Snapshot:
    """A book at the end of a month: named frames of texts, whole numbers and days, in a fixed order of rows."""

    parts: Mapping[str, pl.DataFrame] = field(default_factory=dict)

    def stored(self) -> dict[str, str]:
        """Return every part as JSON text, column by column."""
        return {name: _stored(frame) for name, frame in self.parts.items()}

    def digest(self) -> str:
        """Return the SHA-256 (hex) of all parts."""
        return digest_of(self.stored())


def digest_of(stored: Mapping[str, str]) -> str:
    """Return the digest of parts as they are kept."""
    return hashlib.sha256(json.dumps(sorted(stored.items()), ensure_ascii=False).encode()).hexdigest()


def snapshot_of_text(stored: Mapping[str, str]) -> Snapshot:
    """Return the snapshot that ``Snapshot.stored`` was made from."""
    return Snapshot({name: _frame(text) for name, text in stored.items()})


def _stored(frame: pl.DataFrame) -> str:
    types = [[name, _WORDS[dtype]] for name, dtype in frame.schema.items()]
    cells = {
        name: [value.isoformat() if isinstance(value, date) else value for value in frame[name].to_list()]
        for name in frame.columns
    }
    return json.dumps({"columns": types, "cells": cells}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _frame(text: str) -> pl.DataFrame:
    kept: dict[str, Any] = json.loads(text)
    types = {name: _TYPES[word] for name, word in kept["columns"]}
    columns = {
        name: [
            date.fromisoformat(value) if value is not None and types[name] == pl.Date() else value for value in cells
        ]
        for name, cells in kept["cells"].items()
    }
    return pl.DataFrame({name: columns[name] for name in types}, schema=types)


def stock_snapshot(close: Close, before: Close, items: pl.DataFrame | None) -> Snapshot:
    """Return the stock book at the end of a month as it is kept, with the catalogue by which it was valued.

    Lines that may still be returned are kept once, and again only when something came back of them:
    ``before`` is the close of the month before.
    """
    originals = close.originals.select(*ORIGINALS)
    news = originals.join(before.originals.select(*ORIGINALS), on=list(ORIGINALS), how="anti", nulls_equal=True)
    return Snapshot(
        {
            "stock": _sorted(close.stock.filter((pl.col("qty") != 0) | (pl.col("amount") != 0)), STOCK),
            "layers": _sorted(close.layers, LAYERS),
            "originals": _sorted(news, ORIGINALS),
            "prices": _sorted(close.prices, PRICES),
            "items": _items(items),
        }
    )


def stock_close(snapshots: Sequence[Snapshot]) -> Close:
    """Return the stock book at the end of the last of some closed months, all of them in their order."""
    if not snapshots:
        return NOTHING
    lines = pl.concat([pl.DataFrame(schema=ORIGINALS), *(each.parts["originals"] for each in snapshots)])
    parts = snapshots[-1].parts
    newest = lines.unique(_LINE, keep="last", maintain_order=True).sort(_LINE)
    return Close(parts["stock"], parts["layers"], newest, parts["prices"])


def stock_month(snapshots: Sequence[Snapshot], method: str) -> StockMonth:
    """Return the last of some closed months of the stock book; ``method`` is how most items were valued then."""
    items = snapshots[-1].parts["items"]
    return StockMonth(stock_close(snapshots), items.with_columns(unscaled(pl.col("ref_price"), PRICE_PLACES)), method)


def _items(items: pl.DataFrame | None) -> pl.DataFrame:
    if items is None:
        return pl.DataFrame(schema=ITEMS)
    price = scaled(pl.col("ref_price"), PRICE_PLACES).alias("ref_price")
    stated = items.select("item_code", pl.col("valuation").cast(pl.String), price)
    return _sorted(stated.filter(pl.col("valuation").is_not_null() | pl.col("ref_price").is_not_null()), ITEMS)


def _sorted(frame: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    return frame.select(*schema).sort(*schema)
