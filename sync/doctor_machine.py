"""What ``houqin doctor`` looks at of the machine: libraries, clock, disks, locks."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import Literal

from sync.doctor_check import Check
from sync.lock import NightBusy, WriterBusy, night_lock, writer_lock
from sync.share import Share

LOW_DISK_BYTES = 1 << 30
_CLOCK_SLACK = timedelta(minutes=10)
_FILE_CLOCK_SLACK = 120
"""Seconds by which the clocks of this machine and of the file server may differ."""
_LONG_WRITE = timedelta(hours=6)
_REQUIREMENT = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[^]]*\])?\s*>=\s*([0-9.]+)")
_SHOWN = ("polars", "pandera", "openpyxl", "python-calamine", "SQLAlchemy", "click")


def libraries() -> Check:
    """Compare the libraries with what the program declares to need."""
    try:
        declared = [line for line in requires("houqin") or () if "extra ==" not in line]
    except PackageNotFoundError:
        declared = []
    wrong = [line for line in map(_wrong, declared) if line]
    if wrong:
        told = ", ".join(wrong)
        return Check(
            "libraries",
            "error",
            f"库的版本不符：{told}，请重新安装后勤账",
            f"libraries do not fit: {told}; install the program again",
        )
    versions = ", ".join(f"{name} {version(name)}" for name in _SHOWN)
    return Check("libraries", "ok", versions, versions)


def _wrong(requirement: str) -> str:
    """Return what is wrong about one requirement, empty where it is met."""
    found = _REQUIREMENT.match(requirement)
    if found is None:
        return ""
    name, wanted = found.groups()
    try:
        there = version(name)
    except PackageNotFoundError:
        return f"{name} (-, >= {wanted})"
    return "" if _numbers(there) >= _numbers(wanted) else f"{name} ({there}, >= {wanted})"


def _numbers(text: str) -> list[int]:
    return [int(part) for part in re.findall(r"\d+", text.partition("+")[0])]


def clock(share: Share) -> Iterator[Check]:
    """Compare the clock with the newest revision, and with that of the file server."""
    with share.open_ledger() as ledger:
        head = ledger.head()
    now = datetime.now(UTC)
    here, newest = share.local(now), share.local(head.at)
    ahead = _file_clock(share.path / "published")
    if head.number and head.at > now + _CLOCK_SLACK:
        yield Check(
            "clock",
            "warning",
            f"本机时间 {here} 早于最新版次 {newest}，请校准",
            f"the clock, {here}, is behind the newest revision, {newest}; set it",
        )
    elif ahead is not None and abs(ahead) > _FILE_CLOCK_SLACK:
        yield Check(
            "clock",
            "warning",
            f"文件服务器的时间比本机{'快' if ahead > 0 else '慢'} {abs(ahead) // 60} 分钟，请校准两者",
            f"the clock of the file server is {abs(ahead) // 60} minutes {'fast' if ahead > 0 else 'slow'}; set both",
        )
    else:
        told = f"{here} ({share.config.timezone})"
        yield Check("clock", "ok", told, told)


def _file_clock(folder: Path) -> int | None:
    """Return by how many seconds a file that is written now is newer than our clock says, None where none may be."""
    written: list[float] = []
    refused = probe(folder, lambda file: written.append(file.stat().st_mtime))
    return None if refused is not None else round(written[0] - time.time())


def probe(folder: Path, look: Callable[[Path], None] = lambda _file: None) -> OSError | None:
    """Make a file in a folder, made where it is missing, look at it and remove it; return what refuses that."""
    file = folder / f".~houqin.{os.getpid()}.tmp"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            file.write_bytes(b"?")
            look(file)
        finally:
            file.unlink(missing_ok=True)
    except OSError as exc:
        return exc
    return None


def account() -> str:
    """Return the account under which this program runs."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a number without a name, as in some containers
        return f"uid {os.getuid()}"


def disks(share: Share) -> Iterator[Check]:
    """Look at the room on the disks of state folder, share and backups."""
    places = {"state": share.state, "share": share.path, "backups": share.config.backup_folder}
    free = {name: shutil.disk_usage(_existing(place)).free for name, place in places.items()}
    told = ", ".join(f"{name} {count / (1 << 30):.1f} GiB" for name, count in free.items())
    low = [f"{places[name]}" for name, count in free.items() if count < LOW_DISK_BYTES]
    if low:
        said = ", ".join(low)
        yield Check("disk", "warning", f"磁盘空间不足：{said}（{told}）", f"little room: {said} ({told})")
    else:
        yield Check("disk", "ok", f"可用空间 {told}", f"free: {told}")


def _existing(place: Path) -> Path:
    return next(folder for folder in (place, *place.parents) if folder.exists())


def locks(share: Share) -> Iterator[Check]:
    """Tell who writes at the moment; nobody should for hours."""
    for take in (writer_lock, night_lock):
        try:
            with take(share.state, share.config.zone):
                pass
        except (WriterBusy, NightBusy) as exc:
            state: Literal["warning", "ok"] = "warning" if _is_long(exc.args_by_name["began"]) else "ok"
            yield Check("lock", state, exc.message("zh"), exc.message("en"))
            return
    yield Check("lock", "ok", "没有程序在写总账", "nobody is writing the ledger")


def _is_long(began: object) -> bool:
    return isinstance(began, datetime) and datetime.now(UTC) - began > _LONG_WRITE
