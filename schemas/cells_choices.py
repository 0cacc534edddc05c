"""Cells that hold one or several values of a list: enums, units, yes and no (DOMAIN.md 6.6 C08-C10)."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.cells import BLANK, LONGEST_MARK, MISSING, Outcome, refused, shown, warned
from schemas.cells_texts import read_code, read_reference
from schemas.cells_units import WARNED_SPELLINGS, unit_of_text
from schemas.columns import Kind
from schemas.normal import matching, tidy
from schemas.values import Percent

if TYPE_CHECKING:
    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

YES = frozenset(("是", "是的", "√", "✓", "✔", "☑", "✅", "对", "有", "有的", "y", "yes", "1", "true"))
NO = frozenset(("否", "×", "✗", "✘", "✕", "✖", "❌", "不", "不是", "无", "没有", "n", "no", "0", "false"))
LOOKS_LIKE_YES = frozenset("vV")

SEPARATOR = "、"
"""Joins the sorted values of a list column."""

_SEPARATORS = re.compile("[、,，;；\r\n]+")
_BRACKETED_END = re.compile(r"(.+?)\([^()]*\)")


def read_enum(cell: Cell, column: Column, _context: Context) -> Outcome:
    """Return the value of the list that a cell means, by its synonyms and without a bracketed addition."""
    value = _choice(shown(cell), column)
    return Outcome(value) if value is not None else refused("ENUM", allowed=SEPARATOR.join(column.values))


def read_unit(cell: Cell, column: Column, _context: Context) -> Outcome:
    """Return the unit of the list that a cell means; 公斤 is another word for 千克 and warned about."""
    text = shown(cell)
    value = _choice(text, column)
    if value is not None:
        return Outcome(value)
    plain = matching(text)
    stripped = _BRACKETED_END.fullmatch(plain)
    written = stripped[1] if stripped else plain
    unit = unit_of_text(written)
    if unit is None or unit not in column.values:
        return refused("ENUM", allowed=SEPARATOR.join(column.values))
    return warned(unit, "UNIT-ALIAS") if written in WARNED_SPELLINGS else Outcome(unit)


def read_yes_no(cell: Cell, _column: Column, _context: Context) -> Outcome:
    """Return whether a cell says yes; ``V`` is taken for √ with a warning."""
    if isinstance(cell, bool):
        return Outcome(cell)
    text = matching("" if isinstance(cell, Percent) else shown(cell))
    if text in LOOKS_LIKE_YES:
        return warned(value=True, code="BOOL-V")
    plain = text.lower().rstrip("。.,")
    stripped = _BRACKETED_END.fullmatch(plain)
    for word in (plain, stripped[1] if stripped else ""):
        if word in YES or word in NO:
            return Outcome(word in YES)
    return refused("BOOL-INVALID")


def read_list(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return several values of one cell, each checked alone, sorted and joined with ``、``.

    Values that stand twice count once. The first value with a problem gives the problem of the cell.
    """
    parts: list[Cell] = [cell]
    if isinstance(cell, str):
        parts = [part for part in _SEPARATORS.split(cell) if not is_missing(part, column)]
    reader = {Kind.ENUM_LIST: read_enum, Kind.CODE_LIST: read_code}.get(column.kind, read_reference)
    outcomes = [reader(part, _of_any_length(column), context) for part in parts]
    for part, outcome in zip(parts, outcomes, strict=True):
        if outcome.code and outcome.value is None:
            return replace(outcome, args={**outcome.args, "value": tidy(shown(part))})
    values = sorted({str(outcome.value) for outcome in outcomes if outcome.value is not None})
    text = SEPARATOR.join(values)
    if column.limit is not None and len(text) > column.limit:
        return refused("TEXT-LONG", limit=column.limit)
    return Outcome(text) if values else BLANK


def _of_any_length(column: Column) -> Column:
    """Return the column as one value of its list is checked: the length counts for the whole cell."""
    return column if column.limit is None else replace(column, limit=None)


def is_missing(cell: str, column: Column) -> bool:
    """Tell whether a text says that there is no value: ``-``, ``/``, 无 (DOMAIN.md 6.6 N17).

    It is kept where the column lists it as a value or a spelling (``values``, ``synonyms``), and 无
    is 否 in a yes/no column and an answer where the column says so (``none_is_value``).
    """
    if len(cell) > LONGEST_MARK and not cell.isspace():
        return False
    text = tidy(cell)
    if text not in MISSING:
        return False
    text = text.strip("()。.")
    none_counts = column.kind is Kind.BOOL or column.none_is_value
    listed = text in column.values or text in column.synonyms or (none_counts and text == "无")
    return not listed


def _choice(text: str, column: Column) -> str | None:
    if text in column.values:
        return text
    plain = matching(text).rstrip("。.").replace("其它", "其他")
    choices = {matching(spelling).lower(): value for spelling, value in column.synonyms.items()}
    choices |= {matching(value).lower(): value for value in column.values}
    if plain.lower() in choices:
        return choices[plain.lower()]
    stripped = _BRACKETED_END.fullmatch(plain)
    return choices.get(stripped[1].lower()) if stripped else None
