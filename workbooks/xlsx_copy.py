"""The copy of a workbook that the fast reader is given: the parts that were looked at, and nothing else.

Two readers of one zip file may see two files: parts that are there twice, sizes that lie, parts under other names
than usual. So the fast reader gets a package of our own, with the sheets as far as they have content.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from xml.sax.saxutils import escape, quoteattr

from schemas.values import cell_name
from workbooks.package import Package
from workbooks.refusals import hostile
from workbooks.xlsx_cells import RawCell
from workbooks.xlsx_scan import SheetScan, at_tags
from workbooks.xlsx_walk import walk

MAX_STORED = 16 << 20
"""Bytes up to which a part is stored as it is; larger ones are compressed, for the sake of memory."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_WORKSHEET, _DATA, _END = f'<worksheet xmlns="{_MAIN}">'.encode(), b"<sheetData", b"</sheetData></worksheet>"
_TYPES = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
_RETURN = {"\r": "&#13;"}
_ERROR = re.compile(rb'(<c (?:[^<>]*? )?)t="e"')


@dataclass(frozen=True)
class CopiedSheet:
    """A worksheet to copy.

    Attributes:
        part: Its part.
        scan: What was seen of it.
        plain: Styles whose cells are copied without them.
        rows: First rows that are copied, all of them by default.
    """

    part: str
    scan: SheetScan
    plain: frozenset[int]
    rows: int | None = None


def fast_copy(
    package: Package, sheets: Iterable[CopiedSheet], styles: str, strings: str, *, epoch_1904: bool
) -> io.BytesIO:
    """Return the package for the fast reader; its sheets are named 1, 2 … in their order.

    Args:
        package: The workbook.
        sheets: The worksheets.
        styles: Part of the styles, empty where there is none.
        strings: Part of the shared strings, empty where there is none.
        epoch_1904: Whether its days are counted from 1904.

    Raises:
        RefusedError: a part is damaged or hostile.
    """
    stream = io.BytesIO()
    numbers = []
    with zipfile.ZipFile(stream, "w", compresslevel=1) as copy:
        for number, sheet in enumerate(sheets, 1):
            numbers.append(number)
            size = package.size(sheet.part) if sheet.rows is None else 0
            _write(copy, f"xl/worksheets/sheet{number}.xml", size, _sheet(package, sheet))
        if styles:
            _write(copy, "xl/styles.xml", package.size(styles), package.chunks(styles))
        if strings:
            _write(copy, "xl/sharedStrings.xml", package.size(strings), _without_entities(package.chunks(strings)))
        for name, content in _frame(numbers, epoch_1904=epoch_1904).items():
            copy.writestr(name, content)
    stream.seek(0)
    return stream


def _write(copy: zipfile.ZipFile, name: str, size: int, chunks: Iterable[bytes]) -> None:
    copy.compression = zipfile.ZIP_STORED if size < MAX_STORED else zipfile.ZIP_DEFLATED
    with copy.open(name, "w") as part:
        for chunk in chunks:
            part.write(chunk)


def _sheet(package: Package, sheet: CopiedSheet) -> Iterable[bytes]:
    scan, chunks = sheet.scan, package.chunks(sheet.part)
    if not scan.usual:
        return _rewritten(scan.whole(chunks), sheet.plain)
    if not scan.content_end:
        return (_WORKSHEET, _DATA, b">", _END)
    if sheet.rows is not None:
        return (_WORKSHEET, *_first_rows(scan.cells(chunks), sheet.rows))
    return chain([_WORKSHEET], scan.cells(chunks)) if scan.bare else _as_it_is(scan.whole(chunks), sheet.plain)


def _first_rows(chunks: Iterable[bytes], rows: int) -> Iterator[bytes]:
    """Yield a sheet up to the row below some first ones, nothing where that row is not near."""
    beginning = next(iter(chunks), b"")
    end = beginning.find(b'<row r="%d"' % (rows + 1))
    yield beginning[:end] + _END if end >= 0 else _DATA + b">" + _END


def _as_it_is(chunks: Iterable[bytes], plain: frozenset[int]) -> Iterator[bytes]:
    """Yield the cells of a sheet, errors as texts: the fast reader knows only the oldest errors.

    What stands before the cells is left out: the stated dimension would have room set aside as it likes.
    """
    numbers = b"|".join(str(number).encode() for number in sorted(plain))
    styled = re.compile(rb'(<c [^<>]*?)s="(?:%s)"' % numbers) if plain else None
    begun = False
    for piece in at_tags(chunks):
        body = piece
        if not begun:
            _, start, body = piece.partition(_DATA)
            begun = bool(start)
            yield _WORKSHEET + start if begun else b""
        if begun:
            body = styled.sub(rb"\1", body) if styled else body
            yield _ERROR.sub(rb'\1t="str"', body) if b't="e"' in body else body


def _rewritten(chunks: Iterable[bytes], plain: frozenset[int]) -> Iterator[bytes]:
    """Yield a sheet of which the fast reader may not know the spelling, as Excel would spell its values."""
    rows: list[str] = []

    def take_cell(cell: RawCell) -> None:
        if cell.value:
            style = 0 if cell.style in plain else cell.style
            kind = "str" if cell.kind in {"e", "inlineStr"} else cell.kind
            value = cell.value if kind == "str" else cell.value.strip()
            traits = f'r="{cell_name(*cell.place)}" s="{style}" t={quoteattr(kind)}'
            rows.append(f'<row r="{cell.row}"><c {traits}><v>{escape(value, _RETURN)}</v></c></row>')

    walk(chunks, take_cell)
    yield _WORKSHEET + _DATA + b">"
    yield "".join(rows).encode()
    yield _END


def _without_entities(chunks: Iterable[bytes]) -> Iterator[bytes]:
    for piece in at_tags(chunks):
        if b"<!DOCTYPE" in piece:
            raise hostile("XML中含有DOCTYPE或实体", "the XML declares a document type or entities")
        yield piece


def _frame(numbers: Iterable[int], *, epoch_1904: bool) -> dict[str, str]:
    """Return the parts around the sheets."""
    sheets = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="rId{n}"/>' for n in numbers)
    leads = "".join(_lead(f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in numbers)
    leads += _lead("styles", "styles", "styles.xml") + _lead("strings", "sharedStrings", "sharedStrings.xml")
    return {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _relations(_lead("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><workbookPr date1904="{int(epoch_1904)}"/>'
            f"<sheets>{sheets}</sheets></workbook>"
        ),
        "xl/_rels/workbook.xml.rels": _relations(leads),
    }


def _relations(leads: str) -> str:
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{leads}</Relationships>'
    )


def _lead(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_RELATIONS}/{kind}" Target="{target}"/>'
