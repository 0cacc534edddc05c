"""The list of the published books: which files hold which rows, of which revision, with which settings.

Writer (``sync.publish_books``) and reader (``addin.published``) agree on this form and on nothing else.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sync.publish.lookup_tables import LookupTable
from sync.versioned import VersionedTable

if TYPE_CHECKING:
    from schemas.register import Register

FOLDER = "published/books/"
MANIFEST = f"{FOLDER}manifest.json"
LAYOUT = 1
"""Raised when files or list are made otherwise: a reader of another layout does not guess."""


class OtherLayoutError(ValueError):
    """A list was written by a version of the program that makes it otherwise."""


@dataclass(frozen=True)
class Piece:
    """One file, which never changes: its name tells its content."""

    file: str
    """Name below ``published/books/``."""
    sha256: str
    rows: int
    period: str | None = None
    """Posting month of its rows (``yyyy-mm``), None for rows without a date and for tables."""


@dataclass(frozen=True)
class Pieces:
    """The files of one register or of one of the ledger's own tables."""

    shape: str
    """Hash of the columns and their types."""
    current: tuple[Piece, ...] = ()
    """The versions in force, in the order of months."""
    past: tuple[Piece, ...] = ()
    """The versions that are over, in the order in which they ended."""


@dataclass(frozen=True)
class Settings:
    """What houqin.toml says that checks and books depend on; nothing else of it is published."""

    school: str
    language: str
    timezone: str
    departments: Mapping[str, Mapping[str, Any]]
    """Code to ``name``, ``folder`` and ``registers`` (ids of those that it may write)."""
    registers: tuple[str, ...]
    """Ids of the registers in use."""
    parameters: Mapping[str, str | bool | Decimal]
    roles: Mapping[str, tuple[str, ...]]
    class_aliases: Mapping[str, str]
    term_start: str | None


@dataclass(frozen=True)
class Manifest:
    """One publication of the books."""

    program: str
    revision: int
    digest: str
    day: str
    """The school's day of the publication."""
    settings: Settings
    registers: Mapping[str, Pieces] = field(default_factory=dict)
    tables: Mapping[str, Pieces] = field(default_factory=dict)
    lookups: Mapping[str, Pieces] = field(default_factory=dict)
    """Tables to be looked up as they are (``sync.publish.lookup_tables``)."""
    published_at: str = ""
    """ISO 8601, UTC."""

    def pieces(self) -> Iterator[Piece]:
        """Yield every file."""
        for group in (*self.registers.values(), *self.tables.values(), *self.lookups.values()):
            yield from group.current
            yield from group.past

    def content_hash(self) -> str:
        """Return the hash of everything but the time of publication."""
        stored = {**asdict(self), "published_at": "", "layout": LAYOUT}
        return hashlib.sha256(_text(stored).encode()).hexdigest()

    def to_json(self) -> str:
        """Return the list as it is stored."""
        return _text({"layout": LAYOUT, **asdict(self)})

    @classmethod
    def from_json(cls, text: str | bytes) -> Manifest:
        """Return the list that ``to_json`` stored.

        Raises:
            OtherLayoutError: it is one of another version of the program.
            ValueError, KeyError, TypeError: it is none.
        """
        stored = json.loads(text)
        if stored.pop("layout") != LAYOUT:
            raise OtherLayoutError(LAYOUT)
        settings = stored.pop("settings")
        given = settings.pop("parameters")
        parameters = {
            name: Decimal(value["decimal"]) if isinstance(value, dict) else value for name, value in given.items()
        }
        roles = {role: tuple(people) for role, people in settings.pop("roles").items()}
        registers = tuple(settings.pop("registers"))
        return cls(
            settings=Settings(**settings, parameters=parameters, roles=roles, registers=registers),
            registers=_groups(stored.pop("registers")),
            tables=_groups(stored.pop("tables")),
            lookups=_groups(stored.pop("lookups")),
            **stored,
        )


def shape_of(table: VersionedTable | LookupTable) -> str:
    """Return the hash of the columns of a table with their types."""
    columns = {name: str(dtype) for name, dtype in table.stored.items()}
    return hashlib.sha256(json.dumps([table.name, columns]).encode()).hexdigest()


def personal_columns(register: type[Register]) -> list[str]:
    """Return the columns of a register that are never published (DOMAIN.md 2.0.5)."""
    return [column.name for column in register.columns if column.masked]


def _groups(stored: Mapping[str, Any]) -> dict[str, Pieces]:
    return {
        name: Pieces(
            each["shape"],
            tuple(Piece(**piece) for piece in each["current"]),
            tuple(Piece(**piece) for piece in each["past"]),
        )
        for name, each in stored.items()
    }


def _text(stored: Mapping[str, Any]) -> str:
    return json.dumps(stored, ensure_ascii=False, separators=(",", ":"), default=_decimal)


def _decimal(value: object) -> dict[str, str]:
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    raise TypeError(value)
