"""Look at files as a run would take them, without writing anything: for ``validate`` and ``why``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from schemas.findings import reader_finding
from schemas.parse import Reading
from schemas.register import all_registers
from sync.closes import facts_of
from sync.current import as_they_are
from sync.derived import made_from
from sync.foreseen import FREE, Basis, foreseen, foreseen_alone
from sync.ledger import Ledger
from sync.ledger_books import books_of
from sync.plan import Plan
from sync.run import rights_of
from sync.scan import FoundFile, is_temporary, scan
from sync.share import Share
from sync.standing import Standing, identified
from workbooks.pool import ReaderPool
from workbooks.taking import Place, TakenFile, take_files


def preview_alone(files: Sequence[tuple[Path, str]], today: date, pool: ReaderPool) -> tuple[Plan, list[TakenFile]]:
    """Check files (path, name) by themselves: references hold among the rows of the files."""
    taken = _taken(files, Reading(today), pool)
    return foreseen_alone(taken, today), taken


def preview_in_share(
    share: Share, ledger: Ledger, paths: Sequence[Path], pool: ReaderPool
) -> tuple[Plan, list[TakenFile]]:
    """Check files as the next run would take them; one outside the departments' folders as a new version.

    Files come back in the order of ``paths``.
    """
    standing = Standing.of(ledger)
    own = {file.path.resolve(): file for file in identified(scan(share.config.folders), standing).files}
    files: list[tuple[Path, str]] = []
    departments: dict[str, str] = {}
    for path in paths:
        found: FoundFile | None = own.get(path.resolve())
        name = found.identity if found else name_of(path)
        departments[name] = found.department if found else FREE
        files.append((path, name))
    taken = _taken(files, share.reading(), pool)
    return foreseen(basis_of(share, ledger, standing), [(file, departments[file.name]) for file in taken]), taken


def basis_of(share: Share, ledger: Ledger, standing: Standing) -> Basis:
    """Return the newest revision of a ledger as files are looked at against it."""
    load = as_they_are(ledger, all_registers(), share.state)
    made = made_from(lambda: books_of(share, ledger, load))
    facts, zone = facts_of(share, ledger), share.config.zone
    return Basis(ledger, standing, load, made, share.registers, rights_of(share), facts, zone)


def name_of(path: Path) -> str:
    """Return what a file outside the departments' folders is called: its path, marks for bytes that are no text."""
    return os.fsencode(path).decode("utf-8", "replace")


def _taken(files: Sequence[tuple[Path, str]], reading: Reading, pool: ReaderPool) -> list[TakenFile]:
    """Return what the files hold; lock and temporary files hold nothing (DOMAIN.md 6.6 S20).

    One whose name is no text is refused, as it is in a department's folder.
    """
    unnamed = {path for path, _ in files if name_of(path) != str(path)}
    wanted = [Place(path, name) for path, name in files if path not in unnamed and not is_temporary(path.name)]
    found = {file.name: file for file in take_files(wanted, reading, pool)}
    found |= {name: _refused(name) for path, name in files if path in unnamed}
    return [found.get(name) or TakenFile(name, "", 0) for _, name in files]


def _refused(name: str) -> TakenFile:
    return TakenFile(name, "", 0, (), (reader_finding("FILE-NAME", name),))
