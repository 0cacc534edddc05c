"""Recognise renamed workbooks and copies by their rows: what a first look at a run tells about its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import polars as pl

from schemas.books import OpenBooks
from schemas.periods import closed_through
from schemas.register import Register, all_registers
from sync.memory import Decisions, Memory, Page
from sync.stops import Stop

LEAST_KNOWN_ROWS = 3
"""So many rows, and half of them, must be known from another workbook for a copy (DESIGN 8)."""


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


@dataclass(frozen=True)
class Newcomers:
    """The files of a run that no name tells from which workbook they are."""

    departments: Mapping[str, str]
    """Workbook to department, of all workbooks known or read now."""
    new: frozenset[str]
    """Files that are seen for the first time and carry no name of a copy."""
    lost: frozenset[str]
    """Known workbooks whose files are no longer there."""


@dataclass(frozen=True)
class Recognised:
    """What the rows of a run tell about its workbooks."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    """File of this run to the known workbook that it is, under another name."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Workbook to the one it is a copy of."""
    turned: frozenset[Page] = frozenset()
    """Months that left their workbook as a turned page."""
    stops: Mapping[str, Stop] = field(default_factory=dict)
    """Workbook to why what it says waits for somebody to confirm it."""


def looks(frames: Mapping[str, pl.DataFrame], decided: Mapping[str, Decisions], books: OpenBooks) -> Iterator[Look]:
    """Yield every register of a run that has rows, there or in the ledger."""
    known = all_registers()
    for register_id, rows in frames.items():
        current = books.kept(register_id)
        if rows.height or current.height:
            closed = closed_through(known[register_id], books.facts)
            yield Look(known[register_id], rows, current, decided[register_id], closed)


def renamed_workbooks(seen: list[Look], newcomers: Newcomers) -> dict[str, str]:
    """Return new files that are known workbooks under another name, changed at the same time.

    The workbook's own file is gone, and half of the rows of one of the two have keys of the other.
    """
    shared: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for look in seen if newcomers.new and newcomers.lost else ():
        own = _own(look, newcomers)
        before = look.current.filter(pl.col("_workbook").is_in(list(newcomers.lost))).select(
            "_key", pl.col("_workbook").alias("_other")
        )
        stated.update(own["_workbook"])
        known.update(before["_other"])
        shared.update(own.join(before, on="_key").select("_workbook", "_other").iter_rows())
    found: dict[str, str] = {}
    for (file, workbook), count in _best_first(shared, newcomers):
        half = 2 * count >= min(stated[file], known[workbook])
        if half and file not in found and workbook not in found.values():
            found[file] = workbook
    return found


def copied_workbooks(seen: list[Look], newcomers: Newcomers, memory: Memory) -> dict[str, str]:
    """Return new files of which at least half the rows, and three, are known from another workbook.

    Known is a row that the other workbook of the same department states now or stated once, cell by cell.
    """
    equal: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    for look in seen if newcomers.new else ():
        own = _own(look, newcomers)
        stated.update(own["_workbook"])
        known = own.filter(pl.col("_now").is_not_null() | (pl.len().over("_key") > 1))
        if known.is_empty():
            continue
        pairs = known.join(_statements(look, known, memory), on=["_key", "_stated"])
        pairs = pairs.filter((pl.col("_other") != pl.col("_workbook")) & (pl.col("_before") < pl.col("_rank")))
        equal.update(pairs.select("_workbook", "_key", "_other").unique().select("_workbook", "_other").iter_rows())
    found: dict[str, str] = {}
    for (file, workbook), count in _best_first(equal, newcomers):
        if count >= LEAST_KNOWN_ROWS and 2 * count >= stated[file]:
            found.setdefault(file, workbook)
    return found


def _own(look: Look, newcomers: Newcomers) -> pl.DataFrame:
    rows = look.rows.filter(pl.col("_workbook").is_in(list(newcomers.new)))
    return rows.select("_workbook", "_key", "_stated", "_rank", "_now").unique(["_workbook", "_key"])


def _statements(look: Look, known: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return who stated which content of some keys: in the ledger, now or once, and earlier in this run."""
    keys = known["_key"].unique().to_list()
    places = pl.col("_workbook").alias("_other")
    here = look.rows.filter(pl.col("_key").is_in(keys))
    parts = [here.select("_key", "_stated", places, pl.col("_rank").alias("_before"))]
    if memory.versions is not None:
        versions = memory.versions(look.register, keys)
        parts.append(versions.select("_key", pl.col("_hash").alias("_stated"), places, _long_ago()))
    claims = memory.claims.get(look.register.id)
    if claims is not None:
        claimed = claims.filter(pl.col("row_key").is_in(keys))
        names = {"row_key": "_key", "content_hash": "_stated", "workbook": "_other"}
        parts.append(claimed.select(*names).rename(names).with_columns(_long_ago()))
    return pl.concat(parts)


def _long_ago() -> pl.Expr:
    return pl.lit(-1, pl.Int64()).alias("_before")


def _best_first(counts: Counter[tuple[str, str]], newcomers: Newcomers) -> list[tuple[tuple[str, str], int]]:
    """Return pairs of one department with their counts, the best first, equal ones by name."""
    within = [
        (pair, count)
        for pair, count in counts.items()
        if newcomers.departments.get(pair[0]) == newcomers.departments.get(pair[1])
    ]
    return sorted(within, key=lambda found: (-found[1], found[0]))
