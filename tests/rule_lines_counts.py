"""Right rows of assets, counts, disposals and compensation for the rule cases, each under a number of its own."""

from __future__ import annotations

from collections import Counter

from tests.rule_lines import Line, goods, received, room

_numbers: Counter[str] = Counter()


def _next(register: str) -> int:
    _numbers[register] += 1
    return _numbers[register]


def owned(**cells: object) -> Line:
    """Return the card of a computer given to the school in March 2015, whose six years are over."""
    plain = {
        "asset_no": f"ZC2015-8{_next('fixed_asset_card'):05d}",
        "asset_name": "台式计算机",
        "class_code": "A02010105",
        "class_code_version": "2022",
        "asset_kind": "设备",
        "gl_account": "固定资产",
        "spec_model": "M410",
        "qty": 1,
        "unit": "台",
        "unit_price": "3500.00",
        "original_value": "3500.00",
        "value_type": "原值",
        "acquire_way": "接受捐赠",
        "acquire_date": "2015-03-10",
        "entry_date": "2015-03-10",
        "voucher_no": "记-0012",
        "fund_source": "捐赠",
        "use_dept": "JW",
        "user": "周梅",
        "room": "A-301",
        "use_status": "在用",
    }
    return Line("fixed_asset_card", plain | cells)


def store() -> Line:
    """Return a warehouse of its own, kept by 周梅."""
    return room(room_type="仓库", is_warehouse="是")


def code_of(line: Line) -> str:
    """Return the code of a room, the number of an asset or the code of an item."""
    names = {"location": "room_code", "fixed_asset_card": "asset_no", "item_catalogue": "item_code"}
    return str(line.cells[names[line.register]])


def planned(rooms: str = "A-301", **cells: object) -> Line:
    """Return a spot check on the afternoon of 20 November, as of noon, by 孙丽 and 吴刚 under 李明."""
    month, number = divmod(_next("stocktake_plan"), 100)
    plain = {
        "plan_no": f"PD-2026{month + 1:02d}-{number:02d}",
        "scope": "抽盘",
        "cutoff": "2026-11-20 12:00",
        "count_from": "2026-11-20 13:00",
        "count_to": "2026-11-20 18:00",
        "warehouses": rooms,
        "blind": "是",
        "counters": "孙丽、吴刚",
        "observer": "李明",
    }
    return Line("stocktake_plan", plain | cells)


def planned_for_month_end(rooms: str, **cells: object) -> Line:
    """Return the plan of oracle O10: as of the end of November, counted until 2 December."""
    times = {"cutoff": "2026-12-01 00:00", "count_from": "2026-11-30 08:00", "count_to": "2026-12-02 18:00"}
    return planned(rooms, **{"scope": "月度库存", **times, **cells})


def counted(plan: Line, thing: Line | None, qty: object = 1, **cells: object) -> Line:
    """Return a line of sheet 01 of a plan, in the first room of the plan, for an item or an asset."""
    plain = {
        "plan_no": plan.cells["plan_no"],
        "sheet_no": "01",
        "line_no": _next("stocktake_sheet"),
        "room": str(plan.cells["warehouses"]).split("、")[0],
        "name_spec": "盘点物",
        "unit": "个",
        "count1": qty,
        "counted_at": f"{str(plan.cells['count_from'])[:10]} 14:30",
        "condition": "在用完好",
        "counter": "孙丽",
        "observer": "李明",
        "keeper": "周梅",
    }
    return Line("stocktake_sheet", plain | named(thing) | cells)


def named(thing: Line | None) -> dict[str, object]:
    """Return the cell that names an asset or an item."""
    if thing is None:
        return {}
    column = "asset_no" if thing.register == "fixed_asset_card" else "item_code"
    return {column: code_of(thing)}


def explained(line: Line, **cells: object) -> Line:
    """Return the result of a counted line: explained, not approved yet."""
    key = {name: line.cells[name] for name in ("plan_no", "sheet_no", "line_no")}
    thing = {name: line.cells[name] for name in ("asset_no", "item_code") if name in line.cells}
    words = {"reason": "漏记单据", "reason_note": "十月的领用没有登记", "suggestion": "调账"}
    return Line("stocktake_result", key | thing | words | cells)


def approved(line: Line, **cells: object) -> Line:
    """Return the result of a counted line, approved by the principal on the day after the count."""
    return explained(line, **{"approver": "钱进", "approve_date": "2026-11-21", **cells})


def written_off(thing: Line, qty: object = 1, **cells: object) -> Line:
    """Return an application of 5 November to write something off."""
    plain = {
        "doc_no": f"BF-202611-{_next('disposal_register'):04d}",
        "doc_date": "2026-11-05",
        "line_no": 1,
        "qty": qty,
        "way": "报废",
        "reason": "超年限不能用",
        "applicant": "孙丽",
    }
    return Line("disposal_register", plain | named(thing) | cells)


def disposed(thing: Line, qty: object = 1, **cells: object) -> Line:
    """Return a disposal approved on 8 November by the principal, decided, allowed from above, done on the 10th."""
    approval = {
        "approver": "钱进",
        "approve_date": "2026-11-08",
        "decision_no": "JC-2026-001",
        "approval_no": "教财〔2026〕8号",
        "dispose_date": "2026-11-10",
    }
    return written_off(thing, qty, **{**approval, **cells})


def damaged(thing: Line | None = None, **cells: object) -> Line:
    """Return an event of damage by 孙丽 whose cause is not established yet."""
    plain = {
        "doc_no": f"PC-202611-{_next('compensation_register'):04d}",
        "event_date": "2026-11-06",
        "qty": 1,
        "person_kind": "外来人员",
        "responsible": "孙丽",
    }
    return Line("compensation_register", plain | named(thing) | cells)


def charged(thing: Line | None = None, **cells: object) -> Line:
    """Return an event of damage by carelessness, half of 50 yuan due and nothing paid yet."""
    decided = {
        "cause": "过失损坏",
        "cause_note": "搬动时摔坏",
        "liable": "是",
        "basis": "维修费",
        "base_amount": "50.00",
        "ratio": "50",
        "amount": "25.00",
        "approver": "钱进",
    }
    return damaged(thing, **{**decided, **cells})


def stocked(place: Line, qty: object = 10, **cells: object) -> tuple[Line, Line]:
    """Return a new item and its receipt of 2 November into a warehouse."""
    item = goods(**cells)
    return item, received(item, qty, warehouse=code_of(place), unit=item.cells["base_unit"])
