"""The shape of what the ledger keeps: what stands with every row, and the tables of versions."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import polars as pl

from schemas.frames import where
from schemas.register import made_once

if TYPE_CHECKING:
    from schemas.register import Register

IN_THE_BOOKS = ("accepted", "missing")
"""Statuses that count: a missing row stays in the books until its removal is confirmed."""
ALL_STATUSES = (*IN_THE_BOOKS, "withdrawn")

INSTANT = pl.Datetime("us", "UTC")
"""A point in time, stored as microseconds since 1970."""

META: dict[str, pl.DataType] = {
    "_key": pl.String(),
    "_status": pl.String(),
    "_workbook": pl.String(),
    "_sheet": pl.String(),
    "_row": pl.Int64(),
    "_sha256": pl.String(),
    "_hash": pl.String(),
    "_post_date": pl.Date(),
    "_post_period": pl.String(),
}
"""What the ledger keeps with every row of a register. 16 registers have a column ``status`` of
their own: hence the underscore, in frames and in the database alike."""


@dataclass(frozen=True, eq=False)
class VersionedTable:
    """A table whose rows are versions: never overwritten, never deleted, only closed."""

    name: str
    fields: Mapping[str, pl.DataType]
    """Name to polars type, without the bookkeeping columns."""
    json_fields: frozenset[str] = frozenset()
    """Text fields that hold JSON: mappings and lists are written as such."""
    lookups: tuple[tuple[str, ...], ...] = ()
    """Columns by which current rows are looked up."""
    version: str = "version_id"
    start: str = "revision_from"
    end: str = "revision_to"

    @property
    def bookkeeping(self) -> dict[str, pl.DataType]:
        """Return the columns that the ledger itself sets: version, first and closing revision."""
        return {self.version: pl.Int64(), self.start: pl.Int64(), self.end: pl.Int64()}

    @cached_property
    def stored(self) -> Mapping[str, pl.DataType]:
        """Return every column of the table in its order, with its polars type."""
        return {self.version: pl.Int64(), **self.fields, self.start: pl.Int64(), self.end: pl.Int64()}

    @cached_property
    def no_rows(self) -> pl.DataFrame:
        """Return all columns without any row."""
        return pl.DataFrame(schema=dict(self.stored))


def storage_of(dtype: pl.DataType) -> str:
    """Return the word for how a type is kept, recorded with each column (``decimal(2)``, ``date``).

    Raises:
        TypeError: the ledger has no way to keep this type.
    """
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.scale})"
    if isinstance(dtype, pl.Datetime):
        return "instant" if dtype.time_zone else "datetime"
    for known, word in _STORAGES.items():
        if dtype == known:
            return word
    raise TypeError(dtype)


_STORAGES = {
    pl.Int64: "integer",
    pl.Boolean: "bool",
    pl.Date: "date",
    pl.Time: "time",
    pl.String: "text",
}
_AS_NUMBER = ("decimal", "instant", "integer", "bool")


def is_number(dtype: pl.DataType) -> bool:
    """Tell whether the database keeps this type as a whole number; everything else is text."""
    return storage_of(dtype).startswith(_AS_NUMBER)


@made_once
def content_table(register: type[Register]) -> VersionedTable:
    """Return the table of a register: declared columns, computed ones, then what the ledger keeps."""
    declared = {column.name: column.dtype for column in register.columns}
    fields = {**declared, **register.computed(), **META}
    return VersionedTable(f"reg_{register.id}", fields, version="_version", start="_from", end="_to")


def _own(name: str, fields: str, *, json: str = "", lookups: tuple[tuple[str, ...], ...] = ()) -> VersionedTable:
    """Declare one of the ledger's own tables: ``fields`` are names, with ``:int`` or ``:instant``."""
    kinds: dict[str, pl.DataType] = {"": pl.String(), "int": pl.Int64(), "instant": INSTANT}
    parts = [part.partition(":") for part in fields.split()]
    typed = {column: kinds[kind] for column, _, kind in parts}
    json_names = json.split()
    return VersionedTable(
        name,
        {**typed, **dict.fromkeys(json_names, pl.String())},
        frozenset(json_names),
        lookups,
    )


OWN_TABLES: dict[str, VersionedTable] = {
    table.name: table
    for table in (
        _own(
            "workbook",
            "department path title sha256 size:int saved_at:instant taken_revision:int state"
            " branch_of reason configuration",
            json="registers counts",
            lookups=(("path",),),
        ),
        _own(
            "held",
            "workbook register sheet row_number:int row_key sha256 reason",
            json="payload findings",
            lookups=(("workbook",), ("register", "row_key")),
        ),
        _own(
            "claim",
            "workbook register row_key content_hash base_version:int sheet row_number:int sha256",
            json="content seen",
            lookups=(("workbook",), ("register", "row_key")),
        ),
        _own(
            "conflict",
            "workbook register row_key other_workbook state",
            json="base ours theirs fields",
            lookups=(("workbook",), ("register", "row_key")),
        ),
        _own("finding", "workbook sheet", json="findings", lookups=(("workbook",),)),
        _own("decision", "who what subject decided_at:instant", json="details", lookups=(("what",),)),
        _own("rekeyed", "register old_key new_key", lookups=(("register",),)),
        _own("stop", "workbook sha256 code", json="details", lookups=(("workbook",),)),
        _own("page", "workbook register period", lookups=(("workbook",),)),
        _own("setting", "name", json="value"),
        _own(
            "month_close",
            "book period status by approver closed_at:instant reopen_reason open_items:int on_revision:int"
            " method digest",
            json="volumes",
            lookups=(("book", "period"),),
        ),
        _own("month_balance", "book period part", json="content", lookups=(("book", "period"),)),
        _own("migration", "table_name program_version", json="columns steps"),
    )
}
"""The ledger's own tables by name. ``migration`` is written by the ledger itself."""


def in_the_books(rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows that count."""
    return where(rows, pl.col("_status").is_in(list(IN_THE_BOOKS)))


def versions_hash(versions: pl.Series) -> str:
    """Return the SHA-256 of version numbers in order: it names the content of rows for good."""
    numbers = versions.cast(pl.Int64).sort().rechunk().to_arrow()
    content = numbers.buffers()[1]
    return hashlib.sha256(content.slice(numbers.offset * 8, len(numbers) * 8) if len(numbers) else b"").hexdigest()
