"""A daemon in a process of its own, and waiting for what it does."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sync.config import CONFIG_NAME
from sync.heartbeat import Heartbeat, read_heartbeat
from tests.sync.school import School

ROOT = Path(__file__).parents[2]
PATIENCE = 60
"""Seconds after which something that should happen is taken not to; a machine may be busy."""


def eventually(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    last = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < last, what
        time.sleep(0.02)


class Watched:
    """A school with a daemon."""

    def __init__(self, school: School, process: subprocess.Popen[str]) -> None:
        self.school = school
        self.process = process

    @property
    def heartbeat(self) -> Heartbeat | None:
        """Return what the daemon tells."""
        return read_heartbeat(self.school.share.state)

    def takes(self, register: str, count: int) -> None:
        """Wait until a register has that many rows in the books, and everything is published."""
        seen = None

        def taken() -> bool:
            nonlocal seen
            known, seen = seen, self._newest()
            return seen != known and len(self.school.rows(register)) == count

        eventually(taken, f"{count} rows of {register}")
        self.rests()

    def _newest(self) -> tuple[int, ...]:
        """Return what differs once the ledger was written to; opening it costs more than a look at its files."""
        files = sorted(self.school.share.state.glob("ledger.db*"))
        return tuple(number for file in files for number in (file.stat().st_mtime_ns, file.stat().st_size))

    def rests(self) -> None:
        """Wait until nothing is left to do."""

        def idle() -> bool:
            told = self.heartbeat
            return told is not None and told.doing == "waiting" and told.queue == 0 and told.last_scan is not None

        eventually(idle, f"nothing to do: {self.heartbeat}")

    def fails(self, code: str) -> None:
        """Wait until the daemon tells a failure."""
        eventually(lambda: self.heartbeat and [each.code for each in self.heartbeat.failures] == [code], code)

    def told(self) -> Heartbeat:
        """Return what the daemon tells of itself now."""
        told = self.heartbeat
        assert told is not None
        return told

    def recovers(self) -> None:
        """Wait until the daemon tells no failure."""
        eventually(lambda: self.heartbeat and not self.heartbeat.failures, "no failure")

    def synced_elsewhere(self) -> dict[str, Any]:
        """Return what ``houqin sync`` tells in a process that, like the daemon's, knows no register of a test."""
        command = [sys.executable, "-m", "sync.cli", "sync", "--share", str(self.school.folder), "--json"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told

    def stop(self) -> int:
        """Ask the daemon to end and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def watched(school: School, **schedule: object) -> Iterator[Watched]:
    """Run a daemon with a short quiet time; it is killed at the end if it still runs."""
    scheduled(school, **{"quiet_seconds": 0.3, "poll_seconds": 0.2} | schedule)
    command = [sys.executable, "-m", "sync.cli", "watch", "--share", str(school.folder)]
    with subprocess.Popen(command, cwd=ROOT, text=True, stderr=subprocess.PIPE, start_new_session=True) as process:
        try:
            daemon = Watched(school, process)
            eventually(lambda: daemon.heartbeat or process.poll() is not None, "a sign of life")
            yield daemon
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def scheduled(school: School, **settings: object) -> None:
    """Write settings of the schedule into the houqin.toml of a school."""
    path = school.folder / CONFIG_NAME
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.split(" ")[0] not in settings]
    at = lines.index("[schedule]") + 1
    shown = [
        f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}" for name, value in settings.items()
    ]
    path.write_text("\n".join([*lines[:at], *shown, *lines[at:]]), encoding="utf-8")
