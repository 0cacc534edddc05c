"""Replace a file in one step: written beside, flushed to disk, then renamed over the target."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from workbooks.reasons import naming, reason_of


class TargetLockedError(Exception):
    """A file cannot be replaced because somebody has it open, or its folder refuses writing."""

    def __init__(self, path: Path, reason: str, reason_en: str) -> None:
        self.path = path
        self.reason = reason
        self.reason_en = reason_en
        super().__init__(self.message())

    def message(self, language: str = "zh") -> str:
        """Return what cannot be written, why, and what to do about it."""
        if language == "en":
            return (
                f"{self.path} cannot be written: {self.reason_en};"
                " close the program that has it open, or check the rights on the folder"
            )
        return f"无法写入 {self.path}：{self.reason}。请关闭打开它的程序，或核对文件夹权限。"


PRIVATE = 0o700
"""Mode of a folder that only its owner may enter."""


def lock_file_of(path: Path) -> Path | None:
    """Return the lock file that a spreadsheet program left beside an open workbook, None without one.

    Excel and WPS write ``~$name.xlsx`` (WPS also ``.~name.xlsx``), LibreOffice ``.~lock.name.xlsx#``.
    """
    names = (f"~${path.name}", f".~{path.name}", f".~lock.{path.name}#")
    return next((path.with_name(name) for name in names if path.with_name(name).exists()), None)


def replace_file(path: Path, write: Callable[[Path], None]) -> None:
    """Replace ``path`` by what ``write`` puts into the temporary file that it is given.

    Readers see the old file or the new one, never half of one; a crash leaves the old one. Missing
    folders above ``path`` are made.

    Raises:
        TargetLockedError: the target is open in a spreadsheet program, or may not be written.
    """
    if (lock := lock_file_of(path)) is not None:
        raise TargetLockedError(path, f"文件正在被打开（{lock.name}）", f"it is open ({lock.name})")
    # Readers of the shared folder skip names that end in .tmp (DOMAIN.md 6.6 S20).
    beside = path.with_name(f".~{path.stem}.{os.getpid()}.tmp")
    try:
        with naming(path):
            make_folder(path.parent)
            write(beside)
            _flush(beside, os.O_RDWR)
            os.replace(beside, path)  # noqa: PTH105 - the promise of one step is os.replace's
    except PermissionError as exc:
        raise TargetLockedError(path, *reason_of(exc)) from exc
    finally:
        beside.unlink(missing_ok=True)
    sync_folder(path.parent)


def make_folder(folder: Path, mode: int = 0o777) -> None:
    """Make a folder, and those above it, that is still there when the machine has lost its power.

    Only it gets the ``mode``, those above are as usual; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder to the disk itself; Windows has no such call and needs none."""
    if os.name == "posix":
        _flush(folder, os.O_RDONLY)


def remove_leftovers(folder: Path) -> None:
    """Remove what killed programs were writing below a folder; nobody else may be writing there."""
    for beside in folder.rglob(".~*.tmp"):
        with contextlib.suppress(OSError):
            beside.unlink()


def remove_abandoned(folder: Path, idle_seconds: float = 0) -> None:
    """Remove what killed programs were writing into a folder in which others may be writing now.

    Theirs stays: a process of its number runs, or, where it may be one of another machine, the file was touched within
    ``idle_seconds``.
    """
    for beside in folder.glob(".~*.tmp"):
        import psutil  # noqa: PLC0415 - hardly ever needed, and a click in Excel shall not wait for it

        number = beside.name.removesuffix(".tmp").rpartition(".")[2]
        with contextlib.suppress(OSError):
            idle = time.time() - beside.stat().st_mtime
            if number.isdigit() and idle >= idle_seconds and not psutil.pid_exists(int(number)):
                beside.unlink()


def replace_bytes(path: Path, content: bytes) -> None:
    """Replace a small file in one step.

    Raises:
        TargetLockedError: the target may not be written.
    """

    def write(beside: Path) -> None:
        beside.write_bytes(content)

    replace_file(path, write)


def _flush(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
