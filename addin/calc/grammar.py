"""Formulas in the words of Excel and in those of LibreOffice's interface, as text."""

from __future__ import annotations

import re
from collections.abc import Callable

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
