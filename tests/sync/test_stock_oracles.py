"""The stock book against the worked examples of tests/oracles/books.yaml."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from schemas.register import all_registers
from sync.books.close import AVERAGE, FIFO
from sync.books.quantities import balances, movements
from sync.books.summary import monthly_summary, stock_balances, stock_ledger
from sync.books.valuation import Valuation, value_stock
from tests.sync.stock_rows import (
    Row,
    adjustment,
    brought_back,
    in_books,
    issue,
    opening,
    posted,
    receipt,
    sent_back,
    transfer,
)

_FILE = Path(__file__).parents[1] / "oracles" / "books.yaml"
CASES: dict[str, dict[str, Any]] = {case["id"]: case for case in yaml.safe_load(_FILE.read_text("utf-8"))}
NOVEMBER = date(2026, 11, 1)


def rows_of(steps: list[dict[str, Any]]) -> list[Row]:
    """Return the documents of an example: one a day where it names no days."""
    rows = []
    for number, step in enumerate(steps):
        day = step.get("date", NOVEMBER + timedelta(days=number))
        doc = step.get("doc", f"NO-202611-{number:04d}")
        qty, amount = str(step.get("base_qty", step.get("qty"))), step.get("amount")
        match step["kind"]:
            case "opening":
                rows.append(opening(day, qty, amount, doc))
            case "receipt":
                rows.append(receipt(day, qty, amount, doc))
            case "return_to_store":
                rows.append(brought_back(day, f"-{qty}", doc, step["ref"]))
            case "supplier_return":
                rows.append(sent_back(day, qty, amount, doc, step["ref"]))
            case _:
                rows.append(issue(day, qty, doc))
    return rows


def issued(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the steps of the unit example with quantities in the base unit: 3 箱 13 盒 are 103 盒."""
    pieces = {"10 盒": 10, "7 盒": 7, "3 箱 13 盒": 103}
    return [step if step["kind"] == "receipt" else step | {"qty": pieces[step["entered"]]} for step in steps]


def told(valuation: Valuation) -> list[tuple[Decimal, Decimal, Decimal, Decimal | None]]:
    """Return moved amount (as the example writes it), balances and average of every ledger line."""
    lines = stock_ledger(valuation).select("in_amount", "out_amount", "bal_qty", "bal_amount", "avg_price")
    return [(came or abs(went), qty, amount, price) for came, went, qty, amount, price in lines.iter_rows()]


def wanted(steps: list[dict[str, Any]]) -> list[tuple[Decimal, Decimal, Decimal, Decimal | None]]:
    """Return the same of the example; an average that it leaves open is taken from its own balance."""
    lines = []
    for step in steps:
        qty = Decimal(step.get("bal_qty", step.get("qty", 0)))
        amount = Decimal(step.get("bal_amount", step["amount"]))
        price = (amount / qty).quantize(Decimal("0.0001"), "ROUND_HALF_UP") if qty else None
        assert "avg" not in step or step["avg"] in (None, str(price))
        lines.append((Decimal(step["amount"]), qty, amount, price))
    return lines


@pytest.mark.parametrize("case", ["O01", "O04", "O09"])
def test_every_line_of_an_example_at_average(case: str) -> None:
    """Amount, balance and average of every line are those of the example, to the fen."""
    steps = issued(CASES[case]["steps"]) if case == "O09" else CASES[case]["steps"]
    assert told(value_stock(posted(*rows_of(steps)))) == wanted(steps)


def test_issues_first_in_first_out() -> None:
    """The movements of O01 by layers: O02."""
    valuation = value_stock(posted(*rows_of(CASES["O01"]["steps"])), method=FIFO)
    lines = [
        line[:3] for line, step in zip(told(valuation), CASES["O01"]["steps"], strict=True) if step["kind"] == "issue"
    ]
    assert lines == [
        (Decimal(step["amount"]), Decimal(step["bal_qty"]), Decimal(step["bal_amount"]))
        for step in CASES["O02"]["steps"]
    ]


