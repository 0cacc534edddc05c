"""What status and doctor tell of nights, the daemon, locks and the machine."""

from __future__ import annotations

import getpass
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner

from sync.commands.status import command as status
from sync.config_default import write_default_config
from sync.doctor import checks
from sync.doctor_check import Check
from sync.lock import writer_lock
from sync.nights import NightBackup, NightRecord, Nights, Step, stamp, write_nights
from sync.share import Share

NOW = datetime.now(UTC)
GOOD = NightRecord(
    stamp(NOW - timedelta(hours=1)),
    stamp(NOW),
    7,
    (Step("sync", True, "好", "ok"), Step("backup", True, "好", "ok")),
    NightBackup("/mnt/backup/x.zip", stamp(NOW), 7, verified=True),
)


@pytest.fixture
def share(tmp_path: Path) -> Share:
    """Return a share without workbooks."""
    write_default_config(tmp_path / "share", "青山小学")
    return Share.open(tmp_path / "share")


def looked_at(share: Share, name: str) -> Check:
    """Return what doctor found of one thing."""
    return next(check for check in checks(share) if check.name == name)


def beat(share: Share, age: timedelta, **facts: object) -> None:
    """Write the sign of life of a daemon."""
    now = datetime.now(UTC)
    told = {"pid": 4711, "started": stamp(now), "beat": stamp(now - age), "last_scan": None, "queue": 2, "failures": []}
    share.state.mkdir(parents=True, exist_ok=True)
    (share.state / "daemon.json").write_text(json.dumps(told | facts), encoding="utf-8")


@pytest.mark.parametrize(
    ("record", "state", "said"),
    [
        (None, "warning", "houqin nightly"),
        (GOOD, "ok", "restored for proof"),
        (replace(GOOD, ended=stamp(NOW - timedelta(days=2))), "warning", "long ago"),
        (replace(GOOD, steps=(Step("notify", False, "坏", "refused"),)), "warning", "Notify failed: refused"),
        (replace(GOOD, steps=(Step("backup", False, "坏", "disk full"),)), "error", "Backup failed: disk full"),
    ],
    ids=["never", "good", "old", "a channel", "no backup"],
)
def test_the_last_night(share: Share, record: NightRecord | None, state: str, said: str) -> None:
    """A night that is missing, old or failed is told; a failed backup is an error."""
    write_nights(share.state, Nights(record))
    check = looked_at(share, "night")
    assert (check.state, said in check.en) == (state, True)


@pytest.mark.parametrize(
    ("minutes", "failures", "state", "said"),
    [
        (1, [], "ok", "2 files"),
        (3, [], "warning", "no sign since"),
        (
            1,
            [{"at": "2026-11-22T12:00:00+00:00", "code": "LEDGER-UNREACHABLE", "message": "disk full"}],
            "warning",
            "disk full",
        ),
    ],
)
def test_the_daemon(share: Share, minutes: int, failures: list[object], state: str, said: str) -> None:
    """A daemon without a sign of life for two minutes, or with failures that last, is a warning."""
    beat(share, timedelta(minutes=minutes), failures=failures)
    check = looked_at(share, "daemon")
    assert (check.state, said in check.en) == (state, True)


def test_no_daemon(share: Share) -> None:
    """Without a daemon a scheduler does the work: that is no mistake."""
    assert looked_at(share, "daemon").state == "ok"


def test_who_writes(share: Share) -> None:
    """Doctor tells who holds the writer's lock and disturbs nobody."""
    assert "nobody" in looked_at(share, "lock").en
    with writer_lock(share.state):
        told = looked_at(share, "lock")
    assert (told.state, "is writing the ledger" in told.en) == ("ok", True)


def test_every_folder_without_rights_is_named(share: Share) -> None:
    """What cannot be written is told with the account that should, each by itself; the clock is not blamed for it."""
    for name in ("published", "feedback"):
        (share.path / name).write_text("a file in the place of the folder", encoding="utf-8")
    told = {check.name: check for check in checks(share)}
    assert [told[name].state for name in ("departments", "published", "feedback", "clock")] == [
        "warning",
        "error",
        "error",
        "ok",
    ]
    assert getpass.getuser() in told["published"].en


def test_times_are_those_of_the_school(share: Share) -> None:
    """Doctor tells times as the school's clocks show them."""
    told = looked_at(share, "clock").en
    now = datetime.now(ZoneInfo("Asia/Shanghai"))
    assert any(f"{now - timedelta(minutes=late):%Y-%m-%d %H:%M}" in told for late in (0, 1))


def test_backups_in_the_share(share: Share) -> None:
    """Backups hold everything, passwords too: a folder in the share is an error."""
    settings = share.path / "houqin.toml"
    text = settings.read_text(encoding="utf-8")
    folder = (share.path / "published" / "backup").as_posix()
    settings.write_text(text.replace('folder = ""', f'folder = "{folder}"'), encoding="utf-8")
    there = Share.open(share.path)
    assert [check.state for check in checks(there) if check.name == "backup" and "hold everything" in check.en] == [
        "error"
    ]


def test_status_tells_night_and_daemon(share: Share) -> None:
    """Status names the last night, its backup and what failed, and the daemon with its failures."""
    failed = Step("restore", False, "坏", "damaged")
    write_nights(share.state, Nights(replace(GOOD, steps=(*GOOD.steps, failed))))
    beat(share, timedelta(minutes=5))
    told = CliRunner().invoke(status, ["--share", str(share.path), "--json"], standalone_mode=False)
    document = json.loads(told.output)
    assert document["last_night"] == {
        "started": GOOD.started,
        "ended": GOOD.ended,
        "revision": 7,
        "ok": False,
        "failed": ["restore"],
        "backup": "/mnt/backup/x.zip",
        "restore_verified": True,
    }
    assert (document["daemon"]["pid"], document["daemon"]["queue"], document["daemon"]["alive"]) == (4711, 2, False)
    people = CliRunner().invoke(status, ["--share", str(share.path)], standalone_mode=False).output
    assert "失败：试恢复" in people


@pytest.mark.parametrize(
    ("age", "facts", "said"),
    [
        (5, {"doing": "waiting"}, ["没有运行"]),
        (-60 * 24 * 365, {"doing": "waiting"}, ["没有运行"]),
        (0, {"doing": "merging", "last_scan": stamp(NOW - timedelta(minutes=9))}, ["正在入账", "分钟前", "排队 2"]),
        (
            0,
            {"doing": "failing", "failures": [{"at": stamp(NOW), "code": "FILE", "message": "坏了"}]},
            ["故障", "坏了"],
        ),
    ],
    ids=["gone", "before the clock was set back", "at work", "in trouble"],
)
def test_status_says_in_words_how_the_daemon_is(
    share: Share, age: int, facts: dict[str, object], said: list[str]
) -> None:
    """Whoever cannot read programs learns whether workbooks are taken, since when not, and why."""
    beat(share, timedelta(minutes=age), **facts)
    people = CliRunner().invoke(status, ["--share", str(share.path)], standalone_mode=False).output
    assert [each for each in said if each not in people] == []
