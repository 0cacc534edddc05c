"""An independent reckoning of the stock book: plain lists and exact fractions, straight from DOMAIN.md 4.7.

Nothing of the program is used but the form of its rows. ``python -m tests.sync.stock_model 5000`` compares it
with the program on so many random histories.
"""

from __future__ import annotations

import random
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from math import floor
from typing import Any

from tests.sync.stock_rows import Row

AVERAGE, FIFO = "移动加权平均", "先进先出"
ITEMS, STORES, FACTOR = ("BG0001", "BG0002"), ("CK01", "CK02"), 24
FIRST = date(2026, 9, 1)


class UncoveredError(Exception):
    """The history takes more than there is, in quantity or value: no valid book."""


def half_up(value: Fraction) -> int:
    """Return an exact number, not below zero, rounded half up."""
    return floor(value + Fraction(1, 2))


@dataclass
class Lot:
    """Goods that came in together: by which document, how much is left, and what it is worth in fen."""

    key: tuple[date, str, int]
    qty: Fraction
    amount: int


@dataclass
class Place:
    """One item in one warehouse; at average it is a single lot."""

    method: str
    lots: list[Lot] = field(default_factory=list)

    @property
    def qty(self) -> Fraction:
        """Return how much is there."""
        return sum((lot.qty for lot in self.lots), Fraction(0))

    @property
    def amount(self) -> int:
        """Return what it is worth, in fen."""
        return sum(lot.amount for lot in self.lots)

    def put(self, key: tuple[date, str, int], qty: Fraction, amount: int) -> None:
        """Add goods."""
        self.lots.append(Lot(key, qty, amount))
        self.lots.sort(key=lambda lot: lot.key)
        if self.method == AVERAGE:
            self.lots = [Lot(key, self.qty, self.amount)]

    def take(self, qty: Fraction, lots: list[Lot] | None = None) -> int:
        """Take goods out of lots in their order and return what they cost."""
        if qty > self.qty:
            raise UncoveredError
        cost = 0
        for lot in list(self.lots if lots is None else lots):
            part = min(qty, lot.qty)
            worth = lot.amount if part == lot.qty else half_up(Fraction(lot.amount) * part / lot.qty)
            cost, qty = cost + worth, qty - part
            lot.qty, lot.amount = lot.qty - part, lot.amount - worth
        self.lots = [lot for lot in self.lots if lot.qty]
        return cost

    def send_back(self, qty: Fraction, amount: int, doc: str) -> int:
        """Take goods out at the amount at which their receipt brought them in; all that is left takes all."""
        if qty > self.qty or amount > self.amount:
            raise UncoveredError
        if qty == self.qty:
            return self.take(qty)
        own = [lot for lot in self.lots if lot.key[1] == doc]
        cost = self.take(qty, [*own, *(lot for lot in self.lots if lot.key[1] != doc)])
        rest = cost - amount
        for lot in self.lots:
            change = max(-lot.amount, rest)
            lot.amount, rest = lot.amount + change, rest - change
        return amount


@dataclass
class Origin:
    """A line that may come back: how much, what it was worth, and what came back so far."""

    qty: Fraction
    amount: int
    back_qty: Fraction = Fraction(0)
    back_amount: int = 0

    def part(self, qty: Fraction) -> int:
        """Return what a part of it is worth that comes back now."""
        self.back_qty += qty
        worth = half_up(Fraction(self.amount) * self.back_qty / self.qty) - self.back_amount
        self.back_amount += worth
        return worth


@dataclass(frozen=True)
class Event:
    """One document line: when, of which rank, and what it says."""

    day: date
    rank: int
    register: str
    cells: dict[str, Any]

    @property
    def doc(self) -> str:
        """Return its number."""
        return str(self.cells["doc_no"])

    @property
    def returns(self) -> str | None:
        """Return the issue that it brings back."""
        return str(self.cells["ref_doc"]) if self.rank == 3 else None


_RANKS = {"期初建账": 0, "红字入库": 2, "红字出库": 3, "仓库之间": 4, "领用": 5}


def events_of(rows: list[Row]) -> list[Event]:
    """Return document lines in posting order, a return right behind its issue of the same day."""
    found = []
    for register, row in rows:
        cells = dict(row)
        kind = cells.get("receipt_kind") or cells.get("issue_kind") or cells.get("kind")
        if register == "stocktake_result":
            cells |= {"doc_no": cells["adj_doc"], "warehouse": cells["room"], "qty": cells["diff_qty"]}
            found.append(Event(cells["approve_date"], 6, register, cells))
        else:
            found.append(Event(cells["doc_date"], _RANKS.get(str(kind), 1), register, cells))
    found.sort(key=lambda event: (event.day, event.rank, event.doc, event.cells["line_no"]))
    behind = [event for event in found if _issue_of_the_day(event, found) is not None]
    ordered = [event for event in found if event not in behind]
    for event in reversed(behind):
        issue = _issue_of_the_day(event, found)
        assert issue is not None
        ordered.insert(ordered.index(issue) + 1, event)
    return ordered


