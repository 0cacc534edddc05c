"""The parts of an .xlsx package that say what is where: sheets, defined names, links, properties, notes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from schemas.values import CellPlace
from workbooks.marks import CHOICES_NAME, ORIGIN_PATH, ORIGIN_SHA256, note_of_people
from workbooks.package import Package, Relation
from workbooks.refusals import contradictory, hostile
from workbooks.xlsx_cells import place_of
from workbooks.xml_parts import Node, feed, local, parse_part, secure_parser

MAX_SHEETS = 1_000
_YEARS = range(1900, 9999)
"""Years in which a workbook can have been saved."""

_MARKER = re.compile(r"HOUQIN_(?P<register>\w+)_v\d+")
_OWN = "hq_"
_SHEET_OF = re.compile(r"(?:'((?:[^']|'')+)'|([^'!\[\]]+))!")
_LINKED = re.compile(r"(?<![\w\]])\[(\d+)\]")


@dataclass(frozen=True)
class SheetPart:
    """A worksheet as the workbook part names it."""

    name: str
    part: str
    hidden: bool


@dataclass(frozen=True)
class BookParts:
    """What the workbook part says; charts, dialogs and macro sheets are left out."""

    sheets: tuple[SheetPart, ...]
    markers: Mapping[str, str]
    """Sheet to register id, from the defined names of the official templates."""
    own: frozenset[str]
    """The program's own sheets, which are no input."""
    choices: frozenset[str]
    """Those of them in which a department chooses (``workbooks.choices``)."""
    links: Mapping[str, str]
    """Number of a linked workbook, as formulas have it, to its file name."""
    styles: str
    strings: str
    """Parts of the styles and the shared strings, empty where there is none."""
    epoch_1904: bool
    """Whether days are counted from 1904, as Excel once did on the Macintosh."""

    def with_files(self, formula: str) -> str:
        """Return a formula with the names of linked files in place of their numbers."""
        if not self.links or "[" not in formula:
            return formula
        return _LINKED.sub(lambda found: f"[{self.links.get(found[1], found[1])}]", formula)


def read_book(package: Package) -> BookParts:
    """Return what the workbook part says.

    Raises:
        RefusedError: a part is missing, damaged or hostile.
    """
    parts = package.related("", "officeDocument")
    if not parts:
        raise contradictory("没有工作簿部件", "there is no workbook part")
    part = parts[0]
    root = parse_part(package.read(part))
    relations = package.relations(part)
    names = _names(root)
    markers, own = roles_of(names)
    return BookParts(
        tuple(_sheets(package, relations, root)),
        markers,
        frozenset(own),
        frozenset(sheet for name, sheet in names if name.startswith(CHOICES_NAME)),
        _links(package, relations, root),
        next(iter(package.related(part, "styles")), ""),
        next(iter(package.related(part, "sharedStrings")), ""),
        any(node.attributes.get("date1904") in {"1", "true"} for node in root.named("workbookPr")),
    )


def _listed(root: Node, group: str, name: str) -> list[Node]:
    return [node for parent in root.named(group) for node in parent.named(name)]


def _sheets(package: Package, relations: Mapping[str, Relation], root: Node) -> list[SheetPart]:
    listed = _listed(root, "sheets", "sheet")
    if not listed:
        raise contradictory("没有任何工作表", "it lists no sheet")
    if len(listed) > MAX_SHEETS:
        raise hostile(f"有{len(listed)}个工作表", f"it lists {len(listed)} sheets")
    found = []
    for node in listed:
        sheet = node.attributes.get("name", "")
        relation = relations.get(node.attributes.get("id", ""))
        if relation is None or relation.external or not package.has(relation.target):
            raise contradictory(f"工作表“{sheet}”缺失", f"the sheet “{sheet}” is missing", sheet)
        if relation.kind == "worksheet":
            hidden = node.attributes.get("state", "visible") != "visible"
            found.append(SheetPart(sheet, relation.target, hidden))
    if len({sheet.part.lower() for sheet in found}) < len(found) or len({s.name for s in found}) < len(found):
        raise hostile("多个工作表共用名称或内容", "several sheets share a name or a part")
    return found


def _names(root: Node) -> list[tuple[str, str]]:
    """Return the defined names, each with the sheet that it lies on."""
    found = []
    for node in _listed(root, "definedNames", "definedName"):
        place = _SHEET_OF.match(node.text.strip())
        if place is not None:
            found.append((node.attributes.get("name", ""), (place[1] or place[2]).replace("''", "'")))
    return found


