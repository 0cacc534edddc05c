"""What the ledger remembers for a merge, and what is decided about one register."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from schemas.flaws import Flaw
    from schemas.register import Register
    from sync.takes import Place, Take

DUPLICATE = "duplicate"
CONFLICT = "conflict"
SUPERSEDED = "superseded"
"""Taken, and changed again by another workbook in the same run: what counts is the later version."""
WITHDRAWN = "withdrawn"
STOPPED = "stopped"
"""Behind a safe stop: held until somebody confirms (DESIGN 8)."""

CLAIM_SCHEMA = {
    "workbook": pl.String(),
    "row_key": pl.String(),
    "content_hash": pl.String(),
    "base_version": pl.Int64(),
    "content": pl.String(),
    "seen": pl.String(),
}


GONE_SCHEMA = {
    "_key": pl.String(),
    "_version": pl.Int64(),
    "_workbook": pl.String(),
    "_sheet": pl.String(),
    "_row": pl.Int64(),
}

NO_PLACE = {"workbook": "", "sheet": "", "row_number": 0}


Page = tuple[str, str, str]
"""Workbook, register and month (``yyyy-mm``)."""


@dataclass(frozen=True)
class Replaced:
    """The row that one with a corrected number is to replace."""

    key: str
    content_hash: str
    """Its content when the number was corrected: changed since, nobody knows which of the two is right."""


class Remembered(Protocol):
    """What decisions ask a ledger for: the ledger itself, or the books that were published of it."""

    def table(self, name: str, /, *, as_of: int | None = None, **equals: object) -> pl.DataFrame:
        """Return the rows of one of the ledger's own tables that were in force at a revision (None is now)."""

    def versions(self, register: type[Register], keys: Collection[str]) -> pl.DataFrame:
        """Return all versions of some keys, oldest first."""

    def taken_at(self, sha256: str) -> int | None:
        """Return the first revision in which a version of a workbook was taken, None if it never was."""


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
    replaces: Mapping[Place, Replaced] = field(default_factory=dict)
    """Held row to the one that it was to replace, its number being corrected."""
    disputed: Mapping[Place, Replaced] = field(default_factory=dict)
    """Row in conflict, because it is to replace one that somebody else changed or renumbered, to that one."""
    held: Mapping[Place, int] = field(default_factory=dict)
    """Row that was held back or in conflict before this run to the newest revision that it may have been made from."""
    branches: Mapping[str, int | None] = field(default_factory=dict)
    """Workbooks that are copies of others, to the revision that took the version they were made from, where
    that is known: the base of a row is its version then, or else the nearest version in its history."""
    said_then: Mapping[Place, Mapping[str, Any]] = field(default_factory=dict)
    """(marked copy, register, key) to the base that its original had then, a row of the table ``claim``, where
    the ledger's version was another one."""
    stopped: frozenset[str] = frozenset()
    """Workbooks behind a safe stop: what they say anew is held, and nothing of them is gone."""
    dead: frozenset[str] = frozenset()
    """Workbooks whose files are no longer there: what another workbook states as well is that one's now."""
    returned: frozenset[str] = frozenset()
    """Workbooks whose files were gone, or lay under another name, and are there again with other contents: what left
    with a file was not renumbered by what stands in its place now."""
    columns: Mapping[tuple[str, str, str], Mapping[str, int]] = field(default_factory=dict)
    """(workbook, sheet, register) to the columns that the sheet has: the others make no statement."""
    renumbered: Mapping[tuple[str, str], str] = field(default_factory=dict)
    """(register, key) of rows that go on under a corrected number, to the key they got last."""
    fallen: Mapping[int, Sequence[Flaw]] = field(default_factory=dict)
    """Row id to what holds a row that was proposed before: the claims of others are settled without it."""
    turned: Mapping[Page, int | None] = field(default_factory=dict)
    """Months that left their workbook together when a later one came, with the revision that saw it (None: this
    run): the rows of the books until then stay."""
    choices: Mapping[Place, tuple[Mapping[str, Any], Take]] = field(default_factory=dict)
    """(workbook, register, key) to an open conflict and what somebody chose for it."""
    confirmed: frozenset[Place] = frozenset()
    """(workbook, register, key) of missing rows whose withdrawal somebody confirmed."""

    def read_whole(self, register_id: str) -> frozenset[str]:
        """Return the workbooks whose rows of a register were all read in this run."""
        return self.read_now - {workbook for workbook, unread in self.unread if unread == register_id}


@dataclass(frozen=True)
class Contest:
    """A row that says something else than the ledger does."""

    key: str
    """The key of the ledger's row, or the one that it had when the two parted."""
    row: Mapping[str, Any]
    state: Mapping[str, Any]
    """The ledger's row when the run came to this one."""
    base: Mapping[str, Any] | None
    fields: Sequence[str]


@dataclass
class Decisions:
    """What was decided for one register besides the outcome of its rows."""

    gone: pl.DataFrame
    """Rows that left their workbook: ``_key, _version, _workbook``."""
    withdrawn: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those of them that are withdrawn at once: marked 作废, or of a register that follows deletions."""
    blocked: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those that would have been withdrawn if that did not make a stock balance negative."""
    used: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those that rows in the books still refer to, with the first of these and how many there are."""
    settled: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=GONE_SCHEMA))
    """Rows of closed months that left their workbook: they stay as they are."""
    closed: pl.DataFrame = field(default_factory=pl.DataFrame)
    """Those of them whose withdrawal somebody asked for, with ``_post_period``: it is held."""
    rekeyed: dict[int, str] = field(default_factory=dict)
    """Row id to the old key that it replaces."""
    disputed: dict[int, Replaced] = field(default_factory=dict)
    """Row id to the row that it would replace if that were still as it was."""
    linked: dict[str, str] = field(default_factory=dict)
    """Key that nobody took, a conflict being settled, to the one under which its row goes on."""
    contests: dict[int, Contest] = field(default_factory=dict)
    """Row id to what it is in conflict with, chosen ones too."""
    conflicts: dict[int, dict[str, Any]] = field(default_factory=dict)
    """Row id to its conflict as the ledger keeps it, with the ledger's row as it is after the run."""
    moved: dict[str, str] = field(default_factory=dict)
    """Key of a row that left its workbook to another one that still states the same."""
    stated: dict[int, dict[str, str | None]] = field(default_factory=dict)
    """Row id to the cells that the workbook itself stated, where several claims met on one key."""
    seen: dict[int, dict[str, str | None]] = field(default_factory=dict)
    """Row id to the cells on which a choice settled it: both sides may change these as usual from then on."""
