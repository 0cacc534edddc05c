"""Closed months of the asset book: what becomes known too late posts to the month that is open then."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.closing import ClosingSchool
from tests.sync.school import MASTER
from tests.test_asset_book import COMPUTER, disposal

CARDS = "ZW/卡片.xlsx"
OLD = COMPUTER | {"acquire_date": "2026-03-20", "entry_date": "2026-03-25"}
LATE = OLD | {"asset_no": "ZC2026-000002", "entry_date": "2026-09-10"}


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClosingSchool:
    """Return a school with one computer in the books since March, November of the asset book closed in December."""
    made = ClosingSchool(tmp_path / "share", monkeypatch)
    made.set([*MASTER, "fixed_asset_card", "disposal_register", "period_close"])
    made.save(CARDS, {"fixed_asset_card": [OLD]})
    made.merge()
    made.today("2026-12-03")
    made.close("2026-11", "--book", "固定资产", "--by", "T002", "--approver", "T001")
    return made


def totals(school: ClosingSchool, month: str) -> dict[str, Any]:
    """Return the sums of a month."""
    code, told = school.run("assets", "depreciation", "--month", month)
    assert code == 0
    found: dict[str, Any] = told["totals"]
    return found


def test_late_card_posts_to_the_open_month(school: ClosingSchool) -> None:
    """A card entered in September that arrives after the close is added in December, with the months it missed."""
    before = totals(school, "2026-11")
    school.save(CARDS, {"fixed_asset_card": [OLD, LATE]})
    school.merge()
    assert totals(school, "2026-11") == before
    december = totals(school, "2026-12")
    # 69.43 of the first computer, and September to December of the second
    assert (december["additions"], december["charge"]) == ("4999.00", "347.15")
    assert (december["original_end"], december["accum_end"]) == ("9998.00", "972.02")


def test_late_disposal_posts_to_the_open_month(school: ClosingSchool) -> None:
    """What was disposed of in November and reported in December was charged in November and leaves in December."""
    before = totals(school, "2026-11")
    gone = {"disposal_register": [disposal(str(OLD["asset_no"]), "2026-11-20")]}
    school.save("ZW/报废.xlsx", gone)
    school.merge()
    assert totals(school, "2026-11") == before
    december = totals(school, "2026-12")
    assert (december["disposals"], december["accum_of_disposals"], december["charge"]) == ("4999.00", "624.87", "0.00")
    school.today("2027-01-05")
    school.close("2026-12", "--book", "固定资产", "--by", "T002", "--approver", "T001")
    remitted = disposal(str(OLD["asset_no"]), "2026-11-20", remark="残值无")
    school.save("ZW/报废.xlsx", {"disposal_register": [remitted]})
    school.merge()
    assert totals(school, "2026-12") == december


def test_card_amended_after_the_close_is_not_late(school: ClosingSchool) -> None:
    """A card that was in the books before the close stays there when something else on it changes."""
    before = totals(school, "2026-11")
    school.save(CARDS, {"fixed_asset_card": [OLD | {"brand": "联想"}]})
    school.merge()
    assert totals(school, "2026-11") == before
    assert totals(school, "2026-12")["charge"] == "69.43"
