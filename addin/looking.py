"""Look at an installation: what is there, what is missing, and what a person has to do himself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from addin.building.sources import XLWINGS_VERSION, XlwingsMissingError, installed_xlwings
from addin.calc.bridge import load_uno
from addin.calc.errors import NoBridgeError
from addin.conf import read_conf
from addin.guard import log_file
from addin.install import Machine, Plan, udf_library
from addin.installing import Receipt, state_of
from schemas.findings import Text
from sync import __version__

_NOT_INSTALLED = Text(
    "这个用户还没有安装按钮，请运行 houqin addin install",
    "the buttons are not installed for this user; run: houqin addin install",
)
_INCOMPLETE = Text(
    "{count} 个文件缺少或与本版本不同，请重新运行 houqin addin install",
    "{count} files are missing or differ from this version; run again: houqin addin install",
)
_NO_SHARE = Text(
    "没有记下共享文件夹：不在共享文件夹里的工作簿不能提交，请运行 houqin addin install --share 文件夹",
    "no shared folder is remembered: workbooks outside of it are not handed in; run: houqin addin install --share DIR",
)
_SHARE_GONE = Text(
    "共享文件夹 {path} 打不开，请核对网络，或重新运行 houqin addin install --share 文件夹",
    "the shared folder {path} cannot be opened; see to the network, or run: houqin addin install --share DIR",
)
_NO_LIBRARY = Text(
    "缺少 {name}（应与 Python 在同一环境），Excel 无法调用程序，请重新安装 xlwings",
    "{name} is missing beside Python, through which Excel calls it; install xlwings again",
)

_HINTS = {
    "win32": (
        Text("请重新启动 Excel，功能区会出现“后勤”", "restart Excel: the tab Houqin appears in the ribbon"),
        Text(
            "带按钮的工作簿（.xlsm）放在共享文件夹里时，请在 Excel 的信任中心把该文件夹加为受信任位置",
            "for button workbooks (.xlsm) on the share, make that folder a trusted location in Excel's Trust Center",
        ),
    ),
    "darwin": (
        Text("请重新启动 Excel，功能区会出现“后勤”", "restart Excel: the tab Houqin appears in the ribbon"),
        Text("Mac 上没有 HQ_ 工作表函数", "the worksheet functions HQ_… do not exist on a Mac"),
    ),
    "linux": (
        Text(
            "这台机器上没有 Excel，按钮装进了 LibreOffice：请重新启动 Calc，会出现“后勤”工具栏",
            "there is no Excel here: the buttons are in LibreOffice. Restart Calc: the toolbar Houqin appears",
        ),
        Text(
            "工作簿里的按钮（.xlsm）要求其文件夹是受信任位置（工具→选项→安全→宏安全性），工具栏不需要",
            "buttons in a workbook (.xlsm) need its folder to be trusted (Tools, Options, Security, Macro Security);"
            " the toolbar does not",
        ),
    ),
}


def hints(machine: Machine, language: str) -> list[str]:
    """Return what is left to do for the person who installs."""
    return [text.message(language, {}) for text in _HINTS.get(machine.system, _HINTS["linux"])]


def problems(machine: Machine, language: str) -> list[str]:
    """Return what keeps installed buttons from working on this machine, as sentences."""
    return [_sentence(text, values, language) for text, values in _problems(machine)]


def looked_at(machine: Machine, plan: Callable[[], Plan], language: str) -> dict[str, Any]:
    """Return what is installed for a user.

    Args:
        machine: the machine and its user.
        plan: returns what belongs there; raises XlwingsMissingError where that cannot be said.
        language: of the problems.
    """
    receipt = Receipt.read(machine.receipt)
    told = _problems(machine) if receipt else _begin(machine)
    found = [_sentence(text, values, language) for text, values in told]
    try:
        files = [{"path": str(path), "state": state} for path, state in state_of(plan()).items()]
    except XlwingsMissingError as exc:
        files = []
        found.append(exc.message(language))
    wrong = sum(file["state"] != "present" for file in files)
    if receipt and wrong:
        found.append(_INCOMPLETE.message(language, {"count": wrong}))
    return {
        "program": machine.program,
        "installed": receipt is not None,
        "version": receipt.version if receipt else None,
        "program_version": __version__,
        "xlwings": {"needed": XLWINGS_VERSION, "found": installed_xlwings()},
        "interpreter": str(machine.interpreter),
        "log": str(log_file()),
        "share": read_conf(machine.conf).get("SHARE"),
        "files": files,
        "problems": found,
    }


def _sentence(text: Text, values: Mapping[str, object], language: str) -> str:
    """Return what is wrong, and what to do about it where the words tell that apart."""
    parts = (text.message(language, values), text.hint(language, values))
    return ("; " if language == "en" else "，").join(part for part in parts if part)


def _problems(machine: Machine) -> list[tuple[Text, Mapping[str, object]]]:
    found: list[tuple[Text, Mapping[str, object]]] = []
    share = read_conf(machine.conf).get("SHARE")
    if share is None:
        found.append((_NO_SHARE, {}))
    elif not (Path(share) / "houqin.toml").is_file():
        found.append((_SHARE_GONE, {"path": share}))
    if machine.system == "win32" and udf_library(machine) is None:
        found.append((_NO_LIBRARY, {"name": f"xlwings64-{XLWINGS_VERSION}.dll"}))
    return found + (_engine_problems() if machine.program == "libreoffice" else [])


def _begin(machine: Machine) -> list[tuple[Text, Mapping[str, object]]]:
    """Return what to do where nothing is installed, and what will be in the way of it."""
    return [(_NOT_INSTALLED, {}), *(_engine_problems() if machine.program == "libreoffice" else [])]


def _engine_problems() -> list[tuple[Text, Mapping[str, object]]]:
    """Return what keeps this Python from speaking with LibreOffice."""
    if installed_xlwings() != XLWINGS_VERSION:
        missing = {"needed": XLWINGS_VERSION, "found": installed_xlwings() or "-"}
        return [(XlwingsMissingError.text, missing)]
    try:
        load_uno()
    except NoBridgeError as exc:
        return [(exc.text, exc.places)]
    return []
