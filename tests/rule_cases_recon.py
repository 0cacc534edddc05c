"""The rule cases of the register of differences: an invoice of October whose goods never came is what differs."""

from __future__ import annotations

from sync.books.agreements import line_of
from tests.rule_cases import Case
from tests.rule_lines import Line
from tests.rule_lines_finance import billed

_OCTOBER = {"doc_date": "2026-10-20", "invoice_date": "2026-10-12", "goods_amount": "60.00"}


def _unreceived(number: int) -> Line:
    """Return an invoice of October over goods of 60.00 that are on no receipt and no card."""
    return billed("60.00", doc_no=f"BX-202610-{number:04d}", **_OCTOBER)


def _said(bill: Line, **cells: object) -> Line:
    """Return what somebody says of the difference of an invoice."""
    place = {"recon_id": "DZ-20261031-0501", "line_no": line_of(str(bill.cells["invoice_no"]))}
    return Line("recon_difference", {**place, "explanation": "货未到齐", "owner": "王芳", **cells})


def difference_cases() -> list[Case]:
    """Return the cases of explanations, adjustments and approvals."""
    bills = [_unreceived(number) for number in range(800, 808)]
    silent, told, alone, signed, own, other = bills[:6]
    adjust = {"action": "调账"}
    return [
        Case(
            "RCN-01",
            "W",
            "explanation",
            (_said(silent, explanation=None, action="查找"),),
            (_said(told),),
            before=(silent, told),
        ),
        Case("RCN-02", "E", "approver", (_said(alone, **adjust),), (_said(signed, **adjust, approver="李明"),)),
        Case("RCN-03", "E", "approver", (_said(own, approver="王芳"),), (_said(other, approver="李明"),), small="W"),
    ]
