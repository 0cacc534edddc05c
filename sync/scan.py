"""Find the workbooks that departments have put into the shared folder."""

from __future__ import annotations

import errno
import hashlib
import math
import os
import re
import stat
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from schemas.findings import Finding, reader_finding
from schemas.masking import UNSHOWN
from sync.hashes import Hashes, mark_of
from workbooks.opening import opened
from workbooks.reasons import reason_of
from workbooks.refusals import MAX_FILE

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

TEMPORARY = re.compile(
    r"(~\$|\.)[\s\S]*|[\s\S]*~|[\s\S]*\.(tmp|temp|part|partial|crdownload|download|downloading|xltd|td|lnk|url|ini|db|bak)",
    re.IGNORECASE,
)
"""Lock files, half-written files and what operating systems leave behind (DOMAIN.md 6.6 S20)."""

_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?", re.IGNORECASE | re.DOTALL)
"""Names that stand for devices on Windows, whatever follows their point: the feedback could not be written there."""
_LONGEST_NAME = 200
"""Bytes of a file name, of which a file system takes 255: the names of the feedback add to it."""
_SMALL = 1 << 18
"""Bytes of a file that is always read: hundreds of them take less than a second."""
DEEPEST = 32
"""Levels of folders below that of a department."""


@dataclass(frozen=True)
class FoundFile:
    """One file in a department's folder."""

    name: str
    """``<department>/<path below its folder>``, NFC, with slashes."""
    department: str
    path: Path
    sha256: str
    size: int
    saved_ns: int = 0
    """When it was last changed, nanoseconds of the clock of its disk."""
    identity: str = ""
    """What the ledger calls the workbook; the name it had when it was first seen."""


@dataclass(frozen=True)
class Scan:
    """The files found, sorted by name, and what was wrong with some of them."""

    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...] = ()
    awaited: frozenset[str] = frozenset()
    """Names of files that are away only for the moment: programs save by deleting and renaming."""
    left: frozenset[Path] = frozenset()
    """Files that there was no time to read; their names are among the awaited."""

    def is_unopened(self, name: str) -> bool:
        """Tell whether a workbook may be there although it was not found.

        It is awaited, or it, or its folder, could not be opened.
        """
        folded = f"{name.casefold()}/"
        places = [*self.awaited, *(finding.workbook for finding in self.findings)]
        return any(folded.startswith(f"{place.casefold()}/") for place in places)

    def filled(self) -> set[str]:
        """Return the departments in whose folders something is, whether it could be opened or not."""
        names = [*self.awaited, *(finding.workbook for finding in self.findings)]
        return {file.department for file in self.files} | {name.partition("/")[0] for name in names}


def is_temporary(name: str) -> bool:
    """Tell whether a file name is that of a lock or temporary file, which is never a workbook."""
    return TEMPORARY.fullmatch(name) is not None


def scan(folders: Mapping[str, Path], hashes: Hashes | None = None, patience_seconds: float = math.inf) -> Scan:
    """Return the files below the folders of the departments (code to folder), with their hashes.

    Files of which ``hashes`` knows what is in them are not read. When the patience ends large files that never were
    read are left, and what was read before passes for unchanged.

    What is there and cannot be taken is a finding: a link that leads out of its department's folder, a file or folder
    that cannot be opened, a name that cannot be shown, a file beyond all measure. It is neither opened nor hashed.
    """
    found: list[FoundFile | Finding] = []
    left: dict[Path, str] = {}
    hashes = hashes or Hashes()
    owns = {department: folder.resolve() for department, folder in folders.items()}
    entries = sorted(_entries(folders), key=_by_size)
    hashes.hurry(patience_seconds)
    for status, path, department in entries:
        inside = path.relative_to(folders[department])
        name = shown_name(department, inside)
        is_large = status.st_size > _SMALL and stat.S_ISREG(status.st_mode)
        if is_large and hashes.is_late() and not hashes.known(path, mark_of(status)):
            left[path] = name
        else:
            found.append(_closed(path, name) or _found(path, name, department, inside, owns[department], hashes))
    files = [each for each in found if isinstance(each, FoundFile)]
    hashes.keep_only({file.path for file in files})
    findings = [each for each in found if isinstance(each, Finding)]
    return Scan(
        tuple(sorted(files, key=lambda file: file.name)),
        tuple(sorted(findings, key=lambda finding: finding.workbook)),
        frozenset(left.values()),
        frozenset(left),
    )


_NOTHING = os.stat_result([0] * 10)


def _entries(folders: Mapping[str, Path]) -> Iterator[tuple[os.stat_result, Path, str]]:
    """Yield what is known of each thing in the folders, its path and department."""
    for department, folder in folders.items():
        for path in _entries_below(folder, DEEPEST):
            try:
                yield path.lstat(), path, department
            except OSError:
                yield _NOTHING, path, department


def _by_size(entry: tuple[os.stat_result, Path, str]) -> tuple[int, str, Path]:
    status, path, department = entry
    return status.st_size, department, path


