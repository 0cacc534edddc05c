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
    from sync.memory import Memory, Replaced
    from sync.takes import Place

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
    (``moved`` are such keys), only equal other cells tell that the row is the same, and only among copies: what a
    workbook of its own states stays. A row that its own workbook no longer states may go on in another source of it.
    """
    if "_version" not in current.columns or (current.is_empty() and not memory.replaces):
        return {}, []
    came = newcomers(register, rows)
    if came.is_empty():
        return {}, []
    others = other_columns(register)
    in_copies = _left_by_new_copies(register, rows, current, memory)
    elsewhere = _left_by_sources(register, rows, current, memory)
    in_family = _of_copies(current, memory)
    given_up = pl.col("_key").is_in(_unstated(gone, current, moved, memory))
    sources = _with_sources(register, rows, gone, moved, memory)
    edited = _edited_elsewhere(register, rows, current)
    gone = gone.filter(~pl.col("_key").is_in(moved.keys() - sources - edited))
    there = ~pl.col("_workbook").is_in(list(memory.returned))
    shared = pl.col("_key").is_in(sources)
    carried = pl.col("_key").is_in([*came_elsewhere(rows), *edited])
    typed = ~pl.col("_key").is_in([key for _, of, key in memory.held if of == register.id])
    if gone.is_empty() and elsewhere.is_empty() and in_copies.is_empty() and not memory.replaces:
        return {}, []
    cells = current.select("_key", month_of(register).alias("_month"), *others)
    pairs = _paired_earlier(register, came, rows, current, memory.replaces)
    for left, found_in in (
        (gone, EQUAL),
        (elsewhere.filter(in_family | given_up), EQUAL),
        (in_copies, EQUAL),
        (gone.filter(~shared & there & ~carried), (_in_place,)),
        (gone.filter(shared & there & ~carried), (nearly_equal_in_place,)),
        (elsewhere.filter(in_family & ~carried), (nearly_equal_in_place,)),
    ):
        for pairs_of in found_in if left.height else ():
            rest = _not_waited_for(left, came, pairs)
            if rest.height:
                waiting = came.filter(~pl.col("_id").is_in(list(pairs)), pairs_of in EQUAL or typed)
                found = pairs_of(register, waiting, rest.join(cells, on="_key", how="left"))
                pairs |= _once_each(found, came, pairs)
    keys = dict(came.filter(pl.col("_id").is_in(list(pairs))).select("_id", "_key").iter_rows())
    return pairs, [_rekey_flaw(register, row_id, old, keys[row_id]) for row_id, old in pairs.items()]


def came_elsewhere(rows: pl.DataFrame) -> list[str]:
    """Return the keys that a workbook states for the first time: such a row may have been carried over."""
    known = pl.col("_now").is_not_null() & (pl.col("_now") != WITHDRAWN) & ~pl.col("_earlier")
    return rows.filter(pl.col("_base").is_null() & known)["_key"].unique().to_list()


def _not_waited_for(left: pl.DataFrame, came: pl.DataFrame, pairs: Mapping[int, str]) -> pl.DataFrame:
    """Return the rows that left, without those that another row of the same workbook replaces or is to replace."""
    workbooks = dict(came.filter(pl.col("_id").is_in(list(pairs))).select("_id", "_workbook").iter_rows())
    own = [(workbooks[row_id], old) for row_id, old in pairs.items()]
    waiting = pl.DataFrame(own, schema={"_workbook": pl.String(), "_key": pl.String()}, orient="row")
    return left.join(waiting, on=["_workbook", "_key"], how="anti")


def _once_each(found: pl.DataFrame, came: pl.DataFrame, pairs: Mapping[int, str]) -> dict[int, str]:
    """Return pairs so that one row that comes replaces an old one; those that are held remember what they wait for."""
    proposed = pl.col("_outcome") == PROPOSED
    ids = set(came.filter(proposed)["_id"])
    taken = pl.col("_old").is_in([old for row_id, old in pairs.items() if row_id in ids])
    first = found.filter(proposed & ~taken).unique("_old", keep="first", maintain_order=True)
    return dict(pl.concat([first, found.filter(~proposed)]).select("_id", "_old").iter_rows())


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
    earlier: Mapping[Place, Replaced],
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


def _left_by_new_copies(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> pl.DataFrame:
    """Return the rows in the books that a copy, seen for the first time, does not state: ``GONE_SCHEMA``."""
    claims = memory.claims.get(register.id)
    known = set() if claims is None else set(claims["workbook"].unique())
    fresh = (memory.read_whole(register.id) & memory.branches.keys()) - known
    fresh = fresh.difference(current["_workbook"].unique()) if fresh else fresh
    copies = pl.DataFrame({"_copy": sorted(fresh)}, schema={"_copy": pl.String()})
    standing = current.filter(pl.col("_status") == "accepted").join(copies, how="cross")
    left = standing.filter(department_of("_workbook") == department_of("_copy"))
    left = left.drop("_workbook").rename({"_copy": "_workbook"}).select(*GONE_SCHEMA)
    return left.join(rows.select("_key", "_workbook"), on=["_key", "_workbook"], how="anti")


def _left_by_sources(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> pl.DataFrame:
    """Return the rows that another source of them no longer states as their own workbook has them: ``GONE_SCHEMA``."""
    claims = memory.claims.get(register.id)
    if claims is None:
        return pl.DataFrame(schema=GONE_SCHEMA)
    names = {"row_key": "_key", "content_hash": "_hash", "workbook": "_source", "sheet": "_sheet", "row_number": "_row"}
    sources = claims.filter(pl.col("workbook").is_in(list(memory.read_whole(register.id))))
    standing = current.filter(pl.col("_status") == "accepted").select("_key", "_hash", "_version", "_workbook")
    others = standing.join(sources.select(*names).rename(names), on=["_key", "_hash"])
    left = others.filter(pl.col("_source") != pl.col("_workbook"))
    left = left.drop("_workbook").rename({"_source": "_workbook"}).select(*GONE_SCHEMA)
    return left.join(rows.select("_key", "_workbook"), on=["_key", "_workbook"], how="anti")


def _of_copies(current: pl.DataFrame, memory: Memory) -> pl.Expr:
    """Tell which rows left a copy, or the original of one: a workbook of its own says nothing by leaving out a row."""
    branches = list(memory.branches)
    copied = current.filter(pl.col("_workbook").is_in(branches))["_key"].to_list() if branches else []
    return pl.col("_workbook").is_in(branches) | pl.col("_key").is_in(copied)


def _unstated(gone: pl.DataFrame, current: pl.DataFrame, moved: Mapping[str, str], memory: Memory) -> set[str]:
    """Return the keys in the books that their own workbook, gone or read now, no longer states, and none but a copy."""
    orphaned = current.filter(pl.col("_workbook").is_in(list(memory.dead)))["_key"] if memory.dead else ()
    return {*gone["_key"], *orphaned} - {key for key, other in moved.items() if other not in memory.branches}


def _edited_elsewhere(register: type[Register], rows: pl.DataFrame, current: pl.DataFrame) -> set[str]:
    """Return the keys that another workbook took over with one group of cells changed: the row as it was, edited."""
    carried = rows.filter("_carried")
    if carried.is_empty():
        return set()
    names = {name: f"{name}_old" for name in other_columns(register)}
    both = carried.join(current.select("_key", *names).rename(names), on="_key")
    return set(both.filter(groups_changed(register) <= 1)["_key"])


def groups_changed(register: type[Register]) -> pl.Expr:
    """Return in how many groups of dependent cells rows differ from those beside them, named ``…_old``."""
    groups = [[name for name in group if name not in register.key] for group in register.merge_groups()]
    changed = [
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_old")) for name in group) for group in groups if group
    ]
    return pl.sum_horizontal(changed)


def equal_in_place(register: type[Register], came: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows in the same sheet row whose cells are equal besides the key."""
    return pairs_on(came, gone, [*PLACE, *other_columns(register)])


