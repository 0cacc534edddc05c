"""What ``houqin doctor`` looks at: program, share, rights, ledger, backup, clock, disk, rules that are off."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Literal

from sync.backup import last_backup
from sync.errors import HouqinError
from sync.publication import rules_switched_off
from sync.share import Share

PACKAGES = ("addin", "schemas", "sync", "workbooks")
LIBRARIES = ("polars", "pandera", "openpyxl", "python-calamine", "SQLAlchemy", "click")
LOW_DISK_BYTES = 1 << 30
OLD_BACKUP = timedelta(days=2)
"""A backup is made every night; one that failed is told on the second day."""
_CLOCK_SLACK = timedelta(minutes=10)


@dataclass(frozen=True)
class Check:
    """One thing looked at: its state and what to say about it."""

    name: str
    state: Literal["ok", "warning", "error"]
    zh: str
    en: str

    def message(self, language: str) -> str:
        """Return what was found and what to do."""
        return self.en if language == "en" else self.zh


def checks(share: Share | None) -> list[Check]:
    """Return everything that was looked at; without a share only the program itself."""
    found = [*_program()]
    if share is not None:
        for look in (_folders, _state, _ledger, _backup, _clock, _rules):
            found += _safely(look, share)
    return found


def _safely(look: Callable[[Share], Iterator[Check]], share: Share) -> list[Check]:
    name = look.__name__.strip("_")
    try:
        return list(look(share))
    except HouqinError as exc:
        return [Check(name, "error", exc.message("zh"), exc.message("en"))]
    except OSError as exc:
        return [Check(name, "error", f"{exc.filename}: {exc.strerror}", f"{exc.filename}: {exc.strerror}")]


def _program() -> Iterator[Check]:
    yield Check("python", "ok", sys.version.split()[0], sys.version.split()[0])
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    yield Check("libraries", "ok", versions, versions)
    homes = {name: _home(name) for name in PACKAGES}
    if len(set(homes.values())) == 1:
        yield Check("packages", "ok", str(next(iter(homes.values()))), str(next(iter(homes.values()))))
    else:
        places = ", ".join(f"{name}: {home}" for name, home in homes.items())
        yield Check(
            "packages",
            "error",
            f"程序的四个包不在同一处（{places}），有同名文件挡住了它们，请移走",
            f"the four packages do not lie beside each other ({places}); move away what shadows them",
        )


def _home(name: str) -> Path | None:
    places = list(getattr(import_module(name), "__path__", ()))
    return Path(places[0]).resolve().parent if places else None


def _folders(share: Share) -> Iterator[Check]:
    missing = [code for code, folder in share.config.folders.items() if not folder.is_dir()]
    if missing:
        yield Check(
            "departments",
            "warning",
            f"缺少部门文件夹：{'、'.join(missing)}，可执行 houqin init 补建",
            f"department folders are missing: {', '.join(missing)}; houqin init makes them",
        )
    else:
        count = len(share.config.folders)
        yield Check("departments", "ok", f"{count} 个部门文件夹齐全", f"all {count} department folders are there")
    for name in ("published", "feedback"):
        folder = share.path / name
        folder.mkdir(exist_ok=True)
        probe = folder / ".houqin-probe.tmp"
        probe.write_bytes(b"")
        probe.unlink()
        yield Check(name, "ok", f"{folder} 可写", f"{folder} can be written")


def _state(share: Share) -> Iterator[Check]:
    share.state.mkdir(parents=True, exist_ok=True)
    if share.state.is_relative_to(share.path):
        yield Check(
            "state",
            "error",
            f"状态文件夹 {share.state} 在共享文件夹内，请放到本机磁盘",
            f"the state folder {share.state} lies in the share; keep it on the local disk",
        )
    else:
        yield Check("state", "ok", str(share.state), str(share.state))
    free = shutil.disk_usage(share.state).free
    size = f"{free / (1 << 30):.1f} GiB"
    low = free < LOW_DISK_BYTES
    yield Check("disk", "warning" if low else "ok", f"可用空间 {size}", f"{size} free")


def _ledger(share: Share) -> Iterator[Check]:
    with share.open_ledger() as ledger:
        head = ledger.head()
    yield Check(
        "ledger", "ok", f"第 {head.number} 版，{head.digest[:16]}", f"revision {head.number}, {head.digest[:16]}"
    )


def _backup(share: Share) -> Iterator[Check]:
    now = datetime.now(UTC)
    last = last_backup(share.state)
    if last is None:
        yield Check(
            "backup",
            "warning",
            "还没有备份，请执行 houqin backup，并把备份放到另一台机器",
            "there is no backup yet; run houqin backup and keep it on another machine",
        )
        return
    days = last.age(now) // timedelta(days=1)
    zh = f"上次备份 {last.made_at:%Y-%m-%d %H:%M} UTC（{days} 天前），第 {last.revision} 版：{last.path}"
    en = f"last backup {last.made_at:%Y-%m-%d %H:%M} UTC ({days} days ago), revision {last.revision}: {last.path}"
    old = last.age(now) > OLD_BACKUP
    yield Check("backup", "warning" if old else "ok", zh, en)


def _clock(share: Share) -> Iterator[Check]:
    with share.open_ledger() as ledger:
        head = ledger.head()
    now = datetime.now(UTC)
    if head.number and head.at > now + _CLOCK_SLACK:
        yield Check(
            "clock",
            "warning",
            f"本机时间 {now:%Y-%m-%d %H:%M} UTC 早于最新版次 {head.at:%Y-%m-%d %H:%M}，请校准",
            f"the clock, {now:%Y-%m-%d %H:%M} UTC, is behind the newest revision, {head.at:%Y-%m-%d %H:%M}; set it",
        )
    else:
        yield Check("clock", "ok", f"{now:%Y-%m-%d %H:%M} UTC", f"{now:%Y-%m-%d %H:%M} UTC")


def _rules(share: Share) -> Iterator[Check]:
    for (code, zh), (_, en) in zip(rules_switched_off(share, "zh"), rules_switched_off(share, "en"), strict=True):
        yield Check(f"rule {code}", "warning", f"规则停用：{zh}", f"the rule is off: {en}")
