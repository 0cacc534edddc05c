"""Open files that others may replace at any moment: never by waiting, and nothing but regular files."""

from __future__ import annotations

import errno
import os
import stat
from io import BufferedReader
from pathlib import Path


def opened(path: Path) -> BufferedReader:
    """Return a regular file for reading; a pipe or a device that has taken its place is never waited for.

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    stream = open(path, "rb", opener=_without_waiting)  # noqa: SIM115 - closed by who asked for it
    if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise OSError(errno.EINVAL, "不是普通文件", str(path))
    return stream


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
