"""The table of rule cases of goods receipts and goods issues."""

from __future__ import annotations

from tests.rule_cases import Case
from tests.rule_lines import OFF, USUAL, asked, brought_back, food, goods, issued, medicine, received, sent_back


def receipt_cases() -> list[Case]:
    """Return the cases of receipts by themselves."""
    line, pair = received(USUAL), received(USUAL)
    rice = food()
    fresh = food(shelf_life_days=None, is_fresh="是")
    drug = medicine()
    lasting = {"production_date": "2026-10-20", "batch_no": "A1"}
    return [
        Case("RCP-01", "E", "doc_no", (line, line.but(buyer="孙丽")), (pair, pair.but(line_no=2)), marked=(0, 1)),
        Case("RCP-02", "E", "inspector", (received(USUAL, buyer="T001"),), (received(USUAL),), small="W"),
        Case(
            "RCP-02",
            "E",
            "inspector",
            (received(USUAL, inspector="王芳"),),
            (received(USUAL, buyer="王芳"),),
            small="W",
        ),
        Case("RCP-03", "E", "amount", (received(USUAL, amount="20.02"),), (received(USUAL, amount="20.01"),)),
        Case(
            "RCP-03",
            "E",
            "amount",
            (received(USUAL, 1000, amount="2000.06"),),
            (received(USUAL, 1000, amount="1999.95"),),
        ),
        Case(
            "RCP-04",
            "E",
            "expire_date",
            (drug, received(drug, batch_no="A1", expire_date="2026-11-01")),
            (received(drug, batch_no="A1", expire_date="2026-11-02"),),
        ),
        Case(
            "RCP-05",
            "W",
            "expire_date",
            (rice, received(rice, **lasting, expire_date="2026-12-31")),
            (received(rice, **lasting, expire_date="2027-01-01"), received(rice, **lasting)),
        ),
        Case("RCP-07", "W", "unit_price", *_prices(ref_price="2.00")),
        Case("RCP-07", "W", "unit_price", *_later_prices()),
        Case(
            "RCP-10",
            "E",
            "receipt_kind",
            (received(USUAL, receipt_kind="盘盈入库"),),
            (received(USUAL, receipt_kind="自制入库"),),
        ),
        Case(
            "NUM-RANGE",
            "E",
            "unit_price",
            (received(USUAL, price="0"),),
            (received(USUAL, price="0", receipt_kind="捐赠入库"),),
        ),
        Case(
            "ROOM-NOT-WAREHOUSE",
            "E",
            "warehouse",
            (received(USUAL, warehouse="A-301"),),
            (received(USUAL, warehouse="总务仓库"),),
        ),
        _spec(),
        Case("ROLE-MISMATCH", "W", "keeper", (received(USUAL, keeper="孙丽"),), (received(USUAL, keeper="T002"),)),
        Case(
            "REQ-EMPTY",
            "E",
            "batch_no",
            (received(rice, expire_date="2027-03-01"),),
            (fresh, received(rice, expire_date="2027-03-01", batch_no="A1"), received(fresh)),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "production_date",
            (received(rice, batch_no="A1"),),
            (received(rice, production_date="2026-10-20"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "expire_date",
            (received(drug, batch_no="A1"),),
            (received(drug, batch_no="A1", expire_date="2027-11-01"),),
        ),
        Case(
            "NEG-NOT-ALLOWED",
            "E",
            "qty",
            (received(USUAL, -1, ref_doc=line.number),),
            (pair.but(line_no=3), sent_back(pair, -1)),
        ),
        Case("NEG-REQUIRED", "E", "qty", (sent_back(pair, 1),), (sent_back(pair, -2),)),
    ]


def _prices(**item: object) -> tuple[tuple, tuple]:
    known = goods(**item)
    return (known, received(known, 1, "2.61")), (received(known, 1, "2.60", doc_date="2026-11-01"),)


def _later_prices() -> tuple[tuple, tuple]:
    known, other = goods(), goods()
    first, second = received(known, 1, "2.00"), received(other, 1, "2.00")
    return (
        (known, first, received(known, 1, "2.61", doc_date="2026-11-03")),
        (other, second, received(other, 1, "2.60", doc_date="2026-11-03")),
    )


def _spec() -> Case:
    sized = goods(spec="500 ML")
    return Case(
        "SPEC-MISMATCH",
        "W",
        "spec",
        (sized, received(sized, spec="250ml")),
        (received(sized, spec="500ml"), received(USUAL, spec="任意")),
    )


def return_cases() -> list[Case]:
    """Return the cases of goods that go back to the supplier, and of receipts that are taken back."""
    over, exact, twice, unnamed = (goods() for _ in range(4))
    came, went, halved, plain = received(over), received(exact), received(twice), received(unnamed)
    lowered, kept, gone = goods(), goods(), goods()
    first, second, third = received(lowered), received(kept), received(gone)
    return [
        Case("RCP-06", "E", "qty", (over, came, sent_back(came, -11)), (exact, went, sent_back(went, -10))),
        Case(
            "RCP-06",
            "E",
            "qty",
            (twice, halved, sent_back(halved, -6), sent_back(halved, -5)),
            (unnamed, plain, sent_back(plain, -6), sent_back(plain, -4)),
        ),
        Case(
            "RCP-06",
            "E",
            "qty",
            (sent_back(plain, -1, ref_doc=None),),
            (),
            also=(("REQ-EMPTY", "E", "ref_doc"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "ref_doc",
            (sent_back(plain, -1, ref_doc=None),),
            (),
            also=(("RCP-06", "E", "qty"),),
        ),
        Case(
            "X-01",
            "E",
            "qty",
            (first.but(qty=7, amount="14.00"),),
            (second.but(qty=8, amount="16.00"),),
            before=(lowered, first, issued(lowered, 8), kept, second, issued(kept, 8)),
        ),
        Case(
            "X-01",
            "E",
            "qty",
            (sent_back(third, -3, doc_date="2026-11-06"),),
            (sent_back(third, -2, doc_date="2026-11-06"),),
            before=(gone, third, issued(gone, 8)),
        ),
    ]


def issue_cases() -> list[Case]:
    """Return the cases of issues by themselves."""
    class_of = {"for_class": "G3C1", "collector_role": "班主任", "dept": "ZW"}
    return [
        Case("ISS-02", "E", "signed", (issued(USUAL, signed="否"),), (issued(USUAL),)),
        Case("ISS-03", "E", "approver", (issued(USUAL, collector="李明"),), (issued(USUAL),), small="W"),
        Case("ISS-04", "E", "keeper", (issued(USUAL, collector="T002"),), (issued(USUAL, keeper="赵强"),), small="W"),
        Case("ISS-09", "E", "approver", (issued(USUAL, keeper="李明"),), (issued(USUAL, approver="钱进"),), small="W"),
        Case(
            "ISS-10",
            "E",
            "issue_kind",
            (issued(USUAL, issue_kind="盘亏出库"),),
            (issued(USUAL, issue_kind="食堂领料"),),
        ),
        Case(
            "ISS-11",
            "W",
            "requisition_no",
            (issued(USUAL, dept="JW"),),
            (issued(USUAL, dept="ST"), issued(USUAL, dept="JW", issue_kind="校外调出")),
        ),
        Case(
            "ISS-12",
            "W",
            "collector_role",
            (issued(USUAL, **class_of),),
            (issued(USUAL, **class_of, collector="周梅"),),
        ),
        Case(
            "ISS-12",
            "W",
            "collector_role",
            (issued(USUAL, collector_role="年级组长"),),
            (issued(USUAL, collector_role="年级组长", collector="吴刚"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "for_class",
            (issued(USUAL, collector_role="班主任", collector="周梅"),),
            (issued(USUAL, **{**class_of, "collector": "周梅"}),),
        ),
        Case("ROLE-MISMATCH", "W", "approver", (issued(USUAL, approver="周梅"),), (issued(USUAL, approver="T009"),)),
        Case(
            "ROOM-NOT-WAREHOUSE",
            "E",
            "warehouse",
            (issued(USUAL, warehouse="A-301"),),
            (issued(USUAL, warehouse="总务仓库"),),
        ),
        Case(
            "REQ-EMPTY",
            "E",
            "ref_doc",
            (issued(USUAL, issue_kind="报废出库"),),
            (issued(USUAL, issue_kind="报废出库", ref_doc="BF-202611-0001"),),
        ),
        Case(
            "CODE-PATTERN",
            "E",
            "ref_doc",
            (issued(USUAL, issue_kind="赔偿出库", ref_doc="BF-202611-0001"),),
            (issued(USUAL, issue_kind="赔偿出库", ref_doc="PC-202611-0001"),),
        ),
        *_returned_cases(),
    ]


def _returned_cases() -> list[Case]:
    first, second, third = issued(USUAL), issued(USUAL), issued(USUAL)
    return [
        Case("ISS-08", "E", "qty", (first, brought_back(first, -5)), (second, brought_back(second, -4))),
        Case("NEG-NOT-ALLOWED", "E", "qty", (issued(USUAL, -1),), (third, brought_back(third, -1))),
        Case("NEG-REQUIRED", "E", "qty", (brought_back(third, 1),), (brought_back(third, -2),)),
    ]


def scarce_cases() -> list[Case]:
    """Return the cases of stock, of what a requisition allows, and of batches."""
    short, enough, later = goods(), goods(), goods()
    asked_for, served, over, exact = asked(USUAL), asked(USUAL), asked(USUAL, approved_qty=3), asked(USUAL)
    waiting, other = asked(USUAL, status="待批", approver=None, approve_date=None), goods()
    open_to = asked(USUAL, 100)
    bad, good, two = medicine(), medicine(), medicine()
    return [
        Case(
            "ISS-01",
            "E",
            "qty",
            (short, received(short), issued(short, 11)),
            (enough, received(enough), issued(enough, 10)),
        ),
        Case(
            "ISS-01",
            "E",
            "qty",
            (issued(later, 3),),
            (issued(later, 2),),
            before=(later, received(later), issued(later, 8, doc_date="2026-11-10")),
        ),
        Case(
            "ISS-05",
            "E",
            "qty",
            (over, issued(USUAL, 4, requisition_no=over.number)),
            (exact, issued(USUAL, 4, requisition_no=exact.number)),
        ),
        Case(
            "ISS-05",
            "E",
            "qty",
            (asked_for, *(issued(USUAL, 3, requisition_no=asked_for.number) for _ in range(2))),
            (served, *(issued(USUAL, 2, requisition_no=served.number) for _ in range(2))),
        ),
        Case("X-02", "E", "requisition_no", (issued(USUAL, requisition_no="SL-202611-9999"),), ()),
        Case("X-02", "E", "requisition_no", (waiting, issued(USUAL, requisition_no=waiting.number)), ()),
        Case("X-02", "E", "requisition_no", (other, received(other), issued(other, requisition_no=open_to.number)), ()),
        Case("X-02", "E", "requisition_no", (issued(USUAL, dept="ZW", requisition_no=open_to.number),), ()),
        Case(
            "X-02",
            "E",
            "requisition_no",
            (issued(USUAL, doc_date="2026-11-02", requisition_no=open_to.number),),
            (open_to, issued(USUAL, doc_date="2026-11-03", requisition_no=open_to.number)),
        ),
        Case(
            "ISS-06",
            "E",
            "qty",
            (bad, received(bad, batch_no="A1", expire_date="2026-11-04"), issued(bad)),
            (good, received(good, batch_no="A1", expire_date="2026-11-05"), issued(good)),
        ),
        Case(
            "ISS-07",
            "W",
            "qty",
            (
                two,
                received(two, batch_no="B1101", expire_date="2026-12-10"),
                received(two, batch_no="B1105", expire_date="2027-01-10"),
                issued(two, remark="批号B1105"),
            ),
            (issued(two, remark="批号B1101"),),
        ),
    ]


def reference_cases() -> list[Case]:
    """Return the cases of people, places and goods that documents name and nobody knows."""
    small, large = goods(item_name="扫帚", spec="小"), goods(item_name="扫帚", spec="大")
    return [
        Case(
            "PERSON-UNKNOWN", "E", "collector", (issued(USUAL, collector="赵强强"),), (issued(USUAL, collector="赵强"),)
        ),
        Case(
            "PERSON-INACTIVE",
            "E",
            "buyer",
            (received(USUAL, buyer="何平", doc_date="2026-11-01"),),
            (received(USUAL, buyer="何平", doc_date="2026-10-31"),),
        ),
        Case("DEPT-UNKNOWN", "E", "dept", (issued(USUAL, dept="总务科"),), (issued(USUAL, dept="总务处"),)),
        Case("ROOM-UNKNOWN", "E", "warehouse", (received(USUAL, warehouse="总务库"),), (received(USUAL),)),
        Case(
            "CODE-UNKNOWN",
            "E",
            "item_code",
            (received(USUAL, item_code="QT09O0"),),
            (received(USUAL, item_code="常备用品"),),
        ),
        Case("CODE-INACTIVE", "E", "item_code", (received(OFF),), (asked(OFF),)),
        Case(
            "NAME-AMBIG",
            "E",
            "item_code",
            (small, large, received(small, item_code="扫帚")),
            (received(small, item_code=large.item),),
        ),
    ]
