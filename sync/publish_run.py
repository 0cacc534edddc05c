"""Publish the newest revision: master ledger, volumes, pages and marked copies that changed."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from schemas.register import all_registers
from sync import __version__, marking
from sync.asset_reports import with_assets
from sync.choice_books import choice_targets
from sync.current import FOLDER as CURRENT_FOLDER
from sync.current import CurrentRows, brought_forward
from sync.daily import daily_targets, kept_hash
from sync.derived_volumes import with_derived
from sync.difference_report import with_differences
from sync.errors import HouqinError
from sync.ledger import Ledger
from sync.ledger_books import books_of
from sync.lock import writer_lock
from sync.marking import Marking
from sync.money import with_money
from sync.publication import paths_in_share, publication_of
from sync.publish import details, feedback, manifest, master
from sync.publish.model import Publication
from sync.publish.paths import FEEDBACK_FOLDER, FEEDBACK_SUFFIXES, PAGE_SUFFIX, page_paths
from sync.publish.plan import BESIDE, FOLDERS, NOT_YET, Action, NotYetError, Result, Target, publish, targets
from sync.publish.releases import Release, mark_of, present
from sync.publish_books import is_of_books, publish_books, wanted_books
from sync.share import Share
from sync.standing import Standing
from sync.state import remove_parts
from sync.steps import Progress
from sync.stock_memory import FOLDER as STOCK_FOLDER
from sync.stock_memory import with_memory
from sync.stock_reports import problem_of, with_stock
from sync.volumes import settled_months, volumes_of
from workbooks.pool import ReaderPool
from workbooks.write import remove_leftovers

LAYOUTS = (marking.LAYOUT, details.LAYOUT, master.LAYOUT, feedback.LAYOUT, manifest.LAYOUT)


KEPT_FOLDERS = (CURRENT_FOLDER, STOCK_FOLDER)
"""Folders of the state that only the holder of the writer's lock writes."""
WHOLE = "published/"
"""Stands among the targets for all of them together."""


@dataclass(frozen=True)
class Published:
    """What was written, and what has to wait because somebody has it open (paths below the share)."""

    written: tuple[str, ...] = ()
    postponed: tuple[str, ...] = ()
    problems: tuple[HouqinError, ...] = ()
    """Books that contradict themselves and are not shown; looked at again in every run."""
    left: frozenset[str] = frozenset()
    """Feedback whose turn has not come."""


def publish_all(
    share: Share,
    ledger: Ledger,
    standing: Standing,
    current: CurrentRows,
    pool: ReaderPool,
    progress: Progress,
    *,
    feedback_seconds: float = math.inf,
) -> Published:
    """Write what changed since it was last published; what is on disk unchanged is left alone.

    Feedback comes last, that of workbooks with rows before that of others, and only as much of it as
    ``feedback_seconds`` allow; the rest is for later publications (``Published.left``).

    ``standing`` and ``current`` are what the ledger knows, and the rows, as of the newest revision. Where nothing
    changed that is shown, and every file is still the one that was written, nothing is even looked at.
    """
    known = releases_of(ledger)
    before = known.pop(WHOLE, Release(""))
    there = present(known, share.path)
    whole = Release(_whole_hash(share, ledger))
    if before == whole and there == known:
        return Published()
    for folder in (*(share.path / name for name in FOLDERS), *(share.state / name for name in KEPT_FOLDERS)):
        remove_leftovers(folder)
    remove_parts(share.state)
    books = with_memory(books_of(share, ledger, current.rows), ledger, share.state)
    paths, settled = paths_in_share(share, standing), settled_months(share, ledger)
    volumes = with_derived(volumes_of(share, current, paths, there, books, settled), share, books, paths, there)
    publication = publication_of(share, ledger, standing, current.with_missing, volumes)
    problems = tuple(filter(None, [problem_of(books)]))
    publication = with_money(with_stock(with_assets(publication, books), books), books)
    publication = with_differences(publication, books)
    marks = Marking(share, standing, pool, feedback_seconds)
    with_missing = [line.number.partition(":")[0] for line in publication.missing]
    wanted = [
        *targets(publication),
        *marks.targets(),
        *choice_targets(share, ledger, standing, with_missing),
        *daily_targets(share.state),
    ]
    hashes = {path: release.content_hash if path in there else "" for path, release in known.items()}
    stale = {target.path: target.content_hash for target in wanted if _is_stale(target, hashes)}
    kept_books = wanted_books(share, ledger, current, books)
    marks.order(stale)
    ledger.want({**stale, manifest.MANIFEST: kept_books.content_hash()})
    progress.step("publish", len(stale))
    moment = datetime.now(share.config.zone)
    ours = {
        path: each
        for path, each in hashes.items()
        if not is_of_books(path) and not settled.out_of_use(known[path].source)
    }
    of_books = publish_books(kept_books, known, there, share.path)
    results = publish(_watched(_in_turn(wanted, publication), progress, feedback_seconds), ours, share.path, moment)
    postponed = (*(result.path for result in results if result.action is Action.POSTPONED), *of_books.postponed)
    news = {**_news(share.path, results, known, there, volumes.sources), **of_books.news}
    ledger.published(publication.revision, {**news, WHOLE: None if postponed or problems else _stored(whole)})
    left = frozenset(result.path for result in results if result.reason == NOT_YET)
    later = left.union(result.path for result in results if result.reason == BESIDE)
    written = tuple(result.path for result in results if result.action is Action.WRITTEN)
    return Published(written, tuple(path for path in postponed if path not in later), problems, left)


