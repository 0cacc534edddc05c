"""Numbers written in Chinese: years, whole numbers and amounts in capitals (DOMAIN.md 6.3)."""

from __future__ import annotations

import re
from decimal import Decimal

_DIGITS = {
    character: value
    for value, characters in enumerate(
        ("零〇○", "一壹弌", "二贰贰两兩", "三叁叄", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for character in characters
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_MYRIADS = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_SPELLED_OUT = {"廿": "二十", "卅": "三十"}

_SINGLE = {**_DIGITS, **{str(value): value for value in range(10)}, "O": 0, "o": 0}
"""Digits of a year as people mix them: 二0二六, 二O二六."""

NUMERALS = frozenset("".join((*_DIGITS, *_UNITS, *_MYRIADS, *_SPELLED_OUT)))
"""Every character that a number in words may be made of."""

_DIGIT = f"[{''.join(_DIGITS)}]"
_WHOLE = f"[{''.join(sorted(NUMERALS))}]+"
_YUAN = re.compile(
    rf"(?:人民币)?(?P<minus>负)?(?:(?P<yuan>{_WHOLE})[元圆圓块])?"
    rf"(?:零?(?P<jiao>{_DIGIT})角)?(?:零?(?P<fen>{_DIGIT})分)?[整正]?"
)


def integer_of(text: str) -> int | None:
    """Return a whole number in words (廿二, 壹仟贰佰叁拾肆), None where the text is not one."""
    for short, long in _SPELLED_OUT.items():
        text = text.replace(short, long)
    total = 0
    for myriad in ("亿億", "万萬"):
        head, found, rest = _split_at(text, myriad)
        if found:
            section = _section_of(head)
            if not section:
                return None
            total += section * _MYRIADS[found]
            text = rest
    if not text:
        return total or None
    section = _section_of(text)
    return None if section is None else total + section


def digits_of(text: str) -> int | None:
    """Return digits read one by one (二〇二六 is 2026), None where one of them is not a digit."""
    if not text or any(character not in _SINGLE for character in text):
        return None
    return int("".join(str(_SINGLE[character]) for character in text))


def yuan_of_words(text: str) -> Decimal | None:
    """Return an amount in words (壹仟贰佰叁拾肆元伍角整) in yuan, None where the text is not one."""
    found = _YUAN.fullmatch(text)
    if found is None or not (found["yuan"] or found["jiao"] or found["fen"]):
        return None
    yuan = integer_of(found["yuan"]) if found["yuan"] else 0
    if yuan is None:
        return None
    jiao = _DIGITS[found["jiao"]] if found["jiao"] else 0
    fen = _DIGITS[found["fen"]] if found["fen"] else 0
    amount = Decimal(yuan) + Decimal(jiao * 10 + fen).scaleb(-2)
    return -amount if found["minus"] else amount


def _split_at(text: str, characters: str) -> tuple[str, str, str]:
    for character in characters:
        head, found, rest = text.partition(character)
        if found:
            return head, found, rest
    return text, "", ""


def _section_of(text: str) -> int | None:
    """Return a number below 10000 in words; units must descend and follow one digit each."""
    total, digit, above = 0, None, 10_000
    for character in text:
        if character in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[character]
            continue
        unit = _UNITS.get(character)
        if unit is None or unit >= above or (digit is None and (unit != 10 or total)) or digit == 0:
            if not (unit == 10 and digit == 0 and total and above > unit):
                return None
            digit = 1
        total += (1 if digit is None else digit) * unit
        above, digit = unit, None
    if not text:
        return None
    return total + (digit or 0)
