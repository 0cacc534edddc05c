"""Suppliers, pupils, hazardous goods and the plan of the sample school."""

from __future__ import annotations

from datetime import date, datetime

from schemas.plan.yearly_tasks import yearly_tasks
from schemas.property.supplier_register import SupplierRegister
from workbooks.sample_tables import Row, plain_rows

_SIGNS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_NO_PROVINCE = "92990101"
"""No province has the code 99: the codes look right and belong to nobody."""


def _credit_code(number: int) -> str:
    """Return a unified social credit code with the right check character (GB 32100-2015)."""
    body = f"{_NO_PROVINCE}MA{number:07d}"
    total = sum(_SIGNS.index(sign) * pow(3, place, 31) for place, sign in enumerate(body))
    return body + _SIGNS[-total % 31]


_SUPPLIERS = plain_rows(
    SupplierRegister,
    "supplier_code supplier_name supply_kind licence_kind licence_no licence_valid_to contact address",
    """
GYS0001 | 青山文体商行           | 办公       |                |                  |            | 方志强 | 青山路18号
GYS0002 | 便民日用杂品店         | 其他       |                |                  |            | 丁秀珍 | 青山路26号
GYS0003 | 新华书店青山门市部     | 教材       |                |                  |            | 顾文彬 | 人民路102号
GYS0004 | 永固五金电料行         | 维修       |                |                  |            | 金永固 | 建设街7号
GYS0005 | 康源医药连锁青山店     | 其他       | 其他           | 药零售99010017   | 2028-03-31 | 沈洁   | 人民路88号
GYS0006 | 青山粮油公司           | 食品       | 食品经营许可证 | JY19901010000123 | 2029-06-30 | 石建军 | 粮站巷3号
GYS0007 | 绿源农副产品配送中心   | 食用农产品 | 营业执照       | 92990101MA900007 |            | 田春生 | 城南菜市12号
""",
)

SUPPLIERS: list[Row] = [
    {**row, "credit_code": _credit_code(number), "phone": f"1370000{number:04d}", "status": "合格"}
    for number, row in enumerate(_SUPPLIERS, start=1)
]

_TEACHERS = (
    *("张敏", "T0027", "冯倩", "邓丽", "许文静", "曹磊"),
    *("彭雨桐", "曾庆华", "萧雅琴", "田野", "董佳", "T0037"),
)
"""Class teachers in the order of the classes; two of them share a name."""
_FAMILY = "赵钱孙李周吴郑冯陈卫蒋沈"
_GIVEN = ("子涵", "一诺", "浩然", "梓萱")


def _pupil(place: int, seat: int) -> Row:
    """Return one of the pupils of a class; ``place`` counts the classes from 0."""
    grade, form = place // 2 + 1, place % 2 + 1
    entered = 2027 - grade
    number = 10 * place + seat
    return {
        "student_no": f"{entered}{form:02d}{seat:02d}",
        "name": _FAMILY[(place + seat) % len(_FAMILY)] + _GIVEN[seat - 1],
        "class_code": f"G{grade}C{form}",
        "head_teacher": _TEACHERS[place],
        "stage": "小学",
        "is_boarder": grade >= 5 and seat <= 2,
        "hardship": "一般困难" if seat == 4 and grade % 3 == 0 else "不困难",
        "guardian_phone": f"1390000{number:04d}",
        "in_date": date(entered, 9, 1),
    }


STUDENTS: list[Row] = [_pupil(place, seat) for place in range(len(_TEACHERS)) for seat in range(1, 1 + len(_GIVEN))]

_MOVES = (
    ("2026-09-01 08:30", "XD0001", "入库", 24, "期初结存"),
    ("2026-10-09 15:10", "XD0001", "入库", 60, "采购入库 RK-202610-0001"),
    ("2026-10-09 15:20", "XD0002", "入库", 20, "采购入库 RK-202610-0001"),
    ("2026-10-13 09:05", "XD0001", "领用", 15, "教室和公共区域消毒"),
    ("2026-10-13 09:10", "XD0002", "领用", 5, "保健室器械消毒"),
    ("2026-11-05 10:20", "XD0001", "领用", 20, "秋冬季传染病预防消毒"),
    ("2026-11-17 14:40", "XD0001", "入库", 40, "采购入库 RK-202611-0005"),
    ("2026-11-20 09:30", "XD0002", "领用", 2, "保健室器械消毒"),
)


def _movement(number: int, when: str, item: str, direction: str, qty: int, use: str) -> Row:
    moment = datetime.fromisoformat(when)
    return {
        "doc_no": f"WXP-{moment:%Y%m}-{number:02d}",
        "date_time": moment,
        "item_code": item,
        "direction": direction,
        "qty": qty,
        "use_for": use,
        "handler1": "王桂芬",
        "handler2": "陈国强",
        "room": "总务库房",
        "label_ok": "是",
    }


HAZARDOUS: list[Row] = [_movement(number, *move) for number, move in enumerate(_MOVES, start=1)]


def _tracked(task: Row) -> Row:
    """Return a task as it stands in November: what was due before is done, with its file in the archive."""
    month = int(str(task["month"]))
    if month > 11:
        return task
    if month == 11:
        return {**task, "owner": "陈国强", "status": "进行中"}
    done = {"status": "完成", "evidence": f"档案 ZW-2026-{month:02d}-{task['task_no']:02d}"}
    return {**task, **done, "owner": "陈国强", "finish_on": date(2026, month, 26)}


PLAN: list[Row] = [_tracked(dict(task)) for task in yearly_tasks(date(2026, 11, 22))]
