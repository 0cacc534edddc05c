"""Flaws: what the checks find, by row number in the batch, until they become findings at cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.columns import Kind
from schemas.findings import LETTERS, Finding, Severity, Text, reader_text
from schemas.masking import mask
from schemas.texts import READER_TEXTS
from schemas.values import cell_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.columns import Column
    from schemas.register import Register


@dataclass(frozen=True)
class Flaw:
    """One problem of one row of a batch, at one column."""

    row_id: int
    """``_id`` of the row in the batch."""
    code: str
    severity: Severity
    column: str
    value: str = ""
    text: Text | None = None
    """Words of a rule; None for a reader's code."""
    args: Mapping[str, object] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Tell whether it holds the row back."""
        return self.severity is Severity.ERROR


def reader_flaw(row_id: int, code: str, column: Column, value: object, **args: object) -> Flaw:
    """Return a flaw with a reader's code at its own severity."""
    severity = LETTERS[READER_TEXTS[code][0]]
    titles = {"title": column.title, "title_en": column.title_en}
    return Flaw(row_id, code, severity, column.name, shown(value), None, {**titles, **args})


def as_finding(
    flaw: Flaw, register: type[Register], place: tuple[str, str, int], columns: Mapping[str, int], key: tuple[str, ...]
) -> Finding:
    """Return the finding at the cell: ``place`` is workbook, sheet and worksheet row (1-based)."""
    workbook, sheet, row_number = place
    text = flaw.text or reader_text(flaw.code, flaw.severity)
    hidden = {column.name for column in register.columns if column.masked}
    value = mask(flaw.value) if flaw.column in hidden else flaw.value
    args = {name: shown(flaw.args[name]) for name in sorted(text.places() & flaw.args.keys())}
    column_number = columns.get(flaw.column) or columns.get(register.key[0]) or 1
    return Finding(
        flaw.code,
        flaw.severity,
        text,
        workbook,
        sheet,
        cell_name(row_number, column_number),
        row_number,
        register.id,
        flaw.column,
        key,
        value,
        {name: mask(told) if name in hidden else told for name, told in args.items()},
    )


def shown(value: object) -> str:
    """Return a value as people write it: 3 instead of 3.000, 37.50, 2026-11-22, 是."""
    match value:
        case None:
            text = ""
        case bool():
            text = "是" if value else "否"
        case Decimal():
            text = _decimal_shown(value)
        case datetime():
            text = value.isoformat(sep=" ", timespec="minutes")
        case time():
            text = value.isoformat(timespec="minutes")
        case float():
            text = str(int(value)) if value.is_integer() else repr(value)
        case _:
            text = str(value)
    return text


def _decimal_shown(value: Decimal) -> str:
    exponent = value.as_tuple().exponent
    if exponent == -2:
        return f"{value:f}"
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def shown_in(column: Column, value: object) -> str:
    """Return a value as it is shown in its column: money always with two places."""
    if column.kind is Kind.MONEY and isinstance(value, Decimal):
        return f"{value:.2f}"
    return shown(value)
