"""Working days (工作日): the State Council's holidays and make-up days where they are known, else Monday to Friday.

The calendar of a year is announced in the November before it, so that an installation may not know it
yet; then weekends alone are left out, and what is counted by it comes due a little early.

Source: DOMAIN.md 2.0.3.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

_FRIDAY = 4


def is_workday(day: date) -> bool:
    """Tell whether people work on a day."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.weekday() <= _FRIDAY


def workdays_after(day: date, count: int) -> date:
    """Return the last of so many working days after a day: what is due within them is late from the next day on."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day
