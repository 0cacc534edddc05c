"""Put a backup in the place of a ledger, after proving that it is what was backed up."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Literal

from schemas.findings import Text
from schemas.register import all_registers
from sync.backup_file import Package, place_of
from sync.config import CONFIG_NAME
from sync.errors import HouqinError
from sync.ledger.dump import expect_everything_anew, load
from sync.ledger.errors import LedgerUnreachable
from sync.ledger.successor import present_head, sqlite_file, successor
from sync.ledger.verify import Problem, verify
from sync.lock import writer_lock
from sync.scan import hash_file
from sync.share import Share
from sync.state import REPLACED, RESTORING, archive_file, archived, tidy
from workbooks.write import PRIVATE, make_folder, replace_bytes

if TYPE_CHECKING:
    import sqlalchemy as sa

    from sync.backup_file import Manifest
    from sync.ledger import Revision

_PIECE_BYTES = 1 << 20


class LedgerInTheWay(HouqinError):  # noqa: N818 - says what is wrong
    """There is a ledger where a backup is to be restored (``present``, ``at``, ``backup``, ``lost``, ``lost_en``)."""

    code = "RESTORE-LEDGER"
    text = Text(
        "这里已有总账（第 {present} 版，{at}），备份是第 {backup} 版。{lost}",
        "there is a ledger here already (revision {present}, {at}), the backup is revision {backup}. {lost_en}",
        "要用备份代替它请加 --replace，现有的账会移到一旁保存",
        "add --replace to put the backup in its place; the present ledger is kept beside it",
    )


class RestoredOtherwise(HouqinError):  # noqa: N818 - says what is wrong
    """What was written is not what was backed up (``path``, ``what``); nothing was replaced."""

    code = "RESTORE-DIFFERS"
    text = Text(
        "从 {path} 恢复的内容与备份时不符（{what}），没有代替任何内容",
        "what was restored from {path} is not what was backed up ({what}); nothing was replaced",
        "请改用另一份备份",
        "use another backup",
    )


@dataclass(frozen=True)
class Kept:
    """The ledger whose place was taken."""

    revision: int | None
    """None where it could not be read any more."""
    digest: str
    at: str
    where: str
    """A folder, or a schema in PostgreSQL."""
    later: bool
    """True where it had revisions that the backup does not hold."""


@dataclass(frozen=True)
class Restored:
    """What was restored."""

    manifest: Manifest
    files: int
    """Archived files that were missing or altered and are back."""
    settings: Literal["restored", "same", "kept"]
    replaced: Kept | None
    problems: tuple[Problem, ...]
    """What was wrong with the ledger when it was backed up already."""


def restore(share_path: Path, backup: Path, now: datetime, *, replace: bool) -> Restored:
    """Restore a backup and return what was done; a share without houqin.toml gets the one of the backup.

    Raises:
        BackupForeign, BackupDamaged: the file cannot be used; nothing was touched.
        LedgerInTheWay: there is a ledger and ``replace`` was not asked for; nothing was touched.
        RestoredOtherwise: the restored ledger is not the one that was backed up; nothing was replaced.
        LedgerUnreachable: the database cannot be used.
        WriterBusy: a run is under way.
    """
    with Package.open(backup) as package:
        settings = _settings(share_path, package)
        share = Share.open(share_path)
        with writer_lock(share.state, share.config.zone):
            tidy(share.state)
            kept = _present(share, package.manifest, f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
            if kept is not None and not replace:
                raise _in_the_way(kept, package.manifest)
            files = sum(_restore_file(share.state, package, name) for name in package.manifest.archived)
            problems = _restore_ledger(share, package, kept, now)
        return Restored(package.manifest, files, settings, kept, tuple(problems))


def _settings(share_path: Path, package: Package) -> Literal["restored", "same", "kept"]:
    """Put houqin.toml where there is none; one that is there is the admin's and stays."""
    place = share_path / CONFIG_NAME
    content = package.config()
    if place.exists():
        return "same" if place.read_bytes() == content else "kept"
    replace_bytes(place, content)
    return "restored"