def roles_of(names: Iterable[tuple[str, str]]) -> tuple[dict[str, str], set[str]]:
    """Return sheet to register id of the official templates' markers, and the program's own sheets.

    Args:
        names: Defined names, each with the sheet that it lies on.
    """
    markers: dict[str, str] = {}
    own: set[str] = set()
    for name, sheet in names:
        marker = _MARKER.fullmatch(name)
        if marker:
            markers[sheet] = marker["register"].lower()
        elif name.startswith(_OWN):
            own.add(sheet)
    return markers, own


def _links(package: Package, relations: Mapping[str, Relation], root: Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, node in enumerate(_listed(root, "externalReferences", "externalReference"), 1):
        relation = relations.get(node.attributes.get("id", ""))
        if relation is not None and package.has(relation.target):
            targets = [lead.target for lead in package.relations(relation.target).values() if lead.external]
            found[str(number)] = targets[0].replace("\\", "/").rpartition("/")[2] if targets else str(number)
    return found


def blank_strings(package: Package, strings: str) -> frozenset[str]:
    """Return the numbers of shared strings without any text, blanks not counted."""
    seen = _BlankStrings()
    parser = secure_parser()
    parser.StartElementHandler = seen.start
    parser.EndElementHandler = seen.end
    parser.CharacterDataHandler = seen.text
    feed(parser, package.chunks(strings) if strings else ())
    return frozenset(seen.blank)


class _BlankStrings:
    """Goes through the shared strings, of which there may be millions."""

    def __init__(self) -> None:
        self.blank: set[str] = set()
        self.count = 0
        self.has_text = self.in_text = False

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        match local(name):
            case "si":
                self.has_text = False
            case "t":
                self.in_text = True

    def text(self, text: str) -> None:
        self.has_text = self.has_text or (self.in_text and not text.isspace())

    def end(self, name: str) -> None:
        match local(name):
            case "si":
                if not self.has_text:
                    self.blank.add(str(self.count))
                self.count += 1
            case "t":
                self.in_text = False


def read_comments(package: Package, sheet_part: str) -> dict[CellPlace, str]:
    """Return the notes of people by cell; a thread stands for its note, our own notes are left out."""
    notes: dict[CellPlace, str] = {}
    for part in package.related(sheet_part, "comments"):
        for node in parse_part(package.read(part)).below("comment"):
            text = node.first("text")
            notes[place_of(node.attributes.get("ref", "").partition(":")[0])] = shown_text(text) if text else ""
    threads: dict[CellPlace, list[str]] = {}
    for part in package.related(sheet_part, "threadedComment"):
        for node in parse_part(package.read(part)).below("threadedComment"):
            said = node.first("text")
            if said is not None:
                threads.setdefault(place_of(node.attributes.get("ref", "")), []).append(said.text.strip())
    notes.update({place: "\n".join(said) for place, said in threads.items()})
    people = {place: note_of_people(note.strip()).strip() for place, note in notes.items()}
    return {place: note for place, note in people.items() if note}


def shown_text(node: Node) -> str:
    """Return the text of a string in runs, without the reading aids above it."""
    pieces = (child.text if child.name == "t" else shown_text(child) for child in node.children if child.name != "rPh")
    return "".join(pieces)


def read_saved_at(package: Package) -> datetime | None:
    """Return when the workbook was last saved by its own account, aware UTC, None where it tells no time that can be.

    The first and the last days that a calendar has are none in every zone: no clock shows them.
    """
    content = package.read(next(iter(package.related("", "core-properties")), "docProps/core.xml"))
    modified = parse_part(content).first("modified") if content else None
    if modified is None:
        return None
    try:
        moment = datetime.fromisoformat(modified.text.strip())
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if moment.year in _YEARS else None


def read_origin(package: Package) -> tuple[str, str] | None:
    """Return path and SHA-256 of the workbook that a marked copy was made from, None for other files."""
    content = package.read(next(iter(package.related("", "custom-properties")), "docProps/custom.xml"))
    if not content:
        return None
    stated = {
        node.attributes.get("name", ""): "".join(child.text for child in node.children)
        for node in parse_part(content).named("property")
    }
    path, sha256 = stated.get(ORIGIN_PATH, ""), stated.get(ORIGIN_SHA256, "").lower()
    return (path, sha256) if path and re.fullmatch("[0-9a-f]{64}", sha256) else None
