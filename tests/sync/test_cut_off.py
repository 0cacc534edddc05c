"""A run that ends amid its publication leaves no file behind that nobody would ever take away."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.publish.paths import MASTER
from sync.run import sync
from sync.steps import Quiet
from tests.sync.histories import CutOff
from tests.sync.school import POOL, School, receipt, school_with_master


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school whose master data is in the ledger."""
    return school_with_master(tmp_path / "share")


class _Unnoted(Quiet):
    """Ends a run once every file is written, before anything is noted of them."""

    def __init__(self) -> None:
        self._left = -1

    def step(self, name: str, total: int) -> None:
        """Count the files that are written."""
        self._left = total if name == "publish" else -1

    def advance(self) -> None:
        """End with the last of them.

        Raises:
            CutOff: all are written.
        """
        self._left -= 1
        if not self._left:
            raise CutOff


def _cut_off(school: School) -> None:
    with pytest.raises(CutOff):
        sync(school.share, POOL, _Unnoted())


def _published(school: School) -> set[str]:
    return {path.name for folder in ("published", "feedback") for path in (school.folder / folder).rglob("*.*")}


def test_pages_of_a_workbook_that_is_renamed_then(school: School) -> None:
    """What was written of a workbook that has another name by the next run is taken away with its old name."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty="十二")]})
    _cut_off(school)
    assert "库房.校验.html" in _published(school)
    school.path("ZW/库房.xlsx").rename(school.path("ZW/库房账.xlsx"))
    school.sync()
    assert {name for name in _published(school) if name.startswith("库房")} == {"库房账.校验.html", "库房账.校验.xlsx"}


def test_a_dated_copy(school: School) -> None:
    """A file that took a dated name while its own was open goes once its own can be written."""
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt()]})
    school.sync()
    open_now = school.folder / "published/~$总账.xlsx"
    open_now.write_bytes(b"lock")
    school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2)]})
    _cut_off(school)
    open_now.unlink()
    assert len([name for name in _published(school) if name.startswith("总账")]) == 2
    school.sync()
    assert [name for name in _published(school) if name.startswith("总账")] == [Path(MASTER).name]
