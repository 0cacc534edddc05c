"""What ``houqin doctor`` looks at: program, share, rights, machine, ledger, daemon, nights, backup, rules."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path

from sync.backup import last_backup
from sync.doctor_check import Check
from sync.doctor_machine import account, clock, disks, libraries, locks, probe
from sync.doctor_work import daemon, night
from sync.errors import HouqinError, words_of
from sync.publication import rules_switched_off
from sync.share import Share
from workbooks.reasons import reason_of

PACKAGES = ("addin", "schemas", "sync", "workbooks")
OLD_BACKUP = timedelta(days=2)
"""A backup is made every night; one that failed is told on the second day."""


def checks(share: Share | None) -> list[Check]:
    """Return everything that was looked at; without a share only the program itself."""
    found = [*_program()]
    if share is not None:
        for look in (_folders, clock, _state, disks, locks, _ledger, daemon, night, _backup, _rules):
            found += _safely(look, share)
    return found


def _safely(look: Callable[[Share], Iterator[Check]], share: Share) -> list[Check]:
    found: list[Check] = []
    try:
        found.extend(look(share))
    except (HouqinError, OSError) as exc:
        found.append(Check(look.__name__.strip("_"), "error", *words_of(exc)))
    return found


def _program() -> Iterator[Check]:
    yield Check("python", "ok", sys.version.split()[0], sys.version.split()[0])
    yield libraries()
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
    unreadable = [code for code, folder in share.config.folders.items() if code not in missing and not _listed(folder)]
    if unreadable:
        yield Check(
            "departments",
            "error",
            f"无法读取部门文件夹：{'、'.join(unreadable)}，请让账号 {account()} 能读",
            f"department folders cannot be read: {', '.join(unreadable)}; let the account {account()} read them",
        )
    elif missing:
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
        yield _writable(name, share.path / name)


def _writable(name: str, folder: Path) -> Check:
    """Look whether files can be made in a folder, which is made where it is missing."""
    refused = probe(folder)
    if refused is None:
        return Check(name, "ok", f"{folder} 可写", f"{folder} can be written")
    why = reason_of(refused)
    return Check(
        name,
        "error",
        f"{folder} 不能写（{why.zh}），请让账号 {account()} 能写",
        f"{folder} cannot be written ({why.en}); let the account {account()} write it",
    )


def _listed(folder: Path) -> bool:
    try:
        next(folder.iterdir(), None)
    except OSError:
        return False
    return True


def _state(share: Share) -> Iterator[Check]:
    written = _writable("state", share.state)
    if written.state == "error":
        yield written
    elif share.state.is_relative_to(share.path):
        yield Check(
            "state",
            "error",
            f"状态文件夹 {share.state} 在共享文件夹内，请放到本机磁盘",
            f"the state folder {share.state} lies in the share; keep it on the local disk",
        )
    else:
        yield Check("state", "ok", str(share.state), str(share.state))


def _ledger(share: Share) -> Iterator[Check]:
    with share.open_ledger() as ledger:
        head = ledger.head()
    yield Check(
        "ledger", "ok", f"第 {head.number} 版，{head.digest[:16]}", f"revision {head.number}, {head.digest[:16]}"
    )


def _backup(share: Share) -> Iterator[Check]:
    if share.config.backup_folder.resolve().is_relative_to(share.path):
        yield Check(
            "backup",
            "error",
            f"备份文件夹 {share.config.backup_folder} 在共享文件夹内：备份里有全部资料和密码，请换到别处",
            f"the backups lie in the share, {share.config.backup_folder}: they hold everything; keep them elsewhere",
        )
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
    when = share.local(last.made_at)
    zh = f"上次备份 {when}（{days} 天前），第 {last.revision} 版：{last.path}"
    en = f"last backup {when} ({days} days ago), revision {last.revision}: {last.path}"
    old = last.age(now) > OLD_BACKUP
    yield Check("backup", "warning" if old else "ok", zh, en)


def _rules(share: Share) -> Iterator[Check]:
    for (code, zh), (_, en) in zip(rules_switched_off(share, "zh"), rules_switched_off(share, "en"), strict=True):
        yield Check(f"rule {code}", "warning", f"规则停用：{zh}", f"the rule is off: {en}")
