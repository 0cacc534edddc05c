"""Read whole columns at once: what is certainly clean; every other cell is left to ``read_cell``.

A fast way may leave any cell unread, but what it reads must equal what ``read_cell`` reads, without
a problem. It returns a series in the column's *stored* type: numbers as whole numbers of their last
decimal place (Int64), everything else as in the table; null where it did not read.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import DITTO, MISSING
from schemas.cells_numbers import LARGEST, allows_negative
from schemas.columns import NUMERIC, Kind
from schemas.values import Percent

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

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


def read_clean(cells: Sequence[Cell], column: Column, context: Context) -> pl.Series:
    """Return the clean cells of a column in its stored type, null for all the others."""
    kinds = set(map(type, cells))
    parts = [
        reader(_only(cells, kinds, wanted), column, context)
        for wanted, reader in _ways(column)
        if not kinds.isdisjoint(wanted)
    ]
    if not parts:
        return pl.Series([], dtype=stored_type(column)).extend_constant(None, len(cells))
    first, *others = parts
    for other in others:
        first = first.zip_with(first.is_not_null(), other)
    return first


_Way = tuple[frozenset[type], "Callable[[Sequence[object], Column, Context], pl.Series]"]


def _ways(column: Column) -> tuple[_Way, ...]:
    if column.kind in NUMERIC:
        return _NUMBER_WAYS if column.kind is not Kind.PCT else _PERCENT_WAYS
    return _WAYS.get(column.kind, ())


def _only(cells: Sequence[Cell], kinds: set[type], wanted: frozenset[type]) -> Sequence[object]:
    """Return the cells of the wanted types, None in place of the others."""
    if kinds <= wanted | {type(None)}:
        return cells
    return [cell if type(cell) in wanted else None for cell in cells]


_CELL = pl.col("cell")
"""The column under one name, for conditions that are judged in one pass: each pass of its own costs 0.1 ms."""


def _kept(values: pl.Series, keep: pl.Series) -> pl.Series:
    return values.set(~keep.fill_null(value=False), None)


def _kept_where(values: pl.Series, keep: pl.Expr) -> pl.Series:
    """Return the values for which a condition on ``_CELL`` holds, null for the others."""
    return values.alias("cell").to_frame().select(pl.when(keep).then(_CELL).alias("cell")).to_series()


def _numbers(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    return _within(pl.Series(cells, dtype=pl.Float64, strict=False), column, 1.0)


def _percents(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    shares = [cell.value if isinstance(cell, Percent) else None for cell in cells]
    return _within(pl.Series(shares, dtype=pl.Float64, strict=False), column, 100.0)


def _number_texts(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    plain = _kept(texts, texts.str.contains(_NUMBER)).str.replace_all(",", "", literal=True)
    return _within(plain.cast(pl.Float64, strict=False), column, 1.0)


def _within(numbers: pl.Series, column: Column, factor: float) -> pl.Series:
    """Return numbers times ``factor`` in units of the last place, where noise and limits allow.

    Up to 15 digits a binary number stands for exactly one decimal, so the rounding finds it.
    """
    unit = factor * 10**column.places
    whole = (_CELL * unit).round(0)
    sure = (_CELL - whole / unit).abs() < _SURE / factor
    read = pl.when(sure & _inside(whole, column)).then(whole).cast(pl.Int64)
    return numbers.alias("cell").to_frame().select(read.alias("cell")).to_series()


def inside_limits(numbers: pl.Series, column: Column) -> pl.Series:
    """Return for exact decimals whether the column's limits allow them, null for null."""
    whole = _CELL.cast(pl.Float64) * 10**column.places
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


