"""Take the registers out of the sheets of one workbook: find each, then read its cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from schemas.layout import find_layouts
from schemas.parse import parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.findings import Finding
    from schemas.parse import Reading
    from schemas.register import Register
    from schemas.values import Grid, Table


@dataclass(frozen=True)
class Taken:
    """What one workbook says: its tables, and the findings on sheets that are none."""

    tables: tuple[Table, ...]
    """One for every sheet that is a register, in the order of the sheets, each with its own findings."""
    findings: tuple[Finding, ...]
    """Findings on the file and on the sheets that were not read."""

    def all_findings(self) -> tuple[Finding, ...]:
        """Return the findings of the workbook and of all its tables."""
        return (*self.findings, *(found for table in self.tables for found in table.findings))


def take(grids: Sequence[Grid], registers: Mapping[str, type[Register]], workbook: str, reading: Reading) -> Taken:
    """Return the typed tables of a workbook and the findings on its other sheets.

    Args:
        grids: the sheets in their order.
        registers: the registers that may occur, by id.
        workbook: the name people know the file by.
        reading: the day and the school's own words.
    """
    layouts, findings = find_layouts(grids, registers, workbook)
    return Taken(tuple(parse(grid, layout, reading) for grid, layout in layouts), findings)
