"""Numbers corrected on one side while another side changed the row, or corrected its number otherwise (DESIGN 8)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.check import PROPOSED
from schemas.periods import month_of
from sync.departures import department_of
from sync.held import typed_cells
from sync.memory import WITHDRAWN, Replaced
from sync.renumbered import came_elsewhere, equal_cells, equal_in_place, nearly_equal_in_place, newcomers, other_columns

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    from schemas.register import Register
    from sync.memory import Decisions, Memory


@dataclass(frozen=True)
class Dispute:
    """A row with a new number whose old row is no longer as it was when the number was corrected."""

    replaced: Replaced
    base: Mapping[str, Any] | None
    """The old row as it was then; None where the ledger no longer knows."""
    state: Mapping[str, Any]
    """The row that counts now in its place: the old one changed, or the one that goes on under another number."""
    agreed: bool = False
    """True where the workbook of that row gave its number up and states the same new one by now."""


def disputes_of(
    register: type[Register], rows: pl.DataFrame, rekeyed: Mapping[int, str], current: pl.DataFrame, memory: Memory
) -> dict[int, Dispute]:
    """Return the rows that are to count in place of one that another workbook changed or renumbered meanwhile.

    ``rekeyed`` are the corrections of this run, row id to old key.
    """
    known = any(of == register.id for _, of, _ in [*memory.replaces, *memory.disputed])
    fresh = _fresh_copies(register, current, memory)
    if "_version" not in current.columns or not (known or fresh or register.id in memory.claims):
        return {}
    came = newcomers(register, rows).filter(~pl.col("_id").is_in(list(rekeyed)))
    if came.is_empty():
        return {}
    remembered = _remembered(register, came, rows, memory)
    rest = came.filter(~pl.col("_id").is_in(list(remembered)))
    found = remembered | _recognised(register, rest, rows, current, memory, fresh)
    old_rows = memory.versions(register, [old.key for old in found.values()]) if memory.versions and found else None
    proposed = set(rows.filter(pl.col("_outcome") == PROPOSED)["_id"])
    going = {old: row_id for row_id, old in rekeyed.items() if row_id in proposed}
    places = came.filter(pl.col("_id").is_in(list(found))).select("_id", "_workbook", "_key").iter_rows()
    waiting = {row_id for row_id, workbook, key in places if (workbook, register.id, key) in memory.disputed}
    disputes: dict[int, Dispute] = {}
    for row_id, old in found.items():
        state = _in_its_place(register, old, rows, going, current, memory)
        versions = [] if old_rows is None else old_rows.filter(pl.col("_key") == old.key).to_dicts()
        base = next((each for each in reversed(versions) if each["_hash"] == old.content_hash), None)
        is_as_then = state is not None and (state["_key"], state["_hash"]) == (old.key, old.content_hash)
        if state is not None and (row_id in waiting or not is_as_then):
            disputes[row_id] = Dispute(
                old, base, state, _is_agreed(rows, row_id, state, memory.read_whole(register.id))
            )
    return disputes


def waited_for(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> dict[int, Dispute]:
    """Return the new rows whose number a row of another workbook, held back until now, is to give to one in the books.

    Who waits gets the number: the others would count beside the row that is to go on under it.
    """
    waiting: dict[str, tuple[str, Replaced]] = {}
    for (workbook, of, key), old in [*memory.replaces.items(), *sorted(memory.disputed.items())]:
        if of == register.id:
            waiting.setdefault(key, (workbook, old))
    comes = (pl.col("_outcome") == PROPOSED) & (pl.col("_reason") == "added") & pl.col("_key").is_in(list(waiting))
    came = rows.filter(comes) if waiting and "_version" in current.columns else rows.clear()
    if came.is_empty():
        return {}
    stated = set(rows.select("_workbook", "_key").iter_rows())
    whole = memory.read_whole(register.id)
    disputes: dict[int, Dispute] = {}
    for row_id, workbook, key in came.select("_id", "_workbook", "_key").iter_rows():
        waits, old = waiting[key]
        state = _in_its_place(register, old, rows, {}, current, memory)
        is_over = waits == workbook or (waits in whole and (waits, key) not in stated)
        if state is not None and not is_over:
            disputes[row_id] = Dispute(old, None, state)
    return disputes


def going_on_under(
    register: type[Register], contested: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> dict[str, Mapping[str, Any]]:
    """Return, for keys that were given up, the rows that go on in their place under other numbers."""
    keys = successors(register, contested["_key"].unique().to_list(), current, memory)
    found = current.filter(pl.col("_key").is_in(list(keys.values()))).iter_rows(named=True) if keys else ()
    rows = {row["_key"]: {**row, "_renumbered": True, "_hash": WITHDRAWN} for row in found}
    return {old: rows[new] for old, new in keys.items()}


def replaced_keys(
    register: type[Register], current: pl.DataFrame, decisions: Decisions, memory: Memory
) -> dict[int, str]:
    """Return row id to the key of the row in the books that a corrected number is to replace."""
    old = {row_id: replaced.key for row_id, replaced in decisions.disputed.items()} | decisions.rekeyed
    following = successors(register, list(old.values()), current, memory)
    return {row_id: following.get(key, key) for row_id, key in old.items()}


def with_replaced(
    rows: pl.DataFrame, rekeys: Mapping[int, str], current: pl.DataFrame, decisions: Decisions
) -> pl.DataFrame:
    """Add which row each one with a corrected number replaces, or would replace, and what that contained then."""
    old = {**decisions.rekeyed, **{row_id: replaced.key for row_id, replaced in decisions.disputed.items()}}
    contents = {row_id: replaced.content_hash for row_id, replaced in decisions.disputed.items()}
    if decisions.rekeyed:
        hashes = dict(current.select("_key", "_hash").iter_rows())
        contents |= {row_id: hashes[key] for row_id, key in decisions.rekeyed.items()}
    ids = pl.col("_id")
    reason = pl.when(ids.is_in(list(rekeys))).then(pl.lit("rekeyed")).otherwise(pl.col("_reason"))
    return rows.with_columns(
        ids.replace_strict(old, default=None, return_dtype=pl.String).alias("_replaces"),
        ids.replace_strict(contents, default=None, return_dtype=pl.String).alias("_replaced"),
        reason.alias("_reason"),
    )


def _is_agreed(rows: pl.DataFrame, row_id: int, state: Mapping[str, Any], whole: frozenset[str]) -> bool:
    key = rows.row(by_predicate=pl.col("_id") == row_id, named=True)["_key"]
    stated = set(rows.filter(pl.col("_workbook") == state["_workbook"])["_key"])
    return state["_workbook"] in whole and key in stated and state["_key"] not in stated


def successors(register: type[Register], keys: Sequence[str], current: pl.DataFrame, memory: Memory) -> dict[str, str]:
    """Return, for keys that are no longer in the books, the ones under which their rows go on."""
    links = {old: new for (of, old), new in memory.renumbered.items() if of == register.id}
    concerned = [key for key in keys if key in links]
    if not concerned or "_version" not in current.columns:
        return {}
    standing = current.filter((pl.col("_status") != WITHDRAWN) & pl.col("_key").is_in([*links, *links.values()]))
    in_force = set(standing["_key"])
    last = ((key, followed(key, links, in_force)) for key in concerned)
    return {key: following for key, following in last if following is not None and following != key}


def followed(key: str, links: Mapping[str, str], in_force: Container[str]) -> str | None:
    """Return the key under which a row goes on: its own, or the last number that it was given; None where it left."""
    following: str | None = key
    seen: set[str] = set()
    while following is not None and following not in in_force and following not in seen:
        seen.add(following)
        following = links.get(following)
    return following if following in in_force else None


def _remembered(
    register: type[Register], came: pl.DataFrame, rows: pl.DataFrame, memory: Memory
) -> dict[int, Replaced]:
    """Return the rows held back before of which it is known what they are to replace."""
    stated = set(rows.select("_workbook", "_key").iter_rows())
    found: dict[int, Replaced] = {}
    for row_id, workbook, key in came.select("_id", "_workbook", "_key").iter_rows():
        place = (workbook, register.id, key)
        old = memory.replaces.get(place) or memory.disputed.get(place)
        if old is not None and (workbook, old.key) not in stated:
            found[row_id] = old
    return found


def _recognised(
    register: type[Register],
    came: pl.DataFrame,
    rows: pl.DataFrame,
    current: pl.DataFrame,
    memory: Memory,
    fresh: frozenset[str],
) -> dict[int, Replaced]:
    """Return the rows that have the other cells of an old row as their workbook last knew it, one to one.

    In the same sheet row one of them, or what depends on each other, may differ; where the rows of a new copy
    stood in its original nobody knows.
    """
    left = _left(register, came, rows, current, memory, fresh)
    left = left.join(rows.select("_workbook", "_key"), on=["_workbook", "_key"], how="anti")
    if left.is_empty():
        return {}
    found: dict[int, str] = {}
    for pairs_of in (equal_in_place, equal_cells, nearly_equal_in_place):
        rest = left.filter(~pl.col("_key").is_in(list(found.values())))
        if pairs_of is nearly_equal_in_place:
            rest = rest.filter(~pl.col("_workbook").is_in(list(fresh)) & ~pl.col("_key").is_in(came_elsewhere(rows)))
        pairs = pairs_of(register, came.filter(~pl.col("_id").is_in(list(found))), rest)
        first = pairs.unique("_old", keep="first", maintain_order=True)
        found |= dict(first.select("_id", "_old").iter_rows())
    places = dict(came.select("_id", "_workbook").iter_rows())
    hashes = {
        (workbook, key): content for workbook, key, content in left.select("_workbook", "_key", "_hash").iter_rows()
    }
    return {row_id: Replaced(key, hashes[places[row_id], key]) for row_id, key in found.items()}


def _left(
    register: type[Register],
    came: pl.DataFrame,
    rows: pl.DataFrame,
    current: pl.DataFrame,
    memory: Memory,
    fresh: frozenset[str],
) -> pl.DataFrame:
    """Return what copies and their originals last knew of rows, and what a new copy may have been made from."""
    names = ["_key", "_hash", "_workbook", "_sheet", "_row", "_month", *other_columns(register)]
    writers = set(came["_workbook"])
    claims = memory.claims.get(register.id)
    bases = [] if claims is None else claims.filter(pl.col("workbook").is_in(list(writers))).to_dicts()
    bases = [base for base in bases if base["content_hash"] != WITHDRAWN]
    owners = current.join(rows.filter(pl.col("_workbook").is_in(list(fresh & writers))), on="_key", how="semi")
    originals = current.filter(pl.col("_workbook").is_in(owners["_workbook"].unique().to_list()))
    keys = sorted({*(base["row_key"] for base in bases), *originals["_key"]})
    current = current.with_columns(month_of(register).alias("_month"))
    if memory.versions is None:
        return current.clear().select(names)
    versions = memory.versions(register, keys).reverse().with_columns(month_of(register).alias("_month"))
    place = {
        "workbook": "_workbook",
        "row_key": "_key",
        "content_hash": "_hash",
        "sheet": "_sheet",
        "row_number": "_row",
    }
    schema = {new: current.schema[new] for new in place.values()}
    told = pl.DataFrame([{new: base[old] for old, new in place.items()} for base in bases], schema=schema, orient="row")
    own = current.filter(pl.col("_workbook").is_in(list(writers)) & (pl.col("_status") != WITHDRAWN))
    parts = [
        told.filter(_copied(register, told, current, memory)).join(
            versions.drop("_workbook", "_sheet", "_row"), on=["_key", "_hash"]
        ),
        own.filter(_copied(register, own, current, memory)),
    ]
    for base in (base for base in bases if base["content"] is not None):
        row = typed_cells(register, base["content"]) | {new: base[old] for old, new in place.items()}
        columns = {name: current.schema[name] for name in [*place.values(), *register.names()]}
        parts.append(pl.DataFrame([row], schema=columns).with_columns(month_of(register).alias("_month")))
    of_originals = versions.join(originals, on="_key", how="semi").filter(pl.col("_status") != WITHDRAWN)
    for copy in sorted(fresh & writers):
        within = of_originals.filter(department_of("_workbook") == copy.partition("/")[0])
        parts.append(within.with_columns(pl.lit(copy).alias("_workbook")))
    return pl.concat([part.select(names) for part in parts], how="vertical_relaxed")


def _copied(register: type[Register], told: pl.DataFrame, current: pl.DataFrame, memory: Memory) -> pl.Series:
    """Tell which bases are of a copy, or of a row that a copy has changed or renumbered: others say what they say."""
    branches = set(memory.branches)
    claimed = {
        key
        for claims in memory.claims.values()
        for workbook, key in claims.select("workbook", "row_key").iter_rows()
        if workbook in branches
    }
    changed = set(current.filter(pl.col("_workbook").is_in(list(branches)))["_key"])
    going_on = successors(register, told["_key"].to_list(), current, memory)
    keys = claimed | changed | {old for old, new in going_on.items() if new in changed}
    return told["_workbook"].is_in(list(branches)) | told["_key"].is_in(list(keys))


def _fresh_copies(register: type[Register], current: pl.DataFrame, memory: Memory) -> frozenset[str]:
    """Return the copies of this run of which the ledger knows no row yet."""
    copies = memory.read_whole(register.id) & memory.branches.keys()
    if not copies or "_workbook" not in current.columns:
        return frozenset()
    claims = memory.claims.get(register.id)
    known = set() if claims is None else set(claims["workbook"].unique())
    return frozenset(copies - known - set(current["_workbook"].unique()))


def _in_its_place(
    register: type[Register],
    old: Replaced,
    rows: pl.DataFrame,
    going: Mapping[str, int],
    current: pl.DataFrame,
    memory: Memory,
) -> Mapping[str, Any] | None:
    """Return the row that counts for an old key: as this run renumbers it, as it is now, or as it goes on."""
    if old.key in going:
        return rows.row(by_predicate=pl.col("_id") == going[old.key], named=True)
    key = successors(register, [old.key], current, memory).get(old.key, old.key)
    changed = rows.filter((pl.col("_key") == key) & (pl.col("_outcome") == PROPOSED))
    found = changed if changed.height else current.filter((pl.col("_key") == key) & (pl.col("_status") != WITHDRAWN))
    return found.row(0, named=True) if found.height else None
