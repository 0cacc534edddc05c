"""Publish the books for the add-in: only files that changed are written, and the list that names them last.

A reader sees one publication or the next, never half of one: files are named by their content and never
change, the list takes its place in one step, and what the list before it named stays until the next one.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from schemas.register import all_registers
from sync import __version__
from sync.current import hashed_parts
from sync.ledger.read import Extent
from sync.lookups import lookups_of
from sync.publish.books import (
    CLOSED,
    PAST_OF_A_FILE,
    TABLES,
    WITH_PAST,
    file_bytes,
    in_part,
    parts_for,
    public_rows,
    public_table,
    source_of,
)
from sync.publish.lookup_tables import LOOKUPS, LookupTable
from sync.publish.manifest import FOLDER, MANIFEST, Manifest, Piece, Pieces, Settings, personal_columns, shape_of
from sync.publish.plan import OutsideTheShareError, safe_place
from sync.publish.releases import Release, mark_of
from sync.versioned import OWN_TABLES, VersionedTable, content_table, versions_hash
from workbooks.write import TargetLockedError, replace_bytes

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.bookkeeping import Bookkeeping
    from sync.config import Config
    from sync.current import CurrentRows, Month
    from sync.ledger import Ledger
    from sync.share import Share

_NOTHING = Extent()
News = dict[str, tuple[str, str, str] | None]
"""Path to what is noted of a file: hash of its content, of what it is made of, and its mark; None for one removed."""


@dataclass(frozen=True)
class Wanted:
    """One file that the books consist of."""

    stem: str
    source: str
    """Hash of what it is made of, by which it is known to be there already."""
    rows: int
    make: Callable[[], pl.DataFrame]
    period: str | None = None


@dataclass(frozen=True)
class WantedGroup:
    """The files of one register or table."""

    shape: str
    current: tuple[Wanted, ...] = ()
    past: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class WantedBooks:
    """Everything that is to be published, before any of it is made."""

    manifest: Manifest
    """Without files."""
    registers: Mapping[str, WantedGroup] = field(default_factory=dict)
    tables: Mapping[str, WantedGroup] = field(default_factory=dict)
    lookups: Mapping[str, WantedGroup] = field(default_factory=dict)

    @property
    def groups(self) -> Sequence[tuple[str, WantedGroup]]:
        """Return all groups of files with their names."""
        return [*self.registers.items(), *self.tables.items(), *self.lookups.items()]

    def content_hash(self) -> str:
        """Return the hash of all that the publication shows."""
        made_of = [[name, [each.source for each in (*group.current, *group.past)]] for name, group in self.groups]
        return source_of(self.manifest.content_hash(), made_of)


@dataclass(frozen=True)
class BooksPublished:
    """What became of it."""

    news: News = field(default_factory=dict)
    postponed: tuple[str, ...] = ()
    """The list, where something could not be written: the next run tries again."""


def wanted_books(share: Share, ledger: Ledger, current: CurrentRows, books: Bookkeeping) -> WantedBooks:
    """Return what is to be published of the newest revision, whose rows ``current`` has; ``books`` are kept from it."""
    head, extents = ledger.head(), ledger.extents()
    manifest = Manifest(__version__, head.number, head.digest, share.today.isoformat(), settings_of(share.config))
    registers = {
        register.id: WantedGroup(
            shape_of(content_table(register)),
            tuple(_wanted_rows(register, current)),
            tuple(_wanted_past(ledger, content_table(register), extents, *_public(register))),
        )
        for register in all_registers().values()
        if content_table(register).name in extents
    }
    tables = {name: _wanted_table(ledger, name, extents) for name in (*TABLES, *CLOSED) if name in extents}
    lookups = {name: _wanted_lookup(LOOKUPS[name], rows) for name, rows in lookups_of(books, share.today).items()}
    return WantedBooks(manifest, registers, tables, lookups)


def _wanted_lookup(table: LookupTable, rows: pl.DataFrame) -> WantedGroup:
    """Return the one file of a table to look up, known by its content."""
    shape, content = shape_of(table), hashlib.sha256(file_bytes(rows)).hexdigest()
    return WantedGroup(shape, (Wanted(table.name, source_of(shape, content), rows.height, lambda: rows),))


def settings_of(config: Config) -> Settings:
    """Return the settings that are published: no addresses, no passwords."""
    departments = {
        code: {"name": each.name, "folder": config.folder_of(code), "registers": list(config.registers_of(code))}
        for code, each in config.departments.items()
    }
    return Settings(
        config.school,
        config.language,
        config.timezone,
        departments,
        tuple(config.registers_in_use),
        config.parameters,
        config.roles,
        config.class_aliases,
        None if config.term_start is None else config.term_start.isoformat(),
    )


def is_of_books(path: str) -> bool:
    """Tell whether a published file belongs to the books."""
    return path.startswith(FOLDER)


def publish_books(
    wanted: WantedBooks, known: Mapping[str, Release], there: Mapping[str, Release], share: Path
) -> BooksPublished:
    """Write what is new and the list of it, and tidy away what neither this list nor the one before it names.

    ``known`` are the files published before, ``there`` those of them that lie in the share as they were written.
    """
    done = _published(wanted, there, share)
    noted: News = {
        path: None if path not in there or not (share / path).is_file() else _stored(there[path])
        for path, release in known.items()
        if is_of_books(path) and (there.get(path) != release or not (share / path).is_file())
    }
    return replace(done, news={**noted, **done.news})


def _stored(release: Release) -> tuple[str, str, str]:
    return release.content_hash, release.source, release.mark


def _published(wanted: WantedBooks, there: Mapping[str, Release], share: Path) -> BooksPublished:
    before = there.get(MANIFEST)
    by_source = {release.source: path for path, release in there.items() if is_of_books(path)}
    sources = {each.source for _, group in wanted.groups for each in (*group.current, *group.past)}
    if before is not None and before.content_hash == wanted.content_hash() and sources <= by_source.keys():
        return BooksPublished()
    files = _Files(share, there, by_source)
    try:
        manifest = replace(
            wanted.manifest,
            registers={name: files.of_group(group) for name, group in wanted.registers.items()},
            tables={name: files.of_group(group) for name, group in wanted.tables.items()},
            lookups={name: files.of_group(group) for name, group in wanted.lookups.items()},
            published_at=datetime.now(UTC).isoformat(timespec="seconds"),
        )
        older = _named_before(share)
        place = safe_place(MANIFEST, share)
        replace_bytes(place, manifest.to_json().encode())
    except (TargetLockedError, OutsideTheShareError, OSError):
        return BooksPublished(files.news, (MANIFEST,))
    files.news[MANIFEST] = (wanted.content_hash(), "", mark_of(place))
    kept = {MANIFEST, *(FOLDER + piece.file for piece in manifest.pieces()), *older}
    _tidy(place.parent, kept)
    return BooksPublished(files.news)


class _Files:
    """The files of one publication: those that are there, and those that are written now."""

    def __init__(self, share: Path, known: Mapping[str, Release], by_source: Mapping[str, str]) -> None:
        self.news: News = {}
        self._share = share
        self._known = known
        self._by_source = by_source

    def of_group(self, group: WantedGroup) -> Pieces:
        """Return the files of one register or table."""
        return Pieces(group.shape, tuple(map(self._piece, group.current)), tuple(map(self._piece, group.past)))

    def _piece(self, wanted: Wanted) -> Piece:
        path = self._by_source.get(wanted.source)
        if path is not None:
            return Piece(path.removeprefix(FOLDER), self._known[path].content_hash, wanted.rows, wanted.period)
        content = file_bytes(wanted.make())
        sha256 = hashlib.sha256(content).hexdigest()
        path = f"{FOLDER}{wanted.stem}-{sha256[:24]}.arrow"
        place = safe_place(path, self._share)
        replace_bytes(place, content)
        self.news[path] = (sha256, wanted.source, mark_of(place))
        return Piece(path.removeprefix(FOLDER), sha256, wanted.rows, wanted.period)


def _wanted_rows(register: type[Register], current: CurrentRows) -> Iterator[Wanted]:
    """Yield the files of the rows in force, by months."""
    table = content_table(register)
    shape, personal = shape_of(table), personal_columns(register)
    for month in current.months(register):
        count = sum(month.statuses.values())
        parts = parts_for(count)
        if parts == 1:
            source = source_of(shape, personal, month.period, month.versions)
            yield Wanted(register.id, source, count, _rows_of(register, current, month, 0, 1), month.period)
            continue
        known = month.parts or hashed_parts(current.of_month(register, month)[table.version])
        for part, (rows, versions) in enumerate(known):
            source = source_of(shape, personal, month.period, versions)
            yield Wanted(register.id, source, rows, _rows_of(register, current, month, part, parts), month.period)


def _rows_of(
    register: type[Register], current: CurrentRows, month: Month, part: int, parts: int
) -> Callable[[], pl.DataFrame]:
    def make() -> pl.DataFrame:
        rows = current.of_month(register, month)
        return public_rows(register, rows.filter(in_part(content_table(register).version, part, parts)))

    return make


def _wanted_past(
    ledger: Ledger,
    table: VersionedTable,
    extents: Mapping[str, Extent],
    public: Callable[[pl.DataFrame], pl.DataFrame],
    made_of: Sequence[str] = (),
) -> Iterator[Wanted]:
    """Yield the files of the versions that are over: they are added at the end, full files never change."""
    closed, shape = extents.get(table.name, _NOTHING).closed, shape_of(table)
    for start in range(0, closed, PAST_OF_A_FILE):
        count = min(PAST_OF_A_FILE, closed - start)

        def make(start: int = start, count: int = count) -> pl.DataFrame:
            return public(ledger.ended(table, start, count))

        stem = table.name.removeprefix("reg_")
        yield Wanted(f"{stem}-past", source_of(shape, *made_of, "past", start, count), count, make)


def _public(register: type[Register]) -> tuple[Callable[[pl.DataFrame], pl.DataFrame], Sequence[str]]:
    """Return what leaves personal numbers out of rows, and the columns that have them."""
    return lambda rows: public_rows(register, rows), personal_columns(register)


def _wanted_table(ledger: Ledger, name: str, extents: Mapping[str, Extent]) -> WantedGroup:
    """Return the files of one of the ledger's own tables; a large one is read to tell which of them changed."""
    table = OWN_TABLES[name]
    shape, extent = shape_of(table), extents[name]
    parts = parts_for(extent.in_force)

    def rows() -> pl.DataFrame:
        return public_table(name, ledger.table(name), ledger.versions)

    if parts == 1:
        current = [Wanted(name, source_of(shape, name, extent.touched), extent.in_force, rows)]
    else:
        whole = rows()
        split = [whole.filter(in_part(table.version, part, parts)) for part in range(parts)]
        current = [_wanted_part(name, shape, each, versions_hash(each[table.version])) for each in split]

    def public(over: pl.DataFrame) -> pl.DataFrame:
        return public_table(name, over, ledger.versions)

    past = _wanted_past(ledger, table, extents, public) if name in WITH_PAST else ()
    return WantedGroup(shape, tuple(current), tuple(past))


def _wanted_part(name: str, shape: str, rows: pl.DataFrame, versions: str) -> Wanted:
    return Wanted(name, source_of(shape, name, versions), rows.height, lambda: rows)


def _named_before(share: Path) -> frozenset[str]:
    """Return the files that the present list names: somebody may be reading them."""
    try:
        listed = Manifest.from_json((share / MANIFEST).read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return frozenset()
    return frozenset(FOLDER + piece.file for piece in listed.pieces())


def _tidy(folder: Path, kept: set[str]) -> None:
    """Remove files that no list names, those of a run that was killed among them."""
    for path in sorted(folder.glob("*.arrow")):
        if FOLDER + path.name not in kept:
            with contextlib.suppress(OSError):
                path.unlink()
