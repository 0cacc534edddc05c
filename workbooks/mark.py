"""Marked copies: a copy of a workbook that shows each finding at its cell."""

from __future__ import annotations

import io
import warnings
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from lxml.etree import XMLSyntaxError
from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from schemas.findings import Finding, Severity, in_reading_order
from workbooks.mark_grids import workbook_of_grids
from workbooks.mark_package import finished_package
from workbooks.mark_sheet import write_findings_sheet
from workbooks.marks import (
    FILLS,
    FINDINGS_NAME,
    NO_FILL,
    ORIGIN_PATH,
    ORIGIN_SHA256,
    OWN_LIKE,
    UNSAYABLE,
    Before,
    before_mark,
    cell_of,
    note_box,
    note_of,
    worst,
)
from workbooks.write import replace_file

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell

LARGEST_SHEETS = 30_000_000
"""Bytes of unpacked sheet XML above which the values alone are copied: openpyxl needs 17 times as much
memory, and 5 seconds for 20,000,000 (measured on formatted empty rows)."""

_READABLE = frozenset({"FILE-NO-REGISTER", "FILE-COPY", "FILE-XLS", "FILE-DISGUISED"})
"""FILE-… codes of files that could be read."""
_OPENPYXL_FAILS = (
    *(InvalidFileException, BadZipFile, XMLSyntaxError, OSError, EOFError),
    *(KeyError, IndexError, ValueError, TypeError, AttributeError),
)
"""What openpyxl raises on files that Excel opens: it has no error class of its own for most of them."""
_UNDATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def write_marked(
    source: Path,
    target: Path,
    findings: Sequence[Finding],
    language: str,
    origin_path: str,
    origin_sha256: str,
) -> None:
    """Write a copy of ``source`` with each finding at its cell and all of them on the first sheet.

    Cells with findings get a fill and a note that begins with ``⟦HQ⟧``; a note that was there stays
    below. What openpyxl cannot carry over (macros, pictures of WPS, charts) is not in the copy; an
    .xls, HTML or CSV file is written anew with its values at the same cells; of a file that could
    not be read there is the list of findings only. Equal input gives equal bytes.

    Args:
        source: the workbook, never changed.
        target: the .xlsx to write or replace.
        findings: findings of this workbook, in any order.
        language: ``zh`` or ``en``.
        origin_path: path of the original within the share, kept in the copy.
        origin_sha256: hash of the bytes of the original, kept in the copy.

    Raises:
        TargetLockedError: the target is open in a spreadsheet program, or may not be written.
    """
    ordered = in_reading_order(findings)
    book, original = _copy_of(source, ordered)
    _remove_marks(book)
    _mark_cells(book, ordered, language)
    _write(book, original, target, ordered, language, origin_path, origin_sha256)


def write_findings(
    target: Path, findings: Sequence[Finding], language: str, origin_path: str, origin_sha256: str
) -> None:
    """Write the list of findings only, for a workbook that takes too much to be copied.

    The arguments are those of ``write_marked``.

    Raises:
        TargetLockedError: as there.
    """
    book = _without_sheets(Workbook())
    _write(book, None, target, in_reading_order(findings), language, origin_path, origin_sha256)


def _write(
    book: Workbook,
    original: Path | None,
    target: Path,
    ordered: Sequence[Finding],
    language: str,
    origin_path: str,
    origin_sha256: str,
) -> None:
    write_findings_sheet(book, ordered, language, name=origin_path.replace("\\", "/").rpartition("/")[2])
    _remember_origin(book, origin_path, origin_sha256)
    written = book.properties.modified if original else _UNDATED
    packed = io.BytesIO()
    book.save(packed)
    content = finished_package(packed, original, written or _UNDATED)
    replace_file(target, lambda beside: _write_bytes(beside, content))


