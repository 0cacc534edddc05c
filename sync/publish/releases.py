"""What was published under each path, and whether the file there is still the one that was written."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Release:
    """A file as it was last published."""

    content_hash: str
    """Covers what the file shows."""
    source: str = ""
    """Hash of what a volume was made of, by which it is known to be as it was without being made; else empty."""
    mark: str = ""
    """Size, time of change and SHA-256 of the file itself, as ``mark_of`` returns them."""


def mark_of(path: Path) -> str:
    """Return the mark of a file that was just written."""
    found = path.stat()
    return f"{found.st_size}:{found.st_mtime_ns}:{_sha256(path)}"


def present(releases: Mapping[str, Release], share: Path) -> dict[str, Release]:
    """Return the releases whose files lie in the share as they were written, with their marks as they are now.

    Size and time of change are compared; only a file that somebody copied or touched is read.
    """
    found: dict[str, Release] = {}
    for path, release in releases.items():
        mark = _mark_now(share / path, release.mark)
        if mark is not None:
            found[path] = release if mark == release.mark else replace(release, mark=mark)
    return found


def _mark_now(path: Path, mark: str) -> str | None:
    """Return the mark of a file if it still has the content of ``mark``, else None."""
    try:
        if path.is_symlink() or not path.is_file():
            return None
        found = path.stat()
        size, modified, sha256 = mark.split(":")
        if (size, modified) == (str(found.st_size), str(found.st_mtime_ns)):
            return mark
        same = size == str(found.st_size) and sha256 == _sha256(path)
    except (OSError, ValueError):
        return None
    return f"{size}:{found.st_mtime_ns}:{sha256}" if same else None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
