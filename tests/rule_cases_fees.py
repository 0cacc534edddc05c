"""The table of rule cases of fees: approved, collected, refunded, remitted."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import Line, student
from tests.rule_lines_money import cash, collected, fee, refunded, remitted, then

_OCTOBER = "2026-10-17"


def catalogue_cases() -> list[Case]:
    """Return the cases of the approved fees."""
    board = {"fee_kind": "住宿费", "voluntary": "否"}
    first, later, ended = fee(valid_to="2026-12-31"), fee(), fee(valid_to="2026-12-31")
    return [
        Case(
            "FEE-01", "E", "stage", (fee(fee_kind="行政事业性收费"),), (fee(fee_kind="行政事业性收费", stage="高中"),)
        ),
        Case("FEE-01", "E", "stage", (fee(fee_kind="学费", stage="全部"),), (fee(fee_kind="学费", stage="幼儿园"),)),
        Case("FEE-02", "E", "approval_no", (fee(approval_no="待批"),), (fee(),)),
        Case("FEE-02", "E", "approval_no", (fee(approval_no="无"),), (fee(),)),
        Case(
            "FEE-03",
            "E",
            "valid_from",
            (later, later.but(fee_code="SF900", stage="全部", valid_from="2027-02-15")),
            (
                *(ended, ended.but(valid_from="2027-01-01", valid_to=None)),
                *(first, first.but(fee_code="SF901", stage="初中")),
            ),
        ),
        Case("FEE-04", "W", "publicised", (fee(publicised="否"),), (fee(),)),
        Case("FEE-05", "E", "voluntary", (fee(fee_kind="代收费", voluntary="否"),), (fee(fee_kind="代收费"),)),
        Case("DATE-ORDER", "E", "valid_to", (fee(valid_to="2026-08-31"),), (fee(valid_to="2026-09-01"),)),
        Case("REQ-EMPTY", "E", "refund_rule", (fee(**board),), (fee(**board, refund_rule="按月退"),)),
    ]


def standard_cases() -> list[Case]:
    """Return the cases of single rows of what was collected."""
    of = [fee() for _ in range(12)]
    monthly = fee(unit="元/生/月", standard="33.33")
    whole = {"exempt_ref": "教助〔2026〕3号"}
    return [
        Case("COL-01", "E", "fee_code", (of[0], collected(of[0], date="2026-08-31")), (collected(of[0]),)),
        Case("COL-01", "E", "fee_code", (collected(fee()),), (of[1], collected(of[1]))),
        Case("REQ-EMPTY", "E", "fee_month", (monthly, collected(monthly, amount="33.33")),
             (collected(monthly, periods="1.5", amount="50.00", fee_month="2026-11"),)),
        Case("REQ-EMPTY", "E", "student_no", (of[2], collected(of[2], student_no=None)),
             (collected(of[2], student_no=None, payer="李明"),)),
        Case("REQ-EMPTY", "E", "exempt_ref", (of[3], collected(of[3], exempt="40.00", amount="60.00")),
             (collected(of[3], exempt="40.00", amount="60.00", **whole),)),
        Case("NUM-RANGE", "E", "exempt", (of[4], collected(of[4], exempt="100.01", amount="0", **whole)),
             (collected(of[4], exempt="100.00", amount="0", **whole),)),
        Case("COL-02", "E", "amount", (of[5], collected(of[5], amount="100.01")), (collected(of[5]),)),
        Case("COL-03", "W", "amount", (of[6], collected(of[6], amount="99.99")), (of[7], collected(of[7]))),
    ]  # fmt: skip


def receipt_cases() -> list[Case]:
    """Return the cases of receipts: once for each fee, one payer, no number missing, all cash in the journal."""
    twice, again, one, two, three, counted, series, numbered, kept, sent = (fee() for _ in range(10))
    first, back = collected(twice), collected(again)
    line = collected(one)
    mine = {"student_no": None, "payer": "王家长"}
    fees = {"kind": "收费收入", "date": "2026-11-08"}
    right, wrong = cash(**fees), cash(**{**fees, "date": "2026-11-01"}, income="90.00", balance="90.00")
    own = [collected(series, date=_OCTOBER, receipt_no=f"SJ-202610-000{n}", **mine) for n in (1, 3)]
    theirs = [collected(numbered, date=_OCTOBER, receipt_no=f"ST-SJ-202610-000{n}", **mine) for n in (1, 2)]
    return [
        Case("COL-04", "E", "fee_code", (twice, first, collected(twice)),
             (again, back, refunded(back, "100.00"), collected(again))),
        Case("COL-05", "E", "receipt_no", (one, two, line, line.but(line_no=2, fee_code=two.cells["fee_code"], **mine)),
             (three, line.but(line_no=3, fee_code=three.cells["fee_code"]))),
        Case("COL-06", "W", "receipt_no", (collected(three, **mine, pay_way="现金", date="2026-11-07"),),
             (counted, right, then(right, None, "100.00", kind="送存银行"),
              collected(counted, pay_way="现金", date="2026-11-08"))),
        Case("X-22", "W", "amount",
             (wrong, then(wrong, None, "90.00", kind="送存银行"),
              collected(counted, **mine, pay_way="现金", date="2026-11-01")),
             (collected(counted, student_no=None, payer="赵家长"),)),
        Case("COL-07", "W", "receipt_no", (series, remitted(series, "200.00"), *own),
             (numbered, remitted(numbered, "200.00"), *theirs)),
        Case("X-21", "W", "amount", (kept, collected(kept, date=_OCTOBER)),
             (sent, collected(sent, date=_OCTOBER), remitted(sent, "60.00", on_hand="40.00"))),
    ]  # fmt: skip


def refund_cases() -> list[Case]:
    """Return the cases of refunds."""
    of = [fee() for _ in range(4)]
    much, enough, early, gone = (collected(each) for each in of)
    daily = fee(unit="元/生/天", standard="8.33")
    meals = collected(daily, periods=20, amount="166.60", fee_month="2026-11")
    more = meals.but(receipt_no="330199990001", fee_month="2026-10")
    child = student(stage="幼儿园", class_code="X1")
    care = fee(fee_kind="保教费", stage="幼儿园", refund_rule="按天退")
    cared = collected(care, student_no=child.cells["student_no"])
    leave = {"reason": "请假"}
    return [
        Case("REF-01", "E", "amount", (of[0], much, refunded(much, "60.00"), refunded(much, "40.01")),
             (of[1], enough, refunded(enough, "60.00"), refunded(enough, "40.00"))),
        Case("REF-01", "E", "amount", (refunded(gone, "1.00"),), (of[2], early, refunded(early, "1.00")),
             also=(("REF-PENDING", "W", "fee_code"), ("REF-PENDING", "W", "receipt_no"))),
        Case("REF-02", "E", "date", (refunded(early, "1.00", date="2026-11-13"),),
             (refunded(early, "1.00", date="2026-11-14"),)),
        Case("REQ-EMPTY", "E", "unused_units", (daily, meals, refunded(meals, "8.33")),
             (refunded(meals, "24.99", unused_units=3),)),
        Case("REF-03", "E", "amount", (refunded(meals, "24.98", unused_units=3),),
             (more, refunded(more, "12.50", unused_units="1.5"))),
        Case("REF-04", "W", "unused_units", (child, care, cared, refunded(cared, "5.00", unused_units=2, **leave)),
             (refunded(cared, "5.00", unused_units=3, **leave),)),
    ]  # fmt: skip


def remittance_cases() -> list[Case]:
    """Return the cases of remittances; the figures of RMT-01 are those of DOMAIN.md 4.9."""
    tuition = fee(fee_kind="学费", stage="高中")
    own = {"account": "单位收入户", "period": "2026-11"}
    service = fee()
    return [
        Case("RMT-01", "W", "amount", _boarding(), _boarding(on_hand="8100.00")),
        Case("RMT-02", "W", "account", (tuition, remitted(tuition, "1.00", **own)),
             (remitted(tuition, "1.00", period="2026-11", account="国库"), service, remitted(service, "1.00", **own))),
    ]  # fmt: skip


def _boarding(**declared: object) -> tuple[Line, ...]:
    board = fee(fee_kind="住宿费", standard="650.00", refund_rule="未住的全退")
    refund = collected(board, date=_OCTOBER, periods=12, amount="7800.00")
    kept = collected(board, date=_OCTOBER, periods=474, amount="308100.00", student_no=None, payer="其余住宿生")
    back = refunded(refund, "7800.00", date="2026-10-20")
    return (board, refund, kept, back, remitted(board, "300000.00", **declared))
