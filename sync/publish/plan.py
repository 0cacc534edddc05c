"""Decide what has to be written again, then write only that."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from sync.publish.details import volumes
from sync.publish.feedback import feedback_pages
from sync.publish.master import master_hash, write_master
from sync.publish.paths import DETAILS_FOLDER, FEEDBACK_FOLDER, MASTER, dated, is_dated, without_date
from workbooks.write import TargetLockedError, replace_file

if TYPE_CHECKING:
    from sync.publish.model import Publication

FOLDERS = ("published", "feedback")
"""The folders of the share that may be written; nothing else ever is."""
NOT_YET = "its turn has not come"
BESIDE = "it is being made"
"""Why targets are postponed that nobody has open."""
_ATTEMPTS = 3
_PAUSE_SECONDS = 0.2
_HANDS = 2
"""So many volumes are written at the same time."""


class Action(StrEnum):
    """What became of a target."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    POSTPONED = "postponed"
    """Open elsewhere or not allowed: tried again in the next run, meanwhile under a dated name."""
    REMOVED = "removed"


@dataclass(frozen=True)
class Target:
    """A file to publish.

    ``path`` is relative to the share with ``/`` between folders. ``content_hash`` covers exactly what
    the file shows; empty means that it is known to be as it was published and ``write`` is not called.
    """

    path: str
    content_hash: str
    write: Callable[[Path], None]


@dataclass(frozen=True)
class Result:
    """What was done about one target; ``written_as`` is the path that has the content now, or empty."""

    path: str
    content_hash: str
    action: Action
    written_as: str = ""
    reason: str = ""
    """Why it was postponed."""


class NotYetError(Exception):
    """Raised, with the reason, by what writes a target that a later publication will write."""


