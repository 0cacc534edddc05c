"""Cut an intake that does not fit into memory at once into waves: each is read, decided and recorded by itself.

That is what would have happened had the workbooks been saved one after the other. What others refer to comes
first, so that no row has to wait for its item in a later wave.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from schemas.checking_order import checking_order
from schemas.register import all_registers
from sync.standing import lost_lately
from workbooks.pool import Job
from workbooks.taking import Glance

if TYPE_CHECKING:
    from sync.outcome import WorkbookOutcome
    from sync.plan import Plan
    from sync.scan import FoundFile, Scan
    from sync.standing import Standing
    from workbooks.pool import ReaderPool

WAVE_BYTES = 24 << 20
"""Size of the files of one wave; official templates have some 110 bytes for a row."""


def waves_of(wanted: Sequence[FoundFile], found: Scan, standing: Standing, pool: ReaderPool) -> list[list[FoundFile]]:
    """Return the files to be read in one or more waves of at most ``WAVE_BYTES``, one file at least in each.

    Known workbooks are all in the first wave, and where one has lost its file since the last run everything is: which
    of the new files it has become shows only beside all others.
    """
    new = [file for file in wanted if file.identity not in standing.workbooks]
    if sum(file.size for file in wanted) <= WAVE_BYTES or not new or lost_lately(standing, found):
        return [list(wanted)]
    waves = [[file for file in wanted if file.identity in standing.workbooks]]
    room = WAVE_BYTES - sum(file.size for file in waves[0])
    for file in _in_order(new, pool):
        if file.size > room and waves[-1]:
            waves.append([])
            room = WAVE_BYTES
        waves[-1].append(file)
        room -= file.size
    return waves


def _in_order(files: Sequence[FoundFile], pool: ReaderPool) -> Iterator[FoundFile]:
    """Yield files by what they are referred to from, then in the order of their claims."""
    jobs = [Job(file.identity, "workbooks.taking:glance", (file.path,)) for file in files]
    seen = [outcome.value if isinstance(outcome.value, Glance) else Glance() for outcome in pool.run(jobs)]
    order = [name for group in checking_order(all_registers()) for name in group]
    ranks = {name: rank for rank, name in enumerate(order)}

    def place(number: int) -> tuple[int, bool, object, str]:
        glance = seen[number]
        rank = min((ranks[name] for name in glance.registers if name in ranks), default=-1)
        return rank, glance.saved_at is None, glance.saved_at or 0, files[number].name

    for number in sorted(range(len(files)), key=place):
        yield files[number]


def together(earlier: Sequence[WorkbookOutcome], last: Plan, standing: Standing) -> Plan:
    """Return the plan of the last wave with the outcomes of all: what later waves let in is counted too."""
    if not earlier:
        return last
    counted = [replace(outcome, counts=standing.workbooks[outcome.name]["counts"]) for outcome in earlier]
    return replace(last, outcomes=(*counted, *last.outcomes))
