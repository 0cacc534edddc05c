"""Tell a turned page from rows that were lost, and stop before a workbook loses or changes too much at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from schemas.columns import Kind
from schemas.frames import is_one_of
from schemas.periods import month_of
from sync.memory import Page

if TYPE_CHECKING:
    from schemas.register import Register
    from sync.looks import Look

LEAST_ROWS = 10
"""A safe stop is only for workbooks with so many accepted rows (DESIGN 8)."""

LOST, CHANGED, VANISHED = "lost", "changed", "vanished"

_POSTING_KINDS = frozenset({Kind.QTY, Kind.PRICE, Kind.MONEY, Kind.UNIT})
_POSTING_TARGETS = frozenset({"item_catalogue", "location"})


@dataclass(frozen=True)
class Stop:
    """Why what a workbook says waits for somebody to confirm it."""

    kind: str
    """``lost``: most rows left; ``changed``: every row of a register posts otherwise; ``vanished``: no file."""
    count: int
    """Rows that left or changed."""
    known: int
    """Rows that the workbook had accepted."""


def lost_rows(look: Look, voided: Collection[tuple[str, str, str]]) -> pl.DataFrame:
    """Return the rows that left their workbooks without a word: ``_key, _workbook``.

    Rows marked 作废, corrected numbers and rows that another workbook still states have not been lost.
    """
    named = [key for _, register_id, key in voided if register_id == look.register.id]
    left = [
        frame.filter(~pl.col("_key").is_in([*look.decisions.moved, *named])).select("_key", "_workbook")
        for frame in (look.decisions.gone, look.decisions.withdrawn, look.decisions.settled)
        if not frame.is_empty()
    ]
    return pl.concat([pl.DataFrame(schema={"_key": pl.String(), "_workbook": pl.String()}), *left])


def turned_pages(
    seen: Collection[Look],
    voided: Collection[tuple[str, str, str]],
    workbooks: Collection[str],
    before: Mapping[Page, int | None],
) -> frozenset[Page]:
    """Return the months that left their workbooks whole when rows of a later month came.

    A workbook may hold several registers: a month has left when no dated register keeps a row of it. A
    single row is no page: it is missing, and is told, unless it stood beside one that is turned, as a late
    document does. Rows of pages turned ``before`` have left already.
    """
    had: Counter[tuple[str, str]] = Counter()
    lost: Counter[tuple[str, str]] = Counter()
    came: dict[str, str] = {}
    pages: set[Page] = set()
    for look in seen:
        if look.register.date_column is None:
            continue
        stands = (pl.col("_status") == "accepted") & is_one_of("_workbook", workbooks)
        own = without_pages(look.current.filter(stands), look.register, before)
        own = own.select("_key", "_workbook", period=month_of(look.register))
        had.update(own.select("_workbook", "period").iter_rows())
        left = lost_rows(look, voided).join(own, on=["_key", "_workbook"]).select("_workbook", "period")
        lost.update(left.iter_rows())
        pages |= {(workbook, look.register.id, period) for workbook, period in left.unique().iter_rows()}
        for workbook, period in _new_months(look, workbooks):
            came[workbook] = max(period, came.get(workbook, ""))
    whole = {page for page in pages if lost[page[0], page[2]] == had[page[0], page[2]]}
    whole = {page for page in whole if came.get(page[0], "") > page[2]}
    turning = {workbook for workbook, _, period in whole if had[workbook, period] > 1}
    return frozenset(page for page in whole if page[0] in turning)


def _new_months(look: Look, workbooks: Collection[str]) -> list[tuple[str, str]]:
    new = look.rows.filter(is_one_of("_workbook", workbooks) & pl.col("_now").is_null())
    return list(new.select("_workbook", month_of(look.register).alias("period")).drop_nulls().unique().iter_rows())


def safe_stops(
    seen: Collection[Look],
    voided: Collection[tuple[str, str, str]],
    workbooks: Collection[str],
    turned: Mapping[Page, int | None],
) -> dict[str, Stop]:
    """Return the workbooks that lost more than half of their rows, or changed every row of a register that posts.

    Only rows of open months count: those of closed ones stay as they are, whatever a workbook says.
    """
    had: Counter[str] = Counter()
    stated: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    changed: Counter[str] = Counter()
    for look in seen:
        open_rows = _open_rows(look, workbooks)
        open_rows = without_pages(open_rows, look.register, turned)
        own = open_rows.filter(is_one_of("_workbook", workbooks))
        both = _stated_rows(look, open_rows, workbooks)
        left = lost_rows(look, voided).join(own.select("_key"), on="_key", how="semi")
        for counter, rows in ((had, own), (lost, left), (stated, left), (stated, both)):
            counter.update(dict(rows.group_by("_workbook").len().iter_rows()))
        changed.update(_all_changed(look.register, both))
    stops = {
        workbook: Stop(LOST, count, had[workbook])
        for workbook, count in lost.items()
        if stated[workbook] >= LEAST_ROWS and 2 * count > had[workbook]
    }
    return {name: Stop(CHANGED, count, stated[name]) for name, count in changed.items()} | stops


def _open_rows(look: Look, workbooks: Collection[str]) -> pl.DataFrame:
    """Return the ledger's rows of open months that workbooks have, or had until another one changed them."""
    concerned = is_one_of("_workbook", workbooks)
    elsewhere = concerned & pl.col("_base").is_not_null() & (pl.col("_now_workbook") != pl.col("_workbook"))
    keys = look.rows.filter(elsewhere)["_key"].unique()
    there = concerned | pl.col("_key").is_in(keys.implode()) if keys.len() else concerned
    rows = look.current.filter((pl.col("_status") == "accepted") & there)
    return rows.filter(~(pl.col("_post_period") <= look.closed).fill_null(value=False))


