"""Bank accounts at the end of a month: journal against statement, and what stands between them (余额调节表).

Amounts are fen. Source: DOMAIN.md 2.2, register 34, and 4.2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import polars as pl

from schemas.exact import MONEY_PLACES, scaled, unscaled
from schemas.normal import matching
from schemas.periods import last_day_of
from sync.books.matching import Line, Match, match_lines, same_number
from sync.books.statements import Gap, Statement, statement_of

KINDS = ("银行已收单位未收", "银行已付单位未付", "单位已收银行未收", "单位已付银行未付")
"""The kinds of outstanding items, in the order of ``SUMS``."""
SUMS = ("bank_received_not_booked", "bank_paid_not_booked", "booked_in_not_bank", "booked_out_not_bank")
_KEY = ["account_no", "period"]
_MONEY = ("book_balance", "bank_balance", *SUMS, "adj_book", "adj_bank", "difference")


class Source(StrEnum):
    """Where the balance of the bank comes from."""

    STATEMENT = "statement"
    """Its lines, as the bank exported them."""
    TYPED = "typed"
    """The reconciliation that the school wrote itself."""
    NONE = "none"
    """There is nothing to compare the journal with."""


@dataclass(frozen=True)
class Item:
    """An outstanding item (未达账项): what one side has and the other has not."""

    kind: str
    """One of ``KINDS``."""
    line: Line
    carried: bool = False
    """True where it was open when the statement begins: the school's own reconciliation says so."""
    candidates: tuple[Line, ...] = ()
    """Open lines of the other side that it may be."""

    @property
    def fen(self) -> int:
        """Return its amount."""
        return abs(self.line.fen)


@dataclass(frozen=True)
class Reconciliation:
    """One account at the end of one month."""

    account_no: str
    period: str
    source: Source
    book: int | None
    """Balance of the journal, None where it has no line yet."""
    bank: int | None
    items: tuple[Item, ...] = ()
    matches: tuple[Match, ...] = ()
    opening_difference: int = 0
    """What nobody explains of the day before the statement begins: journal less bank, both adjusted."""
    gaps: tuple[Gap, ...] = ()
    statement_until: date | None = None
    """Day of the last line of the statement."""

    def sum_of(self, kind: str) -> int:
        """Return the sum of the items of a kind."""
        return sum(item.fen for item in self.items if item.kind == kind)

    @property
    def adj_book(self) -> int | None:
        """Return the balance of the journal with what only the bank has."""
        return None if self.book is None else self.book + self.sum_of(KINDS[0]) - self.sum_of(KINDS[1])

    @property
    def adj_bank(self) -> int | None:
        """Return the balance of the bank with what only the journal has."""
        return None if self.bank is None else self.bank + self.sum_of(KINDS[2]) - self.sum_of(KINDS[3])

    @property
    def difference(self) -> int | None:
        """Return adjusted journal less adjusted bank."""
        if self.adj_book is None or self.adj_bank is None:
            return None
        return self.adj_book - self.adj_bank

    @property
    def balanced(self) -> bool:
        """Tell whether both adjusted balances are known and equal."""
        return self.difference == 0


def reconciliations(
    journal: pl.DataFrame, statement: pl.DataFrame, typed: pl.DataFrame, period: str, days: int
) -> list[Reconciliation]:
    """Return every account at the end of a month, sorted: by its statement, else by what the school typed.

    Args:
        journal: the rows in the books of ``bank_journal``.
        statement: those of ``bank_statement_line``.
        typed: those of ``bank_reconciliation``.
        period: the month, ``2026-11``.
        days: how many days may lie between journal and bank.
    """
    end = last_day_of(period)
    parts = (
        journal.filter(pl.col("date") <= end).sort("date", "year", "seq"),
        statement.filter(pl.col("date") <= end),
        typed.filter(pl.col("period") <= period).sort("period", "line_no"),
    )
    accounts = sorted({account for part in parts for account in part["account_no"].unique()})
    return [
        _Account(account, period, *(part.filter(pl.col("account_no") == account) for part in parts)).reconciled(days)
        for account in accounts
    ]


def typed_reconciliation(journal: pl.DataFrame, typed: pl.DataFrame, account_no: str, period: str) -> Reconciliation:
    """Return an account as the school's own rows of a month reconcile it; ``bank`` is None without any."""
    is_own = (pl.col("account_no") == account_no) & (pl.col("period") == period)
    lines = journal.filter((pl.col("account_no") == account_no) & (pl.col("date") <= last_day_of(period)))
    return _typed(account_no, period, _book_balance(lines.sort("date", "year", "seq")), typed.filter(is_own))


def _typed(account_no: str, period: str, book: int | None, rows: pl.DataFrame) -> Reconciliation:
    bank = None if rows.is_empty() else int(rows.select(scaled(pl.col("bank_balance"), MONEY_PLACES)).item(0, 0))
    source = Source.NONE if bank is None else Source.TYPED
    items = tuple(Item(_kind(line), line) for line in _typed_lines(rows))
    return Reconciliation(account_no, period, source, book, bank, items)


