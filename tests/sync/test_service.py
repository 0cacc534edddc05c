"""The daemon as a service of the operating system: what is written, and what is refused."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path, PureWindowsPath

import pytest

from sync.config_default import write_default_config
from sync.readiness import tell_ready
from sync.service import Service, ServiceLeavesLedger, systemd_unit, task_installation, task_xml
from sync.service_run import install
from sync.state import StateElsewhere, keeper_of, own_state, refuse_another_account, service_name
from tests import command_line

TASK_NAMES = {"": "http://schemas.microsoft.com/windows/2004/02/mit/task"}
ODD = '后勤 100% $HOME "x" \\y'
"""A name of a folder with everything that a unit gives a meaning to."""


def service(share: Path, scope: str = "user", program: tuple[str, ...] = (sys.executable,)) -> Service:
    """Return a service of a share."""
    account = "root" if scope == "system" else ""
    return Service("houqin-x", "青山小学", share, Path("/var/lib/houqin"), program, scope, account)  # type: ignore[arg-type]


def setting(unit: str, name: str) -> list[str]:
    """Return the values of a setting of a unit."""
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{name}=")]


@pytest.mark.parametrize("scope", ["user", "system"])
@pytest.mark.parametrize("name", ["share", "后勤 共享", ODD])
def test_systemd_takes_the_unit(scope: str, name: str, tmp_path: Path) -> None:
    """Systemd finds nothing wrong with a unit, whatever the name of the share."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not installed")
    path = tmp_path / "houqin-x.service"
    path.write_text(systemd_unit(service(Path("/srv") / name, scope)), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", f"--{scope}", str(path)]
    done = subprocess.run(
        command, capture_output=True, check=False, encoding="utf-8", env={**os.environ, "LC_ALL": "C"}
    )
    assert [
        line for line in done.stderr.splitlines() if "houqin-x.service" in line and "network-online" not in line
    ] == []


def test_the_unit_comes_back() -> None:
    """A unit starts again after every end, without limit, and has the time to finish a night."""
    unit = systemd_unit(service(Path("/srv/share"), "system"))
    assert setting(unit, "Restart") == ["always"]
    assert setting(unit, "StartLimitIntervalSec") == ["0"]
    assert setting(unit, "ExecStart") == [f"{sys.executable} watch --share /srv/share"]
    assert setting(unit, "Environment") == ["HOUQIN_STATE=/var/lib/houqin"]
    assert (setting(unit, "User"), setting(unit, "ProtectSystem")) == (["root"], ["full"])
    assert setting(systemd_unit(service(Path("/srv/share"))), "User") == []


def test_a_share_that_is_offline_ends_no_service() -> None:
    """Only the disk of the state folder has to be mounted: a file server may answer later, and come and go."""
    unit = systemd_unit(service(Path("/srv/nas/school"), "system"))
    assert setting(unit, "RequiresMountsFor") == ["/var/lib/houqin"]
    assert "remote-fs.target" in setting(unit, "After")[0]
    assert setting(systemd_unit(service(Path("/srv/nas/school"))), "RequiresMountsFor") == []


@pytest.mark.parametrize(("share", "own"), [("/srv/share", ["true"]), ("/tmp/share", []), ("/var/tmp/x/share", [])])  # noqa: S108 - not written
def test_temporary_folders(share: str, own: list[str]) -> None:
    """A service has temporary folders of its own, unless its share lies in those of everybody."""
    unit = systemd_unit(service(Path(share), "system", ("/usr/bin/houqin",)))
    assert setting(unit, "PrivateTmp") == own


def test_systemd_is_told_when_the_work_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A service counts as started when it says so, on the socket that it was given; without one nothing happens."""
    assert setting(systemd_unit(service(Path("/srv/share"))), "Type") == ["notify"]
    address = f"@houqin-{tmp_path.name}-{os.getpid()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(f"\0{address[1:]}")
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        tell_ready()
        assert manager.recv(100) == b"READY=1"
    tell_ready()  # nobody listens any more
    monkeypatch.delenv("NOTIFY_SOCKET")
    tell_ready()


class TestKeeper:
    """The service of the machine is the one who keeps a share."""

    @pytest.fixture
    def share(self, tmp_path: Path) -> Path:
        """Return a share for which a unit lies in ``units``, with a state folder of an odd name."""
        there = Service(
            service_name(tmp_path / "share"),
            "青山小学",
            tmp_path / "share",
            Path("/var/lib/houqin") / ODD,
            ("houqin",),
            "system",
            pwd.getpwuid(1).pw_name,
        )
        (tmp_path / "units").mkdir()
        (tmp_path / "units" / f"{there.name}.service").write_text(systemd_unit(there), encoding="utf-8")
        return tmp_path / "share"

    def test_its_state_folder_is_found(self, share: Path, tmp_path: Path) -> None:
        """Every command finds the state folder that the unit of the share names."""
        keeper = keeper_of(share, tmp_path / "units")
        assert keeper is not None
        assert keeper.state == Path("/var/lib/houqin") / ODD
        assert keeper_of(tmp_path / "another", tmp_path / "units") is None

    def test_another_account_is_refused(self, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Another account would begin a second ledger: it is told which one to use; HOUQIN_STATE is its own choice."""
        monkeypatch.delenv("HOUQIN_STATE", raising=False)
        with pytest.raises(StateElsewhere, match=f"sudo -u {pwd.getpwuid(1).pw_name} houqin"):
            refuse_another_account(share, tmp_path / "units")
        refuse_another_account(tmp_path / "another", tmp_path / "units")
        monkeypatch.setenv("HOUQIN_STATE", str(tmp_path))
        refuse_another_account(share, tmp_path / "units")


def test_words_with_a_meaning() -> None:
    """Per cent signs, dollars, quotes and blanks in names reach the program as they are."""
    unit = systemd_unit(service(Path("/srv") / ODD))
    assert setting(unit, "ExecStart") == [
        f'{sys.executable} watch --share "/srv/后勤 100%% $$HOME \\"x\\" \\\\y"',
    ]


@pytest.mark.parametrize(
    ("scope", "trigger", "logon"), [("user", "LogonTrigger", "InteractiveToken"), ("system", "BootTrigger", "Password")]
)
def test_the_task_of_windows(scope: str, trigger: str, logon: str) -> None:
    """A task never ends by itself, runs once, comes back after a failure, and knows share and state folder."""
    there = Service(
        "houqin-x",
        "青山 <小学> & 幼儿园",
        PureWindowsPath(r"D:\共享 & 后勤"),
        PureWindowsPath(r"C:\ProgramData\houqin"),
        (r"C:\Program Files\houqin\Scripts\houqin.exe",),
        scope,  # type: ignore[arg-type]
        r"SCHOOL\houqin" if scope == "system" else "",
    )
    root = ET.fromstring(task_xml(there).encode("utf-16"))  # noqa: S314 - our own text
    wanted = {"MultipleInstancesPolicy": "IgnoreNew", "ExecutionTimeLimit": "PT0S", "StopIfGoingOnBatteries": "false"}
    found = {name: root.findtext(f"Settings/{name}", namespaces=TASK_NAMES) for name in wanted}
    assert found == wanted
    assert root.findtext("Settings/RestartOnFailure/Interval", namespaces=TASK_NAMES) == "PT1M"
    assert root.find(f"Triggers/{trigger}", namespaces=TASK_NAMES) is not None
    assert root.findtext("Principals/Principal/LogonType", namespaces=TASK_NAMES) == logon
    arguments = root.findtext("Actions/Exec/Arguments", namespaces=TASK_NAMES)
    assert arguments == (
        r'/d /c "set "HOUQIN_STATE=C:\ProgramData\houqin"'
        r' && "C:\Program Files\houqin\Scripts\houqin.exe" "watch" "--share" "D:\共享 & 后勤""'
    )
    order = [child.tag.rpartition("}")[2] for child in root]
    assert order == ["RegistrationInfo", "Triggers", "Principals", "Settings", "Actions"]


def test_the_file_of_a_task(tmp_path: Path) -> None:
    """The definition is written in UTF-16 with a mark, as schtasks reads it, and registered under our folder."""
    there = task_installation(service(Path("/srv/share"), "system"), tmp_path)
    assert there.content.startswith((b"\xff\xfe", b"\xfe\xff"))
    assert there.install[0][:4] == ("schtasks", "/Create", "/TN", "\\Houqin\\houqin-x")
    assert there.install[0][-4:] == ("/RU", "root", "/RP", "*")


SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$ASKED"
case "$*" in *is-active*) echo active;; *refused*) echo no >&2; exit 1;; esac
"""


def houqin(*words: object, **variables: str) -> tuple[int, dict[str, object]]:
    """Run ``houqin service`` and return exit code and document."""
    told = command_line.houqin("service", *words, "--json", **variables)
    return told.code, told.json()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="systemd is of Linux")
class TestCommand:
    """The command on Linux."""

    @pytest.fixture
    def share(self, tmp_path: Path) -> Path:
        """Return a share with settings."""
        write_default_config(tmp_path / "share", "青山小学")
        return tmp_path / "share"

    def test_install_and_uninstall(self, share: Path, tmp_path: Path) -> None:
        """A unit is written, started and enabled; uninstalling stops it and takes it away."""
        (tmp_path / "bin").mkdir()
        program = tmp_path / "bin" / "systemctl"
        program.write_text(SYSTEMCTL, encoding="utf-8")
        program.chmod(0o755)
        asked = tmp_path / "asked"
        place = {"PATH": f"{program.parent}:{os.environ['PATH']}", "ASKED": str(asked)}
        place["XDG_CONFIG_HOME"] = str(tmp_path / "config")
        code, told = houqin("install", "--share", share, **place)
        unit = Path(str(told["path"]))
        assert (code, told["installed"], told["active"]) == (0, True, True)
        assert unit.parent == tmp_path / "config" / "systemd" / "user"
        assert f"--share {share}" in unit.read_text(encoding="utf-8")
        assert f"--user enable --now {unit.name}" in asked.read_text(encoding="utf-8")
        assert houqin("status", "--share", share, **place)[0] == 0
        code, told = houqin("uninstall", "--share", share, **place)
        assert (code, told["removed"], unit.exists()) == (0, True, False)
        assert f"--user disable --now {unit.name}" in asked.read_text(encoding="utf-8")
        code, told = houqin("status", "--share", share, **place)
        assert (code, told["installed"], told["active"]) == (1, False, False)

    def test_it_is_removed_without_the_share(self, share: Path, tmp_path: Path) -> None:
        """A service can be looked at and removed while its share is offline."""
        (tmp_path / "systemctl").write_text(SYSTEMCTL, encoding="utf-8")
        (tmp_path / "systemctl").chmod(0o755)
        place = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(tmp_path / "asked")}
        place["XDG_CONFIG_HOME"] = str(tmp_path / "config")
        unit = Path(str(houqin("install", "--share", share, **place)[1]["path"]))
        share.rename(tmp_path / "offline")
        assert houqin("status", "--share", share, **place)[1]["active"] is True
        assert houqin("uninstall", "--share", share, **place)[1]["removed"] is True
        assert not unit.exists()

    def test_without_systemd(self, share: Path, tmp_path: Path) -> None:
        """Where no systemd answers nothing is written, and a sentence says so."""
        program = tmp_path / "systemctl"
        program.write_text("#!/bin/sh\necho 'not booted with systemd' >&2\nexit 1\n", encoding="utf-8")
        program.chmod(0o755)
        place = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "XDG_CONFIG_HOME": str(tmp_path / "config")}
        code, told = houqin("install", "--share", share, **place)
        assert (code, told["error"]["code"]) == (2, "SERVICE-UNSUPPORTED")  # type: ignore[index]
        assert "not booted with systemd" in told["error"]["message"]  # type: ignore[index]
        assert not (tmp_path / "config").exists()

    def test_print(self, share: Path, tmp_path: Path) -> None:
        """``--print`` shows file and commands and does nothing."""
        code, told = houqin("install", "--share", share, "--print", XDG_CONFIG_HOME=str(tmp_path / "config"))
        assert code == 0
        assert "Restart=always" in str(told["content"])
        assert told["commands"] == [
            "systemctl --user daemon-reload",
            f"systemctl --user enable --now {told['name']}.service",
        ]
        assert not (tmp_path / "config").exists()

    def test_a_system_service_needs_an_account(self, share: Path) -> None:
        """Without an account, or with one that does not exist, a service of the machine is refused."""
        for words in ([], ["--account", "nobody-of-this-name"]):
            code, told = houqin(
                "install", "--share", share, "--scope", "system", *words, "--print", SUDO_USER="", HOUQIN_STATE=""
            )
            assert (code, told["error"]["code"]) == (2, "SERVICE-ACCOUNT")  # type: ignore[index]

    def test_a_second_ledger_is_refused(self, share: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever has kept the ledger of a share himself is told how to move it before a service of another account."""
        (tmp_path / "systemctl").write_text("#!/bin/sh\n", encoding="utf-8")
        (tmp_path / "systemctl").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "home"))
        monkeypatch.delenv("HOUQIN_STATE", raising=False)
        (share / "departments" / "ZW").mkdir(parents=True)
        shutil.copy(Path(__file__), share / "departments" / "ZW" / "no workbook.xlsx")
        assert command_line.houqin("sync", "--share", share, "--json").json()["revision"] == 1
        its = tmp_path / "its"
        program = ("houqin",)
        with pytest.raises(ServiceLeavesLedger, match=f"mv {own_state(share)} {its}"):
            install(Service(service_name(share), "", share, its, program, "system", "nobody"))
        assert not its.exists()

    def test_why_it_does_not_start(self, share: Path, tmp_path: Path) -> None:
        """Where the service manager refuses, what the service itself said last is told with it."""
        answers = {"systemctl": SYSTEMCTL.replace("refused", "enable"), "journalctl": "#!/bin/sh\necho 没有权限\n"}
        for name, answer in answers.items():
            (tmp_path / name).write_text(answer, encoding="utf-8")
            (tmp_path / name).chmod(0o755)
        place = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "ASKED": str(tmp_path / "asked")}
        code, told = houqin("install", "--share", share, XDG_CONFIG_HOME=str(tmp_path / "config"), **place)
        assert (code, told["error"]["code"]) == (1, "SERVICE-FAILED")  # type: ignore[index]
        assert "no 没有权限" in told["error"]["message"]  # type: ignore[index]
