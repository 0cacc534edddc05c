"""Stock below zero (ISS-01, X-01) and goods past their last day (ISS-06, ISS-07)."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from register_frames import FrameBooks, books, day, failing

Row = dict[str, Any]


def receipt(number: int, on: str, qty: object, **changes: Any) -> Row:  # noqa: ANN401 - cells of any kind
    """Return one line of a receipt of BG0001 into CK01."""
    return {
        "doc_no": f"RK-202611-{number:04d}",
        "line_no": 1,
        "doc_date": day(on),
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "item_code": "BG0001",
        "qty": qty,
        **changes,
    }


def issue(number: int, on: str, qty: object, **changes: Any) -> Row:  # noqa: ANN401
    """Return one line of an issue of BG0001 from CK01."""
    return {
        "doc_no": f"CK-202611-{number:04d}",
        "line_no": 1,
        "doc_date": day(on),
        "warehouse": "CK01",
        "issue_kind": "领用",
        "item_code": "BG0001",
        "qty": qty,
        **changes,
    }


def back(number: int, on: str, qty: object, original: int) -> Row:
    """Return a return to store."""
    return issue(number, on, qty, issue_kind="红字出库", ref_doc=f"CK-202611-{original:04d}")


def short(rows: list[Row], kept: FrameBooks) -> list[tuple[int, str, int, int]]:
    """Return (number of the row, first day that fails, book, issued) of the issues held."""
    found = failing("stock_issue", "ISS-01", rows, kept)
    return [(row["_id"], row["date"].isoformat()[5:], int(row["q1"]), int(row["q2"])) for row in found]


class TestNegativeStock:
    """DOMAIN.md 4.9, O05 and O28."""

    KEPT: ClassVar[dict[str, list[Row]]] = {
        "stock_receipt": [receipt(1, "11-01", 10, receipt_kind="期初建账"), receipt(2, "11-15", 20)],
        "stock_issue": [issue(1, "11-10", 8)],
    }

    @pytest.mark.parametrize(
        ("on", "qty", "expected"),
        [
            ("11-12", 3, [(1, "11-12", 2, 3)]),
            ("11-05", 5, [(1, "11-10", 2, 5)]),
            ("11-05", 2, []),
            ("11-15", 22, []),
            ("11-15", 23, [(1, "11-15", 22, 23)]),
        ],
    )
    def test_new_issue_finds_its_stock(self, on: str, qty: int, expected: list[Any]) -> None:
        """The first day that fails is named, with the book of that day."""
        assert short([issue(2, on, qty)], books(**self.KEPT)) == expected

    def test_words_of_a_shortage(self) -> None:
        """The message has item, warehouse, what would be left and what is missing."""
        found = failing("stock_issue", "ISS-01", [issue(2, "11-12", 3)], books(**self.KEPT))
        assert [(row["item"], row["warehouse"], row["q"], row["shortfall"]) for row in found] == [
            ("BG0001", "CK01", Decimal(-1), Decimal(1))
        ]

    @pytest.mark.parametrize("order", [(101, 102), (102, 101)])
    def test_last_stock_goes_to_the_lower_number(self, order: tuple[int, int]) -> None:
        """Of two claims of one day the lower document number is served, in either order of arrival."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)])
        found = short([issue(number, "11-22", 6) for number in order], kept)
        assert found == [(order.index(102) + 1, "11-22", 4, 6)]

    def test_smaller_issue_is_taken_after_one_that_failed(self) -> None:
        """A row that fits is served even if an earlier one was not."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)])
        assert short([issue(1, "11-02", 11), issue(2, "11-03", 10), issue(3, "11-04", 1)], kept) == [
            (1, "11-02", 10, 11),
            (3, "11-04", 0, 1),
        ]

    def test_return_of_the_same_day_counts_at_once(self) -> None:
        """What comes back on a day can be issued again on that day."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-01", 10)])
        assert short([issue(2, "11-05", 4), back(3, "11-05", -4, 1)], kept) == []
        assert short([issue(2, "11-05", 5), back(3, "11-05", -4, 1)], kept) == [(1, "11-05", 4, 5)]

    def test_warehouses_and_items_are_apart(self) -> None:
        """Stock of another warehouse or item is no stock."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)])
        rows = [issue(1, "11-02", 1, warehouse="CK02"), issue(2, "11-02", 1, item_code="BG0002"), issue(3, "11-02", 1)]
        assert [row[0] for row in short(rows, kept)] == [1, 2]

    def test_base_quantity_counts(self) -> None:
        """Three boxes of 30 are 90 pieces."""
        kept = books(stock_receipt=[receipt(1, "11-01", 3, unit="箱", qty_base=90)])
        assert short([issue(1, "11-02", 90)], kept) == []
        assert short([issue(1, "11-02", 91)], kept) == [(1, "11-02", 90, 91)]


class TestChanges:
    """What has been accepted stays accepted (DESIGN 8)."""

    def test_issue_may_change_within_its_stock(self) -> None:
        """The accepted version gives back what it took before the new one is measured."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-02", 8)])
        assert short([issue(1, "11-02", 10)], kept) == []
        assert [row[0] for row in short([issue(1, "11-02", 11)], kept)] == [1]

    def test_held_change_leaves_the_old_version_in_the_books(self) -> None:
        """A new issue cannot take the stock that the version in force of a held change needs."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-05", 8)])
        assert [row[0] for row in short([issue(1, "11-05", 12), issue(2, "11-06", 3)], kept)] == [1, 2]

    def test_move_to_another_item_needs_stock_there(self) -> None:
        """A change of the item gives the old one back and takes the new one."""
        kept = books(
            stock_receipt=[receipt(1, "11-01", 10), receipt(2, "11-01", 5, item_code="BG0002")],
            stock_issue=[issue(1, "11-02", 10)],
        )
        rows = [issue(1, "11-02", 5, item_code="BG0002"), issue(2, "11-03", 10)]
        assert short(rows, kept) == []
        assert [row[0] for row in short([{**rows[0], "qty": 6}, rows[1]], kept)] == [1, 2]

    def test_change_that_makes_nothing_worse_is_taken(self) -> None:
        """Where the book is below zero already, a smaller issue is an improvement."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-02", 15)])
        assert short([issue(1, "11-02", 12)], kept) == []
        assert short([issue(1, "11-02", 15)], kept) == []
        assert [row[0] for row in short([issue(1, "11-02", 16)], kept)] == [1]

    def test_smaller_return_can_be_too_small(self) -> None:
        """What came back and was issued again cannot be taken back from under it."""
        kept = books(
            stock_receipt=[receipt(1, "11-01", 10)],
            stock_issue=[issue(1, "11-01", 10), back(2, "11-02", -5, 1), issue(3, "11-03", 5)],
        )
        assert [row[0] for row in short([back(2, "11-02", -4, 1)], kept)] == [1]
        assert short([back(2, "11-02", -6, 1)], kept) == []

    @pytest.mark.parametrize(
        ("row", "left"),
        [
            (receipt(1, "11-01", 7), "-1"),
            (receipt(1, "11-03", 10), "-8"),
            (receipt(1, "11-01", 10, item_code="BG0002"), "-8"),
            (receipt(5, "11-04", -3, receipt_kind="红字入库", ref_doc="RK-202611-0001"), "-1"),
        ],
        ids=["less", "later", "another item", "sent back"],
    )
    def test_receipt_cannot_leave_issues_without_stock(self, row: Row, left: str) -> None:
        """X-01 holds a receipt that is lowered, moved, or sent back below what was issued."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-02", 8)])
        found = failing("stock_receipt", "X-01", [row], kept)
        assert [(each["item"], each["q"]) for each in found] == [("BG0001", Decimal(left))]

    def test_receipt_may_change_as_far_as_its_issues_allow(self) -> None:
        """Lowering to what was issued, and sending back the rest, are fine."""
        kept = books(stock_receipt=[receipt(1, "11-01", 10)], stock_issue=[issue(1, "11-02", 8)])
        red = receipt(5, "11-04", -2, receipt_kind="红字入库", ref_doc="RK-202611-0001")
        assert failing("stock_receipt", "X-01", [receipt(1, "11-02", 8)], kept) == []
        assert failing("stock_receipt", "X-01", [red, receipt(6, "11-04", 3)], kept) == []


MOVES = st.tuples(st.integers(1, 8), st.integers(1, 9), st.sampled_from(["BG0001", "BG0002"]))


def day_ends(*movements: tuple[Row, int]) -> dict[tuple[str, str], list[int]]:
    """Return the balances of every place at the end of its days."""
    days: defaultdict[tuple[str, str], defaultdict[Any, int]] = defaultdict(lambda: defaultdict(int))
    for row, sign in movements:
        days[row["warehouse"], row["item_code"]][row["doc_date"]] += sign * row["qty"]
    ends: dict[tuple[str, str], list[int]] = {}
    for place, moved in days.items():
        total = 0
        for on in sorted(moved):
            total += moved[on]
            ends.setdefault(place, []).append(total)
    return ends


def lowest(receipts: list[Row], issues: list[Row]) -> int:
    """Return the lowest day-end balance of any place, 0 where nothing moved."""
    ends = day_ends(*_in(receipts), *_out(issues))
    return min((low for balances in ends.values() for low in balances), default=0)


@settings(max_examples=60, deadline=None)
@given(st.lists(MOVES, max_size=6), st.lists(MOVES, max_size=10))
def test_new_issue_is_held_only_where_it_would_break_the_book(
    came: list[tuple[int, int, str]], wished: list[tuple[int, int, str]]
) -> None:
    """What is taken leaves no day below zero, and each held row on top of it would."""
    receipts = [receipt(n, f"11-{on:02d}", 2 * qty, item_code=code) for n, (on, qty, code) in enumerate(came)]
    rows = [issue(n, f"11-{on:02d}", qty, item_code=code) for n, (on, qty, code) in enumerate(wished)]
    held = {row["_id"] - 1 for row in failing("stock_issue", "ISS-01", rows, books(stock_receipt=receipts))}
    taken = [row for n, row in enumerate(rows) if n not in held]
    assert lowest(receipts, taken) >= 0
    assert all(lowest(receipts, [*taken, rows[n]]) < 0 for n in held)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(MOVES, max_size=6), st.lists(st.tuples(MOVES, st.none() | MOVES), max_size=6), st.lists(MOVES, max_size=4)
)
def test_changes_leave_no_day_below_zero(
    came: list[tuple[int, int, str]],
    changed: list[tuple[tuple[int, int, str], tuple[int, int, str] | None]],
    new: list[tuple[int, int, str]],
) -> None:
    """Accepted issues, those of held changes included, and what is taken on top never exceed the stock."""
    receipts = [receipt(n, f"11-{on:02d}", 2 * qty, item_code=code) for n, (on, qty, code) in enumerate(came)]
    wished = [issue(n, f"11-{on:02d}", qty, item_code=code) for n, ((on, qty, code), _) in enumerate(changed)]
    first = {row["_id"] - 1 for row in failing("stock_issue", "ISS-01", wished, books(stock_receipt=receipts))}
    accepted = {row["doc_no"]: row for n, row in enumerate(wished) if n not in first}
    again = [
        issue(n, f"11-{after[0]:02d}", after[1], item_code=after[2])
        for n, (_, after) in enumerate(changed)
        if after is not None and n not in first
    ]
    rows = again + [issue(50 + n, f"11-{on:02d}", qty, item_code=code) for n, (on, qty, code) in enumerate(new)]
    kept = books(stock_receipt=receipts, stock_issue=list(accepted.values()))
    held = {row["_id"] - 1 for row in failing("stock_issue", "ISS-01", rows, kept)}
    accepted |= {row["doc_no"]: row for n, row in enumerate(rows) if n not in held}
    assert lowest(receipts, list(accepted.values())) >= 0


def _in(rows: list[Row]) -> list[tuple[Row, int]]:
    return [(row, 1) for row in rows]


def _out(rows: list[Row]) -> list[tuple[Row, int]]:
    return [(row, -1) for row in rows]


class TestBatches:
    """Issues name no batch: only what is certain is reported."""

    KEPT: ClassVar[dict[str, list[Row]]] = {
        "stock_receipt": [
            receipt(1, "11-01", 10, expire_date=day("11-10"), batch_no="B1101"),
            receipt(2, "11-05", 10, expire_date=day("12-10"), batch_no="B1105"),
        ]
    }

    def expired(self, rows: list[Row], **accepted: list[Row]) -> list[tuple[int, int]]:
        """Return (number of the row, quantity in date) of the issues held by ISS-06."""
        found = failing("stock_issue", "ISS-06", rows, books(**{**self.KEPT, **accepted}))
        return [(row["_id"], int(row["fresh"])) for row in found]

    def test_goods_in_date_are_enough(self) -> None:
        """On its last good day everything may go; after it only the newer batch."""
        assert self.expired([issue(1, "11-10", 20)]) == []
        assert self.expired([issue(1, "11-11", 10)]) == []

    def test_more_than_is_in_date_contains_expired_goods(self) -> None:
        """Eleven on the day after cannot all be in date."""
        assert self.expired([issue(1, "11-11", 11)]) == [(1, 10)]

    def test_held_issue_takes_nothing(self) -> None:
        """A later issue still finds the goods in date."""
        assert self.expired([issue(1, "11-11", 11), issue(2, "11-12", 10)]) == [(1, 10)]

    def test_earlier_issues_took_what_expired_first(self) -> None:
        """Ten issued before the last day took the old batch, so that ten in date are left."""
        kept = [issue(1, "11-08", 6), issue(2, "11-09", 4)]
        assert self.expired([issue(3, "11-20", 10)], stock_issue=kept) == []

    def test_expired_goods_may_be_written_off(self) -> None:
        """报废出库 takes the expired goods first and is not held itself."""
        off = issue(1, "11-11", 10, issue_kind="报废出库", ref_doc="BF-202611-0001")
        assert self.expired([off, issue(2, "11-12", 10)]) == []

    def test_shortage_is_another_rule(self) -> None:
        """What is not there at all is ISS-01."""
        assert self.expired([issue(1, "11-11", 21)]) == []

    def test_goods_sent_back_leave_their_own_batch(self) -> None:
        """A red-letter receipt takes from the batch of its original."""
        red = receipt(3, "11-06", -10, receipt_kind="红字入库", ref_doc="RK-202611-0002")
        kept = {"stock_receipt": [*self.KEPT["stock_receipt"], red]}
        assert self.expired([issue(1, "11-11", 1)], **kept) == [(1, 0)]

    def test_remark_can_name_an_expired_batch(self) -> None:
        """A batch in the remark is judged itself."""
        found = failing("stock_issue", "ISS-06", [issue(1, "11-11", 1, remark="批号B1101")], books(**self.KEPT))
        assert [(row["_id"], row["batch"], row["expires"]) for row in found] == [(1, "批号 B1101 ", day("11-10"))]
        assert self.expired([issue(1, "11-11", 1, remark="批号 B11010")]) == []

    def test_later_batch_before_an_earlier_one_is_reported(self) -> None:
        """ISS-07: the older batch is certainly there while more is in stock than the newer one brought."""
        rows = [issue(1, "11-06", 1, remark="批号B1105")]
        found = failing("stock_issue", "ISS-07", rows, books(**self.KEPT), severity="warning")
        assert [(row["_id"], row["named"], row["batch"], row["expires"]) for row in found] == [
            (1, "B1105", "B1101", day("11-10"))
        ]

    def test_later_batch_is_right_once_the_earlier_may_be_gone(self) -> None:
        """With ten left in stock the older batch may be used up: nothing is certain."""
        kept = books(**self.KEPT, stock_issue=[issue(1, "11-05", 10)])
        rows = [
            issue(2, "11-06", 1, remark="批号B1105"),
            issue(3, "11-06", 1, remark="批号B1101"),
            issue(4, "11-06", 1),
        ]
        assert failing("stock_issue", "ISS-07", rows, kept, severity="warning") == []
