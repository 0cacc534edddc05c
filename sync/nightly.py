"""The night: read everything again, prove the ledger, compare, back up, restore for proof, report, tell."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from schemas.findings import Text
from sync.backup import backup
from sync.daily import day_of
from sync.errors import HouqinError, words_of
from sync.lock import WriterBusy, night_lock
from sync.log import LOGGER, said
from sync.night_backup import all_gone, backup_folder, backups_in, settled
from sync.night_books import differences_of, prove_books
from sync.nights import (
    PROOFS,
    NightBackup,
    NightRecord,
    PastNight,
    Sent,
    Step,
    missed_due,
    next_due,
    read_nights,
    stamp,
    write_nights,
)
from sync.notify import Event, notify
from sync.proof import prove
from sync.publish.daily import DAILY, Day, DifferenceLine, daily_page
from sync.publish.words import word
from sync.publish_run import Published, publish_again
from sync.rehearsal import rehearse
from sync.report_page import keep_page
from sync.rotation import rotate
from sync.run import SyncResult, sync
from sync.share import Share
from sync.steps import Progress, Quiet
from sync.summary import lines_of
from workbooks.pool import ReaderPool
from workbooks.write import TargetLockedError


@dataclass(frozen=True)
class Night:
    """What a night did."""

    record: NightRecord
    result: SyncResult | None
    """The run that read every workbook, None where it failed."""
    errors: tuple[Exception, ...] = ()
    """What stopped the steps that failed with an error of ours or of the system."""

    @property
    def ok(self) -> bool:
        """Tell whether every step went well."""
        return not self.record.failed


class Skipped(HouqinError):  # noqa: N818 - says what happened
    """A step cannot be done because an earlier one failed (``step``, ``step_en``)."""

    code = "NIGHT-SKIPPED"
    text = Text("前面的步骤（{step}）没有成功，本步未做", "not done: the step {step_en} before it failed")

    @classmethod
    def after(cls, name: str) -> Skipped:
        """Return the error for the step that failed."""
        return cls(step=word(f"step {name}", "zh"), step_en=word(f"step {name}", "en"))


_PATIENCE_SECONDS = 60
_AGAIN_SECONDS = 0.5
T = TypeVar("T")


def nightly(
    share: Share, pool: ReaderPool, progress: Progress | None = None, patience_seconds: float = _PATIENCE_SECONDS
) -> Night:
    """Do everything that is done every night and return what became of it; it is recorded in the state folder.

    A step that fails is told and does not keep the others from being done; old backups are removed
    only after the new one was proven. A run that is under way is waited for: it ends long before the night.

    Raises:
        NightBusy: another nightly run is under way.
    """
    with night_lock(share.state, share.config.zone):
        return _Course(share, pool, progress or Quiet(), datetime.now(UTC), patience_seconds).run()


def missed_night(share: Share, now: datetime) -> datetime | None:
    """Return when the newest night was due if it did not come to its end, None if it did; UTC.

    A school without any record has missed a night if there was a ledger when it was due.
    """
    nights = read_nights(share.state)
    moment = missed_due(nights, share.config.schedule.nightly, share.config.zone, now)
    if moment is None or nights.last is not None or nights.begun is not None:
        return moment
    with share.open_ledger() as ledger:
        return moment if ledger.revision_at(moment) else None


def next_night(share: Share, now: datetime) -> datetime:
    """Return when the next night is due, after ``now``; UTC."""
    return next_due(read_nights(share.state), share.config.schedule.nightly, share.config.zone, now)


def report_day(share: Share, pool: ReaderPool, revision: int, progress: Progress | None = None) -> Published:
    """Make the page of the day as it is now, without a night, and publish it.

    Raises:
        WriterBusy: a run is under way.
        LedgerUnreachable: the ledger cannot be read.
    """
    now = datetime.now(UTC)
    record = NightRecord(stamp(now), stamp(now), revision)
    day = day_of(share, record, differences_of(share), read_nights(share.state), now)
    keep_page(share.state, daily_page(day).html())
    return publish_again(share, pool, progress or Quiet())


@dataclass
class _Course:
    """One night under way: every step leaves here what later ones need."""

    share: Share
    pool: ReaderPool
    progress: Progress
    started: datetime
    patience_seconds: float
    steps: list[Step] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    result: SyncResult | None = None
    differences: Sequence[DifferenceLine] = ()
    made: NightBackup | None = None
    kept: Sequence[NightBackup] = ()
    day: Day | None = None
    notified: Sequence[Sent] = ()

    def run(self) -> Night:
        """Do every step in its order, and record the night."""
        nights = read_nights(self.share.state).began(self.started)
        write_nights(self.share.state, nights)
        self.kept = nights.kept
        language = self.share.config.language
        LOGGER.info(said(language, "夜间任务开始：%s", "night begins: %s"), self.share.path)
        for step in (self.sync, self.verify, self.reconcile, self.backup, self.restore, self.rotate, self.report):
            self._do(step)
        self._do(self.notify)
        night = Night(self._record(), self.result, tuple(self.errors))
        write_nights(self.share.state, nights.ended(night.record, self.kept, self._figures()))
        ending = ("全部完成", "all steps done") if night.ok else ("有步骤失败", "some steps failed")
        LOGGER.info(said(language, "夜间任务结束：%s", "night ends: %s"), said(language, *ending))
        return night

    def _do(self, step: Callable[[], Step]) -> None:
        """Do one step; whatever goes wrong in it, the others are still done: a bug must not cost a backup."""
        name, began = step.__name__, time.monotonic()
        try:
            done = step()
        except (HouqinError, OSError, TargetLockedError) as exc:
            self.errors.append(exc)
            done = Step(name, False, *words_of(exc))
        except Exception as exc:  # noqa: BLE001 - see above; the traceback is in the log
            LOGGER.exception("night step %s", name)
            self.errors.append(exc)
            done = Step(name, False, f"程序出错（{type(exc).__name__}: {exc}）", f"unexpected error ({exc!r})")
        done = replace(done, seconds=round(time.monotonic() - began, 1))
        language = self.share.config.language
        LOGGER.log(20 if done.ok else 40, "%s: %s", word(f"step {name}", language), done.message(language))
        self.steps.append(done)

    def _when_free(self, work: Callable[[], T]) -> T:
        """Do what needs the writer's lock, as soon as nobody else writes."""
        last = time.monotonic() + self.patience_seconds
        while True:
            try:
                return work()
            except WriterBusy:
                if time.monotonic() >= last:
                    raise
                time.sleep(_AGAIN_SECONDS)

    def sync(self) -> Step:
        """Read every workbook again, whether or not it changed."""
        self.result = result = self._when_free(lambda: sync(self.share, self.pool, self.progress, full=True))
        counts = [line.counts for line in lines_of(self.share, result)]
        read, accepted, held, conflicting = (
            sum(count[name] for count in counts) for name in ("read", "accepted", "held", "conflicting")
        )
        return Step(
            "sync",
            True,
            f"第 {result.revision} 版：{len(counts)} 个工作簿 {read} 行，新入账 {accepted}，"
            f"搁置 {held}，冲突 {conflicting}",
            f"revision {result.revision}: {len(counts)} workbooks, {read} rows, {accepted} accepted anew, "
            f"{held} held, {conflicting} in conflict",
        )

    def verify(self) -> Step:
        """Recompute the chain of digests and read the archive."""
        proof = prove(self.share, {})
        if proof.problems:
            first, count = proof.problems[0], len(proof.problems)
            zh = f"总账被改动或损坏，共 {count} 处：{first.what('zh')}。请执行 houqin verify"
            en = f"the ledger was altered or damaged in {count} places: {first.what('en')}; run houqin verify"
            return Step("verify", False, zh, en)
        head = f"{proof.revision} · {proof.digest[:16]}"
        return Step(
            "verify",
            True,
            f"总账完整：第 {head}，{proof.files} 个存档文件",
            f"the ledger is whole: {head}, {proof.files} archived files",
        )

    def reconcile(self) -> Step:
        """Compare the books with each other, with what was counted, with money and statements."""
        self.differences = differences_of(self.share)
        prove_books(self.share)
        count, serious = len(self.differences), sum(line.serious for line in self.differences)
        zh = f"{count} 处差异，其中 {serious} 处严重" if count else "各账相符"
        en = f"{count} differences, {serious} of them serious" if count else "the books agree"
        return Step("reconcile", True, zh, en)

    def backup(self) -> Step:
        """Keep everything in one file, in the folder that the settings name."""
        folder = backup_folder(self.share)
        self.kept = settled(folder, self.kept)
        gone = all_gone(backups_in(folder, self.kept))
        now = datetime.now(UTC)

        def announce(path: Path, revision: int) -> None:
            self._keep(NightBackup(str(path), stamp(now), revision, announced=True))

        made = backup(self.share, folder, now, announce)
        self.made = NightBackup(str(made.path), made.manifest.made_at, made.manifest.head.number)
        self._keep(self.made)
        zh, en = f"{made.path}（{made.size} 字节）", f"{made.path} ({made.size} bytes)"
        if made.problems:
            zh, en = f"{zh}：总账本身有 {len(made.problems)} 处问题", f"{en}: the ledger is damaged"
        elif gone:
            zh = f"{zh}：以前的备份都不见了，磁盘挂上了吗？"
            en = f"{en}: all earlier backups are gone; is the disk mounted?"
        return Step("backup", not (made.problems or gone), zh, en)

    def _keep(self, made: NightBackup) -> None:
        """Record a backup at once: one that no record names would never be rotated away."""
        self.kept = (*(each for each in self.kept if each.path != made.path), made)
        write_nights(self.share.state, replace(read_nights(self.share.state), kept=tuple(self.kept)))

    def restore(self) -> Step:
        """Restore the new backup into a scratch place."""
        if self.made is None:
            raise Skipped.after("backup")
        proven = rehearse(Path(self.made.path), self.share.state)
        self.made = replace(self.made, verified=True)
        self.kept = (*self.kept[:-1], self.made)
        rows = sum(proven.rows.values())
        return Step(
            "restore",
            True,
            f"试恢复成功：第 {proven.head.number} 版，{rows} 行，摘要相符",
            f"restored for proof: revision {proven.head.number}, {rows} rows, every digest fits",
        )

    def rotate(self) -> Step:
        """Remove backups that are too old from the folder of the settings; none while anything is doubtful.

        A ledger that was altered would else push out the backups of when it was whole.
        """
        doubtful = next((step.name for step in self.steps if step.name in PROOFS and not step.ok), None)
        if doubtful is not None:
            raise Skipped.after(doubtful)
        here = backups_in(backup_folder(self.share), self.kept)
        done = rotate(here, self.share.config.backup, self.share.config.zone)
        self.kept = done.kept
        kept, removed = len(done.kept), len(done.removed)
        zh, en = f"保留 {kept} 份，删除 {removed} 份", f"{kept} kept, {removed} removed"
        if done.stuck:
            return Step("rotate", False, f"{zh}，{done.stuck[0]} 无法删除", f"{en}; {done.stuck[0]} cannot be removed")
        return Step("rotate", True, zh, en)

    def report(self) -> Step:
        """Make the page of the day and publish it with whatever else was left to be published."""
        nights = read_nights(self.share.state)
        self.day = day_of(self.share, self._record(), self.differences, nights, self.started)
        keep_page(self.share.state, daily_page(self.day).html())
        published = self._when_free(lambda: publish_again(self.share, self.pool, self.progress))
        waiting = f"，{len(published.postponed)} 个文件正被打开" if published.postponed else ""
        waiting_en = f", {len(published.postponed)} files are open elsewhere" if published.postponed else ""
        return Step("report", True, f"{DAILY}{waiting}", f"{DAILY}{waiting_en}")

    def notify(self) -> Step:
        """Tell the channels of the settings what the night did."""
        self.notified = notify(self.share, night_event(self.share, self._record(), self.day))
        if not self.notified:
            return Step("notify", True, "没有设置通知地址", "no channel is set up")
        failed = [sent for sent in self.notified if not sent.ok]
        zh = f"{len(self.notified)} 个通知渠道，{len(failed)} 个失败"
        en = f"{len(self.notified)} channels, {len(failed)} failed"
        if failed:
            first = failed[0]
            return Step("notify", False, f"{zh}：{first.channel} {first.zh}", f"{en}: {first.channel} {first.en}")
        return Step("notify", True, zh, en)

    def _record(self) -> NightRecord:
        return NightRecord(
            stamp(self.started),
            stamp(datetime.now(UTC)),
            0 if self.result is None else self.result.revision,
            tuple(self.steps),
            self.made,
            tuple(self.notified),
            DAILY if self.day is not None else "",
        )

    def _figures(self) -> PastNight | None:
        return None if self.day is None else self.day.figures(stamp(datetime.now(UTC)))


def night_event(share: Share, record: NightRecord, day: Day | None) -> Event:
    """Return what the channels are told of a night: the summary of the page, the steps that failed, where it lies."""
    language = share.config.language
    school = share.config.school or share.path.name
    failed = [f"✗ {word(f'step {step.name}', language)}: {step.message(language)}" for step in record.failed]
    summary = [] if day is None else list(daily_page(day).summary_lines)
    page = share.path / DAILY
    where = [str(page)] if page.is_file() else []
    chinese = language != "en"
    title = f"{school} 后勤日报 {share.today:%Y-%m-%d}" if chinese else f"{school}: day of {share.today:%Y-%m-%d}"
    if failed:
        title = ("【故障】" if chinese else "FAILED: ") + title
    lines = (*failed, *summary, *where)
    attached = page if where and day is not None else None
    return Event(title, lines, bool(failed), attached, f"houqin-{share.today:%Y-%m-%d}.html")
