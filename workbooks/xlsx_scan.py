"""The quick look at the XML of a sheet: counts and cheap triggers, and only the cells that they point at.

A byte search over a sheet of 100,000 cells takes 1 to 3 ms, expat 150 ms. So the usual form of the XML, as
Excel, WPS, LibreOffice and the common writers make it, is searched as bytes, and whatever else (a namespace
prefix, single quotes, comments, cells without a reference) is left to ``xlsx_walk``.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable, Iterator

from workbooks.refusals import RefusedError, hostile, too_large
from workbooks.xlsx_cells import RawCell, SheetFacts, place_of, range_of
from workbooks.xlsx_styles import Styles

MAX_EDGE = 64 << 20
"""Bytes before the first and after the last cell (merged ranges, validations, conditional formats)."""
MAX_MERGED = 100_000

_DIMENSION = re.compile(rb"""<(?:\w+:)?dimension\s[^>]*?ref=["']([A-Z0-9:]+)["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]*?ref=["']([^"']+)["']""")
_HIDDEN_ROW = re.compile(rb'<row [^>]*?hidden="(?:1|true)"[^>]*>')
_CELL = re.compile(rb"<c ([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_FORMULA = re.compile(rb"<f(\s[^>]*?)?(?:/>|>([^<]*)</f>)")
_VALUE = re.compile(rb"<v(?:\s[^>]*)?>([^<]*)</v>")
_LAST_ROW = re.compile(rb'<row [^>]*?r="(\d+)"')
_FAR = re.compile(rb'<c r="(?:[A-Z]{3}|[A-Z]+[0-9]{7})')
_UNUSUAL = (b"='", b"<!", b"<c>", b"<row>")
_FOREIGN_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8)""", re.IGNORECASE)


