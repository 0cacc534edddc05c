"""The values between the stages: raw cells with their place, typed tables, rows left out."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import polars as pl

    from schemas.findings import Finding
    from schemas.register import Register


@dataclass(frozen=True, slots=True)
class ErrorCell:
    """A cell that shows an Excel error, such as ``#N/A``."""

    text: str


@dataclass(frozen=True, slots=True)
class NoValue:
    """A formula without a stored result: a program made the file (DOMAIN.md 6.6 N19)."""

    formula: str


@dataclass(frozen=True, slots=True)
class ImageCell:
    """A picture in a cell, as WPS writes it (``=DISPIMG("ID…",1)``)."""

    image_id: str


@dataclass(frozen=True, slots=True)
class Percent:
    """A number whose cell format is a percentage: 0.85 shown as 85 %."""

    value: float


Cell = str | int | float | bool | date | datetime | time | timedelta | ErrorCell | NoValue | ImageCell | Percent | None
"""One raw cell. None is blank; the empty string never occurs; numbers are floats or whole ints."""

CellPlace = tuple[int, int]
"""Worksheet row and column, both 1-based."""


@dataclass(frozen=True)
class Details:
    """What fast readers do not see, looked for only where a cheap trigger says it is there.

    All rows and columns are 1-based worksheet positions.
    """

    merged: tuple[tuple[int, int, int, int], ...] = ()
    """Merged ranges as (first row, first column, last row, last column)."""
    hidden_rows: frozenset[int] = frozenset()
    struck_rows: frozenset[int] = frozenset()
    """Rows in which every cell with content is struck through."""
    red_cells: frozenset[CellPlace] = frozenset()
    """Numbers in red font that are positive in the file."""
    formulas: Mapping[CellPlace, str] = field(default_factory=dict)
    """Formula text without the leading ``=``, for cells that have one."""
    tells_formulas: bool = True
    """Whether the file says which cells are formulas: old workbooks and tables of text do not."""
    comments: Mapping[CellPlace, str] = field(default_factory=dict)
    """Cell notes of people; the program's own (``⟦HQ⟧…``) are left out."""


@dataclass(frozen=True)
class Grid:
    """The raw cells of one sheet with their place.

    ``cells[i][j]`` is worksheet row ``first_row + i`` and column ``first_column + j`` (1-based).
    Every row has the same length; trailing blank rows and columns are cut off.
    """

    workbook: str
    """The name people know the file by, with its folder where that helps."""
    sheet: str
    cells: Sequence[Sequence[Cell]]
    first_row: int = 1
    first_column: int = 1
    hidden: bool = False
    epoch_1904: bool = False
    """Whether the workbook counts days from 1904, as old Macs did."""
    marker: str | None = None
    """Register id that a defined name of the official template gives to this sheet."""
    details: Details = field(default_factory=Details)


@dataclass(frozen=True, slots=True)
class Skip:
    """A row that was read and is not data: where, and the code that says why."""

    row_number: int
    code: str
    key: tuple[str, ...] = ()
    """Business key of a voided or struck row, empty where the row has none."""


@dataclass(frozen=True, slots=True)
class Deferred:
    """A cell whose meaning needs the catalogue, such as ``5箱3盒`` (DOMAIN.md 6.6 N11)."""

    row_number: int
    column: str
    text: str


@dataclass(frozen=True)
class Table:
    """The typed rows of one register in one sheet.

    ``frame`` has the register's columns in order, then ``remark``, then ``_row`` (worksheet row,
    1-based, Int64). A cell that could not be read is null and has a finding. Reference columns
    (person, department, room, item …) still hold the text as typed.
    """

    register: type[Register]
    workbook: str
    sheet: str
    frame: pl.DataFrame
    columns: Mapping[str, int]
    """Column name to worksheet column (1-based) for every column the sheet has: the others make no statement."""
    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()
    deferred: tuple[Deferred, ...] = ()
    period: str | None = None
    """Month of the sheet, ``yyyy-mm``, from its title, where it has one."""
    department: str | None = None
    """Department of the sheet from its meta line, as typed."""


def column_letters(number: int) -> str:
    """Return the letters of a 1-based column number: 1 is A, 28 is AB."""
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row_number: int, column_number: int) -> str:
    """Return the Excel name of a cell, both numbers 1-based: (17, 7) is G17."""
    return f"{column_letters(column_number)}{row_number}"
