"""Rows that left their workbook: another source, a withdrawal, or missing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import polars as pl

from schemas.books import agreeing
from schemas.frames import is_one_of
from schemas.periods import in_closed_month
from schemas.stock_balance import shortages
from sync.in_use import used_elsewhere
from sync.memory import CLAIM_SCHEMA, GONE_SCHEMA, WITHDRAWN
from sync.stops import on_pages, without_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.books import OpenBooks
    from schemas.register import Register
    from sync.memory import Decisions, Memory, Page


def gone_rows(register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return the rows in force that their own workbook, read in this run, no longer states: ``GONE_SCHEMA``.

    A row that is missing already leaves once more where its workbook now says 作废, or where somebody
    confirmed that it goes. What has left with a turned page has not gone, unless the page is turned back.
    """
    if "_workbook" not in current.columns or current.is_empty():
        return pl.DataFrame(schema=GONE_SCHEMA)
    whole = list(memory.read_whole(register.id))
    voided = [key for _, register_id, key in memory.voided if register_id == register.id]
    in_force = pl.col("_status") == "accepted"
    missing = (pl.col("_status") == "missing") & pl.col("_key").is_in(voided)
    confirmed = [key for _, register_id, key in memory.confirmed if register_id == register.id]
    leaves = (pl.col("_status") == "missing") & pl.col("_key").is_in(confirmed)
    own = current.filter((is_one_of("_workbook", whole) & (in_force | missing)) | leaves)
    left = own.join(rows.select("_key", "_workbook"), on=["_key", "_workbook"], how="anti")
    back = pages_turned_back(register, rows, current, memory.turned)
    turned = {page: since for page, since in memory.turned.items() if page not in back}
    kept = without_pages(left.filter(in_force), register, turned)
    return pl.concat([kept, left.filter(~in_force)]).select(*GONE_SCHEMA)


