"""Publish the newest revision: master ledger, volumes, pages and marked copies that changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.findings import Finding
from sync.choice_books import choice_targets
from sync.held import finding_as_json
from sync.ledger import Ledger
from sync.publication import findings_by_workbook, path_in_share, publication_of
from sync.publish.paths import marked_paths
from sync.publish.plan import Action, Target, publish, targets
from sync.share import Share
from sync.standing import GONE, Standing
from sync.state import archived
from sync.steps import Progress
from workbooks.pool import Job, ReaderPool
from workbooks.write import TargetLockedError

MARK_LAYOUT = 1
"""Raised when marked copies look different, so that they are all written again."""


@dataclass(frozen=True)
class Published:
    """What was written, and what has to wait because somebody has it open (paths below the share)."""

    written: tuple[str, ...]
    postponed: tuple[str, ...]


def publish_all(share: Share, ledger: Ledger, pool: ReaderPool, progress: Progress) -> Published:
    """Write what changed since it was last published; what is on disk unchanged is left alone."""
    publication = publication_of(share, ledger)
    with_missing = [line.number.partition(":")[0] for line in publication.missing]
    wanted = [
        *targets(publication),
        *marked_targets(share, ledger, pool),
        *choice_targets(share, ledger, with_missing),
    ]
    known = ledger.publications()
    before = {
        target: content_hash
        for target, content_hash in known.select("target", "published_hash").iter_rows()
        if content_hash is not None
    }
    stale = {
        target.path: target.content_hash
        for target in wanted
        if target.content_hash and before.get(target.path) != target.content_hash
    }
    if stale:
        ledger.want(dict(stale))
    progress.step("publish", len(stale))
    moment = datetime.now(share.config.zone)
    results = publish(_watched(wanted, progress), before, share.path, moment)
    written, postponed = [], []
    for result in results:
        if result.action is Action.WRITTEN:
            written.append(result.path)
        elif result.action is Action.POSTPONED:
            postponed.append(result.path)
        if result.action is Action.REMOVED:
            ledger.want({result.path: None})
            ledger.published(result.path, publication.revision, None)
        elif result.written_as and result.action is not Action.UNCHANGED:
            if result.written_as != result.path:
                ledger.want({result.written_as: result.content_hash})
            ledger.published(result.written_as, publication.revision, result.content_hash)
    return Published(tuple(written), tuple(postponed))


def _watched(wanted: Sequence[Target], progress: Progress) -> list[Target]:
    """Return the targets so that progress hears of each one written."""

    def told(target: Target) -> Target:
        def write(path: Path) -> None:
            target.write(path)
            progress.advance()

        return Target(target.path, target.content_hash, write)

    return [told(target) for target in wanted]


def marked_targets(share: Share, ledger: Ledger, pool: ReaderPool) -> list[Target]:
    """Return the marked copy of every workbook that has findings."""
    standing = Standing.of(ledger)
    told = findings_by_workbook(standing)
    places = marked_paths(path_in_share(share, row) for row in standing.workbooks.values())
    found = []
    for identity, row in standing.workbooks.items():
        source = archived(share.state, row["sha256"]) if row["sha256"] else None
        if told.get(identity) and row["state"] != GONE and source is not None:
            path = path_in_share(share, row)
            args = (told[identity], share.config.language, path, str(row["sha256"]))
            found.append(_marked(source, places[path], args, pool))
    return found


def _marked(source: Path, place: str, args: tuple[Sequence[Finding], str, str, str], pool: ReaderPool) -> Target:
    findings, *facts = args
    shown = [MARK_LAYOUT, *facts, [finding_as_json(finding) for finding in findings]]
    content_hash = hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()

    def write(target: Path) -> None:
        outcome = pool.run([Job(place, "sync.publish_run:mark", (source, target, *args))])[0]
        if outcome.failure:
            raise TargetLockedError(target, outcome.reason or outcome.failure)

    return Target(place, content_hash, write)


def mark(
    source: Path, target: Path, findings: Sequence[Finding], language: str, path: str, sha256: str
) -> None:
    """Write one marked copy; runs in a worker process, for the file may be hostile."""
    from workbooks.mark import write_marked  # noqa: PLC0415 - openpyxl is needed in the worker only

    write_marked(source, target, findings, language=language, origin_path=path, origin_sha256=sha256)
