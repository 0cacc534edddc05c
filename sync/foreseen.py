"""Decide what the next run would make of some workbooks: the part of a preview that needs no database."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import polars as pl

from schemas.register import all_registers
from schemas.rules import Facts
from sync.closes import with_closes
from sync.memory import WITHDRAWN, Remembered
from sync.plan import Plan, Rights, plan_run
from sync.stage import in_claim_order
from sync.standing import Standing
from sync.versioned import OWN_TABLES

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.register import Register
    from workbooks.taking import TakenFile

FREE = ""
"""Department of a file that lies in no department's folder: it is checked, nobody's rights are asked."""


@dataclass(frozen=True)
class Basis:
    """One state of a school's books, against which workbooks are looked at."""

    memory: Remembered
    standing: Standing
    load: Load
    """Returns the rows in force of a register, of any status, in the order of months and keys."""
    made: Load
    """Returns the rows of a register that the program makes from the books."""
    registers: Mapping[str, type[Register]]
    """The registers in use, by id."""
    rights: Rights
    facts: Facts
    zone: ZoneInfo


def foreseen_alone(taken: Sequence[TakenFile], today: date) -> Plan:
    """Return what becomes of the rows of some files by themselves: references hold among these rows."""
    known = frozenset(table.register.id for file in taken for table in file.tables if table.frame.height)
    facts = Facts(today, {}, frozenset(all_registers()), known)
    rights = Rights(lambda _department, _register: True, lambda _register: [])
    return plan_run(None, Standing(), in_claim_order([(file, FREE) for file in taken]), rights, facts)


def foreseen(basis: Basis, taken: Sequence[tuple[TakenFile, str]]) -> Plan:
    """Return what the next run would make of some files, each with its department; of ``FREE`` as new versions."""
    foreign = [file.name for file, department in taken if department == FREE]
    claims = _as_new_versions(basis, foreign)
    known = replace(basis.standing, held=(), claims=claims)
    load = with_closes(basis.load, basis.memory, basis.zone)
    pairs = in_claim_order(taken)
    return plan_run(basis.memory, known, pairs, _free(basis.rights), basis.facts, None, load, basis.made)


def _free(rights: Rights) -> Rights:
    """Return the rights of the departments, and that of ``FREE`` to everything that people write."""

    def may_write(code: str, register_id: str) -> bool:
        return all_registers()[register_id].is_written() if code == FREE else rights.may_write(code, register_id)

    return replace(rights, may_write=may_write)


def _as_new_versions(basis: Basis, foreign: Collection[str]) -> dict[str, pl.DataFrame]:
    """Return the claims, with the present state of every row as the base of files from elsewhere."""
    claims = basis.standing.claims
    if not foreign:
        return dict(claims)
    result: dict[str, pl.DataFrame] = {}
    for register_id, register in basis.registers.items():
        rows = basis.load(register)
        state = pl.when(pl.col("_status") == WITHDRAWN).then(pl.lit(WITHDRAWN)).otherwise(pl.col("_hash"))
        based = rows.select(
            pl.col("_key").alias("row_key"), state.alias("content_hash"), pl.col("_version").alias("base_version")
        ).join(pl.DataFrame({"workbook": foreign}, schema={"workbook": pl.String()}), how="cross")
        parts = [claims.get(register_id, pl.DataFrame(schema=OWN_TABLES["claim"].stored)), based]
        result[register_id] = pl.concat(parts, how="diagonal_relaxed")
    return result
