"""What is read first, and what a run leaves to the next one: nobody waits behind files that take long (DESIGN 14)."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.register import all_registers
from sync.run import in_reading_order, sync
from sync.scan import FoundFile
from sync.share import Share
from sync.standing import Standing
from tests.sync.school import MASTER, POOL, School, receipt, school_with_master
from workbooks.template import write_template


def found(name: str, saved_ns: int) -> FoundFile:
    """Return a file that lies in a department's folder."""
    return FoundFile(name, name.partition("/")[0], Path(name), "0", 1, saved_ns, name)


def test_departments_take_turns() -> None:
    """Workbooks that were read before come first, refused ones last; departments take turns with their newest."""
    known = {"ST/旧.xlsx": {"state": "accepted"}, "MW/坏.xlsx": {"state": "damaged"}}
    flood = [found(f"MW/{number}.xlsx", number) for number in range(1, 4)]
    files = [*flood, found("MW/坏.xlsx", 9), found("ST/旧.xlsx", 1), found("ZW/新.xlsx", 1)]
    order = [file.name for file in in_reading_order(files, Standing(workbooks=known))]
    assert order == ["ST/旧.xlsx", "MW/3.xlsx", "ZW/新.xlsx", "MW/2.xlsx", "MW/1.xlsx", "MW/坏.xlsx"]


def test_small_and_new_files_take_turns() -> None:
    """In a flood of one department a workbook comes soon that is small, or was saved last; empty files come last."""
    flood = [replace(found(f"MW/{number}.xlsx", number), size=5_000_000 + number) for number in range(2, 99)]
    small, empty = replace(found("MW/小.xlsx", 1), size=9_000), replace(found("MW/空.xlsx", 200), size=0)
    last = replace(found("MW/末.xlsx", 100), size=9_000_000)
    order = [file.name for file in in_reading_order([*flood, small, empty, last], Standing())]
    assert (order[:2], order[-1]) == (["MW/末.xlsx", "MW/小.xlsx"], "MW/空.xlsx")


def test_what_unpacks_to_much_comes_later(tmp_path: Path) -> None:
    """A bomb of a few bytes does not pass for a small file: what it unpacks to counts, as it states itself."""
    bombs = []
    for number in range(4):
        path = tmp_path / f"弹{number}.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            package.writestr("xl/worksheets/sheet1.xml", bytes(3_000_000))
        bombs.append(
            replace(found(f"MW/{path.name}", 10 + number), path=path, size=path.stat().st_size, sha256=str(number))
        )
    honest = replace(found("MW/入库.xlsx", 1), size=40_000)
    order = [file.name for file in in_reading_order([*bombs, honest], Standing())]
    assert order.index(honest.name) == 1


def test_what_may_be_ours_comes_before_what_is_not(tmp_path: Path) -> None:
    """Among new files of a flooded department a workbook that was made from a template comes first."""
    path = tmp_path / "入库.xlsx"
    write_template([all_registers()["stock_receipt"]], path, school="")
    ours = replace(found("MW/入库.xlsx", 1), path=path, size=path.stat().st_size)
    flood = [replace(found(f"MW/{number}.xlsx", 10 + number), size=9) for number in range(50)]
    assert in_reading_order([*flood, ours], Standing())[0] == ours


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school with master data and one receipt."""
    made = school_with_master(tmp_path / "school")
    made.save("ZW/库房.xlsx", {"stock_receipt": [receipt(1)]})
    made.sync()
    return made


def lost(school: School) -> list[str]:
    """Return the workbooks that are gone after one more run, and those that miss rows."""
    return [
        book["path"]
        for book in school.sync()["workbooks"]
        if book["status"] == "gone" or any(finding["code"] == "IMP-07" for finding in book["findings"])
    ]


def test_file_being_saved_keeps_nobody_waiting(school: School) -> None:
    """A workbook that is away while it is saved counts as there; what others saved is taken, and a copy as one."""
    away = school.path("ZW/库房.xlsx")
    content = away.read_bytes()
    away.unlink()
    school.save("ST/食堂.xlsx", {"stock_receipt": [receipt(2)]})
    school.path("ZW/库房 副本.xlsx").write_bytes(content)
    sync(Share.open(school.folder), POOL, leave=[away])
    assert len(school.rows("stock_receipt")) == 2
    away.write_bytes(content)
    assert lost(school) == []
    assert {row["_source"]["workbook"] for row in school.rows("stock_receipt")} == {"ZW/库房.xlsx", "ST/食堂.xlsx"}


def test_lost_workbook_keeps_no_other_department_waiting(school: School) -> None:
    """Where a department's files cannot all be read in time, only that department waits to know what became of one."""
    moved = school.path("ZW/库房(新).xlsx")
    school.path("ZW/库房.xlsx").rename(moved)
    school.save("ZW/库房(新).xlsx", {"stock_receipt": [receipt(1, qty=30, amount="255.00")]})
    more = [school.save(f"ZW/{number}.xlsx", {"stock_receipt": [receipt(number)]}) for number in range(3, 9)]
    school.save("ST/食堂.xlsx", {"stock_receipt": [receipt(2)]})
    left = sync(Share.open(school.folder), POOL, reading_seconds=0).left
    assert {moved, *more} <= left
    assert lost(school) == []
    assert len(school.rows("stock_receipt")) == 8


def test_what_is_left_is_read_by_the_next_run(tmp_path: Path) -> None:
    """Files whose turn has not come when a run stops reading are named, and as new as before to the next run."""
    school = School(tmp_path / "school")
    school.save("ZW/基础资料.xlsx", MASTER)
    school.merge()
    for number in range(1, 5):
        school.save(f"ZW/{number}.xlsx", {"stock_receipt": [receipt(number)]})
    first = sync(Share.open(school.folder), POOL, reading_seconds=0)
    assert first.left
    assert len(first.left) + len(school.rows("stock_receipt")) == 4
    assert not sync(Share.open(school.folder), POOL).left
    assert len(school.rows("stock_receipt")) == 4