def _issue_of_the_day(event: Event, events: list[Event]) -> Event | None:
    return next(
        (each for each in events if event.returns == each.doc and each.day == event.day and each.rank == 5), None
    )


def reckoned(rows: list[Row], method: str) -> dict[tuple[str, int, str], int]:
    """Return what every posting is worth in fen, by document, line and warehouse, signed as it moves stock.

    Raises:
        UncoveredError: the history is no valid book.
    """
    places: dict[tuple[str, str], Place] = {}
    origins: dict[tuple[str, str], Origin] = {}
    last_paid: dict[str, tuple[Fraction, int]] = {}
    worth: dict[tuple[str, int, str], int] = {}
    for event in events_of(rows):
        cells, item = event.cells, event.cells["item_code"]
        qty, line = abs(Fraction(str(cells.get("qty_base", cells["qty"])))), cells["line_no"]
        key = (event.day, event.doc, line)

        def place(store: str, item: str = item) -> Place:
            return places.setdefault((item, store), Place(method))

        if event.register == "asset_transfer":
            source, target = cells["from_store"], cells["to_store"]
            cost = place(source).take(qty)
            place(target).put(key, qty, cost)
            worth[event.doc, line, source], worth[event.doc, line, target] = -cost, cost
            continue
        here = place(cells["warehouse"])
        if event.register == "stock_receipt" and event.rank != 2:
            amount = int(Fraction(str(cells["amount"])) * 100)
            here.put(key, qty, amount)
            origins[event.doc, item] = Origin(qty, amount)
            if amount:
                last_paid[item] = (qty, amount)
        elif event.rank == 2:
            amount = -here.send_back(qty, origins[str(cells["ref_doc"]), item].part(qty), str(cells["ref_doc"]))
        elif event.rank == 3:
            amount = origins[str(cells["ref_doc"]), item].part(qty)
            here.put(key, qty, amount)
        elif event.rank == 6 and Fraction(str(cells["qty"])) > 0:
            amount = _found(here, qty, last_paid.get(item))
            here.put(key, qty, amount)
        else:
            amount = -here.take(qty)
            origins[event.doc, item] = Origin(qty, -amount)
        worth[event.doc, line, cells["warehouse"]] = amount
    return worth


def _found(here: Place, qty: Fraction, last: tuple[Fraction, int] | None) -> int:
    """Return what goods found in a count are worth: at average, else by the last receipt, else 1 yuan."""
    if here.qty:
        return half_up(Fraction(here.amount) * qty / here.qty)
    return half_up(Fraction(last[1]) * qty / last[0]) if last else 100


