"""Reconciling an open count sheet: the figures of the worked example, and what is not told."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from addin.cutoff_quantities import quantities_at_cutoff
from addin.reconciling import CountedLine, reconciled, totals_of
from schemas.values import Cell
from tests.addin.count_books import BROOM, EXAMPLE, FOOD, PAPER, bookkeeping, count_sheet, counted, tables_of

O10 = next(
    case
    for case in yaml.safe_load((Path(__file__).parents[1] / "oracles" / "books.yaml").read_text("utf-8"))
    if case["id"] == "O10"
)


def lines(*rows: dict[str, Cell]) -> tuple[CountedLine, ...]:
    """Return what is told of the lines of one sheet."""
    return reconciled(tables_of(count_sheet(*rows)), "ZW", bookkeeping())


def test_the_worked_example_of_a_count_after_the_cutoff() -> None:
    """O10: 41 counted, 10 came and 4 went after the cut-off: 35 were there, 36 are booked, −1 = −23.80."""
    (line,) = lines(counted(1, FOOD, 41, 41))
    expect = O10["expect"]
    assert (line.row, line.state) == (4, expect["diff_kind"])
    assert line.figures == {
        "book_qty": Decimal("36.000"),
        "final_qty": Decimal("41.000"),
        "moved_in_after": Decimal("10.000"),
        "moved_out_after": Decimal("4.000"),
        "qty_at_cutoff": Decimal(expect["qty_at_cutoff"]).quantize(Decimal("0.001")),
        "diff_qty": Decimal(expect["diff_qty"]).quantize(Decimal("0.001")),
        "diff_amount": Decimal(expect["diff_amount"]),
    }


@pytest.mark.parametrize(
    ("row", "state"),
    [
        (counted(1, FOOD, None), "未盘"),
        (counted(1, FOOD, 41), "需复盘"),
        (counted(1, FOOD, 41, 41, 单位="个"), "有错待改"),
        (counted(1, FOOD, 41, 41, 盘点计划号="PD-202611-99"), "计划未入账"),
    ],
)
def test_what_is_still_to_be_counted_is_not_told(row: dict[str, Cell], state: str) -> None:
    """A line without a count, to be counted again, or with a mistake, shows no figure of the books."""
    (line,) = lines(row)
    assert (line.state, "book_qty" in line.figures) == (state, False)


def test_states_and_sums_of_a_sheet() -> None:
    """20 of 20 agree; 3 brooms that were never booked are worth the nominal yuan; 42 less 6 agree with 36."""
    told = lines(counted(1, FOOD, 42), counted(2, PAPER, 20), counted(3, BROOM, 3, 3))
    assert [line.state for line in told] == ["相符", "相符", "盘盈"]
    totals = totals_of(told)
    assert dict(totals.states) == {"相符": 2, "盘盈": 1}
    assert (totals.surplus, totals.shortage, totals.net) == (Decimal("1.00"), Decimal("0.00"), Decimal("1.00"))


def test_two_lines_of_the_same_goods_stand_once() -> None:
    """Of two lines of one item in one room the first stands for it, the other says so."""
    told = lines(counted(1, PAPER, 20), counted(2, PAPER, 20))
    assert [line.state for line in told] == ["相符", "并入同物另一行"]


@pytest.mark.parametrize(
    ("blind", "quantities", "silent"),
    [
        (True, {}, [4, 5, 6, 7]),
        (False, {4: Decimal("20.000"), 5: Decimal("36.000"), 6: Decimal("0.000")}, [7]),
    ],
)
def test_book_quantities_before_the_count(blind: object, quantities: dict[int, Decimal], silent: list[int]) -> None:
    """A blind plan shows nothing of its lines, an open one all that it knows: of what is not booked, nothing."""
    plan = {**EXAMPLE["stocktake_plan"][0], "blind": blind}
    rows = [counted(line, code, None) for line, code in enumerate((PAPER, FOOD, BROOM, "XX9999"), start=1)]
    books = bookkeeping(stocktake_plan=[plan])
    found = quantities_at_cutoff(tables_of(count_sheet(*rows)), "ZW", books, "盘点表", [4, 5, 6, 7])
    assert found.told == quantities
    assert sorted([*found.unknown, *found.still_blind]) == silent
