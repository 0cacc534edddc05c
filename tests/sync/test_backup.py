from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from ledger_samples import REGISTERS, TRIAL, rows

from addin.published import Published
from schemas.register import all_registers
from sync.backup import backup, file_name, last_backup
from sync.backup_file import BackupDamaged, BackupForeign
from sync.ledger import Ledger
from sync.lock import WriterBusy, writer_lock
from sync.proof import prove
from sync.restore import LedgerInTheWay, RestoredOtherwise, restore
from sync.run import sync
from sync.share import Share
from tests.sync.school import MASTER, POOL, School, issue, receipt

KILLED = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from sync.restore import restore

def wait(event, arguments):
    if event == "os.rename" and str(arguments[0]).endswith(".restoring"):
        print("written", flush=True)
        sys.stdin.read()

sys.addaudithook(wait)
restore(Path(sys.argv[1]), Path(sys.argv[2]), datetime.now(UTC), replace=True)
"""
"""A restore that stops in the last moment before what it has written takes the place of the ledger."""

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
LATER = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a share and its state after three revisions: rows added, changed, held, missing."""
    folder = tmp_path_factory.mktemp("kept")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        school = School(folder / "share")
        school.save("ZW/基础资料.xlsx", MASTER)
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, amount="99.00")]})
        school.sync()
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(qty=20, amount="170.00"), receipt(3)]})
        school.sync()
        school.save("ZW/库房.xlsx", {"stock_receipt": [receipt(3)], "stock_issue": [issue(qty=5)]})
        assert school.sync()["revision"] == 3
    return folder


@pytest.fixture
def share(merged: Path, tmp_path: Path) -> Share:
    """A copy of its own of the merged school, its state where ``HOUQIN_STATE`` says."""
    shutil.copytree(merged / "share", tmp_path / "share")
    shutil.copytree(merged / "state", tmp_path / "state")
    return Share.open(tmp_path / "share")


