"""Pair numbers that left a workbook with those that came: the same row with a corrected number (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_parts
from schemas.check import HELD, PROPOSED
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.periods import month_of
from sync.departures import department_of
from sync.memory import GONE_SCHEMA, WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from schemas.register import Register
    from sync.memory import Memory, Replaced, Row

PLACE = ("_workbook", "_sheet", "_row")
"""In the same sheet row a number is corrected within its month only: on a turned page the first row of the
new month stands where the first of the old one stood."""


def corrected_keys(
    register: type[Register],
    rows: pl.DataFrame,
    gone: pl.DataFrame,
    moved: Mapping[str, str],
    current: pl.DataFrame,
    memory: Memory,
) -> tuple[dict[int, str], list[Flaw]]:
    """Return row id to the old key that it replaces, one to one: equal other cells, or the same sheet row.

    A row that is held has come too: the old one stays in the books until the new one passes, also
    where that takes several versions of the workbook. Where another workbook states the old number
    (``moved`` are such keys), only equal other cells tell that the row is the same.
    """
    others = other_columns(register)
    if "_version" not in current.columns:
        return {}, []
    came = newcomers(register, rows)
    if came.is_empty():
        return {}, []
    elsewhere = _left_elsewhere(register, rows, current, memory)
    sources = _with_sources(register, rows, gone, moved, memory)
    gone = gone.filter(~pl.col("_key").is_in(moved.keys() - sources))
    alone = gone.filter(~pl.col("_key").is_in(sources))
    proposed = set(came.filter(pl.col("_outcome") == PROPOSED)["_id"]) if gone.height or elsewhere.height else set()
    pairs = _paired_earlier(register, came, rows, current, memory.replaces)
    for left, on in (
        (gone, [*PLACE, *others]),
        (gone, ["_workbook", *others]),
        (alone, [*PLACE, "_month"]),
        (elsewhere, [*PLACE, *others]),
        (elsewhere, ["_workbook", *others]),
    ):
        rest = left.filter(~pl.col("_key").is_in([old for row_id, old in pairs.items() if row_id in proposed]))
        if rest.is_empty():
            continue
        rest = rest.join(current.select("_key", month_of(register).alias("_month"), *others), on="_key", how="left")
        pairs |= pairs_on(came.filter(~pl.col("_id").is_in(list(pairs))), rest, on)
    keys = dict(came.filter(pl.col("_id").is_in(list(pairs))).select("_id", "_key").iter_rows())
    return pairs, [_rekey_flaw(register, row_id, old, keys[row_id]) for row_id, old in pairs.items()]


def _with_sources(
    register: type[Register], rows: pl.DataFrame, gone: pl.DataFrame, moved: Mapping[str, str], memory: Memory
) -> set[str]:
    """Return the keys that left a workbook and that its copy, or its original, goes on stating.

    What a workbook of its own states as well stays that one's. A copy that is new is one only of a
    workbook that keeps rows: otherwise its page was turned.
    """
    claims = memory.claims.get(register.id)
    stated = set() if claims is None else set(claims.select("workbook", "row_key").iter_rows())
    keeping = set(rows.filter(pl.col("_now_workbook") == pl.col("_workbook"))["_workbook"]) if moved else set()
    found: set[str] = set()
    for workbook, key in gone.filter(pl.col("_key").is_in(list(moved))).select("_workbook", "_key").iter_rows():
        other = moved[key]
        known = (other, key) in stated
        if (other in memory.branches and (known or workbook in keeping)) or (workbook in memory.branches and known):
            found.add(key)
    return found


def other_columns(register: type[Register]) -> list[str]:
    """Return the columns that people fill in besides the key."""
    return [column.name for column in register.columns if not column.system and column.name not in register.key]


def newcomers(register: type[Register], rows: pl.DataFrame) -> pl.DataFrame:
    """Return the rows with a key that nothing in force has, with their ``_month``."""
    return rows.filter(_is_new(register)).with_columns(month_of(register).alias("_month"))


def _is_new(register: type[Register]) -> pl.Expr:
    """Return whether a row has a key that nothing in force has."""
    named = pl.all_horizontal(pl.col(name).is_not_null() for name in register.key if register.column(name).required)
    free = pl.col("_now").is_null() | (pl.col("_now") == WITHDRAWN)
    comes = (pl.col("_outcome") == PROPOSED) & pl.col("_reason").is_in(["added", "changed"])
    return free & (comes | ((pl.col("_outcome") == HELD) & ~pl.col("_doubled") & named))


def _paired_earlier(
    register: type[Register],
    came: pl.DataFrame,
    rows: pl.DataFrame,
    current: pl.DataFrame,
    earlier: Mapping[Row, Replaced],
) -> dict[int, str]:
    """Return the pairs that an earlier version of the workbook made, as long as the old row counts as it was then."""
    known = [
        (workbook, key, old.key, old.content_hash) for (workbook, of, key), old in earlier.items() if of == register.id
    ]
    if not known:
        return {}
    pairs = pl.DataFrame(known, schema=["_workbook", "_key", "_old", "_then"], orient="row")
    old = ["_workbook", "_old"]
    standing = current.filter(pl.col("_status") != WITHDRAWN).select(_old="_key", _then="_hash")
    stated = rows.select("_workbook", pl.col("_key").alias("_old"))
    found = came.select("_id", "_workbook", "_key").join(pairs, on=["_workbook", "_key"])
    found = found.join(standing, on=["_old", "_then"], how="semi").join(stated, on=old, how="anti")
    return dict(found.filter(pl.len().over("_old") == 1).select("_id", "_old").iter_rows())


def _left_elsewhere(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> pl.DataFrame:
    """Return rows that a copy or its original no longer states as the other has them, or a new copy never stated."""
    claims = memory.claims.get(register.id)
    whole = memory.read_whole(register.id)
    standing = current.filter(pl.col("_status") == "accepted")
    known = set() if claims is None else set(claims["workbook"].unique())
    fresh = (whole & memory.branches.keys()) - known
    parts = [pl.DataFrame(schema={**GONE_SCHEMA, "_copy": pl.String()})]
    if fresh and (fresh := fresh.difference(current["_workbook"].unique())):
        copies = pl.DataFrame({"_copy": sorted(fresh)})
        within = department_of("_workbook") == department_of("_copy")
        parts.append(standing.join(copies, how="cross").filter(within))
    if claims is not None:
        sources = claims.filter(pl.col("workbook").is_in(list(whole))).select(
            pl.col("row_key").alias("_key"), pl.col("content_hash").alias("_hash"), pl.col("workbook").alias("_copy")
        )
        others = standing.join(sources, on=["_key", "_hash"]).filter(pl.col("_copy") != pl.col("_workbook"))
        copied = pl.any_horizontal(pl.col("_copy", "_workbook").is_in(list(memory.branches)))
        parts.append(others.filter(copied))
    left = pl.concat([part.select("_key", "_version", "_copy", "_sheet", "_row") for part in parts])
    left = left.rename({"_copy": "_workbook"}).select(*GONE_SCHEMA)
    return left.join(rows.select("_key", "_workbook"), on=["_key", "_workbook"], how="anti")


def pairs_on(came: pl.DataFrame, gone: pl.DataFrame, on: Sequence[str]) -> dict[int, str]:
    """Return the pairs that are one to one on some columns, row id to old key."""
    single_came = came.filter(pl.len().over(on) == 1)
    single_gone = gone.filter(pl.len().over(on) == 1)
    found = single_came.join(single_gone.select(*on, pl.col("_key").alias("_old")), on=on, nulls_equal=True)
    first = found.sort("_rank", "_id").unique("_old", keep="first", maintain_order=True)
    return dict(first.select("_id", "_old").iter_rows())


def _rekey_flaw(register: type[Register], row_id: int, old: str, new: str) -> Flaw:
    key = " / ".join(key_parts(new))
    args = {"old": " / ".join(key_parts(old)), "key_text": key}
    return Flaw(row_id, "IMP-08", Severity.WARNING, register.key[0], key, reader_text("IMP-08"), args)
