"""Batches in date: which issues must have handed out expired goods (ISS-06, ISS-07).

A batch is a receipt line with its last good day; an issue names no batch. The movements of an item
in a warehouse are therefore played through in their order with the choice that favours the clerk:
every issue takes the goods in date that expire first (what a department brings back counts as never
expiring, and so does what another warehouse sends; write-offs and what is sent to another one take
what has expired). If even then the goods in date do not cover an issue while expired ones are there,
it must have contained some. That is the certain case, and only that is reported. An issue whose remark
names a batch is judged by it. A later accepted issue is not judged again when an earlier one arrives
after it.

Source: DOMAIN.md ISS-06 and ISS-07; first-expiring first leaves the most goods in date at any time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.rules_shared import as_quantity
from schemas.stock_movements import movements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from schemas.rules import Books

_PLACE = ["warehouse", "item_code"]
_ORDER = ["doc_date", "rank", "doc_no", "line_no"]
"""The posting order of DOMAIN.md 4.7 (9)."""
_TRANSFER = "调拨"
_WRITE_OFFS = frozenset({"报废出库", "盘亏出库", "赔偿出库", _TRANSFER})
_SENT_BACK = "红字入库"
_SHORTEST_BATCH_NAME = 3


@dataclass
class _Lot:
    """What one receipt brought, and what is left of it, in thousandths."""

    document: str
    batch: str
    expires: date | None
    brought: int
    left: int

    def good_on(self, day: date) -> bool:
        """Tell whether it is still in date."""
        return self.expires is None or self.expires >= day


def expired_batches(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the issues that must contain expired goods.

    The result has ``_id``, ``item``, ``fresh`` (what is in date), ``batch`` and ``expires`` of the
    expired goods that were handed out first.
    """
    schema = {"_id": pl.Int64(), "item": pl.String(), "fresh": pl.Int64(), "batch": pl.String(), "expires": pl.Date()}
    issues, receipts = _judged(rows, books)
    doubtful = pl.concat([_late(issues, receipts), _noted(issues, receipts)])
    found = [flaw for flaw in _played(rows, books, doubtful) if "fresh" in flaw]
    return pl.DataFrame(found, schema=schema).with_columns(as_quantity(pl.col("fresh")).alias("fresh"))


