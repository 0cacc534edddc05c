"""Putting a restored ledger in the place of the present one, which is kept beside it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from sync.ledger import read
from sync.ledger.engine import open_engine, reading, take_turn, unreachable, writing
from sync.ledger.errors import LedgerUnreachable
from sync.ledger.read import Revision
from sync.ledger.tables import PLAIN_TABLES, REVISION
from sync.ledger.verify import tables_found
from workbooks.write import make_folder, sync_folder

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
    engine = _engine_of(url, beside)
    try:
        with writing(engine).begin() as connection:
            yield connection
        _into_one_file(engine)
        _keep(url, place, aside)
        beside.replace(place)
        sync_folder(place.parent)
        _remove_companions(place)
    finally:
        engine.dispose()
        _remove(beside)


def _engine_of(url: str, database: Path) -> sa.Engine:
    return open_engine(sa.make_url(url).set(database=database.as_posix()).render_as_string(hide_password=False))


def _into_one_file(engine: sa.Engine) -> bool:
    """Bring everything into the database file itself; tell whether nothing is left beside it."""
    with engine.connect() as connection:
        is_busy, *_ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    engine.dispose()
    return not is_busy


def _remove(database: Path) -> None:
    for suffix in _COMPANIONS:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


def _keep(url: str, place: Path, aside: Path) -> None:
    """Keep the files of the present ledger, which stays whole where it is until another takes its place.

    At no moment is there no ledger: whoever looked for it then would begin an empty one.

    Raises:
        LedgerUnreachable: somebody reads it and does not come to an end.
    """
    if not place.exists():
        return
    for other in list(aside.parent.glob(f"*/{place.name}")):
        if other.samefile(place):  # kept by a restore that was killed before anything took its place
            shutil.rmtree(other.parent)
    make_folder(aside)
    engine = _engine_of(url, place)
    try:
        is_whole = _into_one_file(engine)
    except sa.exc.DatabaseError:
        is_whole = True  # it cannot be read any more: there is nothing to lose but its files, and they are kept
    finally:
        engine.dispose()
    if not is_whole:
        raise LedgerUnreachable(url=str(place), reason="正被别的程序占用", reason_en="another program uses it")
    for suffix in _COMPANIONS:
        file = place.with_name(place.name + suffix)
        if file.exists():
            _link(file, aside / file.name)
    _remove_companions(place)


def _link(file: Path, kept: Path) -> None:
    """Give a file a second name, or copy it where the disk knows none."""
    try:
        kept.hardlink_to(file)
    except (OSError, NotImplementedError):
        shutil.copyfile(file, kept)


def _remove_companions(database: Path) -> None:
    for suffix in _COMPANIONS[1:]:
        database.with_name(database.name + suffix).unlink(missing_ok=True)


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
