"""Histories without conflicts: in whatever order and however many runs they arrive, the same rows (DESIGN 8).

The model knows one thing only: what every workbook says last is in the books, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from tests.histories import lines
from tests.histories.files import Row, Saved
from tests.histories.lines import CATALOGUE, MASTER, STAFF, VOID, key_of

BEGIN = datetime(2026, 11, 20, 8, 0)  # noqa: DTZ001 - a file says it without a zone
BOOKS = ("ZW/库房.xlsx", "ZW/二库.xlsx", "ST/食堂.xlsx", "ST/采买/米面.xlsx")
LINES = ("stock_receipt", "requisition", "annual_plan_task")
ITEMS, SUPPLIERS = 6, 3
MOST_ROWS = 9
"""Fewer than safe stops are for."""


@dataclass(frozen=True)
class Event:
    """A save of a workbook; ``former`` is the name of its file until then, where it was renamed with it."""

    book: str
    saved: Saved
    former: str | None = None


@dataclass
class Clerks:
    """What everybody writes, save after save; nobody contradicts anybody, and nobody deletes what counts."""

    random: Random
    sheets: dict[str, dict[str, list[Row]]] = field(default_factory=dict)
    """Workbook to what it says now."""
    names: dict[str, str] = field(default_factory=dict)
    """Workbook to the name of its file now."""
    events: list[Event] = field(default_factory=list)
    numbers: int = 0
    changed: set[tuple[str, ...]] = field(default_factory=set)
    """Register and key of rows that were amended: their numbers stay."""
    settled: set[tuple[str, ...]] = field(default_factory=set)
    """Register and key of rows of which nothing changes any more: renumbered, void, stated twice."""

    def history(self, saves: int) -> list[Event]:
        """Return a history of so many saves; in the end every item and supplier named is registered."""
        for name in (CATALOGUE, *BOOKS):
            self.names[name] = name
            self.sheets[name] = {each: [] for each in (lines.MASTERS if name == CATALOGUE else LINES)}
            for _ in range(self.random.randint(1, 3)):
                self._add(name)
            self._save(name)
        for _ in range(saves):
            name = self.random.choice((CATALOGUE, *BOOKS, *BOOKS))
            for _ in range(self.random.randint(1, 3)):
                self.random.choice(self._deeds(name))(name)
            self._save(name)
        self._set_right()
        self.events.append(Event(MASTER, Saved(MASTER, STAFF, BEGIN)))
        return self.events

    def in_the_books(self) -> dict[str, dict[tuple[str, ...], Row]]:
        """Return what must be in the books in the end: register to key to row."""
        found: dict[str, dict[tuple[str, ...], Row]] = {}
        for register, row in self._said():
            if row.get("remark") != VOID:
                found.setdefault(register, {})[key_of(register, row)] = row
        return found

    def _said(self) -> Iterator[tuple[str, Row]]:
        for sheets in [STAFF, *self.sheets.values()]:
            for register, rows in sheets.items():
                yield from ((register, row) for row in rows)

    def _deeds(self, name: str) -> Sequence[Callable[[str], None]]:
        if name == CATALOGUE:
            return [self._add, self._amend, self._reorder]
        often = [self._add, self._add, self._amend, self._amend, self._renumber, self._renumber]
        return [*often, self._reorder, self._double, self._void, self._share, self._give, self._mistake, self._drop]

    def _save(self, name: str, *, former: str | None = None) -> None:
        sheets = {register: tuple(rows) for register, rows in self.sheets[name].items()}
        if name in BOOKS and self.random.random() < 0.1 and self._is_known_by_its_rows(name, sheets):
            former = self.names[name]
            self.names[name] = f"{former[:2]}/{self._number()}月账.xlsx"
        moment = BEGIN + timedelta(minutes=len(self.events))
        self.events.append(Event(name, Saved(self.names[name], sheets, moment), former))

    def _is_known_by_its_rows(self, name: str, sheets: Mapping[str, Sequence[Row]]) -> bool:
        """Tell whether half of the rows of this or of any earlier save are in the other one.

        Whichever save the last run has seen, the file renamed and edited since is that workbook.
        """
        now = _keys(sheets)
        earlier = [keys for event in self.events if event.book == name and (keys := _keys(event.saved.sheets))]
        return all(2 * len(now & then) >= min(len(now), len(then)) > 0 for then in earlier)

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _add(self, name: str) -> None:
        """Write down something new, a receipt of up to three lines."""
        register = self.random.choice(tuple(self.sheets[name]))
        rows, number = self.sheets[name][register], self._number()
        if len(rows) >= MOST_ROWS:
            return
        if register in lines.MASTERS:
            made = lines.item if register == "item_catalogue" else lines.supplier
            new = [made(len(rows) + 1)] if len(rows) < (ITEMS if made is lines.item else SUPPLIERS) else []
        elif register == "stock_receipt":
            new = [self._receipt(number, line) for line in range(1, self.random.randint(1, 3) + 1)]
        elif register == "requisition":
            new = [lines.requisition(self.random, number, self.random.randint(1, ITEMS), self._number())]
        else:
            new = [lines.task(number, number)]
        at = self.random.randint(0, len(rows))
        rows[at:at] = new

    def _receipt(self, number: int, line: int) -> Row:
        named = self.random.randint(1, ITEMS), self.random.randint(1, SUPPLIERS)
        return lines.receipt(self.random, number, line, *named, self._number())

    def _chosen(
        self, name: str, *but: set[tuple[str, ...]], among: Sequence[str] = (*lines.MASTERS, *LINES)
    ) -> tuple[str, int] | None:
        """Return register and place of some row, none of those that are not to be touched."""
        places = [
            (register, at)
            for register, rows in self.sheets[name].items()
            if register in among
            for at, row in enumerate(rows)
            if not any((register, *key_of(register, row)) in keys for keys in (self.settled, *but))
        ]
        return self.random.choice(places) if places else None

    def _changed(self, name: str, change: Callable[[str, Row], Row], *but: set[tuple[str, ...]]) -> Row | None:
        """Change some row in its place; return what it was."""
        chosen = self._chosen(name, *but)
        if chosen is None:
            return None
        register, at = chosen
        rows = self.sheets[name][register]
        old, rows[at] = rows[at], change(register, rows[at])
        return old

    def _amend(self, name: str) -> None:
        def change(register: str, row: Row) -> Row:
            self.changed.add((register, *key_of(register, row)))
            return lines.amended(self.random, register, row)

        self._changed(name, change)

    def _renumber(self, name: str) -> None:
        def change(register: str, row: Row) -> Row:
            new = lines.renumbered(register, row, self._number())
            self.settled |= {(register, *key_of(register, each)) for each in (row, new)}
            return new

        self._changed(name, change, self.changed)

    def _void(self, name: str) -> None:
        def change(register: str, row: Row) -> Row:
            self.settled.add((register, *key_of(register, row)))
            return {**row, "remark": VOID}

        self._changed(name, change)

    def _mistake(self, name: str) -> None:
        """Write down a receipt with a mistake, which is corrected in the end."""
        row = self._receipt(self._number(), 1)
        self.settled.add(("stock_receipt", *key_of("stock_receipt", row)))
        self.sheets[name]["stock_receipt"].append({**row, "amount": "0.01"})

    def _reorder(self, name: str) -> None:
        self.random.shuffle(self.sheets[name][self.random.choice(tuple(self.sheets[name]))])

    def _double(self, name: str) -> None:
        """Write down a row twice."""
        chosen = self._chosen(name)
        if chosen is not None:
            rows = self.sheets[name][chosen[0]]
            rows.append(rows[chosen[1]])
            self.settled.add((chosen[0], *key_of(chosen[0], rows[-1])))

    def _share(self, name: str) -> None:
        """Write down a row in another workbook too, and save that."""
        chosen = self._chosen(name, self.changed)
        other = self.random.choice([each for each in BOOKS if each != name])
        if chosen is not None:
            register, row = chosen[0], self.sheets[name][chosen[0]][chosen[1]]
            self.sheets[other][register].append(row)
            self.settled.add((register, *key_of(register, row)))
            self._save(other)

    def _give(self, name: str) -> None:
        """Move a row to another workbook, and save that: none of the plan, which a deletion takes out of the books."""
        chosen = self._chosen(name, self.changed, among=("stock_receipt", "requisition"))
        other = self.random.choice([each for each in BOOKS if each != name])
        if chosen is not None:
            register, row = chosen[0], self.sheets[name][chosen[0]].pop(chosen[1])
            self.sheets[other][register].append(row)
            self.settled.add((register, *key_of(register, row)))
            self._save(other)

    def _drop(self, name: str) -> None:
        """Drop a task of the plan: a register that follows deletions."""
        tasks = self.sheets[name]["annual_plan_task"]
        places = [
            at
            for at, row in enumerate(tasks)
            if ("annual_plan_task", *key_of("annual_plan_task", row)) not in self.settled
        ]
        if places:
            tasks.pop(self.random.choice(places))

    def _set_right(self) -> None:
        """Register every item and supplier, correct every mistake, and save all workbooks once more."""
        for register, made, count in (
            ("item_catalogue", lines.item, ITEMS),
            ("supplier_register", lines.supplier, SUPPLIERS),
        ):
            known = self.sheets[CATALOGUE][register]
            known += [made(number) for number in range(len(known) + 1, count + 1)]
        for name in BOOKS:
            receipts = self.sheets[name]["stock_receipt"]
            receipts[:] = [lines.corrected(row) for row in receipts]
        for name in self.sheets:
            self._save(name)


def _keys(sheets: Mapping[str, Sequence[Row]]) -> set[tuple[str, ...]]:
    return {(register, *key_of(register, row)) for register, rows in sheets.items() for row in rows}


def interleavings(events: Sequence[Event], random: Random) -> Iterator[tuple[str, list[tuple[Event, bool]]]]:
    """Yield the ways in which a history may arrive: the events in an order, each with whether a run follows it.

    The saves of one workbook keep their order; those of several come in any.
    """
    yield "as it was written", [(event, True) for event in events]
    last = [replace(event, former=None) for event in {event.book: event for event in events}.values()]
    yield "all at once", [(event, number == len(last)) for number, event in enumerate(last, 1)]
    yield "one workbook after the other", [(event, True) for event in random.sample(last, len(last))]
    shuffled = list(events)
    random.shuffle(shuffled)
    own = {book: iter([event for event in events if event.book == book]) for book in {event.book for event in events}}
    order = [next(own[event.book]) for event in shuffled]
    yield "in some order", [(event, random.random() < 0.4 or event is order[-1]) for event in order]
