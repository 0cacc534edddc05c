"""The quick look at the XML of a sheet: counts and cheap triggers, and only the cells that they point at.

A sheet of 100,000 cells takes expat 150 ms. So the usual form of the XML, as Excel, WPS, LibreOffice and the
common writers make it, is searched, and whatever else (a namespace prefix, single quotes, comments, cells
without a reference) is left to ``xlsx_walk``. One pattern tells whether there is anything to look at at all: with
the automaton of polars it takes 6 ms, where twenty searches of ``bytes`` take 50.
"""

from __future__ import annotations

import html
import re
import sys
from collections.abc import Iterable, Iterator

import polars as pl

from schemas.values import CellPlace
from workbooks.refusals import hostile, too_large
from workbooks.xlsx_cells import (
    LAST_COLUMN,
    LAST_ROW,
    MAX_MERGED,
    RawCell,
    SheetFacts,
    column_number,
    place_of,
    range_of,
)
from workbooks.xlsx_styles import Styles

MAX_EDGE = 64 << 20
"""Bytes before the first and after the last cell (merged ranges, validations, conditional formats)."""

_MOST_STYLES = 50
"""Styles that are looked for one by one; where there are more, every styled cell is looked at."""

# No pattern runs past the tag it began in ([^<>]): otherwise tags that never close would cost quadratic time.
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\s[^<>]*?ref=["']([^"'<>]+)["']""")
_ROW = re.compile(rb"<row ([^<>]*)>")
_CELL = re.compile(rb"<c ([^<>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_PLAIN = re.compile(
    rb'<c r="([A-Z]{1,3})([1-9][0-9]{0,6})"(?: s="([0-9]+)")?(?: t="([a-zA-Z]+)")?>'
    rb"(<f(?: ([^<>]*))?(?:/>|>([^<]*)</f>))?(?:<v>([^<]*)</v>)?</c>"
)
_ATTRIBUTE = re.compile(rb'([\w:]+)="([^"]*)"')
_FORMULA = re.compile(rb"<f(\s[^<>]*?)?(?:/>|>([^<]*)</f>)")
_VALUE = re.compile(rb"<v(?:\s[^<>]*)?>([^<]*)</v>")
_FILLED = re.compile(rb'<c r="([A-Z]+)([0-9]+)"[^<>]*(?<!/)>')

# Patterns of polars, which has no lookaround.
_UNUSUAL = """='|<!| ="|= "|:v>|:f>|:is>"""
_OTHER_TAGS = '<c(?:[^ ]| [^r]| r[^=]| r=[^"])|<row[^ ]'
"""A cell that begins with anything but its reference, a row without attributes."""
_FAR = '<c r="(?:[A-Z]{2}|[A-Z][0-9]{6})'
_HIDDEN = ' hidden="[^0f]'
"""Of a row that is hidden, however that is written; LibreOffice says of every other row that it is not."""
_TELLING = f'{_UNUSUAL}|{_OTHER_TAGS}|{_FAR}|<f|<is|<v></v>|t="e"|{_HIDDEN}'
"""What a sheet of nothing but values has nowhere."""

_FOREIGN_ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["'](?!utf-8)""", re.IGNORECASE)


