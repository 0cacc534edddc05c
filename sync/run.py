"""One run: read what is new, decide, write one revision, publish."""

from __future__ import annotations

import gc
import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from itertools import accumulate
from pathlib import Path

from schemas.findings import Finding, reader_finding
from schemas.register import all_registers
from sync.answers import answers_in, with_answers
from sync.closes import facts_of, with_closes
from sync.current import CurrentRows, brought_forward
from sync.decisions import Decision, Orders, Settled, decisions_of, rows_to_record, settled_by, with_decisions
from sync.derived import made_from
from sync.errors import HouqinError
from sync.hashes import Hashes
from sync.identity import remember_share
from sync.intake import WAVE_BYTES, together, waves_of
from sync.ledger import Ledger
from sync.ledger_books import books_of
from sync.lock import writer_lock
from sync.outcome import WorkbookOutcome
from sync.plan import Plan, Rights, plan_run
from sync.publish_run import Published, publish_all
from sync.record import record
from sync.scan import FoundFile, Scan, awaiting, scan
from sync.share import Share
from sync.stage import in_claim_order
from sync.standing import GONE, Standing, identified, lost_lately, renamed
from sync.state import SourceChanged, archive_file, tidy
from sync.steps import Progress, Quiet
from workbooks.pool import Outcome, ReaderPool
from workbooks.taking import Place, TakenFile, take_files
from workbooks.weight import Stated, stated

NOTHING_ORDERED = Orders()
Publish = Callable[[Share, Ledger, Standing, CurrentRows, ReaderPool, Progress], Published]
"""What shows the newest revision to people: all of it, ``publish_all``."""


@dataclass(frozen=True)
class SyncResult:
    """What a run did."""

    revision: int
    plan: Plan
    standing: Standing
    """What the ledger knew after the run."""
    findings: tuple[Finding, ...] = ()
    """Findings on files that could not even be looked at: links, locked files."""
    published: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    problems: tuple[HouqinError, ...] = ()
    """Books that contradict themselves: they are not published."""
    settled: tuple[Settled, ...] = ()
    """What became of the orders that were given."""
    left: frozenset[Path] = frozenset()
    """Files whose turn to be read has not come."""
    aside: frozenset[Path] = frozenset()
    """Files that take long and are being read beside."""
    untold: frozenset[str] = frozenset()
    """Feedback whose turn to be written has not come."""


def sync(
    share: Share,
    pool: ReaderPool,
    progress: Progress | None = None,
    *,
    full: bool = False,
    orders: Orders = NOTHING_ORDERED,
    leave: Collection[Path] = (),
    reading_seconds: float = math.inf,
    hashes: Hashes | None = None,
    publish: Publish = publish_all,
) -> SyncResult:
    """Merge what departments have saved into the ledger and publish it.

    More than fits into memory at once is merged in waves, each of which is a revision (``sync.intake``).
    Files are read and marked copies written in the workers of ``pool``. With ``full`` every file is
    read again, not only those whose content changed. ``orders`` are decisions about what earlier runs
    held back; they are carried out, and recorded, with everything else. The files of ``leave`` are being saved
    just now: they count as there, even when they are away for the moment, and are read by the next run. So are those
    whose turn has not come after ``reading_seconds``. Files that ``hashes`` knows from earlier runs are not opened.
    Who runs again before anybody looks may leave publishing to the last run: ``publish`` says how it is done.

    Raises:
        ShareForeign: the ledger was made of another share than the one that lies here; nothing is done.
        NotOpen: an order is about something that no longer waits; nothing is done.
        NoBase: a conflict has no base to go back to; nothing is done.
        WriterBusy: another run is under way.
        LedgerUnreachable: the ledger cannot be opened.
    """
    told = progress or Quiet()
    with writer_lock(share.state, share.config.zone), share.open_ledger() as ledger:
        remember_share(share)
        tidy(share.state)
        standing = Standing.of(ledger)
        ordered = decisions_of(orders, standing, ledger, share.registers.values())
        folders = share.config.folders
        seen = awaiting(scan(folders, hashes, reading_seconds), leave, folders)
        found = identified(seen, standing)
        wanted = [file for file in found.files if file.path not in leave and (full or is_new(file, standing, share))]
        findings = list(found.findings)
        earlier: list[WorkbookOutcome] = []
        first, *later = waves_of(wanted, found, standing, pool) if math.isinf(reading_seconds) else [wanted]
        run = _Run(share, ledger, pool, told, seen, time.monotonic() + reading_seconds)
        merged = _merged(run, standing, first, ordered)
        left = set(merged.left) | seen.left
        settled = tuple(each for each in merged.settled if each.decision in ordered)
        for wave in later:
            findings += merged.findings
            earlier += merged.plan.outcomes
            del merged  # its rows make room for those of the next wave
            merged = _merged(run, Standing.of(ledger), wave, ())
            left |= merged.left
        if later:
            pool.close()  # their memory is what a large publication needs; marked copies start new workers
        current = brought_forward(ledger, all_registers(), share.state)
        standing = Standing.of(ledger)
        published = publish(share, ledger, standing, current, pool, told)
        return SyncResult(
            merged.revision,
            together(earlier, merged.plan, standing),
            standing,
            (*findings, *merged.findings),
            published.written,
            published.postponed,
            published.problems,
            settled,
            frozenset(left),
            merged.aside,
            published.left,
        )


