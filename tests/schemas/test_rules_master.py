"""What students, suppliers, premises, hazardous goods and plan tasks say, by rows alone."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from register_frames import books, breaks, day, facts, failing, frame
from stdnum.cn import uscc

from schemas.ids import wrong_credit_code
from schemas.parameters import DEFAULTS
from schemas.register import all_registers

CREDIT_CODES = ("91110000600037341L", "91350100M000100Y43")
"""Published examples of unified social credit codes."""


@pytest.mark.parametrize("code", CREDIT_CODES)
def test_credit_code_agrees_with_the_standard(code: str) -> None:
    """The examples of GB 32100 pass, and every other last character fails; blanks and other forms are not judged."""
    assert uscc.is_valid(code)
    signs = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    codes = [*(code[:-1] + last for last in signs), None, "330106000012345"]
    judged = pl.DataFrame({"code": codes}).select(wrong_credit_code(pl.col("code")))["code"].to_list()
    assert judged == [*(last != code[-1] for last in signs), False, False]


@pytest.mark.parametrize(
    ("last_day", "is_warned"), [("11-21", False), ("11-22", True), ("12-22", True), ("12-23", False)]
)
def test_a_licence_is_warned_about_for_thirty_days(last_day: str, *, is_warned: bool) -> None:
    """SUP-02 begins 30 days before the last valid day and includes it."""
    assert breaks("supplier_register", "SUP-02", {"licence_valid_to": day(last_day)}) == is_warned


def test_the_month_of_the_report_is_a_parameter() -> None:
    """A survey reported in April is unusual, unless the school reports in April."""
    row = {"reported_on": date(2026, 4, 2)}
    assert breaks("premises_survey", "DATE-UNUSUAL", row)
    assert not breaks("premises_survey", "DATE-UNUSUAL", row, premises_report_month=4)
    assert DEFAULTS["premises_report_month"] == Decimal(3)


@pytest.mark.parametrize(
    ("plan_year", "month", "last_day"),
    [
        ("2026", 2, date(2026, 2, 28)),
        ("2028", 2, date(2028, 2, 29)),
        ("2026-2027", 9, date(2026, 9, 30)),
        ("2026-2027", 1, date(2027, 1, 31)),
        ("2026-2027-1", 12, date(2026, 12, 31)),
        ("2026-2027-2", 8, date(2027, 8, 31)),
    ],
)
def test_a_task_is_due_at_the_end_of_its_month(plan_year: str, month: int, last_day: date) -> None:
    """A blank date of a task is the last day of its month, in a school year from September to August."""
    due = all_registers()["annual_plan_task"].fills["due"](facts())
    assert frame("annual_plan_task", [{"plan_year": plan_year, "month": month}]).select(due).item() == last_day


def test_a_delivery_that_was_used_cannot_become_another_item() -> None:
    """HAZ-02 looks at the item that a changed row leaves as well: its eight would be missing."""
    item = {"item_name": "汽油", "base_unit": "升", "hazard_class": "易燃"}
    kept = books(
        hazardous_goods_ledger=[moved(1, "入库", 10, 8), moved(2, "领用", 8, 9)],
        item_catalogue=[{"item_code": code, **item} for code in ("WX0001", "WX0002")],
        location=[],
    )
    changed = [{**moved(1, "入库", 10, 8), "item_code": "WX0002"}]
    assert [row["_id"] for row in failing("hazardous_goods_ledger", "HAZ-02", changed, kept)] == [1]
    assert failing("hazardous_goods_ledger", "HAZ-02", [moved(1, "入库", 8, 8)], kept) == []


def moved(number: int, direction: str, qty: int, hour: int) -> dict[str, Any]:
    """Return a movement of an item on 2 November."""
    when = datetime(2026, 11, 2, hour)  # noqa: DTZ001 - local time of the school
    return {"doc_no": f"WX{number:03d}", "date_time": when, "item_code": "WX0001", "direction": direction, "qty": qty}


def test_hazardous_goods_are_counted_in_the_order_of_their_times() -> None:
    """Of 10, 8 leave and 2 come back; 4 are destroyed, and a fifth is not there before the next delivery."""
    kept = books(
        hazardous_goods_ledger=[moved(1, "入库", 10, 8), moved(2, "领用", 8, 9), moved(3, "归还", 2, 12)],
        item_catalogue=[{"item_code": "WX0001", "item_name": "汽油", "base_unit": "升", "hazard_class": "易燃"}],
        location=[],
    )
    rows = [moved(4, "销毁", 4, 13), moved(5, "领用", 1, 14), moved(6, "入库", 5, 15), moved(7, "领用", 5, 16)]
    found = failing("hazardous_goods_ledger", "HAZ-02", rows, kept)
    assert [row["_id"] for row in found] == [2]