class SheetScan:
    """One look at a sheet part.

    Args:
        chunks: The part in pieces.
        styles: The workbook's meaningful styles.

    Attributes:
        usual: Whether the XML has the usual form; if not, only ``merged`` counts.
        struck: Whether a cell is struck through, which only a walk over all cells can judge.
        facts: What the cells say that the triggers point at.
        value_cells: Cells that seem to have a value.
        far: Whether a cell lies beyond column Z or row 99,999, or claims to.
        bare: Whether the cells are nothing but values: no formula, error, meaningful style or hidden row.
        content_start: Bytes before the cells.
        content_end: Bytes up to the end of the last row with content; 0 where there is none.

    Raises:
        RefusedError: the sheet is hostile or over the limits.
    """

    def __init__(self, chunks: Iterable[bytes], styles: Styles) -> None:
        self.usual = True
        self.struck = False
        self.far = False
        self.facts = SheetFacts()
        self.value_cells = 0
        self.bare = True
        self.content_start = 0
        self.content_end = 0
        self._styles = styles
        self._styled = _style_pattern(styles.red | styles.percent | styles.elapsed)
        self._struck = _style_pattern(styles.strike)
        self._telling = _telling_pattern(styles)
        self._offset = 0
        self._inside_row = False
        rest = self._read_head(iter(chunks))
        tail = self._read_body(rest)
        self.merged = _merged_ranges(tail)

    @property
    def complete(self) -> bool:
        """Tell whether ``facts`` say all that there is to say."""
        return self.usual and not self.struck

    def whole(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield the part again as far as it has content, well-formed: a million formatted blank rows may follow."""
        left = self.content_end if self.usual else sys.maxsize
        for chunk in chunks:
            if left > 0:
                yield chunk[:left]
            left -= len(chunk)
        if self.usual:
            yield b"</sheetData></worksheet>" if self.content_end else b"<worksheet/>"

    def cells(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield what ``whole`` yields of a sheet in the usual form, without what stands before the cells."""
        left = self.content_start
        for chunk in self.whole(chunks):
            yield chunk[left:]
            left = max(left - len(chunk), 0)

    def _read_head(self, chunks: Iterator[bytes]) -> Iterator[bytes]:
        head = b""
        for chunk in chunks:
            head += chunk
            start = head.find(b"<sheetData")
            if start >= 0:
                break
            if b":sheetData" in head:
                self.usual = False
                return
            if len(head) > MAX_EDGE:
                raise too_large("工作表开头过大", "the part before the first cell is too large")
        else:
            start = len(head)
            self.usual = False
        self.usual = self.usual and b"<worksheet" in head[:start]
        if b"<!DOCTYPE" in head[:start]:
            raise hostile("XML中含有DOCTYPE或实体", "the XML declares a document type or entities")
        self.usual = self.usual and not _FOREIGN_ENCODING.match(head) and b"='" not in head[:start]
        self._offset = self.content_start = start
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
        if self.usual and not waiting.startswith(b"<sheetData/>"):
            self.usual = False
        return waiting

    def _look_at(self, body: bytes) -> None:
        """Take in whole cells."""
        if self.usual:
            text = _as_text(body)
            if text is None or _has(text, self._telling):
                self.bare = False
                self._look_closer(body, text)
            else:
                self._take_values(body)
        self._offset += len(body)

    def _take_values(self, body: bytes) -> None:
        """Count the values of cells that are nothing else."""
        last = body.rfind(b"<v")
        if last >= 0:
            self.value_cells += body.count(b"<v>")
        if last >= 0 or self._inside_row:
            self._end_content(body, last)

    def _look_closer(self, body: bytes, text: pl.Series | None) -> None:
        self.usual = text is not None and not _has(text, _UNUSUAL)
        if self.usual and text is not None:
            last = max(body.rfind(b"<v"), body.rfind(b"<f"), body.rfind(b"<is"))
            if last >= 0:
                self._look_at_content(body, text)
            if last >= 0 or self._inside_row:
                self._end_content(body, last)
            if _has(text, _HIDDEN):
                self._collect_hidden(body)

    def _look_at_content(self, body: bytes, text: pl.Series) -> None:
        self.usual = not _has(text, _OTHER_TAGS)
        self.struck = self.struck or bool(self._struck and self._struck.search(body))
        self.far = self.far or _has(text, _FAR)
        self.value_cells += body.count(b"<v>") - body.count(b"<v></v>") + body.count(b"<is>")
        self._collect(body)

    def _end_content(self, body: bytes, last: int) -> None:
        row_end = body.find(b"</row>", max(last, 0))
        self._inside_row = row_end < 0
        self.content_end = self._offset + (len(body) if self._inside_row else row_end + 6)

    def _collect(self, body: bytes) -> None:
        cells = self._pointed_at(body)
        for start in sorted(cells):
            found = cells[start]
            raw = _plain_cell(found) if found.re is _PLAIN else _raw_cell(found)
            if raw is None:
                self.usual = False
                return
            if raw.value or raw.formula is not None:
                self.facts.add(raw, self._styles)

    def _pointed_at(self, body: bytes) -> dict[int, re.Match[bytes]]:
        """Return the cells that a trigger lies in, by where they begin."""
        triggers = [_places(body, b"<f"), _places(body, b't="e"')]
        if self._styled:
            triggers.append(found.start() for found in self._styled.finditer(body))
        cells: dict[int, re.Match[bytes]] = {}
        for places in triggers:
            done = 0
            for place in places:
                if place < done:
                    continue
                start = body.rfind(b"<c ", done, place)
                done = place
                if start < 0:
                    continue
                found = cells.get(start) or _PLAIN.match(body, start) or _CELL.match(body, start)
                if found is None:
                    self.usual = False
                    return {}
                if found.end() > place:
                    cells[start] = found
                    done = found.end()
        return cells

    def _collect_hidden(self, body: bytes) -> None:
        for found in _ROW.finditer(body):
            if b"hidden=" not in found[1]:
                continue
            attributes = dict(_ATTRIBUTE.findall(found[1]))
            number = attributes.get(b"r", b"")
            if not number.isdigit():
                self.usual = False
                return
            if attributes.get(b"hidden") in {b"1", b"true"}:
                self.facts.hidden_rows.add(int(number))


def _as_text(body: bytes) -> pl.Series | None:
    """Return a piece of a part as what polars searches, None where it is no UTF-8."""
    try:
        return pl.Series([body], dtype=pl.Binary).cast(pl.String)
    except pl.exceptions.InvalidOperationError:
        return None


def _has(text: pl.Series, pattern: str) -> bool:
    return bool(text.str.contains(pattern)[0])


def _telling_pattern(styles: Styles) -> str:
    """Return what shows that there is more to a sheet than values, a cell in one of these styles included."""
    numbers = sorted(styles.red | styles.percent | styles.elapsed | styles.strike)
    if not numbers:
        return _TELLING
    styled = ' s="' if len(numbers) > _MOST_STYLES else f' s="(?:{"|".join(map(str, numbers))})"'
    return f"{_TELLING}|{styled}"


def farthest(chunks: Iterable[bytes]) -> CellPlace:
    """Return the last row and the last column of the cells with content, of a sheet in the usual form.

    Raises:
        RefusedError: no worksheet has such a cell.
    """
    letters, numbers = {b"A"}, {b"1"}
    for piece in at_tags(chunks):
        found = _FILLED.findall(piece)
        letters.update(column for column, _ in found)
        numbers.update(row for _, row in found)
    widest = max(letters, key=lambda column: (len(column), column))
    lowest = max(numbers, key=lambda row: (len(row), row))
    return place_of((widest + lowest).decode())


def at_tags(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield a part in pieces that end before a tag, so that none is cut.

    Raises:
        RefusedError: a text or a tag is longer than any cell may be.
    """
    rest = b""
    for chunk in chunks:
        rest += chunk
        cut = rest.rfind(b"<")
        if cut > 0:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > MAX_EDGE:
            raise too_large("单元格内容过长", "a cell holds too much text")
    yield rest


def _style_pattern(styles: frozenset[int]) -> re.Pattern[bytes] | None:
    """Return what finds the cells with content in these styles; a million formatted blank ones are passed over."""
    if not styles:
        return None
    if len(styles) > _MOST_STYLES:
        return re.compile(rb' s="[0-9]+"[^<>]*(?<!/)>')
    return re.compile(rb' s="(?:%s)"[^<>]*(?<!/)>' % b"|".join(str(number).encode() for number in sorted(styles)))


def _places(body: bytes, wanted: bytes) -> Iterator[int]:
    place = body.find(wanted)
    while place >= 0:
        yield place
        place = body.find(wanted, place + 1)


def _plain_cell(found: re.Match[bytes]) -> RawCell:
    """Return a cell whose bytes stand in the order in which the usual programs write them."""
    letters, number, style, kind, formula, traits, formula_text, value = found.groups()
    row, column = int(number), column_number(letters.decode())
    if row > LAST_ROW or column > LAST_COLUMN:
        place_of((letters + number).decode())
    cell = (row, column, kind.decode() if kind else "n", int(style) if style else 0, _text(value) if value else "")
    if formula is None:
        return RawCell(*cell)
    return RawCell(*cell, _text(formula_text or b""), _shared(traits) if traits else None)


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
    return RawCell(*place, kind, int(style), value, _text(formula[2] or b""), _shared(formula[1] or b""))


def _shared(traits: bytes) -> str | None:
    """Return the number of the shared formula that a formula with these attributes belongs to."""
    attributes = dict(_ATTRIBUTE.findall(traits))
    return attributes.get(b"si", b"").decode() if attributes.get(b"t") == b"shared" else None


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
