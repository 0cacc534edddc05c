"""The tables of the ledger: one per register, made from its declaration, and the ledger's own."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from sync.versioned import OWN_TABLES, VersionedTable, content_table, is_number

if TYPE_CHECKING:
    import polars as pl

    from schemas.register import Register

BIG = sa.BigInteger().with_variant(sqlite.INTEGER(), "sqlite")
"""64 bits in both databases; SQLite wants the word INTEGER for a row id and for strict tables."""

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


@cache
def known_table(table: VersionedTable) -> sa.Table:
    """Return the database table, made once in a process: those of all registers take longer than opening a ledger."""
    return sql_table(table, sa.MetaData())


@cache
def creation(table: sa.Table, database: str) -> tuple[str, ...]:
    """Return the statements that create a table and its indexes, composed once in a process for each database."""
    dialect = sa.make_url(f"{database}://").get_dialect()()
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    made = str(sa.schema.CreateTable(table).compile(dialect=dialect))
    return (made, *(str(sa.schema.CreateIndex(index).compile(dialect=dialect)) for index in indexes))


def column_type(dtype: pl.DataType) -> sa.types.TypeEngine[Any]:
    """Return the database type: whole numbers or text, the same in both databases."""
    return BIG if is_number(dtype) else sa.Text()


class Tables:
    """All versioned tables of one ledger: those of its registers and its own.

    The database's own table objects are made when one is asked for: a command looks at a few of hundreds.
    """

    def __init__(self, registers: Mapping[str, type[Register]]) -> None:
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
            self._sql[name] = known_table(self.versioned[name])
        return self._sql[name]

    def declared(self) -> dict[str, tuple[str, ...]]:
        """Return the columns of every table that the database must have, by its name."""
        plain = {table.name: tuple(table.columns.keys()) for table in PLAIN_TABLES}
        return plain | {name: tuple(table.stored) for name, table in self.versioned.items()}
