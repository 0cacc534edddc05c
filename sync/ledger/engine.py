"""The only place that knows which database it is: connections, transactions, bulk statements."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.interfaces import DBAPIConnection

from sync.ledger.errors import LedgerInterrupted, LedgerUnreachable
from workbooks.reasons import Reason, with_place
from workbooks.write import PRIVATE, make_folder

BUSY_SECONDS = 60
"""How long a connection waits for another process that is committing."""

# What a revision wrote is carried from the log into the file when the ledger is closed, not while somebody waits for
# the commit, unless the log has more than 64 MB (pages of 4 kB).
_SQLITE_SETTINGS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA cache_size = -65536",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA wal_autocheckpoint = 16384",
)
_ADVISORY_LOCK = 0x686F7571696E
"""The word houqin as a number: one writer at a time on PostgreSQL."""


def open_engine(url: str) -> sa.Engine:
    """Return an engine for a SQLite or PostgreSQL address; the folder of a SQLite file is made.

    Raises:
        LedgerUnreachable: the address is wrong, its driver is not installed or the folder cannot be made.
    """
    try:
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            return _sqlite_engine(parsed)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        return sa.create_engine(parsed, pool_pre_ping=True)
    except (sa.exc.ArgumentError, ImportError, OSError) as exc:
        raise unreachable(url, exc) from exc


def unreachable(url: str | sa.URL, exc: BaseException) -> LedgerUnreachable:
    """Return the error that says why the database cannot be used, without its password."""
    return LedgerUnreachable(**_words(url, exc))


@contextmanager
def interruptions_told(engine: sa.Engine) -> Iterator[None]:
    """Turn what the machine does to a transaction (a full disk, a lost connection) into an error that says so.

    Raises:
        LedgerInterrupted: the database stopped working in the block.
    """
    try:
        yield
    except (sa.exc.OperationalError, engine.dialect.loaded_dbapi.OperationalError) as exc:
        raise LedgerInterrupted(**_words(engine.url, exc)) from exc


def _words(url: str | sa.URL, exc: BaseException) -> dict[str, str]:
    try:
        shown = sa.make_url(url).render_as_string(hide_password=True)
    except sa.exc.ArgumentError:
        shown = str(url)
    origin = getattr(exc, "orig", None) or exc
    return {"url": shown, **_reason(origin).args()}


_SQLITE = {
    "SQLITE_FULL": Reason("磁盘已满或超过限额", "the disk is full"),
    "SQLITE_IOERR": Reason("磁盘读写出错", "the disk fails"),
    "SQLITE_CANTOPEN": Reason("打不开文件", "the file cannot be opened"),
    "SQLITE_BUSY": Reason("正被别的程序占用", "another program uses it"),
    "SQLITE_LOCKED": Reason("正被别的程序占用", "another program uses it"),
    "SQLITE_READONLY": Reason("只能读，不能写", "it may only be read"),
    "SQLITE_CORRUPT": Reason("文件已损坏", "the file is damaged"),
    "SQLITE_NOTADB": Reason("文件已损坏或不是数据库", "the file is damaged, or no database"),
}
"""What SQLite says, by the first two words of the name of its error."""


def _reason(origin: BaseException) -> Reason:
    """Return in plain words why the database cannot be used, after them what it says itself."""
    if isinstance(origin, OSError):
        return with_place(origin)
    said = " ".join(str(origin).split())
    name = "_".join(str(getattr(origin, "sqlite_errorname", "")).split("_")[:2])
    known = _SQLITE.get(name)
    return Reason(said, said) if known is None else Reason(f"{known.zh}：{said}", f"{known.en}: {said}")


def _sqlite_engine(url: sa.URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        make_folder(Path(url.database).parent, PRIVATE)
    engine = sa.create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    sa.event.listen(engine, "connect", _prepare_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: DBAPIConnection, _record: object) -> None:
    """Switch off the driver's own idea of transactions, which commits before DDL and begins late."""
    connection.isolation_level = None
    cursor = connection.cursor()
    for setting in _SQLITE_SETTINGS:
        cursor.execute(setting)
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writes = connection.get_execution_options().get("houqin_writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def reading(engine: sa.Engine) -> sa.Engine:
    """Return the engine for reading: every transaction sees one state from beginning to end."""
    if engine.dialect.name == "postgresql":
        return engine.execution_options(isolation_level="REPEATABLE READ")
    return engine


def writing(engine: sa.Engine) -> sa.Engine:
    """Return the engine for writing; begin every transaction on it with ``take_turn``."""
    return engine.execution_options(houqin_writes=True)


def take_turn(connection: sa.Connection) -> None:
    """Wait until no other writer is at work; SQLite does so as the transaction begins."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})")


def close_versions(
    connection: sa.Connection, table: sa.Table, end: str, start: str, number: int, versions: Sequence[int]
) -> int:
    """Set the closing revision of current versions that are older; return how many there were."""
    quote, mark = connection.dialect.identifier_preparer, place_mark(connection)
    end_name, start_name = quote.quote(end), quote.quote(start)
    key = quote.quote(next(iter(table.primary_key)).name)
    statement = (
        f"UPDATE {quote.format_table(table)} SET {end_name} = {mark} "  # noqa: S608 - own names
        f"WHERE {key} = {mark} AND {end_name} IS NULL AND {start_name} < {mark}"
    )
    rows = [(number, int(version), number) for version in versions]
    return connection.exec_driver_sql(statement, rows).rowcount if rows else 0


def place_mark(connection: sa.Connection) -> str:
    """Return what stands for a bound value in a statement at driver level."""
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"


def fetched(connection: sa.Connection, statement: sa.Select[Any]) -> list[tuple[Any, ...]]:
    """Return all rows of a query as the driver gives them."""
    with closing(connection.execute(statement)) as result:
        return list(result.cursor.fetchall()) if result.cursor else []


def fetched_slices(connection: sa.Connection, statement: sa.Select[Any], rows: int) -> Iterator[list[tuple[Any, ...]]]:
    """Yield the rows of a query in slices of at most ``rows``, in the order of its first column.

    The first column is a unique number. Each slice is a query of its own: memory stays small with
    every driver, and SQLAlchemy's streaming would hold back the first row of a driver's cursor.
    """
    number = next(iter(statement.selected_columns))
    last = None
    while True:
        later = statement if last is None else statement.where(number > last)
        piece = fetched(connection, later.order_by(number).limit(rows))
        if piece:
            yield piece
        if len(piece) < rows:
            return
        last = piece[-1][0]
