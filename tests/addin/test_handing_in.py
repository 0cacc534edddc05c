"""A workbook is handed in under its own name, and never over a version that it has not seen."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from addin.handing_in import Handing, Way, handing_of, last_change, put, sha256_of, versions_in
from sync.copies import original_of
from workbooks.write import TargetLockedError

NAME = "食堂台账.xlsx"


@pytest.mark.parametrize(
    ("there", "seen", "last_name", "expected"),
    [
        ({}, {"a"}, "", Handing(NAME, Way.NEW)),
        ({NAME: "a"}, {"a"}, "", Handing(NAME, Way.NEXT)),
        ({NAME: "new"}, set(), "", Handing(NAME, Way.SAME)),
        ({NAME: "b"}, {"a"}, "", Handing("食堂台账(1).xlsx", Way.BESIDE, NAME)),
        ({NAME: "b", "食堂台账(1).xlsx": "c"}, {"a"}, "", Handing("食堂台账(2).xlsx", Way.BESIDE, NAME)),
        ({NAME: "b", "食堂台账(1).xlsx": "c"}, {"c"}, "食堂台账(1).xlsx", Handing("食堂台账(1).xlsx", Way.NEXT)),
        ({NAME: "b"}, {"c"}, "食堂台账(1).xlsx", Handing("食堂台账(1).xlsx", Way.NEW)),
        ({"食堂台账.XLSX": "a"}, {"a"}, "", Handing("食堂台账.XLSX", Way.NEXT)),
        ({"食堂台账11月.xlsx": "a"}, {"a"}, "食堂台账11月.xlsx", Handing(NAME, Way.NEW)),
    ],
    ids=["first", "next", "again", "strange", "strange twice", "copy again", "copy gone", "case", "saved as another"],
)
def test_the_way_into_the_folder(there: dict[str, str], seen: set[str], last_name: str, expected: Handing) -> None:
    """New, next version, already there, or beside a version that this workbook has not seen."""
    assert handing_of(NAME, "new", there, seen, last_name) == expected


names = st.sampled_from([NAME, "食堂台账(1).xlsx", "食堂台账(2).xlsx", "食堂台账(9).xlsx"])
digests = st.sampled_from(["a", "b", "c"])


@settings(deadline=None)
@given(st.dictionaries(names, digests), st.sets(digests), st.one_of(st.just(""), names))
def test_no_unseen_version_is_replaced(there: dict[str, str], seen: set[str], last_name: str) -> None:
    """Whatever lies there, only a version that was seen is replaced, and a copy is known as one by its name."""
    handing = handing_of(NAME, "new", there, seen, last_name)
    assert there.get(handing.name) in ({None} if handing.way in {Way.NEW, Way.BESIDE} else seen)
    assert handing.name == NAME or original_of(handing.name, []) == NAME


def test_only_versions_of_the_workbook_are_looked_at(tmp_path: Path) -> None:
    """Other workbooks of the folder, and lock files, are not read."""
    for name in (NAME, "食堂台账(1).xlsx", "食堂台账11月.xlsx", "~$食堂台账.xlsx", "食堂台账.xlsx.tmp"):
        (tmp_path / name).write_bytes(name.encode())
    assert set(versions_in(tmp_path, NAME)) == {NAME, "食堂台账(1).xlsx"}
    assert versions_in(tmp_path / "nowhere", NAME) == {}


def test_a_workbook_arrives_whole(tmp_path: Path) -> None:
    """The file in the folder is the copy byte for byte, and nothing half-written stays beside it."""
    copy, target = tmp_path / "copy.xlsx", tmp_path / "departments" / "ST" / NAME
    copy.write_bytes(b"PK whole")
    put(copy, target)
    assert sha256_of(target) == sha256_of(copy)
    assert [path.name for path in target.parent.iterdir()] == [NAME]


def test_what_a_click_that_was_killed_was_writing_is_tidied(tmp_path: Path) -> None:
    """Half a copy that somebody left in the folder an hour ago goes with the next workbook that is handed in."""
    copy, target, half = tmp_path / "copy.xlsx", tmp_path / "ST" / NAME, tmp_path / "ST" / f".~台账.{1 << 30}.tmp"
    copy.write_bytes(b"PK whole")
    half.parent.mkdir()
    half.write_bytes(b"PK ha")
    os.utime(half, (0, 0))
    put(copy, target)
    assert [path.name for path in target.parent.iterdir()] == [NAME]


def test_a_workbook_that_is_open_is_not_replaced(tmp_path: Path) -> None:
    """Where somebody has the file in the folder open, it stays as it is."""
    copy, target = tmp_path / "copy.xlsx", tmp_path / NAME
    copy.write_bytes(b"new")
    target.write_bytes(b"old")
    target.with_name(f"~${NAME}").write_bytes(b"")
    with pytest.raises(TargetLockedError):
        put(copy, target)
    assert target.read_bytes() == b"old"


def test_who_saved_a_version_and_when(tmp_path: Path) -> None:
    """The workbook itself says who saved it; the moment is told in the school's time."""
    path = tmp_path / NAME
    book = openpyxl.Workbook()
    book.properties.lastModifiedBy = "王芳"
    book.save(path)
    who, when = last_change(path, ZoneInfo("Asia/Shanghai"))
    assert who == "王芳"
    assert abs((datetime.now(UTC) - when).total_seconds()) < 60
    assert when.utcoffset() == ZoneInfo("Asia/Shanghai").utcoffset(when.replace(tzinfo=None))
