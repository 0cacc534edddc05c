"""Withdrawals that cannot be carried out, and why: closed months, stock below zero, rows that others use."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.books import key_parts
from schemas.findings import Finding, reader_finding
from sync.in_use import user_named

if TYPE_CHECKING:
    from collections.abc import Iterable

    import polars as pl

    from sync.merge import LedgerDecider
    from sync.stage import Staged


def blocked_findings(decider: LedgerDecider) -> list[Finding]:
    """Return one error per row, marked 作废 or confirmed, that is not withdrawn.

    Its month is closed, a stock balance would be negative, or other rows refer to it.
    """
    found: list[Finding] = []
    for register_id, decisions in decider.decisions.items():
        found += _closed_findings(register_id, decisions.closed)
        found += _used_findings(register_id, decisions.used)
        for row in decisions.blocked.iter_rows(named=True):
            key = key_parts(row["_key"])
            found.append(
                reader_finding(
                    "VOID-STOCK",
                    row["_workbook"],
                    sheet=row["_sheet"],
                    register=register_id,
                    key=key,
                    key_text=" / ".join(key),
                    item=row["item"],
                    day=row["date"],
                    q=row["q"],
                )
            )
    return found


def at_their_rows(blocked: Iterable[Finding], staged: Staged) -> list[Finding]:
    """Return what keeps rows from being withdrawn at the rows that are marked 作废."""
    void = {
        (found.workbook, found.register, found.key): found
        for told in staged.findings.values()
        for found in told
        if found.code == "ROW-VOID"
    }
    marked = ((found, void.get((found.workbook, found.register, found.key), found)) for found in blocked)
    return [replace(found, sheet=row.sheet, cell=row.cell, row=row.row) for found, row in marked]


def _used_findings(register_id: str, used: pl.DataFrame) -> list[Finding]:
    return [
        reader_finding(
            "VOID-USED",
            row["_workbook"],
            sheet=row["_sheet"],
            register=register_id,
            key=key_parts(row["_key"]),
            key_text=" / ".join(key_parts(row["_key"])),
            count=row["_users"],
            user=user_named(row["_user_register"], row["_user_key"]),
        )
        for row in used.iter_rows(named=True)
    ]


def _closed_findings(register_id: str, closed: pl.DataFrame) -> list[Finding]:
    return [
        reader_finding(
            "IMP-05",
            row["_workbook"],
            sheet=row["_sheet"],
            register=register_id,
            key=key_parts(row["_key"]),
            period=row["_post_period"],
        )
        for row in closed.iter_rows(named=True)
    ]
