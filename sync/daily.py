"""From the ledger to the page of the day: what came in since the last report, and what stands now."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from schemas.register import all_registers
from sync.current import as_they_are
from sync.ledger import IN_THE_BOOKS
from sync.ledger_books import books_of
from sync.publication import publication_of
from sync.publish.daily import DAILY, SOON_DAYS, Day, DepartmentDay, DifferenceLine, TaskLine
from sync.publish.plan import Target
from sync.report_page import kept_page
from sync.standing import Standing
from sync.stock_reports import with_stock
from sync.versioned import in_the_books

if TYPE_CHECKING:
    from schemas.books import Load
    from sync.ledger import Ledger
    from sync.nights import NightRecord, Nights
    from sync.publish.model import Publication
    from sync.share import Share

_TASKS = "annual_plan_task"
_OVER = ("完成", "取消")


def day_of(
    share: Share, record: NightRecord, differences: Sequence[DifferenceLine], nights: Nights, now: datetime
) -> Day:
    """Return the day that ends with a night; ``record`` is what this has done so far.

    Raises:
        LedgerUnreachable: the ledger cannot be read.
    """
    with share.open_ledger() as ledger:
        standing = Standing.of(ledger)
        load = as_they_are(ledger, all_registers(), share.state)
        publication = with_stock(publication_of(share, ledger, standing, load), books_of(share, ledger, load))
        since = nights.reported_until(now)
        if since is None:
            since = ledger.revision_at(now - timedelta(days=1))
        began = ledger.revision(since) if since else None
        arrived = _arrived(share, ledger, standing, since)
    return Day(
        publication,
        None if began is None else began.at.astimezone(share.config.zone),
        _departments(share, publication, arrived),
        _tasks(share, load),
        differences,
        nights.past,
        record,
    )


def _arrived(share: Share, ledger: Ledger, standing: Standing, since: int) -> Counter[tuple[str, str]]:
    """Return by department how many rows were ``added`` and ``changed`` after a revision and are in the books."""
    counts: Counter[tuple[str, str]] = Counter()
    for register_id in ledger.touched_since(since):
        register = share.registers.get(register_id)
        if register is None:
            continue
        versions = ledger.changed_since(register, since).select("_key", "_status", "_workbook", "_from", "_to")
        before = versions.filter((pl.col("_from") <= since) & pl.col("_status").is_in(IN_THE_BOOKS))
        now = versions.filter((pl.col("_from") > since) & pl.col("_to").is_null() & (pl.col("_status") == "accepted"))
        known = now["_key"].is_in(before["_key"].implode())
        for workbook, is_known in zip(now["_workbook"], known, strict=True):
            department = str(standing.workbooks.get(workbook, {}).get("department", ""))
            counts[department, "changed" if is_known else "added"] += 1
    return counts


def _departments(share: Share, publication: Publication, arrived: Mapping[tuple[str, str], int]) -> list[DepartmentDay]:
    """Return the departments that have saved a workbook or for which something waits, in the order of the settings."""
    waiting: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for book in publication.workbooks:
        counts = {"held": book.held, "conflicts": book.conflicting, "missing": book.missing}
        waiting[book.department].update(counts)
    settled = share.config.departments
    present = set(waiting) | {department for department, _ in arrived}
    order = [*settled, *sorted(present - settled.keys())]
    return [
        DepartmentDay(
            code,
            (settled[code].name if code in settled else "") or code or "—",
            arrived.get((code, "added"), 0),
            arrived.get((code, "changed"), 0),
            held=waiting[code]["held"],
            conflicts=waiting[code]["conflicts"],
            missing=waiting[code]["missing"],
        )
        for code in order
        if code in present
    ]


def _tasks(share: Share, load: Load) -> list[TaskLine]:
    """Return the plan tasks that are late or due soon, the latest first."""
    register = share.registers.get(_TASKS)
    if register is None:
        return []
    rows = in_the_books(load(register)).filter(~pl.col("status").cast(pl.String).is_in(_OVER))
    due = rows.filter(pl.col("due") <= share.today + timedelta(days=SOON_DAYS)).sort("due", "plan_year", "task_no")
    names = _staff(share, load)
    lines = []
    for row in due.iter_rows(named=True):
        known = share.config.departments.get(row["dept"])
        department = (known.name if known else "") or row["dept"] or ""
        person = names.get(row["owner"], row["owner"] or "")
        lines.append(TaskLine(row["task"], department, person, row["due"], str(row["status"])))
    return lines


def _staff(share: Share, load: Load) -> dict[str, str]:
    """Return staff number to name."""
    register = share.registers.get("staff_roster")
    return {} if register is None else dict(load(register).select("staff_no", "name").drop_nulls().iter_rows())


def kept_hash(state: Path) -> str:
    """Return the SHA-256 of the newest page, empty where there is none."""
    content = kept_page(state)
    return "" if content is None else hashlib.sha256(content).hexdigest()


def daily_targets(state: Path) -> list[Target]:
    """Return the newest page as something to publish, nothing where no night has made one."""
    content = kept_page(state)
    if content is None:
        return []

    def write(path: Path) -> None:
        path.write_bytes(content)

    return [Target(DAILY, hashlib.sha256(content).hexdigest(), write)]
