"""Leave out the columns that the program wrote beside a sheet: what it told is never input."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.headers import SEARCHED_ROWS

if TYPE_CHECKING:
    from schemas.values import Grid

OWN_PREFIX = "hq_"
"""Sheets of the program itself carry a name, or a defined name as marker, that begins so; its columns a header."""


def without_own_columns(grid: Grid) -> Grid:
    """Return a grid in which every column is blank whose header begins with ``OWN_PREFIX``."""
    own = {
        place
        for row in grid.cells[:SEARCHED_ROWS]
        for place, cell in enumerate(row)
        if isinstance(cell, str) and cell[: len(OWN_PREFIX)].casefold() == OWN_PREFIX
    }
    if not own:
        return grid
    cells = [[None if place in own else cell for place, cell in enumerate(row)] for row in grid.cells]
    return replace(grid, cells=cells)
