"""How much there is to read in a file, as the file itself states it: told without unpacking anything."""

from __future__ import annotations

import struct
import sys
import zipfile
from functools import lru_cache
from pathlib import Path

from workbooks.opening import opened
from workbooks.package import directory_size

ENDLESS = sys.maxsize
_TAIL = 66_000
"""Bytes in which the end of a zip file is looked for: its comment may have 65,535."""
_MOST_DIRECTORY = 64 << 10
"""Bytes of the directory of a package; that of a workbook with a hundred sheets has a tenth of it."""


@lru_cache(maxsize=4096)
def stated_bytes(path: Path, sha256: str, size: int) -> int:
    """Return the bytes of a file once unpacked; its ``size`` where it is no package, or cannot be opened.

    ``sha256`` names the content, of which this is asked once. A package with a directory that no workbook has is
    ``ENDLESS``. Who lies about it is found out when the file is read.
    """
    del sha256
    try:
        with opened(path) as stream:
            if stream.read(2) != b"PK":
                return size
            stream.seek(max(0, size - _TAIL))
            if directory_size(stream.read(_TAIL)) > _MOST_DIRECTORY:
                return ENDLESS
            with zipfile.ZipFile(stream) as package:
                return sum(part.file_size for part in package.infolist())
    except (OSError, zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, struct.error):
        return size
