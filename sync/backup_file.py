"""The file that a backup is: a zip package with a manifest that names every member and its SHA-256.

Members are ``houqin.toml``, ``ledger/<table>/<slice>.parquet`` (the rows in stored form, the same in
every database), ``archive/<ab>/<SHA-256>.<suffix>`` and, last, ``manifest.json``.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import polars as pl

from schemas.findings import Text
from sync.errors import HouqinError
from sync.ledger import Problem
from sync.ledger.dump import KeptTable

FORMAT = "houqin-backup"
VERSION = 1
"""Raised when an older program could not restore the file any more."""

MANIFEST, CONFIG = "manifest.json", "houqin.toml"
_ARCHIVED = re.compile(r"archive/[0-9a-f]{2}/[0-9a-f]{64}\.[0-9a-z]{1,5}")
_PIECE_BYTES = 1 << 20
_EPOCH = (1980, 1, 1, 0, 0, 0)


class BackupForeign(HouqinError):  # noqa: N818 - says what is wrong
    """A file is not a backup, or one of a later program (``path``, ``reason``, ``reason_en``)."""

    code = "BACKUP-FOREIGN"
    text = Text(
        "{path} 不是后勤账的备份（{reason}）",
        "{path} is not a backup of Houqin ({reason_en})",
        "请核对文件名；备份由 houqin backup 生成",
        "check the name of the file; backups are made by houqin backup",
    )


class BackupDamaged(HouqinError):  # noqa: N818 - says what is wrong
    """A backup is not as it was written (``path``, ``member``)."""

    code = "BACKUP-DAMAGED"
    text = Text(
        "备份 {path} 已损坏（{member}），没有恢复任何内容",
        "the backup {path} is damaged ({member}); nothing was restored",
        "请改用另一份备份",
        "use another backup",
    )


Place = tuple[str, int, str, int | None]
"""A problem without its words: code, revision, table, version."""


def place_of(problem: Problem) -> Place:
    """Return a problem as a manifest keeps it."""
    return problem.code, problem.revision, problem.table, problem.version


@dataclass(frozen=True)
class Head:
    """The newest revision of a ledger when it was copied."""

    number: int
    digest: str
    at: str
    """UTC in ISO form."""


@dataclass(frozen=True)
class Member:
    """One member of the package."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds."""

    made_at: str
    program: str
    school: str
    database: str
    head: Head
    tables: tuple[KeptTable, ...]
    rows: Mapping[str, int]
    """Table to its number of rows."""
    problems: tuple[Place, ...] = ()
    """What ``verify`` said of the ledger when it was copied: code, revision, table, version."""
    members: Mapping[str, Member] = field(default_factory=dict)

    def as_json(self) -> bytes:
        """Return the manifest as it is written."""
        return json.dumps({"format": FORMAT, "version": VERSION, **asdict(self)}, ensure_ascii=False, indent=1).encode()

    @property
    def archived(self) -> list[str]:
        """Return the members that are accepted files."""
        return [name for name in self.members if _ARCHIVED.fullmatch(name)]


