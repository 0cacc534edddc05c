"""Read the books that ``published/books/`` carries, so that a click needs no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from schemas.findings import Text
from sync.errors import HouqinError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import polars as pl

    from schemas.register import Register
    from schemas.rules import Facts
    from sync.bookkeeping import Bookkeeping


class PublicationError(HouqinError):
    """The published books cannot be used (``path``, ``reason``, ``reason_en``)."""

    code = "PUBLISHED"
    text = Text("已发布的账簿不可用：{reason}", "the published books cannot be used: {reason_en}")


@dataclass(frozen=True)
class Department:
    """One department of the school."""

    code: str
    name: str
    folder: str
    """Name below ``departments/``."""
    registers: tuple[str, ...]
    """Ids of the registers that it may write."""


@dataclass(frozen=True)
class School:
    """What houqin.toml says that checks and books depend on."""

    name: str
    language: str
    zone: ZoneInfo
    departments: Mapping[str, Department]
    registers: tuple[str, ...]
    """Ids of the registers in use."""
    parameters: Mapping[str, object]
    roles: Mapping[str, tuple[str, ...]]
    class_aliases: Mapping[str, str]
    term_start: date | None

    @property
    def today(self) -> date:
        """Return the school's today; ``HOUQIN_TODAY`` decides where it is set."""
        raise NotImplementedError

    def facts(self) -> Facts:
        """Return what the rules know besides the rows."""
        raise NotImplementedError

    def may_write(self, department: str, register_id: str) -> bool:
        """Tell whether workbooks of a department may carry rows of a register."""
        raise NotImplementedError


class Published:
    """The books of one publication; registers are read when they are asked for, and kept."""

    share: Path
    revision: int
    digest: str
    published_at: datetime
    """Aware UTC."""
    school: School
    name: str
    """SHA-256 of the manifest: another publication has another one."""

    @classmethod
    def open(cls, share: Path) -> Published:
        """Return the newest publication of a share, the same object as before while it is the same one.

        Raises:
            PublicationError: there is none, or it is damaged.
        """
        raise NotImplementedError

    def age_warning(self, now: datetime) -> Text | None:
        """Return a sentence where the books are older than a day, else None."""
        raise NotImplementedError

    def load(self, register: type[Register]) -> pl.DataFrame:
        """Return the rows in force of a register, of any status, in the order of months and keys.

        Raises:
            PublicationError: a file is missing or not the one that was published.
        """
        raise NotImplementedError

    def versions(self, register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        """Return all versions of some keys, oldest first."""
        raise NotImplementedError

    def table(self, name: str, /, *, as_of: int | None = None, **equals: object) -> pl.DataFrame:
        """Return the rows of one of the ledger's own tables: workbook, held, conflict, claim, finding, stop …."""
        raise NotImplementedError

    def bookkeeping(self) -> Bookkeeping:
        """Return the books, as every command that keeps books has them."""
        raise NotImplementedError
