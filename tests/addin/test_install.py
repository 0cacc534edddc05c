"""``houqin addin install`` puts files where the spreadsheet programs look, and ``uninstall`` takes away just those."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from addin.building.xlam import add_in
from addin.conf import conf_content, conf_path, read_conf
from addin.install import Machine, Plan, excel_plan, libreoffice_plan, libreoffice_profile, settings_of
from addin.installing import LibreOfficeNewError, LibreOfficeRunningError, Step, install, replace, state_of, uninstall
from addin.looking import looked_at
from sync.cli import main

ADD_IN, SCRIPT = b"the add-in", b"the script"
LIST = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:libraries PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "libraries.dtd">
<library:libraries xmlns:library="http://openoffice.org/2000/library" xmlns:xlink="http://www.w3.org/1999/xlink">
 <library:library library:name="Standard" library:link="false"/>
</library:libraries>
"""


def machine(system: str, home: Path, **environment: str) -> Machine:
    """Return a machine of some system whose Python lies in the user's folder."""
    return Machine(system, home, environment, home / "venv" / "Scripts" / "python.exe", home / "venv" / "packages")


def files_of(folder: Path) -> dict[str, bytes]:
    """Return the files below a folder with their content."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def put(there: Machine, share: Path | None = None) -> list[Step]:
    """Install what belongs on a machine."""
    settings = settings_of(there, share, "zh")
    plan = excel_plan(there, ADD_IN, SCRIPT, settings)
    return install(plan, there.receipt, "1.0")


# where the files go


def test_windows(tmp_path: Path) -> None:
    """The add-in lies in XLSTART, the settings where xlwings looks for those of a project called houqin."""
    there = machine("win32", tmp_path, APPDATA=str(tmp_path / "Roaming"))
    put(there, tmp_path / "share")
    found = files_of(tmp_path)
    assert found["Roaming/Microsoft/Excel/XLSTART/houqin.xlam"] == ADD_IN
    conf = read_conf(tmp_path / ".houqin" / "houqin.conf")
    assert conf["INTERPRETER_WIN"] == str(there.interpreter)
    assert conf["SHARE"] == str(tmp_path / "share")
    assert {name: conf[name] for name in ("ADD_WORKBOOK_TO_PYTHONPATH", "USE UDF SERVER", "SHOW CONSOLE")} == {
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "USE UDF SERVER": "True",
        "SHOW CONSOLE": "False",
    }
    assert len(found) == 3


def test_mac(tmp_path: Path) -> None:
    """The add-in lies in the startup folder of Office's group, script and settings where the sandbox lets Excel in."""
    there = machine("darwin", tmp_path)
    put(there)
    found = files_of(tmp_path / "Library")
    startup = "Group Containers/UBF8T346G9.Office/User Content.localized/Startup.localized/Excel/houqin.xlam"
    assert found[startup] == ADD_IN
    assert found["Application Scripts/com.microsoft.Excel/xlwings-0.37.8.applescript"] == SCRIPT
    conf = read_conf(tmp_path / "Library" / "Containers" / "com.microsoft.Excel" / "Data" / "houqin.conf")
    assert conf["INTERPRETER_MAC"] == str(there.interpreter)
    assert "USE UDF SERVER" not in conf


def libreoffice(home: Path) -> Machine:
    """Return a machine with LibreOffice that was started before."""
    there = machine("linux", home)
    profile = libreoffice_profile(there)
    (profile / "basic").mkdir(parents=True)
    (profile / "registrymodifications.xcu").touch()
    for kind in ("script", "dialog"):
        (profile / "basic" / f"{kind}.xlc").write_text(LIST, encoding="utf-8")
    return there


