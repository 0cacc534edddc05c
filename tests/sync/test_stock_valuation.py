"""The rules of valuation one by one: returns, surpluses, layers, transfers, and what waits within a day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from sync.books.close import AVERAGE, FIFO
from sync.books.summary import monthly_summary, stock_ledger
from sync.books.valuation import value_stock
from tests.sync.stock_rows import (
    ITEM,
    Row,
    adjustment,
    brought_back,
    catalogue,
    issue,
    opening,
    posted,
    receipt,
    sent_back,
    transfer,
)


def day(number: int, month: int = 11) -> date:
    """Return a day of 2026."""
    return date(2026, month, number)


def worth(*rows: Row, method: str = AVERAGE, items: pl.DataFrame | None = None) -> dict[str, str]:
    """Return what the documents moved, in yuan with their sign, by number and line."""
    valued = value_stock(posted(*rows), items, method).valued
    lines = valued.select("doc_no", "line_no", "leg", "amount").iter_rows()
    return {f"{doc}/{line}" + ("→" if leg else ""): str(Decimal(amount) / 100) for doc, line, leg, amount in lines}


def order(*rows: Row) -> list[str]:
    """Return the numbers of the documents in the order of the ledger."""
    return stock_ledger(value_stock(posted(*rows)))["doc_no"].to_list()


def test_parts_of_a_return_add_up_to_the_issue() -> None:
    """Thirds of an issue of 10.00 come back at 3.33, 3.34 and 3.33."""
    parts = [brought_back(day(number), "-1", f"CK-{number}", "CK-1") for number in (3, 4, 5)]
    told = worth(opening(day(1), "3", "10.00", "RK-1"), issue(day(2), "3", "CK-1"), *parts)
    assert [told[f"CK-{number}/1"] for number in (3, 4, 5)] == ["3.33", "3.34", "3.33"]


def test_a_return_of_the_same_day_stands_behind_its_issue() -> None:
    """What came back the same day is there for the next issue of that day."""
    rows = [
        opening(day(1), "10", "100.00", "RK-1"),
        issue(day(2), "10", "CK-1"),
        issue(day(2), "3", "CK-2"),
        brought_back(day(2), "-3", "CK-3", "CK-1"),
    ]
    assert order(*rows) == ["RK-1", "CK-1", "CK-3", "CK-2"]
    assert not value_stock(posted(*rows)).breaches


def test_a_return_keeps_the_amount_of_a_closed_month() -> None:
    """What was issued at 2.00 in November comes back at 2.00, whatever December made of the average."""
    november = value_stock(posted(opening(day(1), "100", "200.00", "RK-1"), issue(day(10), "40", "CK-1")))
    december = posted(
        receipt(day(1, 12), "100", "500.00", "RK-2"),
        brought_back(day(2, 12), "-20", "CK-2", "CK-1"),
        brought_back(day(3, 12), "-20", "CK-3", "CK-1"),
    )
    assert value_stock(december, opening=november.close).valued["amount"].to_list() == [50_000, 4_000, 4_000]


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_a_red_line_cancels_a_whole_line_exactly(method: str) -> None:
    """Of a document with two lines of the item, the one of that quantity is cancelled, with its amount."""
    told = worth(
        receipt(day(1), "5", "10.01", "RK-1"),
        receipt(day(1), "10", "33.33", "RK-1", line_no=2),
        sent_back(day(2), "-10", "-30.00", "RK-2", "RK-1"),
        method=method,
    )
    assert told["RK-2/1"] == "-33.33"


def test_what_empties_the_stock_takes_its_amount() -> None:
    """10 at 2.00 and 10 at 1.00, 10 issued at 1.50: sending back the last 10 leaves nothing, in money too."""
    rows = [
        receipt(day(1), "10", "20.00", "RK-1"),
        receipt(day(1), "10", "10.00", "RK-2"),
        issue(day(2), "10", "CK-1"),
        sent_back(day(3), "-10", "-10.00", "RK-3", "RK-2"),
    ]
    assert worth(*rows)["RK-3/1"] == "-15"


def test_a_red_receipt_beyond_what_is_left_is_told() -> None:
    """10 at 1.00 and 10 at 3.00, 15 issued: 30.00 of goods cannot go back out of 10.00."""
    rows = [
        receipt(day(1), "10", "10.00", "RK-1"),
        receipt(day(1), "10", "30.00", "RK-2"),
        issue(day(2), "15", "CK-1"),
        sent_back(day(3), "-4", "-12.00", "RK-3", "RK-2"),
    ]
    (breach,) = value_stock(posted(*rows)).breaches
    assert (breach.code, breach.doc_no, breach.wanted, breach.available) == ("LED-02", "RK-3", 1_200, 1_000)


@pytest.mark.parametrize(
    ("rows", "ref_price", "amount"),
    [
        ([opening(day(1), "20", "440.00", "RK-1")], None, "66"),
        ([receipt(day(1), "8", "10.00", "RK-1"), issue(day(2), "8", "CK-1")], "9.99", "3.75"),
        ([], "1.2345", "3.7"),
        ([], None, "1"),
    ],
    ids=["average", "last receipt", "reference price", "nominal"],
)
def test_what_a_surplus_is_worth(rows: list[Row], ref_price: str | None, amount: str) -> None:
    """3 found: at average; without stock at the last receipt, the reference price, or 1.00 for the line."""
    found = adjustment(day(9), "3", "PD-1")
    assert worth(*rows, found, items=catalogue(None, ref_price))["PD-1/1"] == amount


def test_a_surplus_is_worth_what_its_own_item_cost_last() -> None:
    """3 found of an item that cost 1.25 each, beside another item that cost nothing."""
    other = {"item_code": "BG0000"}
    rows = [
        receipt(day(1), "5", "0.00", "RK-0", **other),
        receipt(day(1), "8", "10.00", "RK-1"),
        issue(day(2), "8", "CK-1"),
    ]
    assert worth(*rows, adjustment(day(9), "3", "PD-1"))["PD-1/1"] == "3.75"


def test_a_surplus_that_was_never_booked_has_its_market_price() -> None:
    """Without stock the price that people state comes before the others."""
    assert worth(adjustment(day(9), "3", "PD-1", unit_value="4.5"), items=catalogue(None, "2"))["PD-1/1"] == "13.5"


@pytest.mark.parametrize(
    ("suggestion", "posts"), [("调账", True), ("报损", True), ("补单", False), ("继续查找", False)]
)
def test_which_approved_differences_post(suggestion: str, *, posts: bool) -> None:
    """A document that is handed in later, or a search that goes on, changes no stock."""
    moves = posted(adjustment(day(9), "3", "PD-1", suggestion=suggestion))
    assert (moves.height == 1) is posts


def test_the_item_decides_how_it_is_valued() -> None:
    """10 at 1.00 and 10 at 2.00: the first 10 cost 10.00 in layers and 15.00 at average."""
    rows = [
        receipt(day(1), "10", "10.00", "RK-1"),
        receipt(day(2), "10", "20.00", "RK-2"),
        issue(day(3), "10", "CK-1"),
    ]
    assert worth(*rows, method=AVERAGE, items=catalogue(FIFO))["CK-1/1"] == "-10"
    assert worth(*rows, method=FIFO, items=catalogue(AVERAGE))["CK-1/1"] == "-15"
    assert worth(*rows, method=FIFO, items=catalogue(None))["CK-1/1"] == "-10"


def test_layers_are_in_order_of_their_own_dates() -> None:
    """A late receipt, posted in December, is older than what came in on 20 November."""
    november = value_stock(posted(receipt(day(20), "10", "20.00", "RK-2")), method=FIFO)
    late = [receipt(day(5), "10", "10.00", "RK-1"), issue(day(2, 12), "10", "CK-1")]
    moves = posted(*late, open_from=day(1, 12))
    assert value_stock(moves, method=FIFO, opening=november.close).valued["amount"].to_list() == [1_000, -1_000]


def test_goods_go_back_out_of_their_own_layer() -> None:
    """5 of the second receipt go back at its price; the first layer is still there for the next issue."""
    told = worth(
        receipt(day(1), "10", "10.00", "RK-1"),
        receipt(day(2), "10", "20.00", "RK-2"),
        sent_back(day(3), "-5", "-10.00", "RK-3", "RK-2"),
        issue(day(4), "15", "CK-1"),
        method=FIFO,
    )
    assert (told["RK-3/1"], told["CK-1/1"]) == ("-10", "-20")


def test_a_transfer_from_a_place_without_stock_comes_in_at_average() -> None:
    """What returns from a classroom is valued as the stock it joins; what leaves for one is an issue."""
    told = worth(
        opening(day(1), "10", "50.00", "RK-1"),
        transfer(day(2), "2", "DB-1", (None, "CK01")),
        transfer(day(3), "4", "DB-2", ("CK01", None)),
    )
    assert (told["DB-1/1→"], told["DB-2/1"]) == ("10", "-20")


def test_a_transfer_waits_for_the_goods_that_it_takes_on() -> None:
    """DB-1 takes on what DB-2 brings the same day: both are covered, and nothing is lost on the way."""
    rows = [
        opening(day(1), "5", "7.00", "RK-1"),
        transfer(day(2), "5", "DB-1", ("CK02", "CK03")),
        transfer(day(2), "5", "DB-2", ("CK01", "CK02")),
    ]
    valuation = value_stock(posted(*rows))
    assert not valuation.breaches
    assert valuation.valued["doc_no"].to_list() == ["RK-1", "DB-2", "DB-2", "DB-1", "DB-1"]
    stock = valuation.close.stock.filter(pl.col("qty") != 0)
    assert stock.rows() == [(ITEM, "CK03", 5_000, 700)]


def test_red_entries_stand_on_the_side_of_their_original() -> None:
    """Goods sent back lower what came in, goods brought back lower what went out."""
    rows = [
        receipt(day(1), "10", "10.00", "RK-1"),
        sent_back(day(2), "-1", "-1.00", "RK-2", "RK-1"),
        issue(day(3), "4", "CK-1"),
        brought_back(day(4), "-2", "CK-2", "CK-1"),
    ]
    lines = stock_ledger(value_stock(posted(*rows)))
    assert lines["in_qty"].to_list() == [10, -1, 0, 0]
    assert lines["out_amount"].to_list() == [0, 0, Decimal("4.00"), Decimal("-2.00")]


def test_a_month_without_movements_carries_its_stock() -> None:
    """From October to December: November opens and closes with October's balance; the year goes on."""
    rows = [receipt(day(5, 10), "10", "10.00", "RK-1"), issue(day(5, 12), "4", "CK-1")]
    months = monthly_summary(value_stock(posted(*rows)))
    assert months.select("period", "open_qty", "close_qty", "ytd_in", "ytd_out").rows() == [
        ("2026-10", 0, 10, 10, 0),
        ("2026-11", 10, 10, 10, 0),
        ("2026-12", 10, 6, 10, 4),
    ]


def test_the_year_goes_on_after_a_close() -> None:
    """A summary from a close on adds to what the closed months say of the year; a new year begins anew."""
    november = value_stock(posted(receipt(day(5), "10", "10.00", "RK-1")))
    closed = monthly_summary(november)
    later = posted(issue(day(5, 12), "4", "CK-1"), issue(date(2027, 1, 5), "1", "CK-2"))
    months = monthly_summary(value_stock(later, opening=november.close), before=closed)
    assert months.select("period", "open_qty", "close_amount", "ytd_in", "ytd_out").rows() == [
        ("2026-12", 10, 6, 10, 4),
        ("2027-01", 6, 5, 0, 1),
    ]


def test_no_movements_give_an_empty_book() -> None:
    """Nothing posted, nothing opened: empty tables with their columns."""
    valuation = value_stock(posted())
    assert stock_ledger(valuation).is_empty()
    assert monthly_summary(valuation).is_empty()
