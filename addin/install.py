"""Decide which files put the buttons in place on a machine, from its system and its user's folders alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from addin.building.basic import KINDS, LIBRARY, library_files, toolbar
from addin.building.sources import XLWINGS_VERSION
from addin.building.xlam import NAME
from addin.conf import conf_content, conf_path

Program = Literal["excel", "libreoffice"]

RECEIPT_NAME = "installed.json"
"""What was installed, beside ``houqin.conf``: only what stands there is taken away again."""


@dataclass(frozen=True)
class Machine:
    """What decides where files go: ``sys.platform``, the user's folder, environment variables, Houqin's Python."""

    system: str
    home: Path
    environment: Mapping[str, str]
    interpreter: Path
    packages: Path
    """The folder that holds the package ``addin``."""

    @property
    def program(self) -> Program:
        """Return the spreadsheet program that the buttons are for."""
        return "excel" if self.system in ("win32", "darwin") else "libreoffice"

    @property
    def conf(self) -> Path:
        """Return where the settings lie."""
        return conf_path(self.system, self.home)

    @property
    def receipt(self) -> Path:
        """Return where the receipt of an installation lies."""
        if self.system == "darwin":
            return self.home / "Library" / "Application Support" / "houqin" / RECEIPT_NAME
        return self.home / ".houqin" / RECEIPT_NAME


@dataclass(frozen=True)
class Plan:
    """The files of an installation, and the lists of libraries of LibreOffice that shall name ours."""

    program: Program
    files: Mapping[Path, bytes]
    lists: Mapping[Path, str] = field(default_factory=dict)
    """Path of a list of libraries to its kind."""


def excel_plan(machine: Machine, add_in: bytes, script: bytes, settings: Mapping[str, str]) -> Plan:
    """Return the files for Excel.

    Args:
        machine: Windows or a Mac.
        add_in: the bytes of ``houqin.xlam``.
        script: the AppleScript of xlwings, which a Mac needs.
        settings: what ``houqin.conf`` shall say.
    """
    files = {
        startup_folder(machine) / NAME: add_in,
        machine.conf: conf_content(settings, machine.system),
    }
    if machine.system == "darwin":
        files[_scripts_folder(machine) / f"xlwings-{XLWINGS_VERSION}.applescript"] = script
    return Plan("excel", files)


def libreoffice_plan(machine: Machine, settings: Mapping[str, str]) -> Plan:
    """Return the files for LibreOffice: a Basic library in the user's profile, and a toolbar that calls it."""
    profile = libreoffice_profile(machine)
    basic = profile / "basic"
    program = machine.packages / "addin" / "calc"
    files = {
        basic / LIBRARY / name: content
        for name, content in library_files(str(machine.interpreter), str(program)).items()
    }
    toolbars = profile / "config" / "soffice.cfg" / "modules" / "scalc" / "toolbar"
    files[toolbars / "custom_toolbar_houqin.xml"] = toolbar("en" if settings.get("LANGUAGE") == "en" else "zh")
    files[machine.conf] = conf_content(settings, machine.system)
    return Plan("libreoffice", files, {basic / f"{kind}.xlc": kind for kind in KINDS})


def settings_of(machine: Machine, share: Path | None, language: str) -> dict[str, str]:
    """Return what ``houqin.conf`` says: which Python runs, how, and where the shared folder lies."""
    settings = {"LANGUAGE": language}
    if share is not None:
        settings["SHARE"] = str(share)
    if machine.program == "excel":
        key = "INTERPRETER_WIN" if machine.system == "win32" else "INTERPRETER_MAC"
        settings |= {key: str(machine.interpreter), "ADD_WORKBOOK_TO_PYTHONPATH": "False"}
    if machine.system == "win32":
        settings |= {"USE UDF SERVER": "True", "UDF MODULES": "addin.functions", "SHOW CONSOLE": "False"}
    return settings


def startup_folder(machine: Machine) -> Path:
    """Return the folder whose files Excel opens when it starts, and trusts."""
    if machine.system == "darwin":
        office = machine.home / "Library" / "Group Containers" / "UBF8T346G9.Office"
        return office / "User Content.localized" / "Startup.localized" / "Excel"
    named = machine.environment.get("APPDATA")
    roaming = Path(named) if named else machine.home / "AppData" / "Roaming"
    return roaming / "Microsoft" / "Excel" / "XLSTART"


def _scripts_folder(machine: Machine) -> Path:
    """Return the folder of the scripts that Excel on a Mac may run."""
    return machine.home / "Library" / "Application Scripts" / "com.microsoft.Excel"


def libreoffice_profile(machine: Machine) -> Path:
    """Return the folder in which LibreOffice keeps what is the user's own."""
    named = machine.environment.get("XDG_CONFIG_HOME")
    return (Path(named) if named else machine.home / ".config") / "libreoffice" / "4" / "user"


def udf_library(machine: Machine) -> Path | None:
    """Return the DLL through which Excel on Windows speaks with Python, None where there is none."""
    if machine.system != "win32":
        return None
    name = f"xlwings64-{XLWINGS_VERSION}.dll"
    folders = (machine.interpreter.parent, machine.interpreter.parent.parent)
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
