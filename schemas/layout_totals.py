"""Compare the figures of 小计 and 合计 rows with the rows above them (DOMAIN.md 6.6 S09)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.columns import Column, Kind
from schemas.findings import Finding, reader_finding
from schemas.layout_rows import is_blank, is_void
from schemas.normal import matching
from schemas.values import cell_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register
    from schemas.values import Cell, CellPlace, Grid

_PLAIN = re.compile(r"[¥￥]?([+-]?\d[\d,]*(?:\.\d+)?|[+-]?\.\d+)元?")
_DIGITS = 15
"""Excel keeps no more digits; longer numbers are codes."""
_CARRIED_IN = re.compile("承前页|承上页|接上页|接前页|上页结转")
_NO_SUM = re.compile("笔数|余额|结余|结存")
_CARRIED_OUT = re.compile("过次页|接下页|转下页|转次页|结转下页|转后页")


def plain_number(cell: Cell) -> Decimal | None:
    """Return the exact number that a cell states, None where it states none plainly.

    A float counts as the digits that Excel shows for it (12.1, not 12.0999…).
    """
    if isinstance(cell, bool):
        return None
    if isinstance(cell, (int, float)):
        number = Decimal(repr(cell))
    elif isinstance(cell, str) and (found := _PLAIN.fullmatch(matching(cell).replace("−", "-"))):
        number = Decimal(found[1].replace(",", ""))
    else:
        return None
    return number if number.is_finite() and number.adjusted() < _DIGITS else None


@dataclass
class _Sums:
    """Sums of one column from the top, and where each kind of subtotal last stood."""

    live: Decimal = Decimal(0)
    """Without void and struck rows."""
    whole: Decimal = Decimal(0)
    carried: Decimal | None = None
    """What a 承前页 row brought in."""
    count: int = 0
    marks: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    def add(self, number: Decimal, *, void: bool) -> None:
        self.whole += number
        self.live += Decimal(0) if void else number
        self.count += 1

    def since(self, level: str) -> list[Decimal]:
        """Return the sums since the last subtotal of a level: of the valid rows, then of all."""
        live, whole = self.marks.get(level, (Decimal(0), Decimal(0)))
        return [self.live - live, self.whole - whole]


@dataclass(frozen=True)
class Totals:
    """What the totals of a sheet are compared with."""

    grid: Grid
    register: type[Register]
    columns: Mapping[str, int]
    data_rows: Sequence[int]
    subtotals: Sequence[tuple[int, str]]
    filled: Mapping[CellPlace, Cell]
    period: str | None


def mismatches(totals: Totals) -> tuple[Finding, ...]:
    """Return a warning for every stated total that does not agree with its rows.

    Quantities and amounts are compared, exactly. 小计 stands for the rows since the last 小计; 合计
    for all rows or for those since the last 合计; 承前页 counts as brought in and is not compared. A
    column with a cell that is no plain number is left alone: that cell has its own finding.
    """
    if not totals.subtotals:
        return ()
    measured = [
        column
        for column in totals.register.columns
        if column.kind in {Kind.QTY, Kind.MONEY} and column.name in totals.columns and not column.running
    ]
    return tuple(finding for column in measured for finding in _column_mismatches(totals, column))


def _column_mismatches(totals: Totals, column: Column) -> list[Finding]:
    place = totals.columns[column.name]
    labels = dict(totals.subtotals)
    remark = totals.columns.get("remark")
    sums, findings = _Sums(), []
    for row in sorted({*totals.data_rows, *labels}):
        cell = totals.filled.get((row, place), _cell(totals.grid, row, place))
        number = plain_number(cell)
        if row in labels:
            if number is not None and not _agrees(sums, labels[row], number, column, totals.period):
                findings.append(_finding(totals, column, row, labels[row], number, sums))
            _mark(sums, labels[row], number)
        elif number is not None:
            void = row in totals.grid.details.struck_rows or (
                remark is not None and is_void(_cell(totals.grid, row, remark))
            )
            sums.add(number, void=void)
        elif not is_blank(cell):
            break
    return findings


def _cell(grid: Grid, row: int, column: int) -> Cell:
    return grid.cells[row - grid.first_row][column - grid.first_column]


def _level(label: str) -> str:
    """Return what subtotals of the same kind have in common: 10月合计 and 11月合计 are one kind."""
    if "小计" in label:
        return "页小计" if "页" in label else "小计"
    kind = next((word for word in ("累计", "总计", "共计", "合计") if word in label), label)
    prefix = re.sub(r"[\d(年]", "", label.partition(kind)[0])
    return f"{prefix}{kind}"


def _expected(sums: _Sums, label: str) -> list[Decimal]:
    """Return the sums that a label may stand for, the most likely one first."""
    level = _level(label)
    if level.endswith("小计"):
        return sums.since(level)
    if level in {"合计", "总计", "共计"}:
        return [*sums.since(""), *sums.since(level)]
    return [*sums.since(level), *sums.since("")]


def _agrees(sums: _Sums, label: str, stated: Decimal, column: Column, period: str | None) -> bool:
    if any(mark.search(label) for mark in (_NO_SUM, _CARRIED_IN, _CARRIED_OUT)):
        return True
    if sums.count == 0 and column.system:
        return True
    if "累计" in label and (sums.carried is not None or not (period or "-01").endswith("-01")):
        return True
    expected = _expected(sums, label)
    if sums.carried is not None:
        expected += [number + sums.carried for number in expected]
    tolerance = Decimal(5).scaleb(-column.places - 1)
    return any(abs(stated - number) < tolerance for number in expected)


def _mark(sums: _Sums, label: str, stated: Decimal | None) -> None:
    if _CARRIED_IN.search(label):
        sums.carried = (sums.carried or Decimal(0)) + (stated or Decimal(0))
    elif not _CARRIED_OUT.search(label):
        sums.marks[_level(label)] = (sums.live, sums.whole)


def _finding(totals: Totals, column: Column, row: int, label: str, stated: Decimal, sums: _Sums) -> Finding:
    return reader_finding(
        "SUBTOTAL-MISMATCH",
        totals.grid.workbook,
        sheet=totals.grid.sheet,
        cell=cell_name(row, totals.columns[column.name]),
        row=row,
        register=totals.register.id,
        field=column.name,
        value=_shown(stated, column),
        title=column.title,
        title_en=column.title_en,
        label=label.rstrip(":"),
        stated=_shown(stated, column),
        computed=_shown(_expected(sums, label)[0], column),
    )


def _shown(number: Decimal, column: Column) -> str:
    """Return an amount with its two places, a quantity without superfluous zeros."""
    exact = number.quantize(Decimal(1).scaleb(-column.places))
    if column.kind is Kind.MONEY:
        return f"{exact:f}"
    return f"{exact:f}".rstrip("0").rstrip(".") if "." in f"{exact:f}" else f"{exact:f}"
