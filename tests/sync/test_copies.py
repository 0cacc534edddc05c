"""Names of copies."""

from __future__ import annotations

import pytest

from sync.copies import original_of
from sync.scan import is_temporary


@pytest.mark.parametrize(
    "name",
    [
        "ST/食堂台账(1).xlsx",
        "ST/食堂台账 (2).xlsx",
        "ST/食堂台账（1）.xlsx",
        "ST/食堂台账 - 副本.xlsx",
        "ST/食堂台账 - 副本 (2).xlsx",
        "ST/食堂台账-副本.xlsx",
        "ST/副本食堂台账.xlsx",
        "ST/食堂台账(冲突副本 2026-11-22).xlsx",
        "ST/食堂台账 (PC-01's conflicted copy 2026-11-22).xlsx",
        "ST/食堂台账.sync-conflict-20261122-101112-ABCDEFG.xlsx",
        "ST/食堂台账-DESKTOP-7A8B9C.xlsx",
        "ST/食堂台账-PCNAME.xlsx",
        "ST/食堂台账 - Copy.xlsx",
        "ST/食堂台账.校验.xlsx",
        "ST/食堂台账(1) - 副本.xlsx",
    ],
)
def test_the_name_of_a_copy_tells_its_original(name: str) -> None:
    """What Explorer, cloud drives and sync programs append is recognised, alone or one on the other."""
    assert original_of(name, ()) == "ST/食堂台账.xlsx"


@pytest.mark.parametrize(
    "name",
    ["ST/食堂台账.xlsx", "ST/入库(2026.11).xlsx", "ST/三(1)班领用.xlsx", "ST/盘点2026-11.xlsx", "ST/台账-ST.xlsx"],
)
def test_other_names_are_no_copies(name: str) -> None:
    """Months, classes and departments in a name are no marks of a copy."""
    assert original_of(name, ()) is None


def test_a_copy_may_have_another_format() -> None:
    """A copy saved as an old workbook is one of the workbook beside it."""
    assert original_of("ST/台账(1).xls", ["ST/台账.xlsx"]) == "ST/台账.xlsx"
    assert original_of("ST/台账-ZW01.xls", ["ST/台账.XLSX"]) == "ST/台账.XLSX"
    assert original_of("ST/台账(1).xls", ["ST/台账.xls", "ST/台账.xlsx"]) == "ST/台账.xls"


def test_a_computers_name_counts_beside_its_original() -> None:
    """A suffix that may be a computer's name needs the original beside it."""
    assert original_of("ST/台账-ZW01.xlsx", ["ST/台账.xlsx"]) == "ST/台账.xlsx"
    assert original_of("ST/台账-ZW01.xlsx", ["ST/别的.xlsx"]) is None


@pytest.mark.parametrize("name", ["~$食堂台账.xlsx", ".~食堂台账.xlsx", "食堂台账.xlsx.tmp", ".~lock.食堂台账.xlsx#"])
def test_lock_and_temporary_files_are_no_workbooks(name: str) -> None:
    """What Office, WPS and LibreOffice leave beside an open workbook is never read."""
    assert is_temporary(name)
