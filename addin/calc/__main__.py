"""Press a button for the workbook in front of a running LibreOffice: ``python -m addin.calc check --pipe houqin``."""

from __future__ import annotations

import argparse
import importlib
import sys
from typing import TYPE_CHECKING

from addin.calc import connect, undo
from addin.calc.errors import CalcError

if TYPE_CHECKING:
    import xlwings as xw

BUTTONS = (
    "check",
    "next_finding",
    "book_quantities",
    "count_sheet",
    "reconcile",
    "submit",
    "status",
    "help_page",
)


def main(arguments: list[str] | None = None) -> int:
    """Press one button and return the exit code: 0 pressed, 1 LibreOffice does not answer or no workbook is open."""
    parser = argparse.ArgumentParser(prog="python -m addin.calc", description=__doc__)
    parser.add_argument("button", choices=BUTTONS)
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--pipe", help="name of the pipe that LibreOffice was started with: --accept=pipe,name=NAME;urp")
    where.add_argument("--port", type=int, help="port that LibreOffice was started with, on this computer")
    asked = parser.parse_args(arguments)
    try:
        _press(asked.button, connect(asked.pipe, asked.port).books.active)
    except CalcError as exc:
        sys.stderr.write(f"{exc}\n")
        return 1
    return 0


def _press(button: str, book: xw.Book) -> None:
    """Press a button as VBA does, with the workbook in front as its caller; one undo takes all of it back."""
    press = importlib.import_module("addin.press")  # with all that a button needs

    book.set_mock_caller()
    with undo.one_step(book, button):
        getattr(press, button)()


if __name__ == "__main__":
    sys.exit(main())
