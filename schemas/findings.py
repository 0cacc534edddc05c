"""Findings: what is wrong in a cell, with the words that say so in Chinese and English."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, replace
from enum import StrEnum
from string import Formatter
from typing import TYPE_CHECKING

from schemas.masking import masked_numbers, shown_text
from schemas.texts import READER_TEXTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Severity(StrEnum):
    """Error holds the row back, warning is accepted and reported, info is information."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


LETTERS = {"E": Severity.ERROR, "W": Severity.WARNING, "I": Severity.INFO}


@dataclass(frozen=True, slots=True)
class Text:
    """The words of one code: message and hint in both languages, with ``{name}`` places."""

    zh: str
    en: str
    hint_zh: str = ""
    hint_en: str = ""

    def message(self, language: str, args: Mapping[str, object]) -> str:
        """Return the message in ``zh`` or ``en`` with its places filled in."""
        return _filled(self.en if language == "en" else self.zh, args)

    def places(self) -> frozenset[str]:
        """Return the names of the places in all its words."""
        words = self.zh + self.en + self.hint_zh + self.hint_en
        return frozenset(name for _, name, _, _ in Formatter().parse(words) if name)

    def hint(self, language: str, args: Mapping[str, object]) -> str:
        """Return what to do about it, empty where the message says it already."""
        return _filled(self.hint_en if language == "en" else self.hint_zh, args)


class _Open(dict[str, object]):
    """Arguments in which a missing name shows as nothing instead of stopping the message."""

    def __missing__(self, key: str) -> str:
        return ""


def _filled(template: str, args: Mapping[str, object]) -> str:
    return template.format_map(_Open({name: _shown(value) for name, value in args.items()}))


def _shown(value: object) -> str:
    return "" if value is None else shown_text(str(value))


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem in one place.

    ``row`` is the worksheet row (1-based) and ``cell`` its Excel name; both are empty (0, "") for a
    finding on a sheet or a file. ``key`` is the business key of the row where it could be read.
    """

    code: str
    severity: Severity
    text: Text
    workbook: str
    sheet: str = ""
    cell: str = ""
    row: int = 0
    register: str = ""
    field: str = ""
    key: tuple[str, ...] = ()
    value: str = ""
    args: Mapping[str, object] = dataclasses.field(default_factory=dict)

    def message(self, language: str = "zh") -> str:
        """Return what is wrong, in plain words."""
        return self.text.message(language, {"value": self.value, **self.args})

    def hint(self, language: str = "zh") -> str:
        """Return what to type or do instead."""
        return self.text.hint(language, {"value": self.value, **self.args})

    def where(self) -> str:
        """Return the place as Excel writes it: ``[食堂台账.xlsx]出库单!G17``."""
        name = self.workbook.rsplit("/", 1)[-1]
        place = f"[{name}]{self.sheet}"
        return f"{place}!{self.cell}" if self.cell else place

    def line(self, language: str = "zh") -> str:
        """Return place, message and hint in one line for a terminal or a log."""
        message, hint = self.message(language), self.hint(language)
        joints = (" ", "; ") if language == "en" else ("", "，")
        joint = "" if not hint else joints[0] if message.endswith(("？", "?")) else joints[1]
        return f"{self.where()}: {message}{joint}{hint}"

    def as_json(self, language: str = "zh") -> dict[str, object]:
        """Return the promised JSON object of one finding (DESIGN 13)."""
        return {
            "code": self.code,
            "severity": str(self.severity),
            "sheet": self.sheet,
            "cell": self.cell,
            "row": self.row or None,
            "register": self.register,
            "field": self.field,
            "key": list(self.key),
            "value": masked_numbers(self.value),
            "message": self.message(language),
            "hint": self.hint(language),
        }

    def in_workbook(self, workbook: str) -> Finding:
        """Return the same finding under another workbook name."""
        return replace(self, workbook=workbook)


def reader_text(code: str, severity: Severity | None = None) -> Text:
    """Return the words of a code that no register owns (DATE-…, NUM-…, FILE-… of DOMAIN.md 6.6).

    A code with other words at another severity has an entry ``CODE:E``, ``CODE:W`` or ``CODE:I``.
    """
    variant = "" if severity is None else f"{code}:{severity.name[0]}"
    _, zh, en, hint_zh, hint_en = READER_TEXTS.get(variant, READER_TEXTS[code])
    return Text(zh, en, hint_zh, hint_en)


def reader_finding(code: str, workbook: str, *, severity: Severity | None = None, **places: object) -> Finding:
    """Return a finding with a reader's code.

    ``places`` are fields of ``Finding`` (sheet, cell, row, register, field, key, value) and, for
    everything else, arguments of the message. The severity is the code's own unless given.
    """
    fields = {name: places.pop(name) for name in tuple(places) if name in _PLACES}
    places.setdefault("row", fields.get("row"))
    places.setdefault("cell", fields.get("cell"))
    chosen = severity or LETTERS[READER_TEXTS[code][0]]
    return Finding(code, chosen, reader_text(code, severity), workbook, args=places, **fields)  # type: ignore[arg-type]


_PLACES = frozenset({"sheet", "cell", "row", "register", "field", "key", "value"})


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether one of the findings holds something back."""
    return any(found.severity is Severity.ERROR for found in findings)


def in_reading_order(findings: Iterable[Finding]) -> list[Finding]:
    """Return findings by workbook, sheet, row, column and code, equal ones once."""
    unique = {
        (f.workbook, f.sheet, f.row, len(f.cell), f.cell, f.code, f.field, f.value, f.message()): f for f in findings
    }
    return [unique[place] for place in sorted(unique)]
