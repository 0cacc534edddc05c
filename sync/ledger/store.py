"""The ledger: opening it, asking it, writing one revision at a time, proving that nothing was altered."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import TYPE_CHECKING, Self

import polars as pl
import sqlalchemy as sa

from sync.ledger import read
from sync.ledger.dump import Snapshot
from sync.ledger.engine import interruptions_told, open_engine, reading, take_turn, unreachable, writing
from sync.ledger.errors import LedgerError
from sync.ledger.frames import typed_frame
from sync.ledger.migrate import prepare
from sync.ledger.migrations import migrate_named
from sync.ledger.tables import PUBLICATION, Tables
from sync.ledger.verify import Problem, verify
from sync.ledger.writer import Writer, want
from sync.versioned import IN_THE_BOOKS

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.ledger.read import Extent, Revision
    from sync.versioned import VersionedTable


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Ledger:
    """All accepted rows with their whole history, in SQLite or PostgreSQL.

    Readers never wait: every question sees the last committed revision. Before writing, take the
    writer's lock of the share (``sync.lock``).
    """

    def __init__(self, engine: sa.Engine, registers: Mapping[str, type[Register]], now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._registers = registers
        self._tables = Tables(registers)
        self._now = now
        self._fresh: tuple[int, dict[str, pl.DataFrame]] = (0, {})

    @classmethod
    def open(
        cls,
        url: str,
        registers: Mapping[str, type[Register]],
        *,
        now: Callable[[], datetime] = _utc_now,
    ) -> Ledger:
        """Open a ledger; tables and columns that are new in the declarations are added.

        Raises:
            LedgerUnreachable: the database cannot be reached or is not one.
            LedgerMismatch: a column is kept in another way than it is declared now.
            MigrationLosesDigits: a migration that a register declares cannot be carried out.
        """
        engine = open_engine(url)
        ledger = cls(engine, registers, now)
        try:
            migrate_named(engine, ledger._tables, registers, now)
            prepare(engine, ledger._tables)
        except sa.exc.DBAPIError as exc:
            ledger.close()
            raise unreachable(url, exc) from exc
        except LedgerError:
            ledger.close()
            raise
        return ledger

    def close(self) -> None:
        """Give all connections back."""
        self._engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def head(self) -> Revision:
        """Return the newest revision; number 0 and a digest of zeros when the ledger is empty."""
        with self._reading() as connection:
            return read.head(connection)

    def revisions(self) -> list[Revision]:
        """Return all revisions, oldest first."""
        with self._reading() as connection:
            return read.revisions(connection)

    def revision_at(self, moment: datetime) -> int:
        """Return the number of the revision in force at a moment, 0 before the first.

        Raises:
            ValueError: the moment has no time zone.
        """
        with self._reading() as connection:
            return read.revision_at(connection, moment)

    def rows(
        self,
        register: type[Register],
        *,
        as_of: int | None = None,
        statuses: Collection[str] = IN_THE_BOOKS,
        keys: Collection[str] | None = None,
        posted: tuple[str, str] | None = None,
    ) -> pl.DataFrame:
        """Return the rows of a register at a revision (None is now), in the order of their keys.

        ``posted`` leaves out rows of other months than those after the first and up to the second one
        (``yyyy-mm``); rows without a date stay.

        Columns: ``_version``, the declared ones, the computed ones, then ``_key`` … ``_from``, ``_to``.
        """
        table = self._tables.content(register)
        sql = self._tables.sql(table)
        conditions = [read.in_force(table, sql, as_of), sql.c["_status"].in_(list(statuses))]
        conditions += [] if posted is None else [read.posted_within(sql, *posted)]
        with self._reading() as connection:
            if keys is None:
                found = read.selected_whole(connection, table, sql, *conditions)
            else:
                found = read.selected_keys(connection, table, sql, keys, *conditions)
        return found.sort(*register.key, "_key", nulls_last=False)

    def versions(self, register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        """Return all versions of some keys, oldest first."""
        table = self._tables.content(register)
        with self._reading() as connection:
            return read.selected_keys(connection, table, self._tables.sql(table), keys)

    def changed_since(self, register: type[Register], revision: int) -> pl.DataFrame:
        """Return the versions added or closed after a revision, oldest first."""
        table = self._tables.content(register)
        with self._reading() as connection:
            return read.changed_since(connection, table, self._tables.sql(table), revision)

    def current(self, register: type[Register], revision: int) -> Iterator[pl.DataFrame]:
        """Yield all rows of a register in force at a revision, of any status, slice by slice, oldest versions first."""
        table = self._tables.content(register)
        sql = self._tables.sql(table)
        with self._reading() as connection:
            yield from read.slices_of(connection, table, sql, read.in_force(table, sql, revision))

    def revision(self, number: int) -> Revision | None:
        """Return a revision by its number, None where there is no such one; number 0 is the empty ledger."""
        with self._reading() as connection:
            return read.revision(connection, number)

    def touched_since(self, revision: int) -> dict[str, int]:
        """Return by register id how many versions were added or closed after a revision."""
        known = {self._tables.content(register).name: name for name, register in self._registers.items()}
        with self._reading() as connection:
            counts = read.touched_since(connection, revision)
        return {known[name]: count for name, count in counts.items() if name in known}

    def extents(self) -> dict[str, Extent]:
        """Return by the name of a table (``reg_…`` for a register) how many versions it has; none for an empty one."""
        with self._reading() as connection:
            return read.extents(connection)

    def ended(self, table: VersionedTable, skip: int, most: int) -> pl.DataFrame:
        """Return some of the versions of a table that are over, in the order in which they ended, after ``skip``."""
        with self._reading() as connection:
            return read.ended(connection, table, self._tables.sql(table), skip, most)

    def history(self, register: type[Register], key: str) -> pl.DataFrame:
        """Return all versions of one row, newest first.

        Added columns: ``_from_at`` and ``_to_at`` (UTC), ``_kind`` of the revision that began it.
        """
        table = self._tables.content(register)
        with self._reading() as connection:
            found = read.selected_keys(connection, table, self._tables.sql(table), [key])
            times = read.revision_times(connection)
        began = times.select(
            pl.col("number").alias("_from"), pl.col("at").alias("_from_at"), pl.col("kind").alias("_kind")
        )
        ended = times.select(pl.col("number").alias("_to"), pl.col("at").alias("_to_at"))
        joined = found.join(began, on="_from", how="left").join(ended, on="_to", how="left")
        return joined.sort("_version", descending=True)

    def table(self, name: str, /, *, as_of: int | None = None, **equals: object) -> pl.DataFrame:
        """Return the rows in force of one of the ledger's own tables, in the order of their numbers.

        ``equals`` name columns; a value may be one, several (a collection) or None.

        Raises:
            KeyError: there is no such table or column.
        """
        own = self._tables.own(name)
        sql = self._tables.sql(own)
        conditions = [read.in_force(own, sql, as_of), *read.equal_to(sql, equals)]
        with self._reading() as connection:
            return read.selected(connection, own, sql, *conditions)

    @contextmanager
    def write(self, kind: str, note: str = "") -> Iterator[Writer]:
        """Write one revision in one transaction: all of it or, after an exception, nothing.

        The revision stands in ``writer.revision`` afterwards; if nothing was written there is none.

        Raises:
            LedgerUnreachable: another program keeps the database locked, or it is gone.
        """
        with self._writing() as connection:
            writer = Writer(connection, self._tables, read.head(connection), kind, note)
            yield writer
            revision = writer.finish(self._now()) if writer.wrote else None
            if revision is None:
                connection.rollback()
        writer.revision = revision
        if revision is not None:
            only_added = writer.added.keys() - writer.closing
            self._fresh = (revision.number, {name: pl.concat(writer.added[name]) for name in only_added})

    def taken_fresh(self, revision: int) -> dict[str, pl.DataFrame]:
        """Return once what this very object added in a revision, of registers of which it closed nothing.

        Reading a million rows back takes a hundred times as long as keeping them until they are asked for.
        """
        number, added = self._fresh
        self._fresh = (0, {})
        if number != revision:
            return {}
        shapes = {name: self._tables.content(self._registers[name]).stored for name in added}
        return {name: typed_frame(frame, shapes[name]) for name, frame in added.items()}

    def verify(self, head: str | None = None) -> list[Problem]:
        """Recompute the chain from the database and return everything that does not fit.

        ``head`` is a digest printed elsewhere: with it, removed newest revisions are found too.
        """
        with self._reading() as connection:
            return verify(connection, self._registers, *([] if head is None else [head]))

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Hold one state of the whole ledger, for a copy that fits together."""
        with self._reading() as connection:
            yield Snapshot(connection, self._registers)

    def taken_at(self, sha256: str) -> int | None:
        """Return the first revision in which a version of a workbook was taken, None if it never was."""
        sql = self._tables.sql(self._tables.own("workbook"))
        with self._reading() as connection:
            taken = sa.select(sa.func.min(sql.c["taken_revision"])).where(sql.c["sha256"] == sha256)
            found: int | None = connection.execute(taken).scalar()
        return found

    def publications(self) -> pl.DataFrame:
        """Return every publication target: wanted and published revision and hash, source and mark of the file."""
        with self._reading() as connection:
            return read.publications(connection)

    def want(self, targets: Mapping[str, str | None]) -> None:
        """Note what is to be published as of the newest revision: target to content hash."""
        with self._writing() as connection:
            want(connection, read.head(connection).number, targets)

    def published(self, revision: int, targets: Mapping[str, Sequence[str | None] | None]) -> None:
        """Note what was published as of a revision: target to content hash, source and mark; None was removed."""
        nothing = (None, None, None)
        with self._writing() as connection:
            for target, release in targets.items():
                content_hash, source, mark = release or nothing
                want(connection, revision, {target: content_hash})
                values = {"published_revision": revision, "published_hash": content_hash}
                values |= {"published_source": source, "published_mark": mark}
                connection.execute(sa.update(PUBLICATION).where(PUBLICATION.c.target == target).values(values))

    @contextmanager
    def _reading(self) -> Iterator[sa.Connection]:
        with self._transaction(reading(self._engine)) as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        with self._transaction(writing(self._engine)) as connection:
            take_turn(connection)
            yield connection

    @contextmanager
    def _transaction(self, engine: sa.Engine) -> Iterator[sa.Connection]:
        """Connect and begin; only failing at that means that the database cannot be reached.

        Raises:
            LedgerUnreachable: the database cannot be reached.
            LedgerInterrupted: it stopped working meanwhile.
        """
        with interruptions_told(engine), ExitStack() as stack:
            try:
                connection = stack.enter_context(engine.connect())
                stack.enter_context(connection.begin())
            except sa.exc.DBAPIError as exc:
                raise unreachable(engine.url, exc) from exc
            yield connection
