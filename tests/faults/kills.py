"""Kill runs from outside and see that nothing is lost, doubled or half written.

Every history is run undisturbed once. Then its runs are killed: anywhere in what they do, each part of it equally
often; at a random moment; or at a boundary between their steps, with their workers or alone. Either what was killed is
made up for before the next stage, and everything must be as it is undisturbed; or the departments go on saving
meanwhile, and a history without conflicts must end the same, one with conflicts without a row that is lost, doubled
or invented.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass, replace
from itertools import takewhile
from pathlib import Path
from typing import Any, Literal

from tests.faults.driver import Order, Told
from tests.faults.outcomes import Named, Outcome, broken_promises, first_digest, half_written, outcome
from tests.faults.schools import HISTORIES, History, open_elsewhere, saved, state_of, written

ROOT = Path(__file__).parents[2]
IN_A_ROW = 4
"""So many kills at most until a run comes to its end."""
_DONE = (0, 1, 3)
"""Exit codes of what was done, with findings or not."""
_ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


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
def driver(start: Literal["fork", "fresh"] = "fork") -> Iterator[Driver]:
    """Give a driver that ends with the block; the rights of files concern it whoever started it."""
    subject = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.getuid() == 0 else []
    command = [*subject, sys.executable, "-m", "tests.faults.driver", start]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **_ONE_THREAD}, **pipes) as process:
        yield Driver(process)
        process.stdin.close()  # type: ignore[union-attr]


def order_for(folder: Path, **wanted: Any) -> Order:  # noqa: ANN401 - fields of an order
    """Return an order for the school in a folder."""
    return Order(str(folder / "school"), str(folder / "state"), **wanted)


@dataclass(frozen=True)
class Rehearsed:
    """A history that was run undisturbed: how things lay before each run, what it did, what came out."""

    history: History
    here: Path
    """Where all its runs take place: backups are known by their paths."""
    stages: list[Path]
    starts: list[Path]
    """School and state before the run of each stage, its files saved."""
    roots: list[str]
    """Digest of the first revision before each run."""
    lengths: list[Told]
    outcomes: list[Outcome]

    def order(self, stage: int, **wanted: Any) -> Order:  # noqa: ANN401 - fields of an order
        """Return the order for the run of a stage."""
        known = self.history.stages[stage]
        command = known.command.format_map(Named(self.here))
        return order_for(self.here, command=command, today=known.today, **wanted)

    def outcome(self, stage: int) -> Outcome:
        """Return what counts now."""
        return outcome(self.here, self.history, self.history.stages[stage].today)

    def begin(self, stage: int) -> None:
        """Have everything lie as before the run of a stage."""
        self.clear()
        shutil.copytree(self.starts[stage], self.here, symlinks=True)

    def clear(self) -> None:
        """Have nothing lie there."""
        shutil.rmtree(self.here, ignore_errors=True)


def rehearsed(history: History, folder: Path, runs: Driver) -> Rehearsed:
    """Run a history without any fault."""
    known = Rehearsed(history, folder / "here", written(history, folder / "files"), [], [], [], [])
    with state_of(known.here):
        history.opened(known.here / "school")
    for number, place in enumerate(known.stages):
        saved(place, known.here)
        known.starts.append(folder / f"start{number}")
        shutil.copytree(known.here, known.starts[-1], symlinks=True)
        known.roots.append(first_digest(known.here))
        known.lengths.append(runs.run(known.order(number)))
        known.outcomes.append(known.outcome(number))
        if known.lengths[-1].code not in _DONE:
            raise AssertionError(history.stages[number].command, known.lengths[-1].said)
    return known


def fault(length: Told, chance: random.Random) -> dict[str, Any]:
    """Return where a run that would do what another did is killed: every part of it equally often, or any time."""
    alone = chance.random() < 0.5
    if not length.marks or chance.random() < 0.2:
        return {"seconds": chance.uniform(0.001, length.seconds), "alone": alone}
    part = chance.choice(sorted({name for name, _ in length.marks}))
    number = chance.choice([number for number, (name, _) in enumerate(length.marks, 1) if name == part])
    times = [moment for _, moment in length.marks] + [length.seconds]
    delay = 0.0 if chance.random() < 0.3 else chance.uniform(0, max(0.0, times[number] - times[number - 1]))
    return {"mark": number, "delay": delay, "alone": alone}


@dataclass(frozen=True)
class Attempt:
    """Runs that were killed, and what is wrong now."""

    kills: Counter[str]
    """How many were killed at what, the command before it unless it is a plain run."""
    wrong: list[str]


def differences(got: object, wanted: object) -> list[str]:
    """Return what two outcomes do not share, in words."""
    if isinstance(got, dict) and isinstance(wanted, dict):
        return [f"{name} {each}" for name in wanted for each in differences(got[name], wanted[name])]
    if isinstance(got, list) and isinstance(wanted, list):
        more, less = ([each for each in one if each not in other] for one, other in ((got, wanted), (wanted, got)))
        return [f"{more} instead of {less}"] if got != wanted else []
    return [f"{got} instead of {wanted}"] if got != wanted else []


class Killing:
    """Kills what is run for one history and keeps count."""

    def __init__(self, known: Rehearsed, runs: Driver) -> None:
        self.known = known
        self.runs = runs
        self.kills: Counter[str] = Counter()
        self.wrong: list[str] = []
        self.told: list[str] = []

    def run(self, stage: int, **wanted: Any) -> Told:  # noqa: ANN401 - fields of an order
        """Have one run killed, or not, and look whether anything is half written."""
        self.send(stage, **wanted)
        return self.receive()

    def send(self, stage: int, **wanted: Any) -> None:  # noqa: ANN401 - fields of an order
        """Have something started that is killed, or not: the command of a stage, or another one."""
        self._order = replace(self.known.order(stage), **wanted)
        self._place = f"stage {stage} {wanted}"
        self.runs.send(self._order)

    def receive(self) -> Told:
        """Wait for its end, and look whether anything is half written."""
        told = self.runs.receive()
        if told.code < 0:
            command = " ".join(takewhile(str.isalpha, self._order.command.split()))
            part = told.at if command == "sync" else f"{command}: {told.at}"
            self.kills[part + " (alone)" * self._order.alone] += 1
        self.told.append(f"{self._place} -> {told.code} at {told.at}")
        self.wrong += [f"half written {name}" for name in half_written(self.known.here / "school")]
        self.wrong += [told.said] * ("Traceback" in told.said or told.said.startswith("INTERNAL"))
        return told

    def compare(self, stage: int, names: Sequence[str] = ()) -> None:
        """Look what is not as it was undisturbed."""
        got, wanted = self.known.outcome(stage), self.known.outcomes[stage]
        for name in names or wanted:
            self.wrong += [f"{name}: {each}" for each in differences(got[name], wanted[name])]
        self.wrong += broken_promises(self.known.here, self.known.history)

    def root(self, wanted: str) -> None:
        """Look whether it is still the ledger that it was: its first revision is the same."""
        got = first_digest(self.known.here)
        self.wrong += [f"the ledger begins with {got}, not {wanted}"] if wanted and got != wanted else []

    def done(self) -> Attempt:
        """Return what became of it."""
        place = f"{self.known.history.name} {self.told}"
        if not self.wrong:
            self.known.clear()
        return Attempt(self.kills, [f"{place}: {each[:600]}" for each in self.wrong])


def made_up(known: Rehearsed, stage: int, runs: Driver, faults: Sequence[dict[str, Any]]) -> Attempt:
    """Kill runs of a stage one after the other, run again, and return what is not as undisturbed."""
    known.begin(stage)
    killing = Killing(known, runs)
    for each in faults:
        killing.run(stage, **each)
    killing.root(known.roots[stage])
    if known.history.stages[stage].command != "sync":
        killing.run(stage)
    killing.compare(stage)
    return killing.done()


def overtaken(known: Rehearsed, runs: Driver, chance: random.Random) -> Attempt:
    """Kill some runs after every stage, make up at the end only; commands other than a run come to their end.

    Now and then somebody has open what is to be published.
    """
    known.begin(0)
    killing = Killing(known, runs)
    for number, (stage, length) in enumerate(zip(known.history.stages, known.lengths, strict=True)):
        saved(known.stages[number], known.here)
        if stage.command != "sync":
            killing.run(number, command="sync")  # what was held then decides what can be done
        for _ in range(chance.randint(1, IN_A_ROW)):
            with open_elsewhere(known.here / "school") if chance.random() < 0.1 else nullcontext():
                killing.run(number, **fault(length, chance))
        if stage.command != "sync":
            killing.run(number)
            killing.run(number, command="sync")
    last = len(known.stages) - 1
    killing.compare(last, ("problems", "half", "torn", "left", "archive", "backups") if known.history.contested else ())
    return killing.done()


def at_boundaries(folder: Path, histories: Sequence[History] = HISTORIES) -> Iterator[Attempt]:
    """Kill the run of every stage at each boundary between its steps, and at each first operation of a kind."""
    with driver() as runs:
        for history in histories:
            known = rehearsed(history, folder / history.name, runs)
            for stage, length in enumerate(known.lengths):
                firsts = {name: number for number, (name, _) in reversed(list(enumerate(length.marks, 1)))}
                for mark in sorted({*length.boundaries, *firsts.values()}):
                    yield made_up(known, stage, runs, [{"mark": mark, "alone": bool(mark % 2)}])


def killed(
    folder: Path,
    kills: int,
    seed: int,
    histories: Sequence[History] = HISTORIES,
    start: Literal["fork", "fresh"] = "fork",
) -> Iterator[Attempt]:
    """Kill that many runs at random; yield what became of each attempt."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    with driver(start) as runs:
        known = [rehearsed(history, folder / history.name, runs) for history in histories]
        done, attempt = 0, 0
        while done < kills:
            one = known[attempt % len(known)]
            if chance.random() < 0.3:
                stage = chance.randrange(len(one.stages))
                faults = [fault(one.lengths[stage], chance) for _ in range(chance.randint(1, IN_A_ROW))]
                found = made_up(one, stage, runs, faults)
            else:
                found = overtaken(one, runs, chance)
            done, attempt = done + found.kills.total(), attempt + 1
            yield found
