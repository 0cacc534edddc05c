"""Write a sheet of ours into the open workbook: a title, what it says in one line, and a list with links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from addin.book import print_across
from workbooks.finding_list import FONT, HEADER_ROW

if TYPE_CHECKING:
    import xlwings as xw

_T = TypeVar("_T")
_HEADER_FILL, _LINK_COLOUR, _QUIET_COLOUR = "#DDEBF7", "#0563C1", "#595959"
_TITLE_HEIGHT, _HEADER_HEIGHT = 30, 24
_INVISIBLE = ";;;"
_MOST_LINKS = 5_000
"""A link follows its cell by a function that is computed with every edit; further lines name their cell only."""
_MEMORY_GAP = 2
"""Columns between the list and the cell in which a sheet remembers something for the next time."""


@dataclass(frozen=True)
class Listing:
    """What a sheet of ours shows; texts stay texts, whatever they look like."""

    title: str
    headline: str
    how: str
    headers: tuple[str, ...]
    widths: tuple[float, ...]
    lines: Sequence[Sequence[str | int]]
    """Whole numbers stand in ``number_places`` only."""
    links: Sequence[str]
    """For each line the formula of its link, "" for a plain text."""
    link_place: int
    """Column of the links, counted from 1; 0 for none."""
    fills: Sequence[str]
    """For each line the fill of its state, six digits, "" for none."""
    fill_place: int
    left_places: frozenset[int]
    """Columns of long texts, which begin at the left."""
    number_places: frozenset[int] = frozenset({1})
    """Columns of numbers: as texts a spreadsheet program would complain of them."""
    memory: str = ""


def write_listing(sheet: xw.Sheet, listing: Listing) -> None:
    """Write a list onto an empty sheet: one call for all texts, one for all links, one per run of one fill."""
    for place, width in enumerate(listing.widths, start=1):
        sheet.range((1, place)).column_width = width
    _write_heading(sheet, listing)
    if listing.lines:
        _write_lines(sheet, listing)
    sheet.freeze_panes.freeze_at(f"1:{HEADER_ROW}")
    print_across(sheet, HEADER_ROW + len(listing.lines), len(listing.headers), HEADER_ROW)
    memory = _memory(sheet, len(listing.headers))
    memory.number_format = _INVISIBLE
    memory.value = listing.memory or None


def memory_of(sheet: xw.Sheet, columns: int) -> str:
    """Return what the list on a sheet, of so many columns, remembers."""
    value = _memory(sheet, columns).value
    return value if isinstance(value, str) else ""


def _memory(sheet: xw.Sheet, columns: int) -> xw.Range:
    return sheet.range((1, columns + _MEMORY_GAP))


def _write_heading(sheet: xw.Sheet, listing: Listing) -> None:
    top = sheet.range((1, 1), (3, 1))
    top.number_format = "@"
    top.value = [[listing.title], [listing.headline], [listing.how]]
    top.font.name = FONT
    for row, size in ((1, 16), (2, 12), (3, 10)):
        font = sheet.range((row, 1)).font
        font.size, font.bold = size, row < 3
    sheet.range((3, 1)).font.color = _QUIET_COLOUR
    sheet.range((1, 1)).row_height = _TITLE_HEIGHT
    if listing.lines:
        header = sheet.range((HEADER_ROW, 1), (HEADER_ROW, len(listing.headers)))
        header.value = [list(listing.headers)]
        header.color = _HEADER_FILL
        header.font.bold, header.font.name = True, FONT
        header.horizontal_alignment, header.vertical_alignment = "center", "center"
        header.row_height = _HEADER_HEIGHT


def _write_lines(sheet: xw.Sheet, listing: Listing) -> None:
    first, last, width = HEADER_ROW + 1, HEADER_ROW + len(listing.lines), len(listing.headers)
    cells = sheet.range((first, 1), (last, width))
    cells.number_format = "@"
    cells.font.name, cells.font.size = FONT, 10
    cells.wrap_text = True
    cells.vertical_alignment, cells.horizontal_alignment = "center", "center"
    for place in listing.left_places:
        sheet.range((first, place), (last, place)).horizontal_alignment = "left"
    for place in listing.number_places:
        sheet.range((first, place), (last, place)).number_format = "0"
    cells.value = [list(line) for line in listing.lines]
    for start, end, fill in _runs(listing.fills):
        if fill:
            sheet.range((first + start, listing.fill_place), (first + end, listing.fill_place)).color = f"#{fill}"
    if listing.link_place:
        _write_links(sheet, listing, first)
    cells.rows.autofit()


def _write_links(sheet: xw.Sheet, listing: Listing, first: int) -> None:
    for start, end, is_linked in _runs([bool(link) for link in listing.links[:_MOST_LINKS]]):
        if not is_linked:
            continue
        links = sheet.range((first + start, listing.link_place), (first + end, listing.link_place))
        links.number_format = "General"
        links.formula = [[link] for link in listing.links[start : end + 1]]
        links.font.color = _LINK_COLOUR


def _runs(values: Sequence[_T]) -> Iterator[tuple[int, int, _T]]:
    """Yield first and last place (0-based) of equal values behind one another, with the value."""
    start = 0
    for place in range(1, len(values) + 1):
        if place == len(values) or values[place] != values[start]:
            yield start, place - 1, values[start]
            start = place
