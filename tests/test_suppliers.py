"""Purchases and the register of suppliers over several runs."""

from __future__ import annotations

from pathlib import Path

from tests.sync.school import MASTER, SUPPLIERS, School, codes, receipt

FIRM = SUPPLIERS[0]
OTHERS = {name: rows for name, rows in MASTER.items() if name != "supplier_register"}


def test_a_purchase_waits_for_its_supplier(tmp_path: Path) -> None:
    """A receipt from nobody known is held; it is taken, by name as well as by code, once the supplier arrives."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", OTHERS)
    named = receipt(2, supplier_code=FIRM["supplier_name"])
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(1), named, receipt(3, supplier_code=None)]})
    first = school.book(school.merge(), "ZW/入库.xlsx")
    assert codes(first) == ["SUPPLIER-UNKNOWN", "SUPPLIER-UNKNOWN", "REQ-EMPTY"]
    school.save("ZW/供应商.xlsx", {"supplier_register": [FIRM]})
    school.merge()
    assert {row["doc_no"]: row["supplier_code"] for row in school.rows("stock_receipt")} == {
        "RK-202611-0001": "GYS0001",
        "RK-202611-0002": "GYS0001",
    }


def test_a_supplier_that_is_dropped_keeps_what_it_delivered(tmp_path: Path) -> None:
    """Receipts that were taken stay; the next purchase is held, until the supplier is approved again."""
    school = School(tmp_path / "share")
    school.save("ZW/基础资料.xlsx", OTHERS)
    school.save("ZW/供应商.xlsx", {"supplier_register": [FIRM]})
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(1)]})
    school.merge()
    school.save("ZW/供应商.xlsx", {"supplier_register": [{**FIRM, "status": "淘汰"}]})
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(1), receipt(2)]})
    assert codes(school.book(school.merge(), "ZW/入库.xlsx")) == ["SUP-01"]
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000"}
    school.save("ZW/供应商.xlsx", {"supplier_register": [FIRM]})
    school.merge()
    assert school.quantities("stock_receipt") == {"RK-202611-0001/1": "25.000", "RK-202611-0002/1": "25.000"}


def test_a_school_without_suppliers_leaves_the_register_out(tmp_path: Path) -> None:
    """Where houqin.toml does not list the register of suppliers, purchases need none and nothing is checked."""
    school = School(tmp_path / "share")
    settings = school.folder / "houqin.toml"
    wanted = [*OTHERS, "stock_receipt"]
    text = settings.read_text("utf-8").replace("[ledger]", f"registers = {wanted!r}\n\n[ledger]", 1)
    settings.write_text(text.replace("'", '"'), "utf-8")
    school.save("ZW/基础资料.xlsx", OTHERS)
    school.save("ZW/入库.xlsx", {"stock_receipt": [receipt(1, supplier_code=None), receipt(2)]})
    assert codes(school.book(school.merge(), "ZW/入库.xlsx")) == []
    assert len(school.rows("stock_receipt")) == 2
