"""Start runs that something happens to: ``python -m tests.faults.driver fork`` reads one JSON line for each.

Everything is imported once and each run is a fork of this process, in a session of its own, so that thousands of kills
cost little: what one run had to import, this process imports too, and the next one finds it there. This process
only imports: threads, such as those of polars, would not survive a fork. With ``fresh`` instead of ``fork`` each run is
an interpreter of its own that reads files in worker processes, as on the command line. What a run was at when it ended
is answered as one JSON line.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import NoReturn

from sync.cli import main
from sync.commands.common import exit_code_of, sentence_of
from sync.run import sync
from sync.share import Share
from tests.faults.marks import BOUNDARY, Marks
from workbooks.pool import Job, Outcome, ReaderPool

PATIENCE = 300
_MODULES = "!"
"""Begins the line in which a run names what it imported."""


@dataclass(frozen=True)
class Order:
    """A run that is wanted, and what happens to it."""

    share: str
    state: str
    command: str = "sync"
    mark: int = 0
    """Kill it at its n-th mark, counted from 1; 0 for never."""
    delay: float = 0
    """Kill it so many seconds after that, not stopped there."""
    seconds: float = PATIENCE
    """Kill it after so long, wherever it is."""
    alone: bool = False
    """Kill it without its workers."""
    largest: int = 0
    """Bytes that a file may have, as on a full disk; 0 for any number."""
    clock: int = 0
    """Seconds by which its clock is wrong."""
    today: str = "2026-11-22"

    def kill(self, process: int) -> None:
        """Kill a run, and its workers."""
        with contextlib.suppress(ProcessLookupError):
            (os.kill if self.alone else os.killpg)(process, signal.SIGKILL)

    @property
    def is_harmless(self) -> bool:
        """Tell whether nothing happens to it."""
        return not (self.mark or self.largest) and self.seconds == PATIENCE


@dataclass(frozen=True)
class Told:
    """What is known of a run that ended."""

    code: int
    """Exit code; the negative number of a signal that ended it."""
    seconds: float
    marks: Sequence[tuple[str, float]] = ()
    """What it was at, and the seconds from its beginning."""
    said: str = ""
    """What it wrote to standard error."""

    @property
    def at(self) -> str:
        """Return what it was at when it ended."""
        return self.marks[-1][0] if self.marks else "start"

    @property
    def boundaries(self) -> list[int]:
        """Return the numbers of the marks between steps."""
        return [number for number, (name, _) in enumerate(self.marks, 1) if name.startswith(BOUNDARY)]

    def first(self, name: str) -> int:
        """Return the number of the first mark of a name."""
        return next(number for number, (each, _) in enumerate(self.marks, 1) if each == name)


def serve(start: Start) -> None:
    """Answer orders until there are no more."""
    for line in sys.stdin:
        answer = asdict(carried_out(Order(**json.loads(line)), start))
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
        sys.stdout.flush()


def forked(order: Order, writer: int) -> int:
    """Start a run as a fork of this process, which reads files itself, and return its number."""
    child = os.fork()
    if not child:
        os.setsid()
        ReaderPool.run = _run_at_hand  # type: ignore[method-assign]
        _run(order, writer)
    return child


def fresh(order: Order, writer: int) -> int:
    """Start a run as an interpreter of its own and return its number."""
    os.set_inheritable(writer, True)
    words = [sys.executable, "-m", "tests.faults.driver", json.dumps(asdict(order)), str(writer)]
    return os.posix_spawn(sys.executable, words, os.environ, setsid=True)


Start = Callable[[Order, int], int]
STARTS: dict[str, Start] = {"fork": forked, "fresh": fresh}


def carried_out(order: Order, start: Start) -> Told:
    """Run in a child, kill it when its time is over, and return what it told."""
    reader, writer = os.pipe()
    errors = _errors_of(order)
    errors.unlink(missing_ok=True)
    began = time.monotonic()
    child = start(order, writer)
    os.close(writer)
    lines = _followed(child, reader, order, began)
    _, status = os.waitpid(child, 0)
    seconds = time.monotonic() - began
    if not order.alone:
        order.kill(child)  # workers that are left
    marks = []
    for name, *rest in map(str.split, lines):
        if name == _MODULES:
            _import(rest)
        else:
            marks.append((name, float(rest[0]) - began))
    said = errors.read_text(encoding="utf-8") if errors.exists() else ""
    return Told(os.waitstatus_to_exitcode(status), seconds, marks, said)


def _followed(child: int, reader: int, order: Order, began: float) -> list[str]:
    """Read what a run tells until it is gone; kill it where and when it was ordered."""
    told, last, is_killed = b"", began + order.seconds, False
    while True:
        left = max(0.0, last - time.monotonic())
        if not is_killed and order.mark and told.count(b"\n") >= order.mark:
            time.sleep(min(order.delay, left))
            left = 0.0
        if not is_killed and not (left and select.select([reader], [], [], left)[0]):
            order.kill(child)
            is_killed = True
        piece = os.read(reader, 1 << 16)
        if not piece:
            os.close(reader)
            return told.decode().splitlines()
        told += piece


def _import(names: Sequence[str]) -> None:
    """Import what a run imported."""
    for name in names:
        if name not in sys.modules and not name.startswith("_"):
            with contextlib.suppress(Exception):  # a module that is there for another system, say
                importlib.import_module(name)
    gc.collect()
    gc.freeze()


def _errors_of(order: Order) -> Path:
    return Path(f"{order.state}.stderr")


def _run(order: Order, writer: int) -> NoReturn:
    """Be the run, in a session of its own: its faults set, its marks told."""
    code = 70
    try:
        _prepare(order)
        marks = Marks(writer, 0 if order.delay else order.mark)
        marks.watch()
        code = {"sync": _sync, "migrate": _migrate}.get(order.command, _command)(order, marks)
        if order.is_harmless:
            os.write(writer, " ".join([_MODULES, *(name for name in sys.modules if name != "__main__")]).encode())
    finally:
        sys.stderr.flush()
        os._exit(code)


def _prepare(order: Order) -> None:
    """Set what surrounds the run: where its state lies, its clock, how much it may write."""
    import resource

    for stream, target in ((0, os.devnull), (1, os.devnull), (2, str(_errors_of(order)))):
        descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o666)
        os.dup2(descriptor, stream)
        os.close(descriptor)
    os.environ["HOUQIN_STATE"], os.environ["HOUQIN_TODAY"] = order.state, order.today
    if order.clock:
        _set_clock(timedelta(seconds=order.clock))
    if order.largest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.largest, order.largest))


def _run_at_hand(
    _pool: ReaderPool,
    jobs: Sequence[Job],
    on_done: Callable[[Outcome], None] | None = None,
    patience_seconds: float = 0,
) -> list[Outcome]:
    """Do jobs as a worker does them, without the second that starting one takes."""
    del patience_seconds
    outcomes = []
    for job in jobs:
        module, _, name = job.function.partition(":")
        outcomes.append(Outcome(job, getattr(importlib.import_module(module), name)(*job.args)))
        if on_done is not None:
            on_done(outcomes[-1])
    return outcomes


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


def _sync(order: Order, marks: Marks) -> int:
    """Merge as ``houqin sync`` does, with every boundary told."""
    try:
        with ReaderPool() as pool:
            sync(Share.open(Path(order.share)), pool, marks)
    except Exception as exc:  # noqa: BLE001 - as the command line does
        sys.stderr.write(": ".join(sentence_of(exc, [])))
        return exit_code_of(exc)
    return 0


def _migrate(order: Order, _marks: Marks) -> int:
    """Open a ledger of an earlier program."""
    from tests.faults.migrating import upgrade

    upgrade(Path(order.state))
    return 0


def _command(order: Order, _marks: Marks) -> int:
    words = order.command.split()
    try:
        main([*words, *([] if order.share in words else ["--share", order.share]), "--json"])
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def load() -> None:
    """Import what the commands need, for every run to find it there."""
    for name in ("backup", "confirm", "conflicts", "count", "init", "month", "nightly", "reconcile", "rows", "sync"):
        importlib.import_module(f"sync.commands.{name}")


if __name__ == "__main__":
    if sys.argv[1] in STARTS:
        load()
        serve(STARTS[sys.argv[1]])
    else:
        _run(Order(**json.loads(sys.argv[1])), int(sys.argv[2]))
