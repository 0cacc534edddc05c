"""Texts of people as they may be shown outside the ledger: personal numbers (DOMAIN.md 2.0.5), characters that act."""

from __future__ import annotations

import re

_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
PERSONAL_NUMBER = r"\d{17}[0-9Xx]|1[3-9]\d{9}"
"""What a text that may have a personal number in it holds."""
_PERSONAL = re.compile(rf"(?<![0-9A-Za-z])(?:{PERSONAL_NUMBER})(?![0-9A-Za-z])")
_NUMBER = re.compile(r"[0-9A-Za-z-]+")
_HIDDEN = "***"
UNSHOWN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, those that turn the direction of what follows, and bytes that are no UTF-8."""
_BREAKS = re.compile(r"[\t\n\r]+")


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


def shown_text(text: str) -> str:
    """Return what somebody typed as it is quoted: on one line, with a mark for every character that cannot be shown."""
    return masked_numbers(UNSHOWN.sub("\N{REPLACEMENT CHARACTER}", _BREAKS.sub(" ", text)))


def _between(value: str, first: int, last: int) -> str:
    return value[:first] + "*" * (len(value) - first - last) + value[-last:]
