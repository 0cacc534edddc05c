"""What proves a school's ledger: its chain, the digests printed elsewhere, the archive of accepted files."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sync.close_proof import close_problems
from sync.ledger.verify import Problem
from sync.publish.paths import DIGEST_PROPERTY, MASTER
from sync.scan import hash_file
from sync.state import archived_files

if TYPE_CHECKING:
    from sync.share import Share

ARCHIVE = "archive"
"""Stands for a table in problems of archived files."""
_PROPERTIES = "docProps/custom.xml"
_MOST_BYTES = 100_000
_PRINTED = re.compile(rf'name="{DIGEST_PROPERTY}"[^>]*>\s*<(?:\w+:)?lpwstr>([0-9a-f]{{64}})<'.encode())


@dataclass(frozen=True)
class Proof:
    """What was looked at, and what does not fit."""

    revision: int
    digest: str
    heads: Mapping[str, str]
    """Where a digest was printed (``published``, ``given``, ``backup``) to the digest."""
    files: int
    """Number of archived files that were compared with their SHA-256."""
    problems: tuple[Problem, ...]


def prove(share: Share, printed: Mapping[str, str]) -> Proof:
    """Recompute the chain and read the archive; ``printed`` are digests from elsewhere, by where they stood."""
    heads = dict(printed)
    published = published_digest(share.path)
    if published is not None:
        heads["published"] = published
    with share.open_ledger() as ledger, ledger.snapshot() as snapshot:
        problems = [*snapshot.verify(*heads.values()), *close_problems(share, ledger)]
        taken, head = snapshot.files(), snapshot.head
    files = archived_files(share.state)
    problems += archive_problems(files, taken)
    return Proof(head.number, head.digest, heads, len(files), tuple(problems))


def archive_problems(files: Sequence[Path], taken: Mapping[str, tuple[int, str]]) -> Iterator[Problem]:
    """Yield what is wrong with the archive: files that a revision took and that are lost, and altered ones."""
    present = {file.stem for file in files}
    for sha256, (revision, _) in sorted(taken.items(), key=lambda item: (item[1], item[0])):
        if sha256 not in present:
            yield Problem("VERIFY-FILE-LOST", revision, ARCHIVE, args={"found": sha256})
    for file in files:
        if hash_file(file)[0] != file.stem:
            yield altered_file(file.stem, taken.get(file.stem, (0, ""))[0])


def altered_file(sha256: str, revision: int = 0) -> Problem:
    """Return the problem of an archived file that is not what its name says."""
    return Problem("VERIFY-FILE-ALTERED", revision, ARCHIVE, args={"found": sha256})


def published_digest(share: Path) -> str | None:
    """Return the digest that the published master ledger carries, None where there is none to be read.

    Only its small part of document properties is read: the file lies where staff can reach it.
    """
    try:
        with zipfile.ZipFile(share / MASTER) as package, package.open(_PROPERTIES) as part:
            found = _PRINTED.search(part.read(_MOST_BYTES))
    except (OSError, KeyError, zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError):
        return None
    return found[1].decode() if found else None
