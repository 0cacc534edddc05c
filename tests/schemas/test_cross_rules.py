"""Rules between the eight registers, on literal rows: what fails, and what it says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import polars as pl
from register_frames import FrameBooks, books, cross, day, facts, failing, frame

from schemas.register import all_registers

Row = dict[str, Any]


def ids(found: list[Row]) -> list[int]:
    """Return the numbers of the failing rows, the candidates being counted from 1."""
    return [row["_id"] for row in found]


def item(code: str = "BG0001", **changes: Any) -> Row:  # noqa: ANN401 - cells of any kind
    """Return an item of the catalogue."""
    return {
        "item_code": code,
        "item_name": "A4纸",
        "spec": "70g",
        "base_unit": "包",
        "unit_is_integer": True,
        "nature": "易耗品",
        **changes,
    }


def receipt(number: int, on: str, qty: object, **changes: Any) -> Row:  # noqa: ANN401
    """Return one line of a receipt of BG0001 into CK01."""
    return {
        "doc_no": f"RK-202611-{number:04d}",
        "line_no": 1,
        "doc_date": day(on),
        "warehouse": "CK01",
        "receipt_kind": "采购入库",
        "item_code": "BG0001",
        "unit": "包",
        "qty": qty,
        **changes,
    }


def issue(number: int, on: str, qty: object, **changes: Any) -> Row:  # noqa: ANN401
    """Return one line of an issue of BG0001 from CK01."""
    return {
        "doc_no": f"CK-202611-{number:04d}",
        "line_no": 1,
        "doc_date": day(on),
        "warehouse": "CK01",
        "issue_kind": "领用",
        "dept": "JW",
        "item_code": "BG0001",
        "unit": "包",
        "qty": qty,
        **changes,
    }


def asked(number: int, qty: object, **changes: Any) -> Row:  # noqa: ANN401
    """Return one approved line of a requisition of BG0001."""
    return {
        "doc_no": f"SL-202611-{number:04d}",
        "line_no": 1,
        "doc_date": day("11-01"),
        "dept": "JW",
        "item_code": "BG0001",
        "unit": "包",
        "qty": qty,
        "status": "已批",
        "approve_date": day("11-02"),
        **changes,
    }


class TestMasterData:
    """PER-01, DEP-01, ITM-01, ITM-02, UOM-02."""

    def test_identity_number_of_somebody_else_is_held(self) -> None:
        """PER-01 names the person who has the number already; blanks repeat nothing."""
        rows = [{"staff_no": "T02", "id_no": "11010519491231002X"}, {"staff_no": "T03"}, {"staff_no": "T04"}]
        kept = books(staff_roster=[{"staff_no": "T01", "id_no": "11010519491231002X"}])
        assert failing("staff_roster", "PER-01", rows, kept) == [{"_id": 1, "holder": "T01"}]

    def test_own_identity_number_may_be_stated_again(self) -> None:
        """A person whose row is sent again repeats nobody."""
        row = {"staff_no": "T01", "id_no": "11010519491231002X"}
        assert failing("staff_roster", "PER-01", [row], books(staff_roster=[row])) == []

    def test_department_name_is_unique_among_those_in_use(self) -> None:
        """DEP-01 compares active departments only, the first one stays."""
        rows = [
            {"dept_code": "ZW", "dept_name": "总务处", "active": True},
            {"dept_code": "HQ", "dept_name": "总务处", "active": True},
            {"dept_code": "CW", "dept_name": "财务室", "active": True},
        ]
        kept = books(department=[{"dept_code": "CWS", "dept_name": "财务室", "active": False}])
        assert failing("department", "DEP-01", rows, kept) == [{"_id": 2, "holder": "ZW"}]

    def test_item_under_another_code_is_held(self) -> None:
        """ITM-01 compares name, specification and unit; a blank specification is one like any other."""
        rows = [item("BG0002"), item("BG0003", spec="80g"), item("BG0004", spec=None), item("BG0005", spec=None)]
        found = failing("item_catalogue", "ITM-01", rows, books(item_catalogue=[item("BG0001")]))
        assert found == [{"_id": 1, "holder": "BG0001"}, {"_id": 4, "holder": "BG0004"}]

    def test_unit_of_an_item_that_moved_stays(self) -> None:
        """ITM-02 holds a new base unit, or whole units turned into decimals, once there is a movement."""
        rows = [item("BG0001", base_unit="箱"), item("BG0002", unit_is_integer=False), item("BG0003", base_unit="箱")]
        of_unit, of_whole = (rule for rule in all_registers()["item_catalogue"].cross_rules if rule.code == "ITM-02")
        candidates = frame("item_catalogue", rows)
        kept = books(
            item_catalogue=[item("BG0001"), item("BG0002"), item("BG0003")],
            stock_receipt=[receipt(1, "11-01", 5)],
            stock_issue=[issue(1, "11-01", 5, item_code="BG0002")],
        )
        assert (of_unit.at, of_unit.failing(candidates, kept).to_dicts()) == ("base_unit", [{"_id": 1, "before": "包"}])
        assert of_whole.at == "unit_is_integer"
        assert of_whole.failing(candidates, kept).to_dicts() == [{"_id": 2, "before": True}]

    def test_factor_in_use_stays(self) -> None:
        """UOM-02 holds a new value of a factor that a document of its days uses; later first days are free."""

        def factor(value: object, valid_from: str) -> Row:
            return {"item_code": "BG0001", "alt_unit": "箱", "factor": value, "valid_from": day(valid_from)}

        kept = books(
            unit_conversion=[factor(5, "2026-01-01"), factor(6, "2026-06-01"), factor(8, "2026-12-01")],
            stock_receipt=[receipt(1, "07-01", 2, unit="箱")],
        )
        rows = [factor(10, "2026-01-01"), factor(12, "2026-06-01"), factor(9, "2026-12-01"), factor(7, "2026-09-01")]
        assert failing("unit_conversion", "UOM-02", rows, kept) == [
            {"_id": 2, "factor_before": Decimal(6), "document": "RK-202611-0001"}
        ]
        between = [factor(7, "2026-06-15"), factor(6, "2026-06-20"), factor(7, "2026-07-02")]
        assert ids(failing("unit_conversion", "UOM-02", between[:1], kept)) == [1]
        assert ids(failing("unit_conversion", "UOM-02", between[1:], kept)) == []


class TestRequisitions:
    """REQ-05, X-02, ISS-05."""

    def test_item_stands_once_in_a_requisition(self) -> None:
        """REQ-05 looks at accepted lines and at earlier candidates."""
        rows = [asked(1, 5, line_no=2), asked(2, 5), asked(2, 3, line_no=2), asked(2, 3, line_no=3, item_code="BG0002")]
        assert ids(failing("requisition", "REQ-05", rows, books(requisition=[asked(1, 5)]))) == [1, 3]

    def test_requisition_has_to_allow_the_issue(self) -> None:
        """X-02: it has arrived, is approved, names item and department, and was approved by that day."""
        rows = [
            issue(1, "11-02", 1, requisition_no="SL-202611-0001"),
            issue(2, "11-02", 1, requisition_no="SL-202611-0009"),
            issue(3, "11-02", 1, requisition_no="SL-202611-0001", item_code="BG0002"),
            issue(4, "11-02", 1, requisition_no="SL-202611-0002"),
            issue(5, "11-02", 1, requisition_no="SL-202611-0001", dept="ST"),
            issue(6, "11-01", 1, requisition_no="SL-202611-0001"),
            issue(7, "11-02", 1),
            issue(8, "11-02", 1, requisition_no="SL-202611-0003"),
        ]
        kept = books(requisition=[asked(1, 5), asked(2, 5, status="待批"), asked(3, 5, status="部分出库")])
        found = failing("stock_issue", "X-02", rows, kept)
        assert {row["_id"]: row["reason"] for row in found} == {
            2: "SL-202611-0009 尚未收到",
            3: "SL-202611-0001 没有此物品",
            4: "SL-202611-0002 的状态为待批",
            5: "SL-202611-0001 是部门 JW 申领的",
            6: "SL-202611-0001 于 2026-11-02 才批准",
        }

    def test_issues_stay_within_what_was_approved(self) -> None:
        """ISS-05 serves earlier rows first; one that still fits is taken after one that did not."""
        rows = [issue(n, "11-03", qty, requisition_no="SL-202611-0001") for n, qty in ((2, 4), (3, 5), (4, 2))]
        kept = books(
            requisition=[asked(1, 20, approved_qty=10)],
            stock_issue=[issue(1, "11-03", 4, requisition_no="SL-202611-0001")],
            item_catalogue=[item()],
        )
        assert failing("stock_issue", "ISS-05", rows, kept) == [
            {"_id": 2, "limit": Decimal(10), "left": Decimal(2), "claim": Decimal(5), "base_unit": "包"}
        ]

    def test_blank_approved_quantity_is_what_was_asked_for(self) -> None:
        """An approved line without a quantity of its own allows the quantity asked for, in base units."""
        kept = books(requisition=[asked(1, 2, unit="箱", qty_base=60)])
        rows = [issue(1, "11-03", 60, requisition_no="SL-202611-0001")]
        assert failing("stock_issue", "ISS-05", rows, kept) == []
        assert ids(failing("stock_issue", "ISS-05", [{**rows[0], "qty": 61}], kept)) == [1]

    def test_what_came_back_may_be_issued_again(self) -> None:
        """ISS-05 nets returns to store."""
        number = {"requisition_no": "SL-202611-0001"}
        kept = books(requisition=[asked(1, 10)], stock_issue=[issue(1, "11-03", 10, **number)])
        back = issue(2, "11-04", -4, issue_kind="红字出库", ref_doc="CK-202611-0001", **number)
        assert failing("stock_issue", "ISS-05", [back, issue(3, "11-05", 4, **number)], kept) == []
        assert ids(failing("stock_issue", "ISS-05", [back, issue(3, "11-05", 5, **number)], kept)) == [2]

    def test_changed_issue_is_measured_without_its_old_version(self) -> None:
        """An amended row counts once, and its accepted version stays if the change is held."""
        number = {"requisition_no": "SL-202611-0001"}
        kept = books(requisition=[asked(1, 10)], stock_issue=[issue(1, "11-03", 6, **number)])
        assert failing("stock_issue", "ISS-05", [issue(1, "11-03", 10, **number)], kept) == []
        rows = [issue(1, "11-03", 11, **number), issue(2, "11-03", 5, **number)]
        assert ids(failing("stock_issue", "ISS-05", rows, kept)) == [1, 2]


class TestReturns:
    """RCP-06 and ISS-08 (DOMAIN.md 4.9, O04)."""

    def test_supplier_gets_back_no_more_than_came(self) -> None:
        """60 received, 10 sent back: 51 are too many, 50 are not."""
        red = {"receipt_kind": "红字入库", "ref_doc": "RK-202611-0002"}
        kept = books(stock_receipt=[receipt(2, "11-02", 60), receipt(3, "11-03", -10, **red)])
        found = failing("stock_receipt", "RCP-06", [receipt(4, "11-04", -51, **red)], kept)
        assert [(row["_id"], row["reason"]) for row in found] == [(1, "RK-202611-0002 原入库 60，尚可退 50")]
        assert failing("stock_receipt", "RCP-06", [receipt(4, "11-04", -50, **red)], kept) == []

    def test_unknown_original_has_nothing_to_return(self) -> None:
        """A document that is not there, or that has no such item, brought nothing."""
        rows = [
            receipt(4, "11-04", -1, receipt_kind="红字入库", ref_doc="RK-202611-0099"),
            receipt(5, "11-04", -1, receipt_kind="红字入库", ref_doc="RK-202611-0002", item_code="BG0002"),
        ]
        found = failing("stock_receipt", "RCP-06", rows, books(stock_receipt=[receipt(2, "11-02", 60)]))
        assert [row["reason"] for row in found] == ["RK-202611-0099 没有入库此物品", "RK-202611-0002 没有入库此物品"]

    def test_original_and_return_may_arrive_together(self) -> None:
        """The original may stand among the candidates."""
        red = receipt(4, "11-04", -5, receipt_kind="红字入库", ref_doc="RK-202611-0002")
        assert failing("stock_receipt", "RCP-06", [red, receipt(2, "11-02", 5)], books()) == []

    def test_original_cannot_shrink_below_what_went_back(self) -> None:
        """The changed original is held, what was accepted stays accepted."""
        red = receipt(3, "11-03", -10, receipt_kind="红字入库", ref_doc="RK-202611-0002")
        kept = books(stock_receipt=[receipt(2, "11-02", 60), red])
        found = failing("stock_receipt", "RCP-06", [receipt(2, "11-02", 9)], kept)
        assert [row["reason"] for row in found] == ["RK-202611-0002 已退回 10，原单不能少于此数"]
        assert failing("stock_receipt", "RCP-06", [receipt(2, "11-02", 10)], kept) == []
        assert failing("stock_receipt", "RCP-06", [receipt(2, "11-02", 60, remark="已验")], kept) == []

    def test_original_cannot_become_another_item(self) -> None:
        """What went back was of the item that the original named."""
        red = receipt(3, "11-03", -10, receipt_kind="红字入库", ref_doc="RK-202611-0002")
        kept = books(stock_receipt=[receipt(2, "11-02", 60), red])
        assert ids(failing("stock_receipt", "RCP-06", [receipt(2, "11-02", 60, item_code="BG0002")], kept)) == [1]

    def test_store_gets_back_no_more_than_it_issued(self) -> None:
        """48 issued, 5 returned: 44 are too many, 43 are not."""
        red = {"issue_kind": "红字出库", "ref_doc": "CK-202611-0003"}
        kept = books(stock_issue=[issue(3, "11-03", 48), issue(4, "11-04", -5, **red)])
        assert ids(failing("stock_issue", "ISS-08", [issue(5, "11-05", -44, **red)], kept)) == [1]
        assert failing("stock_issue", "ISS-08", [issue(5, "11-05", -43, **red)], kept) == []


class TestPrices:
    """RCP-07."""

    def test_price_is_compared_with_the_reference_price(self) -> None:
        """More than 30 % away in either direction is reported, 30 % exactly is not."""
        kept = books(item_catalogue=[item(ref_price="10.00")])
        rows = [
            receipt(n, "11-01", 1, unit_price=price, item_code="BG0001")
            for n, price in ((1, "13.00"), (2, "13.01"), (3, "7.00"), (4, "6.99"))
        ]
        for number, wanted in ((0, []), (1, [1]), (2, []), (3, [1])):
            assert ids(failing("stock_receipt", "RCP-07", [rows[number]], kept, severity="warning")) == wanted

    def test_price_is_compared_with_the_last_receipt_per_base_unit(self) -> None:
        """3 boxes of 30 at 100.00 cost 3.3333 each: 104.00 is usual, 5.00 for a single one is not."""
        kept = books(
            item_catalogue=[item(base_unit="盒")],
            stock_receipt=[
                receipt(1, "11-01", 3, unit="箱", qty_base=90, unit_price="100.00"),
                receipt(9, "11-20", 1, unit="盒", unit_price="90.00"),
            ],
        )
        usual = receipt(2, "11-02", 1, unit="箱", qty_base=30, unit_price="104.00")
        odd = receipt(3, "11-03", 1, unit="盒", unit_price="5.00")
        found = failing("stock_receipt", "RCP-07", [usual, odd], kept, severity="warning")
        assert [(row["_id"], row["price"], row["reference"], row["source"]) for row in found] == [
            (2, Decimal("5.0000"), Decimal("3.4667"), "上次入库")
        ]


class TestPurchases:
    """X-03, RCP-08 and RCP-09 look at registers that may not be in use."""

    def requests(self, *lines: tuple[str, str | None, int, str]) -> FrameBooks:
        """Return books with purchase requests given as (number, item, quantity, status)."""
        schema = ["doc_no", "item_code", "qty", "status"]
        rows = [(number, code, Decimal(qty), status) for number, code, qty, status in lines]
        types = {"doc_no": pl.String, "item_code": pl.String, "qty": pl.Decimal(38, 3), "status": pl.String}
        kept = books(item_catalogue=[item(), item("SP0001", nature="食品")])
        kept.frames["purchase_request"] = pl.DataFrame(
            rows, schema={name: types[name] for name in schema}, orient="row"
        )
        return kept

    def test_they_rest_while_there_are_no_purchase_requests(self) -> None:
        """The three rules name the register that they need."""
        for code, severity in (("X-03", "error"), ("X-03", "warning"), ("RCP-08", "error")):
            assert "purchase_request" in cross("stock_receipt", code, severity).needs
        assert "fixed_asset_card" in cross("stock_receipt", "RCP-09", "warning").needs

    def test_request_has_to_be_approved(self) -> None:
        """X-03 holds receipts of unknown and unapproved requests."""
        kept = self.requests(("SQ-202611-0001", "BG0001", 10, "执行中"), ("SQ-202611-0002", "BG0001", 10, "待审"))
        rows = [receipt(n, "11-02", 1, purchase_no=f"SQ-202611-000{n}") for n in (1, 2, 3)] + [receipt(4, "11-02", 1)]
        found = failing("stock_receipt", "X-03", rows, kept)
        assert {row["_id"]: row["reason"] for row in found} == {
            2: "采购申请 SQ-202611-0002 的状态为待审",
            3: "采购申请 SQ-202611-0003 尚未收到",
        }

    def test_large_purchase_without_request_is_reported(self) -> None:
        """X-03: the lines of a document count together, from 200.00 on."""
        rows = [receipt(1, "11-02", 1, amount="120.00"), receipt(1, "11-02", 1, line_no=2, amount="80.00")]
        assert ids(failing("stock_receipt", "X-03", rows, self.requests(), severity="warning")) == [1, 2]
        smaller = [rows[0], {**rows[1], "amount": "79.99"}]
        assert failing("stock_receipt", "X-03", smaller, self.requests(), severity="warning") == []

    def test_receipts_stay_within_the_request(self) -> None:
        """RCP-08 allows 5 % more for food, nothing more for the rest, and no item that was not requested."""
        number = {"purchase_no": "SQ-202611-0001"}
        kept = self.requests(("SQ-202611-0001", "BG0001", 100, "已批"), ("SQ-202611-0001", "SP0001", 100, "已批"))
        rows = [
            receipt(1, "11-02", 101, **number),
            receipt(2, "11-02", 105, item_code="SP0001", **number),
            receipt(3, "11-02", 1, item_code="SP0001", **number),
            receipt(4, "11-02", 1, item_code="BG0009", **number),
            receipt(5, "11-02", 100, **number),
        ]
        assert sorted(ids(failing("stock_receipt", "RCP-08", rows, kept))) == [1, 3, 4]

    def test_request_without_item_codes_is_not_compared_by_item(self) -> None:
        """A request that describes its goods in words cannot be exceeded by an item."""
        kept = self.requests(("SQ-202611-0001", None, 100, "已批"))
        rows = [receipt(1, "11-02", 101, purchase_no="SQ-202611-0001")]
        assert failing("stock_receipt", "RCP-08", rows, kept) == []

    def test_fixed_asset_needs_its_card_when_the_month_is_over(self) -> None:
        """RCP-09 is due for past months; a card refers by invoice, or by the receipt's number."""
        kept = books(item_catalogue=[item(nature="固定资产")])
        kept.frames["fixed_asset_card"] = pl.DataFrame({"invoice_no": ["26332"], "remark": ["见 RK-202611-0003"]})
        rows = [
            receipt(1, "10-20", 1),
            receipt(2, "10-20", 1, invoice_no="26332"),
            receipt(3, "10-20", 1),
            receipt(4, "11-20", 1),
        ]
        assert ids(failing("stock_receipt", "RCP-09", rows, kept, severity="warning")) == [1]


def test_rules_over_nothing_say_nothing() -> None:
    """Every rule between registers takes an empty batch and empty books."""
    for register in ("staff_roster", "department", "item_catalogue", "unit_conversion", "requisition"):
        for rule in frame_rules(register):
            assert rule(frame(register, []), FrameBooks(facts=facts())).is_empty()


def frame_rules(register: str) -> list[Any]:
    """Return the functions of a register's rules between registers."""
    return [rule.failing for rule in all_registers()[register].cross_rules]
