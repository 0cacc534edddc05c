"""Unknown columns of a sheet, which nobody declared: their content is kept in the remark (DOMAIN.md 6.6 S06)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import MISSING, shown
from schemas.masking import masked_numbers
from schemas.normal import tidy
from schemas.parse_columns import ColumnRead
from schemas.values import ErrorCell, ImageCell, NoValue

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.parse_sheet import RowSet
    from schemas.values import Cell

REMARK = "remark"
_ALIGNING = re.compile("(?<=[一-龥]) (?=[一-龥])")


def with_unknown_columns(sheet: RowSet, reads: Mapping[str, ColumnRead]) -> dict[str, ColumnRead]:
    """Return the columns with ``颜色：红`` behind the remark of every row whose unknown column 颜色 says so.

    What is too long for a remark is cut: the sheet has a warning that names the column. Personal
    numbers are masked, for nobody asked for them.
    """
    unknown = sheet.layout.remarks
    if not unknown or not sheet.rows:
        return dict(reads)
    limit = sheet.layout.register.column(REMARK).limit
    read = reads.get(REMARK)
    remarks: list[str | None] = read.values.to_list() if read else [None] * len(sheet.rows)
    for number, header in sorted(unknown.items()):
        title = _ALIGNING.sub("", tidy(header))
        for position, cell in enumerate(sheet.cells_at(number)):
            text = _text(cell)
            if text:
                known = remarks[position]
                whole = f"{known}；{title}：{text}" if known else f"{title}：{text}"
                remarks[position] = whole[:limit]
    values = pl.Series(remarks, dtype=pl.String)
    return {**reads, REMARK: ColumnRead(values, read.outcomes if read else {})}


def _text(cell: Cell) -> str:
    if cell is None or isinstance(cell, (ErrorCell, ImageCell, NoValue)):
        return ""
    text = tidy(shown(cell))
    return "" if text in MISSING else masked_numbers(text)
