"""Watch the departments' folders: a quick look at every file, and hints that a look is worth while.

Hints may be lost, doubled or late; they say when to look, never what there is. The look is the truth.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
import warnings
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from sync.scan import DEEPEST, is_temporary
from sync.settling import Glance

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

_REMOTE_TYPES = frozenset({"cifs", "smb2", "smb3", "smbfs", "nfs", "nfs4", "9p", "afs", "ncpfs", "vboxsf", "drvfs"})
_OBSERVERS = logging.getLogger("watchdog")
_OBSERVERS.addHandler(logging.NullHandler())
_HAPPENINGS = frozenset({"created", "modified", "moved", "deleted", "closed"})
"""Kinds of events that change something; reading a file is told too."""


def glances(folders: Mapping[str, Path]) -> dict[Path, Glance]:
    """Return size and times of every file in the folders of the departments; lock and temporary files are left out.

    A file or folder that cannot be looked at has a glance of its own, so that it is looked at again.

    Raises:
        OSError: the folder of the departments is not there.
    """
    for root in sorted({folder.parent for folder in folders.values()}):
        os.stat(root)  # noqa: PTH116 - raises what happened, also where the share is offline
    found: dict[Path, Glance] = {}
    for folder in folders.values():
        found.update(_glances_below(folder))
    return found


_UNSEEN: Glance = (-1,)


def _glances_below(folder: Path, levels: int = DEEPEST) -> Iterator[tuple[Path, Glance]]:
    try:
        with os.scandir(folder) as inside:
            entries = [entry for entry in inside if not is_temporary(entry.name)]
    except FileNotFoundError:
        return
    except OSError:
        yield folder, _UNSEEN
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _glances_below(Path(entry.path), levels - 1) if levels else ()
            continue
        try:
            known = entry.stat()
        except OSError:
            yield Path(entry.path), _UNSEEN
            continue
        if stat.S_ISREG(known.st_mode):
            yield Path(entry.path), (known.st_size, known.st_mtime_ns, known.st_ctime_ns)


def is_remote(folder: Path) -> bool:
    """Tell whether a folder lies on a network share or in a virtual file system, whose changes nobody reports."""
    place = folder.resolve()
    if sys.platform == "win32" and place.drive.startswith("\\\\"):
        return True
    mounts = [part for part in psutil.disk_partitions(all=True) if place.is_relative_to(part.mountpoint)]
    if not mounts:
        return False
    mount = max(mounts, key=lambda part: len(part.mountpoint))
    kind = mount.fstype.lower()
    return kind in _REMOTE_TYPES or kind.startswith("fuse") or "remote" in mount.opts.split(",")


class Hints:
    """Calls ``wake`` when the operating system reports that something happened below a folder."""

    def __init__(self, folder: Path, wake: Callable[[], None]) -> None:
        self._folder = folder
        self._wake = wake
        self._observer: BaseObserver | None = None
        self._watched: tuple[int, int] | None = None

    def start(self) -> None:
        """Begin to listen.

        Raises:
            OSError: the folder is not there, or the system has no more watches to give.
        """
        from watchdog.events import FileSystemEventHandler  # noqa: PLC0415 - only where it listens
        from watchdog.observers import Observer  # noqa: PLC0415

        wake = self._wake

        class Listener(FileSystemEventHandler):
            def on_any_event(self, event: FileSystemEvent) -> None:
                if event.event_type in _HAPPENINGS:
                    wake()

        self.stop()
        # a folder that is made anew all the time is told to standard error each time, with its whole path
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")
        _OBSERVERS.propagate = False  # an overflow is told twice for every folder, and costs a look at most
        watched = _identity(self._folder)
        observer = Observer()
        observer.daemon = True
        with contextlib.ExitStack() as undo:
            undo.callback(observer.stop)
            observer.schedule(Listener(), str(self._folder), recursive=True)
            observer.start()
            undo.pop_all()
        self._observer, self._watched = observer, watched

    @property
    def is_listening(self) -> bool:
        """Tell whether events still arrive: the observer lives, and its folder is still the one in this place."""
        observer = self._observer
        if observer is None or not observer.is_alive():
            return False
        if not all(emitter.is_alive() for emitter in observer.emitters):
            return False
        try:
            return _identity(self._folder) == self._watched
        except OSError:
            return False

    def stop(self) -> None:
        """Stop listening."""
        observer, self._observer = self._observer, None
        if observer is not None:
            observer.stop()
            observer.join(timeout=5)


def _identity(folder: Path) -> tuple[int, int]:
    known = folder.stat()
    return known.st_dev, known.st_ino
