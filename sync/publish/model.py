"""The figures and lines that are published, as plain values: no ledger, no files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import polars as pl


class State(StrEnum):
    """What became of a workbook when its last version was merged."""

    ACCEPTED = "accepted"
    """Every row is in the ledger."""
    PARTLY = "partly"
    """Some rows are in the ledger, others are held or in conflict."""
    HELD = "held"
    """No row was taken."""
    UNCHANGED = "unchanged"
    """Nothing new in it."""
    EMPTY = "empty"
    """No row of any register in it."""
    WAITING = "waiting"
    """A safe stop: held until an admin confirms."""
    ANSWERED = "answered"
    """Not a register: a workbook in which a department has chosen about its conflicts and missing rows."""
    BUSY = "busy"
    """Open or still being copied: taken in the next run."""
    DAMAGED = "damaged"
    """The file could not be read."""
    REFUSED = "refused"
    """Not a workbook, or a register that this department may not write."""
    GONE = "gone"
    """No longer in its folder; its accepted rows stay."""


@dataclass(frozen=True)
class WorkbookState:
    """One workbook of a department: how its rows were counted when it was last taken.

    ``path`` is relative to the share with ``/`` between folders; all other lines name their workbook
    by the same text. ``feedback`` is the marked copy, relative to the share, where there is one.
    """

    department: str
    department_name: str
    path: str
    state: State
    read: int = 0
    accepted: int = 0
    unchanged: int = 0
    held: int = 0
    conflicting: int = 0
    duplicate: int = 0
    skipped: int = 0
    missing: int = 0
    warnings: int = 0
    errors: int = 0
    saved_at: datetime | None = None
    taken_at: datetime | None = None
    feedback: str | None = None
    sha256: str | None = None
    """Of the file as it was last read."""

    @property
    def name(self) -> str:
        """Return the file name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def in_ledger(self) -> int:
        """Return how many of the rows read are in the ledger."""
        return self.accepted + self.unchanged


