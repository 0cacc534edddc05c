"""Put runs into trouble that is not of their making: disks, rights, locks, other programs, clocks.

While it lasts a run says in words what keeps it, or does what can be done; nothing is half written. Once it is over the
next run makes everything as if there had been none.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from tests.faults.driver import Order, Told
from tests.faults.kills import Driver, Rehearsed, driver, rehearsed
from tests.faults.outcomes import half_written
from tests.faults.schools import History, open_elsewhere

Trouble = Callable[[Order, Driver], list[Told]]
"""Carries out an order, once or more, while something is wrong with its school, and returns what was told."""
DAY = 24 * 3600


def disk_without_room(order: Order, runs: Driver) -> list[Told]:
    """No file can become longer than some bytes: the ledger, its journal, workbooks, archive."""
    return [runs.run(replace(order, largest=size)) for size in (5_000, 60_000)]


def disk_that_fills(order: Order, runs: Driver) -> list[Told]:
    """The disk with the state is full, then the one with the share; nothing happens where none can be mounted."""
    told = []
    for place in (order.state, order.share):
        with _small_disk(Path(place)) as mounted:
            told += [runs.run(order)] if mounted else []
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


def targets_without_rights(order: Order, runs: Driver) -> list[Told]:
    """The folders that are published to may only be read."""
    return _without_rights(order, runs, [Path(order.share) / name for name in ("published", "feedback")], 0o555)


def state_without_rights(order: Order, runs: Driver) -> list[Told]:
    """The state folder may only be read."""
    return _without_rights(order, runs, [Path(order.state)], 0o555)


def workbooks_without_rights(order: Order, runs: Driver) -> list[Told]:
    """The workbooks cannot be opened, as while another program has them."""
    return _without_rights(order, runs, [Path(order.share) / "departments" / "ZW"], 0)


def _without_rights(order: Order, runs: Driver, places: list[Path], mode: int) -> list[Told]:
    rights = {path: path.stat().st_mode for place in places for path in (place, *place.rglob("*"))}
    for path, usual in rights.items():
        path.chmod(usual & mode)
    told = [runs.run(order)]
    for path, usual in rights.items():
        path.chmod(usual)
    return told


def targets_open_elsewhere(order: Order, runs: Driver) -> list[Told]:
    """Somebody has the master ledger and a volume open in a spreadsheet program."""
    with open_elsewhere(Path(order.share)):
        return [runs.run(order)]


def database_busy(order: Order, runs: Driver) -> list[Told]:
    """Another program holds the database for a moment."""
    database = Path(order.state) / "ledger.db"
    with closing(sqlite3.connect(database, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(1, other.execute, ("ROLLBACK",))
        timer.start()
        told = [runs.run(order)]
        timer.join()
    return told


def two_at_once(order: Order, runs: Driver) -> list[Told]:
    """Two runs begin at the same moment."""
    with driver() as others:
        runs.send(order)
        others.send(order)
        return [runs.receive(), others.receive()]


def clock_goes_back(order: Order, runs: Driver) -> list[Told]:
    """The clock is a day ahead, then a week behind, while runs are killed and made up."""
    return [
        runs.run(replace(order, clock=DAY, seconds=0.3)),
        runs.run(replace(order, clock=DAY)),
        runs.run(replace(order, clock=-7 * DAY)),
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
    found = trouble(known.order(stage), runs)
    wrong = [f"exit {told.code}: {told.said}" for told in found if told.code not in codes]
    wrong += [told.said for told in found if "Traceback" in told.said or told.said.startswith("INTERNAL")]
    wrong += [f"half written {each}" for each in half_written(known.here / "school")]
    got = known.outcome(stage)
    known.clear()
    return wrong + [each for each, value in known.outcomes[stage].items() if got[each] != value]


def in_trouble(
    folder: Path, histories: Sequence[History], names: Iterable[str] = TROUBLES
) -> Iterator[tuple[str, list[str]]]:
    """Put the second run of histories into each trouble; yield its name and what was not as it should be."""
    with driver() as runs:
        for history in histories:
            stage = next(number for number, each in enumerate(history.stages) if number and each.command == "sync")
            known = rehearsed(replace(history, stages=history.stages[: stage + 1]), folder / history.name, runs)
            for name in names:
                yield f"{history.name} {name}", troubled(name, known, stage, runs)
