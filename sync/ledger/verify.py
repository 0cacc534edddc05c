"""Recomputing the whole chain from the database: proves that nothing was altered behind its back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import polars as pl
import sqlalchemy as sa

from schemas.findings import Text
from sync.canonical import canonical_rows, content_hashes
from sync.ledger.digest import ZERO_DIGEST, Part, PartDigest, revision_digest
from sync.ledger.engine import fetched_slices
from sync.ledger.frames import frame_of_rows, typed_frame
from sync.ledger.migrate import MIGRATION
from sync.ledger.migrations import Steps, carried_out, former_name
from sync.ledger.read import Revision, microseconds, parts, revisions
from sync.versioned import VersionedTable, content_table

if TYPE_CHECKING:
    from schemas.register import Register

DIGEST_LETTERS = 16
"""So many letters of a digest are printed on the cover; fewer name no revision."""
_SLICE_ROWS = 50_000
_ENDLESS = 2**62

TEXTS = {
    "VERIFY-CONTENT": Text("内容与保存时的校验值不符", "the content differs from the hash it was saved with"),
    "VERIFY-INSERTED": Text(
        "该版次写入的行被改动、增加或删除（应有{expected}行，现有{found}行）",
        "versions written by this revision were changed, added or removed ({expected} expected, {found} found)",
    ),
    "VERIFY-CLOSED": Text(
        "该版次结束的行被改动（应有{expected}行，现有{found}行）",
        "the versions closed by this revision are not the ones recorded ({expected} expected, {found} found)",
    ),
    "VERIFY-STRAY": Text(
        "该行属于不存在的版次（{found}）", "this version names a revision that does not exist ({found})"
    ),
    "VERIFY-REVISION": Text("版次记录被改动，与其摘要不符", "the record of the revision does not fit its digest"),
    "VERIFY-CHAIN": Text("与前一版次的摘要不衔接", "it does not follow from the digest of the revision before"),
    "VERIFY-GAP": Text("版次缺失", "the revision is missing"),
    "VERIFY-HEAD": Text(
        "账中没有摘要为 {found} 的版次：最新的版次可能被删除，或者账是从更早的备份恢复的",
        "the ledger has no revision with the digest {found}: the newest ones may have been removed, or the"
        " ledger was restored from an earlier backup",
    ),
    "VERIFY-MIGRATED": Text(
        "与迁移前保存的行不符", "it is not what the migration made of the row that was kept from before"
    ),
    "VERIFY-FILE-LOST": Text(
        "归档中没有该版次收到的文件（SHA-256 {found}）",
        "the archive has lost a file that this revision took (SHA-256 {found})",
    ),
    "VERIFY-FILE-ALTERED": Text(
        "归档的文件被改动，与其名称中的 SHA-256 不符（{found}）",
        "an archived file was altered, it differs from the SHA-256 in its name ({found})",
    ),
    "VERIFY-BALANCE": Text(
        "{book} {period} 结账时的余额被改动，与其摘要不符",
        "the balances with which {period} of {book} was closed were altered, they do not fit their digest",
    ),
    "VERIFY-REPLAY": Text(
        "{book} {period} 由上次结账重算，与结账余额不符",
        "{period} of {book}, computed again from the close before, does not come to the balances it was closed with",
    ),
    "VERIFY-CLOSED-ROWS": Text(
        "{book} {period} 已结账，{register} 的行后来有变动（结账时{expected}行，现有{found}行）",
        "{period} of {book} is closed, but rows of {register} changed since ({expected} then, {found} now)",
    ),
    "VERIFY-UNREADABLE": Text("数据表无法读取（{found}）", "the table cannot be read ({found})"),
}


@dataclass(frozen=True)
class Problem:
    """One place where the ledger is not what its chain of digests says."""

    code: str
    revision: int
    """The revision concerned, 0 if it is none in particular."""
    table: str = ""
    version: int | None = None
    args: Mapping[str, object] = field(default_factory=dict)

    def what(self, language: str = "zh") -> str:
        """Return what is wrong, in plain words."""
        return TEXTS[self.code].message(language, self.args)


def verify(connection: sa.Connection, registers: Mapping[str, type[Register]], *heads: str) -> list[Problem]:
    """Return everything that does not fit, by revision and table; empty means nothing was altered.

    ``heads`` are digests of revisions as they were printed elsewhere (a published cover, a backup), or
    at least their first ``DIGEST_LETTERS`` letters.
    """
    chain, recorded = revisions(connection), parts(connection)
    problems = [*_chain_problems(chain, recorded), *_head_problems(chain, heads)]
    known = frozenset(revision.number for revision in chain)
    found: dict[tuple[int, str], Part] = {}
    tables = {table.name: table for table in tables_found(connection)}
    migrated = carried_out(connection) if MIGRATION.name in tables else {}
    kept = {former_name(name, number) for name, history in migrated.items() for number, _ in history}
    for name in (tables.keys() | migrated.keys()) - kept:
        walks = _walks(name, tables, migrated.get(name, []), known)
        for walk in walks:
            problems += walk.read(connection)
        found |= {place: part for walk in walks for place, part in walk.parts().items()}
        problems += _migration_problems(connection, name, tables, migrated.get(name, []))
    for place in sorted(recorded.keys() | found.keys()):
        broken = _part_problems(place, recorded.get(place), found.get(place))
        problems += broken
        if any(problem.code == "VERIFY-INSERTED" for problem in broken):
            problems += _content_problems(connection, registers, place)
    return sorted(problems, key=lambda problem: (problem.revision, problem.table, problem.version or 0))


def _chain_problems(chain: list[Revision], recorded: Mapping[tuple[int, str], Part]) -> Iterator[Problem]:
    previous, expected = ZERO_DIGEST, 1
    for revision in chain:
        yield from (Problem("VERIFY-GAP", number) for number in range(expected, revision.number))
        own = [part for (number, _), part in recorded.items() if number == revision.number]
        at = microseconds(revision.at)
        digest = revision_digest(revision.number, at, revision.kind, revision.note, revision.previous, own)
        if digest != revision.digest:
            yield Problem("VERIFY-REVISION", revision.number)
        if revision.previous != previous:
            yield Problem("VERIFY-CHAIN", revision.number)
        previous, expected = revision.digest, revision.number + 1
    numbers = {revision.number for revision in chain}
    yield from (Problem("VERIFY-GAP", number) for number in sorted({n for n, _ in recorded} - numbers))


def _head_problems(chain: list[Revision], heads: Iterable[str]) -> Iterator[Problem]:
    known = [ZERO_DIGEST, *(revision.digest for revision in chain)]
    for head in dict.fromkeys(heads):
        printed = head.strip().rstrip("…").lower()
        if len(printed) < DIGEST_LETTERS or not any(digest.startswith(printed) for digest in known):
            yield Problem("VERIFY-HEAD", 0, args={"found": head})


def _part_problems(place: tuple[int, str], recorded: Part | None, found: Part | None) -> list[Problem]:
    number, name = place
    nothing = PartDigest(name).part()
    wanted, has = recorded or nothing, found or nothing
    problems = []
    if (wanted.inserted, wanted.inserted_digest) != (has.inserted, has.inserted_digest):
        rows = {"expected": wanted.inserted, "found": has.inserted}
        problems.append(Problem("VERIFY-INSERTED", number, name, args=rows))
    if (wanted.closed, wanted.closed_digest) != (has.closed, has.closed_digest):
        rows = {"expected": wanted.closed, "found": has.closed}
        problems.append(Problem("VERIFY-CLOSED", number, name, args=rows))
    return problems


def _content_problems(
    connection: sa.Connection, registers: Mapping[str, type[Register]], place: tuple[int, str]
) -> Iterator[Problem]:
    """Name the versions whose content differs from their hash, in a part that is known to be broken."""
    number, name = place
    register = registers.get(name.removeprefix("reg_"))
    if register is None:
        return
    table = content_table(register)
    columns: list[sa.ColumnClause[Any]] = [sa.column(column) for column in table.stored]
    statement = sa.select(*columns).select_from(sa.table(name, *columns)).where(sa.column("_from") == number)
    for rows in fetched_slices(connection, statement, _SLICE_ROWS):
        try:
            frame = typed_frame(frame_of_rows(rows, table.stored), table.stored)
        except pl.exceptions.PolarsError:
            continue
        changed = frame.filter(content_hashes(register, frame) != frame["_hash"])
        for version in changed["_version"]:
            yield Problem("VERIFY-CONTENT", number, name, version)


def tables_found(connection: sa.Connection) -> Iterator[VersionedTable]:
    """Yield every versioned table that the database has, declared today or not, in stored types."""
    for (_, name), columns in sorted(sa.inspect(connection).get_multi_columns().items()):
        types: dict[str, pl.DataType] = {
            column["name"]: pl.Int64() if isinstance(column["type"], sa.Integer) else pl.String() for column in columns
        }
        for version, start, end in (("_version", "_from", "_to"), ("version_id", "revision_from", "revision_to")):
            if {version, start, end} <= types.keys():
                fields = {key: value for key, value in types.items() if key not in {version, start, end}}
                yield VersionedTable(name, fields, version=version, start=start, end=end)


def _walks(
    name: str, tables: Mapping[str, VersionedTable], history: Sequence[tuple[int, Steps]], known: frozenset[int]
) -> list[_Walk]:
    """Return how a table is read: what was written before a migration, in the table that was kept of then."""
    digests: dict[int, PartDigest] = {}
    walks: list[_Walk] = []
    first = 0
    for number, _ in history:
        former = tables.get(former_name(name, number))
        if former is not None:
            walks.append(_Walk(former, name, range(first, number), known, digests))
        first = number
    if name in tables:
        walks.append(_Walk(tables[name], name, range(first, _ENDLESS), known, digests))
    return walks


class _Walk:
    """Reads one table in the order of its versions and recomputes the parts of all revisions."""

    def __init__(
        self,
        table: VersionedTable,
        name: str,
        written: range,
        known: frozenset[int],
        digests: dict[int, PartDigest],
    ) -> None:
        self._table = table
        self._name = name
        self._written = written
        """Revisions whose versions stand here as they were written."""
        self._known = known
        self._digests = digests

    def parts(self) -> dict[tuple[int, str], Part]:
        return {(number, self._name): digest.part() for number, digest in self._digests.items()}

    def read(self, connection: sa.Connection) -> list[Problem]:
        """Feed every version into the digests and return those that belong to no revision."""
        table = self._table
        columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in table.stored]
        source = sa.table(table.name, *columns)
        statement = sa.select(*columns).select_from(source)
        problems: list[Problem] = []
        driver_error = connection.dialect.loaded_dbapi.Error
        try:
            for rows in fetched_slices(connection, statement, _SLICE_ROWS):
                problems += self._feed(frame_of_rows(rows, table.stored))
        except (driver_error, sa.exc.DBAPIError, TypeError) as exc:
            words = {"found": str(exc).splitlines()[0]}
            problems.append(Problem("VERIFY-UNREADABLE", 0, table.name, args=words))
        return problems

    def _feed(self, rows: pl.DataFrame) -> list[Problem]:
        start, end, version = self._table.start, self._table.end, self._table.version
        written = rows.filter(pl.col(start) >= self._written.start)
        for (number,), piece in written.drop(end).group_by(start, maintain_order=True):
            self._of(number).insert(piece)
        if self._written.stop == _ENDLESS:
            closed = rows.filter(pl.col(end).is_not_null())
            for (number,), piece in closed.group_by(end, maintain_order=True):
                self._of(number).close(piece[version].to_list())
        stray = rows.filter(
            ~pl.col(start).is_in(self._known)
            | ~pl.col(end).is_in(self._known)
            | (pl.col(end) <= pl.col(start))
            | (pl.max_horizontal(start, end) >= self._written.stop)
        )
        return [
            Problem(
                "VERIFY-STRAY", row[start], self._table.name, row[version], {"found": f"{row[start]}–{row[end] or ''}"}
            )
            for row in stray.iter_rows(named=True)
        ]

    def _of(self, number: int) -> PartDigest:
        return self._digests.setdefault(number, PartDigest(self._name))


def _migration_problems(
    connection: sa.Connection, name: str, tables: Mapping[str, VersionedTable], history: Sequence[tuple[int, Steps]]
) -> Iterator[Problem]:
    """Carry out every migration again and yield the versions that are not what it makes of them."""
    successors = [*(former_name(name, number) for number, _ in history[1:]), name]
    for (number, steps), after in zip(history, successors, strict=False):
        before = tables.get(former_name(name, number))
        if before is not None and after in tables:
            yield from _copy_problems(connection, (before, tables[after]), number, steps)


def _copy_problems(
    connection: sa.Connection, tables: tuple[VersionedTable, VersionedTable], number: int, steps: Steps
) -> Iterator[Problem]:
    version, start, end = tables[0].version, tables[0].start, tables[0].end
    sides = [_slices_before(connection, table, number) for table in tables]
    for before, after in zip_longest(*sides):
        if before is None or after is None or before[version].to_list() != after[version].to_list():
            yield Problem("VERIFY-MIGRATED", number, tables[1].name)
            return
        try:
            wanted = steps.applied(before)
        except pl.exceptions.PolarsError:
            yield Problem("VERIFY-MIGRATED", number, tables[1].name)
            return
        ended = pl.when(after[end] < number).then(after[end])
        same = (canonical_rows(wanted.drop(end)) == canonical_rows(after.drop(end))) & (
            before[end].eq_missing(after.select(ended.alias(end))[end])
        )
        for row in after.filter(~same).iter_rows(named=True):
            yield Problem("VERIFY-MIGRATED", row[start], tables[1].name, row[version])


def _slices_before(connection: sa.Connection, table: VersionedTable, number: int) -> Iterator[pl.DataFrame]:
    """Yield the versions that began before a revision, in stored form."""
    columns: list[sa.ColumnClause[Any]] = [sa.column(name) for name in table.stored]
    statement = sa.select(*columns).select_from(sa.table(table.name, *columns))
    for rows in fetched_slices(connection, statement.where(sa.column(table.start) < number), _SLICE_ROWS):
        yield frame_of_rows(rows, table.stored)
