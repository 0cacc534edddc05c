"""What holds of the stock book whatever moves: identities, order of arrival, closes, and an independent reckoning."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.books.close import AVERAGE, FIFO
from sync.books.summary import monthly_summary, stock_balances
from sync.books.valuation import value_stock
from tests.sync.stock_model import differences, history
from tests.sync.stock_rows import Row, adjustment, brought_back, issue, posted, receipt, sent_back, transfer

ITEMS, STORES = ("BG0001", "BG0002"), ("CK01", "CK02")
OCTOBER = date(2026, 10, 1)
DAYS = 92

methods = st.sampled_from([AVERAGE, FIFO])


@st.composite
def histories(draw: st.DrawFn) -> list[Row]:
    """Draw documents that no day leaves without stock, each dated when it happened, in order."""
    held: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    lines: dict[str, tuple[str, str, Decimal]] = {}
    rows: list[Row] = []
    day = OCTOBER
    for number in range(draw(st.integers(1, 14))):
        day += timedelta(days=draw(st.integers(1, 6)))
        item, store = draw(st.sampled_from(ITEMS)), draw(st.sampled_from(STORES))
        other = STORES[1 - STORES.index(store)]
        place = {"item_code": item, "warehouse": store}
        left = held[item, store]
        kind = draw(st.sampled_from(["receipt", "issue", "issue", "transfer", "back", "sent", "count"]))
        part = Decimal(draw(st.integers(1, int(left * 1000)) if left and draw(st.booleans()) else st.just(0))) / 1000
        qty = part or left
        doc = f"{number:04d}"
        if kind == "receipt" or not left:
            qty = Decimal(draw(st.integers(1, 30_000))) / 1000
            amount = Decimal(draw(st.integers(0, 99_999))) / 100
            rows.append(("stock_receipt", receipt(day, str(qty), str(amount), f"RK-{doc}", **place)[1]))
            lines[f"RK-{doc}"] = (item, store, qty)
            held[item, store] += qty
        elif kind == "issue":
            rows.append(issue(day, str(qty), f"CK-{doc}", **place))
            lines[f"CK-{doc}"] = (item, store, qty)
            held[item, store] -= qty
        elif kind == "transfer":
            rows.append(transfer(day, str(qty), f"DB-{doc}", (store, other), item_code=item))
            held[item, store] -= qty
            held[item, other] += qty
        elif kind == "count":
            difference = qty if draw(st.booleans()) else -qty
            rows.append(adjustment(day, str(difference), f"PD-{doc}", item_code=item, room=store, line_no=number))
            held[item, store] += difference
        else:
            prefix = "CK" if kind == "back" else "RK"
            named = [name for name, line in lines.items() if name.startswith(prefix) and line[:2] == (item, store)]
            if not named:
                continue
            original = draw(st.sampled_from(named))
            most = lines[original][2] if kind == "back" else min(left, lines[original][2])
            if not most:
                continue
            qty = Decimal(draw(st.integers(1, int(most * 1000)))) / 1000
            lines[original] = (item, store, lines[original][2] - qty)
            held[item, store] += qty if kind == "back" else -qty
            if kind == "back":
                rows.append(brought_back(day, str(-qty), f"CK-{doc}", original, **place))
            else:
                rows.append(sent_back(day, str(-qty), "-1.00", f"RK-{doc}", original, **place))
    return rows


@settings(deadline=None, max_examples=30)
@given(histories(), methods)
def test_postings_add_up_to_the_balance(rows: list[Row], method: str) -> None:
    """Per place the last balance is the sum of all postings, and none is below zero."""
    valuation = value_stock(posted(*rows), method=method)
    sums = valuation.valued.group_by("item_code", "warehouse").agg(pl.col("effect", "amount").sum())
    stock = valuation.close.stock.rename({"qty": "effect"})
    assert (
        sums.sort("item_code", "warehouse").rows() == stock.select(sums.columns).sort("item_code", "warehouse").rows()
    )
    assert valuation.valued.filter((pl.col("bal_qty") < 0) | (pl.col("bal_amount") < 0)).is_empty()
    assert {breach.code for breach in valuation.breaches} <= {"LED-02"}


@settings(deadline=None, max_examples=30)
@given(histories(), methods)
def test_nothing_left_is_worth_nothing(rows: list[Row], method: str) -> None:
    """A balance of zero has an amount of zero; layers add up to the balance."""
    valuation = value_stock(posted(*rows), method=method)
    assert valuation.valued.filter((pl.col("bal_qty") == 0) & (pl.col("bal_amount") != 0)).is_empty()
    if method == FIFO:
        layers = valuation.close.layers.group_by("item_code", "warehouse").agg(pl.col("qty", "amount").sum())
        left = valuation.close.stock.filter(pl.col("qty") > 0)
        assert sorted(layers.rows()) == sorted(left.select(layers.columns).rows())


@settings(deadline=None, max_examples=30)
@given(histories(), methods)
def test_transfers_conserve(rows: list[Row], method: str) -> None:
    """Both legs of a transfer cancel out in quantity and amount."""
    moved = value_stock(posted(*rows), method=method).valued.filter(pl.col("register") == "asset_transfer")
    sums = moved.group_by("doc_no").agg(pl.col("effect", "amount").sum())
    assert sums.filter((pl.col("effect") != 0) | (pl.col("amount") != 0)).is_empty()


@settings(deadline=None, max_examples=30)
@given(st.data(), histories(), methods)
def test_the_order_of_arrival_changes_nothing(data: st.DataObject, rows: list[Row], method: str) -> None:
    """The same documents in any order give the same book."""
    shuffled = data.draw(st.permutations(rows))
    first, second = (value_stock(posted(*each), method=method) for each in (rows, shuffled))
    assert first.valued.rows() == second.valued.rows()
    assert first.close.layers.rows() == second.close.layers.rows()


@settings(deadline=None, max_examples=30)
@given(histories(), methods, st.integers(1, DAYS))
def test_a_close_in_between_changes_nothing(rows: list[Row], method: str, after: int) -> None:
    """Valuing what follows from the close of any day gives the same as valuing everything."""
    cut = OCTOBER + timedelta(days=after)
    moves = posted(*rows)
    whole = value_stock(moves, method=method)
    early = value_stock(moves.filter(pl.col("post_date") <= cut), method=method)
    late = value_stock(moves.filter(pl.col("post_date") > cut), method=method, opening=early.close)
    order = ("item_code", "post_date", "rank", "doc_no", "line_no", "leg")
    assert pl.concat([early.valued, late.valued]).sort(order).rows() == whole.valued.sort(order).rows()
    assert stock_balances(late).rows() == stock_balances(whole).rows()


@settings(deadline=None, max_examples=30)
@given(histories(), methods)
def test_months_add_up_and_follow_each_other(rows: list[Row], method: str) -> None:
    """Opening + in − out = close; a month opens with the close of the one before; the year is their sum."""
    summary = monthly_summary(value_stock(posted(*rows), method=method))
    for what in ("qty", "amount"):
        opens, came, went, close = (pl.col(f"{side}_{what}") for side in ("open", "in", "out", "close"))
        assert summary.filter(opens + came - went != close).is_empty()
        before = close.shift(1).over("warehouse", "item_code", order_by="period")
        assert summary.filter(before.fill_null(0) != opens).is_empty()
    year = pl.col("in_amount").cum_sum().over("warehouse", "item_code", order_by="period")
    assert summary.filter(year != pl.col("ytd_in")).is_empty()


@settings(deadline=None, max_examples=40)
@given(st.randoms(use_true_random=False), methods)
def test_an_independent_reckoning_agrees(draw: Random, method: str) -> None:
    """Every posting is worth what exact fractions say: both methods, transfers, returns, red letters, counts, boxes."""
    assert differences(history(draw), method) in ([], None)
