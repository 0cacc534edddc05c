"""The form of a count sheet: its title, its line under the title, its columns, and what is filled in beforehand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.register import register_of

if TYPE_CHECKING:
    from schemas.register import Register
    from schemas.rules import Books

SHEET = "stocktake_sheet"
"""The register that a filled form is."""

BLIND = (
    *("plan_no", "sheet_no", "line_no", "room", "asset_no", "item_code", "name_spec", "unit"),
    *("count1", "count2", "counted_at", "condition", "counter", "observer", "keeper", "remark"),
)
"""Columns of a blind sheet: what the books have is not shown."""
OPEN = (*BLIND[: BLIND.index("count1")], "book_qty", *BLIND[BLIND.index("count1") :])
"""Columns of an open sheet."""


SPARE_LINES = 10
"""Empty lines at the end, for what is found and not in the books."""

_KINDS = {(True, False): "物品盘点表", (False, True): "固定资产盘点表"}
_BOTH = "物品及固定资产盘点表"


@dataclass(frozen=True)
class CountSheet:
    """One workbook to be counted by."""

    sheet_no: str
    room: str
    room_name: str
    lines: Sequence[Mapping[str, object]]
    form: type[Register]
    meta: str

    @property
    def file_name(self) -> str:
        """Return the name of the file: number, code and name of the room."""
        name = re.sub(r'[\\/:*?"<>|\x00-\x1f]', "_", f"{self.sheet_no} {self.room} {self.room_name}")
        return f"{name.strip()}.xlsx"


def usual_columns(plan: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns of the sheets of a plan, blind or open as it says."""
    return BLIND if plan["blind"] else OPEN


def count_sheets(
    plan: Mapping[str, Any], expected: pl.DataFrame, books: Books, columns: Sequence[str] = BLIND
) -> list[CountSheet]:
    """Return the sheets of a plan in the order of their numbers; ``expected`` are its lines (``expected_lines``).

    What the books know is filled in; the count, its time and the condition are left to be written.
    """
    people, rooms = _Names(books), _rooms(books)
    sheets = []
    for (sheet_no,), of_sheet in expected.group_by("sheet_no", maintain_order=True):
        room = str(of_sheet["room"][0])
        room_name, keeper = rooms.get(room, ("", None))
        own = {
            "observer": people.of(plan["observer"]),
            "keeper": people.of(keeper),
            "counter": people.of(_counter(plan, keeper)),
        }
        lines = [
            {name: value for name, value in row.items() if name in columns} | own
            for row in of_sheet.iter_rows(named=True)
        ]
        form = register_of(SHEET).as_form(_title(plan, of_sheet), columns)
        sheets.append(CountSheet(str(sheet_no), room, room_name, lines, form, _meta(plan, room, room_name)))
    return sheets


class _Names:
    """People as they are written on a sheet: by name, by number where two bear the name."""

    def __init__(self, books: Books) -> None:
        staff = books.rows("staff_roster").select("staff_no", "name")
        alone = staff.filter(pl.col("name").is_unique())
        self._names: dict[str, str] = dict(alone.iter_rows())

    def of(self, number: object) -> str | None:
        """Return how a person is written, None for nobody."""
        return None if number is None else self._names.get(str(number), str(number))


def _rooms(books: Books) -> dict[str, tuple[str, str | None]]:
    rooms = books.rows("location").select("room_code", "room_name", "keeper")
    return {code: (name or "", keeper) for code, name, keeper in rooms.iter_rows()}


def _counter(plan: Mapping[str, Any], keeper: str | None) -> str | None:
    """Return the first of the people who count that neither keeps the room nor observes."""
    people = str(plan["counters"] or "").split("、")
    return next((each for each in people if each and each not in (keeper, plan["observer"])), None)


def _title(plan: Mapping[str, Any], lines: pl.DataFrame) -> str:
    """Return month and kind of a sheet: the month is that which the cut-off ends."""
    last = plan["cutoff"] - timedelta(microseconds=1)
    goods, assets = lines["item_code"].is_not_null().any(), lines["asset_no"].is_not_null().any()
    usual = (
        "固定资产盘点表" if plan["scope"] == "固定资产半年" else "物品盘点表" if plan["scope"] == "月度库存" else _BOTH
    )
    return f"{last.year}年{last.month}月{_KINDS.get((goods, assets), usual if not goods else _BOTH)}"


def _meta(plan: Mapping[str, Any], room: str, room_name: str) -> str:
    told = (
        ("盘点计划号", plan["plan_no"]),
        ("基准日", f"{plan['cutoff']:%Y-%m-%d %H:%M}"),
        ("地点", f"{room} {room_name}".strip()),
        ("填法", "没有实物填0；账外物品写在末尾空行，计划号、表号、地点照抄，序号续编"),
    )
    return "　　".join(f"{label}：{value}" for label, value in told)
