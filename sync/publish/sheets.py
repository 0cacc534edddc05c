"""One sheet of the master ledger: title, note, a table with filters, ready to print on A4 landscape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from sync.publish.many_rows import Plain, filled
from sync.publish.package import Edit, header_text
from sync.publish.words import word
from workbooks.template_style import Styles, shown_width

INK, ACCENT, PALE, GRID, GREY, LINK = "#1F2D3D", "#1F4E79", "#EAF1F8", "#C9D3DD", "#6B7785", "#0B5CAD"
GOOD, CAUTION, BAD = "#1E7B4F", "#B7600A", "#B3261E"
_FILLS: Mapping[str, str] = {"bad": "#FBE3E1", "caution": "#FFF3DC", "good": "#E4F3EB", "head": PALE}
_INKS: Mapping[str, str] = {"bad": BAD, "caution": CAUTION, "good": GOOD}
_WIDEST = 52.0
_LONGEST_TEXT = 32_767
_LONGEST_LINK = 2_000
_LONGEST_FOOTER_NAME = 60
_LINE_POINTS, _TALLEST = 14.0, 400.0
_BODY_PER_WIDTH = 1.1
"""Widths count letters of 11 points, tables are written in 10."""
_CHART_PIXELS, _CHART_LINES, _LINE_PIXELS = 430, 9, 26
HEADER_ROW = 2
"""0-based row of the headers of a sheet: title and note stand above."""
_MANY = 200
"""A table at the end of a sheet with more rows than this is written straight into its XML."""


class Look(StrEnum):
    """How the values of a column are shown."""

    TEXT = "text"
    CENTRED = "centred"
    COUNT = "count"
    QUANTITY = "quantity"
    MONEY = "money"
    PRICE = "price"
    TIME = "time"


@dataclass(frozen=True)
class Link:
    """Text that opens another file, or another sheet of this one."""

    text: str
    target: str
    """In XlsxWriter's notation: ``external:`` or ``internal:`` and the address, escaped."""


@dataclass(frozen=True)
class Toned:
    """A value on a coloured ground; the text says the same, colour is never the only sign."""

    value: str | int | Decimal
    tone: str


Value = str | int | Decimal | datetime | Link | Toned | None


@dataclass(frozen=True)
class Heading:
    """One column of a table; a width of 0 is found from the values."""

    title: str
    look: Look = Look.TEXT
    width: float = 0


@dataclass(frozen=True)
class Overview:
    """A small table of sums above a listing, with the same columns and a chart beside it."""

    rows: Sequence[Sequence[Value]]
    drawn: Sequence[tuple[int, str]]
    """Columns (0-based) that the chart shows over the first one, each with its colour."""
    title: str
    """What the chart shows."""


@dataclass(frozen=True)
class Listing:
    """A table with what is said above it, or in its place when it has no rows."""

    sheet: str
    table: str
    """Name of the Excel table."""
    title: str
    note: str
    empty: str
    headings: Sequence[Heading]
    rows: Sequence[Sequence[Value]] = field(default_factory=tuple)
    overview: Overview | None = None


def named_listing(
    name: str, language: str, headings: Iterable[Heading], rows: Sequence[Sequence[Value]], note: str
) -> Listing:
    """Return a sheet by its name among the words; the titles of ``headings`` are words too."""
    return Listing(
        sheet=word(name, language),
        table=f"hq_{name}",
        title=word(f"{name} title", language),
        note=note,
        empty=word(f"{name} empty", language),
        headings=[replace(heading, title=word(heading.title, language)) for heading in headings],
        rows=rows,
    )