def _stated_rows(look: Look, open_rows: pl.DataFrame, workbooks: Collection[str]) -> pl.DataFrame:
    """Return the rows that workbooks had accepted and state, whichever workbook the ledger has them from now.

    Posting cells stand beside those of the ledger, which end in ``_now``; ``_same`` tells that a row says what it said.
    """
    columns = posting_columns(look.register)
    rows = look.rows.filter(is_one_of("_workbook", workbooks) & pl.col("_base").is_not_null())
    rows = rows.select("_key", "_workbook", *columns, _same=pl.col("_stated") == pl.col("_base"))
    return rows.join(open_rows.select("_key", *columns), on="_key", suffix="_now")


def _all_changed(register: type[Register], stated: pl.DataFrame) -> dict[str, int]:
    """Return the workbooks whose every row in the register posts otherwise than before, with their number."""
    columns = posting_columns(register)
    if not columns or stated.is_empty():
        return {}
    differs = ~pl.col("_same") & pl.any_horizontal(pl.col(name).ne_missing(pl.col(f"{name}_now")) for name in columns)
    counts = stated.group_by("_workbook").agg(pl.len().alias("rows"), differs.sum().cast(pl.Int64).alias("changed"))
    whole = counts.filter((pl.col("rows") >= LEAST_ROWS) & (pl.col("rows") == pl.col("changed")))
    return dict(whole.select("_workbook", "changed").iter_rows())


def posting_columns(register: type[Register]) -> list[str]:
    """Return the columns that decide what a row posts: day, place, item, unit, quantity, price and amount."""
    if not register.posts:
        return []
    return [
        column.name
        for column in register.columns
        if not column.system
        and column.name not in register.key
        and (
            column.kind in _POSTING_KINDS
            or column.name == register.date_column
            or _POSTING_TARGETS.intersection(column.register_refs)
        )
    ]


def without_pages(rows: pl.DataFrame, register: type[Register], pages: Mapping[Page, int | None]) -> pl.DataFrame:
    """Return the ledger's rows without those that have left their workbook with a turned page."""
    there = on_pages(rows, register, pages)
    return rows if there.is_empty() else rows.join(there, on="_key", how="anti")


def on_pages(rows: pl.DataFrame, register: type[Register], pages: Mapping[Page, int | None]) -> pl.DataFrame:
    """Return those of the ledger's rows that stood on pages when these were turned: ``_key, _workbook, period``.

    A row that was written into such a month afterwards stands on no turned page.
    """
    turned = pl.DataFrame(
        [(workbook, period, since) for (workbook, of, period), since in pages.items() if of == register.id],
        schema={"_workbook": pl.String(), "period": pl.String(), "_since": pl.Int64()},
        orient="row",
    )
    places = ["_workbook", "period"]
    if turned.is_empty() or "_from" not in rows.columns:
        return pl.DataFrame(schema={"_key": pl.String(), **turned.select(places).schema})
    there = rows.select("_key", "_workbook", "_from", period=month_of(register)).join(turned, on=places)
    return there.filter(pl.col("_since").is_null() | (pl.col("_from") <= pl.col("_since"))).select("_key", *places)


def vanished_workbooks(
    workbooks: Mapping[str, Mapping[str, object]], departments: Collection[object]
) -> dict[str, Stop]:
    """Return the workbooks of folders that are suddenly empty or offline.

    ``workbooks`` are the rows of the ledger's table ``workbook`` by identity, without those that were
    gone before; ``departments`` are those in whose folders there is a file.
    """
    stops: dict[str, Stop] = {}
    for identity, row in workbooks.items():
        if row["department"] in departments:
            continue
        counts = row["counts"]
        known = sum(counts[name] for name in ("accepted", "unchanged")) if isinstance(counts, dict) else 0
        if known >= LEAST_ROWS:
            stops[identity] = Stop(VANISHED, known, known)
    return stops
