"""Kill runs from outside and see that nothing is lost or doubled: ``python -m tests.faults [--kills N] [--seed S]``.

A school is merged undisturbed once; then again and again from the same beginning, killed at a random moment or at
one of its file operations, and run again. Afterwards the rows, the proof of the ledger and what is published must
be those of the undisturbed run.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from addin.published import PublicationError, Published
from schemas.register import all_registers, register_of
from tests.sync.school import MASTER, School, issue, receipt

ROOT = Path(__file__).parents[1]
PATIENCE = 120

DRIVER = """
import os, signal, sys
from pathlib import Path
at, done = int(sys.argv[2]), 0
WATCHED = {"open", "os.rename", "os.remove", "os.mkdir", "sqlite3.connect", "subprocess.Popen", "os.utime"}
def hook(event, arguments):
    global done
    if event not in WATCHED or event == "open" and not (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
        return
    done += 1
    if done == at:
        os.killpg(0, signal.SIGKILL)
if __name__ == "__main__":
    from sync.cli import main
    import sync.commands.sync
    sys.addaudithook(hook)
    try:
        main(["sync", "--share", sys.argv[1], "--json"])
    finally:
        sys.stderr.write(str(done))
"""
"""Runs ``houqin sync`` and kills its process group at the n-th thing it does to the file system (0: never)."""


@dataclass(frozen=True)
class Kill:
    """When a run is killed: at a file operation, or after some seconds, with its workers or alone."""

    operation: int = 0
    seconds: float | None = None
    alone: bool = False


@contextlib.contextmanager
def state_of(folder: Path) -> Iterator[None]:
    """Work with the state beside a school's folder."""
    before = os.environ.get("HOUQIN_STATE")
    os.environ["HOUQIN_STATE"] = str(folder / "state")
    try:
        yield
    finally:
        os.environ.pop("HOUQIN_STATE")
        if before is not None:
            os.environ["HOUQIN_STATE"] = before


def begin(folder: Path) -> None:
    """Make a school with a revision in its ledger, and everything changed in its workbooks since."""
    with state_of(folder):
        school = School(folder / "school")
        school.save("ZW/基础资料.xlsx", MASTER)
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(number) for number in range(1, 8)]})
        school.save("ZW/出库.xlsx", {"stock_issue": [issue(number, qty=1) for number in range(1, 4)]})
        school.sync()
        changed = [receipt(1, qty=30, amount="255.00"), *(receipt(number) for number in range(3, 12))]
        school.save("ZW/库房.xlsx", {"stock_receipt": changed})
        school.save("ZW/出库.xlsx", {"stock_issue": [issue(number, qty=1) for number in range(1, 8)]})
        school.save("ZW/新.xlsx", {"stock_receipt": [receipt(20), receipt(21, item_code="XX9999")]})


def run(folder: Path, kill: Kill) -> tuple[int, int]:
    """Run once, killed at its moment; return the exit code and how many file operations there were."""
    command = [sys.executable, "-c", DRIVER, str(folder / "school"), str(kill.operation)]
    environment = {**os.environ, "HOUQIN_STATE": str(folder / "state"), "HOUQIN_TODAY": "2026-11-22"}
    pipes: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True, **pipes) as process:
        if kill.seconds is not None:
            time.sleep(kill.seconds)
            with contextlib.suppress(ProcessLookupError):
                (os.kill if kill.alone else os.killpg)(process.pid, signal.SIGKILL)
        _, told = process.communicate(timeout=PATIENCE)
    return process.returncode, int(told) if told.isdigit() else 0


def outcome(folder: Path) -> dict[str, Any]:
    """Run to the end and return what counts: rows with their states, the proof of the ledger, what is published."""
    with state_of(folder):
        school = School.__new__(School)
        school.folder = folder / "school"
        torn = unreadable(school.folder)
        school.sync()
        idle = school.sync()["published"]
        registers = ("stock_receipt", "stock_issue", "item_catalogue")
        rows = {name: [_content(row) for row in school.rows(name, "all")] for name in registers}
        with school.share.open_ledger() as ledger:
            problems = ledger.verify()
        published = sorted(str(path.relative_to(folder)) for path in (school.folder / "published").rglob("*.xlsx"))
        books = Published.open(school.folder)
        of_rows = ("_key", "_hash", "_status")
        carried = {name: books.load(register_of(name)).select(of_rows).rows() for name in registers}
    left = sorted(path.name for path in folder.rglob("*.tmp"))
    found = {"rows": rows, "problems": problems, "published": published, "idle": idle, "left": left}
    return {**found, "torn": torn, "books": carried}


def unreadable(share: Path) -> list[str]:
    """Return what is wrong with the books that lie in a share, as a click would find them."""
    try:
        books = Published.open(share)
        for register in all_registers().values():
            books.load(register)
    except PublicationError as exc:
        return [exc.message()]
    return []


def _content(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "_revision"}


def attempts(kills: int, operations: int, seconds: float, chance: random.Random) -> Iterator[Kill]:
    """Yield when to kill: half of them at file operations spread over the run, the others at random moments."""
    for number in range(kills):
        if number % 2:
            yield Kill(seconds=chance.uniform(0.2, seconds), alone=bool(number % 4 == 1))
        else:
            yield Kill(operation=1 + (number // 2 * operations) // max(1, kills // 2) + chance.randrange(3))


def failures(folder: Path, kills: int, seed: int) -> list[str]:
    """Return what went wrong in a number of kills; each is a line that says when and what."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    start, smooth = folder / "start", folder / "smooth"
    begin(start)
    shutil.copytree(start, smooth)
    began = time.monotonic()
    _, operations = run(smooth, Kill())
    seconds = time.monotonic() - began
    wanted = outcome(smooth)
    found = []
    for number, kill in enumerate(attempts(kills, operations, seconds, chance)):
        here = folder / f"kill{number}"
        shutil.copytree(start, here)
        code, _ = run(here, kill)
        got = outcome(here)
        wrong = [name for name, value in wanted.items() if got[name] != value]
        if wrong:
            found.append(f"{kill} (exit {code}): {wrong}")
        shutil.rmtree(here)
    return found


@click.command()
@click.option("--kills", default=200, show_default=True)
@click.option("--seed", default=1, show_default=True)
def main(*, kills: int, seed: int) -> None:
    """Kill that many runs and print what went wrong."""
    with tempfile.TemporaryDirectory() as folder:
        found = failures(Path(folder), kills, seed)
    for line in found:
        click.echo(line)
    click.echo(f"{kills} kills, {len(found)} failures")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
