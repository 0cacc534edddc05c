from __future__ import annotations

import hashlib
import os
from contextlib import ExitStack
from pathlib import Path
from threading import Thread

import pytest

from sync.heartbeat import Heart, ask_to_stop
from sync.lock import StateUnusable
from sync.state import SourceChanged, archive_file, archived, state_dir, tidy
from tests.environment import room_for

CONTENT = "一个工作簿".encode()
SHA256 = hashlib.sha256(CONTENT).hexdigest()


def test_state_is_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """HOUQIN_STATE names the folder itself."""
    monkeypatch.setenv("HOUQIN_STATE", str(tmp_path / "state"))
    assert state_dir(tmp_path / "share") == tmp_path / "state"


def test_two_shares_never_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shares of the same name have their own state, outside the share, whatever way leads there."""
    monkeypatch.delenv("HOUQIN_STATE", raising=False)
    one, other = tmp_path / "a" / "后勤?", tmp_path / "b" / "后勤?"
    assert state_dir(one) != state_dir(other)
    assert state_dir(one) == state_dir(tmp_path / "b" / ".." / "a" / "后勤?")
    assert state_dir(one).name.startswith("后勤_-")
    assert not state_dir(one).is_relative_to(tmp_path)


def test_archive(tmp_path: Path) -> None:
    """A file is kept under its hash with its kind, and found again after the original has changed."""
    source = tmp_path / "入库.XLSX"
    source.write_bytes(CONTENT)
    kept = archive_file(tmp_path / "state", source, SHA256)
    source.write_bytes(b"changed")
    assert kept.read_bytes() == CONTENT
    assert kept.suffix == ".xlsx"
    assert archived(tmp_path / "state", SHA256) == kept
    assert archive_file(tmp_path / "state", source, SHA256) == kept


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="only Linux tells what a descriptor is")
def test_what_is_archived_outlives_a_power_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy, its name, and the names of the folders that it lies in are brought to the disk before it counts."""
    brought: list[str] = []
    really = os.fsync

    def seen(descriptor: int) -> None:
        brought.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        really(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    source = tmp_path / "入库.xlsx"
    source.write_bytes(CONTENT)
    kept = archive_file(tmp_path / "state", source, SHA256)
    folders = [str(folder) for folder in (tmp_path, tmp_path / "state", kept.parent.parent, kept.parent)]
    copied = next(place for place in brought if place not in folders)
    assert Path(copied).parent == kept.parent
    assert set(brought) == {copied, *folders}
    assert {str(kept.parent), str(kept.parent.parent)} <= set(brought[brought.index(copied) :])


def test_no_room_in_the_archive(tmp_path: Path) -> None:
    """A state folder without room for an accepted file cannot be used, and no half of one is kept."""
    source = tmp_path / "入库.xlsx"
    source.write_bytes(CONTENT * 500)
    sha256 = hashlib.sha256(CONTENT * 500).hexdigest()
    with pytest.raises(StateUnusable, match="磁盘已满"), room_for(1000):
        archive_file(tmp_path / "state", source, sha256)
    assert archived(tmp_path / "state", sha256) is None


def test_changed_source_is_not_archived(tmp_path: Path) -> None:
    """A file that changed after it had been read leaves nothing in the archive."""
    source = tmp_path / "入库.xlsx"
    source.write_bytes(b"changed")
    with pytest.raises(SourceChanged, match="入库"):
        archive_file(tmp_path / "state", source, SHA256)
    assert archived(tmp_path / "state", SHA256) is None
    assert [path for path in (tmp_path / "state").rglob("*") if path.is_file()] == []


def test_unusual_file_names(tmp_path: Path) -> None:
    """A name without an ordinary ending is kept all the same."""
    source = tmp_path / "入库.备份 2"
    source.write_bytes(CONTENT)
    assert archive_file(tmp_path, source, SHA256).name == f"{SHA256}.file"


@pytest.mark.parametrize("wrong", ["", "../../etc/passwd", SHA256.upper(), SHA256 + "0"])
def test_only_hashes_are_names(tmp_path: Path, wrong: str) -> None:
    """Nothing but a SHA-256 is looked for in the archive."""
    with pytest.raises(ValueError, match=r".*"):
        archived(tmp_path, wrong)


NOBODY = 1 << 30
"""A number that no process has."""


def test_what_killed_programs_left_is_tidied(tmp_path: Path) -> None:
    """What a restore was unpacking and writing goes, what another program is writing just now stays."""
    unpacked = tmp_path / ".restore-x1" / "a.xlsx"
    unpacked.parent.mkdir()
    theirs, ledger = tmp_path / f".~night.{os.getpid()}.tmp", tmp_path / "ledger.db"
    left = [unpacked, tmp_path / "ledger.db.restoring", tmp_path / "ledger.db.restoring-wal"]
    replaced = tmp_path / "replaced" / "20261122T080000Z"
    replaced.mkdir(parents=True)
    for path in (*left, theirs, ledger, tmp_path / f".~night.{NOBODY}.tmp", replaced / f".~restore.{NOBODY}.tmp"):
        path.touch()
    tidy(tmp_path)
    assert set(tmp_path.iterdir()) == {theirs, ledger, replaced.parent}
    assert not list(replaced.iterdir())


def test_a_new_daemon_tidies_what_a_killed_one_was_telling(tmp_path: Path) -> None:
    """Half a sign of life of a daemon that is no more does not stay."""
    (tmp_path / f".daemon.json.{NOBODY}").touch()
    with Heart(tmp_path):
        assert [path.name for path in tmp_path.iterdir()] == ["daemon.json"]


def test_a_daemon_can_be_asked_to_end_without_a_signal(tmp_path: Path) -> None:
    """Where no signal reaches it, as on Windows, a daemon ends when it is asked; what asked it does not stay."""
    assert ask_to_stop(tmp_path, 0)  # none is there
    (tmp_path / "daemon.stop").touch()  # of a daemon that was gone already
    with ExitStack() as running:
        ended = Thread(target=running.close)
        running.enter_context(Heart(tmp_path, ended.start))
        assert not ask_to_stop(tmp_path, 0)
        assert ask_to_stop(tmp_path, 60)
    assert list(tmp_path.iterdir()) == []
