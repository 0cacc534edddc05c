"""Take a workbook whole: read its cells and turn every register in it into typed rows."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.findings import Finding, has_errors, reader_finding
from schemas.parse import Reading
from schemas.register import all_registers
from schemas.take import take
from schemas.values import Table
from workbooks.choices import Chosen, chosen_in
from workbooks.opening import opened
from workbooks.package import Package
from workbooks.read import read_file
from workbooks.refusals import RefusedError
from workbooks.xlsx_book import read_book, read_saved_at
from workbooks.xlsx_read import Origin

if TYPE_CHECKING:
    from workbooks.pool import Outcome, ReaderPool


@dataclass(frozen=True)
class TakenFile:
    """What one file holds: the typed rows of its registers and everything found on the way."""

    name: str
    sha256: str
    size: int
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Findings on the file and its sheets; those of rows stand in the tables."""
    saved_at: datetime | None = None
    """When it was last saved, by its own account, aware UTC."""
    origin: Origin | None = None
    """Of a marked copy: the workbook it was made from."""
    choices: tuple[Chosen, ...] = ()
    """What a department chose about its conflicts and missing rows."""
    decides: bool = False
    """True for a workbook that holds nothing but such choices."""

    @property
    def readable(self) -> bool:
        """Tell whether the file could be read at all."""
        return bool(self.tables) or not has_errors(self.findings)


def prepare() -> None:
    """Import every register: a worker does so before the time of its first file counts."""
    all_registers()


@dataclass(frozen=True)
class Place:
    """Where a file lies, what people know it by, and what it held when it was found (SHA-256, empty where unknown)."""

    path: Path
    name: str
    sha256: str = ""


def take_file(path: Path, name: str, reading: Reading) -> TakenFile:
    """Return the rows and findings of a workbook; ``name`` is what people know it by.

    Everything wrong with the content is a finding, never an exception.
    """
    content = read_file(path, name)
    if has_errors(content.findings):
        return TakenFile(name, content.sha256, content.size, (), content.findings, content.saved_at)
    if content.choices and not any(grid.cells for grid in content.grids):
        facts = (content.findings, content.saved_at, content.origin)
        return TakenFile(name, content.sha256, content.size, (), *facts, chosen_in(content.choices), decides=True)
    taken = take(content.grids, all_registers(), name, reading)
    return TakenFile(
        name,
        content.sha256,
        content.size,
        taken.tables,
        (*content.findings, *taken.findings),
        content.saved_at,
        content.origin,
        chosen_in(content.choices),
    )


@dataclass(frozen=True)
class Glance:
    """What a file says of itself before its cells are read."""

    saved_at: datetime | None = None
    registers: tuple[str, ...] = ()
    """Registers of the official templates in it."""


def glance(path: Path) -> Glance:
    """Return when a workbook was last saved and which templates it has; nothing of a file that is none."""
    try:
        package = Package(path.read_bytes())
        return Glance(read_saved_at(package), tuple(read_book(package).markers.values()))
    except (OSError, RefusedError):
        return Glance()


def take_files(
    files: Sequence[Place],
    reading: Reading,
    pool: ReaderPool,
    *,
    on_done: Callable[[Outcome], None] | None = None,
    patience_seconds: float = math.inf,
) -> list[TakenFile]:
    """Return what some files hold, each read in a worker that can be killed.

    A file that takes too long, too much memory or brings its worker down is a finding; the others are read all the
    same. Where the patience is not endless files are left out: those whose turn has not come when it ends, and those
    that take long, which are read beside and are there when they are asked for another time.
    """
    from workbooks.pool import Job  # noqa: PLC0415 - a file that is read in this process needs no workers

    jobs = [
        Job(file.name, "workbooks.taking:take_file", (file.path, file.name, reading), file.sha256) for file in files
    ]
    if math.isinf(patience_seconds):
        outcomes = pool.run(jobs, on_done)
    else:
        outcomes = pool.run_briefly(jobs, patience_seconds, on_done)
    return [_taken(outcome, pool.seconds) for outcome in outcomes]


def _taken(outcome: Outcome, seconds: float) -> TakenFile:
    if isinstance(outcome.value, TakenFile):
        return outcome.value
    name = outcome.job.key
    match outcome.failure:
        case "timeout":
            finding = reader_finding("FILE-TIMEOUT", name, seconds=f"{seconds:g}")
        case "memory":
            finding = reader_finding("FILE-TOO-LARGE", name, reason="读取时占用内存过多", reason_en="too much memory")
        case _:
            reason = "读取时程序中断"
            finding = reader_finding("FILE-CORRUPT", name, reason=reason, reason_en="the reader stopped on it")
    path = outcome.job.args[0]
    sha256, size = _identity(path) if isinstance(path, Path) else ("", 0)
    return TakenFile(name, outcome.job.content or sha256, size, (), (finding,))


def _identity(path: Path) -> tuple[str, int]:
    """Return hash and size of a file that could not be read as a workbook."""
    try:
        with opened(path) as content:
            return hashlib.file_digest(content, "sha256").hexdigest(), content.tell()
    except OSError:
        return "", 0
