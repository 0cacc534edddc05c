"""Merge a row three ways, group of cells by group of cells (DESIGN 8)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def merged_row(
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    groups: Sequence[Sequence[str]],
    seen: Mapping[str, Any] | None = None,
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return the merged cells of all groups, and the columns on which both sides differ from the base.

    A group that only one side changed takes that side's cells, all of them; one that both changed
    to the same cells takes these; anything else is a conflict and its columns are named. ``seen`` are
    the cells on which an earlier conflict was settled: where ``ours`` still has them, what ``theirs``
    changed since is an ordinary change.
    """
    merged: dict[str, Any] = {}
    clashing: list[str] = []
    for group in groups:
        before, mine, other = (tuple(side.get(name) for name in group) for side in (base, ours, theirs))
        settled = seen is not None and mine == tuple(seen.get(name) for name in group)
        if other in (before, mine):
            chosen = mine
        elif mine == before or settled:
            chosen = other
        else:
            clashing.extend(group)
            chosen = mine
        merged.update(zip(group, chosen, strict=True))
    return merged, tuple(clashing)
