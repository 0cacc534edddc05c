"""The table of rule cases of stocktake plans, count sheets and stocktake results."""

from __future__ import annotations

from datetime import date

from tests.rule_cases import Case
from tests.rule_lines import Line, goods, issued, received
from tests.rule_lines_assets import lent, moved, returned
from tests.rule_lines_counts import (
    approved,
    code_of,
    counted,
    damaged,
    explained,
    owned,
    planned,
    stocked,
    store,
)

_ITEM = goods(item_code="QT0910", item_name="盘点用品")
_HEAVY = goods(item_code="QT0911", item_name="散装用品", base_unit="千克", unit_is_integer="否")
_PLAN = planned()
"""A spot check of a classroom, where the stock book has nothing to say."""


def _here(thing: Line | None = _ITEM, qty: object = 1, **cells: object) -> tuple[Line, Line]:
    """Return a plan of its own and a line of it."""
    plan = planned()
    return plan, counted(plan, thing, qty, **cells)


def plan_cases() -> list[Case]:
    """Return the cases of plans by themselves and with their rooms."""
    early, quiet = store(), store()
    moved, still = stocked(early), stocked(quiet)
    late = received(moved[0], 1, warehouse=code_of(early), doc_date="2026-11-21")
    two_days = {"count_to": "2026-11-21 18:00"}
    return [
        Case(
            "DATE-ORDER",
            "E",
            "count_to",
            (_ITEM, _HEAVY, _PLAN, planned(count_to="2026-11-20 12:59")),
            (planned(count_to="2026-11-20 13:00"),),
        ),
        Case(
            "TIME-REQUIRED",
            "W",
            "cutoff",
            (planned(cutoff=date(2026, 11, 20)),),
            (planned(cutoff=date(2026, 11, 1)), planned(cutoff="2026-11-20 00:01")),
        ),
        Case("NUM-RANGE", "E", "counters", (planned(counters="孙丽"),), (planned(counters="孙丽、T006"),), small="-"),
        Case(
            "PLN-01",
            "E",
            "counters",
            (planned("CK01、A-301", counters="王芳、周梅"),),
            (planned("CK01、A-301", counters="王芳、孙丽"),),
            small="W",
        ),
        Case("PLN-02", "E", "observer", (planned(observer="周梅"),), (planned(observer="王芳"),), small="W"),
        Case(
            "PLN-03",
            "W",
            "cutoff",
            (early, *moved, late, planned(code_of(early), **two_days)),
            (quiet, *still, planned(code_of(quiet), **two_days)),
        ),
        Case("X-16", "W", "warehouses", *_left_out_of_stock()),
        Case("X-16", "W", "warehouses", *_left_out_of_assets()),
        Case("X-16", "W", "warehouses", *_transferred()),
    ]


def _left_out_of_stock() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    places = store(), store()
    (item, came), (other, brought) = (stocked(place) for place in places)
    half, whole = (planned(code_of(place), scope="月度库存") for place in places)
    return (places[0], item, came, half), (places[1], other, brought, counted(whole, other, 10), whole)


def _left_out_of_assets() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    places = store(), store()
    missed, seen = (owned(room=code_of(place)) for place in places)
    gone = owned(room=code_of(places[1]), use_status="已处置")
    half, whole = (planned(code_of(place), scope="固定资产半年") for place in places)
    return (places[0], missed, half), (places[1], seen, gone, counted(whole, seen), whole)


