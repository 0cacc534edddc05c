"""Valuation of stock: what every posting is worth, by moving average or first in, first out.

Pure and exact: the same postings give the same amounts, in whatever order they arrived and in
however many closed months they are cut. Source: DOMAIN.md 4.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from schemas.exact import PRICE_PLACES, scaled
from sync.books.close import (
    AVERAGE,
    NOTHING,
    PLACE,
    PRICES,
    Close,
    LayerKeys,
    layers_left,
    numbered_places,
    stock_left,
    stores_of,
)
from sync.books.originals import Originals, Reference, originals_after
from sync.books.postings import POSTING, in_order, red
from sync.books.stores import Store, share
from sync.books.waiting import in_covered_order

NOMINAL_FEN = 100
"""What a line found in a count is worth where nothing else says so (名义金额)."""

ITEMS = {"item_code": pl.String(), "valuation": pl.String(), "ref_price": pl.Int64()}
VALUED = {**POSTING, "amount": pl.Int64(), "bal_qty": pl.Int64(), "bal_amount": pl.Int64()}

_RECEIVE, _ISSUE, _ARRIVE, _FOUND, _RED = range(5)
"""How a posting is valued: as stated, by its store, as it left elsewhere, as a surplus, as its original."""

_PRICE_DIVISOR = 100_000
"""Thousandths of a unit times ten-thousandths of a yuan, in a fen."""


@dataclass(frozen=True)
class Breach:
    """A posting that its warehouse does not cover; no month can be closed on it.

    ``code`` is ``LED-01`` for a quantity (thousandths) and ``LED-02`` for an amount (fen): goods go
    back to the supplier that are worth more than all that is left.
    """

    code: str
    warehouse: str
    item_code: str
    post_date: date
    doc_no: str
    line_no: int
    wanted: int
    available: int


@dataclass(frozen=True)
class Valuation:
    """The open months, valued."""

    valued: pl.DataFrame
    """Every posting in posting order with its ``amount`` (signed as its effect) and the balances of its
    warehouse after it: ``VALUED``, whole thousandths and fen."""
    opening: Close
    close: Close
    """The book after the last posting: what the next month begins with."""
    breaches: tuple[Breach, ...]

    def until(self, day: date) -> Valuation:
        """Return it with the postings up to a day only; ``close`` still is what all of them leave."""
        return replace(self, valued=self.valued.filter(pl.col("post_date") <= day))


def value_stock(
    moves: pl.DataFrame, items: pl.DataFrame | None = None, method: str = AVERAGE, opening: Close = NOTHING
) -> Valuation:
    """Return postings with their amounts and running balances, and the book that they leave.

    ``moves`` are the postings of the open months in any order (``sync.books.postings``); ``items``
    are rows of the item catalogue (``item_code``, ``valuation``, ``ref_price``), where a blank
    ``valuation`` is the school's ``method``; ``opening`` is the close of the month before. A posting
    that its warehouse does not cover takes what is there, and is among the breaches.
    """
    ordered = in_order(moves)
    places = numbered_places(ordered, opening.stock)
    ordered = _prepared(ordered, places, opening.stock)
    known = _catalogue(items)
    methods = dict(known.select("item_code", "valuation").drop_nulls().iter_rows())
    stores = stores_of(places, opening, methods, method, LayerKeys(ordered))
    originals = Originals(ordered, opening.originals)
    amounts, uncovered = _walk(ordered, stores, originals, _specials(ordered, known, opening.prices))
    valued = ordered.with_columns(pl.Series("amount", amounts, pl.Int64)).with_columns(
        _running("amount", "_amount").alias("bal_amount")
    )
    close = Close(
        stock_left(places, stores),
        layers_left(places, stores),
        originals_after(valued, opening.originals, originals.returned()),
        _last_prices(valued, opening.prices),
    )
    return Valuation(valued.select(*VALUED), opening, close, (*_overdrawn(valued), *uncovered))


def _catalogue(items: pl.DataFrame | None) -> pl.DataFrame:
    if items is None:
        return pl.DataFrame(schema=ITEMS)
    price = scaled(pl.col("ref_price"), PRICE_PLACES).alias("ref_price")
    return items.select("item_code", pl.col("valuation").cast(pl.String), price)


def _prepared(moves: pl.DataFrame, places: pl.DataFrame, stock: pl.DataFrame) -> pl.DataFrame:
    """Return postings in the order in which they are valued, with ``bal_qty`` and how they are valued.

    ``_op`` says how; ``_red`` and ``_arrives`` tell red entries and the arrivals of transfers; ``_place``
    is the number of the place, ``_qty`` and ``_amount`` are what it began with.
    """
    same = [pl.col(name) == pl.col(name).shift(1) for name in ("item_code", "register", "doc_no", "line_no")]
    arrives = (pl.col("leg") == 1) & (pl.col("leg").shift(1) == 0) & pl.all_horizontal(*same)
    begins = stock.select(*PLACE, pl.col("qty").alias("_qty"), pl.col("amount").alias("_amount"))
    numbers = places.join(begins, on=PLACE, how="left").with_columns(pl.col("_qty", "_amount").fill_null(0))
    told = moves.join(numbers, on=PLACE, how="left", maintain_order="left").with_columns(
        red().alias("_red"), arrives.fill_null(value=False).alias("_arrives")
    )
    balance = _running("effect", "_qty").alias("bal_qty")
    covered = in_covered_order(told.with_columns(balance)).with_columns(balance)
    how = (
        pl.when("_red").then(_RED)
        .when(pl.col("effect") < 0).then(_ISSUE)
        .when(pl.col("stated").is_not_null()).then(_RECEIVE)
        .when("_arrives").then(_ARRIVE)
        .otherwise(_FOUND)
    )  # fmt: skip
    return covered.with_columns(how.cast(pl.Int64).alias("_op"))


def _running(what: str, start: str) -> pl.Expr:
    """Return what a place holds after each of its postings."""
    return pl.col(start) + pl.col(what).cum_sum().over("_place")


class _Surplus(NamedTuple):
    """What a posting without an amount of its own is worth where there is no stock to average."""

    price: int | None
    """Ten-thousandths of a yuan, stated or of reference."""
    last: tuple[int, int] | None
    """Quantity and amount of the last receipt before it."""
    ref_price: int | None

    def worth(self, qty: int, store: Store) -> int:
        """Return the amount of a surplus: at average, else by stated, last and reference price, else nominal."""
        if store.qty > 0:
            return share(qty, store.amount, store.qty)
        if self.price is not None:
            return share(qty, self.price, _PRICE_DIVISOR)
        if self.last is not None:
            return share(qty, self.last[1], self.last[0])
        return NOMINAL_FEN if self.ref_price is None else share(qty, self.ref_price, _PRICE_DIVISOR)


class _Special(NamedTuple):
    """A posting that is valued neither as stated nor by its store alone."""

    reference: Reference
    stated: int
    surplus: _Surplus


def _specials(ordered: pl.DataFrame, items: pl.DataFrame, prices: pl.DataFrame) -> dict[int, _Special]:
    """Return what there is to know of each return and surplus, by its position."""
    if not ordered["_op"].is_in([_FOUND, _RED]).any():
        return {}
    numbered = ordered.with_columns(pl.int_range(pl.len(), dtype=pl.Int64).alias("_at"))
    priced = pl.when(_priced()).then(pl.col("_at"))
    received = numbered.with_columns(priced.forward_fill().over("item_code").alias("_last"))
    ref_prices = dict(items.select("item_code", "ref_price").drop_nulls().iter_rows())
    before = {item: (qty, amount) for item, qty, amount in prices.select(*PRICES).iter_rows()}
    effects, amounts = ordered["effect"], ordered["stated"]
    special = {}
    names = ("_at", "register", "ref_doc", "item_code", "stated", "price", "_last")
    for at, register, doc, item, stated, price, last in (
        received.filter(pl.col("_op").is_in([_FOUND, _RED])).select(names).iter_rows()
    ):
        latest = before.get(item) if last is None else (effects[last], amounts[last])
        special[at] = _Special(
            (register, doc or "", item), abs(stated or 0), _Surplus(price, latest, ref_prices.get(item))
        )
    return special


def _priced() -> pl.Expr:
    """Tell which postings are receipts with a price: gifts without one say nothing about the next."""
    return (pl.col("_op") == _RECEIVE) & (pl.col("stated") > 0)


def _walk(
    ordered: pl.DataFrame, stores: list[Store], originals: Originals, special: Mapping[int, _Special]
) -> tuple[list[int], list[Breach]]:
    """Return the signed amount of every posting, and the returns that their warehouse cannot pay for."""
    amounts: list[int] = []
    breaches: list[Breach] = []
    columns = (ordered[name].to_list() for name in ("_op", "_place", "effect", "stated"))
    for at, (how, place, effect, stated) in enumerate(zip(*columns, strict=True)):
        store = stores[place]
        if how == _ISSUE:
            amount = -store.take(-effect)
        elif how == _RECEIVE:
            store.put(effect, stated, at)
            amount = stated
        elif how == _ARRIVE:
            amount = -amounts[at - 1]
            store.put(effect, amount, at)
        elif effect > 0:
            amount = _brought_back(effect, store, originals, special[at], amounts)
            store.put(effect, amount, at)
        else:
            wanted = _sent_back(-effect, originals, special[at], amounts)
            available = store.amount
            amount = -store.take_back(-effect, wanted, special[at].reference[1])
            if wanted > available:
                breaches.append(_breach("LED-02", ordered.row(at, named=True), wanted, available))
        amounts.append(amount)
    return amounts, breaches


def _brought_back(qty: int, store: Store, originals: Originals, special: _Special, amounts: list[int]) -> int:
    """Return what goods are worth that come back from a department, or that a count found."""
    worth, unknown = originals.give_back(special.reference, qty, amounts)
    return worth + (special.surplus.worth(unknown, store) if unknown else 0)


def _sent_back(qty: int, originals: Originals, special: _Special, amounts: list[int]) -> int:
    """Return what goods are worth that go back to the supplier: as received, else as their own line says."""
    worth, unknown = originals.give_back(special.reference, qty, amounts)
    return worth + share(unknown, special.stated, qty)


def _breach(code: str, row: Mapping[str, Any], wanted: int, available: int) -> Breach:
    where = (row["warehouse"], row["item_code"], row["post_date"], row["doc_no"], row["line_no"])
    return Breach(code, *where, wanted, available)


def _overdrawn(valued: pl.DataFrame) -> list[Breach]:
    """Return the postings that leave less than nothing."""
    short = valued.filter((pl.col("bal_qty") < 0) & (pl.col("effect") < 0))
    return [
        _breach("LED-01", row, -row["effect"], row["bal_qty"] - row["effect"]) for row in short.iter_rows(named=True)
    ]


def _last_prices(valued: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """Return each item's last receipt, of the postings or of the months before."""
    now = (
        valued.filter(_priced())
        .group_by("item_code")
        .last()
        .select("item_code", pl.col("effect").alias("qty"), "stated")
    )
    fresh = now.rename({"stated": "amount"}).select(*PRICES)
    return pl.concat([before.join(fresh, on="item_code", how="anti").select(*PRICES), fresh]).sort("item_code")
