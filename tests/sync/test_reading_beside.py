"""What hostile files may cost the others: nothing that is worth a word (DESIGN 14)."""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from sync.hashes import Hashes
from sync.publish_run import publish_again, publish_all
from sync.run import sync
from sync.scan import scan
from sync.share import Share
from sync.state import archived
from sync.steps import Quiet
from tests.sync.school import POOL, School, receipt, school_with_master
from workbooks.pool import Job, Outcome, ReaderPool

BOOK = "ZW/库房.xlsx"
OUTSIDE = "机密,内容\n1,2\n"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school with master data."""
    return school_with_master(tmp_path / "school")


class Swapping(Quiet):
    """Puts something in the place of a file when a step begins."""

    def __init__(self, step: str, path: Path, kind: str, secret: Path) -> None:
        self._step, self._path, self._kind, self._secret = step, path, kind, secret

    def step(self, name: str, total: int) -> None:
        """Swap."""
        del total
        if name == self._step:
            self._path.unlink()
            if self._kind == "link":
                self._path.symlink_to(self._secret)
            elif self._kind == "pipe":
                os.mkfifo(self._path)
            else:
                self._path.mkdir()


@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
@pytest.mark.parametrize("step", ["read", "merge"])
def test_file_that_becomes_something_else(school: School, tmp_path: Path, step: str, kind: str) -> None:
    """What takes the place of a file after it was found is neither followed nor waited for; the others are taken."""
    secret = tmp_path / "secret.csv"
    secret.write_text(OUTSIDE, "utf-8")
    odd = school.path("MW/表.csv")
    odd.parent.mkdir(parents=True, exist_ok=True)
    odd.write_text("a,b\n1,2\n", "utf-8")
    school.save(BOOK, {"stock_receipt": [receipt(1)]})
    result = sync(school.share, POOL, Swapping(step, odd, kind, secret))
    assert len(school.rows("stock_receipt")) == 1
    assert [finding.code for finding in result.findings] == ["IMP-03"]
    sha256 = scan({"X": tmp_path}).files[-1].sha256
    assert archived(school.share.state, sha256) is None


class SwappingHashes(Hashes):
    """Makes a folder a link to another place just before a file in it is opened."""

    def __init__(self, folder: Path, target: Path) -> None:
        super().__init__()
        self._folder, self._target = folder, target

    def known(self, path: Path, mark: tuple[int, ...]) -> str | None:
        """Swap, and know nothing."""
        if not self._folder.is_symlink():
            self._folder.rename(self._folder.with_name("before"))
            self._folder.symlink_to(self._target)
        return super().known(path, mark)


def test_folder_that_becomes_a_link(tmp_path: Path) -> None:
    """A folder that leads elsewhere when its files are opened, and did not when they were listed, is not followed."""
    inside, outside = tmp_path / "MW" / "夹", tmp_path / "outside"
    for folder in (inside, outside):
        folder.mkdir(parents=True)
        (folder / "表.csv").write_text(OUTSIDE, "utf-8")
    found = scan({"MW": tmp_path / "MW"}, SwappingHashes(inside, outside))
    assert (found.files, [finding.code for finding in found.findings]) == ((), ["FILE-OUTSIDE"])


def test_large_files_are_left_when_there_is_no_time(tmp_path: Path) -> None:
    """Hundreds of large files are not read all at once: they are left, as awaited, and what is known stays known."""
    for name, size in (("大.csv", 1 << 20), ("小.csv", 9)):
        (tmp_path / name).write_bytes(b"1" * size)
    hashes = Hashes()
    first = scan({"MW": tmp_path}, hashes, 0)
    assert [file.name for file in first.files] == ["MW/小.csv"]
    assert (set(first.left), set(first.awaited)) == ({tmp_path / "大.csv"}, {"MW/大.csv"})
    whole = scan({"MW": tmp_path}, hashes)
    assert scan({"MW": tmp_path}, hashes, 0) == whole


def test_what_takes_long_is_done_aside() -> None:
    """Nobody waits for a job that takes long: it goes on beside, and is there when it is asked for again."""
    slow, quick = Job("slow", "time:sleep", (0.6,)), Job("quick", "os:getpid", ())
    there = threading.Event()
    with ReaderPool(workers=1, brief_seconds=0.1) as pool:
        pool.aside.on_done = there.set
        assert [outcome.job for outcome in pool.run_briefly([slow, quick], 30)] == [quick]
        assert pool.aside.has("slow")
        assert [outcome.job for outcome in pool.run_briefly([slow], 30)] == []
        assert there.wait(30)
        assert pool.run_briefly([slow], 30) == [Outcome(slow)]
        other = replace(slow, args=(0,), content="other")
        assert [outcome.job for outcome in pool.run_briefly([other], 30)] == [other]


def test_limits_hold_aside() -> None:
    """What takes too long aside as well is given up, and told."""
    slow, there = Job("slow", "time:sleep", (60,)), threading.Event()
    with ReaderPool(workers=1, seconds=0.4, brief_seconds=0.1) as pool:
        pool.aside.on_done = there.set
        assert pool.run_briefly([slow], 30) == []
        assert there.wait(30)
        assert [outcome.failure for outcome in pool.run_briefly([slow], 30)] == ["timeout"]


def test_light_jobs_come_first_aside() -> None:
    """A workbook that took long because the machine was busy does not wait behind what is built to take long."""
    order: list[str] = []
    done = threading.Event()
    with ReaderPool(workers=1, brief_seconds=0.1) as pool:
        jobs = [Job(str(weight), "time:sleep", (0.05,), weight=weight) for weight in (0, 9, 3, 5)]

        def told() -> None:
            order.extend(job.key for job in jobs if job.key not in order and pool.aside.take(job) == Outcome(job))
            if len(order) == len(jobs):
                done.set()

        pool.aside.on_done = told
        assert pool.run_aside(jobs) == []
        assert done.wait(30)
    assert order == ["0", "3", "5", "9"]


def test_pool_that_is_left_ends_what_is_aside() -> None:
    """Who leaves a pool waits for nothing that goes on beside."""
    with ReaderPool(workers=1, brief_seconds=0.1) as pool:
        assert pool.run_briefly([Job("slow", "time:sleep", (60,))], 30) == []
    assert not pool.aside.has("slow")


class Failing(ReaderPool):
    """Its workers die of every copy that they are to mark."""

    def run(self, jobs: Sequence[Job], on_done: object = None, patience_seconds: float = 0) -> list[Outcome]:
        """Run jobs, but for those that mark a copy."""
        del on_done, patience_seconds
        marking = [replace(job, function="os:abort") if job.function.endswith(":write_marked") else job for job in jobs]
        return super().run(marking)


def test_copy_that_cannot_be_made_is_a_list(school: School) -> None:
    """Where marking a workbook takes its worker down, the copy holds the list of findings, and stays."""
    school.save(BOOK, {"stock_receipt": [receipt(1, amount="1")]})
    school.merge()
    with Failing(workers=1) as pool:
        assert not publish_again(school.share, pool, Quiet()).postponed
        assert not publish_again(school.share, pool, Quiet()).written
    copy = openpyxl.load_workbook(school.folder / "feedback" / "ZW" / "库房.校验.xlsx")
    assert copy.sheetnames == ["校验结果"]


def test_feedback_waits_for_nobody_to_publish(school: School) -> None:
    """A run without time for feedback publishes the books, and says what departments are still to be told."""
    school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2, amount="1")]})
    hurried = sync(Share.open(school.folder), POOL, publish=partial(publish_all, feedback_seconds=-1))
    assert "feedback/ZW/库房.校验.html" in hurried.untold
    assert not hurried.postponed
    assert "published/总账.xlsx" in hurried.published
    after = sync(Share.open(school.folder), POOL)
    assert {"feedback/ZW/库房.校验.html", "feedback/ZW/库房.校验.xlsx"} <= set(after.published)
