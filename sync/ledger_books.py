"""The books of a school from its ledger, as of the newest revision or an earlier one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from schemas.register import Register, all_registers
from sync.bookkeeping import Bookkeeping, kept_from
from sync.closes import closes_of
from sync.current import as_they_are, rows_in_ledger

if TYPE_CHECKING:
    from schemas.books import Load
    from sync.ledger import Ledger
    from sync.share import Share


def books_as_of(share: Share, ledger: Ledger, revision: int | None = None) -> Bookkeeping:
    """Return the books of a school as of a revision, None for the newest."""
    if revision is None or revision == ledger.head().number:
        return books_of(share, ledger, as_they_are(ledger, all_registers(), share.state))

    def versions(register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        found = ledger.versions(register, keys).filter(pl.col("_from") <= revision)
        return found.with_columns(pl.when(pl.col("_to") <= revision).then("_to").alias("_to"))

    closes = closes_of(ledger, share.config.zone, revision)
    kept = kept_from(share, lambda register: rows_in_ledger(ledger, register, revision), closes, versions)
    return replace(kept, waiting=_waiting(ledger, revision))


def books_of(share: Share, ledger: Ledger, load: Load) -> Bookkeeping:
    """Return the books of a school at the newest revision of its ledger, whose rows ``load`` gives."""
    kept = kept_from(share, load, closes_of(ledger, share.config.zone), ledger.versions)
    return replace(kept, waiting=_waiting(ledger, None))


def _waiting(ledger: Ledger, revision: int | None) -> Load:
    def waiting(register: type[Register]) -> pl.DataFrame:
        from sync.standing import held_rows  # noqa: PLC0415 - loads what checks rows, and few books ask for them

        return held_rows(ledger, register, revision)

    return waiting
