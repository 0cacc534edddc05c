"""Decide what becomes of fills and notes when a check marks a sheet: what people had comes back, the newest wins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.findings import Finding, Severity
from schemas.values import CellPlace
from workbooks.marks import FILLS, NO_FILL, OWN_LIKE, UNSAYABLE, before_mark, note_of, worst

MOST_MARKS = 500
"""Cells marked in one workbook: a note costs a spreadsheet program milliseconds. The list has all findings, and
those that are not marked yet are marked by the next check, once the others are mended."""
_OURS = frozenset(FILLS.values())
_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True)
class Look:
    """Note and fill of one cell; the fill as ``workbooks.xlsx_look`` says it."""

    note: str = ""
    fill: str = NO_FILL


@dataclass(frozen=True)
class Change:
    """What one cell has to become: None leaves it as it is."""

    place: CellPlace
    note: str | None
    """The whole note, "" for none."""
    fill: str | None
    has_note: bool = False
    """Whether there is a note to be changed."""


@dataclass(frozen=True)
class Marking:
    """What a check does to one sheet."""

    changes: tuple[Change, ...]
    """In reading order; none where everything is there already."""
    columns: frozenset[int]
    """Columns in which a fill in a colour of ours was drawn from a mark, also where no note is left to tell."""


def marking_of(
    looks: Mapping[CellPlace, Look],
    marks: Mapping[CellPlace, Sequence[Finding]],
    language: str,
    known_columns: Collection[int] = (),
) -> Marking:
    """Return the changes that leave exactly ``marks`` on a sheet.

    Marks of an earlier check are recognised by their own note, which moves with its cell and remembers the
    fill that was there. A fill in a colour of ours without a note was drawn from a marked cell (a row inserted
    below it, a cell dragged over) and is taken back, unless people use that colour in the column themselves.

    Args:
        looks: every cell with a note of ours, in a colour of ours, or to be marked.
        marks: cell to its findings; merged ranges by the cell that shows.
        language: of the notes.
        known_columns: what the check before returned as ``Marking.columns``.
    """
    changes: list[Change] = []
    columns: set[int] = set()
    for column, places in _by_column({*looks, *marks}).items():
        here = {place: looks.get(place, Look()) for place in places}
        memory = _Memory(here, is_known=column in known_columns)
        wanted = {place: memory.original(place) for place in places}
        wanted |= {place: _marked(wanted[place], marks[place], language, memory) for place in places if place in marks}
        changes += filter(None, (_change(place, here[place], look) for place, look in wanted.items()))
        if not memory.own_like and any(place in marks for place in places):
            columns.add(column)
    return Marking(tuple(sorted(changes, key=lambda change: change.place)), frozenset(columns))


def most_pressing(by_cell: Mapping[tuple[str, CellPlace], Sequence[Finding]]) -> list[tuple[str, CellPlace]]:
    """Return the cells (sheet, place) to mark, gravest first where there are more than ``MOST_MARKS``."""
    ranked = sorted(by_cell, key=lambda cell: _RANK[worst(by_cell[cell])])
    return ranked[:MOST_MARKS]


def areas_by_fill(changes: Iterable[Change]) -> list[tuple[str, tuple[int, int, int, int]]]:
    """Return each fill to be set with an area (top, left, bottom, right), cells one below another together."""
    areas: list[tuple[str, tuple[int, int, int, int]]] = []
    filled = [change for change in changes if change.fill is not None]
    for change in sorted(filled, key=lambda change: (change.place[1], change.place[0])):
        (row, column), fill = change.place, change.fill or NO_FILL
        if areas:
            last_fill, (top, left, bottom, right) = areas[-1]
            if last_fill == fill and left == column and bottom == row - 1:
                areas[-1] = (fill, (top, left, row, right))
                continue
        areas.append((fill, (row, column, row, column)))
    return areas


class _Memory:
    """What the notes of ours in one column remember."""

    def __init__(self, looks: Mapping[CellPlace, Look], *, is_known: bool) -> None:
        self._looks = looks
        self._before = {place: before_mark(look.note) for place, look in looks.items()}
        told = [before.remembered or NO_FILL for before in self._before.values() if before is not None]
        bare = any(self._before[place] is None and look.fill in _OURS for place, look in looks.items())
        self.own_like = any(fill.endswith(OWN_LIKE) for fill in told) if told else bare and not is_known
        usual = Counter(fill.removesuffix(OWN_LIKE) for fill in told if not fill.startswith(UNSAYABLE)).most_common(2)
        self._drawn = usual[0][0] if len(usual) == 1 else NO_FILL
        """What a fill that was drawn from a marked cell goes back to."""

    def original(self, place: CellPlace) -> Look:
        """Return the cell as people have it: where they changed the fill since, theirs."""
        look, before = self._looks[place], self._before[place]
        if before is not None:
            remembered = (before.remembered or NO_FILL).removesuffix(OWN_LIKE)
            is_ours = look.fill in _OURS and remembered != UNSAYABLE
            return Look(before.note, remembered if is_ours else look.fill)
        if look.fill in _OURS and not self.own_like:
            return replace(look, fill=self._drawn)
        return look


def _marked(original: Look, findings: Sequence[Finding], language: str, memory: _Memory) -> Look:
    is_kept = original.fill == UNSAYABLE
    remembered = original.fill + (OWN_LIKE if memory.own_like else "")
    note = note_of(findings, language, original.note, remembered)
    return Look(note, original.fill if is_kept else FILLS[worst(findings)])


def _change(place: CellPlace, present: Look, wanted: Look) -> Change | None:
    note = None if wanted.note == present.note else wanted.note
    fill = None if wanted.fill == present.fill else wanted.fill
    return None if note is None and fill is None else Change(place, note, fill, present.note != "")


def _by_column(places: Iterable[CellPlace]) -> dict[int, list[CellPlace]]:
    columns: dict[int, list[CellPlace]] = defaultdict(list)
    for place in sorted(places):
        columns[place[1]].append(place)
    return columns
