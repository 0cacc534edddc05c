"""Versions of asset cards and what leaves the books, as the ledger would give them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from schemas.exact import decimal
from schemas.property.asset_history import CLOSES, asset_events, left_of, stages_of

CARD_SCHEMA = {
    "asset_no": pl.String(),
    "qty": pl.Int64(),
    "original_value": decimal(2),
    "entry_date": pl.Date(),
    "life_months": pl.Int64(),
    "depr_method": pl.String(),
    "accum_at_start": decimal(2),
    "accum_as_of": pl.String(),
    "change_date": pl.Date(),
    "change_doc": pl.String(),
    "_status": pl.String(),
    "_from": pl.Int64(),
}
DISPOSAL_SCHEMA = {
    "asset_no": pl.String(),
    "qty": decimal(3),
    "dispose_date": pl.Date(),
    "doc_no": pl.String(),
    "_key": pl.String(),
    "_from": pl.Int64(),
}


def card(value: str, entry: str | None, life: int = 72, **cells: object) -> dict[str, object]:
    """Return a version of the card ``ZC-1``, straight line, changed by ``cells``."""
    plain = {"asset_no": "ZC-1", "qty": 1, "original_value": Decimal(value), "life_months": life}
    entered = None if entry is None else date.fromisoformat(entry)
    blank = dict.fromkeys(("accum_at_start", "accum_as_of", "change_date", "change_doc"))
    usual = {"depr_method": "年限平均法", "_status": "accepted", "_from": 1}
    return plain | {"entry_date": entered} | usual | blank | cells


def disposed(day: str, qty: str = "1", **cells: object) -> dict[str, object]:
    """Return the disposal of some pieces of the card ``ZC-1``."""
    plain = {"asset_no": "ZC-1", "qty": Decimal(qty), "dispose_date": date.fromisoformat(day)}
    return plain | {"doc_no": "BF-1", "_key": "BF-1", "_from": 1} | cells


def events_of(
    versions: list[dict[str, object]],
    disposals: list[dict[str, object]] | None = None,
    closes: list[tuple[str, int]] | None = None,
) -> pl.DataFrame:
    """Return the events of versions of cards, oldest first, and of disposals."""
    earlier = pl.DataFrame(versions, schema=CARD_SCHEMA)
    in_force = earlier.unique("asset_no", keep="last", maintain_order=True)
    left = left_of(pl.DataFrame(disposals or [], schema=DISPOSAL_SCHEMA), None)
    return asset_events(stages_of(in_force, earlier), left, pl.DataFrame(closes or [], schema=CLOSES, orient="row"))
