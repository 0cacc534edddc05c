"""The rows in force while a batch is checked: the ledger's, overlaid by what has passed so far."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import polars as pl

from schemas.columns import Need
from schemas.frames import is_one_of, where
from schemas.register import Register, all_registers, made_once
from schemas.resolve import Directory

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.rules import Facts

KEY_SEPARATOR = "\x1f"

Load = Callable[[type[Register]], pl.DataFrame]
"""Returns the rows that are kept of a register: columns as declared, computed columns and ``_key``."""

APPROVING_ROLES = frozenset({"PRINCIPAL", "LEADER", "GA_HEAD", "CUSTODIAN", "ACCOUNTANT", "CASHIER"})
"""Roles that approve or keep books: a workbook cannot grant them (DOMAIN.md 2.2, role_codes)."""


def key_expression(register: type[Register]) -> pl.Expr:
    """Return the business key of a row as one text; a blank is an ordinary part of it."""
    parts = [pl.col(name).cast(pl.String).fill_null("") for name in register.key]
    return pl.concat_str(parts, separator=KEY_SEPARATOR)


def key_parts(key: str) -> tuple[str, ...]:
    """Return the parts of a key text."""
    return tuple(key.split(KEY_SEPARATOR))


def restated_keys(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the keys (``_key``) that rows state anew: their own, and the ones that they replace (``_replaces``)."""
    keys = rows.select("_key")
    if "_replaces" not in rows.columns:
        return keys
    return pl.concat([keys, rows.select(pl.col("_replaces").alias("_key")).drop_nulls()])


@made_once
def empty_frame(register: type[Register]) -> pl.DataFrame:
    """Return a frame of the register's columns without rows."""
    schema = {column.name: column.dtype for column in register.columns}
    return pl.DataFrame(schema={**schema, **register.computed(), "_key": pl.String(), "_id": pl.Int64()})


