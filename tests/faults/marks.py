"""Tell what a run is at, operation by operation, so that it can be killed there."""

from __future__ import annotations

import itertools
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_WRITES = os.O_WRONLY | os.O_RDWR
_WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "subprocess.Popen", "os.utime"}
_PLACES = {
    # what a path holds: the first that fits
    "/archive/": "archive",
    "/backups/": "backup",
    "/replaced/": "restore",
    ".restor": "restore",
    "/.rehearsal-": "rehearse",
    "/daemon.json": "heartbeat",
    "/.daemon.json": "heartbeat",
    "night": "night",
    "/ledger.db": "ledger",
    "/state/": "memory",
    "/published/books/": "books",
    "/published/": "publish",
    "/feedback/": "feedback",
    "/departments/": "departments",
    "/templates/": "templates",
}
_CHANGES = ("INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "DROP")
BOUNDARY = "|"
"""Begins the names of the moments between steps."""


class Marks:
    """Writes a line into a pipe for every operation that changes something, and stops where it was told to.

    What a stopped run gets next is the signal that ends it, from outside.
    """

    def __init__(self, pipe: int, stop_at: int) -> None:
        self._pipe = pipe
        self._stop_at = stop_at
        self._numbers = itertools.count(1)
        self._step = ""

    def watch(self) -> None:
        """Begin to tell of files and of the database."""
        sa.event.listen(sa.Engine, "before_cursor_execute", self._statement)
        sa.event.listen(sa.Engine, "commit", lambda _connection: self.mark("commit"))
        sys.addaudithook(self._hook)

    def mark(self, name: str) -> None:
        """Tell what comes next."""
        number = next(self._numbers)
        os.write(self._pipe, f"{name} {time.monotonic():.6f}\n".encode())
        if number == self._stop_at:
            os.kill(os.getpid(), signal.SIGSTOP)

    def step(self, name: str, total: int) -> None:
        """Tell that a step begins."""
        del total
        self._step = name.replace(" ", "-")
        self.mark(f"{BOUNDARY}{self._step}")

    def advance(self) -> None:
        """Tell that a part ends; the one of the merge lies between commit and publication."""
        self.mark(f"{BOUNDARY}{self._step}-done")

    def _hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event not in _WATCHED or (event == "open" and not (arguments[2] or 0) & _WRITES):
            return
        self.mark("workers" if event == "subprocess.Popen" else place_of(arguments[0]))

    def _statement(self, *told: Any) -> None:  # noqa: ANN401 - what SQLAlchemy tells of a statement
        if str(told[2]).lstrip().upper().startswith(_CHANGES):
            self.mark("record")


def place_of(path: object) -> str:
    """Return what lies at a path."""
    if not isinstance(path, str | bytes | Path):
        return "else"
    full = os.fsdecode(path)
    return next((name for part, name in _PLACES.items() if part in full), "else")
