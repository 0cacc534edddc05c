"""The table of rule cases of purchase requests, decisions, budgets and closed months."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import Line, goods, received, resolved
from tests.rule_lines_assets import bought
from tests.rule_lines_counts import disposed, owned
from tests.rule_lines_finance import allowed, billed, budget, closed, of_item, requested

DECIDED = {"decision_no": "JC-2026-001"}


def request_cases() -> list[Case]:
    """Return the cases of who approves a purchase, and how it is bought."""
    three = DECIDED | {"quotes": 3}
    own = {**three, "procure_form": "自行采购"}
    return [
        Case(
            "PUR-01",
            "E",
            "decision_no",
            (requested("5000.00"),),
            (requested("5000.00", **DECIDED), requested("4999.99"), requested("5000.00", status="草稿")),
        ),
        Case("PUR-02", "E", "head_approver", (allowed(head_approver=None, approve_date=None),), (allowed(),)),
        Case("PUR-03", "E", "head_approver", (allowed(dept="JW", applicant="钱进"),), (allowed(),), small="W"),
        Case("ROLE-MISMATCH", "W", "head_approver", (allowed(head_approver="李明"),), (allowed(),)),
        Case(
            "X-09",
            "E",
            "approve_date",
            (allowed(approve_date="2026-11-01"),),
            (allowed(approve_date="2026-11-02"),),
        ),
        Case("NUM-RANGE", "E", "est_amount", (requested(est_amount="100.01"),), (requested("0.005", 3),)),
        Case(
            "NUM-RANGE",
            "E",
            "quotes",
            (requested("10000.00", **DECIDED, quotes=2),),
            (requested("10000.00", **three), requested("9999.99", **DECIDED)),
        ),
        Case(
            "PUR-06",
            "E",
            "procure_form",
            (requested("300000.00", **own),),
            (requested("300000.00", **three, procure_form="政府集中采购"), requested("299999.99", **own)),
        ),
    ]


def split_cases() -> list[Case]:
    """Return the cases of purchases that stay below a limit one by one."""
    item, other, third = goods(), goods(), goods()
    early = {"doc_no": "SQ-202610-9001", "doc_date": "2026-10-02"}
    return [
        Case(
            "PUR-05",
            "W",
            "est_amount",
            (item, requested("3000.00", **of_item(item)), requested("3000.00", **of_item(item))),
            (
                *(other, requested("2500.00", **of_item(other)), requested("2500.00", **of_item(other))),
                *(third, requested("3000.00", **of_item(third), **early), requested("3000.00", **of_item(third))),
            ),
            marked=(1, 2),
        )
    ]


def decision_cases() -> list[Case]:
    """Return the cases of decisions, and of what rests on them."""
    refused, late = resolved(result="不通过", agree=1, oppose=2), resolved(meeting_date="2026-11-09")
    small, enough = resolved(amount="599.99"), resolved(amount="3500.00")

    def of(decision: Line) -> dict[str, object]:
        return {"decision_no": decision.cells["decision_no"]}

    first, second, third, fourth, fifth, sixth = (owned() for _ in range(6))
    tied = resolved(agree=1, oppose=1, abstain=0)
    return [
        Case(
            "DEC-01", "E", "result", (tied,), (resolved(agree=2, oppose=1), resolved(agree=1, oppose=1, result="缓议"))
        ),
        Case("DEC-05", "E", "attendees", (resolved(agree=4),), (resolved(agree=2, abstain=1),)),
        Case(
            "QUORUM",
            "W",
            "attendees",
            (resolved(attendees="李明、王芳、孙丽"),),
            (resolved(attendees="钱进、李明、王芳"),),
        ),
        Case("DEC-02", "E", "decision_no", (refused, requested(**of(refused))), (requested(**DECIDED),)),
        Case("DEC-02", "E", "decision_no", (first, disposed(first, **of(refused))), (fourth, disposed(fourth))),
        Case(
            "DEC-03",
            "E",
            "decision_no",
            (late, allowed(**of(late))),
            (allowed(**of(late), approve_date="2026-11-09"), requested(**of(late))),
        ),
        Case("DEC-03", "E", "decision_no", (second, disposed(second, **of(late))), (fifth, disposed(fifth))),
        Case(
            "DEC-04",
            "E",
            "decision_no",
            (small, requested("600.00", **of(small))),
            (requested("599.99", **of(small)), enough),
        ),
        Case(
            "DEC-04", "E", "decision_no", (third, disposed(third, **of(small))), (sixth, disposed(sixth, **of(enough)))
        ),
    ]


def budget_cases() -> list[Case]:
    """Return the cases of budget lines."""
    quarters = {"quarter1": "250.00", "quarter2": "250.00", "quarter3": "250.00"}
    whole, short = budget(2031, **quarters, quarter4="250.00"), budget(2032, **quarters, quarter4="249.99")
    year, term = {"budget_kind": "学年度"}, {"budget_kind": "学期"}
    revised = budget(2033, revision=1, approved_by=None)
    lone = budget(2034)
    draft = budget(2023, "30299", approved_by=None)
    use = allowed(doc_no="SQ-202311-0001", doc_date="2023-11-02", approve_date="2023-11-03", budget_code="30299")
    used = tuple(line.but(approved_by="教财〔2022〕9号") for line in budget(2022, "30298"))
    use_it = allowed(doc_no="SQ-202211-0001", doc_date="2022-11-02", approve_date="2022-11-03", budget_code="30298")
    wrong_year, right_year = budget("2035-2036"), budget("2035-2036", **year)
    semester = {"semester": "2035-2036-1"}
    return [
        Case("BUD-01", "E", "amount", short[:1], (*whole, *budget(2036, **quarters))),
        Case("BUD-02", "W", "amount", lone[:1], budget(2037)),
        Case("BUD-03", "E", "approved_by", revised[:1], budget(2038, revision=1)),
        Case("REQ-EMPTY", "W", "approved_by", (draft[1], use, draft[0]), (*used, use_it)),
        Case("CODE-PATTERN", "E", "budget_year", wrong_year[:1], right_year),
        Case("ONE-OF", "E", "semester", budget(2039, **semester)[:1], budget("2035-2036", **term, **semester)),
        Case("REQ-EMPTY", "E", "semester", budget("2036-2037", **term)[:1], budget("2036-2037", **year)),
    ]


def charged_cases() -> list[Case]:
    """Return the cases of requests against the budget of 2025: 1000 yuan for each of two items."""
    lines = (*budget(2025, "30201"), *budget(2025, "30202"))

    def asked(number: int, price: object, **cells: object) -> Line:
        day = {"doc_no": f"SQ-202511-{number:04d}", "doc_date": "2025-11-02", "approve_date": "2025-11-03"}
        return allowed(price, **{**day, **cells})

    waiting = {"status": "待审", "head_approver": None, "approve_date": None}
    return [
        Case(
            "PUR-04",
            "E",
            "budget_code",
            (*lines, asked(1, "600.00", budget_code="30201"), asked(2, "400.01", budget_code="30201")),
            (asked(3, "600.00", budget_code="30202"), asked(4, "400.00", budget_code="30202")),
        ),
        Case(
            "PUR-04",
            "E",
            "budget_code",
            (asked(5, "400.01", budget_code="30201", **waiting),),
            (asked(6, "400.00", budget_code="30201", **waiting),),
        ),
        Case("PUR-04", "E", "budget_code", (asked(7, "0.01", budget_code="39999"),), (allowed(),)),
        Case("REQ-EMPTY", "E", "budget_code", (asked(8, "0.01"),), (asked(9, "0.01", **waiting),)),
    ]


def received_cases() -> list[Case]:
    """Return the cases of receipts against requests and invoices."""
    item, bulk = goods(), goods()
    wanted = of_item(item)
    pending = requested("2.00", 10, **wanted)
    more, enough = (allowed("2.00", 10, **wanted) for _ in range(2))
    other, same = billed(goods_amount="30.00"), billed(goods_amount="20.00")

    def of(request: Line, **cells: object) -> dict[str, object]:
        return {"purchase_no": request.number, **cells}

    def on(invoice: Line) -> dict[str, object]:
        return {"invoice_no": invoice.cells["invoice_no"]}

    return [
        Case(
            "X-03",
            "E",
            "purchase_no",
            (item, pending, received(item, **of(pending))),
            (enough, received(item, **of(enough))),
        ),
        Case("X-03", "W", "purchase_no", (bulk, received(bulk, 1500)), (received(bulk, 1499),)),
        Case(
            "RCP-08",
            "E",
            "qty",
            (more, received(item, 6, **of(more)), received(item, 5, **of(more))),
            (received(item, 4, **of(more)),),
        ),
        Case("X-04", "W", "invoice_no", (other, received(item, **on(other))), (same, received(item, **on(same)))),
    ]


def card_cases() -> list[Case]:
    """Return the cases of asset cards: their papers, and changes after the month was closed."""
    october = bought(acquire_date="2026-10-20")
    invoice = billed("3500.00", invoice_date="2026-10-20", goods_amount="3500.00")
    number = invoice.cells["invoice_no"]
    entered = {"acquire_date": "2009-12-10", "entry_date": "2009-12-10"}
    old, later, documented = (
        owned(**entered),
        owned(acquire_date="2010-01-10", entry_date="2010-01-10"),
        owned(**entered),
    )
    change = {"life_months": 84}
    return [
        Case(
            "FA-07",
            "W",
            "invoice_no",
            (owned(**{**october, "invoice_no": None}),),
            (invoice, owned(**{**october, "invoice_no": number})),
        ),
        Case(
            "FA-08",
            "E",
            "change_date",
            (old.but(**change),),
            (
                later.but(**change),
                documented.but(**change, change_date="2026-11-03", change_doc="BD-202611-0001"),
            ),
            before=(closed("固定资产", "2009-12"), old, later, documented),
        ),
    ]


def close_cases() -> list[Case]:
    """Return the cases of closed months."""
    again = {"status": "重开", "reopen_reason": "漏记一张发票"}
    return [
        Case(
            "PER-C1",
            "E",
            "period",
            (closed("现金", "2026-01"), closed("现金", "2026-03")),
            (closed("银行", "2025-12"), closed("银行", "2026-01")),
        ),
        Case(
            "PER-C3",
            "E",
            "approver",
            (closed("预算", "2026-01", **again, approver="李明"),),
            (closed("预算", "2026-02", **again),),
        ),
        Case(
            "PER-C4",
            "E",
            "approver",
            (closed("食堂", "2025-01", by="钱进"),),
            (closed("库存账", "2025-01"),),
            small="W",
        ),
        Case("REQ-EMPTY", "E", "approver", (closed("食堂", "2025-02", approver=None),), (closed("库存账", "2025-02"),)),
        Case(
            "REQ-EMPTY",
            "E",
            "reopen_reason",
            (closed("预算", "2026-03", status="重开"),),
            (closed("预算", "2026-04", **again),),
        ),
    ]
