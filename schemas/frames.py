"""Filter frames without copying what stays."""

from __future__ import annotations

import polars as pl


def where(rows: pl.DataFrame, condition: pl.Expr) -> pl.DataFrame:
    """Return the rows that meet a condition; where all do, the very same frame.

    A filter copies every column, and those of a large register are mapped files that are hardly looked at.
    """
    met = rows.select(condition.fill_null(value=False).alias("met")).to_series()
    return rows if met.all() else rows.filter(met)
