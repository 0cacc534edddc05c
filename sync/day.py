"""What day it is: the clock's in a time zone, or the one that is set so that results are reproducible."""

from __future__ import annotations

import os
from datetime import date, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

TODAY_VARIABLE = "HOUQIN_TODAY"
"""Environment variable that sets today's date (``2026-11-22``)."""


def today_in(zone: ZoneInfo) -> date:
    """Return today's date in a time zone; ``HOUQIN_TODAY`` decides where it is set.

    Raises:
        ValueError: ``HOUQIN_TODAY`` is not a date; the only argument is what it is.
    """
    wanted = os.environ.get(TODAY_VARIABLE, "").strip()
    if not wanted:
        return datetime.now(zone).date()
    try:
        return date.fromisoformat(wanted)
    except ValueError as exc:
        raise ValueError(wanted) from exc
