"""The tables of the ledger: one per register, made from its declaration, and the ledger's own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

if TYPE_CHECKING:
    from schemas.register import Register

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""64 bits in both databases; SQLite wants the word INTEGER for a row id and for strict tables."""

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


@dataclass(frozen=True)
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

    @property
    def stored(self) -> dict[str, pl.DataType]:
        """Return every column of the table in its order, with its polars type."""
        return {self.version: pl.Int64(), **self.fields, self.start: pl.Int64(), self.end: pl.Int64()}


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


def content_table(register: type[Register]) -> VersionedTable:
    """Return the table of a register: declared columns, computed ones, then what the ledger keeps."""
    declared = {column.name: column.dtype for column in register.columns}
    return VersionedTable(
        f"reg_{register.id}",
        {**declared, **register.computed(), **META},
        version="_version",
        start="_from",
        end="_to",
    )


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


_PLAIN = sa.MetaData()

REVISION = sa.Table(
    "revision",
    _PLAIN,
    sa.Column("number", BIG, primary_key=True, autoincrement=False),
    sa.Column("at", BIG, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("previous", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sqlite_strict=True,
)
"""The chain: ``at`` is UTC in microseconds and never goes back."""

PART = sa.Table(
    "revision_part",
    _PLAIN,
    sa.Column("number", BIG, primary_key=True, autoincrement=False),
    sa.Column("table_name", sa.Text, primary_key=True),
    sa.Column("inserted", BIG, nullable=False),
    sa.Column("inserted_digest", sa.Text, nullable=False),
    sa.Column("closed", BIG, nullable=False),
    sa.Column("closed_digest", sa.Text, nullable=False),
    sqlite_strict=True,
)
"""What a revision did to one table: how many versions it inserted and closed, and their digests."""

PUBLICATION = sa.Table(
    "publication",
    _PLAIN,
    sa.Column("target", sa.Text, primary_key=True),
    sa.Column("wanted_revision", BIG, nullable=False),
    sa.Column("wanted_hash", sa.Text),
    sa.Column("published_revision", BIG),
    sa.Column("published_hash", sa.Text),
    sa.Column("published_source", sa.Text),
    sa.Column("published_mark", sa.Text),
    sqlite_strict=True,
)
"""What lies in ``published``. It changes after the commit: hence outside the chain of digests."""

PLAIN_TABLES = (REVISION, PART, PUBLICATION)


def sql_table(table: VersionedTable, metadata: sa.MetaData) -> sa.Table:
    """Return the database table with its indexes, added to ``metadata``.

    A key of a register has at most one version that ends in a given revision, hence at most one
    current one: the index that finds the versions of a key also keeps that.
    """
    columns = [sa.Column(table.version, BIG, primary_key=True, autoincrement=False)]
    columns += [sa.Column(name, column_type(dtype)) for name, dtype in table.fields.items()]
    columns += [sa.Column(table.start, BIG, nullable=False), sa.Column(table.end, BIG)]
    made = sa.Table(table.name, metadata, *columns, sqlite_strict=True)
    end = made.c[table.end]
    sa.Index(f"ix_{table.name}_end", end, sqlite_where=end.is_not(None), postgresql_where=end.is_not(None))
    if "_key" in table.fields:
        sa.Index(f"ux_{table.name}_key", made.c["_key"], sa.func.coalesce(end, 0), unique=True)
    for number, names in enumerate(table.lookups):
        current = end.is_(None)
        found = [made.c[name] for name in names]
        sa.Index(f"ix_{table.name}_{number}", *found, sqlite_where=current, postgresql_where=current)
    return made


def column_type(dtype: pl.DataType) -> sa.types.TypeEngine[Any]:
    """Return the database type: whole numbers or text, the same in both databases."""
    return BIG if is_number(dtype) else sa.Text()


class Tables:
    """All versioned tables of one ledger: those of its registers and its own.

    The database's own table objects are made when one is asked for: a command looks at a few of hundreds.
    """

    def __init__(self, registers: Mapping[str, type[Register]]) -> None:
        self._metadata = sa.MetaData()
        contents = [content_table(register) for register in registers.values()]
        self.versioned = {table.name: table for table in (*contents, *OWN_TABLES.values())}
        self._sql: dict[str, sa.Table] = {table.name: table for table in PLAIN_TABLES}

    def content(self, register: type[Register]) -> VersionedTable:
        """Return the table of a register.

        Raises:
            KeyError: the ledger was opened without this register.
        """
        return self.versioned[f"reg_{register.id}"]

    def own(self, name: str) -> VersionedTable:
        """Return one of the ledger's own tables.

        Raises:
            KeyError: there is no such table.
        """
        return self.versioned[OWN_TABLES[name].name]

    def sql(self, table: VersionedTable) -> sa.Table:
        """Return the database table of a versioned table."""
        return self.named(table.name)

    def named(self, name: str) -> sa.Table:
        """Return a database table by its name.

        Raises:
            KeyError: there is no such table.
        """
        if name not in self._sql:
            self._sql[name] = sql_table(self.versioned[name], self._metadata)
        return self._sql[name]

    def declared(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of every table that the database must have, by its name."""
        plain = {table.name: tuple(table.columns.keys()) for table in PLAIN_TABLES}
        return plain | {name: tuple(table.stored) for name, table in self.versioned.items()}
