"""Put runs into trouble that is not of their making: disks, rights, locks, other programs, clocks.

While it lasts a run says in words what keeps it, or does what can be done; nothing is half written. Once it is over the
next run makes everything as if there had been none.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.faults.driver import Told
from tests.faults.kills import Driver, Rehearsed, driver, order_for, rehearsed
from tests.faults.outcomes import half_written
from tests.faults.schools import History

Trouble = Callable[[Path, Driver], list[Told]]
"""Does one run or more on the school in a folder while something is wrong, and returns what they told."""
DAY = 24 * 3600


def disk_without_room(folder: Path, runs: Driver) -> list[Told]:
    """No file can become longer than some bytes: the ledger, its journal, workbooks, archive."""
    return [runs.run(order_for(folder, largest=size)) for size in (5_000, 60_000)]


def disk_that_fills(folder: Path, runs: Driver) -> list[Told]:
    """The disk with the state is full, then the one with the share; nothing happens where none can be mounted."""
    told = []
    for name in ("state", "school"):
        with _small_disk(folder / name) as mounted:
            told += [runs.run(order_for(folder))] if mounted else []
    return told


@contextmanager
def _small_disk(place: Path) -> Iterator[bool]:
    """Have a folder lie on a disk of its own with no room to speak of; tell whether that could be done."""
    aside = place.with_name(f"{place.name}-aside")
    place.rename(aside)
    place.mkdir()
    used = sum(path.stat().st_size + 4096 for path in aside.rglob("*"))
    command = ["mount", "-t", "tmpfs", "-o", f"size={used + 40_000}", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False).returncode == 0
    try:
        if mounted:
            shutil.copytree(aside, place, dirs_exist_ok=True)
        yield mounted
    finally:
        if mounted:
            shutil.rmtree(aside)
            shutil.copytree(place, aside)
            subprocess.run(["umount", str(place)], check=True)
        place.rmdir()
        aside.rename(place)


def targets_without_rights(folder: Path, runs: Driver) -> list[Told]:
    """The folders that are published to may only be read."""
    return _without_rights(folder, runs, [folder / "school" / "published", folder / "school" / "feedback"], 0o555)


def state_without_rights(folder: Path, runs: Driver) -> list[Told]:
    """The state folder may only be read."""
    return _without_rights(folder, runs, [folder / "state"], 0o555)


def workbooks_without_rights(folder: Path, runs: Driver) -> list[Told]:
    """The workbooks cannot be opened, as while another program has them."""
    return _without_rights(folder, runs, [folder / "school" / "departments" / "ZW"], 0)


def _without_rights(folder: Path, runs: Driver, places: list[Path], mode: int) -> list[Told]:
    rights = {path: path.stat().st_mode for place in places for path in (place, *place.rglob("*"))}
    for path, usual in rights.items():
        path.chmod(usual & mode)
    told = [runs.run(order_for(folder))]
    for path, usual in rights.items():
        path.chmod(usual)
    return told


def targets_open_elsewhere(folder: Path, runs: Driver) -> list[Told]:
    """Somebody has the master ledger and a volume open in a spreadsheet program."""
    published = folder / "school" / "published"
    open_now = [path.with_name(f"~${path.name}") for path in published.rglob("*.xlsx")]
    for lock in open_now:
        lock.write_bytes(b"lock")
    told = [runs.run(order_for(folder))]
    for lock in open_now:
        lock.unlink()
    return told


def database_busy(folder: Path, runs: Driver) -> list[Told]:
    """Another program holds the database for a moment."""
    with closing(
        sqlite3.connect(folder / "state" / "ledger.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1, other.execute, ("ROLLBACK",))
        timer.start()
        told = [runs.run(order_for(folder))]
        timer.join()
    return told


def two_at_once(folder: Path, runs: Driver) -> list[Told]:
    """Two runs begin at the same moment."""
    with driver() as others:
        runs.send(order_for(folder))
        others.send(replace(order_for(folder)))
        return [runs.receive(), others.receive()]


def clock_goes_back(folder: Path, runs: Driver) -> list[Told]:
    """The clock is a day ahead, then a week behind, while runs are killed and made up."""
    return [
        runs.run(order_for(folder, clock=DAY, seconds=0.3)),
        runs.run(order_for(folder, clock=DAY)),
        runs.run(order_for(folder, clock=-7 * DAY)),
    ]


TROUBLES: dict[str, tuple[Trouble, frozenset[int]]] = {
    # name: trouble, exit codes of which the runs must have one
    "disk without room": (disk_without_room, frozenset({4, 5})),
    "disk that fills": (disk_that_fills, frozenset({0, 4, 5})),
    "targets without rights": (targets_without_rights, frozenset({0})),
    "state without rights": (state_without_rights, frozenset({4, 5})),
    "workbooks without rights": (workbooks_without_rights, frozenset({0})),
    "targets open elsewhere": (targets_open_elsewhere, frozenset({0})),
    "database busy": (database_busy, frozenset({0})),
    "two at once": (two_at_once, frozenset({0, 4})),
    "clock goes back": (clock_goes_back, frozenset({0, -9})),
}


def troubled(name: str, known: Rehearsed, stage: int, runs: Driver) -> list[str]:
    """Put the run of a stage into a trouble and return what is not as it should be, then and afterwards."""
    trouble, codes = TROUBLES[name]
    known.begin(stage)
    found = list(trouble(known.here, runs))
    wrong = [f"exit {told.code}: {told.said}" for told in found if told.code not in codes]
    wrong += [told.said for told in found if "Traceback" in told.said or told.said.startswith("INTERNAL")]
    wrong += [f"half written {each}" for each in half_written(known.here / "school")]
    got = known.outcome(stage)
    known.clear()
    return wrong + [each for each, value in known.outcomes[stage].items() if got[each] != value]


def in_trouble(folder: Path, history: History, names: Iterable[str] = TROUBLES) -> Iterator[tuple[str, list[str]]]:
    """Put the second run of a history into each trouble; yield its name and what was not as it should be."""
    with driver() as runs:
        known = rehearsed(replace(history, stages=history.stages[:2]), folder / "history", runs)
        for name in names:
            yield name, troubled(name, known, 1, runs)
