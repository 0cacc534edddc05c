"""What can stop the engine, in words for the person in front of LibreOffice."""

from __future__ import annotations

from schemas.findings import Text


class CalcError(Exception):
    """LibreOffice cannot do what was asked.

    Subclasses set ``text``; the values of the message are passed by name.
    """

    text = Text(
        "LibreOffice 没有完成“{what}”{reason}",
        "LibreOffice did not do “{what}”{reason}",
        "请保存工作簿后重试",
        "please save the workbook and try again",
    )

    def __init__(self, **places: object) -> None:
        super().__init__(places)
        self.places = places

    def message(self, language: str = "zh") -> str:
        """Return what stopped and what to do about it, in plain words."""
        what, hint = self.text.message(language, self.places), self.text.hint(language, self.places)
        return what + ("" if not hint else f"; {hint}" if language == "en" else f"，{hint}")

    def __str__(self) -> str:
        return self.message()


class NotConnectedError(CalcError):
    """No LibreOffice answers at that pipe or port, or it was closed meanwhile."""

    text = Text(
        "连接不上 LibreOffice（{where}），它可能已经关闭",
        "LibreOffice does not answer ({where}); it may have been closed",
        "请重新打开 LibreOffice 再试",
        "please open LibreOffice again",
    )


class NoBridgeError(CalcError):
    """Python's bridge to LibreOffice is missing or belongs to another Python."""

    text = Text(
        "找不到 LibreOffice 的 Python 接口（{reason}）",
        "Python's bridge to LibreOffice was not found ({reason})",
        "请安装 python3-uno，并使用同一版本的 Python",
        "please install python3-uno and use the same version of Python",
    )


class NoOfficeError(CalcError):
    """LibreOffice is not installed or did not start in time."""

    text = Text(
        "LibreOffice 没有启动（{reason}）",
        "LibreOffice did not start ({reason})",
        "请安装 LibreOffice（libreoffice-calc）",
        "please install LibreOffice (libreoffice-calc)",
    )


class FileNotWrittenError(CalcError):
    """A workbook could not be saved where it was asked for."""

    text = Text(
        "工作簿没有保存到“{path}”{reason}",
        "the workbook was not saved to “{path}”{reason}",
        "请检查文件夹是否存在、文件是否正被打开",
        "please see whether the folder exists and whether the file is open elsewhere",
    )


class FileNotOpenedError(CalcError):
    """A file could not be opened as a workbook."""

    text = Text(
        "LibreOffice 打不开“{path}”{reason}",
        "LibreOffice cannot open “{path}”{reason}",
        "请检查文件是否完整、是否有密码",
        "please see whether the file is complete and has no password",
    )


class ReadOnlyError(CalcError):
    """A workbook is open for reading only: LibreOffice then ignores what is written, mostly without a word."""

    text = Text(
        "“{name}”是以只读方式打开的，不能改动",
        "“{name}” is open for reading only and cannot be changed",
        "请关掉别处打开的同一个文件，重新打开后再试",
        "close the same file elsewhere and open it again",
    )


class ProtectedSheetError(CalcError):
    """Cells of a protected sheet are locked."""

    text = Text(
        "工作表“{sheet}”受保护，不能改动 {address}",
        "the sheet “{sheet}” is protected, {address} cannot be changed",
        "请先撤销工作表保护",
        "please unprotect the sheet first",
    )


class NoWorkbookError(CalcError):
    """No workbook is open, or the document in front is something else."""

    text = Text(
        "没有打开的工作簿",
        "no workbook is open",
        "请先打开要处理的工作簿",
        "please open the workbook first",
    )
