"""Transfers over several runs: what moved may be issued, what was issued stays covered, amendments are no new moves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.sync.school import MASTER, School, codes, issue, receipt

ROOMS = [
    *MASTER["location"],
    {"room_code": "CK02", "room_name": "食堂仓库", "room_type": "仓库", "keeper": "王芳", "is_warehouse": "是"},
    {"room_code": "A-302", "room_name": "三年级(2)班教室", "room_type": "普通教室", "keeper": "孙丽"}
    | {"is_warehouse": "否"},
]
CARD = {
    "asset_no": "ZC2025-000001",
    "asset_name": "台式计算机",
    "class_code": "A02010105",
    "class_code_version": "2022",
    "asset_kind": "设备",
    "gl_account": "固定资产",
    "spec_model": "无",
    "qty": 1,
    "unit": "台",
    "unit_price": "4500.00",
    "original_value": "4500.00",
    "value_type": "原值",
    "acquire_way": "接受捐赠",
    "acquire_date": "2025-10-09",
    "entry_date": "2025-10-09",
    "fund_source": "捐赠",
    "use_dept": "ZW",
    "user": "孙丽",
    "room": "A-301",
    "use_status": "在用",
}


def transfer(**cells: object) -> dict[str, object]:
    """Return the transfer of 6 bamboo brooms to the second warehouse on 3 November."""
    plain = {"doc_no": "DB-202611-0001", "doc_date": "2026-11-03", "line_no": 1, "kind": "仓库之间"}
    goods = {"item_code": "QJ0001", "qty": 6, "from_room": "CK01", "to_room": "CK02"}
    return plain | goods | {"from_person": "王芳", "to_person": "孙丽", "approver": "李明"} | cells


def moved(**cells: object) -> dict[str, object]:
    """Return the transfer of the computer to the next classroom."""
    return transfer(kind="校内房间", item_code=None, asset_no=CARD["asset_no"], qty=1, from_room="A-301") | {
        "to_room": "A-302",
        **cells,
    }


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school with two warehouses."""
    made = School(tmp_path / "share")
    made.save("ZW/基础.xlsx", {**MASTER, "location": ROOMS})
    return made


def run(school: School, name: str) -> dict[str, Any]:
    """Run once and return what became of a workbook."""
    return school.book(school.merge(), name)


def test_goods_are_issued_where_they_were_moved(school: School) -> None:
    """In one run goods arrive, are moved and issued; the transfer cannot be lowered below what was issued."""
    rows = {"stock_receipt": [receipt()], "stock_issue": [issue(warehouse="CK02", qty=6)]}
    school.save("ZW/库房.xlsx", rows)
    school.save("ZW/调拨.xlsx", {"asset_transfer": [transfer()]})
    told = school.merge()
    assert codes(school.book(told, "ZW/库房.xlsx")) == []
    assert school.quantities("stock_issue") == {"CK-202611-0001/1": "6.000"}
    school.save("ZW/调拨.xlsx", {"asset_transfer": [transfer(qty=5)]})
    assert codes(run(school, "ZW/调拨.xlsx")) == ["TRF-03"]
    assert school.quantities("asset_transfer") == {"DB-202611-0001/1": "6.000"}


def test_transfer_waits_for_its_goods(school: School) -> None:
    """A transfer without stock is held and taken once the goods have arrived."""
    school.save("ZW/调拨.xlsx", {"asset_transfer": [transfer()]})
    assert codes(run(school, "ZW/调拨.xlsx")) == ["TRF-03"]
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.merge()
    assert school.quantities("asset_transfer") == {"DB-202611-0001/1": "6.000"}


def test_transfer_is_amended_after_the_card(school: School) -> None:
    """A card that was brought up to date does not speak against its transfer, but against one from elsewhere."""
    school.save("ZW/卡片.xlsx", {"fixed_asset_card": [CARD]})
    school.save("ZW/调拨.xlsx", {"asset_transfer": [moved()]})
    told = school.merge()
    assert "X-13" in codes(school.book(told, "ZW/卡片.xlsx"), "warning")
    school.save("ZW/卡片.xlsx", {"fixed_asset_card": [CARD | {"room": "A-302"}]})
    assert codes(run(school, "ZW/卡片.xlsx"), "warning") == []
    school.save("ZW/调拨.xlsx", {"asset_transfer": [moved(remark="随桌一起移交")]})
    assert codes(run(school, "ZW/调拨.xlsx")) == []
    again = moved(doc_no="DB-202611-0002", doc_date="2026-11-05")
    school.save("ZW/调拨.xlsx", {"asset_transfer": [moved(remark="随桌一起移交"), again]})
    assert codes(run(school, "ZW/调拨.xlsx")) == ["TRF-01"]
