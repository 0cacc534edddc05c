"""What the cells of a saved workbook look like where a check marks or has marked them: notes and fills."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.values import CellPlace, cell_name
from workbooks.marks import FILLS, NO_FILL, UNSAYABLE
from workbooks.package import Package
from workbooks.xlsx_book import BookParts, SheetPart, read_book, shown_text
from workbooks.xlsx_cells import place_of, range_of
from workbooks.xml_parts import Node, parse_part

ASK = "?"
"""Fill of one colour that the file does not name by its digits (a palette's number): ask the program that shows it."""
_OURS = frozenset(FILLS.values())
_CELL = re.compile(rb'<c r="([A-Z]{1,3}[0-9]{1,7})"(?: s="([0-9]+)")?')
_ROW = re.compile(rb'<row r="([0-9]+)"([^>]*)>')
_STYLE = re.compile(rb' s="([0-9]+)"')
_OWN_FORMAT = re.compile(rb'customFormat="(?:1|true)"')
_COLUMN = re.compile(rb"<col ([^>]*)/>")
_MERGED = re.compile(rb'<mergeCell ref="([^"]+)"')
_PROTECTED = re.compile(rb'<sheetProtection[^>]* sheet="(?:1|true)"')
_ATTRIBUTE = re.compile(rb'([A-Za-z]+)="([^"]*)"')


@dataclass(frozen=True)
class SheetLook:
    """The look of one worksheet."""

    name: str
    hidden: bool
    protected: bool
    notes: Mapping[CellPlace, str]
    """Every note, ours among them, as it is stored."""
    threaded: frozenset[CellPlace]
    """Cells with a conversation, whose note belongs to the program that keeps it."""
    fills: Mapping[CellPlace, str]
    """Fills of the cells asked for, of all with a note of ours and of all in a colour of ours: six digits,
    ``NO_FILL``, ``T<theme>,<tint>`` for a colour of the theme, ``ASK`` or ``UNSAYABLE``."""
    anchors: Mapping[CellPlace, CellPlace]
    """Cell covered by a merged range to the one that shows; of the cells asked for."""


@dataclass(frozen=True)
class BookLook:
    """The look of a workbook, its sheets in their order; charts and the program's own sheets are left out."""

    sheets: tuple[SheetLook, ...]
    locked: bool
    """Whether no sheet can be added or removed."""


def look_at(path: Path, asked: Mapping[str, Iterable[CellPlace]]) -> BookLook:
    """Return notes and fills of an .xlsx or .xlsm file that a spreadsheet program has just saved.

    Args:
        path: the file.
        asked: sheet to cells whose fill is wanted, those under merged ranges too.

    Raises:
        RefusedError: the file is no such workbook, or is damaged.
    """
    package = Package(path.read_bytes())
    parts = read_book(package)
    styles = _fills_by_style(package, parts)
    looks = [
        _sheet_look(package, sheet, styles, asked.get(sheet.name, ()))
        for sheet in parts.sheets
        if sheet.name not in parts.own
    ]
    book = parse_part(package.read(package.related("", "officeDocument")[0]))
    locked = any(node.attributes.get("lockStructure") in {"1", "true"} for node in book.named("workbookProtection"))
    return BookLook(tuple(looks), locked)


def _sheet_look(package: Package, sheet: SheetPart, styles: Mapping[int, str], asked: Iterable[CellPlace]) -> SheetLook:
    content = b"".join(package.chunks(sheet.part))
    notes, threaded = _notes(package, sheet.part)
    ranges = [range_of(found[1].decode()) for found in _MERGED.finditer(content)]
    wanted = set(asked)
    anchors = _anchors(ranges, wanted)
    wanted = {anchors.get(place, place) for place in wanted} | set(notes)
    return SheetLook(
        sheet.name,
        sheet.hidden,
        _PROTECTED.search(content) is not None,
        notes,
        threaded,
        _fills(content, styles, wanted),
        anchors,
    )


def _notes(package: Package, part: str) -> tuple[dict[CellPlace, str], frozenset[CellPlace]]:
    notes: dict[CellPlace, str] = {}
    for comments in package.related(part, "comments"):
        for node in parse_part(package.read(comments)).below("comment"):
            text = node.first("text")
            notes[place_of(node.attributes.get("ref", "").partition(":")[0])] = shown_text(text) if text else ""
    threaded = frozenset(
        place_of(node.attributes.get("ref", ""))
        for threads in package.related(part, "threadedComment")
        for node in parse_part(package.read(threads)).below("threadedComment")
    )
    return notes, threaded


def _anchors(ranges: Iterable[tuple[int, int, int, int]], wanted: set[CellPlace]) -> dict[CellPlace, CellPlace]:
    ordered = sorted(wanted)
    covered = {}
    for top, left, bottom, right in ranges:
        within = slice(bisect_left(ordered, (top, left)), bisect_right(ordered, (bottom, right)))
        for row, column in ordered[within]:
            if left <= column <= right and (row, column) != (top, left):
                covered[row, column] = (top, left)
    return covered


def _fills(content: bytes, styles: Mapping[int, str], wanted: set[CellPlace]) -> dict[CellPlace, str]:
    """Return the fills of the wanted cells, and of every cell in a colour of ours.

    A cell that the file leaves out looks like its row, else like its column.
    """
    names = {cell_name(*place).encode(): place for place in wanted}
    fills = _fills_of_ours(content, styles)
    for cells in _rows(content, sorted({row for row, _ in wanted})):
        for reference, number in _CELL.findall(cells):
            if reference in names:
                fills[names[reference]] = styles.get(int(number or 0), NO_FILL)
    unseen = wanted - fills.keys()
    if unseen:
        rows, columns = _row_styles(content), _column_styles(content)
        for row, column in unseen:
            style = rows.get(row) or next((s for first, last, s in columns if first <= column <= last), 0)
            fills[row, column] = styles.get(style, NO_FILL)
    return fills


def _fills_of_ours(content: bytes, styles: Mapping[int, str]) -> dict[CellPlace, str]:
    """Return the cells in a colour of ours; most sheets have no such style, and are not looked through."""
    ours = sorted(str(style).encode() for style, fill in styles.items() if fill in _OURS)
    if not ours:
        return {}
    found = re.findall(rb'<c r="([A-Z]{1,3}[0-9]{1,7})" s="(' + b"|".join(ours) + rb')"', content)
    return {place_of(reference.decode()): styles[int(style)] for reference, style in found}


def _rows(content: bytes, numbers: Iterable[int]) -> Iterator[bytes]:
    """Yield the XML of some rows, those that are there."""
    start = 0
    for number in numbers:
        mark = b'<row r="%d"' % number
        found = content.find(mark, start)
        start = found if found >= 0 else content.find(mark)
        if start >= 0:
            yield content[start : content.find(b"</row>", start)]
        start = max(start, 0)


def _row_styles(content: bytes) -> dict[int, int]:
    found = {}
    for row, attributes in _ROW.findall(content):
        style = _STYLE.search(attributes)
        if style is not None and _OWN_FORMAT.search(attributes):
            found[int(row)] = int(style[1])
    return found


def _column_styles(content: bytes) -> list[tuple[int, int, int]]:
    found = []
    for match in _COLUMN.finditer(content):
        stated = dict(_ATTRIBUTE.findall(match[1]))
        if stated.get(b"style"):
            found.append((int(stated[b"min"]), int(stated[b"max"]), int(stated[b"style"])))
    return found


def _fills_by_style(package: Package, parts: BookParts) -> dict[int, str]:
    """Return the fill of every cell style (the ``s`` of a cell)."""
    if not parts.styles:
        return {}
    root = parse_part(package.read(parts.styles))
    listed, formats = root.first("fills"), root.first("cellXfs")
    fills = [_fill(node) for node in listed.named("fill")] if listed else []
    places = [node.attributes.get("fillId", "0") for node in formats.named("xf")] if formats else []
    return {
        style: fills[int(place)] for style, place in enumerate(places) if place.isdecimal() and int(place) < len(fills)
    }


def _fill(node: Node) -> str:
    pattern = node.first("patternFill")
    if pattern is None:
        return UNSAYABLE if node.children else NO_FILL
    kind, colour = pattern.attributes.get("patternType", "none"), pattern.first("fgColor")
    if kind == "none":
        return NO_FILL
    if kind != "solid" or colour is None:
        return UNSAYABLE
    stated = colour.attributes
    if rgb := stated.get("rgb", ""):
        return rgb[-6:].upper()
    if theme := stated.get("theme", ""):
        return f"T{theme},{float(stated.get('tint', '0')):.4f}"
    return ASK if stated.get("indexed", "64") not in {"64", "65"} else UNSAYABLE
