"""Marked copies to publish: made by worker processes, for the files may be hostile, and all together."""

from __future__ import annotations

import hashlib
import json
import math
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from schemas.findings import Finding
from sync.held import finding_as_json
from sync.publication import findings_by_workbook, path_in_share
from sync.publish.paths import marked_paths
from sync.publish.plan import BESIDE, NOT_YET, NotYetError, Target
from sync.share import Share
from sync.standing import GONE, Standing
from sync.state import archived
from workbooks.pool import Job, Outcome, ReaderPool
from workbooks.write import remove_abandoned

FOLDER = "marks"
"""In the state folder: copies that are made, until they are published."""
LAYOUT = 1
"""Raised when marked copies look different, so that they are all written again."""


@dataclass(frozen=True)
class _Copy:
    """One copy to make, at ``made``, with what the functions of ``workbooks.mark`` take."""

    source: Path
    made: Path
    place: str
    content_hash: str
    findings: Sequence[Finding]
    facts: tuple[str, str, str]
    has_rows: bool

    def marked(self) -> Job:
        args = (self.source, self.made, self.findings, *self.facts)
        return Job(self.place, "workbooks.mark:write_marked", args, self.content_hash)

    def listed(self) -> Job:
        args = (self.made, self.findings, *self.facts)
        return Job(f"{self.place}:list", "workbooks.mark:write_findings", args, self.content_hash)


class Marking:
    """The marked copies of one publication.

    They are made when the first that is stale is to be written. Where ``patience_seconds`` are not endless the others
    wait for the next publication, and so does a copy that takes long: it is made aside. So is every copy of a workbook
    without rows, for nobody shall wait for those of files that are no workbook of the school.
    """

    def __init__(self, share: Share, standing: Standing, pool: ReaderPool, patience_seconds: float) -> None:
        self._pool = pool
        self._patience_seconds = patience_seconds
        self._folder = share.state / FOLDER
        self._copies = {copy.place: copy for copy in _copies(share, standing, self._folder)}
        self._urgent = {place for place, copy in self._copies.items() if copy.has_rows}
        self._stale: tuple[_Copy, ...] = ()

    def targets(self) -> list[Target]:
        """Return a target for every workbook that has findings and whose file is in the archive."""
        return [Target(copy.place, copy.content_hash, partial(self._write, copy)) for copy in self._copies.values()]

    def order(self, stale: Collection[str]) -> None:
        """Say which of them will be asked for; what was made for an earlier publication and is no more is removed."""
        self._stale = tuple(copy for place, copy in self._copies.items() if place in stale)
        wanted = {copy.made for copy in self._stale}
        remove_abandoned(self._folder)
        for made in self._folder.glob("*.xlsx"):
            if made not in wanted:
                made.unlink(missing_ok=True)

    def _write(self, copy: _Copy, path: Path) -> None:
        """Write a copy, made now where it is not there yet.

        Raises:
            NotYetError: it is still being made, or its turn has not come.
        """
        if self._stale:
            stale, self._stale = self._stale, ()
            self._make(stale)
        if not copy.made.exists():
            jobs = (copy.marked(), copy.listed())
            raise NotYetError(BESIDE if any(self._pool.aside.has(job.key) for job in jobs) else NOT_YET)
        shutil.copyfile(copy.made, path)

    def _make(self, stale: Sequence[_Copy]) -> None:
        """Make copies; of a workbook whose copy takes too much there is the list of findings only."""
        missing = [copy for copy in stale if not copy.made.exists()]
        failed = {outcome.job.key for outcome in self._run([copy.marked() for copy in missing]) if outcome.failure}
        self._run([copy.listed() for copy in missing if copy.place in failed])

    def _run(self, jobs: Sequence[Job]) -> list[Outcome]:
        if math.isinf(self._patience_seconds):
            return self._pool.run(jobs)
        urgent = [job for job in jobs if job.key in self._urgent]
        others = [job for job in jobs if job.key not in self._urgent]
        return [*self._pool.run_briefly(urgent, self._patience_seconds), *self._pool.run_aside(others)]


def _copies(share: Share, standing: Standing, folder: Path) -> list[_Copy]:
    told = findings_by_workbook(standing)
    places = marked_paths(path_in_share(share, row) for row in standing.workbooks.values())
    found = []
    for identity, row in standing.workbooks.items():
        is_shown = told.get(identity) and row["state"] != GONE and row["sha256"]
        source = archived(share.state, row["sha256"]) if is_shown else None
        if source is not None:
            path = path_in_share(share, row)
            facts = (share.config.language, path, str(row["sha256"]))
            shown = [LAYOUT, *facts, [finding_as_json(finding) for finding in told[identity]]]
            content_hash = hashlib.sha256(json.dumps(shown, ensure_ascii=False).encode()).hexdigest()
            made = folder / f"{content_hash}.xlsx"
            has_rows = bool((row["counts"] or {}).get("read"))
            found.append(_Copy(source, made, places[path], content_hash, told[identity], facts, has_rows))
    return found
