"""The master ledger 总账.xlsx: a cover and the lists that somebody has to look at, no detail rows."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from xlsxwriter.workbook import Workbook

from sync.publish.agreement_sheets import agreement_listings
from sync.publish.cover import write_cover
from sync.publish.details import Entry, entries
from sync.publish.money_sheets import money_listing
from sync.publish.package import finish
from sync.publish.paths import DIGEST_PROPERTY, MASTER, link
from sync.publish.sheets import Heading, Link, Listing, Look, Toned, Value, named_listing, write_listing
from sync.publish.stock_sheets import stock_listings
from sync.publish.words import word
from workbooks.template_style import Styles

if TYPE_CHECKING:
    from sync.publish.model import AssetLine, FindingLine, Publication, WorkbookState

LAYOUT = 4
"""Raised when the master ledger looks different, so that it is written again."""
MOST_LINES = 2_000
"""A sheet shows this many lines at most; the page of each workbook has the others."""

Line = TypeVar("Line")
_SEVERITIES = ("error", "warning", "info")
_TONES = {"error": "bad", "warning": "caution"}


def write_master(publication: Publication, path: Path) -> None:
    """Write the master ledger to ``path``; the same publication gives the same bytes."""
    made = io.BytesIO()
    workbook = Workbook(
        made, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    created = publication.at.astimezone(UTC).replace(tzinfo=None)
    workbook.set_properties({"title": word("ledger", publication.language), "created": created})
    workbook.set_custom_property(DIGEST_PROPERTY, publication.digest)
    styles = Styles(workbook)
    books = entries(publication)
    listings = listings_of(publication, books)
    write_cover(workbook, styles, publication, books, listings)
    of_pages = word("of pages", publication.language)
    pages = [write_listing(workbook, styles, listing, publication.school, of_pages) for listing in listings]
    workbook.define_name("hq_master", f"='{word('cover', publication.language)}'!$A$1")
    workbook.close()
    made.seek(0)
    finish(made, path, publication.at, {part: edit for page in pages for part, edit in page.edits.items()})


def master_hash(publication: Publication) -> str:
    """Return the SHA-256 of exactly what the master ledger shows."""
    shown = {
        known.name: getattr(publication, known.name)
        for known in fields(publication)
        if known.name not in {"details", "untouched", "versioned"}
    }
    shown["volumes"] = [(book.path, book.title, book.period, book.rows) for book in entries(publication)]
    shown["layout"] = LAYOUT
    return hashlib.sha256(json.dumps(shown, ensure_ascii=False, default=_plain).encode()).hexdigest()


def _plain(value: object) -> object:
    names = getattr(value, "__dataclass_fields__", None)
    return {name: getattr(value, name) for name in names} if names else str(value)


def listings_of(publication: Publication, books: Sequence[Entry]) -> list[Listing]:
    """Return the sheets behind the cover, in order."""
    return [
        *stock_listings(publication),
        _assets(publication, "asset_classes", "class", publication.assets_by_class),
        _assets(publication, "asset_departments", "department", publication.assets_by_department),
        money_listing(publication),
        *agreement_listings(publication),
        _findings(publication),
        _held(publication),
        _conflicts(publication),
        _missing(publication),
        _volumes(publication, books),
        _rules(publication),
    ]


def _listing(
    publication: Publication,
    name: str,
    headings: Iterable[Heading],
    rows: Sequence[Sequence[Value]],
    note: str,
) -> Listing:
    """Return a sheet of the publication in its language."""
    return named_listing(name, publication.language, headings, rows, note)


def _assets(publication: Publication, sheet: str, heading: str, lines: Sequence[AssetLine]) -> Listing:
    """Return the fixed assets by class or by department, with their sums in the note."""
    rows: list[list[Value]] = [
        [line.code, line.name, line.cards, line.quantity, line.original, line.accumulated, line.net] for line in lines
    ]
    headings = [
        *(Heading(heading, Look.CENTRED), Heading(f"{heading} name"), Heading("cards", Look.COUNT)),
        *(Heading("pieces", Look.QUANTITY), Heading("original value", Look.MONEY)),
        *(Heading("accumulated", Look.MONEY), Heading("net value", Look.MONEY)),
    ]
    sums = {name: sum(getattr(line, name) for line in lines) for name in ("cards", "original", "accumulated", "net")}
    note = word("asset note", publication.language, day=publication.today.isoformat(), **sums)
    return _listing(publication, sheet, headings, rows, note)


def _findings(publication: Publication) -> Listing:
    language, places = publication.language, _Places(publication)
    shown = _most_serious(publication.findings)
    rows: list[list[Value]] = [
        [
            *(places.department(line.department), places.workbook(line.workbook), line.sheet),
            places.cell(line.workbook, line.sheet, line.cell),
            _severity(line.severity, language),
            *(line.code, line.message, line.hint),
        ]
        for line in shown
    ]
    headings = [
        *(Heading("department"), Heading("workbook"), Heading("sheet"), Heading("cell", Look.CENTRED)),
        *(Heading("severity", Look.CENTRED), Heading("code", Look.CENTRED)),
        *(Heading("message", width=52), Heading("hint", width=44)),
    ]
    counts = [sum(line.severity == severity for line in publication.findings) for severity in _SEVERITIES]
    errors, warnings, infos = counts
    total = len(publication.findings)
    note = word("findings note", language, n=total, errors=errors, warnings=warnings, infos=infos)
    return _listing(publication, "findings", headings, rows, note + _rest(len(shown), total, language))


def _most_serious(findings: Sequence[FindingLine]) -> list[FindingLine]:
    """Return the findings that fit on a sheet, errors before warnings, in the order they came in."""
    ranks = {severity: rank for rank, severity in enumerate(_SEVERITIES)}
    places = sorted(range(len(findings)), key=lambda place: (ranks.get(findings[place].severity, 9), place))
    kept = [findings[place] for place in sorted(places[:MOST_LINES])]
    return sorted(kept, key=lambda line: (line.department, line.workbook))


def _severity(severity: str, language: str) -> Value:
    title = word(severity, language)
    return Toned(title, _TONES[severity]) if severity in _TONES else title


def _held(publication: Publication) -> Listing:
    language, places = publication.language, _Places(publication)
    shown = _first(publication.held, lambda line: (line.department, line.workbook))
    rows: list[list[Value]] = [
        [
            *(places.department(line.department), places.workbook(line.workbook), line.sheet),
            places.cell(line.workbook, line.sheet, line.cell),
            *(line.register_title, line.key, line.reasons),
        ]
        for line in shown
    ]
    headings = [
        *(Heading("department"), Heading("workbook"), Heading("sheet"), Heading("cell", Look.CENTRED)),
        *(Heading("register"), Heading("key"), Heading("reasons", width=70)),
    ]
    total = len(publication.held)
    note = word("held note", language, n=total) + _rest(len(shown), total, language)
    return _listing(publication, "held", headings, rows, note)


def _conflicts(publication: Publication) -> Listing:
    language, places = publication.language, _Places(publication)
    shown = _first(publication.conflicts, lambda line: line.department)
    rows: list[list[Value]] = [
        [
            *(line.number, places.department(line.department), line.register_title, line.key, line.field),
            *(line.base, Toned(line.ours, "caution"), Toned(line.theirs, "caution")),
            *(places.workbook(line.workbook), places.workbook(line.other_workbook)),
        ]
        for line in shown
    ]
    headings = [
        *(Heading("number", Look.CENTRED), Heading("department"), Heading("register"), Heading("key")),
        *(Heading("field"), Heading("base"), Heading("ours"), Heading("theirs")),
        *(Heading("workbook"), Heading("other workbook")),
    ]
    total = len(publication.conflicts)
    note = word("conflicts note", language, n=total) + _rest(len(shown), total, language)
    return _listing(publication, "conflicts", headings, rows, note)


def _missing(publication: Publication) -> Listing:
    language, places = publication.language, _Places(publication)
    shown = _first(publication.missing, lambda line: line.department)
    rows: list[list[Value]] = [
        [
            *(line.number, places.department(line.department), line.register_title, line.key),
            *(places.workbook(line.workbook), publication.local(line.since)),
        ]
        for line in shown
    ]
    headings = [
        *(Heading("number", Look.CENTRED), Heading("department"), Heading("register"), Heading("key")),
        *(Heading("workbook"), Heading("since", Look.TIME)),
    ]
    total = len(publication.missing)
    note = word("missing note", language, n=total) + _rest(len(shown), total, language)
    return _listing(publication, "missing", headings, rows, note)


def _volumes(publication: Publication, books: Sequence[Entry]) -> Listing:
    rows: list[list[Value]] = [
        [
            *(book.title, book.period),
            Link(book.path.rsplit("/", 1)[-1], f"external:{link(book.path, MASTER)}"),
            book.rows,
        ]
        for book in books
    ]
    headings = [
        Heading("register"),
        Heading("period", Look.CENTRED),
        Heading("volume"),
        Heading("row count", Look.COUNT),
    ]
    total = f"{sum(book.rows for book in books):,}"
    note = word("volumes note", publication.language, n=len(books), rows=total)
    return _listing(publication, "volumes", headings, rows, note)


def _rules(publication: Publication) -> Listing:
    headings = [Heading("code", Look.CENTRED), Heading("reason", width=90)]
    note = word("rules note", publication.language, n=len(publication.rules_off))
    return _listing(publication, "rules", headings, [list(rule) for rule in publication.rules_off], note)


def _first(lines: Sequence[Line], order: Callable[[Line], object]) -> list[Line]:
    return sorted(lines, key=order)[:MOST_LINES]  # type: ignore[arg-type]  # keys are texts or pairs of them


def _rest(shown: int, total: int, language: str) -> str:
    gap = " " if language == "en" else ""
    return gap + word("more", language, shown=shown, n=total) if shown < total else ""


class _Places:
    """Names and links of the departments, workbooks and cells of a publication."""

    def __init__(self, publication: Publication) -> None:
        self._known: dict[str, WorkbookState] = {state.path: state for state in publication.workbooks}
        self._departments = {state.department: state.department_name for state in publication.workbooks}

    def department(self, code: str) -> str:
        return self._departments.get(code) or code

    def workbook(self, path: str) -> Value:
        name = path.rsplit("/", 1)[-1]
        return Link(name, f"external:{link(path, MASTER)}") if path in self._known else name

    def cell(self, path: str, sheet: str, cell: str) -> Value:
        """Return a cell as a link into the marked copy, plain text where there is none."""
        state = self._known.get(path)
        if not cell or state is None or state.feedback is None:
            return cell
        place = f"'{sheet.replace(chr(39), chr(39) * 2)}'!{cell}"
        return Link(cell, f"external:{link(state.feedback, MASTER)}#{place}")
