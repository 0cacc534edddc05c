"""One contested history, run after run: done to the files of a school, merged, and held against what is promised."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random

from tests.histories.contested import LINES, Rivals
from tests.histories.files import Files
from tests.histories.promises import Promises, Seen, settled

STEPS = 30
DECISIONS = ("resolve", "confirm")
"""Deeds that are a run in themselves."""


@dataclass
class Driven:
    """A history on its way."""

    school: Files
    rivals: Rivals
    promises: Promises = field(default_factory=Promises)
    past: dict[int, str] = field(default_factory=dict)
    """Revision to what the ledger said when it was the newest."""
    log: list[str] = field(default_factory=list)
    """What was done, in words."""

    @classmethod
    def on(cls, school: Files) -> Driven:
        """Return a history that has not begun."""
        return cls(school, Rivals(school))

    def wrong(self, seed: int, steps: int, without: Collection[int] = ()) -> Iterator[str]:
        """Yield what is broken after any run of a history; what is done in a step hangs on nothing but its number.

        ``without`` are steps to leave out, by which a history that fails is made short.
        """
        self.rivals.begin(_of(seed, 0))
        yield from self._run(0)
        for step in range(1, steps + 1):
            if step in without:
                continue
            deed = self.rivals.act(_of(seed, step))
            self.log.append(f"{step}: {deed}")
            if deed.startswith(DECISIONS) or _of(step, seed).random() < 0.4:
                yield from self._run(step)
        self.rivals.set_right()
        yield from self._run(steps + 1)
        yield from settled(self.promises.before, self.rivals)
        yield from (f"revision {number} is not what it was" for number in self._altered())
        if self.school.sync()["revision"] != max(self.past):
            yield "nothing is new, and something was written"

    def digest(self) -> str:
        """Return a hash of everything that the ledger ever said."""
        return sha256(json.dumps([self.log, self.past]).encode()).hexdigest()

    def _run(self, step: int) -> Iterator[str]:
        self.log.append(f"{step}: run")
        document = self.school.merge()
        yield from (f"step {step}: {wrong}" for wrong in self._looked_at(document))
        if not self.school.is_proven():
            yield f"step {step}: the ledger does not prove"
        again = self.school.merge()["revision"]
        if again != document["revision"]:
            yield f"step {step}: nothing is new, and something was written"

    def _looked_at(self, document: dict[str, object]) -> Iterator[str]:
        listed = {register: self.school.rows(register, "--status", "all") for register in LINES}
        conflicts, waiting = self.school.conflicts(), self.school.waiting()
        self.past[int(str(document["revision"]))] = _text(listed)
        yield from self.promises.broken(self.rivals, Seen.of(document, listed, conflicts, waiting))
        self.rivals.looked_at()

    def _altered(self) -> Iterator[int]:
        for number, then in self.past.items():
            now = {
                register: self.school.rows(register, "--status", "all", "--as-of", str(number)) for register in LINES
            }
            if _text(now) != then:
                yield number


def _of(seed: int, step: int) -> Random:
    return Random(f"{seed} {step}")  # noqa: S311 - nothing secret


def _text(listed: object) -> str:
    return json.dumps(listed, ensure_ascii=False, sort_keys=True)
