"""The item catalogue of the sample school and its unit conversions."""

from __future__ import annotations

from schemas.columns import MEASURED_UNITS
from schemas.property.item_catalogue import CATEGORIES, ItemCatalogue
from schemas.property.unit_conversion import UnitConversion
from workbooks.sample_tables import Row, plain_rows

_COLUMNS = "item_code item_name spec base_unit nature min_stock ref_price default_warehouse"

_ITEMS = plain_rows(
    ItemCatalogue,
    _COLUMNS,
    """
BG0001 | A4复印纸       | 70g 500张      | 包 | 易耗品     | 40  | 21.5000  | CK01
BG0002 | A3复印纸       | 70g 500张      | 包 | 易耗品     | 5   | 43.0000  | CK01
BG0003 | 白粉笔         | 无尘 45支      | 盒 | 易耗品     | 30  | 3.2000   | CK01
BG0004 | 彩色粉笔       | 无尘 45支      | 盒 | 易耗品     | 10  | 4.5000   | CK01
BG0005 | 中性笔         | 0.5mm 黑       | 支 | 易耗品     | 60  | 1.2000   | CK01
BG0006 | 铅笔           | HB             | 支 | 易耗品     | 24  | 0.6000   | CK01
BG0007 | 硬面笔记本     | B5 80页        | 本 | 易耗品     | 20  | 6.8000   | CK01
BG0008 | 档案盒         | A4 55mm        | 个 | 易耗品     | 20  | 5.5000   | CK01
BG0009 | 固体胶         | 36g            | 支 | 易耗品     | 10  | 2.8000   | CK01
BG0010 | 订书机         | 12号           | 个 | 低值耐用品 |     | 18.0000  | CK01
BG0011 | 订书钉         | 24/6 1000枚    | 盒 | 易耗品     | 10  | 1.5000   | CK01
BG0012 | 黑板擦         | 磁性           | 个 | 易耗品     | 6   | 6.0000   | CK01
QJ0001 | 竹扫把         | 2.2米 大号     | 把 | 易耗品     | 5   | 8.5000   | CK01
QJ0002 | 拖把           | 棉线 加厚      | 把 | 易耗品     | 6   | 16.0000  | CK01
QJ0003 | 塑料扫帚       | 软毛           | 把 | 易耗品     | 6   | 9.8000   | CK01
QJ0004 | 簸箕           | 带柄           | 个 | 易耗品     | 6   | 8.0000   | CK01
QJ0005 | 垃圾袋         | 60×80cm 50只   | 卷 | 易耗品     | 10  | 9.5000   | CK01
QJ0006 | 抹布           | 30×30cm        | 条 | 易耗品     | 30  | 2.0000   | CK01
QJ0007 | 洗手液         | 500ml          | 瓶 | 易耗品     | 12  | 8.8000   | CK01
QJ0008 | 垃圾桶         | 240升 带轮     | 个 | 低值耐用品 |     | 165.0000 | CK01
QJ0009 | 木柄拖把(旧款) | 棉线           | 把 | 易耗品     |     | 12.0000  | CK01
WJ0001 | LED灯管        | T8 18W 1.2米   | 支 | 易耗品     | 20  | 13.8000  | CK02
WJ0002 | 水龙头         | DN15 铜        | 个 | 易耗品     | 6   | 26.0000  | CK02
WJ0003 | 电线           | BV 2.5平方     | 米 | 易耗品     | 100 | 2.6000   | CK02
WJ0004 | 五孔插座       | 86型 10A       | 个 | 易耗品     | 8   | 9.9000   | CK02
WJ0005 | 球形门锁       | 通用           | 把 | 易耗品     | 2   | 35.0000  | CK02
WJ0006 | 生料带         | 20米           | 卷 | 易耗品     | 5   | 1.5000   | CK02
JX0001 | 跳绳           | 2.8米 竹节     | 条 | 易耗品     |     | 7.5000   | CK01
JX0002 | 篮球           | 5号 橡胶       | 个 | 低值耐用品 |     | 48.0000  | CK01
JX0003 | 三角板         | 教学用 木质    | 套 | 低值耐用品 |     | 28.0000  | CK01
JJ0001 | 积木           | 大颗粒 100块   | 套 | 低值耐用品 |     | 65.0000  | CK01
YP0001 | 碘伏消毒液     | 100ml          | 瓶 | 药品       | 6   | 6.5000   | CK01
YP0002 | 创可贴         | 100片          | 盒 | 药品       | 3   | 12.0000  | CK01
XD0001 | 84消毒液       | 500ml          | 瓶 | 易耗品     | 20  | 4.8000   | CK01
XD0002 | 酒精消毒液     | 75% 500ml      | 瓶 | 危险品     | 6   | 9.5000   | CK01
WX0001 | 汽油           | 92号 割草机用  | 升 | 危险品     |     | 8.2000   | CK02
FS0001 | 保洁工作服     | 均码 春秋      | 套 | 易耗品     | 2   | 65.0000  | CK01
JC0001 | 语文三年级上册 | 统编版         | 册 | 教材       |     | 9.8600   | CK01
QT0001 | 5号电池        | 碱性           | 个 | 易耗品     | 20  | 2.5000   | CK01
QT0002 | 雨伞           | 长柄 自动      | 把 | 易耗品     |     | 28.0000  | CK01
""",
)

