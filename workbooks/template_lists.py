"""The lists behind the drop-downs of a template: a very hidden sheet, and a code table to look up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from schemas.register import Register, all_registers
from schemas.values import column_letters
from workbooks.template_hints import needs_list
from workbooks.template_style import Styles, shown_width

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from schemas.columns import Column

LISTS_SHEET = "hq_字典"
LISTS_NAME = "hq_lists"
CODES_SHEET = {"zh": "编码对照", "en": "Codes"}
CODES_NAME = "hq_codes"
_CODE_WORDS = ("编码", "编号", "代码", "工号", "单号")

Entries = Sequence[tuple[str, str]]
"""Code and name of rows that a reference may point to."""


@dataclass
class Dictionary:
    """The drop-down lists that are too long to stand in the validation itself."""

    entries: Mapping[str, Entries]
    """Register id to code and name of its rows."""
    columns: dict[tuple[str, ...], int] = field(default_factory=dict)
    """Each list and its column (0-based) on the dictionary sheet."""

    def source(self, column: Column) -> str | None:
        """Return the formula of the list that a column offers, None where it needs none here."""
        if not needs_list(column, self.entries):
            return None
        values = column.values or self._offered(column)
        place = self.columns.setdefault(values, len(self.columns))
        letters = _letters(place)
        return f"='{LISTS_SHEET}'!${letters}$1:${letters}${len(values)}"

    def _offered(self, column: Column) -> tuple[str, ...]:
        """Offer codes where the header asks for a code, else names, and codes of equal names."""
        pairs = [pair for target in column.register_refs for pair in self.entries.get(target, ())]
        if any(word in column.title for word in _CODE_WORDS):
            return tuple(dict.fromkeys(code for code, _ in pairs))
        names = [name for _, name in pairs]
        unique = {name for name in names if name and names.count(name) == 1}
        return tuple(dict.fromkeys(name if name in unique else code for code, name in pairs))

    def write(self, workbook: Workbook) -> None:
        """Write the very hidden sheet with every list that was asked for, one a column."""
        if not self.columns:
            return
        sheet = workbook.add_worksheet(LISTS_SHEET)
        text = workbook.add_format({"num_format": "@"})
        for values, place in self.columns.items():
            for row, value in enumerate(values):
                sheet.write_string(row, place, value, text)
        sheet.very_hidden()
        last = f"${_letters(len(self.columns) - 1)}${max(map(len, self.columns))}"
        workbook.define_name(LISTS_NAME, f"='{LISTS_SHEET}'!$A$1:{last}")


def write_code_table(
    workbook: Workbook,
    registers: Sequence[type[Register]],
    entries: Mapping[str, Entries],
    styles: Styles,
    language: str,
) -> None:
    """Write the sheet where people look up codes: a pair of columns per register that is referred to."""
    targets = [target for target in _targets(registers) if entries.get(target)]
    if not targets:
        return
    sheet = workbook.add_worksheet(CODES_SHEET[language])
    for number, target in enumerate(targets):
        _write_pairs(sheet, 3 * number, _title_of(target, language), entries[target], styles, language)
    sheet.set_row(0, 40)
    sheet.freeze_panes(2, 0)
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)
    last = _letters(3 * len(targets) - 2)
    workbook.define_name(CODES_NAME, f"='{CODES_SHEET[language]}'!$A$1:${last}$2")


def _targets(registers: Sequence[type[Register]]) -> tuple[str, ...]:
    asked = [target for register in registers for column in register.columns for target in column.register_refs]
    return tuple(dict.fromkeys(asked))


def _title_of(register_id: str, language: str) -> str:
    register = all_registers().get(register_id)
    if register is None:
        return register_id
    return register.title_en if language == "en" else register.title


def _write_pairs(sheet: Worksheet, left: int, title: str, pairs: Entries, styles: Styles, language: str) -> None:
    heading, cell = styles.boxed(bold=True, bg_color="#EEF4FA"), styles.boxed(num_format="@")
    headers = ("Code", "Name") if language == "en" else ("编码", "名称")
    sheet.merge_range(0, left, 0, left + 1, title, styles.format(bold=True, text_wrap=True))
    for offset, header in enumerate(headers):
        sheet.write_string(1, left + offset, header, heading)
    for row, pair in enumerate(pairs, start=2):
        for offset, value in enumerate(pair):
            sheet.write_string(row, left + offset, value, cell)
    for offset in (0, 1):
        widest = max((shown_width(pair[offset]) for pair in pairs), default=0)
        sheet.set_column(left + offset, left + offset, min(max(widest + 2, 10), 36))
    sheet.set_column(left + 2, left + 2, 3)


def _letters(place: int) -> str:
    return column_letters(place + 1)
