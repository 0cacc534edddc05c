"""Tables that are text in truth: HTML and CSV saved by websites as .xls or .xlsx (DOMAIN.md 6.6 S17)."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from itertools import count

from schemas.values import Cell, Details, Grid
from workbooks.calamine_cells import check_box, trimmed
from workbooks.kinds import decoded
from workbooks.refusals import RefusedError, corrupt, hostile, too_large
from workbooks.xlsx_cells import LAST_COLUMN

MAX_TEXT = 64 << 20
"""Bytes of a text; a million rows of a school's register have less."""
MAX_ROWS = 1_048_576
MAX_SPAN = 1_000
MAX_COVERED = 1_000_000
"""Places that the spans of one HTML table may cover."""
_SAMPLE = 64 << 10
_MAX_FIELD = 1 << 20
_GUARDED = re.compile(r'="([^"]*)"')
_TAB_BETWEEN = re.compile(r'[^,;"\s] *"?\t[\t "]*[^,;"\s]')
"""A tab between two cells; banks also set one beside a comma, so that Excel keeps a long number as it is."""
_SILENT_TAGS = {"script", "style", "comment"}
_LINE_TAGS = {"br", "p", "div", "li"}
_BLANKS = re.compile(r"[ \t\r\n\f]+")


def read_delimited(content: bytes, name: str) -> tuple[Grid, ...]:
    """Return the one sheet of a CSV or TSV file: every cell is text.

    Raises:
        RefusedError: it is no text, or too long.
    """
    text = _text(content)
    csv.field_size_limit(_MAX_FIELD)
    rows: list[list[Cell]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text[:_SAMPLE])):
            rows.append([_csv_cell(cell) for cell in row])
            if len(rows) > MAX_ROWS:
                raise too_large("行数过多", "it has too many rows")
    except csv.Error as error:
        raise corrupt(f"CSV有误（{error}）", f"broken CSV ({error})") from error
    return (Grid(name, "Sheet1", trimmed(_even(rows)), details=Details(tells_formulas=False)),)


def _delimiter(sample: str) -> str:
    """Return tab where it stands between the cells of half of the lines, else comma or semicolon."""
    lines = [line for line in sample.splitlines() if line.strip()]
    if 2 * sum(_TAB_BETWEEN.search(line) is not None for line in lines) >= len(lines):
        return "\t"
    return max(",;", key=lambda mark: (sum(mark in line for line in lines), sample.count(mark)))


def _csv_cell(text: str) -> Cell:
    """Return the text of a cell; websites write ``="00123"`` so that Excel keeps the zeros."""
    guarded = _GUARDED.fullmatch(text)
    return (guarded[1] if guarded else text).strip() or None


def read_html(content: bytes, name: str) -> tuple[Grid, ...]:
    """Return one sheet per table of an HTML file; cells are text, spans become merged ranges.

    Raises:
        RefusedError: it is no text, has no table, or too many rows.
    """
    parser = _Tables()
    parser.feed(_text(content))
    parser.close()
    tables = [table for table in parser.tables if table.rows]
    if not tables:
        raise RefusedError("FILE-TYPE", value="HTML")
    names = ("Sheet1" if len(tables) == 1 else f"Sheet{number}" for number in count(1))
    return tuple(
        Grid(name, sheet, trimmed(_even(table.rows)), details=Details(merged=tuple(table.merged), tells_formulas=False))
        for sheet, table in zip(names, tables, strict=False)
    )


def _text(content: bytes) -> str:
    if len(content) > MAX_TEXT:
        raise too_large(f"文本超过{MAX_TEXT >> 20} MB", f"the text has more than {MAX_TEXT >> 20} MB")
    text = decoded(content)
    if text is None:
        raise RefusedError("FILE-TYPE", value="?")
    return text


def _even(rows: list[list[Cell]]) -> list[list[Cell]]:
    width = max((len(row) for row in rows), default=0)
    if width > LAST_COLUMN:
        raise too_large(f"有{width}列", f"it has {width} columns")
    check_box("Sheet1", len(rows), width)
    return [[*row, *([None] * (width - len(row)))] for row in rows]


class _Table:
    """One table in the making; places that a span covers stay blank.

    Attributes:
        text: Pieces of the cell that is open, None between cells.
    """

    def __init__(self) -> None:
        self.rows: list[list[Cell]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.text: list[str] | None = None
        self._span = (1, 1)
        self._covered: set[tuple[int, int]] = set()

    def begin_row(self) -> None:
        self.end_cell()
        if len(self.rows) >= MAX_ROWS:
            raise too_large("行数过多", "it has too many rows")
        self.rows.append([])

    def begin_cell(self, down: int = 1, across: int = 1) -> None:
        self.end_cell()
        self.text, self._span = [], (down, across)

    def end_cell(self) -> None:
        pieces, self.text = self.text, None
        if pieces is not None:
            lines = "".join(pieces).split("\n")
            self._add("\n".join(line.strip() for line in lines).strip(), *self._span)

    def _add(self, text: str, down: int, across: int) -> None:
        if not self.rows:
            self.begin_row()
        row, line = len(self.rows), self.rows[-1]
        while (row, len(line) + 1) in self._covered:
            line.append(None)
        column = len(line) + 1
        line.append(text or None)
        if down > 1 or across > 1:
            self.merged.append((row, column, row + down - 1, column + across - 1))
            if len(self._covered) + down * across > MAX_COVERED:
                raise hostile("合并单元格过大", "its merged cells are too large")
            self._covered |= {(row + below, column + beside) for below in range(down) for beside in range(across)} - {
                (row, column)
            }


class _Tables(HTMLParser):
    """Collects the cells of all tables; a table inside a cell is a table of its own."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tables: list[_Table] = []
        self._open: list[_Table] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, a row or a cell; a caption is a row of one cell, as in Excel."""
        if tag in _SILENT_TAGS:
            self._silent += 1
        elif tag == "table":
            self._open.append(_Table())
            self.tables.append(self._open[-1])
        elif not self._open:
            return
        elif tag == "tr":
            self._open[-1].begin_row()
        elif tag in {"td", "th"}:
            self._open[-1].begin_cell(_span(attrs, "rowspan"), _span(attrs, "colspan"))
        elif tag == "caption":
            self._open[-1].begin_row()
            self._open[-1].begin_cell()
        elif tag in _LINE_TAGS:
            self._take("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what the tag ends."""
        if tag in _SILENT_TAGS:
            self._silent = max(0, self._silent - 1)
        elif not self._open:
            return
        elif tag in {"td", "th", "tr", "caption"}:
            self._open[-1].end_cell()
        elif tag == "table":
            self._open.pop().end_cell()

    def handle_data(self, data: str) -> None:
        """Collect the text of a cell."""
        self._take(_BLANKS.sub(" ", data))

    def _take(self, text: str) -> None:
        if self._open and self._open[-1].text is not None and not self._silent:
            self._open[-1].text.append(text)

    def close(self) -> None:
        """End what the text left open."""
        super().close()
        for table in self._open:
            table.end_cell()


def _span(attributes: list[tuple[str, str | None]], wanted: str) -> int:
    value = dict(attributes).get(wanted) or "1"
    return min(MAX_SPAN, max(1, int(value))) if value.isdecimal() and len(value) < 5 else 1
