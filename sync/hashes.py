"""Hashes of files whose size and times tell that they are as they were, so that a run need not read them all again."""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

Mark = tuple[int, ...]
"""What tells that a file is another one, or was written to: device, number, size, times of change."""

_SURE_SECONDS = 10
"""How long a file must have looked the same when it was read: clocks of file systems are as coarse as two seconds."""


@dataclass(frozen=True)
class _Known:
    mark: Mark
    sha256: str
    since: float
    """When the file was first seen like this."""
    is_sure: bool


class Hashes:
    """What was read of files in earlier runs. Whoever trusts it must doubt it now and then."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._known: dict[Path, _Known] = {}
        self._late = math.inf

    def known(self, path: Path, mark: Mark) -> str | None:
        """Return the SHA-256 (hex) of a file that has not changed, None where it has to be read."""
        known = self._known.get(path)
        is_enough = known is not None and known.mark == mark and (known.is_sure or self.is_late())
        return known.sha256 if known is not None and is_enough else None

    def hurry(self, patience_seconds: float) -> None:
        """Have what was read of files that look the same be enough, sure or not, when the patience has ended."""
        self._late = self._now() + patience_seconds

    def is_late(self) -> bool:
        """Tell whether the patience has ended."""
        return self._now() > self._late

    def note(self, path: Path, mark: Mark, sha256: str) -> None:
        """Note what was read of a file that looked like this."""
        now, before = self._now(), self._known.get(path)
        since = before.since if before is not None and before.mark == mark else now
        self._known[path] = _Known(mark, sha256, since, now - since >= _SURE_SECONDS)

    def doubt(self) -> None:
        """Have every file read once more."""
        self._known = {
            path: _Known(known.mark, known.sha256, known.since, is_sure=False) for path, known in self._known.items()
        }

    def keep_only(self, paths: Collection[Path]) -> None:
        """Forget all other files."""
        self._known = {path: known for path, known in self._known.items() if path in paths}


def mark_of(status: os.stat_result) -> Mark:
    """Return the mark of a file; what else than its content changed may change it too."""
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns
