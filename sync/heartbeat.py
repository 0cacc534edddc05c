"""The daemon's sign of life: a small file that says since when, how far, and what fails."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

HEARTBEAT_NAME = "daemon.json"
STOP_NAME = "daemon.stop"
BEAT_SECONDS = 5
_AGAIN_SECONDS = 0.2
STALE = timedelta(minutes=2)
"""A daemon whose last sign is older than this is taken to be gone."""


@dataclass(frozen=True)
class Failure:
    """Something that keeps failing, and since when."""

    at: str
    """First time, UTC in ISO form."""
    code: str
    message: str
    times: int = 1


@dataclass(frozen=True)
class Heartbeat:
    """What the daemon tells of itself; points in time are UTC in ISO form."""

    pid: int
    started: str
    beat: str
    last_scan: str | None = None
    """When the last run ended that went well."""
    queue: int = 0
    """Files that changed and wait for their run."""
    failures: tuple[Failure, ...] = ()
    watching: str = ""
    """``native`` where the system reports changes, ``polling`` where the folder is looked through."""
    doing: str = ""
    """What it is at: ``waiting``, ``merging``, ``night``, ``failing``."""
    revision: int = 0

    def is_alive(self, now: datetime) -> bool:
        """Tell whether the last sign is fresh; one from the future was written before the clock was set back."""
        return abs(now - datetime.fromisoformat(self.beat)) < STALE


def utc_now() -> str:
    """Return this moment, UTC in ISO form to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def ask_to_stop(state: Path, seconds: float) -> bool:
    """Ask the daemon of a share to end, where no signal can, and wait for it; tell whether none is alive then."""
    if read_heartbeat(state) is None:
        return True
    (state / STOP_NAME).touch()
    last = time.monotonic() + seconds
    while (beat := read_heartbeat(state)) is not None and beat.is_alive(datetime.now(UTC)):
        if time.monotonic() >= last:
            return False
        time.sleep(_AGAIN_SECONDS)
    return True


def read_heartbeat(state: Path) -> Heartbeat | None:
    """Return what the daemon of a share last told, None where there never was one or the file is damaged."""
    try:
        known: Mapping[str, Any] = json.loads((state / HEARTBEAT_NAME).read_text(encoding="utf-8"))
        failures = tuple(Failure(**each) for each in known["failures"])
        heartbeat = Heartbeat(**{**known, "failures": failures})
        datetime.fromisoformat(heartbeat.beat)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return heartbeat


@dataclass
class Heart:
    """Writes the sign of life every few seconds, also during long work, until it is left."""

    state: Path
    asked: Callable[[], None] = lambda: None
    """What to do where somebody asks the daemon to end, as ``ask_to_stop`` does."""
    facts: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with nothing told."""
        self._started = utc_now()
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        for left in self.state.glob(f".{HEARTBEAT_NAME}.*"):  # of a daemon that was killed; there is one at a time
            left.unlink(missing_ok=True)
        (self.state / STOP_NAME).unlink(missing_ok=True)  # asked of a daemon that had ended by itself
        self._write()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def end(self) -> None:
        """Stop writing and take the sign back."""
        self._stop.set()
        self._thread.join()
        for name in (STOP_NAME, HEARTBEAT_NAME):
            (self.state / name).unlink(missing_ok=True)

    def tell(self, **facts: object) -> None:
        """Tell something at once: fields of ``Heartbeat``."""
        with self._lock:
            if all(self.facts.get(name) == value for name, value in facts.items()):
                return
            self.facts.update(facts)
        self._write()

    def _beat(self) -> None:
        while not self._stop.wait(BEAT_SECONDS):
            if (self.state / STOP_NAME).exists():
                self.asked()
            self._write()

    def _write(self) -> None:
        """Write the file whole or not at all; a full disk stops no daemon."""
        with self._lock:
            beat = Heartbeat(pid=os.getpid(), started=self._started, beat=utc_now(), **self.facts)
            part = self.state / f".{HEARTBEAT_NAME}.{os.getpid()}"
            try:
                part.write_text(json.dumps(asdict(beat), ensure_ascii=False), encoding="utf-8")
                part.replace(self.state / HEARTBEAT_NAME)
            except OSError:
                part.unlink(missing_ok=True)
