"""The daemon: merges what departments save, as they save it, and survives whatever happens to the share."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from sync.allocators import give_back, share_arenas
from sync.config import DEPARTMENTS_FOLDER
from sync.errors import HouqinError, words_of
from sync.hashes import Hashes
from sync.heartbeat import Failure, Heart, unread_of, utc_now
from sync.identity import ShareMoved, check_share
from sync.lock import NightBusy, WriterBusy, daemon_lock
from sync.log import LOGGER, log_to, said
from sync.nightly import missed_night, next_night, nightly
from sync.notify import Event, notify
from sync.pace import Pace
from sync.publish_run import publish_all
from sync.readiness import tell_ready
from sync.run import SyncResult, sync
from sync.run_log import Unwritten
from sync.settling import Look, Settling
from sync.share import Share
from sync.watch import Hints, glances, is_remote
from workbooks.pool import ReaderPool

if TYPE_CHECKING:
    from sync.config import Schedule

_BURST_SECONDS = 0.2
"""Events of one save come together: they are worth one look."""
_LOOK_SECONDS = 10
"""How often a folder is looked through although the system reports changes: reports get lost."""
_LISTEN_AGAIN_SECONDS = 60
_LONGEST_BACKOFF = 60
_PATIENCE_SECONDS = 30
"""How long a look at everything, or a night, that is due waits for files that never come to rest."""
_FEEDBACK_SECONDS = 0.5
"""How long a run writes what departments are told of their workbooks; the rest follows in the next."""
_NIGHT_SECONDS = 30
"""How often the clock is asked whether a night is due; a clock that was set, or a computer that slept, is seen then."""
_PUBLISH = partial(publish_all, feedback_seconds=_FEEDBACK_SECONDS)
_LOUD = timedelta(minutes=15)
"""How long something may keep the daemon from working before people are told."""


class Stopped(BaseException):
    """The daemon was asked to stop in the midst of reading; nothing has been written.

    It passes through what catches every error, for it is none.
    """


class Daemon:
    """Watches one shared folder until it is stopped; one run at a time, by one thread."""

    def __init__(self, folder: Path, on_run: Callable[[SyncResult], None] = lambda _result: None) -> None:
        self.runs = 0
        self.looks = 0
        """How often the folders were looked through."""
        self._folder = folder
        self._on_run = on_run
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._settling = Settling()
        self._hashes = Hashes()
        self._doubt_at = 0.0
        self._hints: Hints | None = None
        self._listen_at = 0.0
        self._looked_at = self._rescan_at = time.monotonic()
        self._not_before = 0.0
        self._backoff = 0.0
        self._pace = Pace()
        self._failure: Failure | None = None
        self._hanging: Failure | None = None
        """That the share does not answer, which only another thread can tell."""
        self._unwritten: Failure | None = None
        """That published files could not be written, by the last run."""
        self._heart: Heart | None = None
        self._away = False
        """Whether the share is offline, or its settings cannot be used."""
        self._night_at = 0.0
        self._share: Share | None = None
        """The share as it was when its settings could last be read."""
        self._told_since: str | None = None
        """Since when the failure lasts that people were told of."""

    def stop(self) -> None:
        """Ask the daemon to end; safe to call from a signal handler."""
        self._stopping.set()
        self._wake.set()

    @property
    def is_stopping(self) -> bool:
        """Tell whether it was asked to end."""
        return self._stopping.is_set()

    def tell_hanging(self, error: HouqinError | None) -> None:
        """Tell, from another thread, that the share does not answer, or (None) that it does again."""
        if error is None:
            LOGGER.info(self._said("共享文件夹恢复了回应", "the shared folder answers again"))
            self._hanging = None
        else:
            self._hanging = Failure(utc_now(), error.code, error.message(self._language))
            LOGGER.error("%s: %s", self._hanging.code, self._hanging.message)
        if self._heart is not None:
            self._heart.tell(**self._facts())

    def remind(self) -> None:
        """Tell people, once, that the share has not answered for long."""
        if self._hanging is not None:
            self._tell_people(self._hanging)

    def forsake(self) -> None:
        """Take back the sign of life of a daemon whose work waits for a share that does not answer."""
        LOGGER.error(self._said("共享文件夹没有回应，直接退出", "ended without an answer of the shared folder"))
        if self._heart is not None:
            self._heart.end()

    def run(self) -> None:
        """Watch until ``stop`` is called; what was saved while nobody watched is taken first.

        Raises:
            ConfigError: there is no usable houqin.toml at the start; later mistakes in it are waited for.
            DaemonBusy: another daemon watches this share.
        """
        self._share = share = Share.open(self._folder)
        state = share.state
        share_arenas()
        with (
            daemon_lock(state, share.config.zone),
            log_to(state, "watch"),
            ReaderPool() as pool,
            Heart(state, self.stop) as heart,
        ):
            self._heart = heart
            pool.aside.on_done = self._look_again
            LOGGER.info(self._said("开始监视 %s", "watching %s"), share.path)
            if self._hanging is not None:
                heart.tell(**self._facts())
            tell_ready()
            settled_in = False
            try:
                while not self._stopping.is_set():
                    self._turn(pool, heart)
                    give_back()
                    if self.runs and not settled_in:
                        gc.freeze()  # what was loaded by now stays: looking through it took a tenth of a run
                        settled_in = True
                    heart.tell(doing="waiting" if self._failure is None else "failing", **self._facts())
                    self._pause(self._share.config.schedule)
            finally:
                if self._hints is not None:
                    self._hints.stop()
            LOGGER.info(self._said("已停止", "stopped"))

    @property
    def _language(self) -> str:
        return "zh" if self._share is None else self._share.config.language

    def _said(self, chinese: str, english: str) -> str:
        return said(self._language, chinese, english)

    def _facts(self) -> dict[str, object]:
        return {"failures": tuple(filter(None, (self._hanging, self._failure, self._unwritten)))}

    def _turn(self, pool: ReaderPool, heart: Heart) -> None:
        """Look once, and merge what has settled, or do what is done every night."""
        try:
            share = Share.open(self._folder)
            if share.state != heart.state:
                raise ShareMoved(path=self._folder, state=heart.state)
            check_share(share)
            seen = glances(share.config.folders)
        except (OSError, HouqinError) as exc:
            self._failed(exc)
            self._away = True
            return
        self.looks += 1
        self._share = share
        if self._away:
            self._away = False
            self._recovered()
            self._rescan_at = time.monotonic()
        heart.tell(watching="native" if self._listens(share) else "polling")
        self._looked_at = now = time.monotonic()
        look = self._settling.look(seen, now, share.config.schedule.quiet_seconds)
        heart.tell(queue=len(look.settled) + len(look.restless))
        if now >= self._not_before and self._wants_run(look, now):
            heart.tell(doing="merging")
            self._merge(share, look, pool, heart)
        if _is_calm(look) and not self._stopping.is_set():
            self._night(share, pool, heart)

    def _wants_run(self, look: Look, now: float) -> bool:
        return bool(look.settled) or (now >= self._rescan_at and _is_calm(look))

    def _merge(self, share: Share, look: Look, pool: ReaderPool, heart: Heart) -> None:
        began = time.monotonic()
        try:
            told = _Interruptible(self._stopping)
            known = self._hashes_known(share.config.schedule)
            result = sync(
                share,
                pool,
                told,
                leave=look.restless,
                reading_seconds=self._pace.seconds,
                hashes=known,
                publish=_PUBLISH,
            )
        except Stopped:
            return
        except WriterBusy as exc:
            LOGGER.info("%s", exc)
            self._not_before = time.monotonic() + 1
            return
        except Exception as exc:  # noqa: BLE001 - the daemon outlives whatever one run brings about, and tells it
            self._failed(exc)
            return
        self.runs += 1
        waiting = look.restless | result.left | result.aside
        self._settling.taken(replace(look, restless=waiting))
        self._recovered()
        self._unwritten = self._unwritten_of(result)
        unread = unread_of(result.findings, share.config.language)
        heart.tell(last_scan=utc_now(), revision=result.revision, queue=len(waiting), unread=unread, **self._facts())
        self._rescan_at = time.monotonic() + self._next_rescan(share, result)
        self._go_on(result, time.monotonic() - began)
        self._on_run(result)

    def _go_on(self, result: SyncResult, took_seconds: float) -> None:
        """Run again at once where files, or what departments are to be told, have not had their turn."""
        self._pace.ran(took_seconds, left=bool(result.left), in_vain=not result.plan.outcomes)
        if result.left or result.untold:
            self._look_again()

    def _look_again(self) -> None:
        """Have the next turn run: something is left, or what took long is there; may be called by another thread."""
        self._rescan_at = 0.0
        self._wake.set()

    def _hashes_known(self, schedule: Schedule) -> Hashes:
        """Return what is known of files that did not change; it is doubted as often as all files are looked at."""
        now = time.monotonic()
        if now >= self._doubt_at:
            self._hashes.doubt()
            self._doubt_at = now + schedule.rescan_seconds
        return self._hashes

    def _night(self, share: Share, pool: ReaderPool, heart: Heart) -> None:
        """Do what is done every night when it is due, or was missed; it comes after what was saved before."""
        if time.monotonic() < max(self._night_at, self._not_before):
            return
        now = datetime.now(UTC)
        try:
            until_next = (next_night(share, now) - now).total_seconds()
            self._night_at = time.monotonic() + min(_NIGHT_SECONDS, max(1.0, until_next))
            if missed_night(share, now) is None:
                return
            heart.tell(doing="night")
            nightly(share, pool, _Interruptible(self._stopping))
        except (Stopped, NightBusy):
            return
        except Exception as exc:  # noqa: BLE001 - as in a run
            self._failed(exc)

    def _next_rescan(self, share: Share, result: SyncResult) -> float:
        """Return the seconds until every file is looked at again: soon where one was locked, or a target was open."""
        wanted = share.config.schedule.rescan_seconds
        if not (result.findings or result.postponed):
            self._backoff = 0.0
            return wanted
        self._backoff = _longer(self._backoff)
        return min(wanted, self._backoff)

    def _unwritten_of(self, result: SyncResult) -> Failure | None:
        if not result.postponed:
            return None
        before, now = self._unwritten, Unwritten.of(result.postponed)
        return Failure(utc_now() if before is None else before.at, now.code, now.message(self._language))

    def _recovered(self) -> None:
        """Forget what failed, and say that it is over."""
        if self._failure is not None:
            LOGGER.info(self._said("已恢复：%s", "over: %s"), self._failure.code)
        self._failure, self._not_before = None, 0.0

    def _failed(self, exc: Exception) -> None:
        """Note what keeps us from working, once, and wait longer every time."""
        code = exc.code if isinstance(exc, HouqinError) else "FILE" if isinstance(exc, OSError) else type(exc).__name__
        message = words_of(exc)[self._language == "en"]
        told = self._failure
        if told is not None and (told.code, told.message) == (code, message):
            self._failure = replace(told, times=told.times + 1)
        else:
            self._failure = Failure(utc_now(), code, message)
            LOGGER.error("%s: %s", code, message, exc_info=None if isinstance(exc, HouqinError | OSError) else exc)
        self._backoff = _longer(self._backoff)
        self._not_before = time.monotonic() + self._backoff
        self._tell_people(self._failure)

    def _tell_people(self, failure: Failure) -> None:
        """Tell people, once, of a failure that lasts."""
        lasts = datetime.now(UTC) - datetime.fromisoformat(failure.at)
        if lasts < _LOUD or self._told_since == failure.at or self._share is None:
            return
        self._told_since = failure.at
        title = "后勤账：自动入账停了" if self._language == "zh" else "Houqin: workbooks are no longer taken"
        notify(self._share, Event(title, (f"{failure.at} {failure.code}", failure.message), failed=True))

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
            words = self._said(
                "系统无法通知 %s 下的文件变化（%s），改为定时查看，文件照常入账",
                "the system reports no changes below %s (%s): it is looked through instead",
            )
            LOGGER.warning(words, folder, words_of(exc)[self._language == "en"])
            return False
        self._hints = hints
        return True

    def _pause(self, schedule: Schedule) -> None:
        """Wait for a hint, the next look, or the end."""
        now = time.monotonic()
        listens = self._hints is not None and self._hints.is_listening
        regular = now + (_LOOK_SECONDS if listens else schedule.poll_seconds)
        due = (self._rescan_at, self._rescan_at + _PATIENCE_SECONDS, self._night_at, self._not_before)
        rest = self._settling.next_rest(schedule.quiet_seconds, self._looked_at)
        times = (max(moment, self._not_before) for moment in (*due, *([] if rest is None else [rest])))
        # what was due at the last look already waits for something else: for files to come to rest
        new = [moment for moment in times if moment > self._looked_at]
        self._wake.wait(max(0.0, min([regular, *new]) - now))
        self._stopping.wait(_BURST_SECONDS)
        self._wake.clear()
        if self._stopping.is_set():
            self._wake.set()


def _longer(seconds: float) -> float:
    """Return the next time to wait: twice as long, up to a minute."""
    return min(_LONGEST_BACKOFF, max(1.0, 2 * seconds))


def _is_calm(look: Look) -> bool:
    """Tell whether nobody is saving anything, or files have not come to rest for longer than is waited for."""
    return not look.restless or look.unrest_seconds >= _PATIENCE_SECONDS


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