_FOOD = plain_rows(
    ItemCatalogue,
    f"{_COLUMNS} shelf_life_days",
    """
SP0001 | 大米     | 粳米 25千克/袋  | 千克 | 食品 | 100 | 6.2000  | SK01 | 365
SP0002 | 面粉     | 特一粉 25千克/袋 | 千克 | 食品 | 50  | 5.0000  | SK01 | 365
SP0003 | 大豆油   | 一级 20升/桶    | 升   | 食品 | 40  | 11.5000 | SK02 | 540
SP0004 | 食用盐   | 加碘 400g       | 袋   | 食品 | 10  | 2.5000  | SK02 | 1095
SP0005 | 酱油     | 生抽 1.9升      | 瓶   | 食品 | 6   | 14.8000 | SK02 | 540
SP0006 | 纯牛奶   | 250ml           | 盒   | 食品 | 48  | 2.6000  | SK02 | 180
SP0007 | 猪后腿肉 | 鲜              | 千克 | 食品 |     | 26.0000 | SK02
SP0008 | 鸡蛋     | 鲜              | 千克 | 食品 |     | 9.6000  | SK02
SP0009 | 青菜     | 散装            | 千克 | 食品 |     | 4.2000  | SK02
SP0010 | 土豆     | 散装            | 千克 | 食品 |     | 3.2000  | SK02
SP0011 | 豆腐     | 散装            | 千克 | 食品 |     | 5.0000  | SK02
SP0012 | 西红柿   | 散装            | 千克 | 食品 |     | 5.6000  | SK02
""",
)

_HAZARDS = {"XD0001": "消毒消杀", "XD0002": "易燃", "WX0001": "易燃"}
_OUT_OF_USE = frozenset({"QJ0009"})


def _completed(row: Row) -> Row:
    """Return an item with what follows from its code, its unit and its nature."""
    code = str(row["item_code"])
    fresh = "否" if "shelf_life_days" in row else "是"
    return {
        **row,
        "unit_is_integer": "否" if row["base_unit"] in MEASURED_UNITS else "是",
        "category": CATEGORIES[code[:2]],
        **({"is_fresh": fresh} if row["nature"] == "食品" else {}),
        **({"hazard_class": _HAZARDS[code]} if code in _HAZARDS else {}),
        "active": "否" if code in _OUT_OF_USE else "是",
    }


ITEMS: list[Row] = [_completed(row) for row in _ITEMS]
FOOD: list[Row] = [_completed(row) for row in _FOOD]
SPECS: dict[str, object] = {str(row["item_code"]): row["spec"] for row in (*ITEMS, *FOOD)}
"""Item code to its specification, which receipts repeat."""

_CONVERSION = "item_code alt_unit factor valid_from remark"

CONVERSIONS: list[Row] = plain_rows(
    UnitConversion,
    _CONVERSION,
    """
BG0001 | 箱 | 5   | 2026-09-01 | 每箱5包
BG0001 | 令 | 1   | 2026-09-01 | 1令=500张=1包
BG0002 | 箱 | 5   | 2026-09-01 | 每箱5包
BG0003 | 箱 | 50  | 2026-09-01 |
BG0005 | 盒 | 12  | 2026-09-01 |
BG0005 | 打 | 12  | 2026-09-01 |
BG0006 | 打 | 12  | 2026-09-01 |
QJ0007 | 箱 | 12  | 2026-09-01 |
XD0001 | 箱 | 20  | 2026-09-01 |
WJ0001 | 箱 | 25  | 2026-09-01 |
WJ0003 | 卷 | 100 | 2026-09-01 | 整卷100米
""",
)

FOOD_CONVERSIONS: list[Row] = plain_rows(
    UnitConversion,
    _CONVERSION,
    """
SP0001 | 袋 | 25 | 2026-09-01 |
SP0002 | 袋 | 25 | 2026-09-01 |
SP0003 | 桶 | 20 | 2026-09-01 |
SP0004 | 箱 | 50 | 2026-09-01 |
SP0006 | 箱 | 24 | 2026-09-01 | 24盒装
""",
)
