"""Rows that left their workbook: another source, a corrected number, a withdrawal, or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from schemas.books import key_parts
from schemas.check import PROPOSED
from schemas.findings import Severity, reader_text
from schemas.flaws import Flaw
from schemas.stock_balance import shortages
from sync.memory import GONE_SCHEMA
from sync.stops import without_pages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from schemas.books import OpenBooks
    from schemas.register import Register
    from sync.memory import Decisions, Memory, Page


def gone_rows(
    register: type[Register], rows: pl.DataFrame, current: pl.DataFrame, memory: Memory
) -> pl.DataFrame:
    """Return the rows in force that their own workbook, read in this run, no longer states: ``GONE_SCHEMA``.

    A row that is missing already leaves once more where its workbook now says 作废, or where somebody
    confirmed that it goes. A month that has
    left as a turned page has not gone, unless the workbook states a row of it again.
    """
    if "_workbook" not in current.columns or current.is_empty():
        return pl.DataFrame(schema=GONE_SCHEMA)
    unread = [workbook for workbook, register_id in memory.unread if register_id == register.id]
    whole = [workbook for workbook in memory.read_now if workbook not in unread]
    voided = [key for _, register_id, key in memory.voided if register_id == register.id]
    in_force = pl.col("_status") == "accepted"
    missing = (pl.col("_status") == "missing") & pl.col("_key").is_in(voided)
    confirmed = [key for _, register_id, key in memory.confirmed if register_id == register.id]
    leaves = (pl.col("_status") == "missing") & pl.col("_key").is_in(confirmed)
    own = current.filter((pl.col("_workbook").is_in(whole) & (in_force | missing)) | leaves)
    left = own.join(rows.select("_key", "_workbook"), on=["_key", "_workbook"], how="anti")
    turned = [page for page in memory.turned if page not in restated_pages(register, rows)]
    return without_pages(left, register, turned).select(*GONE_SCHEMA)


def restated_pages(register: type[Register], rows: pl.DataFrame) -> set[Page]:
    """Return the months of which workbooks state rows in this run."""
    stated = rows.select("_workbook", _month(register).alias("period")).drop_nulls().unique()
    return {(workbook, register.id, period) for workbook, period in stated.iter_rows()}


def other_sources(
    register: type[Register], gone: pl.DataFrame, current: pl.DataFrame, rows: pl.DataFrame, memory: Memory
) -> dict[str, str]:
    """Return, for rows that left their workbook or whose workbook is dead, another one that states the same.

    A workbook states what it says in this run or, not read again, what is remembered of it.
    """
    if "_workbook" not in current.columns:
        return {}
    orphaned = current.filter(pl.col("_workbook").is_in(list(memory.dead)) & (pl.col("_status") == "accepted"))
    left = pl.concat([gone.select("_key", "_workbook"), orphaned.select("_key", "_workbook")])
    if left.is_empty():
        return {}
    here = rows.select("_key", pl.col("_stated").alias("_hash"), pl.col("_workbook").alias("_other"))
    claims = memory.claims.get(register.id)
    if claims is not None:
        names = {"row_key": "_key", "content_hash": "_hash", "workbook": "_other"}
        unread = claims.filter(~pl.col("workbook").is_in([*memory.read_now, *memory.dead]))
        here = pl.concat([here, unread.select(*names).rename(names)])
    stated = left.join(current.select("_key", "_hash"), on="_key").join(here, on=["_key", "_hash"])
    live = stated.filter(pl.col("_other") != pl.col("_workbook")).sort("_other", descending=True)
    return dict(live.select("_key", "_other").iter_rows())


def corrected_keys(
    register: type[Register],
    rows: pl.DataFrame,
    gone: pl.DataFrame,
    current: pl.DataFrame,
    earlier: Mapping[int, str],
) -> tuple[dict[int, str], list[Flaw]]:
    """Pair keys that left with keys that came: same sheet row, or equal other cells (DESIGN 8).

    ``earlier`` is row id to old key of rows that were held when their number was corrected: the
    old row still counts, and the pair holds as long as it does.
    """
    came = rows.filter((pl.col("_outcome") == PROPOSED) & (pl.col("_reason") == "added"))
    keys = dict(came.select("_id", "_key").iter_rows())
    pairs = _paired_now(register, came, gone, current) | _paired_earlier(came, current, earlier)
    return pairs, [_rekey_flaw(register, row_id, old, keys[row_id]) for row_id, old in pairs.items()]


def _paired_earlier(came: pl.DataFrame, current: pl.DataFrame, earlier: Mapping[int, str]) -> dict[int, str]:
    if not earlier or "_workbook" not in current.columns:
        return {}
    schema = {"_id": pl.Int64(), "_old": pl.String()}
    pairs = pl.DataFrame(list(earlier.items()), schema=schema, orient="row")
    standing = current.filter(pl.col("_status") != "withdrawn").select(pl.col("_key").alias("_old"), "_workbook")
    found = came.select("_id", "_workbook").join(pairs, on="_id").join(standing, on=["_old", "_workbook"])
    return dict(found.select("_id", "_old").iter_rows())


def _paired_now(
    register: type[Register], came: pl.DataFrame, gone: pl.DataFrame, current: pl.DataFrame
) -> dict[int, str]:
    if gone.is_empty() or came.is_empty():
        return {}
    others = [c.name for c in register.columns if not c.system and c.name not in register.key]
    before = gone.join(current.select("_key", "_post_period", *others), on="_key", how="left")
    came = came.with_columns(_month(register).alias("_post_period"))
    by_place = _pairs(came, before, ["_workbook", "_sheet", "_row", "_post_period"])
    rest_came = came.filter(~pl.col("_id").is_in(list(by_place)))
    rest_gone = before.filter(~pl.col("_key").is_in(list(by_place.values())))
    by_content = _pairs(rest_came, rest_gone, ["_workbook", *others])
    return {**by_place, **by_content}


def _month(register: type[Register]) -> pl.Expr:
    """Return the month of a row (``yyyy-mm``), null in a register without a date.

    In the same sheet row a number is corrected within its month only: on a turned page the first row of
    the new month stands where the first of the old one stood.
    """
    if register.date_column is None:
        return pl.lit(None, pl.String())
    return pl.col(register.date_column).cast(pl.Date).dt.strftime("%Y-%m")


def part_withdrawals(
    register: type[Register], decisions: Decisions, memory: Memory, books: OpenBooks
) -> None:
    """Move the rows that are withdrawn without confirmation out of those that are gone."""
    voided = [(workbook, key) for workbook, register_id, key in memory.voided if register_id == register.id]
    confirmed = [(workbook, key) for workbook, register_id, key in memory.confirmed if register_id == register.id]
    voided += [(workbook, key) for workbook, key in confirmed if key not in decisions.moved]
    marked = pl.DataFrame(voided, schema={"_workbook": pl.String(), "_key": pl.String()}, orient="row")
    at_once = pl.col("_voided").fill_null(value=False) | pl.lit(register.deletions == "follow")
    left = decisions.gone.filter(~pl.col("_key").is_in([*decisions.rekeyed.values()])).join(
        marked.unique().with_columns(pl.lit(True).alias("_voided")), on=["_workbook", "_key"], how="left"
    )
    leaving = left.filter(at_once)
    blocked = _short_without(register, leaving, books)
    decisions.blocked = leaving.join(blocked, on="_key", how="inner")
    decisions.withdrawn = leaving.join(blocked, on="_key", how="anti")
    decisions.gone = left.filter(~at_once)


def _short_without(register: type[Register], leaving: pl.DataFrame, books: OpenBooks) -> pl.DataFrame:
    """Return the keys whose withdrawal would leave a day-end balance below zero, with the shortage."""
    if register.stock is None or leaving.is_empty():
        return pl.DataFrame(schema={"_key": pl.String()})
    rows = books.kept(register.id).join(leaving.select("_key"), on="_key", how="semi")
    nothing = rows.with_columns(pl.lit(0).cast(rows.schema["qty_base"]).alias("qty_base"))
    return shortages(nothing, books, register.id).join(nothing.select("_id", "_key"), on="_id").drop("_id")


def _pairs(came: pl.DataFrame, gone: pl.DataFrame, on: list[str]) -> dict[int, str]:
    """Return the pairs that are one to one on some columns, row id to old key."""
    single_came = came.filter(pl.len().over(on) == 1)
    single_gone = gone.filter(pl.len().over(on) == 1)
    found = single_came.join(single_gone.select(*on, pl.col("_key").alias("_old")), on=on, nulls_equal=True)
    return dict(found.select("_id", "_old").iter_rows())


def _rekey_flaw(register: type[Register], row_id: int, old: str, new: str) -> Flaw:
    key = " / ".join(key_parts(new))
    args = {"old": " / ".join(key_parts(old)), "key_text": key}
    return Flaw(row_id, "IMP-08", Severity.WARNING, register.key[0], key, reader_text("IMP-08"), args)
