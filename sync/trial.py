"""Trial close (试结): what keeps a month of the books open, and what is only listed (DOMAIN.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import OpenBooks
from schemas.candidates import Batch
from schemas.check import ProposeAll, check_batch
from schemas.findings import Finding, Severity, Text
from schemas.periods import books_in_use, first_day_after
from schemas.register import all_registers, register_of
from sync.bookkeeping import Bookkeeping
from sync.closes import CLOSED, REGISTER, facts_of, with_closes
from sync.current import as_they_are
from sync.derived import made_from
from sync.errors import HouqinError
from sync.ledger_books import books_of as kept_now
from sync.open_items import BLOCKING, LISTED, Month, OpenItem, open_item
from sync.scan import scan
from sync.standing import Standing, identified

if TYPE_CHECKING:
    from sync.ledger import Ledger
    from sync.share import Share


class NoSuchBook(HouqinError):  # noqa: N818 - says what is wrong
    """No register in use keeps a book (``book``)."""

    code = "CLOSE-BOOK"
    text = Text("没有账簿“{book}”，可用：{books}", "there is no book {book}; there are: {books}")


@dataclass(frozen=True)
class People:
    """Who closes, and who confirms it: staff numbers or names, empty where nobody is named."""

    by: str = ""
    approver: str = ""


@dataclass(frozen=True)
class BookTrial:
    """What is open in one book when a month is to be closed."""

    book: str
    since: str
    """The month closed before, empty for none."""
    blocking: tuple[OpenItem, ...]
    listed: tuple[OpenItem, ...]

    @property
    def open_items(self) -> int:
        """Return how many things stay open when the month is closed."""
        return sum(item.count for item in self.listed)


@dataclass(frozen=True)
class Trial:
    """What a close would meet, and of which revision of the ledger that is true."""

    period: str
    revision: int
    books: tuple[BookTrial, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing keeps the month open."""
        return not any(trial.blocking for trial in self.books)


def trial_of(share: Share, ledger: Ledger, period: str, books: Sequence[str], people: People) -> Trial:
    """Return what is open in some books (none named: all in use) when a month is to be closed.

    Raises:
        NoSuchBook: a book is not in use.
    """
    wanted = chosen_books(share, books)
    kept = kept_now(share, ledger, as_they_are(ledger, all_registers(), share.state))
    standing = Standing.of(ledger)
    found = identified(scan(share.config.folders), standing)
    facts = facts_of(share, ledger)
    rules = _by_rules(share, ledger, kept, period, wanted, people)
    trials = []
    for book in wanted:
        since = kept.closes.newest.get(book, "")
        month = Month(share, standing, found, kept, facts, book, since, period)
        blocking = [*_out_of_order(share, kept, book, period, wanted), *rules.get(book, ())]
        if since < period:
            blocking += [item for look in BLOCKING for item in look(month)]
        listed = [item for look in LISTED for item in look(month)] if since < period else []
        trials.append(BookTrial(book, since, tuple(blocking), tuple(listed)))
    return Trial(period, ledger.head().number, tuple(trials))


def chosen_books(share: Share, books: Sequence[str]) -> tuple[str, ...]:
    """Return the books that somebody named, none for all in use, in the order in which they are closed.

    Raises:
        NoSuchBook: one of them is not in use.
    """
    used = books_in_use(share.registers, share.registers)
    for book in books:
        if book not in used:
            raise NoSuchBook(book=book, books="、".join(used))
    return tuple(book for book in used if not books or book in books)


def _out_of_order(
    share: Share, kept: Bookkeeping, book: str, period: str, together: Sequence[str]
) -> Iterator[OpenItem]:
    """Yield what has to come first: the end of the month, and the books on which this one depends."""
    if period <= kept.closes.newest.get(book, ""):
        yield open_item("CLOSE-DONE", period=period)
    if share.today < first_day_after(period) - timedelta(days=1):
        yield open_item("CLOSE-MONTH", period=period)
    for before in books_in_use(share.registers, share.registers):
        if before == book:
            break
        if before not in together and kept.closes.newest.get(before, "") < period:
            yield open_item("CLOSE-ORDER", before=before, period=period)


def _by_rules(
    share: Share, ledger: Ledger, kept: Bookkeeping, period: str, wanted: Sequence[str], people: People
) -> dict[str, list[OpenItem]]:
    """Return by book what the rules of the register of closes say (PER-C1 to PER-C4)."""
    rows = [close_row(book, period, CLOSED, people) for book in wanted if period > kept.closes.newest.get(book, "")]
    _, findings = judged(share, ledger, rows)
    named = people.by and people.approver
    kept_out = [] if named else ["REQ-EMPTY", "PER-C3", "PER-C4"]
    items: dict[str, list[OpenItem]] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.code not in kept_out:
            item = OpenItem(finding.code, finding.text, {"value": finding.value, **finding.args}, REGISTER, finding.key)
            items.setdefault(finding.key[0], []).append(item)
    return items


def close_row(book: str, period: str, status: str, people: People, reason: str | None = None) -> dict[str, object]:
    """Return a row of the register of closes, its open items not counted."""
    return {
        "book": book,
        "period": period,
        "status": status,
        "by": people.by or None,
        "approver": people.approver or None,
        "open_items": 0,
        "reopen_reason": reason,
    }


def judged(share: Share, ledger: Ledger, rows: Sequence[Mapping[str, object]]) -> tuple[pl.DataFrame, list[Finding]]:
    """Return rows of the register of closes with people as staff numbers, and what its rules say of them."""
    register = register_of(REGISTER)
    schema = {column.name: column.dtype for column in register.columns}
    typed = pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema, orient="row")
    places = [pl.lit("").alias(name) for name in ("_workbook", "_sheet", "_department")]
    frame = typed.with_columns(*places, pl.int_range(1, pl.len() + 1, dtype=pl.Int64).alias("_row"))
    batch = Batch({REGISTER: frame.with_columns(pl.col("_row").alias("_id"))})
    facts = facts_of(share, ledger)
    rows_now = as_they_are(ledger, all_registers(), share.state)
    made = made_from(lambda: kept_now(share, ledger, rows_now))
    books = OpenBooks(facts, with_closes(rows_now, ledger, share.config.zone), made)
    checked = check_batch(batch, books, ProposeAll())
    return checked.frames[REGISTER], checked.findings()
