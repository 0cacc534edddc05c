"""Things in a department's folder that are built to break what walks through it, none of them a workbook."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from tests.workbooks.makers import good

DEVICES = ("CON", "NUL.xlsx", "aux.xlsx", "COM1.xlsx", "LPT9")
SPOKEN = (
    "-rf .xlsx",
    "$(reboot).xlsx",
    "`id`.xlsx",
    "%s%n.xlsx",
    "{0.__class__}.xlsx",
    "=cmd|' C calc'!A0.xlsx",
    "a'b\"c.xlsx",
    "<img src=x onerror=alert(1)>.xlsx",
    "..\\..\\windows.xlsx",
    "... .xlsx",
    " .xlsx",
    "\u202excod.xlsx",
    "\ufeff.xlsx",
    "e\u0301.xlsx",
    "\u00e9.xlsx",
    "总账.xlsx",
    "库房.校验.xlsx",
)
CONTROLS = tuple(f"{chr(code)}x.xlsx" for code in (1, 7, 9, 10, 13, 27, 127, 0x85, 0x2028))
BYTES = (b"\xff\xfe.xlsx", b"\xb2\xd6\xbf\xe2.xlsx")


def deep(folder: Path) -> None:
    """Make folders in folders, more than anybody goes into."""
    folder.joinpath(*["深"] * 100).mkdir(parents=True, exist_ok=True)


def _saved(name: str | bytes) -> Callable[[Path], None]:
    def save(folder: Path) -> None:
        (folder / os.fsdecode(name)).write_bytes(good())

    return save


def _pipe_behind_a_link(folder: Path) -> None:
    os.mkfifo(folder / "管道")
    (folder / "管道.xlsx").symlink_to(folder / "管道")


def _link_to(target: str, name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


NAMES: dict[str, Callable[[Path], None]] = {
    **{repr(name): _saved(name) for name in (*DEVICES, *SPOKEN, *CONTROLS, *BYTES)},
    "255 bytes": _saved("长" * 83 + "a.xlsx"),
    "a pipe": lambda folder: os.mkfifo(folder / "pipe.xlsx"),
    "a pipe behind a link": _pipe_behind_a_link,
    "a link to itself": _link_to("自己.xlsx", "自己.xlsx"),
    "a link to nothing": _link_to("没有.xlsx", "空.xlsx"),
    "a link to a device": _link_to("/dev/zero", "零.xlsx"),
    "a link out": _link_to("/etc/passwd", "外.xlsx"),
    "a link to the folder above": _link_to("..", "上"),
    "a folder called like a workbook": lambda folder: (folder / "夹.xlsx").mkdir(),
    "folders without end": deep,
}
"""What each thing is to how it is put into a folder."""
