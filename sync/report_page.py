"""The newest page of the day, kept in the state folder: runs by day publish it again where somebody deleted it."""

from __future__ import annotations

from pathlib import Path

from workbooks.write import replace_bytes

_KEPT = "report.html"


def keep_page(state: Path, page: str) -> None:
    """Keep the newest page; the next publication takes it from here."""
    replace_bytes(state / _KEPT, page.encode())


def kept_page(state: Path) -> bytes | None:
    """Return the newest page, None where none was made."""
    try:
        return (state / _KEPT).read_bytes()
    except OSError:
        return None
