"""Measure what the daemon holds over thousands of merges: ``python -m tests.benchmarks.merges [--merges N]``.

The daemon runs in this process, as it is delivered but for its quiet time. As soon as a run has ended some workbooks
are saved again, each with another quantity in one of its rows: every merged workbook is an amendment, nothing that is
in force becomes more. The last line is everything as JSON.
"""

from __future__ import annotations

import gc
import json
import os
import re
import sys
import tempfile
import threading
import time
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import psutil

from schemas.register import all_registers
from sync.allocators import give_back, share_arenas
from sync.config import CONFIG_NAME
from sync.daemon import Daemon
from sync.run import SyncResult
from tests.benchmarks.load import codes, school
from tests.sync.school import School, receipt
from workbooks.template import write_template

_MEBIBYTE = 1 << 20
_SHEET = "xl/worksheets/sheet1.xml"
_PRICE = 8.5
_QUANTITY, _AMOUNT = (re.compile(rf'(<c r="{column}4"[^>]*><v>)[^<]*(</v>)'.encode()) for column in "KM")
"""Cells of the first row of receipts in the XML."""


class Book:
    """A department's workbook that is saved again and again; only one number differs, so that saving costs little."""

    def __init__(self, path: Path, first: int, rows: int) -> None:
        register = all_registers()["stock_receipt"]
        lines = [receipt(first + number, amount=212.5) for number in range(rows)]
        write_template([register], path, school="", rows={"stock_receipt": lines}, blank_rows=0)
        self._path = path
        with zipfile.ZipFile(path) as package:
            self._parts = {name: package.read(name) for name in package.namelist()}

    def save(self, quantity: int) -> None:
        """Save it with another quantity in its first row, as spreadsheet programs do: beside, then renamed."""
        sheet = _QUANTITY.sub(rb"\g<1>%d\g<2>" % quantity, self._parts[_SHEET], count=1)
        amount = f"{quantity * _PRICE:.2f}".encode()
        sheet = _AMOUNT.sub(rb"\g<1>" + amount + rb"\g<2>", sheet, count=1)
        beside = self._path.with_suffix(".tmp")
        with zipfile.ZipFile(beside, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
            for name, content in {**self._parts, _SHEET: sheet}.items():
                package.writestr(name, content)
        beside.replace(self._path)


@dataclass(frozen=True)
class Held:
    """What the processes hold at one moment; memory in MiB."""

    merges: int
    own: float
    """Memory of the daemon that is its own: no pages of files, which the system takes back."""
    shown: float
    """Resident memory of the daemon, pages of mapped files included."""
    workers: float
    """Memory of its workers that is their own."""
    python_blocks: int
    """Pieces of memory that Python's own allocator has given out."""
    objects: int
    files: int
    threads: int
    processes: int
    cpu_seconds: float
    """Processor time of all of them so far."""

    @classmethod
    def now(cls, merges: int) -> Held:
        """Look at this process and those below it, as they are when the daemon has come to rest."""
        me = psutil.Process()
        children = me.children(recursive=True)
        gc.collect()
        give_back()
        return cls(
            merges,
            own_memory(me),
            me.memory_info().rss / _MEBIBYTE,
            sum(own_memory(child) for child in children),
            sys.getallocatedblocks(),
            len(gc.get_objects()),
            me.num_fds(),
            threading.active_count(),
            len(children),
            _processor_seconds(),
        )


def own_memory(process: psutil.Process) -> float:
    """Return the memory in MiB of a process that lies in no file, 0 where it has ended."""
    try:
        told = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in told.splitlines() if line.startswith("Anonymous:")) / 1024


