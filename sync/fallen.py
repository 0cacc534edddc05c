"""Rows that a rule held although others had already been settled on them: they stand in nobody's way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import polars as pl

from schemas.check import HELD, UNCHANGED
from sync.memory import CONFLICT, SUPERSEDED

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemas.check import Checked
    from schemas.flaws import Flaw

Place = tuple[str, str]
"""Register and key."""


@dataclass(frozen=True)
class Fallen:
    """Rows that claim nothing while the others on their keys are settled, with what holds them."""

    alone: Mapping[int, Sequence[Flaw]] = field(default_factory=dict)
    """Row id to the flaws of a row that falls by itself."""
    with_others: Mapping[int, tuple[Place, Sequence[Flaw]]] = field(default_factory=dict)
    """Row id of a row that fell together with an earlier claim on which it was built: that one is
    judged without it, and where it falls too, this one is judged again by itself."""

    @property
    def flaws(self) -> dict[int, Sequence[Flaw]]:
        """Return all fallen rows with their flaws."""
        return {**self.alone, **{row_id: flaws for row_id, (_, flaws) in self.with_others.items()}}

    def with_alone(self, more: Mapping[int, Sequence[Flaw]]) -> Fallen:
        """Return them with further rows that fall by themselves."""
        return Fallen({**self.alone, **more}, self.with_others)


def fallen_rows(checked: Checked, before: Fallen) -> Fallen:
    """Return the rows that fell, those of earlier rounds too; equal to ``before`` where all is settled."""
    alone = dict(before.alone)
    with_others = dict(before.with_others)
    for place, row_id, built in _in_the_way(checked, before):
        flaws = tuple(flaw for flaw in checked.flaws[place[0]] if flaw.row_id == row_id and flaw.holds)
        if built:
            with_others[row_id] = (place, flaws)
            continue
        alone[row_id] = flaws
        with_others = {other: found for other, found in with_others.items() if found[0] != place}
    return Fallen(alone, with_others)


def _in_the_way(checked: Checked, before: Fallen) -> Iterator[tuple[Place, int, bool]]:
    """Yield rows that a rule between registers held and on which other claims were settled.

    The last value tells whether the row itself was built on an earlier claim.
    """
    on_another = (pl.col("_reason") == "source") & pl.col("_now").ne_missing(pl.col("_hash"))
    waits = pl.col("_outcome").is_in([SUPERSEDED, CONFLICT]) | ((pl.col("_outcome") == UNCHANGED) & on_another)
    fell = (pl.col("_outcome") == HELD) & ~pl.col("_broken") & ~pl.col("_doubled")
    for register_id, frame in checked.frames.items():
        together = [place[1] for place, _ in before.with_others.values() if place[0] == register_id]
        waiting = frame.filter(waits)
        keys = {*waiting["_key"], *waiting["_replaces"].drop_nulls(), *together}
        superseded = set(frame.filter(pl.col("_outcome") == SUPERSEDED)["_key"])
        in_the_way = fell & pl.any_horizontal(pl.col("_key", "_replaces").is_in(list(keys)))
        for row_id, key in frame.filter(in_the_way).select("_id", "_key").iter_rows():
            yield (register_id, key), row_id, key in superseded
