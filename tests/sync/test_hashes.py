"""What a run knows of files that it does not read again (DESIGN 10)."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from sync.hashes import Hashes
from sync.scan import scan
from sync.watch import glances

FILE, MARK, OTHER = Path("库房.xlsx"), (1, 10), (2, 10)


def test_known_when_it_looked_the_same_for_long() -> None:
    """A file is known when it was read ten seconds after it was first seen as it is; doubted, it is read once more."""
    clock = [0.0]
    hashes = Hashes(lambda: clock[0])
    seen = []
    for moment, mark in ((0, MARK), (9.9, MARK), (10, MARK), (11, OTHER), (20, OTHER), (21, OTHER)):
        clock[0] = moment
        hashes.note(FILE, mark, f"{mark}")
        seen.append(hashes.known(FILE, mark))
    assert seen == [None, None, f"{MARK}", None, None, f"{OTHER}"]
    assert hashes.known(FILE, MARK) is None
    hashes.doubt()
    assert hashes.known(FILE, OTHER) is None
    hashes.note(FILE, OTHER, "again")
    assert hashes.known(FILE, OTHER) == "again"
    hashes.keep_only([])
    assert hashes.known(FILE, OTHER) is None


@pytest.mark.parametrize("seed", range(3))
def test_nothing_that_changes_is_missed(tmp_path: Path, seed: int) -> None:
    """What earlier runs know of files changes nothing in what a run finds, whatever is done to them meanwhile."""
    dice, clock = random.Random(seed), [0.0]  # noqa: S311 - no secret
    hashes, folders = Hashes(lambda: clock[0]), {"ZW": tmp_path}
    for step in range(60):
        clock[0] += dice.choice([0.1, 4, 30])
        path = tmp_path / f"{dice.randrange(4)}.xlsx"
        what = dice.randrange(5)
        if what == 0:
            path.unlink(missing_ok=True)
        elif what < 3:
            path.write_bytes(dice.randbytes(dice.choice([5, 9])))
            os.utime(path, (step, step))  # the clock of files stands still between quick steps
        elif what == 3 and path.exists():
            path.rename(tmp_path / f"{dice.randrange(4)}.xlsx")
        assert scan(folders, hashes) == scan(folders)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell when anything of a file last changed")
def test_content_of_the_same_size_and_time_is_seen(tmp_path: Path) -> None:
    """Other content with the old size and time of change, as copying with times makes it, is seen by a look at once."""
    folders, hashes = {"ZW": tmp_path}, Hashes(lambda: 0.0)
    path = tmp_path / "库房.xlsx"
    path.write_bytes(b"one")
    before, known, times = glances(folders), scan(folders, hashes), path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert glances(folders) != before
    assert scan(folders, hashes).files[0].sha256 != known.files[0].sha256