class Page:
    """A worksheet being written, in the styles of the whole workbook; rows and columns are 0-based."""

    def __init__(self, workbook: Workbook, styles: Styles, name: str) -> None:
        self.workbook = workbook
        self.sheet: Worksheet = workbook.add_worksheet(name)
        self.styles = styles
        self._widths: Sequence[float] = ()
        self._boxed: dict[tuple[object, ...], Format] = {}
        self._part = f"xl/worksheets/sheet{len(workbook.worksheets())}.xml"
        self.edits: dict[str, Edit] = {}
        """What is to be changed in the finished package: its part and the change."""
        self.sheet.hide_gridlines(2)

    def set_widths(self, widths: Sequence[float]) -> None:
        """Set the width of each column from the first on, in characters."""
        self._widths = widths
        for column, width in enumerate(widths):
            self.sheet.set_column(column, column, width)

    def style(self, **properties: object) -> Format:
        """Return a cell format in the ink of the ledger."""
        return self.styles.format(**{"font_color": INK, **properties})

    def boxed(self, look: Look, tone: str = "", **properties: object) -> Format:
        """Return the format of a table cell."""
        place = (look, tone, *properties.items())
        if place not in self._boxed:
            shown: dict[str, object] = {"border": 1, "border_color": GRID, **_LOOKS[look], **properties}
            if tone:
                shown |= {"bg_color": _FILLS[tone], "font_color": _INKS.get(tone, INK)}
            self._boxed[place] = self.style(**shown)
        return self._boxed[place]

    def put(self, row: int, column: int, value: Value, look: Look, **properties: object) -> None:
        """Write one table cell; text is never taken for a formula or a link."""
        tone = value.tone if isinstance(value, Toned) else ""
        if isinstance(value, Toned):
            value = value.value
        if isinstance(value, Link):
            self.link(row, column, value, self.boxed(look, tone, font_color=LINK, underline=1, **properties))
            return
        self._write(
            row, column, value, self.boxed(look, tone, **{**_number_format(_is_whole(value, look)), **properties})
        )

    def _write(self, row: int, column: int, value: str | int | Decimal | datetime | None, shape: Format) -> None:
        if value is None or value == "":
            self.sheet.write_blank(row, column, None, shape)
        elif isinstance(value, str):
            self.sheet.write_string(row, column, value[:_LONGEST_TEXT], shape)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(row, column, value, shape)
        else:
            self.sheet.write_number(row, column, value, shape)

    def link(self, row: int, column: int, link: Link, shape: Format) -> None:
        """Write a link; one that is longer than Excel allows becomes plain text."""
        if len(link.target) > _LONGEST_LINK:
            self.sheet.write_string(row, column, link.text, shape)
        else:
            self.sheet.write_url(row, column, link.target, shape, link.text)

    def table(
        self, row: int, headings: Sequence[Heading], rows: Sequence[Sequence[Value]], options: Mapping[str, object]
    ) -> int:
        """Write an Excel table with its header in ``row`` and return the row after it.

        ``options`` are those of XlsxWriter's ``add_table``, such as name and filter.
        """
        last = self._table_head(row, headings, len(rows), options)
        for place, values in enumerate(rows, row + 1):
            self.sheet.set_row(place, _row_points(headings, values, self._widths))
            for column, (heading, value) in enumerate(zip(headings, values, strict=True)):
                self.put(place, column, value, heading.look)
        return last + 1

    def last_table(
        self, row: int, headings: Sequence[Heading], rows: Sequence[Sequence[Value]], options: Mapping[str, object]
    ) -> None:
        """Write the table that ends the sheet: as ``table`` does, or faster where there are many rows without links."""
        if len(rows) <= _MANY or any(isinstance(value, Link | datetime) for values in rows for value in values):
            self.table(row, headings, rows, options)
            return
        self._table_head(row, headings, len(rows), options)
        self._put_many(row + 1, headings, rows)

    def _table_head(self, row: int, headings: Sequence[Heading], count: int, options: Mapping[str, object]) -> int:
        """Add an Excel table of so many rows, its header in ``row``, and return its last row."""
        head = self.style(
            bold=True,
            font_color="#FFFFFF",
            bg_color=ACCENT,
            align="center",
            text_wrap=True,
            border=1,
            border_color=GRID,
        )
        columns = [{"header": heading.title, "header_format": head} for heading in headings]
        last = row + count
        self.sheet.add_table(
            row, 0, last, len(headings) - 1, {"columns": columns, "style": None, "autofilter": True, **options}
        )
        self.sheet.set_row(row, 30)
        return last

    def _put_many(self, row: int, headings: Sequence[Heading], rows: Sequence[Sequence[Value]]) -> None:
        """Write the rows of a table that ends the sheet; its columns are texts, numbers and blanks."""
        shapes: dict[tuple[Look, str, bool | None], int] = {}
        lines = []
        for values in rows:
            cells: list[tuple[Plain, int]] = []
            for heading, value in zip(headings, values, strict=True):
                tone, plain = (value.tone, value.value) if isinstance(value, Toned) else ("", value)
                shape = (heading.look, tone, _is_whole(plain, heading.look))
                cells.append((_plain(plain), shapes.setdefault(shape, len(shapes))))
            lines.append((_row_points(headings, values, self._widths), cells))
        for (look, tone, whole), place in shapes.items():
            self.sheet.write_blank(row, place, None, self.boxed(look, tone, **_number_format(whole)))
        self.edits[self._part] = filled(row, lines)

    def print_setup(self, header_row: int | None, school: str, of_pages: str) -> None:
        """Set A4 landscape, one page wide, the header row on every page."""
        self.sheet.set_landscape()
        self.sheet.set_paper(9)
        self.sheet.fit_to_pages(1, 0)
        self.sheet.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.6)
        self.sheet.center_horizontally()
        self.sheet.set_footer(f"&L{header_text(school[:_LONGEST_FOOTER_NAME])}&C&A&R{of_pages}")
        if header_row is not None:
            self.sheet.repeat_rows(header_row)


