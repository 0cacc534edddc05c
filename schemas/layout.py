"""Find the registers in the sheets of a workbook: header, rows of data, and everything around them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from schemas.columns import Kind
from schemas.findings import Finding, has_errors, reader_finding
from schemas.headers import HeaderMatch, Side, large_money_units, needed_columns
from schemas.layout_choice import Choice, choose
from schemas.layout_meta import department_of, is_meta, large_money_unit, metadata_of, period_of, row_text
from schemas.layout_notes import sheet_notes, shown
from schemas.layout_rows import Rows, find_rows, is_blank
from schemas.layout_totals import Totals, mismatches
from schemas.normal import tidy
from schemas.own_columns import OWN_PREFIX, without_own_columns
from schemas.sheet_cells import cells_of
from schemas.values import Skip, cell_name, column_letters

if TYPE_CHECKING:
    from schemas.register import Register
    from schemas.values import Cell, CellPlace, Grid

_KEPT = ("并入备注", "kept in the remark")
_LEFT_OUT = ("不入账", "not taken")
"""What becomes of the content of an unknown column."""


@dataclass(frozen=True)
class Layout:
    """Where a register lies in a grid; all rows and columns are 1-based worksheet positions."""

    register: type[Register]
    columns: Mapping[str, int]
    """Column name to worksheet column, for every column of the register that the sheet has."""
    header_rows: tuple[int, int]
    """First and last row of the header."""
    data_rows: tuple[int, ...]
    """Rows with content in an entry column, in order, void and struck ones included."""
    subtotal_rows: tuple[tuple[int, str], ...] = ()
    """Rows of 小计, 合计, 过次页 …, each with its label."""
    skipped: tuple[Skip, ...] = ()
    """Rows with content that are not data, each with the code that says why."""
    filled: Mapping[CellPlace, Cell] = field(default_factory=dict)
    """Values that merged ranges give to their other rows and columns (DOMAIN.md 6.6 S08)."""
    findings: tuple[Finding, ...] = ()
    period: str | None = None
    """Month of the sheet, ``yyyy-mm``, from its title, meta line or name."""
    department: str | None = None
    """Department of the meta line (``单位：总务处``), as typed."""
    remarks: Mapping[int, str] = field(default_factory=dict)
    """Worksheet column to header of unknown columns with content, which is kept in the remark (S06)."""
    default_unit: str | None = None
    """Unit of ``数量（个）`` where the sheet has no unit column (DOMAIN.md 6.6 S03)."""
    sides: Mapping[str, Side] = field(default_factory=dict)
    """Column to the one worksheet column in which it stands together with the other side of a balance."""
    above: Mapping[str, str] = field(default_factory=dict)
    """Column that the sheet lacks to the value that stands above the table for all its rows."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What meta line and footer say, by label: 制表人, 审核人, 时间 …"""


def find_layouts(
    grids: Sequence[Grid], registers: Mapping[str, type[Register]], workbook: str
) -> tuple[tuple[tuple[Grid, Layout], ...], tuple[Finding, ...]]:
    """Return every sheet that is a register with its layout, and the findings on all other sheets.

    The findings of a sheet that is read stand in its layout. Blank sheets and the program's own
    sheets (``hq_…``, a hidden 字典) are passed over silently; any other sheet that is not read is
    reported. A workbook in which no sheet is meant to be a register gets FILE-NO-REGISTER.
    """
    found: list[tuple[Grid, Layout]] = []
    findings: list[Finding] = []
    meant = False
    for grid in map(without_own_columns, grids):
        if not _has_content(grid) or _is_ours(grid):
            continue
        if grid.hidden:
            findings.append(_on_sheet(grid, "SHEET-HIDDEN", value=grid.sheet))
            continue
        choice = choose(grid, registers)
        flaws = _flaws(grid, choice)
        meant = meant or choice.register is not None
        if choice.match is None or choice.register is None or has_errors(flaws):
            findings += flaws
        else:
            found.append((grid, _layout(grid, choice.match, flaws)))
    if not meant:
        findings.append(reader_finding("FILE-NO-REGISTER", workbook))
    return tuple(found), tuple(findings)


def _has_content(grid: Grid) -> bool:
    return any(not is_blank(cell) for row in grid.cells for cell in row)