class SheetScan:
    """One look at a sheet part.

    Args:
        chunks: The part in pieces.
        styles: The workbook's meaningful styles.

    Attributes:
        usual: Whether the XML has the usual form; if not, only ``merged`` and ``dimension`` count.
        struck: Whether a cell is struck through, which only a walk over all cells can judge.
        facts: What the cells say that the triggers point at.
        value_cells: Cells that seem to have a value.
        far: Whether a cell lies in a column of three letters or a row of seven digits, or claims to.
        content_end: Bytes up to the end of the last row with content; 0 where unknown.
        last_row: Number of the last row with content, 0 where unknown.
        dimension: Last row and column as the file states them, (0, 0) where it does not.

    Raises:
        RefusedError: the sheet is hostile or over the limits.
    """

    def __init__(self, chunks: Iterable[bytes], styles: Styles) -> None:
        self.usual = True
        self.struck = False
        self.far = False
        self.facts = SheetFacts()
        self.value_cells = 0
        self.content_end = 0
        self.last_row = 0
        self.dimension = (0, 0)
        self._styles = styles
        self._styled = _style_pattern(styles.red | styles.percent)
        self._struck = _style_pattern(styles.strike)
        self._offset = 0
        rest = self._read_head(iter(chunks))
        tail = self._read_body(rest)
        self.merged = _merged_ranges(tail)

    @property
    def complete(self) -> bool:
        """Tell whether ``facts`` say all that there is to say."""
        return self.usual and not self.struck

    def whole(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the part again as far as it has content: a million formatted blank rows may follow."""
        left = self.content_end if self.usual else sys.maxsize
        for chunk in chunks:
            if left > 0:
                yield chunk[:left]
            left -= len(chunk)

    def _read_head(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        head = b""
        for chunk in chunks:
            head += chunk
            start = head.find(b"<sheetData")
            if start >= 0:
                break
            if len(head) > MAX_EDGE:
                raise too_large("工作表开头过大", "the part before the first cell is too large")
        else:
            start = len(head)
            self.usual = False
        if b"<!DOCTYPE" in head[:start]:
            raise hostile("XML中含有DOCTYPE或实体", "the XML declares a document type or entities")
        self.usual = self.usual and not _FOREIGN_ENCODING.match(head) and b"='" not in head[:start]
        stated = _DIMENSION.search(head, 0, start)
        if stated:
            self.dimension = _extent(stated[1].decode())
        self._offset = start
        yield head[start:]
        yield from chunks

    def _read_body(self, chunks: Iterator[bytes]) -> bytes:
        waiting = b""
        for chunk in chunks:
            waiting += chunk
            end = waiting.find(b"</sheetData>")
            if end >= 0:
                self._look_at(waiting[:end])
                return _rest(waiting[end:], chunks)
            cut = max(waiting.rfind(b"<c "), waiting.rfind(b"<row "))
            if cut > 0:
                self._look_at(waiting[:cut])
                waiting = waiting[cut:]
            elif len(waiting) > MAX_EDGE:
                raise too_large("单元格内容过长", "a cell holds too much text")
        if not waiting.startswith(b"<sheetData/>"):
            self.usual = False
        return waiting

    def _look_at(self, body: bytes) -> None:
        """Take in whole cells."""
        if any(mark in body for mark in _UNUSUAL):
            self.usual = False
        if self.usual:
            self.struck = self.struck or bool(self._struck and self._struck.search(body))
            self.far = self.far or bool(_FAR.search(body))
            self._count(body)
            self._collect(body)
        self._offset += len(body)

    def _count(self, body: bytes) -> None:
        filled = body.count(b"<v>") - body.count(b"<v></v>") + body.count(b"<is>")
        self.value_cells += filled
        last = max(body.rfind(b"<v"), body.rfind(b"<f"), body.rfind(b"<is"))
        if last < 0:
            return
        row_end = body.find(b"</row>", last)
        self.content_end = self._offset + (row_end + 6 if row_end >= 0 else len(body))
        opened = _LAST_ROW.match(body, max(body.rfind(b"<row ", 0, last), 0))
        self.last_row = max(self.last_row, int(opened[1]) if opened else 0)

    def _collect(self, body: bytes) -> None:
        for start in sorted(self._pointed_at(body)):
            cell = _CELL.match(body, start)
            raw = _raw_cell(cell) if cell else None
            if raw is None:
                self.usual = False
                return
            if raw.value or raw.formula is not None:
                self.facts.add(raw, self._styles)
        if b' hidden="' in body:
            self._collect_hidden(body)

    def _pointed_at(self, body: bytes) -> set[int]:
        """Return where the cells begin that a trigger lies in."""
        starts = {body.rfind(b"<c ", 0, place) for place in _places(body, b"<f")}
        starts.update(body.rfind(b"<c ", 0, place) for place in _places(body, b't="e"'))
        if self._styled:
            starts.update(body.rfind(b"<c ", 0, found.start()) for found in self._styled.finditer(body))
        return starts

    def _collect_hidden(self, body: bytes) -> None:
        for found in _HIDDEN_ROW.finditer(body):
            number = dict(_ATTRIBUTE.findall(found[0])).get(b"r")
            if number is None or not number.isdigit():
                self.usual = False
                return
            self.facts.hidden_rows.add(int(number))


def _style_pattern(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    if not styles:
        return None
    return re.compile(rb' s="(?:%s)"' % b"|".join(str(number).encode() for number in sorted(styles)))


def _extent(reference: str) -> tuple[int, int]:
    """Return last row and column of the stated dimension, which may be any nonsense."""
    try:
        return range_of(reference)[2:]
    except RefusedError:
        return 0, 0


def _places(body: bytes, wanted: bytes) -> Iterator[int]:
    place = body.find(wanted)
    while place >= 0:
        yield place
        place = body.find(wanted, place + 1)


def _raw_cell(found: re.Match[bytes]) -> RawCell | None:
    """Return a cell from its bytes, None where they are not of the usual form."""
    attributes = dict(_ATTRIBUTE.findall(found[1]))
    inner = found[2] or b""
    style = attributes.get(b"s", b"0")
    if b"r" not in attributes or not style.isdigit() or b"<c " in inner:
        return None
    place = place_of(attributes[b"r"].decode())
    kind = attributes.get(b"t", b"n").decode()
    stored = _VALUE.search(inner)
    value = _text(stored[1]) if stored else ""
    if b"<f" not in inner:
        return RawCell(*place, kind, int(style), value)
    formula = _FORMULA.search(inner)
    if formula is None:
        return None
    traits = dict(_ATTRIBUTE.findall(formula[1] or b""))
    shared = traits.get(b"si", b"").decode() if traits.get(b"t") == b"shared" else None
    return RawCell(*place, kind, int(style), value, _text(formula[2] or b""), shared)


def _text(escaped: bytes) -> str:
    text = escaped.decode("utf-8", "replace")
    return html.unescape(text) if "&" in text else text


def _rest(first: bytes, chunks: Iterator[bytes]) -> bytes:
    pieces, size = [first], len(first)
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if size > MAX_EDGE:
            raise too_large("工作表结尾过大", "the part after the last cell is too large")
    return b"".join(pieces)


def _merged_ranges(tail: bytes) -> tuple[tuple[int, int, int, int], ...]:
    if b"mergeCell" not in tail:
        return ()
    found = _MERGED.findall(tail)
    if len(found) > MAX_MERGED:
        raise too_large(f"合并单元格有{len(found)}处", f"it has {len(found)} merged ranges")
    return tuple(range_of(reference.decode("ascii", "replace")) for reference in found)
