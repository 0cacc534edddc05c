"""How a template looks: colours, fonts, column widths and number formats by kind of column."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from schemas.columns import LISTS, Column, Kind, Need

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook

    from schemas.register import Register

FONT = "宋体"
"""On every Chinese Windows and WPS; other systems replace it by their own serif type."""
TITLE_SIZE, HEADER_SIZE, BODY_SIZE = 18, 10.5, 10
TITLE_HEIGHT, META_HEIGHT, ROW_HEIGHT = 33, 21, 27
"""Row heights in points; a data row holds two lines."""

REQUIRED_FILL, OPTIONAL_FILL, FORMULA_FILL, SYSTEM_FILL = "#BDD7EE", "#EEF4FA", "#E2EFDA", "#D9D9D9"
LINE = "#7F7F7F"

NUMBER_WIDTH = 5.0
"""Width of the 序号 column."""

TEXT_FORMAT = "@"
_FORMATS = {
    Kind.INT: "0",
    Kind.QTY: "General",
    Kind.PRICE: "#,##0.00##",
    Kind.MONEY: "#,##0.00",
    Kind.PCT: "0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm",
    Kind.TIME: "hh:mm",
}
_WIDTHS = {
    Kind.NAME: 7.5,
    Kind.CLASS: 7.0,
    Kind.INT: 5.0,
    Kind.QTY: 7.0,
    Kind.PRICE: 8.0,
    Kind.MONEY: 10.0,
    Kind.PCT: 6.5,
    Kind.DATE: 10.0,
    Kind.DATETIME: 10.5,
    Kind.TIME: 6.5,
    Kind.MONTH: 8.0,
    Kind.SEMESTER: 11.0,
    Kind.BOOL: 5.0,
    Kind.UNIT: 5.0,
    Kind.REFERENCE: 8.0,
    Kind.CODE: 9.0,
}
_LONG_TEXT = 30
_RIGHT = frozenset({Kind.QTY, Kind.PRICE, Kind.MONEY, Kind.PCT})
PAGE_WIDTH = 146.0
"""Digits across A4 landscape at full size."""
_LEAST_WIDTH, _MOST_STRETCH = 5.0, 1.9
_LONG_NUMBER = 10.5
_MOST_SHRINK = 1.4
"""How many times the width of a page is printed on one."""


def shown_width(text: str) -> int:
    """Return the width of a text in digits: a Chinese character takes two."""
    return len(text) if text.isascii() else sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def number_format(column: Column) -> str:
    """Return the Excel number format of a column; everything that is not a number or time is text.

    Text format keeps ``000123`` and a size such as ``1/2`` as they are typed. A formula in a text
    cell would turn into its own text when edited, hence General there.
    """
    fallback = "General" if column.formula else TEXT_FORMAT
    return _FORMATS.get(column.kind, fallback)


def column_widths(register: type[Register]) -> dict[str, float]:
    """Return the width of each column in digits, by name: more where the page has room for it."""
    narrow = {column.name: _narrowest(column) for column in register.columns}
    stretch = (PAGE_WIDTH - NUMBER_WIDTH) / sum(narrow.values())
    factor = min(max(stretch, 1.0), _MOST_STRETCH)
    return {name: round(width * factor, 1) for name, width in narrow.items()}


def pages_wide(register: type[Register]) -> int:
    """Return how many pages a register is printed across, so that it can still be read."""
    total = NUMBER_WIDTH + sum(column_widths(register).values())
    return max(1, round(total / (PAGE_WIDTH * _MOST_SHRINK)))


def columns_on_first_page(register: type[Register]) -> int:
    """Return how many columns of a register surely stand on the first page: its title lies above them."""
    pages, widths = pages_wide(register), [*column_widths(register).values()]
    if pages == 1:
        return len(widths)
    room = (NUMBER_WIDTH + sum(widths)) / pages - NUMBER_WIDTH
    return sum(1 for total in itertools.accumulate(widths) if total <= room)


def _narrowest(column: Column) -> float:
    """Return the width for the content of a column, and its header in two lines."""
    half_header = -(-shown_width(column.title) // 4) * 2 + 2.0
    return max(half_header, _content_width(column), _LEAST_WIDTH)


def _content_width(column: Column) -> float:
    if column.kind is Kind.ENUM:
        return min(max(shown_width(value) for value in column.values) + 1.0, 9.5)
    if column.name == "remark":
        return 13.0
    if column.kind is Kind.TEXT or column.kind in LISTS:
        limit = column.limit or 99
        return 7.0 if limit <= 10 else 9.0 if limit <= 30 else 12.0
    example = shown_width(column.example) + 1.0
    # A long number in an optional column breaks into two lines (RK-202611- / 0001).
    if column.need is not Need.REQUIRED and example > _LONG_NUMBER:
        example = _LONG_NUMBER
    return max(_WIDTHS[column.kind], min(example, 15.0))


def header_fill(column: Column) -> str:
    """Return the fill of a header, which tells what to do with the column."""
    if column.need is Need.SYSTEM:
        return SYSTEM_FILL
    if column.formula:
        return FORMULA_FILL
    return REQUIRED_FILL if column.need is Need.REQUIRED else OPTIONAL_FILL


class Styles:
    """The cell formats of one workbook, made once each."""

    def __init__(self, workbook: Workbook) -> None:
        self._workbook = workbook
        self._made: dict[tuple[tuple[str, object], ...], Format] = {}

    def format(self, **properties: object) -> Format:
        """Return a cell format with these XlsxWriter properties in the font of the template."""
        wanted = {"font_name": FONT, "font_size": BODY_SIZE, "valign": "vcenter", **properties}
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = self._workbook.add_format(wanted)
        return self._made[key]

    def boxed(self, **properties: object) -> Format:
        """Return a format with thin borders that wraps its text."""
        return self.format(border=1, border_color=LINE, text_wrap=True, **properties)

    def header(self, column: Column | None) -> Format:
        """Return the format of a header; None is the 序号 column. Bold tells required in print."""
        bold = column is not None and column.need is Need.REQUIRED
        fill = OPTIONAL_FILL if column is None else header_fill(column)
        return self.boxed(bold=bold, bg_color=fill, align="center", font_size=HEADER_SIZE)

    def body(self, column: Column | None) -> Format:
        """Return the format of a data cell."""
        if column is None:
            return self.boxed(align="center", num_format="0")
        is_long = column.kind in LISTS or (column.kind is Kind.TEXT and (column.limit or 99) > _LONG_TEXT)
        align = "left" if is_long else "right" if column.kind in _RIGHT else "center"
        shade = {"bg_color": "#F2F2F2"} if column.need is Need.SYSTEM else {}
        return self.boxed(align=align, num_format=number_format(column), **shade)

    def below(self, column: Column) -> Format:
        """Return the format of the cells under the table: typed there, ``000123`` stays text too."""
        return self.format(num_format=number_format(column))
