"""``houqin status``: how every workbook stands, what waits, and which rules are off."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from schemas.register import all_registers
from sync.backup import LastBackup, last_backup
from sync.commands.common import console, open_share, output_options, print_json, share_option, show_table
from sync.current import as_they_are
from sync.heartbeat import Heartbeat, read_heartbeat
from sync.nights import NightRecord, read_nights
from sync.publication import publication_of, rules_switched_off
from sync.publish.model import State
from sync.publish.words import state_title, word
from sync.share import Share
from sync.standing import Standing

_DOINGS = {
    "waiting": "等待文件变化",
    "merging": "正在入账",
    "night": "正在做夜间任务",
    "failing": "遇到故障，正在重试",
}
_COUNTS = ("read", "in_ledger", "held", "conflicting", "missing")


@click.command("status")
@share_option
@output_options
def command(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """Show how every workbook stands after the last run, what waits for somebody, and rules that are off.

    Example: houqin status --share school
    """
    share = open_share(share_path)
    with share.open_ledger() as ledger:
        now = publication_of(share, ledger, Standing.of(ledger), as_they_are(ledger, all_registers(), share.state))
    rules_off = rules_switched_off(share, language)
    backup, night, beat = last_backup(share.state), read_nights(share.state).last, read_heartbeat(share.state)
    workbooks = [
        {
            "path": each.path,
            "department": each.department,
            "status": str(each.state),
            "saved_at": None if each.saved_at is None else each.saved_at.isoformat(),
            "taken_at": None if each.taken_at is None else each.taken_at.isoformat(),
            "sha256": each.sha256,
            **{name: getattr(each, name) for name in _COUNTS},
            "errors": each.errors,
            "warnings": each.warnings,
        }
        for each in now.workbooks
    ]
    if as_json:
        print_json(
            {
                "school": now.school,
                "revision": now.revision,
                "digest": now.digest,
                "at": now.at.isoformat() if now.revision else None,
                "registers": list(share.registers),
                "workbooks": workbooks,
                "held": len(now.held),
                "conflicts": len({(line.workbook, line.key) for line in now.conflicts}),
                "missing": len(now.missing),
                "last_backup": None
                if backup is None
                else {"path": str(backup.path), "made_at": backup.made_at.isoformat(), "revision": backup.revision},
                "last_night": _night(night),
                "daemon": None if beat is None else {**asdict(beat), "alive": beat.is_alive(datetime.now(UTC))},
                "rules_off": [{"code": code, "reason": reason} for code, reason in rules_off],
            }
        )
        return
    chinese = language == "zh"
    out = console()
    when = f"{now.at:%Y-%m-%d %H:%M}" if now.revision else "-"
    out.print(f"{now.school or share.path.name} · {now.revision} · {when} · {now.digest[:16]}", markup=False)
    headers = (
        ("工作簿", "部门", "状态", "读取", "已入账", "搁置", "冲突", "疑似删除", "错误", "提醒")
        if chinese
        else ("workbook", "department", "state", *_COUNTS, "errors", "warnings")
    )
    rows = [
        (
            each["path"],
            each["department"],
            state_title(State(str(each["status"])), language),
            *(each[name] for name in (*_COUNTS, "errors", "warnings")),
        )
        for each in workbooks
    ]
    show_table("", headers, rows, numbers=7)
    lines = (
        _backup_line(backup, share, language),
        _night_line(night, share, language),
        _daemon_line(beat, share, language),
    )
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
    if rules_off:
        titles = ("规则", "停用原因") if chinese else ("rule", "why it is off")
        show_table("停用的规则" if chinese else "rules that are off", titles, rules_off)


def _backup_line(backup: LastBackup | None, share: Share, language: str) -> str:
    chinese = language == "zh"
    if backup is None:
        return "还没有备份（houqin backup）" if chinese else "there is no backup yet (houqin backup)"
    when = share.local(backup.made_at)
    revision = f"第 {backup.revision} 版" if chinese else f"revision {backup.revision}"
    return f"{'上次备份' if chinese else 'last backup'} {when} · {revision} · {backup.path}"


def _night(night: NightRecord | None) -> dict[str, Any] | None:
    """Return the last night for JSON."""
    if night is None:
        return None
    return {
        "started": night.started,
        "ended": night.ended,
        "revision": night.revision,
        "ok": not night.failed,
        "failed": [step.name for step in night.failed],
        "backup": None if night.backup is None else night.backup.path,
        "restore_verified": night.restore_verified,
    }


def _night_line(night: NightRecord | None, share: Share, language: str) -> str:
    chinese = language == "zh"
    if night is None:
        return "还没有夜间任务（houqin nightly）" if chinese else "there was no nightly run yet (houqin nightly)"
    when = share.local(datetime.fromisoformat(night.ended))
    names = "、".join(word(f"step {step.name}", language) for step in night.failed)
    told = (f"失败：{names}" if names else "全部完成") if chinese else (f"failed: {names}" if names else "all done")
    return f"{'上次夜间任务' if chinese else 'last night'} {when} · {told}"


def _daemon_line(beat: Heartbeat | None, share: Share, language: str) -> str:
    chinese = language == "zh"
    if beat is None:
        return "后台程序没有运行（houqin watch）" if chinese else "the daemon is not running (houqin watch)"
    now = datetime.now(UTC)
    failures = "".join(f" · {each.code} {each.message}" for each in beat.failures)
    if not beat.is_alive(now):
        when = share.local(datetime.fromisoformat(beat.beat))
        told = "后台程序没有运行，最后一次动静在" if chinese else "the daemon is not running, its last sign is of"
        return f"{told} {when}（houqin watch）{failures}" if chinese else f"{told} {when} (houqin watch){failures}"
    doing = _DOINGS.get(beat.doing, beat.doing) if chinese else beat.doing
    queue = f"排队 {beat.queue}" if chinese else f"{beat.queue} in the queue"
    name = "后台程序" if chinese else "daemon"
    return f"{name} {beat.pid} · {doing} · {queue} · {_scanned(beat, now, language)}{failures}"


def _scanned(beat: Heartbeat, now: datetime, language: str) -> str:
    """Return how long ago the last good run was."""
    if beat.last_scan is None:
        return "还没有成功入账" if language == "zh" else "no good run yet"
    seconds = max(0, round((now - datetime.fromisoformat(beat.last_scan)).total_seconds()))
    minutes = seconds // 60
    if language == "zh":
        return f"上次成功入账 {f'{minutes} 分钟' if minutes else f'{seconds} 秒'}前"
    return f"last good run {f'{minutes} minutes' if minutes else f'{seconds} seconds'} ago"
