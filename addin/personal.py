"""Compare rows with published books that leave personal numbers out."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import key_expression
from schemas.findings import Severity
from sync.canonical import content_hashes
from sync.foreseen import Basis
from sync.held import typed_cells
from sync.memory import WITHDRAWN, Remembered
from sync.publish.manifest import personal_columns

if TYPE_CHECKING:
    from schemas.books import Load
    from schemas.register import Register
    from schemas.rules import Facts
    from schemas.values import Table

_ANOTHER = "?"
"""Stands for a number that cannot be the ledger's: what is typed is wrong, and a wrong one is never accepted."""


def with_personal(basis: Basis, tables: Sequence[Table]) -> Basis:
    """Return the books with the personal numbers that a workbook states put where they are left out.

    So a row that differs in nothing else is unchanged, and one whose number is wrong is told so. That somebody
    in another workbook has the same number, or changed it, only the next run sees.
    """
    stated: dict[str, pl.DataFrame] = {}
    for table in tables:
        if personal_columns(table.register) and table.frame.height:
            rows = [_stated(table, basis.facts), stated.get(table.register.id)]
            known = pl.concat(each for each in rows if each is not None)
            stated[table.register.id] = known.unique("_key", keep="first", maintain_order=True)
    if not stated:
        return basis
    memory = _Completed(basis.memory, basis.load, stated)
    claims = {
        name: _with_claims(basis.registers[name], frame, memory) if name in stated else frame
        for name, frame in basis.standing.claims.items()
    }
    return replace(basis, memory=memory, load=memory.load, standing=replace(basis.standing, claims=claims))


class _Completed:
    """What is remembered of rows, with the personal numbers of the workbook that is looked at."""

    def __init__(self, memory: Remembered, load: Load, stated: Mapping[str, pl.DataFrame]) -> None:
        self._memory = memory
        self._load = load
        self.stated = stated

    def load(self, register: type[Register]) -> pl.DataFrame:
        return self._complete(register, self._load(register))

    def versions(self, register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        return self._complete(register, self._memory.versions(register, keys))

    def table(self, name: str, /, *, as_of: int | None = None, **equals: object) -> pl.DataFrame:
        return self._memory.table(name, as_of=as_of, **equals)

    def taken_at(self, sha256: str) -> int | None:
        return self._memory.taken_at(sha256)

    def _complete(self, register: type[Register], rows: pl.DataFrame) -> pl.DataFrame:
        stated = self.stated.get(register.id)
        if stated is None:
            return rows
        personal = personal_columns(register)
        joined = rows.drop(personal).join(stated, on="_key", how="left", maintain_order="left").select(rows.columns)
        return joined.with_columns(content_hashes(register, joined))


def _stated(table: Table, facts: Facts) -> pl.DataFrame:
    """Return ``_key`` and personal numbers of the rows of a sheet."""
    personal = personal_columns(table.register)
    unread = {(finding.row, finding.field) for finding in table.findings if finding.severity is Severity.ERROR}
    frame = table.frame
    wrong = {name: pl.col("_row").is_in([row for row, at in unread if at == name]) for name in personal}
    for rule in table.register.row_rules:
        if rule.at in wrong:
            wrong[rule.at] |= rule.broken(facts).fill_null(False)
    for cross in table.register.cross_rules:
        if cross.at in wrong:
            wrong[cross.at] |= pl.col(cross.at).is_not_null() & ~pl.col(cross.at).is_first_distinct()
    numbers = [pl.when(wrong[name]).then(pl.lit(_ANOTHER)).otherwise(pl.col(name)).alias(name) for name in personal]
    return frame.select(key_expression(table.register).alias("_key"), *numbers)


def _with_claims(register: type[Register], claims: pl.DataFrame, memory: _Completed) -> pl.DataFrame:
    """Return claims with cells and hashes that cover the personal numbers, too."""
    stated = {row["_key"]: row for row in memory.stated[register.id].to_dicts()}
    own = claims.filter(pl.col("row_key").is_in(list(stated)))
    versions = memory.versions(register, own["row_key"].to_list())
    hashes = dict(versions.select("_version", "_hash").iter_rows())
    changed = [_with_numbers(register, row, stated[row["row_key"]], hashes) for row in own.iter_rows(named=True)]
    fresh = pl.DataFrame(changed, schema=claims.schema, orient="row")
    return pl.concat([claims.filter(~pl.col("row_key").is_in(list(stated))), fresh])


def _with_numbers(
    register: type[Register], claim: Mapping[str, Any], stated: Mapping[str, Any], hashes: Mapping[int, str]
) -> dict[str, Any]:
    numbers = {name: stated[name] for name in personal_columns(register)}
    if claim["content_hash"] == WITHDRAWN:
        return dict(claim)
    if claim["content"] is None:
        return {**claim, "content_hash": hashes.get(claim["base_version"], claim["content_hash"])}
    content = json.dumps({**json.loads(claim["content"]), **numbers})
    cells = typed_cells(register, content)
    schema = {column.name: column.dtype for column in register.columns}
    row = pl.DataFrame([{name: cells[name] for name in schema}], schema=schema, orient="row")
    return {**claim, "content": content, "content_hash": content_hashes(register, row)[0]}