def _is_ours(grid: Grid) -> bool:
    """Tell whether the program wrote the sheet: instructions, lists, findings."""
    name = (grid.marker or grid.sheet).casefold()
    return name.startswith(OWN_PREFIX) or (grid.hidden and grid.sheet.startswith("字典"))


def _on_sheet(grid: Grid, code: str, register: type[Register] | None = None, **places: object) -> Finding:
    found = reader_finding(code, grid.workbook, **places)  # type: ignore[arg-type]  # no place is a severity
    return replace(found, sheet=grid.sheet, register=register.id if register else "")


def _flaws(grid: Grid, choice: Choice) -> list[Finding]:
    """Return what is wrong with a sheet as a whole; errors mean that it is not read."""
    register, match = choice.register, choice.match
    if register is None:
        return [_ignored(grid, choice.rivals)]
    if match is None or not match.complete:
        return [_incomplete(grid, register, match)]
    flaws = [_doubled(grid, match, name) for name in match.duplicates]
    if unit := _large_unit(grid, match):
        flaws.append(_on_sheet(grid, "UNIT-WAN", register, value=unit))
    if choice.alias:
        title, title_en = register.title, register.title_en
        flaws.append(_on_sheet(grid, "SHEET-ALIAS", register, value=grid.sheet, title=title, title_en=title_en))
    return flaws


def _ignored(grid: Grid, rivals: Sequence[type[Register]]) -> Finding:
    titles, titles_en = "、".join(rival.title for rival in rivals), ", ".join(rival.title_en for rival in rivals)
    return _on_sheet(
        grid,
        "SHEET-IGNORED",
        value=grid.sheet,
        reason=f"（表头同时符合：{titles}）" if rivals else "",
        reason_en=f" (its header fits {titles_en} alike)" if rivals else "",
    )


def _incomplete(grid: Grid, register: type[Register], match: HeaderMatch | None) -> Finding:
    missing = match.missing if match else needed_columns(register)
    row = match.window.first_row if match else 0
    return _on_sheet(
        grid,
        "SHEET-HEADER",
        register,
        row=row,
        cell=cell_name(row, min(match.window.texts)) if match else "",
        value=grid.sheet,
        missing="、".join(column.title for column in missing),
        missing_en=", ".join(column.title_en for column in missing),
    )


def _doubled(grid: Grid, match: HeaderMatch, name: str) -> Finding:
    column, row = match.register.column(name), match.window.last_row
    cells = [cell_name(_header_row(grid, match, place), place) for place in match.duplicates[name]]
    return _on_sheet(
        grid,
        "COL-DUP",
        match.register,
        row=row,
        cell=cells[-1],
        field=name,
        title=column.title,
        title_en=column.title_en,
        cells="、".join(cells),
    )


def _header_row(grid: Grid, match: HeaderMatch, column: int) -> int:
    """Return the row in which the header of a column stands, the lower one of two levels."""
    window = match.window
    lower = grid.cells[window.last_row - grid.first_row][column - grid.first_column]
    return window.first_row if is_blank(lower) else window.last_row


def _large_unit(grid: Grid, match: HeaderMatch) -> str | None:
    """Return 万元 where title, meta line or a header of an amount say so and the register has amounts."""
    if not any(column.kind in {Kind.MONEY, Kind.PRICE} for column in match.register.columns):
        return None
    return large_money_unit(_lines_above(grid, match)) or next(iter(large_money_units(match).values()), None)


def _lines_above(grid: Grid, match: HeaderMatch) -> list[str]:
    rows = grid.cells[: match.window.first_row - grid.first_row]
    return [line for line in map(row_text, rows) if line]


