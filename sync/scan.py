"""Find the workbooks that departments have put into the shared folder."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.findings import Finding, reader_finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TEMPORARY = re.compile(
    r"(~\$|\.)[\s\S]*|[\s\S]*~|[\s\S]*\.(tmp|temp|part|partial|crdownload|download|downloading|xltd|td|lnk|url|ini|db|bak)",
    re.IGNORECASE,
)
"""Lock files, half-written files and what operating systems leave behind (DOMAIN.md 6.6 S20)."""

_CHUNK = 1 << 20


@dataclass(frozen=True)
class FoundFile:
    """One file in a department's folder."""

    name: str
    """``<department>/<path below its folder>``, NFC, with slashes."""
    department: str
    path: Path
    sha256: str
    size: int
    identity: str = ""
    """What the ledger calls the workbook; the name it had when it was first seen."""


@dataclass(frozen=True)
class Scan:
    """The files found, sorted by name, and what was wrong with some of them."""

    files: tuple[FoundFile, ...]
    findings: tuple[Finding, ...] = ()

    def is_unopened(self, name: str) -> bool:
        """Tell whether a workbook may be there although it was not found: it, or its folder, could not be opened."""
        folded = f"{name.casefold()}/"
        return any(folded.startswith(f"{finding.workbook.casefold()}/") for finding in self.findings)


def is_temporary(name: str) -> bool:
    """Tell whether a file name is that of a lock or temporary file, which is never a workbook."""
    return TEMPORARY.fullmatch(name) is not None


def scan(folders: Mapping[str, Path]) -> Scan:
    """Return the files below the folders of the departments (code to folder), with their hashes.

    A link that leads out of its department's folder, and a file or folder that cannot be opened, is a finding.
    """
    files: list[FoundFile] = []
    findings: list[Finding] = []
    for department, folder in sorted(folders.items()):
        for path in _files_below(folder):
            name = unicodedata.normalize("NFC", (Path(department) / path.relative_to(folder)).as_posix())
            if path.is_dir() and not path.is_symlink():
                reason, reason_en = "没有权限打开这个文件夹", "the folder may not be opened"
                findings.append(reader_finding("FILE-LOCKED", name, reason=reason, reason_en=reason_en))
                continue
            if not path.resolve().is_relative_to(folder.resolve()):
                findings.append(reader_finding("FILE-OUTSIDE", name, value=path.name))
                continue
            try:
                sha256, size = hash_file(path)
            except PermissionError:
                findings.append(reader_finding("IMP-03", name))
                continue
            except OSError as exc:
                reason = exc.strerror or "无法打开"
                findings.append(reader_finding("FILE-LOCKED", name, reason=reason, reason_en=reason))
                continue
            files.append(FoundFile(name, department, path, sha256, size))
    return Scan(tuple(sorted(files, key=lambda file: file.name)), tuple(findings))


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, and the folders that may not be opened."""
    if not folder.is_dir():
        return
    try:
        inside = sorted(folder.iterdir())
    except PermissionError:
        yield folder
        return
    for path in inside:
        if is_temporary(path.name):
            continue
        if path.is_dir() and not path.is_symlink():
            yield from _files_below(path)
        elif path.is_file() or path.is_symlink():
            yield path


def hash_file(path: Path) -> tuple[str, int]:
    """Return the SHA-256 (lower-case hex) and size in bytes of a file."""
    digest = hashlib.sha256()
    size = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
