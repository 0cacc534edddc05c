"""Columns of our own beside a sheet, in a real spreadsheet program."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from addin.beside import SheetProtectedError, write_beside, write_own
from addin.quantities import selected_rows
from schemas.values import Cell, Table
from tests.addin.count_books import HEADER, PAPER, count_sheet, counted, tables_of

if TYPE_CHECKING:
    import xlwings as xw

GRID = count_sheet(counted(1, PAPER, 20), counted(2, PAPER, 3))
WIDTH = len(HEADER)


def opened(sheet: xw.Sheet, *beside: tuple[str, Cell]) -> Table:
    """Write the count sheet of two lines, and cells of the clerk beside it, and return what is read."""
    sheet.range((1, 1)).value = [list(row) for row in GRID.cells]
    for address, value in beside:
        sheet[address].value = value
    return tables_of(GRID)[0]


def test_columns_stand_beside_the_sheet_and_are_written_anew(sheet: xw.Sheet) -> None:
    """One blank column is left; the second time the same column is used, and what is told no more is gone."""
    table = opened(sheet)
    first = write_beside(sheet, table, {"账面数": {4: Decimal("20.000"), 5: Decimal("0.500")}}, "截至 9:00")
    again = write_beside(sheet, table, {"账面数": {5: Decimal("7.000")}, "状态": {5: "盘亏"}}, "截至 10:00")
    assert (first, again) == ({"账面数": WIDTH + 2}, {"账面数": WIDTH + 2, "状态": WIDTH + 3})
    told = sheet.range((2, WIDTH + 1), (5, WIDTH + 3)).value
    assert told == [
        *([None, "截至 10:00", None], [None, "hq_账面数", "hq_状态"]),
        *([None, None, None], [None, 7.0, "盘亏"]),
    ]


def test_what_the_clerk_wrote_beside_the_sheet_stays(sheet: xw.Sheet) -> None:
    """A scribble in any row of a column keeps that column for the clerk."""
    table = opened(sheet, ("R5", "问小王"), ("T2", "重数"))
    places = write_beside(sheet, table, {"账面数": {4: Decimal(20)}, "状态": {4: "相符"}})
    assert places == {"账面数": 21, "状态": 22}
    assert (sheet["R5"].value, sheet["T2"].value) == ("问小王", "重数")


def test_columns_of_the_program_get_formulas(sheet: xw.Sheet) -> None:
    """What the program computes into a column of the register is a formula: nobody typed it (SYS-OVERWRITE)."""
    sheet.range((6, 2)).value = "问小王"
    write_own(sheet, 2, {4: Decimal("36.000"), 5: None, 7: Decimal("-1.500")})
    assert sheet.range((4, 2), (7, 2)).formula == (("=36",), ("",), ("问小王",), ("=-1.5",))


def test_a_protected_sheet_is_left_alone(sheet: xw.Sheet) -> None:
    """Nothing is written; the sentence says how to go on."""
    table = opened(sheet)
    sheet.api.protect("")
    with pytest.raises(SheetProtectedError, match="受保护"):
        write_beside(sheet, table, {"状态": {4: "相符"}})
    with pytest.raises(SheetProtectedError):
        write_own(sheet, 2, {4: Decimal(1)})


@pytest.mark.parametrize(
    ("address", "rows"),
    [
        ("$B$5", [5]),
        ("$A$4:$C$6", [4, 5, 6]),
        ("$A$4:$C$4,$A$7:$A$9", [4, 7, 8]),
        ("$6:$7", [6, 7]),
        ("$C:$D", [4, 5, 6, 7, 8]),
        ("", []),
    ],
)
def test_selected_rows(address: str, rows: list[int]) -> None:
    """Cells, blocks, several of them, whole rows and whole columns; nothing selected covers no row."""
    assert selected_rows([4, 5, 6, 7, 8], address) == rows