def awaiting(found: Scan, paths: Collection[Path], folders: Mapping[str, Path]) -> Scan:
    """Return the scan with those of some files awaited, too, that were not found: they are being saved."""
    away = set(paths).difference(file.path for file in found.files)
    awaited = {
        shown_name(department, path.relative_to(folder))
        for path in away
        for department, folder in folders.items()
        if path.is_relative_to(folder)
    }
    return replace(found, awaited=found.awaited.union(awaited))


def shown_name(department: str, path: PurePath) -> str:
    """Return what people know a file by, with a mark for every character that cannot be shown; ``.`` is the folder."""
    place = f"{department}/{path.as_posix()}" if path.parts else department
    return UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", unicodedata.normalize("NFC", place))


def _is_usable(name: str) -> bool:
    return len(os.fsencode(name)) <= _LONGEST_NAME and _DEVICE.fullmatch(name) is None


def _closed(path: Path, name: str) -> Finding | None:
    """Return the finding of a folder that was not gone into, None for what is no folder."""
    if not stat.S_ISDIR(_mode(path)) or UNSHOWN.search(path.name):
        return None
    reason, reason_en = "文件夹没有权限打开，或层数太多", "the folder may not be opened, or lies too deep"
    return reader_finding("FILE-LOCKED", name, reason=reason, reason_en=reason_en)


def _found(path: Path, name: str, department: str, inside: PurePath, own: Path, hashes: Hashes) -> FoundFile | Finding:
    """Return a file of a department, whose ``own`` folder follows no link, ``inside`` which it lies; or what is odd."""
    if not _is_usable(path.name) or UNSHOWN.search(str(inside)):
        return reader_finding("FILE-NAME", name)
    try:
        return FoundFile(name, department, path, *_hash_of_workbook(path, own, hashes))
    except _OutsideError:
        return reader_finding("FILE-OUTSIDE", name, value=path.name)
    except PermissionError:
        return reader_finding("IMP-03", name)
    except OverflowError:
        most = MAX_FILE >> 20
        return reader_finding("FILE-TOO-LARGE", name, reason=f"超过{most} MB", reason_en=f"it has more than {most} MB")
    except (OSError, RuntimeError) as exc:
        # a link to itself is a RuntimeError up to Python 3.12
        looped = OSError(errno.ELOOP, str(exc))
        reason, reason_en = reason_of(exc if isinstance(exc, OSError) else looped)
        return reader_finding("FILE-LOCKED", name, reason=reason, reason_en=reason_en)


def _entries_below(folder: Path, levels: int) -> Iterator[Path]:
    """Yield the files below a folder, and the folders that cannot be opened, are too deep or have no name to show."""
    try:
        inside = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    except OSError:
        yield folder
        return
    for path in inside:
        if is_temporary(path.name):
            continue
        mode = _mode(path)
        if stat.S_ISDIR(mode) and levels and not UNSHOWN.search(path.name):
            yield from _entries_below(path, levels - 1)
        elif stat.S_ISDIR(mode) or stat.S_ISREG(mode) or stat.S_ISLNK(mode):
            yield path


def _mode(path: Path) -> int:
    """Return the mode of what lies in a place itself, 0 where nothing does; what cannot be told passes for a file."""
    try:
        return path.lstat().st_mode
    except FileNotFoundError:
        return 0
    except OSError:
        return stat.S_IFREG


def hash_file(path: Path) -> tuple[str, int]:
    """Return the SHA-256 (lower-case hex) and size in bytes of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest(), stream.tell()


class _OutsideError(Exception):
    """Raised for what leads out of the folder of its department."""


def _hash_of_workbook(path: Path, own: Path, hashes: Hashes) -> tuple[str, int, int]:
    """Return SHA-256, size and time of change of a file that somebody else has put there; one that is known stays shut.

    Raises:
        OSError: it cannot be opened, or is no file: a pipe or a device is never waited for.
        OverflowError: it is larger than any workbook may be.
        _OutsideError: it does not lie in ``own``, or did not when it was opened.
    """
    status = path.stat()
    if known := hashes.known(path, mark_of(status)):
        return known, status.st_size, status.st_mtime_ns
    if path.is_symlink() and not path.resolve().is_relative_to(own):
        raise _OutsideError
    with opened(path) as stream:
        status = os.fstat(stream.fileno())
        _check_inside(path, own, status)
        if status.st_size > MAX_FILE:
            raise OverflowError(status.st_size)
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
        hashes.note(path, mark_of(status), sha256)
        return sha256, stream.tell(), status.st_mtime_ns


def _check_inside(path: Path, own: Path, status: os.stat_result) -> None:
    """Check that what was opened lies in a folder: a folder or file may have become a link after it was looked at."""
    place = path.resolve()
    if not place.is_relative_to(own):
        raise _OutsideError
    there = place.lstat()
    if (there.st_dev, there.st_ino) != (status.st_dev, status.st_ino):
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), path)
