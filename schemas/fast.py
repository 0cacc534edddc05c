"""Read whole columns at once: what is certainly clean; every other cell is left to ``read_cell``.

A fast way may leave any cell unread, but what it reads must equal what ``read_cell`` reads, without
a problem. It returns a series in the column's *stored* type: numbers as whole numbers of their last
decimal place (Int64), everything else as in the table; null where it did not read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import cache

import polars as pl

from schemas.cells import DITTO, MISSING, Context
from schemas.cells_numbers import LARGEST, allows_negative
from schemas.columns import NUMERIC, Column, Kind
from schemas.sheet_cells import ColumnCells, types_of
from schemas.values import Cell, Percent

_SURE = 5e-7
"""Binary noise that is rounded away here; half of what ``read_cell`` allows, so that both agree."""

_CHARACTER = "!-~、。《》“”‘’—·一-龥"
_CLEAN_TEXT = rf"^[{_CHARACTER}]+( [{_CHARACTER}]+)*$"
"""Characters that NFKC and tidying leave as they are."""

_CLEAN_NAME = r"^[一-龥]{2,20}$"
_CLEAN_CODE = r"^[!-&(-_{-~][!-`{-~]*$"
"""Printable ASCII without lower-case letters and spaces, not beginning with an apostrophe."""

_SCIENTIFIC = r"^\d(\.\d+)?[Ee]\+\d{2,3}$"
_NUMBER = r"^-?(\d{1,12}|\d{1,3}(,\d{3}){1,3})(\.\d{1,6})?$"
_DAY = r"^(19|20|21)\d\d[-/.]\d{1,2}[-/.]\d{1,2}$"
_MOMENT = r"^(19|20|21)\d\d-\d\d-\d\d \d\d:\d\d$"
_CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"
_MONTH = r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$"
_MARKS = [*MISSING, *DITTO]


def stored_type(column: Column) -> pl.DataType:
    """Return the type in which a column is read: numbers as whole numbers of their last place."""
    return pl.Int64() if column.kind in NUMERIC else column.dtype


@dataclass(frozen=True)
class Raw:
    """The raw cells of one column and what is needed to read them."""

    cells: Sequence[Cell]
    column: Column
    context: Context


def read_clean(cells: Sequence[Cell], column: Column, context: Context) -> pl.Series:
    """Return the clean cells of a column in its stored type, null for all the others."""
    return read_clean_columns([Raw(cells, column, context)])[0]


def read_clean_columns(columns: Sequence[Raw]) -> list[pl.Series]:
    """Return the clean cells of several columns of equal length, as ``read_clean`` does, in one pass.

    Each pass of its own costs half a millisecond, however few the cells are.
    """
    inputs: list[pl.Series] = []
    read: dict[str, pl.Expr] = {}
    for number, raw in enumerate(columns):
        kinds = types_of(raw.cells)
        ways: list[pl.Expr] = []
        for way in _ways(raw.column):
            if not kinds.isdisjoint(way.types):
                inputs.append(way.series(raw.cells, kinds).alias(str(len(inputs))))
                ways.append(way.read(inputs[-1], raw.column, raw.context))
        if ways:
            read[f"{number}"] = pl.coalesce(ways)
    found = pl.DataFrame(inputs).select(**read)
    return [
        found[str(number)].alias("")
        if str(number) in read
        else pl.Series([], dtype=stored_type(raw.column)).extend_constant(None, len(raw.cells))
        for number, raw in enumerate(columns)
    ]


def _as_they_are(cells: Sequence[object]) -> Sequence[object]:
    return cells


@dataclass(frozen=True)
class _Way:
    """How cells of some Python types are read: as a series of one type, and an expression over it."""

    types: frozenset[type]
    dtype: pl.DataType
    read: Callable[[pl.Series, Column, Context], pl.Expr]
    prepared: Callable[[Sequence[object]], Sequence[object]] = _as_they_are

    def series(self, cells: Sequence[Cell], kinds: frozenset[type]) -> pl.Series:
        """Return the cells of its types, null in place of the others."""
        if isinstance(cells, ColumnCells) and cells.series.dtype == self.dtype:
            return cells.series
        return pl.Series(self.prepared(_only(cells, kinds, self.types)), dtype=self.dtype, strict=False)


def _ways(column: Column) -> tuple[_Way, ...]:
    if column.kind in NUMERIC:
        return _NUMBER_WAYS if column.kind is not Kind.PCT else _PERCENT_WAYS
    return _WAYS.get(column.kind, ())


def _only(cells: Sequence[Cell], kinds: frozenset[type], wanted: frozenset[type]) -> Sequence[object]:
    """Return the cells of the wanted types, None in place of the others."""
    if kinds <= wanted | {type(None)}:
        return cells
    return [cell if type(cell) in wanted else None for cell in cells]


def _cell(values: pl.Series) -> pl.Expr:
    return pl.col(values.name)


def _kept(values: pl.Expr, keep: pl.Expr) -> pl.Expr:
    """Return the values for which a condition holds, null for the others."""
    return pl.when(keep).then(values)


def _numbers(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    return _within(_cell(values), column, 1.0)


def _percents(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    return _within(_cell(values), column, 100.0)


def _shares(cells: Sequence[object]) -> Sequence[object]:
    return [cell.value if isinstance(cell, Percent) else None for cell in cells]


def _number_texts(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    plain = _kept(text, text.str.contains(_NUMBER)).str.replace_all(",", "", literal=True)
    return _within(plain.cast(pl.Float64, strict=False), column, 1.0)


def _within(numbers: pl.Expr, column: Column, factor: float) -> pl.Expr:
    """Return numbers times ``factor`` in units of the last place, where noise and limits allow.

    Up to 15 digits a binary number stands for exactly one decimal, so the rounding finds it.
    """
    unit = factor * 10**column.places
    whole = (numbers * unit).round(0)
    sure = (numbers - whole / unit).abs() < _SURE / factor
    return _kept(whole, sure & _inside(whole, column)).cast(pl.Int64)


def inside_limits(numbers: pl.Series, column: Column) -> pl.Series:
    """Return for exact decimals whether the column's limits allow them, null for null."""
    whole = pl.col("cell").cast(pl.Float64) * 10**column.places
    return numbers.alias("cell").to_frame().select(_inside(whole, column).alias("cell")).to_series()


