"""Benchmark: the stock book of 1,000,000 movements valued anew, beside SQLite summing them by item.

Run as ``python -m tests.benchmarks.stock [MOVEMENTS] [ITEMS] [METHOD]``; prints the ratio, then one
JSON document in one line. Seconds are those of all processors.
"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import time
from datetime import date, timedelta

import polars as pl

from sync.books.close import AVERAGE
from sync.books.postings import POSTING
from sync.books.valuation import value_stock

_WAREHOUSES = 3
_DAYS = 365
_FIRST = date(2026, 1, 1)


def movements(count: int, items: int, seed: int = 11) -> pl.DataFrame:
    """Return postings in the order of their documents: receipts and issues, about one to three, never short."""
    draw = random.Random(seed)  # noqa: S311 - repeatable samples, no secret
    left: dict[tuple[int, int], int] = {}
    rows = []
    for number in range(count):
        item, warehouse = draw.randrange(items), draw.randrange(_WAREHOUSES)
        day = _FIRST + timedelta(days=number * _DAYS // count)
        held = left.get((item, warehouse), 0)
        receipt = held < 4_000 or draw.random() < 0.25
        qty = draw.randrange(20_000, 90_000, 500) if receipt else draw.randrange(1_000, held // 2 + 1, 500)
        left[item, warehouse] = held + (qty if receipt else -qty)
        place = (f"BG{item:04d}", f"CK{warehouse:02d}", day, day)
        document = (f"{'RK' if receipt else 'CK'}-{day:%Y%m}-{number // 5:06d}", number % 5 + 1, 0)
        kind = ("stock_receipt", "采购入库", "GYS0001", None, 1) if receipt else ("stock_issue", "领用", "ZW", None, -1)
        worth = (qty, draw.randrange(1_00, 9_000_00), None) if receipt else (-qty, None, None)
        rows.append((*place, 1 if receipt else 5, *document, *kind, *worth))
    return pl.DataFrame(rows, schema=POSTING, orient="row")


def seconds_of_sqlite(moves: pl.DataFrame) -> float:
    """Return the seconds that SQLite needs to sum quantities and amounts by item, in memory."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE TABLE movement (warehouse TEXT, item_code TEXT, qty INTEGER, amount INTEGER)")
    rows = moves.select("warehouse", "item_code", "effect", pl.col("stated").fill_null(0)).iter_rows()
    database.executemany("INSERT INTO movement VALUES (?, ?, ?, ?)", rows)
    began = time.process_time()
    database.execute("SELECT item_code, SUM(qty), SUM(amount) FROM movement GROUP BY item_code").fetchall()
    seconds = time.process_time() - began
    database.close()
    return seconds


def main() -> None:
    """Measure both and print what came out."""
    count, items, method = 1_000_000, 5_000, AVERAGE
    if len(sys.argv) > 1:
        count = int(sys.argv[1])
    if len(sys.argv) > 2:
        items = int(sys.argv[2])
    if len(sys.argv) > 3:
        method = sys.argv[3]
    moves = movements(count, items)
    summed = seconds_of_sqlite(moves)
    wall, began = time.perf_counter(), time.process_time()
    valuation = value_stock(moves, method=method)
    valued, wall = time.process_time() - began, time.perf_counter() - wall
    ratio = valued / summed
    print(f"{count} movements of {items} items: SQLite {summed:.2f} s, valued {valued:.2f} s, ratio {ratio:.2f}")  # noqa: T201 - a script
    told = {"movements": count, "items": items, "method": method, "sqlite_seconds": round(summed, 3)}
    told |= {"valued_seconds": round(valued, 3), "valued_wall_seconds": round(wall, 3), "ratio": round(ratio, 2)}
    told |= {"breaches": len(valuation.breaches), "stock_fen": int(valuation.close.stock["amount"].sum())}
    print(json.dumps(told, ensure_ascii=False))  # noqa: T201 - a script


if __name__ == "__main__":
    main()
