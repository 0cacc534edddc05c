"""What a sheet carries besides its cells: hidden rows, red figures, notes, links (DOMAIN.md 6.6 S26–S31)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from schemas.columns import NUMERIC, Column
from schemas.findings import Finding, reader_finding
from schemas.layout_totals import plain_number
from schemas.normal import tidy
from schemas.values import ErrorCell, ImageCell, NoValue, Percent, cell_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.register import Register
    from schemas.values import Cell, CellPlace, Grid

_OTHER_WORKBOOK = re.compile(r"\[\d+\][^\[\]]*!|\[[^\[\]]*\.(xl\w{1,3}|et|ods|csv)\]", re.IGNORECASE)
"""``'[库存.xlsx]Sheet1'!B3`` as people see it, ``[1]Sheet1!B3`` as files store it; not ``[@数量]``."""


def sheet_notes(
    grid: Grid, register: type[Register], columns: Mapping[str, int], data_rows: tuple[int, ...]
) -> Iterator[Finding]:
    """Yield the warnings on data cells that only the details of a sheet show."""
    details = grid.details
    hidden = details.hidden_rows.intersection(data_rows)
    if hidden:
        yield reader_finding("ROW-HIDDEN", grid.workbook, sheet=grid.sheet, register=register.id, count=len(hidden))
    if not (details.red_cells or details.comments or details.formulas):
        return
    rows = frozenset(data_rows)
    by_place = {columns[column.name]: column for column in register.columns if column.name in columns}

    def in_data(places: Iterable[CellPlace]) -> list[tuple[CellPlace, Column, Cell]]:
        wanted = sorted(place for place in places if place[0] in rows and place[1] in by_place)
        return [(place, by_place[place[1]], _cell(grid, place)) for place in wanted]

    for place, column, cell in in_data(details.red_cells):
        if column.kind in NUMERIC and _is_positive(cell):
            yield _at(grid, register, column, place, "RED-FONT")
    for place, column, _ in in_data(details.comments):
        yield _at(grid, register, column, place, "CELL-COMMENT", tidy(details.comments[place]))
    for place, column, cell in in_data(details.formulas):
        has_result = not isinstance(cell, (NoValue, ErrorCell, ImageCell, type(None)))
        if has_result and not column.system and _OTHER_WORKBOOK.search(details.formulas[place]):
            yield _at(grid, register, column, place, "EXT-LINK")


def _cell(grid: Grid, place: CellPlace) -> Cell:
    row, column = place[0] - grid.first_row, place[1] - grid.first_column
    return grid.cells[row][column] if column < len(grid.cells[row]) else None


def _is_positive(cell: Cell) -> bool:
    number = cell.value if isinstance(cell, Percent) else plain_number(cell)
    return number is not None and number > 0


def _at(
    grid: Grid, register: type[Register], column: Column, place: CellPlace, code: str, comment: str = ""
) -> Finding:
    return reader_finding(
        code,
        grid.workbook,
        sheet=grid.sheet,
        cell=cell_name(*place),
        row=place[0],
        register=register.id,
        field=column.name,
        value=shown(_cell(grid, place)),
        title=column.title,
        title_en=column.title_en,
        comment=comment,
    )


def shown(cell: Cell) -> str:
    """Return a cell as people see it, short enough for a message."""
    if cell is None:
        return ""
    if isinstance(cell, Percent):
        return f"{cell.value:.2%}"
    if isinstance(cell, float) and cell.is_integer():
        return f"{cell:.0f}"
    text = getattr(cell, "text", None) or getattr(cell, "formula", None) or str(cell)
    return text if len(text) <= 40 else f"{text[:40]}…"
