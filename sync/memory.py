"""What the ledger remembers for a merge, and what is decided about one register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from schemas.register import Register

DUPLICATE = "duplicate"
CONFLICT = "conflict"
SUPERSEDED = "superseded"
"""Taken, and changed again by another workbook in the same run: what counts is the later version."""
WITHDRAWN = "withdrawn"

CLAIM_SCHEMA = {
    "workbook": pl.String(),
    "row_key": pl.String(),
    "content_hash": pl.String(),
    "base_version": pl.Int64(),
    "content": pl.String(),
}


GONE_SCHEMA = {
    "_key": pl.String(),
    "_version": pl.Int64(),
    "_workbook": pl.String(),
    "_sheet": pl.String(),
    "_row": pl.Int64(),
}

NO_PLACE = {"workbook": "", "sheet": "", "row_number": 0}


@dataclass(frozen=True)
class Memory:
    """What the ledger remembers that decisions need."""

    claims: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    """Register id to the bases that differ from the current version: ``CLAIM_SCHEMA``."""
    versions: Callable[[type[Register], Sequence[str]], pl.DataFrame] | None = None
    """Returns all versions of some keys, oldest first; None for an empty ledger."""
    rank: Mapping[str, int] = field(default_factory=dict)
    """Workbook to its place in the order of claims: time of last save, then path."""
    read_now: frozenset[str] = frozenset()
    """Workbooks whose rows were all read in this run: what they do not state is gone."""
    unread: frozenset[tuple[str, str]] = frozenset()
    """(workbook, register) of sheets that could not be read: nothing of them is gone."""
    voided: frozenset[tuple[str, str, str]] = frozenset()
    """(workbook, register, key) of rows that say 作废: withdrawn without confirmation."""
    replaces: Mapping[int, str] = field(default_factory=dict)
    """Row id to the key that a held row was to replace, its number being corrected."""
    branches: frozenset[str] = frozenset()
    """Workbooks that are copies of others: a row without a base takes the nearest version as its base."""


@dataclass
class Decisions:
    """What was decided for one register besides the outcome of its rows."""

    gone: pl.DataFrame
    """Rows that left their workbook: ``_key, _version, _workbook``."""
    withdrawn: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those of them that are withdrawn at once: marked 作废, or of a register that follows deletions."""
    blocked: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those that would have been withdrawn if that did not make a stock balance negative."""
    rekeyed: dict[int, str] = field(default_factory=dict)
    """Row id to the old key that it replaces."""
    conflicts: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Row id to what stands against it."""
    moved: dict[str, str] = field(default_factory=dict)
    """Key of a row that left its workbook to another one that still states the same."""
    stated: dict[int, dict[str, str | None]] = field(default_factory=dict)
    """Row id to the cells that the workbook itself stated, where several claims met on one key."""
