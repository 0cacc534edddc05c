"""What a first look at a run has decided about each register, beside what the ledger has of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from schemas.books import OpenBooks
from schemas.periods import closed_through
from schemas.register import Register, all_registers
from sync.memory import Decisions


@dataclass(frozen=True)
class Look:
    """What was decided about one register, and what the ledger has of it."""

    register: type[Register]
    rows: pl.DataFrame
    """The rows of the run with their outcomes."""
    current: pl.DataFrame
    """The ledger's rows, withdrawn ones too."""
    decisions: Decisions
    closed: str = ""
    """The newest month (``yyyy-mm``) in which no row of it may change any more."""


def looks(frames: Mapping[str, pl.DataFrame], decided: Mapping[str, Decisions], books: OpenBooks) -> Iterator[Look]:
    """Yield every register of a run that has rows, there or in the ledger."""
    known = all_registers()
    for register_id, rows in frames.items():
        current = books.kept(register_id)
        if rows.height or current.height:
            closed = closed_through(known[register_id], books.facts)
            yield Look(known[register_id], rows, current, decided[register_id], closed)
