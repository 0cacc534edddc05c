"""Semesters: which one a day belongs to, and when it begins and ends (DOMAIN.md 2.0.3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from schemas.parameters import text_of

if TYPE_CHECKING:
    from schemas.rules import Facts

_DAY = re.compile(r"(\d\d)-(\d\d)", re.ASCII)
_FIRST_MONTH, _SUMMER = 9, 7
"""September: the school year begins. From July on a day of the autumn belongs to the first of its two years."""


def semester_of(day: pl.Expr) -> pl.Expr:
    """Return the semester of a day: autumn is September to January, spring February to August."""
    month, year = day.dt.month(), day.dt.year()
    first = year - (month < _FIRST_MONTH).cast(pl.Int32)
    part = pl.when(month.is_between(2, 8)).then(pl.lit("2")).otherwise(pl.lit("1"))
    return pl.format("{}-{}-{}", first, first + 1, part)


def semester_start(semester: pl.Expr, facts: Facts) -> pl.Expr:
    """Return the first day of a semester (``2026-2027-1``), by the parameter ``semester_starts``."""
    return _limit(semester, "semester_starts", facts)


def semester_end(semester: pl.Expr, facts: Facts) -> pl.Expr:
    """Return the last day of a semester, by the parameter ``semester_ends``."""
    return _limit(semester, "semester_ends", facts)


def next_semester_end(day: pl.Expr, facts: Facts) -> pl.Expr:
    """Return the last day of the semester that a day belongs to; in the holidays that of the next one."""
    ends = [
        pl.date(day.dt.year() + years, month, number)
        for years in (0, 1)
        for month, number in _days("semester_ends", facts)
    ]
    return pl.min_horizontal(*(pl.when(end >= day).then(end) for end in ends))


def _limit(semester: pl.Expr, parameter: str, facts: Facts) -> pl.Expr:
    year = semester.str.slice(0, 4).cast(pl.Int32)
    (autumn, in_autumn), (spring, in_spring) = _days(parameter, facts)
    of_autumn = pl.date(year + (autumn < _SUMMER), autumn, in_autumn)
    return pl.when(semester.str.ends_with("-1")).then(of_autumn).otherwise(pl.date(year + 1, spring, in_spring))


def _days(parameter: str, facts: Facts) -> list[tuple[int, int]]:
    """Return month and day of the autumn and of the spring semester."""
    return [(int(month), int(day)) for month, day in _DAY.findall(text_of(parameter, facts.parameters))]