@dataclass(frozen=True)
class _Run:
    """What the waves of a run have in common."""

    share: Share
    ledger: Ledger
    pool: ReaderPool
    told: Progress
    seen: Scan
    """The files as they were found, before what is known of them."""
    until: float
    """When reading ends, by the clock that never goes back."""


@dataclass(frozen=True)
class _Merged:
    """What one wave did."""

    revision: int
    plan: Plan
    findings: Sequence[Finding]
    settled: Sequence[Settled]
    left: frozenset[Path]
    """Files whose turn to be read has not come."""
    aside: frozenset[Path]


def _merged(run: _Run, standing: Standing, files: Sequence[FoundFile], ordered: Sequence[Decision]) -> _Merged:
    """Read some files, decide about their rows and record one revision."""
    share, ledger, told = run.share, run.ledger, run.told
    found = identified(run.seen, standing)
    paths = {file.path for file in files}
    wanted = in_reading_order([file for file in found.files if file.path in paths], standing)
    taken = read_files(share, wanted, run.pool, told, max(0.0, run.until - time.monotonic()))
    aside = {file.identity for file in wanted if run.pool.aside.has(file.identity)}
    places_aside = [file.path for file in wanted if file.identity in aside]
    wanted = [file for file in wanted if file.identity not in aside]
    found, taken = _without_riddles(found, standing, wanted, taken)
    read = {file.name for file, _ in taken}
    left = frozenset(file.path for file in wanted if file.identity not in read)
    told.step("merge", 1)
    _set_aside()
    with ThreadPoolExecutor(1) as beside:
        archived = beside.submit(kept_for_good, share, found.files, taken)
        plan, settled = _decided(run, standing, found, taken, ordered)
        kept, postponed = archived.result()
    if postponed:
        plan, settled = _decided(run, standing, found, kept, ordered)
    places = renamed(found, plan.recognised.renamed)
    revision = record(ledger, plan, standing, places, share.fingerprint(), rows_to_record(settled))
    told.advance()
    return _Merged(revision, plan, postponed, settled, left, frozenset(places_aside))


@cache
def _set_aside() -> None:
    """Have the garbage collector leave alone what is loaded by now: looking through it is a twentieth of a merge."""
    gc.freeze()


def _decided(
    run: _Run, standing: Standing, found: Scan, taken: Sequence[tuple[TakenFile, str]], ordered: Sequence[Decision]
) -> tuple[Plan, list[Settled]]:
    """Return what becomes of the rows of some files, and of the decisions that were ordered or came in them."""
    share, ledger, rights = run.share, run.ledger, rights_of(run.share)
    known = with_decisions(standing, ordered)
    answers = answers_in(taken, known, ledger, share.registers, rights.may_write, ordered)
    decided = [*ordered, *answers.decisions]
    current = brought_forward(ledger, all_registers(), share.state)
    known = with_decisions(standing, decided)
    load = with_closes(current.rows, ledger, share.config.zone)
    made = made_from(lambda: books_of(share, ledger, current.rows))
    plan = plan_run(ledger, known, taken, rights, facts_of(share, ledger), found, load, made)
    settled = settled_by(plan, decided)
    return with_answers(plan, answers, settled), settled


def _without_riddles(
    found: Scan, standing: Standing, wanted: Sequence[FoundFile], taken: Sequence[tuple[TakenFile, str]]
) -> tuple[Scan, list[tuple[TakenFile, str]]]:
    """Return what can be decided about before all files are read; where they are, everything.

    What has become of a workbook with rows that lost its file shows only beside all others of its department. Until
    these are read it counts as there, and the department is left to the next run, but for what cannot be read: that is
    none of its workbooks under another name. Nor is a file waited for that is read aside.
    """
    read = {file.name for file, _ in taken}
    unread = {file.department for file in wanted if file.identity not in read}
    workbooks = {name: standing.workbooks[name] for name in lost_lately(standing, found)}
    lost = {name: str(row["department"]) for name, row in workbooks.items() if (row["counts"] or {}).get("read")}
    unclear = unread.intersection(lost.values())
    awaited = {standing.title(name) for name, department in lost.items() if department in unclear}
    return replace(found, awaited=found.awaited | awaited), [
        (file, department) for file, department in taken if department not in unclear or not file.readable
    ]


