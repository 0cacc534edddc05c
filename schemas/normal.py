"""Text as it is compared and as it is kept: full width, zero width, spaces, old spellings (DOMAIN.md 6.4)."""

from __future__ import annotations

import re
import unicodedata

_VOID = re.compile(r"\(?(?:[此本该整][单行条张笔份]|单据|已)?(?:作废|作廢)单?\)?(?:[,;:。!.(、].*)?")
"""Remarks, as ``matching`` gives them, that withdraw their row; 作废品 is another word."""

_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe00-\ufe0f\ufeff"
    "\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]"
)
_NEWLINES = re.compile("\r\n|[\r\n\v\f\u0085\u2028\u2029]")
_SPACES = re.compile(r"\s+")
_BRACKETS = str.maketrans("[{【〔〖「『]}】〕〗」』", "(((((((" + ")))))))")
_DASHES = str.maketrans(dict.fromkeys("−–—‐‑‒―", "-"))
_OLD_BOOK = re.compile("(?<=[账记录名册本业习口到勤票稿])薄(?![弱膜荷板片])|薄(?=[记册子])")
"""薄 where 簿 is meant: 登记薄, 账薄, 薄记; not 薄弱, 薄膜, 单薄."""


def matching(text: str) -> str:
    """Return a copy of a text for comparing: the original is what is kept and shown.

    NFKC, no zero-width characters, no whitespace at all, one kind of brackets, 账 for 帐, 簿 for 薄
    where a book is meant, 保管员 for 保官员 (DOMAIN.md 6.4 and C13). Letter case stays.
    """
    plain = _SPACES.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text)))
    if plain.isascii():
        return plain.translate(_BRACKETS)
    return _OLD_BOOK.sub("簿", plain.translate(_BRACKETS).replace("帐", "账").replace("保官员", "保管员"))


def is_void(remark: str) -> bool:
    """Tell whether a remark withdraws its row: 作废, 此单作废, 作废，重开 (DOMAIN.md 2.0.4)."""
    return _VOID.fullmatch(matching(remark)) is not None


def tidy(text: str) -> str:
    """Return a text as it is kept: no invisible characters and tabs, a line break as one space.

    NFKC, trimmed, inner runs of spaces as one (DOMAIN.md 2.0.1 and C11). Empty means blank.
    """
    visible = _INVISIBLE.sub("", text).replace("\t", "")
    return _SPACES.sub(" ", unicodedata.normalize("NFKC", visible)).strip()


def tidy_remark(text: str) -> str:
    """Return a remark as it is kept: its own characters and line breaks, nothing invisible, trimmed."""
    return _NEWLINES.sub("\n", _INVISIBLE.sub("", text)).replace("\t", "").strip()


def code_text(text: str) -> str:
    """Return a code as it is kept: NFKC, upper case, one kind of dash, without any space.

    The apostrophe with which people make Excel take a number for text is left out.
    """
    plain = _SPACES.sub("", _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))).upper()
    return plain.translate(_DASHES).lstrip("'‘’`")
