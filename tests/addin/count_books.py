"""The books of a small store, and count sheets as they stand in an open workbook, for tests of the add-in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from schemas.parse import Reading
from schemas.register import Register, all_registers
from schemas.take import take
from schemas.values import Cell, Grid, Table
from sync.bookkeeping import Bookkeeping
from tests.schemas.register_frames import facts, frame

TODAY = date(2026, 12, 4)
STORE, FOOD, PAPER, BROOM = "CK02", "SP0007", "BG0001", "QJ0001"
PLAN = "PD-202611-91"
CUTOFF = datetime(2026, 12, 1)  # noqa: DTZ001 - the school's own time

Cells = Mapping[str, Any]


def item(code: str, name: str, unit: str, **cells: object) -> Cells:
    """Return an item of the catalogue that is counted in pieces."""
    usual = {"item_code": code, "item_name": name, "base_unit": unit, "unit_is_integer": True, "category": "食品"}
    return usual | {"nature": "食品", "active": True} | cells


def moved(register: str, day: date, qty: str, **cells: object) -> Cells:
    """Return a line of a receipt or an issue of the food."""
    kind = {"stock_receipt": {"receipt_kind": "采购入库"}, "stock_issue": {"issue_kind": "领用"}}[register]
    number = f"{'RK' if register == 'stock_receipt' else 'CK'}-{day:%Y%m}-{day.day:04d}"
    own = {"doc_no": number, "doc_date": day, "line_no": 1, "warehouse": STORE, "item_code": FOOD, "qty": qty}
    return kind | own | cells


EXAMPLE: Mapping[str, Sequence[Cells]] = {
    "department": [{"dept_code": "ZW", "dept_name": "总务处", "active": True}],
    "staff_roster": [
        {"staff_no": number, "name": name, "dept": "ZW", "on_date": date(2020, 9, 1)}
        for number, name in (("T001", "李明"), ("T002", "王芳"), ("T003", "赵强"))
    ],
    "location": [
        {"room_code": STORE, "room_name": "食堂仓库", "keeper": "T002", "is_warehouse": True},
        {"room_code": "A-301", "room_name": "三年级(1)班教室", "keeper": "T003", "is_warehouse": False},
    ],
    "item_catalogue": [
        item(FOOD, "大米", "袋"),
        item(PAPER, "复印纸", "包", nature="易耗品"),
        item(BROOM, "竹扫把", "把", nature="易耗品"),
    ],
    "stock_receipt": [
        moved("stock_receipt", date(2026, 11, 1), "60", unit_price="23.80", amount="1428.00", receipt_kind="期初建账"),
        moved("stock_receipt", date(2026, 12, 1), "10", unit_price="23.80", amount="238.00"),
        moved("stock_receipt", date(2026, 11, 2), "20", unit_price="22.00", amount="440.00", item_code=PAPER),
    ],
    "stock_issue": [
        moved("stock_issue", date(2026, 11, 20), "24"),
        moved("stock_issue", date(2026, 12, 2), "4"),
    ],
    "stocktake_plan": [
        {"plan_no": PLAN, "scope": "月度库存", "cutoff": CUTOFF, "warehouses": STORE, "blind": True}
        | {"count_from": CUTOFF - timedelta(hours=16), "count_to": CUTOFF + timedelta(hours=42)}
        | {"counters": "T003", "observer": "T001"},
    ],
}
"""The documents of worked example O10, with paper that nothing happened to (DOMAIN.md 4.9)."""


def bookkeeping(**registers: Sequence[Cells]) -> Bookkeeping:
    """Return the books with the rows of the example, or others, accepted on the day of their documents."""
    known = {name: _posted(name, rows) for name, rows in {**EXAMPLE, **registers}.items()}

    def load(register: type[Register]) -> pl.DataFrame:
        return known[register.id] if register.id in known else _posted(register.id, ())

    return Bookkeeping(all_registers(), load, replace(facts(), today=TODAY))


def _posted(name: str, rows: Sequence[Cells]) -> pl.DataFrame:
    typed = frame(name, rows, first_id=-len(rows))
    day = all_registers()[name].date_column
    posted = pl.lit(None, pl.Date) if day is None else pl.col(day).cast(pl.Date)
    return typed.with_columns(posted.alias("_post_date"), pl.lit("accepted").alias("_status")).with_columns(
        pl.col("_post_date").dt.strftime("%Y-%m").alias("_post_period")
    )


HEADER = (
    *("盘点计划号", "表号", "序号", "地点", "资产编号", "物品编码", "名称规格", "单位", "初盘数量", "复盘数量"),
    *("盘点时间", "使用状况", "盘点人", "监盘人", "保管员", "备注"),
)


def counted(line: int, code: str, first: Cell, second: Cell = None, **cells: Cell) -> dict[str, Cell]:
    """Return a line of a count sheet, counted on the morning of 2 December."""
    unit = {FOOD: "袋", PAPER: "包", BROOM: "把"}.get(code, "个")
    own = {"盘点计划号": PLAN, "表号": f"{PLAN}-01", "序号": line, "地点": "食堂仓库", "物品编码": code, "单位": unit}
    when = {"盘点时间": datetime(2026, 12, 2, 10), "使用状况": "在用完好"} if first is not None else {}  # noqa: DTZ001
    people = {"盘点人": "赵强", "监盘人": "李明", "保管员": "王芳"}
    return own | {"名称规格": code, "初盘数量": first, "复盘数量": second} | when | people | cells


def count_sheet(*lines: Mapping[str, Cell], header: Sequence[str] = HEADER) -> Grid:
    """Return a count sheet with title, meta line and header in rows 1 to 3."""
    width = len(header)
    title = ["青山小学2026年11月物品盘点表", *[None] * (width - 1)]
    rows = [[line.get(name) for name in header] for line in lines]
    return Grid("盘点.xlsx", "盘点表", [title, [None] * width, list(header), *rows])


def tables_of(*grids: Grid) -> tuple[Table, ...]:
    """Return the tables of some sheets as the program reads them."""
    return take(grids, all_registers(), "盘点.xlsx", Reading(TODAY)).tables