def content(share: Share) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table that is part of the chain, in stored form."""
    with share.open_ledger() as ledger, ledger.snapshot() as snapshot:
        return {
            table.name: [row for piece in snapshot.slices(table) for row in piece.rows()]
            for table in snapshot.tables()
            if table.name != "publication"
        }


def with_ledger(share: Share, url: str) -> Share:
    """Return the school after its settings name another database."""
    settings = share.path / "houqin.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[ledger]", f'[ledger]\nurl = "{url}"'), encoding="utf-8")
    return Share.open(share.path)


def write_anything(share: Share, note: str) -> None:
    """Write one more revision."""
    with share.open_ledger() as ledger, ledger.write("test", note) as writer:
        writer.put("setting", [{"name": note, "value": note}])


def elsewhere(monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    """Return a folder for a share on another machine: nothing is there, its state is empty."""
    monkeypatch.setenv("HOUQIN_STATE", str(folder / "other-state"))
    return folder / "other"


class TestRoundTrip:
    """What was backed up comes back exactly."""

    def test_into_an_empty_place(self, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A new machine gets ledger, archive and settings as they were, and verify proves it."""
        (tmp_path / f".~killed.{1 << 30}.tmp").touch()
        os.utime(tmp_path / f".~killed.{1 << 30}.tmp", (0, 0))
        made = backup(share, tmp_path / "kept.zip", NOW)
        assert list(tmp_path.glob(".~*")) == []
        before, settings = content(share), (share.path / "houqin.toml").read_bytes()
        archived = {path.name: path.read_bytes() for path in (share.state / "archive").rglob("*.xlsx")}
        assert len(archived) == 4
        place = elsewhere(monkeypatch, tmp_path)
        done = restore(place, made.path, LATER, replace=False)
        there = Share.open(place)
        assert (done.settings, done.files, done.replaced, done.problems) == ("restored", 4, None, ())
        assert content(there) == before
        assert (place / "houqin.toml").read_bytes() == settings
        assert {path.name: path.read_bytes() for path in (there.state / "archive").rglob("*.xlsx")} == archived
        proof = prove(there, {"given": made.manifest.head.digest})
        assert (proof.problems, proof.revision, proof.files) == ((), 3, 4)

    def test_the_school_goes_on(self, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """After a restore the next run finds nothing new in the same workbooks and publishes all files."""
        made = backup(share, None, NOW)
        shutil.copytree(share.path, tmp_path / "other")
        place = elsewhere(monkeypatch, tmp_path)
        restore(place, made.path, LATER, replace=False)
        told = _school(place).sync()
        assert told["revision"] == 3
        assert "published/总账.xlsx" in told["published"]
        assert {book["accepted"] for book in told["workbooks"]} == {0} or not told["workbooks"]

    @pytest.mark.parametrize("origin", ["sqlite", "postgresql"])
    def test_between_databases(self, share: Share, tmp_path: Path, empty_postgresql: str, origin: str) -> None:
        """A backup of either database is restored into the other, digests and all."""
        sqlite_url = f"sqlite:///{(tmp_path / 'state' / 'ledger.db').as_posix()}"
        first = backup(share, tmp_path / "first.zip", NOW)
        there = with_ledger(share, empty_postgresql)
        restore(there.path, first.path, NOW, replace=False)
        assert prove(there, {}).problems == ()
        if origin == "postgresql":
            write_anything(there, "on PostgreSQL")
            back = backup(there, tmp_path / "second.zip", LATER)
            assert back.manifest.database == "postgresql"
            settings = there.path / "houqin.toml"
            text = settings.read_text(encoding="utf-8").replace(empty_postgresql, sqlite_url)
            settings.write_text(text, encoding="utf-8")
            restore(there.path, back.path, LATER, replace=True)
            home = Share.open(there.path)
            with home.open_ledger() as ledger:
                assert (ledger.head().number, ledger.head().digest) == (4, back.manifest.head.digest)
            assert prove(home, {}).problems == ()

    def test_register_out_of_use(self, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Tables of registers that are no longer declared are kept and come back."""
        with Ledger.open(share.config.ledger_url, REGISTERS) as ledger, ledger.write("test") as writer:
            writer.add(TRIAL, rows({}, {"line_no": 2}))
        before = content(share)[f"reg_{TRIAL.id}"]
        made = backup(share, tmp_path / "kept.zip", NOW)
        place = elsewhere(monkeypatch, tmp_path)
        restore(place, made.path, LATER, replace=False)
        assert content(Share.open(place))[f"reg_{TRIAL.id}"] == before
        assert len(before) == 2


def _school(place: Path) -> School:
    """Return a school whose settings are there already."""
    school = School.__new__(School)
    school.folder, school.share = place, Share.open(place)
    return school


class TestReplacing:
    """A ledger is never overwritten."""

    def test_refused(self, share: Share, tmp_path: Path) -> None:
        """Where a ledger is, nothing is touched, and revisions that the backup lacks are named."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        write_anything(share, "later")
        before = content(share)
        with pytest.raises(LedgerInTheWay) as caught:
            restore(share.path, made.path, LATER, replace=False)
        assert "第 4 至 4 版" in caught.value.message("zh")
        assert "--replace" in caught.value.message("en")
        assert content(share) == before

    def test_replaced(self, share: Share, tmp_path: Path) -> None:
        """The former ledger is kept whole beside the restored one."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        then = content(share)
        write_anything(share, "later")
        later = content(share)
        done = restore(share.path, made.path, LATER, replace=True)
        assert content(share) == then
        kept = done.replaced
        assert kept is not None
        assert (kept.revision, kept.later) == (4, True)
        assert json.loads((Path(kept.where) / "restore.json").read_text(encoding="utf-8"))["replaced"]["revision"] == 4
        shutil.copy(Path(kept.where) / "ledger.db", share.state / "ledger.db")
        assert content(share) == later

    def test_what_lies_in_the_share_is_published_anew(self, share: Share, tmp_path: Path) -> None:
        """After a restore the next run publishes books that can be read, though files of before still lie there."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        restore(share.path, made.path, LATER, replace=True)
        sync(share, POOL)
        books = Published.open(share.path)
        assert books.load(all_registers()["stock_receipt"]).height == 2

    def test_replaced_in_postgresql(self, share: Share, tmp_path: Path, empty_postgresql: str) -> None:
        """The tables of the former ledger are kept in a schema of their own."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        there = with_ledger(share, empty_postgresql)
        restore(there.path, made.path, NOW, replace=False)
        then = content(there)
        write_anything(there, "later")
        later = content(there)
        done = restore(there.path, made.path, LATER, replace=True)
        assert content(there) == then
        assert done.replaced is not None
        joined = "&" if "?" in empty_postgresql else "?"
        beside = f"{empty_postgresql}{joined}options=-csearch_path%3D{done.replaced.where}"
        with Ledger.open(beside, all_registers()) as ledger:
            assert ledger.head().number == 4
            assert ledger.table("setting").height == len(later["setting"])

    def test_damaged_ledger(self, share: Share, tmp_path: Path) -> None:
        """A ledger that cannot be read any more is in the way too, and is kept."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        then = content(share)
        (share.state / "ledger.db").write_bytes(b"not a database at all" * 100)
        with pytest.raises(LedgerInTheWay):
            restore(share.path, made.path, LATER, replace=False)
        done = restore(share.path, made.path, LATER, replace=True)
        assert done.replaced is not None
        assert done.replaced.revision is None
        assert (Path(done.replaced.where) / "ledger.db").read_bytes().startswith(b"not a database")
        assert content(share) == then

    def test_killed(self, share: Share, tmp_path: Path) -> None:
        """A restore that is killed leaves the present ledger as it was, and can be made again."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        then = content(share)
        write_anything(share, "later")
        later = content(share)
        command = [sys.executable, "-c", KILLED, str(share.path), str(made.path)]
        with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"written\n"
            process.kill()
        assert content(share) == later
        restore(share.path, made.path, LATER, replace=True)
        assert content(share) == then
        assert not list(share.state.glob("*.restoring*"))
        assert len(list(share.state.glob("replaced/*"))) == 1

    def test_altered_archive_is_healed(self, share: Share, tmp_path: Path) -> None:
        """Archived files that were lost or altered come back."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        lost, altered = sorted((share.state / "archive").rglob("*.xlsx"))[:2]
        lost.unlink()
        altered.write_bytes(b"x")
        assert len(prove(share, {}).problems) == 2
        assert restore(share.path, made.path, LATER, replace=True).files == 2
        assert prove(share, {}).problems == ()

    def test_settings_that_are_there_stay(self, share: Share, tmp_path: Path) -> None:
        """A houqin.toml that differs from the one in the backup is kept."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        settings = share.path / "houqin.toml"
        changed = settings.read_text(encoding="utf-8").replace("青山小学", "青山实验学校")
        settings.write_text(changed, encoding="utf-8")
        assert restore(share.path, made.path, LATER, replace=True).settings == "kept"
        assert settings.read_text(encoding="utf-8") == changed

    def test_not_while_a_run_is_under_way(self, share: Share, tmp_path: Path) -> None:
        """A restore waits for nobody: while another program writes it is refused."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        with writer_lock(share.state), pytest.raises(WriterBusy):
            restore(share.path, made.path, LATER, replace=True)


Change = Callable[[bytes], bytes | None]


def _rewritten(path: Path, change: Callable[[str, bytes], bytes | None], extra: str = "") -> None:
    """Write a backup again with other members; None leaves one out."""
    with zipfile.ZipFile(path) as old:
        parts = {name: change(name, old.read(name)) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, part in parts.items():
            if part is not None:
                new.writestr(name, part)
        if extra:
            new.writestr(extra, b"x")


class TestDamage:
    """A file that is not a whole backup is refused before anything is touched."""

    @pytest.fixture
    def kept(self, share: Share, tmp_path: Path) -> Path:
        """A backup whose school lost its ledger."""
        made = backup(share, tmp_path / "kept.zip", NOW)
        (share.state / "ledger.db").unlink()
        return made.path

    @pytest.mark.parametrize("part", ["houqin.toml", "ledger/reg_stock_receipt/000001.parquet", "archive", "manifest"])
    def test_every_member_counts(self, share: Share, kept: Path, part: str) -> None:
        """A member that was altered, or that is missing, is found, with its name."""
        original = kept.read_bytes()
        for replaced in (lambda held: held[:-1] + b"?", lambda _: None):
            kept.write_bytes(original)

            def change(name: str, held: bytes, replaced: Change = replaced) -> bytes | None:
                return replaced(held) if name.startswith(part) else held

            _rewritten(kept, change)
            with pytest.raises((BackupDamaged, BackupForeign)):
                restore(share.path, kept, LATER, replace=True)
        assert not (share.state / "ledger.db").exists()

    def test_unknown_member(self, share: Share, kept: Path) -> None:
        """A member that the manifest does not name is refused, wherever it would lead."""
        _rewritten(kept, lambda _, held: held, extra="../../evil")
        with pytest.raises(BackupDamaged):
            restore(share.path, kept, LATER, replace=True)

    @pytest.mark.parametrize("share_of", [0.1, 0.5, 0.9, 0.999])
    def test_cut_off(self, share: Share, kept: Path, share_of: float) -> None:
        """A file that was cut off while it was copied is damaged, not foreign."""
        whole = kept.read_bytes()
        kept.write_bytes(whole[: int(len(whole) * share_of)])
        with pytest.raises(BackupDamaged):
            restore(share.path, kept, LATER, replace=True)

    def test_foreign(self, share: Share, tmp_path: Path) -> None:
        """Other files, and backups of a later program, are refused by name."""
        (tmp_path / "notes.zip").write_text("hello")
        with pytest.raises(BackupForeign, match="notes"):
            restore(share.path, tmp_path / "notes.zip", LATER, replace=True)
        book = next((share.state / "archive").rglob("*.xlsx"))
        with pytest.raises(BackupForeign):
            restore(share.path, book, LATER, replace=True)

    def test_later_program(self, share: Share, kept: Path) -> None:
        """A backup of a later format asks for an upgrade."""
        now, then = b'"version": 1', b'"version": 2'
        _rewritten(kept, lambda name, held: held.replace(now, then, 1) if name == "manifest.json" else held)
        with pytest.raises(BackupForeign) as caught:
            restore(share.path, kept, LATER, replace=True)
        assert "upgrade" in caught.value.message("en")

    def test_another_head(self, share: Share, kept: Path) -> None:
        """A manifest that names another head than its tables hold replaces nothing."""

        def forged(name: str, held: bytes) -> bytes:
            if name != "manifest.json":
                return held
            told = json.loads(held)
            told["head"]["digest"] = "0" * 63 + "1"
            return json.dumps(told).encode()

        _rewritten(kept, forged)
        with pytest.raises(RestoredOtherwise):
            restore(share.path, kept, LATER, replace=True)
        assert not (share.state / "ledger.db").exists()


class TestBackup:
    """How backups are made."""

    def test_while_others_write(self, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A backup that is made while revisions are written holds one of them whole."""
        going = threading.Event()
        going.set()

        def write_on() -> None:
            number = 0
            while going.is_set():
                number += 1
                write_anything(share, f"n{number}")

        writer = threading.Thread(target=write_on)
        writer.start()
        try:
            made = [backup(share, tmp_path / f"kept{number}.zip", NOW) for number in range(3)]
        finally:
            going.clear()
            writer.join()
        assert [one.problems for one in made] == [(), (), ()]
        place = elsewhere(monkeypatch, tmp_path)
        for one in made:
            done = restore(place, one.path, LATER, replace=True)
            assert done.manifest.head.number == one.manifest.rows["revision"] >= 3

    def test_tampered_ledger(self, share: Share, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A ledger that was altered is copied as it is, which backup and restore both say."""
        with sqlite3.connect(share.state / "ledger.db") as connection:
            connection.execute("UPDATE reg_stock_receipt SET amount = amount + 1 WHERE _version = 1")
        made = backup(share, tmp_path / "kept.zip", NOW)
        assert {(one.revision, one.table) for one in made.problems} == {(1, "reg_stock_receipt")}
        done = restore(elsewhere(monkeypatch, tmp_path), made.path, LATER, replace=False)
        assert done.problems == made.problems

    def test_names_sort_by_time(self) -> None:
        """Later backups have later names."""
        moments = [datetime(2026, month, 1, hour, tzinfo=UTC) for month in (2, 10, 12) for hour in (9, 10)]
        names = [file_name(moment, 100 - place) for place, moment in enumerate(moments)]
        assert names == sorted(names)
        assert file_name(NOW, 12) == "houqin-20261122T120000Z-r12.zip"

    def test_places(self, share: Share, tmp_path: Path) -> None:
        """Without a place it lies in the state folder, in a folder it has its own name; the newest one is noted."""
        assert last_backup(share.state) is None
        name = "houqin-20261122T120000Z-r3.zip"
        assert backup(share, None, NOW).path == share.state / "backups" / name
        (tmp_path / "nas").mkdir()
        assert backup(share, tmp_path / "nas", LATER).path == tmp_path / "nas" / "houqin-20261122T130000Z-r3.zip"
        last = last_backup(share.state)
        assert last is not None
        assert (last.made_at, last.revision) == (LATER, 3)
