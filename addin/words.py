"""Sentences of the buttons in the language of the school."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from addin.sentences import paragraph
from schemas.findings import Text

_MOST_ROWS = 8


def said(text: Text, language: str, **places: object) -> str:
    """Return a sentence with what to do about it, in ``zh`` or ``en``."""
    return paragraph((text.message(language, places), text.hint(language, places)), language)


def rows_named(rows: Sequence[int]) -> str:
    """Return row numbers as people read them, the first ones of many."""
    named = "、".join(map(str, rows[:_MOST_ROWS]))
    return f"{named} …" if len(rows) > _MOST_ROWS else named


def plain(number: Decimal) -> str:
    """Return a number without trailing zeros or exponent: 25.000 is 25."""
    return f"{number.normalize():f}" if number else "0"
