"""Month close (月结): close the months of books, and open them again (DOMAIN.md 4.6)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.findings import Severity, Text
from schemas.periods import BOOKS, STOCK_BOOK, books_of, month_after
from schemas.register import all_registers
from sync.bookkeeping import Bookkeeping
from sync.closes import BALANCES, CLOSED, CLOSES, REOPENED, TRIAL, balances_to_keep, closes_of, rows_digest
from sync.current import as_they_are, brought_forward
from sync.errors import HouqinError
from sync.ledger_books import books_of as kept_now
from sync.lock import writer_lock
from sync.open_items import OpenItem, open_item
from sync.publish_run import Published, publish_all
from sync.snapshots import snapshot_of
from sync.standing import Standing
from sync.trial import BookTrial, People, Trial, chosen_books, close_row, judged, trial_of
from sync.versioned import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from sync.ledger import Ledger
    from sync.share import Share
    from sync.steps import Progress
    from workbooks.pool import ReaderPool


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
class Done:
    """What a close or a reopening has written."""

    trial: Trial
    revision: int
    months: tuple[tuple[str, str], ...] = ()
    """(book, month), in the order in which they were closed or opened."""
    published: Published = field(default_factory=Published)


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
    with writer_lock(share.state, share.config.zone), share.open_ledger() as ledger:
        trial = trial_of(share, ledger, period, books, people)
        moved = _moved_since_trial(ledger, trial)
        if moved:
            blocked = (replace(each, blocking=(*each.blocking, *moved.get(each.book, ()))) for each in trial.books)
            trial = replace(trial, books=tuple(blocked))
        if not trial.ok:
            return Done(trial, trial.revision)
        rows = [close_row(each.book, period, CLOSED, people) for each in trial.books]
        named, _ = judged(share, ledger, rows)
        staff = People(*named.select("by", "approver").row(0))
        load = as_they_are(ledger, all_registers(), share.state)
        months = write_closes(share, ledger, load, trial, staff)
        return _finished(share, ledger, pool, progress, trial, months)


@dataclass
class _Changes:
    """What a revision writes into the ledger's own tables: all of it is known before it begins."""

    ended: dict[str, list[int]] = field(default_factory=dict)
    added: dict[str, list[Mapping[str, object]]] = field(default_factory=dict)

    def end(self, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """End versions of a table."""
        self.ended.setdefault(table, []).extend(row["version_id"] for row in rows)

    def add(self, table: str, *rows: Mapping[str, object]) -> None:
        """Add versions to a table."""
        self.added.setdefault(table, []).extend(rows)

    def write(self, ledger: Ledger, kind: str, note: str) -> None:
        """Write one revision."""
        with ledger.write(kind, note) as writer:
            for table, versions in self.ended.items():
                writer.close_in(table, versions)
            for table, rows in self.added.items():
                writer.put(table, rows)


def write_closes(share: Share, ledger: Ledger, load: Load, trial: Trial, staff: People) -> list[tuple[str, str]]:
    """Write what a trial has found ready as one revision, and return book and month of what is closed now.

    ``load`` gives the rows of the newest revision.
    """
    changes = _Changes()
    kept = kept_now(share, ledger, load)
    months = [pair for each in trial.books for pair in _closed(changes, ledger, kept, each, trial, staff)]
    changes.write(ledger, "close", trial.period)
    return months


def _closed(
    changes: _Changes, ledger: Ledger, kept: Bookkeeping, book: BookTrial, trial: Trial, staff: People
) -> Iterator[tuple[str, str]]:
    """Note the close of every month of a book up to the one of the trial, and yield book and month."""
    before = ledger.table(CLOSES, book=book.book).to_dicts()
    since, moment = book.since, datetime.now(UTC)
    for period in _months_to_close(kept, book, trial.period):
        snapshot = snapshot_of(book.book, kept, period)
        row = {
            "book": book.book,
            "period": period,
            "status": CLOSED,
            "by": staff.by,
            "approver": staff.approver,
            "closed_at": moment,
            "open_items": book.open_items,
            "on_revision": trial.revision,
            "method": kept.valuation_method,
            "digest": snapshot.digest(),
            "volumes": _volumes(kept, book.book, since, period),
        }
        changes.end(CLOSES, (old for old in before if old["period"] == period))
        changes.add(CLOSES, row)
        changes.add(BALANCES, *balances_to_keep(book.book, period, snapshot))
        changes.add("decision", _decision("close", row, staff, moment, trial.revision))
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


def _decision(
    what: str, row: Mapping[str, Any], staff: People, moment: datetime, revision: int, reason: str = ""
) -> dict[str, object]:
    details = {"approver": staff.approver, "revision": revision, **({"reason": reason} if reason else {})}
    subject = f"{row['book']} {row['period']}"
    return {"who": staff.by, "what": what, "subject": subject, "decided_at": moment, "details": details}


def record_trial(share: Share, period: str, books: Sequence[str], people: People) -> Trial:
    """Look at a month and note that somebody did (试结): a later close is refused if the ledger moved meanwhile.

    Raises:
        NoSuchBook: a book is not in use.
        WriterBusy: another run is under way.
    """
    with writer_lock(share.state, share.config.zone), share.open_ledger() as ledger:
        trial = trial_of(share, ledger, period, books, people)
        open_books = [each for each in trial.books if each.since < period]
        if not open_books:
            return trial
        named, _ = judged(share, ledger, [close_row(each.book, period, TRIAL, people) for each in open_books])
        staff = People(*named.select("by", pl.col("approver").fill_null("")).row(0))
        before = ledger.table(CLOSES, period=period).to_dicts()
        changes = _Changes()
        for each in open_books:
            changes.end(CLOSES, (row for row in before if row["book"] == each.book))
            row = {"book": each.book, "period": period, "status": TRIAL, "by": staff.by}
            changes.add(CLOSES, {**row, "open_items": each.open_items, "on_revision": trial.revision})
        changes.write(ledger, "trial", period)
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
    with writer_lock(share.state, share.config.zone), share.open_ledger() as ledger:
        newest = closes_of(ledger, share.config.zone).newest
        wanted = _to_reopen(share, newest, period, books)
        rows = [close_row(book, period, REOPENED, people, reason) for book in wanted]
        named, findings = judged(share, ledger, rows)
        errors = [finding for finding in findings if finding.severity is Severity.ERROR]
        if errors:
            said = dict.fromkeys(finding.message("zh") for finding in errors)
            told = dict.fromkeys(finding.message("en") for finding in errors)
            raise Unauthorised(reason="；".join(said), reason_en="; ".join(told))
        staff = People(*named.select("by", "approver").row(0))
        head = ledger.head().number
        write_reopening(ledger, wanted, period, staff, reason)
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


def write_reopening(ledger: Ledger, books: Sequence[str], period: str, staff: People, reason: str) -> None:
    """Open a month of some books again, as one revision; the next run reads every workbook.

    What a workbook said of the month while that was closed counts from then on.
    """
    changes = _Changes()
    head, moment = ledger.head().number, datetime.now(UTC)
    for book in books:
        row = ledger.table(CLOSES, book=book, period=period).to_dicts()[0]
        kept = {name: row[name] for name in ("book", "period", "closed_at", "open_items")}
        facts = {"status": REOPENED, "by": staff.by, "approver": staff.approver, "reopen_reason": reason}
        changes.end(CLOSES, [row])
        changes.end(BALANCES, ledger.table(BALANCES, book=book, period=period).to_dicts())
        changes.add(CLOSES, {**kept, **facts, "on_revision": head})
        changes.add("decision", _decision("reopen", row, staff, moment, head, reason))
    workbooks = ledger.table("workbook").to_dicts()
    changes.end("workbook", workbooks)
    own = ("version_id", "revision_from", "revision_to")
    unread = ({name: value for name, value in row.items() if name not in own} for row in workbooks)
    changes.add("workbook", *({**row, "configuration": ""} for row in unread))
    changes.write(ledger, "reopen", period)


def _finished(
    share: Share,
    ledger: Ledger,
    pool: ReaderPool,
    progress: Progress,
    trial: Trial,
    months: Sequence[tuple[str, str]],
) -> Done:
    current = brought_forward(ledger, all_registers(), share.state)
    published = publish_all(share, ledger, Standing.of(ledger), current, pool, progress)
    return Done(trial, ledger.head().number, tuple(months), published)
