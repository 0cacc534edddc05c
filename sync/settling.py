"""Which files have come to rest: what people save is read when it has stopped changing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

Glance = tuple[int, ...]
"""Size and times of change of a file: what tells that it changed without opening it."""


@dataclass(frozen=True)
class Look:
    """One look through the folders."""

    seen: Mapping[Path, Glance]
    settled: frozenset[Path] = frozenset()
    """Files that differ from what the last run saw and have been as they are for the quiet time; gone ones too."""
    restless: frozenset[Path] = frozenset()
    """Files that differ and have not: somebody is saving them, and they may be away for the moment."""

    unrest_seconds: float = 0.0
    """How long every look has seen restless files."""


class Settling:
    """Compares looks with each other and with what the last run saw, by a clock that never goes back."""

    def __init__(self) -> None:
        self._taken: Mapping[Path, Glance] = {}
        self._since: dict[Path, tuple[Glance | None, float]] = {}
        self._calm_at: float | None = None

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
        if not restless or self._calm_at is None:
            self._calm_at = now
        return Look(seen, settled, frozenset(restless), now - self._calm_at)

    def taken(self, look: Look) -> None:
        """Note that a run has taken everything that a look saw, but for what was restless then."""
        before = {path: glance for path, glance in self._taken.items() if path in look.restless}
        self._taken = {path: glance for path, glance in look.seen.items() if path not in look.restless} | before

    def next_rest(self, quiet_seconds: float, after: float) -> float | None:
        """Return when, after a moment, the next restless file may have settled, None where there is none."""
        rests = (began + quiet_seconds for _, began in self._since.values())
        return min((rest for rest in rests if rest > after), default=None)
