"""Find the registers in the sheets of a workbook: header, rows of data, and everything around them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.findings import Finding
    from schemas.register import Register
    from schemas.values import Cell, CellPlace, Skip


@dataclass(frozen=True)
class Layout:
    """Where a register lies in a grid; all rows and columns are 1-based worksheet positions."""

    register: type[Register]
    columns: Mapping[str, int]
    """Column name to worksheet column, for every column of the register that the sheet has."""
    header_rows: tuple[int, int]
    """First and last row of the header."""
    data_rows: tuple[int, ...]
    """Rows with content in an entry column, in order, void and struck ones included."""
    subtotal_rows: tuple[tuple[int, str], ...] = ()
    """Rows of 小计, 合计, 过次页 …, each with its label."""
    skipped: tuple[Skip, ...] = ()
    """Rows with content that are not data, each with the code that says why."""
    filled: Mapping[CellPlace, Cell] = field(default_factory=dict)
    """Values that merged ranges give to their other rows and columns (DOMAIN.md 6.6 S08)."""
    findings: tuple[Finding, ...] = ()
    period: str | None = None
    """Month of the sheet, ``yyyy-mm``, from its title, meta line or name."""
    department: str | None = None
    """Department of the meta line (``单位：总务处``), as typed."""
    default_unit: str | None = None
    """Unit of ``数量（个）`` where the sheet has no unit column (DOMAIN.md 6.6 S03)."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What meta line and footer say, by label: 制表人, 审核人, 时间 …"""
