"""Read a file that staff have saved: whatever it really is, its sheets as grids, and what is wrong with it."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from schemas.findings import Finding, reader_finding
from schemas.values import Grid
from workbooks.kinds import Kind, recognise
from workbooks.opening import opened
from workbooks.reasons import reason_of
from workbooks.refusals import MAX_FILE, RefusedError, corrupt, too_large
from workbooks.text_tables import read_delimited, read_html
from workbooks.xls_read import read_xls
from workbooks.xlsx_read import Origin, read_xlsx


@dataclass(frozen=True)
class FileContent:
    """What one file holds."""

    name: str
    sha256: str
    """Lower-case hex, of exactly the bytes that were read."""
    size: int
    grids: tuple[Grid, ...] = ()
    """Every sheet of people, hidden ones too; the program's own are left out."""
    findings: tuple[Finding, ...] = ()
    """``FILE-…`` findings; an error means that nothing could be read."""
    saved_at: datetime | None = None
    """When it was last saved, by its own account, aware UTC."""
    origin: Origin | None = None
    choices: tuple[Grid, ...] = ()
    """Sheets of ours in which a department chose what becomes of its conflicts (``workbooks.choices``)."""


def read_file(path: Path, name: str) -> FileContent:
    """Return the sheets of a file, or the finding that says why there are none; content raises nothing.

    Args:
        path: The file.
        name: The name people know it by, for findings and grids.
    """
    try:
        content = _bytes_of(path)
    except RefusedError as refused:
        return FileContent(name, "", 0, findings=(refused.finding(name),))
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        return _read(content, sha256, path.suffix.lower(), name)
    except RefusedError as refused:
        finding = refused.finding(name)
    except MemoryError:
        finding = too_large("占用内存过多", "it takes too much memory").finding(name)
    except Exception as error:  # noqa: BLE001 - a foreign library stumbled over the file
        finding = _stumbled(error).finding(name)
    except BaseException as error:
        if "Panic" not in type(error).__name__:
            raise
        finding = _stumbled(error).finding(name)
    return FileContent(name, sha256, len(content), findings=(finding,))


def _stumbled(error: BaseException) -> RefusedError:
    told = f"{type(error).__name__}: {error}"[:200]
    return corrupt(f"无法读取（{told}）", f"it cannot be read ({told})")


def _bytes_of(path: Path) -> bytes:
    try:
        with opened(path) as stream:
            if os.fstat(stream.fileno()).st_size > MAX_FILE:
                raise too_large(f"超过{MAX_FILE >> 20} MB", f"it has more than {MAX_FILE >> 20} MB")
            return stream.read()
    except FileNotFoundError as error:
        raise RefusedError("FILE-MISSING") from error
    except OSError as error:
        raise RefusedError("FILE-LOCKED", **reason_of(error).args()) from error


def _read(content: bytes, sha256: str, extension: str, name: str) -> FileContent:
    recognised = recognise(content, extension)
    findings = []
    saved_at, origin = None, None
    choices: tuple[Grid, ...] = ()
    match recognised.kind:
        case Kind.XLSX:
            book = read_xlsx(content, name)
            grids, choices, saved_at, origin = book.grids, book.choices, book.saved_at, book.origin
        case Kind.XLS:
            grids = read_xls(content, name)
            findings.append(reader_finding("FILE-XLS", name))
        case Kind.HTML:
            grids = read_html(content, name)
        case Kind.DELIMITED:
            grids = read_delimited(content, name)
    if not any(grid.cells for grid in (*grids, *choices)):
        raise RefusedError("FILE-EMPTY")
    if recognised.disguised:
        findings.append(reader_finding("FILE-DISGUISED", name, kind=str(recognised.kind)))
    return FileContent(name, sha256, len(content), grids, tuple(findings), saved_at, origin, choices)