def publish_again(share: Share, pool: ReaderPool, progress: Progress) -> Published:
    """Publish without a run: what could not be written before, and a new page of the day.

    Raises:
        WriterBusy: a run is under way.
        LedgerUnreachable: the ledger cannot be opened.
    """
    with writer_lock(share.state, share.config.zone), share.open_ledger() as ledger:
        current = brought_forward(ledger, all_registers(), share.state)
        return publish_all(share, ledger, Standing.of(ledger), current, pool, progress)


def releases_of(ledger: Ledger) -> dict[str, Release]:
    """Return what was published under each path and not removed since.

    What was only wanted has no hash: a run that was killed before it noted so may have written it.
    """
    names = ("target", "wanted_hash", "published_hash", "published_source", "published_mark")
    return {
        target: Release(content_hash or "", source or "", mark or "")
        for target, wanted, content_hash, source, mark in ledger.publications().select(names).iter_rows()
        if (wanted, content_hash) != (None, None)
    }


def _whole_hash(share: Share, ledger: Ledger) -> str:
    """Return the hash of all that publications depend on: the revision, the day, the settings, how things look."""
    head = ledger.head()
    looks = [details.look_of(register) for register in share.registers.values()]
    settings = share.config.model_dump_json()
    made_of = [head.number, head.digest, share.today.isoformat(), settings, __version__, *LAYOUTS, looks]
    made_of.append(kept_hash(share.state))
    return hashlib.sha256(json.dumps(made_of, ensure_ascii=False).encode()).hexdigest()


def _is_stale(target: Target, hashes: Mapping[str, str]) -> bool:
    return bool(target.content_hash) and hashes.get(target.path) != target.content_hash


def _stored(release: Release) -> tuple[str, str, str]:
    return release.content_hash, release.source, release.mark


def _news(
    share: Path,
    results: Sequence[Result],
    known: Mapping[str, Release],
    there: Mapping[str, Release],
    sources: Mapping[str, str],
) -> dict[str, tuple[str, str, str] | None]:
    """Return what is to be noted: files written or removed, and what is known anew of those that stayed."""
    news: dict[str, tuple[str, str, str] | None] = {}
    for result in results:
        if result.action is Action.REMOVED:
            news[result.path] = None
        elif result.action is Action.UNCHANGED:
            stayed = replace(there[result.path], source=sources.get(result.path, ""))
            if stayed != known[result.path]:
                news[result.path] = _stored(stayed)
        elif result.written_as:
            source = sources.get(result.path, "") if result.written_as == result.path else ""
            mark = mark_of(share / result.written_as)
            news[result.written_as] = _stored(Release(result.content_hash, source, mark))
    return news


def _in_turn(wanted: Iterable[Target], publication: Publication) -> list[Target]:
    """Return targets as they are written: first the books, then what workbooks with rows are told, then all others."""
    pages = page_paths(state.path for state in publication.workbooks)
    awaited = {pages[state.path].removesuffix(PAGE_SUFFIX) for state in publication.workbooks if state.read}

    def turn(target: Target) -> int:
        if not target.path.startswith(FEEDBACK_FOLDER):
            return 0
        return 1 if any(target.path.removesuffix(ending) in awaited for ending in FEEDBACK_SUFFIXES) else 2

    return sorted(wanted, key=turn)


def _watched(wanted: Sequence[Target], progress: Progress, feedback_seconds: float) -> list[Target]:
    """Return the targets so that progress hears of each one written, and feedback ends when its time is over."""
    ends = math.inf

    def told(target: Target) -> Target:
        def write(path: Path) -> None:
            nonlocal ends
            if target.path.startswith(FEEDBACK_FOLDER):
                ends = min(ends, time.monotonic() + feedback_seconds)
                if time.monotonic() > ends:
                    raise NotYetError(NOT_YET)
            target.write(path)
            progress.advance()

        return Target(target.path, target.content_hash, write)

    return [told(target) for target in wanted]
