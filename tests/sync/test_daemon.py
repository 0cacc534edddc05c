"""The daemon: what departments save is taken, whenever and however they save it (DESIGN 10)."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sync.config import CONFIG_NAME
from sync.daemon import Daemon
from sync.heartbeat import read_heartbeat
from sync.identity import ShareForeign
from sync.nights import read_nights
from sync.share import Share
from sync.state import STATE_VARIABLE
from tests.sync.daemons import PATIENCE, ROOT, Watched, eventually, scheduled, watched
from tests.sync.school import MASTER, School, receipt

BOOK = "ZW/库房.xlsx"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """Return a school whose master data nobody has merged yet."""
    made = School(tmp_path / "school")
    made.save("ZW/基础资料.xlsx", MASTER)
    return made


@pytest.fixture
def daemon(school: School) -> Iterator[Watched]:
    """Return the school with a daemon that has one receipt in the books."""
    school.save(BOOK, {"stock_receipt": [receipt(1)]})
    with watched(school) as running:
        running.takes("stock_receipt", 1)
        yield running


def problems(school: School) -> list[str]:
    """Return the codes of everything that stands against some file: unreadable, gone, missing rows, safe stops."""
    found = {finding["code"] for book in school.sync()["workbooks"] for finding in book["findings"]}
    return sorted(code for code in found if code.startswith(("FILE", "IMP")))


def test_save_is_published_and_a_signal_ends_it(daemon: Watched) -> None:
    """What lay there before is taken, what is saved then too; after a signal nothing is told any more."""
    master = daemon.school.folder / "published" / "总账.xlsx"
    before = master.stat().st_mtime_ns
    daemon.school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2)]})
    daemon.takes("stock_receipt", 2)
    assert master.stat().st_mtime_ns > before
    link = daemon.school.path("ZW/外.xlsx")
    link.symlink_to("/etc/passwd")
    eventually(lambda: [each.code for each in daemon.told().unread] == ["FILE-OUTSIDE"], "the link is told")
    link.unlink()
    assert daemon.stop() == 0
    assert daemon.heartbeat is None
    assert daemon.synced_elsewhere()["published"] == []


@pytest.mark.parametrize("watching", ["native", "polling"])
def test_both_ways_of_watching(school: School, watching: str) -> None:
    """A folder whose changes nobody reports is looked through."""
    with watched(school, watching=watching) as daemon:
        daemon.takes("item_catalogue", 3)
        assert daemon.heartbeat is not None
        assert daemon.heartbeat.watching == watching
        school.save(BOOK, {"stock_receipt": [receipt(1)]})
        daemon.takes("stock_receipt", 1)


def test_half_written_file_is_left_until_it_rests(daemon: Watched) -> None:
    """A file that is written piece by piece is never read in between: nothing stands against it."""
    whole = daemon.school.save("ZW/新.xlsx", {"stock_receipt": [receipt(2)]}).read_bytes()
    daemon.takes("stock_receipt", 2)
    daemon.school.path("ZW/新.xlsx").unlink()
    daemon.school.save("ZW/别的.xlsx", {"stock_receipt": [receipt(3)]})
    with daemon.school.path("ZW/新.xlsx").open("wb") as file:
        for start in range(0, len(whole), 400):
            file.write(whole[start : start + 400])
            file.flush()
            os.fsync(file.fileno())
    daemon.takes("stock_receipt", 3)
    assert problems(daemon.school) == []


def test_saving_by_delete_and_rename(daemon: Watched) -> None:
    """The way in which Office saves (lock file, new file, delete, rename) is one change of one workbook."""
    path = daemon.school.path(BOOK)
    fresh = School(daemon.school.folder.parent / "elsewhere").save(
        BOOK, {"stock_receipt": [receipt(1, qty=30, amount="255.00")]}
    )
    for _ in range(3):
        lock = path.with_name("~$库房.xlsx")
        lock.write_bytes(b"lock")
        beside = path.with_name("8F2A1B00.tmp")
        shutil.copyfile(fresh, beside)
        path.unlink()
        beside.rename(path)
        lock.unlink()
    eventually(lambda: [row["qty"] for row in daemon.school.rows("stock_receipt")] == ["30.000"], "the amendment")
    daemon.rests()
    assert problems(daemon.school) == []


def test_share_offline_and_back(daemon: Watched) -> None:
    """A share that goes offline is waited for; nothing is missing afterwards, and what was saved then is taken."""
    folder, away = daemon.school.folder, daemon.school.folder.with_name("away")
    folder.rename(away)
    daemon.fails("CONFIG")
    away.rename(folder)
    daemon.recovers()
    daemon.school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2)]})
    daemon.takes("stock_receipt", 2)
    assert problems(daemon.school) == []


def test_saves_while_the_share_comes_and_goes(daemon: Watched) -> None:
    """A share that vanishes amid saves, comes back as another folder, or cannot be read, loses and doubles nothing."""
    school, folder = daemon.school, daemon.school.folder
    away = folder.with_name("away")
    folder.rename(away)
    late = School(folder.with_name("elsewhere")).save("ZW/新.xlsx", {"stock_receipt": [receipt(3)]})
    shutil.copyfile(late, away / "departments" / "ZW" / "新.xlsx")
    shutil.copytree(away, folder, symlinks=True)
    daemon.takes("stock_receipt", 2)
    shutil.rmtree(away)
    departments = folder / "departments"
    departments.rename(folder / "gone")
    daemon.fails("FILE")
    assert [each.message for each in daemon.told().failures] == [f"{departments}: 找不到，请核对路径"]
    (folder / "gone").rename(departments)
    daemon.recovers()
    school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2)]})
    daemon.takes("stock_receipt", 3)
    assert problems(school) == []
    assert sorted(row["qty"] for row in school.rows("stock_receipt")) == ["25.000"] * 3


def test_of_two_daemons_at_once_one_works(school: School) -> None:
    """Daemons that are started at the same moment leave one that works; the others say who it is."""
    with watched(school) as one:
        command = [sys.executable, "-m", "sync.cli", "watch", "--share", str(school.folder), "--json"]
        others = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
        said = [other.communicate(timeout=PATIENCE)[0] for other in others]
        assert [other.returncode for other in others] == [4, 4]
        assert all('"code": "DAEMON-BUSY"' in told and str(one.process.pid) in told for told in said)
        one.takes("item_catalogue", 3)


def test_trouble_is_told_and_outlived(daemon: Watched) -> None:
    """Settings that cannot be used, a second daemon, a folder that was replaced, a file that cannot be written."""
    settings = daemon.school.folder / CONFIG_NAME
    good = settings.read_text(encoding="utf-8")
    settings.write_text("school = [", encoding="utf-8")
    daemon.fails("CONFIG")
    settings.write_text(good, encoding="utf-8")
    daemon.recovers()
    command = [sys.executable, "-m", "sync.cli", "watch", "--share", str(daemon.school.folder), "--json"]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (second.returncode, "DAEMON-BUSY" in second.stdout) == (4, True)
    assert str(daemon.process.pid) in second.stdout
    departments = daemon.school.folder / "departments"
    copy = departments.with_name("copy")
    shutil.copytree(departments, copy)
    departments.rename(departments.with_name("former"))
    copy.rename(departments)
    daemon.school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2)]})
    daemon.takes("stock_receipt", 2)
    master = daemon.school.folder / "published" / "总账.xlsx"
    master.unlink()
    (master / "x").mkdir(parents=True)
    daemon.school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2), receipt(3)]})
    daemon.fails("PUBLISH-POSTPONED")
    shutil.rmtree(master)
    daemon.recovers()
    assert master.is_file()
    assert daemon.stop() == 0
    said = daemon.process.stderr.read() if daemon.process.stderr else ""
    assert [words for words in ("没能写出", "已恢复：CONFIG", "问题都已恢复", "已停止") if words not in said] == []


def test_killed_daemon_leaves_the_lock(daemon: Watched) -> None:
    """After a kill of the daemon alone the next one starts at once and takes what was saved meanwhile."""
    os.kill(daemon.process.pid, signal.SIGKILL)
    daemon.process.wait(PATIENCE)
    daemon.school.save(BOOK, {"stock_receipt": [receipt(1), receipt(2)]})
    with watched(daemon.school) as again:
        again.takes("stock_receipt", 2)


def test_night_is_done_when_it_is_due(school: School) -> None:
    """The daemon does at its time, or at its start where nobody was there, what is done every night."""
    school.sync()
    due = datetime.now(school.share.config.zone) + timedelta(seconds=1)
    with watched(school, nightly=f"{due:%H:%M:%S}") as daemon:
        eventually(lambda: read_nights(school.share.state).last, "the night")
        daemon.rests()
        night = read_nights(school.share.state).last
    assert night is not None
    assert [step.name for step in night.failed] == []


def test_another_share_in_its_place_is_not_taken_for_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder that becomes a link to another place has another ledger: that is told, and nothing is merged there."""
    monkeypatch.delenv(STATE_VARIABLE)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "states"))
    school = School(tmp_path / "school")
    school.path("ZW").mkdir(parents=True)
    scheduled(school, poll_seconds=0.1, watching="polling")
    there, moved = tmp_path / "school", tmp_path / "moved"

    def move(_result: object) -> None:
        if not there.is_symlink():
            there.rename(moved)
            there.symlink_to(moved)

    daemon = Daemon(there, move)
    thread = threading.Thread(target=daemon.run)
    state = school.share.state
    thread.start()
    told = lambda: [failure.code for beat in [read_heartbeat(state)] if beat for failure in beat.failures]  # noqa: E731
    eventually(lambda: told() == ["SHARE-MOVED"], "that the share is another one")
    daemon.stop()
    thread.join(PATIENCE)
    assert [path.name for path in state.parent.iterdir()] == [state.name]


