"""Gaps in running numbers (DOMAIN.md 2.0.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Sequence


def after_gap(rows: pl.DataFrame, used: pl.DataFrame, by: Sequence[str], number: str) -> pl.DataFrame:
    """Return the rows before whose number others of the same ``by`` are missing, from 1 on.

    ``used`` has the columns of ``by`` and all numbers that were ever used. The result has ``_id``
    and ``no``, the missing numbers as people write them: 3 or 3–5.
    """
    both = [frame.select(*by, number) for frame in (used, rows)]
    known = pl.concat(both, how="vertical_relaxed").drop_nulls().unique()
    before = pl.col(number).shift(1, fill_value=0).over(*by)
    gaps = known.sort(*by, number).with_columns(before.alias("_before")).filter(pl.col(number) - pl.col("_before") > 1)
    first, last = pl.col("_before") + 1, pl.col(number) - 1
    words = pl.when(first == last).then(pl.format("{}", first)).otherwise(pl.format("{}–{}", first, last)).alias("no")
    return rows.join(gaps, on=[*by, number], how="inner", maintain_order="left").select("_id", words)
