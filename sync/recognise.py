"""Recognise renamed workbooks and copies by their rows: what a first look at a run tells about its files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from sync.looks import Look
from sync.memory import WITHDRAWN, Memory, Page
from sync.renumbered import other_columns
from sync.stops import Stop
from sync.takes import Place

LEAST_KNOWN_ROWS = 3
"""So many rows, and half of them, must be known from another workbook for a copy (DESIGN 8)."""


@dataclass(frozen=True)
class Newcomers:
    """The files of a run that no name tells from which workbook they are."""

    departments: Mapping[str, str]
    """Workbook to department, of all workbooks known or read now."""
    new: frozenset[str]
    """Files that are seen for the first time and carry no name of a copy."""
    lost: frozenset[str]
    """Known workbooks whose files are no longer there."""
    known: frozenset[str] = frozenset()
    """Known workbooks under whose names there are other contents than before."""
    held: frozenset[Place] = frozenset()
    """Rows that known workbooks state and that are held back."""
    voided: frozenset[Place] = frozenset()
    """Rows that the files of this run mark as void."""


@dataclass(frozen=True)
class Recognised:
    """What the rows of a run tell about its workbooks."""

    renamed: Mapping[str, str] = field(default_factory=dict)
    """File of this run to the known workbook that it is, under another name."""
    copies: Mapping[str, str] = field(default_factory=dict)
    """Workbook to the one it is a copy of."""
    turned: frozenset[Page] = frozenset()
    """Months that left their workbook as a turned page."""
    stops: Mapping[str, Stop] = field(default_factory=dict)
    """Workbook to why what it says waits for somebody to confirm it."""


def renamed_workbooks(seen: list[Look], newcomers: Newcomers) -> dict[str, str]:
    """Return new files that are known workbooks under another name, changed at the same time.

    The workbook's own file is gone, and half of the rows of one of the two are those of the other: they have the
    same key, or the same cells besides it. Rows that are held back, or say 作废, are a workbook's rows too.
    """
    shared: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    known: Counter[str] = Counter()
    for look in seen if newcomers.new and newcomers.lost else ():
        own = _keys_of(look, look.rows, newcomers.voided, newcomers.new)
        before = _keys_of(look, look.current, newcomers.held, newcomers.lost).rename({"_workbook": "_other"})
        stated.update(own["_workbook"])
        known.update(before["_other"])
        pairs = pl.concat([own.join(before, on="_key").select(_PAIR), _of_equal_cells(look, newcomers)]).unique()
        shared.update(pairs.select("_workbook", "_other").iter_rows())
    found: dict[str, str] = {}
    for (file, workbook), count in _best_first(shared, newcomers):
        half = 2 * count >= min(stated[file], known[workbook])
        if half and file not in found and workbook not in found.values():
            found[file] = workbook
    return found


_PAIR = ("_workbook", "_other", "_key")


def _keys_of(look: Look, rows: pl.DataFrame, besides: frozenset[Place], workbooks: frozenset[str]) -> pl.DataFrame:
    """Return the keys that some workbooks have in ``rows`` or ``besides``: ``_workbook, _key``."""
    more = [(workbook, key) for workbook, of, key in besides if of == look.register.id]
    keys = pl.DataFrame(more, schema={"_workbook": pl.String(), "_key": pl.String()}, orient="row")
    every = pl.concat([rows.select("_workbook", "_key"), keys])
    return every.filter(pl.col("_workbook").is_in(list(workbooks))).unique()


def _of_equal_cells(look: Look, newcomers: Newcomers) -> pl.DataFrame:
    """Return the rows of new files that a lost workbook has under another number, one to one: ``_PAIR``.

    A row whose own number is still stated has not got another one.
    """
    cells = other_columns(look.register)
    own = look.rows.filter(pl.col("_workbook").is_in(list(newcomers.new)))
    lost = pl.col("_workbook").is_in(list(newcomers.lost)) & (pl.col("_status") != WITHDRAWN)
    before = look.current.filter(lost).select(*cells, _other="_workbook", _old="_key")
    before = before.join(own.select(_old="_key"), on="_old", how="anti")
    pairs = own.select(*cells, "_workbook", "_key").join(before, on=cells, nulls_equal=True)
    single = [pl.len().over("_workbook", "_other", each) == 1 for each in ("_key", "_old")]
    return pairs.filter(pl.all_horizontal(single)).select(_PAIR)


def exchanged_workbooks(seen: list[Look], newcomers: Newcomers, memory: Memory) -> dict[str, str]:
    """Return known files that hold the rows of another known workbook, whose own file is gone or holds others too.

    A copy took the place of its original, or workbooks changed names, and were edited at the same time. A
    file is the workbook that last stated most of its rows as they stand there; where two stated equally
    many, or the same, it is the one whose name it has.
    """
    moving = {file for file in newcomers.known if _may_have_moved(file, newcomers)}
    if not moving:
        return {}
    equal: Counter[tuple[str, str]] = Counter()
    shared: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    for look in seen:
        own = look.rows.filter(pl.col("_workbook").is_in(list(moving))).select("_workbook", "_key", "_stated")
        stated.update(own["_workbook"])
        pairs = own.join(_last_statements(look, memory), on="_key")
        shared.update(pairs.select("_workbook", "_other").iter_rows())
        equal.update(pairs.filter(pl.col("_stated") == pl.col("_hash")).select("_workbook", "_other").iter_rows())
    places = {file: newcomers.departments.get(file) for file in moving}
    found: dict[str, str] = {}
    for file in sorted(moving):
        others = [other for of, other in shared if of == file and newcomers.departments.get(other) == places[file]]
        best = max(others, key=lambda other: (equal[file, other], shared[file, other], other == file), default=file)
        if best != file and 2 * shared[file, best] > stated[file]:
            found[file] = best
    return _one_to_one(found, newcomers)


def _may_have_moved(file: str, newcomers: Newcomers) -> bool:
    """Tell whether another known workbook of the department could be behind a known file."""
    department = newcomers.departments.get(file)
    others = (newcomers.known | newcomers.lost) - {file}
    return any(newcomers.departments.get(other) == department for other in others)


def _one_to_one(found: Mapping[str, str], newcomers: Newcomers) -> dict[str, str]:
    """Return the files whose workbook no other file can be: its own is gone, or is another one itself."""
    times = Counter(found.values())
    kept = {file: workbook for file, workbook in found.items() if times[workbook] == 1}
    while True:
        free = newcomers.lost | kept.keys()
        more = {file: workbook for file, workbook in kept.items() if workbook in free}
        if more == kept:
            return kept
        kept = more


def _last_statements(look: Look, memory: Memory) -> pl.DataFrame:
    """Return what every workbook last had accepted: ``_key, _other, _hash``."""
    names = {"row_key": "_key", "workbook": "_other", "content_hash": "_hash"}
    own = look.current.filter(pl.col("_status") == "accepted")
    own = own.select("_key", pl.col("_workbook").alias("_other"), "_hash")
    claims = memory.claims.get(look.register.id)
    if claims is None:
        return own
    told = claims.select(*names).rename(names)
    return pl.concat([told, own.join(told, on=["_key", "_other"], how="anti")])


def copied_workbooks(seen: list[Look], newcomers: Newcomers, memory: Memory) -> dict[str, str]:
    """Return new files of which at least half the rows, and three, are known from another workbook.

    Known is a row that the other workbook of the same department states now or stated once, cell by cell.
    """
    equal: Counter[tuple[str, str]] = Counter()
    stated: Counter[str] = Counter()
    for look in seen if newcomers.new else ():
        if _is_all_new(look.rows):
            continue
        own = _own(look, newcomers)
        stated.update(dict(own.group_by("_workbook").len().iter_rows()))
        known = own.filter(pl.col("_now").is_not_null() | (pl.len().over("_key") > 1))
        if known.is_empty():
            continue
        pairs = known.join(_statements(look, known, memory), on=["_key", "_stated"])
        pairs = pairs.filter((pl.col("_other") != pl.col("_workbook")) & (pl.col("_before") < pl.col("_rank")))
        equal.update(pairs.select("_workbook", "_key", "_other").unique().select("_workbook", "_other").iter_rows())
    found: dict[str, str] = {}
    for (file, workbook), count in _best_first(equal, newcomers):
        if count >= LEAST_KNOWN_ROWS and 2 * count >= stated[file]:
            found.setdefault(file, workbook)
    return found


def _is_all_new(rows: pl.DataFrame) -> bool:
    """Tell whether no row has a key that the ledger or another row has."""
    return rows["_now"].null_count() == rows.height == rows["_key"].n_unique()


def _own(look: Look, newcomers: Newcomers) -> pl.DataFrame:
    rows = look.rows.filter(pl.col("_workbook").is_in(list(newcomers.new)))
    return rows.select("_workbook", "_key", "_stated", "_rank", "_now").unique(["_workbook", "_key"])


def _statements(look: Look, known: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return who stated which content of some keys: in the ledger, now or once, and earlier in this run."""
    keys = known["_key"].unique().to_list()
    places = pl.col("_workbook").alias("_other")
    here = look.rows.filter(pl.col("_key").is_in(keys))
    parts = [here.select("_key", "_stated", places, pl.col("_rank").alias("_before"))]
    if memory.versions is not None:
        versions = memory.versions(look.register, keys)
        parts.append(versions.select("_key", pl.col("_hash").alias("_stated"), places, _long_ago()))
    claims = memory.claims.get(look.register.id)
    if claims is not None:
        claimed = claims.filter(pl.col("row_key").is_in(keys))
        names = {"row_key": "_key", "content_hash": "_stated", "workbook": "_other"}
        parts.append(claimed.select(*names).rename(names).with_columns(_long_ago()))
    return pl.concat(parts)


def _long_ago() -> pl.Expr:
    return pl.lit(-1, pl.Int64()).alias("_before")


def _best_first(counts: Counter[tuple[str, str]], newcomers: Newcomers) -> list[tuple[tuple[str, str], int]]:
    """Return pairs of one department with their counts, the best first, equal ones by name."""
    within = [
        (pair, count)
        for pair, count in counts.items()
        if newcomers.departments.get(pair[0]) == newcomers.departments.get(pair[1])
    ]
    return sorted(within, key=lambda found: (-found[1], found[0]))
