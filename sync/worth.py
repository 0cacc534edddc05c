"""Rows after which more would go back to a supplier than all that is left is worth (LED-02): they are held.

The rules of the registers judge quantities; what goods are worth only the valued book knows. It is
asked for the few items that go back to suppliers at all, and only where such an item moves.

Source: DOMAIN.md 4.6 and 4.7 (4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import OpenBooks, agreeing, restated_keys
from schemas.check import PROPOSED
from schemas.flaws import Flaw, reader_flaw
from schemas.parameters import text_of
from schemas.periods import STOCK_BOOK, first_day_after
from schemas.property.count_book import corrections
from schemas.register import Register, all_registers
from schemas.stock_movements import rank_of
from sync.books.checks import money
from sync.books.close import Close
from sync.books.counts import adjusted
from sync.books.postings import ADJUSTMENTS, postings
from sync.books.valuation import Breach, value_stock

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.check import Checked

UNCOVERED = "LED-02"
Frames = Mapping[str, pl.DataFrame]
"""Register id to rows."""


def uncovered_rows(
    checked: Checked, books: OpenBooks, load: Load, opening_of: Callable[[], Close]
) -> dict[int, list[Flaw]]:
    """Return the proposed rows that leave less value than nothing, with what holds each.

    ``books`` are the rows in force with all that passed, ``load`` gives the ledger's own. Rows are tried
    one by one in the order in which they post; what the ledger has already is none of their doing.
    ``opening_of`` returns what the open months begin with.
    """
    items = _at_risk(checked, books)
    if items.is_empty():
        return {}
    book = _Book(books, opening_of())
    before = book.frames(OpenBooks(books.facts, load), items)
    told = book.breaches(before)
    if not _worse(book.breaches(book.frames(books, items)), told):
        return {}
    found: dict[int, list[Flaw]] = {}
    for register, row in _in_order(checked, items):
        trial = {**before, register.id: _with(before[register.id], row)}
        after = book.breaches(trial)
        worse = _worse(after, told)
        if worse:
            found[row["_id"][0]] = [_flaw(register, row["_id"][0], worse[0])]
        else:
            before, told = trial, after
    return found


@dataclass(frozen=True)
class _Book:
    """The open months of the stock book, of some items."""

    books: OpenBooks
    opening: Close

    @property
    def first_day(self) -> date | None:
        """Return the first day of the earliest open month."""
        closed = self.books.facts.closed.get(STOCK_BOOK)
        return None if closed is None else first_day_after(closed)

    def frames(self, books: OpenBooks, items: pl.DataFrame) -> Frames:
        """Return the rows of all stock registers that post to an open month, adjustments of counts among them."""
        found = {name: books.rows(name, items) for name, register in all_registers().items() if register.stock}
        if ADJUSTMENTS in books.facts.known:
            found[ADJUSTMENTS] = adjusted(books.rows(ADJUSTMENTS, items), corrections(books, items))
        first = self.first_day
        return {
            name: rows if first is None else rows.filter(pl.col("_post_date") >= first) for name, rows in found.items()
        }

    def breaches(self, frames: Frames) -> list[Breach]:
        """Return the returns that what is left does not cover."""
        moves = postings(all_registers(), frames, self.first_day)
        method = text_of("valuation_method", self.books.facts.parameters)
        valued = value_stock(moves, self.books.rows("item_catalogue"), method, self.opening)
        return [breach for breach in valued.breaches if breach.code == UNCOVERED]


def _returns(register: type[Register]) -> pl.Expr:
    """Tell which rows of a register send goods back to the supplier."""
    posting = register.stock
    if posting is None or posting.sign < 0 or posting.return_kind is None:
        return pl.lit(value=False)
    return pl.col(posting.kind_column) == posting.return_kind


def _at_risk(checked: Checked, books: OpenBooks) -> pl.DataFrame:
    """Return the items that some proposed row moves and that go back to suppliers: ``item_code``."""
    registers = [register for register in all_registers().values() if register.stock is not None]
    proposed = {
        register.id: checked.frames[register.id].filter(pl.col("_outcome") == PROPOSED)
        for register in registers
        if register.id in checked.frames
    }
    sent_back = [pl.DataFrame(schema=_ITEM)]
    for register in registers:
        rows = [books.kept(register.id), *([proposed[register.id]] if register.id in proposed else [])]
        sent_back += [each.filter(_returns(register)).select("item_code") for each in rows]
    returned = pl.concat(sent_back).unique()
    if returned.is_empty():
        return returned
    moved = [pl.DataFrame(schema=_ITEM)]
    for register_id, fresh in proposed.items():
        old = agreeing(books.kept(register_id), restated_keys(fresh).unique())
        moved += [fresh.select("item_code"), old.select("item_code")]
    return pl.concat(moved).drop_nulls().unique().join(returned, on="item_code", how="semi")


_ITEM = {"item_code": pl.String()}


def _in_order(checked: Checked, items: pl.DataFrame) -> Iterator[tuple[type[Register], pl.DataFrame]]:
    """Yield the proposed rows of some items, one frame each, in the order in which they post."""
    parts = []
    for register_id, frame in checked.frames.items():
        posting = all_registers()[register_id].stock
        if posting is not None:
            rows = agreeing(frame.filter(pl.col("_outcome") == PROPOSED), items)
            order = ("_post_date", rank_of(posting), "doc_no", pl.col("line_no").cast(pl.Int64), "_id")
            parts.append(rows.select(pl.lit(register_id).alias("register"), *order))
    for register_id, row_id in (
        pl.concat(parts).sort("_post_date", "rank", "doc_no", "line_no").select("register", "_id").iter_rows()
    ):
        yield all_registers()[register_id], checked.frames[register_id].filter(pl.col("_id") == row_id)


def _with(rows: pl.DataFrame, row: pl.DataFrame) -> pl.DataFrame:
    """Return rows with one more in place of what it states anew."""
    others = rows.filter(~pl.col("_key").is_in(restated_keys(row)["_key"].implode()))
    names = [name for name in rows.columns if name in row.columns]
    return pl.concat([others.select(names), row.select(names)], how="vertical_relaxed")


def _worse(after: list[Breach], before: list[Breach]) -> list[Breach]:
    """Return the breaches that were none before, or lack more than they did."""
    lacked = {_place(breach): breach.wanted - breach.available for breach in before}
    return [breach for breach in after if breach.wanted - breach.available > lacked.get(_place(breach), 0)]


def _place(breach: Breach) -> tuple[str, str, str, int]:
    return breach.warehouse, breach.item_code, breach.doc_no, breach.line_no


def _flaw(register: type[Register], row_id: int, breach: Breach) -> Flaw:
    facts: dict[str, Any] = {
        "item": breach.item_code,
        "warehouse": breach.warehouse,
        "day": breach.post_date,
        "doc": f"{breach.doc_no}/{breach.line_no}",
        "wanted": money(breach.wanted),
        "available": money(breach.available),
    }
    return reader_flaw(row_id, UNCOVERED, register.column("qty"), money(breach.wanted), **facts)
