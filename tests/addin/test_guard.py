"""Whatever goes wrong behind a button, the clerk reads one sentence and the log has the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from addin import guard
from addin.book import NeverSavedError
from addin.calc.errors import NotConnectedError
from addin.where import ShareUnreachableError
from workbooks.refusals import RefusedError
from workbooks.write import TargetLockedError

if TYPE_CHECKING:
    import xlwings as xw

ROOT = Path(__file__).parents[2]


class _App:
    """A spreadsheet program that remembers what it showed."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str | None]] = []

    def alert(self, prompt: str, title: str | None = None, mode: str | None = None) -> None:
        self.shown.append((prompt, mode))
        del title


class _Book:
    def __init__(self) -> None:
        self.app = _App()


class _BusyError(Exception):
    hresult = -2147418111


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The log of a user whose home is empty."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "logs"))
    return tmp_path / "logs"


def told(error: Exception) -> tuple[str, str | None]:
    """Press a button that fails and return what is shown, and how."""
    book = _Book()

    def button(_book: xw.Book) -> str:
        raise error

    guard.pressed(button, lambda: cast("xw.Book", book))
    (shown,) = book.app.shown
    return shown


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (NeverSavedError(name="工作簿1"), "“工作簿1”还没有保存过。请先“另存为”"),
        (ShareUnreachableError(path="Z:/后勤"), "打不开共享文件夹“Z:/后勤”。请检查网络或网盘是否已连接"),
        (
            TargetLockedError(Path("食堂台账.xlsx"), "文件正在被打开", "it is open"),
            "“食堂台账.xlsx”不能读或不能写（文件正在被打开）",
        ),
        (
            PermissionError(13, "Permission denied", "Z:/a.xlsx"),
            "“Z:/a.xlsx”不能读或不能写（没有权限或正在别处打开）",
        ),
        (RefusedError("FILE-ENCRYPTED"), "密码"),
        (NotConnectedError(where="pipe"), "连接不上 LibreOffice"),
        (_BusyError(), "正在编辑单元格"),
        (ZeroDivisionError("division by zero"), "没有预料到的问题"),
    ],
)
def test_every_failure_is_a_sentence(error: Exception, expected: str, log: Path) -> None:
    """It says what happened and what to do, never a class name or a traceback; the log has the traceback."""
    sentence, mode = told(error)
    assert expected in sentence
    assert mode == "critical"
    assert "Error" not in sentence
    (written,) = log.rglob("addin.log")
    assert "Traceback" in written.read_text("utf-8")


def test_the_sentence_of_a_button_is_shown() -> None:
    """What a button returns is what the clerk reads."""
    book = _Book()
    assert guard.pressed(lambda _book: "没有发现错误。", lambda: cast("xw.Book", book)) == "没有发现错误。"
    assert book.app.shown == [("没有发现错误。", "info")]


def test_without_a_workbook_the_sentence_goes_to_vba(log: Path) -> None:
    """Where no program is there to show it, the last line of the error stream is the sentence."""
    del log

    def no_book() -> xw.Book:
        raise guard.NoBookError

    with pytest.raises(SystemExit, match="没有打开的工作簿"):
        guard.pressed(lambda _book: "", no_book)


def clicked(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Start Python in a folder as a click does."""
    command = [sys.executable, "-B", "-c", f"import sys; {line}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("stranger", ["sync.py", "schemas/__init__.py"])
def test_a_module_in_the_current_folder_is_not_taken_for_ours(tmp_path: Path, stranger: str) -> None:
    """A click starts Python in the folder of the workbook: a file sync.py there must not be run."""
    place = tmp_path / stranger
    place.parent.mkdir(exist_ok=True)
    place.write_text("raise SystemExit('the stranger ran')", "utf-8")
    click = f"sys.path.append({str(ROOT)!r}); import addin.press as press; press._refuse_strangers(); import sync"
    done = clicked(click, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_packages_of_another_program_are_refused(tmp_path: Path) -> None:
    """Where another folder on the path holds a package of the same name, nothing runs, and the sentence names it."""
    other = tmp_path / "other"
    other.mkdir()
    (other / "sync.py").write_text("", "utf-8")
    path = f"sys.path[:0] = [{str(other)!r}]; sys.path.append({str(ROOT)!r})"
    done = clicked(f"{path}; import addin.press; addin.press.check()", tmp_path)
    assert done.returncode == 1
    assert "后勤账没有装好" in done.stderr.splitlines()[-1]
    assert str(other / "sync.py") in done.stderr


def test_where_no_program_is_open_a_press_says_so(tmp_path: Path) -> None:
    """Without Excel and without a workbook there is one sentence, and no traceback."""
    done = clicked(f"sys.path.append({str(ROOT)!r}); import addin.press; addin.press.check()", tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("没有打开的工作簿")
