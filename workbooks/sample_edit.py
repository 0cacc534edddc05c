"""What clerks do to a cell: the acts by which mistakes get into the sample workbooks."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy

from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font

Act = Callable[[Cell], None]
"""Does something to the cell that a mistake names, or to its row."""


def typed(value: object) -> Act:
    """Return the act of typing a value over what the cell holds; None clears it."""

    def act(cell: Cell) -> None:
        cell.value = value

    return act


def serial(number: int) -> Act:
    """Return the act of putting a day's bare serial number into a cell without a date format."""

    def act(cell: Cell) -> None:
        cell.value = number
        cell.number_format = "General"

    return act


def noted(text: str) -> Act:
    """Return the act of leaving a comment on the cell."""

    def act(cell: Cell) -> None:
        cell.comment = Comment(text, "王桂芬", height=60, width=180)

    return act


def reddened(cell: Cell) -> None:
    """Write the figure in red, as the hand writes a negative one."""
    cell.font = _font_of(cell, color="FFFF0000")


def struck(cell: Cell) -> None:
    """Strike the whole row through."""
    for other in cell.parent[cell.row]:
        other.font = _font_of(other, strike=True)


def hidden(cell: Cell) -> None:
    """Hide the row."""
    cell.parent.row_dimensions[cell.row].hidden = True


def total(label: str, value: object) -> Act:
    """Return the act of writing a total into the cell, with its label at the beginning of the row."""

    def act(cell: Cell) -> None:
        cell.parent.cell(cell.row, 1).value = label
        cell.value = value
        for place in (cell.parent.cell(cell.row, 1), cell):
            place.font = _font_of(place, bold=True)

    return act


def copied_from(row_number: int) -> Act:
    """Return the act of copying another row (1-based) of the sheet into this one."""

    def act(cell: Cell) -> None:
        for source in cell.parent[row_number][1:]:
            cell.parent.cell(cell.row, source.column).value = source.value

    return act


def merged(rows: int) -> Act:
    """Return the act of merging the cell with the ones below, as many rows as that in all."""

    def act(cell: Cell) -> None:
        cell.parent.merge_cells(
            start_row=cell.row, end_row=cell.row + rows - 1, start_column=cell.column, end_column=cell.column
        )

    return act


def left(_cell: Cell) -> None:
    """Leave the cell as the clerk's own form has it: the mistake is in the form."""


def _font_of(cell: Cell, **changes: object) -> Font:
    font = copy(cell.font)
    for name, value in changes.items():
        setattr(font, name, value)
    return font
