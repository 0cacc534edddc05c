"""xlwings over LibreOffice Calc: the buttons work there as in Excel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xlwings as xw

__all__ = ["connect", "saved_copy"]


def connect(pipe: str | None = None, port: int | None = None) -> xw.App:
    """Return the running office that listens at a pipe, or at a port of this computer, as xlwings' active app.

    Args:
        pipe: The name of the pipe.
        port: The port, where there is no pipe.

    Raises:
        addin.calc.errors.NotConnectedError: Nothing listens there.
        addin.calc.errors.NoBridgeError: Python's bridge to LibreOffice is missing.
    """
    from addin.calc import engine  # noqa: PLC0415 - xlwings takes a second to import

    return engine.connect(f"pipe,name={pipe}" if pipe else f"socket,host=127.0.0.1,port={port}")


def saved_copy(book: xw.Book, path: Path) -> Path:
    """Write what an open workbook holds now into a file and return it; the workbook is neither renamed nor saved.

    Args:
        book: A workbook open in LibreOffice.
        path: Where to, ending in ``.xlsx`` or ``.xlsm``.

    Raises:
        addin.calc.errors.FileNotWrittenError: LibreOffice refused.
    """
    book.impl.save_copy(path)
    return path
