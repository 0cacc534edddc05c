"""Show the findings of a check in the open workbook: marks at their cells, and all of them on a sheet of their own."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from addin.book import add_own_sheet, apply_changes, colour_at, link_to_cell, own_sheet, remove_own_sheet, undisturbed
from addin.listing import Listing, memory_of, write_listing
from addin.marking import Look, marking_of, most_pressing
from schemas.findings import Finding, Severity
from schemas.values import CellPlace
from workbooks import finding_list as words
from workbooks.marks import FILLS, FINDINGS_NAME, cell_of
from workbooks.refusals import RefusedError
from workbooks.xlsx_cells import place_of
from workbooks.xlsx_look import ASK, BookLook, SheetLook, look_at

if TYPE_CHECKING:
    import xlwings as xw

_SHOWS_ITSELF = "CELL-COMMENT"
"""Of a note that people wrote: it is seen already, and a mark above it would only hide it."""
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}
_HOW = {
    "zh": "点“单元格”一栏可跳到出错的位置，或按“下一处”逐个查看。改好后再按“校验”，改好的标记会自己消失。",
    "en": "Click a cell name to go there, or press “Next”. Correct it and press “Check” again: the marks then go.",
}


@dataclass(frozen=True)
class Shown:
    """What could not be shown where it belongs."""

    is_unmarkable: bool
    """The workbook is of a kind (an old .xls) in which nothing can be marked."""
    protected: tuple[str, ...]
    """Sheets with findings that are protected, so that nothing was marked there."""
    unmarked: int
    """Cells with findings beyond the number that is marked."""
    is_listed: bool
    """False where the workbook's structure is locked, so that no sheet can be added."""


def show(book: xw.Book, copy: Path, findings: Sequence[Finding], language: str) -> Shown:
    """Mark the findings in the open workbook and list them; what an earlier check marked and is mended goes back.

    Args:
        book: the open workbook.
        copy: its copy that was checked, which tells how its cells look now.
        findings: of this workbook, in any order.
        language: ``zh`` or ``en``.
    """
    try:
        look = look_at(copy, _places(findings))
    except RefusedError:
        look = None
    with undisturbed(book):
        known = _known_columns(book)
        marked = _mark(book, look, findings, known, language) if look else {}
        is_listed = _list(book, findings, marked, language, is_locked=look.locked if look else False)
    concerned = {found.sheet for found in findings}
    sheets = look.sheets if look else ()
    protected = tuple(sheet.name for sheet in sheets if sheet.protected and sheet.name in concerned)
    cells = len(_by_cell(look, findings)) if look else 0
    return Shown(look is None, protected, cells - len(_chosen(look, findings)) if look else 0, is_listed)


def _places(findings: Sequence[Finding]) -> dict[str, set[CellPlace]]:
    places: dict[str, set[CellPlace]] = defaultdict(set)
    for found in findings:
        if found.sheet and (name := cell_of(found)):
            places[found.sheet].add(place_of(name))
    return places


def _by_cell(look: BookLook, findings: Sequence[Finding]) -> dict[tuple[str, CellPlace], list[Finding]]:
    """Return the findings by the cell that shows them, of cells that can be marked."""
    sheets = {sheet.name: sheet for sheet in look.sheets if not sheet.protected}
    found_by: dict[tuple[str, CellPlace], list[Finding]] = defaultdict(list)
    for found in findings:
        sheet, name = sheets.get(found.sheet), cell_of(found)
        if sheet is not None and name:
            place = place_of(name)
            shown = sheet.anchors.get(place, place)
            if shown not in sheet.threaded:
                found_by[found.sheet, shown].append(found)
    return {cell: found for cell, found in found_by.items() if any(each.code != _SHOWS_ITSELF for each in found)}


def _chosen(look: BookLook, findings: Sequence[Finding]) -> dict[tuple[str, CellPlace], list[Finding]]:
    by_cell = _by_cell(look, findings)
    return {cell: by_cell[cell] for cell in most_pressing(by_cell)}


