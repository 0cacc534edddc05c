"""Find the count plan and the room that a count sheet is wanted for, from the words at the cursor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from addin.lookups import ROOMS, Lookups, typed_text
from schemas.findings import Text
from sync.books.count_forms import CountSheet, count_sheets, usual_columns
from sync.books.count_lines import expected_lines, sheet_numbers
from sync.errors import HouqinError

if TYPE_CHECKING:
    from schemas.rules import Books
    from sync.bookkeeping import Bookkeeping


class NoPlanError(HouqinError):
    """No count is under way or coming."""

    code = "COUNT-NO-PLAN"
    text = Text(
        "没有正在进行或将要进行的盘点计划",
        "no count is under way or planned",
        "请先由总务处填写盘点计划并提交，账簿更新后再按一次",
        "have the general affairs office hand in a plan first, and press again when the books have it",
    )


class NoRoomError(HouqinError):
    """It is not certain for which room a sheet is wanted (``rooms``)."""

    code = "COUNT-NO-ROOM"
    text = Text(
        "看不出要为哪个房间或仓库做盘点表",
        "it is not clear for which room a count sheet is wanted",
        "请选中写有其编码或名称的单元格，再按一次；现在要盘的有：{rooms}",
        "select a cell with its code or name and press again; to be counted are: {rooms}",
    )


class NotPlannedError(HouqinError):
    """The room stands in no plan that is under way or coming (``room``, ``rooms``)."""

    code = "COUNT-NOT-PLANNED"
    text = Text(
        "现在没有盘点计划要盘“{room}”",
        "no plan counts “{room}” now",
        "现在要盘的有：{rooms}",
        "to be counted are: {rooms}",
    )


@dataclass(frozen=True)
class Choice:
    """A room of a plan."""

    plan: Mapping[str, Any]
    room: str

    @property
    def plan_no(self) -> str:
        """Return the number of the plan."""
        return str(self.plan["plan_no"])

    @property
    def cutoff(self) -> datetime:
        """Return the moment as of which the books are compared, in the school's time."""
        moment: datetime = self.plan["cutoff"]
        return moment


def chosen(words: Sequence[object], books: Bookkeeping, lookups: Lookups) -> Choice:
    """Return the room that the first of some words names, with the plan that counts it.

    A word may also be the number of a plan. Of several plans the one that begins first; a plan that is over counts
    nothing any more. Where only one room is to be counted, no word is needed.

    Raises:
        NoPlanError: no count is under way or coming.
        NoRoomError: no word names a room, and several are to be counted.
        NotPlannedError: the room that is named is not to be counted.
    """
    plans = _current(books)
    if not plans:
        raise NoPlanError
    texts = [typed_text(word) for word in words]
    named = [plan for plan in plans if plan["plan_no"] in texts] or plans
    places = [Choice(plan, room) for plan in named for room in sheet_numbers(plan)]
    rooms = [code for code in (lookups.code(ROOMS, text).code for text in texts if text) if code is not None]
    found = next((place for room in rooms for place in places if place.room == room), None)
    if found is not None:
        return found
    if not rooms and len(places) == 1:
        return places[0]
    shown = "、".join(dict.fromkeys(f"{place.room} {lookups.room_name(place.room)}" for place in places))
    if rooms:
        raise NotPlannedError(room=lookups.room_name(rooms[0]), rooms=shown)
    raise NoRoomError(rooms=shown)


def _current(books: Bookkeeping) -> list[dict[str, Any]]:
    plans = books.books.rows("stocktake_plan")
    ahead = plans.filter(pl.col("count_to").dt.date() >= books.facts.today)
    return ahead.sort("count_from", "plan_no").to_dicts()


def sheet_of(choice: Choice, books: Books) -> CountSheet:
    """Return the count sheet of a room, blind unless the plan says otherwise."""
    plans = books.rows("stocktake_plan", pl.DataFrame({"plan_no": [choice.plan_no]}))
    lines = expected_lines(books, plans).filter(pl.col("room") == choice.room)
    (sheet,) = count_sheets(choice.plan, lines, books, usual_columns(choice.plan))
    return sheet