def _days(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    return _not_later(pl.Series(cells, dtype=pl.Date), column, context)


def _days_of_moments(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    moments = pl.Series(cells, dtype=pl.Datetime("us"))
    days = moments.dt.date()
    return _not_later(_kept(days, moments == days.cast(pl.Datetime("us"))), column, context)


def _days_of_texts(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    plain = _kept(texts, texts.str.contains(_DAY)).str.replace_all("[/.]", "-")
    return _not_later(plain.str.to_date("%Y-%m-%d", strict=False), column, context)


def _not_later(days: pl.Series, column: Column, context: Context) -> pl.Series:
    return days if column.future else _kept(days, days.dt.date() <= context.today)


def _moments(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    moments = pl.Series(cells, dtype=pl.Datetime("us"))
    has_clock = (moments.dt.time() != time()) & (moments.dt.microsecond() == 0)
    return _not_later(_kept(moments, has_clock), column, context)


def _moments_of_texts(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    clean = _kept(texts, texts.str.contains(_MOMENT))
    return _not_later(clean.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False), column, context)


def _clocks(cells: Sequence[object], _column: Column, _context: Context) -> pl.Series:
    clocks = pl.Series(cells, dtype=pl.Time)
    return _kept(clocks, clocks.dt.microsecond() == 0)


def _clocks_of_texts(cells: Sequence[object], _column: Column, _context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    return _kept(texts, texts.str.contains(_CLOCK)).str.to_time("%H:%M", strict=False)


def _months(cells: Sequence[object], _column: Column, _context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    return _kept(texts, texts.str.contains(_MONTH))


def _texts(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    clean = _CELL.str.contains(_CLEAN_TEXT) & ~_CELL.is_in(_MARKS) & ~_CELL.str.starts_with("#")
    if column.limit is not None:
        clean &= _CELL.str.len_chars() <= column.limit
    if column.kind is Kind.REFERENCE:
        clean &= ~_CELL.str.contains(_SCIENTIFIC)
    return _kept_where(pl.Series(cells, dtype=pl.String), clean)


def _names(cells: Sequence[object], _column: Column, _context: Context) -> pl.Series:
    return _kept_where(pl.Series(cells, dtype=pl.String), _CELL.str.contains(_CLEAN_NAME) & ~_CELL.is_in(_MARKS))


def _codes(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    clean = _CELL.str.contains(_CLEAN_CODE) & ~_CELL.is_in(_MARKS) & ~_CELL.str.starts_with("#")
    clean &= ~_CELL.str.contains(_SCIENTIFIC)
    if column.limit is not None:
        clean &= _CELL.str.len_chars() <= column.limit
    return _matched(_kept_where(pl.Series(cells, dtype=pl.String), clean), column.pattern)


def _matched(texts: pl.Series, pattern: str | None) -> pl.Series:
    """Return the texts that match a pattern in full; each different text is looked at once."""
    if pattern is None:
        return texts
    try:
        return _kept(texts, texts.str.contains(rf"^(?:{pattern})$"))
    except pl.exceptions.ComputeError:
        # Patterns are Python's; the few that the other engine does not know cost a little more.
        right = [text for text in texts.unique().drop_nulls() if re.fullmatch(pattern, text)]
        return _kept(texts, texts.is_in(right))


def _classes(cells: Sequence[object], column: Column, context: Context) -> pl.Series:
    texts = _codes(cells, column, context)
    return _kept(texts, ~texts.is_in([*context.class_aliases]))


def _choices(cells: Sequence[object], column: Column, _context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    return _kept(texts, texts.is_in([*column.values]))


def _yes_no(cells: Sequence[object], _column: Column, _context: Context) -> pl.Series:
    texts = pl.Series(cells, dtype=pl.String)
    return _kept(texts == "是", texts.is_in(["是", "否"]))


_STR: frozenset[type] = frozenset({str})
_FLOAT: frozenset[type] = frozenset({int, float})
_DATE: frozenset[type] = frozenset({date})
_MOMENT_TYPE: frozenset[type] = frozenset({datetime})
_NUMBER_WAYS: tuple[_Way, ...] = ((_FLOAT, _numbers), (_STR, _number_texts))
_PERCENT_WAYS: tuple[_Way, ...] = (*_NUMBER_WAYS, (frozenset({Percent}), _percents))
_WAYS: dict[Kind, tuple[_Way, ...]] = {
    Kind.TEXT: ((_STR, _texts),),
    Kind.REFERENCE: ((_STR, _texts),),
    Kind.NAME: ((_STR, _names),),
    Kind.CODE: ((_STR, _codes),),
    Kind.CLASS: ((_STR, _classes),),
    Kind.DATE: ((_MOMENT_TYPE, _days_of_moments), (_DATE, _days), (_STR, _days_of_texts)),
    Kind.DATETIME: ((_MOMENT_TYPE, _moments), (_STR, _moments_of_texts)),
    Kind.TIME: ((frozenset({time}), _clocks), (_STR, _clocks_of_texts)),
    Kind.MONTH: ((_STR, _months),),
    Kind.ENUM: ((_STR, _choices),),
    Kind.UNIT: ((_STR, _choices),),
    Kind.BOOL: ((_STR, _yes_no),),
}
