"""The table of rule cases of disposals and of compensation."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import Line, goods, issued, received
from tests.rule_lines_assets import lent, listed, returned
from tests.rule_lines_counts import (
    approved,
    charged,
    counted,
    damaged,
    disposed,
    explained,
    owned,
    planned,
    written_off,
)
from tests.rule_lines_money import banked, cash


def approval_cases() -> list[Case]:
    """Return the cases of who approves a disposal, and when."""
    cards = [owned() for _ in range(16)]
    item, other, third = ((made := goods(), received(made, 10)) for _ in range(3))
    plain = {"decision_no": None, "approval_no": None}
    return [
        Case("DSP-01", "E", "dispose_date", (*cards, disposed(cards[0], approver=None)), (disposed(cards[1]),)),
        Case("DSP-01", "E", "dispose_date", (disposed(cards[2], approve_date=None),), (written_off(cards[3]),)),
        Case(
            "DSP-01",
            "E",
            "dispose_date",
            (disposed(cards[4], decision_no=None),),
            (*item, disposed(item[0], 2, **plain, approver="李明")),
        ),
        Case(
            "DSP-01",
            "E",
            "dispose_date",
            (disposed(cards[5], dispose_date="2026-11-07"),),
            (disposed(cards[6], dispose_date="2026-11-08"),),
        ),
        Case(
            "X-09",
            "E",
            "approver",
            (disposed(cards[7], applicant="钱进"),),
            (*other, disposed(other[0], **plain, approver="李明")),
            small="W",
        ),
        Case(
            "X-09",
            "E",
            "approve_date",
            (disposed(cards[8], approve_date="2026-11-04"),),
            (disposed(cards[9], approve_date="2026-11-05"),),
        ),
        Case("ROLE-MISMATCH", "W", "approver", (disposed(cards[10], approver="李明"),), (disposed(cards[11]),)),
        Case(
            "ROLE-MISMATCH",
            "W",
            "approver",
            (*third, disposed(third[0], **plain, approver="周梅")),
            (disposed(third[0], **plain, approver="李明"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "decision_no",
            (disposed(cards[12], decision_no=None, dispose_date=None),),
            (written_off(cards[13]),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "approval_no",
            (disposed(cards[14], approval_no=None),),
            (disposed(cards[15], approval_no=None, dispose_date=None),),
        ),
    ]


def disposal_cases() -> list[Case]:
    """Return the cases of what is disposed of."""
    young, new, old, aged, named, twice, once = (owned(**each) for each in (_YOUNG, _YOUNG, {}, {}, {}, {}, {}))
    chairs, stools, desks = (owned(**_FURNITURE) for _ in range(3))
    reason = {"appraisal": "主板损坏，无维修价值"}
    return [
        Case("DSP-05", "W", "asset_no", (young, disposed(young, **reason)), (old, disposed(old))),
        Case(
            "REQ-EMPTY",
            "E",
            "appraisal",
            (new, disposed(new)),
            (aged, disposed(aged)),
            also=(("DSP-05", "W", "asset_no"),),
        ),
        Case("REQ-EMPTY", "E", "asset_no", (written_off(named).but(asset_no=None),), (named, written_off(named))),
        Case("ONE-OF", "E", "item_code", (twice, written_off(twice, item_code="QT0900")), (once, written_off(once))),
        Case("QTY-INT", "E", "qty", (desks, written_off(desks, "1.5")), (stools, written_off(stools, 4))),
        Case(
            "NUM-RANGE", "E", "qty", (chairs, written_off(chairs, 4), written_off(chairs, 7)), (written_off(stools, 6),)
        ),
        Case("NUM-RANGE", "E", "qty", *_stock_written_off()),
        Case("X-14", "E", "asset_no", (written_off(once),), (written_off(desks, 1), written_off(desks, 2))),
    ]


_YOUNG: dict[str, object] = {"acquire_date": "2021-03-10", "entry_date": "2021-03-10"}
"""Of a computer that is not six years old in November 2026."""
_FURNITURE: dict[str, object] = {
    "asset_name": "课桌",
    "class_code": "A05010201",
    "asset_kind": "家具和用具",
    "qty": 10,
    "unit": "张",
    "original_value": "35000.00",
    "acquire_date": "2010-03-10",
    "entry_date": "2010-03-10",
}
"""Of ten desks on one card, whose fifteen years are over."""


def _stock_written_off() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return applications for 11 of 10, and for all 10 of which the warehouse has handed out 3 as written off."""
    over, all_of_it = goods(), goods()
    whole = written_off(all_of_it, 10)
    out = issued(all_of_it, 3, issue_kind="报废出库", ref_doc=whole.number, doc_date="2026-11-12")
    return (over, received(over, 10), written_off(over, 11)), (all_of_it, received(all_of_it, 10), whole, out)