def _inside(whole: pl.Expr, column: Column) -> pl.Expr:
    scale = 10**column.places
    good = whole.abs() <= LARGEST
    if not allows_negative(column):
        good &= whole >= 0
    if column.minimum is not None:
        good &= whole >= column.minimum * scale
    if column.maximum is not None:
        good &= whole <= column.maximum * scale
    if column.positive:
        good &= whole > 0
    if column.nonzero:
        good &= whole != 0
    return good


def _days(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    return _not_later(_cell(values), column, context)


def _days_of_moments(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    moment = _cell(values)
    days = moment.dt.date()
    return _not_later(_kept(days, moment == days.cast(pl.Datetime("us"))), column, context)


def _days_of_texts(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    text = _cell(values)
    plain = _kept(text, text.str.contains(_DAY)).str.replace_all("[/.]", "-")
    return _not_later(plain.str.to_date("%Y-%m-%d", strict=False), column, context)


def _not_later(days: pl.Expr, column: Column, context: Context) -> pl.Expr:
    return days if column.future else _kept(days, days.dt.date() <= context.today)


def _moments(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    moment = _cell(values)
    has_clock = (moment.dt.time() != time()) & (moment.dt.microsecond() == 0)
    return _not_later(_kept(moment, has_clock), column, context)


def _moments_of_texts(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    text = _cell(values)
    clean = _kept(text, text.str.contains(_MOMENT))
    return _not_later(clean.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False), column, context)


def _clocks(values: pl.Series, _column: Column, _context: Context) -> pl.Expr:
    clock = _cell(values)
    return _kept(clock, clock.dt.microsecond() == 0)


def _clocks_of_texts(values: pl.Series, _column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    return _kept(text, text.str.contains(_CLOCK)).str.to_time("%H:%M", strict=False)


def _months(values: pl.Series, _column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    return _kept(text, text.str.contains(_MONTH))


def _texts(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    clean = text.str.contains(_CLEAN_TEXT) & ~text.is_in(_MARKS) & ~text.str.starts_with("#")
    if column.limit is not None:
        clean &= text.str.len_chars() <= column.limit
    if column.kind is Kind.REFERENCE:
        clean &= ~text.str.contains(_SCIENTIFIC)
    return _kept(text, clean)


def _names(values: pl.Series, _column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    return _kept(text, text.str.contains(_CLEAN_NAME) & ~text.is_in(_MARKS))


def _codes(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    clean = text.str.contains(_CLEAN_CODE) & ~text.is_in(_MARKS) & ~text.str.starts_with("#")
    clean &= ~text.str.contains(_SCIENTIFIC)
    if column.limit is not None:
        clean &= text.str.len_chars() <= column.limit
    if column.pattern is not None:
        clean &= _matches(values, column.pattern)
    return _kept(text, clean)


def _matches(values: pl.Series, pattern: str) -> pl.Expr:
    """Return whether texts match a pattern in full."""
    if _is_common(pattern):
        return _cell(values).str.contains(rf"^(?:{pattern})$")
    return _cell(values).is_in([text for text in values.unique().drop_nulls() if re.fullmatch(pattern, text)])


@cache
def _is_common(pattern: str) -> bool:
    """Tell whether the other engine knows a pattern: they are Python's, and a few go beyond it."""
    try:
        pl.Series([""]).str.contains(rf"^(?:{pattern})$")
    except pl.exceptions.ComputeError:
        return False
    return True


def _classes(values: pl.Series, column: Column, context: Context) -> pl.Expr:
    text = _codes(values, column, context)
    return _kept(text, ~text.is_in([*context.class_aliases]))


def _choices(values: pl.Series, column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    return _kept(text, text.is_in([*column.values]))


def _yes_no(values: pl.Series, _column: Column, _context: Context) -> pl.Expr:
    text = _cell(values)
    return _kept(text == "是", text.is_in(["是", "否"]))


_STR: frozenset[type] = frozenset({str})
_FLOAT: frozenset[type] = frozenset({int, float})
_DATE: frozenset[type] = frozenset({date})
_MOMENT_TYPE: frozenset[type] = frozenset({datetime})
_TEXT = pl.String()
_MOMENTS = pl.Datetime("us")
_NUMBER_WAYS: tuple[_Way, ...] = (_Way(_FLOAT, pl.Float64(), _numbers), _Way(_STR, _TEXT, _number_texts))
_PERCENT_WAYS: tuple[_Way, ...] = (
    *_NUMBER_WAYS,
    _Way(frozenset({Percent}), pl.Float64(), _percents, _shares),
)
_WAYS: dict[Kind, tuple[_Way, ...]] = {
    Kind.TEXT: (_Way(_STR, _TEXT, _texts),),
    Kind.REFERENCE: (_Way(_STR, _TEXT, _texts),),
    Kind.NAME: (_Way(_STR, _TEXT, _names),),
    Kind.CODE: (_Way(_STR, _TEXT, _codes),),
    Kind.CLASS: (_Way(_STR, _TEXT, _classes),),
    Kind.DATE: (
        _Way(_MOMENT_TYPE, _MOMENTS, _days_of_moments),
        _Way(_DATE, pl.Date(), _days),
        _Way(_STR, _TEXT, _days_of_texts),
    ),
    Kind.DATETIME: (_Way(_MOMENT_TYPE, _MOMENTS, _moments), _Way(_STR, _TEXT, _moments_of_texts)),
    Kind.TIME: (_Way(frozenset({time}), pl.Time(), _clocks), _Way(_STR, _TEXT, _clocks_of_texts)),
    Kind.MONTH: (_Way(_STR, _TEXT, _months),),
    Kind.ENUM: (_Way(_STR, _TEXT, _choices),),
    Kind.UNIT: (_Way(_STR, _TEXT, _choices),),
    Kind.BOOL: (_Way(_STR, _TEXT, _yes_no),),
}