class Course:
    """Saves some workbooks after every run until enough were merged, and looks from time to time."""

    def __init__(self, books: list[Book], merges: int, together: int, every: int) -> None:
        self.seen: list[Held] = []
        self.codes: Counter[str] = Counter()
        """Codes of findings: there should be none."""
        self._books, self._merges, self._together, self._every = books, merges, together, every
        self._saved = self._merged = 0
        self._began = 0.0
        self.daemon: Daemon | None = None

    def ran(self, result: SyncResult) -> None:
        """Note what a run has merged, and save the next workbooks."""
        if not self._saved:
            self._began = time.monotonic()
        else:
            self._merged += sum(outcome.counts["accepted"] > 0 for outcome in result.plan.outcomes)
            self.codes.update(finding.code for outcome in result.plan.outcomes for finding in outcome.findings)
        if self._merged < self._saved:
            return
        if self._merged // self._every >= len(self.seen):
            self.seen.append(Held.now(self._merged))
            click.echo(str(self.seen[-1]), err=True)
        if self._merged >= self._merges and self.daemon is not None:
            self.daemon.stop()
            return
        for _ in range(self._together):
            self._books[self._saved % len(self._books)].save(26 + self._saved // len(self._books) % 9000)
            self._saved += 1

    def figures(self) -> dict[str, Any]:
        """Return the numbers for the JSON line; memory grows by ``grown`` percent in the second half."""
        half = next(held for held in self.seen if 2 * held.merges >= self._merged)
        last = self.seen[-1]
        runs = max(1, self.daemon.runs - 1) if self.daemon else 1
        return {
            "merges": self._merged,
            "runs": runs,
            "findings": dict(self.codes),
            "cpu_seconds_per_merge": {
                "first half": round((half.cpu_seconds - self.seen[0].cpu_seconds) / max(1, half.merges), 4),
                "second half": round((last.cpu_seconds - half.cpu_seconds) / max(1, last.merges - half.merges), 4),
            },
            "seconds_per_run": round((time.monotonic() - self._began) / runs, 3),
            "first": vars(self.seen[0]),
            "half": vars(half),
            "last": vars(last),
            "grown_percent": {
                name: round(100 * (getattr(last, name) / getattr(half, name) - 1), 1)
                for name in ("own", "shown", "workers", "python_blocks", "objects")
                if getattr(half, name)
            },
        }


def _processor_seconds() -> float:
    me = psutil.Process()
    times = [me.cpu_times(), *(child.cpu_times() for child in me.children(recursive=True))]
    return sum(each.user + each.system for each in times)


def quietly(made: School, quiet_seconds: float) -> None:
    """Set the quiet time of a school."""
    settings = made.folder / CONFIG_NAME
    text = settings.read_text(encoding="utf-8")
    settings.write_text(re.sub(r"(?m)^quiet_seconds = \S+", f"quiet_seconds = {quiet_seconds}", text), "utf-8")


@click.command()
@click.option("--merges", default=10_000, show_default=True, help="Workbooks to be merged.")
@click.option("--together", default=5, show_default=True, help="Workbooks saved between two runs.")
@click.option("--departments", default=20, show_default=True, help="Workbooks that there are.")
@click.option("--rows", default=20, show_default=True, help="Rows of each.")
@click.option("--every", default=500, show_default=True, help="Merges between two looks.")
def main(merges: int, together: int, departments: int, rows: int, every: int) -> None:
    """Measure what the daemon holds while thousands of workbooks are merged.

    Example: python -m tests.benchmarks.merges --merges 100 --every 20
    """
    os.environ["HOUQIN_TODAY"] = "2026-11-22"
    share_arenas()  # before the school is made by threads of this process; the daemon does it when it starts
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["HOUQIN_STATE"] = str(folder / "state")
        made = school(folder, departments)
        quietly(made, 0.05)
        inside = made.folder / "departments"
        books = [
            Book(inside / code / "入库.xlsx", number * 100, rows) for number, code in enumerate(codes(departments), 1)
        ]
        course = Course(books, merges, together, every)
        daemon = course.daemon = Daemon(made.folder, course.ran)
        daemon.run()
    click.echo(json.dumps(course.figures()))


if __name__ == "__main__":
    main()
