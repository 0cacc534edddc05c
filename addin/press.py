"""What VBA calls: one function per button, on the workbook that the button belongs to."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlwings as xw

_PACKAGES = ("schemas", "workbooks", "sync")
_XLWINGS = "0.37.8"


def check() -> None:
    """校验: check the workbook."""
    _press("check")


def next_finding() -> None:
    """下一处: go to the next finding."""
    _press("next_finding")


def book_quantities() -> None:
    """账面数: fill book quantities into the selected rows."""
    _press("book_quantities")


def count_sheet() -> None:
    """盘点表: make a count sheet."""
    _press("count_sheet")


def reconcile() -> None:
    """对账: compare book and counted quantities."""
    _press("reconcile")


def submit() -> None:
    """提交: hand the workbook in."""
    _press("submit")


def status() -> None:
    """状态: show what was taken."""
    _press("status")


def help_page() -> None:
    """帮助: show the instructions."""
    _press("help_page")


def _press(name: str) -> None:
    """Press a button.

    Raises:
        SystemExit: the program is not installed as a whole; VBA shows the sentence.
    """
    _refuse_strangers()
    from addin import buttons, guard  # noqa: PLC0415 - only now it is certain whose packages they lead to

    guard.pressed(getattr(buttons, name), _caller)


def _refuse_strangers() -> None:
    """Refuse packages of the same names that lie elsewhere: in the folder of a workbook, or left by another program.

    A click starts Python in whatever folder is the current one, and puts that first on ``sys.path``.
    """
    here = Path(__file__).resolve().parent.parent
    sys.path[:] = [place for place in sys.path if place and not _is_current(place, here)]
    for name in _PACKAGES:
        loaded = sys.modules.get(name)
        spec = getattr(loaded, "__spec__", None) or find_spec(name)
        places = (
            [Path(place).resolve().parent for place in (spec.submodule_search_locations or ()) if spec] if spec else []
        )
        if places != [here]:
            found = spec.origin if spec and spec.origin else "-"
            raise SystemExit(
                f"后勤账没有装好：“{name}”应在 {here}，却在 {found}。请运行 houqin addin install。 "
                f"Houqin is not installed as a whole: run houqin addin install."
            )


def _is_current(place: str, here: Path) -> bool:
    """Tell whether an entry of ``sys.path`` is the current folder, and not the one in which the program itself lies."""
    try:
        folder = Path(place).resolve()
        return folder == Path.cwd() and folder != here
    except OSError:
        return False


def _caller() -> xw.Book:
    """Return the workbook whose button was pressed, else the one in front.

    Raises:
        WrongXlwingsError: xlwings is missing, or is not the version that the add-in was built with.
        NoBookError: no workbook is open.
    """
    from addin.guard import NoBookError, WrongXlwingsError  # noqa: PLC0415 - as above

    try:
        import xlwings as xw  # noqa: PLC0415 - pulls in pandas
    except ImportError as exc:
        raise WrongXlwingsError(wanted=_XLWINGS, found="-") from exc
    if xw.__version__ != _XLWINGS:
        raise WrongXlwingsError(wanted=_XLWINGS, found=xw.__version__)
    try:
        return xw.Book.caller()
    except Exception:  # noqa: BLE001 - xlwings raises nothing more exact where VBA did not call
        book = _in_front()
    if book is None:
        raise NoBookError
    return book


def _in_front() -> xw.Book | None:
    """Return the workbook in front of the program that xlwings finds, None without either."""
    import xlwings as xw  # noqa: PLC0415 - as above

    try:
        return xw.books.active if len(xw.apps) else None
    except xw.XlwingsError:
        return None
