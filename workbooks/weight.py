"""How much there is to read in a file, and whether it may be one of ours, as the file itself states it."""

from __future__ import annotations

import struct
import sys
import zipfile
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from workbooks.opening import opened
from workbooks.package import directory_size

ENDLESS = sys.maxsize
_TAIL = 66_000
"""Bytes in which the end of a zip file is looked for: its comment may have 65,535."""
_MOST_DIRECTORY = 64 << 10
"""Bytes of the directory of a package; that of a workbook with a hundred sheets has a tenth of it."""
_WORKBOOK, _MARKER = "xl/workbook.xml", b"HOUQIN_"
"""Where our templates keep their mark, a name; spreadsheet programs leave it there."""
_MOST_WORKBOOK = 64 << 10


@dataclass(frozen=True)
class Stated:
    """What a file says of itself."""

    size: int
    """Bytes once it is unpacked; those of the file where it is no package; ``ENDLESS`` with an impossible directory."""
    may_be_ours: bool = False
    """Whether it may have been one of our templates."""


@lru_cache(maxsize=4096)
def stated(path: Path, sha256: str, size: int) -> Stated:
    """Return what a file says of itself; ``sha256`` names the content, of which this is asked once.

    Who lies is found out when the file is read.
    """
    del sha256
    try:
        with opened(path) as stream:
            if stream.read(2) != b"PK":
                return Stated(size)
            stream.seek(max(0, size - _TAIL))
            if directory_size(stream.read(_TAIL)) > _MOST_DIRECTORY:
                return Stated(ENDLESS)
            with zipfile.ZipFile(stream) as package:
                return Stated(sum(part.file_size for part in package.infolist()), _is_marked(package))
    except (OSError, zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error):
        return Stated(size)


def _is_marked(package: zipfile.ZipFile) -> bool:
    try:
        with package.open(_WORKBOOK) as part:
            return _MARKER in part.read(_MOST_WORKBOOK)
    except Exception:  # noqa: BLE001 - a hostile part may bring about anything; it is told when the file is read
        return False
