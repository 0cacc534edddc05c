"""Official templates: one sheet per register, made from its declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.columns import Column, Kind
from schemas.register import VERSION, Register
from schemas.values import column_letters
from workbooks import template_style as style
from workbooks.marks import NOTE_MARK
from workbooks.template_guide import write_guide
from workbooks.template_hints import validation
from workbooks.template_lists import Dictionary, write_code_table
from workbooks.template_style import Styles
from workbooks.write import replace_file
from workbooks.xlsx_write import written

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

HEADER_ROW = 3
"""Worksheet row (1-based) of the headers; the data follow from the next row."""
NUMBER_TITLES = ("序号", "行次")
"""Headers of the column that numbers the lines: the second where the register has a 序号 of its own."""
MADE_AT = datetime(2026, 9, 1, tzinfo=UTC)
"""Creation time inside every template, fixed so that equal input gives equal bytes."""
SPARE_ROWS = 1000
"""Rows below the table that have input messages and lists too, for programs whose tables do not grow."""

_MOST_FROZEN = 40.0

Row = Mapping[str, object]
Notes = Mapping[tuple[int, str], str]
"""Place among the rows of a register, from 0, and column to the text of a note."""


def write_template(
    registers: Sequence[type[Register]],
    path: Path,
    *,
    school: str,
    department: str | None = None,
    language: str = "zh",
    rows: Mapping[str, Sequence[Row]] | None = None,
    lists: Mapping[str, Sequence[tuple[str, str]]] | None = None,
    notes: Mapping[str, Notes] | None = None,
    blank_rows: int = 30,
    meta: str | None = None,
    room_above: float = 0,
    finish: Callable[[Workbook], None] | None = None,
) -> None:
    """Write a workbook with one sheet per register; several get a sheet with instructions in front.

    Headers are Chinese in every language: they are what the school prints and what readers look for.
    Equal input gives equal bytes.

    Args:
        registers: what to write, in the order of the sheets.
        path: the file to write or replace.
        school: name printed in the titles.
        department: name or code printed as 填报部门, blank to be filled by hand.
        language: ``zh`` or ``en``, for input messages and instructions.
        rows: register id to data rows, values by column name. What the system computes is shown, and is not
            read back. A formula column keeps its formula
            where the row gives no value for it, and no program has computed it yet: give the value
            wherever the file will be read before Excel saved it.
        lists: register id to (code, name) of the rows that references may point to.
        notes: register id to what is said beside cells of ``rows``; readers leave these notes out.
        blank_rows: lines that each sheet is prepared for; filled ones are among them.
        meta: the line under the title, in place of department and day.
        room_above: points left free above the title of each register's sheet, for what ``finish`` puts there.
        finish: adds to the workbook what it shall have besides, once every sheet is written.

    Raises:
        KeyError: a row names a column that its register does not have.
        TargetLockedError: the file is open in a spreadsheet program, or may not be written.
    """

    def write(beside: Path) -> None:
        with written(beside, in_memory=True) as workbook:
            dictionary = Dictionary(lists or {})
            job = _Job(
                workbook,
                Styles(workbook),
                dictionary,
                school,
                department,
                language,
                blank_rows,
                meta,
                notes or {},
                room_above,
            )
            _write_workbook(job, registers, rows or {})
            if finish is not None:
                finish(workbook)

    replace_file(path, write)


@dataclass(frozen=True)
class _Job:
    """What all sheets of one workbook share."""

    workbook: Workbook
    styles: Styles
    dictionary: Dictionary
    school: str
    department: str | None
    language: str
    blank_rows: int
    meta: str | None
    notes: Mapping[str, Notes]
    room_above: float


def _write_workbook(job: _Job, registers: Sequence[type[Register]], rows: Mapping[str, Sequence[Row]]) -> None:
    title = registers[0].title if len(registers) == 1 else "登记表"
    job.workbook.set_properties({"title": f"{job.school}{title}", "company": job.school, "created": MADE_AT})
    sheets = _sheets(registers)
    if len(registers) > 1:
        gap = " " if job.language == "en" else ""
        heading = f"{job.school}{gap}{job.department or ''}"
        write_guide(job.workbook, sheets, job.styles, heading, job.language)
    for name, register in sheets.items():
        _write_register(job, register, name, rows.get(register.id, ()))
    write_code_table(job.workbook, registers, job.dictionary.entries, job.styles, job.language)
    job.dictionary.write(job.workbook)


def _sheets(registers: Sequence[type[Register]]) -> dict[str, type[Register]]:
    """Return sheet name to register: its title as Excel allows it, with its number where two are alike."""
    sheets: dict[str, type[Register]] = {}
    for register in registers:
        name = re.sub(r"[\[\]:*?/\\]", "_", register.title)[:31]
        sheets[name if name not in sheets else f"{name[:24]}_{register.number}"] = register
    return sheets


def _write_register(job: _Job, register: type[Register], name: str, rows: Sequence[Row]) -> None:
    sheet = job.workbook.add_worksheet(name)
    last_row = HEADER_ROW + max(len(rows), job.blank_rows, 1)
    _write_heading(sheet, job, register, rows)
    _write_table(sheet, job.styles, register, last_row)
    widths = style.column_widths(register)
    for row, values in enumerate(_padded(rows, last_row - HEADER_ROW), start=HEADER_ROW):
        sheet.set_row(row, _row_height(widths, values))
        _write_row(sheet, job.styles, register, row, values)
    _write_notes(sheet, register, job.notes.get(register.id, {}))
    for place, column in enumerate(register.columns, start=1):
        sheet.data_validation(
            HEADER_ROW, place, last_row + SPARE_ROWS - 1, place,
            validation(column, job.language, job.dictionary.source(column)),
        )  # fmt: skip
    last_column = column_letters(len(register.columns) + 1)
    sheet.ignore_errors(_quiet(register, last_row + SPARE_ROWS))
    job.workbook.define_name(
        f"HOUQIN_{register.id}_v{VERSION}", f"='{name}'!$A${HEADER_ROW}:${last_column}${HEADER_ROW}"
    )
    _set_print(sheet, register)


def _write_notes(sheet: Worksheet, register: type[Register], notes: Notes) -> None:
    places = {column.name: place for place, column in enumerate(register.columns, start=1)}
    for (row, name), text in notes.items():
        lines = text.count("\n") + 2
        sheet.write_comment(
            HEADER_ROW + row, places[name], f"{NOTE_MARK}\n{text}", {"width": 320, "height": 20 * lines, "font_size": 9}
        )


def _padded(rows: Sequence[Row], count: int) -> Sequence[Row]:
    return [*rows, *({} for _ in range(count - len(rows)))]


def _write_heading(sheet: Worksheet, job: _Job, register: type[Register], rows: Sequence[Row]) -> None:
    styles, last = job.styles, style.columns_on_first_page(register)
    title = f"{job.school}{_period_of(register, rows)}{register.title}"
    look = styles.format(
        bold=True, font_size=style.TITLE_SIZE, align="center", valign="bottom" if job.room_above else "vcenter"
    )
    sheet.merge_range(0, 0, 0, last, title, look)
    sheet.merge_range(1, 0, 1, last, job.meta or _meta_line(register, job.department), styles.format(font_size=11))
    sheet.set_row(0, style.TITLE_HEIGHT + job.room_above)
    sheet.set_row(1, style.META_HEIGHT)


def _period_of(register: type[Register], rows: Sequence[Row]) -> str:
    """Return the month that the title names: that of the rows, else room to write it."""
    if register.date_column is None:
        return ""
    days = [row.get(register.date_column) for row in rows]
    months = {(day.year, day.month) for day in days if isinstance(day, date)}
    if len(months) == 1:
        year, month = months.pop()
        return f"{year}年{month}月"
    return "" if months else "　　　年　　月"


def _meta_line(register: type[Register], department: str | None) -> str:
    parts = [f"填报部门：{department or '　　　　　　　　'}", "填表日期：　　　　年　　月　　日"]
    if any(column.kind in {Kind.MONEY, Kind.PRICE} for column in register.columns):
        parts.append("金额单位：元")
    return "　　　　".join(parts)


def _write_table(sheet: Worksheet, styles: Styles, register: type[Register], last_row: int) -> None:
    columns: list[dict[str, object]] = [{"header": number_title(register), "header_format": styles.header(None)}]
    for column in register.columns:
        entry = {"header": column.title, "header_format": styles.header(column)}
        if column.formula:
            entry["formula"] = _formula(register, column.formula, lambda other: f"{register.id}[@[{other.title}]]")
        columns.append(entry)
    sheet.set_column(0, 0, style.NUMBER_WIDTH)
    widths = style.column_widths(register)
    for place, column in enumerate(register.columns, start=1):
        sheet.set_column(place, place, widths[column.name], styles.below(column))
    sheet.set_row(HEADER_ROW - 1, _header_height(register, widths))
    sheet.add_table(
        HEADER_ROW - 1, 0, last_row - 1, len(register.columns),
        {"name": register.id, "style": None, "columns": columns},
    )  # fmt: skip


def number_title(register: type[Register]) -> str:
    """Return the header of the column that numbers the lines of a sheet."""
    taken = {column.title for column in register.columns}
    return next(title for title in NUMBER_TITLES if title not in taken)


def _header_height(register: type[Register], widths: Mapping[str, float]) -> float:
    lines = max(-(-style.shown_width(column.title) // int(widths[column.name] - 0.5)) for column in register.columns)
    return max(33.0, 15.0 * lines + 3)


def _formula(register: type[Register], formula: str, place: Callable[[Column], str]) -> str:
    """Return a template formula with every ``[name]`` replaced by where that column stands."""
    return re.sub(r"\[(\w+)\]", lambda found: place(register.column(found[1])), formula)


def _write_row(sheet: Worksheet, styles: Styles, register: type[Register], row: int, values: Row) -> None:
    """Write one data row; ``row`` counts from 0 as XlsxWriter does."""
    places = {column.name: place for place, column in enumerate(register.columns, start=1)}
    if not values.keys() <= places.keys():
        raise KeyError(*sorted(values.keys() - places.keys()))
    sheet.write_number(row, 0, row - HEADER_ROW + 1, styles.body(None))
    for column in register.columns:
        place, value, cell = places[column.name], values.get(column.name), styles.body(column)
        if value is None and column.formula:
            formula = _formula(
                register, column.formula, lambda other: f"{column_letters(places[other.name] + 1)}{row + 1}"
            )
            sheet.write_formula(row, place, formula, cell, "")
        elif column.system and value is not None:
            _show_value(sheet, row, place, value, cell)
        else:
            _write_value(sheet, row, place, value, cell)


def _show_value(sheet: Worksheet, row: int, place: int, value: object, cell: object) -> None:
    """Show what the system computed as a formula: nobody is told later that he typed it."""
    number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    text = str(value)
    quoted = text.replace('"', '""')
    sheet.write_formula(row, place, f"={text}" if number else f'="{quoted}"', cell, float(text) if number else text)


def _row_height(widths: Mapping[str, float], values: Row) -> float:
    """Return the height in points that shows the longest text of a row in full."""
    texts = {name: value for name, value in values.items() if isinstance(value, str) and name in widths}
    lines = [-(-style.shown_width(text) // int(widths[name] - 1)) for name, text in texts.items()]
    return max(style.ROW_HEIGHT, 12.5 * max(lines, default=1) + 2)


def _write_value(sheet: Worksheet, row: int, place: int, value: object, cell: object) -> None:
    match value:
        case None:
            sheet.write_blank(row, place, None, cell)
        case bool():
            sheet.write_string(row, place, "是" if value else "否", cell)
        case int() | float() | Decimal():
            sheet.write_number(row, place, value, cell)
        case date() | time():
            sheet.write_datetime(row, place, value, cell)
        case list() | tuple():
            sheet.write_string(row, place, "、".join(map(str, value)), cell)
        case _:
            sheet.write_string(row, place, str(value), cell)


def _quiet(register: type[Register], last_row: int) -> dict[str, str]:
    """Return the green triangles to leave out: digits in text columns, our own formulas."""
    texts, formulas = [], []
    for place, column in enumerate(register.columns, start=2):
        letters = column_letters(place)
        cells = f"{letters}{HEADER_ROW + 1}:{letters}{last_row}"
        if style.number_format(column) == style.TEXT_FORMAT:
            texts.append(cells)
        if column.formula:
            formulas.append(cells)
    found = {"number_stored_as_text": " ".join(texts), "calculated_column": " ".join(formulas)}
    return {kind: cells for kind, cells in found.items() if cells}


def _set_print(sheet: Worksheet, register: type[Register]) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.75)
    pages = style.pages_wide(register)
    sheet.fit_to_pages(pages, 0)
    sheet.repeat_rows(0, HEADER_ROW - 1)
    if pages > 1:
        sheet.repeat_columns(0, _frozen_columns(register))
    sheet.center_horizontally()
    font = f'&"{style.FONT},常规"&10'
    signatures = "　　　　　　　　".join(f"{who}：" for who in register.signatures)
    sheet.set_footer(f"&L{font}　{signatures}&R{font}第 &P 页 共 &N 页　", {"margin": 0.35})
    sheet.freeze_panes(HEADER_ROW, 1 + _frozen_columns(register))


def _frozen_columns(register: type[Register]) -> int:
    """Return how many leading columns hold the key and leave most of the window to the others."""
    widths, count, total = style.column_widths(register), 0, style.NUMBER_WIDTH
    for column in register.columns:
        total += widths[column.name]
        if column.name not in register.key or total > _MOST_FROZEN:
            break
        count += 1
    return count