def settled_cases() -> list[Case]:
    """Return the cases of what stands against a disposal, and what has to follow it."""
    disputed, agreed, seen, gone = (owned() for _ in range(4))
    plan = planned()
    lines = [counted(plan, each, 0, count2=0, condition="不在现场") for each in (disputed, agreed, gone)]
    again = counted(plan, seen)
    sold, given, out, back = (owned() for _ in range(4))
    income = {"way": "出售", "income": "300.00", "cost": "100.00", "doc_date": "2026-10-05"}
    october = {"approve_date": "2026-10-08", "dispose_date": "2026-10-31"}
    november = {"approve_date": "2026-10-08", "dispose_date": "2026-11-01"}
    even, paid = owned(), owned()
    return [
        Case(
            "DSP-02",
            "E",
            "asset_no",
            (plan, disputed, lines[0], explained(lines[0]), written_off(disputed, reason="盘亏")),
            (
                *(agreed, lines[1], approved(lines[1], batch_approval="教财〔2026〕9号")),
                written_off(agreed, reason="盘亏"),
            ),
        ),
        Case(
            "DSP-02",
            "E",
            "asset_no",
            (out, lent(out), written_off(out)),
            (back, written_off(back), returned(back, return_date="2026-11-04")),
        ),
        Case("DSP-04", "W", "asset_no", (seen, again, disposed(seen)), (gone, lines[2], disposed(gone))),
        Case(
            "DSP-03",
            "W",
            "remit_no",
            (sold, disposed(sold, **income, **october)),
            (
                *(given, disposed(given, **income, **november)),
                *(paid, disposed(paid, **income, **october, remit_no="FS2026-1101")),
                *(even, disposed(even, **{**income, "cost": "300.00"}, **october)),
            ),
        ),
    ]


def gone_cases() -> list[Case]:
    """Return the cases of things that left a room list last spring, and what explains them."""
    lost, sold, missed = (owned() for _ in range(3))
    there, here = planned("CK01"), planned()
    elsewhere, counted_here = (
        counted(plan, card, 0, count2=0, condition="不在现场") for plan, card in ((there, lost), (here, missed))
    )
    return [
        Case(
            "ROM-03",
            "W",
            "qty_end",
            (lost, there, elsewhere, explained(elsewhere), listed(lost, qty_end=0)),
            (
                *(sold, written_off(sold), listed(sold, qty_end=0)),
                *(missed, here, counted_here, explained(counted_here), listed(missed, qty_end=0)),
            ),
        )
    ]


def cause_cases() -> list[Case]:
    """Return the cases of who pays, and why."""
    item, card, other = goods(), owned(), owned()
    natural = {"cause": "自然损耗"}
    free = {"liable": "否", "basis": None, "base_amount": None, "ratio": None, "amount": None}
    return [
        Case("ONE-OF", "E", "item_code", (item, card, damaged(card, item_code=item.item)), (damaged(item), damaged())),
        Case("QTY-INT", "E", "qty", (damaged(card, qty="0.5"),), (other, damaged(other))),
        Case("CMP-01", "E", "liable", (charged(**natural),), (charged(**natural, **free),)),
        Case("REQ-EMPTY", "E", "cause", (charged(cause=None),), (damaged(),)),
        Case("REQ-EMPTY", "E", "cause_note", (charged(cause_note=None),), (charged(),)),
        Case(
            "REQ-EMPTY",
            "E",
            "liable",
            (charged(liable=None, approver=None),),
            (charged(**natural, **free),),
        ),
        Case("REQ-EMPTY", "E", "basis", (charged(basis=None),), (charged(basis="净值"),)),
        Case("REQ-EMPTY", "E", "amount", (charged(amount=""),), (charged(amount=None),)),
        Case("REQ-EMPTY", "E", "base_amount", (charged(base_amount=None),), (charged(),)),
        Case(
            "REQ-EMPTY",
            "E",
            "ratio",
            (charged(ratio=None),),
            (charged(cause="故意损坏", ratio=None, amount="50.00"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "appraisal_ref",
            (charged(person_kind="教职工"),),
            (charged(person_kind="班级", appraisal_ref="十一月班级考核"), charged(person_kind="学生")),
        ),
        Case("REQ-EMPTY", "E", "approver", (charged(approver=None),), (damaged(),)),
        Case("X-09", "E", "approver", (charged(responsible="钱进"),), (charged(responsible="T003"),), small="W"),
        Case("ROLE-MISMATCH", "W", "approver", (charged(approver="李明"),), (charged(approver="T009"),)),
    ]


def payment_cases() -> list[Case]:
    """Return the cases of what is due and what was paid."""
    first = charged(paid="10.00", receipt_no="SJ0001")
    young = owned(unit_price="7200.00", original_value="7200.00", acquire_date="2026-01-10", entry_date="2026-01-10")
    net = {"basis": "净值", "ratio": "100", "qty": 1}
    return [
        Case(
            "CMP-05",
            "W",
            "base_amount",
            (young, charged(young, **net, base_amount="6199.99", amount="6199.99")),
            (
                charged(young, **net, base_amount="6200.00", amount="6200.00"),
                charged(young, **net, cause="遗失", base_amount="6300.00", amount="6300.00"),
            ),
        ),
        Case(
            "CMP-02",
            "E",
            "amount",
            (charged(amount="25.01"),),
            (charged(base_amount="0.01", amount="0.01"), charged(base_amount="33.33", ratio="33.33", amount="11.11")),
        ),
        Case(
            "CMP-03",
            "E",
            "paid",
            (charged(paid="25.01", receipt_no="SJ0002"),),
            (charged(paid="25.00", receipt_no="SJ0003"), cash(ref_doc="SJ0003")),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "receipt_no",
            (charged(paid="5.00"),),
            (charged(paid="0"), charged(paid=None)),
        ),
        Case(
            "KEY-DUP",
            "E",
            "receipt_no",
            (cash(ref_doc="SJ0001"), first, charged(paid="5.00", receipt_no="SJ0001")),
            (charged(paid="5.00", receipt_no="SJ0004"), banked(ref_doc="SJ0004")),
        ),
        Case(
            "CMP-04",
            "W",
            "receipt_no",
            (cash(ref_doc="SJ0009"), charged(paid="5.00", receipt_no="SJ0005")),
            (charged(paid="5.00", receipt_no="SJ0006"), banked(voucher_no="SJ0006"), charged(paid="0.00")),
        ),
    ]
