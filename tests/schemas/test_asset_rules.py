"""Assets, lists, loans and transfers where workbooks do not reach: calendars, lives, months closed, balances."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from schemas.property.asset_classes import least_months
from schemas.property.asset_places import OUTSIDE, places_on
from schemas.property.loan_checks import status_of
from schemas.property.room_list_checks import missing_quantities
from schemas.register import all_registers
from schemas.semesters import next_semester_end, semester_end, semester_of, semester_start
from schemas.stock_movements import movements
from tests.schemas.register_frames import books, day, facts, failing, frame

CARD = {
    "asset_no": "ZC2020-000001",
    "class_code": "A02010105",
    "class_code_version": "2022",
    "asset_kind": "设备",
    "value_type": "原值",
    "qty": 1,
    "room": "R1",
    "use_status": "在用",
    "acquire_date": day("2020-03-10"),
    "entry_date": day("2020-04-02"),
    "original_value": "4500.00",
    "life_months": 72,
}


def moved(number: int, when: str, start: str | None, to: str | None, **cells: object) -> dict[str, Any]:
    """Return the transfer of the asset between two rooms."""
    plain = {"doc_no": f"DB-202611-{number:04d}", "line_no": 1, "doc_date": day(when), "kind": "校内房间", "qty": "1"}
    return {**plain, "asset_no": CARD["asset_no"], "from_room": start, "to_room": to, **cells}


class TestSemesters:
    """Source: DOMAIN.md 2.0.3."""

    @pytest.mark.parametrize(
        ("when", "semester", "end"),
        [
            ("2026-09-01", "2026-2027-1", "2027-01-31"),
            ("2027-01-31", "2026-2027-1", "2027-01-31"),
            ("2027-02-01", "2026-2027-2", "2027-08-31"),
            ("2027-08-31", "2026-2027-2", "2027-08-31"),
        ],
    )
    def test_day_belongs_to_a_semester(self, when: str, semester: str, end: str) -> None:
        """Autumn is September to January, spring February to August; a loan ends with its semester."""
        one = pl.select(pl.lit(day(when)).alias("day"))
        found = one.select(semester_of(pl.col("day")), next_semester_end(pl.col("day"), facts()).alias("end"))
        assert found.row(0) == (semester, day(end))

    def test_school_sets_its_own_days(self) -> None:
        """The parameters name month and day of both semesters."""
        known = facts(semester_starts="08-28、02-20", semester_ends="01-20、07-10")
        spans = pl.DataFrame({"of": ["2026-2027-1", "2026-2027-2"]}).select(
            semester_start(pl.col("of"), known).alias("first"), semester_end(pl.col("of"), known).alias("last")
        )
        assert spans.row(0) == (date(2026, 8, 28), date(2027, 1, 20))
        assert spans.row(1) == (date(2027, 2, 20), date(2027, 7, 10))


class TestCards:
    """Lives, blanks and closed months."""

    @pytest.mark.parametrize(
        ("code", "version", "structure", "years"),
        [
            ("A01010200", "2022", "钢结构", 50),
            ("A01010200", "2022", "砖木", 30),
            ("A01010200", "2022", "简易房", 8),
            ("A01020000", "2022", None, 8),
            ("A02010105", "2022", None, 6),
            ("A02021003", "2022", None, 6),
            ("A02030500", "2022", None, 8),
            ("A02061804", "2022", None, 5),
            ("A02091001", "2013", None, 5),
            ("A05010203", "2022", None, 15),
            ("A06020500", "2013", None, 15),
            ("A05040403", "2022", None, 5),
            ("A08060301", "2022", None, None),
        ],
    )
    def test_least_life_of_a_class(self, code: str, version: str, structure: str | None, years: int | None) -> None:
        """Source: DOMAIN.md 3.4."""
        card = frame("fixed_asset_card", [{"class_code": code, "class_code_version": version, "structure": structure}])
        assert card.select(least_months()).item() == (None if years is None else years * 12)

    @pytest.mark.parametrize(
        ("cells", "method", "months"),
        [
            ({}, "年限平均法", 72),
            ({"depr_method": "不计提"}, "不计提", 0),
            ({"asset_kind": "图书和档案", "class_code": "A04010100"}, "不计提", 0),
            ({"value_type": "名义金额"}, "不计提", 0),
            ({"class_code": "A01010000", "class_code_version": "2013", "asset_kind": "房屋和构筑物"}, "不计提", 0),
        ],
    )
    def test_blanks_of_a_card(self, cells: dict[str, Any], method: str, months: int) -> None:
        """A blank life is the least one, nothing is charged for what is never depreciated (DOMAIN.md 3.3)."""
        blank = {**CARD, "life_months": None, **cells}
        fills = all_registers()["fixed_asset_card"].fills
        filled = frame("fixed_asset_card", [blank]).select(
            pl.coalesce(pl.col(name), make(facts())).alias(name) for name, make in fills.items()
        )
        assert filled.to_dicts() == [{"depr_method": method, "life_months": months, "depr_start": "2020-04"}]

    @pytest.mark.parametrize(
        ("cells", "changed"),
        [
            ({"original_value": "4600.00"}, ["原值"]),
            ({"qty": 2, "life_months": 84}, ["数量、折旧年限"]),
            ({"original_value": "4600.00", "change_date": day("11-05"), "change_doc": "BD-1"}, []),
            ({"room": "R2"}, []),
        ],
    )
    def test_closed_card_changes_with_a_document(self, cells: dict[str, Any], changed: list[str]) -> None:
        """FA-08: once a month from its entry on is closed, a card needs date and document of a change."""
        kept = books(fixed_asset_card=[CARD])
        kept.frames["period_close"] = pl.DataFrame({"book": ["固定资产"], "period": ["2026-10"], "status": ["已结"]})
        found = failing("fixed_asset_card", "FA-08", [{**CARD, **cells}], kept)
        assert [row["changed"] for row in found] == changed

    def test_open_months_may_change(self) -> None:
        """FA-08 says nothing about cards of months that are open, and of the months of other books."""
        kept = books(fixed_asset_card=[CARD])
        for book, status in (("固定资产", "重开"), ("库存账", "已结")):
            kept.frames["period_close"] = pl.DataFrame({"book": [book], "period": ["2026-10"], "status": [status]})
            assert failing("fixed_asset_card", "FA-08", [{**CARD, "qty": 2}], kept) == []

    def test_bought_assets_have_papers(self) -> None:
        """FA-07: an invoice on record, or a receipt by invoice or by its number in the remark; due after the month."""
        bought = {**CARD, "acquire_way": "购置", "acquire_date": day("10-20")}
        rows = [
            {**bought, "asset_no": f"ZC2026-00000{number}", **cells}
            for number, cells in enumerate(
                (
                    {},
                    {"invoice_no": "26332"},
                    {"invoice_no": "26333"},
                    {"remark": "见 RK-202610-0001"},
                    {"acquire_date": day("11-02")},
                    {"invoice_no": "26334"},
                )
            )
        ]
        kept = books(stock_receipt=[{"doc_no": "RK-202610-0001", "line_no": 1, "invoice_no": "26333"}])
        kept.frames["invoice_reimbursement"] = pl.DataFrame({"invoice_no": ["26332"]})
        assert [row["_id"] for row in failing("fixed_asset_card", "FA-07", rows, kept, severity="warning")] == [1, 6]


class TestPlaces:
    """The transfer decides, then the card."""

    @pytest.mark.parametrize(
        ("when", "place"),
        [("2026-09-30", "R1"), ("2026-10-10", "R2"), ("2026-11-04", "R2"), ("2026-11-05", OUTSIDE)],
    )
    def test_place_on_a_day(self, when: str, place: str) -> None:
        """Before the first transfer it is where that began, from its day on where it went."""
        kept = books(
            fixed_asset_card=[{**CARD, "room": "R9"}],
            asset_transfer=[moved(2, "11-05", "R2", None), moved(1, "10-10", "R1", "R2")],
        )
        asked = pl.DataFrame({"_id": [1], "asset_no": [CARD["asset_no"]]})
        assert places_on(asked, pl.lit(day(when)), kept).rows() == [(1, place)]

    def test_card_alone(self) -> None:
        """Without transfers it is where the card says."""
        asked = pl.DataFrame({"_id": [1, 2], "asset_no": [CARD["asset_no"], "ZC2099-000001"]})
        assert places_on(asked, pl.lit(day("11-05")), books(fixed_asset_card=[CARD])).rows() == [(1, "R1")]


class TestRoomLists:
    """What is missing at the end."""

    @pytest.mark.parametrize(
        ("cells", "missing"),
        [
            ({"qty_end": "6"}, "1.000"),
            ({"qty_end": "7"}, "0.000"),
            ({"qty_end": "6", "end_date": day("11-05")}, "-3.000"),
            ({"qty_end": "6", "start_date": day("11-02")}, "3.000"),
            ({}, None),
        ],
    )
    def test_missing_quantity(self, cells: dict[str, Any], missing: str | None) -> None:
        """Start 5, 4 came on 10 November, 2 went on 1 November; null before the end is counted."""
        row = {"semester": "2026-2027-1", "room": "R1", "item_code": "QT0001", "qty_start": "5"}
        kept = books(
            asset_transfer=[
                moved(1, "11-10", "R2", "R1", asset_no=None, item_code="QT0001", qty="4"),
                moved(2, "11-01", "R1", "R3", asset_no=None, item_code="QT0001", qty="2"),
                moved(3, "11-01", "R1", "R3", asset_no=None, item_code="QT0002", qty="9"),
            ]
        )
        listed = frame("room_property_list", [{**row, "start_date": day("09-03"), **cells}])
        found = missing_quantities(listed, kept)["missing"].item()
        assert found == (None if missing is None else Decimal(missing))

    def test_batch_may_stand_in_several_rooms(self) -> None:
        """ROM-01 allows as many rooms as the card has pieces for, and names the first and the next one too many."""
        rows = [
            {"semester": "2026-2027-1", "room": room, "asset_no": CARD["asset_no"], "qty_start": qty}
            for room, qty in (("R1", "20"), ("R2", "20"), ("R3", "1"))
        ]
        kept = books(fixed_asset_card=[{**CARD, "qty": 40}], location=[{"room_code": "R3", "room_name": "三年级"}])
        found = failing("room_property_list", "ROM-01", rows, kept)
        assert [(row["_id"], row["room1"], row["room2"]) for row in found] == [(3, "R1", "R3 三年级")]


class TestLoans:
    """What is out."""

    LOAN = {"qty": "2", "loan_date": day("11-01"), "due_date": day("11-20")}  # noqa: RUF012 - read only

    @pytest.mark.parametrize(
        ("cells", "when", "status"),
        [
            ({}, "11-20", "借出"),
            ({}, "11-21", "逾期"),
            ({"return_date": day("11-10"), "return_qty": "1"}, "11-20", "部分归还"),
            ({"return_date": day("11-10"), "return_qty": "1"}, "11-21", "逾期"),
            ({"return_date": day("11-10")}, "11-21", "已归还"),
            ({"condition": "遗失", "return_date": day("11-10"), "return_qty": "0"}, "11-21", "转赔偿"),
        ],
    )
    def test_status(self, cells: dict[str, Any], when: str, status: str) -> None:
        """Source: DOMAIN.md 2.2, loan_register.status."""
        assert frame("loan_register", [{**self.LOAN, **cells}]).select(status_of(day(when))).item() == status

    def test_batch_is_lent_as_far_as_it_goes(self) -> None:
        """LON-01: of 10 pieces 6 and 4 may be out at a time, and 6 again once they came back."""
        rows = [
            {"asset_no": CARD["asset_no"], "borrower": "T1", "doc_no": f"JY-202611-{number:04d}", "line_no": 1, **cells}
            for number, cells in enumerate(
                (
                    {"qty": "6", "loan_date": day("11-01"), "return_date": day("11-05")},
                    {"qty": "4", "loan_date": day("11-02")},
                    {"qty": "1", "loan_date": day("11-03")},
                    {"qty": "6", "loan_date": day("11-05")},
                ),
                start=1,
            )
        ]
        found = failing("loan_register", "LON-01", rows, books(fixed_asset_card=[{**CARD, "qty": 10}]))
        assert [(row["_id"], row["document"]) for row in found] == [(3, "JY-202611-0001")]


class TestTransfersOfGoods:
    """Both legs are one movement."""

    def test_both_legs_are_equal(self) -> None:
        """TRF-04: what leaves one warehouse enters the other, on the same day and in the same quantity."""
        line = {"doc_no": "DB-202611-0001", "line_no": 1, "doc_date": day("11-05"), "item_code": "QT0001", "qty": "2.5"}
        both = frame("asset_transfer", [{**line, "from_store": "CK01", "to_store": "CK02"}])
        legs = movements(both, "asset_transfer", "_key").select("warehouse", "doc_date", "effect", "rank")
        assert legs.rows() == [("CK01", day("11-05"), -2500, 4), ("CK02", day("11-05"), 2500, 4)]

    def test_rooms_that_are_no_warehouse_hold_no_stock(self) -> None:
        """Goods that go to the room where they are used leave the stock book."""
        line = {"doc_no": "DB-202611-0001", "line_no": 1, "doc_date": day("11-05"), "item_code": "QT0001", "qty": "3"}
        one = frame("asset_transfer", [{**line, "from_store": "CK01", "to_store": None}])
        assert movements(one, "asset_transfer")["effect"].to_list() == [-3000]

    def test_fresh_goods_from_another_warehouse_are_not_expired(self) -> None:
        """ISS-06 is certain only where nothing else came in: 4 in date may be among what was transferred."""
        place = {"item_code": "SP0001", "line_no": 1, "qty": "4"}
        old = {**place, "doc_no": "RK-202610-0001", "warehouse": "CK02", "doc_date": day("10-01")}
        out = {**place, "doc_no": "CK-202611-0001", "warehouse": "CK02", "doc_date": day("11-10"), "issue_kind": "领用"}
        kept = books(
            stock_receipt=[{**old, "receipt_kind": "采购入库", "expire_date": day("11-01")}],
            item_catalogue=[{"item_code": "SP0001", "base_unit": "袋"}],
        )
        assert [row["_id"] for row in failing("stock_issue", "ISS-06", [out], kept)] == [1]
        came = {**place, "doc_no": "DB-202611-0001", "doc_date": day("11-05"), "kind": "仓库之间"}
        kept.frames["asset_transfer"] = frame("asset_transfer", [{**came, "from_store": "CK01", "to_store": "CK02"}])
        assert failing("stock_issue", "ISS-06", [out], kept) == []
