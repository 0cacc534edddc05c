"""A register with every kind of column, rows of it, and a ledger filled with all its tables."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas import columns as c
from schemas import register
from schemas.register import Register
from sync.ledger import row_keys
from sync.versioned import OWN_TABLES, VersionedTable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.ledger import Ledger


def unlisted(declared: type[Register]) -> type[Register]:
    """Return a register of a test after taking it off the list of registers that schools use."""
    register._KNOWN.pop(declared.id)  # noqa: SLF001 - there is no public way, and schools need none
    return declared


@unlisted
class TrialSlip(Register):
    """One column of every kind."""

    title = "试验单"
    title_en = "Trial slip"
    number = 999
    group = "T 试验"
    key = ("doc_no", "line_no")

    doc_no = c.code("单号", "No.", required=True)
    line_no = c.integer("行号", "Line")
    doc_date = c.day("日期", "Date")
    taken_at = c.moment("时间", "Taken at")
    served = c.clock("钟点", "Served")
    sealed = c.yes_no("是否封样", "Sealed")
    status = c.enum("状态", "Status", ("在用", "停用"))
    qty = c.qty("数量", "Quantity", unit="unit")
    unit = c.unit_of("单位", "Unit")
    unit_price = c.price("单价", "Price")
    amount = c.money("金额", "Amount")
    year = c.integer("年度", "Year", system=True)


TRIAL: type[Register] = TrialSlip
REGISTERS = {TRIAL.id: TRIAL}

CELLS: dict[str, Any] = {
    "doc_no": "RK-202611-0001",
    "line_no": 1,
    "doc_date": date(2026, 11, 22),
    "taken_at": datetime(2026, 11, 22, 11, 30, 0, 250),  # noqa: DTZ001 - local school time
    "served": time(8, 5),
    "sealed": True,
    "status": "在用",
    "qty": Decimal("12.500"),
    "unit": "个",
    "unit_price": Decimal("3.3333"),
    "amount": Decimal("41.67"),
    "year": 2026,
    "remark": "第一批",
    "qty_base": Decimal("12.500"),
}


def rows(*changes: dict[str, Any]) -> pl.DataFrame:
    """Return one row for each set of changed cells, with everything the ledger wants beside them."""
    types = {column.name: column.dtype for column in TRIAL.columns} | TRIAL.computed()
    frame = pl.DataFrame([{**CELLS, **change} for change in changes], schema=types, orient="row")
    return frame.with_columns(
        row_keys(TRIAL, frame),
        pl.lit("accepted").alias("_status"),
        pl.lit("ZW/入库.xlsx").alias("_workbook"),
        pl.lit("入库单").alias("_sheet"),
        pl.int_range(4, 4 + frame.height, dtype=pl.Int64).alias("_row"),
        pl.lit("ab" * 32).alias("_sha256"),
        pl.col("doc_date").alias("_post_date"),
        pl.lit("2026-11").alias("_post_period"),
    )


def ticking(start: datetime) -> Iterator[datetime]:
    """Yield points in time, a minute apart."""
    while True:
        yield start
        start += timedelta(minutes=1)


MONDAY = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _sample(table: VersionedTable, name: str, dtype: pl.DataType) -> Any:  # noqa: ANN401 - a cell of any type
    if name in table.json_fields:
        return {"zh": name, "amount": "12.50"}
    if dtype == pl.Int64():
        return 7
    return MONDAY if isinstance(dtype, pl.Datetime) else f"{name} 甲"


OWN_ROWS: dict[str, dict[str, Any]] = {
    name: {field: _sample(table, field, dtype) for field, dtype in table.fields.items()}
    for name, table in OWN_TABLES.items()
    if name != "migration"
}
"""One row without gaps for each of the ledger's own tables that callers write."""


def fill(ledger: Ledger) -> None:
    """Write two revisions: three rows and one row of every own table, then a new version of the first."""
    with ledger.write("sync", "first") as writer:
        writer.add(TRIAL, rows({}, {"line_no": 2, "remark": None}, {"line_no": 3}))
        for name, row in OWN_ROWS.items():
            writer.put(name, [row, row])
    with ledger.write("confirm", "second") as writer:
        writer.close(TRIAL, [1])
        writer.add(TRIAL, rows({"qty": Decimal("13.000")}))
        for name, row in OWN_ROWS.items():
            writer.close_in(name, [1])
            writer.put(name, [row])