class OutsideTheShareError(Exception):
    """A target that does not lie in a folder of the share that we write, or gets out through a link."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} 不在共享文件夹的 published 或 feedback 内，或经链接指向别处，未写入。")


def targets(publication: Publication) -> list[Target]:
    """Return every file that a publication consists of: master ledger, volumes, pages."""
    return [
        Target(MASTER, master_hash(publication), lambda path: write_master(publication, path)),
        *(
            Target(volume.entry.path, "" if volume.source is None else volume.content_hash(), volume.write)
            for volume in volumes(publication)
        ),
        *(Target(page.path, page.content_hash(), page.write) for page in feedback_pages(publication)),
    ]


def publish(wanted: Sequence[Target], published: Mapping[str, str], share: Path, moment: datetime) -> list[Result]:
    """Write the targets that changed or are not on disk, and remove files that no longer belong.

    Volumes are written beside everything else: what writes them hardly needs the interpreter.

    Args:
        wanted: all targets of the folders 明细 and feedback, and any others.
        published: path to content hash of everything written so far, as ``recorded`` returns it. Files
            that are not in it are never removed, but for dated copies of targets.
        share: the shared folder.
        moment: local time for the names of files whose target is open elsewhere.

    Returns:
        one result for each target in order, then one for each file removed.
    """
    places = Places(share)
    published = _dated_copies(wanted, share) | {**published}
    hands = ThreadPoolExecutor(_HANDS)

    def begun(target: Target) -> Callable[[], Result]:
        order = partial(_publish, target, published, places, moment)
        changed = target.content_hash not in ("", published.get(target.path))
        return hands.submit(order).result if changed and target.path.startswith(DETAILS_FOLDER) else order

    try:
        results = [result() for result in [begun(target) for target in wanted]]
    finally:
        hands.shutdown(cancel_futures=True)
    return [*results, *(_remove(path, share) for path in _stale(wanted, results, published))]


def recorded(published: Mapping[str, str], results: Iterable[Result]) -> dict[str, str]:
    """Return what is published after ``results``: path to content hash, dated copies included."""
    now = dict(published)
    for result in results:
        if result.action is Action.REMOVED:
            now.pop(result.path, None)
        elif result.written_as:
            now[result.written_as] = result.content_hash
    return now


def lost(published: Mapping[str, str], share: Path) -> list[str]:
    """Return the paths that were published and are not on disk any more."""
    return sorted(path for path in published if not (share / path).is_file())


def _publish(target: Target, published: Mapping[str, str], places: Places, moment: datetime) -> Result:
    before, share = published.get(target.path), places.share
    try:
        path = places.of(target.path)
        if target.content_hash in ("", before) and path.is_file() and not path.is_symlink():
            return Result(target.path, before or "", Action.UNCHANGED)
        if not target.content_hash:
            return Result(target.path, "", Action.POSTPONED, reason="本册的行没有读入，磁盘上也没有这个文件")
        return _written(target, safe_place(target.path, share))
    except NotYetError as exc:
        return Result(target.path, target.content_hash, Action.POSTPONED, reason=str(exc))
    except OutsideTheShareError as exc:
        return Result(target.path, target.content_hash, Action.POSTPONED, reason=str(exc))
    except (TargetLockedError, OSError) as exc:
        return _write_dated(target, published, share, moment, str(exc))


def _written(target: Target, path: Path) -> Result:
    _replace(path, target.write)
    return Result(target.path, target.content_hash, Action.WRITTEN, target.path)


def _write_dated(target: Target, published: Mapping[str, str], share: Path, moment: datetime, reason: str) -> Result:
    """Publish under a dated name, unless an earlier run did so with the same content."""
    for path, content_hash in published.items():
        if content_hash == target.content_hash and is_dated(path, target.path) and (share / path).is_file():
            return Result(target.path, target.content_hash, Action.POSTPONED, path, reason)
    name = dated(target.path, moment)
    try:
        replace_file(safe_place(name, share), target.write)
    except (TargetLockedError, OutsideTheShareError, OSError) as exc:
        return Result(target.path, target.content_hash, Action.POSTPONED, reason=str(exc))
    return Result(target.path, target.content_hash, Action.POSTPONED, name, reason)


def _replace(path: Path, write: Callable[[Path], None]) -> None:
    """Replace a file; a virus scanner or a preview may hold it for a moment, so try again."""
    for _ in range(_ATTEMPTS - 1):
        try:
            replace_file(path, write)
        except TargetLockedError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    replace_file(path, write)


def _dated_copies(wanted: Sequence[Target], share: Path) -> dict[str, str]:
    """Return the dated copies that lie beside targets: nothing was noted of those that a killed run wrote."""
    targets_of = {target.path for target in wanted}
    folders = {share / PurePosixPath(path).parent for path in targets_of}
    names = (file.relative_to(share).as_posix() for folder in sorted(folders) for file in folder.glob("*.*T*.*"))
    return {path: "" for path in names if without_date(path) in targets_of}


def _stale(wanted: Sequence[Target], results: Sequence[Result], published: Mapping[str, str]) -> list[str]:
    """Return files of ours that no longer belong: old volumes and pages, dated copies that are outdated."""
    kept = {target.path for target in wanted} | {result.written_as for result in results}
    caught_up = [result.path for result in results if result.written_as or result.action is Action.UNCHANGED]
    folders = (DETAILS_FOLDER, FEEDBACK_FOLDER)
    return sorted(
        path
        for path in published
        if path not in kept and (path.startswith(folders) or any(is_dated(path, target) for target in caught_up))
    )


def _remove(path: str, share: Path) -> Result:
    """Remove a file that we wrote; one that is open elsewhere stays until the next run."""
    try:
        place = safe_place(path, share)
        place.unlink(missing_ok=True)
        _remove_empty_folder(place.parent, share)
    except (OutsideTheShareError, OSError) as exc:
        return Result(path, "", Action.POSTPONED, reason=str(exc))
    return Result(path, "", Action.REMOVED)


def _remove_empty_folder(folder: Path, share: Path) -> None:
    """Remove the folder of a register or department that has no file left, never a top folder."""
    tops = {share.resolve() / name for name in (*FOLDERS, DETAILS_FOLDER.rstrip("/"))}
    if folder.is_dir() and folder not in tops and next(folder.iterdir(), None) is None:
        folder.rmdir()


def safe_place(path: str, share: Path) -> Path:
    """Return the place of a target on disk, which may itself be a link: replacing it follows no link.

    Raises:
        OutsideTheShareError: it would lie outside the folders that we write.
    """
    return Places(share).of(path)


class Places:
    """The places of targets in a share, as ``safe_place`` returns them; every folder is looked at once."""

    def __init__(self, share: Path) -> None:
        self.share = share
        self._top = share.resolve()
        self._folders: dict[Path, Path] = {}

    def of(self, path: str) -> Path:
        """Return the place of a target on disk.

        Raises:
            OutsideTheShareError: it would lie outside the folders that we write.
        """
        parts = PurePosixPath(path).parts
        if len(parts) < 2 or parts[0] not in FOLDERS or ".." in parts:
            raise OutsideTheShareError(path)
        place = self._top.joinpath(*parts)
        if place.parent not in self._folders:
            self._folders[place.parent] = place.parent.resolve()
        if not self._folders[place.parent].is_relative_to(self._top / parts[0]):
            raise OutsideTheShareError(path)
        return place
