"""``houqin addin``: make Excel's add-in and the button workbook, put them in place, take them away, look at them."""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sync.commands.common import DONE, FINDINGS, console, output_options, print_json, share_option

if TYPE_CHECKING:
    from addin.install import Machine, Plan


@click.group("addin")
def command() -> None:
    """Make and install the buttons in Excel (tab 后勤) and LibreOffice.

    Example: houqin addin install --share school
    """


@command.command("build")
@click.option(
    "-o", "--output", "folder", type=click.Path(file_okay=False, path_type=Path), default=Path(), help="The folder.",
)  # fmt: skip
@click.option("--department", default="ZW", help="Whose registers the button workbook holds.  [default: ZW]")
@share_option
@output_options
def build(*, folder: Path, department: str, share_path: Path | None, as_json: bool, language: str) -> None:
    """Write houqin.xlam and houqin-buttons.xlsm into a folder; the same input gives the same bytes.

    With a share, the button workbook has its school's name and its lists to choose from.

    Example: houqin addin build -o dist --department CW
    """
    from addin.building.xlam import NAME, add_in  # noqa: PLC0415 - each command loads what it needs
    from addin.building.xlsm import NAME as BUTTONS_NAME  # noqa: PLC0415
    from addin.installing import replace  # noqa: PLC0415

    replace(folder / NAME, add_in())
    _write_buttons(folder / BUTTONS_NAME, department, share_path, language)
    files = [_file(folder / name) for name in (NAME, BUTTONS_NAME)]
    if as_json:
        print_json({"files": files})
        return
    for file in files:
        console().print(f"{file['sha256'][:12]}  {file['path']}", markup=False, soft_wrap=True)


def _write_buttons(path: Path, department: str, share_path: Path | None, language: str) -> None:
    from addin.building.xlsm import write_button_workbook  # noqa: PLC0415
    from sync.commands.template import chosen, reference_lists, start_rows  # noqa: PLC0415
    from sync.config import DEPARTMENT_NAMES, Config, load_config, school_today  # noqa: PLC0415

    config = Config() if share_path is None else load_config(share_path)
    registers, code = chosen(department, config)
    write_button_workbook(
        registers,
        path,
        school=config.school,
        department=config.departments[code].name or DEPARTMENT_NAMES.get(code, code) if code else None,
        language="en" if language == "en" else "zh",
        rows=start_rows(registers, code, school_today(config)),
        lists={} if share_path is None else reference_lists(share_path),
    )


def _file(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    return {"path": str(path), "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


@command.command("install")
@share_option
@output_options
def install(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """Put the buttons in place for this user: Excel on Windows and Mac, LibreOffice Calc elsewhere.

    The share is remembered for workbooks that do not lie in it. Again, it changes only what differs.

    Example: houqin addin install --share school
    """
    from addin import installing  # noqa: PLC0415
    from addin.looking import hints, problems  # noqa: PLC0415
    from sync import __version__  # noqa: PLC0415

    machine = _machine()
    share = None if share_path is None else _known_share(share_path)
    plan = _plan(machine, share, language)
    steps = installing.install(plan, machine.receipt, __version__)
    told = {
        "program": plan.program,
        "version": __version__,
        "files": [{"path": str(step.path), "action": step.action} for step in steps],
        "problems": problems(machine, language),
        "hints": hints(machine, language),
    }
    if as_json:
        print_json(told)
    else:
        _show(told, language)


@command.command("uninstall")
@share_option
@output_options
def uninstall(*, share_path: Path | None, as_json: bool, language: str) -> None:
    """Take away what install has written for this user, and nothing else; the share is left alone.

    Example: houqin addin uninstall
    """
    from addin import installing  # noqa: PLC0415

    del share_path
    machine = _machine()
    steps = installing.uninstall(machine.receipt)
    told = {
        "program": machine.program,
        "files": [{"path": str(step.path), "action": step.action} for step in steps],
    }
    if as_json:
        print_json(told)
    else:
        _show(told, language)


@command.command("status")
@share_option
@output_options
def status(*, share_path: Path | None, as_json: bool, language: str) -> int:
    """Show what is installed for this user, in which version, and what is missing; leaves with 1 where something is.

    Example: houqin addin status
    """
    from addin.conf import read_conf  # noqa: PLC0415
    from addin.looking import looked_at  # noqa: PLC0415

    machine = _machine()
    share = None if share_path is None else _known_share(share_path)
    remembered = read_conf(machine.conf).get("LANGUAGE", language)
    told = looked_at(machine, lambda: _plan(machine, share, remembered), language)
    if as_json:
        print_json(told)
    else:
        _show(told, language)
    return FINDINGS if told["problems"] else DONE


def _machine() -> Machine:
    from addin.install import Machine  # noqa: PLC0415

    packages = Path(__file__).resolve().parent.parent
    return Machine(sys.platform, Path.home(), os.environ, Path(sys.executable), packages)


def _known_share(path: Path) -> Path:
    from sync.share import Share  # noqa: PLC0415

    return Share.open(path).path


def _plan(machine: Machine, share: Path | None, language: str) -> Plan:
    """Return what belongs on this machine; without a share, that which is remembered."""
    from addin.building.sources import apple_script  # noqa: PLC0415
    from addin.building.xlam import add_in  # noqa: PLC0415
    from addin.conf import read_conf  # noqa: PLC0415
    from addin.install import excel_plan, libreoffice_plan, settings_of  # noqa: PLC0415

    remembered = read_conf(machine.conf).get("SHARE")
    settings = settings_of(machine, share or (Path(remembered) if remembered else None), language)
    if machine.program == "excel":
        return excel_plan(machine, add_in(), apple_script(), settings)
    return libreoffice_plan(machine, settings)


_ACTIONS = {
    "written": ("已写入", "written"),
    "unchanged": ("未变", "unchanged"),
    "removed": ("已删除", "removed"),
    "kept": ("保留（不是本程序写的，或已被改动）", "kept (not written by us, or changed since)"),
    "gone": ("已不在", "gone already"),
    "present": ("在", "present"),
    "changed": ("与本版本不同", "differs from this version"),
    "missing": ("缺", "missing"),
}


def _show(told: dict[str, Any], language: str) -> None:
    out, english = console(), language == "en"
    for file in told["files"] if told.get("installed", True) else ():
        word = _ACTIONS[file.get("action") or file["state"]][english]
        out.print(f"{word}  {file['path']}", markup=False, soft_wrap=True)
    if not told["files"] and "installed" not in told:
        out.print("nothing was installed" if english else "没有安装过")
    for name in ("version", "interpreter", "share", "log"):
        if told.get(name):
            out.print(f"{name}: {told[name]}", markup=False, soft_wrap=True)
    for line in told.get("problems", ()):
        out.print(f"! {line}", markup=False, soft_wrap=True)
    for line in told.get("hints", ()):
        out.print(f"· {line}", markup=False, soft_wrap=True)
