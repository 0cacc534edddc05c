from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd
import pytest

if TYPE_CHECKING:
    import xlwings as xw

# A date in a cell has no zone.
DAY, MOMENT, EARLY, LATE = map(
    dt.datetime.fromisoformat, ("2026-11-22", "2026-11-22T13:45:30", "1899-12-31", "9999-12-31")
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("一次性手套", "一次性手套"),
        ("两行\n文字", "两行\n文字"),
        (1, 1.0),
        (-12.5, -12.5),
        (10**15, 1e15),
        (1.7e-12, 1.7e-12),
        (Decimal("12.34"), 12.34),
        (True, True),
        (False, False),
        (DAY.date(), DAY),
        (MOMENT, MOMENT),
        (EARLY, EARLY),
        (LATE, LATE),
        (None, None),
        ("", None),
        (float("nan"), None),
        (pd.NaT, None),
        (pd.NA, None),
        (pd.Timestamp(MOMENT), MOMENT),
        ("000001", 1.0),
        ("1,234.5", 1234.5),
        ("12%", 0.12),
        ("2026-11-22", DAY),
        ("2026-13-22", "2026-13-22"),
        ("true", True),
        ("'000001", "000001"),
        ("'=1+1", "=1+1"),
        ("=1+1", 2.0),
        ("=", "="),
        ("12 个", "12 个"),
        ("1.2.3", "1.2.3"),
        (".", "."),
    ],
)
def test_a_cell_takes_a_value_as_excel_does(sheet: xw.Sheet, written: object, read: object) -> None:
    """A value written by a program is read back with its type; text that looks like a number becomes one."""
    sheet["B2"].value = written
    value = sheet["B2"].value
    assert value == read
    assert type(value) is type(read)
