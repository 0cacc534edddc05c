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
