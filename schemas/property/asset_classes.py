"""Asset classes of GB/T 14885 and the least lives of fixed assets (DOMAIN.md 3.1, 3.3 and 3.4)."""

from __future__ import annotations

import polars as pl

KINDS = ("房屋和构筑物", "设备", "文物和陈列品", "图书和档案", "家具和用具", "特种动植物", "无形资产")
"""Kinds of assets in the order of the drop-down list."""

_KINDS_OF = {
    "2022": {
        "A01": ("房屋和构筑物",),
        "A02": ("设备",),
        "A03": ("文物和陈列品",),
        "A04": ("图书和档案",),
        "A05": ("家具和用具",),
        "A06": ("特种动植物",),
        "A07": (),
        "A08": ("无形资产",),
    },
    "2013": {
        "A01": ("房屋和构筑物",),
        "A02": ("设备",),
        "A03": ("设备",),
        "A04": ("文物和陈列品",),
        "A05": ("图书和档案",),
        "A06": ("家具和用具", "特种动植物"),
    },
}
"""Version of the list to prefix of a code to the kinds of assets below it.

A07 of 2022 are goods and no assets. What A07 and A08 were in 2013 is not known here: any kind passes.
"""

HOUSES = {"2022": "A0101", "2013": "A0102"}
"""Version to the prefix of houses, whose building decides their life."""

LAND_2013 = "A0101"
"""Land of the list of 2013: it is not depreciated. The list of 2022 has none."""

CLASS_NAMES = {
    "A01010000": "房屋",
    "A01010100": "办公用房",
    "A01010200": "业务用房",
    "A02010000": "信息化设备",
    "A02010100": "计算机",
    "A02010104": "服务器",
    "A02010105": "台式计算机",
    "A02010108": "便携式计算机",
    "A02010200": "网络设备",
    "A02010300": "信息安全设备",
    "A02020000": "办公设备",
    "A02020100": "复印机",
    "A02020200": "投影仪",
    "A02020700": "电子白板",
    "A02021000": "打印机",
    "A02021004": "A4彩色打印机",
    "A02021118": "扫描仪",
    "A02021301": "碎纸机",
    "A02030500": "乘用车",
    "A02061803": "通风机",
    "A02061804": "空调机",
    "A02080805": "视频会议系统及会议室音频系统",
    "A02091001": "普通电视设备",
    "A02091104": "平板显示设备",
    "A02091107": "视频监控设备",
    "A02100000": "仪器仪表",
    "A02100702": "玻璃温度计",
    "A02120201": "温度计量标准器具",
    "A02450200": "演出服饰",
    "A05010000": "家具",
    "A05010103": "轻金属床类",
    "A05010104": "木制床类",
    "A05010105": "塑料床类",
    "A05010203": "教学、实验用桌",
    "A05010301": "办公椅",
    "A05010303": "会议椅",
    "A05010304": "教学、实验椅凳",
    "A05010399": "其他椅凳类",
    "A05010501": "书柜",
    "A05010502": "文件柜",
    "A05030300": "被服",
    "A05040403": "教具",
    "A08060301": "基础软件",
}
"""Classes of the list of 2022 that a school meets, as far as public lists confirm them (DOMAIN.md 3.1)."""

SUCCESSORS = {
    "2010104": "A02010105",
    "2010105": "A02010108",
    "A02010103": "A02010104",
    "A02010104": "A02010105",
    "A02010105": "A02010108",
    "A0201060101": "A02021000",
    "A0201060102": "A02021000",
    "A0201060104": "A02021000",
    "A0201060901": "A02021118",
    "A020201": "A02020100",
    "A020202": "A02020200",
    "A02021101": "A02021301",
    "A0206180203": "A02061804",
}
"""Codes of the lists of 2010 (digits) and 2013 to what they are in the list of 2022, as far as DOMAIN.md 3.1 knows.

Computers were renumbered: the same text stands for a desktop computer now and stood for a laptop then.
"""

_HOUSE_YEARS = {"钢结构": 50, "钢筋混凝土": 50, "砖混": 30, "砖木": 30, "简易房": 8}
_COMMON_YEARS = {
    "A0201": 6,
    "A0202": 6,
    "A0203": 8,
    "A0204": 5,
    "A0205": 10,
    "A0206": 5,
    "A0207": 10,
    "A0208": 5,
    "A0209": 5,
    "A0210": 5,
    "A0211": 5,
    "A0212": 5,
}
"""Computers, office equipment, vehicles, book equipment, machines, electric equipment, radar,
telecommunication, broadcasting, instruments, measuring equipment and standards: alike in both lists."""

_YEARS = {
    "2022": {
        **_COMMON_YEARS,
        "A0102": 8,
        "A0232": 5,
        "A0245": 5,
        "A0246": 5,
        "A0501": 15,
        "A0502": 5,
        "A0503": 5,
        "A0504": 5,
        "A0505": 5,
    },
    "2013": {**_COMMON_YEARS, "A0103": 8, **{f"A060{family}": 15 for family in range(1, 7)}},
}
"""Version to prefix of a code to the least life in years; classes that DOMAIN.md does not place have none."""

_NOT_DEPRECIATED = ("文物和陈列品", "图书和档案", "特种动植物")


def _version(version: str) -> pl.Expr:
    return pl.col("class_code_version") == version


def kinds_of_class() -> pl.Expr:
    """Return the kinds that the class of a card allows, joined by ``或``; empty for none, null for not known."""
    prefix = pl.col("class_code").str.slice(0, 3)
    of_version = [
        pl.when(_version(version)).then(
            prefix.replace_strict({p: "或".join(kinds) for p, kinds in known.items()}, default=None)
        )
        for version, known in _KINDS_OF.items()
    ]
    return pl.coalesce(*of_version)


def class_disagrees() -> pl.Expr:
    """Return True where the class of a card is none of assets, or of another kind than the card says."""
    allowed = kinds_of_class().str.split("或")
    return ~allowed.list.contains(pl.col("asset_kind"))


def is_house() -> pl.Expr:
    """Return True where a card is one of a house."""
    code = pl.col("class_code")
    return pl.any_horizontal(*(_version(version) & code.str.starts_with(start) for version, start in HOUSES.items()))


def is_not_depreciated() -> pl.Expr:
    """Return True for what is never depreciated: relics, books, plants and animals, land, nominal amounts.

    Source: 政府会计准则第3号, DOMAIN.md 3.3.
    """
    land = _version("2013") & pl.col("class_code").str.starts_with(LAND_2013)
    nominal = pl.col("value_type").is_in(["名义金额", "无价值"])
    return pl.col("asset_kind").is_in(_NOT_DEPRECIATED) | land | nominal


def least_months() -> pl.Expr:
    """Return the least life of a card in months, null where its class has none here.

    Source: 政府会计准则第3号应用指南 table 1, DOMAIN.md 3.4.
    """
    prefix = pl.col("class_code").str.slice(0, 5)
    house = pl.col("structure").replace_strict(_HOUSE_YEARS, default=None, return_dtype=pl.Int64)
    of_version = [
        pl.when(_version(version)).then(prefix.replace_strict(known, default=None, return_dtype=pl.Int64))
        for version, known in _YEARS.items()
    ]
    return pl.when(is_house()).then(house).otherwise(pl.coalesce(*of_version)) * 12
