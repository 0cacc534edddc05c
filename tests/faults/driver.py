"""Start runs that something happens to: ``python -m tests.faults.driver`` reads one JSON line for each from its input.

Everything is imported once and each run is a fork of this process, in a session of its own, so that thousands of kills
cost little. What a run told before it ended is answered as one JSON line.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any, NoReturn

from sync.cli import main
from sync.commands.common import exit_code_of, sentence_of
from sync.run import sync
from sync.share import Share
from workbooks.pool import ReaderPool

PATIENCE = 120
_WRITES = os.O_WRONLY | os.O_RDWR
_WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "sqlite3.connect", "subprocess.Popen", "os.utime"}


@dataclass(frozen=True)
class Order:
    """A run that is wanted, and what happens to it."""

    share: str
    state: str
    command: str = "sync"
    operation: int = 0
    """Kill it at its n-th operation on files, counted from 1; 0 for never."""
    boundary: int = 0
    """Kill it where its n-th step, or part of one, begins or ends; 0 for never."""
    seconds: float = PATIENCE
    """Kill it after so long."""
    alone: bool = False
    """Kill it without its workers."""
    largest: int = 0
    """Bytes that a file may have, as on a full disk; 0 for any number."""
    clock: int = 0
    """Seconds by which its clock is wrong."""
    today: str = "2026-11-22"

    def kill(self) -> NoReturn:
        """Kill this process, and its workers."""
        (os.kill if self.alone else os.killpg)(os.getpid(), signal.SIGKILL)
        raise AssertionError("a killed process goes on")


@dataclass(frozen=True)
class Told:
    """What is known of a run that ended."""

    code: int
    """Exit code; the negative number of a signal that ended it."""
    seconds: float
    operations: int = 0
    boundaries: int = 0
    commit: int = 0
    """Which of the boundaries lies between the commit and the publication."""
    said: str = ""
    """What it wrote to standard error."""


class _Counted:
    """Counts what a run does, and ends it at the moment that was ordered."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.operations = 0
        self.boundaries = 0
        self.commit = 0
        self._step = ""

    def hook(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Count an operation on files that changes something."""
        if event not in _WATCHED or (event == "open" and not (arguments[2] or 0) & _WRITES):
            return
        self.operations += 1
        if self.operations == self.order.operation:
            self.order.kill()

    def step(self, name: str, total: int) -> None:
        """Count the beginning of a step."""
        del total
        self.advance()
        self._step = name

    def advance(self) -> None:
        """Count the end of a part; the one of the merge lies between commit and publication."""
        self.boundaries += 1
        if self._step == "merge" and not self.commit:
            self.commit = self.boundaries
        if self.boundaries == self.order.boundary:
            self.order.kill()


def serve() -> None:
    """Answer orders until there are no more."""
    for line in sys.stdin:
        answer = asdict(carried_out(Order(**json.loads(line))))
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def carried_out(order: Order) -> Told:
    """Run in a child, kill it when its time is over, and return what it told."""
    reader, writer = os.pipe()
    errors = Path(f"{order.state}.stderr")
    began = time.monotonic()
    child = os.fork()
    if not child:
        os.close(reader)
        _run(order, writer, errors)
    os.close(writer)
    _wait(child, reader, order, began)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - began
    with contextlib.suppress(ProcessLookupError):
        if not order.alone:
            os.killpg(child, signal.SIGKILL)
    with os.fdopen(reader) as counts:
        numbers = [int(number) for number in counts.read().split()] or [0, 0, 0]
    said = errors.read_text(encoding="utf-8") if errors.exists() else ""
    return Told(os.waitstatus_to_exitcode(status), seconds, *numbers, said=said)


def _wait(child: int, reader: int, order: Order, began: float) -> None:
    """Wait until the child tells its counts or is gone, or kill it when its time is over."""
    if not select.select([reader], [], [], max(0.0, order.seconds - (time.monotonic() - began)))[0]:
        with contextlib.suppress(ProcessLookupError):
            (os.kill if order.alone else os.killpg)(child, signal.SIGKILL)


def _run(order: Order, writer: int, errors: Path) -> NoReturn:
    """Be the run: a session of its own, its faults set, and its counts told at the end."""
    os.setsid()
    code = 70
    try:
        _prepare(order, errors)
        counted = _Counted(order)
        sys.addaudithook(counted.hook)
        code = _sync(order, counted) if order.command == "sync" else _command(order)
        os.write(writer, f"{counted.operations} {counted.boundaries} {counted.commit}".encode())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _prepare(order: Order, errors: Path) -> None:
    """Set what surrounds the run: where its state lies, its clock, how much it may write."""
    import resource

    for stream, target in ((0, os.devnull), (1, os.devnull), (2, str(errors))):
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.environ["HOUQIN_STATE"], os.environ["HOUQIN_TODAY"] = order.state, order.today
    if order.clock:
        _set_clock(timedelta(seconds=order.clock))
    if order.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest, order.largest))


def _set_clock(wrong: timedelta) -> None:
    """Have every module of the program see a clock that is wrong."""

    class AnyMoment(type):
        def __instancecheck__(cls, moment: object) -> bool:
            return isinstance(moment, datetime)

    class Clock(datetime, metaclass=AnyMoment):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + wrong

    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in ("sync", "schemas", "workbooks") and vars(module).get("datetime") is datetime:
            vars(module)["datetime"] = Clock


def _sync(order: Order, counted: _Counted) -> int:
    """Merge as ``houqin sync`` does, with every boundary counted."""
    try:
        with ReaderPool() as pool:
            sync(Share.open(Path(order.share)), pool, counted)
    except Exception as exc:  # noqa: BLE001 - as the command line does
        sys.stderr.write(": ".join(sentence_of(exc, [])))
        return exit_code_of(exc)
    return 0


def _command(order: Order) -> int:
    try:
        main([*order.command.split(), "--share", order.share, "--json"])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def load() -> None:
    """Import what the commands need, for every run to find it there."""
    for name in ("backup", "confirm", "month", "nightly", "reconcile", "rows", "sync", "verify"):
        importlib.import_module(f"sync.commands.{name}")


if __name__ == "__main__":
    load()
    serve()