def test_libreoffice(tmp_path: Path) -> None:
    """Elsewhere a Basic library joins those of the user, and its absence afterwards leaves the lists as they were."""
    there = libreoffice(tmp_path)
    before = files_of(tmp_path)
    plan = libreoffice_plan(there, {"SHARE": "/srv/share"})
    install(plan, there.receipt, "1.0")
    assert set(state_of(plan).values()) == {"present"}
    listed = (libreoffice_profile(there) / "basic" / "script.xlc").read_text(encoding="utf-8")
    assert listed.count("<library:library ") == 2
    assert 'xlink:href="$(USER)/basic/Houqin/script.xlb/"' in listed
    uninstall(there.receipt)
    assert files_of(tmp_path) == before


@pytest.mark.parametrize("lack", ["new", "running"])
def test_libreoffice_in_the_wrong_state_is_refused(tmp_path: Path, lack: str) -> None:
    """A profile that LibreOffice would write over is left alone: never started, or open now."""
    there = libreoffice(tmp_path)
    profile = libreoffice_profile(there)
    (profile / "registrymodifications.xcu").unlink() if lack == "new" else (profile.parent / ".lock").touch()
    before = files_of(tmp_path)
    with pytest.raises(LibreOfficeNewError if lack == "new" else LibreOfficeRunningError):
        install(libreoffice_plan(there, {}), there.receipt, "1.0")
    assert files_of(tmp_path) == before


# again, and away


def test_twice_is_once(tmp_path: Path) -> None:
    """The same installation again changes nothing."""
    there = machine("win32", tmp_path)
    put(there)
    before = files_of(tmp_path)
    assert {step.action for step in put(there)} == {"unchanged"}
    assert files_of(tmp_path) == before


def test_what_was_there_stays(tmp_path: Path) -> None:
    """Uninstalling leaves the AppleScript that another xlwings project had put there, and nothing of ours."""
    there = machine("darwin", tmp_path)
    script = tmp_path / "Library" / "Application Scripts" / "com.microsoft.Excel" / "xlwings-0.37.8.applescript"
    script.parent.mkdir(parents=True)
    script.write_bytes(SCRIPT)
    put(there)
    uninstall(there.receipt)
    assert list(files_of(tmp_path)) == [script.relative_to(tmp_path).as_posix()]


def test_what_people_changed_stays(tmp_path: Path) -> None:
    """Uninstalling keeps a file that was changed since, says so, and takes away the others."""
    there = machine("win32", tmp_path)
    put(there)
    there.conf.write_text('"SHARE","D:\\share"\n', encoding="utf-8")
    steps = {step.path.name: step.action for step in uninstall(there.receipt)}
    assert steps == {"houqin.xlam": "removed", "houqin.conf": "kept"}
    assert [Path(name).name for name in files_of(tmp_path)] == ["houqin.conf"]
    assert uninstall(there.receipt) == []


def test_a_new_version_takes_the_old_ones_files_away(tmp_path: Path) -> None:
    """Files that a version needs no longer go with the next installation."""
    there = machine("win32", tmp_path)
    put(there)
    plan = excel_plan(there, b"newer", SCRIPT, settings_of(there, None, "zh"))
    old = there.home / "old.txt"
    receipt = json.loads(there.receipt.read_text(encoding="utf-8"))
    old.write_bytes(ADD_IN)
    receipt["files"][str(old)] = next(iter(receipt["files"].values()))
    there.receipt.write_text(json.dumps(receipt), encoding="utf-8")
    install(plan, there.receipt, "2.0")
    assert not old.exists()
    assert set(state_of(plan).values()) == {"present"}


# settings


@pytest.mark.parametrize("value", ["D:\\共享\\后勤", 'a "quoted" name', "a,b", ""])
def test_settings_come_back(tmp_path: Path, value: str) -> None:
    """What is written into houqin.conf is read back, whatever the names of folders."""
    path = tmp_path / "houqin.conf"
    path.write_bytes(conf_content({"SHARE": value, "LANGUAGE": "zh"}, sys.platform))
    assert read_conf(path) == {"SHARE": value, "LANGUAGE": "zh"}


