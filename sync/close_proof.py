"""Prove the month closes: the balances that were kept, what their rows come to again, and that no row changed since."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.periods import STOCK_BOOK, books_of
from schemas.register import all_registers
from sync.books.periods import NOTHING_CLOSED, Closes
from sync.books.postings import ADJUSTMENTS
from sync.books.snapshot import digest_of, snapshot_of_text, stock_close
from sync.closes import CLOSED, CLOSES, rows_digest, stored_balances
from sync.errors import HouqinError
from sync.ledger.verify import Problem
from sync.ledger_books import books_as_of
from sync.snapshots import snapshot_of
from sync.versioned import ALL_STATUSES

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.ledger import Ledger
    from sync.share import Share

_UNUSABLE = (ValueError, KeyError, TypeError, IndexError, pl.exceptions.PolarsError, HouqinError)
"""What reading a close or valuing its rows may raise where somebody altered them."""


def close_problems(share: Share, ledger: Ledger) -> Iterator[Problem]:
    """Yield what does not fit of every closed month, book by book, the oldest month first."""
    closes = ledger.table(CLOSES, status=CLOSED).sort("book", "period")
    for (book,), months in closes.group_by("book", maintain_order=True):
        before = NOTHING_CLOSED
        kept = stored_balances(ledger, str(book))
        for row in months.to_dicts():
            since, period = before.newest.get(row["book"], ""), row["period"]
            parts = kept.get(period, {})
            yield from _balance_problems(row, parts)
            yield from _changed_rows(ledger, row, since)
            yield from _replay_problems(share, ledger, row, parts, before)
            before = _after(before, row, {month: kept.get(month, {}) for month in sorted(kept) if month <= period})


def _problem(code: str, row: Mapping[str, Any], **args: object) -> Problem:
    named = {"book": row["book"], "period": row["period"], **args}
    return Problem(code, row["revision_from"], CLOSES, row["version_id"], named)


def _balance_problems(row: Mapping[str, Any], parts: Mapping[str, str]) -> Iterator[Problem]:
    if digest_of(parts) != row["digest"]:
        yield _problem("VERIFY-BALANCE", row)


def _changed_rows(ledger: Ledger, row: Mapping[str, Any], since: str) -> Iterator[Problem]:
    """Yield the registers whose rows of the month are no longer those with which it was closed."""
    month = pl.col("_post_period")
    try:
        volumes = json.loads(row["volumes"])
        for name, (count, digest) in volumes.items():
            register = all_registers().get(name)
            if register is not None:
                rows = ledger.rows(register, posted=(since, row["period"])).filter(month.is_not_null())
                if [rows.height, rows_digest(rows)] != [count, digest]:
                    yield _problem("VERIFY-CLOSED-ROWS", row, register=name, expected=count, found=rows.height)
    except _UNUSABLE:
        yield _problem("VERIFY-BALANCE", row)


def _replay_problems(
    share: Share, ledger: Ledger, row: Mapping[str, Any], parts: Mapping[str, str], before: Closes
) -> Iterator[Problem]:
    """Close the month again, from the close before and the rows of then, and compare."""
    since = before.newest.get(row["book"], "")

    revision, month = row["on_revision"], (since, row["period"])

    def load(register: type[Register]) -> pl.DataFrame:
        return ledger.rows(register, as_of=revision, statuses=ALL_STATUSES, posted=month if within else None)

    try:
        within = row["book"] == STOCK_BOOK and not _counted(ledger, revision, month)
        in_use = json.loads(row["volumes"])
        registers = {
            name: register
            for name, register in all_registers().items()
            if name in in_use or row["book"] not in books_of(register)
        }
        facts = share.facts()
        then = replace(facts, parameters={**facts.parameters, "valuation_method": row["method"]})
        known = books_as_of(share, ledger, revision)
        closes = replace(before, log=known.closes.log)
        kept = replace(known, registers=registers, load=load, facts=then, closes=closes)
        made = snapshot_of(row["book"], kept, row["period"])
        if made.stored() != parts:
            yield _problem("VERIFY-REPLAY", row)
    except _UNUSABLE:
        yield _problem("VERIFY-REPLAY", row)


def _counted(ledger: Ledger, revision: int, month: tuple[str, str]) -> bool:
    """Tell whether a count was posted in a month: what it differs by, all rows before it say."""
    register = all_registers().get(ADJUSTMENTS)
    if register is None:
        return False
    rows = ledger.rows(register, as_of=revision, posted=month)
    return rows["_post_period"].is_not_null().any()


def _after(before: Closes, row: Mapping[str, Any], kept: Mapping[str, Mapping[str, str]]) -> Closes:
    """Return the closes with a month more, as it was kept; an altered one says nothing of its stock."""
    if row["book"] != STOCK_BOOK:
        return before.after(row["book"], row["period"])
    try:
        stock = stock_close([snapshot_of_text(parts) for parts in kept.values()])
    except _UNUSABLE:
        stock = before.stock
    return before.after(row["book"], row["period"], stock)
