"""Read the sample school's rows from text tables into values that templates take."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from schemas.columns import Column, Kind
from schemas.register import Register

Row = dict[str, object]

_NUMBERS = frozenset({Kind.QTY, Kind.PRICE, Kind.MONEY})


def plain_rows(register: type[Register], names: str, text: str) -> list[Row]:
    """Return one row per line; cells stand apart by ``|``, a blank cell is left out.

    ``names`` are the column names in the order of the cells, apart by blanks.
    """
    return [_row(register, names.split(), line) for line in text.splitlines() if line.strip()]


def document_rows(register: type[Register], heads: str, lines: str, text: str) -> list[Row]:
    """Return the lines of documents, numbered from 1, each with the cells of its document.

    A line that begins at the margin is the head of a document, the indented ones below are its
    lines; ``heads`` and ``lines`` name their columns. A line ``-`` gives a row without content.
    """
    rows: list[Row] = []
    head: Row = {}
    number = 0
    for line in text.splitlines():
        if line.strip() == "-":
            rows.append({})
        elif line.startswith(" "):
            number += 1
            rows.append({**head, "line_no": number, **_row(register, lines.split(), line)})
        elif line:
            head, number = _row(register, heads.split(), line), 0
    return rows


def _row(register: type[Register], names: Sequence[str], line: str) -> Row:
    cells = [cell.strip() for cell in line.split("|")]
    pairs = zip(names, cells, strict=False)
    return {name: _value(register.column(name), cell) for name, cell in pairs if cell}


def _value(column: Column, cell: str) -> object:
    if column.kind is Kind.DATE:
        return date.fromisoformat(cell)
    if column.kind is Kind.INT:
        return int(cell)
    return Decimal(cell) if column.kind in _NUMBERS else cell
