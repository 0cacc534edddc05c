"""Read one column of raw cells: clean cells at once, the others one by one, 同上 from the row above."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import Outcome, is_ditto, refused, warned
from schemas.cells_read import read_cell
from schemas.columns import NUMERIC, Kind
from schemas.fast import read_clean, stored_type
from schemas.sheet_cells import blanks_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

NO_DITTO = NUMERIC | {Kind.CODE, Kind.CODE_LIST}
"""Kinds in which every cell must say its own value (DOMAIN.md 6.6 D17)."""


@dataclass(frozen=True)
class ColumnRead:
    """One column as read: stored values by position, and the outcomes that need a word."""

    values: pl.Series
    """In the stored type of the column (``schemas.fast``), null for blank and unreadable cells."""
    outcomes: dict[int, Outcome] = field(default_factory=dict)
    """Position (0-based) to problem or deferred text."""

    def typed(self, column: Column) -> pl.Series:
        """Return the values in the type of the table."""
        return as_decimals(self.values, column) if column.kind in NUMERIC else self.values


@dataclass(frozen=True)
class Block:
    """The cells of one column in the rows that are read, in order."""

    cells: Sequence[Cell]
    units: Sequence[str | None] | None = None
    """Unit of each row, for a quantity; None where the rows have none."""
    breaks: tuple[int, ...] = ()
    """Positions before which a new block of rows begins: nothing is copied across (D17)."""
    computed: frozenset[int] = frozenset()
    """Positions that hold the template's own formula and are not read (None in ``cells``)."""


def as_decimals(stored: pl.Series, column: Column) -> pl.Series:
    """Return whole numbers of the last place as exact decimals; a column of whole numbers as it is."""
    if column.kind is Kind.INT:
        return stored
    whole = stored.cast(pl.Decimal(38, 0))
    return whole if column.places == 0 else (whole * Decimal(1).scaleb(-column.places)).cast(column.dtype)


def stored_value(value: object, column: Column) -> object:
    """Return what a cell was read as in the stored type of its column."""
    return int(value.scaleb(column.places)) if isinstance(value, Decimal) else value


def read_column(block: Block, column: Column, context: Context, clean: pl.Series | None = None) -> ColumnRead:
    """Return the values of a column and the outcomes of the cells that are not simply right.

    ``clean`` are its clean cells, where they have been read together with those of other columns.
    """
    values = read_clean(block.cells, column, context) if clean is None else clean
    if values.null_count() == 0 or _says_nothing(block, column):
        return ColumnRead(values)
    outcomes: dict[int, Outcome] = {}
    changes: dict[int, object] = {}
    dittos: list[int] = []
    open_positions = values.is_null().arg_true().to_list()
    blanks = [position for position in open_positions if block.cells[position] is None]
    filled = open_positions if not blanks else [at for at in open_positions if block.cells[at] is not None]
    for position, outcome in _slow(block, filled, column, context):
        if outcome is None:
            dittos.append(position)
            continue
        if outcome.value is not None:
            changes[position] = stored_value(outcome.value, column)
        elif not outcome.code and not outcome.deferred:
            blanks.append(position)
        if outcome.code or outcome.deferred:
            outcomes[position] = outcome
    _fill_blanks(blanks, block, column, context, changes, outcomes)
    values = _changed(values, changes, column)
    return _with_dittos(ColumnRead(values, outcomes), dittos, block, column)


def _says_nothing(block: Block, column: Column) -> bool:
    """Tell whether a column is blank and may be: half of the columns of a wide register are."""
    return column.fill is None and not column.required and blanks_in(block.cells) == len(block.cells)


def _slow(
    block: Block, positions: Sequence[int], column: Column, context: Context
) -> Iterator[tuple[int, Outcome | None]]:
    """Yield the outcome of each filled cell, None for 同上; equal cells with equal units are read once."""
    known: dict[tuple[type, object, str | None], Outcome | None] = {}
    for position in positions:
        cell = block.cells[position]
        unit = block.units[position] if block.units is not None else None
        key = (type(cell), cell, unit)
        if key not in known:
            here = context if unit is None else replace(context, unit=unit)
            known[key] = None if is_ditto(cell) else read_cell(cell, column, here)
        yield position, known[key]


def _fill_blanks(
    blanks: list[int],
    block: Block,
    column: Column,
    context: Context,
    changes: dict[int, object],
    outcomes: dict[int, Outcome],
) -> None:
    """Give blank cells the value that the column names for them, or say that they are required."""
    if column.fill is not None:
        raw = column.fill if isinstance(column.fill, (bool, int, date)) else str(column.fill)
        filled = stored_value(read_cell(raw, column, context).value, column)
        changes.update(dict.fromkeys(blanks, filled))
    elif column.required:
        missing = refused(column.empty_code)
        outcomes.update((position, missing) for position in blanks if position not in block.computed)


def _changed(values: pl.Series, changes: dict[int, object], column: Column) -> pl.Series:
    if not changes:
        return values
    new = pl.Series(list(changes.values()), dtype=stored_type(column))
    return values.scatter(list(changes), new)


def _with_dittos(read: ColumnRead, dittos: list[int], block: Block, column: Column) -> ColumnRead:
    """Copy the value of the nearest row above in the same block that could be read, a blank too (D17)."""
    if not dittos:
        return read
    if column.kind in NO_DITTO:
        return ColumnRead(read.values, {**read.outcomes, **dict.fromkeys(dittos, refused("DITTO-NUM"))})
    values = read.values.to_list()
    copied: dict[int, object] = {}
    outcomes = dict(read.outcomes)
    for position in dittos:
        start = bisect_right(block.breaks, position)
        first = block.breaks[start - 1] if start else 0
        above = next((at for at in range(position - 1, first - 1, -1) if _is_said(values, outcomes, at)), None)
        if above is None:
            outcomes[position] = refused("DITTO-NUM")
            continue
        copied[position] = values[position] = values[above]
        outcomes[position] = warned(values[above], "DITTO")
    return ColumnRead(_changed(read.values, copied, column), outcomes)


def _is_said(values: list[object], outcomes: dict[int, Outcome], position: int) -> bool:
    """Tell whether a cell could be read: a blank says something where nothing is required."""
    if values[position] is not None:
        return True
    outcome = outcomes.get(position)
    return outcome is None or not (outcome.code or outcome.deferred)
