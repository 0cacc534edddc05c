"""Cells that hold dates, times, months and semesters (DOMAIN.md 6.6 D01-D19)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from schemas.cells import Outcome, folded, number_text, refused, warned
from schemas.chinese import NUMERALS, digits_of, integer_of

if TYPE_CHECKING:
    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

SERIALS = (36526, 73050)
"""Serial numbers of 2000-01-01 and 2099-12-31, the only ones taken for dates (D05)."""

YEARS = (1900, 2199)
"""Years that a written date may have; others are typing mistakes."""

_TRADITIONAL = str.maketrans("點時號", "点时号")
_EPOCH = date(1899, 12, 30)
_SHIFT_1904 = 1462
"""Days by which workbooks that count from 1904 are behind."""
_SECONDS = 86_400
_NEAR_DAYS = 366

_SPACED = re.compile(r"\s*([-/.:年月日号点时分秒、。])\s*")
_AROUND = re.compile(r"^公元|\s*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?$")
"""What people put around a day: above all the day of the week behind it."""
_FULL = re.compile(r"(\d{4})[-/.年、。,_\\ ](\d{1,2})[-/.月、。,_\\ ](\d{1,2})(?:[日号]|(?!\d))", re.ASCII)
_EIGHT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:\.0)?(?!\d)", re.ASCII)
_CHINESE = re.compile(r"(?:(?P<year>[^年]{4})年)?(?P<month>[^年月]{1,4})月(?P<day>[^日号]{1,4})[日号]?")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SHORT_YEAR = re.compile(r"(\d{2})[-/.年](\d{1,2})[-/.月](\d{1,2})[日号]?", re.ASCII)
_NO_YEAR = re.compile(r"(\d{1,2})(?:月(\d{1,2})[日号]?|[-/.](\d{2}))", re.ASCII)
_ONE_DIGIT_DAY = re.compile(r"\d{1,2}[-/.]\d", re.ASCII)
_COLON = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?分?", re.ASCII)
_SPOKEN = re.compile(r"(\d{1,2})[点时](?:(\d{1,2})分?(?:(\d{1,2})秒)?|(半)|([13])刻|整)?", re.ASCII)
_HALF_OF_DAY = re.compile(r"^(上午|早上|凌晨|下午|晚上|中午|AM|PM)|(AM|PM)$", re.IGNORECASE)
_NUMERAL = re.compile(f"[{''.join(sorted(NUMERALS))}]+")
_MONTH = re.compile(r"(\d{4})(?:[-/年](\d{1,2})月?份?|\.?(\d{2})月?)", re.ASCII)
_MONTH_CHINESE = re.compile(r"(?:([^年]{4})年)?([^年月]{1,4})月份?")
_SEMESTER = re.compile(r"(\d{4})-(\d{4})-([12])", re.ASCII)
_SEMESTER_FULL = re.compile(
    r"(\d{4})年?[-/~至到](\d{4})(?:学年度?|年度?)?(?:[-,]?\(?第?([一二上下秋春])|[-(第]0?([12]))"
    r"(?:季?学?期|季)?\)?(?:\([秋春上下]季?\))?",
    re.ASCII,
)
_SHORT_YEARS = re.compile(r"^(\d{2})[-/~至到](\d{2})(?=学年)", re.ASCII)
_SEMESTER_SHORT = re.compile(r"(\d{4})(?:学年度?第?([一二上下秋春12])|年?([秋春]))(?:季?学?期|季)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Dated:
    """A day with the time written beside it, and the warning or error of reading them."""

    day: date | None
    clock: time | None = None
    code: str = ""


def read_date(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return the day of a cell; a time beside it is dropped with a warning."""
    found = _dated(cell, context)
    if found.day is None:
        return refused(found.code)
    if found.day > context.today and not column.future:
        return refused("DATE-FUTURE", today=context.today.isoformat())
    if found.code:
        return warned(found.day, found.code)
    has_time = found.clock is not None and found.clock != time() and not column.timed
    return warned(found.day, "DATE-TIME-DROPPED") if has_time else Outcome(found.day)


