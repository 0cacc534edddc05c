"""Watch over the daemon from outside: a share whose server no longer answers is told, and keeps nobody from stopping.

Whoever asks such a share anything waits in the kernel for as long as the server is away: no look comes to an end, no
error is raised, and no signal is heard. So one thread asks and nothing else, and the thread that hears signals asks
nothing.
"""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from schemas.findings import Text
from sync.config import CONFIG_NAME
from sync.errors import HouqinError

if TYPE_CHECKING:
    from sync.daemon import Daemon

_ASK_SECONDS = 5
HANGS_SECONDS = 20
"""How long a share may take to answer before it is told: a slow network answers in less."""
_LEAVE_SECONDS = 5
"""How long a daemon that was asked to stop waits for a share that does not answer."""
_LOOK_SECONDS = 1.0


class ShareHangs(HouqinError):  # noqa: N818 - says what is wrong
    """The share gives neither answer nor error (``path``)."""

    code = "SHARE-HANGS"
    text = Text(
        "共享文件夹 {path} 没有回应",
        "the shared folder {path} does not answer",
        "请检查文件服务器和网络；恢复后会自动继续，不会丢失登记",
        "look at the file server and the network; once it answers the work goes on by itself, and nothing is lost",
    )


class Probe:
    """Asks a share again and again what every look asks first, in a thread of its own, which may wait for ever."""

    def __init__(self, share: Path, every_seconds: float = _ASK_SECONDS) -> None:
        self._asked = share / CONFIG_NAME
        self._every = every_seconds
        self._since: float | None = None
        self._ended = threading.Event()

    def __enter__(self) -> Self:
        threading.Thread(target=self._ask, name="probe", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()

    @property
    def waiting_seconds(self) -> float:
        """Return how long the share owes an answer, 0 where it owes none; an error is one."""
        since = self._since
        return 0.0 if since is None else time.monotonic() - since

    def _ask(self) -> None:
        while not self._ended.is_set():
            self._since = time.monotonic()
            with contextlib.suppress(OSError):
                self._asked.read_bytes()
            self._since = None
            self._ended.wait(self._every)


def run_watched(daemon: Daemon, share: Path, hangs_seconds: float = HANGS_SECONDS) -> bool:
    """Run a daemon until it ends, and return True; return False where it was left behind, waiting for the share.

    Signals are heard by the thread that calls this. What is left behind holds no lock longer than its process lives.

    Raises:
        ConfigError, DaemonBusy: as ``Daemon.run``.
    """
    work = _Work(daemon)
    told = False
    left_at: float | None = None
    with Probe(share, min(_ASK_SECONDS, hangs_seconds)) as probe:
        work.start()
        while work.lasts(min(_LOOK_SECONDS, hangs_seconds)):
            hangs = probe.waiting_seconds >= hangs_seconds
            if hangs != told:
                daemon.tell_hanging(ShareHangs(path=share) if hangs else None)
                told = hangs
            if hangs:
                daemon.remind()
            if not (daemon.is_stopping and probe.waiting_seconds):
                left_at = None
            elif left_at is None:
                left_at = time.monotonic() + min(_LEAVE_SECONDS, hangs_seconds)
            elif time.monotonic() >= left_at:
                daemon.forsake()
                return False
    work.end()
    return True


class _Work:
    """The daemon in a thread of its own, which ends with the process whatever it waits for."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="daemon", daemon=True)

    def _run(self) -> None:
        try:
            self._daemon.run()
        except BaseException as exc:  # noqa: BLE001 - raised where it is waited for
            self._error = exc

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def lasts(self, seconds: float) -> bool:
        """Wait so long for the end, and tell whether it has not come."""
        self._thread.join(seconds)
        return self._thread.is_alive()

    def end(self) -> None:
        """Raise what the daemon ended with, if it is an error."""
        if self._error is not None:
            raise self._error
