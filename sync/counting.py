"""Count sessions: what a plan is to cover, what was counted of it, what is missing, and how far it is.

Source: DOMAIN.md 2.2 (registers 18 to 20) and 4.3 to 4.5.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from schemas.exact import MONEY_PLACES, QTY_PLACES, scaled
from schemas.register import all_registers
from sync.books.assets import worth_on
from sync.books.count_lines import expected_lines, has_thing, sheet_numbers
from sync.books.count_values import NET_WORTH, with_values
from sync.books.counts import AGREES, differences
from sync.held import rows_of
from sync.standing import decoded

if TYPE_CHECKING:
    from sync.bookkeeping import Bookkeeping
    from sync.memory import Remembered

PLAN, SHEET, RESULT = "stocktake_plan", "stocktake_sheet", "stocktake_result"


@dataclass(frozen=True)
class Session:
    """One plan with everything that was counted of it."""

    plan: Mapping[str, Any]
    expected: pl.DataFrame
    """What the books have in its rooms at the cut-off, in the lines of its count sheets."""
    lines: pl.DataFrame
    """The counted lines in the books with their differences (``sync.books.counts.differences``)."""
    held: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    """Lines of its sheets that are held, with ``_findings`` and their place."""

    @property
    def plan_no(self) -> str:
        """Return the number of the plan."""
        return str(self.plan["plan_no"])

    @property
    def not_counted(self) -> pl.DataFrame:
        """Return what was to be counted and is not in the books, with ``codes`` of what holds it (blank: no line)."""
        by_room = self.expected.filter(pl.col("item_code").is_not_null()).join(
            self.lines, on=["room", "item_code"], how="anti"
        )
        assets = self.expected.filter(pl.col("asset_no").is_not_null()).join(self.lines, on="asset_no", how="anti")
        held: dict[tuple[object, ...], list[str]] = {}
        for row in self.held:
            held.setdefault(_thing(row), []).extend(row["_findings"])
        missing = pl.concat([by_room, assets]).sort("sheet_no", "line_no")
        codes = ["、".join(dict.fromkeys(held.get(_thing(row), ()))) for row in missing.iter_rows(named=True)]
        return missing.with_columns(pl.Series("codes", codes, pl.String))

    @property
    def missing_sheets(self) -> list[str]:
        """Return the numbers of sheets of which no line has come back."""
        numbers = sheet_numbers(self.plan)
        seen = {*self.lines["sheet_no"], *(row["sheet_no"] for row in self.held)}
        ours = any(str(number).startswith(self.plan_no) for number in seen)
        rooms = {*self.lines["room"], *(row["room"] for row in self.held)}
        wanted = set(numbers if ours else self.expected.filter(has_thing())["room"])
        return [number for room, number in numbers.items() if room in wanted - rooms and number not in seen]

    @property
    def differing(self) -> pl.DataFrame:
        """Return the lines that differ from the books in quantity, place or state."""
        return self.lines.filter(pl.col("diff_kind") != AGREES)

    @property
    def open_lines(self) -> pl.DataFrame:
        """Return the lines whose difference is not settled yet."""
        return self.differing.filter(pl.col("status") != "已调账")


def _thing(row: Mapping[str, Any]) -> tuple[object, ...]:
    return (row["asset_no"],) if row["asset_no"] else (row["room"], row["item_code"])


def sessions(books: Bookkeeping, ledger: Remembered, plan_no: str | None = None) -> list[Session]:
    """Return the count sessions of the plans in the books, oldest first; of one plan where it is named."""
    if PLAN not in books.registers:
        return []
    wanted = None if plan_no is None else pl.DataFrame({"plan_no": [plan_no]})
    plans = books.books.rows(PLAN, wanted).sort("cutoff", "plan_no")
    expected = expected_lines(books.books, plans)
    lines = books.counts
    held = held_lines(ledger)
    return [
        Session(
            plan,
            expected.filter(pl.col("plan_no") == plan["plan_no"]),
            lines.filter(pl.col("plan_no") == plan["plan_no"]),
            [row for row in held if row["plan_no"] == plan["plan_no"]],
        )
        for plan in plans.iter_rows(named=True)
    ]


def counted_lines(books: Bookkeeping, plans: pl.DataFrame | None = None) -> pl.DataFrame:
    """Return every counted line (``sync.books.counts.differences``) with what its difference is worth.

    ``plans`` (``plan_no``) are those asked for, all without it.
    """
    lines = differences(books.books, plans)
    return with_values(
        lines, books.stock_until, books.rows("item_catalogue"), books.valuation_method, _net_worth(lines, books)
    )


def _net_worth(lines: pl.DataFrame, books: Bookkeeping) -> pl.DataFrame:
    """Return what the counted assets are worth at their cut-offs, depreciation of the month included."""
    parts = [pl.DataFrame(schema=NET_WORTH)]
    for plan_no, cutoff in lines.filter(pl.col("asset_no").is_not_null()).select("plan_no", "cutoff").unique().rows():
        worth = worth_on(books.assets, (cutoff - timedelta(microseconds=1)).date())
        parts.append(
            worth.select(
                pl.lit(plan_no).alias("plan_no"),
                "asset_no",
                scaled(pl.col("net"), MONEY_PLACES).alias("_net"),
                scaled(pl.col("pieces"), QTY_PLACES).alias("_pieces"),
            )
        )
    return pl.concat(parts)


def held_lines(ledger: Remembered) -> list[dict[str, Any]]:
    """Return the lines of count sheets that are held, with the codes of ``_findings``."""
    register = all_registers()[SHEET]
    stored = [decoded(row, "payload", "findings") for row in ledger.table("held", register=SHEET).to_dicts()]
    rows = rows_of(register, stored, 0).to_dicts()
    return [
        row | {"_findings": [each["code"] for each in (*kept["payload"]["reading"], *kept["findings"])]}
        for row, kept in zip(rows, stored, strict=True)
    ]
