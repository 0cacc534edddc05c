"""Whatever people do to their workbooks, and in whatever order: what the merge promises holds (DESIGN 8)."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from schemas.register import all_registers
from sync.standing import Standing
from tests.sync.histories import VOID, CutOff, Office, Row, cut_off, item, receipt

EXAMPLES = int(os.environ.get("HOUQIN_EXAMPLES", "10"))
"""More of them find more: a night takes ``HOUQIN_EXAMPLES=1000``."""

ORIGINAL = "ZW/库房.xlsx"
FAMILY = (ORIGINAL, "ZW/库房(1).xlsx", "ZW/库房 - 副本.xlsx")
"""A workbook and its copies, by their names."""
BOOKS = (*FAMILY, "ZW/另存.xlsx", "ST/食堂.xlsx", "ZW/十一月/库房.xlsx")
REFUSED = "MW/门卫.xlsx"
CATALOGUE = "ZW/基础资料.xlsx"
LATE_ITEM = "QJ0002"
MOST_ROWS = 7
"""Fewer than safe stops are for."""

some = st.integers(0, 99)


class Departments(RuleBasedStateMachine):
    """Clerks at work. Every line that was ever delivered carries a batch number of its own, which nobody changes."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.numbers = 0
        self.lines = 0
        self.settled: dict[str, tuple[Row, ...]] = {}
        """What the books said at the last merge, wherever their files are now."""
        self.under_names: dict[str, tuple[Row, ...]] = {}
        """What the files of these names said at the last merge, whatever became of them since."""
        self.renumbered: set[str] = set()
        """Books in which a number was corrected since the last merge: nothing else is done to them until then."""
        self.disputed: set[str] = set()
        """Batch numbers of lines whose number was corrected with a mistake beside other books, or by strangers."""
        self.shared: set[str] = set()
        """Document numbers that stood in more than one book, ever."""
        self.gone: set[str] = set()
        """Document numbers that were voided or corrected in some book, ever."""
        self.former: dict[str, str] = {}
        """Document numbers that were corrected, to the batch number of the line."""
        self.past: dict[int, str] = {}

    @initialize(late=st.booleans())
    def catalogue(self, late: bool) -> None:  # noqa: FBT001 - drawn
        """Register the items, perhaps one of them only later."""
        items = [item()] if late else [item(), item(LATE_ITEM)]
        self.office.save(CATALOGUE, {"item_catalogue": items})
        self.merge()

    @rule()
    def late_item(self) -> None:
        """Register the item that was missing."""
        self.office.save(CATALOGUE, {"item_catalogue": [item(), item(LATE_ITEM)]})

    @rule(book=some, place=some, qty=st.integers(1, 9), late=st.booleans(), wrong=st.booleans())
    def add(self, book: int, place: int, qty: int, late: bool, wrong: bool) -> None:  # noqa: FBT001 - drawn
        """Write down a new line."""
        name = self._writable(book, new=True)
        if name is None or len(self._rows(name)) >= MOST_ROWS:
            return
        self.numbers, self.lines = self.numbers + 1, self.lines + 1
        cells = {"batch_no": f"T{self.lines}"} | ({"item_code": LATE_ITEM} if late else {})
        cells |= {"amount": "0.01"} if wrong and late else {}
        rows = self._rows(name)
        rows.insert(place % (len(rows) + 1), receipt(self.numbers, qty, **cells))
        self._save(name, rows)

    @rule(book=some, row=some, qty=st.integers(10, 99))
    def amend(self, book: int, row: int, qty: int) -> None:
        """Correct a quantity, and what depends on it."""
        self._change(book, row, {"qty": str(qty), "amount": f"{qty * 8.5:.2f}"})

    @rule(book=some, row=some, text=st.sampled_from(["已验", "补单", ""]))
    def note(self, book: int, row: int, text: str) -> None:
        """Write a remark, which depends on nothing."""
        self._change(book, row, {"remark": text} if text else {})

    @rule(book=some, row=some)
    def strike(self, book: int, row: int) -> None:
        """Mark a line as void."""
        self._change(book, row, {"remark": VOID})

    @rule(book=some, row=some)
    def remove(self, book: int, row: int) -> None:
        """Delete a line."""
        name = self._writable(book)
        if name is not None and self._rows(name):
            rows = self._rows(name)
            del rows[row % len(rows)]
            self._save(name, rows)

    @rule(book=some, row=some)
    def swap(self, book: int, row: int) -> None:
        """Put two lines in another order."""
        name = self._writable(book)
        if name is not None and len(self._rows(name)) > 1:
            rows = self._rows(name)
            one, other = row % len(rows), (row + 1) % len(rows)
            rows[one], rows[other] = rows[other], rows[one]
            self._save(name, rows)

    @rule(book=some, row=some)
    def double(self, book: int, row: int) -> None:
        """Write down a line twice."""
        name = self._writable(book)
        if name is not None and 0 < len(self._rows(name)) < MOST_ROWS:
            rows = self._rows(name)
            rows.append(rows[row % len(rows)])
            self._save(name, rows)

    @rule(book=some, row=some, back=st.booleans(), wrong=st.booleans())
    def renumber(self, book: int, row: int, back: bool, wrong: bool) -> None:  # noqa: FBT001 - drawn
        """Correct the number of a line, perhaps back to one that was given up, perhaps with a mistake."""
        name = self._writable(book)
        if name is None or self.settled.get(name) != tuple(self._rows(name)) or not self._rows(name):
            return
        rows = self._rows(name)
        at = row % len(rows)
        old = rows[at]
        line = old["batch_no"]
        stating = [file for file in self._books() if line in {each["batch_no"] for each in self._rows(file)}]
        others = [each for file in self._books() if file != name for each in self._rows(file)]
        if old.get("remark") == VOID or rows.count(old) > 1 or [r["doc_no"] for r in rows].count(old["doc_no"]) > 1:
            return
        former = [number for number, each in self.former.items() if each == line]
        free = sorted(set(former) - {each["doc_no"] for each in [*rows, *others]})
        if back and free:
            number = free[row % len(free)]
        else:
            self.numbers += 1
            number = receipt(self.numbers)["doc_no"]
        known = [each for each in others if each["batch_no"] == line]
        if known and wrong:
            self.disputed.add(line)
        if len(stating) > 1 and (not set(stating) <= set(FAMILY) or ORIGINAL not in self.settled):
            self.disputed.add(line)
        if any(c["base"] is None and c["row_key"] == _key(old) for c in Standing.of(self.office.ledger).conflicts):
            self.disputed.add(line)
        self.gone |= {old["doc_no"], number}
        self.former[old["doc_no"]] = line
        if known:
            self.shared |= {old["doc_no"], number}
        rows[at] = {**old, "doc_no": number} | ({"amount": "0.01"} if wrong else {})
        self._save(name, rows)
        self.renumbered.add(name)

    @rule(book=some, to=some)
    def copy(self, book: int, to: int) -> None:
        """Copy a file, over another one too."""
        name, target = self._writable(book), BOOKS[to % len(BOOKS)]
        if name is not None and name != target and target not in self.renumbered:
            self.office.copy(name, target)
            self._share()

    @rule(book=some, to=some)
    def move(self, book: int, to: int) -> None:
        """Rename a file, or move it to another folder, over another one too."""
        name, target = self._writable(book), BOOKS[to % len(BOOKS)]
        if name is not None and name != target and target not in self.renumbered:
            self.shared |= {row["doc_no"] for row in [*self._rows(name), *self._rows(target)]}
            self.office.move(name, target)
            self.settled[target] = self.settled.pop(name, ())
            if name.partition("/")[0] != target.partition("/")[0]:
                self.renumbered.add(target)  # another department corrects no numbers of this one

    @rule(book=some)
    def delete(self, book: int) -> None:
        """Delete a file."""
        name = self._writable(book)
        if name is not None:
            self.shared |= {row["doc_no"] for row in self._rows(name)}
            self.office.delete(name)

    @rule(book=some, row=some, to=some, keep=st.booleans())
    def carry(self, book: int, row: int, to: int, keep: bool) -> None:  # noqa: FBT001 - drawn
        """Copy a line to another book, or move it there."""
        name, target = self._writable(book), self._writable(to, new=True)
        if name is None or target is None or name == target or not self._rows(name):
            return
        rows, others = self._rows(name), self._rows(target)
        carried = rows[row % len(rows)]
        if len(others) >= MOST_ROWS:
            return
        self._save(target, [*others, carried])
        self._share()
        if not keep:
            rows.remove(carried)
            self._save(name, rows)

    @rule(book=some)
    def trespass(self, book: int) -> None:
        """Save a book in the folder of a department that has no such register."""
        name = self._writable(book)
        if name is not None:
            self.office.save(REFUSED, self.office.files[name].rows)

    @precondition(lambda self: self.office.ledger.head().number > 0)
    @rule()
    def merge(self) -> None:
        """Merge, and look at everything that was promised."""
        before = self._content()
        held = Standing.of(self.office.ledger).held
        waiting = {row["row_key"] for row in held} | {row["payload"]["replaces"] or "" for row in held}
        self._what_strangers_state_stays()
        self.office.run()
        self._nothing_is_told_twice()
        self._what_was_accepted_stays(before, waiting)
        self._nobody_is_lost()
        self._alone_is_as_stated()
        head = self.office.ledger.head().number
        self.past[head] = self._digest(head)
        self.office.run()
        assert self.office.ledger.head().number == head, "nothing is new, and something was written"
        self.settled = {name: tuple(self._rows(name)) for name in self.office.files}
        self.under_names = dict(self.settled)
        self.renumbered.clear()

    @precondition(lambda self: self.office.ledger.head().number > 0)
    @rule(statement=st.integers(1, 25))
    def crash(self, statement: int) -> None:
        """Have a run end in the midst of writing, and make up for it: nothing is left of it."""
        content, head = self._content(), self.office.ledger.head()
        try:
            with cut_off(statement):
                self.office.run()
        except CutOff:
            assert (self._content(), self.office.ledger.head()) == (content, head)
        self.merge()

    def teardown(self) -> None:
        """Look at the whole history once more."""
        self.merge()
        assert self.office.ledger.verify() == []
        assert {revision: self._digest(revision) for revision in self.past} == self.past
        self.office.ledger.close()

    def _what_strangers_state_stays(self) -> None:
        """Note lines that stand under several numbers, one of them in a workbook of its own: both count (DESIGN 8)."""
        places: dict[str, set[tuple[str, str]]] = {}
        for name in self._books():
            for row in self._rows(name):
                places.setdefault(row["batch_no"], set()).add((name, row["doc_no"]))
        for line, found in places.items():
            if len({number for _, number in found}) > 1 and not {name for name, _ in found} <= set(FAMILY):
                self.disputed.add(line)

    def _nothing_is_told_twice(self) -> None:
        lines = [row["batch_no"] for row in self._in_the_books() if row["batch_no"] not in self.disputed]
        assert sorted(lines) == sorted(set(lines)), "a line counts twice"

    def _what_was_accepted_stays(self, before: dict[str, tuple[str, str]], waiting: set[str]) -> None:
        touched = set(waiting)
        for name in {*self.settled, *self.office.files}:
            then = {_frozen(row) for row in (*self.settled.get(name, ()), *self.under_names.get(name, ()))}
            now = set(map(_frozen, self._rows(name)))
            left = then - now if name in self.office.files else set()
            touched |= {_key(dict(row)) for row in (now - then) | left}
        after = self._content()
        for key, (content, status) in before.items():
            if status != "withdrawn" and key not in touched:
                assert after[key][0] == content, f"{key} changed by itself"
                assert after[key][1] != "withdrawn", f"{key} left by itself"

    def _nobody_is_lost(self) -> None:
        content = self._content()
        held = {(row["workbook"], row["row_key"]) for row in self.office.ledger.table("held").to_dicts()}
        books = self.office.ledger.table("workbook").to_dicts()
        titles = {row["title"]: row["path"] for row in books if row["state"] != "gone"}
        known = self._in_the_books()
        missing = {row["doc_no"]: row for row in known if row["_status"] == "missing"}
        for name in self._books():
            for row in self._rows(name):
                key = _key(row)
                if row.get("remark") == VOID:
                    continue
                in_force = key in content and content[key][1] != "withdrawn"
                excused = (titles[name], key) in held or row["doc_no"] in self.gone
                assert in_force or excused, f"{name}: {row['doc_no']} is nowhere"
                same = row["doc_no"] in missing and _equal(row, missing[row["doc_no"]])
                assert not same or (titles[name], key) in held, f"{name} states {row['doc_no']}, which is missing"

    def _alone_is_as_stated(self) -> None:
        """A line that only ever stood in one book is in the books exactly as it stands there."""
        items = {row["item_code"] for row in self.office.ledger.rows(all_registers()["item_catalogue"]).to_dicts()}
        known = {row["doc_no"]: row for row in self._in_the_books()}
        for name in self._books():
            numbers = [row["doc_no"] for row in self._rows(name)]
            for row in self._rows(name):
                number = row["doc_no"]
                if number in self.shared or numbers.count(number) > 1:
                    continue
                if row.get("remark") == VOID:
                    assert number not in known, f"{number} is void"
                elif row["item_code"] in items and row["amount"] != "0.01":
                    assert number in known, f"{number} was not taken"
                    assert known[number]["_status"] == "accepted", number
                    assert _equal(row, known[number]), number

    def _books(self) -> Iterator[str]:
        return (name for name in self.office.files if name not in (CATALOGUE, REFUSED))

    def _writable(self, number: int, *, new: bool = False) -> str | None:
        names = [name for name in BOOKS if (new or name in self.office.files) and name not in self.renumbered]
        return names[number % len(names)] if names else None

    def _rows(self, name: str) -> list[Row]:
        saved = self.office.files.get(name)
        return [] if saved is None else list(saved.rows.get("stock_receipt", ()))

    def _save(self, name: str, rows: list[Row]) -> None:
        self.office.save(name, {"stock_receipt": rows})

    def _change(self, book: int, row: int, cells: Row) -> None:
        name = self._writable(book)
        if name is None or not self._rows(name):
            return
        rows = self._rows(name)
        at = row % len(rows)
        if cells.get("remark") == VOID:
            self.gone.add(rows[at]["doc_no"])
        kept = {column: cell for column, cell in rows[at].items() if column != "remark" or "qty" in cells}
        rows[at] = kept | cells
        self._save(name, rows)

    def _share(self) -> None:
        """Note which numbers stand in more than one book now."""
        places: dict[str, set[str]] = {}
        for name in self._books():
            for row in self._rows(name):
                places.setdefault(row["doc_no"], set()).add(name)
        self.shared |= {number for number, names in places.items() if len(names) > 1}

    def _in_the_books(self) -> list[dict[str, object]]:
        frame = self.office.ledger.rows(all_registers()["stock_receipt"])
        return frame.with_columns(pl.col("qty").cast(pl.Int64).cast(pl.String)).to_dicts()

    def _content(self) -> dict[str, tuple[str, str]]:
        every = ("accepted", "missing", "withdrawn")
        frame = self.office.ledger.rows(all_registers()["stock_receipt"], statuses=every)
        return {key: (content, status) for key, content, status in frame.select("_key", "_hash", "_status").iter_rows()}

    def _digest(self, revision: int) -> str:
        every = ("accepted", "missing", "withdrawn")
        frame = self.office.ledger.rows(all_registers()["stock_receipt"], as_of=revision, statuses=every)
        return hashlib.sha256(repr(frame.drop("_to").rows()).encode()).hexdigest()


def _key(row: Row) -> str:
    return f"{row['doc_no']}\x1f1"


def _frozen(row: Row) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(row.items()))


def _equal(row: Row, known: dict[str, object]) -> bool:
    return all((known[name] or "") == row.get(name, "") for name in ("qty", "batch_no", "remark", "item_code"))


TestDepartments = Departments.TestCase
TestDepartments.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=int(os.environ.get("HOUQIN_STEPS", "25")),
    deadline=None,
    derandomize="HOUQIN_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)


def test_a_new_file_under_the_name_of_a_renamed_one() -> None:
    """What a copy's name says of a workbook is the same in the run that finds its original as in the next one."""
    departments = Departments()
    departments.catalogue(late=False)
    departments.add(book=0, place=1, qty=9, late=False, wrong=False)
    departments.copy(book=84, to=93)
    departments.note(book=18, row=82, text="补单")
    departments.merge()
    departments.move(book=72, to=32)
    departments.merge()
    departments.renumber(book=55, row=3, back=False, wrong=False)
    departments.add(book=80, place=8, qty=6, late=False, wrong=True)
    departments.teardown()
