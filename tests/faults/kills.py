"""Kill runs from outside and see that nothing is lost, doubled or half written.

Every history is run undisturbed once. Then its runs are killed at a random moment, at one of their file operations, or
at a boundary between their steps, with their workers or alone. Either each killed run is made up for before the next
stage, and everything must be as it is undisturbed; or the departments go on saving meanwhile, and a history without
conflicts must end the same, one with conflicts without a row that is lost, doubled or invented.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from tests.faults.driver import Order, Told
from tests.faults.schools import (
    CONTESTED,
    SMOOTH,
    History,
    broken_promises,
    half_written,
    outcome,
    saved,
    state_of,
    written,
)
from tests.sync.school import School

ROOT = Path(__file__).parents[2]
Outcome = dict[str, Any]


class Driver:
    """The process that carries out orders."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def send(self, order: Order) -> None:
        """Have a run started."""
        self._stream("stdin").write(json.dumps(asdict(order)) + "\n")
        self._stream("stdin").flush()

    def receive(self) -> Told:
        """Wait for the end of the run and return what it told."""
        return Told(**json.loads(self._stream("stdout").readline()))

    def run(self, order: Order) -> Told:
        """Carry out one order."""
        self.send(order)
        return self.receive()

    def _stream(self, name: str) -> Any:  # noqa: ANN401 - one of two streams of text
        return getattr(self._process, name)


@contextmanager
def driver() -> Iterator[Driver]:
    """Give a driver that ends with the block; the rights of files concern it whoever started it."""
    subject = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    command = [*subject, sys.executable, "-m", "tests.faults.driver"]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, **pipes) as process:
        yield Driver(process)
        process.stdin.close()  # type: ignore[union-attr]


def order_for(folder: Path, **wanted: Any) -> Order:  # noqa: ANN401 - fields of an order
    """Return an order for the school in a folder."""
    return Order(str(folder / "school"), str(folder / "state"), **wanted)


@dataclass(frozen=True)
class Rehearsed:
    """A history that was run undisturbed: how things lay before each run, how long it was, what came out."""

    history: History
    stages: list[Path]
    starts: list[Path]
    """School and state before the run of each stage, its files saved."""
    lengths: list[Told]
    outcomes: list[Outcome]


def rehearsed(history: History, folder: Path, runs: Driver) -> Rehearsed:
    """Run a history without any fault."""
    stages = written(history, folder / "files")
    here = folder / "smooth"
    with state_of(here):
        School(here / "school")
    starts, lengths, outcomes = [], [], []
    for number, stage in enumerate(stages):
        saved(stage, here)
        starts.append(folder / f"start{number}")
        shutil.copytree(here, starts[-1], symlinks=True)
        lengths.append(runs.run(order_for(here)))
        outcomes.append(outcome(here))
        if lengths[-1].code:
            raise AssertionError(lengths[-1].said)
    return Rehearsed(history, stages, starts, lengths, outcomes)


def faults(length: Told, chance: random.Random) -> dict[str, Any]:
    """Return where a run of some length is killed, each way equally often."""
    alone = chance.random() < 0.5
    match chance.randrange(3):
        case 0:
            return {"operation": chance.randint(1, length.operations), "alone": alone}
        case 1:
            return {"boundary": chance.randint(1, length.boundaries), "alone": alone}
        case _:
            return {"seconds": chance.uniform(0.02, length.seconds), "alone": alone}


def made_up(known: Rehearsed, stage: int, folder: Path, runs: Driver, fault: dict[str, Any]) -> list[str]:
    """Kill the run of a stage, run again, and return what is not as undisturbed."""
    shutil.copytree(known.starts[stage], folder, symlinks=True)
    told = runs.run(order_for(folder, **fault))
    place = f"{known.history.name} stage {stage} {fault} (exit {told.code})"
    wrong = [f"half written {name}" for name in half_written(folder / "school")]
    got = outcome(folder)
    wrong += [name for name, value in known.outcomes[stage].items() if got[name] != value]
    wrong += ["traceback"] * ("Traceback" in told.said)
    shutil.rmtree(folder)
    return [f"{place}: {each}" for each in wrong]


def overtaken(known: Rehearsed, folder: Path, runs: Driver, chance: random.Random) -> tuple[int, list[str]]:
    """Kill two runs after every stage, make up at the end only; return the number of kills and what is wrong."""
    with state_of(folder):
        School(folder / "school")
    kills, wrong, told = 0, [], []
    for stage, length in zip(known.stages, known.lengths, strict=True):
        saved(stage, folder)
        for _ in range(2):
            fault = faults(length, chance)
            told.append((runs.run(order_for(folder, **fault)).code, fault))
            wrong += [f"half written {name}" for name in half_written(folder / "school")]
    kills = sum(code < 0 for code, _ in told)
    got = outcome(folder)
    if known.history.contested:
        wrong += [str(each) for each in got["problems"]]
    else:
        wrong += [name for name in ("rows", "problems", "idle", "left") if got[name] != known.outcomes[-1][name]]
    wrong += broken_promises(folder)
    shutil.rmtree(folder)
    return kills, [f"{known.history.name} overtaken {told}: {each}" for each in wrong]


def at_boundaries(folder: Path) -> Iterator[tuple[int, list[str]]]:
    """Kill the run of every stage at each boundary between its steps; yield one kill and what went wrong."""
    with driver() as runs:
        for history in (SMOOTH, CONTESTED):
            known = rehearsed(history, folder / history.name, runs)
            for stage, length in enumerate(known.lengths):
                for boundary in range(1, length.boundaries + 1):
                    fault = {"boundary": boundary, "alone": bool(boundary % 2)}
                    yield 1, made_up(known, stage, folder / f"{history.name}{stage}-{boundary}", runs, fault)


def killed(
    folder: Path, kills: int, seed: int, histories: Sequence[History] = (SMOOTH, CONTESTED)
) -> Iterator[tuple[int, list[str]]]:
    """Kill that many runs at random; after each attempt yield how many were killed in it and what went wrong."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    with driver() as runs:
        known = [rehearsed(history, folder / history.name, runs) for history in histories]
        done, attempt = 0, 0
        while done < kills:
            one = known[attempt % len(known)]
            here = folder / f"attempt{attempt}"
            if attempt % 8 < 6:
                stage = chance.randrange(len(one.stages))
                wrong = made_up(one, stage, here, runs, faults(one.lengths[stage], chance))
                count = 1
            else:
                count, wrong = overtaken(one, here, runs, chance)
            done, attempt = done + count, attempt + 1
            yield count, wrong
