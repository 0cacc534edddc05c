"""The findings of reading a sheet: bad cells, overwritten system columns, rows of another month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import shown
from schemas.cells_choices import is_missing
from schemas.columns import Kind
from schemas.findings import Finding, reader_finding
from schemas.masking import mask
from schemas.sheet_cells import NOTHING, types_of
from schemas.values import ErrorCell, NoValue, cell_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from schemas.cells import Outcome
    from schemas.columns import Column
    from schemas.parse_columns import ColumnRead
    from schemas.parse_sheet import RowSet
    from schemas.values import Cell


def key_texts(sheet: RowSet, frame: pl.DataFrame, positions: Iterable[int]) -> dict[int, tuple[str, ...]]:
    """Return the business key of rows by position (0-based): empty texts where it could not be read.

    A row of which no key column could be read has no key.
    """
    wanted = sorted(set(positions))
    names = list(sheet.layout.register.key)
    keys = frame[wanted].select(pl.col(name).cast(pl.String).fill_null("") for name in names)
    return {position: key if any(key) else () for position, key in zip(wanted, keys.rows(), strict=True)}


def cell_findings(sheet: RowSet, reads: Mapping[str, ColumnRead], frame: pl.DataFrame) -> list[Finding]:
    """Return a finding for every cell that was read with a warning or not at all."""
    told = {
        name: {at: outcome for at, outcome in read.outcomes.items() if outcome.code} for name, read in reads.items()
    }
    keys = key_texts(sheet, frame, (at for outcomes in told.values() for at in outcomes))
    findings = []
    for name, outcomes in told.items():
        if not outcomes:
            continue
        column = sheet.layout.register.column(name)
        cells = _raw_cells(sheet, column)
        findings += [_finding(sheet, column, (at, cells[at]), outcome, keys[at]) for at, outcome in outcomes.items()]
    return findings


def overwrite_findings(sheet: RowSet, frame: pl.DataFrame) -> list[Finding]:
    """Return a warning for every cell of a system column that a person filled; formulas are the template's.

    A register of kind ``system`` comes with figures that the program filled in.
    """
    if sheet.layout.register.kind == "system":
        return []
    filled: list[tuple[Column, int, Cell]] = [
        (column, at, cell)
        for column in sheet.layout.register.columns
        if column.system and not column.is_serial and sheet.has(column)
        for at, cell in _filled_by_hand(sheet, column)
    ]
    keys = key_texts(sheet, frame, (at for _, at, _ in filled))
    return [
        _reader_finding(sheet, column, at, "SYS-OVERWRITE", key=keys[at], value=_seen(cell, column))
        for column, at, cell in filled
    ]


def period_findings(sheet: RowSet, frame: pl.DataFrame) -> list[Finding]:
    """Return a warning for every row that is dated outside the month of the sheet (S34)."""
    register, period = sheet.layout.register, sheet.layout.period
    if register.date_column is None or period is None or not register.month_in_title:
        return []
    if register.date_column not in sheet.layout.columns:
        return []
    column = register.column(register.date_column)
    days = frame[column.name]
    months = days.dt.strftime("%Y-%m") if column.kind in {Kind.DATE, Kind.DATETIME} else days
    outside = (months != period).fill_null(value=False).arg_true().to_list()
    keys = key_texts(sheet, frame, outside)
    findings = []
    for at in outside:
        day = str(days[at])[:10]
        found = _reader_finding(sheet, column, at, "PERIOD-MIXED", key=keys[at], value=day, day=day, period=period)
        findings.append(found)
    return findings


def row_finding(sheet: RowSet, code: str, row: int, key: tuple[str, ...]) -> Finding:
    """Return a finding on a whole row, at the cell of the first key column that the sheet has."""
    columns = sheet.layout.columns
    number = next((columns[name] for name in sheet.layout.register.key if name in columns), None)
    return reader_finding(
        code,
        sheet.grid.workbook,
        sheet=sheet.grid.sheet,
        cell=cell_name(row, number) if number else "",
        row=row,
        register=sheet.layout.register.id,
        key=key,
    )


def _filled_by_hand(sheet: RowSet, column: Column) -> Iterator[tuple[int, Cell]]:
    formulas, number = sheet.grid.details.formulas, sheet.layout.columns[column.name]
    cells = sheet.cells(column.name)
    if types_of(cells) <= {NOTHING}:
        return
    for at, cell in enumerate(cells):
        if cell is None or isinstance(cell, (NoValue, ErrorCell)) or (sheet.rows[at], number) in formulas:
            continue
        if not (isinstance(cell, str) and is_missing(cell, column)):
            yield at, cell


def _finding(sheet: RowSet, column: Column, place: tuple[int, Cell], outcome: Outcome, key: tuple[str, ...]) -> Finding:
    position, cell = place
    args = {"value": _seen(cell, column), **outcome.args}
    return _reader_finding(sheet, column, position, outcome.code, severity=outcome.severity, key=key, **args)


def _reader_finding(sheet: RowSet, column: Column, position: int, code: str, **places: object) -> Finding:
    row = sheet.rows[position]
    return reader_finding(
        code,
        sheet.grid.workbook,
        **{  # type: ignore[arg-type]
            "sheet": sheet.grid.sheet,
            "cell": cell_name(row, _number_of(sheet, column)),
            "row": row,
            "register": sheet.layout.register.id,
            "field": column.name,
            "title": column.title,
            "title_en": column.title_en,
            **places,
        },
    )


def _seen(cell: Cell, column: Column) -> str:
    text = shown(cell)
    return mask(text) if column.masked else text


def _number_of(sheet: RowSet, column: Column) -> int:
    number = sheet.layout.columns.get(column.name)
    if number is not None:
        return number
    standing_in = sheet.unit_column_without_header()
    return standing_in[1] if standing_in else 1


def _raw_cells(sheet: RowSet, column: Column) -> Sequence[Cell]:
    """Return the cells as people see them: the unit of a header where the sheet has no unit column."""
    if sheet.has(column):
        return sheet.cells(column.name)
    return [sheet.layout.default_unit] * len(sheet.rows)
