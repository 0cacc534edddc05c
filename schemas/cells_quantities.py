"""Quantities that people write in words, with units, as sums or as tally marks (DOMAIN.md 6.6 N10-N16, N23)."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from schemas.cells import Outcome, refused, warned
from schemas.cells_units import COUNTERS, GRAMS, WARNED_SPELLINGS, grams_of, unit_of_text
from schemas.chinese import NUMERALS
from schemas.columns import Kind

if TYPE_CHECKING:
    from schemas.cells import Context
    from schemas.columns import Column

_NUMBER = r"-?\d+(?:\.\d+)?"
_UNIT = r"m[23]|[^\d\s+\-*/×÷=~.,、()<>≤≥≈?%¥:'\"]{1,6}"

SUM = re.compile(rf"=?{_NUMBER}(?:\s?[-+*/×÷xX]\s?{_NUMBER})+\s?=?\s?(?:{_NUMBER})?\s?[^\d\s]{{0,3}}", re.ASCII)
"""A sum written as text: ``3+2``, ``=3*4``, ``2×6=12`` (N16)."""

_VAGUE = re.compile(
    rf"(?:大?约|大概|估计?|近|约?合|不到|不足|不[少多]于|超过?|若干|一批|一些|一堆|少许|少量|大量|适量|许多|很多|多个"
    rf"|不详|不明|不清|未知|待|无数|几|好几|数[个十百千]|[<>≤≥≈~?]).*|.*(?:左右|上下|以上|以下|以内|[余多来几许])\D{{0,2}}"
    rf"|{_NUMBER}\s?(?:[-~〜至到或、]\s?\d+(?:\.\d+)?\s?\D{{0,3}}|\D{{0,2}}[+?])",
    re.ASCII,
)
_TALLY = re.compile(r"[√✓✔\s]+(?:[×xX*]?\s?\d+)?|(?:正\s?)+[一丅下止T丨|]?|[丅止]|[|丨卌\s]+")
_COMPOUND = re.compile(
    rf"(\d+(?:\.\d+)?)\s?({_UNIT}?)\s?[零又加及和+、,]?\s?(\d+(?:\.\d+)?)\s?({_UNIT})?", re.ASCII | re.IGNORECASE
)
_BRACKETED_UNIT = re.compile(r"(?<=\d)\s?\(([^()\d]{1,6})\)$")
_SUFFIXED = re.compile(rf"({_NUMBER}|\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?)\s?({_UNIT})", re.ASCII | re.IGNORECASE)
_WORDS = re.compile(
    rf"半?[{''.join(sorted(NUMERALS))}]+\D{{0,3}}|半\D{{0,3}}|{_NUMBER}\s?(?:[万亿]\D{{0,2}}|\D{{1,3}}半\D{{0,2}})"
)

_REFUSED = (("QTY-VAGUE", _VAGUE), ("QTY-TALLY", _TALLY), ("QTY-EXPR", SUM), ("QTY-TEXT", _WORDS))


def read_quantity_text(text: str, column: Column, context: Context) -> Outcome:
    """Return the number that a quantity in other than plain digits means, before the column's limits.

    ``5箱3盒`` is deferred to whoever has the catalogue; what is no definite number is refused with
    the code that says why.
    """
    text = _BRACKETED_UNIT.sub(r"\1", text)
    for code, form in _REFUSED:
        if form.fullmatch(text):
            return refused(code)
    if found := _SUFFIXED.fullmatch(text):
        return _suffixed(Decimal(found[1].replace(",", "")), found[2], column, context)
    if found := _COMPOUND.fullmatch(text):
        return _compound(found, column, context)
    return refused("NUM-INVALID")


def _suffixed(number: Decimal, written: str, column: Column, context: Context) -> Outcome:
    unit = unit_of_text(written) or written
    if context.unit is None:
        return _without_unit(number, written, unit, column)
    same_word = written not in WARNED_SPELLINGS
    if unit == context.unit:
        return warned(number, "QTY-SUFFIX" if same_word else "UOM-CONVERTED", read=_measured(number, context.unit))
    grams, row_grams = grams_of(written), GRAMS.get(context.unit)
    if grams is None or row_grams is None:
        return refused("UOM-MISMATCH", unit=context.unit)
    return _converted(number * grams / row_grams, context.unit)


def _without_unit(number: Decimal, written: str, unit: str, column: Column) -> Outcome:
    """Read a count with its counter where the row says no unit; a weight cannot be taken for a number."""
    if grams_of(written) is not None:
        return refused("UOM-MISMATCH", unit="")
    known = unit_of_text(written) is not None or written in COUNTERS
    if not known and (column.kind is Kind.INT or column.unit is None):
        return refused("NUM-INVALID")
    return warned(number, "QTY-SUFFIX", read=_measured(number, unit)) if known else refused("UOM-MISMATCH", unit="")


def _compound(found: re.Match[str], column: Column, context: Context) -> Outcome:
    first, first_unit, second, second_unit = found.groups()
    if first_unit == second_unit:
        return refused("QTY-EXPR")
    large, small = grams_of(first_unit), grams_of(second_unit or "")
    row_grams = GRAMS.get(context.unit or "")
    if large and small and row_grams:
        return _converted((Decimal(first) * large + Decimal(second) * small) / row_grams, context.unit or "")
    if column.unit is None or column.item is None or unit_of_text(first_unit) is None:
        return refused("UOM-MISMATCH" if column.unit else "NUM-INVALID", unit=context.unit or "")
    if second_unit is not None and unit_of_text(second_unit) is None:
        return refused("UOM-MISMATCH", unit=context.unit or "")
    return Outcome(deferred=f"{first}{first_unit}{second}{second_unit or ''}")


def _converted(number: Decimal, unit: str) -> Outcome:
    return warned(number, "UOM-CONVERTED", read=_measured(number, unit))


def _measured(number: Decimal, unit: str) -> str:
    plain = f"{number.normalize():f}"
    return f"{plain} {unit}"
