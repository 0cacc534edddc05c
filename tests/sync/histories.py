"""Departments that keep their workbooks in memory: merged by the real plan and record, without files."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import sqlalchemy as sa

from schemas.register import all_registers
from schemas.values import Skip, Table
from sync.choices import conflict_id
from sync.closes import facts_of
from sync.config import Config
from sync.current import as_they_are
from sync.decisions import Orders, decisions_of, rows_to_record, settled_by, with_decisions
from sync.held import rows_of
from sync.ledger import Ledger
from sync.plan import Plan, plan_run
from sync.record import record
from sync.run import NOTHING_ORDERED, is_new, rights_of
from sync.scan import FoundFile, Scan
from sync.share import Share
from sync.stage import in_claim_order
from sync.standing import Standing, identified, renamed
from sync.takes import Take
from workbooks.taking import TakenFile

IN_USE = ("item_catalogue", "stock_receipt", "stock_issue")
FIRST_ROW = 4
"""Where the data of a template begin."""
VOID = "作废"
BEGIN = datetime(2026, 11, 22, tzinfo=UTC)

Row = Mapping[str, str]
Rows = Mapping[str, Sequence[Row]]
"""Register id to its rows, cell by cell as text."""


def item(code: str = "QJ0001", **cells: str) -> Row:
    """Return an item of the catalogue, changed by ``cells``."""
    named = {"item_code": code, "item_name": f"物品{code}", "base_unit": "把", "unit_is_integer": "true"}
    return named | {"category": "清洁", "nature": "易耗品", "active": "true"} | cells


def receipt(number: int, qty: int = 10, **cells: str) -> Row:
    """Return a receipt line of some brooms, changed by ``cells``."""
    return {
        "doc_no": f"RK-202611-{number:04d}",
        "doc_date": "2026-11-02",
        "line_no": "1",
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "item_code": "QJ0001",
        "unit": "把",
        "qty": str(qty),
        "unit_price": "8.50",
        "amount": f"{qty * 8.5:.2f}",
        "buyer": "T003",
        "inspector": "T001",
        "keeper": "T002",
    } | cells


def issue(number: int, qty: int = 1, **cells: str) -> Row:
    """Return an issue line of some brooms, changed by ``cells``."""
    return {
        "doc_no": f"CK-202611-{number:04d}",
        "doc_date": "2026-11-05",
        "line_no": "1",
        "warehouse": "CK01",
        "issue_kind": "领用",
        "dept": "ST",
        "collector": "T004",
        "collector_role": "个人",
        "item_code": "QJ0001",
        "unit": "把",
        "qty": str(qty),
        "approver": "T001",
        "keeper": "T002",
        "signed": "true",
    } | cells


@dataclass(frozen=True)
class Saved:
    """A workbook as somebody saved it."""

    rows: Rows
    moment: datetime
    without: tuple[str, ...] = ()
    """Columns that its sheets do not have."""

    @property
    def sha256(self) -> str:
        """Return a hash of the content, as that of a file would be: equal for a copy."""
        told = {register: [sorted(row.items()) for row in rows] for register, rows in sorted(self.rows.items())}
        return hashlib.sha256(repr((told, self.moment, self.without)).encode()).hexdigest()


class CutOff(Exception):  # noqa: N818 - says what happened
    """A run that ended in the midst of writing, as when its process is killed."""


@contextmanager
def cut_off(statement: int) -> Iterator[None]:
    """End what runs in the block at its n-th statement that writes to a database, counted from 1.

    Raises:
        CutOff: there were as many.
    """
    count = 0

    def end(*told: object) -> None:
        nonlocal count
        count += str(told[2]).startswith(("INSERT", "UPDATE"))
        if count == statement:
            raise CutOff

    sa.event.listen(sa.Engine, "before_cursor_execute", end)
    try:
        yield
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", end)


class Office:
    """The workbooks of a school by name (``ZW/库房.xlsx``), and its ledger."""

    def __init__(self) -> None:
        self.share = Share(Path("school"), Config(registers=IN_USE))
        self.ledger = Ledger.open("sqlite://", all_registers())
        self.files: dict[str, Saved] = {}
        self.clock = BEGIN

    def save(self, name: str, rows: Rows, *, moment: datetime | None = None, without: Sequence[str] = ()) -> None:
        """Save a workbook a minute after the last one, or at some moment."""
        self.clock += timedelta(minutes=1)
        self.files[name] = Saved(rows, moment or self.clock, tuple(without))

    def copy(self, name: str, to: str) -> None:
        """Copy a file as it lies there."""
        self.files[to] = self.files[name]

    def move(self, name: str, to: str) -> None:
        """Rename a file, or move it to another folder."""
        self.files[to] = self.files.pop(name)

    def delete(self, name: str) -> None:
        """Delete a file."""
        del self.files[name]

    def run(self, *, full: bool = False, orders: Orders = NOTHING_ORDERED) -> Plan:
        """Merge what is new, as a run does between reading and publishing; every row is accounted for."""
        standing = Standing.of(self.ledger)
        decided = decisions_of(orders, standing, self.ledger, self.share.registers.values())
        known = with_decisions(standing, decided)
        found = identified(Scan(tuple(self._found())), standing)
        wanted = [file for file in found.files if full or is_new(file, standing, self.share)]
        taken = in_claim_order([(self._taken(file), file.department) for file in wanted])
        facts, load = facts_of(self.share, self.ledger), as_they_are(self.ledger, all_registers(), self.share.state)
        plan = plan_run(self.ledger, known, taken, rights_of(self.share), facts, found, load)
        found = renamed(found, plan.recognised.renamed)
        told = rows_to_record(settled_by(plan, decided))
        record(self.ledger, plan, standing, found, self.share.fingerprint(), told)
        for outcome in plan.outcomes:
            counts = dict(outcome.counts)
            read = counts.pop("read")
            counts.pop("refused")
            assert read == sum(counts.values()), outcome.name
            assert read == sum(map(len, self._saved(outcome.name, found).rows.values())), outcome.name
        return plan

    def resolve(self, take: str) -> None:
        """Settle the only open conflict as an admin does."""
        (conflict,) = Standing.of(self.ledger).conflicts
        self.run(orders=Orders("T001", {conflict_id(conflict["version_id"]): Take(take)}))

    def rows(self, register: str = "stock_receipt") -> dict[str, dict[str, Any]]:
        """Return document number (its last four digits) to the row in the books, whole quantities as text."""
        frame = self.ledger.rows(all_registers()[register])
        whole = frame.with_columns(pl.col("qty").cast(pl.Int64).cast(pl.String))
        return {row["doc_no"][-4:]: row for row in whole.to_dicts()}

    def in_force(self, register: str = "stock_receipt") -> dict[str, str]:
        """Return document number to quantity of the rows in the books, missing ones marked with ``?``."""
        rows = self.rows(register)
        return {number: row["qty"] + ("?" if row["_status"] == "missing" else "") for number, row in rows.items()}

    def told(self, plan: Plan, name: str) -> tuple[dict[str, int], list[str]]:
        """Return the counts that are not zero and the codes of the findings of a workbook in a run."""
        titles = {row["path"]: row["title"] for row in self.ledger.table("workbook").to_dicts()}
        outcome = next(each for each in plan.outcomes if titles[each.name] == name)
        return {part: count for part, count in outcome.counts.items() if count}, [f.code for f in outcome.findings]

    def _found(self) -> Iterable[FoundFile]:
        for name, saved in sorted(self.files.items()):
            yield FoundFile(name, name.partition("/")[0], Path(name), saved.sha256, 1)

    def _saved(self, identity: str, found: Scan) -> Saved:
        return self.files[next(file.name for file in found.files if file.identity == identity)]

    def _taken(self, file: FoundFile) -> TakenFile:
        saved = self.files[file.name]
        tables = tuple(table_of(file.identity, register, rows, saved.without) for register, rows in saved.rows.items())
        return TakenFile(file.identity, saved.sha256, 1, tables, (), saved.moment)


def table_of(workbook: str, register_id: str, rows: Sequence[Row], without: Collection[str] = ()) -> Table:
    """Return a sheet's rows as reading gives them; a row whose remark says 作废 is skipped."""
    register = all_registers()[register_id]
    numbered = list(enumerate(rows, FIRST_ROW))
    stored = [
        {"payload": {"cells": row, "department": ""}, "workbook": workbook, "sheet": register.title}
        | {"row_number": number}
        for number, row in numbered
        if row.get("remark") != VOID
    ]
    frame = rows_of(register, stored, 0).select(*register.names(), "_row")
    void = [(number, row) for number, row in numbered if row.get("remark") == VOID]
    skips = tuple(Skip(number, "ROW-VOID", tuple(row[name] for name in register.key)) for number, row in void)
    columns = {name: place for place, name in enumerate(register.names(), 2) if name not in without}
    return Table(register, workbook, register.title, frame, columns, skipped=skips)
