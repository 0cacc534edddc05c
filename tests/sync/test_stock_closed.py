"""Closed months of the stock book through ``houqin stock``: whatever comes later, they say what they said."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.sync.closing import STORE, ClosingSchool
from tests.sync.school import ITEMS, MASTER, issue, receipt

IN_USE = [*MASTER, "stock_receipt", "stock_issue", "requisition", "period_close", "stock_ledger"]
OPENING = receipt(qty=100, amount="200.00", unit_price="2.00", doc_date="2026-11-01")
OUT = issue(qty=40, doc_date="2026-11-10")
LATE = receipt(2, qty=100, amount="250.00", unit_price="2.50", doc_date="2026-11-05")


@pytest.fixture
def school(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ClosingSchool:
    """Return a school whose November is closed; then it is December, and a receipt of November arrives (O07)."""
    made = ClosingSchool(tmp_path / "share", monkeypatch)
    made.set([*IN_USE, "monthly_stock_summary"])
    made.save(STORE, {"stock_receipt": [OPENING], "stock_issue": [OUT]})
    made.sync()
    return made


def told(school: ClosingSchool, *words: str) -> list[dict[str, Any]]:
    """Return the JSON of ``houqin stock`` with some words."""
    code, lines = school.run("stock", *words)
    assert code == 0
    found: list[dict[str, Any]] = lines
    return found


def november(school: ClosingSchool) -> list[list[dict[str, Any]]]:
    """Return everything that the stock book says of November."""
    books = [told(school, book, "--month", "2026-11") for book in ("ledger", "summary")]
    return [*books, told(school, "balance", "--as-of", "2026-11-30"), told(school, "balance", "--as-of", "2026-11-09")]


def volumes(school: ClosingSchool) -> dict[str, int]:
    """Return the volumes of November with the times at which they were written."""
    found = (school.folder / "published" / "明细").glob("*存*/2026-11.xlsx")
    return {path.parent.name: path.stat().st_mtime_ns for path in found}


def test_a_closed_month_says_what_it_said(school: ClosingSchool) -> None:
    """A late receipt, another way of valuation and a new price move December; November stays to the fen and byte."""
    before = november(school)
    school.close("2026-11")
    assert november(school) == before
    written = volumes(school)
    assert len(written) == 2
    school.today("2026-12-04")
    items = [{**row, "valuation": "先进先出", "ref_price": "9.99"} for row in ITEMS]
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": items})
    school.save(STORE, {"stock_receipt": [OPENING, LATE], "stock_issue": [OUT]})
    school.sync()
    assert november(school) == before
    assert volumes(school) == written
    (line,) = told(school, "ledger", "--month", "2026-12")
    assert (line["doc_date"], line["post_date"]) == ("2026-11-05", "2026-12-01")
    assert (line["bal_qty"], line["bal_amount"], line["avg_price"]) == ("160.000", "370.00", "2.3125")
    (month,) = told(school, "summary", "--month", "2026-12")
    assert (month["open_qty"], month["open_amount"], month["ytd_in"]) == ("60.000", "120.00", "450.00")


def test_the_summary_of_a_year_goes_on_after_a_close(school: ClosingSchool) -> None:
    """December begins with what November left, and counts on from its sums."""
    school.close("2026-11")
    school.today("2026-12-04")
    december = {"doc_no": "CK-202612-0001", "doc_date": "2026-12-02"}
    school.save(STORE, {"stock_receipt": [OPENING], "stock_issue": [OUT, issue(qty=10) | december]})
    school.sync()
    first, second = told(school, "summary")
    assert (second["open_qty"], second["open_amount"]) == (first["close_qty"], first["close_amount"])
    assert (first["ytd_out"], second["ytd_out"], second["close_amount"]) == ("80.00", "100.00", "100.00")


def test_a_register_out_of_use_leaves_closed_months_alone(school: ClosingSchool) -> None:
    """What was received, issued and published stays so, though the school keeps the register no more, or again."""
    school.close("2026-11")
    before, files = november(school), all_volumes(school)
    assert any("出库单" in path for path in files)
    school.today("2026-12-04")
    used = [*IN_USE, "monthly_stock_summary"]
    for registers in ([name for name in used if name not in ("stock_issue", "monthly_stock_summary")], used):
        school.set(registers)
        assert school.sync()["problems"] == []
        assert november(school) == before
        assert all_volumes(school) == files
        assert school.balance() == (Decimal(60), Decimal(120))


def all_volumes(school: ClosingSchool) -> dict[str, bytes]:
    """Return the content of every volume of November."""
    folder = school.folder / "published" / "明细"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.glob("*/2026-11.xlsx")}


def test_an_item_of_closed_months_stays_in_the_catalogue(school: ClosingSchool) -> None:
    """Nobody confirms away an item that documents name: what lay there is told as before, and asked for by name."""
    school.close("2026-11")
    before = november(school)
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": ITEMS[1:]})
    school.sync()
    _, (missing,) = school.run("confirm")
    assert school.run("confirm", missing["id"])[0] == 3
    assert school.rows("item_catalogue", "missing")
    assert november(school) == before
    assert told(school, "balance", "--item", "竹扫把")


def test_issues_say_what_they_cost(school: ClosingSchool) -> None:
    """O07: 40 of 100 at 2.00 cost 80.00, in the open month and in the closed one, whatever comes later."""
    costs = [(row["unit_cost"], row["amount"]) for row in school.run("rows", "stock_issue")[1]]
    assert costs == [("2.0000", "80.00")]
    school.close("2026-11")
    volume = next((school.folder / "published" / "明细").glob("出库单*/2026-11.xlsx"))
    cells = [cell for row in openpyxl.load_workbook(volume).active.iter_rows(values_only=True) for cell in row]
    assert 80 in cells
    school.today("2026-12-04")
    back = issue(2, qty=-10, issue_kind="红字出库", ref_doc="CK-202611-0001", doc_date="2026-12-02")
    school.save(STORE, {"stock_receipt": [OPENING, LATE], "stock_issue": [OUT, back]})
    school.sync()
    costs = [(row["unit_cost"], row["amount"]) for row in school.run("rows", "stock_issue")[1]]
    assert costs == [("2.0000", "80.00"), ("2.0000", "-20.00")]
