"""A night of a small school: what it does, what it leaves behind, and what happens when a step fails."""

from __future__ import annotations

import json
import os
import shutil
import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from sync.commands.nightly import document, exit_code
from sync.lock import NightBusy, night_lock, writer_lock
from sync.log import LOGGER, log_to
from sync.nightly import Night, missed_night, next_night, nightly
from sync.nights import NightBackup, read_nights, write_nights
from sync.notify import Event, notify
from sync.share import Share
from tests.sync.school import MASTER, POOL, School, issue, receipt

STEPS = ["sync", "verify", "reconcile", "backup", "restore", "rotate", "report", "notify"]
TASK = {"plan_year": "2026", "month": 11, "task_no": 1, "task": "清理消防通道", "dept": "总务处", "owner": "李明"} | {
    "due": "2026-11-20",
    "status": "进行中",
}

TAKEN = sum(map(len, MASTER.values())) + 2
"""Rows that the first night takes: master data, the task, one of two receipts."""


@pytest.fixture(scope="module")
def after_a_night(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Mapping[str, Any], int]:
    """Share and state after the first night, its document and its exit code; nobody changes them."""
    folder = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOUQIN_STATE", str(folder / "state"))
        patch.setenv("HOUQIN_TODAY", "2026-11-22")
        made = School(folder / "share")
        made.save("ZW/基础资料.xlsx", {**MASTER, "annual_plan_task": [TASK]})
        made.save("ZW/库房.xlsx", {"stock_receipt": [receipt(), receipt(2, amount="99.00")]})
        _, told, code = night_of(made)
    return folder, told, code


@pytest.fixture
def school(after_a_night: tuple[Path, Mapping[str, Any], int], tmp_path: Path) -> School:
    """A school after its first night: a receipt in the books, one held, a late task."""
    shutil.copytree(after_a_night[0] / "share", tmp_path / "share")
    shutil.copytree(after_a_night[0] / "state", tmp_path / "state")
    made = School.__new__(School)
    made.folder = tmp_path / "share"
    made.share = Share.open(made.folder)
    return made


def settings(school: School, text: str) -> None:
    """Replace the nightly settings of a school."""
    path = school.folder / "houqin.toml"
    head, _, rest = path.read_text(encoding="utf-8").partition("[notifications]")
    tail = rest[rest.index("[class_aliases]") :]
    path.write_text(f"{head}{text}\n{tail}", encoding="utf-8")


def night_of(school: School, patience_seconds: float = 60) -> tuple[Night, dict[str, Any], int]:
    """Do a night and return it, its document and its exit code."""
    share = Share.open(school.folder)
    night = nightly(share, POOL, patience_seconds=patience_seconds)
    return night, json.loads(json.dumps(document(night, "zh"))), exit_code(share, night)


def page(school: School) -> str:
    """Return the page of the day."""
    return (school.folder / "published" / "日报.html").read_text(encoding="utf-8")


