"""Day-end balances of stock: which new or changed movements would make one negative (X-01, ISS-01)."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.periods import as_posted
from schemas.rules_shared import accepted_versions, as_quantity
from schemas.stock_adjustments import adjustments_in_force
from schemas.stock_movements import MOVE, movements, settled_movements

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date

    from schemas.rules import Books

_PLACE = ["warehouse", "item_code"]
_MOVE = list(MOVE)
_SAME = ["_key", *_MOVE]
_SHORTAGE = {
    "_id": pl.Int64(),
    "warehouse": pl.String(),
    "item_code": pl.String(),
    "balance": pl.Int64(),
    "effect": pl.Int64(),
}

Place = tuple[str, str]
"""Warehouse and item."""


def shortages(rows: pl.DataFrame, books: Books, register: str) -> pl.DataFrame:
    """Return the candidates of a stock register that would leave a day-end balance below zero.

    A balance is that of one item in one warehouse at the end of its movement's day or of any later
    day, over everything in force and the candidates taken so far. Candidates are taken in the order
    (post date, kind rank, document, line); what only adds stock, or takes less than its accepted version,
    counts at once; the accepted version of another changed row counts until the change is taken. A
    change that makes no balance worse is taken.

    The result has one line per row held: ``_id``, ``warehouse``, ``item``, ``date`` (the first day
    that fails), ``q1`` (book balance without the row), ``q2`` (what it takes out), ``q`` (what the
    balance would be) and ``shortfall``.

    Source: DOMAIN.md 4.2 and 4.7 (9) and (11).
    """
    candidates = movements(as_posted(rows), register, "_id", "_key")
    before = movements(as_posted(accepted_versions(rows, books, register)), register, "_key")
    items = pl.concat([candidates.select("item_code"), before.select("item_code")]).unique()
    return shortfalls(rows, candidates, before, lambda stated: _settled(stated, books, register, items))


def shortfalls(
    rows: pl.DataFrame,
    candidates: pl.DataFrame,
    before: pl.DataFrame,
    settled_without: Callable[[pl.DataFrame], pl.DataFrame],
) -> pl.DataFrame:
    """Return the shortages among movements of any book, in the words of ``shortages``.

    ``candidates`` are the movements of ``rows`` with ``_id`` and ``_key``, ``before`` those of their
    accepted versions with ``_key``, both with the columns of ``movements``; ``doc_date`` may be a date
    or a moment. ``settled_without`` returns the movements in force without those of some rows.
    """
    if before.is_empty() and not (candidates["effect"] < 0).any():
        return _as_words([], candidates.schema["doc_date"])
    unchanged = candidates.join(before, on=_SAME, how="semi").select("_key")
    candidates = candidates.join(unchanged, on="_key", how="anti", maintain_order="left")
    before = before.join(unchanged, on="_key", how="anti")
    risky = candidates.filter((pl.col("effect") < 0) | pl.col("_key").is_in(before["_key"].implode()))
    places = pl.concat([risky.select(_PLACE), before.select(_PLACE)]).unique()
    involved = candidates.join(places, on=_PLACE, how="semi", maintain_order="left")
    stated = rows.join(candidates.select("_id"), on="_id", how="semi")
    settled = settled_without(stated).select(_MOVE).join(places, on=_PLACE, how="semi")
    ends = _day_ends([settled, involved])
    failing = ends.filter(pl.col("balance") < 0).select(_PLACE).unique(maintain_order=True)
    found = [] if failing.is_empty() else _held(settled, involved, before, failing)
    return _as_words(found, candidates.schema["doc_date"])


def in_words(found: pl.DataFrame, books: Books) -> pl.DataFrame:
    """Return shortages with names beside the codes of item and warehouse, and the item's ``base_unit``."""
    items = books.rows("item_catalogue").select(pl.col("item_code").alias("item"), "item_name", "base_unit")
    rooms = books.rows("location").select(pl.col("room_code").alias("warehouse"), "room_name")
    named = found.join(items, on="item", how="left", maintain_order="left").join(
        rooms, on="warehouse", how="left", maintain_order="left"
    )
    pairs = (("item", "item_name"), ("warehouse", "room_name"))
    return named.with_columns(
        pl.concat_str([code, name], separator=" ", ignore_nulls=True).alias(code) for code, name in pairs
    ).drop("item_name", "room_name")


def _settled(stated: pl.DataFrame, books: Books, register: str, items: pl.DataFrame) -> pl.DataFrame:
    """Return the movements of some items in force that some candidates leave as they are, adjustments included."""
    own = movements(as_posted(books.others(register, stated, items)), register).select(_MOVE)
    adjusted = adjustments_in_force(books, items).select(_MOVE)
    return pl.concat([settled_movements(books, items, register), own, adjusted])


