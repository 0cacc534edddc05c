"""Look at files as a run would take them, without writing anything: for ``validate`` and ``why``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from schemas.books import Load
from schemas.parse import Reading
from schemas.register import all_registers
from schemas.rules import Facts
from sync.closes import facts_of, with_closes
from sync.current import as_they_are
from sync.derived import made_from
from sync.ledger import Ledger
from sync.memory import WITHDRAWN
from sync.plan import Plan, Rights, plan_run
from sync.run import rights_of
from sync.scan import FoundFile, is_temporary, scan
from sync.share import Share
from sync.stage import in_claim_order
from sync.standing import Standing, identified
from workbooks.pool import ReaderPool
from workbooks.taking import TakenFile, take_files

FREE = ""
"""Department of a file that lies in no department's folder: it is checked, nobody's rights are asked."""


def preview_alone(files: Sequence[tuple[Path, str]], today: date, pool: ReaderPool) -> tuple[Plan, list[TakenFile]]:
    """Check files (path, name) by themselves: references hold among the rows of the files."""
    taken = _taken(files, Reading(today), pool)
    known = frozenset(table.register.id for file in taken for table in file.tables if table.frame.height)
    facts = Facts(today, {}, frozenset(all_registers()), known)
    rights = Rights(lambda _department, _register: True, lambda _register: [])
    pairs = in_claim_order([(file, FREE) for file in taken])
    return plan_run(None, Standing(), pairs, rights, facts), taken


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
        name = found.identity if found else str(path)
        departments[name] = found.department if found else FREE
        files.append((path, name))
    taken = _taken(files, share.reading(), pool)
    foreign = [name for name, department in departments.items() if department == FREE]
    rights = rights_of(share)
    free = replace(
        rights,
        may_write=lambda code, register: (
            all_registers()[register].is_written() if code == FREE else rights.may_write(code, register)
        ),
    )
    pairs = in_claim_order([(file, departments[file.name]) for file in taken])
    kept = as_they_are(ledger, all_registers(), share.state)
    load = with_closes(kept, ledger, share.config.zone)
    known = replace(standing, held=(), claims=_as_new_versions(share, ledger, load, standing.claims, foreign))
    return plan_run(
        ledger, known, pairs, free, facts_of(share, ledger), None, load, made_from(share, ledger, kept)
    ), taken


def _taken(files: Sequence[tuple[Path, str]], reading: Reading, pool: ReaderPool) -> list[TakenFile]:
    """Return what the files hold; lock and temporary files hold nothing (DOMAIN.md 6.6 S20)."""
    wanted = [(path, name) for path, name in files if not is_temporary(path.name)]
    found = {file.name: file for file in take_files(wanted, reading, pool)}
    return [found.get(name) or TakenFile(name, "", 0) for _, name in files]


def _as_new_versions(
    share: Share, ledger: Ledger, load: Load, claims: Mapping[str, pl.DataFrame], foreign: Sequence[str]
) -> dict[str, pl.DataFrame]:
    """Return the claims, with the present state of every row as the base of files from elsewhere."""
    if not foreign:
        return dict(claims)
    empty = ledger.table("claim").clear()
    result: dict[str, pl.DataFrame] = {}
    for register_id, register in share.registers.items():
        rows = load(register)
        state = pl.when(pl.col("_status") == WITHDRAWN).then(pl.lit(WITHDRAWN)).otherwise(pl.col("_hash"))
        based = rows.select(
            pl.col("_key").alias("row_key"), state.alias("content_hash"), pl.col("_version").alias("base_version")
        ).join(pl.DataFrame({"workbook": foreign}, schema={"workbook": pl.String()}), how="cross")
        parts = [claims.get(register_id, empty), based]
        result[register_id] = pl.concat(parts, how="diagonal_relaxed")
    return result
