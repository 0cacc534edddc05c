"""Rows that others still refer to: they stay in the books, under their numbers, as long as they do (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.books import key_parts
from schemas.check import PROPOSED
from schemas.columns import Kind
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.register import all_registers
from schemas.resolve import split_list
from sync.memory import WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from schemas.books import OpenBooks
    from schemas.check import Checked
    from schemas.columns import Column
    from schemas.register import Register
    from sync.memory import Decisions

SCHEMA = {"_key": pl.String(), "_user_register": pl.String(), "_user_key": pl.String(), "_users": pl.Int64()}
_LISTS = (Kind.REFERENCE_LIST, Kind.CODE_LIST)


def used_elsewhere(register: type[Register], keys: pl.Series, books: OpenBooks) -> pl.DataFrame:
    """Return which of some rows in the books others refer to: ``_key``, the first one that does, and how many do.

    A value that another row of the register has as well stays known without them: a class is there as
    long as it has pupils. Rows that leave together do not keep each other.
    """
    current = books.kept(register.id)
    if "_status" not in current.columns or keys.is_empty():
        return pl.DataFrame(schema=SCHEMA)
    in_force = current.filter(pl.col("_status") != WITHDRAWN)
    leaving = pl.col("_key").is_in(keys.implode())
    found = [register.used_by(keys, books)]
    for user, column, target in _references_to(register):
        held = in_force.filter(~leaving & pl.col(target).is_not_null())[target].unique()
        values = in_force.filter(leaving & ~pl.col(target).is_in(held.implode())).select("_key", _value=target)
        users = _users(column, values["_value"].drop_nulls(), books.kept(user.id))
        users = users.filter(~pl.col("_user_key").is_in(keys.implode())) if user is register else users
        found.append(_told(user, users.join(values, on="_value")))
    return _counted(found)


def numbers_in_use(checked: Checked, decided: Mapping[str, Decisions], books: OpenBooks) -> dict[int, Sequence[Flaw]]:
    """Return the rows that corrected a number by which others go on naming the old row, each with its error.

    ``checked`` is the whole batch, and ``books`` are as it leaves them: a number may be corrected together with all
    that refer to it.
    """
    found: dict[int, Sequence[Flaw]] = {}
    for register_id, decisions in decided.items():
        passed = checked.frames[register_id].filter(pl.col("_outcome") == PROPOSED) if decisions.rekeyed else None
        if passed is None:
            continue
        register = all_registers()[register_id]
        coming = passed.filter(pl.col("_id").is_in(list(decisions.rekeyed))).select("_id", "_key").iter_rows()
        new = {decisions.rekeyed[row_id]: (row_id, key) for row_id, key in coming}
        for used in _still_named(register, list(new), books).iter_rows(named=True):
            row_id, key = new[used["_key"]]
            found[row_id] = [_number_flaw(register, row_id, key, used)]
    return found


def _still_named(register: type[Register], old: Sequence[str], books: OpenBooks) -> pl.DataFrame:
    """Return which of some keys that leave the books are still named by rows in force: ``SCHEMA``."""
    left = books.kept(register.id).filter(pl.col("_key").is_in(old)) if old else pl.DataFrame()
    found = []
    for user, column, target in _references_to(register) if old else ():
        values = left.select("_key", _value=target).drop_nulls()
        there = books.rows(register.id, values.select(pl.col("_value").alias(target)).unique())[target]
        values = values.filter(~pl.col("_value").is_in(there.implode()))
        if values.height:
            named = None if column.kind in _LISTS else values.select(pl.col("_value").alias(column.name)).unique()
            users = _users(column, values["_value"], books.rows(user.id, named))
            found.append(_told(user, users.join(values, on="_value")))
    return _counted(found)


def _told(user: type[Register], users: pl.DataFrame) -> pl.DataFrame:
    return users.select("_key", pl.lit(user.id).alias("_user_register"), "_user_key")


def _counted(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Return references to rows as one line for each row: ``SCHEMA``."""
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    every = pl.concat(found).unique(["_key", "_user_register", "_user_key"]).sort("_user_register", "_user_key")
    counted = every.group_by("_key", maintain_order=True).agg(
        pl.col("_user_register").first(), pl.col("_user_key").first(), pl.len().cast(pl.Int64).alias("_users")
    )
    return counted.select(*SCHEMA)


def _number_flaw(register: type[Register], row_id: int, key: str, used: Mapping[str, Any]) -> Flaw:
    named = " / ".join(key_parts(key))
    args = {
        "key_text": named,
        "old": " / ".join(key_parts(used["_key"])),
        "count": used["_users"],
        "user": user_named(used["_user_register"], used["_user_key"]),
    }
    return Flaw(row_id, "VOID-USED", Severity.ERROR, register.key[0], named, reader_text("VOID-USED:NUMBER"), args)


def user_named(register_id: str, key: str) -> str:
    """Return a row that refers to another one as people call it: 入库单 RK-202611-0001 / 1."""
    return f"{all_registers()[register_id].title} {' / '.join(key_parts(key))}"


def _references_to(register: type[Register]) -> Iterator[tuple[type[Register], Column, str]]:
    """Yield every column of a register that has to name a row of this one, with the column that it names."""
    for user in all_registers().values():
        for column in user.columns:
            targets = () if column.pending_allowed or column.system else column.refs
            for ref in targets:
                name, _, target = ref.partition(".")
                if name == register.id:
                    yield user, column, target


def _users(column: Column, values: pl.Series, rows: pl.DataFrame) -> pl.DataFrame:
    """Return those of a register's rows in force that name one of some values: ``_user_key, _value``."""
    if values.is_empty() or column.name not in rows.columns:
        return pl.DataFrame(schema={"_user_key": pl.String(), "_value": pl.String()})
    in_force = rows.filter(pl.col("_status") != WITHDRAWN) if "_status" in rows.columns else rows
    named = in_force.filter(pl.col(column.name).is_not_null())
    if column.kind in _LISTS:
        lists = named.select(_user_key="_key", _value=column.name).with_columns(
            pl.col("_value").map_elements(split_list, return_dtype=pl.List(pl.String()))
        )
        return lists.explode("_value").filter(pl.col("_value").is_in(values.implode()))
    return named.filter(pl.col(column.name).is_in(values.implode())).select(_user_key="_key", _value=column.name)
