"""What ``houqin doctor`` looks at of the work: the daemon's sign of life, the last night."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from sync.doctor_check import Check
from sync.heartbeat import read_heartbeat
from sync.nights import PROOFS, read_nights
from sync.publish.words import word
from sync.share import Share

OLD_NIGHT = timedelta(hours=36)


def daemon(share: Share) -> Iterator[Check]:
    """Look at the sign of life of ``houqin watch``; without one, a scheduler may run ``houqin sync``."""
    now, beat = datetime.now(UTC), read_heartbeat(share.state)
    if beat is None:
        yield Check(
            "daemon",
            "ok",
            "后台程序没有运行（houqin watch，见 houqin service），由计划任务或人工执行",
            "the daemon is not running (houqin watch, see houqin service): a scheduler or somebody runs the commands",
        )
        return
    when = share.local(datetime.fromisoformat(beat.beat))
    if not beat.is_alive(now):
        yield Check(
            "daemon",
            "warning",
            f"后台程序自 {when} 起没有动静（进程 {beat.pid}），请重新启动",
            f"the daemon has given no sign since {when} (process {beat.pid}); start it again",
        )
    elif beat.failures:
        told = "；".join(f"{each.code} {each.message}" for each in beat.failures)
        since = share.local(datetime.fromisoformat(beat.failures[0].at))
        yield Check("daemon", "warning", f"自 {since} 起：{told}", f"since {since}: {told}")
    else:
        done = "-" if beat.last_scan is None else share.local(datetime.fromisoformat(beat.last_scan))
        zh = f"进程 {beat.pid}，排队 {beat.queue} 个文件，上次完成 {done}"
        en = f"process {beat.pid}, {beat.queue} files in the queue, last done {done}"
        yield Check("daemon", "ok", zh, en)


def night(share: Share) -> Iterator[Check]:
    """Look at the record of the last night."""
    nights = read_nights(share.state)
    last = nights.last
    if last is None:
        yield Check(
            "night", "warning", "还没有夜间任务（houqin nightly）", "there was no nightly run yet (houqin nightly)"
        )
        return
    ended = datetime.fromisoformat(last.ended)
    zh = f"{share.local(ended)}，第 {last.revision} 版"
    en = f"{share.local(ended)}, revision {last.revision}"
    if last.failed:
        serious = any(step.name in PROOFS for step in last.failed)
        zh += "".join(f"；{word(f'step {step.name}', 'zh')}失败：{step.zh}" for step in last.failed)
        en += "".join(f"; {word(f'step {step.name}', 'en')} failed: {step.en}" for step in last.failed)
        yield Check("night", "error" if serious else "warning", zh, en)
    elif datetime.now(UTC) - ended > OLD_NIGHT:
        yield Check("night", "warning", f"上次夜间任务已是 {zh}", f"the last night is long ago: {en}")
    else:
        yield Check("night", "ok", f"{zh}，备份已试恢复", f"{en}, its backup was restored for proof")
