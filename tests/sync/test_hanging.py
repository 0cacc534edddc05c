"""A share whose server neither answers nor refuses; a pipe in place of its settings keeps every reader waiting too."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from sync.config import CONFIG_NAME, DEPARTMENTS_FOLDER
from sync.daemon import Daemon
from sync.hanging import run_watched
from sync.heartbeat import Failure, read_heartbeat
from tests.sync.daemons import PATIENCE, eventually, scheduled
from tests.sync.school import School

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no named pipes in folders")


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school of which every file has been merged, for there is none."""
    made = School(tmp_path / "school")
    (made.folder / DEPARTMENTS_FOLDER).mkdir()
    scheduled(made, quiet_seconds=0.1, poll_seconds=0.1, watching="polling")
    return made


@contextmanager
def silent(share: Path) -> Iterator[None]:
    """Keep whoever asks for the settings of a share waiting while this lasts."""
    settings, pipe = share / CONFIG_NAME, share / ".silent"
    kept = settings.read_bytes()
    os.mkfifo(pipe)
    pipe.replace(settings)
    try:
        yield
    finally:
        settings.rename(pipe)
        settings.write_bytes(kept)
        with open(pipe, "r+b", buffering=0):  # noqa: PTH123 - lets everybody in who waits at the pipe
            pipe.unlink()


def running(daemon: Daemon, share: Path) -> tuple[threading.Thread, list[bool]]:
    """Run a daemon beside the test; the list holds how it ended."""
    ends: list[bool] = []
    thread = threading.Thread(target=lambda: ends.append(run_watched(daemon, share, hangs_seconds=0.3)), daemon=True)
    thread.start()
    return thread, ends


def failures(school: School) -> list[Failure]:
    """Return what the daemon tells that fails."""
    beat = read_heartbeat(school.share.state)
    return [] if beat is None else list(beat.failures)


def test_share_that_does_not_answer_is_told(school: School) -> None:
    """While the share keeps everybody waiting the sign of life says so; then the work goes on, and a stop is clean."""
    daemon = Daemon(school.folder)
    thread, ends = running(daemon, school.folder)
    eventually(lambda: daemon.runs, "a first run")
    with silent(school.folder):
        eventually(lambda: failures(school), "told")
        told = failures(school)
    assert [(each.code, "没有回应" in each.message) for each in told] == [("SHARE-HANGS", True)]
    eventually(lambda: not failures(school), "no failure")
    daemon.stop()
    thread.join(PATIENCE)
    assert ends == [True]
    assert read_heartbeat(school.share.state) is None


def test_share_that_does_not_answer_keeps_nobody_from_stopping(school: School) -> None:
    """A daemon whose work waits for the share is left behind when it is asked to stop."""
    daemon = Daemon(school.folder)
    thread, ends = running(daemon, school.folder)
    eventually(lambda: daemon.runs, "a first run")
    with silent(school.folder):
        eventually(lambda: failures(school), "told")
        daemon.stop()
        thread.join(PATIENCE)
    assert ends == [False]
    assert read_heartbeat(school.share.state) is None


def test_share_that_does_not_answer_at_the_start(school: School) -> None:
    """A daemon that comes to no first look can be stopped as well."""
    daemon = Daemon(school.folder)
    with silent(school.folder):
        thread, ends = running(daemon, school.folder)
        daemon.stop()
        thread.join(PATIENCE)
    assert ends == [False]