def test_settings_written_anew_without_an_id_are_no_other_school(school: School) -> None:
    """Whoever writes houqin.toml by hand need not know of the id: only another one is another share."""
    school.sync()
    settings = school.folder / CONFIG_NAME
    settings.write_text(re.sub(r"(?m)^id = .*\n", "", settings.read_text("utf-8")), "utf-8")
    school.share = Share.open(school.folder)
    assert not school.share.config.id
    school.sync()


def test_another_school_in_its_place_is_not_merged(school: School, tmp_path: Path) -> None:
    """A folder of another school in the same place is told and left alone; when the own one is back work goes on."""
    school.sync()
    before = school.rows("item_catalogue")
    kept = school.folder.rename(tmp_path / "kept")
    stranger = School(school.folder)
    stranger.save("ZW/基础资料.xlsx", {"item_catalogue": [{**MASTER["item_catalogue"][0], "item_name": "别校的纸"}]})
    with pytest.raises(ShareForeign):
        stranger.sync()
    daemon = Daemon(school.folder)
    scheduled(stranger, quiet_seconds=0.1, poll_seconds=0.1, watching="polling")
    thread = threading.Thread(target=daemon.run)
    state = school.share.state
    thread.start()
    told = lambda: [failure.code for beat in [read_heartbeat(state)] if beat for failure in beat.failures]  # noqa: E731
    eventually(lambda: told() == ["SHARE-FOREIGN"], "that the share is another one")
    shutil.rmtree(school.folder)
    kept.rename(school.folder)
    eventually(lambda: daemon.runs, "a run")
    daemon.stop()
    thread.join(PATIENCE)
    assert school.rows("item_catalogue") == before


def test_folders_are_not_looked_through_without_need(school: School) -> None:
    """While a file comes to rest the folders are looked through when it is new, and when it has rested."""
    looks: list[int] = []
    scheduled(school, quiet_seconds=1, poll_seconds=PATIENCE, watching="polling")
    daemon = Daemon(school.folder, lambda _result: (looks.append(daemon.looks), daemon.stop())[0])
    thread = threading.Thread(target=daemon.run)
    thread.start()
    thread.join(PATIENCE)
    assert looks == [2]
