"""Read an .xlsx workbook: calamine for the values, the XML for everything that it does not see."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from python_calamine import CalamineWorkbook

from schemas.sheet_cells import SheetCells
from schemas.values import Cell, CellPlace, Details, Grid, Percent, cell_name
from workbooks.calamine_cells import check_box, open_workbook, rows_of, trimmed, with_places
from workbooks.package import Package
from workbooks.refusals import contradictory
from workbooks.xlsx_book import (
    BookParts,
    SheetPart,
    blank_strings,
    read_book,
    read_comments,
    read_origin,
    read_saved_at,
)
from workbooks.xlsx_cells import RawCell, SheetFacts
from workbooks.xlsx_columns import HEAD_ROWS, cells_of_sheet, columns_below, filled_in
from workbooks.xlsx_copy import CopiedSheet, fast_copy
from workbooks.xlsx_scan import SheetScan, farthest
from workbooks.xlsx_styles import Styles, read_styles
from workbooks.xlsx_walk import facts_by_walking, walk


@dataclass(frozen=True)
class Origin:
    """The workbook that a marked copy was made from."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Workbook:
    """What an .xlsx file holds."""

    grids: tuple[Grid, ...]
    saved_at: datetime | None
    origin: Origin | None
    choices: tuple[Grid, ...] = ()
    """The program's own sheets in which a department chose something."""


@dataclass(frozen=True)
class _Look:
    """What the XML of a sheet says, before the fast reader sees it."""

    sheet: SheetPart
    scan: SheetScan
    facts: SheetFacts


def read_xlsx(content: bytes, name: str) -> Workbook:
    """Return the worksheets of an .xlsx, .xlsm or .xltx workbook; macros and links are left alone.

    Every part that the fast reader opens is looked at before, so that what it is given is whole and harmless.

    Raises:
        RefusedError: it is damaged, hostile, too large, or holds more than could be read.
    """
    package = Package(content)
    parts = read_book(package)
    styles = read_styles(package.read(parts.styles)) if parts.styles else Styles()
    own = parts.own - parts.choices
    looks = [_look(package, sheet, styles) for sheet in parts.sheets if sheet.name not in own]
    copied = [_copied(look, styles) for look in looks]
    plain = [place for place, look in enumerate(looks) if _may_be_plain(look, parts)]
    heads = [replace(copied[place], rows=HEAD_ROWS) for place in plain]
    copy = fast_copy(package, [*copied, *heads], parts.styles, parts.strings, epoch_1904=parts.epoch_1904)
    book = open_workbook(copy)
    by_columns = {
        place: _by_columns(copy, place, rows_of(book.get_sheet_by_index(head), ""), looks[place])
        for head, place in enumerate(plain, len(looks))
    }
    grids = tuple(
        _grid(package, by_columns.get(place) or _by_cells(package, book, place, look, parts), look, name, parts)
        for place, look in enumerate(looks)
    )
    origin = read_origin(package)
    people = tuple(grid for grid in grids if grid.sheet not in parts.choices)
    choices = tuple(grid for grid in grids if grid.sheet in parts.choices)
    return Workbook(people, read_saved_at(package), Origin(*origin) if origin else None, choices)


def _look(package: Package, sheet: SheetPart, styles: Styles) -> _Look:
    scan = SheetScan(package.chunks(sheet.part), styles)
    facts = scan.facts
    if not scan.complete:
        facts = facts_by_walking(scan.whole(package.chunks(sheet.part)), styles)
        check_box(sheet.name, facts.last_row, facts.last_column)
    elif scan.far:
        check_box(sheet.name, *farthest(scan.whole(package.chunks(sheet.part))))
    return _Look(sheet, scan, facts)


def _copied(look: _Look, styles: Styles) -> CopiedSheet:
    return CopiedSheet(look.sheet.part, look.scan, styles.elapsed if look.facts.overlong else frozenset())


def _may_be_plain(look: _Look, parts: BookParts) -> bool:
    """Tell whether a sheet is of an official template and its XML has nothing but values."""
    scan = look.scan
    return look.sheet.name in parts.markers and scan.complete and scan.bare and not scan.far and not parts.epoch_1904


def _by_columns(copy: io.BytesIO, place: int, head: list[list[Cell]], look: _Look) -> SheetCells | None:
    """Return the cells of a sheet that is plain, None where it is not or a value was not read."""
    if len(head) != HEAD_ROWS or head[0][0] is None:
        return None
    body = columns_below(copy.getvalue(), place)
    if body is None or _filled(head) + filled_in(body) != look.scan.value_cells:
        return None
    return cells_of_sheet(head, body)


def _by_cells(
    package: Package, book: CalamineWorkbook, place: int, look: _Look, parts: BookParts
) -> list[Sequence[Cell]]:
    """Return the cells of any sheet."""
    sheet, scan, facts = look.sheet, look.scan, look.facts
    rows = rows_of(book.get_sheet_by_index(place), sheet.name)
    if not scan.complete or _filled(rows) != scan.value_cells:
        _recount(package, look, rows, parts.strings)
    placed: dict[CellPlace, Cell] = dict(facts.replaced)
    for row, column in facts.percents:
        value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            placed.setdefault((row, column), Percent(float(value)))
    return trimmed(with_places(sheet.name, rows, placed))


def _grid(package: Package, cells: Sequence[Sequence[Cell]], look: _Look, name: str, parts: BookParts) -> Grid:
    sheet, scan, facts = look.sheet, look.scan, look.facts
    details = Details(
        merged=scan.merged if scan.usual else tuple(facts.merged),
        hidden_rows=frozenset(row for row in facts.hidden_rows if row <= len(cells)),
        struck_rows=frozenset(facts.struck_rows),
        red_cells=frozenset(facts.red_cells),
        formulas={place: parts.with_files(text) for place, text in facts.formulas.items()},
        comments=read_comments(package, sheet.part),
    )
    marker = parts.markers.get(sheet.name)
    return Grid(
        name, sheet.name, cells, hidden=sheet.hidden, epoch_1904=parts.epoch_1904, marker=marker, details=details
    )


def _filled(rows: Iterable[Sequence[Cell]]) -> int:
    return sum(len(row) - row.count(None) for row in rows)


def _recount(package: Package, look: _Look, rows: list[list[Cell]], strings: str) -> None:
    """Refuse the file where a cell with a value in the XML was read as blank, or stands there twice.

    Raises:
        RefusedError: ``FILE-STRUCTURE`` with the first such cell.
    """
    sheet = look.sheet
    unread: list[RawCell] = []
    seen: set[CellPlace] = set()

    def take_cell(cell: RawCell) -> None:
        if cell.place in seen:
            place = f"{sheet.name}!{cell_name(*cell.place)}"
            raise contradictory(f"单元格 {place} 重复", f"the cell {place} stands there twice", sheet.name)
        seen.add(cell.place)
        row = rows[cell.row - 1] if cell.row <= len(rows) else []
        blank = cell.column > len(row) or row[cell.column - 1] is None
        if blank and cell.kind != "e" and cell.value.strip():
            unread.append(cell)

    walk(look.scan.whole(package.chunks(sheet.part)), take_cell)
    if not unread:
        return
    blank = blank_strings(package, strings) if any(cell.kind == "s" for cell in unread) else frozenset()
    lost = [cell for cell in unread if not (cell.kind == "s" and cell.value.strip() in blank)]
    if lost:
        place = f"{sheet.name}!{cell_name(*lost[0].place)}"
        raise contradictory(
            f"{len(lost)}个单元格未能读出，如 {place}", f"{len(lost)} cells were not read, such as {place}", sheet.name
        )
