"""Turn the raw cells of a sheet into the typed table of its register, with a finding for every bad cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import Context
from schemas.columns import Kind
from schemas.fast import Raw, read_clean_columns
from schemas.normal import is_void
from schemas.parse_columns import Block, ColumnRead, read_column
from schemas.parse_findings import cell_findings, key_texts, overwrite_findings, period_findings, row_finding
from schemas.parse_formulas import own_formulas, recomputed
from schemas.parse_remarks import with_unknown_columns
from schemas.parse_sheet import RowSet
from schemas.sheet_cells import types_of
from schemas.values import Deferred, Skip, Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from schemas.columns import Column
    from schemas.findings import Finding
    from schemas.layout import Layout
    from schemas.values import Cell, Grid


@dataclass(frozen=True)
class Reading:
    """What a sheet is read against: the day, and the school's own words."""

    today: date
    class_aliases: Mapping[str, str] = field(default_factory=dict)
    """Spelling of a class to its code, such as ``301`` to ``G3C1``."""
    term_start: date | None = None
    """First day of the term, for school weeks (第12周)."""


def parse(grid: Grid, layout: Layout, reading: Reading) -> Table:
    """Return the typed rows of the register that lies in a grid.

    Struck and void rows are skipped and reported; rows with errors stay, with null in the bad cell.
    Reference columns keep the text as typed. Columns are in the register's order, then ``_row``.
    """
    context = Context(
        reading.today, layout.period, reading.class_aliases, reading.term_start, epoch_1904=grid.epoch_1904
    )
    left_out = _left_out(RowSet(grid, layout, layout.data_rows, context))
    rows = [row for row in layout.data_rows if row not in left_out]
    sheet = RowSet(grid, layout, rows, context)
    reads = _read(sheet)
    frame = _frame(sheet, reads)
    skips, skip_findings = _skipped(RowSet(grid, layout, sorted(left_out), context), left_out)
    findings = (
        *cell_findings(sheet, reads, frame),
        *overwrite_findings(sheet, frame),
        *period_findings(sheet, frame),
        *skip_findings,
    )
    return Table(
        layout.register,
        grid.workbook,
        grid.sheet,
        frame,
        _stated(sheet),
        (*layout.findings, *sorted(findings, key=lambda found: (found.row, len(found.cell), found.cell))),
        (*layout.skipped, *skips),
        _deferred(sheet, reads),
        layout.period,
        layout.department,
    )


def _left_out(sheet: RowSet) -> dict[int, str]:
    """Return the rows that are not taken, with the code that says why: void first, then struck."""
    struck = sheet.grid.details.struck_rows
    left_out = {row: "ROW-STRIKE" for row in sheet.rows if row in struck} if struck else {}
    remarks = sheet.cells("remark") if "remark" in sheet.layout.columns else ()
    if str in types_of(remarks):
        told = zip(sheet.rows, remarks, strict=True)
        left_out.update({row: "ROW-VOID" for row, cell in told if isinstance(cell, str) and is_void(cell)})
    return left_out


def _skipped(sheet: RowSet, codes: Mapping[int, str]) -> tuple[list[Skip], list[Finding]]:
    """Return the rows left out and their findings, each with its business key."""
    if not sheet.rows:
        return [], []
    frame = _frame(sheet, _read(sheet))
    keys = key_texts(sheet, frame, range(len(sheet.rows)))
    skips = [Skip(row, codes[row], keys[position]) for position, row in enumerate(sheet.rows)]
    return skips, [row_finding(sheet, skip.code, skip.row_number, skip.key) for skip in skips]


def _read(sheet: RowSet) -> dict[str, ColumnRead]:
    """Return every column that people fill, by name; those with a template formula are recomputed."""
    reads: dict[str, ColumnRead] = {}
    standing_in = sheet.unit_column_without_header()
    if standing_in is not None:
        column, _ = standing_in
        cells: list[Cell] = [sheet.layout.default_unit] * len(sheet.rows)
        reads[column.name] = read_column(Block(cells), column, sheet.context)
    columns = sheet.columns_read()
    cells_of = {column.name: sheet.cells(column.name) for column in columns}
    computed = {
        column.name: own_formulas(sheet.grid, sheet.rows, cells_of[column.name], column, sheet.layout)
        for column in columns
        if column.name in sheet.layout.columns
    }
    for name, own in computed.items():
        if own:
            cells_of[name] = [None if at in own else cell for at, cell in enumerate(cells_of[name])]
    clean = read_clean_columns([Raw(cells_of[column.name], column, sheet.context) for column in columns])
    for column, values in zip(columns, clean, strict=True):
        own = computed.get(column.name, frozenset())
        block = Block(cells_of[column.name], _units(column, reads), sheet.breaks(), own)
        reads[column.name] = read_column(block, column, sheet.context, values)
    for column in columns:
        if computed.get(column.name):
            reads[column.name] = recomputed(reads, column, computed[column.name], sheet.layout.register)
    return with_unknown_columns(sheet, reads)


def _units(column: Column, reads: Mapping[str, ColumnRead]) -> Sequence[str | None] | None:
    if column.kind is not Kind.QTY or column.unit is None or column.unit not in reads:
        return None
    units: list[str | None] = reads[column.unit].values.to_list()
    return units


def _frame(sheet: RowSet, reads: Mapping[str, ColumnRead]) -> pl.DataFrame:
    count = len(sheet.rows)
    series = [
        reads[column.name].typed(column).alias(column.name)
        if column.name in reads
        else pl.Series(column.name, [], dtype=column.dtype).extend_constant(None, count)
        for column in sheet.layout.register.columns
    ]
    frame = pl.DataFrame([*series, pl.Series("_row", sheet.rows, dtype=pl.Int64)])
    return frame.with_columns(make().alias(name) for name, make in sheet.layout.register.key_parts.items())


def _stated(sheet: RowSet) -> dict[str, int]:
    """Return the columns that the sheet makes a statement about.

    A unit in a header is one, so is a value above the table, and unknown columns state the remark.
    """
    stated = dict.fromkeys(sheet.layout.above, min(sheet.layout.columns.values())) | dict(sheet.layout.columns)
    standing_in = sheet.unit_column_without_header()
    if standing_in is not None:
        column, number = standing_in
        stated[column.name] = number
    if sheet.layout.remarks:
        stated.setdefault("remark", min(sheet.layout.remarks))
    return stated


def _deferred(sheet: RowSet, reads: Mapping[str, ColumnRead]) -> tuple[Deferred, ...]:
    return tuple(
        Deferred(sheet.rows[position], name, outcome.deferred)
        for name, read in reads.items()
        for position, outcome in read.outcomes.items()
        if outcome.deferred
    )