def _transferred() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return an asset that was transferred on the day after the cut-off, and the counts of both rooms."""
    old, new = store(), store()
    card = owned(room=code_of(new))
    away = moved(card, code_of(new), code_of(old), doc_date="2026-11-21")
    before, after = (planned(code_of(place), scope="固定资产半年") for place in (old, new))
    return (old, new, card, away, before), (after,)


def sheet_cases() -> list[Case]:
    """Return the cases of single lines of count sheets."""
    card, other, desk = owned(), owned(), owned()
    return [
        Case("CNT-01", "E", "count1", _here(qty=None), _here(qty=0)),
        Case(
            "ONE-OF",
            "E",
            "item_code",
            (card, *_here(card, item_code="QT0910")),
            (other, *_here(other), *_here()),
        ),
        Case("CNT-07", "E", "count1", _here(qty="1.5"), _here(_HEAVY, "1.5", unit="千克")),
        Case("CNT-07", "E", "count1", (desk, *_here(desk, "0.5", count2=1)), _here(_HEAVY, "0.5", unit="千克")),
        Case("CNT-07", "E", "count2", _here(count2="0.5"), _here(_HEAVY, 1, unit="千克", count2="0.5")),
        Case("UNIT-BASE", "E", "unit", _here(unit="箱"), _here(_HEAVY, unit="千克")),
        Case("CNT-02", "E", "observer", _here(observer="孙丽"), _here(counter="吴刚"), small="W"),
        Case("CNT-06", "W", "name_spec", _here(None), _here()),
        Case(
            "DATE-ORDER",
            "E",
            "counted_at",
            _here(counted_at="2026-11-20 18:01"),
            (*_here(counted_at="2026-11-20 18:00"), *_here(counted_at="2026-11-20 13:00")),
        ),
    ]


def repeated_cases() -> list[Case]:
    """Return the cases of things counted twice, and of sheets that are missing."""
    moved, still, card = owned(), owned(), owned()
    plans = [planned("A-301、CK01") for _ in range(6)]
    return [
        Case(
            "CNT-05",
            "E",
            "room",
            (moved, plans[0], counted(plans[0], moved), counted(plans[0], moved, room="CK01")),
            (still, plans[1], counted(plans[1], still), *_here(still)),
        ),
        Case(
            "X-16",
            "W",
            "line_no",
            (card, plans[2], counted(plans[2], card), counted(plans[2], card)),
            (plans[3], counted(plans[3], _ITEM), counted(plans[3], _HEAVY, unit="千克")),
        ),
        Case(
            "CNT-03",
            "W",
            "sheet_no",
            (plans[4], counted(plans[4], _ITEM), counted(plans[4], _HEAVY, unit="千克", sheet_no="03")),
            (plans[5], counted(plans[5], _ITEM), counted(plans[5], _HEAVY, unit="千克", sheet_no="02")),
        ),
    ]


def loan_cases() -> list[Case]:
    """Return the cases of assets that are lent out while they are counted."""
    missing: dict[str, object] = {"count2": 0, "condition": "不在现场"}
    out, here, back, nowhere, there = (owned() for _ in range(5))
    return [
        Case(
            "X-11",
            "E",
            "condition",
            (out, lent(out), *_here(out, 0, **missing)),
            (
                *(here, lent(here), *_here(here, 1, condition="借出")),
                *(back, returned(back), *_here(back, 0, **missing)),
            ),
        ),
        Case(
            "X-11",
            "E",
            "condition",
            (nowhere, lent(nowhere), *_here(nowhere, 0, count2=0, condition="借出")),
            (there, lent(there), *_here(there, 1, condition="借出")),
        ),
    ]


def difference_cases() -> list[Case]:
    """Return the cases of counts that differ from the books."""
    place = store()
    plan = planned(code_of(place))
    short, twice, exact, old = (stocked(place) for _ in range(4))
    rice, flour = (stocked(place, 100, **_WEIGHED) for _ in range(2))
    new, gone, kept = goods(), owned(), owned()
    return [
        Case(
            "CNT-04",
            "E",
            "count2",
            (place, *short, *twice, *exact, plan, counted(plan, short[0], 9)),
            (counted(plan, twice[0], 9, count2=9), counted(plan, exact[0], 10)),
        ),
        Case(
            "CNT-04",
            "E",
            "count2",
            (*rice, counted(plan, rice[0], "97.999", unit="千克")),
            (*flour, counted(plan, flour[0], 98, unit="千克")),
        ),
        Case(
            "CNT-04",
            "E",
            "count2",
            (gone, counted(plan, gone, 0, condition="不在现场")),
            (kept, counted(plan, kept, 0, condition="不在现场", count2=0)),
        ),
        Case("CNT-06", "W", "item_code", (new, counted(plan, new, 3)), (*old, counted(plan, old[0], 10))),
        *_moved_since(),
    ]


_WEIGHED = {
    "prefix": "SP",
    "category": "食品",
    "nature": "食品",
    "is_fresh": "是",
    "base_unit": "千克",
    "unit_is_integer": "否",
}


def _moved_since() -> tuple[Case, Case]:
    """Return the cases of a count on the next day: 10 at the cut-off, 4 went out and 1 came in since."""
    place, empty = store(), store()
    times = {"cutoff": "2026-11-19 23:59", "count_from": "2026-11-20 08:00", "count_to": "2026-11-21 18:00"}
    plan, quiet = planned(code_of(place), **times), planned(code_of(empty), **times)
    lines: list[tuple[Line, ...]] = []
    for qty in (10, 7):
        item, came = stocked(place)
        after = received(item, 1, warehouse=code_of(place), doc_date="2026-11-21")
        out = issued(item, 4, warehouse=code_of(place), doc_date="2026-11-20")
        lines.append((item, came, after, out, counted(plan, item, qty, counted_at="2026-11-21 09:00")))
    return (
        Case("PLN-03", "W", "cutoff", (place, plan), (empty, quiet)),
        Case("CNT-04", "E", "count2", lines[0], lines[1]),
    )


def _ready(**cells: object) -> tuple[Line, Line, Line]:
    """Return a plan, an item and the line on which it was counted."""
    plan, item = planned(), goods()
    return plan, item, counted(plan, item, **cells)


def result_cases() -> list[Case]:
    """Return the cases of explanations and approvals of single rows."""
    ready = [_ready() for _ in range(22)]
    lines = [each[-1] for each in ready]
    before = tuple(line for each in ready for line in each)
    missing: tuple[dict[str, object], ...] = ({"reason": None}, {"reason_note": None}, {"suggestion": None})
    blame: dict[str, object] = {"reason": "保管不善"}
    higher: dict[str, object] = {"approve_level": "主管部门"}
    card = owned()
    return [
        Case("VAR-01", "E", "approver", (*before, approved(lines[0], approver=None)), (explained(lines[1]),)),
        Case("VAR-01", "E", "approve_date", (approved(lines[2], approve_date=None),), (approved(lines[3]),)),
        *(
            Case("REQ-EMPTY", "E", next(iter(cells)), (approved(wrong, **cells),), (explained(right, **cells),))
            for cells, wrong, right in zip(missing, lines[4:7], lines[7:10], strict=True)
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "responsible",
            (explained(lines[10], **blame),),
            (explained(lines[11], **blame, responsible="何平"),),
        ),
        Case("REQ-EMPTY", "E", "batch_approval", (approved(lines[12], **higher),), (explained(lines[13], **higher),)),
        Case(
            "TEXT-SHORT",
            "E",
            "reason_note",
            (approved(lines[14], reason_note="没登记"),),
            (explained(lines[15], reason_note="没登记"),),
        ),
        Case(
            "ROLE-MISMATCH",
            "W",
            "approver",
            (approved(lines[16], approver="李明", suggestion="补单"),),
            (approved(lines[17], approver="李明", suggestion="补单", approve_level="总务主任"),),
        ),
        Case("VAR-01", "E", "approver", (approved(lines[18], approver="李明"),), (approved(lines[19]),)),
        Case(
            "VAR-01",
            "E",
            "approve_level",
            (approved(lines[20], approver="李明", approve_level="总务主任"),),
            (approved(lines[21], approve_level="校长"),),
        ),
        Case("ONE-OF", "E", "item_code", *_either_or(card)),
    ]


def _either_or(card: Line) -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    first, second = _ready(), _here(card)
    return (card, *first, explained(first[-1], asset_no=code_of(card))), (*second, explained(second[-1]))


def traced_cases() -> list[Case]:
    """Return the cases of results against their count sheet, their card and what follows them."""
    first, second, third, fourth, fifth = (_ready() for _ in range(5))
    by_keeper, by_other, again = _ready(keeper="钱进"), _ready(), _ready()
    owing, paying = _ready(), _ready()
    owes: dict[str, object] = {"reason": "保管不善", "responsible": "孙丽", "suggestion": "赔偿"}
    return [
        Case(
            "X-15",
            "E",
            "line_no",
            (*first, explained(first[-1], line_no=990)),
            (*second, explained(second[-1]), explained(first[-1])),
        ),
        Case(
            "X-15", "E", "line_no", (*third, explained(third[-1], item_code="QT0910")), (*fourth, approved(fourth[-1]))
        ),
        Case(
            "X-09",
            "E",
            "approve_date",
            (*fifth, approved(fifth[-1], approve_date="2026-11-19")),
            (*by_other, approved(by_other[-1], approve_date="2026-11-20")),
        ),
        Case(
            "VAR-02",
            "E",
            "approver",
            (*by_keeper, approved(by_keeper[-1])),
            (*again, approved(again[-1])),
            small="W",
        ),
        Case("VAR-03", "E", "approve_level", *_lost()),
        Case(
            "VAR-04",
            "W",
            "suggestion",
            (*owing, explained(owing[-1], **owes)),
            (*paying, explained(paying[-1], **owes), damaged(paying[1])),
        ),
        Case("VAR-05", "W", "plan_no", *_waiting()),
    ]


def settled_cases() -> list[Case]:
    """Return the cases of counts whose difference was approved, and of results without a difference."""
    first, second, third, fourth = (_settled() for _ in range(4))
    place = store()
    plan, same, short = planned(code_of(place)), stocked(place), stocked(place)
    line, other = counted(plan, same[0], 10), counted(plan, short[0], 9, count2=9)
    return [
        Case(
            "X-15",
            "E",
            "count1",
            (first[-2].but(count1=8, count2=8),),
            (second[-2].but(name_spec="更名"),),
            before=(*first, *second),
        ),
        Case(
            "X-15",
            "E",
            "cutoff",
            (third[1].but(cutoff="2026-11-20 11:00"),),
            (fourth[1].but(count_to="2026-11-20 19:00"),),
            before=(*third, *fourth),
        ),
        Case("X-15", "W", "line_no", (place, plan, *same, line, explained(line)), (*short, other, explained(other))),
    ]


def overdrawn_cases() -> list[Case]:
    """Return the cases of approvals of a loss whose goods were issued meanwhile: three counted of ten."""
    place = store()
    plan, gone, there = planned(code_of(place)), stocked(place), stocked(place)
    first, second = (counted(plan, goods_here[0], 3, count2=3) for goods_here in (gone, there))
    out = issued(gone[0], 5, doc_date="2026-11-21", warehouse=code_of(place))
    before = (place, plan, *gone, *there, first, second, out)
    return [Case("X-01", "E", "approve_date", (approved(first),), (approved(second),), before=before)]


def _settled() -> tuple[Line, ...]:
    """Return a warehouse, a plan, goods, the line on which one of ten is missing, and its approval."""
    place = store()
    plan, goods_here = planned(code_of(place)), stocked(place)
    line = counted(plan, goods_here[0], 9, count2=9)
    return (place, plan, *goods_here, line, approved(line))


def _lost() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    missing: dict[str, object] = {"count2": 0, "condition": "不在现场"}
    first, second, there = owned(), owned(), owned()
    lines = _here(first, 0, **missing), _here(second, 0, **missing), _here(there)
    by_school = {"approve_level": "校长"}
    right = approved(lines[1][-1], batch_approval="教财〔2026〕9号")
    return (
        (first, *lines[0], approved(lines[0][-1], **by_school)),
        (second, *lines[1], right, there, *lines[2], approved(lines[2][-1], **by_school)),
    )


def _waiting() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return results of counts 61 and 60 days before 22 November."""
    rows = []
    for day in ("2026-09-22", "2026-09-23"):
        times = {"cutoff": f"{day} 12:00", "count_from": f"{day} 13:00", "count_to": f"{day} 18:00"}
        plan, item = planned(**times), goods()
        line = counted(plan, item)
        rows.append((plan, item, line, explained(line)))
    return rows[0], rows[1]
