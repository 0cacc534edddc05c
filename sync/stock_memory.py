"""The month summary of the stock book, kept beside the ledger: a change values only the items that it touches.

The ledger stays the source of truth: what is kept is named by the revision and its digest, and by everything
else that the figures depend on. Whatever does not fit is valued anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from schemas.frames import is_one_of
from schemas.register import all_registers
from sync import __version__
from sync.books.checks import UnsoundBook, require_chained
from sync.books.periods import STOCK_BOOK
from sync.books.summary import monthly_summary
from workbooks.write import replace_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sync.bookkeeping import Bookkeeping
    from sync.ledger import Ledger

FOLDER = "books"
"""Folder of what is kept in the state folder of a share."""
_LIST, _FILE = "stock.json", "stock.arrow"
_OF_ITEMS = ("item_catalogue", "stocktake_sheet")
"""Registers besides those that post stock whose rows change the figures of their item."""
_OF_ALL = ("stocktake_plan", "location")
"""Registers whose changes may concern any item."""
_MOST_ITEMS = 500
"""With more items than this everything is valued at once."""
ROWS_AT_ONCE = 50_000
"""Of a large book so many rows are valued at once: a row takes a kilobyte while it is."""
_UNUSABLE = (OSError, ValueError, KeyError, TypeError, pl.exceptions.PolarsError)


def with_memory(books: Bookkeeping, ledger: Ledger, state: Path) -> Bookkeeping:
    """Return the books of the newest revision with their month summary; hold the writer's lock.

    Books that contradict themselves come back without it.
    """
    place, made_of, head = state / FOLDER, _made_of(books), ledger.head()
    try:
        kept = _Kept.read(place, made_of, ledger)
        if kept is not None and kept.revision == head.number:
            return replace(books, known_summary=kept.summary)
        items = None if kept is None else _changed_items(ledger, kept.revision)
        summary = _summary(books) if kept is None or items is None else _patched(books, kept.summary, items)
        require_chained(summary if items is None else summary.filter(is_one_of("item_code", items)))
    except UnsoundBook:
        return books
    _Kept(summary, head.number).write(place, made_of, head.digest)
    return replace(books, known_summary=summary)


class _Kept:
    """A month summary as of a revision."""

    def __init__(self, summary: pl.DataFrame, revision: int) -> None:
        self.summary = summary
        self.revision = revision

    @classmethod
    def read(cls, place: Path, made_of: str, ledger: Ledger) -> _Kept | None:
        """Return what is kept, None where there is nothing of this ledger and these settings."""
        try:
            listed = json.loads((place / _LIST).read_text("utf-8"))
            revision = ledger.revision(int(listed["revision"]))
            if listed["made_of"] != made_of or revision is None or revision.digest != listed["digest"]:
                return None
            content = (place / _FILE).read_bytes()
            if hashlib.sha256(content).hexdigest() != listed["sha256"]:
                return None
            return cls(pl.read_ipc(content), revision.number)
        except _UNUSABLE:
            return None

    def write(self, place: Path, made_of: str, digest: str) -> None:
        """Keep it; the list is written last and names the content."""
        place.mkdir(parents=True, exist_ok=True)
        replace_file(place / _FILE, self.summary.write_ipc)
        sha256 = hashlib.sha256((place / _FILE).read_bytes()).hexdigest()
        listed = {"revision": self.revision, "digest": digest, "made_of": made_of, "sha256": sha256}

        def write_list(path: Path) -> None:
            path.write_text(json.dumps(listed), "utf-8")

        replace_file(place / _LIST, write_list)


def _made_of(books: Bookkeeping) -> str:
    """Return the hash of what the summary depends on besides the rows."""
    log = books.closes.log
    closes = log.filter(pl.col("book") == STOCK_BOOK).select("period", "status", "_from").rows() if log.width else []
    settings = [books.valuation_method, f"{books.facts.today:%Y-%m}", sorted(books.registers)]
    return hashlib.sha256(json.dumps([__version__, closes, settings]).encode()).hexdigest()


def _changed_items(ledger: Ledger, since: int) -> Sequence[str] | None:
    """Return the items whose figures a later revision may have changed, None where it may be any."""
    touched = ledger.touched_since(since)
    if any(name in touched for name in _OF_ALL):
        return None
    parts = [pl.Series("item_code", [], pl.String)]
    for name, register in all_registers().items():
        if name in touched and ("stock" in register.posts or name in _OF_ITEMS):
            parts.append(ledger.changed_since(register, since)["item_code"])
    items = pl.concat(parts).drop_nulls().unique().sort().to_list()
    return items if len(items) <= _MOST_ITEMS else None


def _summary(books: Bookkeeping) -> pl.DataFrame:
    """Return the summary of all items; a large book that was never closed is valued some items at a time."""
    if books.closes.stock_months or books.open_stock_rows <= ROWS_AT_ONCE:
        return books.stock_summary
    counts = pl.concat(rows["item_code"] for rows in books.stock_rows.values()).drop_nulls().value_counts(name="rows")
    sized = counts.sort("item_code").with_columns(part=(pl.col("rows").cum_sum() - pl.col("rows")) // ROWS_AT_ONCE)
    parts = [books.of_items(part["item_code"].to_list()) for part in sized.partition_by("part")]
    last = pl.concat(rows["_post_date"] for rows in books.stock_rows.values()).max()
    until = max(books.facts.today, last) if isinstance(last, date) else books.facts.today
    summaries = [monthly_summary(part.stock, part.closes.open_from(STOCK_BOOK), until) for part in parts]
    return pl.concat(summaries).sort("period", "warehouse", "item_code")


def _patched(books: Bookkeeping, before: pl.DataFrame, items: Sequence[str]) -> pl.DataFrame:
    """Return a summary with the open months of some items reckoned anew."""
    own, is_open = pl.col("item_code").is_in(items), ~pl.col("period").is_in(list(books.closes.stock_months))
    closed = before.filter(own & ~is_open)
    valuation = books.of_items(items).stock
    fresh = monthly_summary(valuation, books.closes.open_from(STOCK_BOOK), books.facts.today, closed)
    return pl.concat([before.filter(~(own & is_open)), fresh]).sort("period", "warehouse", "item_code")
