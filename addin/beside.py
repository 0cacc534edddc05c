"""Write what the program tells of the rows of a sheet into columns beside it, which readers leave out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING

from schemas.exact import MONEY_PLACES
from schemas.findings import Text
from schemas.headers import SEARCHED_ROWS
from schemas.own_columns import OWN_PREFIX
from sync.errors import HouqinError

if TYPE_CHECKING:
    from xlwings import Sheet

    from schemas.values import Table

HEADER_FILL = (221, 235, 247)
"""Colour of the headers of our columns, as red, green and blue."""
_WIDTH = 12
"""Characters that a new column of ours is wide."""
_LOOKED_AT = 20
"""Columns to the right of a table that are looked at in one call for a free place."""
_SHRUNK_BY = 1000
"""Rows below a sheet that are cleared in our columns, for it may have been longer; a sheet that is formatted to its end
is not gone through."""


class SheetProtectedError(HouqinError):
    """The sheet is protected (``sheet``)."""

    code = "SHEET-PROTECTED"
    text = Text(
        "工作表“{sheet}”受保护，不能写入",
        "the sheet “{sheet}” is protected: nothing can be written",
        "请在“审阅”里撤消工作表保护，再按一次",
        "unprotect it (Review) and press again",
    )


Told = Decimal | str | None
"""What stands in one of our cells."""


def write_beside(
    sheet: Sheet, table: Table, columns: Mapping[str, Mapping[int, Told]], note: str = ""
) -> dict[str, int]:
    """Write columns of our own and return where each of them stands (1-based).

    Columns that are there already are written anew, others come behind them, or behind one blank column beside
    the sheet where nothing stands yet. Rows of which nothing is told are cleared: what is there is always of one
    moment, which ``note`` names.

    Args:
        sheet: the open sheet.
        table: what was read from it.
        columns: header without ``hq_`` to row number to what is told.
        note: what stands above them.

    Raises:
        SheetProtectedError: the sheet is protected.
    """
    _refuse_protected(sheet)
    header_row, last_column = _header_row(table), max(table.columns.values())
    last_row = _last_row(sheet, table, columns)
    there = own_columns(sheet, header_row, last_column)
    places = _places(sheet, last_row, there, last_column, list(columns))
    rows = range(header_row + 1, last_row + 1)
    for first, names in _runs(places):
        block = [[f"{OWN_PREFIX}{name}" for name in names]]
        told = [[_cell(columns[name].get(row)) for name in names] for row in rows]
        last = first + len(names) - 1
        header = sheet.range((header_row, first), (header_row, last))
        header.value, header.color = block, HEADER_FILL
        sheet.range((header_row + 1, first), (last_row, last)).value = told
    if header_row > 1:
        sheet.range((header_row - 1, min(places.values()))).value = note
    for name in places.keys() - there.keys():
        _dress(sheet, places[name], (header_row + 1, last_row), columns[name])
    return places


def _refuse_protected(sheet: Sheet) -> None:
    """Raise where a sheet is protected; Excel and LibreOffice each have a word of their own for it."""
    for word in ("ProtectContents", "isProtected"):
        told = getattr(sheet.api, word, False)
        if told() if callable(told) else told:
            raise SheetProtectedError(sheet=sheet.name)


def _dress(sheet: Sheet, column: int, rows: tuple[int, int], told: Mapping[int, Told]) -> None:
    """Give a new column its width, and amounts their two decimals."""
    cells = sheet.range((rows[0], column), (rows[1], column))
    cells.column_width = _WIDTH
    if any(isinstance(value, Decimal) and value.as_tuple().exponent == -MONEY_PLACES for value in told.values()):
        cells.number_format = "0.00"


def _header_row(table: Table) -> int:
    """Return the row above the first one that was read, where the header stands."""
    rows: list[int] = [*table.frame["_row"], *(skip.row_number for skip in table.skipped)]
    return min(min(rows) - 1, SEARCHED_ROWS)


def _last_row(sheet: Sheet, table: Table, columns: Mapping[str, Mapping[int, Told]]) -> int:
    """Return the last row in which something of ours stands, or stood when the sheet was longer."""
    rows: list[int] = table.frame["_row"].to_list()
    told = max(*rows, *(max(each, default=0) for each in columns.values()))
    used: int = sheet.used_range.last_cell.row
    return max(told, min(used, told + _SHRUNK_BY))


def write_own(sheet: Sheet, column: int, told: Mapping[int, Decimal | None]) -> None:
    """Write figures into cells of a column that the program computes, as formulas: nobody typed them.

    Raises:
        SheetProtectedError: the sheet is protected.
    """
    _refuse_protected(sheet)
    for rows in _following(sorted(told)):
        figures = [[f"={value:f}" if (value := told[row]) is not None else ""] for row in rows]
        sheet.range((rows[0], column), (rows[-1], column)).formula = figures


def own_columns(sheet: Sheet, header_row: int, last_column: int) -> dict[str, int]:
    """Return the columns that the program wrote beside a table, header without ``hq_`` to column."""
    texts: list[object] = sheet.range((header_row, last_column + 1), (header_row, last_column + _LOOKED_AT)).value
    names = {str(text): number for number, text in enumerate(texts, start=last_column + 1)}
    return {name[len(OWN_PREFIX) :]: number for name, number in names.items() if name.casefold().startswith(OWN_PREFIX)}


def _places(
    sheet: Sheet, last_row: int, there: Mapping[str, int], last_column: int, names: Sequence[str]
) -> dict[str, int]:
    fresh = [name for name in names if name not in there]
    if not fresh:
        return {name: there[name] for name in names}
    first = _free(sheet, last_row, max(there.values(), default=last_column + 1) + 1, len(fresh))
    known = {**there, **{name: number for number, name in enumerate(fresh, start=first)}}
    return {name: known[name] for name in names}


def _free(sheet: Sheet, last_row: int, start: int, width: int) -> int:
    """Return the first column from ``start`` on from which some columns are blank in all rows down to the last."""
    while True:
        looked = sheet.range((1, start), (last_row, start + _LOOKED_AT - 1)).value
        rows = looked if isinstance(looked[0], list) else [looked]
        used = [place for place in range(_LOOKED_AT) if any(row[place] not in (None, "") for row in rows)]
        free = next(
            (place for place in range(_LOOKED_AT - width) if not {*range(place, place + width)} & {*used}), None
        )
        if free is not None:
            return start + free
        start += _LOOKED_AT - width


def _runs(places: Mapping[str, int]) -> list[tuple[int, list[str]]]:
    """Return the columns in groups that stand side by side, each with its first column."""
    names = {number: name for name, number in places.items()}
    return [(numbers[0], [names[number] for number in numbers]) for numbers in _following(sorted(names))]


def _following(numbers: Sequence[int]) -> list[list[int]]:
    """Return rising numbers in groups without gaps."""
    groups = groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0])
    return [[number for _, number in group] for _, group in groups]


def _cell(value: Told) -> float | str | None:
    """Return what a spreadsheet cell takes; quantities and amounts of a school are exact in it to their last place."""
    return float(value) if isinstance(value, Decimal) else value
