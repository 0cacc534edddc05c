"""Worker processes for untrusted files: warm, limited in time and memory, killed where they pass a limit."""

from __future__ import annotations

import contextlib
import faulthandler
import importlib
import math
import os
import pickle
import queue
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Any, Literal, Self

import psutil

from workbooks.aside import Aside

READ_SECONDS = 25
"""How long one file may take: with starting a worker and stopping it this stays below 30 seconds."""
MEMORY_BYTES = 1 << 30
"""Limit of one worker's resident memory; what it may still take before it is killed stays below 1.5 GiB."""
HARD_MEMORY_BYTES = 1400 << 20
BRIEF_SECONDS = 1.0
"""How long others wait for one file where they shall not wait: an honest workbook of 5,000 rows takes half of it."""
_LOOK_SECONDS = 0.02
_KEEPING_MEMORY = {
    "MALLOC_TOP_PAD_": str(64 << 20),
    "MALLOC_MMAP_THRESHOLD_": str(64 << 20),
    "MALLOC_TRIM_THRESHOLD_": str(256 << 20),
    "_RJEM_MALLOC_CONF": "dirty_decay_ms:60000,muzzy_decay_ms:60000,narenas:1",
}
"""Has the allocators of C and polars on Linux keep for the next file what the last one took: asking for it
again takes a tenth of the time of reading. A worker that holds much is replaced."""
_ORPHAN_SECONDS = 60
"""How long past its limit a job may run whose parent is gone; a living parent kills it at the limit."""
_LENGTH = struct.Struct("<Q")
STARTING_SECONDS = 20
"""How long a worker may take to start and to import what its job needs: that is not the time of the file."""
BEGUN = "begun"
"""Said by a worker before its answer, when it has imported what the job needs (``prepare`` of its module)."""

Failure = Literal["", "timeout", "memory", "crash"]


@dataclass(frozen=True)
class Job:
    """One call to make in a worker."""

    key: str
    function: str
    """Dotted module and name: ``workbooks.taking:take_file``."""
    args: tuple[object, ...]
    content: str = ""
    """SHA-256 of the file that it is about, where it is known: the same call on another content is another job."""


@dataclass(frozen=True)
class Outcome:
    """What a job gave, or why it gave nothing."""

    job: Job
    value: object | None = None
    failure: Failure = ""
    reason: str = ""


