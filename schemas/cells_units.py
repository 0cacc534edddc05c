"""Units of measure as people write them (DOMAIN.md 6.6 C10, N15)."""

from __future__ import annotations

from decimal import Decimal

from schemas.columns import UNITS
from schemas.normal import matching

SPELLINGS = {
    "個": "个", "隻": "只", "枝": "支", "张儿": "张", "張": "张", "條": "条", "雙": "双", "臺": "台", "冊": "册",
    "盤": "盘", "塊": "块", "噸": "吨", "m": "米", "公尺": "米", "m2": "平方米", "平米": "平方米", "平方": "平方米",
    "平方公尺": "平方米", "m3": "立方米", "立方": "立方米", "方": "立方米", "kg": "千克", "公斤": "千克", "g": "克",
    "l": "升", "公升": "升", "ml": "毫升", "t": "吨", "公吨": "吨", "kwh": "度", "kw.h": "度", "kw·h": "度",
    "千瓦时": "度", "千瓦·时": "度", "千瓦小时": "度",
}  # fmt: skip
"""Other spelling, in lower case after NFKC, to the unit of the list; ``㎏`` and ``㎡`` become kg and m2."""

WARNED_SPELLINGS = frozenset({"公斤"})
"""Spellings that mean the same but are another word: W UNIT-ALIAS."""

GRAMS = {
    "斤": Decimal(500),
    "市斤": Decimal(500),
    "两": Decimal(50),
    "公斤": Decimal(1000),
    "千克": Decimal(1000),
    "克": Decimal(1),
    "吨": Decimal(1_000_000),
}
"""Units of weight in grams; 斤 and 两 are spoken, never a unit of the list (N15)."""

COUNTERS = frozenset("人位名次例间棵盏扇门节辆道天日周月年岁份幅顶副根粒颗枚组班桌户处页") | frozenset(
    ("小时", "分钟", "课时", "个月", "人次")
)
"""Words that people put behind a plain count where the column has no unit."""

_KNOWN = frozenset(UNITS)


def unit_of_text(text: str) -> str | None:
    """Return the unit of the list that a text means, None where it means none."""
    plain = matching(text)
    if plain in _KNOWN:
        return plain
    return SPELLINGS.get(plain) or SPELLINGS.get(plain.lower())


def grams_of(text: str) -> Decimal | None:
    """Return the weight of one unit in grams, None where the text is not a unit of weight."""
    plain = matching(text)
    return GRAMS.get(plain) or GRAMS.get(unit_of_text(plain) or "")
