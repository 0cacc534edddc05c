"""The VBA text that goes into our files: our own modules, and xlwings' with the parts cut that trust a workbook."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path

from addin.building.project import Module, ModuleKind
from schemas.findings import Text
from sync.errors import HouqinError

XLWINGS_VERSION = "0.37.8"
"""The release whose VBA is built in: the DLL on Windows and the AppleScript on a Mac must be of the same one."""


class XlwingsMissingError(HouqinError):
    """The release of xlwings that our VBA belongs to is not installed in this environment (``needed``, ``found``)."""

    code = "ADDIN-XLWINGS"
    text = Text(
        "需要 xlwings {needed}，此环境中是：{found}",
        "xlwings {needed} is needed, this environment has: {found}",
        "请运行 pip install houqin[addin]",
        "run: pip install houqin[addin]",
    )


class XlwingsChangedError(Exception):
    """A part of xlwings' VBA that has to be replaced is not there, or more than once."""

    def __init__(self, part: str) -> None:
        super().__init__(f"xlwings' VBA has not exactly one {part!r}")


@dataclass(frozen=True)
class _Cut:
    """A part from one text up to another, which stays, and what stands in its place."""

    start: str
    end: str
    instead: str = ""

    def made_in(self, text: str) -> str:
        """Return the text without the part.

        Raises:
            XlwingsChangedError: the part is not there exactly once.
        """
        if text.count(self.start) != 1:
            raise XlwingsChangedError(self.start)
        before, _, rest = text.partition(self.start)
        _, found, after = rest.partition(self.end)
        if not found:
            raise XlwingsChangedError(self.end)
        return before + self.instead + self.end + after


@dataclass(frozen=True)
class _Swap:
    """A text and what stands in its place."""

    old: str
    new: str

    def made_in(self, text: str) -> str:
        """Return the text with the other one.

        Raises:
            XlwingsChangedError: it is not there exactly once.
        """
        if text.count(self.old) != 1:
            raise XlwingsChangedError(self.old)
        return text.replace(self.old, self.new)


_CHANGES: tuple[_Cut | _Swap, ...] = (
    _Swap(
        "#Const App =",
        "'Changed for Houqin: no settings and no code from workbooks, one sentence for errors.\n#Const App =",
    ),
    # Settings are read from the user's houqin.conf, and only from there: a sheet "houqin.conf" in a workbook or a
    # file beside it could name another interpreter.
    _Swap('PROJECT_NAME As String = "myaddin"', 'PROJECT_NAME As String = "houqin"'),
    _Cut('#If App = "Microsoft Excel" Then\nFunction GetConfigFromSheet', "Function GetConfig("),
    _Cut("    ' Sheet\n    #If App", "    ' User Config\n"),
    # A sheet "x.py" would be run as Python, which needs a licence: no workbook brings code of its own.
    _Cut("    ' Check for embedded Python code\n", "    ' The first 5 args", '    AddExcelDir = "false"\n\n'),
    _Cut("    ' PythonCommand with embedded code\n", "    ' Call Python platform-dependent\n"),
    _Cut("Function GetUdfModules(Optional wb As Workbook)", "Private Sub CleanUp()", "#End If\n\n"),
    _Cut("Sub ImportPythonUDFsBase(", "Private Sub GetDLLVersion()"),
    _Swap('AddExcelDir = GetConfig("ADD_WORKBOOK_TO_PYTHONPATH", "true")', 'AddExcelDir = "false"'),
    # -P: not even xlwings is looked for in the current folder. An empty PYTHONPATH puts that folder first again.
    _Swap('" -B -c ""import xlwings.utils;', '" -B -P -c ""import xlwings.utils;'),
    _Swap('" -B -c ""import sys, os;', '" -B -P -c ""import sys, os;'),
    _Swap(");import xlwings; xlwings.serve(", ");sys.path[:] = filter(None, sys.path);import xlwings; xlwings.serve("),
    # One sentence instead of a traceback.
    _Swap(
        "        Content = Message\n    End If\n",
        "        Content = Message\n    End If\n    Content = Houqin.Explained(Content)\n",
    ),
)


def own_module(name: str) -> Module:
    """Return a module of ours from ``addin/vba``."""
    text = (files("addin") / "vba" / f"{name}.bas").read_text(encoding="ascii")
    return _module(name, text)


def document_module(name: str) -> Module:
    """Return the empty module that the workbook and each of its sheets have."""
    return Module(name, "", ModuleKind.DOCUMENT)


def installed_xlwings() -> str | None:
    """Return the release of xlwings in this environment, None without one."""
    try:
        return version("xlwings")
    except PackageNotFoundError:
        return None


def xlwings_folder() -> Path:
    """Return the folder of the installed xlwings, without loading it.

    Raises:
        XlwingsMissingError: it is not installed, or in another release.
    """
    found = installed_xlwings()
    spec = find_spec("xlwings")
    if found != XLWINGS_VERSION or spec is None or spec.origin is None:
        raise XlwingsMissingError(needed=XLWINGS_VERSION, found=found or "-")
    return Path(spec.origin).parent


def xlwings_module() -> Module:
    """Return xlwings' VBA as it goes into the add-in.

    Raises:
        XlwingsMissingError: the release it belongs to is not installed.
        XlwingsChangedError: it is not the text that we know.
    """
    text = (xlwings_folder() / "xlwings_custom_addin.bas").read_text(encoding="ascii")
    for change in _CHANGES:
        text = change.made_in(text)
    return _module("xlwings", text)


def apple_script() -> bytes:
    """Return the AppleScript through which Excel on a Mac starts Python.

    Raises:
        XlwingsMissingError: the release it belongs to is not installed.
    """
    return (xlwings_folder() / f"xlwings-{XLWINGS_VERSION}.applescript").read_bytes()


def _module(name: str, text: str) -> Module:
    """Return a module without the attribute that ``.bas`` files have and the project writes itself."""
    return Module(name, text.removeprefix(f'Attribute VB_Name = "{name}"\n'))