class TestOrdinaryNight:
    """Everything works."""

    def test_what_is_done(self, after_a_night: tuple[Path, Mapping[str, Any], int]) -> None:
        """Every step is done in order; a held row is an ordinary day with exit code 3."""
        folder, told, code = after_a_night
        assert [step["name"] for step in told["steps"]] == STEPS
        assert [step for step in told["steps"] if not step["ok"]] == []
        assert (told["ok"], told["revision"], code) == (True, 1, 3)
        assert told["backup"]["verified"] is True
        assert Path(told["backup"]["path"]).parent == folder / "state" / "backups"
        assert Path(told["backup"]["path"]).is_file()
        assert (told["notified"], told["report"]) == ([], "published/日报.html")
        assert list((folder / "state").glob(".rehearsal-*")) == []

    def test_the_page(self, school: School) -> None:
        """The page tells what came in, the held row with its reason, the late task; it is one file with everything."""
        told = page(school)
        assert f"自建账以来入账 {TAKEN} 行" in told
        assert "[库房.xlsx]入库单!M5" in told
        assert "RK-202611-0002 / 1" in told
        assert "清理消防通道" in told
        assert "总务处　李明" in told
        assert "已逾期 2 天" in told
        assert "<svg " in told
        assert "http" not in told.replace("http://www.w3.org/2000/svg", "")
        assert 'src="' not in told

    def test_the_record(self, school: School, after_a_night: tuple[Path, Mapping[str, Any], int]) -> None:
        """What the night did is recorded, and the next one comes within a day."""
        known = read_nights(school.share.state)
        assert known.last is not None
        assert (known.begun, known.last.failed, known.last.restore_verified) == (None, (), True)
        assert known.last.started == after_a_night[1]["started"]
        now = datetime.now(UTC)
        assert now < next_night(school.share, now) <= now + timedelta(days=2)

    def test_what_staff_typed(self, school: School) -> None:
        """What staff typed is shown as text, telephone numbers in it are masked."""
        texts = ["<script>alert(1)</script>", "联系 13912345678 换锁"]
        tasks = [TASK | {"task_no": number, "task": text} for number, text in enumerate(texts, 2)]
        school.save("ZW/任务.xlsx", {"annual_plan_task": tasks})
        night_of(school)
        told = page(school)
        assert ("<script" in told, "&lt;script&gt;alert(1)" in told) == (False, True)
        assert ("13912345678" in told, "139****5678" in told) == (False, True)

    def test_a_day_later(self, school: School) -> None:
        """A night a day later reads every workbook again and counts what came in since, and what was amended."""
        a_day_ago(school)
        rows = [receipt(qty=30, amount="255.00"), receipt(3), receipt(4)]
        school.save("ZW/库房.xlsx", {"stock_receipt": rows, "stock_issue": [issue(qty=99)]})
        night, _, _ = night_of(school)
        assert night.result is not None
        assert {outcome.counts["read"] for outcome in night.result.plan.outcomes} == {4, TAKEN - 1}
        told = page(school)
        assert "入账 2 行，更正 1 行。" in told
        assert "<td>2</td><td>1</td>" in told
        assert [past.accepted for past in read_nights(school.share.state).past] == [TAKEN, 3]

    def test_old_backups_go(self, school: School) -> None:
        """An older backup goes once the new one is proven; those in other folders, and those made by hand, stay."""
        settings(school, "[notifications]\nurls = []\n[backup]\ndaily = 1\nweekly = 0\nmonthly = 0\n")
        nights, folder = read_nights(school.share.state), school.share.state / "backups"
        by_hand = set(folder.iterdir())
        older = NightBackup(str(folder / "older.zip"), "2026-01-05T12:00:00+00:00", 1)
        Path(older.path).write_bytes(b"x")
        write_nights(school.share.state, replace(nights, kept=(older, *nights.kept)))
        _, told, _ = night_of(school)
        assert set(folder.glob("*.zip")) == {each for each in by_hand if each.suffix == ".zip"} | {
            Path(told["backup"]["path"])
        }
        assert Path(nights.kept[0].path).is_file()
        assert [each.path for each in read_nights(school.share.state).kept] == [told["backup"]["path"]]

    def test_a_night_repeated(self, school: School) -> None:
        """A night that is repeated within hours tells of the same day, and clears what a killed one left."""
        left = school.share.state / ".rehearsal-x"
        left.mkdir()
        (left / "ledger.db").write_bytes(b"x")
        night_of(school)
        assert f"入账 {TAKEN} 行" in page(school)
        assert not left.exists()

    def test_published_only_when_it_changes(self, school: School) -> None:
        """Runs by day leave the page alone, and bring it back where somebody deleted or changed it."""
        assert "published/日报.html" not in school.sync()["published"]
        told, place = page(school), school.folder / "published" / "日报.html"
        place.unlink()
        assert school.sync()["published"] == ["published/日报.html"]
        place.write_text("changed", encoding="utf-8")
        assert school.sync()["published"] == ["published/日报.html"]
        assert page(school) == told


def a_day_ago(school: School) -> None:
    """Let the record of the last night be of a day before."""
    state = school.share.state / "night.json"
    known = json.loads(state.read_text(encoding="utf-8"))
    for night in known["past"]:
        night["ended"] = (datetime.fromisoformat(night["ended"]) - timedelta(days=1)).isoformat()
        night["day"] = "2026-11-21"
    state.write_text(json.dumps(known), encoding="utf-8")


class Killed(BaseException):
    """The end of a process, which nothing catches."""


class KilledAtTheReport:
    """Progress of a night that is killed when it begins to publish its page."""

    def step(self, name: str, total: int) -> None:
        """End it."""
        del total
        if name == "publish":
            raise Killed

    def advance(self) -> None:
        """Go on."""


