"""Clocks for the benchmark: wall and processor time of a process tree, its memory, and the stages of a run."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

_LOOK_SECONDS = 0.1


def cpu_seconds() -> float:
    """Return the processor seconds of this process and of those below it that are alive."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


@dataclass
class Stages:
    """Progress of a run that notes when each stage begins and when the merge is in the ledger."""

    began: float = field(default_factory=time.perf_counter)
    cpu_before: float = field(default_factory=cpu_seconds)
    merge_cpu: float = 0.0
    """Processor seconds until then."""
    marks: dict[str, float] = field(default_factory=lambda: {"read": 0.0})
    """Seconds of reading in all waves, as ``read``, and until the last one was in the ledger, as ``merged``."""
    _step: str = ""
    _since: float = 0.0

    def step(self, name: str, total: int) -> None:
        """Note that a stage begins."""
        del total
        now = time.perf_counter()
        if self._step == "read":
            self.marks["read"] += now - self._since
        self._step, self._since = name, now

    def advance(self) -> None:
        """Note the end of the merge, of the last wave in the end."""
        if self._step == "merge":
            self.merge_cpu = cpu_seconds() - self.cpu_before
            self.marks["merged"] = time.perf_counter() - self.began


class Tree:
    """This process and all below it: seconds on the processors, and the largest memory seen while entered."""

    def __init__(self) -> None:
        self.peak_bytes = 0
        self._process = psutil.Process()
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._watcher.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        while not self._ended.wait(_LOOK_SECONDS):
            self.peak_bytes = max(self.peak_bytes, self._resident())

    def _resident(self) -> int:
        total = 0
        for process in (self._process, *self._process.children(recursive=True)):
            try:
                total += int(process.memory_info().rss)
            except psutil.Error:
                continue
        return total