def _mark(
    book: xw.Book, look: BookLook, findings: Sequence[Finding], known: Mapping[str, Sequence[int]], language: str
) -> dict[str, list[int]]:
    """Mark every sheet that is not protected and return its marked columns, for the next check."""
    chosen = _chosen(look, findings)
    columns = {}
    for sheet in look.sheets:
        if sheet.protected:
            columns[sheet.name] = list(known.get(sheet.name, ()))
            continue
        marks = {place: found for (name, place), found in chosen.items() if name == sheet.name}
        live = book.sheets[sheet.name]
        marking = marking_of(_looks(live, sheet), marks, language, known.get(sheet.name, ()))
        apply_changes(live, marking.changes)
        columns[sheet.name] = sorted(marking.columns)
    return {name: places for name, places in columns.items() if places}


def _looks(live: xw.Sheet, sheet: SheetLook) -> dict[CellPlace, Look]:
    looks = {}
    for place, fill in sheet.fills.items():
        if place in sheet.threaded:
            continue
        if fill == ASK:
            told = colour_at(live, place)
        else:
            told = f"{colour_at(live, place)} {fill}" if fill.startswith("T") else fill
        looks[place] = Look(sheet.notes.get(place, ""), told)
    return looks


def _known_columns(book: xw.Book) -> dict[str, list[int]]:
    sheet = own_sheet(book, FINDINGS_NAME)
    told = memory_of(sheet, len(words.WIDTHS)) if sheet is not None else ""
    try:
        known = json.loads(told) if told else {}
    except ValueError:
        return {}
    return known if isinstance(known, dict) else {}


def _list(
    book: xw.Book,
    findings: Sequence[Finding],
    marked: Mapping[str, Sequence[int]],
    language: str,
    *,
    is_locked: bool,
) -> bool:
    """Write the sheet of findings, or take it away where there are none, and tell whether that was possible."""
    is_there = own_sheet(book, FINDINGS_NAME) is not None
    if not findings and not is_locked:
        remove_own_sheet(book, FINDINGS_NAME)
        return True
    if is_locked and not is_there:
        return not findings
    ordered = _in_order(findings, [sheet.name for sheet in book.sheets])
    names = {sheet.name for sheet in book.sheets}
    listing = Listing(
        title=words.title_of(book.name, language),
        headline=words.headline_of(findings, language),
        how=_HOW[language] if findings else "",
        headers=words.HEADERS[language],
        widths=words.WIDTHS,
        lines=[[number, *words.texts_of(found, language)] for number, found in enumerate(ordered, start=1)],
        links=[_link(found) if found.sheet in names else "" for found in ordered],
        link_place=words.CELL_PLACE,
        fills=[FILLS[found.severity] for found in ordered],
        fill_place=words.SEVERITY_PLACE,
        left_places=words.LEFT_PLACES,
        memory=json.dumps(marked, ensure_ascii=False) if marked else "",
    )
    write_listing(add_own_sheet(book, FINDINGS_NAME, words.SHEET_TITLE[language]), listing)
    return True


def _link(found: Finding) -> str:
    name = cell_of(found)
    return link_to_cell(found.sheet, place_of(name)) if name else ""


def _in_order(findings: Sequence[Finding], sheets: Sequence[str]) -> list[Finding]:
    """Return the findings by sheet as the tabs stand, errors before all others, then as the cells stand."""
    place = {name: number for number, name in enumerate(sheets)}

    def rank(found: Finding) -> tuple[int, int, int, int, str]:
        cell = place_of(found.cell) if found.cell else (found.row, 0)
        return (place.get(found.sheet, -1), _RANK[found.severity], *cell, found.code)

    return sorted(findings, key=rank)


def counted(findings: Sequence[Finding]) -> tuple[int, int, int]:
    """Return how many errors, warnings and notes there are."""
    count = Counter(found.severity for found in findings)
    return count[Severity.ERROR], count[Severity.WARNING], count[Severity.INFO]
