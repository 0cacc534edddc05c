"""The table of the merge, line by line: what a workbook had accepted, what it says now, what the ledger says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.register import all_registers
from sync.ledger import join_key
from tests.sync.school import MASTER, School, counted, receipt, school_with_master

OWN, OTHER, COPY = "ZW/库房.xlsx", "ST/食堂.xlsx", "ZW/库房(1).xlsx"
NEIGHBOUR = receipt(99, doc_date="2026-11-01")
"""A row that every version has: what is judged is the other one."""
MORE = receipt(1, qty=20, amount="170.00")
LESS = receipt(1, qty=15, amount="127.50")
TOLD = receipt(1, remark="已验")
Cells = dict[str, object]


@dataclass(frozen=True)
class Line:
    """One line of the table: what happened before, what the workbook says, and what then is true."""

    before: Callable[[School], None]
    says: Cells | None
    outcome: dict[str, int]
    quantity: str | None
    status: str | None = "accepted"
    name: str = OWN


def state(school: School, name: str, *rows: Cells | None) -> None:
    """Save a workbook with some rows and merge it."""
    school.save(name, {"stock_receipt": [row for row in (*rows, NEIGHBOUR) if row is not None]})
    school.merge()


def steps(*saved: tuple[str, Cells | None]) -> Callable[[School], None]:
    """Return what states some versions, one run for each."""

    def run(school: School) -> None:
        for name, row in saved:
            state(school, name, row)

    return run


ONE_UNCHANGED = {"read": 2, "unchanged": 2}
ONE_ACCEPTED = {"read": 2, "accepted": 1, "unchanged": 1}
TABLE = {
    "no base, a row, nothing: added": Line(steps((OWN, None)), receipt(), ONE_ACCEPTED, "25.000"),
    "no base, the same row: another source": Line(steps((OTHER, receipt())), receipt(), ONE_UNCHANGED, "25.000"),
    "no base, an earlier version, other content: stale copy": Line(
        steps((OTHER, receipt()), (OTHER, MORE)), receipt(), ONE_UNCHANGED, "20.000"
    ),
    "no base, other content, not a branch: conflict": Line(
        steps((OTHER, receipt())), MORE, {"read": 2, "unchanged": 1, "conflicting": 1}, "25.000"
    ),
    "base, changed, as base: changed": Line(steps((OWN, receipt())), MORE, ONE_ACCEPTED, "20.000"),
    "base, as base, changed: nothing to do": Line(
        steps((OWN, receipt()), (COPY, MORE)), receipt(), ONE_UNCHANGED, "20.000"
    ),
    "base, changed, other groups changed: merged": Line(
        steps((OWN, receipt()), (COPY, TOLD)), MORE, ONE_ACCEPTED, "20.000"
    ),
    "base, changed, same group otherwise: conflict": Line(
        steps((OWN, receipt()), (COPY, MORE)), LESS, {"read": 2, "unchanged": 1, "conflicting": 1}, "20.000"
    ),
    "base, changed, same group likewise: nothing to do": Line(
        steps((OWN, receipt()), (COPY, MORE)), MORE, ONE_UNCHANGED, "20.000"
    ),
    "base, gone, stated by another live workbook: nothing to do": Line(
        steps((OWN, receipt()), (OTHER, receipt())), None, {"read": 1, "unchanged": 1}, "25.000"
    ),
    "base, gone, as base: missing": Line(
        steps((OWN, receipt())), None, {"read": 1, "unchanged": 1}, "25.000", "missing"
    ),
    "a branch without a base takes the nearest version": Line(
        steps((OWN, receipt()), (OWN, MORE)), TOLD, ONE_ACCEPTED, "20.000", "accepted", COPY
    ),
}


@pytest.mark.parametrize("line", TABLE.values(), ids=TABLE.keys())
def test_a_line_of_the_table(tmp_path: Path, line: Line) -> None:
    """Each line of the table has the outcome that it promises, and the books say so."""
    school = school_with_master(tmp_path / "school")
    line.before(school)
    school.save(line.name, {"stock_receipt": [row for row in (line.says, NEIGHBOUR) if row is not None]})
    told = school.merge(full=True)
    assert counted(school.book(told, line.name)) == line.outcome
    found = [row for row in school.rows("stock_receipt") if row["doc_no"] == "RK-202611-0001"]
    assert [(row["qty"], row["_status"]) for row in found] == [(line.quantity, line.status)]
    assert school.sync(full=True)["revision"] == told["revision"]


def test_a_merged_row_is_checked_again(tmp_path: Path) -> None:
    """Two changes that are right alone and wrong together, a buyer who is the inspector, are held as a row."""
    school = School(tmp_path / "school")
    school.save("ZW/基础.xlsx", MASTER)
    state(school, OWN, receipt(buyer="赵强", inspector="李明"))
    state(school, COPY, receipt(buyer="孙丽", inspector="李明"))
    school.save(OWN, {"stock_receipt": [receipt(buyer="赵强", inspector="孙丽"), NEIGHBOUR]})
    book = school.book(school.merge(), OWN)
    assert counted(book) == {"read": 2, "held": 1, "unchanged": 1}
    row = next(row for row in school.rows("stock_receipt") if row["doc_no"] == "RK-202611-0001")
    assert (row["buyer"], row["inspector"]) == ("T004", "T001")


def test_a_merged_row_has_the_quantity_of_its_unit(tmp_path: Path) -> None:
    """What is counted of a merged row is the quantity that it has after merging."""
    school = School(tmp_path / "school")
    school.save("ZW/基础.xlsx", MASTER)
    paper = receipt(item_code="BG0001", unit="箱", qty=2, unit_price="100.00", amount="200.00")
    state(school, OWN, paper)
    state(school, COPY, {**paper, "qty": 3, "amount": "300.00"})
    state(school, OWN, {**paper, "remark": "已验"})
    row = next(row for row in school.rows("stock_receipt") if row["doc_no"] == "RK-202611-0001")
    assert (row["qty"], row["remark"]) == ("3.000", "已验")
    with school.share.open_ledger() as ledger:
        kept = ledger.rows(all_registers()["stock_receipt"], keys=[join_key(["RK-202611-0001", "1"])])
    assert kept["qty_base"].to_list() == [Decimal("15.000")]


def test_a_register_that_follows_deletions(tmp_path: Path) -> None:
    """A row that leaves a register without book effect is withdrawn at once, unless a copy goes on stating it."""
    school = School(tmp_path / "school")
    school.save("ZW/基础.xlsx", MASTER)
    watered = {"date": "2026-11-02", "area": "A-301", "work": "浇水", "worker": "王芳"}
    care = [{**watered, "line_no": number} for number in (1, 2)]
    school.save("ZW/绿化.xlsx", {"greenery_log": care})
    school.merge()
    school.save("ZW/绿化.xlsx", {"greenery_log": care[:1]})
    school.merge()
    assert len(school.rows("greenery_log")) == 1
    assert len(school.rows("greenery_log", "withdrawn")) == 1
    school.save("ZW/绿化(1).xlsx", {"greenery_log": care[:1]})
    school.sync()
    school.save("ZW/绿化.xlsx", {"greenery_log": []})
    school.sync()
    assert [row["_source"]["workbook"] for row in school.rows("greenery_log")] == ["ZW/绿化(1).xlsx"]
