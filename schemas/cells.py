"""What reading one cell gives, and what is common to all kinds of cells (DOMAIN.md 6.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.findings import Severity
from schemas.normal import tidy
from schemas.values import ErrorCell, ImageCell, NoValue, Percent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.values import Cell

MISSING = frozenset(
    (
        *("", "无", "无。", "无.", "(无)", "N/A", "n/a", "NULL", "null", "(-)", "(/)"),
        *(mark * count for mark in "-–—―─/\\" for count in range(1, 5)),
    )
)
"""What people write into a cell that has no value (DOMAIN.md 6.6 N17)."""

DITTO = frozenset(
    (
        *("同上", "同 上", "同上行", "同前", "同", "上同", "仝上", "仝"),
        *("〃", "〃〃", "″", "′′", '"', "''", ",,", "“", "”"),
    )
)
"""What people write for “as above” (DOMAIN.md 6.6 D17); U+2033 becomes two primes under NFKC."""

LONGEST_MARK = 16
"""Texts longer than this, spaces included, are content without looking closer."""

ERROR_TEXT = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)")
"""An Excel error that a program stored as text (DOMAIN.md 6.6 N18)."""

WHOLE_DIGITS = 10**15
"""Numbers from here on have 16 digits: Excel keeps only 15 (DOMAIN.md 6.6 C04)."""

_DASHES = str.maketrans(dict.fromkeys("−–—‐‑‒―", "-"))


@dataclass(frozen=True, slots=True)
class Context:
    """What a cell is read against besides its column."""

    today: date
    period: str | None = None
    """Month of the sheet, ``yyyy-mm``."""
    class_aliases: Mapping[str, str] = field(default_factory=dict)
    """The school's own spellings of classes, such as ``301`` for ``G3C1``."""
    term_start: date | None = None
    """First day of the term, for school weeks (第12周)."""
    unit: str | None = None
    """Unit of the row that a quantity is measured in."""
    epoch_1904: bool = False
    """Whether the workbook counts days from 1904 (DOMAIN.md 6.6 D06)."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a cell was read as: a value, nothing (blank), or a problem; a warning comes with its value."""

    value: object = None
    code: str = ""
    severity: Severity | None = None
    """None is the code's own severity."""
    args: Mapping[str, object] = field(default_factory=dict)
    deferred: str = ""
    """Text whose meaning needs the catalogue (DOMAIN.md 6.6 N11)."""


BLANK = Outcome()


def refused(code: str, **args: object) -> Outcome:
    """Return the outcome of a cell that could not be read."""
    return Outcome(None, code, Severity.ERROR, args)


def warned(value: object, code: str, **args: object) -> Outcome:
    """Return a value with a warning whose message shows what was read."""
    return Outcome(value, code, Severity.WARNING, {"read": value_text(value), **args})


def folded(text: str) -> str:
    """Return a copy of a text for reading numbers and dates: tidy, with one kind of dash.

    The apostrophe with which people make Excel take a number for text is left out.
    """
    return tidy(text).lstrip("'‘’`").translate(_DASHES)


def is_ditto(cell: Cell) -> bool:
    """Tell whether a cell says “as above”."""
    return type(cell) is str and len(cell) <= LONGEST_MARK and tidy(cell) in DITTO


def number_text(number: float) -> str:
    """Return a number as Excel shows it in a General cell: 15 digits, no ``.0`` behind whole numbers."""
    if isinstance(number, float) and not (number.is_integer() and abs(number) < WHOLE_DIGITS):
        return f"{number:.15g}".upper()
    return str(int(number)) if abs(number) < WHOLE_DIGITS else f"{float(number):.15g}".upper()


def value_text(value: object) -> str:
    """Return a typed value in one fixed spelling, for messages and the texts of keys."""
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds" if value.second else "minutes")
    if isinstance(value, time):
        return value.isoformat("seconds" if value.second else "minutes")
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value:f}"
    return "" if value is None else str(value)


def shown(cell: Cell) -> str:
    """Return a raw cell as the person who filled it sees it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, (int, float)):
        return number_text(cell)
    if isinstance(cell, (ErrorCell, NoValue, ImageCell, Percent)):
        return _special_shown(cell)
    return value_text(cell)


def _special_shown(cell: ErrorCell | NoValue | ImageCell | Percent) -> str:
    match cell:
        case Percent():
            return f"{number_text(float(percent_points(cell)))}%"
        case ErrorCell(text):
            return text
        case NoValue(formula):
            return f"={formula.removeprefix('=')}"
        case ImageCell(image_id):
            return image_id


def exact(number: float) -> Decimal:
    """Return the shortest decimal that stands for a binary number, as Excel shows it."""
    return Decimal(repr(number))


def percent_points(percent: Percent) -> Decimal:
    """Return a percentage cell as percent: 0.85 shown as 85 % is 85."""
    return exact(percent.value) * 100