class OpenBooks:
    """The books that a batch is checked against; rows that pass are put in one register at a time.

    ``load`` returns the accepted rows of a register from wherever they are kept, ``made`` those that the
    program makes from the books.
    """

    def __init__(self, facts: Facts, load: Load, made: Load | None = None) -> None:
        self.facts = facts
        self._load = load
        self._make = made or empty_frame
        self._made: dict[str, pl.DataFrame] = {}
        self._kept: dict[str, pl.DataFrame] = {}
        self._passed: dict[str, pl.DataFrame] = {}
        self._merged: dict[str, pl.DataFrame] = {}
        self._directories: dict[tuple[str, str], Directory] = {}
        self._left_out: dict[str, list[str]] = {}
        self._stated: dict[str, pl.DataFrame] = {}

    def kept(self, register_id: str) -> pl.DataFrame:
        """Return the ledger's own rows of a register, withdrawn ones too, with negative ``_id``."""
        if register_id not in self._kept:
            known = all_registers().get(register_id)
            rows = empty_frame(known) if known else pl.DataFrame({"_key": [], "_id": []})
            if known is not None:
                rows = _numbered(self._load(known))
            self._kept[register_id] = rows
        return self._kept[register_id]

    def rows(self, register: str, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force of a register, or those that agree with a row of ``among`` in all its columns.

        Only what is looked at of a large register takes time and memory: name what is wanted of it.
        """
        if among is not None and register not in self._merged:
            return self._in_force(register, among)
        if register not in self._merged:
            self._merged[register] = self._in_force(register, None)
        return agreeing(self._merged[register], among)

    def _in_force(self, register: str, among: pl.DataFrame | None) -> pl.DataFrame:
        kept, passed = agreeing(self.kept(register), among), self._passed.get(register)
        if "_status" in kept.columns:
            kept = where(kept, pl.col("_status") != "withdrawn")
        if left_out := self._left_out.get(register):
            kept = kept.filter(~pl.col("_key").is_in(left_out))
        if passed is not None:
            columns = [name for name in kept.columns if name in passed.columns]
            fresh = _without(kept, restated_keys(passed)).select(columns)
            kept = pl.concat([fresh, agreeing(passed, among).select(columns)], how="vertical_relaxed")
        return _with_effective_roles(kept, self.facts.parameters)

    def others(self, register: str, candidates: pl.DataFrame, among: pl.DataFrame | None = None) -> pl.DataFrame:
        """Return the rows in force without the keys that the candidates state anew, corrected numbers included."""
        return _without(self.rows(register, among), restated_keys(candidates))

    def numbered(self, register: str) -> pl.DataFrame:
        """Return the rows in force and the withdrawn ones: their numbers stay used."""
        rows, kept = self.rows(register), self.kept(register)
        return pl.concat([rows, _without(kept, rows.select("_key")).select(rows.columns)], how="vertical_relaxed")

    def made(self, register: str) -> pl.DataFrame:
        """Return the rows of a register that the program makes from the books as they were before the batch."""
        if register not in self._made:
            self._made[register] = self._make(all_registers()[register])
        return self._made[register]

    def state(self, register: type[Register], rows: pl.DataFrame) -> None:
        """Say what the workbooks of the batch state of a register, before anything of it passes."""
        self._stated[register.id] = rows

    def stated(self, register: str) -> pl.DataFrame:
        """Return all rows of the batch of a register as their workbooks state them, taken or not."""
        return self._stated[register]

    def leave_out(self, register: type[Register], keys: Sequence[str]) -> None:
        """Say which keys of a register are withdrawn in this run."""
        self._left_out[register.id] = list(keys)
        self._changed(register)

    def put(self, register: type[Register], passed: pl.DataFrame) -> None:
        """Replace what has passed of a register so far: other registers see it from now on."""
        self._passed[register.id] = passed
        self._changed(register)

    def take_back(self, register: type[Register]) -> None:
        """Take what passed of a register back out: within a circle its rows were taken to be there already."""
        if self._passed.pop(register.id, None) is not None:
            self._changed(register)

    def _changed(self, register: type[Register]) -> None:
        self._merged.pop(register.id, None)
        for place in [place for place in self._directories if place[0] == register.id]:
            del self._directories[place]

    def directory(self, reference: str) -> Directory | None:
        """Return the directory of ``register.column``; None where its rows are not at hand."""
        register_id, _, column = reference.partition(".")
        if register_id not in self.facts.known:
            return None
        place = (register_id, column)
        if place not in self._directories:
            register = all_registers()[register_id]
            self._directories[place] = Directory.of(register, self.rows(register_id), column)
        return self._directories[place]


def agreeing(rows: pl.DataFrame, among: pl.DataFrame | None) -> pl.DataFrame:
    """Return the rows that agree with some row of ``among`` in all its columns; blanks agree with nothing.

    Filters come before the join: a join would first make one piece of the many that a large register has.
    """
    if among is None or rows.is_empty():
        return rows
    if among.is_empty():
        return rows.clear()
    found = where(rows, pl.all_horizontal(is_one_of(name, among[name].unique()) for name in among.columns))
    several = len(among.columns) > 1
    return found.join(among, on=among.columns, how="semi", maintain_order="left") if several else found


def _without(rows: pl.DataFrame, keys: pl.DataFrame) -> pl.DataFrame:
    if rows.is_empty() or keys.is_empty():
        return rows
    return where(rows, ~is_one_of("_key", keys["_key"]))


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Add ``_id``, in the same pieces as the other columns: with others polars would copy them all."""
    ids: list[pl.Series] = []
    start = 0
    for length in rows.to_series().chunk_lengths():
        ids.append(pl.int_range(-1 - start, -1 - start - length, -1, dtype=pl.Int64, eager=True))
        start += length
    return rows.with_columns(pl.concat(ids, rechunk=False).alias("_id"))


def _with_effective_roles(rows: pl.DataFrame, parameters: Mapping[str, object]) -> pl.DataFrame:
    """Leave approving roles only to the people to whom the configuration gives them."""
    if "role_codes" not in rows.columns or "staff_no" not in rows.columns:
        return rows
    granted = parameters.get("roles", {})
    holders = {role: frozenset(people) for role, people in granted.items()} if isinstance(granted, dict) else {}

    def effective(row: dict[str, str | None]) -> str | None:
        stated = [role for role in (row["role_codes"] or "").split("、") if role and role not in APPROVING_ROLES]
        given = [role for role, people in holders.items() if row["staff_no"] in people]
        return "、".join(sorted({*stated, *given})) or None

    pairs = rows.select("staff_no", "role_codes").to_dicts()
    return rows.with_columns(pl.Series("role_codes", [effective(row) for row in pairs], dtype=pl.String))


def stated_columns(register: type[Register]) -> list[str]:
    """Return the names of the columns whose content people state."""
    return [column.name for column in register.columns if column.need is not Need.SYSTEM]