class TestFailingSteps:
    """A step that fails is told, and the others are done."""

    def test_a_backup_folder_that_cannot_be_written(self, school: School) -> None:
        """The backup fails loudly: exit code 5, on the page, in the record; nothing old is removed."""
        blocked = school.folder.parent / "blocked"
        blocked.write_bytes(b"a file where a folder should be")
        kept = read_nights(school.share.state).kept
        settings(school, f'[notifications]\nurls = []\n[backup]\nfolder = "{blocked.as_posix()}"\ndaily = 1\n')
        night, told, code = night_of(school)
        failed = {step["name"] for step in told["steps"] if not step["ok"]}
        assert (failed, told["ok"], told["backup"], code) == ({"backup", "restore", "rotate"}, False, None, 5)
        assert "今晚没有备份成功" in page(school)
        assert "blocked" in page(school)
        assert read_nights(school.share.state).kept == kept
        assert Path(kept[0].path).is_file()
        assert [step.name for step in night.record.failed] == ["backup", "restore", "rotate"]

    def test_a_disk_that_is_not_mounted(self, school: School) -> None:
        """A folder of the settings is never made, and one in which all earlier backups are gone is told of."""
        folder = school.folder.parent / "mnt"
        settings(school, f'[notifications]\nurls = []\n[backup]\nfolder = "{folder.as_posix()}"\n')
        _, told, code = night_of(school)
        assert (told["backup"], code, folder.exists()) == (None, 5, False)
        assert "磁盘" in told["steps"][STEPS.index("backup")]["message"]
        folder.mkdir()
        gone = NightBackup(str(folder.resolve() / "gone.zip"), "2026-11-21T12:00:00+00:00", 1, verified=True)
        write_nights(school.share.state, replace(read_nights(school.share.state), kept=(gone,)))
        _, told, code = night_of(school)
        assert {step["name"] for step in told["steps"] if not step["ok"]} == {"backup", "rotate"}
        assert (told["backup"]["verified"], code) == (True, 5)
        assert gone in read_nights(school.share.state).kept

    def test_a_run_is_under_way(self, school: School) -> None:
        """While another program merges for long, the run of the night fails with exit code 4; the backup is made."""
        with writer_lock(school.share.state):
            _, told, code = night_of(school, patience_seconds=0)
        assert {step["name"] for step in told["steps"] if not step["ok"]} == {"sync", "report"}
        assert (told["backup"]["verified"], code) == (True, 4)

    def test_a_run_that_ends_soon_is_waited_for(self, school: School) -> None:
        """A night that comes while somebody merges waits for its turn, and every step is done."""
        with ExitStack() as merging:
            merging.enter_context(writer_lock(school.share.state))
            end = threading.Timer(0.2, merging.pop_all().close)
            end.start()
            night, *_ = night_of(school)
            end.join()
        assert night.ok

    def test_two_nights_at_once(self, school: School) -> None:
        """A second night while one is under way is refused."""
        with night_lock(school.share.state), pytest.raises(NightBusy):
            nightly(school.share, POOL)

    def test_no_ledger(self, school: School) -> None:
        """A ledger that cannot be opened fails every step that needs it, with exit code 4."""
        for file in school.share.state.glob("ledger.db-*"):
            file.unlink()
        (school.share.state / "ledger.db").write_bytes(b"this is no database, whatever its name says\n" * 100)
        _, told, code = night_of(school)
        assert [step["name"] for step in told["steps"] if step["ok"]] == ["notify"]
        assert code == 4

    def test_an_altered_ledger(self, school: School) -> None:
        """A ledger that somebody altered is told of by the proof, and the backup of it is marked."""
        import sqlite3

        with sqlite3.connect(school.share.state / "ledger.db") as connection:
            connection.execute("UPDATE reg_stock_receipt SET qty = qty + 1000")
        connection.close()
        _, told, code = night_of(school)
        failed = {step["name"] for step in told["steps"] if not step["ok"]}
        assert {"verify", "backup", "rotate"} <= failed
        assert code == 5
        assert "houqin verify" in page(school)

    def test_the_backup_of_a_killed_night_is_known(self, school: School) -> None:
        """A night that is killed after its backup has told of it: the nights to come remove it when it is old."""
        folder = school.share.state / "backups"
        elsewhere = set(folder.glob("*.zip"))
        with pytest.raises(Killed):
            nightly(Share.open(school.folder), POOL, KilledAtTheReport())
        (made,) = set(folder.glob("*.zip")) - elsewhere
        assert read_nights(school.share.state).kept[-1].path == str(made.resolve())

    def test_a_backup_that_was_never_noted_goes_too(self, school: School) -> None:
        """A backup whose night ended before it was noted is removed by a later one when it is old."""
        settings(school, "[notifications]\nurls = []\n[backup]\ndaily = 1\nweekly = 0\nmonthly = 0\n")
        folder = school.share.state / "backups"
        (folder / "last.json").unlink()
        (folder / "last.json").mkdir()
        (folder / "last.json" / "in the way").touch()
        before = set(folder.glob("*.zip"))
        night, *_ = night_of(school)
        assert "backup" in [step.name for step in night.record.failed]
        (unnoted,) = set(folder.glob("*.zip")) - before
        (folder / "last.json" / "in the way").unlink()
        (folder / "last.json").rmdir()
        night, *_ = night_of(school)
        assert night.record.backup is not None
        assert not unnoted.exists()
        assert Path(night.record.backup.path).exists()

    def test_a_backup_that_was_never_made_is_not_missed(self, school: School) -> None:
        """A night that ended before its backup was there leaves nothing that the next one would look for."""
        nights = read_nights(school.share.state)
        never = NightBackup(
            str(school.share.state.resolve() / "backups" / "x.zip"), nights.kept[-1].made_at, 1, announced=True
        )
        write_nights(school.share.state, replace(nights, kept=(never,)))
        night, *_ = night_of(school)
        assert night.ok
        assert [each.announced for each in read_nights(school.share.state).kept] == [False]

    def test_a_night_that_was_cut_off_is_missed(self, school: School) -> None:
        """A night that began and did not end is made up; without any record a night is missed if there was a ledger."""
        now = datetime.now(UTC)
        assert missed_night(school.share, now + timedelta(minutes=1)) is None
        tomorrow = now + timedelta(days=1)
        (school.share.state / "night.json").unlink()
        assert missed_night(school.share, tomorrow) is not None
        write_nights(school.share.state, read_nights(school.share.state).began(tomorrow))
        assert missed_night(school.share, tomorrow) is not None


