"""Month close through the public door: workbooks, ``houqin sync`` and ``houqin month``."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from tests.sync.closing import STORE, ClosingSchool, november
from tests.sync.school import codes, counted, issue, receipt


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> ClosingSchool:
    """Return a school whose November has one receipt and one issue, merged."""
    made = ClosingSchool(tmp_path / "share", monkeypatch, capsys)
    made.save(STORE, november())
    assert counted(made.book(made.sync(), STORE)) == {"read": 2, "accepted": 2}
    return made


def test_the_oracle_of_a_late_receipt(school: ClosingSchool) -> None:
    """O07: a receipt of November that arrives in December posts on December 1 and leaves November as it is."""
    opening = receipt(qty=100, amount="200.00", unit_price="2.00", doc_date="2026-11-01")
    out = issue(qty=40, doc_date="2026-11-10")
    school.save(STORE, {"stock_receipt": [opening], "stock_issue": [out]})
    school.sync()
    assert school.balance() == (Decimal(60), Decimal("120.00"))
    school.close("2026-11")
    school.today("2026-12-04")
    late = receipt(2, qty=100, amount="250.00", unit_price="2.50", doc_date="2026-11-05")
    school.save(STORE, {"stock_receipt": [opening, late], "stock_issue": [out]})
    told = school.book(school.sync(), STORE)
    assert counted(told) == {"read": 3, "accepted": 1, "unchanged": 2}
    (said,) = (finding for finding in told["findings"] if finding["code"] == "LATE")
    assert said["severity"] == "warning"
    assert "2026-11-05" in said["message"]
    assert "2026-12-01" in said["message"]
    assert school.closed_balance("2026-11") == (Decimal(60), Decimal("120.00"))
    assert school.balance() == (Decimal(160), Decimal("370.00"))


def test_a_changed_row_of_a_closed_month_is_held(school: ClosingSchool) -> None:
    """An amendment of a closed month waits with IMP-05; the accepted version stays."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_receipt": [receipt(qty=26, amount="221.00")]})
    told = school.book(school.sync(), STORE)
    assert counted(told) == {"read": 2, "held": 1, "unchanged": 1}
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}


def test_a_row_that_left_a_closed_month_is_not_missing(school: ClosingSchool) -> None:
    """What a workbook no longer says of a closed month stays in the books, and nobody is warned."""
    school.close("2026-11")
    school.save(STORE, {"stock_receipt": [receipt(2, doc_date="2026-12-01", doc_no="RK-202612-0001")], "stock_issue": []})
    school.today("2026-12-02")
    told = school.book(school.sync(), STORE)
    assert counted(told) == {"read": 1, "accepted": 1}
    assert "IMP-07" not in codes(told, "warning")
    assert {row["_status"] for row in school.rows("stock_receipt")} == {"accepted"}


def test_a_row_written_void_in_a_closed_month_stays(school: ClosingSchool) -> None:
    """作废 in a closed month is held with IMP-05; once the month is opened again it is carried out."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_issue": [issue(remark="作废")]})
    told = school.book(school.sync(), STORE)
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "10.000"}
    code, _ = school.month("reopen", "2026-11", "--reason", "作废出库单")
    assert code == 0
    school.sync()
    assert school.quantities("stock_issue") == {}


def test_a_corrected_number_in_a_closed_month_is_held(school: ClosingSchool) -> None:
    """A corrected number withdraws nothing of a closed month, and the row does not count twice."""
    school.close("2026-11")
    school.save(STORE, {**november(), "stock_receipt": [receipt(7)]})
    told = school.book(school.sync(), STORE)
    assert codes(told) == ["IMP-05"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}