def kept_for_good(
    share: Share, files: Sequence[FoundFile], taken: Sequence[tuple[TakenFile, str]]
) -> tuple[list[tuple[TakenFile, str]], list[Finding]]:
    """Return the files whose content is safe in the archive, and a warning for each that changed meanwhile.

    A file that somebody saves while it is being read is left to the next run. Only what was found is taken, so that
    nothing is read through a link that took the place of a file when that had been looked at.
    """
    places = {file.identity: file for file in files}
    kept: list[tuple[TakenFile, str]] = []
    postponed: list[Finding] = []
    for file, department in taken:
        found = places[file.name]
        try:
            is_kept = file.sha256 in {"", found.sha256} and archive_file(share.state, found.path, found.sha256)
        except SourceChanged:
            is_kept = False
        if is_kept:
            kept.append((file, department))
        else:
            postponed.append(reader_finding("IMP-03", found.name))
    return kept, postponed


def rights_of(share: Share) -> Rights:
    """Return who may write what, by the configuration."""
    return Rights(share.config.may_write, share.writers_of)


def is_new(file: FoundFile, standing: Standing, share: Share) -> bool:
    """Tell whether a file has to be read: new content, other settings, or something that time may heal."""
    known = standing.workbooks.get(file.identity)
    if known is None or known["sha256"] != file.sha256 or known["state"] in ("waiting", GONE):
        return True
    held = (row for row in standing.held if row["workbook"] == file.identity)
    read_on = {f["args"]["today"] for row in held for f in row["payload"]["reading"] if f["code"] == "DATE-FUTURE"}
    if not read_on <= {share.today.isoformat()}:
        return True
    return bool(known["configuration"] != share.fingerprint())


def in_reading_order(files: Sequence[FoundFile], standing: Standing) -> list[FoundFile]:
    """Return files in the order in which they are read, so that none waits behind what is built to take long.

    Workbooks that could be read before come first; then those that nobody has seen yet, of these first what may have
    been one of our templates; last those that could not be read, and what is empty. Departments take turns, and in each
    of them the newest files and those that unpack to least.
    """
    new = [file for file in files if file.identity not in standing.workbooks]
    says = {file.name: stated(file.path, file.sha256, file.size) for file in new}
    ranks = {file.name: _reading_rank(file, standing, says) for file in files}
    places: dict[str, int] = {}
    newest = sorted(files, key=lambda file: -file.saved_ns)
    for first, order in enumerate(
        (newest, sorted(newest, key=lambda file: says[file.name].size if file.name in says else file.size))
    ):
        turns: Counter[tuple[int, str]] = Counter()
        for file in order:
            turns[ranks[file.name], file.department] += 1
            place = 2 * turns[ranks[file.name], file.department] + first
            places[file.name] = min(place, places.get(file.name, place))
    return sorted(files, key=lambda file: (ranks[file.name], places[file.name], file.name))


def _reading_rank(file: FoundFile, standing: Standing, says: Mapping[str, Stated]) -> int:
    known = standing.workbooks.get(file.identity)
    if not file.size or (known is not None and known["state"] == "damaged"):
        return 3
    if known is None:
        return 1 if says[file.name].may_be_ours else 2
    return 0


def read_files(
    share: Share,
    files: Sequence[FoundFile],
    pool: ReaderPool,
    progress: Progress,
    patience_seconds: float = math.inf,
) -> list[tuple[TakenFile, str]]:
    """Return the files with their departments, read in worker processes, in the order of claims.

    Where the patience is not endless it is also one wave of them at most, by their size (``sync.intake``).
    """
    if not math.isinf(patience_seconds):
        total = accumulate(file.size for file in files)
        files = [file for file, size in zip(files, total, strict=True) if size <= max(WAVE_BYTES, files[0].size)]
    progress.step("read", len(files))
    departments = {file.identity: file.department for file in files}

    def done(_outcome: Outcome) -> None:
        progress.advance()

    places = [Place(file.path, file.identity, file.sha256, file.size) for file in files]
    taken = take_files(places, share.reading(), pool, on_done=done, patience_seconds=patience_seconds)
    return in_claim_order([(file, departments[file.name]) for file in taken])
