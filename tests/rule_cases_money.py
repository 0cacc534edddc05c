"""The table of rule cases of journals, counts of cash, statements and the trial balance."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import Line
from tests.rule_lines_money import banked, cash, cash_counted, exported, ledger_account, outstanding, statement, then

_SATURDAY = "2026-11-14"
_OCTOBER = "2026-10-17"
"""A Saturday, too: cash that moves on it need not be counted."""


def cash_cases() -> list[Case]:
    """Return the cases of single rows of the cash journal and of their order."""
    first, other, third, fourth, fifth = (cash() for _ in range(5))
    miscounted = then(first, "50.00", balance="151.00")
    second = cash(seq=2)
    gap, full = cash(date=_OCTOBER), cash(date=_OCTOBER)
    counted = cash(date="2026-11-12")
    return [
        Case(
            "CSH-01",
            "E",
            "balance",
            (first, miscounted, then(miscounted, None, "1.00")),
            (other, then(other, "50.00"), cash(balance="620.00")),
            marked=(1,),
        ),
        Case("CSH-02", "E", "balance", (third, then(third, None, "100.01")), (fourth, then(fourth, None, "100.00"))),
        Case(
            "CSH-03",
            "E",
            "date",
            (fifth, then(fifth, "1.00", date="2026-11-15")),
            (then(other, "2.00", seq=3, balance="152.00"),),
        ),
        Case(
            "CSH-03", "E", "seq", (second, then(second, "1.00", seq=1)), (then(fourth, "5.00", seq=7, balance="5.00"),)
        ),
        Case("CSH-04", "W", "balance", (cash(balance="5000.01"),), (cash(balance="5000.00"),)),
        Case("CSH-07", "E", "income", (cash(expense="5.00"),), (cash(),)),
        Case("CSH-07", "E", "income", (cash(income=None),), (cash(income=None, expense="5.00"),)),
        Case("CSH-08", "W", "seq", (gap, then(gap, "1.00", seq=4)), (full, then(full, "1.00"))),
        Case(
            "CCT-04", "W", "date", (cash(date="2026-11-12"),), (counted, cash_counted(counted), cash(date="2026-11-22"))
        ),
        Case("REQ-EMPTY", "E", "ref_doc", (cash(income="-5.00"),), (cash(income="-5.00", ref_doc="SJ-202611-0009"),)),
    ]


def cash_box_cases() -> list[Case]:
    """Return the cases of what has to go to the bank, and of the counts."""
    kept, given = (cash(date=_SATURDAY, kind="收费收入") for _ in range(2))
    taken, drawn = (cash(date=_SATURDAY, kind="收费收入") for _ in range(2))
    spent = then(taken, None, "10.00", kind="报销支出")
    fetched = then(drawn, "50.00", kind="提现")
    paid = then(fetched, None, "10.00", kind="报销支出")
    deposit = {"kind": "送存银行"}
    over, even, explained = (cash() for _ in range(3))
    return [
        Case(
            "CSH-05",
            "W",
            "kind",
            (kept,),
            (given, then(given, None, "100.00", **deposit), cash(date="2026-11-22", kind="收费收入")),
        ),
        Case(
            "CSH-06",
            "W",
            "expense",
            (taken, spent, then(spent, None, "90.00", **deposit)),
            (drawn, fetched, paid, then(paid, None, "140.00", **deposit)),
            marked=(1,),
        ),
        Case(
            "CCT-01",
            "E",
            "reason",
            (over, cash_counted(over, n100=None, n50=1, n20=2, n5=1, n1=4, n05=2, n01=1)),
            (
                *(even, cash_counted(even, n100=None, n50=1, n20=2, n10=1, uncleared_in="7.00", uncleared_out="7.00")),
                *(explained, cash_counted(explained, n100=2, reason="当日未记账的捐款")),
            ),
        ),
        Case("CCT-02", "W", "iou", (cash_counted(cash(), iou="0.01"),), (cash_counted(cash(), iou="0"),)),
        Case("CCT-03", "E", "checker", (cash_counted(cash(), checker="林芳"),), (cash_counted(cash()),), small="W"),
    ]


def bank_cases() -> list[Case]:
    """Return the cases of the bank journal."""
    first, other, twice, once = (banked(settle_no="1001") for _ in range(4))
    miscounted = then(first, "50.00", balance="1051.00", settle_no=None)
    state = {"account_kind": "财政专户", "income": None, "expense": "10.00"}
    taxed = {"kind": "非税收入", "date": _SATURDAY}
    kept, passed, short = (banked(**taxed) for _ in range(3))
    return [
        Case("ONE-OF", "E", "income", (banked(expense="5.00"),), (banked(),)),
        Case(
            "BNK-01",
            "E",
            "balance",
            (first, miscounted, then(miscounted, None, "1.00")),
            (other, then(other, "50.00", settle_no="1002")),
            marked=(1,),
        ),
        Case("BNK-03", "W", "kind", (banked(**state, kind="报销支出"),), (banked(**state, kind="上缴"),)),
        Case("BNK-04", "E", "settle_no", (twice, then(twice, "1000.00")), (once, then(once, None, "1000.00"))),
        Case(
            "BNK-02",
            "W",
            "kind",
            (kept,),
            (
                *(passed, then(passed, None, "1000.00", kind="上缴")),
                *(banked(**taxed, account_kind="财政专户"), banked(kind="非税收入", date="2026-11-22")),
            ),
        ),
        Case("BNK-02", "W", "kind", (short, then(short, None, "999.99", kind="上缴")), (banked(),), marked=(0,)),
        Case("REQ-EMPTY", "E", "ref_doc", (banked(income="-5.00"),), (banked(income="-5.00", ref_doc="TF0001"),)),
    ]


def statement_cases() -> list[Case]:
    """Return the cases of bank statements; the figures of BRC-01 are those of DOMAIN.md 4.9."""
    wrong, right = (banked(date="2026-10-31", balance="186432.57") for _ in range(2))
    whole = statement()
    complete, *lacking = (outstanding(statement()) for _ in range(5))
    names = ("item_kind", "item_date", "item_ref", "item_amount")
    return [
        *(
            Case(
                "REQ-EMPTY", "E", name, (line.but(**{name: None}),), (complete,) if name == names[0] else (statement(),)
            )
            for name, line in zip(names, lacking, strict=True)
        ),
        Case("ONE-OF", "E", "item_kind", (statement(item_amount="5.00"),), (statement(),)),
        Case(
            "DATE-ORDER",
            "E",
            "item_date",
            (outstanding(statement(), item_date="2026-11-01"),),
            (outstanding(statement(), item_date="2026-10-31"),),
        ),
        Case(
            "BRC-02",
            "W",
            "item_date",
            (outstanding(statement(), item_date="2026-08-31"),),
            (outstanding(statement(), item_date="2026-09-01"),),
        ),
        Case("BRC-03", "E", "preparer", (statement(preparer="林芳"),), (statement(preparer="T002"),), small="W"),
        Case(
            "NUM-RANGE",
            "E",
            "bank_balance",
            (whole, outstanding(whole, bank_balance="1000.01")),
            (statement(period="2026-09"), statement(period="2026-08", bank_balance="1.00")),
        ),
        Case("BRC-01", "W", "bank_balance", _reconciled(wrong, "3560.01"), _reconciled(right, "3560.00"), marked=(1,)),
    ]


def _reconciled(account: Line, received: str) -> tuple[Line, ...]:
    month = statement(account, bank_balance="201876.93")
    items = (
        ("银行已收单位未收", received),
        ("银行已付单位未付", "286.40"),
        ("单位已收银行未收", "1250.00"),
        ("单位已付银行未付", "13420.76"),
    )
    lines = (outstanding(month, n, item_kind=kind, item_amount=amount) for n, (kind, amount) in enumerate(items, 1))
    return (account, *lines)


def trial_balance_cases() -> list[Case]:
    """Return the cases of the trial balance, a month for each."""
    money = {"open_dr": "100.00", "close_dr": "100.00"}
    fund = {"open_cr": "100.00", "close_cr": "100.00"}
    return [
        Case(
            "GLB-02",
            "E",
            "close_dr",
            (
                ledger_account("2026-01", "1001", **money | {"close_dr": "90.00"}),
                ledger_account("2026-01", "3001", **fund | {"close_cr": "90.00"}),
            ),
            (
                ledger_account("2026-02", "1001", open_dr="100.00", cr="10.00", close_dr="90.00"),
                ledger_account("2026-02", "3001", open_cr="100.00", dr="10.00", close_cr="90.00"),
            ),
            marked=(0, 1),
        ),
        Case(
            "GLB-01",
            "E",
            "account_code",
            (
                ledger_account("2026-03", "1001", **money),
                ledger_account("2026-03", "3001", open_cr="90.00", close_cr="90.00"),
            ),
            (
                ledger_account("2026-04", "1002", **money),
                ledger_account("2026-04", "100201", **money),
                ledger_account("2026-04", "3001", **fund),
            ),
            marked=(0, 1),
        ),
    ]


def statement_line_cases() -> list[Case]:
    """Return the cases of the bank's own statement."""
    first = exported()
    going_on = exported(first, date="2026-11-05", income=None, expense="5.00", balance="995.00")
    later = exported(first, date="2026-11-09", income="2.00", balance="999.00")
    named, named_too = exported(), exported()
    other = {"date": "2026-11-04", "serial_no": None, "balance": "2000.00"}
    return [
        Case("ONE-OF", "E", "income", (exported(expense="5.00"),), (exported(expense="0.00"),)),
        Case("BST-02", "W", "amount", (exported(income="0.00", balance="7.00"),), (exported(),)),
        Case("BST-01", "W", "balance", (first, going_on, later), (exported(),)),
        Case("BST-03", "E", "serial_no", (named, named.but(serial_no=None)), (named_too, exported(named_too, **other))),
    ]
