"""Formulas in the words of Excel and in those of LibreOffice's interface, as text."""

from __future__ import annotations

import re
from collections.abc import Callable

from addin.calc.areas import LAST_COLUMN, LAST_ROW, letters, number

_STRING = r'"(?:[^"]|"")*"'
_QUOTED = r"'(?:[^']|'')+'"
_BARE = r"[^\W\d][\w.]*"
_REFERENCE_AHEAD = r"(?=\$?[A-Za-z]{1,3}(?:\$?\d|:)|\$?\d+:)"
# What means something else on the other side, or several things, is left to LibreOffice's own parser.
_PLAIN = r"""[^"'!,;{}\[\]#~|]"""

_EXCEL = re.compile(rf"(?P<string>{_STRING})|(?P<sheet>{_QUOTED}|{_BARE})!{_REFERENCE_AHEAD}|(?P<comma>,)|{_PLAIN}")
_CALC = re.compile(
    rf"(?P<string>{_STRING})|\$?(?P<sheet>{_QUOTED}|[^\W\d]\w*)\.{_REFERENCE_AHEAD}|(?P<comma>;)|{_PLAIN}"
)
_REFERENCE = re.compile(
    rf"{_STRING}|{_QUOTED}|\[[^\]]*\]|[^\W\d][\w.]*(?=[(!])"
    r"|(?<![\w.$])(?P<fixed_column>\$?)(?P<column>[A-Za-z]{1,3})(?P<fixed_row>\$?)(?P<row>\d{1,7})(?![\w.(])"
)
_INTERSECTION = re.compile(r"[\w)]\s+[\w$(']")


def to_calc(formula: str) -> str | None:
    """Return an Excel formula as ``setFormula`` takes it, None where only LibreOffice's parser can tell.

    ``=SUM('a b'!A1,1)`` becomes ``=SUM($'a b'.A1;1)``.
    """
    return _translated(formula, _EXCEL, ";", lambda sheet: f"${sheet}.")


def from_calc(formula: str) -> str | None:
    """Return what ``getFormula`` says as Excel writes it, None where only LibreOffice's printer can tell."""
    if "COM.SUN.STAR" in formula:
        return None
    return _translated(formula, _CALC, ",", lambda sheet: f"{sheet}!")


def shifted(formula: str, down: int, right: int) -> str:
    """Return an Excel formula as it reads so many rows and columns further: relative references move along.

    A reference that would leave the sheet becomes ``#REF!``.
    """

    def moved(found: re.Match[str]) -> str:
        if not found["column"]:
            return found[0]
        column = number(found["column"]) + (0 if found["fixed_column"] else right)
        row = int(found["row"]) + (0 if found["fixed_row"] else down)
        if not (1 <= column <= LAST_COLUMN and 1 <= row <= LAST_ROW):
            return "#REF!"
        return f"{found['fixed_column']}{letters(column)}{found['fixed_row']}{row}"

    return _REFERENCE.sub(moved, formula)


def _translated(formula: str, parts: re.Pattern[str], separator: str, sheet: Callable[[str], str]) -> str | None:
    found: list[str] = []
    end = 0
    while end < len(formula):
        part = parts.match(formula, end)
        if part is None:
            return None
        end = part.end()
        if part["sheet"]:
            found.append(sheet(part["sheet"]))
        else:
            found.append(separator if part["comma"] else part[0])
    bare = "".join(part if len(part) == 1 else "_" for part in found)
    return None if _INTERSECTION.search(bare) else "".join(found)
