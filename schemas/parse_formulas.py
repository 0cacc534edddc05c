"""Recompute the cells that hold the template's own formula: a product of two columns, rounded half up."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

import polars as pl

from schemas.cells import refused
from schemas.cells_numbers import within_limits
from schemas.exact import half_up, percentage, product
from schemas.fast import inside_limits
from schemas.normal import matching
from schemas.parse_columns import ColumnRead
from schemas.sheet_cells import types_of
from schemas.values import NoValue, column_letters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.columns import Column
    from schemas.layout import Layout
    from schemas.register import Register
    from schemas.values import Cell, Grid

_DECLARED = re.compile(r"ROUND\(\[(\w+)\]\*\[(\w+)\](/100)?,(\d)\)")
_PLACE = re.compile(r"\[\w+\]")
_REF = r"([A-Z]{1,3}\d{1,7}|[^\[\](),*]*\[(?:@?[^\[\]]+|@\[[^\[\]]+\]|\[#THISROW\],\[[^\[\]]+\])\])"
_A1 = re.compile(r"([A-Z]{1,3})(\d+)")
_TITLE = re.compile(r"\[@?([^\[\]@]+)\]+$")


@dataclass(frozen=True)
class Product:
    """A template formula: the product of two columns of the row, rounded half up."""

    factors: tuple[str, str]
    unit: Decimal
    """One, or a hundredth where one factor is a percentage."""
    places: int
    written: re.Pattern[str]
    """The whole formula as a cell holds it, with a group for every reference."""
    references: tuple[str, ...]
    """Columns that these references must mean, in order."""

    def values(self, frame: pl.DataFrame) -> pl.Series:
        """Return the product for every row, null where a factor is."""
        left, right = (pl.col(name) for name in self.factors)
        exact = product(left, right) if self.unit == 1 else percentage(left, right)
        return frame.select(half_up(exact, self.places)).to_series()


def product_of(column: Column) -> Product | None:
    """Return the product that a column's template formula computes, None where it computes none."""
    declared = (column.formula or "").replace(" ", "")
    found = _DECLARED.search(declared)
    if found is None:
        return None
    names = tuple(place[1:-1] for place in _PLACE.findall(declared))
    literal = map(re.escape, _PLACE.split(declared.removeprefix("=").upper()))
    unit = Decimal("0.01") if found[3] else Decimal(1)
    return Product((found[1], found[2]), unit, int(found[4]), re.compile(_REF.join(literal)), names)


def own_formulas(
    grid: Grid, rows: Sequence[int], cells: Sequence[Cell], column: Column, layout: Layout
) -> frozenset[int]:
    """Return the positions of the rows whose cell holds the template's formula of the column.

    It is the template's when it reads as declared, with references to exactly the declared columns
    of the same row; any other formula counts by its stored result (DOMAIN.md 6.6 N16).

    Args:
        grid: the sheet, whose details know the formulas.
        rows: worksheet rows (1-based).
        cells: the column's cells in these rows.
        column: the column with a declared formula.
        layout: where the columns of the register lie.
    """
    declared = product_of(column)
    if declared is None:
        return frozenset()
    place = layout.columns[column.name]
    formulas = grid.details.formulas
    if not formulas and NoValue not in types_of(cells):
        return frozenset()
    names = _names(layout)
    found = set()
    for position, (row, cell) in enumerate(zip(rows, cells, strict=True)):
        formula = formulas.get((row, place)) or (cell.formula if isinstance(cell, NoValue) else None)
        if formula and _is_own(formula, row, declared, names):
            found.add(position)
    return frozenset(found)


def recomputed(
    reads: Mapping[str, ColumnRead], column: Column, positions: frozenset[int], register: type[Register]
) -> ColumnRead:
    """Return a column with its template formulas computed from the columns read, within its limits.

    Where a factor is blank the result is blank: a required one is reported, unless the factor
    itself was.
    """
    read, declared = reads[column.name], product_of(column)
    if declared is None:
        return read
    factors = [reads[name].typed(register.column(name)).alias(name) for name in declared.factors]
    ordered = sorted(positions)
    products = declared.values(pl.DataFrame(factors)).gather(ordered)
    outcomes = dict(read.outcomes)
    good = inside_limits(products, column)
    for place in (~good.fill_null(value=False)).arg_true().to_list():
        position, number = ordered[place], products[place]
        if number is not None:
            outcomes[position] = within_limits(number, column)
        elif column.required and not any(position in reads[name].outcomes for name in declared.factors):
            outcomes[position] = refused("REQ-EMPTY")
    values = pl.Series(ordered).filter(good.fill_null(value=False)), products.filter(good.fill_null(value=False))
    whole = (values[1] * Decimal(10**column.places)).cast(pl.Int64)
    return ColumnRead(read.values.scatter(values[0], whole), outcomes)


def _names(layout: Layout) -> dict[str, str]:
    """Return the column names by what a formula may call them: letters of the sheet, or the header."""
    by_letters = {column_letters(number): name for name, number in layout.columns.items()}
    return {matching(column.title).upper(): column.name for column in layout.register.columns} | by_letters


def _is_own(formula: str, row: int, declared: Product, names: Mapping[str, str]) -> bool:
    found = declared.written.fullmatch("".join(formula.split()).upper().removeprefix("=").replace("$", ""))
    return found is not None and declared.references == tuple(_column_of(ref, row, names) for ref in found.groups())


def _column_of(ref: str, row: int, names: Mapping[str, str]) -> str | None:
    if found := _A1.fullmatch(ref):
        return names.get(found[1]) if int(found[2]) == row else None
    title = _TITLE.search(ref)
    return names.get(title[1]) if title else None
