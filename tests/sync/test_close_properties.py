"""Whatever people do to their workbooks after a month was closed: its figures stay and can be proven (DESIGN 8, 10)."""

from __future__ import annotations

import os
from decimal import Decimal

import polars as pl
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from schemas.periods import STOCK_BOOK, first_day_of, month_after
from schemas.register import all_registers
from sync.close_proof import close_problems
from sync.closes import closes_of
from sync.closing import write_closes, write_reopening
from sync.trial import BookTrial, People, Trial
from sync.versioned import ALL_STATUSES
from tests.sync.histories import VOID, Office, Row, issue, item, receipt

EXAMPLES = int(os.environ.get("HOUQIN_EXAMPLES", "8"))
BOOKS = ("ZW/库房.xlsx", "ZW/库房 - 副本.xlsx", "ZW/另存.xlsx")
DAYS = [f"2026-{month:02d}-{day:02d}" for month in (9, 10, 11, 12) for day in (3, 17)]
CLERK = People("T002", "T001")
MOST_ROWS = 8
"""Fewer than safe stops are for."""

some = st.integers(0, 99)
days = st.sampled_from(DAYS)
Figures = dict[str, tuple[int, Decimal]]


class Closing(RuleBasedStateMachine):
    """Clerks at work on receipts and issues of brooms, an accountant who closes months and opens them again."""

    def __init__(self) -> None:
        super().__init__()
        self.office = Office()
        self.numbers = 0
        self.closed: dict[str, tuple[pl.DataFrame, frozenset[tuple[str, str, str]]]] = {}
        """Closed month to its balances, and to the rows (key, content, day) that posted to it."""

    @initialize()
    def catalogue(self) -> None:
        """Register the item, and something to issue."""
        self.office.save("ZW/基础资料.xlsx", {"item_catalogue": [item()]})
        self.office.save(BOOKS[0], {"stock_receipt": [receipt(9000, 90, doc_date=DAYS[0])], "stock_issue": []})
        self.merge()

    @rule(book=some, day=days, qty=st.integers(1, 9), goes=st.booleans())
    def add(self, book: int, day: str, qty: int, goes: bool) -> None:  # noqa: FBT001 - drawn
        """Write down a new line of any month."""
        name = BOOKS[book % len(BOOKS)]
        register = "stock_issue" if goes else "stock_receipt"
        rows = self._rows(name, register)
        if len(rows) < MOST_ROWS:
            self.numbers += 1
            made = issue(self.numbers, qty, doc_date=day) if goes else receipt(self.numbers, qty, doc_date=day)
            self._save(name, register, [*rows, made])

    @rule(book=some, row=some, qty=st.integers(1, 9))
    def amend(self, book: int, row: int, qty: int) -> None:
        """Correct a quantity."""
        self._change(book, row, {"qty": str(qty), "amount": f"{qty * 8.5:.2f}"})

    @rule(book=some, row=some, day=days)
    def redate(self, book: int, row: int, day: str) -> None:
        """Move a line to another day."""
        self._change(book, row, {"doc_date": day})

    @rule(book=some, row=some)
    def strike(self, book: int, row: int) -> None:
        """Mark a line as void."""
        self._change(book, row, {"remark": VOID})

    @rule(book=some, row=some)
    def renumber(self, book: int, row: int) -> None:
        """Correct a number."""
        self.numbers += 1
        self._change(book, row, {"doc_no": f"RK-202611-{self.numbers:04d}"})

    @rule(book=some, row=some)
    def remove(self, book: int, row: int) -> None:
        """Delete a line."""
        name, register, at = self._place(book, row)
        if name:
            rows = self._rows(name, register)
            del rows[at]
            self._save(name, register, rows)

    @rule(book=some, other=some)
    def copy(self, book: int, other: int) -> None:
        """Copy a workbook over another name."""
        name, to = BOOKS[book % len(BOOKS)], BOOKS[other % len(BOOKS)]
        if name in self.office.files and name != to:
            self.office.copy(name, to)

    @rule(book=some)
    def delete(self, book: int) -> None:
        """Delete a workbook."""
        name = BOOKS[book % len(BOOKS)]
        if name in self.office.files and len(self.office.files) > 2:
            self.office.delete(name)

    @rule(full=st.booleans())
    def merge(self, full: bool = False) -> None:  # noqa: FBT001, FBT002 - drawn
        """Merge: closed months stay as they are, and what came in meanwhile posts to an open one."""
        before = self._statements()
        self.office.run(full=full)
        self._holds()
        newest = max(self.closed, default="")
        earliest = f"{first_day_of(month_after(newest))}" if newest else ""
        for key, (content, day, post) in self._statements().items():
            was = before.get(key, ("", "", ""))
            if was[0] != content:
                assert post[:7] > newest
                assert post == (was[2] if was[1] == day else max(day, earliest))
        self.office.run(full=True)
        self._holds()

    @rule()
    def close(self) -> None:
        """Close the next month."""
        newest = max(self.closed, default="2026-08")
        period = month_after(newest)
        if period > "2026-12":
            return
        share, ledger = self.office.share, self.office.ledger
        trial = Trial(period, ledger.head().number, (BookTrial(STOCK_BOOK, max(self.closed, default=""), (), ()),))
        months = write_closes(share, ledger, self._load, trial, CLERK)
        kept = closes_of(ledger, share.config.zone).stock_months
        for _, month in months:
            self.closed[month] = (kept[month].close.stock, self._posted(month))
        self._holds()

    @rule()
    def reopen(self) -> None:
        """Open the newest month again."""
        if self.closed:
            period = max(self.closed)
            write_reopening(self.office.ledger, [STOCK_BOOK], period, CLERK, "更正")
            del self.closed[period]
            self._holds()

    def teardown(self) -> None:
        """Give the ledger back; what is closed at the end can be proven."""
        assert list(close_problems(self.office.share, self.office.ledger)) == []
        assert self.office.ledger.verify() == []
        self.office.ledger.close()

    def _holds(self) -> None:
        """Closed balances and the rows that posted to closed months are those of the close."""
        kept = closes_of(self.office.ledger, self.office.share.config.zone)
        assert sorted(kept.stock_months) == sorted(self.closed)
        for month, (stock, posted) in self.closed.items():
            assert kept.stock_months[month].close.stock.equals(stock)
            assert self._posted(month) == posted
            in_stock = sum(qty for register, qty, post in self._moved() if post[:7] <= month)
            assert stock["qty"].sum() == in_stock * 1000

    def _load(self, register: type) -> pl.DataFrame:
        return self.office.ledger.rows(register, statuses=ALL_STATUSES)

    def _both(self) -> pl.DataFrame:
        names = ["_key", "_hash", "doc_date", "_post_date", "qty"]
        parts = [
            self.office.ledger.rows(all_registers()[name]).select(*names, pl.lit(name).alias("register"))
            for name in ("stock_receipt", "stock_issue")
        ]
        return pl.concat(parts).with_columns(pl.col("doc_date", "_post_date").cast(pl.String))

    def _statements(self) -> dict[str, tuple[str, str, str]]:
        rows = self._both().select("_key", "_hash", "doc_date", "_post_date").iter_rows()
        return {key: (content, day, post) for key, content, day, post in rows}

    def _posted(self, month: str) -> frozenset[tuple[str, str, str]]:
        found = self._statements().items()
        return frozenset((key, content, post) for key, (content, _, post) in found if post[:7] == month)

    def _moved(self) -> list[tuple[str, int, str]]:
        rows = self._both().select("register", pl.col("qty").cast(pl.Int64), "_post_date").iter_rows()
        return [(name, qty if name == "stock_receipt" else -qty, post) for name, qty, post in rows]

    def _rows(self, name: str, register: str) -> list[Row]:
        saved = self.office.files.get(name)
        return [] if saved is None else list(saved.rows.get(register, ()))

    def _save(self, name: str, register: str, rows: list[Row]) -> None:
        other = "stock_issue" if register == "stock_receipt" else "stock_receipt"
        self.office.save(name, {register: rows, other: self._rows(name, other)})

    def _place(self, book: int, row: int) -> tuple[str, str, int]:
        """Return workbook, register and place of some line, no workbook where there is none."""
        name = BOOKS[book % len(BOOKS)]
        lines = [
            (register, at)
            for register in ("stock_receipt", "stock_issue")
            for at in range(len(self._rows(name, register)))
        ]
        return (name, *lines[row % len(lines)]) if lines else ("", "", 0)

    def _change(self, book: int, row: int, cells: Row) -> None:
        name, register, at = self._place(book, row)
        if not name:
            return
        rows = self._rows(name, register)
        wanted = dict(cells)
        if register == "stock_issue":
            wanted.pop("amount", None)
            wanted = {key: value.replace("RK-", "CK-") for key, value in wanted.items()}
        rows[at] = {**rows[at], **wanted}
        self._save(name, register, rows)


TestClosing = Closing.TestCase
TestClosing.settings = settings(
    max_examples=EXAMPLES,
    stateful_step_count=25,
    deadline=None,
    derandomize="HOUQIN_EXAMPLES" not in os.environ,
    suppress_health_check=list(HealthCheck),
)