def _layout(grid: Grid, match: HeaderMatch, flaws: Sequence[Finding]) -> Layout:
    register, columns = match.register, match.columns
    rows, lines = find_rows(grid, match), _lines_above(grid, match)
    metadata = metadata_of(line for line in lines if is_meta(line))
    period = period_of(lines, grid.sheet)
    filled = _filled(grid, columns, rows.data)
    unknown = _unknown_columns(grid, match, rows)
    summed = {name: number for name, number in columns.items() if name not in match.sides}
    totals = Totals(grid, register, summed, rows.data, rows.subtotals, filled, period)
    return Layout(
        register,
        columns,
        (match.window.first_row, match.window.last_row),
        rows.data,
        rows.subtotals,
        _skipped(rows),
        filled,
        (
            *flaws,
            *_unknown_findings(grid, match, unknown),
            *_rows_not_read(grid, match, rows),
            *mismatches(totals),
            *sheet_notes(grid, register, columns, rows.data),
        ),
        period,
        department_of(metadata),
        {column: header for column, header in unknown.items() if column in match.remarks},
        match.default_unit,
        match.sides,
        match.above,
        metadata_of(rows.footer) | metadata,
    )


def _skipped(rows: Rows) -> tuple[Skip, ...]:
    subtotals = [Skip(row, "ROW-SUBTOTAL") for row, _ in rows.subtotals]
    notes = [Skip(row, "ROW-NOTE") for row in rows.notes]
    after_end = [Skip(row, "ROW-AFTER-END") for row in rows.after_end]
    return tuple(sorted([*subtotals, *notes, *after_end], key=lambda skip: skip.row_number))


def _filled(grid: Grid, columns: Mapping[str, int], data_rows: Sequence[int]) -> dict[CellPlace, Cell]:
    """Return what merged ranges give to their lower rows: only there, only for rows of data (S08)."""
    wanted = frozenset(columns.values())
    filled: dict[CellPlace, Cell] = {}
    for top, left, low, _ in grid.details.merged:
        if left not in wanted or low == top or not 0 <= top - grid.first_row < len(grid.cells):
            continue
        value = grid.cells[top - grid.first_row][left - grid.first_column]
        if value is not None:
            inside = data_rows[bisect_right(data_rows, top) : bisect_right(data_rows, low)]
            filled |= {(row, left): value for row in inside}
    return filled


def _unknown_columns(grid: Grid, match: HeaderMatch, rows: Rows) -> dict[int, str]:
    """Return the worksheet columns that have content and mean nothing to the register, with their headers.

    A column of scribbles beside the sheet has an empty header.
    """
    known = frozenset(match.columns.values())
    looked_at = sorted(row - grid.first_row for row in (*rows.data, *rows.idle, *rows.notes))
    found = {}
    for place in range(len(grid.cells[0])):
        column = grid.first_column + place
        header = match.unknown.get(column)
        if column in known or (header is None and column in match.window.texts):
            continue
        if not all(map(is_blank, cells_of(grid.cells, place, looked_at))):
            found[column] = header or ""
    return found


def _unknown_findings(grid: Grid, match: HeaderMatch, unknown: Mapping[int, str]) -> Iterator[Finding]:
    """Yield one warning per unknown column (S06).

    What has a header is kept in the remark; scribbles beside the sheet, and the name of an item
    beside its code, are not.
    """
    for column, header in unknown.items():
        row = _header_row(grid, match, column) if header else match.window.last_row
        kept, kept_en = _KEPT if column in match.remarks else _LEFT_OUT
        places = {"row": row, "cell": cell_name(row, column), "value": tidy(header) or column_letters(column)}
        yield _on_sheet(grid, "COL-UNKNOWN", match.register, **places, kept=kept, kept_en=kept_en)


def _rows_not_read(grid: Grid, match: HeaderMatch, rows: Rows) -> Iterator[Finding]:
    """Yield what is said about rows with content that are not data."""
    names = {number: name for name, number in match.columns.items()}
    for row in rows.notes:
        cells = grid.cells[row - grid.first_row]
        place = match.columns.get("remark", 0)
        if not place or is_blank(cells[place - grid.first_column]):
            place = grid.first_column + next(number for number, cell in enumerate(cells) if not is_blank(cell))
        text, cell = shown(cells[place - grid.first_column]), cell_name(row, place)
        field_name = names.get(place, "")
        yield _on_sheet(grid, "ROW-NOTE", match.register, row=row, cell=cell, field=field_name, value=text)
    if rows.after_end:
        row = rows.after_end[0]
        cell = cell_name(row, min(match.columns.values()))
        yield _on_sheet(grid, "ROW-AFTER-END", match.register, row=row, cell=cell, count=len(rows.after_end))
