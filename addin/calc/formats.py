"""Number formats of cells: their codes, and what kind of value they show."""

from __future__ import annotations

import re
from enum import Enum

from addin.calc import bridge
from addin.calc.areas import Area, of_range
from addin.calc.bridge import UnoObject

DAY_FORMAT, MOMENT_FORMAT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
GENERAL, LOGICAL = "General", "BOOLEAN"

# com.sun.star.util.NumberFormat
# The parts of the code of a date that are words; LibreOffice writes the others in capitals.
_WORDS = re.compile(r'"[^"]*"|\\.|\[[^\]HMS][^\]]*\]|General|AM/PM|A/P')
_DATE, _TIME, _NUMBER, _TEXT, _LOGICAL = 2, 4, 16, 256, 1024
# Formats of one language are numbered together; the first of them is General.
_LANGUAGE = 10_000
_STANDARD = {GENERAL: _NUMBER, "@": _TEXT, LOGICAL: _LOGICAL}


class Kind(Enum):
    """What a number format makes of the number in its cell."""

    NUMBER = "number"
    DATE = "date"
    TEXT = "text"
    LOGICAL = "logical"


def _english() -> UnoObject:
    return bridge.struct("lang.Locale", Language="en", Country="US")


def kind_of(document: UnoObject, key: int) -> Kind:
    """Return the kind of a number format of the document."""
    if key % _LANGUAGE == 0:
        return Kind.NUMBER
    kind = document.NumberFormats.getByKey(key).Type
    if kind & (_DATE | _TIME):
        return Kind.DATE
    if kind & _LOGICAL:
        return Kind.LOGICAL
    return Kind.TEXT if kind & _TEXT else Kind.NUMBER


def code_of(document: UnoObject, key: int) -> str:
    """Return the code of a number format as Excel writes it; Chinese and English ones have the same letters."""
    if key % _LANGUAGE == 0:
        return GENERAL
    code = str(document.NumberFormats.getByKey(key).FormatString)
    return _small(code) if kind_of(document, key) is Kind.DATE else code


def _small(code: str) -> str:
    """Return the code of a date in small letters, its words as they are."""
    parts, end = [], 0
    for word in _WORDS.finditer(code):
        parts += [code[end : word.start()].lower(), word[0]]
        end = word.end()
    return "".join(parts) + code[end:].lower()


def key_of(document: UnoObject, code: str) -> int:
    """Return the key of a number format given by its English code, added to the document if it is new."""
    formats, own = document.NumberFormats, bridge.struct("lang.Locale")
    if code in _STANDARD:
        return int(formats.getStandardFormat(_STANDARD[code], own))
    key = int(formats.queryKey(code, own, False))
    # Left in English it would be saved as such: [$-409]0.00.
    return key if key != -1 else int(formats.addNewConverted(code, _english(), own))


def kinds(document: UnoObject, cells: UnoObject, area: Area) -> dict[Kind, list[Area]]:
    """Return where in an area which kind of format is, plain numbers left out; some calls whatever the size."""
    if (area.rows, area.columns) == (1, 1):
        kind = kind_of(document, cells.NumberFormat)
        return {} if kind is Kind.NUMBER else {kind: [area]}
    found: dict[Kind, list[Area]] = {}
    for each in indexed(cells.getUniqueCellFormatRanges()):
        kind = kind_of(document, each.NumberFormat)
        if kind is not Kind.NUMBER:
            found.setdefault(kind, []).extend(of_range(at) for at in each.RangeAddresses)
    return found


def indexed(collection: UnoObject) -> list[UnoObject]:
    """Return what an indexed collection of LibreOffice holds."""
    return [collection.getByIndex(index) for index in range(collection.getCount())]
