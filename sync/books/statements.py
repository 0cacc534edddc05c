"""What the bank's statement says of an account: its lines, its balance at the end of every day, and its gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

import polars as pl

from schemas.exact import MONEY_PLACES, scaled
from schemas.normal import matching
from sync.books.matching import Line, same_number


@dataclass(frozen=True)
class Gap:
    """A day that does not begin with what the day before ended with: lines are missing in between."""

    day: date
    expected: int
    """Balance of the bank in fen at the end of the last day before."""
    found: int
    """Balance in fen with which the day begins."""


@dataclass(frozen=True)
class Day:
    """One day of a statement, in fen; None where the bank names no balance."""

    day: date
    opening: int | None
    closing: int | None


@dataclass(frozen=True)
class Statement:
    """The statement of one account, in order of its days."""

    lines: tuple[Line, ...]
    days: tuple[Day, ...]
    gaps: tuple[Gap, ...]


def statement_of(rows: pl.DataFrame) -> Statement:
    """Return the statement of one account from its rows of ``bank_statement_line``."""
    lines = rows.select(
        "date", "entry_no", "serial_no", "voucher_no", "counterparty",
        pl.concat_str("summary", "purpose", separator=" ", ignore_nulls=True).alias("summary"),
        scaled(pl.col("moved"), MONEY_PLACES).alias("fen"), scaled(pl.col("balance"), MONEY_PLACES).alias("balance"),
        ((pl.col("income") < 0) | (pl.col("expense") < 0)).fill_null(value=False).alias("red"),
    ).sort("date", "entry_no")  # fmt: skip
    days = tuple(_days(lines))
    gaps = tuple(
        Gap(later.day, before.closing, later.opening)
        for before, later in pairwise(days)
        if before.closing is not None and later.opening is not None and before.closing != later.opening
    )
    return Statement(tuple(_lines(lines.filter(pl.col("fen") != 0))), days, gaps)


def _lines(rows: pl.DataFrame) -> Iterator[Line]:
    names = ("date", "entry_no", "fen", "serial_no", "voucher_no", "counterparty", "summary", "red")
    for day, entry_no, fen, serial_no, voucher_no, party, summary, red in rows.select(names).iter_rows():
        numbers = sorted({same_number(serial_no), same_number(voucher_no)} - {""})
        texts = (matching(party or ""), matching(summary or ""))
        shown = (serial_no or voucher_no or "", " ".join(filter(None, (party, summary))))
        yield Line(day, f"{day} {entry_no}", fen, tuple(numbers), *texts, red, True, *shown)


@dataclass(frozen=True)
class _Moves:
    """The movements of one day and what can be told of their order."""

    day: date
    total: int
    begins: tuple[int, ...]
    """Balances before a line that no line of the day ends with: one, where nothing is missing."""
    ends: tuple[int, ...]
    """Balances that no line of the day begins with."""
    anywhere: frozenset[int]
    """All balances before a line."""


def _moves(lines: pl.DataFrame) -> list[_Moves]:
    found = lines.select("date", "fen", "balance").iter_rows()
    days = []
    for day, group in groupby(found, key=lambda row: row[0]):
        moves = [(fen, balance) for _, fen, balance in group]
        after = Counter(balance for _, balance in moves if balance is not None)
        before = Counter(balance - fen for fen, balance in moves if balance is not None)
        begins, ends = sorted((before - after).elements()), sorted((after - before).elements())
        days.append(_Moves(day, sum(fen for fen, _ in moves), tuple(begins), tuple(ends), frozenset(before)))
    return days


def _days(lines: pl.DataFrame) -> Iterator[Day]:
    """Yield the days with their balances: banks list the newest line first or last, and number none.

    The lines of a day are one chain. Where lines are missing it is several: the one that the next day goes on
    from is the last one.
    """
    moves = _moves(lines)
    last: int | None = None
    for place, each in enumerate(moves):
        opening: int | None
        closing: int | None
        following = moves[place + 1].anywhere if place + 1 < len(moves) else frozenset()
        if len(each.begins) > 1:
            opening = next(balance for balance in each.begins if balance != last)
            closing = next((balance for balance in each.ends if balance in following), each.ends[-1])
        else:
            opening = each.begins[0] if each.begins else _turning(each, last)
            closing = None if opening is None else opening + each.total
        yield Day(each.day, opening, closing)
        last = closing


def _turning(moves: _Moves, last: int | None) -> int | None:
    """Return the balance with which a day begins that ends as it begins, or that names no balances."""
    if last in moves.anywhere or not moves.anywhere:
        return last
    return min(moves.anywhere)
