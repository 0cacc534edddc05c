"""Read a plain sheet of an official template by whole columns: several times as fast as cell by cell.

Only what is plain beyond doubt is read so: nothing but values, below the header every column of one type. Any
other sheet, and any sheet in which the values do not add up to those in its XML, is left to the reader of cells.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime

import polars as pl
from fastexcel import FastExcelError, read_excel

from schemas.sheet_cells import SheetCells
from schemas.values import Cell

HEAD_ROWS = 3
"""Rows of title, meta line and header of an official template."""

_FIRST_DAY = datetime(1900, 3, 1)  # noqa: DTZ001 - a day of a sheet, in no zone
"""Before it the days of Excel are counted otherwise: it knows a 29 February 1900."""

logging.getLogger("fastexcel").setLevel(logging.ERROR)  # a warning for every column without any value


def columns_below(workbook: bytes, place: int) -> pl.DataFrame | None:
    """Return the columns of a sheet below its head, None where one holds values of several types.

    Args:
        workbook: A package of our own making.
        place: Number of the sheet in it, counted from 0; it has a cell in A1, hence nothing is left out above.
    """
    try:
        sheet = read_excel(workbook).load_sheet(
            place, header_row=None, skip_rows=HEAD_ROWS, schema_sample_rows=None, dtype_coercion="strict"
        )
        frame = sheet.to_polars()
    except FastExcelError:
        return None
    read = [_plain(series) for series in frame]
    plain = [series for series in read if series is not None]
    return pl.DataFrame(plain) if len(plain) == len(read) else None


def _plain(series: pl.Series) -> pl.Series | None:
    """Return a column of texts, numbers, truth values or days; None for any other."""
    if series.dtype in (pl.Float64, pl.Boolean):
        return series
    if series.dtype == pl.String:
        blank = series == ""
        return series.set(blank, None) if blank.any() else series
    if isinstance(series.dtype, pl.Datetime) and series.dtype.time_zone is None:
        days = series.dt.date()
        same = (days.cast(series.dtype) == series) & (series >= _FIRST_DAY)
        return days if same.all() else None
    return None


def cells_of_sheet(head: Sequence[Sequence[Cell]], body: pl.DataFrame) -> SheetCells:
    """Return the cells of a sheet without blank rows and columns at the end; the head is not blank."""
    last = body.select(pl.any_horizontal(pl.all().is_not_null())).to_series().arg_true().max()
    above = max((len(row) for row in head), default=0)
    filled = (place for place, series in enumerate(body, 1) if series.null_count() < body.height)
    width = max(above, max(filled, default=0))
    kept = body[:, :width].head(0 if last is None else int(str(last)) + 1)
    return SheetCells([[*row, *[None] * (kept.width - len(row))] for row in head], kept)


def filled_in(body: pl.DataFrame) -> int:
    """Return how many cells have a value."""
    return body.height * body.width - sum(series.null_count() for series in body)
