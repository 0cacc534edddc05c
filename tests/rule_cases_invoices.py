"""The table of rule cases of invoices and their payment."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import Line, goods, received
from tests.rule_lines_assets import bought
from tests.rule_lines_counts import owned
from tests.rule_lines_finance import billed, budget, paid
from tests.rule_lines_money import banked, cash, then


def paper_cases() -> list[Case]:
    """Return the cases of what stands on an invoice."""
    vat = {"invoice_kind": "增值税普通发票", "invoice_code": "051002100111"}
    parts = {"net_amount": "97.09"}
    receipt = {"invoice_kind": "收据(内部)", "verify_result": "无需查验", "buyer_name": None}
    seen = billed()
    number = {"invoice_no": seen.cells["invoice_no"]}
    slip = billed(**receipt, invoice_no="0001", seller_name="农户甲")
    series = {"seller_name": "青山文体商行"}
    return [
        Case(
            "INV-01",
            "E",
            "invoice_no",
            (seen, billed(**number)),
            (slip, billed(**receipt, invoice_no="0001", seller_name="农户乙")),
        ),
        Case("INV-01", "E", "invoice_no", (billed(**receipt, invoice_no="0001", seller_name="农户甲"),), (billed(),)),
        Case("INV-03", "E", "buyer_name", (billed(buyer_name="青山中学"),), (billed(buyer_name="青山小学食堂"),)),
        Case(
            "INV-03",
            "E",
            "buyer_tax_no",
            (billed(buyer_tax_no="92990101MA90000099"),),
            (billed(buyer_tax_no="92990101MA90000012"),),
        ),
        Case("REQ-EMPTY", "E", "buyer_name", (billed(buyer_name=None),), (billed(**receipt, invoice_no="0002"),)),
        Case("INV-04", "E", "total", (billed(**parts, tax_amount="2.92"),), (billed(**parts, tax_amount="2.91"),)),
        Case("INV-05", "E", "total_cn", (billed(total_cn="壹佰元伍角"),), (billed("100.50", total_cn="壹佰元伍角"),)),
        Case("INV-09", "W", "invoice_date", (billed(invoice_date="2025-12-31"),), (billed(invoice_date="2026-01-01"),)),
        Case(
            "INV-10",
            "W",
            "invoice_no",
            (
                billed(**series, invoice_no="26332000008800000001"),
                billed(**series, invoice_no="26332000008800000002", invoice_date="2026-11-01"),
            ),
            (
                billed(**series, invoice_no="26332000008800000004"),
                billed(seller_name="永固五金电料行", invoice_no="26332000008800000005"),
            ),
            marked=(0, 1),
        ),
        Case("INV-13", "E", "invoice_no", (billed(invoice_no=26332000000012300000),), (billed(),)),
        Case(
            "INV-14",
            "E",
            "invoice_no",
            (billed(invoice_no="12345678"),),
            (billed(**vat, invoice_no="12345678"), billed(invoice_kind="财政票据", invoice_no="0012345678")),
        ),
        Case(
            "INV-14", "E", "invoice_no", (billed(**{**vat, "invoice_code": None}, invoice_no="22345678"),), (billed(),)
        ),
        Case("INV-15", "E", "witness", (billed(witness="赵强"),), (billed(),), small="W"),
        Case("DATE-ORDER", "E", "doc_date", (billed(invoice_date="2026-11-11"),), (billed(invoice_date="2026-11-10"),)),
        Case(
            "NUM-RANGE",
            "E",
            "goods_amount",
            (billed(goods_amount="100.01"),),
            (billed("-100.00", goods_amount="-100.00", seller_name="农户丙"),),
        ),
    ]


def payment_cases() -> list[Case]:
    """Return the cases of what has to be there before an invoice is paid."""
    unsigned = {"head_approver": None, "approve_date": None}
    cash = {"pay_way": "现金"}
    reversed_ = {"verify_result": "红冲", "verify_date": "2026-11-18"}
    return [
        *(Case("INV-02", "E", "verify_result", (billed(verify_result=each),), (billed(),)) for each in ("假", "红冲")),
        Case("INV-02", "E", "verify_result", (billed(verify_result="无需查验"),), (billed(verify_result="未查验"),)),
        Case("INV-02", "E", "verify_result", (paid(verify_result=None),), (paid(),)),
        Case("INV-06", "E", "head_approver", (paid(**unsigned),), (billed(),), small="W"),
        Case("INV-06", "E", "head_approver", (paid(handler="钱进"),), (paid(),), small="W"),
        Case("ROLE-MISMATCH", "W", "head_approver", (paid(head_approver="李明"),), (paid(),)),
        Case("INV-07", "E", "pay_date", (paid(pay_date="2026-11-11"),), (paid(pay_date="2026-11-12"),)),
        Case("X-09", "E", "approve_date", (paid(approve_date="2026-11-04"),), (paid(approve_date="2026-11-05"),)),
        Case("NUM-RANGE", "E", "pay_amount", (paid(pay_amount="100.01"),), (paid(pay_amount="99.99"),)),
        Case(
            "INV-08",
            "W",
            "pay_amount",
            (paid("1000.01", **cash),),
            (paid("1000.00", **cash), paid("1000.01"), paid("1000.01", **cash, content="困难学生补助")),
        ),
        *(
            Case("REQ-EMPTY", "E", name, (paid(**{name: None}),), (billed(),))
            for name in ("verify_date", "form_ok", "accountant", "approve_date", "pay_way", "pay_amount", "pay_date")
        ),
        Case(
            "INV-12",
            "W",
            "verify_result",
            (paid(**reversed_, seller_name="农户丁"),),
            (paid(**reversed_, seller_name="农户戊"), billed("-100.00", seller_name="农户戊")),
        ),
        Case("REQ-EMPTY", "E", "budget_code", *_in_2024()),
        Case("INV-11", "E", "goods_amount", (paid(goods_amount="30.00"),), _goods_paid()),
    ]


def _in_2024() -> tuple[tuple[Line, ...], tuple[Line, ...]]:
    """Return invoices of a year with a budget: one without an item of it, one with it and in the journal."""
    number = {"doc_date": "2024-11-10", "invoice_date": "2024-11-05", "verify_date": "2024-11-11"}
    days = {"approve_date": "2024-11-12", "pay_date": "2024-11-13"}
    transfer = {"income": None, "expense": "100.00", "balance": "900.00", "voucher_no": "PZ-0001", "kind": "报销支出"}
    right = (paid(**number, **days, budget_code="30203"), banked(date="2024-11-13", **transfer))
    return (*budget(2024, "30203"), paid(**number, **days)), right


def _goods_paid() -> tuple[Line, ...]:
    """Return paid goods: some received, some on a card of their own, an asset that is both received and carded."""
    item, desk = goods(), goods(nature="固定资产")
    stored, carded, both = (
        paid(goods_amount="20.00"),
        paid("3500.00", goods_amount="3500.00"),
        paid(goods_amount="100.00"),
    )
    numbers = [{"invoice_no": each.cells["invoice_no"]} for each in (stored, carded, both)]
    return (
        *(item, desk, stored, carded, both, received(item, **numbers[0]), received(desk, 1, "100.00", **numbers[2])),
        *(owned(**numbers[1]), owned(**bought(acquire_date="2026-11-05", **numbers[2]))),
    )


def journal_cases() -> list[Case]:
    """Return the cases of paid invoices and the journals: two invoices of one payment, and a payment of October."""
    bank, box = banked(date="2026-11-13"), cash(date="2026-11-14")
    transfer = then(bank, None, "150.00", settle_no="2026 1113 0077", kind="报销支出")
    voucher = then(box, None, "30.00", voucher_no="记-0077", kind="报销支出")
    one, other = (paid(pay_ref="202611130077", **cells) for cells in ({}, {"total": "50.01", "pay_amount": "50.01"}))
    right = paid("30.00", pay_ref="记-0077", pay_way="现金", pay_date="2026-11-14")
    october = {"invoice_date": "2026-10-05", "doc_date": "2026-10-10", "verify_date": "2026-10-11"}
    october |= {"approve_date": "2026-10-12", "pay_date": "2026-10-13"}
    return [
        Case("X-06", "W", "pay_amount", (bank, transfer, one, other), (box, voucher, right)),
        Case("X-06", "W", "pay_ref", (paid(pay_ref="记-0099", **october),), (paid(),)),
    ]
