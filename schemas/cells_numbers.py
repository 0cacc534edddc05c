"""Cells that hold numbers: whole numbers, quantities, prices, amounts, percentages (DOMAIN.md 6.6 N01-N23)."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from schemas.cells import Outcome, exact, folded, percent_points, refused, warned
from schemas.cells_quantities import SUM, read_quantity_text
from schemas.chinese import integer_of, yuan_of_words
from schemas.columns import Kind
from schemas.values import Percent

if TYPE_CHECKING:
    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

LARGEST = 10**13
"""Largest number in units of its last decimal place (100 billion yuan in fen); larger is a slip of the hand."""

NOISE = Decimal("0.000001")
"""Binary noise behind the last decimal place that is rounded away (N07)."""

_NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+"
_SPACED_COMMA = re.compile(r"(?<=\d),\s(?=\d{3}(?!\d))", re.ASCII)
_IDEOGRAPHIC_POINT = re.compile(r"(?<=\d)。(?=\d)", re.ASCII)
"""The decimal point as an input method for Chinese types it."""
_MINUS_WORD = re.compile(r"^负(?=[\d¥.])")
_PLAIN = re.compile(rf"[+-]?\s?(?:{_NUMBER})", re.ASCII)
_BRACKETED = re.compile(r"\(\s*(.+?)\s*\)")
_CURRENCY = r"(?:¥|人民币|RMB|CNY|小写|[:\s])*"
_YUAN = re.compile(
    rf"(?P<minus>-?){_CURRENCY}(?P<inner>-?)\s?(?P<number>{_NUMBER}|\d{{1,3}}(?:\s\d{{3}})+(?:\.\d+)?)"
    rf"\s?(?P<wan>[万萬]?)\s?[元圆块]?\s?[整正]?{_CURRENCY}",
    re.ASCII | re.IGNORECASE,
)
_YUAN_JIAO_FEN = re.compile(
    rf"{_CURRENCY}(?:(?P<yuan>\d{{1,3}}(?:,\d{{3}})+|\d+)[元圆块])?(?:零?(?P<jiao>\d)[角毛])?(?:零?(?P<fen>\d)分)?[整正]?",
    re.ASCII | re.IGNORECASE,
)
_WORDS_BEFORE = re.compile(r"^(?:人民币|\(?大写\)?|[:¥])+")
_SCALES = {Kind.MONEY: "MON-SCALE", Kind.PRICE: "PRICE-SCALE", Kind.INT: "INT-INVALID"}


def read_number(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return the exact number of a cell as a ``Decimal`` with the column's places, within its limits."""
    if isinstance(cell, str):
        outcome = _number_of_text(_plainer(cell), column, context)
    elif isinstance(cell, Percent):
        outcome = _number_of(percent_points(cell) if column.kind is Kind.PCT else exact(cell.value))
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        outcome = _number_of(exact(cell))
    else:
        outcome = refused("NUM-INVALID")
    if not isinstance(outcome.value, Decimal):
        return outcome
    checked = within_limits(outcome.value, column)
    return replace(outcome, value=checked.value) if checked.code == "" else checked


def _plainer(text: str) -> str:
    """Return the text of a number in fewer spellings: points, commas, minus; nothing behind its end."""
    plain = _IDEOGRAPHIC_POINT.sub(".", folded(text)).rstrip(" 。、,;")
    return _MINUS_WORD.sub("-", _SPACED_COMMA.sub(",", plain))


def within_limits(number: Decimal, column: Column) -> Outcome:
    """Return a number with the places of its column, or what limit of the column it breaks."""
    if abs(number) > Decimal(LARGEST).scaleb(-column.places):
        largest = f"≤{LARGEST // 10**column.places}"
        return refused("NUM-RANGE", range=largest, range_en=largest)
    rounded = number.quantize(Decimal(1).scaleb(-column.places), ROUND_HALF_UP) + 0
    if abs(number - rounded) >= NOISE:
        return refused(_SCALES.get(column.kind, "NUM-SCALE"), places=column.places)
    if rounded < 0 and not allows_negative(column):
        return refused("NEG-NOT-ALLOWED")
    if not _in_range(rounded, column):
        limits = range_text(column)
        return refused("NUM-RANGE", range=limits, range_en=limits)
    return Outcome(rounded)


def allows_negative(column: Column) -> bool:
    """Tell whether a column takes numbers below zero."""
    return column.negative or (column.minimum is not None and column.minimum < 0)


def range_text(column: Column) -> str:
    """Return the limits of a column as both languages write them, such as ``1–12`` or ``＞0``."""
    if column.minimum is not None and column.maximum is not None:
        return f"{column.minimum}–{column.maximum}"
    if column.maximum is not None:
        return f"≤{column.maximum}"
    if column.positive:
        return ">0"
    return f"≥{column.minimum}" if column.minimum is not None else "≠0"


def _in_range(number: Decimal, column: Column) -> bool:
    return (
        (column.minimum is None or number >= column.minimum)
        and (column.maximum is None or number <= column.maximum)
        and not (column.positive and number <= 0)
        and not (column.nonzero and number == 0)
    )


def _number_of(number: Decimal) -> Outcome:
    return Outcome(number) if math.isfinite(number) else refused("NUM-INVALID")


def _number_of_text(text: str, column: Column, context: Context) -> Outcome:
    if bracketed := _BRACKETED.fullmatch(text):
        # Accountants write a negative amount in brackets (N06); what is inside has no sign of its own.
        inner = _number_of_text(bracketed[1], column, context)
        if not isinstance(inner.value, Decimal):
            return inner if inner.code else refused("NUM-INVALID")
        signed = inner.value < 0 or "-" in bracketed[1]
        return refused("NUM-INVALID") if signed else replace(inner, value=-inner.value)
    if _PLAIN.fullmatch(text):
        return Outcome(_plain(text))
    if column.kind is Kind.PCT:
        return _percent_of_text(text)
    if column.kind in {Kind.MONEY, Kind.PRICE}:
        return _yuan_of_text(text)
    return read_quantity_text(text, column, context)


def _percent_of_text(text: str) -> Outcome:
    plain = text.removeprefix("百分之").removesuffix("%").strip()
    if _PLAIN.fullmatch(plain):
        return Outcome(_plain(plain))
    words = integer_of(plain) if text.startswith("百分之") else None
    return refused("NUM-INVALID") if words is None else Outcome(Decimal(words))


def _yuan_of_text(text: str) -> Outcome:
    found = _YUAN.fullmatch(text)
    if found and not (found["minus"] and found["inner"]):
        number = _plain(f"{found['minus']}{found['inner']}{found['number']}")
        if not found["wan"]:
            return Outcome(number)
        number *= 10_000
        return warned(number, "NUM-WAN", read=f"{number:.2f}")
    if (found := _YUAN_JIAO_FEN.fullmatch(text)) and any(found.groups()):
        parts = (_plain(found[name] or "0") for name in ("yuan", "jiao", "fen"))
        return Outcome(sum((part.scaleb(-place) for place, part in enumerate(parts)), Decimal(0)))
    words = _WORDS_BEFORE.sub("", "".join(text.removeprefix("-").split()))
    amount = yuan_of_words(words)
    if amount is not None:
        return Outcome(-amount if text.startswith("-") else amount)
    return refused("QTY-EXPR" if SUM.fullmatch(text) else "NUM-INVALID")


def _plain(text: str) -> Decimal:
    return Decimal("".join(text.split()).replace(",", ""))
