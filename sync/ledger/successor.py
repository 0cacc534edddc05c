"""Putting a restored ledger in the place of the present one, which is kept beside it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from sync.ledger import read
from sync.ledger.engine import open_engine, reading, take_turn, unreachable, writing
from sync.ledger.read import Revision
from sync.ledger.tables import PLAIN_TABLES, REVISION
from sync.ledger.verify import tables_found

_COMPANIONS = ("", "-wal", "-shm")
"""A SQLite database is up to three files that belong together."""


def present_head(url: str) -> Revision | None:
    """Return the newest revision of the ledger at an address, None where there is no ledger.

    Nothing is made or changed, whatever is there.

    Raises:
        LedgerUnreachable: the database cannot be read.
    """
    place = sqlite_file(url)
    if place is not None and not place.exists():
        return None
    engine = open_engine(url)
    try:
        with reading(engine).begin() as connection:
            return read.head(connection) if sa.inspect(connection).has_table(REVISION.name) else None
    except sa.exc.DBAPIError as exc:
        raise unreachable(url, exc) from exc
    finally:
        engine.dispose()


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite ledger, None for any other database."""
    parsed = sa.make_url(url)
    named = parsed.get_backend_name() == "sqlite" and parsed.database and parsed.database != ":memory:"
    return Path(str(parsed.database)) if named else None


@contextmanager
def successor(url: str, kept: str, aside: Path) -> Iterator[sa.Connection]:
    """Give a connection to an empty database that takes the place of the ledger at the end.

    After an exception the present ledger stands as it was. SQLite: its files are moved into the
    folder ``aside``. PostgreSQL: its tables are moved into the schema ``kept`` in the transaction
    that writes the new ones.

    Raises:
        LedgerUnreachable: the database cannot be opened, or may not be changed like this.
    """
    place = sqlite_file(url)
    try:
        if place is None:
            with _moved_schema(url, kept) as connection:
                yield connection
        else:
            with _new_file(url, place, aside) as connection:
                yield connection
    except sa.exc.DBAPIError as exc:
        raise unreachable(url, exc) from exc


@contextmanager
def _new_file(url: str, place: Path, aside: Path) -> Iterator[sa.Connection]:
    beside = place.with_name(f"{place.name}.restoring")
    _remove(beside)
    engine = open_engine(sa.make_url(url).set(database=beside.as_posix()).render_as_string(hide_password=False))
    try:
        with writing(engine).begin() as connection:
            yield connection
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        _move_aside(place, aside)
        beside.replace(place)
    finally:
        engine.dispose()
        _remove(beside)


def _remove(database: Path) -> None:
    for suffix in _COMPANIONS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _move_aside(place: Path, aside: Path) -> None:
    """Move the files of the present ledger; once nobody has it open, it is one file."""
    for suffix in _COMPANIONS:
        file = place.with_name(place.name + suffix)
        if file.exists():
            aside.mkdir(parents=True, exist_ok=True)
            file.replace(aside / file.name)


@contextmanager
def _moved_schema(url: str, kept: str) -> Iterator[sa.Connection]:
    engine = open_engine(url)
    try:
        with writing(engine).begin() as connection:
            take_turn(connection)
            _set_aside(connection, kept)
            yield connection
    finally:
        engine.dispose()


def _set_aside(connection: sa.Connection, kept: str) -> None:
    present = set(sa.inspect(connection).get_table_names())
    known = [*(table.name for table in PLAIN_TABLES), *(table.name for table in tables_found(connection))]
    ours = [name for name in known if name in present]
    quote = connection.dialect.identifier_preparer.quote
    if ours:
        connection.exec_driver_sql(f"CREATE SCHEMA {quote(kept)}")
    for name in ours:
        connection.exec_driver_sql(f"ALTER TABLE {quote(name)} SET SCHEMA {quote(kept)}")
