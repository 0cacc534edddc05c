"""Files are replaced in one step or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.environment import room_for
from workbooks.choices import ChoiceBook, ConfirmLine
from workbooks.reasons import with_place
from workbooks.write import TargetLockedError, remove_abandoned, replace_bytes, replace_file


def test_replaces_content_and_leaves_nothing_beside(tmp_path: Path) -> None:
    """The new content stands at the path and no temporary file remains."""
    target = tmp_path / "published" / "总账.xlsx"
    for text in ("old", "new"):
        replace_file(target, lambda beside, text=text: beside.write_text(text))  # type: ignore[misc]
    assert target.read_text() == "new"
    assert list(target.parent.iterdir()) == [target]


def test_a_failed_write_keeps_the_old_file(tmp_path: Path) -> None:
    """An error while writing leaves the old content and no temporary file."""
    target = tmp_path / "总账.xlsx"
    target.write_text("old")

    def fail(beside: Path) -> None:
        beside.write_text("half")
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - the very error of the writer comes through
        replace_file(target, fail)
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_a_full_disk_is_told_with_the_file(tmp_path: Path) -> None:
    """Where there is no room the error names the file that was to be written, and the old one stays."""
    target = tmp_path / "总账.xlsx"
    target.write_text("old")
    with pytest.raises(OSError, match="总账") as raised, room_for(1000):
        replace_bytes(target, bytes(5000))
    assert with_place(raised.value) == (
        f"{target}: 磁盘已满或超过限额，请先腾出空间",
        f"{target}: the disk is full, or a limit is reached; make room first",
    )
    assert [path.read_text() for path in tmp_path.iterdir()] == ["old"]


@pytest.mark.parametrize("lock", ["~$总账.xlsx", ".~lock.总账.xlsx#", ".~总账.xlsx"])
def test_a_target_that_is_open_is_refused(lock: str, tmp_path: Path) -> None:
    """The lock file of Excel, WPS or LibreOffice beside the target stops the replacement."""
    target = tmp_path / "总账.xlsx"
    target.write_text("old")
    (tmp_path / lock).write_text("")
    with pytest.raises(TargetLockedError, match=r"总账\.xlsx"):
        replace_file(target, lambda beside: beside.write_text("new"))  # type: ignore[arg-type,return-value]
    assert target.read_text() == "old"


NOBODY = 1 << 30
"""A number that no process has."""


def test_what_killed_programs_were_writing_is_removed(tmp_path: Path) -> None:
    """A file in the making goes when its process is no more, and, where it may be another machine's, when it is old."""
    mine, dead, fresh = (tmp_path / f".~总账.{number}.tmp" for number in (os.getpid(), NOBODY, NOBODY + 1))
    for path in (mine, dead, fresh, tmp_path / ".~总账.tmp", tmp_path / "总账.xlsx"):
        path.touch()
    os.utime(dead, (0, 0))
    remove_abandoned(tmp_path, idle_seconds=3600)
    assert (mine.exists(), dead.exists(), fresh.exists()) == (True, False, True)
    remove_abandoned(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {mine.name, ".~总账.tmp", "总账.xlsx"}


def test_a_workbook_that_cannot_be_written(tmp_path: Path) -> None:
    """What keeps the disk from taking a new workbook is an error of the system, with its number, not of a library."""
    confirms = (ConfirmLine("M1-a", "疑似删除", "入库单", "RK-202611-0001", "", ("withdraw",)),)
    with pytest.raises(IsADirectoryError):
        ChoiceBook("库房.xlsx", "zh", (), confirms).write(tmp_path)
