"""The cover of the master ledger: as of when, which workbook was taken, what waits for somebody."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from xlsxwriter.workbook import Workbook

from sync.publish.model import Publication, State, WorkbookState
from sync.publish.paths import MASTER, link, page_paths
from sync.publish.sheets import ACCENT, GREY, GRID, PALE, Heading, Link, Listing, Look, Page, Toned, Value
from sync.publish.words import state_title, word

if TYPE_CHECKING:
    from xlsxwriter.format import Format

    from sync.publish.details import Entry
    from workbooks.template_style import Styles

DIGEST_LETTERS = 16
_STATE_TONES = {
    State.ACCEPTED: "good",
    State.PARTLY: "caution",
    State.WAITING: "caution",
    State.BUSY: "caution",
    State.HELD: "bad",
    State.DAMAGED: "bad",
    State.REFUSED: "bad",
    State.GONE: "caution",
}
_COUNTS = (
    "read",
    "accepted",
    "unchanged",
    "held",
    "conflicting",
    "duplicate",
    "skipped",
    "missing",
    "warnings",
    "errors",
)
_WIDTHS = (12, 31, 11, *(7.7,) * 10, 16, 7.5, 7.5)
"""Widths of the columns: department, workbook, state, ten counts, when taken, two links."""
_LAST = len(_WIDTHS) - 1
_TILES = ((3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 13), (14, 15))
_ENTRIES = ((1, 1), (2, 3), (4, 5), (6, 7), (8, 9), (10, 12), (13, 15))
_SIGNATURES = ((0, 0, "maker"), (1, 1, "accountant"), (3, 6, "head"), (8, 11, "principal"), (13, 15, "sign date"))
_ROW_POINTS = 19
_CHART_ROWS = 10


@dataclass(frozen=True)
class _Department:
    """The sums of one department's workbooks."""

    name: str
    overview: str
    read: int
    in_ledger: int
    held: int
    conflicting: int
    missing: int


@dataclass(frozen=True)
class _Drawing:
    """A chart over columns of the departments' table, placed over columns ``first`` to ``last``."""

    title: str
    series: tuple[tuple[int, str], ...]
    """Column of the table (0-based) and colour."""
    first: int
    last: int


_DRAWINGS = (
    _Drawing("rows in ledger", ((3, "#2F6FA8"),), 7, 11),
    _Drawing("rows pending", ((4, "#D9822B"), (5, "#B3261E"), (6, "#8A94A0")), 12, 15),
)


def write_cover(
    workbook: Workbook,
    styles: Styles,
    publication: Publication,
    books: Sequence[Entry],
    listings: Sequence[Listing],
) -> None:
    """Add the cover as the first sheet."""
    language = publication.language
    page = Page(workbook, styles, word("cover", language))
    page.set_widths(_WIDTHS)
    _write_title(page, publication)
    _write_tiles(page, publication)
    row = _write_contents(page, publication, listings)
    row = _write_departments(page, publication, row + 1)
    row = _write_workbooks(page, publication, row + 1)
    row = _write_registers(page, books, row + 1, language)
    _write_signatures(page, row + 1, language)
    page.print_setup(None, publication.school, word("of pages", language))
    page.sheet.activate()


def _write_title(page: Page, publication: Publication) -> None:
    language = publication.language
    title = f"{publication.school}　{word('ledger', language)}" if publication.school else word("ledger", language)
    page.sheet.set_row(0, 42)
    page.sheet.merge_range(0, 0, 0, _LAST, "", page.style(bold=True, font_size=22, font_color=ACCENT, align="center"))
    page.sheet.write_string(0, 0, title, page.style(bold=True, font_size=22, font_color=ACCENT, align="center"))
    note = page.style(font_color=GREY, align="center", bottom=2, bottom_color=ACCENT)
    page.sheet.set_row(1, 20)
    page.sheet.merge_range(1, 0, 1, _LAST, "", note)
    page.sheet.write_string(1, 0, word("made by", language), note)


def _write_tiles(page: Page, publication: Publication) -> None:
    language, states = publication.language, publication.workbooks
    facts = (
        ("revision", str(publication.revision)),
        ("digest", publication.digest[:DIGEST_LETTERS]),
        ("at", f"{publication.at:%Y-%m-%d %H:%M}"),
        ("today", f"{publication.today:%Y-%m-%d}"),
    )
    for row, (key, text) in enumerate(facts, 3):
        page.sheet.set_row(row, _ROW_POINTS)
        page.put(row, 0, word(key, language), Look.TEXT, bg_color=PALE, bold=True)
        page.put(row, 1, text, Look.TEXT)
    _write_closes(page, publication)
    tiles = (
        ("workbooks", len(states), ""),
        ("read", sum(state.read for state in states), ""),
        ("in ledger", sum(state.in_ledger for state in states), "good"),
        ("held", sum(state.held for state in states), "bad"),
        ("conflicting", sum(state.conflicting for state in states), "bad"),
        ("missing", sum(state.missing for state in states), "caution"),
        ("warnings", sum(state.warnings for state in states), "caution"),
    )
    for (first, last), (key, number, tone) in zip(_TILES, tiles, strict=True):
        head = page.boxed(Look.CENTRED, "head", font_size=10)
        _merged(page, (3, first, 3, last), head)
        page.sheet.write_string(3, first, word(key, language), head)
        body = page.boxed(Look.CENTRED, tone if number else "", font_size=20, bold=True, num_format="#,##0")
        page.sheet.merge_range(4, first, 6, last, "", body)
        page.sheet.write_number(4, first, number, body)


