from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from sync.lock import LOCK_NAME, WriterBusy, writer_lock

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]

HOLDER = """
import os, subprocess, sys
from pathlib import Path
from sync.lock import writer_lock
with writer_lock(Path(sys.argv[1])):
    child = 0
    if sys.argv[2] == "exec":
        child = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=0).pid
    if sys.argv[2] == "fork":
        child = os.fork()
        if child == 0:
            sys.stdin.read()
            os._exit(0)
    print(child, flush=True)
    sys.stdin.read()
"""


@contextmanager
def holder(state: Path, children: str = "none") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Run a process that holds the lock, and give it with the process id of its child (0 is none)."""
    command = [sys.executable, "-c", HOLDER, str(state), children]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, text=True, **pipes) as process:
        assert process.stdout is not None
        yield process, int(process.stdout.readline())
        assert process.stdin is not None
        process.stdin.close()


def test_second_process_is_refused(tmp_path: Path) -> None:
    """While one process writes, another is told which one, on which computer and since when."""
    with holder(tmp_path) as (process, _), pytest.raises(WriterBusy) as caught, writer_lock(tmp_path):
        pass
    assert str(process.pid) in caught.value.message("zh")
    assert os.uname().nodename in caught.value.message("en")
    assert caught.value.args_by_name["since"] != "?"


def test_it_is_told_in_the_schools_time(tmp_path: Path) -> None:
    """Since when somebody writes is told as the clocks of the school show it."""
    zone = ZoneInfo("Asia/Shanghai")
    with writer_lock(tmp_path), pytest.raises(WriterBusy) as caught, writer_lock(tmp_path, zone):
        pass
    began = datetime.fromisoformat(json.loads((tmp_path / LOCK_NAME).read_text())["since"])
    assert began.utcoffset() == timedelta(0)
    assert f"{began.astimezone(zone):%Y-%m-%d %H:%M:%S}" in caught.value.message("zh")


@pytest.mark.skipif(os.name != "posix", reason="Windows has rights of another kind")
def test_the_state_folder_is_nobody_elses(tmp_path: Path) -> None:
    """A state folder that is made is open to the account that keeps the ledger only; its parents are usual."""
    with writer_lock(tmp_path / "houqin" / "school"):
        pass
    assert (tmp_path / "houqin" / "school").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "houqin").stat().st_mode & 0o005 == 0o005


def test_lock_is_free_afterwards(tmp_path: Path) -> None:
    """The lock ends with its block, also after an error, and can be taken again."""
    with pytest.raises(ZeroDivisionError), writer_lock(tmp_path / "state"):
        raise ZeroDivisionError
    with writer_lock(tmp_path / "state"):
        assert (tmp_path / "state").is_dir()


def test_same_process_is_refused(tmp_path: Path) -> None:
    """Two parts of one program cannot write at the same time either, and the first keeps its lock."""
    with writer_lock(tmp_path):
        for _ in range(2):
            with pytest.raises(WriterBusy, match=str(os.getpid())), writer_lock(tmp_path):
                pass


@pytest.mark.parametrize("children", ["none", "exec", "fork"])
def test_killed_holder(tmp_path: Path, children: str) -> None:
    """A process that is killed holds nothing any more, although its children live on."""
    with holder(tmp_path, children) as (process, child):
        process.send_signal(signal.SIGKILL)
        process.wait()
        if child:
            os.kill(child, 0)
        assert freed(tmp_path)


def freed(state: Path, seconds: float = 30.0) -> bool:
    """Tell whether the lock can be had before a deadline: a forked child gives it up when it first runs."""
    end = time.monotonic() + seconds
    while True:
        try:
            with writer_lock(state):
                return True
        except WriterBusy:
            if time.monotonic() > end:
                return False


def test_children_do_not_release_it(tmp_path: Path) -> None:
    """The lock stays with its holder when a child that was forked while it was held ends."""
    with holder(tmp_path, "fork") as (_, child):
        os.kill(child, signal.SIGKILL)
        with pytest.raises(WriterBusy), writer_lock(tmp_path):
            pass