def _day_ends(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return the balance of every place at the end of every day with a movement, in order of days."""
    days = pl.concat([frame.select(_MOVE) for frame in parts])
    summed = days.group_by(*_PLACE, "doc_date").agg(pl.col("effect").sum()).sort(*_PLACE, "doc_date")
    return summed.with_columns(pl.col("effect").cum_sum().over(_PLACE).alias("balance"))


class _Balance:
    """The day-end balances of one place while claims are taken in the order of their days."""

    def __init__(self, days: list[date], ends: list[int]) -> None:
        self._days = days
        self._ends = ends
        self._lowest = _lowest_from(ends)
        self._taken = 0
        self._pending: list[tuple[int, int]] = []

    def take(self, day: date, out: int) -> tuple[date, int] | None:
        """Take ``out`` on a day not before the last one; else return the first day below zero, and how much."""
        at = bisect_left(self._days, day)
        if self._lowest[at] - self._taken >= out:
            self._taken += out
            self._pending.append((at, out))
            return None
        left = self._taken + out
        return next((self._days[n], self._ends[n] - left) for n in range(at, len(self._ends)) if self._ends[n] < left)

    def change(self, *effects: tuple[date, int]) -> tuple[date, int] | None:
        """Apply effects of any day; else return the first day that gets worse and below zero, and how much."""
        self._settle()
        ends = list(self._ends)
        for day, effect in effects:
            for later in range(bisect_left(self._days, day), len(ends)):
                ends[later] += effect
        for later, now in enumerate(ends):
            if now < min(0, self._ends[later]):
                return self._days[later], now
        self._ends, self._lowest = ends, _lowest_from(ends)
        return None

    def _settle(self) -> None:
        """Write what was taken into the balances of its day and of all later ones."""
        for at, out in self._pending:
            for later in range(at, len(self._ends)):
                self._ends[later] -= out
        self._pending, self._taken = [], 0
        self._lowest = _lowest_from(self._ends)


def _lowest_from(ends: list[int]) -> list[int]:
    """Return for every day the lowest balance of that day and all later ones."""
    lowest = list(ends)
    for at in range(len(lowest) - 2, -1, -1):
        lowest[at] = min(lowest[at], lowest[at + 1])
    return lowest


def _held(
    settled: pl.DataFrame, involved: pl.DataFrame, before: pl.DataFrame, failing: pl.DataFrame
) -> list[dict[str, Any]]:
    """Return the shortage of every candidate that cannot be taken."""
    tight = _affected(involved, before, failing)
    changes = pl.col("_key").is_in(before["_key"].implode())
    claims = (
        involved.filter((pl.col("effect") < 0) | changes)
        .join(_harmless(involved, before), on="_key", how="anti", maintain_order="left")
        .join(tight, on=_PLACE, how="semi", maintain_order="left")
        .sort("doc_date", "rank", "doc_no", "line_no", maintain_order=True)
    )
    at_once = involved.join(claims, on="_id", how="anti")
    stays = before.join(claims, on="_key", how="semi")
    ends = _day_ends([settled, at_once, stays, claims.with_columns(pl.lit(0, pl.Int64).alias("effect"))])
    by_place = ends.join(tight, on=_PLACE, how="semi", maintain_order="left").group_by(_PLACE, maintain_order=True)
    lists = by_place.agg("doc_date", "balance")
    balances = {(wh, item): _Balance(days, low) for wh, item, days, low in lists.iter_rows()}
    old = {row["_key"]: row for row in stays.iter_rows(named=True)}
    found = []
    for row in claims.iter_rows(named=True):
        short = _take(balances, row, old.get(row["_key"]))
        if short is not None:
            found.append({"_id": row["_id"], **short})
    return found


def _harmless(involved: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return the keys of changes that lower no balance: less goes out or later, more comes in or earlier."""
    both = involved.join(before, on=["_key", *_PLACE], suffix="_before")
    out, sooner = pl.col("effect") < 0, pl.col("doc_date") <= pl.col("doc_date_before")
    later = pl.col("doc_date") >= pl.col("doc_date_before")
    same_sign = out == (pl.col("effect_before") < 0)
    no_less = (pl.col("effect") >= pl.col("effect_before")) & same_sign
    return both.filter(no_less & pl.when(out).then(later).otherwise(sooner)).select("_key")


def _affected(involved: pl.DataFrame, before: pl.DataFrame, failing: pl.DataFrame) -> pl.DataFrame:
    """Return the failing places, and those that share a changed row with one of them."""
    here = involved.select("_key", *_PLACE).join(before.select("_key"), on="_key", how="semi")
    there = before.select("_key", *_PLACE)
    links = pl.concat([here, there])
    tight = failing
    while True:
        keys = links.join(tight, on=_PLACE, how="semi").select("_key")
        reached = links.join(keys, on="_key", how="semi").select(_PLACE)
        wider = pl.concat([tight, reached]).unique(maintain_order=True)
        if wider.height == tight.height:
            return tight
        tight = wider


def _take(balances: dict[Place, _Balance], row: dict[str, Any], was: dict[str, Any] | None) -> dict[str, Any] | None:
    """Take one claim, in place of its accepted version where it has one; else return its shortage."""
    place = (row["warehouse"], row["item_code"])
    if was is None:
        return _shortage(place, row["effect"], balances[place].take(row["doc_date"], -row["effect"]))
    back = (was["warehouse"], was["item_code"])
    undo, redo = (was["doc_date"], -was["effect"]), (row["doc_date"], row["effect"])
    if back == place:
        return _shortage(place, row["effect"], balances[place].change(undo, redo))
    short = _shortage(back, -was["effect"], balances[back].change(undo))
    if short is None:
        short = _shortage(place, row["effect"], balances[place].change(redo))
        if short is not None:
            balances[back].change((was["doc_date"], was["effect"]))
    return short


def _shortage(place: Place, effect: int, failed: tuple[date, int] | None) -> dict[str, Any] | None:
    if failed is None:
        return None
    names = dict(zip(_PLACE, place, strict=True))
    return {**names, "date": failed[0], "balance": failed[1], "effect": effect}


def _as_words(found: list[dict[str, Any]], day: pl.DataType) -> pl.DataFrame:
    """Return shortages with the names that the messages use; ``day`` is the type of their dates."""
    frame = pl.DataFrame(found, schema={**_SHORTAGE, "date": day})
    balance, effect = pl.col("balance"), pl.col("effect")
    return frame.select(
        "_id",
        "warehouse",
        pl.col("item_code").alias("item"),
        "date",
        as_quantity(balance - effect).alias("q1"),
        as_quantity(-effect).alias("q2"),
        as_quantity(balance).alias("q"),
        as_quantity(-balance).alias("shortfall"),
    )
