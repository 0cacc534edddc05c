"""One press of a button is one step to undo."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING

from addin.calc import bridge
from addin.calc.errors import CalcError

if TYPE_CHECKING:
    import xlwings as xw


class one_step:  # noqa: N801 - it is used like a function
    """Gather what happens to a workbook in a block into one step that Ctrl+Z takes back.

    Args:
        book: A workbook open in LibreOffice.
        title: What the step is called in the menu.
    """

    def __init__(self, book: xw.Book, title: str) -> None:
        self._manager = book.api.UndoManager
        self._title = title

    def __enter__(self) -> None:
        self._manager.enterUndoContext(self._title)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        # A block in which nothing changed leaves an empty step, which LibreOffice drops by itself.
        bridge.refused(self._manager.leaveUndoContext, lambda reason: CalcError(what=self._title, reason=reason))
