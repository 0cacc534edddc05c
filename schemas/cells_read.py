"""Read one cell by the kind of its column: the pure function that the fast ways must agree with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from schemas.cells import BLANK, ERROR_TEXT, Outcome, refused
from schemas.cells_choices import is_missing, read_enum, read_list, read_unit, read_yes_no
from schemas.cells_dates import read_clock, read_date, read_moment, read_month, read_semester
from schemas.cells_numbers import read_number
from schemas.cells_texts import read_class, read_code, read_name, read_reference, read_text
from schemas.columns import Kind
from schemas.normal import tidy
from schemas.values import ErrorCell, ImageCell, NoValue

if TYPE_CHECKING:
    from collections.abc import Callable

    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

READERS: dict[Kind, Callable[[Cell, Column, Context], Outcome]] = {
    Kind.TEXT: read_text,
    Kind.NAME: read_name,
    Kind.CODE: read_code,
    Kind.CLASS: read_class,
    Kind.INT: read_number,
    Kind.QTY: read_number,
    Kind.PRICE: read_number,
    Kind.MONEY: read_number,
    Kind.PCT: read_number,
    Kind.DATE: read_date,
    Kind.DATETIME: read_moment,
    Kind.TIME: read_clock,
    Kind.MONTH: read_month,
    Kind.SEMESTER: read_semester,
    Kind.ENUM: read_enum,
    Kind.BOOL: read_yes_no,
    Kind.UNIT: read_unit,
    Kind.REFERENCE: read_reference,
    Kind.ENUM_LIST: read_list,
    Kind.REFERENCE_LIST: read_list,
    Kind.CODE_LIST: read_list,
}


def read_cell(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return what one cell of a column holds: a value, blank, or the problem that keeps it from being read.

    ``同上`` is not resolved here: it needs the rows above. Missing required values are the caller's.
    """
    if cell is None or (isinstance(cell, str) and is_missing(cell, column)):
        return BLANK
    if _is_error(cell):
        return refused("CELL-ERROR")
    if isinstance(cell, NoValue):
        return refused("FORMULA-NOCACHE")
    if isinstance(cell, ImageCell):
        return Outcome(cell.image_id) if holds_pictures(column) else refused("CELL-IMAGE")
    return READERS[column.kind](cell, column, context)


def _is_error(cell: Cell) -> bool:
    if isinstance(cell, str):
        return cell.startswith(("#", "＃")) and ERROR_TEXT.fullmatch(tidy(cell)) is not None
    return isinstance(cell, ErrorCell)


def holds_pictures(column: Column) -> bool:
    """Tell whether a column is for photos: the id of a picture is its value (DOMAIN.md 6.6 S15)."""
    return column.kind is Kind.TEXT and "照片" in column.title