class Story:
    """Documents as they are drawn, with what is left of each item in each store and of each line that may come back."""

    def __init__(self, draw: random.Random) -> None:
        self.draw = draw
        self.rows: list[Row] = []
        self.day = FIRST
        self.held: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
        self.lines: dict[tuple[str, str, str], Fraction] = {}

    def step(self, number: int) -> None:
        """Draw one more document."""
        self.day += timedelta(days=self.draw.choice([0, 0, 1, 3, 9]))
        item, store = self.draw.choice(ITEMS), self.draw.choice(STORES)
        kind = self.draw.choice(["in", "out", "out", "moved", "back", "sent", "found", "lost"])
        if kind in ("in", "found") or not self.held[item, store]:
            self._comes(number, item, store, found=kind == "found")
        elif kind in ("back", "sent"):
            self._returns(number, item, store, "RK" if kind == "sent" else "CK")
        else:
            self._goes(number, item, store, kind)

    def _comes(self, number: int, item: str, store: str, *, found: bool) -> None:
        written, qty = _quantity(self.draw, Fraction(self.draw.randint(1, 900_000), 1000))
        self.held[item, store] += qty
        if found:
            self._counts(number, item, store, f"{float(qty):.3f}")
            return
        amount = f"{self.draw.choice([0, *(self.draw.randint(1, 999_999) for _ in range(4))]) / 100:.2f}"
        kind = self.draw.choice(["采购入库", "期初建账"])
        own = {"receipt_kind": kind, "amount": amount, "unit_price": "1", "ref_doc": None}
        self._write("stock_receipt", f"RK-{number:04d}", item, {"warehouse": store, **written, **own})
        self.lines[f"RK-{number:04d}", item, store] = qty

    def _goes(self, number: int, item: str, store: str, kind: str) -> None:
        held = self.held[item, store]
        part = held if self.draw.random() < 0.2 else held * self.draw.randint(1, 1000) / 1000
        written, qty = _quantity(self.draw, max(Fraction(1, 1000), part), most=held)
        self.held[item, store] -= qty
        if kind == "lost":
            self._counts(number, item, store, f"-{float(qty):.3f}")
        elif kind == "moved":
            other = STORES[1 - STORES.index(store)]
            self.held[item, other] += qty
            ways = {"from_store": store, "to_store": other, "kind": "仓库之间"}
            self._write("asset_transfer", f"DB-{number:04d}", item, {**written, **ways})
        else:
            own = {"warehouse": store, "issue_kind": "领用", "dept": "JW", "ref_doc": None}
            self._write("stock_issue", f"CK-{number:04d}", item, {**written, **own})
            self.lines[f"CK-{number:04d}", item, store] = qty

    def _returns(self, number: int, item: str, store: str, prefix: str) -> None:
        left = [
            line for line, qty in self.lines.items() if line[0].startswith(prefix) and line[1:] == (item, store) and qty
        ]
        if not left:
            return
        line = self.draw.choice(left)
        most = min(self.lines[line], self.held[item, store]) if prefix == "RK" else self.lines[line]
        qty = most if self.draw.random() < 0.4 else Fraction(self.draw.randint(1, int(most * 1000)), 1000)
        self.lines[line] -= qty
        own: dict[str, object] = {"warehouse": store, "ref_doc": line[0], "qty": f"-{float(qty):.3f}"}
        if prefix == "RK":
            self.held[item, store] -= qty
            own |= {"receipt_kind": "红字入库", "amount": "-1.00", "unit_price": "1"}
            self._write("stock_receipt", f"RK-{number:04d}", item, own)
        else:
            self.held[item, store] += qty
            self._write("stock_issue", f"CK-{number:04d}", item, {**own, "issue_kind": "红字出库", "dept": "JW"})

    def _counts(self, number: int, item: str, store: str, difference: str) -> None:
        own = {"plan_no": "PD", "sheet_no": "01", "line_no": number, "room": store, "item_code": item}
        told = {"diff_qty": difference, "approve_date": self.day, "adj_doc": f"PD-{number:04d}", "suggestion": "调账"}
        self.rows.append(("stocktake_result", own | told))

    def _write(self, register: str, doc: str, item: str, cells: dict[str, object]) -> None:
        usual = {"doc_no": doc, "doc_date": self.day, "line_no": 1, "item_code": item}
        self.rows.append((register, usual | cells))


def _quantity(draw: random.Random, pieces: Fraction, most: Fraction | None = None) -> tuple[dict[str, str], Fraction]:
    """Return a quantity as a document writes it, in boxes where these are not more than there is, and in pieces."""
    exact = Fraction(floor(pieces * 1000), 1000) or Fraction(1, 1000)
    boxes = Fraction(floor(exact / FACTOR * 1000), 1000)
    if boxes and draw.random() < 0.3 and (most is None or boxes * FACTOR <= most):
        whole = boxes * FACTOR
        return {"qty": f"{float(boxes):.3f}", "unit": "箱", "qty_base": f"{float(whole):.3f}"}, whole
    return {"qty": f"{float(exact):.3f}", "unit": "包"}, exact


def history(draw: random.Random) -> list[Row]:
    """Return up to 40 documents, several a day: receipts, issues, transfers, counts, and what comes back of both sides.

    Some are written in boxes of ``FACTOR`` pieces. Where the order within a day takes more than there is,
    or a return is worth more than what is left, it is no valid book.
    """
    story = Story(draw)
    for number in range(draw.randint(3, 40)):
        story.step(number)
    return story.rows


def differences(rows: list[Row], method: str) -> list[tuple[object, ...]] | None:
    """Return where the program and this reckoning differ; None where the history is no valid book."""
    from sync.books.valuation import value_stock
    from tests.sync.stock_rows import posted

    try:
        expected = reckoned(rows, method)
    except UncoveredError:
        return None
    valued = value_stock(posted(*rows), method=method)
    names = ("doc_no", "line_no", "warehouse", "amount")
    found = {(doc, line, store): amount for doc, line, store, amount in valued.valued.select(names).iter_rows()}
    wrong = [(place, expected.get(place), found.get(place)) for place in expected.keys() | found.keys()]
    return [each for each in wrong if each[1] != each[2]]


def main() -> None:
    """Compare on random histories and print how many were valid books, and the first that differs."""
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 1
    draw = random.Random(seed)  # noqa: S311 - repeatable samples, no secret
    valid = tried = 0
    while valid < count:
        rows, method = history(draw), draw.choice([AVERAGE, FIFO])
        tried += 1
        wrong = differences(rows, method)
        if wrong is None:
            continue
        valid += 1
        if wrong:
            print(method, *rows, wrong, sep="\n")  # noqa: T201 - a script
            raise SystemExit(1)
    print(f"{valid} valid histories of {tried} tried: no difference")  # noqa: T201


if __name__ == "__main__":
    main()
