"""Cells that hold texts, names, codes, classes and references (DOMAIN.md 6.6 C01-C07, C11)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

from schemas.cells import BLANK, WHOLE_DIGITS, Outcome, refused, shown, warned
from schemas.chinese import integer_of
from schemas.normal import code_text, matching, tidy, tidy_remark
from schemas.values import Percent

if TYPE_CHECKING:
    from schemas.cells import Context
    from schemas.columns import Column
    from schemas.values import Cell

_HAN = "\u3007\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0003ffff"
_NAME = re.compile(rf"[{_HAN}](?:[{_HAN}·]{{0,18}}[{_HAN}])|[A-Za-z][A-Za-z .'·-]{{1,29}}")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}·]) +(?=[{_HAN}·])")
_DOTS = str.maketrans(dict.fromkeys("•‧∙・﹒", "·"))
_SCIENTIFIC = re.compile(r"\d(\.\d+)?E\+\d{2,3}", re.IGNORECASE | re.ASCII)

_COUNT = r"(\d{1,2}|[一二三四五六七八九十]{1,3})"
_SCHOOL_CLASS = (
    re.compile(rf"(初|高)?{_COUNT}年级?第?\(?{_COUNT}\)?班?", re.ASCII),
    re.compile(rf"(初|高)?{_COUNT}\({_COUNT}\)班?", re.ASCII),
    re.compile(r"(初|高)?([一二三四五六七八九])(\d{1,2}|[一二三四五六七八九])班", re.ASCII),
    re.compile(r"(初|高)?([一二三四五六七八九]|\d)[.·-](\d{1,2})班", re.ASCII),
)
"""Spellings as stage, grade and class; 十一班 and 31班 are none of them: they could be cut in two places."""

_NURSERY_CLASS = re.compile(rf"(托|小|中|大)(?:\(?{_COUNT}\)?班|班\(?{_COUNT}\)?班?)", re.ASCII)
_STAGES = {"": 0, "初": 6, "高": 9}
_NURSERY = {"托": "TB", "小": "XB", "中": "ZB", "大": "DB"}
_LETTERED = r"[A-Z]{1,3}\d{1,2}(C\d{1,2})?"
_SCHOOL_WEEK = re.compile(rf"第?{_COUNT}(?:教学)?周", re.ASCII)


def read_text(cell: Cell, column: Column, _context: Context) -> Outcome:
    """Return the text of a cell; a remark keeps its own characters and line breaks."""
    raw = shown(cell)
    text = tidy_remark(raw) if column.name == "remark" else tidy(raw)
    if column.limit is not None and len(text) > column.limit:
        return refused("TEXT-LONG", limit=column.limit)
    return Outcome(text) if text else BLANK


def read_name(cell: Cell, column: Column, _context: Context) -> Outcome:
    """Return a person's name without the spaces that align it (``张　三``)."""
    written = tidy(shown(cell)).translate(_DOTS)
    name = _BETWEEN_HAN.sub("", written)
    if not _NAME.fullmatch(name) or len(name) > (column.limit or len(name)):
        return refused("NAME-INVALID")
    return Outcome(name) if name == written else warned(name, "NAME-TRIM")


def read_code(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return a code: upper case, no spaces, the column's pattern; a long number has lost digits (C04)."""
    if _lost_digits(cell):
        return refused(column.precision_code)
    text = code_text(shown(cell))
    if column.limit is not None and len(text) > column.limit:
        return refused("TEXT-LONG", limit=column.limit)
    if column.pattern is None or re.fullmatch(column.pattern, text):
        return Outcome(text)
    week = _iso_week(text, column, context)
    return warned(week, "DATE-CN") if week else refused("CODE-PATTERN", example=column.example)


def read_reference(cell: Cell, column: Column, _context: Context) -> Outcome:
    """Return the text of a reference as typed, tidy: what it stands for is decided against the ledger."""
    if _lost_digits(cell):
        return refused(column.precision_code)
    text = tidy(shown(cell))
    if column.limit is not None and len(text) > column.limit:
        return refused("TEXT-LONG", limit=column.limit)
    return Outcome(text) if text else BLANK


def read_class(cell: Cell, column: Column, context: Context) -> Outcome:
    """Return the code of a class; other spellings are understood with a warning (C07)."""
    written = shown(cell)
    text = matching(written)
    alias = _alias(written, context)
    if alias is not None:
        return Outcome(alias) if alias == text else warned(alias, "CLASS-ALIAS")
    if re.fullmatch(column.pattern or _LETTERED, text.upper()):
        return Outcome(text.upper())
    class_code = class_of_text(text)
    return refused("CLASS-UNKNOWN") if class_code is None else warned(class_code, "CLASS-ALIAS")


def class_of_text(text: str) -> str | None:
    """Return the code that a usual spelling of a class means: 三(1)班 is G3C1, 大一班 DB1."""
    for spelling in _SCHOOL_CLASS:
        if found := spelling.fullmatch(text.removeprefix("小学")):
            stage, grade, number = found[1] or "", _count(found[2]), _count(found[3])
            is_grade = 1 <= grade <= (3 if stage else 12)
            return f"G{grade + _STAGES[stage]}C{number}" if is_grade and number else None
    if found := _NURSERY_CLASS.fullmatch(text):
        number = _count(found[2] or found[3])
        return f"{_NURSERY[found[1]]}{number}" if number else None
    return None


def _alias(written: str, context: Context) -> str | None:
    wanted = matching(written)
    for spelling, class_code in context.class_aliases.items():
        if matching(spelling) == wanted:
            return class_code
    return None


def _count(text: str) -> int:
    return int(text) if text.isdigit() else integer_of(text) or 0


def _lost_digits(cell: Cell) -> bool:
    """Tell whether a cell is a number of 16 digits or more, or the text that Excel shows for one."""
    if isinstance(cell, str):
        return _SCIENTIFIC.fullmatch(matching(cell)) is not None
    number = cell.value if isinstance(cell, Percent) else cell
    return isinstance(number, (int, float)) and abs(number) >= WHOLE_DIGITS


def _iso_week(text: str, column: Column, context: Context) -> str | None:
    """Return the ISO week of a school week (第12周) where the column holds weeks and the term is known."""
    found = _SCHOOL_WEEK.fullmatch(text)
    if found is None or context.term_start is None or "W" not in (column.pattern or ""):
        return None
    number = _count(found[1])
    year, week, _ = (context.term_start + timedelta(weeks=number - 1)).isocalendar()
    code = f"{year}W{week:02d}"
    return code if number and re.fullmatch(column.pattern or "", code) else None
