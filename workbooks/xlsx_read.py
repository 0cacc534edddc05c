"""Read an .xlsx workbook: calamine for the values, the XML for everything that it does not see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from python_calamine import CalamineWorkbook

from schemas.values import Cell, CellPlace, Details, Grid, Percent, cell_name
from workbooks.calamine_cells import MAX_CELLS, check_box, open_workbook, rows_of, trimmed, with_places
from workbooks.package import Package
from workbooks.refusals import contradictory, hostile
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
from workbooks.xlsx_scan import SheetScan
from workbooks.xlsx_styles import Styles, read_styles
from workbooks.xlsx_walk import facts_by_walking, walk

_BEFORE_ROOT = 4096


_TWO_LETTERS = 702
"""Number of column ZZ."""


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
    _check_strings(package, parts.strings)
    looks = [_look(package, sheet, styles) for sheet in parts.sheets if sheet.name not in parts.own]
    book = open_workbook(content)
    missing = [sheet.name for sheet in parts.sheets if sheet.name not in book.sheet_names]
    if missing:
        raise contradictory(f"工作表“{missing[0]}”无法读取", f"the sheet “{missing[0]}” could not be read", missing[0])
    grids = tuple(_grid(package, book, look, name, parts) for look in looks)
    origin = read_origin(package)
    return Workbook(grids, read_saved_at(package), Origin(*origin) if origin else None)


def _check_strings(package: Package, part: str) -> None:
    """Read the shared strings through, which proves size and checksum.

    Raises:
        RefusedError: the part is damaged or declares entities.
    """
    for number, chunk in enumerate(package.chunks(part) if part else ()):
        if number == 0 and b"<!DOCTYPE" in chunk[:_BEFORE_ROOT]:
            raise hostile("XML中含有DOCTYPE或实体", "the XML declares a document type or entities")


def _look(package: Package, sheet: SheetPart, styles: Styles) -> _Look:
    scan = SheetScan(package.chunks(sheet.part), styles)
    facts = scan.facts
    if scan.far or not scan.complete or _may_be_too_wide(scan):
        facts = facts_by_walking(scan.whole(package.chunks(sheet.part)), styles)
        check_box(sheet.name, facts.last_row, facts.last_column)
    return _Look(sheet, scan, facts)


def _may_be_too_wide(scan: SheetScan) -> bool:
    """Tell whether columns of two letters could make a rectangle over the limit, by the sheet's own word."""
    rows, columns = scan.dimension
    return scan.last_row * (columns if rows >= scan.last_row else _TWO_LETTERS) > MAX_CELLS


def _grid(package: Package, book: CalamineWorkbook, look: _Look, name: str, parts: BookParts) -> Grid:
    sheet, scan, facts = look.sheet, look.scan, look.facts
    rows = rows_of(book.get_sheet_by_name(sheet.name))
    if not scan.complete or _filled(rows) + facts.errors != scan.value_cells:
        _recount(package, look, rows, parts.strings)
    placed: dict[CellPlace, Cell] = dict(facts.replaced)
    for row, column in facts.percents:
        value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            placed.setdefault((row, column), Percent(float(value)))
    cells = trimmed(with_places(sheet.name, rows, placed))
    details = Details(
        merged=scan.merged,
        hidden_rows=frozenset(row for row in facts.hidden_rows if row <= len(cells)),
        struck_rows=frozenset(facts.struck_rows),
        red_cells=frozenset(facts.red_cells),
        formulas={place: parts.with_files(text) for place, text in facts.formulas.items()},
        comments=read_comments(package, sheet.part),
    )
    marker = parts.markers.get(sheet.name)
    return Grid(name, sheet.name, cells, hidden=sheet.hidden, marker=marker, details=details)


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
        if blank and cell.kind != "e" and cell.value:
            unread.append(cell)

    walk(look.scan.whole(package.chunks(sheet.part)), take_cell, lambda _row: None)
    if not unread:
        return
    blank = blank_strings(package, strings) if any(cell.kind == "s" for cell in unread) else frozenset()
    lost = [cell for cell in unread if not (cell.kind == "s" and cell.value.strip() in blank)]
    if lost:
        place = f"{sheet.name}!{cell_name(*lost[0].place)}"
        raise contradictory(
            f"{len(lost)}个单元格未能读出，如 {place}", f"{len(lost)} cells were not read, such as {place}", sheet.name
        )
