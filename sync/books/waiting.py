"""Movements that wait within their day until what they take has arrived.

Stock is checked at the end of each day (DOMAIN.md 4.2), but valued posting by posting: a transfer
onwards may bear a lower number than the one that brings the goods, and what a count found may have
been handed out before it was approved. Such a posting stands behind those of its day that it needs.
"""

from __future__ import annotations

from typing import NamedTuple

import polars as pl


class _Leg(NamedTuple):
    """One posting: where it stands, in which place, and what it changes there."""

    position: int
    place: int
    effect: int


def in_covered_order(ordered: pl.DataFrame) -> pl.DataFrame:
    """Return postings in an order in which each is covered by its place, wherever its day has such an order.

    ``ordered`` are postings in posting order with ``_place``, ``_arrives``, ``_red`` and ``bal_qty``.
    Only days on which a place falls below zero are touched; postings that nothing of their day covers
    keep their order.
    """
    short = ordered.filter(pl.col("bal_qty") < 0).select("item_code", "post_date").unique()
    if short.is_empty():
        return ordered
    numbered = ordered.with_row_index("_at")
    involved = numbered.join(short, on=["item_code", "post_date"], how="semi", maintain_order="left")
    positions = list(range(ordered.height))
    for _, day in involved.group_by("item_code", "post_date", maintain_order=True):
        first = day["_at"][0]
        positions[first : first + day.height] = _covered(_units(day), _balances_before(day))
    return ordered[positions]


def _balances_before(day: pl.DataFrame) -> dict[int, int]:
    first = day.group_by("_place").first().select("_place", pl.col("bal_qty") - pl.col("effect"))
    return dict(first.iter_rows())


def _units(day: pl.DataFrame) -> list[list[_Leg]]:
    """Return what moves as one: both legs of a transfer, and an issue with what comes back of it that day."""
    units: list[list[_Leg]] = []
    issued = None
    for position, place, effect, arrives, red, doc_no, ref_doc in day.select(
        "_at", "_place", "effect", "_arrives", "_red", "doc_no", "ref_doc"
    ).iter_rows():
        comes_back = red and effect > 0 and ref_doc == issued
        if arrives or comes_back:
            units[-1].append(_Leg(position, place, effect))
            continue
        units.append([_Leg(position, place, effect)])
        issued = doc_no
    return units


def _covered(units: list[list[_Leg]], balances: dict[int, int]) -> list[int]:
    """Return the positions of units, always the first one next that is covered, or else the first."""
    waiting, placed = list(units), []
    while waiting:
        at = next((number for number, unit in enumerate(waiting) if _fits(unit, balances)), 0)
        for position, place, effect in waiting.pop(at):
            balances[place] = balances.get(place, 0) + effect
            placed.append(position)
    return placed


def _fits(unit: list[_Leg], balances: dict[int, int]) -> bool:
    return all(leg.effect > 0 or balances.get(leg.place, 0) + leg.effect >= 0 for leg in unit)
