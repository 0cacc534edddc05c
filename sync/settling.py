"""Which files have come to rest: what people save is read when it has stopped changing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Glance = tuple[int, int]
"""Size and time of change of a file: what tells that it changed without opening it."""


@dataclass(frozen=True)
class Look:
    """One look through the folders."""

    seen: Mapping[Path, Glance]
    settled: frozenset[Path] = frozenset()
    """Files that differ from what the last run saw and have been as they are for the quiet time; gone ones too."""
    restless: frozenset[Path] = frozenset()
    """Files that differ and have not: somebody is saving them."""
    vanishing: bool = False
    """Whether one of these is gone for the moment: programs save by deleting and renaming."""

    @property
    def is_ready(self) -> bool:
        """Tell whether there is something to take that nobody is in the midst of saving."""
        return bool(self.settled) and not self.vanishing


class Settling:
    """Compares looks with each other and with what the last run saw, by a clock that never goes back."""

    def __init__(self) -> None:
        self._taken: Mapping[Path, Glance] = {}
        self._since: dict[Path, tuple[Glance | None, float]] = {}

    def look(self, seen: Mapping[Path, Glance], now: float, quiet_seconds: float) -> Look:
        """Return what has settled: seen with the same size and time at least twice, ``quiet_seconds`` apart."""
        since: dict[Path, tuple[Glance | None, float]] = {}
        for path in seen.keys() | self._taken.keys():
            glance = seen.get(path)
            if glance != self._taken.get(path):
                before = self._since.get(path)
                since[path] = before if before is not None and before[0] == glance else (glance, now)
        self._since = since
        settled = frozenset(path for path, (_, began) in since.items() if now - began >= quiet_seconds)
        restless = since.keys() - settled
        return Look(seen, settled, frozenset(restless), any(path not in seen for path in restless))

    def taken(self, look: Look) -> None:
        """Note that a run has taken everything that a look saw, but for what was restless then."""
        before = {path: glance for path, glance in self._taken.items() if path in look.restless}
        self._taken = {path: glance for path, glance in look.seen.items() if path not in look.restless} | before

    def next_rest(self, quiet_seconds: float, after: float) -> float | None:
        """Return when, after a moment, the next restless file may have settled, None where there is none."""
        rests = (began + quiet_seconds for _, began in self._since.values())
        return min((rest for rest in rests if rest > after), default=None)
