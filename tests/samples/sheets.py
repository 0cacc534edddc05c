"""Small sheets for tests: a grid with its layout, given as columns of raw cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from schemas.cells import Context
from schemas.cells_read import read_cell
from schemas.layout import Layout
from schemas.parse import Reading, parse
from schemas.values import Details, Grid
from tests.samples.kinds import SampleKinds

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.values import Cell, Table

TODAY = date(2026, 11, 22)
"""The import day of DOMAIN.md 6.6."""

PERIOD = "2026-11"
"""The sheet period of DOMAIN.md 6.6."""

FIRST_ROW = 4
"""Worksheet row of the first data row."""


def at(text: str) -> datetime:
    """Return a local point in time, such as ``2026-11-22 14:30``."""
    return datetime.fromisoformat(text)


def read(name: str, cell: Cell, context: Context | None = None) -> tuple[object, str]:
    """Return value and ``severity code`` of one cell of the sample register, in the sheet of 2026-11."""
    outcome = read_cell(cell, SampleKinds.column(name), context or Context(TODAY, PERIOD))
    severity = outcome.severity.name[0] if outcome.severity else ""
    return outcome.value, f"{severity} {outcome.code}".strip()


def sheet(
    columns: Mapping[str, Sequence[Cell]], details: Details | None = None, **layout: object
) -> tuple[Grid, Layout]:
    """Return a grid whose data begin in A4, one worksheet column per name, and its layout."""
    rows = [list(row) for row in zip(*columns.values(), strict=True)]
    grid = Grid("食堂台账.xlsx", SampleKinds.title, rows, FIRST_ROW, 1, details=details or Details())
    places = {name: number for number, name in enumerate(columns, start=1)}
    data_rows = tuple(range(FIRST_ROW, FIRST_ROW + len(rows)))
    usual = Layout(SampleKinds, places, (3, 3), data_rows, period=PERIOD)
    return grid, replace(usual, **layout)  # type: ignore[arg-type]


def parsed(columns: Mapping[str, Sequence[Cell]], details: Details | None = None, **layout: object) -> Table:
    """Return the table of a small sheet, read on 2026-11-22."""
    return parse(*sheet(columns, details, **layout), Reading(TODAY))


def values(table: Table, name: str) -> list[object]:
    """Return the values of a column."""
    return table.frame[name].to_list()


def codes(table: Table) -> list[tuple[str, str, str]]:
    """Return cell, severity letter and code of every finding."""
    return [(found.cell, found.severity.name[0], found.code) for found in table.findings]
