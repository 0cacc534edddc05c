"""Read the books that ``published/books/`` carries, so that a click needs no database."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from addin.school import School
from schemas.findings import Text
from schemas.register import Register
from sync.errors import HouqinError
from sync.publish.lookup_tables import ASSETS, STOCK, LookupTable
from sync.publish.manifest import FOLDER, MANIFEST, Manifest, OtherLayoutError, Piece, Pieces, shape_of
from sync.versioned import OWN_TABLES, VersionedTable, content_table

if TYPE_CHECKING:
    from collections.abc import Mapping


_OLD = timedelta(days=1)


class PublicationError(HouqinError):
    """The published books cannot be used (``reason``, ``reason_en``)."""

    code = "PUBLISHED"
    text = Text("{reason}", "{reason_en}")


class NothingPublished(PublicationError):  # noqa: N818 - says what is wrong
    """There are no published books in a shared folder (``path``)."""

    text = Text(
        "共享文件夹“{path}”中还没有已发布的账簿",
        "no books have been published in the shared folder “{path}” yet",
        "请核对文件夹；仍不行请联系管理员运行 houqin sync",
        "check the folder, or ask for houqin sync to be run",
    )


class PublicationDamaged(PublicationError):  # noqa: N818 - says what is wrong
    """A published file is not the one that was published (``file``)."""

    text = Text(
        "已发布的账簿文件“{file}”缺失或已损坏",
        "the published file “{file}” is missing or damaged",
        "账簿可能正在更新，请再按一次；仍不行请联系管理员运行 houqin sync",
        "the books may just be changing: press again, or ask for houqin sync to be run",
    )


class OtherProgram(PublicationError):  # noqa: N818 - says what is wrong
    """The books were published by a version of the program that this one does not understand (``file``)."""

    text = Text(
        "已发布的账簿“{file}”与本机安装的后勤账版本不一致",
        "the published books “{file}” and the program on this computer are of different versions",
        "请联系管理员把两边更新为同一版本",
        "ask for both to be brought to the same version",
    )


class StockNotPublished(PublicationError):  # noqa: N818 - says what is wrong
    """The stock book contradicts itself, so that none of its figures was published."""

    text = Text(
        "库存账有矛盾，没有发布账面数",
        "the stock book contradicts itself: no quantity of it was published",
        "请联系管理员运行 houqin sync 查看原因",
        "ask for the reason that houqin sync tells",
    )


class Published:
    """The books of one publication; registers are read when they are asked for, and kept."""

    def __init__(self, share: Path, name: str, manifest: Manifest, frames: Mapping[str, pl.DataFrame]) -> None:
        self.share = share
        self.name = name
        """SHA-256 of the list: another publication has another one."""
        self.revision = manifest.revision
        self.digest = manifest.digest
        self.published_at = datetime.fromisoformat(manifest.published_at)
        """Aware UTC."""
        self.school = School.of(manifest.settings)
        self._manifest = manifest
        files = {piece.file for piece in manifest.pieces()}
        self.frames = {file: frame for file, frame in frames.items() if file in files}
        """Files that were read already, by name: the next publication has most of them, too."""
        self._whole: dict[str, pl.DataFrame] = {}

    @classmethod
    def open(cls, share: Path) -> Published:
        """Return the newest publication of a share, the same object as before while it is the same one.

        Raises:
            PublicationError: there is none, or it cannot be understood.
        """
        place = share / MANIFEST
        try:
            content = place.read_bytes()
        except OSError as exc:
            raise NothingPublished(path=share) from exc
        name = hashlib.sha256(content).hexdigest()
        before = _OPENED.get(share)
        if before is not None and before.name == name:
            return before
        try:
            opened = cls(share, name, Manifest.from_json(content), {} if before is None else before.frames)
        except OtherLayoutError as exc:
            raise OtherProgram(file=place.name) from exc
        except (ValueError, KeyError, TypeError) as exc:
            raise PublicationDamaged(file=place.name) from exc
        _OPENED[share] = opened
        return opened

    def age_warning(self, now: datetime) -> Text | None:
        """Return a sentence where the books are older than a day, else None; ``now`` is aware."""
        if now - self.published_at <= _OLD:
            return None
        at = f"{self.published_at.astimezone(self.school.zone):%Y-%m-%d %H:%M}"
        return Text(
            f"账簿停留在 {at}，之后的变动没有反映",
            f"the books are as of {at}: nothing later is in them",
            "请核对共享文件夹，或联系管理员查看 houqin 服务",
            "check the shared folder, or ask whether the houqin service runs",
        )

    def load(self, register: type[Register]) -> pl.DataFrame:
        """Return the rows in force of a register, of any status, in the order of months and keys.

        Raises:
            PublicationError: a file is missing or not the one that was published.
        """
        if register.id not in self._whole:
            pieces = self._pieces(self._manifest.registers, register.id, content_table(register))
            rows = self._read(content_table(register), pieces.current)
            periods = [piece.period for piece in pieces.current]
            if len(set(periods)) < len(periods):
                rows = rows.sort("_post_period", *register.key, "_key", nulls_last=False)
            self._whole[register.id] = rows
        return self._whole[register.id]

    def versions(self, register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        """Return all versions of some keys, oldest first.

        Raises:
            PublicationError: a file is missing or not the one that was published.
        """
        pieces = self._pieces(self._manifest.registers, register.id, content_table(register))
        wanted = pl.col("_key").is_in(list(keys))
        found = [self.load(register).filter(wanted), self._read(content_table(register), pieces.past).filter(wanted)]
        return pl.concat(found).sort("_version")

    def table(self, name: str, /, *, as_of: int | None = None, **equals: object) -> pl.DataFrame:
        """Return the rows of one of the ledger's own tables in force at a revision (None is now).

        ``equals`` name columns; a value may be one, several (a collection) or None. Earlier revisions are
        published of ``workbook`` and ``claim``.

        Raises:
            PublicationError: a file is missing or not the one that was published.
        """
        table = OWN_TABLES[name]
        if as_of is None:
            rows = self._in_force(table)
        else:
            versions, end = self._all_versions(table), pl.col(table.end)
            rows = versions.filter((pl.col(table.start) <= as_of) & (end.is_null() | (end > as_of)))
        return rows.filter(_equal_to(equals)) if equals else rows

    def taken_at(self, sha256: str) -> int | None:
        """Return the first revision in which a version of a workbook was taken, None if it never was."""
        versions = self._all_versions(OWN_TABLES["workbook"]).filter(pl.col("sha256") == sha256)
        taken: list[int] = versions["taken_revision"].drop_nulls().to_list()
        return min(taken, default=None)

    def stock(self) -> pl.DataFrame:
        """Return what lies where by the books: the columns of ``sync.publish.lookup_tables.STOCK``.

        Raises:
            StockNotPublished: the stock book was not sound, so that no figure of it was published.
            PublicationError: a file is missing or not the one that was published.
        """
        if STOCK.name not in self._manifest.lookups:
            raise StockNotPublished
        return self._lookup(STOCK)

    def assets(self) -> pl.DataFrame:
        """Return the assets as the books have them: the columns of ``sync.publish.lookup_tables.ASSETS``.

        Raises:
            PublicationError: a file is missing or not the one that was published.
        """
        return self._lookup(ASSETS)

    def _lookup(self, table: LookupTable) -> pl.DataFrame:
        return self._read(table, self._pieces(self._manifest.lookups, table.name, table).current)

    def _in_force(self, table: VersionedTable) -> pl.DataFrame:
        pieces = self._pieces(self._manifest.tables, table.name, table)
        return self._read(table, pieces.current).sort(table.version)

    def _all_versions(self, table: VersionedTable) -> pl.DataFrame:
        pieces = self._pieces(self._manifest.tables, table.name, table)
        return self._read(table, (*pieces.past, *pieces.current)).sort(table.version)

    def _pieces(self, groups: Mapping[str, Pieces], name: str, table: VersionedTable | LookupTable) -> Pieces:
        """Return the files of a register or table, none for one without rows."""
        shape = shape_of(table)
        found = groups.get(name, Pieces(shape))
        if found.shape != shape:
            raise OtherProgram(file=name)
        return found

    def _read(self, table: VersionedTable | LookupTable, pieces: Iterable[Piece]) -> pl.DataFrame:
        frames = [pl.DataFrame(schema=dict(table.stored)), *(self._frame(piece, table) for piece in pieces)]
        return pl.concat(frames, rechunk=False)

    def _frame(self, piece: Piece, table: VersionedTable | LookupTable) -> pl.DataFrame:
        """Return the rows of one file, which has to be the one that was published."""
        if piece.file not in self.frames:
            try:
                content = (self.share / FOLDER / piece.file).read_bytes()
                if hashlib.sha256(content).hexdigest() != piece.sha256:
                    raise PublicationDamaged(file=piece.file)
                found = pl.read_ipc(BytesIO(content))
            except (OSError, pl.exceptions.PolarsError) as exc:
                raise PublicationDamaged(file=piece.file) from exc
            if found.schema != table.stored:
                raise OtherProgram(file=piece.file)
            self.frames[piece.file] = found
        return self.frames[piece.file]


_OPENED: dict[Path, Published] = {}
"""Shared folder to the publication that was opened last: clicks and cells of one process share it."""


def _equal_to(equals: Mapping[str, object]) -> list[pl.Expr]:
    """Return one condition per named column: equal, one of several, or null."""
    conditions: list[pl.Expr] = []
    for name, value in equals.items():
        if isinstance(value, Collection) and not isinstance(value, str):
            conditions.append(pl.col(name).is_in(list(value)))
        else:
            conditions.append(pl.col(name).eq_missing(pl.lit(value)))
    return conditions
