"""What title, meta line and footer of a sheet say: month, department, unit of money, signatures."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from itertools import pairwise
from typing import TYPE_CHECKING

from schemas.columns import Kind
from schemas.normal import code_text, matching, tidy

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from schemas.columns import Column
    from schemas.values import Cell

_DEPARTMENT_LABELS = (
    *("填报部门", "填报单位", "填表部门", "填表单位", "使用部门"),
    *("部门", "部门名称", "科室", "单位", "单位名称"),
)
"""Labels before a department in the meta line, the clearer ones first (DOMAIN.md 6.6 S02)."""
_CURRENCY = re.compile(r"(人民币)?\(?[十百千万亿]*元\)?|人民币|RMB|CNY|¥", re.IGNORECASE)
_LARGE_MONEY = re.compile(r"单位[:(]?(?:人民币)?([十百千万亿]+元)|\((?:人民币)?([十百千万亿]+元)\)")
_LABEL = re.compile(r"(?<!\S)([一-龥]\s{1,4}[一-龥]|(?:[^\s:：\d（(]|[（(][^\s:：）)]*[）)]){1,10})\s*[:：]\s*")
_GAP = re.compile(r"\s{2,}")
_DAY = re.compile(r"20\d\d\s*[年./-]\s*\d{1,2}\s*[月./-]\s*\d{1,2}\s*日?")
_BRACKETED = re.compile(r"\([^()]*\)")
_UNFILLED = re.compile(r"[年月日\s]*")
_TO = "[-—–－~～至到]+"

_YEAR_MONTH = re.compile(r"(?<![\d.\-/])(20\d\d)(?:年(\d{1,2})(?=月|日|-|至|$)|[.\-/](\d{1,2})(?!\d))")
_MONTH_OF_RANGE = re.compile(_TO + r"(?:(?:(20\d\d)年)?(\d{1,2})月|(20\d\d)[./](\d{1,2}))")
_COMPACT_MONTH = re.compile(r"(?<!\d)(20\d\d)(0[1-9]|1[0-2])(?!\d)")
_YEAR = re.compile(r"(?<![\d\-])(20\d\d)年")
_LONE_MONTH = re.compile(r"(?<![\d.\-])(\d{1,2})月")
_NUMERALS = str.maketrans("〇零一二三四五六七八九", "00123456789")
_CHINESE_MONTH = re.compile(r"([一二三四五六七八九]?十[一二]?|[一二三四五六七八九])月")
_CHINESE_YEAR = re.compile(r"二[〇零0][〇零一二三四五六七八九]{2}年")


def row_text(row: Sequence[Cell]) -> str:
    """Return the words of a row in one line, cells apart by three spaces, dates as ISO."""
    return "   ".join(_cell_text(cell) for cell in row if _cell_text(cell))


def _cell_text(cell: Cell) -> str:
    if isinstance(cell, str):
        return unicodedata.normalize("NFKC", cell).strip()
    if isinstance(cell, datetime):
        return cell.date().isoformat()
    return cell.isoformat() if isinstance(cell, date) else ""


def is_meta(line: str) -> bool:
    """Tell whether a line is made of ``label：value`` pairs, as the line under the title is."""
    return _LABEL.search(line) is not None


def metadata_of(lines: Iterable[str]) -> dict[str, str]:
    """Return the ``label：value`` pairs of some lines in order; the unit of money is 金额单位.

    A label without a value is left out, the first value of a label counts. A day without a label
    stands under 日期; lines without any pair stand together under 附注.
    """
    found: dict[str, str] = {}
    notes = []
    for line in lines:
        pairs = _pairs(line)
        for label, value in pairs:
            found.setdefault("金额单位" if _CURRENCY.fullmatch(matching(value)) else label, value)
        if not _LABEL.search(line):
            notes.append(tidy(line))
        elif day := _DAY.search(line):
            found.setdefault("日期", tidy(day[0]))
    if notes:
        found["附注"] = "\n".join(notes)
    return found


def _pairs(line: str) -> list[tuple[str, str]]:
    """Return labels with their values; a value ends at a wide gap, at a day or at the next label."""
    labels = list(_LABEL.finditer(line))
    starts = [*(label.start() for label in labels), len(line)]
    pairs = []
    for label, end in zip(labels, starts[1:], strict=True):
        name, rest = matching(label[1]), line[label.end() : end].strip()
        value = rest if name in {"备注", "说明", "填表说明", "注", "填报说明"} else _GAP.split(rest)[0]
        if not name.endswith(("日期", "时间")):
            value = _DAY.split(value)[0]
        if tidy(value) and not _UNFILLED.fullmatch(rest):
            pairs.append((name, tidy(value)))
    return pairs


def value_above(column: Column, rows: Sequence[Sequence[Cell]], sheet: str) -> str | None:
    """Return what the rows above a table say of a column that the table lacks, None where they say nothing.

    ``账号：6222…`` in one cell, or label and value in cells beside each other. Of a code only what is one.
    """
    if not column.above:
        return None
    lines = [line for line in map(row_text, rows) if line]
    if column.kind is Kind.MONTH and (period := period_of(lines, sheet)):
        return period
    said = metadata_of(line for line in lines if is_meta(line))
    labels = {matching(label) for label in column.above}
    values = [value for label, value in said.items() if label in labels] + list(_beside(rows, labels))
    if column.pattern is None:
        return next(iter(values), None)
    codes = (re.search(rf"(?<![0-9A-Z*]){column.pattern}(?![0-9A-Z*])", code_text(value)) for value in values)
    return next((found[0] for found in codes if found), None)


def _beside(rows: Sequence[Sequence[Cell]], labels: Collection[str]) -> Iterator[str]:
    """Yield what stands to the right of a label in a cell of its own."""
    for row in rows:
        filled = [cell for cell in row if cell not in (None, "")]
        for cell, value in pairwise(filled):
            if isinstance(cell, str) and _BRACKETED.sub("", matching(cell)).rstrip(":") in labels:
                yield str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def department_of(metadata: Mapping[str, str]) -> str | None:
    """Return the department as typed, None where no label names one."""
    plain = {label.partition("(")[0]: value for label, value in reversed(list(metadata.items()))}
    return next((plain[label] for label in _DEPARTMENT_LABELS if label in plain), None)


def large_money_unit(lines: Iterable[str]) -> str | None:
    """Return 万元 (千元, 亿元 …) where title or meta line say that amounts are in it (S35)."""
    for line in lines:
        if found := _LARGE_MONEY.search(matching(line)):
            return found[1] or found[2]
    return None


def period_of(lines: Sequence[str], sheet: str) -> str | None:
    """Return the month of a sheet as ``yyyy-mm``; None where none or more than one is named.

    The title comes first, then the sheet's name (its ``11月`` with the year of the title), then the
    meta line, in which a full day is the day of filling in and not the month of the sheet.
    """
    titles = [_western(line) for line in lines if not is_meta(line)]
    metas = [_DAY.sub(" ", _western(line)) for line in lines if is_meta(line)]
    name = _western(sheet)
    named = _months(" ".join(titles)) or _months(name) or _compact(name)
    if not named:
        years = {found[1] for line in (*titles, *metas) for found in _YEAR.finditer(line)}
        lone = {int(found[1]) for found in _LONE_MONTH.finditer(name)}
        named = {(int(year), month) for year in years for month in lone}
    named = named or _months(" ".join(metas))
    if len(named) != 1:
        return None
    year, month = named.pop()
    return f"{year}-{month:02d}" if 1 <= month <= 12 else None


def _months(text: str) -> set[tuple[int, int]]:
    months = {(int(found[1]), int(found[2] or found[3])) for found in _YEAR_MONTH.finditer(text)}
    if months:
        first = min(months)
        ends = _MONTH_OF_RANGE.finditer(text)
        months |= {(int(end[1] or end[3] or first[0]), int(end[2] or end[4])) for end in ends}
    return months


def _compact(text: str) -> set[tuple[int, int]]:
    return {(int(found[1]), int(found[2])) for found in _COMPACT_MONTH.finditer(text)}


def _western(text: str) -> str:
    """Return the text for matching with 二〇二六年十一月 as 2026年11月."""
    plain = _CHINESE_YEAR.sub(lambda found: found[0].translate(_NUMERALS), matching(text))
    return _CHINESE_MONTH.sub(lambda found: f"{_month_number(found[1])}月", plain)


def _month_number(numeral: str) -> int:
    tens, ten, ones = numeral.rpartition("十")
    units = int(ones.translate(_NUMERALS)) if ones else 0
    return (int(tens.translate(_NUMERALS)) if tens else 1) * 10 + units if ten else units
