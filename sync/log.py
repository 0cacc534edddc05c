"""The log of long-running work: files in the state folder that rotate and show no personal numbers."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

from schemas.masking import masked_numbers

LOGGER = logging.getLogger("houqin")
"""What the program writes to its log; without ``log_to`` it goes nowhere."""
LOGGER.addHandler(logging.NullHandler())

FOLDER = "logs"
_MOST_BYTES = 1 << 20
_MOST_UNTURNED = 8 * _MOST_BYTES
_FILES = 9
"""Kept beside the one that is written."""
FORM = "%(asctime)sZ %(levelname)s %(message)s"


def said(language: str, chinese: str, english: str) -> str:
    """Return what an entry says, in the language of the school: those who read it are its own people."""
    return english if language == "en" else chinese


class Masked(logging.Formatter):
    """Writes UTC times, and hides telephone and identity numbers, in tracebacks too."""

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = None

    def format(self, record: logging.LogRecord) -> str:
        """Return one entry."""
        return masked_numbers(super().format(record))


class _Lasting(RotatingFileHandler):
    """Writes what it can and stops nobody: what the library does about a failure is to print it, numbers and all."""

    def doRollover(self) -> None:  # noqa: N802 - the library's name
        """Turn the files; where another program has one open, as Windows minds, go on with this one for a while."""
        try:
            super().doRollover()
        except OSError:
            if self.stream is None:
                self.stream = self._open()

    def emit(self, record: logging.LogRecord) -> None:
        """Write one entry, unless the file could not be turned for too long."""
        with suppress(OSError):
            if self.stream is None or self.stream.tell() < _MOST_UNTURNED:
                super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Let an entry go that cannot be written."""

    def close(self) -> None:
        """Close the file, with or without what was to be written last."""
        with suppress(OSError):
            super().close()


@contextmanager
def log_to(state: Path, name: str) -> Iterator[Path]:
    """Write the log into ``logs/<name>.log`` of a state folder while this lasts; give the path of the file.

    At most ten files of one megabyte are kept. Each program has a name of its own: on Windows a file
    that two of them have open could not be turned. A full disk or a missing right stops nobody.
    """
    path = state / FOLDER / f"{name}.log"
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
    handler = _Lasting(path, maxBytes=_MOST_BYTES, backupCount=_FILES, encoding="utf-8", delay=True)
    handler.setFormatter(Masked(FORM))
    level = LOGGER.level
    LOGGER.addHandler(handler)
    LOGGER.setLevel(logging.INFO)
    try:
        yield path
    finally:
        LOGGER.removeHandler(handler)
        LOGGER.setLevel(level)
        handler.close()
