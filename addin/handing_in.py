"""Hand a workbook in: into the department's folder, in one step, never over a version that it has not seen."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from enum import Enum
from pathlib import Path

from workbooks.package import Package
from workbooks.refusals import RefusedError
from workbooks.write import remove_abandoned, replace_file
from workbooks.xlsx_book import read_saved_at
from workbooks.xml_parts import parse_part

_IDLE_SECONDS = 3600
"""A copy that nobody has written to for so long was given up, on whichever computer."""


class Way(Enum):
    """How a workbook comes into the folder."""

    NEW = "new"
    """There is no file of that name."""
    NEXT = "next"
    """It takes the place of the version that it came from."""
    SAME = "same"
    """The folder has exactly this already."""
    BESIDE = "beside"
    """Another version has its name: it goes beside that one as a copy, which the merge takes row by row."""


@dataclass(frozen=True)
class Handing:
    """What was decided: the file name in the department's folder, and the way."""

    name: str
    way: Way
    other: str = ""
    """Name of the version that this workbook has not seen."""


@dataclass(frozen=True)
class Handed:
    """What became of a workbook that was handed in."""

    name: str
    way: Way | None
    """None where it lies in the department's folder itself."""
    department: str = ""
    folder: str = ""
    other: str = ""
    """The version that it did not take the place of, who saved that and when."""
    who: str = ""
    when: str = ""


def handing_of(name: str, sha256: str, there: Mapping[str, str], seen: Collection[str], last_name: str = "") -> Handing:
    """Return under which name a workbook is handed in.

    Args:
        name: its file name.
        sha256: of what is handed in.
        there: file name to SHA-256 of every file in the department's folder.
        seen: SHA-256 of the versions that the workbook came from: the last one handed in, the file it was opened from.
        last_name: the name under which it was handed in last, "" where it never was. It counts while the
            workbook keeps its own name: saved under another, it is another workbook.
    """
    known = {_folded(each): (each, digest) for each, digest in there.items()}
    stem, dot, suffix = name.rpartition(".")
    copies = (f"{stem}({number}){dot}{suffix}" for number in range(1, len(known) + 2))
    other = ""
    first = last_name if _is_version(last_name, name) else name
    for candidate in (first, name, *copies):
        present, digest = known.get(_folded(candidate), (candidate, ""))
        if not digest:
            return Handing(candidate, Way.BESIDE if other else Way.NEW, other)
        if digest == sha256:
            return Handing(present, Way.SAME)
        if digest in seen:
            return Handing(present, Way.NEXT)
        other = other or present
    raise AssertionError(name)


def versions_in(folder: Path, name: str) -> dict[str, str]:
    """Return file name to SHA-256 of what lies in a folder under a name, and of its numbered copies."""
    if not folder.is_dir():
        return {}
    return {path.name: sha256_of(path) for path in folder.iterdir() if _is_version(path.name, name) and path.is_file()}


def _is_version(name: str, of: str) -> bool:
    """Tell whether a file name is another one, or that of a numbered copy of it: 台账.xlsx, 台账(1).xlsx."""
    stem, dot, suffix = (re.escape(_folded(part)) for part in of.rpartition("."))
    return re.fullmatch(rf"{stem}(?:\(\d+\))?{dot}{suffix}", _folded(name)) is not None


def sha256_of(path: Path) -> str:
    """Return the SHA-256 (lower-case hex) of a file."""
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def put(copy: Path, target: Path) -> None:
    """Put a copy of a workbook into a department's folder, whole or not at all.

    Raises:
        TargetLockedError: the file there is open in a spreadsheet program, or may not be written.
    """
    remove_abandoned(target.parent, _IDLE_SECONDS)
    content = copy.read_bytes()

    def write(beside: Path) -> None:
        beside.write_bytes(content)

    replace_file(target, write)


def last_change(path: Path, zone: tzinfo) -> tuple[str, datetime]:
    """Return who saved a workbook last ("" where it does not say) and when, at the school."""
    who, moment = "", None
    try:
        package = Package(path.read_bytes())
        core = parse_part(package.read(next(iter(package.related("", "core-properties")), "docProps/core.xml")))
        named = core.first("lastModifiedBy")
        who, moment = (named.text.strip() if named else ""), read_saved_at(package)
    except (RefusedError, IndexError):
        pass  # an .xls says neither in a place that we read; the file itself knows when
    return who, (moment or datetime.fromtimestamp(path.stat().st_mtime, UTC)).astimezone(zone)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
