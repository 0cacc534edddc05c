"""One writer at a time, and one daemon: a lock of the operating system on a file in the state folder.

The lock ends with the process that holds it, however that ends: it needs no expiry and leaves
nothing to tidy up. Worker processes do not hold it: descriptors are not inherited over ``exec``, and
a forked child closes its copy.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path

from schemas.findings import Text
from sync.errors import HouqinError
from workbooks.reasons import reason_of
from workbooks.write import PRIVATE, make_folder

LOCK_NAME = "writer.lock"
DAEMON_LOCK_NAME = "daemon.lock"
NIGHT_LOCK_NAME = "night.lock"
_FAR = 1 << 30
"""Windows locks bytes, and nobody can read locked ones: the byte locked lies behind the text."""

_held: set[int] = set()


class WriterBusy(HouqinError):  # noqa: N818 - says what is wrong
    """Another process is writing (``pid``, ``host``, ``since``; ``began``: that moment, or None)."""

    code = "WRITER-BUSY"
    text = Text(
        "另一个程序正在写总账（进程 {pid}，电脑 {host}，开始于 {since}）",
        "another program is writing the ledger (process {pid} on {host}, since {since})",
        "请等它结束后再试",
        "wait until it has finished and try again",
    )


class DaemonBusy(HouqinError):  # noqa: N818 - says what is wrong
    """Another daemon watches this share already (``pid``, ``host``, ``since``; ``began``: that moment, or None)."""

    code = "DAEMON-BUSY"
    text = Text(
        "这个共享文件夹已有守护程序在运行（进程 {pid}，电脑 {host}，开始于 {since}）",
        "a daemon watches this folder already (process {pid} on {host}, since {since})",
        "一个文件夹只需要一个；要换电脑时请先停掉原来的",
        "one is enough; stop it first to run it elsewhere",
    )


class NightBusy(HouqinError):  # noqa: N818 - says what is wrong
    """Another nightly run is under way (``pid``, ``host``, ``since``; ``began``: that moment, or None)."""

    code = "NIGHT-BUSY"
    text = Text(
        "另一个夜间任务正在进行（进程 {pid}，电脑 {host}，开始于 {since}）",
        "another nightly run is under way (process {pid} on {host}, since {since})",
        "请等它结束后再试",
        "wait until it has finished and try again",
    )


class StateUnusable(HouqinError):  # noqa: N818 - says what is wrong
    """The state folder cannot be made, or nothing can be written into it (``folder``, ``reason``, ``reason_en``)."""

    code = "STATE-UNUSABLE"
    text = Text(
        "状态文件夹 {folder} 无法使用（{reason}）",
        "the state folder {folder} cannot be used ({reason_en})",
        "请检查 HOUQIN_STATE、磁盘和权限",
        "check HOUQIN_STATE, the disk and its rights",
    )


@contextmanager
def writer_lock(state: Path, zone: tzinfo = UTC) -> Iterator[None]:
    """Hold the writer's lock of a share; ``state`` is its state folder, made where missing.

    An error tells in ``zone`` since when somebody else holds it, as do those of the other locks.

    Raises:
        WriterBusy: another process, or another part of this one, holds it.
        StateUnusable: the state folder cannot be made or written.
    """
    with _lock(state / LOCK_NAME, WriterBusy, zone):
        yield


@contextmanager
def night_lock(state: Path, zone: tzinfo = UTC) -> Iterator[None]:
    """Hold the lock of the nightly run of a share, during which others may write as usual.

    Raises:
        NightBusy: another nightly run is under way.
    """
    with _lock(state / NIGHT_LOCK_NAME, NightBusy, zone):
        yield


@contextmanager
def daemon_lock(state: Path, zone: tzinfo = UTC) -> Iterator[None]:
    """Hold the lock of the daemon of a share, as long as it runs.

    Raises:
        DaemonBusy: another one holds it.
    """
    with _lock(state / DAEMON_LOCK_NAME, DaemonBusy, zone):
        yield


@contextmanager
def _lock(path: Path, busy: type[HouqinError], zone: tzinfo) -> Iterator[None]:
    descriptor = _opened(path)
    try:
        if not _try_lock(descriptor):
            raise busy(**_holder(path, zone))
        _held.add(descriptor)
        _sign(descriptor)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _opened(path: Path) -> int:
    try:
        make_folder(path.parent, PRIVATE)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as exc:
        raise StateUnusable(folder=path.parent, **reason_of(exc).args()) from exc


def _sign(descriptor: int) -> None:
    """Write who holds the lock, for the message of the next one who asks."""
    since = datetime.now(UTC).isoformat(timespec="seconds")
    words = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": since})
    os.ftruncate(descriptor, 0)
    os.write(descriptor, words.encode())


def _holder(path: Path, zone: tzinfo) -> dict[str, object]:
    try:
        known = json.loads(path.read_text(encoding="utf-8"))
        began = datetime.fromisoformat(known["since"])
        since = f"{began.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        return {"pid": known["pid"], "host": known["host"], "since": since, "began": began}
    except (OSError, ValueError, KeyError, TypeError):
        return {"pid": "?", "host": "?", "since": "?", "began": None}


def _close_in_child() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


if sys.platform == "win32":
    import msvcrt

    def _try_lock(descriptor: int) -> bool:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

else:
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    os.register_at_fork(after_in_child=_close_in_child)