def _write_closes(page: Page, publication: Publication) -> None:
    """Say through which month each book is closed."""
    months: dict[str, list[str]] = {}
    for book, month in publication.closed:
        months.setdefault(month, []).append(book)
    said = "　".join(f"{month} {'、'.join(books)}" for month, books in sorted(months.items()))
    page.sheet.set_row(7, _ROW_POINTS)
    page.put(7, 0, word("closed", publication.language), Look.TEXT, bg_color=PALE, bold=True)
    _merged(page, (7, 1, 7, _LAST), page.boxed(Look.TEXT))
    page.put(7, 1, said or word("nothing closed", publication.language), Look.TEXT)


def _merged(page: Page, cells: tuple[int, int, int, int], shape: Format) -> None:
    """Merge cells, given as first row, first column, last row, last column; a single one stays as it is."""
    if cells[:2] != cells[2:]:
        page.sheet.merge_range(*cells, "", shape)


def _write_contents(page: Page, publication: Publication, listings: Sequence[Listing]) -> int:
    """Write links to the other sheets and to the page of the day, row by row, and return the row after them."""
    language = publication.language
    shape = page.style(font_color="#0B5CAD", underline=1, align="center", border=1, border_color=GRID)
    entries = [Link(f"{each.sheet}（{len(each.rows)}）", f"internal:'{each.sheet}'!A1") for each in listings]
    if publication.report:
        entries.append(Link(word("day title", language), f"external:{link(publication.report, MASTER)}"))
    rows = range(8, 8 + -(-len(entries) // len(_ENTRIES)))
    for row in rows:
        page.sheet.set_row(row, 22)
        page.put(row, 0, word("contents", language) if row == rows.start else "", Look.TEXT, bg_color=PALE, bold=True)
    for number, entry in enumerate(entries):
        line, (first, last) = rows[number // len(_ENTRIES)], _ENTRIES[number % len(_ENTRIES)]
        _merged(page, (line, first, line, last), shape)
        page.link(line, first, entry, shape)
    return rows.stop


def _write_departments(page: Page, publication: Publication, row: int) -> int:
    """Write the sums of each department with a chart beside them and return the row after both."""
    language = publication.language
    departments = _departments(publication)
    if not departments:
        page.sheet.write_string(row, 0, word("no workbooks", language), page.style(font_color=GREY))
        return row + 1
    keys = ("department", "overview", "read", "in ledger", "held", "conflicting", "missing")
    looks = (Look.TEXT, Look.TEXT, *(Look.COUNT,) * 5)
    headings = [Heading(word(key, language), look) for key, look in zip(keys, looks, strict=True)]
    rows: list[list[Value]] = [
        [one.name, one.overview, one.read, one.in_ledger, *map(_alarm, (one.held, one.conflicting, one.missing))]
        for one in departments
    ]
    end = page.table(row, headings, rows, {"name": "hq_departments", "autofilter": False})
    _write_charts(page, row, len(departments), language)
    return max(end, row + _CHART_ROWS + 2)


def _write_charts(page: Page, row: int, count: int, language: str) -> None:
    """Put two charts beside the table: what is in the ledger and what waits, for their scales differ."""
    for drawing in _DRAWINGS:
        chart = page.workbook.add_chart({"type": "bar", "subtype": "stacked"})
        for values, colour in drawing.series:
            chart.add_series(
                {
                    "name": [page.sheet.get_name(), row, values],
                    "categories": [page.sheet.get_name(), row + 1, 0, row + count, 0],
                    "values": [page.sheet.get_name(), row + 1, values, row + count, values],
                    "fill": {"color": colour},
                    "gap": 60,
                }
            )
        chart.set_title({"name": word(drawing.title, language), "name_font": {"size": 10, "bold": True}})
        chart.set_y_axis({"reverse": True, "num_font": {"size": 8}, "line": {"color": GRID}})
        lines = {"visible": True, "line": {"color": "#E3E8ED"}}
        chart.set_x_axis({"num_format": "#,##0", "num_font": {"size": 8}, "major_gridlines": lines, "min": 0})
        chart.set_legend({"position": "bottom", "font": {"size": 8}})
        chart.set_chartarea({"border": {"color": GRID}})
        width = sum(_pixels(_WIDTHS[column]) for column in range(drawing.first, drawing.last + 1)) - 8
        chart.set_size({"width": width, "height": (_CHART_ROWS + 1) * _ROW_POINTS * 4 / 3})
        page.sheet.insert_chart(row, drawing.first, chart, {"object_position": 2, "x_offset": 8})


def _pixels(width: float) -> int:
    """Return the width of a column on the screen, as Excel counts it for its 7-pixel digits."""
    return int(width * 7 + 5)


def _departments(publication: Publication) -> list[_Department]:
    grouped: dict[str, list[WorkbookState]] = {}
    for state in publication.workbooks:
        grouped.setdefault(state.department, []).append(state)
    return [_sums(grouped[code], publication.language) for code in sorted(grouped)]


def _sums(states: Sequence[WorkbookState], language: str) -> _Department:
    kinds = Counter(state_title(state.state, language) for state in states)
    joined = ("，" if language == "zh" else ", ").join(f"{kind} {number}" for kind, number in kinds.items())
    return _Department(
        name=states[0].department_name or states[0].department,
        overview=joined,
        read=sum(state.read for state in states),
        in_ledger=sum(state.in_ledger for state in states),
        held=sum(state.held for state in states),
        conflicting=sum(state.conflicting for state in states),
        missing=sum(state.missing for state in states),
    )


def _write_workbooks(page: Page, publication: Publication, row: int) -> int:
    language = publication.language
    states = sorted(publication.workbooks, key=lambda state: (state.department, state.path))
    if not states:
        return row
    keys = ("department", "workbook", "state", *_COUNTS, "taken", "page", "marked")
    looks = (Look.TEXT, Look.TEXT, Look.CENTRED, *(Look.COUNT,) * 10, Look.TIME, Look.CENTRED, Look.CENTRED)
    headings = [Heading(word(key, language), look) for key, look in zip(keys, looks, strict=True)]
    pages = page_paths(state.path for state in states)
    rows = [_workbook_row(publication, state, pages[state.path]) for state in states]
    end = page.table(row, headings, rows, {"name": "hq_workbooks"})
    page.sheet.set_row(end, _ROW_POINTS)
    page.put(end, 0, word("total", language), Look.TEXT, bold=True, bg_color=PALE)
    for column in range(1, _LAST + 1):
        page.put(end, column, None, Look.TEXT, bg_color=PALE)
    for column, key in enumerate(_COUNTS, 3):
        total = sum(getattr(state, key) for state in states)
        page.put(end, column, total, Look.COUNT, bold=True, bg_color=PALE)
    return end + 1


def _workbook_row(publication: Publication, state: WorkbookState, page_path: str) -> list[Value]:
    language = publication.language
    title, tone = state_title(state.state, language), _STATE_TONES.get(state.state, "")
    counts: list[Value] = [getattr(state, key) for key in _COUNTS]
    for key in ("held", "conflicting", "missing", "errors"):
        counts[_COUNTS.index(key)] = _alarm(getattr(state, key))
    opened = word("open", language)
    marked = Link(opened, f"external:{link(state.feedback, MASTER)}") if state.feedback else None
    return [
        state.department_name or state.department,
        Link(state.name, f"external:{link(state.path, MASTER)}"),
        Toned(title, tone) if tone else title,
        *counts,
        publication.local(state.taken_at),
        Link(opened, f"external:{link(page_path, MASTER)}"),
        marked,
    ]


def _alarm(number: int) -> Value:
    return Toned(number, "caution") if number else number


def _write_registers(page: Page, books: Sequence[Entry], row: int, language: str) -> int:
    """Write one line per register with the newest of its volumes and return the row after."""
    if not books:
        return row
    keys = ("register", "newest", "period", "row count")
    looks = (Look.TEXT, Look.TEXT, Look.CENTRED, Look.COUNT)
    headings = [Heading(word(key, language), look) for key, look in zip(keys, looks, strict=True)]
    newest = {book.register.id: book for book in books}
    totals: Counter[str] = Counter()
    for book in books:
        totals[book.register.id] += book.rows
    rows: list[list[Value]] = [
        [
            *(book.title, Link(book.path.rsplit("/", 1)[-1], f"external:{link(book.path, MASTER)}")),
            *(book.period, totals[register_id]),
        ]
        for register_id, book in newest.items()
    ]
    return page.table(row, headings, rows, {"name": "hq_registers", "autofilter": False})


def _write_signatures(page: Page, row: int, language: str) -> None:
    page.sheet.set_row(row, 34)
    shape = page.style(bottom=1, bottom_color=GREY, valign="bottom")
    for first, last, key in _SIGNATURES:
        _merged(page, (row, first, row, last), shape)
        page.sheet.write_string(row, first, word(key, language), shape)
