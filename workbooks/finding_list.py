"""The list of findings as people read it: headings, widths and the texts of each line, whatever writes the sheet."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence

from schemas.findings import Finding, Severity
from schemas.masking import shown_text
from schemas.register import all_registers
from workbooks.marks import SEVERITY_WORDS, cell_of

SHEET_TITLE = {"zh": "校验结果", "en": "Findings"}
HEADERS = {
    "zh": ("序号", "级别", "工作表", "单元格", "栏目", "填写的内容", "问题", "怎么改", "代码"),
    "en": ("No.", "Severity", "Sheet", "Cell", "Column", "Value seen", "What is wrong", "What to do", "Code"),
}
WIDTHS = (6, 7, 19, 9, 14, 20, 46, 34, 17)
HEADER_ROW = 4
"""Below title, counts and how to use the list; one line per finding follows."""
SEVERITY_PLACE, SHEET_PLACE, CELL_PLACE = 2, 3, 4
"""Columns of the list, counted from 1."""
LEFT_PLACES = frozenset({6, 7, 8})
"""Columns of long texts, which begin at the left."""
FONT = "宋体"
_LONGEST_VALUE = 200
_WORDS = {
    "zh": {
        "title": "“{name}”校验结果",
        "none": "没有发现错误。",
        "counts": "错误 {errors} 处（须改正，否则该行不入账）　提醒 {warnings} 处（已接受，请核对）　提示 {notes} 处",
    },
    "en": {
        "title": "Findings in “{name}”",
        "none": "No mistakes found.",
        "counts": (
            "{errors} errors (the row is held until corrected)　"
            "{warnings} warnings (accepted, please check)　{notes} notes"
        ),
    },
}


def title_of(name: str, language: str) -> str:
    """Return the title of the list of findings in a workbook."""
    return _WORDS[language]["title"].format(name=name)


def headline_of(findings: Sequence[Finding], language: str) -> str:
    """Return how many findings there are of each severity, or that there are none."""
    count = Counter(found.severity for found in findings)
    words = _WORDS[language]
    counts = words["counts"].format(
        errors=count[Severity.ERROR], warnings=count[Severity.WARNING], notes=count[Severity.INFO]
    )
    return counts if findings else words["none"]


def texts_of(found: Finding, language: str) -> tuple[str, ...]:
    """Return the texts of one line, from its severity on (the number before it is the list's)."""
    return (
        SEVERITY_WORDS[language][found.severity],
        found.sheet,
        cell_of(found),
        _column_title(found, language),
        _clipped(found.value),
        found.message(language),
        found.hint(language),
        found.code,
    )


def height_in_lines(texts: Sequence[str]) -> int:
    """Return how many lines the texts of one line of the list take."""
    return max(lines_of(text, WIDTHS[place - 1]) for place, text in enumerate(texts, start=SEVERITY_PLACE))


def lines_of(text: str, width: float) -> int:
    """Return how many lines a text takes in a column: a Chinese character is two places wide."""
    room = max(2.0, width - 1)
    return sum(1 + int(max(0, _places(line) - 0.01) // room) for line in text.split("\n"))


def _places(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WFA" else 1 for letter in line)


def _clipped(value: str) -> str:
    shown = shown_text(value)
    return shown if len(shown) <= _LONGEST_VALUE else shown[:_LONGEST_VALUE] + "…"


def _column_title(found: Finding, language: str) -> str:
    register = all_registers().get(found.register)
    if register is None or found.field not in register.names():
        return found.field
    column = register.column(found.field)
    return column.title_en if language == "en" else column.title