@dataclass(frozen=True)
class StockLine:
    """What the books say is in one warehouse of one item."""

    warehouse: str
    warehouse_name: str
    item: str
    name: str
    spec: str
    unit: str
    quantity: Decimal
    minimum: Decimal | None = None
    value: Decimal = Decimal("0.00")

    @property
    def average_price(self) -> Decimal | None:
        """Return what one unit is worth, rounded half up to four places; None where nothing is left."""
        if self.quantity <= 0:
            return None
        worth, whole = int(self.value * 10**7), int(self.quantity * 10**3)
        return Decimal((2 * worth + whole) // (2 * whole)).scaleb(-4)

    @property
    def is_low(self) -> bool:
        """Tell whether less is there than the least that should be."""
        return self.minimum is not None and self.quantity < self.minimum


@dataclass(frozen=True)
class StockMonthLine:
    """What one month did to the stock of one warehouse, in yuan; ``items`` is how many are there at its end."""

    period: str
    warehouse: str
    warehouse_name: str
    items: int
    opening: Decimal
    received: Decimal
    issued: Decimal
    closing: Decimal


@dataclass(frozen=True)
class AssetLine:
    """The fixed assets in the books of one class or one department, as of the publication's day."""

    code: str
    name: str
    cards: int
    quantity: Decimal
    original: Decimal
    accumulated: Decimal
    net: Decimal


@dataclass(frozen=True)
class MoneyLine:
    """One account of cash or at a bank, as of the publication's day, this month's entries beside it."""

    journal: str
    """``cash`` or ``bank``."""
    account: str
    kind: str
    opening: Decimal
    income: Decimal
    expense: Decimal
    balance: Decimal
    checked: str
    """Day of the last count of cash or of the last line of the statement; month of a typed reconciliation."""
    other: Decimal | None
    """What was counted then; balance of the bank at its end. None where it never was."""
    outstanding: int
    """Days of this month that were not counted; items that stand between journal and bank."""
    difference: Decimal | None
    """Over or short; adjusted journal less adjusted bank."""


@dataclass(frozen=True)
class FindingLine:
    """One finding in the words of the publication's language; severity as ``Finding`` has it."""

    department: str
    workbook: str
    sheet: str
    cell: str
    severity: str
    code: str
    message: str
    hint: str = ""


@dataclass(frozen=True)
class HeldLine:
    """One row that is not in the books, and why."""

    department: str
    workbook: str
    sheet: str
    cell: str
    register_title: str
    key: str
    reasons: str
    hint: str = ""


@dataclass(frozen=True)
class ConflictLine:
    """One cell, or group of cells, that two sides changed; personal numbers already masked.

    ``ours`` is what ``workbook`` says, ``theirs`` what the ledger has now, from ``other_workbook``.
    """

    number: str
    department: str
    register_title: str
    key: str
    workbook: str
    other_workbook: str
    field: str
    base: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class MissingLine:
    """One row that left its workbook and stays in the books until that is confirmed."""

    number: str
    department: str
    register_title: str
    key: str
    workbook: str
    since: datetime | None = None


@dataclass(frozen=True)
class AgreementLine:
    """One agreement in one month: how many objects were compared, and what of them differs."""

    period: str
    title: str
    kind: str
    left_name: str
    right_name: str
    is_compared: bool
    lines: int
    agreeing: int
    differing: int
    serious: int
    unexplained: int
    amount: Decimal
    remark: str = ""
    """Why it, or a part of it, was not compared."""


@dataclass(frozen=True)
class DifferenceLine:
    """One object on which two sides differ."""

    number: str
    title: str
    object: str
    left_value: Decimal
    right_value: Decimal
    diff: Decimal
    diff_qty: Decimal | None
    severity: str
    status: str
    explanation: str = ""
    causes: str = ""


@dataclass(frozen=True)
class Publication:
    """Everything that is shown after a revision.

    ``at`` is the moment of the revision, aware and in the school's time zone; the other moments are
    shown in the same zone. ``details`` has, per register id, the register's columns and ``_status``,
    ``_workbook``, ``_sheet``, ``_row``, ``_post_period`` (``yyyy-mm`` or null), and with ``_volume`` the number of
    the volume within its month (``volume_cuts``; without it volumes are full). A month that is known to be as it was
    may be left out of ``details``; then ``untouched`` has the numbers of rows of its volumes.
    """

    school: str
    revision: int
    digest: str
    at: datetime
    today: date
    language: str = "zh"
    workbooks: Sequence[WorkbookState] = ()
    stock: Sequence[StockLine] = ()
    stock_months: Sequence[StockMonthLine] = ()
    """Newest month first, then by warehouse."""
    stock_problem: str = ""
    """Why the stock book cannot be shown, where it contradicts itself."""
    assets_by_class: Sequence[AssetLine] = ()
    assets_by_department: Sequence[AssetLine] = ()
    money: Sequence[MoneyLine] = ()
    """Accounts of cash, then of banks."""
    agreements: Sequence[AgreementLine] = ()
    differences: Sequence[DifferenceLine] = ()
    findings: Sequence[FindingLine] = ()
    held: Sequence[HeldLine] = ()
    conflicts: Sequence[ConflictLine] = ()
    missing: Sequence[MissingLine] = ()
    closed: Sequence[tuple[str, str]] = ()
    """Book and its newest closed month (``yyyy-mm``), in the order in which books are closed."""
    report: str = ""
    """Path of the page of the day below the share, empty where there is none."""
    rules_off: Sequence[tuple[str, str]] = ()
    """Code of a rule that is switched off, and the reason."""
    details: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    untouched: Mapping[tuple[str, str | None], Sequence[int]] = field(default_factory=dict)
    """(register id, month or None) to the rows of each volume of months that are not written again, loaded or not."""
    versioned: frozenset[str] = frozenset()
    """Ids of registers of which ``details`` show versions of rows, by ``_version``, and nothing else."""

    def local(self, moment: datetime | None) -> datetime | None:
        """Return a moment as the school's clocks showed it, without a zone; naive ones as they are."""
        if moment is None or moment.tzinfo is None:
            return moment
        return moment.astimezone(self.at.tzinfo).replace(tzinfo=None)
