from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from schemas.cells import Context
from schemas.values import Cell, ErrorCell
from tests.samples.sheets import PERIOD, TODAY, at, read

CONTEXT = Context(TODAY, PERIOD)
DAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "cell",
    [
        at("2026-11-22"),
        DAY,
        "2026/11/22",
        "2026-11-22",
        "2026.11.22",
        "2026年11月22日",
        "2026年11月22号",
        "2026 年 11 月 22 日",
        20261122,
        20261122.0,
        "20261122",
        "２０２６－１１－２２",
        " 2026-11-22\u200b",
        "2026-11-22 00:00:00",
    ],
)
def test_a_full_date_is_taken_without_a_word(cell: Cell) -> None:
    """D01-D04, D07: dates with four-digit years in any usual spelling are accepted."""
    assert read("doc_date", cell) == (DAY, "")


@pytest.mark.parametrize(
    ("cell", "day"), [("2026/11/2", date(2026, 11, 2)), ("2026-1-5", date(2026, 1, 5)), ("2026.1.5", date(2026, 1, 5))]
)
def test_zeros_may_be_missing(cell: Cell, day: date) -> None:
    """D02: missing zero padding is allowed where the year is there."""
    assert read("doc_date", cell) == (day, "")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (46348, DAY, "W DATE-SERIAL"),
        (46348.0, DAY, "W DATE-SERIAL"),
        (36526, date(2000, 1, 1), "W DATE-SERIAL"),
        (36525, None, "E DATE-INVALID"),
        (73051, None, "E DATE-INVALID"),
        ("46348", DAY, "W DATE-SERIAL"),
        ("二〇二六年十一月二十二日", DAY, "W DATE-CN"),
        ("二零二六年十一月廿二日", DAY, "W DATE-CN"),
        ("26.11.22", DAY, "W DATE-YY"),
        ("26/11/22", DAY, "W DATE-YY"),
        ("24.11.22", None, "E DATE-AMBIG"),
        ("11月22日", DAY, "W DATE-NOYEAR"),
        ("11-22", DAY, "W DATE-NOYEAR"),
        ("11.22", DAY, "W DATE-NOYEAR"),
        (11.22, DAY, "W DATE-NOYEAR"),
        ("10月22日", None, "E DATE-NOYEAR"),
        (11.2, None, "E DATE-AMBIG"),
        ("11.2", None, "E DATE-AMBIG"),
        ("2026-11-31", None, "E DATE-INVALID"),
        ("2026-02-29", None, "E DATE-INVALID"),
        ("2026/13/01", None, "E DATE-INVALID"),
        ("20261131", None, "E DATE-INVALID"),
        ("0026-11-22", None, "E DATE-INVALID"),
        ("2026-11-22 14:30:00", DAY, "W DATE-TIME-DROPPED"),
        (at("2026-11-22 14:30"), DAY, "W DATE-TIME-DROPPED"),
        ("2026-12-25", None, "E DATE-FUTURE"),
        (at("2026-12-25"), None, "E DATE-FUTURE"),
        ("明天", None, "E DATE-INVALID"),
        ("第12周", None, "E DATE-INVALID"),
        (time(8, 5), None, "E DATE-INVALID"),
        (True, None, "E DATE-INVALID"),
        (ErrorCell("#N/A"), None, "E CELL-ERROR"),
    ],
)
def test_other_dates_are_read_with_a_word_or_refused(cell: Cell, value: object, code: str) -> None:
    """D05, D08-D13, D16: doubtful dates are warned about, impossible and unclear ones refused."""
    assert read("doc_date", cell) == (value, code)


def test_dates_without_a_year_need_the_month_of_the_sheet() -> None:
    """D09, D10: a sheet without a month lends no year."""
    nowhere = Context(TODAY)
    assert read("doc_date", "11月22日", nowhere) == (None, "E DATE-NOYEAR")
    assert read("doc_date", "26.11.22", nowhere) == (None, "E DATE-AMBIG")


def test_a_column_for_plans_takes_days_to_come() -> None:
    """D16: columns marked future take dates after today."""
    assert read("due", "2026-12-25") == (date(2026, 12, 25), "")


