"""Folders and files that may not be opened: whoever cannot be looked at keeps nobody else waiting (DESIGN 10)."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.scan import scan
from sync.watch import glances

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights otherwise")

NOBODY = 65534


@contextmanager
def as_somebody() -> Iterator[None]:
    """Work as somebody whom rights concern; root would be let in everywhere."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


@pytest.fixture
def folders() -> Iterator[dict[str, Path]]:
    """Return the folders of two departments, with a file and a folder with a file each, below one for everybody."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        found = {code: Path(name) / code for code in ("ST", "ZW")}
        for folder in found.values():
            (folder / "分").mkdir(parents=True)
            for path in (folder / "一.xlsx", folder / "分" / "二.xlsx"):
                path.write_bytes(b"content")
            if os.geteuid() == 0:
                for path in (folder, folder / "分"):
                    os.chown(path, NOBODY, NOBODY)
        yield found
        for path in (*found.values(), *(folder / "分" for folder in found.values())):
            path.chmod(0o755)


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o444], ids=["closed", "not to be listed", "not to be entered"])
@pytest.mark.parametrize("place", ["ZW", "ZW/分"])
def test_the_others_are_found(folders: dict[str, Path], place: str, mode: int) -> None:
    """Where a folder may not be listed or entered, its files may be there, and those of all others are found."""
    (folders["ZW"].parent / place).chmod(mode)
    with as_somebody():
        found, seen = scan(folders), glances(folders)
    assert {"ST/一.xlsx", "ST/分/二.xlsx"} <= {file.name for file in found.files}
    assert not [file for file in found.files if file.name.startswith(f"{place}/")]
    assert found.is_unopened(f"{place}/一.xlsx" if place == "ZW" else f"{place}/二.xlsx")
    assert folders["ST"] / "一.xlsx" in seen