def read_moment(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return day and time of a cell; without a time it is refused or read as 00:00 (D14)."""
    found = _dated(cell, context)
    if found.day is None:
        return refused(found.code)
    if found.day > context.today and not column.future:
        return refused("DATE-FUTURE", today=context.today.isoformat())
    if found.clock is not None or column.midnight_usual:
        moment = datetime.combine(found.day, found.clock or time())
        return warned(moment, found.code) if found.code else Outcome(moment)
    if column.time_required:
        return refused("TIME-REQUIRED")
    return warned(datetime.combine(found.day, time()), "TIME-REQUIRED")


def read_clock(cell: Cell, _column: Column, _context: Context) -> Outcome:
    """Return the time of day of a cell, to the second."""
    clock: time | None = None
    if isinstance(cell, str):
        clock = _clock_of(_compact(cell))
    elif isinstance(cell, datetime):
        # Excel keeps a time without a day as a moment of day 0, which readers show as 1899 or 1900.
        clock = _rounded(cell).time() if cell.year <= YEARS[0] else None
    elif isinstance(cell, time):
        clock = _clock_at(_seconds(cell))
    elif isinstance(cell, timedelta):
        clock = _clock_at(round(cell.total_seconds()))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool) and 0 <= cell < 1:
        clock = _clock_at(round(cell * _SECONDS))
    return refused("TIME-INVALID") if clock is None else Outcome(clock)


def read_month(cell: Cell, _column: Column, context: Context) -> Outcome:
    """Return the month of a cell as ``yyyy-mm``; a month alone takes the year of the sheet (D18)."""
    if isinstance(cell, (date, datetime)):
        return Outcome(f"{cell:%Y-%m}")
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        counted = _of_serial(cell, context)
        if counted.day is not None:
            return warned(f"{counted.day:%Y-%m}", "DATE-SERIAL")
        cell = number_text(cell)
    month = _month_of(_compact(cell), context) if isinstance(cell, str) else None
    return refused("MONTH-INVALID") if month is None else Outcome(month)


def read_semester(cell: Cell, _column: Column, _context: Context) -> Outcome:
    """Return the semester of a cell as ``2026-2027-1``; spellings with one year are warned about (D19)."""
    written = "".join(_compact(cell).split()) if isinstance(cell, str) else ""
    text = _SHORT_YEARS.sub(r"20\1-20\2", written)
    if found := _SEMESTER.fullmatch(text) or _SEMESTER_FULL.fullmatch(text):
        first, second, *halves = found.groups()
        part = _half_year("".join(filter(None, halves)))
        if int(second) != int(first) + 1:
            return refused("SEM-INVALID")
        semester = f"{first}-{second}-{part}"
        return Outcome(semester) if text == written else warned(semester, "SEM-ALIAS")
    if found := _SEMESTER_SHORT.fullmatch(text):
        part = _half_year(found[2] or found[3])
        # 2026春 is a spring by the calendar, 2026学年下学期 the second half of a school year.
        first_year = int(found[1]) - (1 if found[3] == "春" else 0)
        return warned(f"{first_year}-{first_year + 1}-{part}", "SEM-ALIAS")
    return refused("SEM-INVALID")


def _dated(cell: Cell, context: Context) -> _Dated:
    if isinstance(cell, datetime):
        moment = _rounded(cell)
        return _Dated(moment.date(), moment.time() if _seconds(moment.time()) else None)
    if isinstance(cell, date):
        return _Dated(cell)
    if isinstance(cell, str):
        return _dated_text(_compact(cell), context)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool):
        return _dated_text(number_text(cell), context)
    return _Dated(None, code="DATE-INVALID")


def _dated_text(text: str, context: Context) -> _Dated:
    if found := _FULL.match(text) or _EIGHT.match(text):
        day = _day_of(*map(int, found.groups()))
        return _with_clock(day, text[found.end() :].strip(" T.。,、;/"))
    if _SERIAL.fullmatch(text):
        return _of_serial(float(text), context)
    if found := _CHINESE.fullmatch(text):
        return _in_words(found, context)
    return _short(text, context)


def _short(text: str, context: Context) -> _Dated:
    """Read a day whose year is short or left out (D09-D11)."""
    if found := _SHORT_YEAR.fullmatch(text):
        return _short_year(_day_of(2000 + int(found[1]), int(found[2]), int(found[3])), context)
    if found := _NO_YEAR.fullmatch(text):
        return _no_year(int(found[1]), int(found[2] or found[3]), context)
    return _Dated(None, code="DATE-AMBIG" if _ONE_DIGIT_DAY.fullmatch(text) else "DATE-INVALID")


def _of_serial(number: float, context: Context) -> _Dated:
    """Return the day that Excel counts with a number (D05), in whichever of its two ways (D06)."""
    serial = number + (_SHIFT_1904 if context.epoch_1904 else 0)
    if not _is_serial(serial):
        return _Dated(None, code="DATE-INVALID")
    seconds = round(serial % 1 * _SECONDS)
    return _Dated(_serial_day(serial), _clock_at(seconds) if seconds else None, "DATE-SERIAL")


def _in_words(found: re.Match[str], context: Context) -> _Dated:
    month, day_number = _number(found["month"]) or 0, _number(found["day"]) or 0
    if found["year"] is None:
        return _no_year(month, day_number, context)
    day = _day_of(_year(found["year"]), month, day_number)
    return _Dated(day, code="DATE-CN" if day else "DATE-INVALID")


def _with_clock(day: date | None, rest: str) -> _Dated:
    clock = _clock_of(rest) if rest else None
    if day is not None and _HALF_OF_DAY.fullmatch(rest):
        return _Dated(day, code="DATE-TIME-DROPPED")
    if day is None or (rest and clock is None):
        return _Dated(None, code="DATE-INVALID")
    return _Dated(day, clock)


def _short_year(day: date | None, context: Context) -> _Dated:
    """Take a two-digit year only near the month of the sheet (D09)."""
    if day is None:
        return _Dated(None, code="DATE-INVALID")
    if context.period is None:
        return _Dated(None, code="DATE-AMBIG")
    year, month = map(int, context.period.split("-"))
    first, after = date(year, month, 1), date(year + month // 12, month % 12 + 1, 1)
    near = timedelta(days=_NEAR_DAYS)
    is_near = first - near <= day < after + near
    return _Dated(day, code="DATE-YY") if is_near else _Dated(None, code="DATE-AMBIG")


def _no_year(month: int, day_number: int, context: Context) -> _Dated:
    """Take the year of the sheet where the month is that of the sheet (D10)."""
    if _day_of(2000, month, day_number) is None:
        return _Dated(None, code="DATE-INVALID")
    if context.period is None or int(context.period[5:]) != month:
        return _Dated(None, code="DATE-NOYEAR")
    day = _day_of(int(context.period[:4]), month, day_number)
    return _Dated(day, code="DATE-NOYEAR" if day else "DATE-INVALID")


def _day_of(year: int, month: int, day_number: int) -> date | None:
    if not YEARS[0] <= year <= YEARS[1]:
        return None
    try:
        return date(year, month, day_number)
    except ValueError:
        return None


def _number(text: str) -> int | None:
    """Return the number of a month or day in words or digits; bills have 零 before it."""
    if text.isascii() and text.isdigit():
        return int(text)
    return integer_of(text.lstrip("零〇○"))


def _year(text: str) -> int:
    """Return a year that is written digit by digit, 0 where it is none."""
    return digits_of(text) or 0


def _clock_of(text: str) -> time | None:
    text = _NUMERAL.sub(lambda found: str(integer_of(found[0].lstrip("零〇○")) or ""), text)
    half = _HALF_OF_DAY.search(text)
    if half:
        text = _HALF_OF_DAY.sub("", text, count=1).strip()
    found = _COLON.fullmatch(text)
    if found:
        hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    elif spoken := _SPOKEN.fullmatch(text):
        hour, second = int(spoken[1]), int(spoken[3] or 0)
        minute = 30 if spoken[4] else int(spoken[5]) * 15 if spoken[5] else int(spoken[2] or 0)
    else:
        return None
    if half:
        hour = _hour_of(half.group().upper(), hour)
    return time(hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _hour_of(half: str, hour: int) -> int:
    if half in {"下午", "晚上", "PM"}:
        return hour + 12 if hour < 12 else hour
    if half == "中午":
        return hour + 12 if hour < 3 else hour
    return 0 if hour == 12 else hour


def _month_of(text: str, context: Context) -> str | None:
    if found := _MONTH.fullmatch(text):
        year, month = int(found[1]), int(found[2] or found[3])
    elif found := _FULL.fullmatch(text):
        year, month = int(found[1]), int(found[2])
    elif (found := _MONTH_CHINESE.fullmatch(text)) and (found[1] or context.period):
        year, month = _year(found[1] or (context.period or "")[:4]), _number(found[2]) or 0
    else:
        return None
    return f"{year}-{month:02d}" if YEARS[0] <= year <= YEARS[1] and 1 <= month <= 12 else None


def _half_year(word: str) -> int:
    return 1 if word in "一1上秋" else 2


def _compact(text: str) -> str:
    return _SPACED.sub(r"\1", _AROUND.sub("", folded(text).translate(_TRADITIONAL)))


def _is_serial(number: float) -> bool:
    return SERIALS[0] <= number < SERIALS[1] + 1


def _serial_day(number: float) -> date:
    return _EPOCH + timedelta(days=int(number))


def _seconds(clock: time) -> int:
    return clock.hour * 3600 + clock.minute * 60 + clock.second + round(clock.microsecond / 1_000_000)


def _clock_at(seconds: int) -> time | None:
    if not 0 <= seconds < _SECONDS:
        return None
    return time(seconds // 3600, seconds // 60 % 60, seconds % 60)


def _rounded(moment: datetime) -> datetime:
    """Return a moment to the second: Excel keeps 14:30 as a binary fraction of a day."""
    return (moment + timedelta(microseconds=500_000)).replace(microsecond=0)
