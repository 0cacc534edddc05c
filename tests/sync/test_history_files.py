"""One story through real files: copies, corrections, renaming, void and deletion, merge after merge."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.sync.school import ITEMS, MASTER, School, receipt

BOOK, COPY, MOVED = "ZW/库房.xlsx", "ZW/库房(1).xlsx", "ZW/十一月/库房.xlsx"


def in_force(school: School) -> dict[str, str]:
    """Return document number (its last digits) to quantity and remark, missing ones marked with ``?``."""
    return {
        row["doc_no"][-2:]: row["qty"].partition(".")[0]
        + (row["remark"] or "")
        + ("?" if row["_status"] == "missing" else "")
        for row in school.rows("stock_receipt")
    }


def line(number: int, qty: int = 10, **cells: object) -> dict[str, object]:
    """Return a receipt of its own batch."""
    return receipt(number, qty=qty, amount=f"{qty * 8.5:.2f}", **{"batch_no": f"T{number}", **cells})


def test_a_month_of_one_store(tmp_path: Path) -> None:
    """Every merge leaves each line exactly once in the books, as last stated, and the past as it was."""
    school = School(tmp_path / "share")
    late = [item for item in ITEMS if item["item_code"] != "BG0001"]
    school.save("ZW/基础资料.xlsx", {**MASTER, "item_catalogue": late, "unit_conversion": []})
    school.save(BOOK, {"stock_receipt": [line(1), line(2), line(3), line(4, item_code="BG0001", unit="包")]})
    first = school.merge()["revision"]
    assert in_force(school) == {"01": "10", "02": "10", "03": "10"}

    shutil.copy(school.path(BOOK), school.path(COPY))
    school.save("ZW/基础资料.xlsx", MASTER)
    school.merge()
    assert in_force(school) == {"01": "10", "02": "10", "03": "10", "04": "10"}

    paper = line(4, item_code="BG0001", unit="包")
    school.save(BOOK, {"stock_receipt": [line(1, 12), line(2), line(3), paper]})
    school.save(COPY, {"stock_receipt": [line(1, remark="已验"), line(2), line(5, batch_no="T3"), paper]})
    school.merge()
    assert in_force(school) == {"01": "12已验", "02": "10", "05": "10", "04": "10"}

    school.path(MOVED).parent.mkdir()
    shutil.move(school.path(BOOK), school.path(MOVED))
    school.save(MOVED, {"stock_receipt": [line(1, 13), line(2, remark="作废"), line(3), paper]})
    school.merge()
    assert in_force(school) == {"01": "13已验", "05": "10", "04": "10"}

    school.path(COPY).unlink()
    school.merge()
    school.save(MOVED, {"stock_receipt": [line(1, 13), line(2, remark="作废"), line(3)]})
    last = school.merge()["revision"]
    assert in_force(school) == {"01": "13已验", "05": "10", "04": "10?"}

    assert school.merge(full=True)["revision"] == last
    assert {row["doc_no"][-2:]: row["qty"] for row in school.rows("stock_receipt", as_of=first)} == {
        "01": "10.000",
        "02": "10.000",
        "03": "10.000",
    }
    with school.share.open_ledger() as ledger:
        assert ledger.verify() == []
