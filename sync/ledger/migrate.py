"""Bringing a database up to the declarations: new tables and new columns, and the record of them.

What is created is recorded by the next revision, in its transaction and under its digest; anything
but a new table or column is refused here and needs a migration of its own (``sync.ledger.migrations``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import metadata

import sqlalchemy as sa

from sync.ledger.engine import fetched, reading, take_turn, writing
from sync.ledger.errors import LedgerMismatch
from sync.ledger.tables import Tables, creation
from sync.versioned import OWN_TABLES, storage_of

MIGRATION = OWN_TABLES["migration"]
_SQLITE_COLUMNS = """
SELECT held.name, held_column.name FROM sqlite_master AS held JOIN pragma_table_info(held.name) AS held_column
WHERE held.type = 'table'
"""


def prepare(engine: sa.Engine, tables: Tables) -> None:
    """Create the tables and columns that the database lacks; a complete one is only read.

    Raises:
        LedgerMismatch: a column is kept in another way than it is declared now.
    """
    with reading(engine).begin() as connection:
        complete = not _lacking(connection, tables)
        if complete:
            _refuse_other_storage(recorded(connection, tables), tables)
            return
    with writing(engine).begin() as connection:
        take_turn(connection)
        for name, missing in _lacking(connection, tables).items():
            _create(connection, tables.named(name), missing)
        _refuse_other_storage(recorded(connection, tables), tables)


def bring_own_tables(connection: sa.Connection, tables: Tables) -> None:
    """Create what the database lacks of the ledger's own tables."""
    for name, missing in _lacking(connection, tables).items():
        if name in OWN_TABLES:
            _create(connection, tables.named(name), missing)


def _lacking(connection: sa.Connection, tables: Tables) -> dict[str, list[str] | None]:
    """Return by table what is missing: None for the whole table, else the names of the columns."""
    found = _columns_there(connection)
    lacking: dict[str, list[str] | None] = {}
    for name, columns in tables.declared().items():
        if name not in found:
            lacking[name] = None
        elif missing := [column for column in columns if column not in found[name]]:
            lacking[name] = missing
    return lacking


def _columns_there(connection: sa.Connection) -> dict[str, set[str]]:
    """Return the names of the columns of every table; SQLite is asked once: a question per table costs 0.1 s."""
    if connection.dialect.name != "sqlite":
        told = sa.inspect(connection).get_multi_columns()
        return {key[1]: {column["name"] for column in columns} for key, columns in told.items()}
    found: dict[str, set[str]] = {}
    for table, column in connection.exec_driver_sql(_SQLITE_COLUMNS):
        found.setdefault(table, set()).add(column)
    return found


def _create(connection: sa.Connection, table: sa.Table, missing: list[str] | None) -> None:
    if missing is None:
        for statement in creation(table, connection.dialect.name):
            connection.exec_driver_sql(statement)
        return
    quoted = connection.dialect.identifier_preparer.format_table(table)
    for name in missing:
        ddl = sa.schema.CreateColumn(table.c[name]).compile(dialect=connection.dialect)
        connection.exec_driver_sql(f"ALTER TABLE {quoted} ADD COLUMN {ddl}")


def recorded(connection: sa.Connection, tables: Tables) -> dict[str, dict[str, str]]:
    """Return by table and column how the revisions so far recorded them to be kept."""
    table = tables.sql(MIGRATION)
    present = {column["name"] for column in sa.inspect(connection).get_columns(MIGRATION.name)}
    steps = table.c["steps"] if "steps" in present else sa.null()
    statement = sa.select(table.c.table_name, table.c["columns"], steps).order_by(table.c.version_id)
    known: dict[str, dict[str, str]] = {}
    for name, columns, named in fetched(connection, statement):
        # A named migration records all columns of its table: a former name is gone with it.
        before = known.get(name, {}) if named is None else {}
        known[name] = {**before, **_columns_of(columns)}
    return known


def _columns_of(columns: str | None) -> dict[str, str]:
    """Read a record; one that was altered is no reason not to open the ledger, and found by verify."""
    try:
        found = json.loads(columns or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def unrecorded(connection: sa.Connection, tables: Tables) -> list[dict[str, object]]:
    """Return rows for ``migration``: the tables and columns that no revision has recorded yet."""
    known = recorded(connection, tables)
    rows: list[dict[str, object]] = []
    for name, table in sorted(tables.versioned.items()):
        columns = {
            column: storage_of(dtype) for column, dtype in table.stored.items() if column not in known.get(name, {})
        }
        if columns:
            rows.append({"table_name": name, "columns": columns, "program_version": program_version()})
    return rows


def program_version() -> str:
    """Return the version of the program that is installed, empty where none is."""
    try:
        return metadata.version("houqin")
    except metadata.PackageNotFoundError:
        return ""


def _refuse_other_storage(known: Mapping[str, Mapping[str, str]], tables: Tables) -> None:
    for name, table in tables.versioned.items():
        for column, dtype in table.stored.items():
            kept, declared = known.get(name, {}).get(column), storage_of(dtype)
            if kept is not None and kept != declared:
                raise LedgerMismatch(table=name, column=column, kept=kept, declared=declared)