def test_part_of_a_layer_costs_its_share() -> None:
    """The variant of O09: 73 = 243.34 and 30 = 104.00, issue 100 = 336.94, left 3 = 10.40."""
    rows = [opening(NOVEMBER, "73", "243.34", "RK-1"), receipt(date(2026, 11, 2), "30", "104.00", "RK-2")]
    valuation = value_stock(posted(*rows, issue(date(2026, 11, 3), "100", "CK-1")), method=FIFO)
    assert [line[:3] for line in told(valuation)][-1] == (Decimal("336.94"), 3, Decimal("10.40"))
    assert valuation.close.layers.select("qty", "amount").rows() == [(3_000, 10_40)]


@pytest.mark.parametrize(
    ("tried", "ends"),
    [
        (issue(date(2026, 11, 5), "2", "CK-9"), {5: 8, 10: 0, 15: 20}),
        (issue(date(2026, 11, 15), "22", "CK-9"), {15: 0}),
        (issue(date(2026, 11, 12), "3", "CK-9"), {12: -1}),
        (issue(date(2026, 11, 5), "5", "CK-9"), {5: 5, 10: -3}),
    ],
    ids=["backdated", "all of it", "too much", "too much later"],
)
def test_day_end_quantities(tried: Row, ends: dict[int, int]) -> None:
    """O05: the day-end balances that admission judges by; what would be negative is no valid book."""
    rows = [
        opening(NOVEMBER, "10", "10.00", "RK-1"),
        issue(date(2026, 11, 10), "8", "CK-1"),
        receipt(date(2026, 11, 15), "20", "20.00", "RK-2"),
        tried,
    ]
    valuation = value_stock(posted(*rows))
    moves = movements(all_registers(), in_books(rows))
    for day, quantity in ends.items():
        assert balances(moves, date(2026, 11, day))["quantity"].to_list() == [quantity]
        assert stock_balances(valuation, date(2026, 11, day))["quantity"].to_list() == [quantity]
    short = [breach.code for breach in valuation.breaches]
    assert short == (["LED-01"] if min(ends.values()) < 0 else [])


def test_a_backdated_receipt_values_later_issues_anew() -> None:
    """O06: while the month is open, the issue after it costs 90.00 instead of 80.00."""
    case = CASES["O06"]
    rows = [opening(NOVEMBER, "100", "200.00", "RK-1"), issue(date(2026, 11, 10), "40", "CK-1")]
    late = receipt(date(2026, 11, 5), "100", "250.00", "RK-2")
    for documents, expected in ((rows, case["before"]), ([*rows, late], case["after"])):
        *_, (amount, qty, balance, _) = told(value_stock(posted(*documents)))
        assert (amount, qty, balance) == (
            Decimal(expected["issue_amount"]),
            expected["bal_qty"],
            Decimal(expected["bal_amount"]),
        )


def test_a_document_after_the_close_posts_to_the_open_month() -> None:
    """O07: it moves December, keeps its date, and November stays as it was."""
    expected = CASES["O07"]["expect"]
    november = value_stock(posted(opening(NOVEMBER, "100", "200.00", "RK-1"), issue(date(2026, 11, 10), "40", "CK-1")))
    late = posted(receipt(date(2026, 11, 5), "100", "250.00", "RK-2"), open_from=date(2026, 12, 1))
    december = value_stock(late, opening=november.close)
    line = stock_ledger(december).row(0, named=True)
    assert (line["doc_date"], line["post_date"], line["period"]) == (
        expected["doc_date"],
        expected["post_date"],
        expected["post_period"],
    )
    closed = told(november)[-1]
    assert closed[:3] == (
        Decimal(expected["nov_issue_amount"]),
        expected["nov_close_qty"],
        Decimal(expected["nov_close_amount"]),
    )
    assert told(december)[-1][1:] == (
        expected["dec_qty"],
        Decimal(expected["dec_amount"]),
        Decimal(expected["dec_avg"]),
    )


