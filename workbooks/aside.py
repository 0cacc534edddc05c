"""One more worker for jobs that took longer than anybody waits for: they go on beside, and are asked for again."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from workbooks.pool import Job, Outcome

MOST_KEPT = 2
"""Outcomes that are kept until somebody asks: what a large workbook holds takes memory."""

Pending = Literal["pending"]


class Aside:
    """Does jobs one after the other, by a hand that one thread of its own leads, as long as there are any.

    ``do`` does one job within all limits, ``rest`` ends the worker when there is nothing left to do.
    """

    def __init__(self, do: Callable[[Job], Outcome], rest: Callable[[], object]) -> None:
        self.on_done: Callable[[], object] = _nobody
        """Called, from another thread, whenever an outcome is there to be asked for."""
        self._do = do
        self._rest = rest
        self._lock = threading.Lock()
        self._waiting: OrderedDict[str, Job] = OrderedDict()
        self._at: Job | None = None
        self._done: OrderedDict[str, Outcome] = OrderedDict()
        self._thread: threading.Thread | None = None

    def put(self, job: Job) -> None:
        """Have a job done; one of the same key that was put before and waits is done in its place."""
        with self._lock:
            self._waiting[job.key] = job
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="aside", daemon=True)
                self._thread.start()

    def take(self, job: Job) -> Outcome | Pending | None:
        """Return the outcome of a job, once; that it is not done yet; None where it was not put, or is another now."""
        with self._lock:
            if job in (self._at, self._waiting.get(job.key)):
                return "pending"
            self._waiting.pop(job.key, None)
            outcome = self._done.pop(job.key, None)
            return outcome if outcome is not None and outcome.job == job else None

    def has(self, key: str) -> bool:
        """Tell whether a job of some key waits or is being done."""
        with self._lock:
            return key in self._waiting or (self._at is not None and self._at.key == key)

    def close(self) -> None:
        """Forget every job and outcome; the worker at one is ended by whoever owns it."""
        with self._lock:
            self._waiting.clear()
            self._done.clear()
            self._at = None

    def _next(self) -> Job | None:
        with self._lock:
            self._at = self._waiting.popitem(last=False)[1] if self._waiting else None
            if self._at is None:
                self._rest()
                self._thread = None
            return self._at

    def _work(self) -> None:
        while (job := self._next()) is not None:
            outcome = self._do(job)
            with self._lock:
                if self._at is not job:
                    continue  # forgotten meanwhile
                self._done[job.key] = outcome
                while len(self._done) > MOST_KEPT:
                    self._done.popitem(last=False)
                self._at = None
            self.on_done()


def _nobody() -> None:
    """Tell nobody."""