class PackageWriter:
    """Writes members one after the other and remembers their hashes."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", allowZip64=True)
        self.members: dict[str, Member] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def add(self, name: str, source: IO[bytes]) -> Member:
        """Add a member as it is; what backups hold is compressed already."""
        part = zipfile.ZipInfo(name, _EPOCH)
        part.external_attr = 0o600 << 16
        digest, size = hashlib.sha256(), 0
        with self._zip.open(part, "w", force_zip64=True) as target:
            while piece := source.read(_PIECE_BYTES):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        self.members[name] = Member(size, digest.hexdigest())
        return self.members[name]

    def add_bytes(self, name: str, content: bytes) -> None:
        """Add a small member."""
        self.add(name, io.BytesIO(content))

    def add_frame(self, table: str, number: int, frame: pl.DataFrame) -> None:
        """Add a slice of a table."""
        made = io.BytesIO()
        frame.write_parquet(made, compression="zstd")
        made.seek(0)
        self.add(_slice_name(table, number), made)


def _slice_name(table: str, number: int) -> str:
    return f"ledger/{table}/{number:06d}.parquet"


class Package:
    """A backup opened for reading; every member was compared with the manifest."""

    def __init__(self, path: Path, package: zipfile.ZipFile, manifest: Manifest) -> None:
        self.path = path
        self.manifest = manifest
        self._zip = package

    @classmethod
    def open(cls, path: Path) -> Package:
        """Open a backup and prove that it is as it was written.

        Raises:
            BackupForeign: it is not a backup, or one of a later program.
            BackupDamaged: a member is missing, altered or not in the manifest.
            OSError: the file cannot be read.
        """
        try:
            package = zipfile.ZipFile(path)
        except zipfile.BadZipFile as exc:
            raise _unreadable(path, "不是 zip 文件", "not a zip file") from exc
        with ExitStack() as unless_sound:
            unless_sound.callback(package.close)
            opened = cls(path, package, _manifest_of(path, package))
            opened._refuse_damage()
            unless_sound.pop_all()
        return opened

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def _refuse_damage(self) -> None:
        names = self._zip.namelist()
        wanted = {*self.manifest.members, MANIFEST}
        others = sorted(set(names) ^ wanted) or sorted({name for name in names if names.count(name) > 1})
        if others:
            raise BackupDamaged(path=self.path, member=others[0])
        for name, member in self.manifest.members.items():
            if self._member(name) != member:
                raise BackupDamaged(path=self.path, member=name)

    def _member(self, name: str) -> Member | None:
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as source:
                while piece := source.read(_PIECE_BYTES):
                    digest.update(piece)
                    size += len(piece)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError):
            return None
        return Member(size, digest.hexdigest())

    def open_member(self, name: str) -> IO[bytes]:
        """Open a member for reading."""
        return self._zip.open(name)

    def config(self) -> bytes:
        """Return the houqin.toml of the school as it was."""
        return self._zip.read(CONFIG)

    def slices(self, table: KeptTable) -> Iterator[pl.DataFrame]:
        """Yield the rows of a table in stored form."""
        number = 1
        while (name := _slice_name(table.name, number)) in self.manifest.members:
            yield pl.read_parquet(io.BytesIO(self._zip.read(name)))
            number += 1


def _unreadable(path: Path, reason: str, reason_en: str) -> HouqinError:
    """Tell a backup that was cut off from a file that never was one: ours begin with the settings.

    A cut-off file may still look like a zip file: the workbooks in it are zip files themselves.
    """
    with path.open("rb") as file:
        begins = file.read(30 + len(CONFIG))
    if begins[:4] == b"PK\x03\x04" and begins[30:] == CONFIG.encode():
        return BackupDamaged(path=path, member=MANIFEST)
    return BackupForeign(path=path, reason=reason, reason_en=reason_en)


def _manifest_of(path: Path, package: zipfile.ZipFile) -> Manifest:
    try:
        stored = json.loads(package.read(MANIFEST))
    except KeyError as exc:
        raise _unreadable(path, "缺少清单", "it has no manifest") from exc
    except (zipfile.BadZipFile, EOFError, ValueError) as exc:
        raise BackupDamaged(path=path, member=MANIFEST) from exc
    if not isinstance(stored, dict) or stored.get("format") != FORMAT:
        raise BackupForeign(path=path, reason="清单不是本程序的", reason_en="its manifest is not ours")
    if stored.get("version") != VERSION:
        words = {"reason": "由更新的程序生成，请先升级", "reason_en": "made by a later program; upgrade first"}
        raise BackupForeign(path=path, **words)
    try:
        return _manifest(stored)
    except (KeyError, TypeError) as exc:
        raise BackupDamaged(path=path, member=MANIFEST) from exc


def _manifest(stored: Mapping[str, Any]) -> Manifest:
    return Manifest(
        made_at=stored["made_at"],
        program=stored["program"],
        school=stored["school"],
        database=stored["database"],
        head=Head(**stored["head"]),
        tables=tuple(KeptTable(**table) for table in stored["tables"]),
        rows=dict(stored["rows"]),
        problems=tuple((code, number, table, version) for code, number, table, version in stored["problems"]),
        members={name: Member(**member) for name, member in stored["members"].items()},
    )