def voided_elsewhere(register: type[Register], current: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return the rows in force that say 作废 in another source of them, or in a new copy: ``GONE_SCHEMA``.

    The workbook is the one that says so, for the first time: a row that somebody changed since stays.
    """
    claims = memory.claims.get(register.id)
    bases = pl.DataFrame(schema=CLAIM_SCHEMA) if claims is None else claims.select(*CLAIM_SCHEMA)
    stated = set(bases.filter(pl.col("content_hash") != WITHDRAWN).select("workbook", "row_key").iter_rows())
    saying = [
        (workbook, key)
        for workbook, register_id, key in memory.voided
        if register_id == register.id and workbook in memory.read_whole(register.id)
    ]
    saying = [pair for pair in saying if pair in stated or _is_new_copy(pair[0], bases, current, memory)]
    if not saying or "_workbook" not in current.columns:
        return pl.DataFrame(schema=GONE_SCHEMA)
    pairs = pl.DataFrame(sorted(saying), schema=["_says", "_key"], orient="row")
    others = current.filter(pl.col("_status") != WITHDRAWN).join(pairs, on="_key")
    others = others.filter(pl.col("_says") != pl.col("_workbook")).unique("_key", keep="first", maintain_order=True)
    return others.drop("_workbook").rename({"_says": "_workbook"}).select(*GONE_SCHEMA)


def _is_new_copy(workbook: str, bases: pl.DataFrame, current: pl.DataFrame, memory: Memory) -> bool:
    known = workbook in bases["workbook"] or ("_workbook" in current.columns and workbook in current["_workbook"])
    return workbook in memory.branches and not known


def pages_turned_back(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, pages: Mapping[Page, int | None]
) -> set[Page]:
    """Return the turned pages of which the workbook states more than half of the rows again."""
    if not any(register.id == of for _, of, _ in pages):
        return set()
    there = on_pages(current.filter(pl.col("_status") == "accepted"), register, pages)
    again = there.join(rows.select("_key", "_workbook").unique(), on=["_key", "_workbook"], how="semi")
    had, has = (Counter(part.select("_workbook", "period").iter_rows()) for part in (there, again))
    return {
        (workbook, register.id, period)
        for (workbook, period), count in has.items()
        if 2 * count > had[workbook, period]
    }


def other_sources(
    register: type[Register], gone: pl.DataFrame, current: pl.DataFrame, rows: pl.DataFrame, memory: Memory
) -> dict[str, str]:
    """Return, for rows that left their workbook or whose workbook is dead, another one that states the same.

    A workbook states what it says in this run or, not read again, what is remembered of it.
    """
    if "_workbook" not in current.columns:
        return {}
    orphaned = current.filter(is_one_of("_workbook", memory.dead) & (pl.col("_status") == "accepted"))
    left = pl.concat([gone.select("_key", "_workbook"), orphaned.select("_key", "_workbook")])
    if left.is_empty():
        return {}
    here = rows.select("_key", pl.col("_stated").alias("_hash"), pl.col("_workbook").alias("_other"))
    claims = memory.claims.get(register.id)
    if claims is not None:
        names = {"row_key": "_key", "content_hash": "_hash", "workbook": "_other"}
        read = memory.read_whole(register.id) | memory.dead
        unread = claims.filter(~pl.col("workbook").is_in(list(read)))
        here = pl.concat([here, unread.select(*names).rename(names)])
    stated = left.join(current.select("_key", "_hash"), on="_key").join(here, on=["_key", "_hash"])
    live = stated.filter(pl.col("_other") != pl.col("_workbook")).sort("_other", descending=True)
    pairs = live.select("_workbook", "_key", "_other").iter_rows()
    return {key: other for workbook, key, other in pairs if (workbook, register.id, key) not in memory.voided}


def with_carried_over(
    register: type[Register], rows: pl.DataFrame, gone: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> tuple[pl.DataFrame, dict[str, str]]:
    """Return the rows with a base for those that no other workbook states any more, and where they came from now.

    A row that is in the books, that its own workbook no longer states, and that comes in another workbook of the
    department with other content has been carried over and changed on the way. The second value is key to that
    workbook for rows that left theirs in this run; others were missing before. ``_carried`` marks the rows: where one
    is in conflict after all, both workbooks wrote it by themselves.
    """
    rows = rows.with_columns(pl.lit(False).alias("_carried"))
    if rows["_now"].null_count() == rows.height:
        return rows, {}
    void = [key for _, register_id, key in memory.voided if register_id == register.id]
    elsewhere = pl.col("_now_workbook") != pl.col("_workbook")
    other = pl.col("_base").is_null() & ~pl.col("_earlier") & (pl.col("_now") != pl.col("_hash")) & ~pl.col("_doubled")
    barred = pl.col("_workbook").is_in([*memory.branches, *memory.stopped]) | pl.col("_key").is_in(void)
    same_department = department_of("_workbook") == department_of("_now_workbook")
    came = rows.filter(other & elsewhere & same_department & ~barred & (pl.col("_now") != WITHDRAWN))
    if came.is_empty():
        return rows, {}
    came = came.join(_unstated(register, rows, current, memory), on="_key", how="semi")
    first = came.sort("_broken", "_rank", "_id").unique("_key", keep="first", maintain_order=True)
    chosen = pl.col("_id").is_in(first["_id"].to_list())
    rows = rows.with_columns(
        chosen.alias("_carried"),
        *(
            pl.when(chosen).then(pl.col(now)).otherwise(pl.col(base)).alias(base)
            for base, now in (("_base", "_now"), ("_base_version", "_now_version"))
        ),
    )
    return rows, dict(first.join(gone, on="_key", how="semi").select("_key", "_workbook").iter_rows())


def _unstated(register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory) -> pl.DataFrame:
    """Return the keys in the books that leave their own workbook in this run, or are missing already: ``_key``."""
    earlier = {page: since for page, since in memory.turned.items() if since is not None}
    own = current.filter(is_one_of("_workbook", memory.read_whole(register.id)))
    left = own.filter(pl.col("_status") == "accepted").join(rows, on=["_key", "_workbook"], how="anti")
    missing = current.filter(pl.col("_status") == "missing")
    return pl.concat([without_pages(left, register, earlier).select("_key"), missing.select("_key")])


def department_of(workbook: str) -> pl.Expr:
    """Return the department of the workbook that a column names."""
    return pl.col(workbook).str.split("/").list.first()


def part_withdrawals(register: type[Register], decisions: Decisions, memory: Memory, books: OpenBooks) -> None:
    """Move the rows that are withdrawn without confirmation out of those that are gone.

    A row of a closed month goes nowhere: that it left says nothing, and that somebody wants it to be
    withdrawn is held.
    """
    voided = [(workbook, key) for workbook, register_id, key in memory.voided if register_id == register.id]
    confirmed = [(workbook, key) for workbook, register_id, key in memory.confirmed if register_id == register.id]
    voided += [(workbook, key) for workbook, key in confirmed if key not in decisions.moved]
    marked = pl.DataFrame(voided, schema={"_workbook": pl.String(), "_key": pl.String()}, orient="row")
    voided_rows = pl.col("_voided").fill_null(value=False)
    follows = pl.lit(register.deletions == "follow") & ~pl.col("_key").is_in(list(decisions.moved))
    at_once = voided_rows | follows
    left = decisions.gone.filter(~pl.col("_key").is_in([*decisions.rekeyed.values()])).join(
        marked.unique().with_columns(pl.lit(True).alias("_voided")), on=["_workbook", "_key"], how="left"
    )
    settled = settled_rows(register, left, books)
    left = left.join(settled.select("_key"), on="_key", how="anti", maintain_order="left")
    decisions.settled, decisions.closed = settled.select(*GONE_SCHEMA), settled.filter(voided_rows)
    leaving = left.filter(at_once)
    blocked = _short_without(register, leaving, books)
    decisions.blocked = leaving.join(blocked, on="_key", how="inner")
    leaving = leaving.join(blocked, on="_key", how="anti")
    used = used_elsewhere(register, leaving["_key"], books)
    decisions.used = leaving.join(used, on="_key", how="inner")
    decisions.withdrawn = leaving.join(used, on="_key", how="anti")
    decisions.gone = left.filter(~at_once)


def settled_rows(register: type[Register], left: pl.DataFrame, books: OpenBooks) -> pl.DataFrame:
    """Return those of some rows in the books, named by ``_key``, that post to a closed month, with ``_post_period``."""
    current = agreeing(books.kept(register.id), left.select("_key").unique())
    if "_post_period" not in current.columns:
        return left.clear().with_columns(pl.lit(None, pl.String).alias("_post_period"))
    closed = current.filter(in_closed_month(register, books.facts) & (pl.col("_status") != WITHDRAWN))
    return left.join(closed.select("_key", "_post_period"), on="_key", how="inner", maintain_order="left")


def _short_without(register: type[Register], leaving: pl.DataFrame, books: OpenBooks) -> pl.DataFrame:
    """Return the keys whose withdrawal would leave a day-end balance below zero, with the shortage."""
    if register.stock is None or leaving.is_empty():
        return pl.DataFrame(schema={"_key": pl.String()})
    rows = books.kept(register.id).join(leaving.select("_key"), on="_key", how="semi")
    nothing = rows.with_columns(pl.lit(0).cast(rows.schema["qty_base"]).alias("qty_base"))
    return shortages(nothing, books, register.id).join(nothing.select("_id", "_key"), on="_id").drop("_id")
