"""The table of rule cases of premises, hazardous goods, greenery and plan tasks."""

from __future__ import annotations

from itertools import count

from tests.rule_cases import Case
from tests.rule_lines import Line, goods, issued, received

_numbers = count(1)


def building(**cells: object) -> Line:
    """Return a building of this year's survey, of 100 square metres."""
    plain = {
        "year": 2026,
        "school_code": "S1",
        "object_no": f"FW{next(_numbers):03d}",
        "kind": "房屋",
        "name": "教学楼",
    }
    use = {"structure": "砖混", "area_m2": "100.00", "in_use": "是", "measured_by": "李明"}
    return Line("premises_survey", plain | use | cells)


def hazardous(kind: str = "易燃", **cells: object) -> Line:
    """Return an item of a hazard class, counted in 个."""
    return goods("WX", "危险品", "危险品", **{"hazard_class": kind, **cells})


def moved(item: Line, direction: str = "入库", qty: object = 10, **cells: object) -> Line:
    """Return a movement of hazardous goods on 2 November at 9 o'clock, under two pairs of hands."""
    plain = {"doc_no": f"WX{next(_numbers):04d}", "date_time": "2026-11-02 09:00", "item_code": item.item}
    move = {"direction": direction, "qty": qty, "use_for": "实验", "room": "CK01", "label_ok": "是"}
    return Line("hazardous_goods_ledger", plain | move | {"handler1": "王芳", "handler2": "李明"} | cells)


def tended(**cells: object) -> Line:
    """Return an entry of the greenery log of 6 November."""
    plain = {"date": "2026-11-06", "area": "A-301", "line_no": next(_numbers), "work": "浇水", "worker": "李明"}
    return Line("greenery_log", plain | cells)


def planned(**cells: object) -> Line:
    """Return a task of December that nobody has begun."""
    number = next(_numbers)
    plain = {"plan_year": "2026", "month": 12, "task_no": number, "task": f"任务{number}", "dept": "ZW"}
    return Line("annual_plan_task", plain | {"status": "未开始"} | cells)


def premises_cases() -> list[Case]:
    """Return the cases of the premises survey."""
    last, kept = building(year=2025), building(year=2025)
    land = {"kind": "土地", "structure": None, "in_use": None}
    return [
        Case(
            "PRM-01",
            "W",
            "area_m2",
            (last.but(year=2026, area_m2="101.01"),),
            (kept.but(year=2026, area_m2="99.00"),),
            before=(last, kept),
        ),
        Case("PRM-02", "W", "in_use", (building(safety_grade="D"),), (building(safety_grade="D", in_use="否"),)),
        Case("NUM-RANGE", "E", "built_year", (building(built_year=2027),), (building(built_year=2026),)),
        Case(
            "DATE-UNUSUAL",
            "W",
            "reported_on",
            (building(reported_on="2026-04-01"),),
            (building(reported_on="2026-03-31"),),
        ),
        Case("REQ-EMPTY", "E", "structure", (building(structure=None),), (building(**land),)),
        Case("REQ-EMPTY", "E", "in_use", (building(in_use=None),), (building(**land),)),
    ]


def hazard_cases() -> list[Case]:
    """Return the cases of hazardous goods."""
    plain, whole, weighed = goods(), hazardous(), hazardous(base_unit="千克", unit_is_integer="否")
    pair, alone, short, later = hazardous(), hazardous("消毒消杀"), hazardous(), hazardous()
    poison, acid, used, entered = hazardous("剧毒"), hazardous("腐蚀"), hazardous(), hazardous()
    noon, evening = "2026-11-02 12:00", "2026-11-02 18:00"
    at_issue = {"date_time": "2026-11-05 10:00"}
    return [
        Case("ITEM-KIND", "E", "item_code", (plain, moved(plain)), (whole, moved(whole))),
        Case("QTY-INT", "E", "qty", (moved(whole, qty="0.5"),), (weighed, moved(weighed, qty="0.5"))),
        Case(
            "HAZ-01",
            "E",
            "handler2",
            (pair, moved(pair, handler2="T002")),
            (moved(pair), moved(pair, "领用", 1, date_time=noon)),
            small="W",
        ),
        Case("HAZ-01", "E", "handler2", (moved(pair, handler2=None),), (alone, moved(alone, handler2=None)), small="W"),
        Case(
            "HAZ-02",
            "E",
            "qty",
            (short, moved(short), moved(short, "领用", 11, date_time=noon)),
            (moved(short, "领用", 8, date_time=evening), moved(short, "销毁", 2, date_time=evening)),
        ),
        Case(
            "HAZ-02",
            "E",
            "qty",
            (later, moved(later, date_time=noon), moved(later, "领用", 1)),
            (moved(later, "领用", 1, date_time=evening), moved(later, "归还", 1, date_time=evening)),
        ),
        Case(
            "HAZ-03",
            "W",
            "direction",
            (poison, moved(poison), moved(poison, "领用", 1, date_time="2026-11-03 09:00")),
            (
                *(moved(poison, "领用", 1, date_time=noon), moved(poison, "归还", 1, date_time=evening)),
                *(acid, moved(acid), moved(acid, "领用", 1, date_time=noon)),
            ),
        ),
        Case(
            "X-53",
            "W",
            "item_code",
            (used, received(used), issued(used)),
            (entered, received(entered), issued(entered), moved(entered), moved(entered, "领用", 4, **at_issue)),
        ),
    ]


def greenery_cases() -> list[Case]:
    """Return the cases of the greenery log."""
    seed, compost = goods(), goods()
    return [
        Case(
            "REF-PENDING",
            "W",
            "material_item",
            (compost, received(compost), issued(compost), tended(date="2026-11-04", material_item=compost.item)),
            (seed, received(seed), issued(seed), tended(date="2026-11-05", material_item=seed.item), tended()),
        ),
    ]


def plan_cases() -> list[Case]:
    """Return the cases of plan tasks."""
    twice, first, other = planned(), planned(), planned(month=11)
    done = {"status": "完成", "evidence": "档案 2026-ZW-08", "month": 9, "finish_on": "2026-09-05"}
    return [
        Case(
            "PLN-A1",
            "W",
            "status",
            (planned(month=10),),
            (planned(month=11), planned(**done), planned(month=9, status="取消"), planned(month=9, due="2026-11-22")),
        ),
        Case(
            "PLN-A1",
            "W",
            "status",
            (planned(plan_year="2025-2026-2", month=8),),
            (planned(plan_year="2026-2027", month=1),),
        ),
        Case("PLN-A2", "E", "plan_year", (twice, twice.but(status="进行中")), (planned(), planned()), marked=(0, 1)),
        Case(
            "PLN-A2",
            "E",
            "task",
            (first, planned(task=first.cells["task"])),
            (other, planned(task=other.cells["task"])),
        ),
        Case("PLN-A3", "E", "evidence", (planned(**{**done, "evidence": None}),), (planned(**done),)),
    ]
