"""Rows whose key stands more than once in their workbook (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_parts
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.values import cell_name

if TYPE_CHECKING:
    from schemas.register import Register


def with_doubles_marked(register: type[Register], rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Flaw]]:
    """Return the rows with ``_duplicate`` and ``_doubled``: equal content counts once, other content not at all.

    A row without its key doubles nothing; of rows with unreadable cells nobody knows that they are equal.
    """
    keys = ["_workbook", "_key"]
    if rows.n_unique(keys) == rows.height:
        return rows.with_columns(pl.lit(False).alias("_duplicate"), pl.lit(False).alias("_doubled")), []
    named = pl.all_horizontal(pl.col(name).is_not_null() for name in register.key if register.column(name).required)
    copies = pl.when(named).then(pl.len().over(keys)).otherwise(1)
    same = (pl.col("_hash").n_unique().over(keys) == 1) & ~pl.col("_unread").any().over(keys)
    first = pl.int_range(pl.len()).over(keys) == 0
    rows = rows.with_columns(
        ((copies > 1) & same & ~first).alias("_duplicate"), ((copies > 1) & ~same).alias("_doubled")
    )
    flaws: list[Flaw] = []
    for (_, key), group in rows.filter(copies > 1).group_by(keys, maintain_order=True):
        cells = "、".join(
            f"{sheet}!{cell_name(row, 1)[1:]}" for sheet, row in group.select("_sheet", "_row").iter_rows()
        )
        flaws.extend(_double_flaws(register, str(key), cells, group))
    return rows, flaws


def _double_flaws(register: type[Register], key: str, cells: str, group: pl.DataFrame) -> list[Flaw]:
    column = register.column(register.key[0])
    args = {
        "key_title": column.title,
        "key_title_en": column.title_en,
        "key_text": " / ".join(key_parts(key)),
        "cells": cells,
    }
    clash = bool(group["_doubled"][0])
    code = register.duplicate_code if clash else "KEY-DUP"
    severity = Severity.ERROR if clash else Severity.WARNING
    text = reader_text("KEY-DUP", severity)
    ids = group["_id"] if clash else group.filter("_duplicate")["_id"]
    value = " / ".join(key_parts(key))
    return [Flaw(row_id, code, severity, column.name, value, text, args) for row_id in ids]