@pytest.mark.parametrize(
    ("name", "cell", "value", "code"),
    [
        ("taken_at", "2026-11-22 14:30:00", at("2026-11-22 14:30"), ""),
        ("taken_at", "2026年11月22日14时30分", at("2026-11-22 14:30"), ""),
        ("taken_at", "2026-11-22 下午2:30", at("2026-11-22 14:30"), ""),
        ("taken_at", at("2026-11-22 14:29:59.999990"), at("2026-11-22 14:30"), ""),
        ("taken_at", "2026-11-22", None, "E TIME-REQUIRED"),
        ("taken_at", at("2026-11-22"), None, "E TIME-REQUIRED"),
        ("taken_at", "2026-11-22 25:00", None, "E DATE-INVALID"),
        ("report_time", "2026-11-22", at("2026-11-22"), "W TIME-REQUIRED"),
        ("report_time", "2026-12-22", None, "E DATE-FUTURE"),
    ],
)
def test_points_in_time(name: str, cell: Cell, value: object, code: str) -> None:
    """D13, D14: a point in time keeps its time; without one it is refused or read as 00:00."""
    assert read(name, cell) == (value, code)


@pytest.mark.parametrize(
    "cell",
    [
        "8：05",
        "8:05",
        "08时05分",
        "8点05",
        "8:05:00",
        "上午8:05",
        0.336805,
        0.3368055555555556,
        time(8, 5),
        timedelta(hours=8, minutes=5),
        at("1899-12-30 08:05"),
    ],
)
def test_times_of_day(cell: Cell) -> None:
    """D15: a time may be written or be a fraction of a day."""
    assert read("start", cell) == (time(8, 5), "")


@pytest.mark.parametrize("cell", ["25:00", "8:5", "八更", 8.05, at("2026-11-22 08:05"), "早上"])
def test_what_is_no_time_of_day(cell: Cell) -> None:
    """D15: anything else is refused."""
    assert read("start", cell) == (None, "E TIME-INVALID")


@pytest.mark.parametrize(
    "cell",
    ["2026年11月", "2026-11", "2026/11", "2026.11", "202611", 202611.0, 2026.11, "11月", "11月份", "十一月", DAY],
)
def test_months(cell: Cell) -> None:
    """D18: a month may be written with its year, or alone below a title with one."""
    assert read("month", cell) == ("2026-11", "")


@pytest.mark.parametrize("cell", ["2026-13", "2026.1", 2026.1, "本月", "11", True])
def test_what_is_no_month(cell: Cell) -> None:
    """D18: what could be two months, or none, is refused."""
    assert read("month", cell) == (None, "E MONTH-INVALID")


def test_a_month_alone_needs_a_year() -> None:
    """D18: without a year in the title a month alone is refused."""
    assert read("month", "11月", Context(TODAY)) == (None, "E MONTH-INVALID")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        ("2026-2027-1", "2026-2027-1", ""),
        ("2026-2027学年第一学期", "2026-2027-1", ""),
        ("2026—2027学年度下学期", "2026-2027-2", ""),
        ("2026-2027学年(2)", "2026-2027-2", ""),
        ("2026学年上学期", "2026-2027-1", "W SEM-ALIAS"),
        ("2026学年第二学期", "2026-2027-2", "W SEM-ALIAS"),
        ("2026秋", "2026-2027-1", "W SEM-ALIAS"),
        ("2027年春季学期", "2026-2027-2", "W SEM-ALIAS"),
        ("2026-2028-1", None, "E SEM-INVALID"),
        ("2026年上学期", None, "E SEM-INVALID"),
        ("秋季", None, "E SEM-INVALID"),
        (2026, None, "E SEM-INVALID"),
    ],
)
def test_semesters(cell: Cell, value: object, code: str) -> None:
    """D19: 秋, 上 and 第一 are the first half of a school year; spellings with one year are warned about."""
    assert read("semester", cell) == (value, code)


def test_a_school_week_needs_the_first_day_of_term() -> None:
    """6.2: 第12周 counts from the week of the term start and is kept as an ISO week."""
    term = Context(TODAY, PERIOD, term_start=date(2026, 9, 1))
    assert read("week", "第12周", term) == ("2026W47", "W DATE-CN")
    assert read("week", "第12周") == (None, "E CODE-PATTERN")
    assert read("week", "2026w47") == ("2026W47", "")