def _present(share: Share, manifest: Manifest, stamp: str) -> Kept | None:
    """Return the ledger in whose place the backup would come, None where there is none worth keeping."""
    url = share.config.ledger_url
    where = str(_aside(share, stamp)) if sqlite_file(url) else _schema(stamp)
    try:
        head = present_head(url)
    except LedgerUnreachable:
        if sqlite_file(url) is None:
            raise
        return Kept(None, "", "", where, later=True)
    if head is None or head.number == 0:
        return None
    return Kept(head.number, head.digest, head.at.isoformat(), where, later=_is_later(head, manifest))


def _is_later(head: Revision, manifest: Manifest) -> bool:
    return (head.number, head.digest) != (manifest.head.number, manifest.head.digest)


def _aside(share: Share, stamp: str) -> Path:
    return share.state / REPLACED / stamp


def _schema(stamp: str) -> str:
    return f"houqin_{REPLACED}_{stamp.lower()}"


def _in_the_way(kept: Kept, manifest: Manifest) -> LedgerInTheWay:
    if kept.revision is None:
        lost, lost_en = "现有的账无法读取", "The present one cannot be read"
    elif not kept.later:
        lost, lost_en = "两者是同一版", "Both are the same revision"
    elif kept.revision > manifest.head.number:
        first = manifest.head.number + 1
        lost = f"备份之后的第 {first} 至 {kept.revision} 版不在备份里"
        lost_en = f"Revisions {first} to {kept.revision} came after the backup and are not in it"
    else:
        lost, lost_en = "两者不是同一本账的前后版次", "They are not revisions of one ledger"
    present = "?" if kept.revision is None else kept.revision
    return LedgerInTheWay(present=present, at=kept.at, backup=manifest.head.number, lost=lost, lost_en=lost_en)


def _restore_file(state: Path, package: Package, name: str) -> bool:
    """Put an archived file back where it is missing or altered; tell whether it was."""
    sha256 = PurePosixPath(name).stem
    known = archived(state, sha256)
    if known is not None and hash_file(known)[0] == sha256:
        return False
    make_folder(state, PRIVATE)
    with tempfile.TemporaryDirectory(dir=state, prefix=RESTORING) as folder:
        part = Path(folder) / PurePosixPath(name).name
        with package.open_member(name) as source, part.open("wb") as target:
            while piece := source.read(_PIECE_BYTES):
                target.write(piece)
        if hash_file(part)[0] != sha256:
            return False
        if known is not None:
            known.unlink()
        archive_file(state, part, sha256)
    return True


def _restore_ledger(share: Share, package: Package, kept: Kept | None, now: datetime) -> list[Problem]:
    """Write the tables into an empty database, prove them, and let it take the place of the present one."""
    stamp = f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    aside = _aside(share, stamp)
    with successor(share.config.ledger_url, _schema(stamp), aside) as connection:
        counts = load(connection, package.manifest.tables, package.slices)
        problems = proven(connection, package, counts)
        expect_everything_anew(connection)
    if kept is not None:
        _tell(aside, package, kept)
    with share.open_ledger():  # brings tables of an earlier program up to date
        return problems


def proven(connection: sa.Connection, package: Package, counts: dict[str, int]) -> list[Problem]:
    """Compare restored tables with the manifest and return the problems that the backup had already.

    Raises:
        RestoredOtherwise: rows, head or problems are not those of the manifest.
    """
    manifest = package.manifest
    for table, rows in manifest.rows.items():
        if counts.get(table) != rows:
            raise RestoredOtherwise(path=package.path, what=f"{table}: {counts.get(table)} != {rows}")
    problems = verify(connection, all_registers(), manifest.head.digest)
    had = Counter(manifest.problems)
    new = [problem for problem in problems if place_of(problem) not in had]
    if new or len(problems) != len(manifest.problems):
        raise RestoredOtherwise(path=package.path, what=_what(new))
    return problems


def _what(problems: Sequence[Problem]) -> str:
    return "; ".join(f"{p.revision} {p.table}: {p.what()}" for p in problems[:3])


def _tell(aside: Path, package: Package, kept: Kept) -> None:
    """Leave a note beside the ledger whose place is taken: what took it, and when."""
    note: dict[str, Any] = {"backup": str(package.path.resolve()), "head": asdict(package.manifest.head)}
    note |= {"replaced": asdict(kept), "user": os.environ.get("USER") or os.environ.get("USERNAME") or ""}
    text = json.dumps(note, ensure_ascii=False, indent=1)
    replace_bytes(aside / "restore.json", text.encode())
