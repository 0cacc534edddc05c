"""Read an .xlsx workbook: calamine for the values, the XML for everything that it does not see."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from python_calamine import CalamineWorkbook

from schemas.values import Cell, CellPlace, Details, Grid, Percent
from workbooks.calamine_cells import open_workbook, rows_of, trimmed, with_places
from workbooks.marks import ORIGIN_PATH, ORIGIN_SHA256, note_of_people
from workbooks.package import Package
from workbooks.refusals import contradictory
from workbooks.strict import transitional
from workbooks.xlsx_cells import RawCell, place_of
from workbooks.xlsx_scan import SheetScan
from workbooks.xlsx_styles import Styles, read_styles
from workbooks.xlsx_walk import facts_by_walking, walk
from workbooks.xml_parts import Node, parse_part

_MARKER = re.compile(r"HOUQIN_(?P<register>\w+)_v\d+")
_OWN = "hq_"
_SHEET_OF = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!")
_LINKED = re.compile(r"\[(\d+)\]")


@dataclass(frozen=True)
class Origin:
    """The workbook that a marked copy was made from."""

    path: str
    sha256: str


@dataclass(frozen=True)
class Workbook:
    """What an .xlsx file holds."""

    grids: tuple[Grid, ...]
    saved_at: datetime | None
    origin: Origin | None


@dataclass(frozen=True)
class _Sheet:
    """A worksheet as the workbook part names it."""

    name: str
    part: str
    hidden: bool


def read_xlsx(content: bytes, name: str) -> Workbook:
    """Return the worksheets of an .xlsx, .xlsm or .xltx workbook; macros and links are left alone.

    Raises:
        RefusedError: it is damaged, hostile, too large, or holds more than could be read.
    """
    package = Package(content)
    strict = transitional(package)
    if strict is not None:
        content, package = strict, Package(strict)
    part = _workbook_part(package)
    root = parse_part(package.read(part))
    sheets = _sheets(package, part, root)
    markers, own = _names(root)
    styles = read_styles(b"".join(package.read(each) for each in package.related(part, "styles")[:1]))
    book = open_workbook(content)
    links = _links(package, part, root)
    grids = []
    for sheet in sheets:
        if sheet.name in own:
            continue
        if sheet.name not in book.sheet_names:
            raise contradictory(
                f"工作表“{sheet.name}”无法读取", f"the sheet “{sheet.name}” could not be read", sheet.name
            )
        grids.append(_grid(package, book, sheet, name, styles, links, markers.get(sheet.name)))
    return Workbook(tuple(grids), _saved_at(package), _origin(package))


def _workbook_part(package: Package) -> str:
    found = package.related("", "officeDocument")
    if not found:
        raise contradictory("没有工作簿部件", "there is no workbook part")
    return found[0]


def _sheets(package: Package, part: str, root: Node) -> list[_Sheet]:
    relations = package.relations(part)
    listed = root.first("sheets")
    found = []
    for node in listed.named("sheet") if listed else ():
        relation = relations.get(node.attributes.get("id", ""))
        if relation is None or relation.external or not package.has(relation.target):
            sheet = node.attributes.get("name", "")
            raise contradictory(f"工作表“{sheet}”缺失", f"the sheet “{sheet}” is missing", sheet)
        if relation.kind == "worksheet":
            hidden = node.attributes.get("state", "visible") != "visible"
            found.append(_Sheet(node.attributes.get("name", ""), relation.target, hidden))
    return found


def _names(root: Node) -> tuple[dict[str, str], set[str]]:
    """Return sheet to register id of the official templates' markers, and the program's own sheets."""
    markers: dict[str, str] = {}
    own: set[str] = set()
    names = root.first("definedNames")
    for node in names.named("definedName") if names else ():
        place = _SHEET_OF.match(node.text.strip())
        if place is None:
            continue
        sheet = (place[1] or place[2]).replace("''", "'")
        name = node.attributes.get("name", "")
        marker = _MARKER.fullmatch(name)
        if marker:
            markers[sheet] = marker["register"].lower()
        elif name.startswith(_OWN):
            own.add(sheet)
    return markers, own


def _grid(
    package: Package,
    book: CalamineWorkbook,
    sheet: _Sheet,
    name: str,
    styles: Styles,
    links: dict[str, str],
    marker: str | None,
) -> Grid:
    scan = SheetScan(package.chunks(sheet.part), styles)
    facts = scan.facts
    if not scan.complete:
        facts = facts_by_walking(package.chunks(sheet.part), styles)
    rows = rows_of(book.get_sheet_by_name(sheet.name))
    if not scan.complete or _filled(rows) + facts.errors < scan.value_cells:
        _recount(package, sheet, rows)
    placed: dict[CellPlace, Cell] = dict(facts.replaced)
    for row, column in facts.percents:
        value = rows[row - 1][column - 1] if row <= len(rows) and column <= len(rows[row - 1]) else None
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            placed.setdefault((row, column), Percent(float(value)))
    details = Details(
        merged=scan.merged,
        hidden_rows=frozenset(facts.hidden_rows),
        struck_rows=frozenset(facts.struck_rows),
        red_cells=frozenset(facts.red_cells),
        formulas={place: _with_files(text, links) for place, text in facts.formulas.items()},
        comments=_comments(package, sheet.part),
    )
    cells = trimmed(with_places(rows, placed))
    return Grid(name, sheet.name, cells, hidden=sheet.hidden, marker=marker, details=details)


def _filled(rows: Iterable[Iterable[Cell]]) -> int:
    return sum(1 for row in rows for cell in row if cell is not None)


def _recount(package: Package, sheet: _Sheet, rows: list[list[Cell]]) -> None:
    """Refuse the file where a cell with a value in the XML was read as blank.

    Raises:
        RefusedError: ``FILE-STRUCTURE`` with the first such cell.
    """
    unread: list[RawCell] = []

    def take_cell(cell: RawCell) -> None:
        row = rows[cell.row - 1] if cell.row <= len(rows) else []
        blank = cell.column > len(row) or row[cell.column - 1] is None
        if blank and cell.kind != "e" and cell.value.strip():
            unread.append(cell)

    walk(package.chunks(sheet.part), take_cell, lambda _row: None)
    if not unread:
        return
    blank = _blank_strings(package) if any(cell.kind == "s" for cell in unread) else frozenset()
    lost = [cell for cell in unread if not (cell.kind == "s" and cell.value.strip() in blank)]
    if lost:
        place = f"{sheet.name}!R{lost[0].row}C{lost[0].column}"
        raise contradictory(
            f"{len(lost)}个单元格未能读出，如 {place}", f"{len(lost)} cells were not read, such as {place}", sheet.name
        )


def _blank_strings(package: Package) -> frozenset[str]:
    """Return the numbers of shared strings without any text."""
    found = package.related(_workbook_part(package), "sharedStrings")
    root = parse_part(package.read(found[0])) if found else Node("", {})
    return frozenset(
        str(number)
        for number, node in enumerate(root.named("si"))
        if not "".join(text.text for text in node.below("t"))
    )


def _comments(package: Package, part: str) -> dict[CellPlace, str]:
    """Return the notes of people by cell; threaded comments replace the notes that stand for them."""
    found: dict[CellPlace, str] = {}
    for where in package.related(part, "comments"):
        for node in parse_part(package.read(where)).below("comment"):
            text = "".join(piece.text for piece in node.below("t"))
            own = note_of_people(text)
            if own and own.strip():
                found[place_of(node.attributes.get("ref", "").partition(":")[0])] = own.strip()
    for where in package.related(part, "threadedComment"):
        for node in parse_part(package.read(where)).below("threadedComment"):
            said = node.first("text")
            if said is not None and said.text.strip():
                found[place_of(node.attributes.get("ref", ""))] = said.text.strip()
    return found


def _links(package: Package, part: str, root: Node) -> dict[str, str]:
    """Return the number of every linked workbook to its file name."""
    relations = package.relations(part)
    listed = root.first("externalReferences")
    found: dict[str, str] = {}
    for number, node in enumerate(listed.named("externalReference") if listed else (), 1):
        relation = relations.get(node.attributes.get("id", ""))
        if relation is not None and package.has(relation.target):
            targets = [lead.target for lead in package.relations(relation.target).values() if lead.external]
            found[str(number)] = targets[0].replace("\\", "/").rpartition("/")[2] if targets else str(number)
    return found


def _with_files(formula: str, links: dict[str, str]) -> str:
    """Return a formula with the names of linked files in place of their numbers."""
    return _LINKED.sub(lambda found: f"[{links.get(found[1], found[1])}]", formula) if links else formula


def _saved_at(package: Package) -> datetime | None:
    content = package.read("docProps/core.xml")
    modified = parse_part(content).first("modified") if content else None
    if modified is None:
        return None
    try:
        moment = datetime.fromisoformat(modified.text.strip())
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def _origin(package: Package) -> Origin | None:
    content = package.read("docProps/custom.xml")
    if not content:
        return None
    stated = {
        node.attributes.get("name", ""): "".join(child.text for child in node.children)
        for node in parse_part(content).named("property")
    }
    path, sha256 = stated.get(ORIGIN_PATH), stated.get(ORIGIN_SHA256)
    return Origin(path, sha256) if path and sha256 else None