def equal_cells(register: type[Register], came: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows in the same workbook whose cells are equal besides the key."""
    return pairs_on(came, gone, ["_workbook", *other_columns(register)])


EQUAL = (equal_in_place, equal_cells)
"""What makes pairs wherever the rows come from. In the place of another row only one counts that was typed there: those
that have waited since an earlier run, in whatever workbook, moved up or were copied."""


def _in_place(register: type[Register], came: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows in the same sheet row, whatever else is in them (DESIGN 8)."""
    del register
    return pairs_on(came, gone, [*PLACE, "_month"])


def nearly_equal_in_place(register: type[Register], came: pl.DataFrame, gone: pl.DataFrame) -> pl.DataFrame:
    """Return the pairs of rows in the same sheet row that differ in one group of dependent cells at most."""
    on = [*PLACE, "_month"]
    names = {name: f"{name}_old" for name in other_columns(register)}
    both = came.join(gone.select(*on, *names).rename(names), on=on, nulls_equal=True)
    near = both.filter(groups_changed(register) <= 1)
    return pairs_on(came.filter(pl.col("_id").is_in(near["_id"].to_list())), gone, on)


def pairs_on(came: pl.DataFrame, gone: pl.DataFrame, on: Sequence[str]) -> pl.DataFrame:
    """Return the pairs that are one to one on some columns in a workbook: rows that came, with ``_old``, by rank."""
    single_came = came.filter(pl.len().over(on) == 1)
    gone = gone.unique(["_key", *on], maintain_order=True)
    single_gone = gone.filter(pl.len().over(on) == 1)
    found = single_came.join(single_gone.select(*on, pl.col("_key").alias("_old")), on=on, nulls_equal=True)
    return found.sort("_rank", "_id")


def _rekey_flaw(register: type[Register], row_id: int, old: str, new: str) -> Flaw:
    key = " / ".join(key_parts(new))
    args = {"old": " / ".join(key_parts(old)), "key_text": key}
    return Flaw(row_id, "IMP-08", Severity.WARNING, register.key[0], key, reader_text("IMP-08"), args)
