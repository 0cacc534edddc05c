"""What the XML of a cell says beyond its value: formula, error, picture, and what its style means."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from schemas.values import Cell, CellPlace, ErrorCell, ImageCell, NoValue
from workbooks.refusals import contradictory
from workbooks.xlsx_styles import Styles

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MAX_MERGED = 100_000
"""Merged ranges of one sheet."""

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_PICTURE = re.compile(r'DISPIMG\(\s*"([^"]*)"')
_column_numbers: dict[str, int] = {}


def column_number(letters: str) -> int:
    """Return the 1-based number of a column: A is 1, AB is 28."""
    number = _column_numbers.get(letters)
    if number is None:
        number = 0
        for letter in letters:
            number = number * 26 + ord(letter) - 64
        _column_numbers[letters] = number
    return number


def place_of(reference: str) -> CellPlace:
    """Return row and column (1-based) of a cell reference such as ``G17``.

    Raises:
        RefusedError: ``FILE-STRUCTURE`` where no worksheet has such a cell.
    """
    match = _REFERENCE.fullmatch(reference)
    place = (int(match[2]), column_number(match[1])) if match else (0, 0)
    if not (0 < place[0] <= LAST_ROW and 0 < place[1] <= LAST_COLUMN):
        raise contradictory(f"不存在单元格“{reference}”", f"there is no cell “{reference}”")
    return place


def range_of(reference: str) -> tuple[int, int, int, int]:
    """Return first row, first column, last row and last column of a range such as ``A1:C3``."""
    first, _, last = reference.partition(":")
    return *place_of(first), *place_of(last or first)


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell with a value or a formula, as the XML has it."""

    row: int
    column: int
    kind: str
    """The type attribute: ``n``, ``s``, ``str``, ``inlineStr``, ``b``, ``e``, ``d``."""
    style: int
    value: str
    """Text of the stored value: for ``s`` the index of the shared string."""
    formula: str | None = None
    shared: str | None = None
    """Number of the shared formula that the cell belongs to."""

    @property
    def place(self) -> CellPlace:
        """Row and column, 1-based."""
        return self.row, self.column


@dataclass
class SheetFacts:
    """What the XML of one sheet says that the fast reader does not see."""

    formulas: dict[CellPlace, str] = field(default_factory=dict)
    replaced: dict[CellPlace, Cell] = field(default_factory=dict)
    """Cells that are no value: errors, formulas without a result, pictures."""
    percents: set[CellPlace] = field(default_factory=set)
    red_cells: set[CellPlace] = field(default_factory=set)
    hidden_rows: set[int] = field(default_factory=set)
    struck_rows: set[int] = field(default_factory=set)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    last_row: int = 0
    last_column: int = 0
    """Merged ranges and the farthest row and column with content; known only where the whole sheet was walked."""
    overlong: bool = False
    """Whether a number in a format of elapsed time is longer than any time can be."""
    _masters: dict[str, str] = field(default_factory=dict)

    def add(self, cell: RawCell, styles: Styles) -> None:
        """Take in what one cell says."""
        if cell.formula is not None:
            self._add_formula(cell, cell.formula)
        if cell.kind == "e":
            self.replaced.setdefault(cell.place, ErrorCell(cell.value))
        elif cell.kind == "n" and cell.value:
            self._add_styled(cell, styles)

    def _add_formula(self, cell: RawCell, text: str) -> None:
        if cell.shared is not None:
            text = self._masters.setdefault(cell.shared, text)
        self.formulas[cell.place] = text
        picture = _PICTURE.search(text)
        if picture:
            self.replaced[cell.place] = ImageCell(picture[1])
        elif not cell.value and cell.kind != "str":
            self.replaced[cell.place] = NoValue(text)

    def _add_styled(self, cell: RawCell, styles: Styles) -> None:
        if cell.style in styles.percent:
            self.percents.add(cell.place)
        if cell.style in styles.red and _number(cell.value) > 0:
            self.red_cells.add(cell.place)
        if cell.style in styles.elapsed and not abs(_number(cell.value)) < timedelta.max.days:
            self.overlong = True


def _number(text: str) -> float:
    """Return the number that a cell stores, 0 for what is none."""
    try:
        return float(text)
    except ValueError:
        return 0
