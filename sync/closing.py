"""Month close (月结): look at what is open, close the months of books, and open them again (DOMAIN.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import OpenBooks
from schemas.check import Batch, ProposeAll, check_batch
from schemas.findings import Finding, Severity, Text
from schemas.periods import BOOKS, STOCK_BOOK, books_in_use, books_of, first_day_after, month_after
from schemas.register import all_registers, register_of
from sync.bookkeeping import Bookkeeping, kept_from
from sync.closes import (
    BALANCES,
    CLOSED,
    CLOSES,
    REGISTER,
    REOPENED,
    TRIAL,
    balances_to_keep,
    closes_of,
    facts_of,
    rows_digest,
    with_closes,
)
from sync.current import as_they_are, brought_forward
from sync.errors import HouqinError
from sync.lock import writer_lock
from sync.open_items import BLOCKING, LISTED, Month, OpenItem, open_item
from sync.publish_run import Published, publish_all
from sync.scan import scan
from sync.snapshots import snapshot_of
from sync.standing import Standing, identified
from sync.volumes import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from sync.ledger import Ledger, Writer
    from sync.share import Share
    from sync.steps import Progress
    from workbooks.pool import ReaderPool


class NoSuchBook(HouqinError):  # noqa: N818 - says what is wrong
    """No register in use keeps a book (``book``)."""

    code = "CLOSE-BOOK"
    text = Text("没有账簿“{book}”，可用：{books}", "there is no book {book}; there are: {books}")


class NotClosed(HouqinError):  # noqa: N818 - says what is wrong
    """A month (``period``) of a book (``book``) that is to be opened again is not closed."""

    code = "CLOSE-NOT-CLOSED"
    text = Text("{book} 的 {period} 没有结账", "{period} of {book} is not closed")


class LaterMonthClosed(HouqinError):  # noqa: N818 - says what is wrong
    """A later month (``later``) has to be opened before (``period``)."""

    code = "CLOSE-LATER"
    text = Text(
        "{book} 的 {later} 已结账，不能先重开 {period}",
        "{later} of {book} is closed: it has to be opened before {period}",
        "请从最后一个月起逐月重开",
        "open the newest month first",
    )


class Unauthorised(HouqinError):  # noqa: N818 - says what is wrong
    """A rule does not let these people close or reopen the month."""

    code = "CLOSE-RIGHT"
    text = Text("{reason}", "{reason_en}")


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


@dataclass(frozen=True)
class Done:
    """What a close or a reopening has written."""

    trial: Trial
    revision: int
    months: tuple[tuple[str, str], ...] = ()
    """(book, month), in the order in which they were closed or opened."""
    published: Published = field(default_factory=Published)


def trial_of(share: Share, ledger: Ledger, period: str, books: Sequence[str], people: People) -> Trial:
    """Return what is open in some books (none named: all in use) when a month is to be closed.

    Raises:
        NoSuchBook: a book is not in use.
    """
    wanted = chosen_books(share, books)
    kept = kept_from(share, as_they_are(ledger, all_registers(), share.state), closes_of(ledger, share.config.zone))
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
        trials.append(BookTrial(book, since, tuple(dict.fromkeys(blocking)), tuple(listed)))
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
    rows = [_row(book, period, CLOSED, people) for book in wanted if period > kept.closes.newest.get(book, "")]
    _, findings = judged(share, ledger, rows)
    named = people.by and people.approver
    kept_out = [] if named else ["REQ-EMPTY", "PER-C3", "PER-C4"]
    items: dict[str, list[OpenItem]] = {}
    for finding in findings:
        if finding.severity is Severity.ERROR and finding.code not in kept_out:
            item = OpenItem(finding.code, finding.text, {"value": finding.value, **finding.args}, REGISTER, finding.key)
            items.setdefault(finding.key[0], []).append(item)
    return items


def _row(book: str, period: str, status: str, people: People, reason: str | None = None) -> dict[str, object]:
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
    load = with_closes(as_they_are(ledger, all_registers(), share.state), ledger, share.config.zone)
    checked = check_batch(batch, OpenBooks(facts, load), ProposeAll())
    return checked.frames[REGISTER], checked.findings()


def close(
    share: Share, pool: ReaderPool, progress: Progress, period: str, books: Sequence[str], people: People
) -> Done:
    """Close a month of some books as one revision, and publish it; nothing is done where something blocks.

    A book of which no month was ever closed is closed from its first row on.

    Raises:
        NoSuchBook: a book is not in use.
        WriterBusy: another run is under way.
        LedgerUnreachable: the ledger cannot be opened.
    """
    with writer_lock(share.state), share.open_ledger() as ledger:
        trial = trial_of(share, ledger, period, books, people)
        moved = _moved_since_trial(ledger, trial)
        if moved:
            blocked = (replace(each, blocking=(*each.blocking, *moved.get(each.book, ()))) for each in trial.books)
            trial = replace(trial, books=tuple(blocked))
        if not trial.ok:
            return Done(trial, trial.revision)
        rows = [_row(each.book, period, CLOSED, people) for each in trial.books]
        named, _ = judged(share, ledger, rows)
        staff = People(*named.select("by", "approver").row(0))
        load = as_they_are(ledger, all_registers(), share.state)
        with ledger.write("close", period) as writer:
            months = [pair for each in trial.books for pair in _closed(writer, share, ledger, load, each, trial, staff)]
        return _finished(share, ledger, pool, progress, trial, months)


def _closed(
    writer: Writer, share: Share, ledger: Ledger, load: Load, book: BookTrial, trial: Trial, staff: People
) -> Iterator[tuple[str, str]]:
    """Write the close of every month of a book up to the one of the trial, and yield book and month."""
    closes = closes_of(ledger, share.config.zone)
    before = ledger.table(CLOSES, book=book.book).to_dicts()
    facts = facts_of(share, ledger)
    kept = Bookkeeping(share.registers, load, facts, closes)
    since, moment = book.since, datetime.now(UTC)
    for period in _months_to_close(kept, book, trial.period):
        snapshot = snapshot_of(book.book, kept, period)
        writer.close_in(CLOSES, [row["version_id"] for row in before if row["period"] == period])
        row = {
            **{"book": book.book, "period": period, "status": CLOSED, "by": staff.by, "approver": staff.approver},
            **{"closed_at": moment, "open_items": book.open_items, "on_revision": trial.revision},
            **{"method": kept.valuation_method, "digest": snapshot.digest()},
        }
        writer.put(CLOSES, [{**row, "volumes": _volumes(kept, book.book, since, period)}])
        writer.put(BALANCES, balances_to_keep(book.book, period, snapshot))
        _decide(writer, "close", row, staff, moment, trial.revision)
        if period < trial.period:
            ended = kept.stock_through(period).close if book.book == STOCK_BOOK else None
            kept = replace(kept, closes=kept.closes.after(book.book, period, ended))
        since = period
        yield book.book, period


def _months_to_close(kept: Bookkeeping, book: BookTrial, period: str) -> list[str]:
    """Return the months that are closed: those from the first row of the book on, where none was closed before."""
    first = month_after(book.since) if book.since else _first_month(kept, book.book, period)
    months = [first]
    while months[-1] < period:
        months.append(month_after(months[-1]))
    return months


def _first_month(kept: Bookkeeping, book: str, period: str) -> str:
    found = [
        rows["_post_period"].min()
        for register in kept.registers.values()
        if book in books_of(register) and (rows := kept.rows(register.id)) is not None
    ]
    return min([period, *(str(month) for month in found if month is not None)])


def _volumes(kept: Bookkeeping, book: str, since: str, period: str) -> dict[str, list[object]]:
    """Return by register how many rows of the book post to a month, and their digest."""
    month = pl.col("_post_period")
    found: dict[str, list[object]] = {}
    for register in kept.registers.values():
        if book in books_of(register):
            rows = in_the_books(kept.load(register)).filter((month > since) & (month <= period))
            found[register.id] = [rows.height, rows_digest(rows)]
    return found


def _decide(
    writer: Writer, what: str, row: Mapping[str, Any], staff: People, moment: datetime, revision: int, reason: str = ""
) -> None:
    details = {"approver": staff.approver, "revision": revision, **({"reason": reason} if reason else {})}
    subject = f"{row['book']} {row['period']}"
    writer.put(
        "decision", [{"who": staff.by, "what": what, "subject": subject, "decided_at": moment, "details": details}]
    )


def record_trial(share: Share, period: str, books: Sequence[str], people: People) -> Trial:
    """Look at a month and note that somebody did (试结): a later close is refused if the ledger moved meanwhile.

    Raises:
        NoSuchBook: a book is not in use.
        WriterBusy: another run is under way.
    """
    with writer_lock(share.state), share.open_ledger() as ledger:
        trial = trial_of(share, ledger, period, books, people)
        open_books = [each for each in trial.books if each.since < period]
        if not open_books:
            return trial
        named, _ = judged(share, ledger, [_row(each.book, period, TRIAL, people) for each in open_books])
        staff = People(*named.select("by", pl.col("approver").fill_null("")).row(0))
        before = ledger.table(CLOSES, period=period).to_dicts()
        with ledger.write("trial", period) as writer:
            for each in open_books:
                writer.close_in(CLOSES, [row["version_id"] for row in before if row["book"] == each.book])
                row = {"book": each.book, "period": period, "status": TRIAL, "by": staff.by}
                writer.put(CLOSES, [{**row, "open_items": each.open_items, "on_revision": trial.revision}])
        return trial


_OWN_KINDS = ("trial", "close", "reopen")


def _moved_since_trial(ledger: Ledger, trial: Trial) -> dict[str, list[OpenItem]]:
    """Return by book that the ledger is no longer the one that somebody looked at."""
    moved: dict[str, list[OpenItem]] = {}
    later = [revision.number for revision in ledger.revisions() if revision.kind not in _OWN_KINDS]
    newest = max(later, default=0)
    for row in ledger.table(CLOSES, period=trial.period, status=TRIAL).to_dicts():
        if newest > row["on_revision"]:
            item = open_item("CLOSE-MOVED", revision=row["on_revision"], newest=newest)
            moved[row["book"]] = [item]
    return moved


def reopen(
    share: Share,
    pool: ReaderPool,
    progress: Progress,
    period: str,
    books: Sequence[str],
    people: People,
    reason: str,
) -> Done:
    """Open a closed month of some books again, and of every book that depends on them, as one revision.

    Raises:
        NoSuchBook: a book is not in use.
        NotClosed: the month of a named book is not closed.
        LaterMonthClosed: a later month of one of the books is closed.
        Unauthorised: the approver is not the principal, or closes himself.
        WriterBusy: another run is under way.
    """
    with writer_lock(share.state), share.open_ledger() as ledger:
        newest = closes_of(ledger, share.config.zone).newest
        wanted = _to_reopen(share, newest, period, books)
        rows = [_row(book, period, REOPENED, people, reason) for book in wanted]
        named, findings = judged(share, ledger, rows)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        if errors:
            said = dict.fromkeys(finding.message("zh") for finding in errors)
            told = dict.fromkeys(finding.message("en") for finding in errors)
            raise Unauthorised(reason="；".join(said), reason_en="; ".join(told))
        staff = People(*named.select("by", "approver").row(0))
        head = ledger.head().number
        with ledger.write("reopen", period) as writer:
            for book in wanted:
                _reopened(writer, ledger, book, period, staff, reason, head)
            _read_again(writer, ledger)
        trial = Trial(period, head, ())
        return _finished(share, ledger, pool, progress, trial, [(book, period) for book in wanted])


def _to_reopen(share: Share, newest: Mapping[str, str], period: str, books: Sequence[str]) -> list[str]:
    """Return the books whose month is opened, those that depend on others first."""
    chosen = chosen_books(share, books)
    for book in chosen if books else ():
        if newest.get(book, "") < period:
            raise NotClosed(book=book, period=period)
    first = min((BOOKS.index(book) for book in chosen), default=0)
    depend = [book for book in BOOKS[first:] if newest.get(book, "") >= period]
    if not depend:
        raise NotClosed(book="、".join(chosen), period=period)
    for book in depend:
        if newest[book] > period:
            raise LaterMonthClosed(book=book, later=newest[book], period=period)
    return depend[::-1]


def _reopened(writer: Writer, ledger: Ledger, book: str, period: str, staff: People, reason: str, head: int) -> None:
    row = ledger.table(CLOSES, book=book, period=period).to_dicts()[0]
    balances = ledger.table(BALANCES, book=book, period=period)["version_id"].to_list()
    moment = datetime.now(UTC)
    writer.close_in(CLOSES, [row["version_id"]])
    writer.close_in(BALANCES, balances)
    names = ("book", "period", "closed_at", "open_items")
    facts = {"status": REOPENED, "by": staff.by, "approver": staff.approver, "reopen_reason": reason}
    writer.put(CLOSES, [{**{name: row[name] for name in names}, **facts, "on_revision": head}])
    _decide(writer, "reopen", row, staff, moment, head, reason)


def _read_again(writer: Writer, ledger: Ledger) -> None:
    """Let the next run read every workbook: what it said of the month while that was closed counts now."""
    table = ledger.table("workbook")
    writer.close_in("workbook", table["version_id"].to_list())
    fields = [name for name in table.columns if name not in ("version_id", "revision_from", "revision_to")]
    writer.put("workbook", table.select(fields).with_columns(pl.lit("").alias("configuration")))


def _finished(
    share: Share,
    ledger: Ledger,
    pool: ReaderPool,
    progress: Progress,
    trial: Trial,
    months: Sequence[tuple[str, str]],
) -> Done:
    current = brought_forward(ledger, all_registers(), share.state)
    published = publish_all(share, ledger, current, pool, progress)
    return Done(trial, ledger.head().number, tuple(months), published)