class Mail(socketserver.StreamRequestHandler):
    """A mail server that keeps what it is sent."""

    def handle(self) -> None:
        """Speak as much SMTP as a client needs."""
        self.wfile.write(b"220 mail\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go\r\n")
                content = b""
                while (line := self.rfile.readline()) != b".\r\n":
                    content += line.removeprefix(b".") if line.startswith(b"..") else line
                self.server.kept.append(content)  # type: ignore[attr-defined]
                self.wfile.write(b"250 kept\r\n")
            elif word == b"QUIT":
                self.wfile.write(b"221 bye\r\n")
                return
            elif word == b"AUTH":
                self.wfile.write(b"535 wrong password of teacher:geheim4711\r\n")
            else:
                self.wfile.write(b"250-mail\r\n250 AUTH PLAIN LOGIN\r\n" if word == b"EHLO" else b"250 ok\r\n")


class Hook(BaseHTTPRequestHandler):
    """A web hook that keeps what it is sent, and refuses what is sent to /refuse."""

    def do_POST(self) -> None:
        """Keep the body."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.kept.append(body)  # type: ignore[attr-defined]
        self.send_response(403 if self.path.startswith("/refuse") else 200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(server: Any) -> Iterator[tuple[int, list[bytes]]]:  # noqa: ANN401 - a server of either kind
    """Serve on a port of this machine while this lasts."""
    server.kept = []
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server.server_address[1], server.kept
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def mail_server() -> socketserver.ThreadingTCPServer:
    """Return a mail server on a free port."""
    return socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail)


def web_server() -> ThreadingHTTPServer:
    """Return a web server on a free port."""
    return ThreadingHTTPServer(("127.0.0.1", 0), Hook)


class TestChannels:
    """Who is told."""

    def test_mail(self, school: School) -> None:
        """A mail carries the summary as text and the page as an attachment."""
        with serving(mail_server()) as (port, kept):
            url = f"mailto://127.0.0.1:{port}?from=houqin@school.cn&to=principal@school.cn&mode=insecure"
            settings(school, f'[notifications]\nurls = ["{url}"]\n')
            _, told, _ = night_of(school)
        assert told["notified"] == [{"channel": "mailto #1", "ok": True, "message": "已发出"}]
        mail = message_from_bytes(kept[0], policy=policy.default)
        assert isinstance(mail, EmailMessage)
        assert mail["subject"] == "青山小学 后勤日报 2026-11-22"
        text, attached = mail.iter_parts()
        assert f"自建账以来入账 {TAKEN} 行" in text.get_content()
        assert attached["content-disposition"].params["filename"] == "houqin-2026-11-22.html"
        assert attached.get_payload(decode=True) == page(school).encode()

    def test_a_web_hook(self, school: School) -> None:
        """A web hook gets title and text, and where the page lies."""
        with serving(web_server()) as (port, kept):
            settings(school, f'[notifications]\nurls = ["json://127.0.0.1:{port}/hook"]\n')
            night_of(school)
        told = json.loads(kept[0])
        assert told["title"] == "青山小学 后勤日报 2026-11-22"
        assert "搁置 1 行" in told["message"]
        assert str(school.folder / "published" / "日报.html") in told["message"]

    def test_a_channel_that_fails(self, school: School) -> None:
        """Channels that refuse, cannot be reached or are misspelt are reported without their addresses."""
        with serving(web_server()) as (port, kept):
            urls = [
                f"json://teacher:geheim4711@127.0.0.1:{port}/refuse/token-abc123",
                "json://teacher:geheim4711@127.0.0.1:1/token-abc123",
                "nonsense://geheim4711",
                "geheim4711",
                f"json://127.0.0.1:{port}/hook",
            ]
            settings(school, f"[notifications]\nurls = {json.dumps(urls)}\n")
            with log_to(school.share.state, "nightly") as log:
                night, told, code = night_of(school)
        assert [sent["ok"] for sent in told["notified"]] == [False, False, False, False, True]
        assert len(kept) == 2
        assert (told["ok"], code) == (False, 3)
        assert [step.name for step in night.record.failed] == ["notify"]
        record = (school.share.state / "night.json").read_text(encoding="utf-8")
        everything = json.dumps(told) + page(school) + log.read_text(encoding="utf-8") + record
        assert [word for word in ("geheim4711", "token-abc123", "teacher") if word in everything] == []

    def test_a_refused_password_is_not_told(self, school: School, capfd: pytest.CaptureFixture[str]) -> None:
        """A mail server that quotes the password back does not bring it into our messages."""
        with serving(mail_server()) as (port, _):
            url = f"mailto://teacher:geheim4711@127.0.0.1:{port}?from=a@school.cn&to=b@school.cn&mode=insecure"
            settings(school, f'[notifications]\nurls = ["{url}"]\n')
            sent = notify(Share.open(school.folder), Event("题目", ("一行",)))
        assert [each.ok for each in sent] == [False]
        assert "geheim4711" not in repr(sent) + "".join(capfd.readouterr())

    def test_a_failed_night_says_so_first(self, school: School) -> None:
        """What failed stands in title and text, before the summary."""
        blocked = school.folder.parent / "blocked"
        blocked.write_bytes(b"")
        with serving(web_server()) as (port, kept):
            channel = f'[notifications]\nurls = ["json://127.0.0.1:{port}/hook"]\n'
            settings(school, f'{channel}[backup]\nfolder = "{blocked.as_posix()}"\n')
            night_of(school)
        told = json.loads(kept[0])
        assert told["title"].startswith("【故障】")
        assert told["message"].startswith("✗ 备份")
        assert told["type"] == "failure"


class TestLog:
    """What the log keeps."""

    def test_no_personal_numbers(self, tmp_path: Path) -> None:
        """Telephone and identity numbers are masked, in tracebacks too."""
        with log_to(tmp_path, "watch") as path:
            LOGGER.info("called %s", "13912345678")
            try:
                int("身份证 330102199001011234 号")
            except ValueError:
                LOGGER.exception("failed")
        told = path.read_text(encoding="utf-8")
        assert "139****5678" in told
        assert "Traceback" in told
        assert ("13912345678" in told, "330102199001011234" in told) == (False, False)

    def test_it_turns(self, tmp_path: Path) -> None:
        """The log is cut into files of a megabyte, of which ten are kept."""
        with log_to(tmp_path, "watch") as path:
            for _ in range(120):
                LOGGER.info("x" * 100_000)
        files = list(path.parent.iterdir())
        assert len(files) == 10
        assert sum(file.stat().st_size for file in files) < 11 << 20
        assert os.path.commonpath([*files, path.parent]) == str(path.parent)
