"""Cell values between Python and LibreOffice: dates, truth values, errors, text that a cell reads as a number."""

from __future__ import annotations

import datetime as dt
import math
import numbers
import re
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

from addin.calc.errors import CalcError
from schemas.findings import Text

Scalar: TypeAlias = str | float | bool | dt.datetime | None
Block: TypeAlias = tuple[tuple[object, ...], ...]
OfNumber: TypeAlias = Callable[[float], object]

ERRORS = {
    32767: "#N/A",
    503: "#NUM!",
    521: "#NULL!",
    524: "#REF!",
    525: "#NAME?",
    532: "#DIV/0!",
}
_OTHER_ERROR = "#VALUE!"


class CellError(str):
    """An Excel error in a cell, as its text where it was looked up."""

    __slots__ = ()


class NotACellValueError(CalcError):
    """A value has no place in a cell."""

    text = Text("不能写入单元格的值“{value}”", "a value that no cell can hold: “{value}”")


def error_text(code: int) -> str:
    """Return Excel's word for an error code of LibreOffice."""
    return ERRORS.get(code, _OTHER_ERROR)


def clean(
    rows: object,
    dates: Callable[..., object],
    empty: object,
    number: Callable[[float], object] | None,
    errors_as_text: object,
) -> list[list[object]]:
    """Return raw rows as xlwings' options want them.

    Args:
        rows: Two-dimensional raw values.
        dates: Builds a date from year, month, day and the time by name.
        empty: What a blank cell becomes.
        number: What a number becomes, None leaves a float.
        errors_as_text: True gives ``#N/A`` and the like, otherwise an error is None.
    """

    def cleaned(value: object) -> object:
        if isinstance(value, CellError):
            return str(value) if errors_as_text else None
        if value is None or value == "":
            return empty
        if isinstance(value, dt.datetime):
            return _built(value, dates)
        if number is not None and type(value) is float:
            return number(value)
        return value

    if dates is dt.datetime and number is None:
        return [[cleaned(value) if type(value) is not float else value for value in row] for row in _rows(rows)]
    return [[cleaned(value) for value in row] for row in _rows(rows)]


def _rows(rows: object) -> Block:
    assert isinstance(rows, (tuple, list))  # noqa: S101 - xlwings makes it two-dimensional before
    return tuple(rows)


def _built(moment: dt.datetime, dates: Callable[..., object]) -> object:
    return dates(
        month=moment.month,
        day=moment.day,
        year=moment.year,
        hour=moment.hour,
        minute=moment.minute,
        second=moment.second,
        microsecond=moment.microsecond,
        tzinfo=None,
    )


def prepared(value: object) -> object:
    """Return a value of Python as a cell takes it: text, float, bool or datetime; blank is empty text.

    Raises:
        NotACellValueError: It is none of these.
    """
    if isinstance(value, (str, bool)):
        return value
    if value is None or type(value).__name__ in {"NaTType", "NAType"}:
        return ""
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - a date in a cell has no zone
    if isinstance(value, (numbers.Real, Decimal)):
        return _finite(value)
    return prepared(_of_numpy(value))


def _finite(value: numbers.Real | Decimal) -> str | float:
    """Return a number, blank for one that is none; Excel has nothing larger than a float."""
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isinf(number):
        raise NotACellValueError(value=str(value)[:30])
    return "" if math.isnan(number) else number


def _of_numpy(value: object) -> object:
    """Return the Python value in a numpy scalar; numpy itself is not needed for that."""
    if type(value).__module__ == "numpy":
        if type(value).__name__ == "datetime64":
            return value.astype("datetime64[us]").item()  # type: ignore[attr-defined]
        return value.item()  # type: ignore[attr-defined]
    raise NotACellValueError(value=value)


def moment(serial: float, start: dt.datetime) -> dt.datetime | float:
    """Return a number of days as a date, counted from the book's own first day; too far off it stays a number."""
    try:
        return start + dt.timedelta(milliseconds=round(serial * 86_400_000))
    except OverflowError:
        return serial


def serial(value: dt.datetime, start: dt.datetime) -> float:
    """Return a date as days since the book's own first day."""
    return (value - start) / dt.timedelta(days=1)


_NUMBER = re.compile(r"[+-]?(?:(?:\d+|\d{1,3}(?:,\d{3})+)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(%?)")
_DATE = re.compile(r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})")


def typed(text: str) -> object:
    """Return what a cell without text format makes of a text, as if somebody had typed it: ``000001`` is 1.

    Numbers, percentages, ISO dates and truth values change; everything else stays text.
    """
    if text.upper() in {"TRUE", "FALSE"}:
        return text.upper() == "TRUE"
    bare = text.strip()
    if any(char.isdigit() for char in bare):
        as_number = _NUMBER.fullmatch(bare)
        if as_number is not None:
            number = float(bare.rstrip("%").replace(",", ""))
            if math.isinf(number):
                return text
            return number / 100 if as_number[1] else number
        as_date = _DATE.fullmatch(bare)
        if as_date is not None:
            try:
                return dt.datetime(int(as_date[1]), int(as_date[3]), int(as_date[4]))  # noqa: DTZ001 - as above
            except ValueError:
                return text
    return text
