"""Measure the daemon under load: ``python -m tests.benchmarks.load [--departments N] [--saves M] [--hostile K]``.

Departments save workbooks one after the other while ``houqin watch`` runs as it is delivered; hostile files may be
thrown between them. The last line is everything as JSON: seconds from a save until it is in the ledger and published,
and the memory of daemon and workers over the merges.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import psutil

from schemas.register import all_registers
from sync.config import CONFIG_NAME
from sync.heartbeat import read_heartbeat
from sync.share import Share
from tests.sync.school import MASTER, School, receipt
from tests.workbooks.hostile import HOSTILE
from workbooks.template import write_template

_MEBIBYTE = 1 << 20
_LOOK_SECONDS = 0.05
_PATIENCE_SECONDS = 300
_LINES = 100
"""Numbers that each department has for its documents."""


@dataclass(frozen=True)
class Save:
    """A workbook that a department saves, and the document that is new in it."""

    department: str
    content: bytes
    document: str


@dataclass
class Measured:
    """What was seen while the daemon worked."""

    waiting: dict[str, float] = field(default_factory=dict)
    """Document to when it was saved."""
    seconds: list[float] = field(default_factory=list)
    resident: list[int] = field(default_factory=list)
    """Bytes of daemon and workers after each run."""
    cpu_seconds: float = 0.0
    """Processor time of daemon and workers while it was measured."""
    load: tuple[float, ...] = ()
    """Load of the machine at the end: how many processes wanted a processor in the last 1, 5 and 15 minutes."""
    kibibytes: dict[str, int] = field(default_factory=dict)
    """Size of what was written for people at the end, by folder, and of the log."""


def school(folder: Path, departments: int) -> School:
    """Return a school with as many departments, all of which may write receipts, its master data merged."""
    made = School(folder / "school")
    settings = made.folder / CONFIG_NAME
    lines = [f'{code} = {{ name = "部门{code}", registers = ["stock_receipt"] }}' for code in codes(departments)]
    text = settings.read_text(encoding="utf-8")
    text = text.replace("[departments]\n", "[departments]\n" + "\n".join(lines) + "\n", 1)
    settings.write_text(f'{text}\npurchase_request_min = 100000\n\n[roles]\nCUSTODIAN = ["T002"]\n', "utf-8")
    made.save("ZW/基础资料.xlsx", MASTER)
    for code in codes(departments):
        (made.folder / "departments" / code).mkdir(parents=True, exist_ok=True)
    made.sync()
    return made


def codes(departments: int) -> list[str]:
    """Return the codes of the departments."""
    return [f"BM{number:02d}" for number in range(1, departments + 1)]


def saves(folder: Path, departments: int, count: int) -> list[Save]:
    """Return what is saved, in turn by every department: each workbook has one line more than before."""
    register = all_registers()["stock_receipt"]
    rows: dict[str, list[dict[str, object]]] = {code: [] for code in codes(departments)}
    made = []
    for number in range(count):
        department = number % departments + 1
        code = codes(departments)[department - 1]
        rows[code].append(receipt(department * _LINES + number // departments))
        write_template([register], folder / "save.xlsx", school="", rows={"stock_receipt": rows[code]}, blank_rows=0)
        made.append(Save(code, (folder / "save.xlsx").read_bytes(), str(rows[code][-1]["doc_no"])))
    return made


def measure(made: School, planned: list[Save], seconds: float, hostile: int) -> Measured:
    """Run the daemon, save everything spread over some seconds, and wait until all of it is published."""
    chance = random.Random(1)  # noqa: S311 - no secret
    nasty = [(maker(), extension) for maker, extension, _ in HOSTILE.values()] if hostile else []
    command = [sys.executable, "-m", "sync.cli", "watch", "--share", str(made.folder)]
    seen = Measured()
    with subprocess.Popen(command, stderr=subprocess.DEVNULL, start_new_session=True) as daemon:
        try:
            _until_alive(made.share)
            began, thrown, before = time.monotonic(), 0, _cpu_seconds(daemon.pid)
            looks = _looks(made.share, daemon.pid, seen)
            for number, save in enumerate(planned):
                while time.monotonic() < began + seconds * number / len(planned):
                    next(looks)
                while thrown * len(planned) < hostile * number:
                    content, extension = chance.choice(nasty)
                    place = made.folder / "departments" / save.department / f"敌{thrown}{extension}"
                    place.write_bytes(content + b"\0" * thrown)
                    thrown += 1
                _put(made.folder / "departments" / save.department / "入库.xlsx", save.content)
                seen.waiting[save.document] = time.monotonic()
            last = time.monotonic() + _PATIENCE_SECONDS
            while seen.waiting and time.monotonic() < last:
                next(looks)
            seen.cpu_seconds, seen.load = _cpu_seconds(daemon.pid) - before, os.getloadavg()
            seen.kibibytes = {
                folder.name: sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) >> 10
                for folder in (made.folder / "feedback", made.folder / "published", made.share.state / "logs")
            }
        finally:
            daemon.terminate()
    return seen


def _put(path: Path, content: bytes) -> None:
    """Replace a workbook as spreadsheet programs do."""
    beside = path.with_suffix(".tmp")
    beside.write_bytes(content)
    beside.replace(path)


def _until_alive(share: Share) -> None:
    last = time.monotonic() + _PATIENCE_SECONDS
    while (told := read_heartbeat(share.state)) is None or told.last_scan is None:
        if time.monotonic() > last:
            raise click.ClickException("the daemon does not start")
        time.sleep(_LOOK_SECONDS)


def _looks(share: Share, pid: int, seen: Measured) -> Iterator[None]:
    """Look whether a run has ended, note what it has published and how much memory there is; one look each time."""
    known = 0
    while True:
        time.sleep(_LOOK_SECONDS)
        told = read_heartbeat(share.state)
        if told is not None and told.revision != known:
            known, now = told.revision, time.monotonic()
            with share.open_ledger() as ledger:
                there = set(ledger.rows(all_registers()["stock_receipt"])["doc_no"])
            for document in seen.waiting.keys() & there:
                seen.seconds.append(now - seen.waiting.pop(document))
            seen.resident.append(_resident(pid))
        yield


def _resident(pid: int) -> int:
    process = psutil.Process(pid)
    return sum(
        int(each.memory_info().rss) for each in (process, *process.children(recursive=True)) if each.is_running()
    )


def _cpu_seconds(pid: int) -> float:
    """Return the processor seconds of a process and those below it, ended ones too."""
    process = psutil.Process(pid)
    own = process.cpu_times()
    times = [own.user, own.system, own.children_user, own.children_system]
    for child in process.children(recursive=True):
        with contextlib.suppress(psutil.Error):
            times += child.cpu_times()[:2]
    return sum(times)


def figures(seen: Measured) -> dict[str, Any]:
    """Return the numbers for the JSON line; memory grows by ``slope`` MiB with every hundred merges later on."""
    late = seen.resident[len(seen.resident) // 2 :]
    slope = statistics.linear_regression(range(len(late)), late).slope if len(late) > 2 else 0.0
    return {
        "merges": len(seen.resident),
        "published": len(seen.seconds),
        "lost": sorted(seen.waiting),
        "cpu_seconds": round(seen.cpu_seconds, 1),
        "load": [round(each, 1) for each in seen.load],
        "kibibytes": seen.kibibytes,
        "latency_seconds": {
            "median": round(statistics.median(seen.seconds), 2),
            "p95": round(sorted(seen.seconds)[int(0.95 * (len(seen.seconds) - 1))], 2),
            "max": round(max(seen.seconds), 2),
        },
        "resident_mebibytes": {
            "first": seen.resident[0] // _MEBIBYTE,
            "last": seen.resident[-1] // _MEBIBYTE,
            "slope_per_100_merges": round(100 * slope / _MEBIBYTE, 1),
        },
    }


@click.command()
@click.option("--departments", default=50, show_default=True)
@click.option("--saves", "count", default=1000, show_default=True)
@click.option("--seconds", default=300, show_default=True, help="Over which the saves are spread.")
@click.option("--hostile", default=0, show_default=True, help="Hostile files thrown between the saves.")
def main(departments: int, count: int, seconds: int, hostile: int) -> None:
    """Measure how long what departments save takes to be published.

    Example: python -m tests.benchmarks.load --departments 5 --saves 50 --seconds 20
    """
    os.environ["HOUQIN_TODAY"] = "2026-11-22"
    if count > departments * (_LINES - 1):
        raise click.UsageError(f"at most {departments * (_LINES - 1)} saves")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        os.environ["HOUQIN_STATE"] = str(folder / "state")
        click.echo("... writing the workbooks", err=True)
        planned = saves(folder, departments, count)
        made = school(folder, departments)
        click.echo("... saving them", err=True)
        seen = measure(made, planned, seconds, hostile)
    settings = {"departments": departments, "saves": count, "seconds": seconds, "hostile": hostile}
    click.echo(json.dumps(settings | figures(seen)))


if __name__ == "__main__":
    main()
