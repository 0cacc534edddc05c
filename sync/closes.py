"""The month closes that the ledger keeps: which months are closed, with which balances, and who closed them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import polars as pl

from schemas.books import key_expression
from schemas.periods import BOOKS, STOCK_BOOK
from schemas.register import register_of
from sync.books.close import Close
from sync.books.periods import Closes, StockMonth
from sync.books.snapshot import Snapshot, snapshot_of_text, stock_close, stock_month
from sync.versioned import content_table

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.register import Register
    from schemas.rules import Facts
    from sync.memory import Remembered
    from sync.share import Share

TRIAL, CLOSED, REOPENED = "试结", "已结", "重开"
"""What a month of a book is once somebody has looked at it (DOMAIN.md 4.6)."""

CLOSES, BALANCES = "month_close", "month_balance"
REGISTER = "period_close"


def closed_months(ledger: Remembered, as_of: int | None = None) -> dict[str, str]:
    """Return every book of which a month is closed, with the newest one."""
    closes = ledger.table(CLOSES, as_of=as_of, status=CLOSED)
    return dict(closes.group_by("book").agg(pl.col("period").max()).sort("book").iter_rows())


def closed_in_order(ledger: Remembered) -> list[tuple[str, str]]:
    """Return every book of which a month is closed, with the newest one, in the order in which books are closed."""
    newest = closed_months(ledger)
    return [(book, newest[book]) for book in BOOKS if book in newest]


def facts_of(share: Share, ledger: Remembered) -> Facts:
    """Return what the rules know besides the rows, closed months included."""
    return replace(share.facts(), closed=closed_months(ledger))


def closes_of(ledger: Remembered, zone: ZoneInfo, as_of: int | None = None) -> Closes:
    """Return the closed months of every book at a revision (None is now), and with what the open months begin.

    ``zone`` is the school's: the log says when a month was closed in its time.
    """
    months = _StockMonths(ledger, as_of)
    log = close_rows(ledger, zone, as_of)
    return Closes(closed_months(ledger, as_of), stock_close(months.snapshots), months, log)


def stock_closed(ledger: Remembered) -> Close:
    """Return the stock book at the end of its newest closed month."""
    return stock_close(_StockMonths(ledger, None).snapshots)


class _StockMonths(Mapping[str, StockMonth]):
    """The closed months of the stock book; each is made when it is asked for."""

    def __init__(self, ledger: Remembered, as_of: int | None) -> None:
        closes = ledger.table(CLOSES, as_of=as_of, book=STOCK_BOOK, status=CLOSED).sort("period")
        self._methods = dict(closes.select("period", "method").iter_rows())
        kept = stored_balances(ledger, STOCK_BOOK, as_of)
        self.snapshots = [snapshot_of_text(kept[period]) for period in self._methods]

    def __getitem__(self, period: str) -> StockMonth:
        place = list(self._methods).index(period)
        return stock_month(self.snapshots[: place + 1], self._methods[period])

    def __iter__(self) -> Iterator[str]:
        return iter(self._methods)

    def __len__(self) -> int:
        return len(self._methods)


def stored_balances(ledger: Remembered, book: str, as_of: int | None = None) -> dict[str, dict[str, str]]:
    """Return the balances of a book as they are kept: closed month to part to JSON text."""
    kept: dict[str, dict[str, str]] = {}
    found = ledger.table(BALANCES, as_of=as_of, book=book).select("period", "part", "content")
    for period, part, content in found.iter_rows():
        kept.setdefault(period, {})[part] = content
    return kept


def rows_digest(rows: pl.DataFrame) -> str:
    """Return the SHA-256 of what some rows of the ledger state and when they post, whatever workbook they come from."""
    stated = rows.sort("_key").select(
        pl.concat_str("_key", "_hash", pl.col("_post_date").dt.to_string("%Y-%m-%d"), separator="\x1e").str.join("\n")
    )
    return hashlib.sha256((stated.item() or "").encode()).hexdigest()


def close_rows(ledger: Remembered, zone: ZoneInfo, as_of: int | None = None) -> pl.DataFrame:
    """Return the closes as rows of the register ``period_close``, which the program alone writes."""
    register = register_of(REGISTER)
    stored = ledger.table(CLOSES, as_of=as_of).to_dicts()
    cells = [_cells(row, zone) for row in stored]
    frame = pl.DataFrame(cells, schema={column.name: column.dtype for column in register.columns}, orient="row")
    return (
        frame.with_columns(key_expression(register).alias("_key"))
        .with_columns(pl.Series("_from", [row["revision_from"] for row in stored], dtype=pl.Int64))
        .sort("book", "period")
    )


def _cells(row: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    moment = row["closed_at"]
    local = None if moment is None else moment.astimezone(zone).replace(tzinfo=None)
    names = ("book", "period", "status", "by", "approver", "open_items", "reopen_reason")
    return {**{name: row[name] for name in names}, "closed_on": local, "remark": None}


def with_closes(load: Load, ledger: Remembered, zone: ZoneInfo) -> Load:
    """Return ``load`` with the closes among the rows that rules may look at."""

    def loaded(register: type[Register]) -> pl.DataFrame:
        if register.id != REGISTER:
            return load(register)
        rows = close_rows(ledger, zone)
        wanted = content_table(register).stored
        missing = {"_status": "accepted"}
        return rows.with_columns(
            pl.lit(missing.get(name), dtype).alias(name) for name, dtype in wanted.items() if name not in rows.columns
        ).select(*wanted)

    return loaded


def balances_to_keep(book: str, period: str, snapshot: Snapshot) -> list[dict[str, object]]:
    """Return the rows for the table of balances."""
    return [
        {"book": book, "period": period, "part": part, "content": content}
        for part, content in snapshot.stored().items()
    ]
