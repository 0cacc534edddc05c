"""The volumes of registers that the program makes: closed months once and for all, open months while they are small."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl

from sync.books.checks import UnsoundBook
from sync.books.periods import STOCK_BOOK
from sync.closes import CLOSED
from sync.completed import OPEN_ROWS
from sync.derived import derived_rows, is_derived, open_rows, rows_of_none
from sync.publish.details import parts_of
from sync.publish.paths import volume_path
from sync.publish.volume_cuts import full_sizes, with_volumes
from sync.volumes import Volumes, settled_mark, with_paths

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping
    from sync.publish.releases import Release
    from sync.share import Share

_BOOKS = {"stock_ledger": STOCK_BOOK, "monthly_stock_summary": STOCK_BOOK}
"""Registers whose rows are final once a month of a book is closed."""


def with_derived(
    volumes: Volumes, share: Share, books: Bookkeeping, paths: Mapping[str, str], present: Mapping[str, Release]
) -> Volumes:
    """Return volumes with those of the registers that the program alone makes.

    ``paths`` are those of workbooks, ``present`` the files that lie there as they were published. A book
    that contradicts itself shows its closed months only.
    """
    for register in share.registers.values():
        if register.id in _BOOKS:
            volumes = _with_settled(volumes, register, books, present)
        elif is_derived(register) and not register.is_written():
            try:
                rows = with_paths(derived_rows(books, register), paths)
            except UnsoundBook:
                continue
            volumes = _with_rows(volumes, register, rows)
    return volumes


def _with_rows(volumes: Volumes, register: type[Register], rows: pl.DataFrame) -> Volumes:
    """Return volumes with these rows of a register, all of its months looked at."""
    others = {place: sizes for place, sizes in volumes.untouched.items() if place[0] != register.id}
    if rows.is_empty():
        return replace(volumes, untouched=others)
    return replace(volumes, details={**volumes.details, register.id: with_volumes(rows, register)}, untouched=others)


def _with_settled(
    volumes: Volumes, register: type[Register], books: Bookkeeping, present: Mapping[str, Release]
) -> Volumes:
    """Return volumes with the months of a register that end with the closes of a book."""
    marks = {period: settled_mark(register, period, close) for period, close in _closes(books, register).items()}
    known = {period: count for period, mark in marks.items() if (count := _published(register, period, mark, present))}
    wanted = [period for period in marks if period not in known]
    small = books.open_stock_rows <= OPEN_ROWS
    try:
        rows = _shown_rows(register, books, is_whole=bool(wanted), with_open=small)
    except UnsoundBook:
        rows = pl.DataFrame()
    sources = dict(volumes.sources)
    for period, mark in marks.items():
        count = known.get(period) or (rows.filter(pl.col("_post_period") == period).height if rows.width else 0)
        places = [entry.path for entry in parts_of(register, period, full_sizes(count), "zh")]
        sources |= dict.fromkeys(places, f"{mark}:{count}")
    if rows.width:
        is_open = ~pl.col("_post_period").is_in(list(marks))
        rows = rows.filter(pl.col("_post_period").is_in(wanted) | (is_open & pl.lit(small)))
        volumes = _with_rows(volumes, register, rows)
    untouched = dict(volumes.untouched)
    untouched |= {(register.id, period): full_sizes(count) for period, count in known.items()}
    return replace(volumes, untouched=untouched, sources=sources)


def _shown_rows(register: type[Register], books: Bookkeeping, *, is_whole: bool, with_open: bool) -> pl.DataFrame:
    """Return the rows from which volumes are made: what nobody is shown is not valued."""
    if is_whole:
        return derived_rows(books, register)
    return open_rows(books, register) if with_open else rows_of_none(register)


def _closes(books: Bookkeeping, register: type[Register]) -> dict[str, int]:
    """Return the closed months of the book of a register, with the revision that closed each."""
    if not books.closes.newest.get(_BOOKS[register.id]):
        return {}
    own = (pl.col("book") == _BOOKS[register.id]) & (pl.col("status") == CLOSED)
    return dict(books.closes.log.filter(own).sort("period").select("period", "_from").iter_rows())


def _published(register: type[Register], period: str, mark: str, present: Mapping[str, Release]) -> int:
    """Return how many rows of a closed month are published for good, 0 where a volume of them is missing."""
    release = present.get(volume_path(register.title, period, 1))
    named, _, count = release.source.partition(":") if release else ("", "", "")
    if named != mark or not count.isdigit():
        return 0
    places = [entry.path for entry in parts_of(register, period, full_sizes(int(count)), "zh")]
    whole = all(place in present and present[place].source == f"{mark}:{count}" for place in places)
    return int(count) if whole else 0
