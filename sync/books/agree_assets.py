"""The agreements of fixed assets: cards with the general ledger, and with the lists of rooms."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled
from schemas.findings import Text
from schemas.periods import last_day_of
from schemas.semesters import semester_of
from sync.books.agree_ledger import accounts_of, closing_of, month_of_ledger, total_as
from sync.books.agreements import (
    ASSETS,
    BOOKED,
    BOOKS,
    HELD,
    UNLISTED,
    Agreement,
    Kept,
    Sides,
    documents,
    in_month,
    rows_of,
    side,
)
from sync.books.assets import FIXED_ASSETS, worth_on
from sync.books.differences import fen
from sync.books.periods import ASSET_BOOK

CARDS, LISTS = "fixed_asset_card", "room_property_list"
_IN_USE = ("在用",)
_MOST_ROOMS = 5


def _against_ledger(column: str, parameter: str, sign: int) -> Callable[[Kept, str], Sides | Text]:
    """Return what compares a sum over all cards with an account (X-46); ``sign`` is -1 for one on the credit side."""

    def sides(kept: Kept, month: str) -> Sides | Text:
        accounts = month_of_ledger(kept, month)
        if isinstance(accounts, Text):
            return accounts
        codes = accounts_of(kept, parameter)
        own = kept.assets.cards.filter(pl.col("gl_account") == FIXED_ASSETS).select("asset_no")
        worth = worth_on(kept.assets, last_day_of(month)).join(own, on="asset_no", how="semi")
        total = worth.select(scaled(pl.col(column), MONEY_PLACES).sum()).item()
        name = "、".join(codes)
        return Sides(total_as(name, int(total)), total_as(name, int(closing_of(accounts, codes, sign)["value"].sum())))

    return sides


def _cards_of_month(kept: Kept, month: str) -> pl.DataFrame:
    """Return the cards that were entered in a month, and those that are held back, with their original value."""
    number, value = pl.col("asset_no"), fen("original_value")
    held = kept.held(CARDS)
    entered = in_month(rows_of(kept, CARDS), month, "entry_date")
    return pl.concat([documents(entered, number, value, BOOKED), documents(held, number, -value, HELD)])


def _against_lists(kept: Kept, month: str) -> Sides | Text:
    """Compare, by department, the assets in use on cards with those on the lists of its rooms (X-52).

    Rooms without a list in the semester are left out.
    """
    semester = pl.select(semester_of(pl.lit(last_day_of(month)))).item()
    lists = rows_of(kept, LISTS).filter(pl.col("semester") == semester)
    if lists.is_empty():
        return Text(f"没有 {semester} 的班级（科室）财产登记表", f"there is no room list of {semester}")
    used = rows_of(kept, CARDS).filter(
        pl.col("use_status").is_in(_IN_USE) & (pl.col("entry_date") <= last_day_of(month))
    )
    rooms = lists.select("room").unique()
    listed = lists.select("asset_no").drop_nulls().unique()
    due = used.join(rooms, on="room", how="semi")
    one, dept = pl.lit(10**QTY_PLACES), pl.col("use_dept")
    return Sides(
        side(due, dept, qty=one),
        side(due.join(listed, on="asset_no", how="semi"), dept, qty=one),
        left_out=_without_lists(used.join(rooms, on="room", how="anti"), semester),
    )


def _without_lists(cards: pl.DataFrame, semester: str) -> tuple[Text, ...]:
    """Return the rooms with assets that have no list."""
    rooms = cards["room"].drop_nulls().unique().sort().to_list()
    if not rooms:
        return ()
    named = "、".join(rooms[:_MOST_ROOMS]) + ("……" if len(rooms) > _MOST_ROOMS else "")
    return (
        Text(
            f"{len(rooms)} 处没有 {semester} 的财产登记表：{named}",
            f"{len(rooms)} rooms have no list of {semester}: {named}",
        ),
    )


def _unlisted(kept: Kept, month: str) -> pl.DataFrame:
    """Return the assets in use that no list has, by their department."""
    semester = pl.select(semester_of(pl.lit(last_day_of(month)))).item()
    lists = rows_of(kept, LISTS).filter(pl.col("semester") == semester)
    used = rows_of(kept, CARDS).filter(pl.col("use_status").is_in(_IN_USE))
    listed = lists.select("asset_no").drop_nulls()
    missing = used.join(lists, on="room", how="semi").join(listed, on="asset_no", how="anti")
    return documents(
        missing, pl.col("asset_no"), pl.lit(0), UNLISTED, of=pl.col("use_dept"), qty=pl.lit(10**QTY_PLACES)
    )


ASSET_AGREEMENTS = (
    Agreement(
        202,
        "assets-ledger",
        BOOKS,
        "台账-GL",
        Text("固定资产原值与总账", "Original values and general ledger"),
        "固定资产卡片",
        "总账科目余额",
        (CARDS, "gl_balance"),
        _against_ledger("value", "gl_asset_account", 1),
        _cards_of_month,
        code="X-46",
        book=ASSET_BOOK,
    ),
    Agreement(
        203,
        "depreciation-ledger",
        BOOKS,
        "台账-GL",
        Text("累计折旧与总账", "Accumulated depreciation and general ledger"),
        "固定资产卡片",
        "总账科目余额",
        (CARDS, "gl_balance"),
        _against_ledger("accum", "gl_depreciation_account", -1),
        code="X-46",
        book=ASSET_BOOK,
    ),
    Agreement(
        204,
        "assets-lists",
        ASSETS,
        "账账",
        Text("固定资产与各室登记表", "Cards and lists of rooms"),
        "固定资产卡片",
        "班级(科室)财产登记表",
        (CARDS, LISTS),
        _against_lists,
        _unlisted,
        code="X-52",
    ),
)
