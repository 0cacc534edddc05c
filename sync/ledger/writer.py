"""One revision in the making: new versions, closed versions, and the digest at the end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import sqlalchemy as sa

from sync.canonical import content_hashes
from sync.ledger.digest import Part, PartDigest, revision_digest
from sync.ledger.engine import close_versions
from sync.ledger.errors import NotCurrent
from sync.ledger.frames import frame_of_mappings, refuse_other_columns, stored_frame
from sync.ledger.insert import insert_frame, insert_rows
from sync.ledger.migrate import MIGRATION, unrecorded
from sync.ledger.read import EPOCH, Revision, microseconds
from sync.ledger.tables import PART, PUBLICATION, REVISION, Tables
from sync.versioned import VersionedTable

if TYPE_CHECKING:
    from schemas.register import Register

_FEW_ROWS = 1_000
"""So many are digested sooner than a thread is started for it."""


class Writer:
    """The only way to write: everything given to it becomes one revision, or nothing does."""

    def __init__(self, connection: sa.Connection, tables: Tables, previous: Revision, kind: str, note: str) -> None:
        self.number = previous.number + 1
        """Number of the revision being written."""
        self.revision: Revision | None = None
        """The revision, once it is committed; None if nothing was written."""
        self._connection = connection
        self._tables = tables
        self._previous = previous
        self._kind = kind
        self._note = note
        self.added: dict[str, list[pl.DataFrame]] = {}
        """Versions added so far, by register id, in stored form."""
        self.closing: set[str] = set()
        """Ids of the registers of which versions were closed."""
        self._parts: dict[str, PartDigest] = {}
        self._next: dict[str, int] = {}

    @property
    def wrote(self) -> bool:
        """Tell whether there is anything to commit."""
        return bool(self._parts)

    def add(self, register: type[Register], frame: pl.DataFrame) -> pl.Series:
        """Add a new version of each row; close the former versions of the same keys before.

        ``frame`` has the declared and the computed columns and ``_key``, ``_status``, ``_workbook``,
        ``_sheet``, ``_row``, ``_sha256``, ``_post_date``, ``_post_period``; ``_hash`` is computed
        where it is not given. Returns the numbers of the versions in the order of the rows.

        Raises:
            NotFitting: columns or types differ from the declaration.
        """
        table = self._tables.content(register)
        refuse_other_columns([*frame.columns, "_hash"], table)
        hashed = frame if "_hash" in frame.columns else frame.with_columns(content_hashes(register, frame))
        stored = stored_frame(hashed, table)
        if stored["_key"].is_sorted():
            order = pl.int_range(stored.height, dtype=pl.UInt32, eager=True)
        else:
            order = stored["_key"].arg_sort()
            stored = stored[order]
        versions = self._insert(table, stored)
        self._note_added(register, table, stored, versions)
        placed = pl.DataFrame({"place": order, "version": versions}).sort("place")
        return placed["version"].alias("_version")

    def _note_added(
        self, register: type[Register], table: VersionedTable, stored: pl.DataFrame, versions: Sequence[int]
    ) -> None:
        numbered = stored.with_columns(
            pl.Series(table.version, versions, dtype=pl.Int64),
            pl.lit(self.number, pl.Int64).alias(table.start),
            pl.lit(None, pl.Int64).alias(table.end),
        )
        self.added.setdefault(register.id, []).append(numbered)

    def close(self, register: type[Register], versions: Sequence[int]) -> None:
        """End current versions of rows with this revision.

        Raises:
            NotCurrent: one of them is closed already, unknown, named twice or of this revision.
        """
        self._close(self._tables.content(register), versions)
        if len(versions):
            self.closing.add(register.id)

    def put(self, table: str, rows: Sequence[Mapping[str, object]] | pl.DataFrame) -> pl.Series:
        """Add versions to one of the ledger's own tables and return their numbers.

        In mappings, fields that are not named are null, and values of JSON fields may be objects.

        Raises:
            NotFitting: a column is unknown or a value is of another type.
        """
        own = self._tables.own(table)
        frame = rows if isinstance(rows, pl.DataFrame) else frame_of_mappings(rows, own)
        return pl.Series("version_id", self._insert(own, stored_frame(frame, own)), dtype=pl.Int64)

    def close_in(self, table: str, versions: Sequence[int]) -> None:
        """End current versions in one of the ledger's own tables with this revision.

        Raises:
            NotCurrent: one of them is closed already, unknown, named twice or of this revision.
        """
        self._close(self._tables.own(table), versions)

    def want(self, targets: Mapping[str, str | None]) -> None:
        """Note what is to be published as of this revision: target to content hash, null if not known."""
        want(self._connection, self.number, targets)

    def finish(self, now: datetime) -> Revision:
        """Write the revision with its digest; the caller commits."""
        new = unrecorded(self._connection, self._tables)
        if new:
            self.put(MIGRATION.name, new)
        at = max(microseconds(now), microseconds(self._previous.at))
        parts = [part.part() for part in self._parts.values()]
        previous = self._previous.digest
        digest = revision_digest(self.number, at, self._kind, self._note, previous, parts)
        row = (self.number, at, self._kind, self._note, previous, digest)
        insert_rows(self._connection, REVISION, [column.name for column in REVISION.c], [row])
        insert_rows(self._connection, PART, [column.name for column in PART.c], [self._row(p) for p in parts])
        return Revision(self.number, EPOCH + timedelta(microseconds=at), self._kind, self._note, previous, digest)

    def _row(self, part: Part) -> tuple[int, str, int, str, int, str]:
        return (
            self.number,
            part.table_name,
            part.inserted,
            part.inserted_digest,
            part.closed,
            part.closed_digest,
        )

    def _insert(self, table: VersionedTable, stored: pl.DataFrame) -> list[int]:
        if stored.is_empty():
            return []
        first = self._first_free(table)
        versions = range(first, first + stored.height)
        full = stored.with_columns(
            pl.Series(table.version, versions, dtype=pl.Int64), pl.lit(self.number, pl.Int64).alias(table.start)
        )
        sql = self._tables.sql(table)
        part = self._part(table)
        if full.height <= _FEW_ROWS:
            part.insert(full)
            insert_frame(self._connection, sql, full)
        else:
            with ThreadPoolExecutor(1) as beside:
                digested = beside.submit(part.insert, full)
                insert_frame(self._connection, sql, full)
                digested.result()
        self._next[table.name] = first + stored.height
        return list(versions)

    def _first_free(self, table: VersionedTable) -> int:
        if table.name not in self._next:
            sql = self._tables.sql(table)
            newest = self._connection.execute(sa.select(sa.func.max(sql.c[table.version]))).scalar()
            self._next[table.name] = (newest or 0) + 1
        return self._next[table.name]

    def _close(self, table: VersionedTable, versions: Sequence[int]) -> None:
        if not len(versions):
            return
        sql = self._tables.sql(table)
        closed = close_versions(self._connection, sql, table.end, table.start, self.number, versions)
        if closed != len(versions):
            raise NotCurrent(table=table.name, versions=", ".join(str(version) for version in versions[:20]))
        self._part(table).close(versions)

    def _part(self, table: VersionedTable) -> PartDigest:
        return self._parts.setdefault(table.name, PartDigest(table.name))


def want(connection: sa.Connection, number: int, targets: Mapping[str, str | None]) -> None:
    """Note what is to be published as of a revision."""
    for target, wanted_hash in targets.items():
        values = {"wanted_revision": number, "wanted_hash": wanted_hash}
        changed = connection.execute(sa.update(PUBLICATION).where(PUBLICATION.c.target == target).values(values))
        if not changed.rowcount:
            connection.execute(sa.insert(PUBLICATION).values(target=target, **values))