def write_listing(workbook: Workbook, styles: Styles, listing: Listing, school: str, of_pages: str) -> Page:
    """Add a sheet with one listing, or with one line where there is nothing to list."""
    page = Page(workbook, styles, listing.sheet)
    page.set_widths(
        [column_width(heading, [row[place] for row in listing.rows]) for place, heading in enumerate(listing.headings)]
    )
    page.sheet.set_row(0, 30)
    page.sheet.write_string(0, 0, listing.title, page.style(bold=True, font_size=16, font_color=ACCENT))
    page.sheet.set_row(1, 20)
    page.sheet.write_string(1, 0, listing.note if listing.rows else listing.empty, page.style(font_color=GREY))
    if listing.rows:
        row = HEADER_ROW if listing.overview is None else _write_overview(page, listing, listing.overview)
        page.last_table(row, listing.headings, listing.rows, {"name": listing.table})
        if listing.overview is None:
            page.sheet.freeze_panes(HEADER_ROW + 1, 0)
    page.print_setup(HEADER_ROW if listing.rows else None, school, of_pages)
    return page


def _write_overview(page: Page, listing: Listing, overview: Overview) -> int:
    """Write the sums with their chart to the right, and return the row for the table below both."""
    name = f"{listing.table}_sums"
    end = page.table(HEADER_ROW, listing.headings, overview.rows, {"name": name, "autofilter": False})
    chart = page.workbook.add_chart({"type": "column"})
    sheet, first, last = page.sheet.get_name(), HEADER_ROW + 1, HEADER_ROW + len(overview.rows)
    for column, colour in overview.drawn:
        chart.add_series(
            {
                "name": [sheet, HEADER_ROW, column],
                "categories": [sheet, first, 0, last, 0],
                "values": [sheet, first, column, last, column],
                "fill": {"color": colour},
                "gap": 80,
            }
        )
    chart.set_title({"name": overview.title, "name_font": {"size": 10, "bold": True}})
    chart.set_x_axis({"num_font": {"size": 8}, "line": {"color": GRID}})
    lines = {"visible": True, "line": {"color": "#E3E8ED"}}
    chart.set_y_axis({"num_format": "#,##0", "num_font": {"size": 8}, "major_gridlines": lines, "min": 0})
    chart.set_legend({"position": "bottom", "font": {"size": 8}})
    chart.set_chartarea({"border": {"color": GRID}})
    chart.set_size({"width": _CHART_PIXELS, "height": _CHART_LINES * _LINE_PIXELS})
    page.sheet.insert_chart(HEADER_ROW, len(listing.headings), chart, {"object_position": 2, "x_offset": 16})
    return max(end, HEADER_ROW + _CHART_LINES) + 1


def column_width(heading: Heading, values: Sequence[Value]) -> float:
    """Return the width that header (with its filter button) and values need, Chinese counted twice."""
    if heading.width:
        return heading.width
    widest = max(map(shown_width, {_text_of(value) for value in values}), default=0)
    return min(_WIDEST, max(widest + 2.0, shown_width(heading.title) + 5.0))


def _row_points(headings: Sequence[Heading], values: Sequence[Value], widths: Sequence[float]) -> float:
    """Return the height of a row, set because not every program finds it for wrapped text by itself."""
    lines = 1
    for heading, value, width in zip(headings, values, widths, strict=False):
        if heading.look is Look.TEXT:
            text, room = _text_of(value), int(width * _BODY_PER_WIDTH)
            if 2 * len(text) > room or "\n" in text:
                lines = max(lines, sum(-(-shown_width(line) // room) for line in text.split("\n")))
    return min(_TALLEST, 5.0 + _LINE_POINTS * lines)


def _is_whole(value: Value, look: Look) -> bool | None:
    """Tell whether a quantity is whole; None for what is no quantity."""
    if look is not Look.QUANTITY or not isinstance(value, Decimal):
        return None
    return bool(value == value.to_integral_value())


def _number_format(whole: bool | None) -> dict[str, object]:  # noqa: FBT001 - None is an answer of its own
    """Return what the format of a quantity has of its own: no places where it is whole."""
    return {} if whole is None else {"num_format": "#,##0" if whole else "#,##0.0##"}


def _plain(value: Value) -> Plain:
    if isinstance(value, str):
        return value[:_LONGEST_TEXT]
    return value if isinstance(value, int | Decimal) else None


def _text_of(value: Value) -> str:
    if isinstance(value, Link):
        return value.text
    if isinstance(value, Toned):
        return str(value.value)
    return "" if value is None else str(value)[:16] if isinstance(value, datetime) else str(value)


_LOOKS: Mapping[Look, Mapping[str, object]] = {
    Look.TEXT: {"num_format": "@", "text_wrap": True, "align": "left"},
    Look.CENTRED: {"num_format": "@", "align": "center"},
    Look.COUNT: {"num_format": "#,##0;-#,##0;–", "align": "right", "indent": 1},
    Look.QUANTITY: {"align": "right", "indent": 1},
    Look.MONEY: {"num_format": "#,##0.00", "align": "right", "indent": 1},
    Look.PRICE: {"num_format": "#,##0.0000", "align": "right", "indent": 1},
    Look.TIME: {"num_format": "yyyy-mm-dd hh:mm", "align": "center"},
}
