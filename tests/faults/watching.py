"""Kill daemons from outside while departments save: what they saw, saw twice or never saw is in the books."""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.kills import IN_A_ROW, Attempt, Driver, Killing, Rehearsed, driver, fault, rehearsed
from tests.faults.schools import CONTESTED, SMOOTH, History, saved
from tests.sync.daemons import scheduled
from tests.sync.school import School

_QUIET_SECONDS = 0.1
_SPARE_SECONDS = 2.0
"""What a daemon waits beside its work before it is killed where it rests."""


def impatient(history: History) -> History:
    """Return a history whose daemon looks often and waits hardly at all."""

    def settle(school: School) -> None:
        history.settle(school)
        path = school.folder / "houqin.toml"
        text = path.read_text("utf-8")
        path.write_text(text if "[schedule]" in text else f"{text}\n[schedule]\n", "utf-8")
        scheduled(school, quiet_seconds=_QUIET_SECONDS, poll_seconds=_QUIET_SECONDS, nightly="03:00")

    return History(f"watched-{history.name}", history.stages, history.contested, history.registers, settle)


def watched(known: Rehearsed, runs: Driver, chance: random.Random) -> Attempt:
    """Kill daemons in every stage: before, while and after it is saved, with events lost or doubled."""
    known.begin(0)
    shutil.rmtree(known.here / "school" / "departments")
    killing = Killing(known, runs)
    for number, length in enumerate(known.lengths):
        daemons = chance.randint(1, IN_A_ROW)
        saving = chance.randrange(daemons + 1)
        for place in range(daemons):
            if place == saving == 0 and chance.random() < 0.5:
                saved(known.stages[number], known.here)  # nobody watched: there was no event
            last = 2 * length.seconds + _SPARE_SECONDS
            limit = {"seconds": chance.uniform(0.01, last)} if chance.random() < 0.3 else {"seconds": last}
            killing.send(number, command="watch", **{**fault(length, chance), **limit})
            if place == saving:
                time.sleep(chance.uniform(0, length.seconds))
                saved(known.stages[number], known.here)
                _touch(known.here / "school" / "departments", chance)
            killing.receive()
        saved(known.stages[number], known.here)
    last_stage = len(known.stages) - 1
    names = ("problems", "half", "torn", "left", "archive", "backups") if known.history.contested else ()
    killing.compare(last_stage, names)
    return killing.done()


def _touch(departments: Path, chance: random.Random) -> None:
    """Bring about events that tell of nothing: files written again as they are, moved away and back, foreign files."""
    for path in sorted(departments.rglob("*.xlsx")):
        for _ in range(chance.randrange(3)):
            os.utime(path)
        if chance.random() < 0.3:
            beside = path.with_name("8F2A1B01.tmp")
            shutil.copy2(path, beside)
            beside.replace(path)
        if chance.random() < 0.3:
            lock = path.with_name(f"~${path.name}")
            lock.write_bytes(b"lock")
            lock.unlink()


def killed_daemons(
    folder: Path, kills: int, seed: int, histories: Sequence[History] = (SMOOTH, CONTESTED)
) -> Iterator[Attempt]:
    """Kill that many daemons at random, in the histories that are nothing but saving; yield what became of each."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    with driver() as runs:
        saving = [each for each in histories if {stage.command for stage in each.stages} == {"sync"}]
        known = [rehearsed(impatient(each), folder / f"watched-{each.name}", runs) for each in saving]
        done = 0
        while done < kills:
            found = watched(known[chance.randrange(len(known))], runs, chance)
            done += found.kills.total()
            yield found
