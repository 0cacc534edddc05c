"""Check a saved copy of the open workbook, by the lines of ``houqin validate``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from addin.published import Published
    from schemas.findings import Finding


@dataclass(frozen=True)
class FoundRegister:
    """One register in one sheet."""

    id: str
    sheet: str
    rows: int


@dataclass(frozen=True)
class RowOutcome:
    """What the next run would make of one row."""

    register: str
    sheet: str
    row: int
    """1-based worksheet row."""
    key: tuple[str, ...]
    outcome: str
    """``accepted``, ``unchanged``, ``held``, ``conflict``, ``duplicate``, ``superseded`` or ``stopped``."""
    reason: str


@dataclass(frozen=True)
class Checked:
    """Everything about one workbook."""

    findings: tuple[Finding, ...]
    """In the order of ``houqin validate``."""
    registers: tuple[FoundRegister, ...]
    rows: tuple[RowOutcome, ...]
    rules_left_out: tuple[tuple[str, str, str], ...]
    """Code, register and the register that it needs."""
    revision: int | None
    """Of the books that it was checked against; None without a share."""

    @property
    def is_clean(self) -> bool:
        """Tell whether nothing was found."""
        return not self.findings


def check(path: Path, name: Path | None, published: Published | None, today: date | None = None) -> Checked:
    """Check the workbook that lies at ``path`` as the next run would take it.

    ``name`` is where the book itself lies: below a department's folder of the share it is known by that, from
    elsewhere (or None, never saved) it is a new version of the rows that it names. Without ``published`` only
    what needs no ledger is checked; ``today`` is then the day that counts (None: the clock in China).

    Raises:
        PublicationError: the published books are damaged.
    """
    raise NotImplementedError