def test_settings_in_the_code_page_of_windows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a Chinese Windows VBA reads the code page 936, and so does Python."""
    monkeypatch.setattr("locale.getencoding", lambda: "cp936")
    path = tmp_path / "houqin.conf"
    path.write_bytes(conf_content({"SHARE": "D:\\后勤"}, "win32"))
    assert path.read_bytes() == '"SHARE","D:\\后勤"\r\n'.encode("gb18030")
    assert read_conf(path) == {"SHARE": "D:\\后勤"}


# what is there


def test_status_tells_what_is_missing(tmp_path: Path) -> None:
    """Status names what is not there: the installation, a file, the share, the DLL beside Python."""
    there = machine("win32", tmp_path)
    plan = excel_plan(there, ADD_IN, SCRIPT, settings_of(there, tmp_path / "share", "zh"))
    before = looked_at(there, lambda: plan, "en")
    assert before["installed"] is False
    assert before["problems"] == ["the buttons are not installed for this user; run: houqin addin install"]
    install(plan, there.receipt, "1.0")
    after = looked_at(there, lambda: plan, "en")
    assert {file["state"] for file in after["files"]} == {"present"}
    assert [problem.partition(" ")[0] for problem in after["problems"]] == ["the", "xlwings64-0.37.8.dll"]
    (tmp_path / "share").mkdir()
    (tmp_path / "share" / "houqin.toml").touch()
    there.interpreter.parent.mkdir(parents=True)
    (there.interpreter.parent / "xlwings64-0.37.8.dll").touch()
    assert looked_at(there, lambda: plan, "en")["problems"] == []
    next(iter(plan.files)).unlink()
    assert len(looked_at(there, lambda: plan, "en")["problems"]) == 1


@pytest.mark.parametrize("system", ["win32", "linux"])
def test_another_xlwings_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, system: str) -> None:
    """Status names the release of xlwings that is needed where this environment has another one."""
    metadata = tmp_path / "site" / "xlwings-0.30.0.dist-info" / "METADATA"
    metadata.parent.mkdir(parents=True)
    metadata.write_text("Metadata-Version: 2.1\nName: xlwings\nVersion: 0.30.0\n")
    monkeypatch.syspath_prepend(metadata.parent.parent)
    there = machine(system, tmp_path)

    def plan() -> Plan:
        return excel_plan(there, add_in(), SCRIPT, {}) if system == "win32" else libreoffice_plan(there, {})

    told = looked_at(there, plan, "en")
    assert told["xlwings"] == {"needed": "0.37.8", "found": "0.30.0"}
    assert [problem for problem in told["problems"] if "0.37.8" in problem and "0.30.0" in problem]


def test_the_command_installs_for_this_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """``install``, ``status`` and ``uninstall`` each give one document, with the exit codes of the other commands."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    libreoffice(tmp_path)

    def said(*arguments: str) -> tuple[object, dict[str, object]]:
        with pytest.raises(SystemExit) as left:
            main(["addin", *arguments, "--json"])
        return left.value.code, json.loads(capsys.readouterr().out)

    assert said("status")[0] == 1
    code, told = said("install")
    assert code == 0
    assert told["program"] == "libreoffice"
    assert conf_path("linux", tmp_path).is_file()
    code, told = said("status")
    assert told["installed"] is True
    assert code == 1, "no share is remembered"
    code, told = said("uninstall")
    assert code == 0
    assert not conf_path("linux", tmp_path).exists()
    assert said("uninstall") == (0, {"program": "libreoffice", "files": []})


def test_half_a_file_of_an_installation_that_was_killed_goes(tmp_path: Path) -> None:
    """Nothing half-written stays in a folder of which Excel opens every file."""
    half = tmp_path / f".~houqin.{1 << 30}.tmp"
    half.write_bytes(b"PK ha")
    replace(tmp_path / "houqin.xlam", b"PK whole")
    assert [path.name for path in tmp_path.iterdir()] == ["houqin.xlam"]
