"""Check a saved copy of the open workbook, by the lines of ``houqin validate``."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from addin.school import today_here
from schemas.books import key_parts
from schemas.check import PROPOSED
from schemas.parse import Reading
from sync.foreseen import FREE, foreseen, foreseen_alone
from sync.scan import FoundFile, Scan, hash_file, is_temporary
from sync.standing import GONE, Standing, identified
from workbooks.taking import TakenFile, take_file

if TYPE_CHECKING:
    from addin.published import Published
    from schemas.findings import Finding
    from sync.plan import Plan

REFUSED = "refused"
"""Outcome of rows of a register that the department may not write."""
_CHINA = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True)
class FoundRegister:
    """One register in one sheet."""

    id: str
    sheet: str
    rows: int


@dataclass(frozen=True)
class RowOutcome:
    """What the next run would make of one row."""

    register: str
    sheet: str
    row: int
    """1-based worksheet row."""
    key: tuple[str, ...]
    """Empty for a row that was refused unread."""
    outcome: str
    """``accepted``, ``unchanged``, ``held``, ``conflict``, ``duplicate``, ``superseded``, ``stopped``, ``refused``."""
    reason: str = ""
    """Why, in one word (``added``, ``changed``, ``same`` …)."""


@dataclass(frozen=True)
class Checked:
    """Everything about one workbook."""

    findings: tuple[Finding, ...]
    """In the order of ``houqin validate``."""
    registers: tuple[FoundRegister, ...]
    rows: tuple[RowOutcome, ...]
    """Every row of data, by sheet and row."""
    rules_left_out: tuple[tuple[str, str, str], ...]
    """Code, register and the register that it needs."""
    revision: int | None
    """Of the books that it was checked against; None without a share."""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def check(path: Path, name: Path | None, published: Published | None, today: date | None = None) -> Checked:
    """Check the workbook that lies at ``path`` as the next run would take it.

    ``name`` is where the book itself lies: below a department's folder of the share it is known by that, from
    elsewhere (or None, never saved) it is a new version of the rows that it names. Without ``published`` only
    what needs no ledger is checked; ``today`` is then the day that counts (None: the clock's in China).

    Raises:
        PublicationError: the published books are damaged.
    """
    if published is None:
        day = today or today_here(_CHINA)
        taken = _taken(path, str(name or path), Reading(day))
        return _checked(taken, foreseen_alone([taken], day), None)
    from addin.basis import basis_of  # noqa: PLC0415 - a book without a share needs no books
    from addin.personal import with_personal  # noqa: PLC0415 - as above

    basis = basis_of(published)
    identity, department = known_as(name or path, published, basis.standing)
    taken = _taken(path, identity, published.school.reading())
    plan = foreseen(with_personal(basis, taken.tables), [(taken, department)])
    return _checked(taken, plan, published.revision)


def known_as(place: Path, published: Published, standing: Standing) -> tuple[str, str]:
    """Return what the ledger calls the workbook that lies in some place, and its department.

    From outside the departments' folders it is its path, and ``FREE``.
    """
    found = _in_department(place, published)
    if found is None:
        return str(place), FREE
    code, folder, inner = found
    title = unicodedata.normalize("NFC", f"{code}/{inner.as_posix()}")
    sha256, size = hash_file(place) if place.is_file() else ("", 0)
    own = FoundFile(title, code, place, sha256, size)
    files = identified(Scan((own, *_others(own, folder, standing))), standing).files
    return files[0].identity, code


def _in_department(place: Path, published: Published) -> tuple[str, Path, Path] | None:
    """Return department, its folder and the path below that, None for a file that is no department's workbook."""
    resolved = place.resolve()
    for code, department in published.school.departments.items():
        folder = (published.share / "departments" / department.folder).resolve()
        if resolved.is_relative_to(folder) and not any(map(is_temporary, resolved.relative_to(folder).parts)):
            return code, folder, resolved.relative_to(folder)
    return None


def _others(own: FoundFile, folder: Path, standing: Standing) -> Iterator[FoundFile]:
    """Yield the other known workbooks of the department whose files are there.

    Only one that had the content of ours is read: the two may have changed names.
    """
    for row in standing.workbooks.values():
        department, _, inner = str(row["title"]).partition("/")
        path = folder / inner
        if department == own.department and str(row["title"]).casefold() != own.name.casefold() and path.is_file():
            there = row["state"] != GONE and row["sha256"] == own.sha256
            yield FoundFile(str(row["title"]), department, path, hash_file(path)[0] if there else "", 0)


def _taken(path: Path, name: str, reading: Reading) -> TakenFile:
    """Return what a file holds; lock and temporary files hold nothing (DOMAIN.md 6.6 S20)."""
    return TakenFile(name, "", 0) if is_temporary(Path(name).name) else take_file(path, name, reading)


def _checked(taken: TakenFile, plan: Plan, revision: int | None) -> Checked:
    registers = tuple(FoundRegister(table.register.id, table.sheet, table.frame.height) for table in taken.tables)
    here = {each.id for each in registers}
    return Checked(
        next(outcome.findings for outcome in plan.outcomes),
        registers,
        tuple(sorted(_rows(taken, plan), key=lambda each: (each.sheet, each.row, each.register))),
        tuple(rule for rule in plan.checked.rules_off if rule[1] in here),
        revision,
    )


def _rows(taken: TakenFile, plan: Plan) -> Iterator[RowOutcome]:
    decided: set[tuple[str, str]] = set()
    for register_id, frame in plan.checked.frames.items():
        for sheet, row, key, outcome, reason in frame.select(_PLACE).iter_rows():
            decided.add((register_id, sheet))
            word = "accepted" if outcome == PROPOSED else outcome
            yield RowOutcome(register_id, sheet, row, key_parts(key), word, reason or "")
    for table in taken.tables:
        if (table.register.id, table.sheet) not in decided:
            yield from (RowOutcome(table.register.id, table.sheet, row, (), REFUSED) for row in table.frame["_row"])


_PLACE = [pl.col(name) for name in ("_sheet", "_row", "_key", "_outcome", "_reason")]