def _write_bytes(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def _copy_of(source: Path, findings: Sequence[Finding]) -> tuple[Workbook, Path | None]:
    """Return the workbook to mark, and the package whose stored results belong to it."""
    if any(_is_unreadable(found) for found in findings):
        return _without_sheets(Workbook()), None
    if _is_moderate_package(source):
        try:
            with warnings.catch_warnings():
                # It warns of every extension that it leaves out (x14 lists, pictures): the docstring says so.
                warnings.simplefilter("ignore", UserWarning)
                book = load_workbook(source, rich_text=True)
        except _OPENPYXL_FAILS:
            book = None
        # A Strict OOXML file loads without an error and without a sheet.
        if book is not None and book.worksheets:
            book.template = False
            return book, source
    from workbooks.read import read_file  # noqa: PLC0415 - only files that openpyxl refuses come here

    return workbook_of_grids(read_file(source, source.name).grids), None


def _is_unreadable(found: Finding) -> bool:
    return found.code.startswith("FILE-") and found.severity is Severity.ERROR and found.code not in _READABLE


def _is_moderate_package(source: Path) -> bool:
    """Tell whether the file is a workbook package that fits into memory as cells."""
    try:
        with ZipFile(source) as package:
            sheets = [entry for entry in package.infolist() if entry.filename.startswith("xl/worksheets/")]
            return 0 < sum(entry.file_size for entry in sheets) <= LARGEST_SHEETS
    except (BadZipFile, OSError):
        return False


def _without_sheets(book: Workbook) -> Workbook:
    for sheet in book.worksheets:
        book.remove(sheet)
    return book


def _remove_marks(book: Workbook) -> None:
    """Take the marks of an earlier run off a marked copy that came back as a workbook."""
    found = book.defined_names.pop(FINDINGS_NAME, None)
    if found is None:
        return
    for title, _ in list(found.destinations):
        if title in book.sheetnames:
            book.remove(book[title])
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.comment is not None and (before := before_mark(cell.comment.text)) is not None:
                    _unmark(cell, before)


def _unmark(cell: Cell, before: Before) -> None:
    cell.comment = _comment(before.note, cell.comment.author) if before.note else None
    if _fill_of(cell) in FILLS.values():
        rgb = (before.remembered or NO_FILL).removesuffix(OWN_LIKE)[:6]
        cell.fill = PatternFill() if rgb in {NO_FILL, UNSAYABLE} else PatternFill("solid", fgColor=rgb)


def _fill_of(cell: Cell) -> str:
    """Return the fill of a cell as a note remembers it."""
    if cell.fill.fill_type is None:
        return NO_FILL
    rgb = cell.fill.fgColor.rgb
    return rgb[-6:].upper() if cell.fill.fill_type == "solid" and isinstance(rgb, str) else UNSAYABLE


def _mark_cells(book: Workbook, findings: Sequence[Finding], language: str) -> None:
    places: dict[tuple[str, str], list[Finding]] = {}
    for found in findings:
        if found.sheet and (cell_name := cell_of(found)):
            places.setdefault((found.sheet, cell_name), []).append(found)
    fills = {severity: PatternFill("solid", fgColor=colour) for severity, colour in FILLS.items()}
    anchors = {sheet.title: _merge_anchors(sheet) for sheet in book.worksheets}
    for (title, name), here in places.items():
        if title in anchors:
            sheet = book[title]
            cell = sheet[anchors[title].get(name, name)]
            earlier = cell.comment.text if cell.comment is not None else ""
            cell.comment = _comment(note_of(here, language, earlier, _fill_of(cell)), "Houqin 后勤账")
            cell.fill = fills[worst(here)]


def _merge_anchors(sheet: Worksheet) -> dict[str, str]:
    """Return the first cell of the merged range for every cell that it covers: only that one shows."""
    anchors = {}
    for merged in sheet.merged_cells.ranges:
        first = sheet.cell(merged.min_row, merged.min_col).coordinate
        for row, column in merged.cells:
            if isinstance(cell := sheet.cell(row, column), MergedCell):
                anchors[cell.coordinate] = first
    return anchors


def _comment(text: str, author: str) -> Comment:
    """Return a note whose box is large enough for its text, in points."""
    width, height = note_box(text)
    return Comment(text, author, width=width, height=height)


def _remember_origin(book: Workbook, path: str, sha256: str) -> None:
    properties = book.custom_doc_props
    for name, value in ((ORIGIN_PATH, path), (ORIGIN_SHA256, sha256)):
        if name in properties.names:
            del properties[name]
        properties.append(StringProperty(name=name, value=value))
