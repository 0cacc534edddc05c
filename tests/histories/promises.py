"""What the merge promises, checked after every run against what people did: DESIGN 8 in words of its own."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from tests.histories.contested import FOLLOWING, LINES, Lineage, Rivals, rows_of
from tests.histories.files import Row
from tests.histories.lines import KEYS, MARKS, VOID, key_of

Place = tuple[str, ...]
"""Register and business key."""
Cells = dict[Place, dict[str, set[str | Decimal]]]
"""Place to column to values."""

COMPARED = {
    "stock_receipt": ("qty", "amount", "remark", "item_code", "batch_no", "supplier_code"),
    "requisition": ("qty", "approved_qty", "status", "remark", "item_code", "purpose"),
    "annual_plan_task": ("status", "remark", "task"),
}
IN_FORCE = ("accepted", "missing")
CODES = ("IMP-", "KEY-", "VOID-", "REF-", "PLN-A2")
"""Findings that tell what became of a row."""


@dataclass(frozen=True)
class Seen:
    """What the ledger says after a run."""

    rows: Mapping[Place, Mapping[str, Any]]
    """Every row that was ever accepted, as it stands now."""
    waiting: Mapping[tuple[str, Place], Mapping[str, Any]]
    """Workbook and place to the row that is held or in conflict."""
    conflicts: Sequence[Mapping[str, Any]]
    missing: frozenset[Place]
    """The rows that wait for somebody to confirm that they go."""
    told: frozenset[tuple[str, Place]]
    """Workbook and place of the rows that a message is about."""

    @classmethod
    def of(cls, document: Mapping[str, Any], listed: Mapping[str, Any], conflicts: Any, waiting: Any) -> Seen:  # noqa: ANN401
        """Return what the commands have printed: the run, the rows of each register, conflicts, what waits."""
        rows: dict[Place, Mapping[str, Any]] = {}
        held: dict[tuple[str, Place], Mapping[str, Any]] = {}
        for register, found in listed.items():
            for row in found:
                place = (register, *(str(row[name]) for name in KEYS[register]))
                if row["_status"] in ("held", "conflict"):
                    held[row["_source"]["workbook"], place] = row
                else:
                    assert place not in rows, f"{place} is listed twice"
                    rows[place] = row
        told = {
            (book["path"].removeprefix("departments/"), (each["register"], *map(str, each["key"])))
            for book in document["workbooks"]
            for each in book["findings"]
            if each["severity"] == "error" or each["code"].startswith(CODES)
        }
        missing = frozenset((each["register"], *map(str, each["key"])) for each in waiting if each["register"])
        return cls(rows, held, conflicts, missing, frozenset(told))

    def in_force(self, place: Place) -> Mapping[str, Any] | None:
        """Return the row that counts under a key."""
        row = self.rows.get(place)
        return row if row is not None and row["_status"] in IN_FORCE else None

    def is_told(self, name: str, place: Place) -> bool:
        """Tell whether somebody is told what became of a row of a workbook."""
        disputed = any((each["register"], *map(str, each["key"])) == place for each in self.conflicts)
        return disputed or (name, place) in self.waiting or (name, place) in self.told


NOTHING = Seen({}, {}, (), frozenset(), frozenset())


@dataclass
class Promises:
    """The checks, and what they have to remember from run to run."""

    before: Seen = NOTHING
    said: Cells = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    """What any workbook ever said in a cell of a row."""
    stood: Cells = field(default_factory=lambda: defaultdict(lambda: defaultdict(set)))
    """What ever stood in the books in a cell of a row, or was settled by somebody."""
    loose: set[str] = field(default_factory=set)
    """Marks of lines of which nobody can tell that they are the same line under two numbers."""

    def broken(self, rivals: Rivals, after: Seen) -> list[str]:
        """Return what a run has broken, and remember what it saw."""
        for book in rivals.books.values():
            for register, _, row in rows_of(book.sheets):
                for cell in COMPARED[register]:
                    self.said[register, *key_of(register, row)][cell].add(plain(row.get(cell)))
            self.loose |= set(_beyond_recognition(book, rivals, self.before))
        for place, sides in rivals.answered:
            for cell, value in sides.items():
                self.stood[place][cell].add(plain(value))
        for place, row in after.rows.items():
            for cell in COMPARED.get(place[0], ()):
                self.stood[place][cell].add(plain(row[cell]))
        found = [
            *self._vanished(after),
            *_invented(after, self.said),
            *_counted_twice(after, self.loose),
            *_changed_by_themselves(self.before, after, rivals),
            *_left_without_reason(self.before, after, rivals),
            *_lost_cells(after, rivals),
            *self._nowhere(after, rivals),
            *_missing_untold(after, rivals),
        ]
        self.before = after
        return found

    def _vanished(self, after: Seen) -> Iterator[str]:
        for place in self.before.rows.keys() - after.rows.keys():
            yield f"{place} is not in the ledger any more"

    def _nowhere(self, after: Seen, rivals: Rivals) -> Iterator[str]:
        """Every cell that a workbook states is or was in the books, or somebody is told."""
        for name, book in rivals.books.items():
            for register, _, row in rows_of(book.sheets):
                place = (register, *key_of(register, row))
                if row.get("remark") == VOID or after.is_told(name, place):
                    continue
                lost = [cell for cell in COMPARED[register] if plain(row.get(cell)) not in self.stood[place][cell]]
                if lost:
                    yield f"{name}: {lost} of {place} never came into the books, and nobody is told"


def settled(after: Seen, rivals: Rivals) -> Iterator[str]:
    """Yield the rows that stand in one workbook alone, without any conflict, and are not in the books as they stand."""
    every = (each for book in rivals.books.values() for each in rows_of(book.sheets))
    places = Counter((register, *key_of(register, row)) for register, _, row in every)
    for name, book in rivals.books.items():
        for register, _, row in rows_of(book.sheets):
            place = (register, *key_of(register, row))
            if places[place] > 1 or row.get("remark") == VOID or after.is_told(name, place):
                continue
            known = after.rows.get(place)
            if known is None or known["_status"] == "missing":
                yield f"{name}: {place} is {known and known['_status']} in the end"


def plain(cell: object) -> str | Decimal:
    """Return a cell so that it compares: numbers by value, blank as nothing."""
    text = "" if cell is None else str(cell)
    try:
        return Decimal(text)
    except InvalidOperation:
        return text


def _equal(row: Row, known: Mapping[str, Any], register: str) -> bool:
    return all(plain(row.get(cell)) == plain(known[cell]) for cell in COMPARED[register])


def _invented(after: Seen, said: Cells) -> Iterator[str]:
    """Nothing stands in the books that nobody wrote there."""
    for place, row in after.rows.items():
        for cell in COMPARED.get(place[0], ()):
            if row["_status"] in IN_FORCE and plain(row[cell]) not in said[place][cell]:
                yield f"{place}: nobody wrote {row[cell]!r} in {cell}"


def _counted_twice(after: Seen, loose: set[str]) -> Iterator[str]:
    """Every line counts once, whatever its numbers."""
    places: dict[tuple[str, str], list[Place]] = defaultdict(list)
    for place, row in after.rows.items():
        if row["_status"] in IN_FORCE and place[0] in MARKS:
            places[place[0], row[MARKS[place[0]]]].append(place)
    for (_, mark), found in places.items():
        if len(found) > 1 and mark not in loose:
            yield f"{mark} counts {len(found)} times: {sorted(found)}"


def _changed_by_themselves(before: Seen, after: Seen, rivals: Rivals) -> Iterator[str]:
    """A cell in the books changes only where a workbook says so newly, or somebody decides."""
    for place, row in before.rows.items():
        now = after.in_force(place)
        if now is None or row["_status"] == "withdrawn" or place in rivals.decided or place[0] not in COMPARED:
            continue
        for cell in COMPARED[place[0]]:
            new = plain(now[cell])
            if new != plain(row[cell]) and not _is_newly_said(place, cell, new, before, rivals):
                yield f"{place}: {cell} changed from {row[cell]!r} to {now[cell]!r} by itself"


def _is_newly_said(place: Place, cell: str, value: str | Decimal, before: Seen, rivals: Rivals) -> bool:
    for book in rivals.books.values():
        then = {plain(row.get(cell)) for row in _at(book.base, place)}
        if value not in then and any(plain(row.get(cell)) == value for row in _at(book.sheets, place)):
            return True
    return any(at == place and plain(row[cell]) == value for (_, at), row in before.waiting.items())


def _left_without_reason(before: Seen, after: Seen, rivals: Rivals) -> Iterator[str]:
    """A row becomes missing or is withdrawn only because a workbook no longer states it, or somebody decides."""
    every = [*rivals.books.values(), *rivals.left]
    for place, row in before.rows.items():
        then, now = row["_status"], after.rows.get(place, row)["_status"]
        if then == now or now not in ("missing", "withdrawn") or place in rivals.decided or place[0] not in LINES:
            continue
        left = any(_at(book.base, place) and (book in rivals.left or not _at(book.sheets, place)) for book in every)
        void = any(each.get("remark") == VOID for book in every for each in _at(book.sheets, place))
        if now == "missing" and not left:
            yield f"{place} is missing, and no workbook has left it out"
        mark = MARKS[place[0]]
        goes_on = any(
            other != place and each["_status"] in IN_FORCE and place[0] == other[0] and each[mark] == row[mark]
            for other, each in after.rows.items()
        )
        if now == "withdrawn" and not (void or goes_on or (place[0] in FOLLOWING and left)):
            yield f"{place} was withdrawn without a reason"


def _lost_cells(after: Seen, rivals: Rivals) -> Iterator[str]:
    """What a workbook has changed in a cell is in the books after the run, or somebody is told."""
    for name, book in rivals.books.items():
        for register, _, row in rows_of(book.sheets):
            place = (register, *key_of(register, row))
            then, same = _at(book.base, place), _at(book.sheets, place)
            if len(then) != 1 or len(same) > 1 or row.get("remark") == VOID or after.is_told(name, place):
                continue
            changed = [cell for cell in COMPARED[register] if plain(row.get(cell)) != plain(then[0].get(cell))]
            known = after.in_force(place)
            if changed and then[0].get("remark") != VOID:
                lost = [cell for cell in changed if known is None or plain(known[cell]) != plain(row.get(cell))]
                if lost:
                    yield f"{name}: {lost} of {place} changed, the books do not have it, and nobody is told"


def _missing_untold(after: Seen, rivals: Rivals) -> Iterator[str]:
    """A missing row can be confirmed, and no workbook states it as it is."""
    for place, row in after.rows.items():
        if row["_status"] != "missing":
            continue
        if place not in after.missing:
            yield f"{place} is missing, and nobody can confirm it"
        for name, book in rivals.books.items():
            same = [each for each in _at(book.sheets, place) if _equal(each, row, place[0])]
            if same and not after.is_told(name, place):
                yield f"{place} is missing, and {name} states it"


def _at(sheets: Mapping[str, Sequence[Row]], place: Place) -> list[Row]:
    return [row for row in sheets.get(place[0], ()) if key_of(place[0], row) == place[1:]]


def _beyond_recognition(book: Lineage, rivals: Rivals, before: Seen) -> Iterator[str]:
    """Yield the marks of lines under a new number that nothing ties to the old one (DESIGN 8).

    The old one was never in the books or is still stated, it stands in a workbook that is no copy too, or neither its
    place nor its other cells are what they were.
    """
    others = [other for other in (*rivals.books.values(), *rivals.left) if other.root != book.root]
    stated = [row for other in others for sheets in (other.base, other.sheets) for row in rows_of(sheets)]
    for register, at, row in rows_of(book.sheets):
        then, now = (
            [each for each in rows_of(of) if _is_line(row, register, *each)] for of in (book.base, book.sheets)
        )
        key = key_of(register, row)
        if any(key_of(register, each) == key for _, _, each in then):
            continue
        elsewhere = {key_of(register, each[2]) for each in stated if _is_line(row, register, *each)}
        known = {place[1:] for place, each in before.rows.items() if _is_line(row, register, place[0], 0, each)}
        numbers = {key_of(register, each) for _, _, each in now}
        former = {key_of(register, each) for _, _, each in then}
        is_tied = any(before.in_force((register, *key_of(register, each))) for _, _, each in then) and any(
            _is_tied(at, row, place, each, register) for _, place, each in then
        )
        if (elsewhere | known | numbers | former) - {key} and (
            elsewhere - {key} or book.is_moved or len(numbers) > 1 or not is_tied
        ):
            yield row[MARKS[register]]


def _is_line(row: Row, register: str, of: str, _at: int, other: Mapping[str, Any]) -> bool:
    """Tell whether a row is of the same line, whatever its number."""
    return of == register and row[MARKS[register]] == other[MARKS[register]]


def _is_tied(at: int, row: Row, place: int, then: Row, register: str) -> bool:
    keys = KEYS[register]
    cells = [name for name in {*row, *then} if name not in keys and row.get(name, "") != then.get(name, "")]
    return not cells or (place == at and set(cells) <= {"remark"})
