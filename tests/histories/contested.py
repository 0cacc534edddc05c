"""Histories of people in each other's way: copies edited on both sides, deletions, voids, conflicts, decisions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from tests.histories import lines
from tests.histories.files import Files, Row, Saved, Sheets
from tests.histories.lines import CATALOGUE, MASTER, STAFF, VOID, key_of

BEGIN = datetime(2026, 11, 20, 8, 0)  # noqa: DTZ001 - a file says it without a zone
FAMILIES = {
    "ZW/库房.xlsx": ("ZW/库房(1).xlsx", "ZW/库房 - 副本.xlsx"),
    "ZW/二库.xlsx": ("ZW/二库 (ZW01 的冲突副本).xlsx",),
    "ST/食堂.xlsx": ("ST/食堂-LAPTOP7.xlsx",),
}
OTHER_NAMES = {"ZW": "ZW/十一月/库房.xlsx", "ST": "ST/采买.xlsx"}
LINES = ("stock_receipt", "requisition", "annual_plan_task")
FOLLOWING = ("annual_plan_task",)
"""Registers in which a deletion takes a row out of the books."""
ITEMS, SUPPLIERS = 3, 2
MOST_ROWS = 9
"""In one workbook: fewer than safe stops are for."""


@dataclass
class Lineage:
    """A workbook, whatever its file is called, and what it said when the last run looked at it."""

    sheets: dict[str, list[Row]]
    base: Sheets = field(default_factory=dict)
    root: int = 0
    """The same number for a workbook and its copies."""
    is_moved: bool = False
    """Its file was renamed, or is a new one, since the last run."""


@dataclass
class Rivals:
    """Everybody at work on the files of one school; every deed draws from a source of its own."""

    school: Files
    random: Random = field(default_factory=lambda: Random(0))  # noqa: S311 - nothing secret
    books: dict[str, Lineage] = field(default_factory=dict)
    """Name of the file to its workbook."""
    left: list[Lineage] = field(default_factory=list)
    """Workbooks whose files were deleted or written over since the last run."""
    earlier: list[tuple[str, dict[str, list[Row]]]] = field(default_factory=list)
    """What files said at the time of a run: their names and sheets."""
    items: int = 1
    numbers: int = 0
    saves: int = 0
    decided: set[tuple[str, ...]] = field(default_factory=set)
    """Register and key of the rows about which somebody has decided since the last run."""
    answered: list[tuple[tuple[str, ...], Mapping[str, object]]] = field(default_factory=list)
    """Register and key, and what a side of a conflict said that somebody has settled."""

    def begin(self, random: Random) -> None:
        """Write the first workbooks, and the master data of which some items come later."""
        self.random = random
        self._write(MASTER, STAFF)
        self._write_catalogue()
        for root, name in enumerate(FAMILIES):
            self.books[name] = Lineage({register: [] for register in LINES}, root=root, is_moved=True)
            for _ in range(self.random.randint(3, 6)):
                self.add(name)
            self._save(name)

    def act(self, random: Random) -> str:
        """Do something to some workbook and return what it was, in words."""
        self.random = random
        deed = self.random.choices(list(DEEDS), list(DEEDS.values()))[0]
        name = self.random.choice(sorted(self.books)) if self.books else next(iter(FAMILIES))
        if name not in self.books:
            self.books[name] = Lineage({register: [] for register in LINES}, root=self._number(), is_moved=True)
        told = getattr(self, deed)(name)
        if deed in EDITS:
            self._save(name)
        return f"{deed} {name} {told or ''}"

    def looked_at(self) -> None:
        """Remember what the files say now as what a run has seen."""
        for name, book in self.books.items():
            book.base = _frozen(book.sheets)
            book.is_moved = False
            self.earlier.append((name, {register: list(rows) for register, rows in book.sheets.items()}))
        self.left.clear()
        self.decided.clear()

    def set_right(self) -> None:
        """Register what is missing, correct the mistakes, and save all workbooks once more."""
        self.items = ITEMS
        self._write_catalogue()
        for name, book in self.books.items():
            if "stock_receipt" in book.sheets:
                book.sheets["stock_receipt"] = [lines.corrected(row) for row in book.sheets["stock_receipt"]]
            self._save(name)

    def add(self, name: str) -> str:
        """Write down something new, now and then with a mistake or under a number that is in use elsewhere."""
        register = self.random.choice(LINES)
        rows = self._sheet(name, register)
        if sum(map(len, self.books[name].sheets.values())) >= MOST_ROWS:
            return ""
        number, mark, item_number = self._number(), self._number(), self.random.randint(1, ITEMS)
        if self.random.random() < 0.08:
            number = self.random.randint(1, number)
        if register == "stock_receipt":
            new = lines.receipt(self.random, number, 1, item_number, self.random.randint(1, SUPPLIERS), mark)
            new = {**new, "amount": "0.01"} if self.random.random() < 0.15 else new
        elif register == "requisition":
            new = lines.requisition(self.random, number, item_number, mark)
        else:
            new = lines.task(number, mark)
        if key_of(register, new) in {key_of(register, row) for row in rows}:
            return ""
        rows.insert(self.random.randint(0, len(rows)), new)
        return f"{key_of(register, new)}"

    def amend(self, name: str) -> str:
        """Change a row in one group of cells."""
        return self._changed(name, lambda register, row: lines.amended(self.random, register, row))

    def note(self, name: str) -> str:
        """Write a remark beside a row, or take it away."""
        text = self.random.choice(("已验", "补单", ""))
        return self._changed(name, lambda _, row: {**row, "remark": text})

    def void(self, name: str) -> str:
        """Mark a row as void."""
        return self._changed(name, lambda _, row: {**row, "remark": VOID})

    def correct(self, name: str) -> str:
        """Correct a mistake, where there is one."""
        rows = self._sheet(name, "stock_receipt")
        rows[:] = [lines.corrected(row) for row in rows]
        return ""

    def renumber(self, name: str) -> str:
        """Correct the number of a row, now and then back to one that was in use before."""
        number = self._number()
        if self.random.random() < 0.2:
            number = self.random.randint(1, number)

        def change(register: str, row: Row) -> Row:
            new = lines.renumbered(register, row, number)
            used = {key_of(register, each) for each in self._sheet(name, register)}
            return row if key_of(register, new) in used else new

        return self._changed(name, change)

    def remove(self, name: str) -> str:
        """Delete a row."""
        chosen = self._chosen(name)
        if chosen is None:
            return ""
        register, at = chosen
        return str(key_of(register, self._sheet(name, register).pop(at)))

    def drop_sheet(self, name: str) -> str:
        """Delete a whole sheet."""
        register = self.random.choice(LINES)
        self.books[name].sheets.pop(register, None)
        return register

    def double(self, name: str) -> str:
        """Write down a row twice."""
        chosen = self._chosen(name)
        if chosen is None:
            return ""
        register, at = chosen
        rows = self._sheet(name, register)
        rows.append(rows[at])
        return str(key_of(register, rows[at]))

    def reorder(self, name: str) -> str:
        """Sort a sheet."""
        self.random.shuffle(self._sheet(name, self.random.choice(LINES)))
        return ""

    def again(self, _name: str) -> str:
        """Save a workbook as it is."""
        return ""

    def earlier_version(self, name: str) -> str:
        """Bring an earlier version of a workbook back from a backup."""
        versions = [sheets for other, sheets in self.earlier if other == name]
        if versions:
            sheets = self.random.choice(versions)
            self.books[name].sheets = {register: list(rows) for register, rows in sheets.items()}
        return ""

    def carry(self, name: str) -> str:
        """Copy a row into another workbook, or move it there."""
        chosen = self._chosen(name)
        others = [each for each in sorted(self.books) if each != name]
        if chosen is None or not others:
            return ""
        (register, at), other = chosen, self.random.choice(others)
        row = self._sheet(name, register)[at]
        self._sheet(other, register).append(row)
        self._save(other)
        if self.random.random() < 0.4:
            self._sheet(name, register).pop(at)
            return f"{key_of(register, row)} moved to {other}"
        return f"{key_of(register, row)} to {other}"

    def copy(self, name: str) -> str:
        """Copy a workbook under the name of a copy, or over another one of its department."""
        to = self._copy_name(name) if self.random.random() < 0.8 else self._other(name)
        if to is None or to == name:
            return ""
        self._leave(to)
        book = self.books[name]
        is_known = to in FAMILIES.get(name, ())
        root = book.root if is_known else self._number()
        sheets = {register: list(rows) for register, rows in book.sheets.items()}
        self.books[to] = Lineage(sheets, book.base, root, is_moved=True)
        self.school.copy(name, to)
        return f"to {to}"

    def rename(self, name: str) -> str:
        """Rename a workbook, or move a copy to the place of its original."""
        originals = [original for original, copies in FAMILIES.items() if name in copies]
        to = originals[0] if originals else OTHER_NAMES[name[:2]]
        if to == name:
            to = next(each for each in FAMILIES if each[:2] == name[:2])
        self._leave(to)
        self.books[to] = self.books.pop(name)
        self.books[to].is_moved = True
        self.school.move(name, to)
        return f"to {to}"

    def swap_names(self, name: str) -> str:
        """Have two workbooks of a department take each other's names."""
        other = self._other(name)
        if other is None:
            return ""
        between = f"{name[:2]}/~.xlsx"
        for old, new in ((name, between), (other, name), (between, other)):
            self.school.move(old, new)
        self.books[name], self.books[other] = self.books[other], self.books[name]
        self.books[name].is_moved = self.books[other].is_moved = True
        return f"with {other}"

    def delete_file(self, name: str) -> str:
        """Delete a file."""
        self._leave(name)
        self.school.delete(name)
        return ""

    def late_item(self, _name: str) -> str:
        """Register an item that rows have been waiting for."""
        self.items = min(self.items + 1, ITEMS)
        return self._write_catalogue()

    def resolve(self, _name: str) -> str:
        """Settle a conflict in some way that is open."""
        conflicts = self.school.conflicts()
        if not conflicts:
            return ""
        chosen = self.random.choice(conflicts)
        take = self.random.choice(("ours", "theirs", "base") if chosen["base"] else ("ours", "theirs"))
        place = (chosen["register"], *map(str, chosen["key"]))
        self.decided.add(place)
        self.answered += [(place, chosen[side]) for side in ("base", "ours", "theirs") if chosen[side]]
        return f"{place} {take}: {self.school.resolve(chosen['id'], take)}"

    def confirm(self, _name: str) -> str:
        """Confirm that a missing row goes."""
        waiting = self.school.waiting()
        if not waiting:
            return ""
        chosen = self.random.choice(waiting)
        self.decided.add((chosen["register"], *map(str, chosen["key"])))
        return f"{chosen['key']}: {self.school.confirm(chosen['id'])}"

    def _leave(self, name: str) -> None:
        if name in self.books:
            self.left.append(self.books.pop(name))

    def _copy_name(self, name: str) -> str | None:
        names = FAMILIES.get(name, ())
        return self.random.choice(names) if names else None

    def _other(self, name: str) -> str | None:
        others = [each for each in sorted(self.books) if each != name and each[:2] == name[:2]]
        return self.random.choice(others) if others else None

    def _sheet(self, name: str, register: str) -> list[Row]:
        return self.books[name].sheets.setdefault(register, [])

    def _chosen(self, name: str) -> tuple[str, int] | None:
        sheets = self.books[name].sheets
        places = [(register, at) for register in LINES for at in range(len(sheets.get(register, ())))]
        return self.random.choice(places) if places else None

    def _changed(self, name: str, change: Callable[[str, Row], Row]) -> str:
        chosen = self._chosen(name)
        if chosen is None:
            return ""
        register, at = chosen
        rows = self._sheet(name, register)
        old, rows[at] = rows[at], change(register, rows[at])
        different = {cell: rows[at][cell] for cell in rows[at] if rows[at][cell] != old.get(cell)}
        return f"{key_of(register, old)} {different}"

    def _number(self) -> int:
        self.numbers += 1
        return self.numbers

    def _save(self, name: str) -> str:
        return self._write(name, _frozen(self.books[name].sheets))

    def _write(self, name: str, sheets: Sheets) -> str:
        self.saves += 1
        self.school.save(Saved(name, sheets, BEGIN + timedelta(minutes=self.saves)))
        return ""

    def _write_catalogue(self) -> str:
        items = [lines.item(number) for number in range(1, self.items + 1)]
        suppliers = [lines.supplier(number) for number in range(1, SUPPLIERS + 1)]
        return self._write(CATALOGUE, {"item_catalogue": items, "supplier_register": suppliers})


DEEDS = {
    "add": 1.5,
    "amend": 4,
    "note": 3,
    "void": 0.6,
    "correct": 0.5,
    "renumber": 2,
    "remove": 1,
    "drop_sheet": 0.3,
    "double": 0.3,
    "reorder": 0.4,
    "again": 0.3,
    "earlier_version": 0.5,
    "carry": 0.8,
    "copy": 3,
    "rename": 1,
    "swap_names": 0.3,
    "delete_file": 0.4,
    "late_item": 0.4,
    "resolve": 1,
    "confirm": 0.6,
}
"""What people do, and how often."""
EDITS = frozenset(list(DEEDS)[: list(DEEDS).index("copy")])
"""After these the workbook is saved."""


def rows_of(sheets: Sheets) -> Iterator[tuple[str, int, Row]]:
    """Yield every row of a workbook with its register and its place in the sheet."""
    for register, rows in sheets.items():
        for at, row in enumerate(rows):
            yield register, at, row


def _frozen(sheets: Mapping[str, Sequence[Row]]) -> Sheets:
    return {register: tuple(rows) for register, rows in sheets.items()}
