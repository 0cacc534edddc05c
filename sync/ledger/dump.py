"""The whole ledger as frames in stored form, read from one state and written into an empty database.

The stored form (whole numbers and text) is the same in every database: what was read from SQLite can
be written into PostgreSQL, and its digests are the same there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from sync.ledger import read
from sync.ledger.engine import fetched, fetched_slices
from sync.ledger.frames import frame_of_rows
from sync.ledger.insert import insert_rows
from sync.ledger.tables import PLAIN_TABLES, PUBLICATION, sql_table
from sync.ledger.verify import Problem, tables_found, verify
from sync.versioned import OWN_TABLES, VersionedTable, is_number

if TYPE_CHECKING:
    from schemas.register import Register

SLICE_ROWS = 50_000
RESTORED = "restored"
"""Published hash of what lies in the shared folder since before a restore: it equals no other."""

_FILE_FIELDS = frozenset({"_sha256", "sha256"})
_TYPES: dict[str, pl.DataType] = {"integer": pl.Int64(), "text": pl.String()}


@dataclass(frozen=True)
class KeptTable:
    """One table of the ledger with its columns in order, each ``integer`` or ``text``."""

    name: str
    columns: Mapping[str, str]

    @property
    def types(self) -> dict[str, pl.DataType]:
        """Return the polars types of the stored form."""
        return {name: _TYPES[kind] for name, kind in self.columns.items()}


class Snapshot:
    """One state of the ledger, however long it is looked at and whoever writes meanwhile."""

    def __init__(self, connection: sa.Connection, registers: Mapping[str, type[Register]]) -> None:
        self._connection = connection
        self._registers = registers
        self.head = read.head(connection)
        """The newest revision of this state."""

    def tables(self) -> list[KeptTable]:
        """Return every table of the ledger, those of registers that are no longer declared included."""
        versioned = [_kept(table.name, table.stored) for table in tables_found(self._connection)]
        return [*map(_kept_plain, PLAIN_TABLES), *versioned]

    def slices(self, table: KeptTable) -> Iterator[pl.DataFrame]:
        """Yield the rows of a table in stored form, at most ``SLICE_ROWS`` at a time."""
        columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in table.columns]
        statement = sa.select(*columns).select_from(sa.table(table.name, *columns))
        if table.name in _PLAIN:
            yield frame_of_rows(fetched(self._connection, statement.order_by(*columns[:2])), table.types)
            return
        for rows in fetched_slices(self._connection, statement, SLICE_ROWS):
            yield frame_of_rows(rows, table.types)

    def verify(self, *heads: str) -> list[Problem]:
        """Return everything in this state that does not fit the chain of digests, or digests printed elsewhere."""
        return verify(self._connection, self._registers, *heads)

    def files(self) -> dict[str, tuple[int, str]]:
        """Return the SHA-256 of every file that was taken, with the first revision and the table that name it."""
        found: dict[str, tuple[int, str]] = {}
        for table in tables_found(self._connection):
            for name in table.stored.keys() & _FILE_FIELDS:
                sha256: sa.ColumnClause[Any] = sa.column(name)
                start: sa.ColumnClause[Any] = sa.column(table.start)
                named = sa.select(sha256, sa.func.min(start)).select_from(sa.table(table.name, sha256, start))
                for file, revision in fetched(self._connection, named.where(sha256.is_not(None)).group_by(sha256)):
                    found[file] = min(found.get(file, (revision, table.name)), (revision, table.name))
        return found


_PLAIN = {table.name: table for table in PLAIN_TABLES}


def _kept(name: str, types: Mapping[str, pl.DataType]) -> KeptTable:
    return KeptTable(name, {column: "integer" if is_number(dtype) else "text" for column, dtype in types.items()})


def _kept_plain(table: sa.Table) -> KeptTable:
    kinds = {column.name: "integer" if isinstance(column.type, sa.Integer) else "text" for column in table.c}
    return KeptTable(table.name, kinds)


def load(
    connection: sa.Connection,
    tables: Iterable[KeptTable],
    slices: Callable[[KeptTable], Iterable[pl.DataFrame]],
) -> dict[str, int]:
    """Create tables in an empty database, write their rows and return how many each has now.

    They are made as they were kept, not as they are declared today: opening the ledger afterwards
    brings them up to date like any ledger of an earlier program.
    """
    counts: dict[str, int] = {}
    for table in tables:
        made = _PLAIN.get(table.name)
        sql = _versioned_sql(table) if made is None else made
        sql.create(connection, checkfirst=False)
        for piece in slices(table):
            insert_rows(connection, sql, piece.columns, piece.rows())
        counted = sa.select(sa.func.count()).select_from(sql)
        counts[table.name] = connection.execute(counted).scalar_one()
    return counts


def _versioned_sql(table: KeptTable) -> sa.Table:
    names = list(table.columns)
    fields = {name: table.types[name] for name in names[1:-2]}
    own = OWN_TABLES.get(table.name)
    lookups = tuple(listed for listed in (own.lookups if own else ()) if set(listed) <= fields.keys())
    kept = VersionedTable(table.name, fields, lookups=lookups, version=names[0], start=names[-2], end=names[-1])
    return sql_table(kept, sa.MetaData())


def expect_everything_anew(connection: sa.Connection) -> None:
    """Note that no published file is known to show this ledger: the next run writes all of them."""
    connection.execute(
        sa.update(PUBLICATION).values(published_revision=None, published_hash=RESTORED, published_mark=None)
    )
