"""The daemon: merges what departments save, as they save it, and survives whatever happens to the share."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sync.config import DEPARTMENTS_FOLDER
from sync.errors import HouqinError
from sync.heartbeat import Failure, Heart, utc_now
from sync.lock import WriterBusy, daemon_lock
from sync.run import SyncResult, sync
from sync.settling import Look, Settling
from sync.share import Share
from sync.watch import Hints, glances, is_remote
from workbooks.pool import ReaderPool

if TYPE_CHECKING:
    from sync.config import Schedule

log = logging.getLogger("houqin")

_BURST_SECONDS = 0.2
"""Events of one save come together: they are worth one look."""
_LOOK_SECONDS = 10
"""How often a folder is looked through although the system reports changes: reports get lost."""
_LISTEN_AGAIN_SECONDS = 60
_LONGEST_BACKOFF = 60
_PATIENCE_SECONDS = 30
"""How long a run that is due waits for files that never come to rest."""


class Stopped(Exception):  # noqa: N818 - no error: somebody asked for it
    """The daemon was asked to stop in the midst of reading; nothing has been written."""


class Daemon:
    """Watches one shared folder until it is stopped; one run at a time, by one thread."""

    def __init__(self, folder: Path, on_run: Callable[[SyncResult], None] = lambda _result: None) -> None:
        self.runs = 0
        self._folder = folder
        self._on_run = on_run
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._settling = Settling()
        self._hints: Hints | None = None
        self._listen_at = 0.0
        self._rescan_at = time.monotonic()
        self._not_before = 0.0
        self._backoff = 0.0
        self._failure: Failure | None = None
        self._away = False
        """Whether the share is offline, or its settings cannot be used."""

    def stop(self) -> None:
        """Ask the daemon to end; safe to call from a signal handler."""
        self._stopping.set()
        self._wake.set()

    def run(self) -> None:
        """Watch until ``stop`` is called; what was saved while nobody watched is taken first.

        Raises:
            ConfigError: there is no usable houqin.toml at the start; later mistakes in it are waited for.
            DaemonBusy: another daemon watches this share.
        """
        share = Share.open(self._folder)
        state = share.state
        with daemon_lock(state), ReaderPool() as pool, Heart(state) as heart:
            log.info("watching %s", share.path)
            try:
                while not self._stopping.is_set():
                    schedule = self._turn(pool, heart)
                    heart.tell(doing="waiting" if self._failure is None else "failing", **self._facts())
                    self._pause(schedule or share.config.schedule)
            finally:
                if self._hints is not None:
                    self._hints.stop()
        log.info("stopped")

    def _facts(self) -> dict[str, object]:
        return {"failures": () if self._failure is None else (self._failure,)}

    def _turn(self, pool: ReaderPool, heart: Heart) -> Schedule | None:
        """Look once, and merge what has settled; return the schedule as the settings say now."""
        try:
            share = Share.open(self._folder)
            seen = glances(share.config.folders)
        except (OSError, HouqinError) as exc:
            self._failed(exc)
            self._away = True
            return None
        if self._away:
            self._away, self._failure, self._not_before = False, None, 0.0
            self._rescan_at = time.monotonic()
        schedule = share.config.schedule
        heart.tell(watching="native" if self._listens(share) else "polling")
        now = time.monotonic()
        look = self._settling.look(seen, now, schedule.quiet_seconds)
        heart.tell(queue=len(look.settled) + len(look.restless))
        if now >= self._not_before and self._wants_run(look, now):
            heart.tell(doing="merging")
            self._merge(share, look, pool, heart)
        return schedule

    def _wants_run(self, look: Look, now: float) -> bool:
        if look.is_ready:
            return True
        due = now >= self._rescan_at
        return due and (not look.restless or now >= self._rescan_at + _PATIENCE_SECONDS)

    def _merge(self, share: Share, look: Look, pool: ReaderPool, heart: Heart) -> None:
        try:
            result = sync(share, pool, _Interruptible(self._stopping), leave=look.restless)
        except Stopped:
            return
        except WriterBusy as exc:
            log.info("%s", exc)
            self._not_before = time.monotonic() + 1
            return
        except Exception as exc:  # noqa: BLE001 - the daemon outlives whatever one run brings about, and tells it
            self._failed(exc)
            return
        self.runs += 1
        self._settling.taken(look)
        self._failure, self._not_before = None, 0.0
        heart.tell(last_scan=utc_now(), revision=result.revision, **self._facts())
        self._rescan_at = time.monotonic() + self._next_rescan(share, result)
        self._on_run(result)

    def _next_rescan(self, share: Share, result: SyncResult) -> float:
        """Return the seconds until every file is looked at again: soon where one was locked, or a target was open."""
        wanted = share.config.schedule.rescan_seconds
        if not (result.findings or result.postponed):
            self._backoff = 0.0
            return wanted
        self._backoff = _longer(self._backoff)
        return min(wanted, self._backoff)

    def _failed(self, exc: Exception) -> None:
        """Note what keeps us from working, once, and wait longer every time."""
        code = exc.code if isinstance(exc, HouqinError) else type(exc).__name__
        told = self._failure
        if told is not None and (told.code, told.message) == (code, str(exc)):
            self._failure = replace(told, times=told.times + 1)
        else:
            self._failure = Failure(utc_now(), code, str(exc))
            log.error("%s: %s", code, exc, exc_info=None if isinstance(exc, HouqinError | OSError) else exc)
        self._backoff = _longer(self._backoff)
        self._not_before = time.monotonic() + self._backoff

    def _listens(self, share: Share) -> bool:
        """Tell whether the system reports changes; begin to listen, again, where it should and does not."""
        wanted = share.config.schedule.watching
        folder = share.path / DEPARTMENTS_FOLDER
        if self._hints is not None and self._hints.is_listening and wanted != "polling":
            return True
        now = time.monotonic()
        if now < self._listen_at:
            return False
        self._listen_at = now + _LISTEN_AGAIN_SECONDS
        if self._hints is not None:
            self._hints.stop()
            self._hints = None
        if wanted == "polling" or (wanted == "auto" and is_remote(folder)):
            return False
        hints = Hints(folder, self._wake.set)
        try:
            hints.start()
        except OSError as exc:
            log.warning("the system reports no changes below %s (%s): it is looked through instead", folder, exc)
            return False
        self._hints = hints
        return True

    def _pause(self, schedule: Schedule) -> None:
        """Wait for a hint, the next look, or the end."""
        now = time.monotonic()
        listens = self._hints is not None and self._hints.is_listening
        times = [now + (_LOOK_SECONDS if listens else schedule.poll_seconds), max(self._rescan_at, self._not_before)]
        rest = self._settling.next_rest(schedule.quiet_seconds)
        if rest is not None:
            times.append(max(rest, self._not_before))
        self._wake.wait(max(0.0, min(times) - now))
        self._stopping.wait(_BURST_SECONDS)
        self._wake.clear()
        if self._stopping.is_set():
            self._wake.set()


def _longer(seconds: float) -> float:
    """Return the next time to wait: twice as long, up to a minute."""
    return min(_LONGEST_BACKOFF, max(1.0, 2 * seconds))


class _Interruptible:
    """Progress of a run that can be given up while it reads, for nothing is written by then."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._step = ""

    def step(self, name: str, total: int) -> None:
        """Begin a step."""
        del total
        self._step = name

    def advance(self) -> None:
        """Finish one part.

        Raises:
            Stopped: the daemon was asked to end while files are read.
        """
        if self._step == "read" and self._stopping.is_set():
            raise Stopped
