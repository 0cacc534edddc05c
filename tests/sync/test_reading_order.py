"""What is read first, and what a run leaves to the next one: nobody waits behind files that take long (DESIGN 14)."""

from __future__ import annotations

from pathlib import Path

from sync.run import in_reading_order, sync
from sync.scan import FoundFile
from sync.share import Share
from sync.standing import Standing
from tests.sync.school import MASTER, POOL, School, receipt


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
