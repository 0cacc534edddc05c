"""Cut the rows of a month into volumes, so that a changed or added row concerns one small file of a large month.

A closed month, and one that the program makes, is cut after every ``VOLUME_ROWS`` rows. An open month may be cut only
before certain rows, of which there are enough: where a row comes in between, the cuts after it stay where they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from schemas.register import Register

VOLUME_ROWS = 20_000
"""Most rows of a volume."""
LEAST_ROWS = 4_000
"""Least rows of a volume of an open month that another one follows."""
_LEAST_LEFT = 1_000
"""No volume is begun with fewer rows than this."""
_ONE_OF = 512
"""Among so many rows one, on average, may begin a volume."""
_SPREAD, _RANGE = 2_654_435_761, 1 << 32
"""Knuth's multiplier: numbers in any regular distance are spread over the whole range."""
VOLUME = "_volume"
"""Column with the number of the volume, from 1."""


def in_full_volumes(rows: pl.DataFrame, register: type[Register]) -> pl.DataFrame:
    """Return the rows of one month in the order of their key, with their volumes as far as they have room."""
    return _numbered(_in_order(rows, register), range(VOLUME_ROWS, rows.height, VOLUME_ROWS))


def in_small_volumes(rows: pl.DataFrame, register: type[Register]) -> pl.DataFrame:
    """Return the rows of one open month, by ``_version``, in the order of their key with their volumes."""
    ordered = _in_order(rows, register)
    spread = ordered["_version"].fill_null(1) * _SPREAD % _RANGE
    return _numbered(ordered, _cuts((spread < _RANGE // _ONE_OF).arg_true(), rows.height))


def with_volumes(rows: pl.DataFrame, register: type[Register]) -> pl.DataFrame:
    """Return the rows of some months with their volumes, one after the other: full ones where nobody has cut them."""
    if VOLUME in rows.columns:
        return rows
    months = rows.partition_by("_post_period", maintain_order=True)
    return pl.concat([in_full_volumes(month, register) for month in months]) if months else rows


def full_sizes(rows: int) -> tuple[int, ...]:
    """Return the numbers of rows of the volumes of a closed month with so many rows."""
    return tuple(min(VOLUME_ROWS, rows - start) for start in range(0, rows, VOLUME_ROWS))


def sizes_of(numbered: pl.DataFrame) -> tuple[int, ...]:
    """Return the numbers of rows of the volumes of one month."""
    return tuple(numbered.group_by(VOLUME).len().sort(VOLUME)["len"])


def _in_order(rows: pl.DataFrame, register: type[Register]) -> pl.DataFrame:
    """Return rows in the order of their key; those that are in it already are not copied: they lie in a mapped file."""
    by = [*register.key, "_workbook", "_sheet", "_row"]
    order = rows.select(pl.arg_sort_by(by, nulls_last=True, maintain_order=True)).to_series()
    return rows if (order.cast(pl.Int64) == pl.int_range(rows.height, eager=True)).all() else rows[order]


def _cuts(places: Iterable[int], rows: int) -> list[int]:
    """Return where volumes after the first begin: at one of some places, or where one is full."""
    cuts, begun = [], 0
    for place in (*places, rows):
        while place - begun > VOLUME_ROWS:
            begun += VOLUME_ROWS
            cuts.append(begun)
        if place - begun >= LEAST_ROWS and rows - place >= _LEAST_LEFT:
            begun = place
            cuts.append(begun)
    return cuts


def _numbered(ordered: pl.DataFrame, cuts: Iterable[int]) -> pl.DataFrame:
    bounds = [0, *cuts, ordered.height]
    numbers = [
        pl.repeat(number, end - start, dtype=pl.Int64, eager=True)
        for number, (start, end) in enumerate(pairwise(bounds), 1)
    ]
    return ordered.with_columns(pl.concat(numbers).alias(VOLUME))