def later_batches_first(rows: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return the issues that name a batch while one that expires earlier is certainly in stock.

    The result has ``_id``, ``named`` (the batch in the remark), and ``batch`` and ``expires`` of
    the one that should have gone first.
    """
    schema = {"_id": pl.Int64(), "named": pl.String(), "batch": pl.String(), "expires": pl.Date()}
    doubtful = _noted(*_judged(rows, books))
    found = [flaw for flaw in _played(rows, books, doubtful) if "named" in flaw]
    return pl.DataFrame(found, schema=schema)


def _played(rows: pl.DataFrame, books: Books, places: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """Yield what is found when the movements of some places are played through."""
    if places.is_empty():
        return
    issues, receipts = _judged(rows, books)
    settled = _moves(books.others("stock_issue", rows, rows.select("item_code")), "stock_issue", "issue_kind")
    transfers = _transfers(books)
    moves = pl.concat([receipts, transfers, settled, issues], how="diagonal").join(places, on=_PLACE, how="semi")
    for place in moves.sort(*_ORDER).partition_by(*_PLACE, maintain_order=True):
        yield from _play(place.iter_rows(named=True))


def _judged(rows: pl.DataFrame, books: Books) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return the issues to be judged and all receipts as movements."""
    issues = _moves(rows.with_columns(pl.lit(value=True).alias("judged")), "stock_issue", "issue_kind", "judged")
    received = books.rows("stock_receipt", rows.select("item_code"))
    return issues, _moves(received, "stock_receipt", "receipt_kind", "expire_date", "batch_no")


def _moves(rows: pl.DataFrame, register: str, kind: str, *extra: str) -> pl.DataFrame:
    return movements(rows, register, "_id", pl.col(kind).alias("kind"), "ref_doc", "remark", *extra)


def _transfers(books: Books) -> pl.DataFrame:
    kind, none = pl.lit(_TRANSFER).alias("kind"), pl.lit(None, pl.String).alias("ref_doc")
    return movements(books.rows("asset_transfer"), "asset_transfer", "_id", kind, none)


def _late(issues: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """Return the places where an issue is later than some last good day."""
    first = receipts.group_by(_PLACE).agg(pl.col("expire_date").min().alias("first_end"))
    return issues.join(first, on=_PLACE).filter(pl.col("doc_date") > pl.col("first_end")).select(_PLACE)


def _noted(issues: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
    """Return the places where the remark of an issue holds the name of a batch."""
    batches = receipts.filter(_is_batch_name()).select(*_PLACE, "batch_no")
    remarks = issues.filter(pl.col("remark").is_not_null()).select(*_PLACE, "remark")
    named = pl.col("remark").str.contains(pl.col("batch_no"), literal=True)
    return remarks.join(batches, on=_PLACE).filter(named).select(_PLACE)


def _is_batch_name() -> pl.Expr:
    return pl.col("batch_no").str.len_chars() >= _SHORTEST_BATCH_NAME


def _play(moves: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Play the movements of one place in their order; held issues take nothing."""
    lots: list[_Lot] = []
    for move in moves:
        day, effect = move["doc_date"], move["effect"]
        if effect >= 0:
            lots.append(_Lot(move["doc_no"], move["batch_no"] or "", move["expire_date"], effect, effect))
        elif move["kind"] == _SENT_BACK:
            _send_back(lots, move["ref_doc"], -effect)
        elif move["kind"] in _WRITE_OFFS:
            _take(sorted(lots, key=_first_expiring), -effect)
        else:
            flaw = _judge(lots, move) if move["judged"] else None
            if flaw is not None:
                yield flaw
            if flaw is None or "named" in flaw:
                good = [lot for lot in lots if lot.good_on(day)]
                bad = [lot for lot in lots if not lot.good_on(day)]
                _take([*sorted(good, key=_first_expiring), *sorted(bad, key=_first_expiring)], -effect)


def _judge(lots: list[_Lot], move: dict[str, Any]) -> dict[str, Any] | None:
    """Return what is certainly wrong with one issue."""
    day, out, found = move["doc_date"], -move["effect"], {"_id": move["_id"], "item": move["item_code"]}
    stocked = [lot for lot in lots if lot.left > 0]
    fresh = sum(lot.left for lot in stocked if lot.good_on(day))
    expired = sorted((lot for lot in stocked if not lot.good_on(day)), key=_first_expiring)
    named = _named(lots, move["remark"] or "")
    if named is not None and not named.good_on(day):
        return {**found, "fresh": fresh, "batch": f"批号 {named.batch} ", "expires": named.expires}
    if expired and fresh < out <= fresh + sum(lot.left for lot in expired):
        return {**found, "fresh": fresh, "batch": _batch_words(expired[0]), "expires": expired[0].expires}
    if named is not None and named.expires is not None:
        return _earlier(lots, named, move)
    return None


def _earlier(lots: list[_Lot], named: _Lot, move: dict[str, Any]) -> dict[str, Any] | None:
    """Return the batch that should go first: certain where the others cannot hold all that is in stock."""
    day, limit = move["doc_date"], named.expires
    before = sorted((lot for lot in lots if lot.expires and limit and day <= lot.expires < limit), key=_first_expiring)
    others = sum(lot.brought for lot in lots if all(lot is not each for each in before))
    if not before or sum(lot.left for lot in lots) <= others:
        return None
    first = before[0]
    return {"_id": move["_id"], "named": named.batch, "batch": first.batch or first.document, "expires": first.expires}


def _named(lots: list[_Lot], remark: str) -> _Lot | None:
    """Return the batch that a remark names as a word of its own; of equal names the last to expire."""
    found = [
        lot
        for lot in lots
        if len(lot.batch) >= _SHORTEST_BATCH_NAME
        and re.search(rf"(?<![0-9A-Za-z]){re.escape(lot.batch)}(?![0-9A-Za-z])", remark)
    ]
    return max(found, key=_first_expiring, default=None)


def _batch_words(lot: _Lot) -> str:
    return f"批号 {lot.batch} " if lot.batch else f"{lot.document} "


def _first_expiring(lot: _Lot) -> tuple[date, str]:
    return lot.expires or date.max, lot.document


def _send_back(lots: list[_Lot], document: str | None, out: int) -> None:
    own = [lot for lot in lots if lot.document == document]
    for lot in own:
        lot.brought -= min(lot.left, out)
    _take([*own, *sorted((lot for lot in lots if lot.document != document), key=_first_expiring)], out)


def _take(lots: Iterable[_Lot], out: int) -> None:
    for lot in lots:
        taken = min(lot.left, out)
        lot.left -= taken
        out -= taken