@dataclass(frozen=True)
class _Account:
    """What is known of one account until the end of a month."""

    account_no: str
    period: str
    journal: pl.DataFrame
    statement: pl.DataFrame
    typed: pl.DataFrame

    def reconciled(self, days: int) -> Reconciliation:
        """Return the account by its statement, where there is one of the month, else as it was typed."""
        month = date.fromisoformat(f"{self.period}-01")
        typed = self.typed.filter(pl.col("period") == self.period)
        said = self.statement.filter(pl.col("date") >= month).height
        quiet = self.journal.filter(pl.col("date") >= month).is_empty() and typed.is_empty()
        if said or (quiet and self.statement.height):
            return self._by_statement(statement_of(self.statement), days)
        return _typed(self.account_no, self.period, _book_balance(self.journal), typed)

    def _by_statement(self, statement: Statement, days: int) -> Reconciliation:
        first, last = statement.days[0], statement.days[-1]
        start = first.day.replace(day=1)
        carried = self._carried(start)
        on_books = [line for line in carried if not line.on_statement]
        at_bank = [line for line in carried if line.on_statement]
        lines = _book_lines(self.journal.filter(pl.col("date") >= start))
        found = match_lines([*lines, *on_books], [*statement.lines, *at_bank], days)
        items = tuple(
            Item(_kind(line), line, line in carried, found.candidates.get(line, ()))
            for line in (*found.bank, *found.book)
        )
        book = _book_balance(self.journal)
        before = _book_balance(self.journal, start)
        opening = 0
        if before is not None and first.opening is not None:
            opening = before + sum(line.fen for line in at_bank) - first.opening - sum(line.fen for line in on_books)
        places = (self.account_no, self.period, Source.STATEMENT, book, last.closing)
        return Reconciliation(*places, items, found.matches, opening, statement.gaps, last.day)

    def _carried(self, start: date) -> list[Line]:
        """Return the items of the school's last reconciliation before the statement begins."""
        before = self.typed.filter(pl.col("period") < start.strftime("%Y-%m"))
        return _typed_lines(before.filter(pl.col("period") == pl.col("period").max()))


def _book_balance(journal: pl.DataFrame, before: date | None = None) -> int | None:
    """Return the balance of a journal after its last line, or with which a day begins; None without any line."""
    lines = journal.select("date", scaled(pl.col("balance"), MONEY_PLACES).alias("balance"), _fen().alias("fen"))
    earlier = lines if before is None else lines.filter(pl.col("date") < before)
    if not earlier.is_empty():
        return int(earlier["balance"][-1])
    return None if lines.is_empty() else int(lines["balance"][0] - lines["fen"][0])


def _fen() -> pl.Expr:
    """Return what a line of the journal moved."""
    moved = pl.col("income").fill_null(0) - pl.col("expense").fill_null(0)
    return scaled(moved, MONEY_PLACES)


def _book_lines(journal: pl.DataFrame) -> list[Line]:
    red = ((pl.col("income") < 0) | (pl.col("expense") < 0)).fill_null(value=False)
    rows = journal.select("date", "year", "seq", _fen().alias("fen"), "settle_no", "summary", red.alias("red"))
    return [
        Line(
            *(day, f"{year}-{seq:06d}", fen, _numbers(number), "", matching(summary or "")),
            red=is_red,
            number=number or "",
            words=summary or "",
        )
        for day, year, seq, fen, number, summary, is_red in rows.iter_rows()
    ]


def _numbers(text: str | None) -> tuple[str, ...]:
    number = same_number(text)
    return (number,) if number else ()


def _typed_lines(rows: pl.DataFrame) -> list[Line]:
    """Return the items that the school typed; line 0 says that there are none."""
    items = rows.filter(pl.col("item_kind").is_not_null()).select(
        *("period", "line_no", "item_kind", "item_date", "item_ref"),
        scaled(pl.col("item_amount"), MONEY_PLACES).alias("fen"),
    )
    return [
        Line(
            *(day, f"{period} {line_no}", amount if kind in (KINDS[0], KINDS[2]) else -amount, _numbers(number)),
            summary=matching(number or ""),
            on_statement=kind in KINDS[:2],
            number=number or "",
        )
        for period, line_no, kind, day, number, amount in items.iter_rows()
    ]


def _kind(line: Line) -> str:
    return KINDS[(0 if line.on_statement else 2) + (0 if line.fen > 0 else 1)]


def adjustments(found: Sequence[Reconciliation]) -> pl.DataFrame:
    """Return one row for each reconciliation, amounts with 2 places, blank where they are not known.

    Columns ``account_no``, ``period``, ``source``, ``book_balance``, ``bank_balance``, those of ``SUMS``,
    ``adj_book``, ``adj_bank``, ``difference``, ``balanced``, ``outstanding`` (number of items) and ``matched``.
    """
    rows = [
        (
            *(each.account_no, each.period, str(each.source), each.book, each.bank),
            *(each.sum_of(kind) for kind in KINDS),
            *(each.adj_book, each.adj_bank, each.difference, each.balanced, len(each.items), len(each.matches)),
        )
        for each in found
    ]
    amounts = dict.fromkeys(_MONEY, pl.Int64())
    flags = {"balanced": pl.Boolean(), "outstanding": pl.Int64(), "matched": pl.Int64()}
    texts = {"account_no": pl.String(), "period": pl.String(), "source": pl.String()}
    frame = pl.DataFrame(rows, schema={**texts, **amounts, **flags}, orient="row")
    return frame.with_columns(unscaled(pl.col(name), MONEY_PLACES).alias(name) for name in _MONEY)
