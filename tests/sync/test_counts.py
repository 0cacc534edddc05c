"""Differences of counts: what kind they are, what they are worth, and that approving them settles them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.property.count_book import at_cutoff, corrections
from sync.books.close import AVERAGE, FIFO
from sync.books.count_values import NET_WORTH, with_values
from sync.books.counts import differences
from sync.books.valuation import value_stock
from tests.schemas.register_frames import FrameBooks, books
from tests.sync.stock_rows import Row, issue, posted, receipt

ITEM, OTHER, STORE = "BG0001", "BG0002", "CK01"
CUTOFF = datetime(2026, 12, 1)  # noqa: DTZ001 - the school's own time
COUNTED = datetime(2026, 12, 2, 10)  # noqa: DTZ001

Cells = Mapping[str, Any]


def item(code: str = ITEM, **cells: object) -> Cells:
    """Return an item of the catalogue that is counted in pieces."""
    usual = {"item_code": code, "item_name": code, "base_unit": "包", "unit_is_integer": True, "category": "办公用品"}
    return usual | {"nature": "易耗品"} | cells


def plan(number: int = 1, cutoff: datetime = CUTOFF, **cells: object) -> Cells:
    """Return a plan as of the end of November."""
    usual = {"plan_no": f"PD-202611-{number:02d}", "scope": "月度库存", "cutoff": cutoff, "warehouses": STORE}
    return usual | {"count_from": cutoff, "count_to": cutoff + timedelta(days=3)} | cells


def line(number: int, qty: str, *, of: Cells | None = None, **cells: object) -> Cells:
    """Return a counted line of the item, on the morning of 2 December."""
    plan_no = (of or plan())["plan_no"]
    usual = {"plan_no": plan_no, "sheet_no": "01", "line_no": number, "room": STORE, "item_code": ITEM}
    count = {"name_spec": "物品", "count1": qty, "final_qty": qty, "counted_at": COUNTED, "condition": "在用完好"}
    return usual | count | cells


def result(of: Cells, day: date | None = date(2026, 12, 5), **cells: object) -> Cells:
    """Return the result of a line, approved by the principal on a day."""
    key = {name: of.get(name) for name in ("plan_no", "sheet_no", "line_no", "item_code", "asset_no")}
    words = {"reason": "记账差错", "suggestion": "调账", "approve_level": "校长"}
    signed = {"approver": "T009", "approve_date": day} if day else {}
    return key | words | signed | cells


def card(number: str, **cells: object) -> Cells:
    """Return the card of a computer in A-301."""
    usual = {"asset_no": number, "asset_name": "台式计算机", "qty": 1, "acquire_date": date(2020, 1, 1)}
    return usual | {"room": "A-301", "use_status": "在用"} | cells


def kept(documents: Sequence[Row] = (), **registers: Sequence[Cells]) -> FrameBooks:
    """Return books with a warehouse, two items, a plan and some documents."""
    usual: dict[str, Sequence[Cells]] = {
        "location": [{"room_code": STORE, "is_warehouse": True}, {"room_code": "A-301", "is_warehouse": False}],
        "item_catalogue": [item(), item(OTHER)],
        "stocktake_plan": [plan()],
    }
    moved = {name: [cells for register, cells in documents if register == name] for name, _ in documents}
    return books(**{**usual, **registers, **moved})


def told(of: FrameBooks, *names: str) -> list[tuple[Any, ...]]:
    """Return columns of the differences, line by line."""
    return differences(of).select(names).rows()


OPENING = receipt(date(2026, 11, 2), "36", "856.80", "RK-1")


@pytest.mark.parametrize(
    ("counted", "kind"),
    [
        ({"final_qty": "35"}, "盘亏"),
        ({"final_qty": "37"}, "盘盈"),
        ({}, "账实相符"),
        ({"condition": "损坏"}, "毁损"),
        ({"condition": "待报废", "final_qty": "35"}, "盘亏"),
    ],
)
def test_kinds_of_goods(counted: Cells, kind: str) -> None:
    """Short, over, equal, and spoilt goods that are there."""
    sheet = line(1, "36", count1="36") | counted
    assert told(kept([OPENING], stocktake_sheet=[sheet]), "diff_kind") == [(kind,)]


def test_kinds_of_assets() -> None:
    """Found elsewhere, missing, damaged, in another state, lent, in repair, part of a batch, never booked."""
    cards = [
        *(card("ZC-1"), card("ZC-2"), card("ZC-3"), card("ZC-4", use_status="闲置"), card("ZC-5"), card("ZC-6")),
        *(card("ZC-7", use_status="待修"), card("ZC-8", qty=50, use_status="在用")),
        card("ZC-9", acquire_date=date(2026, 12, 1)),
    ]
    moved = {"doc_no": "DB-1", "line_no": 1, "doc_date": date(2026, 12, 2), "asset_no": "ZC-6"}
    lent = {"doc_no": "JY-1", "line_no": 1, "loan_date": date(2026, 11, 1), "asset_no": "ZC-5", "qty": "1"}
    counts = [
        ("ZC-1", "1", {"room": STORE}, "地点不符"),
        ("ZC-2", "0", {"condition": "不在现场"}, "盘亏"),
        ("ZC-3", "1", {"condition": "损坏"}, "毁损"),
        ("ZC-4", "1", {}, "状况不符"),
        ("ZC-5", "1", {"condition": "借出", "room": STORE}, "账实相符"),
        ("ZC-6", "1", {}, "账实相符"),
        ("ZC-7", "1", {"condition": "不在现场"}, "账实相符"),
        ("ZC-8", "48", {}, "盘亏"),
        ("ZC-9", "1", {}, "盘盈"),
        (None, "2", {}, "盘盈"),
        (None, "0", {}, None),
    ]
    sheet = [
        line(number, qty, item_code=None, asset_no=asset, **{"room": "A-301", **cells})
        for number, (asset, qty, cells, _) in enumerate(counts, start=1)
    ]
    transfer = moved | {"from_room": "A-301", "to_room": STORE, "kind": "校内房间"}
    found = kept(stocktake_sheet=sheet, fixed_asset_card=cards, asset_transfer=[transfer], loan_register=[lent])
    assert [kind for (kind,) in told(found, "diff_kind")] == [kind for *_, kind in counts]
    assert told(found, "on_loan")[4] == (Decimal(1),)


def test_two_goods_that_were_taken_for_each_other_are_named() -> None:
    """One too many of this and one too few of that, in one room and of one category: proposed, not decided."""
    documents = [OPENING, receipt(date(2026, 11, 2), "10", "30.00", "RK-2", item_code=OTHER)]
    sheet = [line(1, "37"), line(2, "9", item_code=OTHER)]
    names = ("swapped_with", "diff_kind")
    assert told(kept(documents, stocktake_sheet=sheet), *names) == [("01 / 2", "盘盈"), ("01 / 1", "盘亏")]
    decided = [result(each, None, reason="串号", suggestion="串号对冲") for each in sheet]
    assert told(kept(documents, stocktake_sheet=sheet, stocktake_result=decided), "diff_kind") == [("串号",), ("串号",)]
    other = [item(), item(OTHER, category="清洁")]
    assert told(kept(documents, stocktake_sheet=sheet, item_catalogue=other), *names)[0] == (None, "盘盈")


def test_goods_confirmed_by_their_borrower_are_part_of_the_count() -> None:
    """34 on the shelf and 2 on a line of their own, lent out: nothing is missing; the same pile twice counts once."""
    lent = line(2, "2", condition="借出")
    names = ("carries", "qty_at_cutoff", "diff_kind")
    assert told(kept([OPENING], stocktake_sheet=[line(1, "34"), lent]), *names) == [
        (True, Decimal(36), "账实相符"),
        (False, Decimal(2), None),
    ]
    again = told(kept([OPENING], stocktake_sheet=[line(1, "36"), line(2, "36")]), *names)
    assert [(carries, kind) for carries, _, kind in again] == [(True, "账实相符"), (False, None)]


def test_counting_weighed_food_again_begins_above_the_tolerance() -> None:
    """2 % of the book for weighed food, nothing for what is counted in pieces."""
    food = [item(nature="食品", unit_is_integer=False, base_unit="千克")]
    for qty, again in (("35.28", False), ("35.279", True)):
        sheet = [line(1, qty)]
        assert told(kept([OPENING], stocktake_sheet=sheet, item_catalogue=food), "recount_required") == [(again,)]
        assert told(kept([OPENING], stocktake_sheet=sheet), "recount_required") == [(True,)]


@pytest.mark.parametrize(
    ("qty", "method", "unit_value", "amount"),
    [
        ("35", AVERAGE, "15.0000", "-15.00"),
        ("35", FIFO, "15.0000", "-10.00"),
        ("0", AVERAGE, "15.0000", "-540.00"),
        ("0", FIFO, "15.0000", "-540.00"),
        ("25", FIFO, "15.0000", "-110.00"),
        ("40", AVERAGE, "15.0000", "60.00"),
    ],
)
def test_difference_is_valued_as_the_book_would_at_the_cutoff(
    qty: str, method: str, unit_value: str, amount: str
) -> None:
    """18 = 180.00 and 18 = 360.00: at average 15.00, in layers 10.00 first; all of it takes all the money."""
    documents = [receipt(date(2026, 11, 2), "18", "180.00", "RK-1"), receipt(date(2026, 11, 9), "18", "360.00", "RK-2")]
    later = [receipt(date(2026, 12, 1), "5", "500.00", "RK-3")]
    found = kept([*documents, *later], stocktake_sheet=[line(1, str(Decimal(qty) + 5))])
    assert worth(found, documents, method) == [(Decimal(unit_value), Decimal(amount))]


@pytest.mark.parametrize(
    ("stated", "price", "amount"),
    [("12.5", "12.5000", "25.00"), (None, "0.5000", "1.00")],
)
def test_surplus_of_what_was_never_booked(stated: str | None, price: str, amount: str) -> None:
    """At the price that somebody states, else the nominal yuan for the line."""
    sheet = line(1, "2", item_code=OTHER)
    found = kept(stocktake_sheet=[sheet], stocktake_result=[result(sheet, None, unit_value=stated)])
    assert worth(found, []) == [(Decimal(price), Decimal(amount))]
    uncoded = line(1, "2", item_code=None)
    nameless = kept(stocktake_sheet=[uncoded], stocktake_result=[result(uncoded, None, unit_value=stated)])
    assert worth(nameless, []) == [(Decimal(price), Decimal(amount))]


def test_missing_asset_is_worth_its_net_value() -> None:
    """Two of 50 desks with 1000.01 left are worth 40.00; a whole card all that is left."""
    sheet = [line(number, "48", item_code=None, asset_no="ZC-8", room="A-301") for number in (1,)]
    found = kept(stocktake_sheet=sheet, fixed_asset_card=[card("ZC-8", qty=50)])
    net = pl.DataFrame([("PD-202611-01", "ZC-8", 100_001, 50_000)], schema=NET_WORTH, orient="row")
    assert worth(found, [], net=net) == [(Decimal("20.0002"), Decimal("-40.00"))]


def worth(
    of: FrameBooks, documents: Sequence[Row], method: str = AVERAGE, net: pl.DataFrame | None = None
) -> list[tuple[Any, ...]]:
    """Return unit value and amount of every line; the stock book at the cut-off is that of some documents."""
    close = value_stock(posted(*documents), method=method).close
    items = of.rows("item_catalogue")
    none = pl.DataFrame(schema=NET_WORTH)
    valued = with_values(differences(of), lambda _: close, items, method, none if net is None else net)
    return valued.select("unit_value", "diff_amount").rows()


MORNING = datetime(2026, 11, 1, 10)  # noqa: DTZ001


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Row], list[Cells], list[Cells], list[Cells], list[int]]:
    """Draw documents, unseen losses and finds, and counts of what is really there, approved in any order.

    Returns documents, plans, lines and results, and what had been lost or found unseen by each count.
    """
    days = sorted(draw(st.lists(st.integers(1, 28), min_size=2, max_size=12, unique=True)))
    documents: list[Row] = [receipt(date(2026, 11, 1), "1000", "1000.00", "RK-0")]
    really, unseen = {1: 1_000_000}, 0
    plans, lines, results, lost = [], [], [], []
    for number, day in enumerate(days, start=1):
        what = draw(st.sampled_from(["receipt", "issue", "unseen", "count"]))
        thousandths = draw(st.integers(1, 20_000))
        qty = f"{Decimal(thousandths) / 1000}"
        if what == "receipt":
            documents.append(receipt(date(2026, 11, day), qty, "5.00", f"RK-{number}"))
            really[day] = really.get(day, 0) + thousandths
        elif what == "issue":
            documents.append(issue(date(2026, 11, day), qty, f"CK-{number}"))
            really[day] = really.get(day, 0) - thousandths
        elif what == "unseen":
            unseen += thousandths * draw(st.sampled_from([-1, 1]))
        else:
            now = sum(moved for when, moved in really.items() if when <= day) + unseen
            own = plan(len(plans) + 1, cutoff=MORNING.replace(day=day, hour=draw(st.sampled_from([0, 8]))))
            counted_at = MORNING.replace(day=day)
            plans.append(own)
            lines.append(line(1, f"{Decimal(now) / 1000}", of=own, counted_at=counted_at))
            lost.append(unseen)
    order = draw(st.permutations(range(len(lines))))
    for turn, at in enumerate(order):
        results.append(result(lines[at], date(2026, 12, 1 + turn)))
    return documents, plans, lines, results, lost


@given(histories())
@settings(deadline=None, max_examples=60)
def test_approving_every_count_leaves_what_was_found_by_the_last(
    history: tuple[list[Row], list[Cells], list[Cells], list[Cells], list[int]],
) -> None:
    """Each approval posts what its count saw beyond the newest one approved before it, and never changes again."""
    documents, plans, lines, results, lost = history
    newest, expected = -1, {}
    for approval in results:
        at = next(n for n, each in enumerate(lines) if each["plan_no"] == approval["plan_no"])
        before = lost[newest] if newest >= 0 else 0
        expected[approval["plan_no"]] = lost[at] - before if at > newest else 0
        newest = max(newest, at)
    for known in range(len(results) + 1):
        registers = {"stocktake_plan": plans, "stocktake_sheet": lines, "stocktake_result": results[:known]}
        found = corrections(kept(documents, **registers))
        effects = dict(found.select("plan_no", "effect").iter_rows())
        assert effects == {each["plan_no"]: expected[each["plan_no"]] for each in results[:known]}
    assert sum(expected.values()) == (lost[-1] if lost else 0)
    if lines:
        after = plan(99, cutoff=datetime(2026, 12, 30))  # noqa: DTZ001
        book = sum(Decimal(cells["qty"]) * (1 if name == "stock_receipt" else -1) for name, cells in documents)
        there = book + Decimal(lost[-1]) / 1000
        again = line(1, str(there), of=after, counted_at=datetime(2026, 12, 30, 10))  # noqa: DTZ001
        whole = kept(
            documents, stocktake_plan=[*plans, after], stocktake_sheet=[*lines, again], stocktake_result=results
        )
        last = at_cutoff(whole.rows("stocktake_sheet").filter(pl.col("plan_no") == after["plan_no"]), whole)
        assert last["diff_qty"].to_list() == [0]
