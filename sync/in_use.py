"""Rows that others still refer to: they stay in the books when somebody asks for their withdrawal (DESIGN 8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_parts
from schemas.columns import Kind
from schemas.register import all_registers
from schemas.resolve import split_list
from sync.memory import WITHDRAWN

if TYPE_CHECKING:
    from collections.abc import Iterator

    from schemas.books import OpenBooks
    from schemas.columns import Column
    from schemas.register import Register

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
    found = []
    for user, column, target in _references_to(register):
        held = in_force.filter(~leaving & pl.col(target).is_not_null())[target].unique()
        values = in_force.filter(leaving & ~pl.col(target).is_in(held.implode())).select("_key", _value=target)
        users = _users(user, column, values["_value"].drop_nulls(), books)
        users = users.filter(~pl.col("_user_key").is_in(keys.implode())) if user is register else users
        found.append(users.join(values, on="_value").with_columns(pl.lit(user.id).alias("_user_register")))
    if not found:
        return pl.DataFrame(schema=SCHEMA)
    every = pl.concat(found).unique(["_key", "_user_register", "_user_key"]).sort("_user_register", "_user_key")
    counted = every.group_by("_key", maintain_order=True).agg(
        pl.col("_user_register").first(), pl.col("_user_key").first(), pl.len().cast(pl.Int64).alias("_users")
    )
    return counted.select(*SCHEMA)


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


def _users(user: type[Register], column: Column, values: pl.Series, books: OpenBooks) -> pl.DataFrame:
    """Return the rows in the books that name one of some values: ``_user_key, _value``."""
    rows = books.kept(user.id)
    if values.is_empty() or "_status" not in rows.columns:
        return pl.DataFrame(schema={"_user_key": pl.String(), "_value": pl.String()})
    named = rows.filter((pl.col("_status") != WITHDRAWN) & pl.col(column.name).is_not_null())
    if column.kind in _LISTS:
        lists = named.select(_user_key="_key", _value=column.name).with_columns(
            pl.col("_value").map_elements(split_list, return_dtype=pl.List(pl.String()))
        )
        return lists.explode("_value").filter(pl.col("_value").is_in(values.implode()))
    return named.filter(pl.col(column.name).is_in(values.implode())).select(_user_key="_key", _value=column.name)
