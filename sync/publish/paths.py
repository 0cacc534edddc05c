"""Where published files lie in the share, and the relative links between them."""

from __future__ import annotations

import hashlib
import posixpath
import re
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from urllib.parse import quote

MASTER = "published/总账.xlsx"
DETAILS_FOLDER = "published/明细/"
FEEDBACK_FOLDER = "feedback/"
PAGE_SUFFIX = ".校验.html"
MARKED_SUFFIX = ".校验.xlsx"
CHOICES_SUFFIX = ".待决.xlsx"
FEEDBACK_SUFFIXES = (PAGE_SUFFIX, MARKED_SUFFIX, CHOICES_SUFFIX)
DIGEST_PROPERTY = "houqin_digest"
"""Document property of the master ledger: the digest of its revision in full, for ``houqin verify``."""

_FORBIDDEN = re.compile(r'[\\/:*?"<>|\x00-\x1f]')
_DATED = re.compile(r"(.+)\.\d{4}-\d\d-\d\dT\d{4}(\.[^./]+)")
_UNSAFE_IN_LINK = re.compile(r"[\x00-\x20\"#%<>?\[\]^`{|}\\]")


def volume_path(register_title: str, period: str, part: int) -> str:
    """Return the path of a volume, ``part`` counting from 1: the first has no number."""
    number = f"-{part:02d}" if part > 1 else ""
    return f"{DETAILS_FOLDER}{safe_name(register_title)}/{safe_name(period)}{number}.xlsx"


def safe_name(text: str) -> str:
    """Return text as a file or folder name that Windows accepts too."""
    return _FORBIDDEN.sub("_", text).strip(" .") or "_"


def page_paths(workbooks: Iterable[str]) -> dict[str, str]:
    """Return the path of the page of each workbook: ``feedback/ZW/食堂台账.校验.html``.

    Workbooks that differ in their ending or in capitals only get pages with longer names.
    """
    pages: dict[str, str] = {}
    taken: set[str] = set()
    for path in sorted(workbooks):
        inner = path.partition("/")[2] or path
        stem = posixpath.splitext(inner)[0]
        digest = hashlib.sha256(path.encode()).hexdigest()[:8]
        names = (f"{FEEDBACK_FOLDER}{name}{PAGE_SUFFIX}" for name in (stem, inner, f"{inner}.{digest}"))
        page = next(name for name in names if _folded(name) not in taken)
        taken.add(_folded(page))
        pages[path] = page
    return pages


def marked_paths(workbooks: Iterable[str]) -> dict[str, str]:
    """Return the path of the marked copy of each workbook, beside its page."""
    pages = page_paths(workbooks)
    return {path: page.removesuffix(PAGE_SUFFIX) + MARKED_SUFFIX for path, page in pages.items()}


def choice_paths(workbooks: Iterable[str]) -> dict[str, str]:
    """Return the path of the workbook in which each workbook's conflicts are decided, beside its page."""
    pages = page_paths(workbooks)
    return {path: page.removesuffix(PAGE_SUFFIX) + CHOICES_SUFFIX for path, page in pages.items()}


def dated(path: str, moment: datetime) -> str:
    """Return the name a file takes while its own is open elsewhere: ``总账.2026-11-22T1530.xlsx``."""
    stem, ending = posixpath.splitext(path)
    return f"{stem}.{moment:%Y-%m-%dT%H%M}{ending}"


def is_dated(path: str, target: str) -> bool:
    """Tell whether ``path`` is a dated copy of ``target``."""
    return without_date(path) == target


def without_date(path: str) -> str:
    """Return the file of which a dated name is a copy, nothing for any other name."""
    found = _DATED.fullmatch(path)
    return "" if found is None else found[1] + found[2]


def link(path: str, seen_from: str) -> str:
    """Return the relative link from one file of the share to another, for a spreadsheet.

    Only characters with a meaning in links are escaped, as Excel does it; Chinese stays readable.
    """
    return _UNSAFE_IN_LINK.sub(lambda found: f"%{ord(found.group()):02X}", relative(path, seen_from))


def page_link(path: str, seen_from: str) -> str:
    """Return the relative link from one file of the share to another, for a web page."""
    return quote(relative(path, seen_from))


def relative(path: str, seen_from: str) -> str:
    """Return the path of one file of the share as seen from the folder of another."""
    return posixpath.relpath(path, posixpath.dirname(seen_from) or ".")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", path).casefold()