def test_an_approved_shortage_leaves_at_average() -> None:
    """O10: 60 = 1428.00, issue 24 = 571.20, one short = 23.80, posted when approved and not before."""
    rows = [opening(NOVEMBER, "60", "1428.00", "RK-1"), issue(date(2026, 11, 20), "24", "CK-1")]
    waiting = value_stock(posted(*rows, adjustment(None, "-1", "CK-2")))
    assert [line[:3] for line in told(waiting)][-1] == (Decimal("571.20"), 36, Decimal("856.80"))
    approved = value_stock(posted(*rows, adjustment(date(2026, 12, 5), "-1", "CK-2")))
    assert [line[:3] for line in told(approved)][-1] == (Decimal("23.80"), 35, Decimal("833.00"))
    assert stock_ledger(approved)["summary"].to_list()[-1] == "盘亏出库"


def test_claims_of_one_day_are_ordered_by_number() -> None:
    """O28: the first issue leaves 4, whichever document arrived first; the second is not covered."""
    rows = [opening(NOVEMBER, "10", "10.00", "RK-1")]
    claims = [issue(date(2026, 11, 22), "6", f"CK-202611-010{number}") for number in (1, 2)]
    for arrived in (claims, claims[::-1]):
        valuation = value_stock(posted(*rows, *arrived))
        assert stock_ledger(valuation).select("doc_no", "bal_qty").rows()[1] == ("CK-202611-0101", 4)
        (short,) = valuation.breaches
        assert (short.doc_no, short.available, short.wanted) == ("CK-202611-0102", 4_000, 6_000)


@pytest.mark.parametrize("method", [AVERAGE, FIFO])
def test_a_transfer_conserves_quantity_and_amount(method: str) -> None:
    """O29: what leaves one warehouse arrives in the other, to the fen."""
    expected = CASES["O29"]["expect"]
    valuation = value_stock(
        posted(
            opening(NOVEMBER, "37", "880.07", "RK-1"),
            opening(NOVEMBER, "5", "110.00", "RK-2", warehouse="CK02"),
            transfer(date(2026, 11, 20), "12", "DB-1", ("CK01", "CK02")),
        ),
        method=method,
    )
    assert valuation.valued["amount"].to_list()[-2:] == [
        int(-Decimal(expected["out_amount"]) * 100),
        int(Decimal(expected["out_amount"]) * 100),
    ]
    assert stock_balances(valuation).select("warehouse", "quantity", "value").rows() == [
        ("CK01", Decimal(expected["ck01_qty"]), Decimal(expected["ck01_amount"])),
        ("CK02", Decimal(expected["ck02_qty"]), Decimal(expected["ck02_amount"])),
    ]


def test_the_month_adds_up() -> None:
    """O30: opening, in, out and close of November, in quantity and amount."""
    expected = CASES["O30"]["expect"]
    summary = monthly_summary(value_stock(posted(*rows_of(CASES["O01"]["steps"]))))
    (month,) = summary.to_dicts()
    assert {name: month[name] for name in expected} == {name: Decimal(value) for name, value in expected.items()}
    assert (month["period"], month["ytd_in"], month["ytd_out"]) == ("2026-11", Decimal("2149.00"), Decimal("2589.00"))


def test_ledger_columns_are_those_of_the_register() -> None:
    """The ledger has the columns of stock_ledger, numbered from 1 per warehouse, item and month."""
    lines = stock_ledger(value_stock(posted(*rows_of(CASES["O01"]["steps"]))))
    assert lines.columns == [
        *("warehouse", "item_code", "seq", "period", "post_date", "doc_date", "doc_no", "line_no", "summary"),
        *("in_qty", "in_amount", "out_qty", "out_amount", "bal_qty", "bal_amount", "avg_price"),
    ]
    assert lines["seq"].to_list() == [1, 2, 3, 4, 5, 6]
    assert lines.schema["avg_price"] == pl.Decimal(38, 4)
