"""Personal numbers as they may be shown outside the ledger (DOMAIN.md 2.0.5)."""

from __future__ import annotations

import re

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_PERSONAL = re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[0-9Xx]|1[3-9]\d{9})(?![0-9A-Za-z])")
_NUMBER = re.compile(r"[0-9A-Za-z-]+")
_HIDDEN = "***"


def mask(value: str) -> str:
    """Return a personal number with its middle hidden.

    A telephone number keeps 3 and 4 characters, a number of 12 or more 4 and 4
    (``3301**********1234``); shorter numbers and words (a diagnosis, a name) are hidden as a whole.
    """
    if _PHONE.fullmatch(value):
        return _between(value, 3, 4)
    if len(value) >= 12 and _NUMBER.fullmatch(value):
        return _between(value, 4, 4)
    return _HIDDEN if value else ""


def masked_numbers(text: str) -> str:
    """Return a text with the telephone and identity numbers in it masked."""
    return _PERSONAL.sub(lambda found: mask(found[0]), text)


def _between(value: str, first: int, last: int) -> str:
    return value[:first] + "*" * (len(value) - first - last) + value[-last:]