class ReaderPool:
    """Workers that are started when first needed and reused until the pool is left.

    A worker that passes a limit or dies costs its own job only: it is replaced and the others go
    on. Workers inherit nothing of this process but their own pipes, and end when these do.
    """

    def __init__(
        self,
        workers: int = 2,
        seconds: float = READ_SECONDS,
        memory_bytes: int = MEMORY_BYTES,
        brief_seconds: float = BRIEF_SECONDS,
    ) -> None:
        self.seconds = seconds
        self._brief_seconds = min(brief_seconds, seconds)
        self._memory_bytes = memory_bytes
        self._workers = [_Worker() for _ in range(workers)]
        spare = _Worker()
        self.aside = Aside(lambda job: spare.do_alone(job, seconds, memory_bytes), spare.stop)
        """Has the jobs that took too long for ``run_briefly``."""
        self._spare = spare

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the workers; the next run starts new ones."""
        self.aside.close()
        self._spare.give_up()
        for worker in self._workers:
            worker.stop()

    def run(
        self,
        jobs: Sequence[Job],
        on_done: Callable[[Outcome], None] | None = None,
        patience_seconds: float = math.inf,
    ) -> list[Outcome]:
        """Return the outcome of every job, in their order; ``on_done`` hears of each when it is done.

        Jobs that have not begun when the patience ends are left out. Where ``on_done`` raises, or the user
        interrupts, the other jobs are given up.
        """
        return self._run(jobs, on_done, patience_seconds, self.seconds)

    def run_briefly(
        self,
        jobs: Sequence[Job],
        patience_seconds: float,
        on_done: Callable[[Outcome], None] | None = None,
    ) -> list[Outcome]:
        """Return the outcomes that are to be had without waiting long, in any order.

        A job that takes more than a second (``brief_seconds``) goes on aside; its outcome is there when it is asked for
        again later. So jobs are left out that are not done yet, and those that have not begun when the patience ends.
        """
        at_once, fresh = self._asked(jobs)
        for known in at_once:
            if on_done is not None:
                on_done(known)
        tried = self._run(fresh, on_done, patience_seconds, self._brief_seconds)
        for outcome in tried:
            if outcome.failure == "timeout":
                self.aside.put(outcome.job)
        return [*at_once, *(outcome for outcome in tried if outcome.failure != "timeout")]

    def run_aside(self, jobs: Sequence[Job]) -> list[Outcome]:
        """Return the outcomes that are there; the other jobs are done aside, one after the other."""
        at_once, fresh = self._asked(jobs)
        for job in fresh:
            self.aside.put(job)
        return at_once

    def _asked(self, jobs: Sequence[Job]) -> tuple[list[Outcome], list[Job]]:
        """Return what was done aside of some jobs, and those that are not there."""
        known = [(job, self.aside.take(job)) for job in jobs]
        return (
            [outcome for _, outcome in known if isinstance(outcome, Outcome)],
            [job for job, outcome in known if outcome is None],
        )

    def _run(
        self,
        jobs: Sequence[Job],
        on_done: Callable[[Outcome], None] | None,
        patience_seconds: float,
        seconds: float,
    ) -> list[Outcome]:
        waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        finished: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
        for place, job in enumerate(jobs):
            waiting.put((place, job))
        wanted, last = len(jobs), time.monotonic() + patience_seconds
        limits = (seconds, self._memory_bytes)
        threads = [
            threading.Thread(target=worker.work, args=(waiting, finished, *limits, last), daemon=True)
            for worker in self._workers[: len(jobs)]
        ]
        for thread in threads:
            thread.start()
        outcomes: dict[int, Outcome] = {}
        try:
            while len(outcomes) < wanted:
                with contextlib.suppress(queue.Empty):
                    place, outcome = finished.get(timeout=_LOOK_SECONDS)
                    outcomes[place] = outcome
                    if on_done is not None:
                        on_done(outcome)
                for worker in self._workers:
                    worker.look(self._memory_bytes)
                if time.monotonic() >= last:
                    wanted -= _taken_back(waiting)
        finally:
            self._give_up(waiting, threads)
        return [outcomes[place] for place in sorted(outcomes)]

    def _give_up(self, waiting: queue.SimpleQueue[tuple[int, Job]], threads: Sequence[threading.Thread]) -> None:
        """Take back the jobs that wait and kill the workers that are at one; after a whole run there are none."""
        _taken_back(waiting)
        for thread in threads:
            while thread.is_alive():
                for worker in self._workers:
                    worker.give_up()
                thread.join(_LOOK_SECONDS)


def _taken_back(waiting: queue.SimpleQueue[tuple[int, Job]]) -> int:
    """Return how many jobs had not begun; none of them will."""
    count = 0
    with contextlib.suppress(queue.Empty):
        while True:
            waiting.get_nowait()
            count += 1
    return count


class _Worker:
    """One process, the job it is at, and since when."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._since: float | None = None
        self._seconds = 0.0
        """How long what it is at may take."""
        self._verdict: Failure = ""
        self._seen_bytes = 0
        self._lock = threading.Lock()

    def work(
        self,
        waiting: queue.SimpleQueue[tuple[int, Job]],
        finished: queue.SimpleQueue[tuple[int, Outcome]],
        seconds: float,
        memory_bytes: int,
        last: float,
    ) -> None:
        """Do jobs, at least one, until none is waiting or the time ``last`` of the steady clock has come."""
        while True:
            try:
                place, job = waiting.get_nowait()
            except queue.Empty:
                return
            try:
                finished.put((place, self._do(job, seconds, memory_bytes)))
            except Exception as exc:  # noqa: BLE001 - arguments that cannot be sent, no process to be had
                finished.put((place, Outcome(job, None, "crash", f"{type(exc).__name__}: {exc}")))
            if time.monotonic() >= last:
                return

    def _do(self, job: Job, seconds: float, memory_bytes: int) -> Outcome:
        process = self._started(memory_bytes)
        with self._lock:
            self._verdict, self._seen_bytes = "", 0
            self._since, self._seconds = time.monotonic(), max(seconds, STARTING_SECONDS)
        try:
            _send(_open(process.stdin), (job.function, job.args, seconds))
            answer = _receive(_open(process.stdout))
            if answer == BEGUN:
                with self._lock:
                    self._since, self._seconds = time.monotonic(), seconds
                answer = _receive(_open(process.stdout))
        except (OSError, EOFError, pickle.UnpicklingError):
            answer = None
        with self._lock:
            self._since = None
            verdict = self._verdict
        if verdict or answer is None:
            code = self.stop()
            # a library that is refused memory aborts; it had taken much of it by then
            starved = code == -signal.SIGABRT and self._seen_bytes > memory_bytes // 4
            return Outcome(job, None, verdict or ("memory" if starved else "crash"), f"exit {code}")
        return Outcome(job, *answer)

    def _started(self, memory_bytes: int) -> subprocess.Popen[bytes]:
        """Return the process, a new one where it died or still holds much of what its last job took."""
        if self._process is not None and _resident(self._process.pid) > memory_bytes // 2:
            self.stop()
        if self._process is None or self._process.poll() is not None:
            self.stop()
            self._process = _start()
        return self._process

    def do_alone(self, job: Job, seconds: float, memory_bytes: int) -> Outcome:
        """Return the outcome of one job that no pool looks after."""
        waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        finished: queue.SimpleQueue[tuple[int, Outcome]] = queue.SimpleQueue()
        waiting.put((0, job))
        thread = threading.Thread(target=self.work, args=(waiting, finished, seconds, memory_bytes, 0.0), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(_LOOK_SECONDS)
            self.look(memory_bytes)
        return finished.get()[1]

    def look(self, memory_bytes: int) -> None:
        """Kill the process where its job takes too long or too much memory."""
        with self._lock:
            if self._since is None or self._process is None or self._verdict:
                return
            if time.monotonic() - self._since > self._seconds:
                self._verdict = "timeout"
            else:
                self._seen_bytes = _resident(self._process.pid)
                self._verdict = "memory" if self._seen_bytes > memory_bytes else ""
            if self._verdict:
                self._process.kill()

    def give_up(self) -> None:
        """Kill the process where it is at a job."""
        with self._lock:
            if self._since is not None and self._process is not None:
                self._process.kill()

    def stop(self) -> int | None:
        """End the process and return its exit code."""
        process, self._process = self._process, None
        if process is None:
            return None
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        try:
            return process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


def _start() -> subprocess.Popen[bytes]:
    """Start a worker; ``-P`` keeps the current folder (a share, perhaps) from the places to import from."""
    places = os.pathsep.join(place for place in sys.path if place)
    return subprocess.Popen(
        [sys.executable, "-P", "-c", "from workbooks.pool import serve; serve()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # where a library writes its own last words
        env={**os.environ, **_KEEPING_MEMORY, "PYTHONPATH": places, "POLARS_MAX_THREADS": "1"},
    )


def _resident(pid: int) -> int:
    """Return the resident bytes of a worker; on Windows a virtual environment's Python is a child of its launcher."""
    try:
        process = psutil.Process(pid)
        family = [process, *process.children()] if sys.platform == "win32" else [process]
        return sum(int(member.memory_info().rss) for member in family)
    except psutil.Error:
        return 0


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise EOFError
    return stream


def _send(stream: IO[bytes], value: object) -> None:
    content = pickle.dumps(value, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(content)))
    stream.write(content)
    stream.flush()


def _receive(stream: IO[bytes]) -> Any:  # noqa: ANN401 - a question on one side, an answer on the other
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    content = stream.read(length)
    if len(content) < length:
        raise EOFError
    return pickle.loads(content)  # noqa: S301 - written by our own process


def serve() -> None:
    """Answer jobs from standard input until it ends; runs in the worker."""
    questions = sys.stdin.buffer
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not get between the answers
    _limit_memory()
    while True:
        try:
            function, args, seconds = _receive(questions)
        except EOFError:
            return
        faulthandler.dump_traceback_later(seconds + _ORPHAN_SECONDS, exit=True)
        with _ending_with_parent(questions.fileno()):
            answer = _answer(function, args, lambda: _send(answers, BEGUN))
        faulthandler.cancel_dump_traceback_later()
        with contextlib.suppress(BrokenPipeError):
            _send(answers, answer)


@contextlib.contextmanager
def _ending_with_parent(questions: int) -> Iterator[None]:
    """Have the kernel end this process when its parent is gone, in the midst of a library's call too.

    Between jobs the end of the questions says so. Where the kernel has no signal for it (Windows) a job is done first.
    """
    if sys.platform == "win32":
        yield
        return
    import fcntl  # noqa: PLC0415 - not on Windows

    usual = fcntl.fcntl(questions, fcntl.F_GETFL)
    fcntl.fcntl(questions, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(questions, fcntl.F_SETFL, usual | os.O_ASYNC)  # SIGIO, of which a process dies
    try:
        if select.select([questions], [], [], 0)[0]:
            raise SystemExit
        yield
    finally:
        fcntl.fcntl(questions, fcntl.F_SETFL, usual)


def _answer(function: str, args: tuple[object, ...], begun: Callable[[], None]) -> tuple[object, Failure, str]:
    module, _, name = function.partition(":")
    try:
        place = importlib.import_module(module)
        getattr(place, "prepare", tuple)()
        begun()
        return getattr(place, name)(*args), "", ""
    except MemoryError:
        return None, "memory", "MemoryError"
    except Exception as exc:  # noqa: BLE001 - whatever a file brings about is told, not raised
        return None, "crash", f"{type(exc).__name__}: {exc}"
    except BaseException as exc:
        if "Panic" not in type(exc).__name__:
            raise
        return None, "crash", f"{type(exc).__name__}: {exc}"


def _limit_memory() -> None:
    """Have the operating system refuse what would pass the hard limit, where it can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on Windows

        resource.setrlimit(resource.RLIMIT_DATA, (HARD_MEMORY_BYTES, HARD_MEMORY_BYTES))
