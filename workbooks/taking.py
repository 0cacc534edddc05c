"""Take a workbook whole: read its cells and turn every register in it into typed rows."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from schemas.findings import Finding, has_errors
from schemas.register import all_registers
from schemas.take import take
from workbooks.read import Origin, read_file

if TYPE_CHECKING:
    from datetime import datetime

    from schemas.parse import Reading
    from schemas.values import Table


@dataclass(frozen=True)
class TakenFile:
    """What one file holds: the typed rows of its registers and everything found on the way."""

    name: str
    sha256: str
    size: int
    tables: tuple[Table, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Findings on the file and its sheets; those of rows stand in the tables."""
    saved_at: datetime | None = None
    """When it was last saved, by its own account, aware UTC."""
    origin: Origin | None = None
    """Of a marked copy: the workbook it was made from."""

    @property
    def readable(self) -> bool:
        """Tell whether the file could be read at all."""
        return bool(self.tables) or not has_errors(self.findings)


def take_file(path: Path, name: str, reading: Reading) -> TakenFile:
    """Return the rows and findings of a workbook; ``name`` is what people know it by.

    Everything wrong with the content is a finding, never an exception.
    """
    content = read_file(path, name)
    if has_errors(content.findings):
        return TakenFile(name, content.sha256, content.size, (), content.findings, content.saved_at)
    taken = take(content.grids, all_registers(), name, reading)
    return TakenFile(
        name,
        content.sha256,
        content.size,
        taken.tables,
        (*content.findings, *taken.findings),
        content.saved_at,
        content.origin,
    )
