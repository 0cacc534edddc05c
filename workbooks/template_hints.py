"""What a cell of a template says and offers: input messages and drop-downs, never a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time

from schemas.columns import LISTS, NUMERIC, Column, Kind, Need

LONGEST_MESSAGE = 255
LONGEST_TITLE = 32
LONGEST_LIST = 255
"""Excel's limits, in UTF-16 units; Chinese counts one each."""

_WORDS = {
    "zh": {
        "required": "必填。",
        "required_when": "条件必填：{when}。",
        "optional": "选填。",
        "system": "系统计算，请留空。",
        "formula": "自动计算；与单据不符时可直接改写。",
        "choose": "请从下拉列表选择。",
        "several": "可填多项，用“、”分开：{values}。",
        "reference": "填编码，或填名称（不重名时）。",
        "example": "如 {example}。",
        "separator": "、",
    },
    "en": {
        "required": "Required. ",
        "required_when": "Required when {when}. ",
        "optional": "Optional. ",
        "system": "Computed by the system: leave empty. ",
        "formula": "Computed here; overwrite it where the document differs. ",
        "choose": "Choose from the list. ",
        "several": "Several, separated by 、: {values}. ",
        "reference": "The code, or the name where only one has it. ",
        "example": "Such as {example}. ",
        "separator": ", ",
    },
}
_KIND_WORDS = {
    Kind.DATE: ("写全年月日，如 2026-11-22。", "Year, month and day, such as 2026-11-22. "),
    Kind.DATETIME: ("日期和时间，如 2026-11-22 11:30。", "Date and time, such as 2026-11-22 11:30. "),
    Kind.TIME: ("时间，如 08:05。", "A time, such as 08:05. "),
    Kind.MONTH: ("月份，如 2026-11。", "A month, such as 2026-11. "),
    Kind.MONEY: ("单位：元，两位小数。", "In yuan, two decimals. "),
    Kind.PRICE: ("单位：元，最多四位小数。", "In yuan, at most four decimals. "),
    Kind.QTY: ("只填数字，不带单位。", "A number without its unit. "),
    Kind.PCT: ("12.5 表示 12.5%。", "12.5 means 12.5 %. "),
    Kind.INT: ("整数。", "A whole number. "),
    Kind.NAME: ("姓名。", "A name. "),
}
_REFUSED = {
    "zh": ("请核对", "填写的内容与要求不同：{rule}确认无误可以继续。"),
    "en": ("Please check", "This differs from what is expected: {rule}You may go on."),
}
_RANGES = {
    Kind.DATE: ("date", date(2000, 1, 1), date(2099, 12, 31)),
    Kind.DATETIME: ("date", date(2000, 1, 1), date(2099, 12, 31)),
    Kind.TIME: ("time", time(0), time(23, 59, 59)),
}
_MOST = 999_999_999_999


def input_message(column: Column, language: str) -> str:
    """Return the rule of a column in words, at most 255 characters: need, kind, hint, example."""
    words = _WORDS[language]
    if column.need is Need.SYSTEM:
        return words["system"]
    parts = [_need(column, language), _kind(column, language)]
    hint = column.hint_en if language == "en" else column.hint
    if hint:
        parts.append(hint.rstrip("。. ") + ("。" if language == "zh" else ". "))
    if column.example and column.kind not in _KIND_WORDS:
        parts.append(words["example"].format(example=column.example))
    return _clipped("".join(parts).strip(), LONGEST_MESSAGE)


def _need(column: Column, language: str) -> str:
    words = _WORDS[language]
    if column.need is Need.REQUIRED:
        return words["required"]
    when = column.required_hint[language == "en"]
    return words["required_when"].format(when=when.rstrip("。.")) if when else words["optional"]


def _kind(column: Column, language: str) -> str:
    words = _WORDS[language]
    if column.formula:
        return words["formula"]
    if column.kind in _KIND_WORDS:
        return _KIND_WORDS[column.kind][language == "en"]
    if column.kind in LISTS and column.values:
        return words["several"].format(values=words["separator"].join(column.values))
    if column.values:
        return words["choose"]
    return words["reference"] if column.kind is Kind.REFERENCE else ""


def validation(column: Column, language: str, list_source: str | None) -> dict[str, object]:
    """Return the XlsxWriter options of a column's input message and drop-down.

    Nothing is ever refused: readers accept more spellings than Excel can describe (``2026.11.22``,
    ``12个``, ``√``, names for codes), so that the strongest answer is a question.

    Args:
        column: the column.
        language: ``zh`` or ``en``.
        list_source: formula of the list on the dictionary sheet, None where it has none.
    """
    title = column.title_en if language == "en" else column.title
    message = input_message(column, language)
    options = _condition(column, list_source)
    heading, text = _REFUSED[language]
    return {
        "input_title": _clipped(title, LONGEST_TITLE),
        "input_message": message,
        "error_type": "information" if column.kind in _SPELT else "warning",
        "error_title": heading,
        "error_message": _clipped(text.format(rule=message), LONGEST_MESSAGE),
        **options,
    }


_SPELT = frozenset({Kind.DATE, Kind.DATETIME, Kind.TIME, Kind.BOOL})
"""Kinds with many accepted spellings, which deserve a word and not a question."""


def _condition(column: Column, list_source: str | None) -> dict[str, object]:
    if column.need is Need.SYSTEM or column.kind in LISTS:
        return {"validate": "any"}
    if list_source is not None or column.values:
        source = list_source or list(column.values)
        return {"validate": "list", "source": source, "show_error": bool(column.values)}
    if column.kind in _RANGES:
        what, lowest, highest = _RANGES[column.kind]
        return {"validate": what, "criteria": "between", "minimum": lowest, "maximum": highest}
    if column.kind in NUMERIC:
        return _number(column)
    if column.kind is Kind.TEXT and column.limit:
        return {"validate": "length", "criteria": "<=", "value": column.limit}
    return {"validate": "any"}


def _number(column: Column) -> dict[str, object]:
    lowest = -_MOST if column.negative else column.minimum or 0
    return {
        "validate": "integer" if column.kind is Kind.INT else "decimal",
        "criteria": "between",
        "minimum": lowest,
        "maximum": _MOST if column.maximum is None else column.maximum,
    }


def needs_list(column: Column, lists: Mapping[str, object]) -> bool:
    """Tell whether a column's drop-down must stand on the dictionary sheet."""
    if column.need is Need.SYSTEM or column.kind in LISTS:
        return False
    if column.values:
        return len(",".join(column.values)) > LONGEST_LIST or any("," in value for value in column.values)
    return column.kind is Kind.REFERENCE and any(lists.get(target) for target in column.register_refs)


def _clipped(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + "…"
