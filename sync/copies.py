"""Recognise copies of a workbook by their names: what Explorer, cloud drives and sync programs make of them."""

from __future__ import annotations

import re
from collections.abc import Collection

_SUFFIX = re.compile(
    r"""(?P<stem>.+?)\s*(?:
        [(（]\d{1,2}[)）]                                        # 食堂台账(1), 食堂台账 (2)
      | [-_ ]*(?:的\s?)?(?:副本|复件|备份)\s*(?:[(（]?\d{1,2}[)）]?)?  # 食堂台账 - 副本 (2), 食堂台账 的副本
      | [(（][^()（）]*(?:冲突副本|冲突的副本|冲突文件|冲突)[^()（）]*[)）]  # 食堂台账(冲突副本 2026-11-22)
      | [-_ ]冲突(?:文件|副本).*                                   # 食堂台账_冲突文件_张三_20261122
      | \s*\([^()]*(?i:conflicted\ copy|case\ conflict)[^()]*\)   # 食堂台账 (PC's conflicted copy 2026-11-22)
      | _[^_]+_[^_]+_Conflict                                   # Synology Drive: the name of the disk and the day
      | \.sync-conflict-[\w-]+                                  # Syncthing
      | [-_ ]+(?:copy|Copy)(?:\s*\(\d{1,2}\))?                  # 食堂台账 - Copy (2)
      | -(?:DESKTOP|LAPTOP|WIN|PC|MACBOOK|IMAC)[-A-Z0-9]*       # OneDrive: the name of the computer
    )""",
    re.VERBOSE,
)
_PREFIX = re.compile(r"(?:副本|复件)\s*(?:[(（]\d{1,2}[)）])?\s*(?P<stem>.+)|Copy of (?P<english>.+)")
_COMPUTER = re.compile(r"(?P<stem>.+)-[A-Z0-9][-A-Z0-9]{2,14}")
_ENDINGS = ("xlsx", "xlsm", "xls", "csv")
_MARKED = re.compile(r"(?P<stem>.+)\.校验")


def original_of(name: str, others: Collection[str]) -> str | None:
    """Return the name of the workbook that ``name`` is a copy of, None where it is none.

    ``others`` are names of the workbooks beside it (with their folders, as ``name``): a computer's
    name at the end (``食堂台账-ZW01.xlsx``) counts only where the original is among them. A copy may have been
    saved in another format (``食堂台账(1).xls``).
    """
    folder, slash, file = name.rpartition("/")
    stem, dot, ending = file.rpartition(".")
    if not dot:
        return None
    bare = _without_marks(stem)
    if bare is not None:
        original = f"{folder}{slash}{bare}"
        return _among(original, ending, others) or f"{original}{dot}{ending}"
    computer = _COMPUTER.fullmatch(stem)
    return _among(f"{folder}{slash}{computer['stem']}", ending, others) if computer else None


def _among(original: str, ending: str, others: Collection[str]) -> str | None:
    """Return the workbook with a name among others, in the same format or else in another one."""
    known = {other.casefold(): other for other in others}
    names = (f"{original}.{each}".casefold() for each in (ending, *_ENDINGS))
    return next((known[name] for name in names if name in known), None)


def _without_marks(stem: str) -> str | None:
    """Return a name without the marks of a copy (of a copy), None where it has none."""
    bare = stem
    while True:
        match = _SUFFIX.fullmatch(bare) or _PREFIX.fullmatch(bare) or _MARKED.fullmatch(bare)
        if match is None:
            return None if bare == stem else bare.strip()
        found = match.groupdict()
        bare = (found["stem"] or found.get("english") or "").strip(' “”"')
