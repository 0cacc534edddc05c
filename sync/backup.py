"""Keep one file that holds everything: ledger, accepted files, settings, and what proves them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from sync import __version__
from sync.backup_file import CONFIG, MANIFEST, Head, Manifest, PackageWriter, place_of
from sync.config import CONFIG_NAME
from sync.proof import altered_file
from sync.state import archived_files
from workbooks.write import remove_abandoned, replace_bytes, replace_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sync.ledger import Problem
    from sync.ledger.dump import Snapshot
    from sync.share import Share

FOLDER = "backups"
_NOTE = "last.json"
_IDLE_SECONDS = 24 * 3600
"""A backup that nobody has written to for so long is no longer in the making, on another machine neither."""


@dataclass(frozen=True)
class Backup:
    """A backup that was made."""

    path: Path
    size: int
    manifest: Manifest
    problems: tuple[Problem, ...]
    """What was wrong with ledger or archive already; it was copied as it is."""


def _nobody(_path: Path, _revision: int) -> None:
    pass


def backup(share: Share, target: Path | None, now: datetime, announce: Callable[[Path, int], None] = _nobody) -> Backup:
    """Write a backup and return what it holds; readers and writers go on meanwhile.

    Args:
        share: the school.
        target: a file, or a folder in which the file is named after the time; None is ``backups`` in
            the state folder.
        now: aware moment at which it is made.
        announce: is told path and revision before the file is there, so that no file is there that nobody knows of.

    Raises:
        LedgerUnreachable: the ledger cannot be read.
        TargetLockedError: the file cannot be written.
    """
    made_at = now.astimezone(UTC)
    with share.open_ledger() as ledger, ledger.snapshot() as snapshot:
        path = _place(share, target, made_at, snapshot.head.number)
        remove_abandoned(path.parent, 0 if path.is_relative_to(share.state) else _IDLE_SECONDS)
        announce(path, snapshot.head.number)
        written: list[tuple[Manifest, tuple[Problem, ...]]] = []
        replace_file(path, lambda beside: written.append(_write(share, snapshot, beside, made_at)))
    manifest, problems = written[0]
    made = Backup(path, path.stat().st_size, manifest, problems)
    _note(share.state, made)
    return made


def file_name(moment: datetime, revision: int) -> str:
    """Return the name of a backup file; names sort by time."""
    return f"houqin-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-r{revision}.zip"


def _place(share: Share, target: Path | None, moment: datetime, revision: int) -> Path:
    name = file_name(moment, revision)
    if target is None:
        return share.state / FOLDER / name
    return target / name if target.is_dir() or not target.suffix else target


def _write(share: Share, snapshot: Snapshot, path: Path, made_at: datetime) -> tuple[Manifest, tuple[Problem, ...]]:
    problems = snapshot.verify()
    with PackageWriter(path) as package:
        path.chmod(0o600)  # houqin.toml may hold addresses with passwords
        with (share.path / CONFIG_NAME).open("rb") as settings:
            package.add(CONFIG, settings)
        tables = tuple(snapshot.tables())
        rows: dict[str, int] = {}
        for table in tables:
            rows[table.name] = 0
            for number, piece in enumerate(snapshot.slices(table), 1):
                package.add_frame(table.name, number, piece)
                rows[table.name] += piece.height
        altered = _add_archive(share.state, package)
        head = snapshot.head
        manifest = Manifest(
            made_at=made_at.isoformat(timespec="seconds"),
            program=__version__,
            school=share.config.school,
            database=sa.make_url(share.config.ledger_url).get_backend_name(),
            head=Head(head.number, head.digest, head.at.isoformat()),
            tables=tables,
            rows=rows,
            problems=tuple(place_of(problem) for problem in problems),
            members=dict(package.members),
        )
        package.add_bytes(MANIFEST, manifest.as_json())
    return manifest, (*problems, *altered)


def _add_archive(state: Path, package: PackageWriter) -> list[Problem]:
    """Add every archived file as it is and return those that are not what their names say."""
    found = []
    for file in archived_files(state):
        with file.open("rb") as source:
            member = package.add(f"archive/{file.parent.name}/{file.name}", source)
        if member.sha256 != file.stem:
            found.append(altered_file(file.stem))
    return found


@dataclass(frozen=True)
class LastBackup:
    """The newest backup of a school, as it was noted when it was made."""

    path: Path
    made_at: datetime
    revision: int

    def age(self, now: datetime) -> timedelta:
        """Return how old it is."""
        return now - self.made_at


def _note(state: Path, made: Backup) -> None:
    told = {"path": str(made.path.resolve()), "made_at": made.manifest.made_at, "revision": made.manifest.head.number}
    text = json.dumps(told, ensure_ascii=False)
    replace_bytes(state / FOLDER / _NOTE, text.encode())


def last_backup(state: Path) -> LastBackup | None:
    """Return the newest backup made of a school, None where there was none; the file may have been moved away."""
    try:
        told: Mapping[str, object] = json.loads((state / FOLDER / _NOTE).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(str(told["made_at"]))
        return LastBackup(Path(str(told["path"])), made_at, int(str(told["revision"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None
