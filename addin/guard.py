"""The one place where a button catches everything: a sentence for the clerk, the traceback for the log."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from addin.calc.errors import CalcError
from addin.where import user_language
from schemas.findings import Text
from sync.errors import HouqinError
from workbooks.reasons import reason_of
from workbooks.refusals import RefusedError
from workbooks.write import TargetLockedError

if TYPE_CHECKING:
    import xlwings as xw

TITLE = {"zh": "后勤账", "en": "Houqin"}
_LARGEST_LOG, _LOGS = 1 << 20, 3
_EDITING = frozenset({-2147418111, -2146777998})
"""What Excel answers while a cell is being edited: RPC_E_CALL_REJECTED and VBA_E_IGNORE."""
_UNFORESEEN = Text(
    "这次没有成功，出现了没有预料到的问题",
    "this did not work: something unforeseen happened",
    "工作簿没有保存也没有提交；请再试一次，仍不行就把记录 {log} 发给管理员",
    "nothing was saved or handed in; try again, and send {log} to the administrator if it stays",
)
_BUSY = Text(
    "Excel 正忙：可能正在编辑单元格，或有对话框没有关",
    "Excel is busy: a cell is being edited, or a dialog is open",
    "请按回车结束编辑、关掉对话框，再按一次",
    "press Enter to end editing, close the dialog and press again",
)
_DENIED = Text(
    "“{path}”不能读或不能写（{reason}）",
    "“{path}” cannot be read or written ({reason_en})",
    "请检查网络和权限，关掉打开它的程序，再按一次",
    "see to the network and the rights, close the program that has it open, and press again",
)
_LOG = logging.getLogger("houqin.addin")


def pressed(button: Callable[[xw.Book], str], find_book: Callable[[], xw.Book]) -> str:
    """Run a button on the book that was found, show the sentence that came of it in a dialog, and return it."""
    app: xw.App | None = None
    mode = "info"
    try:
        book = find_book()
        app = book.app
        sentence = button(book)
    except Exception as error:  # noqa: BLE001 - a clerk must never see a traceback (DESIGN 12)
        log = _logged(error, button.__name__)
        sentence, mode = _line(*text_of(error, log)), "critical"
    _show(app, sentence, mode)
    return sentence


def text_of(error: BaseException, log: Path) -> tuple[Text, Mapping[str, object]]:
    """Return the words for an error, with the values of their places."""
    if getattr(error, "hresult", None) in _EDITING:
        return _BUSY, {}
    match error:
        case HouqinError():
            words: tuple[Text, Mapping[str, object]] = error.text, error.args_by_name
        case CalcError():
            words = error.text, error.places
        case RefusedError():
            found = error.finding("")
            words = found.text, {"value": found.value, **found.args}
        case TargetLockedError():
            words = _DENIED, {"path": error.path, "reason": error.reason, "reason_en": error.reason_en}
        case OSError():
            words = _DENIED, {"path": error.filename or "", **reason_of(error).args()}
        case _:
            words = _UNFORESEEN, {"log": log}
    return words


def _line(text: Text, places: Mapping[str, object]) -> str:
    tongue = user_language()
    what, hint = text.message(tongue, places), text.hint(tongue, places)
    return f"{what}{'; ' if tongue == 'en' else '。'}{hint}{'.' if tongue == 'en' else '。'}" if hint else what


def log_file() -> Path:
    """Return where the tracebacks of this user's buttons are kept."""
    return Path(platformdirs.user_log_path("houqin", appauthor=False)) / "addin.log"


def _logged(error: BaseException, name: str) -> Path:
    """Write the traceback into the user's log folder and return the file; a full disk loses it silently."""
    path = log_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(path, maxBytes=_LARGEST_LOG, backupCount=_LOGS, encoding="utf-8")
    except OSError:
        return path
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    _LOG.addHandler(handler)
    try:
        _LOG.error("%s", name, exc_info=error)
    finally:
        _LOG.removeHandler(handler)
        handler.close()
    return path


def _show(app: xw.App | None, sentence: str, mode: str) -> None:
    """Show a dialog in the spreadsheet program.

    Raises:
        SystemExit: there is none to show it in; VBA then shows the last line of what stopped Python.
    """
    if app is None:
        raise SystemExit(sentence)
    app.alert(sentence, title=TITLE[user_language()], mode=mode)


class WrongXlwingsError(HouqinError):
    """The library that speaks with Excel is missing or is another version (``wanted``, ``found``)."""

    code = "XLWINGS-VERSION"
    text = Text(
        "这台电脑上 xlwings 的版本是 {found}，需要 {wanted}",
        "xlwings {found} is installed, {wanted} is needed",
        "请运行 houqin addin install，或请管理员重装",
        "run houqin addin install, or ask the administrator",
    )


class NoBookError(HouqinError):
    """No workbook is open."""

    code = "NO-BOOK"
    text = Text("没有打开的工作簿", "no workbook is open", "请先打开要校验的工作簿", "open the workbook first")
