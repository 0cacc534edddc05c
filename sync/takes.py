"""Which side of a conflict somebody took."""

from __future__ import annotations

from enum import StrEnum

Place = tuple[str, str, str]
"""Workbook, register and key of a row."""


class Take(StrEnum):
    """Which content of a row in conflict is the right one."""

    OURS = "ours"
    """The ledger's row."""
    THEIRS = "theirs"
    """The row of the workbook that was held."""
    BASE = "base"
    """The row as it was before both changed it."""
