"""Questions to the ledger: revisions, and versions of rows as they were at some revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import sqlalchemy as sa

from sync.canonical import from_stored
from sync.ledger.digest import ZERO_DIGEST, Part
from sync.ledger.engine import fetched, fetched_slices
from sync.ledger.frames import frame_of_rows, typed_frame
from sync.ledger.tables import PART, PUBLICATION, REVISION
from sync.versioned import INSTANT, VersionedTable

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KEYS_AT_ONCE = 10_000
_ROWS_AT_ONCE = 50_000


@dataclass(frozen=True)
class Revision:
    """One transaction of the ledger; number 0 stands for the empty ledger."""

    number: int
    at: datetime
    """UTC; never before the revision that precedes it."""
    kind: str
    note: str
    previous: str
    """Digest of the revision before."""
    digest: str


@dataclass(frozen=True)
class Extent:
    """How many versions a table has."""

    touched: int = 0
    """Number of the last revision that added or closed some."""
    in_force: int = 0
    closed: int = 0


NO_REVISION = Revision(0, EPOCH, "", "", ZERO_DIGEST, ZERO_DIGEST)


def microseconds(moment: datetime) -> int:
    """Return a point in time as microseconds since 1970.

    Raises:
        ValueError: the moment has no time zone.
    """
    if moment.tzinfo is None:
        raise ValueError(moment)
    return (moment - EPOCH) // timedelta(microseconds=1)


def revisions(connection: sa.Connection) -> list[Revision]:
    """Return all revisions, oldest first."""
    return [_revision(row) for row in fetched(connection, _revisions().order_by(REVISION.c.number))]


def head(connection: sa.Connection) -> Revision:
    """Return the newest revision."""
    newest = _revisions().order_by(REVISION.c.number.desc()).limit(1)
    return next((_revision(row) for row in fetched(connection, newest)), NO_REVISION)


def revision(connection: sa.Connection, number: int) -> Revision | None:
    """Return a revision by its number, None where there is no such one."""
    if number == NO_REVISION.number:
        return NO_REVISION
    found = fetched(connection, _revisions().where(REVISION.c.number == number))
    return next((_revision(row) for row in found), None)


def touched_since(connection: sa.Connection, number: int) -> dict[str, int]:
    """Return by table how many versions were added or closed after a revision."""
    c = PART.c
    counted = sa.select(c.table_name, sa.func.sum(c.inserted + c.closed)).where(c.number > number)
    return {name: int(count) for name, count in fetched(connection, counted.group_by(c.table_name))}


def extents(connection: sa.Connection) -> dict[str, Extent]:
    """Return by table how many versions it has, and what last touched it."""
    c = PART.c
    counted = sa.select(c.table_name, sa.func.max(c.number), sa.func.sum(c.inserted), sa.func.sum(c.closed))
    found = fetched(connection, counted.group_by(c.table_name))
    return {name: Extent(last, int(inserted) - int(closed), int(closed)) for name, last, inserted, closed in found}


def revision_at(connection: sa.Connection, moment: datetime) -> int:
    """Return the number of the newest revision at a moment, 0 before the first."""
    found = sa.select(sa.func.max(REVISION.c.number)).where(REVISION.c.at <= microseconds(moment))
    return connection.execute(found).scalar() or 0


def _revisions() -> sa.Select[Any]:
    c = REVISION.c
    return sa.select(c.number, c.at, c.kind, c.note, c.previous, c.digest)


def _revision(row: Sequence[Any]) -> Revision:
    number, at, kind, note, previous, digest = row
    return Revision(number, EPOCH + timedelta(microseconds=at), kind, note, previous, digest)


def parts(connection: sa.Connection) -> dict[tuple[int, str], Part]:
    """Return what every revision recorded to have done, by number and table."""
    return {(row[0], row[1]): Part(*row[1:]) for row in fetched(connection, sa.select(PART))}


def in_force(table: VersionedTable, sql: sa.Table, as_of: int | None) -> sa.ColumnElement[bool]:
    """Return the condition for versions in force at a revision; None is now."""
    start, end = sql.c[table.start], sql.c[table.end]
    if as_of is None:
        return end.is_(None)
    return sa.and_(start <= as_of, sa.or_(end.is_(None), end > as_of))


def posted_within(sql: sa.Table, after: str, through: str) -> sa.ColumnElement[bool]:
    """Return the condition for rows that post after one month and up to another, or to no month."""
    month = sql.c["_post_period"]
    return sa.or_(month.is_(None), sa.and_(month > after, month <= through))


def selected(
    connection: sa.Connection, table: VersionedTable, sql: sa.Table, *conditions: sa.ColumnElement[bool]
) -> pl.DataFrame:
    """Return the versions that meet all conditions, typed, in the order of their numbers."""
    statement = _versions(table, sql, conditions).order_by(sql.c[table.version])
    return _typed(fetched(connection, statement), table)


def selected_whole(
    connection: sa.Connection, table: VersionedTable, sql: sa.Table, *conditions: sa.ColumnElement[bool]
) -> pl.DataFrame:
    """Return the same for most of a large table: slice by slice, for a cell takes far less room typed."""
    return pl.concat([_typed([], table), *slices_of(connection, table, sql, *conditions)])


def slices_of(
    connection: sa.Connection, table: VersionedTable, sql: sa.Table, *conditions: sa.ColumnElement[bool]
) -> Iterator[pl.DataFrame]:
    """Yield the versions that meet all conditions, typed, some at a time, in the order of their numbers."""
    for rows in fetched_slices(connection, _versions(table, sql, conditions), _ROWS_AT_ONCE):
        yield _typed(rows, table)


def _versions(table: VersionedTable, sql: sa.Table, conditions: Sequence[sa.ColumnElement[bool]]) -> sa.Select[Any]:
    return sa.select(*(sql.c[name] for name in table.stored)).where(*conditions)


def _typed(rows: Sequence[Sequence[Any]], table: VersionedTable) -> pl.DataFrame:
    return typed_frame(frame_of_rows(rows, table.stored), table.stored) if rows else table.no_rows


def selected_keys(
    connection: sa.Connection,
    table: VersionedTable,
    sql: sa.Table,
    keys: Collection[str],
    *conditions: sa.ColumnElement[bool],
) -> pl.DataFrame:
    """Return the versions of some keys that meet all conditions, in the order of their numbers."""
    pieces = [
        selected(connection, table, sql, sql.c["_key"].in_(piece), *conditions) for piece in slices(sorted(set(keys)))
    ]
    return pl.concat(pieces or [selected(connection, table, sql, sa.false())]).sort(table.version)


def ended(connection: sa.Connection, table: VersionedTable, sql: sa.Table, skip: int, most: int) -> pl.DataFrame:
    """Return some of the versions that are over, in the order in which they ended, after the first ``skip``."""
    order = (sql.c[table.end], sql.c[table.version])
    over = _versions(table, sql, [sql.c[table.end].is_not(None)])
    return _typed(fetched(connection, over.order_by(*order).offset(skip).limit(most)), table)


def slices(keys: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Yield keys in portions that both databases take as arguments of one statement."""
    for start in range(0, len(keys), _KEYS_AT_ONCE):
        yield keys[start : start + _KEYS_AT_ONCE]


def changed_since(connection: sa.Connection, table: VersionedTable, sql: sa.Table, number: int) -> pl.DataFrame:
    """Return the versions added or closed after a revision, in the order of their numbers.

    Their numbers are asked for first: SQLite would walk through the whole table for a query in the
    order of the numbers, however few rows it is to give. Versions are numbered in the order of their
    revisions: those that were added are the last ones, found from the end without an index.
    """
    version = sql.c[table.version]
    before = sa.select(version).where(sql.c[table.start] <= number).order_by(version.desc()).limit(1)
    last = connection.execute(before).scalar() or 0
    found: set[int] = set()
    for newer in (version > last, sql.c[table.end] > number):
        found |= {row[0] for row in fetched(connection, sa.select(version).where(newer))}
    pieces = [selected(connection, table, sql, version.in_(piece)) for piece in slices(sorted(found))]
    return pl.concat([_typed([], table), *pieces])


def equal_to(sql: sa.Table, equals: Mapping[str, object]) -> list[sa.ColumnElement[bool]]:
    """Return one condition per named column: equal, one of several, or null."""
    conditions: list[sa.ColumnElement[bool]] = []
    for name, value in equals.items():
        column = sql.c[name]
        several = isinstance(value, Collection) and not isinstance(value, str)
        conditions.append(column.in_(list(value)) if several else column == value)  # type: ignore[call-overload]
    return conditions


def revision_times(connection: sa.Connection) -> pl.DataFrame:
    """Return number, time and kind of every revision, as ``number``, ``at``, ``kind``."""
    fields: dict[str, pl.DataType] = {"number": pl.Int64(), "at": INSTANT, "kind": pl.String()}
    c = REVISION.c
    rows = fetched(connection, sa.select(c.number, c.at, c.kind).order_by(c.number))
    return frame_of_rows(rows, fields).with_columns(from_stored("at", INSTANT))


def publications(connection: sa.Connection) -> pl.DataFrame:
    """Return every target with its wanted and its published revision and hash."""
    fields = {column.name: pl.Int64() if column.name.endswith("revision") else pl.String() for column in PUBLICATION.c}
    return frame_of_rows(fetched(connection, sa.select(PUBLICATION).order_by(PUBLICATION.c.target)), fields)
